/*
 * words_impl: between the files of words: normal forms (words_normal.c), stop words (words_stop.c)
 * and stems (words_stem.c).
 */
#ifndef WORDS_IMPL_H
#define WORDS_IMPL_H

#include "words.h"

/* What a code point is to words. */
enum words_class {
	WORDS_NOTHING, /* parts words */
	WORDS_LETTER, /* or number */
	WORDS_MARK, /* stands on what is before it */
	WORDS_UNSPACED, /* a letter of a script that is written without spaces */
	WORDS_IGNORED /* neither part of a word nor between two */
};

enum words_class words_class(uint32_t cp);

/*
 * Puts the text's normal form on out: NFKC, case folded except for ASCII, U+FFFD for bad bytes; with
 * marks the combining marks U+0300 to U+036F stay, as far as NFKC leaves them. Apostrophes of all
 * kinds become ', other general punctuation becomes spaces.
 */
void words_normal(struct buf *out, struct slice text, bool marks);

/* Puts the text on out without those marks, also those that are within a letter (é, й). */
void words_unmark(struct buf *out, struct slice text);

/* FNV-1a (Fowler, Noll, Vo), with its upper half folded in. */
static inline uint32_t words_hash(struct slice word)
{
	uint32_t h = 2166136261;

	for (size_t i = 0; i < word.len; i++)
		h = (h ^ (unsigned char)word.ptr[i]) * 16777619;
	return h ^ h >> 16;
}

/* The stop words of a language, found by their folded forms. {0}: none. */
enum { WORDS_STOP_SLOTS = 512 };

struct words_stop {
	const char *list; /* with a space between two */
	uint16_t at[WORDS_STOP_SLOTS]; /* where in the list a word begins, plus 1; 0: empty */
};

/* language is a Snowball stemmer's name or one of its ISO codes; */
void words_stop_init(struct words_stop *s, const char *language);
bool words_stop_has(const struct words_stop *s, struct slice word);

/* A word, and what was made of it. An empty one has a len of 0. */
enum { WORDS_KNOWN_LONGEST = 30, WORDS_KNOWN = 4096 };

struct words_known {
	uint8_t len, stem_len;
	bool stop;
	char word[WORDS_KNOWN_LONGEST], stem[WORDS_KNOWN_LONGEST + 1];
};

struct words_language {
	struct sb_stemmer *stemmer; /* NULL: none */
	struct words_stop stop;
	bool marks; /* the stemmer knows é from e */
	bool elides; /* an apostrophe stands between two words: l'amour */
	struct words_known *known; /* WORDS_KNOWN of them: the words met last */
};

/* NULL: there is no such language. */
struct words_language *words_language(const char *name, struct err *e);
void words_language_free(struct words_language *l);

/* Puts the stem on out, which has room for it; *stop: is the word (folded, not empty) a stop word? */
size_t words_stem(struct words_language *l, struct slice word, struct buf *scratch,
    char out[WORDS_LONGEST], bool *stop);

#endif
