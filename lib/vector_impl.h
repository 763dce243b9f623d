/* vector_impl: what the parts of vector share. */
#ifndef VECTOR_IMPL_H
#define VECTOR_IMPL_H

#include <stddef.h>

#include "err.h"
#include "slice.h"

/*
 * Reads the JSON number that begins at p and ends before end, as the float nearest to it (the even
 * one of two that are as near): an infinity where it is too large. Returns where it ends, or NULL
 * where there is none.
 */
const char *vector_number(const char *p, const char *end, float *x);

/* Reads base64 of at least one and at most VECTOR_MAX float32, little end first, into x. */
int vector_base64(struct slice text, float *x, size_t *n, struct err *e);

#endif
