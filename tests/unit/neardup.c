#include "neardup.h"

#include <stdlib.h>

#include "check.h"
#include "mem.h"
#include "rng.h"

enum { TEXTS = 2000, LENGTH = 60 };

/* What was found, or is to be. */
struct list {
	struct neardup_pair *pair;
	size_t n, cap;
};

static int put(void *ctx, const struct neardup_pair *pair, struct err *e)
{
	struct list *l = ctx;

	(void)e;
	if (l->n == l->cap)
		l->pair = mem_more(l->pair, l->n, &l->cap, sizeof *l->pair);
	l->pair[l->n++] = *pair;
	return 0;
}

static int by_rows(const void *a, const void *b)
{
	const struct neardup_pair *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->other > y->other) - (x->other < y->other);
}

/* Texts in families: some of a family's shingles, and some of their own. */
static void make(uint64_t text[TEXTS][LENGTH], size_t family, size_t common)
{
	for (size_t i = 0; i < TEXTS; i++)
		for (size_t k = 0; k < LENGTH; k++)
			text[i][k] = k < common ? rng_at(i / family, k) : rng_at(1000000 + i, k);
}

static double jaccard(const uint64_t *a, const uint64_t *b)
{
	size_t both = 0;

	for (size_t i = 0; i < LENGTH; i++)
		for (size_t k = 0; k < LENGTH; k++)
			both += a[i] == b[k];
	return (double)both / (double)(2 * LENGTH - both);
}

static struct neardup *new (void)
{
	struct err e;
	struct neardup *d = neardup_new("/tmp", &e);

	if (!CHECK(d != NULL))
		exit(1);
	return d;
}

static void against_all_pairs(void)
{
	static uint64_t text[TEXTS][LENGTH];
	static const size_t common[] = {0, 30, 39, 41, 50, LENGTH};
	struct err e;

	check_test("the same pairs as by comparing each with each, and their very similarity");
	for (size_t c = 0; c < sizeof common / sizeof *common; c++) {
		struct neardup *d = new ();
		struct neardup_result r;
		struct list got = {0}, want = {0};
		size_t missed = 0, at = 0;

		make(text, 5, common[c]);
		for (uint32_t i = 0; i < TEXTS; i++)
			CHECK(neardup_add(d, i, i % 5 == 4, text[i], LENGTH, &e) == 0);
		for (uint32_t i = 0; i < TEXTS; i++)
			for (uint32_t k = i - i % 5; k < i; k++)
				if (i % 5 != 4 && jaccard(text[i], text[k]) > 0.5)
					put(&want,
					    &(struct neardup_pair){
						i, k, 0, jaccard(text[i], text[k])},
					    &e);
		CHECK(neardup_find(d, put, &got, &r, &e) == 0);
		CHECK(r.pairs == got.n && !r.partial);
		if (got.n)
			qsort(got.pair, got.n, sizeof *got.pair, by_rows);
		for (size_t i = 0; i < want.n; i++) {
			if (at < got.n && by_rows(&got.pair[at], &want.pair[i]) == 0)
				CHECK(got.pair[at++].similarity == want.pair[i].similarity);
			else
				missed++;
		}
		/* Nothing that is not there, and at the very threshold one missed in 100. */
		CHECK(at == got.n);
		if (!CHECK(missed * 100 <= want.n))
			printf("# %zu of %zu missed\n", missed, want.n);
		free(got.pair);
		free(want.pair);
		neardup_free(d);
	}
}

static void many_alike(void)
{
	enum { MANY = 20000 };
	uint64_t text[40];
	struct neardup *d = new ();
	struct neardup_result r;
	struct list got = {0};
	struct err e;

	check_test(
	    "where all are alike, all rows are found, in time, and the count says what it is");
	for (uint32_t i = 0; i < MANY; i++) {
		for (size_t k = 0; k < 40; k++)
			text[k] = k < 36 ? rng_at(1, k) : rng_at(i + 2, k);
		CHECK(neardup_add(d, i, 0, text, 40, &e) == 0);
	}
	CHECK(neardup_find(d, put, &got, &r, &e) == 0);
	CHECK(r.rows == MANY && r.partial && r.pairs == got.n && r.pairs >= MANY);
	free(got.pair);
	neardup_free(d);
}

static int stop(void *ctx, const struct neardup_pair *pair, struct err *e)
{
	(void)ctx;
	(void)pair;
	return err_set(e, "stopped");
}

static void edges(void)
{
	uint64_t twice[] = {rng_at(1, 1), rng_at(1, 1), rng_at(1, 2)};
	uint64_t other[] = {rng_at(1, 2), rng_at(1, 1)};
	struct neardup *d = new ();
	struct neardup_result r;
	struct list got = {0};
	struct err e;

	check_test("nothing, and texts without a shingle");
	CHECK(neardup_add(d, 3, 0, NULL, 0, &e) == 0);
	CHECK(neardup_find(d, put, &got, &r, &e) == 0 && r.pairs == 0 && r.rows == 0);
	neardup_free(d);

	check_test("texts are sets; one kind is not compared with another, nor a row with itself");
	d = new ();
	CHECK(neardup_add(d, 0, 0, twice, 3, &e) == 0);
	CHECK(neardup_add(d, 1, 255, other, 2, &e) == 0);
	CHECK(neardup_add(d, 2, 0, other, 2, &e) == 0);
	CHECK(neardup_add(d, 2, 0, other, 2, &e) == 0);
	CHECK(neardup_find(d, put, &got, &r, &e) == 0);
	CHECK(got.n == 2 && got.pair[0].row == 2 && got.pair[0].other == 0 &&
	    got.pair[0].similarity == 1 && r.rows == 2);
	neardup_free(d);

	check_test("errors come back");
	d = new ();
	CHECK(neardup_add(d, 0, 0, other, 2, &e) == 0 && neardup_add(d, 1, 0, other, 2, &e) == 0);
	CHECK(neardup_find(d, stop, NULL, &r, &e) == -1 && strcmp(e.text, "stopped") == 0);
	neardup_free(d);
	CHECK(neardup_new("/nowhere", &e) == NULL && strstr(e.text, "/nowhere"));
	free(got.pair);
}

int main(void)
{
	against_all_pairs();
	many_alike();
	edges();
	return check_done();
}
