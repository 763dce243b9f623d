#include "num.h"

#include "check.h"

static bool size_is(const char *text, uint64_t want)
{
	uint64_t n = 1;

	return num_size(slice_str(text), &n, NULL) == 0 && n == want;
}

static bool duration_is(const char *text, int64_t want)
{
	int64_t n = 1;

	return num_duration(slice_str(text), &n, NULL) == 0 && n == want;
}

static void whole(void)
{
	uint64_t n = 0;
	struct err e;

	check_test("whole numbers are read strictly");
	CHECK(num_uint(slice_str("0"), 0, 9, &n, &e) == 0 && n == 0);
	CHECK(num_uint(slice_str("18446744073709551615"), 0, UINT64_MAX, &n, &e) == 0 &&
	    n == UINT64_MAX);
	CHECK(num_uint(slice_str("18446744073709551616"), 0, UINT64_MAX, &n, &e) < 0);
	CHECK(num_uint(slice_str(""), 0, 9, &n, &e) < 0 &&
	    num_uint(slice_str("-1"), 0, 9, &n, &e) < 0);
	CHECK(num_uint(slice_str("+1"), 0, 9, &n, &e) < 0 &&
	    num_uint(slice_str(" 1"), 0, 9, &n, &e) < 0);
	CHECK(num_uint(slice_str("1x"), 0, 9, &n, &e) < 0 &&
	    num_uint(slice_str("0x1"), 0, 9, &n, &e) < 0);
	CHECK(num_uint(slice_str("10"), 0, 9, &n, &e) < 0);
	CHECK(strcmp(e.text, "'10' is not a whole number from 0 to 9") == 0);
}

static void sizes(void)
{
	uint64_t n;

	check_test("sizes");
	CHECK(size_is("0", 0) && size_is("12", 12) && size_is("12B", 12));
	CHECK(size_is("1K", 1024) && size_is("1k", 1024) && size_is("16MiB", 16 << 20));
	CHECK(size_is("2GB", (uint64_t)2 << 30));
	CHECK(num_size(slice_str("1T"), &n, NULL) < 0 && num_size(slice_str("K"), &n, NULL) < 0);
	CHECK(
	    num_size(slice_str("1Ki"), &n, NULL) < 0 && num_size(slice_str("1.5M"), &n, NULL) < 0);
	CHECK(num_size(slice_str("17179869184G"), &n, NULL) < 0);
}

static void durations(void)
{
	int64_t n;

	check_test("durations");
	CHECK(
	    duration_is("0", 0) && duration_is("5", 5000000000) && duration_is("250ms", 250000000));
	CHECK(duration_is("1.5s", 1500000000) && duration_is("0.000000001", 1));
	CHECK(duration_is("2m", 120000000000) && duration_is("1.5h", 5400000000000));
	CHECK(duration_is("1d", 86400000000000) && duration_is("0.1234567891", 123456789));
	CHECK(num_duration(slice_str("1."), &n, NULL) < 0 &&
	    num_duration(slice_str(".5"), &n, NULL) < 0);
	CHECK(num_duration(slice_str("1w"), &n, NULL) < 0 &&
	    num_duration(slice_str("-1"), &n, NULL) < 0);
	CHECK(num_duration(slice_str("99999999999999999d"), &n, NULL) < 0);
}

int main(void)
{
	whole();
	sizes();
	durations();
	return check_done();
}
