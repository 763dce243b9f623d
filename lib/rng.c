#include "rng.h"

static const uint64_t golden = 0x9e3779b97f4a7c15u;

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t rng_next(struct rng *r)
{
	r->state += golden;
	return mix(r->state);
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	unsigned __int128 m = (unsigned __int128)rng_next(r) * n;

	if ((uint64_t)m < n) {
		uint64_t least = (0 - n) % n;

		while ((uint64_t)m < least)
			m = (unsigned __int128)rng_next(r) * n;
	}
	return (uint64_t)(m >> 64);
}

static double unit(uint64_t bits)
{
	return (double)(bits >> 11) * 0x1p-53;
}

double rng_unit(struct rng *r)
{
	return unit(rng_next(r));
}

/* FNV-1a, then mixed: names are a few bytes long. */
uint64_t rng_key(uint64_t key, struct slice name)
{
	uint64_t h = 0xcbf29ce484222325u ^ mix(key + golden);

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ (unsigned char)name.ptr[i]) * 0x100000001b3u;
	return mix(h ^ name.len);
}

uint64_t rng_at(uint64_t key, uint64_t i)
{
	return mix(mix(key + golden * (i + 1)) ^ key);
}

double rng_unit_at(uint64_t key, uint64_t i)
{
	return unit(rng_at(key, i));
}

static uint64_t feistel(uint64_t key, uint64_t x, unsigned half)
{
	uint64_t mask = (UINT64_C(1) << half) - 1;
	uint64_t left = x >> half, right = x & mask;

	for (uint64_t round = 0; round < 4; round++) {
		uint64_t next = left ^ (rng_at(key + round * golden, right) & mask);

		left = right;
		right = next;
	}
	return left << half | right;
}

uint64_t rng_permute(uint64_t key, uint64_t i, uint64_t n)
{
	unsigned half = 1;

	while (half < 32 && n > UINT64_C(1) << 2 * half)
		half++;
	do
		i = feistel(key, i, half);
	while (i >= n);
	return i;
}
