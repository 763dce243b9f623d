#include "cachestat.h"

#include <stdlib.h>

#include "jw.h"
#include "mem.h"

static void add(struct store_use *sum, const struct store_use *use)
{
	sum->hits += use->hits;
	sum->misses += use->misses;
	sum->bytes += use->bytes;
	sum->tokens_in += use->tokens_in;
	sum->tokens_cached += use->tokens_cached;
	sum->tokens_out += use->tokens_out;
}

static int keep(void *ctx, struct slice model, const struct store_use *use)
{
	struct cachestat *c = ctx;

	c->models = mem_more(c->models, c->len, &c->cap, sizeof *c->models);
	c->models[c->len++] = (struct cachestat_model){mem_copy(model.ptr, model.len), *use};
	add(&c->sum, use);
	return 0;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct cachestat_model *)left)->name,
	    ((const struct cachestat_model *)right)->name);
}

int cachestat_read(struct cachestat *c, struct store *s, struct err *e)
{
	if (store_totals(s, &c->totals, e) < 0 || store_uses(s, keep, c, e) < 0)
		return -1;
	if (c->len)
		qsort(c->models, c->len, sizeof *c->models, by_name);
	return 0;
}

/* ---- money */

static int64_t saved(
    const struct cachestat_model *m, const struct money_prices *prices, uint64_t *unpriced)
{
	const struct money_price *price = prices ? money_price(prices, slice_str(m->name)) : NULL;
	struct money_use use = {.in = (int64_t)m->use.tokens_in,
	    .cached = (int64_t)m->use.tokens_cached,
	    .out = (int64_t)m->use.tokens_out};

	if (!price) {
		*unpriced += m->use.hits;
		return 0;
	}
	return money_cost(price, &use);
}

static int64_t saved_in_all(
    const struct cachestat *c, const struct money_prices *prices, uint64_t *unpriced)
{
	int64_t sum = 0;

	for (size_t i = 0; i < c->len; i++)
		sum += saved(&c->models[i], prices, unpriced);
	return sum;
}

/* ---- as an object */

static void put_use(struct buf *b, const struct store_use *use)
{
	jw_member_int(b, "hits", (int64_t)use->hits);
	jw_member_int(b, "misses", (int64_t)use->misses);
	jw_member_int(b, "bytes_saved", (int64_t)use->bytes);
	jw_member_int(b, "tokens_in_saved", (int64_t)use->tokens_in);
	jw_member_int(b, "tokens_cached_saved", (int64_t)use->tokens_cached);
	jw_member_int(b, "tokens_out_saved", (int64_t)use->tokens_out);
}

static void put_money(struct buf *b, int64_t nano)
{
	jw_name(b, "money_saved");
	jw_double(b, (double)nano / (double)MONEY_UNIT);
}

static void put_model(
    struct buf *b, const struct cachestat_model *m, const struct money_prices *prices)
{
	uint64_t unpriced = 0;
	int64_t money = saved(m, prices, &unpriced);

	jw_name(b, m->name);
	jw_object(b);
	put_use(b, &m->use);
	if (prices && money_price(prices, slice_str(m->name)))
		put_money(b, money);
	jw_object_end(b);
}

void cachestat_json(const struct cachestat *c, const struct money_prices *prices, struct buf *b)
{
	uint64_t unpriced = 0;
	int64_t money = saved_in_all(c, prices, &unpriced);

	jw_object(b);
	jw_member_int(b, "entries", (int64_t)c->totals.entries);
	jw_member_int(b, "bytes", (int64_t)c->totals.bytes);
	put_use(b, &c->sum);
	if (prices) {
		put_money(b, money);
		jw_member_int(b, "hits_without_price", (int64_t)unpriced);
	}
	jw_name(b, "models");
	jw_object(b);
	for (size_t i = 0; i < c->len; i++)
		put_model(b, &c->models[i], prices);
	jw_object_end(b);
	jw_object_end(b);
}

/* ---- for people */

static void put_size(struct buf *b, uint64_t bytes)
{
	static const char units[] = "BKMGT";
	double n = (double)bytes;
	size_t unit = 0;

	for (; n >= 1000 && unit + 2 < sizeof units; unit++)
		n /= 1024;
	if (unit)
		buf_fmt(b, "%.1f%c", n, units[unit]);
	else
		buf_fmt(b, "%lluB", (unsigned long long)bytes);
}

/* A cell to the right of its column. */
static void put_cell(struct buf *b, const struct buf *text, size_t width)
{
	for (size_t n = text->len; n < width; n++)
		buf_byte(b, ' ');
	buf_put(b, text->ptr, text->len);
}

