/*
 * neardup: which of many texts are nearly the same. A text is given as the hashes of its shingles
 * (n-grams of words); two texts of one kind are near-duplicates when the Jaccard similarity of
 * their sets of shingles is above NEARDUP_LEAST.
 *
 * How: minhash sketches, and locality-sensitive hashing (Indyk and Motwani, STOC 1998): for each
 * band the sketches are sorted by it, and only texts with the same band are compared, so that time
 * is nearly linear. A pair whose sketches look alike enough is then verified on the whole sets.
 * These are not held: they go to a file without a name in a folder for temporary files, 8 bytes for
 * each shingle, and only those of candidates are read again. In memory a text takes 152 bytes.
 * What is found is exact; what is missed is a pair at 0.5 in 200, far fewer above.
 *
 * Where thousands of texts are nearly the same there are more pairs than there is time: beyond a
 * budget (64 comparisons for each text, and 2^26; a verification for each text, and 2^16) a text is
 * compared only to a few of those that it shares a band with, and taken as its sketch says. The
 * count of pairs is then an estimate, and too small; "partial" says so. Rows that have a
 * near-duplicate are still found, all but those at the very threshold.
 *
 *	struct neardup *n = neardup_new("/tmp", &e);
 *	neardup_add(n, row, kind, hashes, count, &e);
 *	neardup_find(n, found, ctx, &e);		// calls found for each pair
 *	neardup_free(n);
 */
#ifndef NEARDUP_H
#define NEARDUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define NEARDUP_LEAST 0.5

struct neardup_pair {
	uint32_t row, other; /* row came later */
	uint32_t kind;
	double similarity;
};

struct neardup_result {
	uint64_t pairs;
	uint64_t rows; /* that are in one at least */
	bool partial; /* pairs is not exact */
};

struct neardup;

/* folder is where the file is made. Errors: it cannot be. */
struct neardup *neardup_new(const char *folder, struct err *e);

/*
 * kind is below NEARDUP_KINDS; n, if 0, makes this text one that is like none. Errors: the file
 * cannot be written.
 */
enum { NEARDUP_KINDS = 256 };
int neardup_add(struct neardup *d, uint32_t row, uint32_t kind, const uint64_t *shingles, size_t n,
    struct err *e);

/*
 * Once, at the end. found returns 0, or -1 to end the search (and fills e). Each pair comes once,
 * in no order that means anything, but in the same one on every machine.
 */
int neardup_find(struct neardup *d,
    int (*found)(void *ctx, const struct neardup_pair *pair, struct err *e), void *ctx,
    struct neardup_result *result, struct err *e);

/* NULL is allowed. */
void neardup_free(struct neardup *d);

#endif
