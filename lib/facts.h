/*
 * facts: what is given of a person, held against what is written about it: how often a given
 * occupation or home is mentioned, and where the prose or a filled-in member states another one, or
 * another age.
 *
 * A contradiction is only what is plainly said of this person, since most of what a text says is
 * said of somebody else:
 *
 * - A member with the name of a fact (or profession, job, residence) inside what was filled in has
 *   another value; one that contains the given one, or is contained in it, is the same.
 * - A sentence whose subject is the person (its name, its pronoun, or I) says "is a", "works as a",
 *   "became a" and then an occupation; "lives in" (at, on, ...) and then a home; "is N years old",
 *   "is a N-year-old", "aged N", "is N" and a stop. "His home is in" is such a sentence too.
 * - "The work of a", "earns as a", "all that a ... knows" and the like, anywhere, where the given
 *   occupation is mentioned nowhere in the row.
 *
 * An occupation or a home is what facts_know() was told and what any row has; so these are decided
 * at the end, in facts_resolve(). What lay in the past ("was a", "lived in") contradicts nothing.
 *
 *	struct facts *f = facts_new(2, (const char *[]){"occupation", "home"});
 *	facts_know(f, 0, slice_str("miller"));
 *	facts_begin(f, row_number, row, name);
 *	facts_prose(f, words, n);			// a text of the row
 *	facts_member(f, slice_str("age"), value);
 *	facts_end(f);
 *	facts_resolve(f, found, ctx, &e);
 *	facts_free(f);
 *
 * Held in memory: 4 bytes a row for each fact, the different values, and what may be
 * contradictions.
 */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "json.h"
#include "slice.h"
#include "wordhash.h"

enum { FACTS_MAX = 16 };

struct facts_found {
	uint32_t row;
	const char *fact;
	struct slice given, stated;
};

struct facts;

/* The facts' names are members of rows with a string in them; n is FACTS_MAX at most. */
struct facts *facts_new(size_t n, const char *const *names);

/* Another value that the fact can have. */
void facts_know(struct facts *f, size_t fact, struct slice value);

/* Rows come with rising numbers; name may be empty. */
void facts_begin(struct facts *f, uint32_t number, const struct json *row, struct slice name);
void facts_prose(struct facts *f, const struct wordhash_word *word, size_t n);
void facts_member(struct facts *f, struct slice name, const struct json *value);
void facts_end(struct facts *f);

/* How many rows have the fact, and in how many of them the prose mentions it. */
uint64_t facts_given(const struct facts *f, size_t fact);
uint64_t facts_mentioned(const struct facts *f, size_t fact);

/* The contradictions, in the order of the rows. found returns 0, or -1 with e filled. */
int facts_resolve(struct facts *f,
    int (*found)(void *ctx, const struct facts_found *found, struct err *e), void *ctx,
    struct err *e);

/* NULL is allowed. */
void facts_free(struct facts *f);

#endif
