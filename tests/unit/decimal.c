/* decimal: numbers as they are written, in pairs and against the shapes that trip up doubles. */
#include "decimal.h"

#include <stdlib.h>

#include "buf.h"
#include "check.h"

static struct decimal number(const char *text)
{
	struct decimal d;

	if (decimal_parse(slice_str(text), &d) < 0) {
		printf("# %s\n", text);
		CHECK(!"a number");
	}
	return d;
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void test_order(void)
{
	/* Each is less than the one after it. */
	static const char *const rising[] = {"-1e99999999999999999999999999",
	    "-1e99999999999999999999999998", "-1e400", "-123456789012345678901234567891",
	    "-123456789012345678901234567890", "-10", "-9.99", "-1e-1000000",
	    "-1e-99999999999999999999999999", "0", "1e-99999999999999999999999999",
	    "2e-99999999999999999999999999", "1e-1000000", "0.1", "0.10000000000000000001",
	    "0.2999999999999999888977697537484345957636833190917968750", "0.3", "1", "1.5", "10",
	    "9007199254740992", "9007199254740993", "1e400", "1.1e400", "1e1000000",
	    "1e99999999999999999999999998", "1e99999999999999999999999999"};
	size_t n = sizeof rising / sizeof *rising;

	check_test("order, of every pair");
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			struct decimal a = number(rising[i]), b = number(rising[k]);

			if (sign(decimal_cmp(&a, &b)) == (i > k) - (i < k))
				continue;
			printf("# %s and %s\n", rising[i], rising[k]);
			CHECK(!"in order");
		}
}

static void test_equal(void)
{
	static const char *const same[][2] = {{"1", "1.0"}, {"1", "1e0"}, {"100", "1e2"},
	    {"1", "0.01e2"}, {"0", "-0"}, {"0", "0.000e5"}, {"0", "0e99999999999999999999"},
	    {"12.50", "1.25E+1"}, {"1e400", "10e399"}, {"1e400", "0.001e403"},
	    {"1e100000000000000000", "10e99999999999999999"},
	    {"1e1000000000000000000000", "10e999999999999999999999"},
	    {"1e-1000000000000000000000", "0.1e-999999999999999999999"},
	    {"1e00000000000005", "1e5"}, {"-120", "-1.2e2"}, {"1e-0", "1"}};

	check_test("equal numbers, however they are written");
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		struct decimal a = number(same[i][0]), b = number(same[i][1]);

		if (decimal_cmp(&a, &b) == 0 && decimal_hash(&a) == decimal_hash(&b))
			continue;
		printf("# %s and %s\n", same[i][0], same[i][1]);
		CHECK(!"equal");
	}
}

static void test_grammar(void)
{
	static const char *const bad[] = {"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "1x", "0x1",
	    "--1", " 1", "1 ", "1.e5", "NaN", "1e5.0"};
	struct decimal d;

	check_test("what is no JSON number is refused");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (!CHECK(decimal_parse(slice_str(bad[i]), &d) < 0))
			printf("# %s\n", bad[i]);
}

static void test_integers(void)
{
	static const struct {
		const char *text;
		bool integer;
	} cases[] = {{"0", true}, {"-0.0", true}, {"1.0", true}, {"1.5", false}, {"1.5e1", true},
	    {"1.55e1", false}, {"1e-1", false}, {"10e-1", true}, {"1e400", true}, {"1e-400", false},
	    {"123456789.000", true}, {"0.1e99999999999999999999", true}, {"100e-2", true},
	    {"100e-3", false}, {"5e-99999999999999999999", false}};

	check_test("integers are integers by value");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct decimal d = number(cases[i].text);

		if (!CHECK(decimal_is_integer(&d) == cases[i].integer))
			printf("# %s\n", cases[i].text);
	}
}

