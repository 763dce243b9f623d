#include "minhash.h"

#include <math.h>

#include "check.h"
#include "wordhash.h"

enum { MOST = 1000 };

/* Two sets of n members each of which share the given part of all that they have together. */
static double pair(uint64_t seed, size_t n, double similarity, struct minhash *a, struct minhash *b)
{
	uint64_t x[MOST], y[MOST];
	size_t shared = (size_t)lround(2 * (double)n * similarity / (1 + similarity));

	for (size_t i = 0; i < n; i++) {
		x[i] = wordhash_mix(wordhash_mix(seed) + i);
		y[i] = i < shared ? x[i] : wordhash_mix(~wordhash_mix(seed) + i);
	}
	minhash_make(a, x, n);
	minhash_make(b, y, n);
	return (double)shared / (double)(2 * n - shared);
}

static void estimates(void)
{
	static const size_t sizes[] = {3, 20, 40, 100, 1000};
	static const double levels[] = {0, 0.1, 0.3, 0.5, 0.7, 0.9, 1};
	enum { PAIRS = 400 };

	check_test("estimates have no bias and the spread that is promised, in small sets too");
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
		for (size_t l = 0; l < sizeof levels / sizeof *levels; l++) {
			double sum = 0, squares = 0, mean, spread;
			bool good;

			for (uint64_t i = 0; i < PAIRS; i++) {
				struct minhash a, b;
				double truth = pair(i + 1, sizes[s], levels[l], &a, &b);
				double off = minhash_similarity(&a, &b) - truth;

				sum += off;
				squares += off * off;
			}
			mean = sum / PAIRS;
			spread = sqrt(squares / PAIRS);
			good = fabs(mean) < (levels[l] == 0 ? 0.002 : 0.015) &&
			    (sizes[s] < 20 || spread < 0.05);
			if (!CHECK(good))
				printf("# %zu members, similarity %.1f: bias %.4f, spread %.4f\n",
				    sizes[s], levels[l], mean, spread);
		}
}

static bool meet(const struct minhash *a, const struct minhash *b)
{
	for (unsigned band = 0; band < MINHASH_BANDS; band++)
		if (minhash_band(a, band) == minhash_band(b, band))
			return true;
	return false;
}

/* How many of a thousand pairs share a band. */
static unsigned met(size_t n, double similarity)
{
	unsigned count = 0;

	for (uint64_t i = 0; i < 1000; i++) {
		struct minhash a, b;

		pair(i + 77, n, similarity, &a, &b);
		count += meet(&a, &b);
	}
	return count;
}

static void bands(void)
{
	check_test("who is alike shares a band, who is not does not");
	for (size_t n = 40; n <= 320; n *= 2) {
		CHECK(met(n, 1) == 1000);
		CHECK(met(n, 0.7) >= 998);
		CHECK(met(n, 0.5) >= 985);
		CHECK(met(n, 0.05) <= 20);
		CHECK(met(n, 0) <= 3);
	}
}

static void properties(void)
{
	struct minhash a, b;
	uint64_t one = wordhash_mix(1), set[] = {wordhash_mix(3), wordhash_mix(1), wordhash_mix(2)};
	uint64_t other[] = {wordhash_mix(2), wordhash_mix(2), wordhash_mix(1), wordhash_mix(3)};

	check_test("order and repetition do not matter; one member is enough");
	minhash_make(&a, set, 3);
	minhash_make(&b, other, 4);
	CHECK(memcmp(&a, &b, sizeof a) == 0 && minhash_similarity(&a, &b) == 1);
	minhash_make(&a, &one, 1);
	minhash_make(&b, &one, 1);
	CHECK(minhash_similarity(&a, &b) == 1);
}

int main(void)
{
	estimates();
	bands();
	properties();
	return check_done();
}
