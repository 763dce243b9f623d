/*
 * bar: one line that tells how a run is getting on: done, failed, in flight, calls and tokens a
 * second (of the last seconds), money, time left. It makes the text and knows when the next one is
 * due; to write it is the program's business.
 *
 *	struct bar bar;
 *	bar_init(&bar, clock_mono());
 *	if (now >= bar.due)
 *		bar_put(&bar, &b, &state, now);		// and sets bar.due
 *
 * Times are clock_mono()'s nanoseconds.
 */
#ifndef BAR_H
#define BAR_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

/* What is shown. */
struct bar_state {
	uint64_t done; /* failed or not */
	uint64_t failed;
	uint64_t flying;
	int64_t tokens;
	int64_t money; /* nano-units */
	bool priced;
	double part; /* of all that is to be done, 0 … 1; 0: not known */
};

struct bar {
	int64_t began;
	int64_t due;
	struct { /* a while ago, for rates */
		int64_t at;
		uint64_t done;
		int64_t tokens;
	} then, now;
};

void bar_init(struct bar *bar, int64_t now);
void bar_put(struct bar *bar, struct buf *b, const struct bar_state *s, int64_t now);

#endif
