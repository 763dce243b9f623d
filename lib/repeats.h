/*
 * repeats: how many of many hashes stand there more than once. Exact; 8 bytes for each.
 *
 *	struct repeats r = {0};
 *	repeats_add(&r, hash);
 *	share = (double)repeats_count(&r) / (double)r.n;
 *	repeats_free(&r);
 */
#ifndef REPEATS_H
#define REPEATS_H

#include <stddef.h>
#include <stdint.h>

struct repeats {
	uint64_t *hash;
	size_t n, cap;
};

void repeats_add(struct repeats *r, uint64_t hash);

/* How many of the hashes added are like another one; sorts them. */
uint64_t repeats_count(struct repeats *r);

void repeats_free(struct repeats *r);

#endif
