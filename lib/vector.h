/*
 * vector: embeddings: read from JSON, made into codes of one byte a dimension, and compared.
 *
 * A code is round(127 x / max|x|), with the scale max|x| / (127 |x|): so that the cosine of two
 * vectors is nearly dot8(a, b) scale_a scale_b. One scale a vector keeps large outliers from
 * flattening the others. The best of a search by codes are compared again as float32.
 *
 *	if (vector_read(v, &b, &n, &e) < 0)
 *		…
 *	vector_encode(x, n, code, &scale);
 *	similar = scale * other_scale * vector_dot8(code, other, n);
 *	exact = vector_cosine(x, y, n);
 */
#ifndef VECTOR_H
#define VECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "json.h"

enum { VECTOR_MAX = 16384 }; /* dimensions */

/*
 * An array of numbers, or a string: base64 (RFC 4648, padded) of float32, little end first, as
 * embedding services write it. The floats, each the nearest to its number, are put on the end of b
 * (reserved for floats alone: b->len stays a multiple of 4); *n is how many. Errors: neither of
 * these, none or more than VECTOR_MAX, one that is no number or not finite as a float, all of them 0.
 * On an error b is as before.
 */
int vector_read(const struct json *v, struct buf *b, size_t *n, struct err *e);

/* The same for numbers that are text: an array from its [ on, at most len bytes; *used is how long. */
int vector_read_array(
    const char *ptr, size_t len, struct buf *b, size_t *n, size_t *used, struct err *e);

/* Puts the base64 form on b. */
void vector_write(const float *x, size_t n, struct buf *b);

/* code has n bytes. x is finite; one that is all 0 gets a scale of 0. */
void vector_encode(const float *x, size_t n, int8_t *code, float *scale);

/* n is at most VECTOR_MAX, here and below: then nothing overflows, whatever the codes. */
int32_t vector_dot8(const int8_t *a, const int8_t *b, size_t n);

/*
 * The same for many: out[i] = scale[i] * dot8(query, codes + i * n), for count of them. This is the
 * inner loop of every search, compiled for the processors that are common.
 */
void vector_scan(const int8_t *query, const int8_t *codes, const float *scale, size_t n,
    size_t count, float *out);

/* -1 … 1, in double precision; 0 where one is all 0. */
double vector_cosine(const float *a, const float *b, size_t n);

#endif
