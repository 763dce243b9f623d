/*
 * minhash: a sketch of a set, from which the Jaccard similarity of two sets (what they share over
 * what they have together) is estimated (Broder, "On the resemblance and containment of documents",
 * 1997): two sketches agree in each of their 128 places with a probability of just that.
 *
 * How, and why so: 128 hash functions would cost 128 products for each member. Instead each member
 * is thrown into one of 32 bins by each of four functions, and each bin keeps its least hash: one
 * permutation hashing (Li, Owen and Zhang, NIPS 2012), four times over, so that a text of fifty
 * words does not leave most bins empty. An empty bin borrows from one that is chosen by a hash
 * (Shrivastava, "Optimal densification", ICML 2017). Of each minimum 8 bits are kept (Li and
 * König, "b-bit minwise hashing", WWW 2010): a sketch is 128 bytes, and places that differ agree
 * once in 256, which the estimate takes into account. Its standard error at 0.5 is about 0.045.
 *
 *	struct minhash a, b;
 *	minhash_make(&a, hashes, n);		// of the members; a member may stand more than once
 *	if (minhash_similarity(&a, &b) > 0.5)
 *		…
 *	minhash_band(&a, 7) == minhash_band(&b, 7)	// likely where they are alike
 */
#ifndef MINHASH_H
#define MINHASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	MINHASH_PARTS = 4,
	MINHASH_BINS = 32,
	MINHASH_N = MINHASH_PARTS * MINHASH_BINS,
	/*
	 * Bands of three places: two sets of similarity s share one at least with a probability of
	 * 1 - (1 - s³)^42: 0.996 at 0.5, 0.3 at 0.2, 0.005 at 0.05.
	 */
	MINHASH_BAND = 3,
	MINHASH_BANDS = MINHASH_N / MINHASH_BAND
};

struct minhash {
	uint8_t place[MINHASH_N];
};

/* All bits of the hashes must be well mixed. n is not 0. */
void minhash_make(struct minhash *m, const uint64_t *hashes, size_t n);

/* An estimate, unbiased: it can be a little below 0. */
double minhash_similarity(const struct minhash *a, const struct minhash *b);

/* The 24 bits of a band, 0 to MINHASH_BANDS - 1. */
static inline uint32_t minhash_band(const struct minhash *m, unsigned band)
{
	const uint8_t *p = m->place + band * MINHASH_BAND;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

#endif
