/*
 * regex_impl: what the files of regex share; for no one else.
 *
 *	regex.c		compiles and searches
 *	regex_ecma.c	ECMAScript's patterns written again as PCRE2's
 *	regex_escape.c	the escapes in them
 *
 *	if (regex_ecma(pattern, &out, &backrefs, e) < 0)
 *		…		// not a regular expression of ECMAScript
 */
#ifndef REGEX_IMPL_H
#define REGEX_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "slice.h"

/* Puts the pattern on out as PCRE2 would write it; *backrefs: does it refer back to groups? */
int regex_ecma(struct slice pattern, struct buf *out, bool *backrefs, struct err *e);

/* A pattern that is being read. */
struct regex_ecma {
	const char *start, *p, *end;
	struct buf *out;
	struct err *e;
	size_t depth; /* of open groups */
	bool atom; /* may a quantifier follow? */
	bool backrefs; /* is any group referred to? */
	size_t members; /* of the class that is being read */
};

/* An error at this place of the pattern. */
int regex_bad(const struct regex_ecma *t, const char *what);

/* The byte that is next, plus ahead; -1 at the end. */
static inline int regex_peek(const struct regex_ecma *t, size_t ahead)
{
	return (size_t)(t->end - t->p) > ahead ? (unsigned char)t->p[ahead] : -1;
}

/* Takes the text off the pattern, if it is what is next. */
static inline bool regex_skip(struct regex_ecma *t, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(t->end - t->p) < n || memcmp(t->p, text, n) != 0)
		return false;
	t->p += n;
	return true;
}

static inline bool regex_is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool regex_is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool regex_is_surrogate(uint32_t cp)
{
	return cp >= 0xd800 && cp <= 0xdfff;
}

/* Writes a character that stands for itself. */
void regex_put_char(struct regex_ecma *t, uint32_t cp);

/* Takes one character off the pattern, which is not at its end. */
uint32_t regex_next_char(struct regex_ecma *t);

/* An escape that stands for one character; the backslash has been read. 0 or -1. */
int regex_char_escape(struct regex_ecma *t, uint32_t *cp);

/* An escape that stands for a set: 1 when it was one and is written, 0 when not, or -1. */
int regex_set_escape(struct regex_ecma *t, bool in_class);

#endif
