/*
 * estimate: what request lines would cost, at most, if they were sent: tokens and money, summed.
 *
 *	struct estimate s = {0};
 *	estimate_add(&s, &line, prices);	// prices may be none
 *	estimate_put(&s, &b, prices);		// {"requests":…,"tokens_in":…,"tokens_out":…,"cost":…}
 */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include <stdint.h>

#include "buf.h"
#include "line.h"
#include "money.h"

struct estimate {
	uint64_t requests;
	uint64_t passed; /* lines that are no requests */
	struct money_use use;
	int64_t cost; /* nano-units */
	uint64_t unbounded; /* requests without an output limit: their output counts as nothing */
	uint64_t unpriced; /* requests whose model has no price */
};

void estimate_add(struct estimate *s, const struct line *l, const struct money_prices *prices);
void estimate_put(const struct estimate *s, struct buf *b, const struct money_prices *prices);

#endif
