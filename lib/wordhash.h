/*
 * wordhash: text taken apart into words, each as a 64-bit hash of its case-folded letters, so that a
 * text can be counted, compared and searched without being kept.
 *
 * A word is a run of letters and digits; an apostrophe between two of them belongs to it ("miller's"
 * is one word), a hyphen parts. Letters are whatever is not ASCII and no punctuation; there is no
 * normalisation, and a script without blanks between its words gives long words. Folding is that of
 * utf8_fold(). Hashes are the same on every machine; two words that share one are not told apart.
 *
 *	struct wordhash w = {0};
 *	wordhash_add(&w, slice_str("He is a miller."));
 *	w.word[3].hash == wordhash_hash(slice_str("Miller"));		// true
 *	wordhash_phrase(w.word + 2, 2) == wordhash_step(wordhash_step(0, a), miller);	// true
 *	wordhash_clear(&w);
 *	wordhash_free(&w);
 */
#ifndef WORDHASH_H
#define WORDHASH_H

#include <stddef.h>
#include <stdint.h>

#include "slice.h"

enum {
	WORDHASH_CAPITAL = 1, /* begins with a letter that folding changes: an upper-case one */
	WORDHASH_BREAK = 2, /* punctuation before it, or the text's beginning */
	WORDHASH_SENTENCE = 4, /* begins a sentence, as far as punctuation tells */
	WORDHASH_NUMBER = 8 /* all digits, nine at most */
};

struct wordhash_word {
	uint64_t hash;
	uint32_t number; /* where it is one */
	uint32_t flags;
};

struct wordhash {
	struct wordhash_word *word;
	size_t n, cap;
};

/* Puts the words of text after those that are there. */
void wordhash_add(struct wordhash *w, struct slice text);

static inline void wordhash_clear(struct wordhash *w)
{
	w->n = 0;
}

void wordhash_free(struct wordhash *w);

/* The hash of the first word of text; 0 where there is none. */
uint64_t wordhash_hash(struct slice text);

/* 64 bits that all depend on all bits of x. */
static inline uint64_t wordhash_mix(uint64_t x)
{
	/* The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* The hash of a phrase and one word more; that of no words is 0. */
static inline uint64_t wordhash_step(uint64_t phrase, uint64_t word)
{
	return wordhash_mix((phrase + UINT64_C(0x9e3779b97f4a7c15)) ^ word);
}

static inline uint64_t wordhash_phrase(const struct wordhash_word *word, size_t n)
{
	uint64_t h = 0;

	for (size_t i = 0; i < n; i++)
		h = wordhash_step(h, word[i].hash);
	return h;
}

#endif
