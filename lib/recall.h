/*
 * recall: what a character remembers when it is asked: words and vectors ranked, fused, weighed by
 * recency and importance (generative agents, Park et al. 2023), and the lore that keys bring up.
 *
 *	struct recall *r = recall_new(m, &options);
 *	if (recall_run(r, &query, &e) < 0)
 *		…				// the database failed; or e says what is wrong with the query (recall_bad())
 *	for (i = 0; i < recall_count(r); i++)
 *		recall_put(r, i, &out);			// {"id":…,"npc":…,"text":…,"time":…,"importance":…,"score":…,"why":…}
 *	recall_free(r);
 *
 * The score of a memory is the weighed mean of relevance, recency and importance, each scaled to 0 … 1 over the
 * candidates (least 0, greatest 1; relevance by its greatest alone, so that its proportions stay). Candidates are the memories
 * that have some relevance; where weights are given, all of them.
 *
 * Nothing is approximate: every vector of the collection is compared by its code, and the best 4k (at least 100) by
 * its floats.
 */
#ifndef RECALL_H
#define RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "memory.h"
#include "slice.h"
#include "where.h"

enum recall_mode { RECALL_HYBRID, RECALL_LEXICAL, RECALL_VECTOR };

#define RECALL_RELEVANCE 1.0
#define RECALL_RECENCY 0.02
#define RECALL_IMPORTANCE 0.02
#define RECALL_HALF_LIFE (138 * INT64_C(3600000)) /* ms: 0.995 an hour, as in Park et al. */

struct recall_options {
	size_t k; /* memories by rank; lore comes on top */
	enum recall_mode mode;
	double relevance, recency, importance; /* weights */
	bool weighed; /* they were given: all memories are candidates */
	int64_t half_life; /* ms */
	int64_t
	    at; /* now, for recency; TIMESTAMP_NONE: the query's time, or else the latest memory's */
	int64_t since,
	    until; /* TIMESTAMP_NONE: open. since <= time < until; what has no time passes only where both are open */
	double min_score;
	uint64_t
	    budget; /* tokens (text bytes / 4, rounded up) that all texts together may have; 0: no limit */
	const struct where *where; /* or NULL; holds for lore too */
	bool explain;
};

struct recall_query {
	const struct slice *npc;
	size_t npcs;
	struct slice text; /* may be empty */
	const struct slice *turn; /* what was said last: only keys are looked for there */
	size_t turns;
	int64_t time; /* its own, or TIMESTAMP_NONE */
	const float *vector; /* or NULL */
	size_t dimensions;
	struct slice model; /* may be empty */
};

struct recall;

struct recall *recall_new(struct memory *m, const struct recall_options *o);

/*
 * An npc that the store does not know has no memories. -1: the database failed, or, where recall_bad()
 * then says so, the query's vector is of another length or model than the store's.
 */
int recall_run(struct recall *r, const struct recall_query *q, struct err *e);
bool recall_bad(const struct recall *r);

/* How it was done: "lexical", "vector" or "hybrid": without a vector, or where none of the memories has one, it is "lexical". */
const char *recall_how(const struct recall *r);

size_t recall_count(const struct recall *r);

/* One hit's row, for memory_touch(). */
int64_t recall_row(const struct recall *r, size_t i);

/*
 * Puts hit i as JSON: id, npc, text, time (as the memory tells it) and importance (where it does), score (rounded to 6 digits),
 * why: "words", "vector", "words and vector", "recency" (neither), "key …" or "constant"; with explain also
 * "explain":{"words":…,"vector":…,"relevance":…,"recency":…,"importance":…}.
 */
void recall_put(struct recall *r, size_t i, struct buf *b);

void recall_free(struct recall *r);

#endif
