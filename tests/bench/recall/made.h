/*
 * made: memories for benchmarks, the same on every machine: each is a function of the seed and its
 * number, so that two programs measure the same vectors and texts and pass none to each other.
 *
 * Vectors: independent Gaussian numbers, or one of MADE_CENTRES such centres with noise on it, as
 * embeddings lie in clumps. A question's vector is of the same kind, and none of the memories'.
 *
 * Texts: 8 to 20 words drawn by Zipf's law (exponent 1) from English function words, which are the
 * most frequent, and 20,000 words that can be pronounced and mean nothing. A question has some rare
 * words of a memory, and function words.
 *
 *	struct made *m = made_new(&plan);
 *	made_vector(m, i, x);
 *	made_text(m, i, &b);
 *	made_free(m);
 *
 * For benchmarks only: bad options end the program.
 */
#ifndef MADE_H
#define MADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum { MADE_CENTRES = 200 };

struct made_plan {
	uint64_t collections, each; /* memory i is in collection i / each */
	uint64_t questions; /* question q asks collection q % collections */
	size_t dimensions;
	uint64_t seed;
	bool clustered;
};

struct made;

/*
 * Takes "-c COLLECTIONS -n EACH -q QUESTIONS -d DIMENSIONS -s SEED -k gaussian|clustered" and returns
 * the next letter of own ("f:x", as for getopt), or -1 after the last. The plan begins as made_usual.
 */
extern const struct made_plan made_usual;
int made_option(int argc, char **argv, const char *own, struct made_plan *plan);

struct made *made_new(const struct made_plan *plan);
void made_vector(struct made *m, uint64_t i, float *x);
void made_question_vector(struct made *m, uint64_t q, float *x);

/* Puts the text of memory i, or of question q, on b. */
void made_text(struct made *m, uint64_t i, struct buf *b);
void made_question_text(struct made *m, uint64_t q, struct buf *b);

/* The names as they stand in the lines: "c00042", "m1234". */
void made_npc(uint64_t collection, char name[24]);
void made_id(uint64_t i, char name[24]);
void made_free(struct made *m);

/* The median of what took so long; sorts it. */
double made_median(double *took, size_t n);

#endif
