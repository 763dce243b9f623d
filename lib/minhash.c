#include "minhash.h"

#include "wordhash.h"

/* The lower 27 bits of half a mixed word are the hash, the five above them the bin. */
enum { HASH_BITS = 27, EMPTY = -1 };
#define HASH_MASK ((UINT32_C(1) << HASH_BITS) - 1)

static void throw(uint32_t least[MINHASH_BINS], uint32_t bits)
{
	uint32_t *bin = least + (bits >> HASH_BITS);

	bits &= HASH_MASK;
	if (bits < *bin)
		*bin = bits;
}

/* The bin that an empty one borrows from, the same for every set with the same bins empty. */
static uint32_t borrowed(const uint32_t least[MINHASH_BINS], unsigned part, unsigned bin)
{
	for (uint64_t i = 0;; i++) {
		unsigned from = (unsigned)wordhash_mix(i << 16 | part << 8 | bin) % MINHASH_BINS;

		if (least[from] != (uint32_t)EMPTY)
			return least[from];
	}
}

void minhash_make(struct minhash *m, const uint64_t *hashes, size_t n)
{
	uint32_t least[MINHASH_PARTS][MINHASH_BINS];

	memset(least, EMPTY, sizeof least);
	for (size_t i = 0; i < n; i++) {
		uint64_t a = hashes[i];
		uint64_t b = wordhash_mix(a + UINT64_C(0x9e3779b97f4a7c15));

		throw(least[0], (uint32_t)a);
		throw(least[1], (uint32_t)(a >> 32));
		throw(least[2], (uint32_t)b);
		throw(least[3], (uint32_t)(b >> 32));
	}
	for (unsigned p = 0; p < MINHASH_PARTS; p++)
		for (unsigned i = 0; i < MINHASH_BINS; i++) {
			uint32_t least_here = least[p][i];

			if (least_here == (uint32_t)EMPTY)
				least_here = borrowed(least[p], p, i);
			m->place[p * MINHASH_BINS + i] = (uint8_t)wordhash_mix(least_here);
		}
}

/* A one in each byte of the word that is zero. */
static uint64_t zeros(uint64_t v)
{
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);

	return ~(((v & low) + low) | v | low) >> 7;
}

double minhash_similarity(const struct minhash *a, const struct minhash *b)
{
	const double chance = 1.0 / 256;
	uint64_t same = 0;

	/* Sixteen words: no byte of the sum runs over, and neither does their sum in the end. */
	for (size_t i = 0; i < MINHASH_N; i += sizeof(uint64_t)) {
		uint64_t x, y;

		memcpy(&x, a->place + i, sizeof x);
		memcpy(&y, b->place + i, sizeof y);
		same += zeros(x ^ y);
	}
	same = (same * UINT64_C(0x0101010101010101)) >> 56;
	return ((double)same / MINHASH_N - chance) / (1 - chance);
}
