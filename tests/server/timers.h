/*
 * timers: many deadlines, the next one first. A binary heap of timers that the caller owns, each
 * a member of whatever waits; {0} is a timer that is not set, and an empty heap.
 * Times are nanoseconds of clock_mono().
 *
 *	timers_set(&heap, &conn->timer, now + 200 * MS);
 *	while ((t = timers_pop(&heap, now)))
 *		…
 */
#ifndef TIMERS_H
#define TIMERS_H

#include <stddef.h>
#include <stdint.h>

struct timer {
	int64_t due;
	size_t place; /* in the heap, from 1; 0: not set */
};

struct timers {
	struct timer **heap;
	size_t n;
	size_t cap;
};

/* Sets it, or sets it anew. */
void timers_set(struct timers *ts, struct timer *t, int64_t due);

/* Nothing when it is not set. */
void timers_clear(struct timers *ts, struct timer *t);

/* When the next one is due, or -1. */
int64_t timers_next(const struct timers *ts);

/* Takes one that is due off the heap, or NULL. */
struct timer *timers_pop(struct timers *ts, int64_t now);

void timers_free(struct timers *ts);

#endif
