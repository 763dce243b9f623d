#include "histogram.h"

#include <stdlib.h>

#include "check.h"

static struct histogram h;

static void anew(void)
{
	h = (struct histogram){0};
}

static void few(void)
{
	check_test("none: 0");
	anew();
	CHECK(histogram_at(&h, 0) == 0 && histogram_at(&h, 0.5) == 0 && histogram_at(&h, 1) == 0);

	check_test("one is every percentile");
	histogram_add(&h, 123456789);
	CHECK(h.n == 1 && h.max == 123456789);
	for (int i = 0; i <= 10; i++)
		CHECK(histogram_at(&h, i / 10.0) == 123456789);

	check_test("zeros count");
	anew();
	histogram_add(&h, 0);
	histogram_add(&h, 0);
	histogram_add(&h, 7);
	CHECK(histogram_at(&h, 0.5) == 0 && histogram_at(&h, 0.7) == 7 && h.n == 3);
}

static void ranks(void)
{
	check_test("the value that the share of all is at most");
	anew();
	for (unsigned i = 20; i > 0; i--)
		histogram_add(&h, i);
	for (unsigned i = 1; i <= 20; i++) {
		if (!CHECK(histogram_at(&h, i / 20.0) == i) ||
		    !CHECK(histogram_at(&h, (i - 0.5) / 20) == i))
			printf("# %u of 20: %d\n", i, (int)histogram_at(&h, i / 20.0));
	}
	CHECK(histogram_at(&h, 0) == 1 && histogram_at(&h, 2) == 20);
}

/* The median of a value and a larger one is the value's bucket. */
static void as_bucketed(uint64_t value)
{
	uint64_t got;

	anew();
	histogram_add(&h, value);
	histogram_add(&h, UINT64_MAX);
	got = histogram_at(&h, 0.5);
	if (!CHECK(got >= value && got - value <= value / 32))
		printf("# %llu: %llu\n", (unsigned long long)value, (unsigned long long)got);
}

static void edges(void)
{
	check_test("small values are exact");
	for (uint64_t v = 0; v < 64; v++) {
		anew();
		histogram_add(&h, v);
		histogram_add(&h, UINT64_MAX);
		CHECK(histogram_at(&h, 0.5) == v);
	}
	check_test("each of 32 bits is right to a 32nd, around every power of two");
	for (unsigned bit = 5; bit < 32; bit++)
		for (int64_t off = -3; off <= 3; off++)
			as_bucketed((uint64_t)((int64_t)1 << bit) + (uint64_t)off);
	as_bucketed(UINT32_MAX);

	check_test("buckets come in the order of values");
	for (uint64_t v = 1, last = 0; v < UINT32_MAX / 2; v += 1 + v / 40) {
		anew();
		histogram_add(&h, v);
		histogram_add(&h, UINT64_MAX);
		CHECK(histogram_at(&h, 0.5) >= last);
		last = histogram_at(&h, 0.5);
	}
}

static void large(void)
{
	check_test("more than 32 bits count as the largest of 32, and the maximum is kept");
	anew();
	histogram_add(&h, (uint64_t)UINT32_MAX + 1);
	histogram_add(&h, UINT64_MAX);
	CHECK(h.count[HISTOGRAM_BUCKETS - 1] == 2);
	CHECK(histogram_at(&h, 0.5) == UINT32_MAX && histogram_at(&h, 1) == UINT32_MAX);
	CHECK(h.max == UINT64_MAX && h.n == 2);

	check_test("no percentile is above the maximum");
	anew();
	for (uint64_t i = 0; i < 100; i++)
		histogram_add(&h, 1000000 + i);
	CHECK(histogram_at(&h, 1) == 1000099 && histogram_at(&h, 0.01) == 1000099);
}

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void spread(void)
{
	static const double shares[] = {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1};
	enum { N = 10000 };
	static uint64_t all[N];

	check_test("percentiles of many, against sorting");
	anew();
	srand(3);
	for (size_t i = 0; i < N; i++) {
		all[i] = (uint64_t)rand() >> (rand() % 31);
		histogram_add(&h, all[i]);
	}
	qsort(all, N, sizeof *all, by_size);
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
		uint64_t want = all[(size_t)(shares[i] * N + 0.5) - 1];
		uint64_t got = histogram_at(&h, shares[i]);

		if (!CHECK(got >= want && got - want <= want / 32))
			printf("# %g: %llu, not %llu\n", shares[i], (unsigned long long)got,
			    (unsigned long long)want);
	}
}

int main(void)
{
	few();
	ranks();
	edges();
	large();
	spread();
	return check_done();
}
