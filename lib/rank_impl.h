/* What the parts of rank share. */
#ifndef RANK_IMPL_H
#define RANK_IMPL_H

#include "rank.h"

#define RANK_NOBODY UINT32_MAX

/* Numbers by their keys; open addressing, at most half full. */
struct rank_table {
	struct rank_slot *slot;
	size_t cap; /* slots in use: 0 or a power of two */
	size_t room; /* slots there are */
	unsigned shift; /* 64 less the bits of cap */
};

struct rank_slot {
	uint64_t key;
	uint32_t value; /* RANK_NOBODY: empty */
};

/* A term as it stands in the query's text. */
struct rank_place {
	uint32_t number;
	int64_t count;
	bool stop, gram;
};

/* A term of the query, or a pair of them, once. */
struct rank_term {
	uint32_t number; /* of a term */
	int64_t count; /* of a term: memories of the store; of a pair: the rarer one's */
	int64_t seen; /* of a pair: memories of the collection */
	float idf;
	uint32_t times; /* in the memory at hand */
};

struct rank_terms {
	struct rank_term *term;
	size_t n, cap;
	struct rank_table table;
	uint32_t *touched; /* those with times > 0; room for all */
	size_t touched_n, touched_cap;
};

/* A pair in a memory. */
struct rank_note {
	uint32_t memory, pair;
	float part; /* what is times idf */
};

enum { RANK_FILTER = 4096 }; /* a power of two */

struct rank_query {
	int64_t memories;
	double average; /* words of a memory */
	bool stops; /* there are only stop words, and they count */
	struct rank_place *place;
	size_t places, places_cap;
	struct rank_terms words, pairs;
	struct rank_note *note;
	size_t notes, notes_cap;
	uint32_t *hit; /* places in a block's terms that may be the query's */
	size_t hits_cap;
	uint32_t *order; /* for the neighbours: two times as many as there are memories */
	size_t order_cap;
	struct rank_table sessions;
	uint8_t
	    filter[RANK_FILTER]; /* by the low bits of a term's number: may it be the query's? */
};

/* Empties it, with room for n. */
void rank_table_begin(struct rank_table *t, size_t n);
void rank_table_free(struct rank_table *t);

/* The slot of the key, or the empty one where it goes. */
static inline struct rank_slot *rank_table_slot(const struct rank_table *t, uint64_t key)
{
	size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> t->shift);

	while (t->slot[i].value != RANK_NOBODY && t->slot[i].key != key)
		i = (i + 1) & (t->cap - 1);
	return &t->slot[i];
}

#endif
