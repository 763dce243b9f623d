/*
 * rank: how well memories answer a query, as numbers: pure, nothing is read or kept here.
 *
 * Words: BM25 (Robertson and Zaragoza 2009) with k1 = 0.4 and b = 0.1, for what is sought is one
 * short text among hundreds; idf = ln(1 + (N - n + 0.5) / (n + 0.5)) over the whole store, for in a
 * single collection the name of its own character would be rare or common by chance. A term counts
 * once, however often the query has it. Stop words count only in a query that has nothing else.
 *
 * Two kept words that stand beside each other in the query, and so in the memory (stop words
 * between them do not part them), score as a term of their own, times RANK_PAIR; how many memories
 * of the store have both beside each other is not kept, and is taken to be as many as in the
 * collection, in proportion, at most as many as have the rarer of the two. Characters of scripts
 * without spaces (grams) make no such pairs: their twos are terms.
 *
 * Neighbours: a memory gets RANK_NEIGHBOUR times the score of the one just before and of the one
 * just after it in time, in the same session: an answer often stands beside the words that were
 * asked with. A session is what is told as such (others may be mixed with it in time), or where
 * nothing is told, what lies within half an hour of each other, or has no time at all (then the
 * order of adding is that of time).
 *
 * Fusion: reciprocal rank fusion with k = 60 (Cormack, Clarke, Büttcher 2009).
 *
 *	struct rank_query *q = rank_query_new();
 *	rank_query_begin(q, memories, words);
 *	rank_query_add(q, number, count, stop, gram);	// each term
 *	if (rank_query_end(q)) {
 *		for (…)
 *			rank_block(q, block, score + n, n);	// n: memories before this block
 *		rank_pairs(q, n, score);
 *		memcpy(out, score, n * sizeof *out);
 *		rank_neighbours(q, time, session, n, score, out);	// each collection
 *	}
 *	rank_query_free(q);
 *
 * Time is linear in the terms of the query and of the blocks. Used again, a query allocates nothing.
 */
#ifndef RANK_H
#define RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

#define RANK_K1 0.4
#define RANK_B 0.1
#define RANK_PAIR 0.2
#define RANK_NEIGHBOUR 0.1
#define RANK_FUSION 60.0
#define RANK_SESSION_GAP 1800000 /* ms */

/* A query's terms, and the working memory. */
struct rank_query;

struct rank_query *rank_query_new(void);
/* Begins a query on a store of that many memories with so many words. */
void rank_query_begin(struct rank_query *q, int64_t memories, int64_t words);
/*
 * Adds a term; all of them, in the order of the text. count: memories that have it, 0: none (number
 * means nothing then; it still parts a pair). gram: a character of a script without spaces, or two.
 */
void rank_query_add(struct rank_query *q, uint32_t number, int64_t count, bool stop, bool gram);
/* After the last: false when no memory can have a score. */
bool rank_query_end(struct rank_query *q);
void rank_query_free(struct rank_query *q);

/*
 * Puts, for each memory of the block, how well its words answer into score[0 … n), the pairs left
 * out: those are noted (the memory as first + i), for their idf is known only when the whole
 * collection has been seen.
 */
void rank_block(struct rank_query *q, const struct memory_block *b, float *score, uint32_t first);
/* After the last block: adds the pairs to score, at what was noted; memories: of the collection(s). */
void rank_pairs(struct rank_query *q, int64_t memories, float *score);

/*
 * Adds the neighbours' part of score to out (another array). The memories are of one collection and
 * in the order of adding.
 */
void rank_neighbours(struct rank_query *q, const int64_t *time, const uint32_t *session, size_t n,
    const float *score, float *out);

/* Reciprocal rank fusion of one place (from 0). */
double rank_fused(size_t place);

/* 0.5 ^ (age / half_life), 1 for what is not older than at, 0 for what has no time. */
double rank_recency(int64_t at, int64_t time, int64_t half_life_ms);

#endif
