/*
 * columns: a block of memories, column by column: how it is held, and how it is stored.
 *
 * Stored, a column is its least value, the width of a number (0, 1, 2, 4 or 8 bytes, enough for the
 * greatest less the least), and the numbers less the least, little end first. So a column of which all
 * values are the same takes no space, and reading one is a loop that a compiler makes wide.
 * Codes stand apart, for a search by words does not read them: the dimensions, a float32 scale for each
 * memory (0: it has no vector), and a byte a dimension.
 *
 *	struct columns c = {0};
 *	if (columns_read(&c, blob, true, &e) < 0 || columns_read_codes(&c, codes, &e) < 0)
 *		…				// damaged
 *	columns_copy(&other, &c, 0, c.n);
 *	columns_cut(&other, 3);
 *	columns_write(&other, &b);
 *	columns_free(&c);
 *
 * {0} is a valid empty block. Memory is reused after columns_clear().
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "slice.h"

struct columns {
	size_t n;
	size_t dimensions; /* of the codes; 0: no memory has a vector */
	struct buf row, time, recalled; /* int64_t each */
	struct buf importance; /* float */
	struct buf session, length; /* uint32_t each */
	struct buf end; /* uint32_t: where a memory's terms end, counted from the block's first */
	struct buf term; /* uint32_t */
	struct buf scale; /* float, where there are dimensions */
	struct buf code; /* int8_t, dimensions of them each */
};

void columns_clear(struct columns *c);

/* Did something not fit into a buffer? Then it is not to be written. */
bool columns_over(const struct columns *c);

/* One more memory; its scale is 0, and its code, where there are dimensions. */
void columns_add(struct columns *c, int64_t row, int64_t time, int64_t recalled, float importance,
    uint32_t session, uint32_t length, const uint32_t *term, size_t terms);

/* The last memory's vector. The block may have had no dimensions until then. */
void columns_add_code(struct columns *c, const int8_t *code, size_t dimensions, float scale);

/* Puts count memories of src, from one on, on the end of c. The dimensions of both are the same, or 0. */
void columns_copy(struct columns *c, const struct columns *src, size_t from, size_t count);

/* Takes memory i out. */
void columns_cut(struct columns *c, size_t i);

/* The first terms of memory i. */
static inline uint32_t columns_begin(const struct columns *c, size_t i)
{
	return i ? ((const uint32_t *)(const void *)c->end.ptr)[i - 1] : 0;
}

/*
 * Reads what was written, in place of what is there, codes too; the terms themselves only where they
 * are wanted. -1: it is damaged.
 */
int columns_read(struct columns *c, struct slice blob, bool terms, struct err *e);
/* Reads the codes that belong to the block that was read last. */
int columns_read_codes(struct columns *c, struct slice blob, struct err *e);
/* Reads only where the codes stand: out points into the blob; scale is read. */
int columns_codes(
    struct columns *c, struct slice blob, const int8_t **code, size_t *dimensions, struct err *e);

void columns_write(const struct columns *c, struct buf *b);
void columns_write_codes(const struct columns *c, struct buf *b);

void columns_free(struct columns *c);

#endif
