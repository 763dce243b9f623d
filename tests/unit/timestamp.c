#include "timestamp.h"

#include <math.h>
#include <stdlib.h>

#include "buf.h"
#include "check.h"

static void reads(const char *text, int64_t want)
{
	int64_t ms = -7;
	struct err e = {""};

	if (!CHECK(timestamp_read(slice_str(text), &ms, &e) == 0 && ms == want))
		printf("# %s: %lld, want %lld %s\n", text, (long long)ms, (long long)want, e.text);
}

static void refuses(const char *text, const char *why)
{
	int64_t ms;
	struct err e = {""};

	if (!CHECK(timestamp_read(slice_str(text), &ms, &e) == -1 && strstr(e.text, why)))
		printf("# %s: %s\n", text, e.text);
}

static void dates(void)
{
	check_test("RFC 3339");
	reads("1970-01-01T00:00:00Z", 0);
	reads("2026-11-24T17:00:00+01:00", 1795536000000);
	reads("2026-11-24T16:00:00Z", 1795536000000);
	reads("2026-11-24t16:00:00z", 1795536000000);
	reads("2026-11-24 16:00:00Z", 1795536000000);
	reads("1985-04-12T23:20:50.52Z", 482196050520);
	reads("1996-12-19T16:39:57-08:00", 851042397000);
	reads("1937-01-01T12:00:27.87+00:20", -1041337172130);
	reads("1969-12-31T23:59:59.999Z", -1);
	reads("1970-01-01T00:00:00-00:00", 0);

	check_test("a date alone is its midnight in UTC");
	reads("2026-11-24", 1795478400000);
	reads("1348-05-02", -19617897600000);
	reads("2024-02-29", 1709164800000);
	reads("2000-02-29", 951782400000);

	check_test("the first and the last year");
	reads("0000-01-01T00:00:00Z", -62167219200000);
	reads("0000-02-29T00:00:00Z", -62162121600000);
	reads("0000-03-01T00:00:00Z", -62162035200000);
	reads("9999-12-31T23:59:59.999Z", 253402300799999);
	reads("0000-01-01T00:00:00+23:59", -62167219200000 - 86340000);

	check_test("finer parts than a millisecond are cut off");
	reads("1970-01-01T00:00:00.0019999Z", 1);
	reads("1970-01-01T00:00:00.1Z", 100);
	reads("1970-01-01T00:00:00.000000000000000000000000000009Z", 0);

	check_test("a leap second is the first of the next minute");
	reads("1990-12-31T23:59:60Z", 662688000000);
	reads("1990-12-31T15:59:60.5-08:00", 662688000500);
	refuses("1990-12-31T22:59:60Z", "second 60");
}

