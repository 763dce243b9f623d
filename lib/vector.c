#include "vector.h"

#include <math.h>
#include <stdbool.h>

#include "vector_impl.h"

/* Puts the floats on b; refuses what is no vector. */
static int take(const float *x, size_t n, struct buf *b, struct err *e)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (!isfinite(x[i]))
			return err_set(
			    e, "not a vector: number %zu is not finite as a float", i + 1);
		any = any || x[i] != 0;
	}
	if (!any)
		return err_set(e, "not a vector: it is all 0");
	if (!buf_room(b, n * sizeof *x)) {
		b->over = false;
		return err_set(e, "more vectors than there is room for");
	}
	buf_put(b, (const char *)x, n * sizeof *x);
	return 0;
}

static inline const char *skip_space(const char *p, const char *end)
{
	while (p < end && *p <= ' ' && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

/* The numbers behind the [; returns where the ] stands, or NULL. */
static const char *read_numbers(const char *p, const char *end, float *x, size_t *n, struct err *e)
{
	for (*n = 0;; p++) {
		p = skip_space(p, end);
		if (*n == 0 && p < end && *p == ']') {
			err_set(e, "not a vector: it is empty");
			return NULL;
		}
		if (*n == VECTOR_MAX) {
			err_set(e, "not a vector: more than %d numbers", VECTOR_MAX);
			return NULL;
		}
		p = vector_number(p, end, x + *n);
		++*n;
		if (p)
			p = skip_space(p, end);
		if (p && p < end && *p == ']')
			return p;
		if (!p || p == end || *p != ',') {
			err_set(e, "not a vector: number %zu is none, or no comma follows", *n);
			return NULL;
		}
	}
}

int vector_read_array(
    const char *ptr, size_t len, struct buf *b, size_t *n, size_t *used, struct err *e)
{
	float x[VECTOR_MAX];
	const char *end;

	if (len == 0 || *ptr != '[')
		return err_set(e, "not a vector: no array");
	end = read_numbers(ptr + 1, ptr + len, x, n, e);
	if (!end)
		return -1;
	*used = (size_t)(end - ptr) + 1;
	return take(x, *n, b, e);
}

static int read_base64(const struct json *v, struct buf *b, size_t *n, struct err *e)
{
	float x[VECTOR_MAX];
	struct buf plain = {0};
	int got = vector_base64(json_text(v, &plain), x, n, e);

	buf_free(&plain);
	return got < 0 ? -1 : take(x, *n, b, e);
}

int vector_read(const struct json *v, struct buf *b, size_t *n, struct err *e)
{
	size_t used;

	if (json_is(v, JSON_STRING))
		return read_base64(v, b, n, e);
	if (json_is(v, JSON_ARRAY))
		return vector_read_array(v->ptr, v->len, b, n, &used, e);
	return err_set(e, "not a vector: neither an array of numbers nor base64 in a string");
}

/* How far a vector reaches: its greatest number and its length. Doubles hold the squares of all floats. */
struct reach {
	double most, length;
};

static struct reach reach_of(const float *x, size_t n)
{
	double most = 0, square = 0;

	for (size_t i = 0; i < n; i++) {
		double size = fabs((double)x[i]);

		most = size > most ? size : most;
		square += size * size;
	}
	return (struct reach){most, sqrt(square)};
}

static float scale_of(struct reach r, double steps)
{
	return r.most > 0 ? (float)(r.most / (steps * r.length)) : 0;
}

/* By how much to multiply, so that the greatest becomes that many steps; doubles hold it for any float. */
static double factor_of(struct reach r, double steps)
{
	return r.most > 0 ? steps / r.most : 0;
}

/* No branch: half of them would be guessed wrong. */
static inline int rounded(double y)
{
	return (int)(y + copysign(0.5, y));
}

void vector_encode(const float *x, size_t n, int8_t *code, float *scale)
{
	struct reach r = reach_of(x, n);
	double factor = factor_of(r, 127);

	*scale = scale_of(r, 127);
	for (size_t i = 0; i < n; i++)
		code[i] = (int8_t)rounded(x[i] * factor);
}

void vector_encode_query(const float *x, size_t n, int16_t *code, float *scale)
{
	/* A stored code may be -128. */
	double steps = n > 512 ? (double)(INT32_MAX / 128 / n) : INT16_MAX;
	struct reach r = reach_of(x, n);
	double factor = factor_of(r, steps);

	*scale = scale_of(r, steps);
	for (size_t i = 0; i < n; i++)
		code[i] = (int16_t)rounded(x[i] * factor);
}
