#include "bonds.h"

#include <stdlib.h>

#include "mem.h"

struct bonds_tie {
	uint64_t at; /* in text: the id, then the name */
	uint32_t row, to; /* to is known at the end */
	uint32_t id_len, name_len;
};

#define NOBODY UINT32_MAX

static size_t put(struct bonds *b, const struct json *v)
{
	size_t before = b->text.len;

	if (json_is(v, JSON_STRING))
		json_unescape(v, &b->text);
	return b->text.len - before;
}

void bonds_add(struct bonds *b, uint32_t row, const struct json *ties)
{
	if (!json_is(ties, JSON_ARRAY))
		return;
	b->text.max = SIZE_MAX / 2;
	for (const struct json *v = json_first(ties); v != json_end(ties); v = json_next(v)) {
		struct bonds_tie t = {.at = b->text.len, .row = row, .to = NOBODY};

		t.id_len = (uint32_t)put(b, json_is(v, JSON_STRING) ? v : json_get(v, "to"));
		t.name_len = (uint32_t)put(b, json_get(v, "name"));
		if (b->n == b->cap)
			b->tie = mem_more(b->tie, b->n, &b->cap, sizeof *b->tie);
		b->tie[b->n++] = t;
	}
}

static uint64_t key_of(uint32_t from, uint32_t to)
{
	return (uint64_t)from << 32 | to;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void count_mutual(struct bonds *b)
{
	uint64_t *keys = mem_array(b->n, sizeof *keys);
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		if (b->tie[i].to != NOBODY)
			keys[n++] = key_of(b->tie[i].row, b->tie[i].to);
	qsort(keys, n, sizeof *keys, by_value);
	b->mutual = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct bonds_tie *t = &b->tie[i];
		uint64_t back = key_of(t->to, t->row);

		if (t->to != NOBODY && t->to != t->row &&
		    bsearch(&back, keys, n, sizeof *keys, by_value))
			b->mutual++;
	}
	free(keys);
}

int bonds_resolve(struct bonds *b, const struct rows *people,
    int (*found)(void *ctx, const struct bonds_found *found, struct err *e), void *ctx,
    struct err *e)
{
	b->dangling = b->misnamed = 0;
	for (size_t i = 0; i < b->n; i++) {
		struct bonds_tie *t = &b->tie[i];
		struct bonds_found one = {.row = t->row,
		    .to = slice_make(b->text.ptr + t->at, t->id_len),
		    .name = slice_make(b->text.ptr + t->at + t->id_len, t->name_len)};
		size_t to;

		if (!rows_find(people, one.to, &to)) {
			b->dangling++;
			one.name = (struct slice){0};
			if (found(ctx, &one, e) < 0)
				return -1;
			continue;
		}
		t->to = (uint32_t)to;
		one.is = rows_text(people, to);
		if (t->name_len == 0 || slice_eq(one.name, one.is))
			continue;
		b->misnamed++;
		if (found(ctx, &one, e) < 0)
			return -1;
	}
	count_mutual(b);
	return 0;
}

void bonds_free(struct bonds *b)
{
	free(b->tie);
	buf_free(&b->text);
	*b = (struct bonds){0};
}
