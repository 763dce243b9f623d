#include "rng.h"

#include "check.h"

static void streams(void)
{
	struct rng r = {0}, again = {0};
	size_t seen[10] = {0};

	check_test("a stream is the same for the same seed, and SplitMix64's");
	CHECK(rng_next(&r) == UINT64_C(0xe220a8397b1dcdaf) &&
	    rng_next(&r) == UINT64_C(0x6e789e6aa1b965f4));
	CHECK(rng_next(&again) == UINT64_C(0xe220a8397b1dcdaf));
	for (int i = 0; i < 100000; i++)
		seen[rng_below(&r, 10)]++;
	for (int i = 0; i < 10; i++)
		CHECK(seen[i] > 9600 && seen[i] < 10400);
	for (int i = 0; i < 1000; i++) {
		double u = rng_unit(&r);

		CHECK(u >= 0 && u < 1);
	}
}

static void permutations(void)
{
	check_test("a permutation has every place once, and keys make different ones");
	for (uint64_t n = 1; n <= 300; n += n < 70 ? 1 : 23) {
		bool hit[300] = {false};

		for (uint64_t i = 0; i < n; i++) {
			uint64_t to = rng_permute(n, i, n);

			CHECK(to < n && !hit[to]);
			hit[to] = true;
		}
	}
	CHECK(rng_permute(1, 5, 64) != rng_permute(2, 5, 64) ||
	    rng_permute(1, 6, 64) != rng_permute(2, 6, 64));
	CHECK(rng_permute(7, 3, UINT64_C(1) << 40) < UINT64_C(1) << 40);
}

static void keys(void)
{
	check_test("keys tell names apart");
	CHECK(rng_key(1, slice_str("age")) != rng_key(2, slice_str("age")));
	CHECK(rng_key(1, slice_str("age")) != rng_key(1, slice_str("aged")));
	CHECK(rng_key(1, slice_make("a\0", 2)) != rng_key(1, slice_make("a", 1)));
	CHECK(rng_at(9, 0) != rng_at(9, 1) && rng_at(9, 0) == rng_at(9, 0));
}

int main(void)
{
	streams();
	permutations();
	keys();
	return check_done();
}
