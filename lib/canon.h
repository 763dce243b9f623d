/*
 * canon: the canonical form of a JSON value (RFC 8785, JCS), and equality of values.
 *
 * One stated difference from the RFC: a number that is written as an integer keeps its exact
 * digits, where JCS would round it to a double (9007199254740993 and …992 would collide).
 * Names are sorted by UTF-16 code units; numbers otherwise take ECMAScript's shortest form.
 * No Unicode normalisation. A number too large for a double is an error.
 *
 *	if (canon_put(&b, body, &e) < 0)
 *		…		// cannot be made canonical
 */
#ifndef CANON_H
#define CANON_H

#include "buf.h"
#include "err.h"
#include "json.h"

/* Puts v's canonical form on b. */
int canon_put(struct buf *b, const struct json *v, struct err *e);

/*
 * The same, without those members of v, an object, whose names are listed (NULL at the end). What
 * stands deeper stays.
 */
int canon_put_without(struct buf *b, const struct json *v, const char *const *names, struct err *e);

#endif
