#include "ticket.h"

#include "jw.h"

static const char version[] = "npc-batch 1", default_url[] = "/v1/chat/completions";

static const struct json *named(const struct line *l, const char *name)
{
	const struct json *v = json_get(l->root, name);

	return json_is(v, JSON_NULL) ? NULL : v;
}

int ticket_make(struct cachekey *k, const struct line *l, struct address *a, struct err *e)
{
	const struct json *method = named(l, "method"), *url = named(l, "url");
	struct address_maker m;

	if (method && !json_str_is(method, "POST"))
		return err_set(e, "\"method\" is not POST");
	if (url && url->type != JSON_STRING)
		return err_set(e, "\"url\" is no string");
	if (cachekey_make(k, l, a, e) == 0)
		return 0;
	address_begin(&m);
	address_field(&m, slice_str(version));
	address_field(&m, url ? json_raw(url) : slice_str(default_url));
	address_field(&m, json_raw(l->body));
	address_end(&m, a);
	return 0;
}

void ticket_put(struct buf *b, const struct line *l, const struct address *a)
{
	const struct json *url = named(l, "url");
	char hex[ADDRESS_HEX + 1];

	address_hex(a, hex);
	jw_object(b);
	jw_member_cstr(b, "custom_id", hex);
	jw_member_cstr(b, "method", "POST");
	if (url)
		jw_member_json(b, "url", url);
	else
		jw_member_cstr(b, "url", default_url);
	jw_member_json(b, "body", l->body);
	jw_object_end(b);
}
