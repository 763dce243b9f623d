/*
 * taken: the rows of earlier casts, as far as a new one must know them: which whole names are in
 * use (case-folded), by which number, and the highest number of an id npc-NUMBER.
 *
 *	struct taken t = {0};
 *	if (taken_read(&t, "first.ndjson", &e) < 0)
 *		…
 *	if (taken_has(&t, name, &number))
 *		…
 *	taken_free(&t);
 *
 * A row without a name, or with another kind of id, is welcome. Memory grows with the names.
 * Errors name file and line: a file that can't be read, a line that is no JSON object or is too
 * long, a number beyond TAKEN_NUMBER_MAX.
 */
#ifndef TAKEN_H
#define TAKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "fold.h"
#include "slice.h"

#define TAKEN_NUMBER_MAX UINT64_C(1000000000000000)

struct taken {
	struct fold names;
	uint64_t highest; /* 0: none */
};

/* Adds the rows of a file; "-" is standard input. */
int taken_read(struct taken *t, char *path, struct err *e);

/* Is the name in use? Then *number is that of the first such row's id, or 0. */
bool taken_has(struct taken *t, struct slice name, uint64_t *number);

void taken_free(struct taken *t);

#endif
