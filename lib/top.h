/*
 * top: the best k of many, by score, the smaller number first where scores are equal. It holds k
 * of them, in a heap; NaN is never among them.
 *
 *	struct top t = {0};
 *	top_begin(&t, 10);
 *	for (…)
 *		if (score > t.least)		// most are not: no call
 *			top_add(&t, score, number);
 *	top_sort(&t);				// t.best[0 … t.n), best first
 *	top_free(&t);
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
	double
	    least; /* a score that is not above it need not be offered while k are held; else -infinity */
};

/* Empties it, for the best k (0: none). */
void top_begin(struct top *t, size_t k);
void top_add(struct top *t, double score, uint32_t number);
void top_sort(struct top *t);
void top_free(struct top *t);

#endif
