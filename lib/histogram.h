/*
 * histogram: how values are spread, in little memory: buckets whose width grows with the value, so
 * that a percentile is right to about 3 %.
 *
 *	struct histogram h = {0};
 *	histogram_add(&h, ms);
 *	uint64_t median = histogram_at(&h, 0.5);
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

/* Values of more than 32 bits count as the largest of 32. */
enum { HISTOGRAM_PARTS = 32, HISTOGRAM_BUCKETS = (32 - 4) * HISTOGRAM_PARTS };

struct histogram {
	uint64_t n;
	uint64_t max;
	uint32_t count[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t value);

/* The value that the given share of all is at most; 0 where there is none. */
uint64_t histogram_at(const struct histogram *h, double share);

#endif
