#include "packed.h"

#include "check.h"
#include "rng.h"

static uint64_t pack(size_t pieces, size_t len, bool random)
{
	struct packed p;
	struct rng r = {1};
	char piece[4096];
	struct err e;
	uint64_t out;

	packed_open(&p);
	for (size_t i = 0; i < pieces; i++) {
		for (size_t k = 0; k < len; k++)
			piece[k] = random ? (char)rng_below(&r, 256) : "salt herring, "[k % 14];
		packed_add(&p, slice_make(piece, len));
	}
	CHECK(packed_end(&p, &e) == 0 && p.in == pieces * len);
	out = p.out;
	packed_free(&p);
	return out;
}

int main(void)
{
	check_test("nothing packs into next to nothing");
	CHECK(pack(0, 0, false) < 32);
	CHECK(pack(10, 0, false) < 32);

	check_test("noise does not shrink; what repeats does");
	CHECK(pack(1000, 4096, true) > 1000 * 4096);
	CHECK(pack(1000, 4096, true) < 1001 * 4096);
	CHECK(pack(1000, 4096, false) < 4096);

	check_test("how text is cut into pieces makes no difference to speak of");
	CHECK(pack(40960, 14, false) < pack(140, 4096, false) + 256);
	return check_done();
}
