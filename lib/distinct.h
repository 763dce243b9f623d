/*
 * distinct: how many different hashes have been added. Exact up to DISTINCT_EXACT of them, by a
 * hash table; beyond, an estimate by HyperLogLog (Flajolet, Fusy, Gandouet and Meunier, AofA 2007)
 * with 64-bit hashes and 2^16 registers, whose standard error is 0.41 %. So memory is 16 MiB at the
 * most, for ever so many: three of these hold the n-grams of any cast.
 *
 *	struct distinct d = {0};
 *	distinct_add(&d, hash);			// all 64 bits must be well mixed
 *	n = distinct_count(&d, &estimated);
 *	distinct_free(&d);
 *
 * {0} is a valid empty one.
 */
#ifndef DISTINCT_H
#define DISTINCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISTINCT_EXACT ((size_t)1 << 20)

enum { DISTINCT_WAITING = 32 };

struct distinct {
	uint64_t waiting[DISTINCT_WAITING]; /* to be put into the table together */
	size_t n_waiting;
	uint64_t *slots; /* 0 is empty */
	size_t cap, n; /* of slots: a power of two */
	bool zero; /* the hash 0 was added */
	uint8_t *registers; /* NULL while it is exact */
};

void distinct_add(struct distinct *d, uint64_t hash);

/* estimated may be NULL. */
uint64_t distinct_count(struct distinct *d, bool *estimated);

void distinct_free(struct distinct *d);

#endif
