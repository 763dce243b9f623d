#include "distinct.h"

#include <math.h>

#include "check.h"
#include "wordhash.h"

/* Adds n different hashes, each several times. */
static void add(struct distinct *d, uint64_t n, unsigned times)
{
	for (unsigned t = 0; t < times; t++)
		for (uint64_t i = 0; i < n; i++)
			distinct_add(d, wordhash_mix(i + 1));
}

static void exact(void)
{
	static const uint64_t sizes[] = {0, 1, 31, 32, 33, 1000, DISTINCT_EXACT};

	check_test("exact as far as it promises to be");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct distinct d = {0};
		bool estimated = true;

		add(&d, sizes[i], 2);
		CHECK(distinct_count(&d, &estimated) == sizes[i] && !estimated);
		/* Asking changes nothing, and more can come. */
		add(&d, sizes[i], 1);
		CHECK(distinct_count(&d, NULL) == sizes[i]);
		distinct_free(&d);
	}

	check_test("0 is a hash like any other");
	struct distinct d = {0};
	distinct_add(&d, 0);
	distinct_add(&d, 0);
	distinct_add(&d, 1);
	CHECK(distinct_count(&d, NULL) == 2);
	distinct_free(&d);
}

/* Four standard errors: one such test in 16,000 would fail by chance, and this one is fixed. */
static void estimates(void)
{
	static const uint64_t sizes[] = {DISTINCT_EXACT + 1, 3000000, 20000000};

	check_test("beyond, within four standard errors");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct distinct d = {0};
		bool estimated = false;
		double n = (double)sizes[i], got;

		add(&d, sizes[i], 1);
		add(&d, 1000, 3);
		got = (double)distinct_count(&d, &estimated);
		CHECK(estimated && d.slots == NULL);
		if (!CHECK(fabs(got - n) < 4 * 0.0041 * n))
			printf("# %.0f, estimated %.0f\n", n, got);
		distinct_free(&d);
	}
}

int main(void)
{
	exact();
	estimates();
	return check_done();
}