static void put_number(struct buf *b, uint64_t n, size_t width)
{
	struct buf text = {0};

	buf_fmt(&text, "%llu", (unsigned long long)n);
	put_cell(b, &text, width);
	buf_free(&text);
}

static void put_row(
    struct buf *b, const char *name, const struct store_use *use, bool priced, int64_t money)
{
	struct buf text = {0};

	buf_fmt(b, "\n%-28s", *name ? name : "(no model)");
	put_number(b, use->hits, 10);
	put_number(b, use->misses, 10);
	put_size(&text, use->bytes);
	put_cell(b, &text, 10);
	put_number(b, use->tokens_in, 14);
	put_number(b, use->tokens_out, 14);
	if (priced) {
		buf_clear(&text);
		money_put(&text, money);
		put_cell(b, &text, 12);
	}
	buf_free(&text);
}

void cachestat_text(const struct cachestat *c, const struct money_prices *prices, struct buf *b)
{
	uint64_t unpriced = 0, none = 0;

	buf_fmt(b, "%llu entries, ", (unsigned long long)c->totals.entries);
	put_size(b, c->totals.bytes);
	buf_fmt(b, "\n%-28s%10s%10s%10s%14s%14s%s", "model", "hits", "misses", "saved", "tokens in",
	    "tokens out", prices ? "       money" : "");
	for (size_t i = 0; i < c->len; i++)
		put_row(b, c->models[i].name, &c->models[i].use, prices != NULL,
		    saved(&c->models[i], prices, &none));
	put_row(b, "all", &c->sum, prices != NULL, saved_in_all(c, prices, &unpriced));
	if (prices && unpriced)
		buf_fmt(
		    b, "%llu hits were on models without a price\n", (unsigned long long)unpriced);
}

void cachestat_report(const struct store_report *r, bool json, struct buf *b)
{
	if (!json) {
		buf_fmt(b, "%llu looked at, %llu bad, %llu removed (",
		    (unsigned long long)r->checked, (unsigned long long)r->bad,
		    (unsigned long long)r->removed);
		put_size(b, r->bytes);
		buf_fmt(b, "), %llu left (", (unsigned long long)r->left.entries);
		put_size(b, r->left.bytes);
		buf_byte(b, ')');
		return;
	}
	jw_object(b);
	jw_member_int(b, "checked", (int64_t)r->checked);
	jw_member_int(b, "bad", (int64_t)r->bad);
	jw_member_int(b, "removed", (int64_t)r->removed);
	jw_member_int(b, "removed_bytes", (int64_t)r->bytes);
	jw_member_int(b, "entries", (int64_t)r->left.entries);
	jw_member_int(b, "bytes", (int64_t)r->left.bytes);
	jw_object_end(b);
}

static void put_entry(const struct address *key, const struct store_info *info,
    const struct json *payload, struct buf *b)
{
	const struct json *model = json_get_type(payload, "model", JSON_STRING);
	char hex[ADDRESS_HEX + 1];

	address_hex(key, hex);
	jw_object(b);
	jw_member_cstr(b, "key", hex);
	jw_member_int(b, "created", info->created / 1000000000);
	if (info->expires)
		jw_member_int(b, "expires", info->expires / 1000000000);
	jw_member_int(b, "bytes", (int64_t)info->stored);
	jw_member_int(b, "tokens_in", (int64_t)info->tokens_in);
	jw_member_int(b, "tokens_cached", (int64_t)info->tokens_cached);
	jw_member_int(b, "tokens_out", (int64_t)info->tokens_out);
	if (model)
		jw_member_json(b, "model", model);
	jw_object_end(b);
}

struct listing {
	struct store *store;
	struct buf *out;
	void (*put)(void *ctx);
	void *ctx;
	struct buf payload;
	struct json_doc doc;
};

/* What is not whole is verify's business. */
static int list_entry(void *ctx, const struct address *key, const struct store_info *info)
{
	struct listing *l = ctx;
	struct store_want any = {0};
	struct store_info again;

	buf_clear(&l->payload);
	if (store_get(l->store, key, &any, &l->payload, &again)) {
		put_entry(key, info, json_parse(&l->doc, buf_all(&l->payload), NULL), l->out);
		l->put(l->ctx);
	}
	return 0;
}

int cachestat_list(struct store *s, struct buf *b, void (*put)(void *ctx), void *ctx, struct err *e)
{
	struct listing l = {.store = s, .out = b, .put = put, .ctx = ctx};
	int status = store_walk(s, list_entry, &l, e);

	json_doc_free(&l.doc);
	buf_free(&l.payload);
	return status;
}

void cachestat_free(struct cachestat *c)
{
	for (size_t i = 0; i < c->len; i++)
		free(c->models[i].name);
	free(c->models);
	*c = (struct cachestat){0};
}
