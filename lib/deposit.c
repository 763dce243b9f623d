#include "deposit.h"

#include "storable.h"

int deposit_response(struct deposit *d, const struct line *l, struct err *e)
{
	const struct joined_key *k = joined_find(&d->requests, l->custom_id);
	struct storable s;
	struct store_info info = {0};

	if (!k)
		return err_set(e, "no request has this custom_id");
	storable_judge(&s, l, d->truncated);
	if (s.why != STORABLE)
		return err_set(e, "not stored: %s", storable_name(s.why));
	if (!k->keyed)
		return err_set(e, "not stored: the request has no canonical form");
	info.tokens_in = (uint64_t)s.use.in;
	info.tokens_cached = (uint64_t)s.use.cached;
	info.tokens_out = (uint64_t)s.use.out;
	return tiers_put(d->tiers, &k->key, json_raw(s.body), &info, e);
}

void deposit_free(struct deposit *d)
{
	joined_free(&d->requests);
}
