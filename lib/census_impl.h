/*
 * census_impl: what the parts of census share.
 *
 *	census.c		rows in
 *	census_prose.c		their texts
 *	census_end.c		what is found when all rows are known; the figures
 */
#ifndef CENSUS_IMPL_H
#define CENSUS_IMPL_H

#include "bonds.h"
#include "census.h"
#include "distinct.h"
#include "fold.h"
#include "neardup.h"
#include "packed.h"
#include "repeats.h"
#include "rows.h"
#include "wordhash.h"

enum { CENSUS_GRAMS = 3, CENSUS_OPENING = 4 };

struct census {
	const struct census_config *config;
	struct rows people; /* ids, and names */
	struct fold names, first_names;
	uint64_t named;
	struct facts *facts;
	struct bonds bonds;
	struct neardup *near;
	struct neardup_result near_result;
	uint64_t compared_rows; /* with a text that is long enough to be compared */
	struct rows kinds; /* the names of members whose texts are compared */
	uint64_t texts, words, banned_words;
	uint64_t all[CENSUS_GRAMS]; /* n-grams */
	struct distinct distinct[CENSUS_GRAMS];
	struct repeats openings;
	uint64_t repeated_openings;
	struct packed packed;
	char *mention[FACTS_MAX], *mention_label[FACTS_MAX];
	/* Scratch. */
	struct wordhash scan;
	struct buf text;
	uint64_t *shingle;
	size_t n_shingles, shingles_cap;
};

/* The texts of a row whose number is given. */
int census_prose(struct census *c, uint32_t row, const struct json *root, struct err *e);

static inline struct slice census_id(const struct census *c, uint32_t row)
{
	return rows_id(&c->people, row);
}

#endif
