/*
 * dice_impl: what the files of dice share. Nobody else includes this.
 */
#ifndef DICE_IMPL_H
#define DICE_IMPL_H

#include "dice.h"

/* Schemas that hold for one value at once: a node, what it refers to, its allOf, … */
enum { DICE_PARTS = 32 };

struct dice_parts {
	const struct json *part[DICE_PARTS];
	size_t n;
	size_t choice; /* those of anyOf and oneOf that are made already, two for each part */
};

/* ---- dice_parts.c: which schemas hold for a value, and what they say */

/* Adds a node with what it refers to and all of its allOf. */
int dice_add_part(
    const struct dice *d, struct dice_parts *p, const struct json *node, struct err *e);

/* The first part's keyword of that type, or NULL. */
const struct json *dice_keyword(const struct dice_parts *p, const char *name, enum json_type type);

/* The largest (or smallest) of the parts' sizes of that name, or otherwise. */
size_t dice_size(const struct dice_parts *p, const char *name, bool largest, size_t otherwise);

/* Does no part's "type" speak against it? */
bool dice_allows(const struct dice_parts *p, const char *type);

/* ---- each puts a value that suits all parts on out */

/* Any value; dice.c. */
int dice_make(struct dice *d, const struct dice_parts *p, struct buf *out, struct err *e);

/* dice_many.c */
int dice_make_array(struct dice *d, const struct dice_parts *p, struct buf *out, struct err *e);
int dice_make_object(struct dice *d, const struct dice_parts *p, struct buf *out, struct err *e);

/* dice_number.c */
int dice_make_number(
    struct dice *d, const struct dice_parts *p, bool integer, struct buf *out, struct err *e);

/* Where the value at hand is, for messages: its path, "/" for the top. */
struct slice dice_place(const struct dice *d);

#endif