/* Every day of ten thousand years, by counting. */
static void all_days(void)
{
	static const int of[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t want = -62167219200000, ms;
	int wrong = 0;

	check_test("every day from 0000 to 9999 follows the one before, and no others are days");
	for (int year = 0; year <= 9999; year++)
		for (int month = 1; month <= 12; month++) {
			bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
			int last = of[month - 1] + (month == 2 && leap);

			for (int day = 1; day <= 31; day++) {
				char text[16];
				int got;

				snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
				got = timestamp_read(slice_str(text), &ms, NULL);
				wrong += day <= last ? got != 0 || ms != want : got != -1;
				want += day <= last ? 86400000 : 0;
			}
		}
	CHECK(wrong == 0);
}

static void bad_dates(void)
{
	static const char *const none[] = {"", " ", "now", "2026-11", "2026-11-", "2026-1-1",
	    "26-11-24", "12026-11-24", "2026-13-01", "2026-00-01", "2026-11-31", "2026-11-00",
	    "2025-02-29", "1900-02-29", "2026/11/24", "20261124T000000Z", "-", "-2026-11-24",
	    "\xef\xbc\x91", "NaN", "inf", "0x10", "1.", ".5", "+5", "1e", "1e+", "1e5x", "--1",
	    "1_000", "5 ", " 5"};
	static const char *const no_time[] = {"2026-11-24T", "2026-11-24T24:00:00Z",
	    "2026-11-24T17:60:00Z", "2026-11-24T17:00:61Z", "2026-11-24T17:00Z",
	    "2026-11-24T7:00:00Z", "2026-11-24T17:00:00.Z", "2026-11-24T17.00.00Z"};
	static const char *const no_end[] = {"2026-11-24T17:00:00", "2026-11-24T17:00:00+1:00",
	    "2026-11-24T17:00:00+0100", "2026-11-24T17:00:00+24:00", "2026-11-24T17:00:00+01:60",
	    "2026-11-24T17:00:00ZZ", "2026-11-24T17:00:00Z ", "2026-11-24T17:00:00 Z",
	    "2026-11-24T17:00:00UTC", "2026-11-24T17:00:00,5Z"};
	struct slice cut = {"2026-11-24T17:00:00.25+01:00", 0};
	int64_t ms;

	check_test("what is no moment is told, and why");
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		refuses(none[i], "no date");
	for (size_t i = 0; i < sizeof no_time / sizeof *no_time; i++)
		refuses(no_time[i], "no time of day");
	for (size_t i = 0; i < sizeof no_end / sizeof *no_end; i++)
		refuses(no_end[i], "offset");
	refuses("2026-11-24X17:00:00Z", "no T");
	CHECK(timestamp_read(slice_make("5\0", 2), &ms, NULL) == -1);
	CHECK(timestamp_read((struct slice){0}, &ms, NULL) == -1);

	check_test("no text is read beyond its end");
	for (size_t n = 0; n < strlen(cut.ptr); n++) {
		char *copy = malloc(n + !n);

		memcpy(copy, cut.ptr, n);
		CHECK((timestamp_read(slice_make(copy, n), &ms, NULL) == 0) ==
		    ((n > 0 && n < 5) || n == 10));
		free(copy);
	}
}

static void seconds(void)
{
	static const char more[] = "more than 10^15";
	struct buf zeros = {0};
	int64_t ms;
	struct err e;

	check_test("seconds as text");
	reads("0", 0);
	reads("-0", 0);
	reads("12.5", 12500);
	reads("-12.5", -12500);
	reads("007", 7000);
	reads("1.001", 1001);
	reads("0.0009", 0);
	reads("-0.0009", 0);
	reads("1732467600.123456", 1732467600123);
	reads("1.7e9", 1700000000000);
	reads("17E+8", 1700000000000);
	reads("1234.5e-2", 12345);
	reads("0.000001e9", 1000000);
	reads("1e-999999999999999999999999", 0);
	reads("0e999999999999999999999999", 0);
	reads("1000000000000000", 1000000000000000000);
	reads("-1000000000000000.0009", -1000000000000000000);
	refuses("1000000000000000.001", more);
	refuses("1e16", more);
	refuses("-99999999999999999999999999999", more);
	refuses("1e999999999999999999999999", more);

	check_test("… with very many digits");
	buf_str(&zeros, "1");
	for (int i = 0; i < 100000; i++)
		buf_byte(&zeros, '0');
	buf_str(&zeros, "e-100000");
	CHECK(timestamp_read(buf_all(&zeros), &ms, &e) == 0 && ms == 1000);
	buf_free(&zeros);

	check_test("seconds as a number");
	CHECK(timestamp_seconds(0, &ms, &e) == 0 && ms == 0);
	CHECK(timestamp_seconds(-12.5, &ms, &e) == 0 && ms == -12500);
	CHECK(timestamp_seconds(1e15, &ms, &e) == 0 && ms == 1000000000000000000);
	CHECK(timestamp_seconds(-1e15, &ms, &e) == 0 && ms == -1000000000000000000);
	CHECK(timestamp_seconds(0.0009999, &ms, &e) == 0 && ms == 0);
	CHECK(timestamp_seconds(-0.0009999, &ms, &e) == 0 && ms == 0);
	CHECK(timestamp_seconds(1e-300, &ms, &e) == 0 && ms == 0);
	CHECK(timestamp_seconds(1.0000001e15, &ms, &e) == -1 && strstr(e.text, more));
	CHECK(timestamp_seconds(INFINITY, &ms, &e) == -1 && strstr(e.text, more));
	CHECK(timestamp_seconds(-INFINITY, &ms, &e) == -1 && strstr(e.text, more));
	CHECK(timestamp_seconds(NAN, &ms, &e) == -1 && strstr(e.text, "not a number"));
}

static void one_moment(void)
{
	int wrong = 0;

	check_test("text and number are the same moment, to the millisecond");
	srand(11);
	for (int i = 0; i < 200000; i++) {
		long long whole = (long long)rand() * (i % 2 ? 1 : 2), part = rand() % 1000000;
		char text[64];
		int64_t a, b;

		snprintf(text, sizeof text, "%s%lld.%0*lld", i % 3 ? "" : "-", whole, i % 4 ? 3 : 6,
		    i % 4 ? part % 1000 : part);
		wrong += timestamp_read(slice_str(text), &a, NULL) != 0;
		wrong += timestamp_seconds(strtod(text, NULL), &b, NULL) != 0 || a != b;
	}
	CHECK(wrong == 0);
}

int main(void)
{
	dates();
	all_days();
	bad_dates();
	seconds();
	one_moment();
	return check_done();
}
