#include "lookup.h"

#include "reply.h"

enum lookup_got lookup_answer(struct lookup *k, const struct line *l, struct buf *b)
{
	struct slice model = uses_model(l->body, &k->scratch);
	struct store_info info;
	struct address key;
	struct reply_to to = {.custom_id = json_raw(l->custom_id)};
	size_t at, body;

	if (cachekey_make(k->keys, l, &key, NULL) < 0)
		return LOOKUP_UNKEYED;
	buf_clear(&k->carried);
	line_carry(&k->carried, l);
	to.carried = buf_all(&k->carried);
	at = reply_hit(b, &to, &key);
	body = b->len;
	if (!tiers_get(k->tiers, &key, &k->want, b, &info)) {
		b->len = at;
		b->over = false;
		uses_miss(&k->uses, model);
		return LOOKUP_MISS;
	}
	uses_hit(&k->uses, model, b->len - body, &info);
	reply_hit_end(b, &to);
	return LOOKUP_HIT;
}

void lookup_free(struct lookup *k)
{
	buf_free(&k->carried);
	buf_free(&k->scratch);
}
