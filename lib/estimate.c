#include "estimate.h"

#include "jw.h"

static const struct money_price *price_of(const struct line *l, const struct money_prices *prices)
{
	const struct json *model = json_get_type(l->body, "model", JSON_STRING);
	struct buf scratch = {0};
	const struct money_price *p =
	    money_price(prices, model ? json_text(model, &scratch) : slice_str(""));

	buf_free(&scratch);
	return p;
}

void estimate_add(struct estimate *s, const struct line *l, const struct money_prices *prices)
{
	const struct json *url;
	const struct money_price *price;
	struct money_use use = {0};

	if (l->kind != LINE_REQUEST) {
		s->passed++;
		return;
	}
	s->requests++;
	url = json_get_type(l->root, "url", JSON_STRING);
	money_estimate(l->body, url ? slice_make(url->ptr, url->len) : slice_str(""), &use);
	s->unbounded += !use.bounded;
	money_use_add(&s->use, &use);
	if (prices->len == 0)
		return;
	price = price_of(l, prices);
	s->unpriced += !price;
	if (price)
		s->cost = money_add(s->cost, money_cost(price, &use));
}

void estimate_put(const struct estimate *s, struct buf *b, const struct money_prices *prices)
{
	jw_object(b);
	jw_member_int(b, "requests", (int64_t)s->requests);
	jw_member_int(b, "passed", (int64_t)s->passed);
	jw_member_int(b, "tokens_in", s->use.in);
	jw_member_int(b, "tokens_out", s->use.out);
	jw_member_int(b, "without_output_limit", (int64_t)s->unbounded);
	if (prices->len) {
		jw_member_int(b, "without_price", (int64_t)s->unpriced);
		jw_name(b, "cost");
		jw_double(b, (double)s->cost / (double)MONEY_UNIT);
	}
	jw_object_end(b);
}
