/*
 * recall: what a character remembers when it is asked: words and vectors ranked, fused, weighed by
 * recency and importance (generative agents, Park et al. 2023), and the lore that keys bring up.
 *
 *	struct recall *r = recall_new(m, &options);
 *	if (recall_run(r, &query, &e) < 0)
 *		…			// the database failed; or, where recall_bad(), the query is wrong
 *	for (i = 0; i < recall_count(r); i++)
 *		recall_put(r, i, &out);	// {"id":…,"npc":…,"text":…,"score":…,"why":…}
 *	recall_free(r);
 *
 * How: a memory's relevance is its score by words (rank.h: BM25, pairs, neighbours), or the cosine of
 * its vector, or, where there are both, reciprocal rank fusion of its two places, each among the
 * best 4k (at least 100). Candidates are the memories that have some relevance; by vector all that
 * have one; where weights are given, all memories.
 *
 * Score: the weighed mean of relevance, recency and importance, each scaled to 0 … 1 over the
 * candidates: least 0, greatest 1; relevance by its greatest alone, so that its proportions stay.
 * What is the same for all of them decides nothing and is left out of the mean. Recency is of when
 * it happened, or was last recalled where that is later; an importance that is not told is 5. Higher
 * scores come first; of those that are equal what is of the npc named first, then what was added
 * later: a chat wants the news.
 *
 * since and until decide who is a candidate; neighbours beyond them still lend their part. where
 * leaves out what was ranked, and changes no score; it is read as far down the ranking as is needed
 * for k, never to a fixed depth. Neither since nor until hold for lore, which is of no time.
 *
 * Lore comes first, in its order; what does not fit into the budget is left out. Then what was
 * ranked, up to the first that does not fit. What is lore comes once, and does not count towards k;
 * its score is that by which it would be ranked, 0 where it is no candidate. Lore that is switched
 * off (enabled: false) is not recalled at all.
 *
 * Nothing is approximate: every vector of the collections is compared by its code, and of the best
 * 4k (at least 100: among a hundred that are nearly the same, 40 were too few) those by their floats
 * that could still be among the best k, by how far a code can be off. The other places of a fusion
 * are those by codes.
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
#define RECALL_RECENCY 0.0001
#define RECALL_IMPORTANCE 0.0001
#define RECALL_HALF_LIFE (138 * INT64_C(3600000)) /* ms: 0.995 an hour, as in Park et al. */

struct recall_options {
	size_t k; /* memories by rank; lore comes on top */
	enum recall_mode mode;
	double relevance, recency, importance; /* weights */
	bool weighed; /* they were given: all memories are candidates */
	int64_t half_life; /* ms */
	/* Now, for recency. TIMESTAMP_NONE: the query's time, or else the latest of its memories'. */
	int64_t at;
	/* since <= time < until; TIMESTAMP_NONE: open. What has no time passes where both are open. */
	int64_t since, until;
	double min_score; /* of what is ranked */
	uint64_t budget; /* tokens (bytes / 4, rounded up) of all texts together; 0: no limit */
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

/* Copies the options; where is borrowed. A weight that is not above 0 is 0. */
struct recall *recall_new(struct memory *m, const struct recall_options *o);

/*
 * An npc that the store does not know has no memories. Takes a snapshot for as long as it runs, so not
 * within a transaction. -1: the database failed, or, where recall_bad()
 * then says so, the query's vector is of another length or model than the store's.
 */
int recall_run(struct recall *r, const struct recall_query *q, struct err *e);
bool recall_bad(const struct recall *r);

/*
 * How it was done: "lexical", "vector" or "hybrid". Without a vector, or where none of the memories
 * has one, it is "lexical"; "vector" also where the text has no words that the store knows.
 */
const char *recall_how(const struct recall *r);

size_t recall_count(const struct recall *r);

/* One hit's row, for memory_touch(). */
int64_t recall_row(const struct recall *r, size_t i);

/*
 * Puts hit i as JSON: id, npc, text, time (as the memory tells it) and importance (where it does),
 * score (rounded to 6 digits), why: "words" (its own or a neighbour's), "vector", "words and vector",
 * "recency" (neither: the weights), "key …" or "constant"; with explain also
 * "explain":{"words":…,"vector":…,"relevance":…,"recency":…,"importance":…}: the score by words and
 * the cosine, where there are such, then the parts of the mean.
 */
void recall_put(struct recall *r, size_t i, struct buf *b);

void recall_free(struct recall *r);

#endif
