/*
 * cull: what is to be forgotten: of the memories that were picked (pick.h) all, or, of each npc, all
 * but the so many most worth keeping: the most important first (what tells no importance has
 * PICK_USUAL), of equal ones the latest (those without a time come last), of equal ones the last added.
 *
 *	struct cull c = {.keep = 100};		// 0: none
 *	pick_each(&p, m, cull_add, &c, &e);
 *	cull_choose(&c);
 *	memory_forget(m, c.row, c.rows, &n, &e);
 *	for (i = 0; i < c.rows; i++)
 *		… cull_name(&c, i)			// {"npc":…,"id":…}
 *	cull_free(&c);
 *
 * What it holds grows with the memories that were picked, some 100 bytes each.
 */
#ifndef CULL_H
#define CULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pick.h"
#include "slice.h"

struct cull {
	size_t keep; /* of each npc */
	struct cull_one *one;
	size_t n, cap;
	struct buf names;
	int64_t *row; /* to be forgotten, in the order in which they were picked */
	size_t *name; /* of each row, its place in one */
	size_t rows;
};

/* For pick_each(): ctx is the cull; always true. */
bool cull_add(void *ctx, const struct pick_memory *one);

void cull_choose(struct cull *c);

/* Row i's npc and id, as JSON. */
struct slice cull_name(const struct cull *c, size_t i);

void cull_free(struct cull *c);

#endif
