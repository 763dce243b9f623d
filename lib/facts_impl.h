/*
 * facts_impl: what the parts of facts share.
 *
 *	facts.c		what is given, what is mentioned, what is found
 *	facts_claim.c	what a sentence says of the person
 *	facts_class.c	the words that such sentences are made with
 */
#ifndef FACTS_IMPL_H
#define FACTS_IMPL_H

#include "buf.h"
#include "facts.h"
#include "rows.h"

enum { FACTS_PHRASE = 6, FACTS_SUBJECTS = 16 };
#define FACTS_NONE UINT32_MAX

/* What a word can be in a sentence that states a fact; a word can be several. */
enum {
	FACTS_A = 1,
	FACTS_BE = 1 << 1,
	FACTS_I_AM = 1 << 2,
	FACTS_WORKS = 1 << 3,
	FACTS_AS = 1 << 4,
	FACTS_OF = 1 << 5,
	FACTS_ADVERB = 1 << 6,
	FACTS_LINK = 1 << 7, /* between the subject and a second verb */
	FACTS_LIFE = 1 << 8, /* life as a ... */
	FACTS_WORK = 1 << 9, /* the work of a ... */
	FACTS_GENERAL = 1 << 10, /* what a ... does, being a ... */
	FACTS_BECAME = 1 << 11,
	FACTS_LIVES = 1 << 12,
	FACTS_PLACE = 1 << 13, /* in, at */
	FACTS_DWELLING = 1 << 14,
	FACTS_POSSESSIVE = 1 << 15,
	FACTS_AGED = 1 << 16,
	FACTS_YEAR = 1 << 17,
	FACTS_OLD = 1 << 18,
	FACTS_HE = 1 << 19, /* somebody who may be meant by "he" from here on */
	FACTS_SHE = 1 << 20,
	FACTS_EITHER = 1 << 21,
	FACTS_SMALL = 1 << 22, /* a number in words, 1 to 19 */
	FACTS_TENS = 1 << 23,
	FACTS_I = 1 << 24,
	FACTS_THE = 1 << 25,
	FACTS_WHO = 1 << 26,
	FACTS_ARTICLE = FACTS_A | FACTS_THE,
	FACTS_OTHERS = FACTS_HE | FACTS_SHE | FACTS_EITHER
};

struct facts_word {
	uint64_t hash;
	uint32_t class;
	uint32_t number; /* where it is FACTS_SMALL or FACTS_TENS */
};

enum { FACTS_WORDS = 1024 }; /* slots of a hash table: a few times as many as there are */

void facts_fill(struct facts_word table[FACTS_WORDS]);

/* The entry of a word; one of zeros where it has no class. */
static inline const struct facts_word *facts_class(
    const struct facts_word table[FACTS_WORDS], uint64_t hash)
{
	size_t at = hash % FACTS_WORDS;

	while (table[at].hash && table[at].hash != hash)
		at = (at + 1) % FACTS_WORDS;
	return &table[at];
}

/* A statement that may contradict what is given. */
struct facts_claim {
	uint32_t row;
	uint16_t fact; /* f->n is the age */
	bool weak; /* nothing, if what is given is mentioned */
	uint64_t
	    said_at; /* in f->said: the value, as it was written, where there is a length; else: */
	uint32_t said_len;
	uint64_t phrase[FACTS_PHRASE]; /* its first word, its first two, ...; 0: not that many */
};

struct facts_fact {
	const char *name;
	struct rows values; /* the hash of the phrase, and the value as it was first written */
	uint32_t *own; /* by row: which value; FACTS_NONE */
	struct wordhash now; /* of the row at hand, without an article before it */
	bool mentioned_now;
	uint64_t given, mentioned;
};

struct facts {
	struct facts_fact fact[FACTS_MAX + 1]; /* one more that is empty, for the age */
	size_t n;
	size_t occupation, home; /* which facts; FACTS_MAX: not among them */
	uint32_t *ages; /* by row */
	size_t rows, cap; /* rows begun; of all arrays by row */
	struct facts_claim *claim;
	size_t n_claims, claims_cap;
	size_t first_claim; /* of the row at hand */
	struct buf said, scratch;
	/* The row at hand: who it is. Names first. */
	uint64_t subject[FACTS_SUBJECTS];
	uint32_t rivals[FACTS_SUBJECTS]; /* who else may be meant by a pronoun: FACTS_OTHERS */
	size_t n_names, n_subjects;
	struct wordhash scan; /* scratch */
	const struct facts_word **class; /* of each word of the text at hand */
	size_t class_cap;
	struct facts_word table[FACTS_WORDS];
};

/* Looks for claims in a text of the row at hand. */
void facts_claims(struct facts *f, const struct wordhash_word *word, size_t n);

/* Adds a claim about the row at hand, to be filled. */
struct facts_claim *facts_new_claim(struct facts *f, size_t fact);

/* Adds one that says this. */
void facts_say(struct facts *f, size_t fact, struct slice said);

/* Does the phrase begin at word, without punctuation in it? */
bool facts_stands(const struct wordhash *phrase, const struct wordhash_word *word, size_t n);

#endif
