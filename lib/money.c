#include "money.h"

#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "fs.h"
#include "mem.h"

enum { MILLION = 1000000, NANO_DIGITS = 9, PRICES_FILE_MAX = 1 << 20 };

int64_t money_add(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static int64_t times(int64_t a, int64_t b)
{
	int64_t product;

	return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

/* Where the decimal point stands among the digits, once the number is taken times 1e9. */
static int nano_point(const struct decimal *d, int64_t *point)
{
	int64_t exponent = 0;

	for (size_t i = 0; i < d->exponent.len; i++)
		exponent = money_add(times(exponent, 10), d->exponent.ptr[i] - '0');
	if (exponent > 1000)
		return -1;
	*point = d->point + (d->exponent_negative ? -exponent : exponent) + NANO_DIGITS;
	return 0;
}

int money_parse(struct slice text, int64_t *nano, struct err *e)
{
	struct decimal d;
	int64_t point, at = 0, n = 0;
	bool rest = false;

	if (decimal_parse(text, &d) < 0 || nano_point(&d, &point) < 0)
		return err_set(e, "%.*s: no amount of money", SLICE_FMT(text));
	if (d.negative && d.count > 0)
		return err_set(e, "%.*s: below 0", SLICE_FMT(text));
	for (size_t i = 0; i < d.digits.len; i++) {
		if (d.digits.ptr[i] == '.')
			continue;
		if (at++ < point)
			n = money_add(times(n, 10), d.digits.ptr[i] - '0');
		else
			rest = true;
	}
	for (; d.count > 0 && at < point && n < INT64_MAX; at++)
		n = times(n, 10);
	n = money_add(n, rest);
	if (n == INT64_MAX)
		return err_set(e, "%.*s: too large", SLICE_FMT(text));
	*nano = n;
	return 0;
}

/* Takes the place of a price that the model had before. */
static void set_price(struct money_prices *p, struct slice model, const struct money_price *price)
{
	size_t i = 0, cap = p->cap;

	while (i < p->len && !slice_is(model, p->models[i]))
		i++;
	if (i == p->len) {
		p->models = mem_more(p->models, p->len, &cap, sizeof *p->models);
		p->prices = mem_more(p->prices, p->len, &p->cap, sizeof *p->prices);
		p->models[i] = mem_copy(model.ptr, model.len);
		p->len++;
	}
	p->prices[i] = *price;
}

int money_prices_arg(struct money_prices *p, struct slice text, struct err *e)
{
	struct money_price price;
	int64_t *const parts[] = {&price.in, &price.out, &price.cached};
	struct slice rest = text;
	int n = 0;

	while (n < 3 && rest.ptr)
		if (money_parse(slice_trim(slice_split(&rest, ',')), parts[n++], e) < 0)
			return err_wrap(e, "%.*s", SLICE_FMT(text));
	if (n < 2 || rest.ptr)
		return err_set(e, "%.*s: not IN,OUT or IN,OUT,CACHED", SLICE_FMT(text));
	if (n == 2)
		price.cached = price.in;
	set_price(p, slice_str("*"), &price);
	return 0;
}

/* One number of a model's price; where it may be left out, otherwise. */
static int read_part(
    const struct json *v, const char *name, const int64_t *otherwise, int64_t *out, struct err *e)
{
	const struct json *part = json_get(v, name);

	if (!part && otherwise) {
		*out = *otherwise;
		return 0;
	}
	if (!json_is(part, JSON_NUMBER))
		return err_set(e, "\"%s\" is not a number", name);
	return money_parse(json_raw(part), out, e);
}

static int read_price(const struct json *v, struct money_price *price, struct err *e)
{
	if (!json_is(v, JSON_OBJECT))
		return err_set(e, "not an object with \"in\" and \"out\"");
	if (read_part(v, "in", NULL, &price->in, e) < 0 ||
	    read_part(v, "out", NULL, &price->out, e) < 0)
		return -1;
	return read_part(v, "cached", &price->in, &price->cached, e);
}

int money_prices_load(struct money_prices *p, const struct json *root, struct err *e)
{
	struct buf name = {0};
	int status = 0;

	if (!json_is(root, JSON_OBJECT))
		return err_set(e, "not an object of models");
	for (const struct json *n = json_first(root); n != json_end(root) && status == 0;
	     n = json_next(n)) {
		struct money_price price;

		buf_clear(&name);
		json_unescape(n, &name);
		status = read_price(json_value(n), &price, e);
		if (status == 0)
			set_price(p, buf_all(&name), &price);
		else
			err_wrap(e, "%s", buf_cstr(&name));
	}
	buf_free(&name);
	return status;
}

int money_prices_read(struct money_prices *p, const char *path, struct err *e)
{
	struct buf text = {0};
	struct json_doc doc = {0};
	int status = fs_slurp(path, PRICES_FILE_MAX, &text, e);

	if (status == 0) {
		const struct json *root = json_parse(&doc, buf_all(&text), e);

		status = root ? money_prices_load(p, root, e) : -1;
		if (status < 0)
			err_wrap(e, "%s", path);
	}
	json_doc_free(&doc);
	buf_free(&text);
	return status;
}

const struct money_price *money_price(const struct money_prices *p, struct slice model)
{
	const struct money_price *any = NULL;

	for (size_t i = 0; i < p->len; i++) {
		if (slice_is(model, p->models[i]))
			return &p->prices[i];
		if (strcmp(p->models[i], "*") == 0)
			any = &p->prices[i];
	}
	return any;
}

void money_prices_free(struct money_prices *p)
{
	for (size_t i = 0; i < p->len; i++)
		free(p->models[i]);
	free(p->models);
	free(p->prices);
	*p = (struct money_prices){0};
}

/* What is not ASCII takes more tokens: its bytes count twice. */
static int64_t weigh(struct slice text)
{
	size_t wide = 0;

	for (size_t i = 0; i < text.len; i++)
		wide += (unsigned char)text.ptr[i] >> 7;
	return (int64_t)(text.len + wide);
}

/* An image is written out in the request, but is not read as text. */
static bool is_image(const struct json *v)
{
	return v->type == JSON_STRING && v->len > MONEY_IMAGE &&
	    slice_starts(slice_make(v->ptr, v->len), "data:");
}

static int64_t estimate_in(const struct json *body)
{
	static const char *const sent[] = {"messages", "prompt", "input", "instructions", "system",
	    "tools", "functions", "response_format"};
	int64_t bytes = 0, images = 0;

	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
		const struct json *part = json_get(body, sent[i]);

		if (!part)
			continue;
		bytes += weigh(json_raw(part));
		for (const struct json *v = part; v != json_next(part); v++)
			if (is_image(v)) {
				bytes -= weigh(json_raw(v));
				images++;
			}
	}
	return money_add((bytes + 3) / 4, images * MONEY_IMAGE);
}

/* A whole number of 0 or more, however it is written; else -1. */
static int64_t count(const struct json *v, const char *name)
{
	const struct json *member = json_get_type(v, name, JSON_NUMBER);
	double d;

	if (!member)
		return -1;
	d = json_double(member);
	if (!(d >= 0))
		return -1;
	return d < 9e18 ? (int64_t)d : INT64_MAX;
}

static int64_t first_count(const struct json *v, const char *const *names)
{
	int64_t n = -1;

	while (n < 0 && *names)
		n = count(v, *names++);
	return n;
}

static bool ends(struct slice s, const char *with)
{
	size_t n = strlen(with);

	return s.len >= n && memcmp(s.ptr + s.len - n, with, n) == 0;
}

void money_estimate(const struct json *body, struct slice url, struct money_use *use)
{
	static const char *const limits[] = {
	    "max_completion_tokens", "max_tokens", "max_output_tokens", NULL};
	int64_t limit = first_count(body, limits), n = count(body, "n");

	*use = (struct money_use){.in = estimate_in(body), .bounded = true};
	if (ends(slice_split(&url, '?'), "/embeddings"))
		return;
	use->bounded = limit >= 0;
	if (use->bounded)
		use->out = times(limit, n > 1 ? n : 1);
}

bool money_usage(const struct json *answer, struct money_use *use)
{
	static const char *const ins[] = {"prompt_tokens", "input_tokens", NULL};
	static const char *const outs[] = {"completion_tokens", "output_tokens", NULL};
	static const char *const hits[] = {"prompt_cache_hit_tokens", "cached_tokens", NULL};
	const struct json *usage = json_get_type(answer, "usage", JSON_OBJECT);
	const struct json *details = json_get(usage, "prompt_tokens_details");
	int64_t in = first_count(usage, ins), out = first_count(usage, outs), cached;

	*use = (struct money_use){0};
	if (in < 0 && out < 0)
		return false;
	cached =
	    count(details ? details : json_get(usage, "input_tokens_details"), "cached_tokens");
	if (cached < 0)
		cached = first_count(usage, hits);
	use->in = in > 0 ? in : 0;
	use->out = out > 0 ? out : 0;
	use->cached = cached < 0 ? 0 : cached < use->in ? cached : use->in;
	return true;
}

int64_t money_cost(const struct money_price *p, const struct money_use *use)
{
	__int128 sum = (__int128)(use->in - use->cached) * p->in +
	    (__int128)use->cached * p->cached + (__int128)use->out * p->out;

	sum = (sum + MILLION - 1) / MILLION;
	return sum > INT64_MAX ? INT64_MAX : (int64_t)sum;
}

void money_use_add(struct money_use *sum, const struct money_use *use)
{
	sum->in = money_add(sum->in, use->in);
	sum->cached = money_add(sum->cached, use->cached);
	sum->out = money_add(sum->out, use->out);
}

int64_t money_tokens(const struct money_use *use)
{
	return money_add(use->in, use->out);
}

/* Cents, and below one whole unit two digits more. */
void money_put(struct buf *b, int64_t nano)
{
	int64_t step = nano < MONEY_UNIT ? MONEY_UNIT / 10000 : MONEY_UNIT / 100;
	int64_t rounded = money_add(nano, step / 2) / step;
	int64_t whole = rounded / (MONEY_UNIT / step), part = rounded % (MONEY_UNIT / step);

	buf_fmt(
	    b, "%lld.%0*lld", (long long)whole, step == MONEY_UNIT / 100 ? 2 : 4, (long long)part);
}
