/*
 * vector: embeddings: read from JSON, made into codes of one byte a dimension, and compared.
 *
 * A code is round(127 x / max|x|), with the scale max|x| / (127 |x|): so that the cosine of two
 * vectors is nearly the product of their codes and of their scales. One scale a vector keeps large
 * outliers from flattening the others. A query's codes have two bytes, which cost a scan nothing and
 * take away half of what codes are off. The best of a search by codes are compared again as float32.
 *
 *	if (vector_read(v, &b, &n, &e) < 0)
 *		…
 *	vector_encode(x, n, code, &scale);
 *	vector_encode_query(y, n, query, &query_scale);
 *	vector_scan(query, code, &scale, n, 1, &near);	// near * query_scale is about
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

/*
 * The same in two bytes: round(m x / max|x|), with the scale max|x| / (m |x|). m is 32767, and less for
 * more than 512 dimensions, so that 31 bits hold its product with any codes. n is at most VECTOR_MAX.
 */
void vector_encode_query(const float *x, size_t n, int16_t *code, float *scale);

/*
 * Compares many: out[i] = scale[i] * (query · codes + i * n), for count of them. This is the inner loop
 * of every search, compiled for the processors that are common.
 */
void vector_scan(const int16_t *query, const int8_t *codes, const float *scale, size_t n,
    size_t count, float *out);

/* -1 … 1, in double precision; 0 where one is all 0. */
double vector_cosine(const float *a, const float *b, size_t n);

#endif
