/*
 * bonds: the ties between rows, and what is wrong with them: a tie to an id that no row has, a tie
 * that gives another name than the row of that id; and how many of them go both ways.
 *
 *	{"to":"npc-0002","kind":"rival","name":"Ada Brown"}	// a name need not be there
 *
 * Rows may be tied to rows that come later, so all is decided at the end; until then the ids are
 * held, and those names.
 *
 *	struct bonds b = {0};
 *	bonds_add(&b, row_number, ties);		// an array, or anything else: no ties
 *	bonds_resolve(&b, &people, found, ctx, &e);	// people: ids with names, numbered alike
 *	share = (double)b.mutual / (double)b.n;
 *	bonds_free(&b);
 */
#ifndef BONDS_H
#define BONDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "json.h"
#include "rows.h"
#include "slice.h"

struct bonds_found {
	uint32_t row;
	struct slice to; /* the id; empty where the tie has no string there */
	struct slice name; /* what the tie calls it; empty for a tie to nobody */
	struct slice is; /* what that row is called */
};

struct bonds {
	struct bonds_tie *tie;
	size_t n, cap;
	struct buf text; /* ids and names */
	/* After bonds_resolve(): */
	uint64_t dangling, misnamed;
	uint64_t mutual; /* ties a to b where there is one b to a; never to oneself */
};

void bonds_add(struct bonds *b, uint32_t row, const struct json *ties);

/* found returns 0, or -1 with e filled. */
int bonds_resolve(struct bonds *b, const struct rows *people,
    int (*found)(void *ctx, const struct bonds_found *found, struct err *e), void *ctx,
    struct err *e);

void bonds_free(struct bonds *b);

#endif
