/*
 * rows: rows held in memory and found by id. They keep the order in which they were added, and
 * are numbered from 0.
 *
 *	struct rows rows = {0};
 *	if (!rows_add(&rows, id, text))
 *		…				// that id is there already
 *	if (rows_find(&rows, id, &i))
 *		text = rows_text(&rows, i);	// good until a row is added
 *	rows_free(&rows);
 */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "slice.h"

struct rows {
	size_t count;
	struct rows_row *row;
	size_t cap;
	uint32_t *slots; /* a hash table of numbers of rows, from 1; 0 is empty */
	size_t n_slots; /* a power of two, at least twice count */
	struct buf text;
};

/* False: there is a row with that id, or it is longer than 255 bytes, or 2^31 rows are there. */
bool rows_add(struct rows *r, struct slice id, struct slice text);

bool rows_find(const struct rows *r, struct slice id, size_t *i);

struct slice rows_text(const struct rows *r, size_t i);
struct slice rows_id(const struct rows *r, size_t i);

/* A mark that the caller may set on a row. */
bool rows_marked(const struct rows *r, size_t i);
void rows_mark(struct rows *r, size_t i);

void rows_free(struct rows *r);

#endif
