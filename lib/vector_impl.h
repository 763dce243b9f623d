/* vector_impl: what the parts of vector share. */
#ifndef VECTOR_IMPL_H
#define VECTOR_IMPL_H

#include <stddef.h>
#include <stdint.h>

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

/* What vector_scan() and vector_cosine() do where the processor has no AVX2. */
void vector_scan_plain(const int16_t *query, const int8_t *codes, const float *scale, size_t n,
    size_t count, float *out);
double vector_cosine_plain(const float *a, const float *b, size_t n);

#endif
