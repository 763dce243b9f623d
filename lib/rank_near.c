#include "rank_impl.h"

#include <stdlib.h>

#include "mem.h"
#include "timestamp.h"

static bool is_sorted(const int64_t *time, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (time[i] < time[i - 1])
			return false;
	return true;
}

/* The end of the numbers from at on that ascend in time. */
static size_t run_end(const int64_t *time, const uint32_t *order, size_t at, size_t n)
{
	for (at++; at < n; at++)
		if (time[order[at]] < time[order[at - 1]])
			break;
	return at;
}

/* Of two that are equal the one from the first half comes first: it was added first. */
static void merge(const int64_t *time, const uint32_t *from, size_t half, size_t n, uint32_t *to)
{
	size_t a = 0, b = half;

	while (a < half && b < n)
		*to++ = time[from[b]] < time[from[a]] ? from[b++] : from[a++];
	while (a < half)
		*to++ = from[a++];
	while (b < n)
		*to++ = from[b++];
}

/*
 * The memories' numbers by time, then by when they were added. A natural merge sort: what was added
 * conversation by conversation is in a few runs.
 */
static const uint32_t *sort_by_time(struct rank_query *q, const int64_t *time, size_t n)
{
	uint32_t *from, *to;
	size_t runs = 0;

	if (2 * n > q->order_cap) {
		q->order = mem_grow(q->order, 2 * n, sizeof *q->order);
		q->order_cap = 2 * n;
	}
	from = q->order;
	to = q->order + n;
	for (size_t i = 0; i < n; i++)
		from[i] = (uint32_t)i;
	while (runs != 1) {
		uint32_t *merged = to;

		runs = 0;
		for (size_t at = 0; at < n; runs++) {
			size_t half = run_end(time, from, at, n);
			size_t end = half < n ? run_end(time, from, half, n) : half;

			merge(time, from + at, half - at, end - at, to + at);
			at = end;
		}
		to = from;
		from = merged;
	}
	return from;
}

/* Both are of one session, and b is not earlier. */
static bool near(const int64_t *time, uint32_t session, uint32_t a, uint32_t b)
{
	if (session != 0 || time[a] == time[b])
		return true;
	/* The distance of two numbers may be more than a number of their own kind can hold. */
	return time[a] != TIMESTAMP_NONE &&
	    (uint64_t)time[b] - (uint64_t)time[a] <= RANK_SESSION_GAP;
}

static void lend(const float *score, float *out, uint32_t a, uint32_t b)
{
	out[a] += (float)RANK_NEIGHBOUR * score[b];
	out[b] += (float)RANK_NEIGHBOUR * score[a];
}

/* How often one session comes after another. */
static size_t changes(const uint32_t *session, const uint32_t *order, size_t n)
{
	size_t count = 0;

	for (size_t i = 1; i < n; i++)
		count += session[order ? order[i] : i] != session[order ? order[i - 1] : i - 1];
	return count;
}

void rank_neighbours(struct rank_query *q, const int64_t *time, const uint32_t *session, size_t n,
    const float *score, float *out)
{
	const uint32_t *order = is_sorted(time, n) ? NULL : sort_by_time(q, time, n);
	size_t parted = changes(session, order, n);
	uint32_t last = RANK_NOBODY;

	/* Sessions may be mixed in time: the table keeps the last memory of each that was left. */
	if (parted > 0)
		rank_table_begin(&q->sessions, parted + 1);
	for (size_t i = 0; i < n; i++) {
		uint32_t me = order ? order[i] : (uint32_t)i;

		if (last != RANK_NOBODY && session[last] != session[me]) {
			*rank_table_slot(&q->sessions, session[last]) =
			    (struct rank_slot){session[last], last};
			last = rank_table_slot(&q->sessions, session[me])->value;
		}
		if (last != RANK_NOBODY && near(time, session[me], last, me))
			lend(score, out, last, me);
		last = me;
	}
}
