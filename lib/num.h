/*
 * num: numbers from text, strictly: the whole text, no blanks, no sign unless allowed, no
 * overflow. Errors name the text and what was wanted.
 */
#ifndef NUM_H
#define NUM_H

#include <stdint.h>

#include "err.h"
#include "slice.h"

/* A whole decimal number in least … most. */
int num_uint(struct slice text, uint64_t least, uint64_t most, uint64_t *out, struct err *e);

/* A count of bytes: a number with K, M or G (powers of 1024; a following iB or B is allowed). */
int num_size(struct slice text, uint64_t *bytes, struct err *e);

/* A duration in nanoseconds: a number, fractions allowed, with ms, s (the default), m, h or d. */
int num_duration(struct slice text, int64_t *ns, struct err *e);

#endif
