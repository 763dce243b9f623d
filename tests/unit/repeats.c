#include "repeats.h"

#include "check.h"
#include "rng.h"

int main(void)
{
	struct repeats r = {0};

	check_test("nothing, and one, repeat nothing");
	CHECK(repeats_count(&r) == 0);
	repeats_add(&r, 7);
	CHECK(repeats_count(&r) == 0 && r.n == 1);

	check_test("all that stand more than once are counted, in any order");
	repeats_add(&r, 0);
	repeats_add(&r, UINT64_MAX);
	repeats_add(&r, 7);
	repeats_add(&r, 0);
	repeats_add(&r, 7);
	CHECK(repeats_count(&r) == 5);
	CHECK(repeats_count(&r) == 5 && r.n == 6);
	for (uint64_t i = 0; i < 100000; i++)
		repeats_add(&r, rng_at(1, i % 60000));
	CHECK(repeats_count(&r) == 5 + 80000);
	repeats_free(&r);
	return check_done();
}
