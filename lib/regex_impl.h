/*
 * regex_impl: what regex.c and regex_ecma.c share; for no one else.
 *
 *	if (regex_ecma(pattern, &out, &backrefs, e) < 0)
 *		…		// not a regular expression of ECMAScript
 */
#ifndef REGEX_IMPL_H
#define REGEX_IMPL_H

#include <stdbool.h>

#include "buf.h"
#include "err.h"
#include "slice.h"

/* Puts the pattern on out as PCRE2 would write it; *backrefs: does it refer back to groups? */
int regex_ecma(struct slice pattern, struct buf *out, bool *backrefs, struct err *e);

#endif
