/*
 * hint_impl: between the files of hint. Reading times (hint_time.c) out of what headers say.
 */
#ifndef HINT_IMPL_H
#define HINT_IMPL_H

#include "hint.h"

#define HINT_SECOND INT64_C(1000000000)

/* A decimal number: its whole part, and its fraction in units of 1e-9, rounded up. */
struct hint_number {
	int64_t whole;
	int64_t nano;
};

void hint_skip(struct slice *s, size_t n);

/* Takes the word, or the digits, off the front, if they are there. */
bool hint_take(struct slice *s, const char *word);
bool hint_take_number(struct slice *s, struct hint_number *n);

/* A time in any of the spellings; HINT_NONE when it is in none. A bare number is seconds … */
struct hint_time hint_read_time(struct slice text);

/* … or milliseconds. */
struct hint_time hint_read_ms(struct slice text);

#endif
