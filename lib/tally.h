/*
 * tally: what became of a run's requests, counted: for the progress line, for --halt and --stats.
 *
 *	struct tally t = {0};
 *	tally_add(&t, &result);			// each request that is done
 *	tally_put(&t, &stats);
 */
#ifndef TALLY_H
#define TALLY_H

#include <stdint.h>

#include "caller.h"
#include "histogram.h"
#include "stats.h"

enum { TALLY_CODES = 24 };

struct tally {
	uint64_t done;
	uint64_t good;
	uint64_t failed;
	uint64_t tried; /* of those failed: not the ones that were only left over */
	uint64_t attempts;
	uint64_t passed; /* lines that were responses already */
	struct money_use used;
	int64_t cost;
	uint64_t status[600]; /* answers; those out of range count at 0 */
	struct {
		const char *code;
		uint64_t n;
	} codes[TALLY_CODES];
	struct histogram latency; /* of the attempts that ended requests, us */
};

void tally_add(struct tally *t, const struct caller_result *r);
void tally_put(const struct tally *t, struct stats *s);

#endif
