/*
 * cachestat: what a store holds and what it has saved, for people or as one JSON object.
 *
 *	struct cachestat c = {0};
 *	if (cachestat_read(&c, store, &e) < 0)
 *		…
 *	cachestat_json(&c, prices, &b);		// prices may be NULL: then nothing is said of money
 *	cachestat_text(&c, prices, &b);
 *	cachestat_free(&c);
 *
 * Entries and bytes are the counters': too much after a crash, until gc. Saved is what hits did not
 * spend: bytes of answers, tokens, money by the prices of today.
 */
#ifndef CACHESTAT_H
#define CACHESTAT_H

#include "buf.h"
#include "err.h"
#include "money.h"
#include "store.h"

struct cachestat_model {
	char *name;
	struct store_use use;
};

struct cachestat {
	struct store_totals totals;
	struct store_use sum;
	struct cachestat_model *models;
	size_t len, cap;
};

int cachestat_read(struct cachestat *c, struct store *s, struct err *e);

/* One line; as all of these, without a line feed at its end. */
void cachestat_json(const struct cachestat *c, const struct money_prices *prices, struct buf *b);

/* A table. */
void cachestat_text(const struct cachestat *c, const struct money_prices *prices, struct buf *b);

/* What gc, verify and clear report: words, or an object. */
void cachestat_report(const struct store_report *r, bool json, struct buf *b);

/* Puts an object on b for each entry that is whole, and calls put after each. */
int cachestat_list(
    struct store *s, struct buf *b, void (*put)(void *ctx), void *ctx, struct err *e);

void cachestat_free(struct cachestat *c);

#endif
