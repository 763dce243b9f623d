/*
 * jw: writes JSON onto a buf. There is no writer object: whether a comma is due is seen from the
 * last byte, so raw text and written values mix freely, and many records can share one buffer.
 * Text that is not UTF-8 has its bad bytes written as U+FFFD.
 *
 *	jw_object(&b);
 *	jw_member_str(&b, "id", id);
 *	jw_name(&b, "traits");
 *	jw_array(&b);
 *	for (…)
 *		jw_str(&b, trait);
 *	jw_array_end(&b);
 *	jw_object_end(&b);
 *	buf_byte(&b, '\n');
 *
 * A value is preceded by a comma unless it stands first: at the start of the buffer, after a line
 * feed, or after '{', '[' or ':'.
 */
#ifndef JW_H
#define JW_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"
#include "slice.h"

void jw_object(struct buf *b);
void jw_object_end(struct buf *b);
void jw_array(struct buf *b);
void jw_array_end(struct buf *b);

void jw_name(struct buf *b, const char *name);
void jw_name_slice(struct buf *b, struct slice name);

void jw_str(struct buf *b, struct slice text);
void jw_cstr(struct buf *b, const char *text);
void jw_int(struct buf *b, int64_t n);

/* The shortest form that reads back the same, as ECMAScript writes it; n is finite. */
void jw_double(struct buf *b, double n);

void jw_bool(struct buf *b, bool yes);
void jw_null(struct buf *b);

/* Text that is JSON already, byte for byte. */
void jw_raw(struct buf *b, struct slice json);
void jw_json(struct buf *b, const struct json *v);

/* A string's inside: no quotes, no comma. */
void jw_escape(struct buf *b, struct slice text);

/* A name and its value at once. */
void jw_member_str(struct buf *b, const char *name, struct slice text);
void jw_member_cstr(struct buf *b, const char *name, const char *text);
void jw_member_int(struct buf *b, const char *name, int64_t n);
void jw_member_json(struct buf *b, const char *name, const struct json *v);

#endif
