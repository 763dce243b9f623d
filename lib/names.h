/*
 * names: the name spaces of a world's cultures. A whole name is a given name, middle names where
 * they are needed, and a family name; which one a row bears is a function of the seed and the
 * row's number, and no two rows of a cast ever bear the same, however many there are.
 *
 *	{"description":"…","given":{"feminine":["Alheyd",…],"masculine":[…]},"family":["Becker",…]}
 *
 * How: the pairs of a given and a family name are dealt out in windows of NAMES_WINDOW rows. The
 * families, in an order that the seed chooses, form groups of 8; window after window takes the next
 * group, and each time round, each family brings out its next 8 given names. So the people of a
 * window have few family names between them, and kin are likely; and every pair comes once. The
 * lists of given names of a culture go through the same groups, so sisters and brothers share a
 * name. When all pairs are used up a generation is over: from then on a middle name is added,
 * another one each generation, and more of them when these are used up too.
 *
 * That all whole names are distinct rests on what names_settle() drops, always case-folded: banned
 * names; a given name that stands in an earlier list of its culture, a family name that an earlier
 * culture has; a family name that begins with a word that is a given name. So a whole name can be
 * taken apart in one way only.
 *
 *	struct names *n = names_new(seed);
 *	names_list(n, slice_str("feminine"));		// 0, the number of the list
 *	names_ban(n, slice_str("Lyra"));
 *	names_add(n, slice_str("norse"), "names-norse.json: ", json, &e);
 *	names_settle(n, &e);
 *	struct names_pick p = names_pick(n, culture, list, row);
 *	names_put(n, &p, names_regular(&p), &b);
 *
 * Ownership: names keeps copies of everything. Errors begin with "where", a file and a pointer's
 * beginning: a list that is missing, a name that is no string, is empty, has a blank at an end or
 * (a given name) within, fewer than 8 names left in a list.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "json.h"
#include "slice.h"

/* A window has NAMES_GROUP families, each with NAMES_GROUP given names. */
enum { NAMES_GROUP = 8, NAMES_WINDOW = NAMES_GROUP * NAMES_GROUP };

struct names;

struct names_pick {
	uint32_t culture, list;
	uint32_t given, family; /* places in their lists */
	uint64_t generation; /* how often all pairs were used up before */
};

struct names *names_new(uint64_t seed);

/* NULL is allowed. */
void names_free(struct names *n);

/* The number of the list of given names that has this name; all are named before names_add(). */
uint32_t names_list(struct names *n, struct slice list);

void names_ban(struct names *n, struct slice name);

/* The next culture: its number is how many came before. */
int names_add(struct names *n, struct slice culture, const char *where, const struct json *json,
    struct err *e);

/* Drops what would make names ambiguous. After it, names can be picked. */
int names_settle(struct names *n, struct err *e);

struct names_pick names_pick(const struct names *n, uint32_t culture, uint32_t list, uint64_t row);

/*
 * Puts the whole name. The extension chooses the middle names; 0 is none, and different ones give
 * different names. The row's own is names_regular(); where that name is taken already, it is
 * names_conflict() of attempt 0, 1, 2 and so on, which no other row's name uses.
 */
void names_put(
    const struct names *n, const struct names_pick *p, uint64_t extension, struct buf *b);

uint64_t names_regular(const struct names_pick *p);
uint64_t names_conflict(const struct names_pick *p, uint64_t attempt);

#endif
