/*
 * fold: a set of texts that are compared case-folded (utf8_fold), each with a number. It copies
 * what it keeps; memory grows with the texts, nothing is ever taken out.
 *
 *	struct fold taken = {0};
 *	if (!fold_add(&taken, name, row))
 *		…			// it was there already, and keeps its number
 *	fold_free(&taken);
 *
 * {0} is a valid empty set. There is no normalisation: a composed letter and the same one written
 * with a combining mark are two.
 */
#ifndef FOLD_H
#define FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "slice.h"

struct fold_slot;

struct fold {
	struct buf text; /* the folded texts, one after the other */
	struct fold_slot *slots;
	size_t cap; /* of slots: 0 or a power of two */
	size_t n;
};

/* False when the text is there already. */
bool fold_add(struct fold *f, struct slice text, uint64_t number);

/* Is it there? Then *number (which may be NULL) is what it was added with. */
bool fold_find(struct fold *f, struct slice text, uint64_t *number);

void fold_free(struct fold *f);

#endif