static void test_multiples(void)
{
	static const struct {
		const char *a, *of;
		bool multiple;
	} cases[] = {{"0.3", "0.1", true}, {"19.99", "0.01", true}, {"19.995", "0.01", false},
	    {"12391239123", "1e-8", true}, {"1e308", "0.123456789", false}, {"1e308", "0.5", true},
	    {"0.0075", "0.0001", true}, {"0.00751", "0.0001", false}, {"7", "2", false},
	    {"-8", "2", true}, {"4.5", "1.5", true}, {"35", "1.5", false}, {"0", "3", true},
	    {"0e5", "0.7", true}, {"1", "0", false}, {"1e1000000", "3", false},
	    {"3e1000000", "3", true}, {"1e1000000", "1024", true},
	    {"1e99999999999999999999", "7", false}, {"7e99999999999999999999", "7", true},
	    {"1e-1000000", "1e-1000001", true}, {"1e-1000001", "1e-1000000", false},
	    {"1e-1000000", "3", false}, {"5", "1e400", false}, {"1", "3e-1", false},
	    {"6e-1", "3e-1", true}, {"9007199254740993", "9007199254740992", false},
	    {"18014398509481986", "9007199254740993", true},
	    /* beyond 18 digits */
	    {"121932631137021795226185032733622923332237463801111263526900",
		"123456789012345678901234567890", true},
	    {"121932631137021795226185032733622923332237463801111263526901",
		"123456789012345678901234567890", false},
	    {"1e60", "1000000000000000000000000000001", false},
	    {"1000000000000000000000000000001e60", "1000000000000000000000000000001", true},
	    {"340282366920938463463374607431768211456", "18446744073709551616", true},
	    {"340282366920938463463374607431768211457", "18446744073709551616", false},
	    {"1e40", "1.0995116277760000000000000001e12", false},
	    {"1e200", "1267650600228229401496703205376", true},
	    {"1e100", "79228162514264337593543950336", true},
	    {"1e95", "79228162514264337593543950336", false == true},
	    {"99999999999999999999999999999999999999", "99999999999999999999", false},
	    {"9999999999999999999899999999999999999999990000000000", "99999999999999999999", false},
	    {"9999999999999999999999999999999999999999", "99999999999999999999", true}};

	check_test("multiples, without binary rounding");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct decimal a = number(cases[i].a), of = number(cases[i].of);

		if (!CHECK(decimal_multiple(&a, &of) == cases[i].multiple))
			printf("# %s of %s\n", cases[i].a, cases[i].of);
	}
}

static void test_sizes(void)
{
	static const struct {
		const char *text;
		bool good;
		size_t n;
	} cases[] = {{"0", true, 0}, {"-0", true, 0}, {"2.0", true, 2}, {"1.5e1", true, 15},
	    {"18446744073709551615", true, SIZE_MAX}, {"18446744073709551616", true, SIZE_MAX},
	    {"99999999999999999999", true, SIZE_MAX}, {"1e400", true, SIZE_MAX},
	    {"1e99999999999999999999", true, SIZE_MAX}, {"-1", false, 0}, {"0.5", false, 0},
	    {"1e-5", false, 0}, {"1200e-2", true, 12}};

	check_test("sizes");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct decimal d = number(cases[i].text);
		size_t n = 0;

		if (!CHECK(decimal_size(&d, &n) == cases[i].good && n == cases[i].n))
			printf("# %s\n", cases[i].text);
	}
}

/* q * b is a multiple of b, q * b + 1 is not: with long random-looking digits, by schoolbook. */
static void multiply(const char *a, const char *b, char *out)
{
	size_t m = strlen(a), n = strlen(b);
	unsigned digits[512] = {0};

	for (size_t i = 0; i < m; i++)
		for (size_t k = 0; k < n; k++)
			digits[m + n - 1 - (i + k + 1)] +=
			    (unsigned)(a[i] - '0') * (unsigned)(b[k] - '0');
	for (size_t i = 0; i + 1 < m + n; i++) {
		digits[i + 1] += digits[i] / 10;
		digits[i] %= 10;
	}
	for (size_t i = 0; i < m + n; i++)
		out[i] = (char)('0' + digits[m + n - 1 - i]);
	out[m + n] = '\0';
}

static void test_products(void)
{
	uint32_t seed = 12345;

	check_test(
	    "products of long numbers are multiples of both, and what is beside them is not");
	for (int round = 0; round < 300; round++) {
		char a[128] = "", b[128] = "", product[256], *p = product;
		size_t m = 1 + (size_t)round % 120, n = 19 + (size_t)round % 90;

		for (size_t i = 0; i < m + n; i++) {
			seed = seed * 1664525u + 1013904223u;
			/* Runs of nines and zeros make the guessed quotients wrong. */
			*(i < m ? &a[i] : &b[i - m]) = round % 3 ? (char)('1' + (seed >> 24) % 9)
			    : (seed >> 30)                       ? '9'
								 : '1';
		}
		multiply(a, b, product);
		p += *p == '0';
		struct decimal x = number(p), of = number(b);

		CHECK(decimal_multiple(&x, &of));
		p[strlen(p) - 1] = p[strlen(p) - 1] == '9' ? '8' : '9';
		x = number(p);
		CHECK(!decimal_multiple(&x, &of));
	}
}

static void test_long(void)
{
	struct buf text = {0};
	struct decimal d, three = number("3"), other;

	check_test("a number of a million digits");
	for (int i = 0; i < 1000000; i++)
		buf_byte(&text, '6');
	CHECK(decimal_parse(buf_all(&text), &d) == 0);
	CHECK(decimal_multiple(&d, &three) && decimal_is_integer(&d));
	other = d;
	CHECK(decimal_cmp(&d, &other) == 0);
	three = number("1234567890123456789012345678901234567891");
	CHECK(!decimal_multiple(&d, &three));
	buf_free(&text);
}

int main(void)
{
	test_order();
	test_equal();
	test_grammar();
	test_integers();
	test_multiples();
	test_sizes();
	test_products();
	test_long();
	return check_done();
}
