/*
 * regex: the regular expressions of JSON Schema: ECMA-262 with its u flag, searched for in UTF-8
 * text. A pattern is checked against ECMAScript's grammar, rewritten for PCRE2 and compiled once.
 *
 * As ECMAScript has it: the search is not anchored; ^ and $ are the text's very start and end;
 * \d \w \b are ASCII, \s is any white space of Unicode; the dot stands for any character but the
 * line ends; \uXXXX (in pairs too), \u{X}, \cX, \p{L}, \p{Letter}, \p{Script=Greek}, [^] and []
 * work; backreferences to groups that took no part match nothing. What only PCRE2 knows (\A, \Q,
 * (?i), a++, (*VERB)) is an error. Laxer than the u flag: any punctuation may be escaped, and
 * ']' and '}' may stand alone. Not to be had: a lookbehind of no fixed length, repeat counts
 * above 65535.
 *
 * Searching is bounded in steps and memory, by counts and never by the clock, so that the outcome
 * is the same anywhere. What hits a bound is an error of the search: neither yes nor no.
 *
 *	struct regex *r = regex_compile(slice_str("^\\p{Lu}"), &e);	// NULL: e says why
 *	int found = regex_search(r, text, &e);				// 1, 0 or -1
 *	regex_free(r);
 *
 * The text must be good UTF-8; NULs may be in it. A regex is for one thread at a time: it keeps
 * the memory of its last search for the next one.
 */
#ifndef REGEX_H
#define REGEX_H

#include "err.h"
#include "slice.h"

struct regex;

/* A pattern, or NULL. The pattern's text is not needed afterwards. */
struct regex *regex_compile(struct slice pattern, struct err *e);

/* 1 when the pattern is found in the text, 0 when it is not, -1 when a bound was hit. */
int regex_search(struct regex *r, struct slice text, struct err *e);

/* NULL is allowed. */
void regex_free(struct regex *r);

#endif
