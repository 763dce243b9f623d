/*
 * ties_impl: what the files of ties share, for no one else: ties_load.c reads the kinds, ties.c
 * draws.
 */
#ifndef TIES_IMPL_H
#define TIES_IMPL_H

#include <stdbool.h>

#include "ties.h"

/* How many fields "same" may name. */
enum { TIES_SAME_MOST = 8 };

struct ties_kind {
	double weight;
	int feeling[2], back[2]; /* in tenths */
	int64_t years[2];
	int64_t least_age;
	bool any_years, once, kin, no_kin;
	unsigned same_n;
	uint32_t same[TIES_SAME_MOST];
};

struct ties {
	struct cast *cast;
	struct taken *taken;
	struct table *table;
	const char *where;
	struct ties_kind *kinds;
	double *sums; /* scratch: of the kinds that fit */
	uint64_t key;
	struct cast_person far;
	struct buf name; /* scratch */
};

#endif
