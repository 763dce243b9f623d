/*
 * money: what requests cost. Money is a whole number of nano-units (a thousand-millionth of
 * whatever currency the prices are in), so that sums are exact; a price is money per million
 * tokens. The cost of one call is rounded up to the next nano-unit. Sums stop at INT64_MAX.
 *
 *	struct money_prices prices = {0};
 *	money_prices_arg(&prices, slice_str("2.50,10,1.25"), &e);	// --price, or
 *	money_prices_load(&prices, root, &e);			// {"gpt-x":{"in":2.5,"out":10}}
 *
 *	const struct money_price *p = money_price(&prices, model);	// NULL: none
 *	money_estimate(body, url, &use);				// before
 *	money_usage(answer, &use);					// after
 *	int64_t nano = money_cost(p, &use);
 *	money_prices_free(&prices);
 */
#ifndef MONEY_H
#define MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "json.h"
#include "slice.h"

#define MONEY_UNIT INT64_C(1000000000)

/* Nano-units per million tokens. */
struct money_price {
	int64_t in;
	int64_t out;
	int64_t cached; /* input tokens that the server had cached; as in unless told */
};

struct money_prices {
	char **models; /* as in the file; "*" is for every other model */
	struct money_price *prices;
	size_t len, cap;
};

/* Tokens of one call. */
struct money_use {
	int64_t in; /* all of them, the cached ones too */
	int64_t cached;
	int64_t out;
	bool bounded; /* an estimate: the request limits its output */
};

/* "12.5": a JSON number, 0 or more, as nano-units, rounded up. */
int money_parse(struct slice text, int64_t *nano, struct err *e);

/* "IN,OUT" or "IN,OUT,CACHED": the price of every model that has none of its own. */
int money_prices_arg(struct money_prices *p, struct slice text, struct err *e);

/* The contents of a prices file: {"MODEL":{"in":…,"out":…,"cached":…},…}; cached may be left out. */
int money_prices_load(struct money_prices *p, const struct json *root, struct err *e);

/* The same from a file. */
int money_prices_read(struct money_prices *p, const char *path, struct err *e);

/* The price of a model, or NULL. */
const struct money_price *money_price(const struct money_prices *p, struct slice model);

void money_prices_free(struct money_prices *p);

/*
 * What a request is likely to use at most: about a token for four bytes of what is sent (two where
 * it is not ASCII; an image within it counts as MONEY_IMAGE), and the output limit times n. Without
 * a limit out is 0 and bounded is false. Embeddings (by the url) have no output. Any body will do.
 */
enum { MONEY_IMAGE = 1000 };
void money_estimate(const struct json *body, struct slice url, struct money_use *use);

/* What an answer's "usage" says; false, and zeros, when it says nothing of use. */
bool money_usage(const struct json *answer, struct money_use *use);

int64_t money_cost(const struct money_price *p, const struct money_use *use);

/* A sum of two that are 0 or more. */
int64_t money_add(int64_t a, int64_t b);

/* Adds tokens. */
void money_use_add(struct money_use *sum, const struct money_use *use);

/* in and out together. */
int64_t money_tokens(const struct money_use *use);

/* "12.35": to the cent and finer below one, for people. */
void money_put(struct buf *b, int64_t nano);

#endif
