/*
 * lifted: the long arrays of numbers that stand under the name "embedding", taken out of a line
 * before it is parsed: a JSON value for each of 64 times 1,536 numbers would cost more than all the
 * rest.
 *
 * The line's text is copied with each such array (after the name as it is plainly written, at any
 * depth, of at least 16 bytes and nothing but numbers) replaced by []; what was taken out is found
 * again by where the [] stands. An array that is not right is left in its place, for whoever reads
 * it to say what is wrong. What is lifted and never asked for would be lost: lifted_all_taken() says
 * whether that is so; if it is not, the line is parsed as it is. The text is JSON exactly when the
 * line is, but an error in it names a byte of the text: the line is parsed for the right one.
 *
 *	struct lifted l = {0};
 *	struct slice text = lifted_text(&l, line);
 *	root = json_parse(&doc, text, &e);
 *	x = lifted_take(&l, json_get(root, "embedding"), &n);	// NULL: not lifted: vector_read() it
 *	lifted_free(&l);
 */
#ifndef LIFTED_H
#define LIFTED_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "json.h"
#include "slice.h"

struct lifted {
	struct buf text; /* the line without them */
	struct buf floats; /* all of them, one after the other */
	struct lifted_one *one; /* in the order of the text */
	size_t n, cap;
	size_t taken;
};

/* Borrows line when there is nothing to lift. */
struct slice lifted_text(struct lifted *l, struct slice line);

/* The n floats that stood at v, an array of the document that was parsed from the text; or NULL. */
const float *lifted_take(struct lifted *l, const struct json *v, size_t *n);

bool lifted_all_taken(const struct lifted *l);

void lifted_free(struct lifted *l);

#endif
