/*
 * rng: reproducible randomness. The same numbers come out on every machine.
 *
 * Two ways to draw. A struct rng is a stream (SplitMix64; Steele, Lea and Flood, OOPSLA 2014):
 * for a walk whose length is not known before. rng_at() and rng_permute() have no state: the
 * draw is a function of a key and a place, so that row 1,000 can be drawn without the rows before.
 *
 *	uint64_t key = rng_key(rng_key(seed, slice_str("occupation")), slice_str("miller"));
 *	uint64_t place = rng_permute(key, row % 64, 64);
 *
 * Not for secrets.
 */
#ifndef RNG_H
#define RNG_H

#include <stdint.h>

#include "slice.h"

struct rng {
	uint64_t state;
};

/* The next 64 bits. */
uint64_t rng_next(struct rng *r);

/* Uniform in 0 … n-1, without bias (Lemire, ACM TOMACS 2019); n > 0. */
uint64_t rng_below(struct rng *r, uint64_t n);

/* Uniform in [0, 1), 53 bits. */
double rng_unit(struct rng *r);

/* A key made of another key (or a seed) and a name. */
uint64_t rng_key(uint64_t key, struct slice name);

/* The 64 bits at place i of the sequence that key names. */
uint64_t rng_at(uint64_t key, uint64_t i);

/* The same, as a number in [0, 1). */
double rng_unit_at(uint64_t key, uint64_t i);

/*
 * Where i goes in a permutation of 0 … n-1 that key chooses: a four-round Feistel network over
 * the next power of four, walked until it lands below n (Black and Rogaway, CT-RSA 2002).
 * i < n, n > 0.
 */
uint64_t rng_permute(uint64_t key, uint64_t i, uint64_t n);

#endif
