/*
 * sheet: a person of a cast, and a tie between two, as rows: JSON objects without a line end.
 *
 *	struct sheet s = {world_name(w), cast, ties, &taken, {0}};
 *	sheet_row(&s, &out.buf, person, tie, n);
 *	sheet_edge(&s, &out.buf, person, other, &tie[0]);
 *	sheet_free(&s);
 *
 * An edge has both its people in it, as anybody may know them: no flaw, no goal, no fear, none of
 * the further fields. Everything but the scratch buffer is borrowed.
 */
#ifndef SHEET_H
#define SHEET_H

#include "buf.h"
#include "cast.h"
#include "taken.h"
#include "ties.h"

struct sheet {
	struct slice world; /* its name */
	struct cast *cast;
	struct ties *ties;
	struct taken *taken; /* names in here are not borne again */
	struct buf name; /* scratch */
};

void sheet_row(
    struct sheet *s, struct buf *b, const struct cast_person *person, const struct tie *tie, int n);

void sheet_edge(struct sheet *s, struct buf *b, const struct cast_person *from,
    const struct cast_person *to, const struct tie *tie);

void sheet_free(struct sheet *s);

#endif
