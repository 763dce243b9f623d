/*
 * ties: whom a person knows. Every row but the first has one to TIES_MOST ties, each to a different
 * earlier row: so any two rows are tied once at most. Like all about a cast, a row's ties are a
 * function of the seed and the row's number.
 *
 *	{"entries":[{"value":"mentor","weight":4,"feeling":[0.2,0.9],"back":[0.1,0.8],"years":[10,60]},…]}
 *
 * The value says what the other is to this person. "feeling" and "back" are the least and the most
 * that this person feels for the other, and the other for this one, -1 to 1, in steps of 0.1;
 * "years" the least and the most that the other is older; "least_age" holds for both; "same" names
 * fields that both must have alike; "kin": true is for people of one culture who share a family
 * name, false for others; "once": at most one such tie in a row. "when" looks at this person.
 *
 * A row has one tie of kinship at most: so no one's sister is someone's aunt twice over. Most ties
 * are to people not far before in the cast, sooner to those who share a home or a party; a few are
 * to anyone.
 *
 *	struct ties *t = ties_load(cast, &taken, &e);
 *	struct tie tie[TIES_MOST];
 *	int n = ties_draw(t, row, tie, &e);
 *	struct slice kind = ties_kind(t, &tie[0]);
 *	ties_free(t);
 *
 * Where taken has rows, those before its highest number are tied to only when they are in it, name
 * and number, as this cast would have them: a foreign cast's people are not this one's.
 * The cast and taken are borrowed. Errors begin with file and pointer.
 */
#ifndef TIES_H
#define TIES_H

#include <stdint.h>

#include "cast.h"
#include "taken.h"

enum { TIES_MOST = 3 };

struct ties;

struct tie {
	uint64_t to; /* the other's row */
	uint32_t kind;
	int feeling, back; /* in tenths */
};

struct ties *ties_load(struct cast *c, struct taken *taken, struct err *e);

/* NULL is allowed. */
void ties_free(struct ties *t);

/* How many; -1 where no kind of tie fits anyone before, or a person can't be drawn. */
int ties_draw(struct ties *t, uint64_t row, struct tie tie[TIES_MOST], struct err *e);

/* The other; good until the next call, and until row's own people are (cast_person). */
const struct cast_person *ties_other(
    struct ties *t, uint64_t row, const struct tie *tie, struct err *e);

/* What the other is to row's person. */
struct slice ties_kind(const struct ties *t, const struct tie *tie);

#endif
