#include "top.h"

#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "rng.h"

static struct top top;

static void same(const struct top_one *want, size_t n)
{
	top_sort(&top);
	CHECK(top.n == n);
	for (size_t i = 0; i < n && i < top.n; i++)
		if (!CHECK(
			top.best[i].score == want[i].score && top.best[i].number == want[i].number))
			printf("# place %zu: %g of %u\n", i, top.best[i].score, top.best[i].number);
}

static void few(void)
{
	check_test("fewer than k are all there, best first");
	top_begin(&top, 5);
	top_add(&top, 1, 0);
	top_add(&top, 3, 1);
	top_add(&top, -2, 2);
	CHECK(top.least == -INFINITY);
	same((struct top_one[]){{3, 1}, {1, 0}, {-2, 2}}, 3);

	check_test("none of none");
	top_begin(&top, 5);
	same(NULL, 0);

	check_test("of equal ones the smaller numbers, whatever the order they came in");
	top_begin(&top, 2);
	for (uint32_t i = 9; i > 0; i--)
		top_add(&top, 7, i);
	CHECK(top.least == 7);
	same((struct top_one[]){{7, 1}, {7, 2}}, 2);

	check_test("NaN is never among them; infinities are");
	top_begin(&top, 3);
	top_add(&top, NAN, 0);
	top_add(&top, -INFINITY, 1);
	top_add(&top, INFINITY, 2);
	top_add(&top, -NAN, 3);
	same((struct top_one[]){{INFINITY, 2}, {-INFINITY, 1}}, 2);

	check_test("k of 0 holds none, and wants none");
	top_begin(&top, 0);
	top_add(&top, 1, 1);
	CHECK(top.least == INFINITY);
	same(NULL, 0);

	check_test("k may be more than there is memory for");
	top_begin(&top, SIZE_MAX);
	top_add(&top, 1, 1);
	same((struct top_one[]){{1, 1}}, 1);
}

static int better_first(const void *a, const void *b)
{
	const struct top_one *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Held against a sort of all; with_least: offered as the header has it. */
static void against_sort(struct rng *r, size_t n, size_t k, uint64_t kinds, bool with_least)
{
	struct top_one all[300];

	top_begin(&top, k);
	for (size_t i = 0; i < n; i++) {
		all[i] = (struct top_one){(double)rng_below(r, kinds), (uint32_t)i};
		if (!with_least || all[i].score > top.least)
			top_add(&top, all[i].score, all[i].number);
	}
	qsort(all, n, sizeof *all, better_first);
	same(all, n < k ? n : k);
}

static void many(void)
{
	struct rng r = {1};

	check_test("any number of any scores: what a sort finds");
	for (int i = 0; i < 2000; i++) {
		size_t n = rng_below(&r, 300), k = 1 + rng_below(&r, 40);

		against_sort(&r, n, k, 1 + rng_below(&r, 400), i % 2 == 0);
	}
}

int main(void)
{
	few();
	many();
	top_free(&top);
	return check_done();
}
