/*
 * top: the best k of many, by score, the smaller number first where scores are equal. It holds k
 * of them, in a heap; NaN is never among them. Memory grows with what it holds, not with k.
 *
 *	struct top t = {0};
 *	top_begin(&t, 10);
 *	for (…)
 *		if (score > t.least)		// most are not: no call
 *			top_add(&t, score, number);
 *	top_sort(&t);				// t.best[0 … t.n), best first
 *	top_free(&t);
 *
 * That test is right where numbers are offered in ascending order: a later one with the same score
 * would have to be offered otherwise. After top_sort() nothing is added until top_begin().
 */
#ifndef TOP_H
#define TOP_H

#include <stddef.h>
#include <stdint.h>

struct top_one {
	double score;
	uint32_t number;
};

struct top {
	struct top_one *best;
	size_t n, k, cap;
	/* -infinity until k are held; then a score that is not above it need not be offered. */
	double least;
};

/* Empties it, for the best k (0: none). */
void top_begin(struct top *t, size_t k);
void top_add(struct top *t, double score, uint32_t number);
void top_sort(struct top *t);
void top_free(struct top *t);

#endif
