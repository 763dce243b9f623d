/* What the parts of recall share. */
#ifndef RECALL_IMPL_H
#define RECALL_IMPL_H

#include "json.h"
#include "lore.h"
#include "rank.h"
#include "recall.h"
#include "top.h"

#define RECALL_NOWHERE SIZE_MAX

/* Less than any cosine: the memory has no vector. */
#define RECALL_NO_VECTOR (-2.0F)

/* What is known of a memory. */
enum {
	RECALL_OUTSIDE = 1, /* of since and until */
	RECALL_BY_WORDS = 2, /* its words, or a neighbour's, answer */
	RECALL_BY_VECTOR = 4,
	RECALL_EXACT = 8, /* its cosine is of the floats */
	RECALL_LEFT_OUT = 16, /* by the filter, or it is switched off */
	RECALL_IS_LORE = 32
};

struct recall_part {
	int64_t collection;
	int64_t memories, triggers, vectors;
	size_t place; /* in the query */
	size_t first, end; /* its memories in the columns */
};

/* One that was recalled, as it was then. */
struct recall_hit {
	int64_t row;
	size_t at; /* in the columns, or RECALL_NOWHERE */
	size_t npc, id, json, key, end; /* where each begins in text */
	bool lore;
};

struct recall {
	struct memory *m;
	struct recall_options o;
	const struct recall_query *q; /* while it runs */
	bool bad;
	bool words, vectors; /* what is ranked by */

	struct recall_part *part;
	size_t parts, parts_cap;
	int64_t *collection; /* those with triggers */
	size_t collections_cap;

	/* The memories of the collections that are asked, the first that was named last. */
	size_t n, cap;
	int64_t *row, *time, *seen; /* seen: when it happened or was last recalled */
	uint32_t *session;
	float *importance;
	float *own, *score; /* by words; with those of the neighbours */
	float *cosine; /* by the codes */
	float *scale; /* of the codes */
	double *exact; /* by the floats, where they were compared */
	float *relevance; /* not used where vectors alone are ranked by */
	uint8_t *state;

	int16_t *code; /* the query's */
	float *x; /* a memory's */
	size_t dimensions, dimensions_cap;
	float query_scale, scale_most; /* of the query's codes; the greatest of the memories' */
	double query_sum; /* of its numbers' sizes, where its length is 1 */
	float cosine_most; /* by the codes, of all memories; at least 0 */
	bool compared; /* some by their floats */

	int64_t now;
	double most; /* the greatest relevance */
	double recency,
	    recency_span; /* least, and how far it goes; a span of 0: it decides nothing */
	double importance_least, importance_span;
	double weight; /* of all that decides */
	size_t candidates;

	struct rank_query *rank;
	struct lore lore;
	struct top pool, best, sure;
	size_t wanted; /* so many of the best must be in the order of their floats */
	bool left_out; /* the last walk found one to leave out */

	struct recall_hit *hit;
	size_t hits, hits_cap;
	size_t lores; /* hits that are lore, which come first */
	size_t lores_end; /* of their text */
	uint64_t lores_tokens, tokens;
	struct buf text;
	struct json_doc doc;
	struct buf scratch;
};

/* Reads the columns of all parts, and scores them by words and by codes. */
int recall_read(struct recall *r, struct err *e);

/* Where the row stands, or RECALL_NOWHERE. */
size_t recall_place(const struct recall *r, int64_t row);

/* The best size of them, best first, in r->best: a number n is memory r->n - 1 - n. */
int recall_select(struct recall *r, size_t size, struct err *e);

/*
 * How well a memory answers in all, which may be less than 0, and what that is made of, each scaled
 * to 0 … 1.
 */
struct recall_parts {
	double relevance, recency, importance;
};
double recall_score(const struct recall *r, size_t at, struct recall_parts *p);

/* Makes the memory's cosine that of its floats. */
int recall_rescore(struct recall *r, size_t at, struct err *e);

/* The lore that came up, as far as the filter and the budget let it. */
int recall_lore(struct recall *r, struct err *e);

/* The best that pass, behind the lore. 0: more of them are wanted; 1: enough. */
int recall_walk(struct recall *r, struct err *e);

/* So many are looked at for so many that are wanted; and more, where those are not enough. */
static inline size_t recall_further(size_t n)
{
	return n > SIZE_MAX / 4 ? SIZE_MAX : n * 4;
}

static inline double recall_cosine(const struct recall *r, size_t at)
{
	return r->state[at] & RECALL_EXACT ? r->exact[at] : (double)r->cosine[at];
}

static inline bool recall_candidate(const struct recall *r, size_t at)
{
	unsigned state = r->state[at];

	return !(state & RECALL_OUTSIDE) &&
	    (r->o.weighed || (state & (RECALL_BY_WORDS | RECALL_BY_VECTOR)));
}

#endif
