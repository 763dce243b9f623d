#include "timers.h"

#include <stdlib.h>

#include "mem.h"

static void put(struct timers *ts, struct timer *t, size_t place)
{
	ts->heap[place - 1] = t;
	t->place = place;
}

static void rise(struct timers *ts, struct timer *t)
{
	size_t place = t->place;

	while (place > 1 && ts->heap[place / 2 - 1]->due > t->due) {
		put(ts, ts->heap[place / 2 - 1], place);
		place /= 2;
	}
	put(ts, t, place);
}

static void sink(struct timers *ts, struct timer *t)
{
	size_t place = t->place, below;

	while ((below = place * 2) <= ts->n) {
		if (below < ts->n && ts->heap[below]->due < ts->heap[below - 1]->due)
			below++;
		if (ts->heap[below - 1]->due >= t->due)
			break;
		put(ts, ts->heap[below - 1], place);
		place = below;
	}
	put(ts, t, place);
}

void timers_set(struct timers *ts, struct timer *t, int64_t due)
{
	t->due = due;
	if (t->place == 0) {
		ts->heap = mem_more(ts->heap, ts->n, &ts->cap, sizeof(struct timer *));
		put(ts, t, ++ts->n);
	}
	rise(ts, t);
	sink(ts, t);
}

void timers_clear(struct timers *ts, struct timer *t)
{
	struct timer *last;

	if (t->place == 0)
		return;
	last = ts->heap[--ts->n];
	if (last != t) {
		put(ts, last, t->place);
		rise(ts, last);
		sink(ts, last);
	}
	t->place = 0;
}

int64_t timers_next(const struct timers *ts)
{
	return ts->n ? ts->heap[0]->due : -1;
}

struct timer *timers_pop(struct timers *ts, int64_t now)
{
	struct timer *t = ts->n ? ts->heap[0] : NULL;

	if (!t || t->due > now)
		return NULL;
	timers_clear(ts, t);
	return t;
}

void timers_free(struct timers *ts)
{
	free(ts->heap);
	*ts = (struct timers){0};
}
