#include "columns.h"

#include <stdlib.h>

#include "check.h"
#include "err.h"

enum { DIMENSIONS = 3 };

static struct err e;

static uint64_t seed = 1;

static uint64_t some(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return seed >> 20;
}

/* Numbers of all widths, negative ones and the ends of what there is. */
static int64_t wide(unsigned kind)
{
	switch (kind % 5) {
	case 0:
		return 7;
	case 1:
		return (int64_t)(some() % 200) - 100;
	case 2:
		return (int64_t)(some() % 60000);
	case 3:
		return (int64_t)(some() % UINT32_MAX) - INT32_MAX;
	default:
		return some() % 4 ? (int64_t)(some() << 19) : some() % 2 ? INT64_MIN : INT64_MAX;
	}
}

static void add(struct columns *c, unsigned kind, bool vector)
{
	uint32_t terms[40];
	int8_t code[DIMENSIONS];
	size_t n = some() % 40;

	for (size_t i = 0; i < n; i++)
		terms[i] = (uint32_t)wide(kind + 1);
	columns_add(c, wide(kind), wide(kind + 1), wide(kind + 2), (float)(some() % 10),
	    (uint32_t)wide(kind + 3), (uint32_t)n, terms, n);
	if (!vector)
		return;
	for (size_t i = 0; i < DIMENSIONS; i++)
		code[i] = (int8_t)some();
	columns_add_code(c, code, DIMENSIONS, 0.5F);
}

static bool same_buf(const struct buf *a, const struct buf *b)
{
	return slice_eq(buf_all(a), buf_all(b));
}

static bool same(const struct columns *a, const struct columns *b)
{
	return a->n == b->n && a->dimensions == b->dimensions && same_buf(&a->row, &b->row) &&
	    same_buf(&a->time, &b->time) && same_buf(&a->recalled, &b->recalled) &&
	    same_buf(&a->importance, &b->importance) && same_buf(&a->session, &b->session) &&
	    same_buf(&a->length, &b->length) && same_buf(&a->end, &b->end) &&
	    same_buf(&a->term, &b->term) && same_buf(&a->scale, &b->scale) &&
	    same_buf(&a->code, &b->code);
}

static void test_written(void)
{
	for (unsigned kind = 0; kind < 5; kind++)
		for (unsigned n = 0; n < 30; n += 1 + n) {
			struct columns a = {0}, b = {0};
			struct buf blob = {0}, codes = {0};

			for (unsigned i = 0; i < n; i++)
				add(&a, kind, i % 2 && n > 4);
			columns_write(&a, &blob);
			CHECK(columns_read(&b, buf_all(&blob), true, &e) == 0);
			if (a.dimensions) {
				columns_write_codes(&a, &codes);
				CHECK(columns_read_codes(&b, buf_all(&codes), &e) == 0);
			}
			CHECK(same(&a, &b));
			CHECK(columns_read(&b, buf_all(&blob), false, &e) == 0);
			CHECK(b.n == n && b.term.len == 0);
			columns_free(&a);
			columns_free(&b);
			buf_free(&blob);
			buf_free(&codes);
		}
}

/* What is cut out of the middle, and what is copied in pieces, is the same as what was never there. */
static void test_cut_and_copied(void)
{
	struct columns all = {0}, without = {0}, pieces = {0};
	uint64_t kept;

	for (unsigned i = 0; i < 20; i++) {
		add(&all, 3, i > 8);
		kept = seed;
		if (i == 8 || i == 19)
			continue;
		columns_copy(&without, &all, i, 1);
		seed = kept;
	}
	columns_copy(&pieces, &all, 0, 7);
	columns_copy(&pieces, &all, 7, 0);
	columns_copy(&pieces, &all, 7, 13);
	CHECK(same(&pieces, &all));
	columns_cut(&pieces, 19);
	columns_cut(&pieces, 8);
	CHECK(same(&pieces, &without));
	while (pieces.n)
		columns_cut(&pieces, 0);
	CHECK(pieces.term.len == 0 && pieces.end.len == 0 && pieces.code.len == 0);
	columns_free(&all);
	columns_free(&without);
	columns_free(&pieces);
}

/* A block without vectors before one with, and the other way round. */
static void test_without_vectors(void)
{
	struct columns plain = {0}, with = {0}, both = {0};
	const float *scale;

	add(&plain, 1, false);
	add(&with, 1, true);
	columns_copy(&both, &plain, 0, 1);
	columns_copy(&both, &with, 0, 1);
	columns_copy(&both, &plain, 0, 1);
	scale = (const float *)(const void *)both.scale.ptr;
	CHECK(both.dimensions == DIMENSIONS && both.scale.len == 3 * sizeof *scale);
	CHECK(scale[0] == 0 && scale[1] == 0.5F && scale[2] == 0);
	CHECK(memcmp(both.code.ptr + DIMENSIONS, with.code.ptr, DIMENSIONS) == 0);
	columns_free(&plain);
	columns_free(&with);
	columns_free(&both);
}

/* Every cut and every changed byte is either refused or read as a block that is whole. */
static void test_damaged(void)
{
	struct columns a = {0}, b = {0};
	struct buf blob = {0}, codes = {0};
	const uint32_t *end;

	for (unsigned i = 0; i < 9; i++)
		add(&a, 2, true);
	columns_write(&a, &blob);
	columns_write_codes(&a, &codes);
	for (size_t len = 0; len < blob.len; len++) {
		char *exact = malloc(len ? len : 1);

		memcpy(exact, blob.ptr, len);
		CHECK(columns_read(&b, slice_make(exact, len), true, &e) < 0);
		free(exact);
	}
	for (size_t i = 0; i < blob.len * 8; i++) {
		blob.ptr[i / 8] ^= (char)(1 << i % 8);
		if (columns_read(&b, buf_all(&blob), true, &e) == 0 && b.n) {
			end = (const uint32_t *)(const void *)b.end.ptr;
			CHECK(end[b.n - 1] * sizeof *end == b.term.len);
		}
		blob.ptr[i / 8] ^= (char)(1 << i % 8);
	}
	CHECK(columns_read(&b, buf_all(&blob), true, &e) == 0);
	for (size_t len = 0; len < codes.len; len++)
		CHECK(columns_read_codes(&b, slice_make(codes.ptr, len), &e) < 0);
	buf_byte(&blob, 0);
	CHECK(columns_read(&b, buf_all(&blob), true, &e) < 0);
	columns_free(&a);
	columns_free(&b);
	buf_free(&blob);
	buf_free(&codes);
}

int main(void)
{
	check_test("what is written is read, in every width");
	test_written();
	check_test("memories are cut out and copied");
	test_cut_and_copied();
	check_test("with and without vectors");
	test_without_vectors();
	check_test("a damaged block leads nobody outside");
	test_damaged();
	return check_done();
}
