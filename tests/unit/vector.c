#include "vector.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "rng.h"
#include "vector_impl.h"

static struct buf floats = {0}, text = {0};

static float float_of(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

static uint32_t bits_of(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof bits);
	return bits;
}

static int read_text(const char *ptr, size_t len, size_t *n, size_t *used, struct err *e)
{
	buf_clear(&floats);
	return vector_read_array(ptr, len, &floats, n, used, e);
}

/* Reads [1,TEXT and holds the second number of count against the C library's, which rounds right. */
static bool reads_right(const char *number, const char *behind, size_t count)
{
	float want = strtof(number, NULL), got;
	size_t n = 0, used = 0;
	struct err e = {""};
	bool good;

	buf_clear(&text);
	buf_fmt(&text, "[1,%s%s", number, behind);
	good = read_text(text.ptr, text.len, &n, &used, &e) == 0;
	if (!isfinite(want))
		good = !good && strstr(e.text, "number 2 is not finite") && floats.len == 0;
	else if (good) {
		memcpy(&got, floats.ptr + sizeof got, sizeof got);
		good = n == count && used == text.len && bits_of(got) == bits_of(want);
	}
	if (!good)
		printf("# %s%s: want %a, %s\n", number, behind, (double)want, e.text);
	return good;
}

/* At the end of the text, and where much follows it. */
static bool number_is_right(const char *number)
{
	return reads_right(number, "]", 2) && reads_right(number, ",1234567812345678]", 3);
}

static void plain_numbers(void)
{
	static const char *const numbers[] = {"0", "-0", "0.0", "-0.0e5", "1", "-1", "10",
	    "123456789", "0.1", "-0.0123456789", "-0.006929283495992422", "0.012345678901234567",
	    "1e1", "1E+2", "1e-2", "2.5E+2", "2.5e2", "1.5e-00000000000000000000000000000000002",
	    "12345678", "123456781", "0.12345678", "0.123456781", "1.23456789012345678",
	    "99999999999999999999999999999999999", "1000000000000000000000000000000000000000",
	    "123456789012345678901234567890e-10", "0.00000000000000000000000000000000000000000001",
	    "18446744073709551615", "18446744073709551616", "184467440737095516150.5",
	    "1844674407370955161.5", "3.4028234e38", "3.4028235677973362e38",
	    "3.4028235677973366e38", "3.4028235677973367e38", "3.5e38", "1e39", "1e999",
	    "1e99999999999999999999999999", "-1e999", "1e-999", "1e-99999999999999999999999999",
	    "0e99999999999999999999999999", "1e9300000000000000000", "1e-9300000000000000000",
	    "1e18446744073709551615", "1e-18446744073709551615", "1.17549435e-38", "1.17549429e-38",
	    "1e-45", "7e-46", "7.1e-46", "1.401298464324817e-45", "5.877471754111437e-39",
	    "16777217", "16777217.0000001", "16777216.9999999", "9007199254740993", "8388608.5",
	    "8388609.5"};

	check_test("numbers are the floats nearest to them");
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		CHECK(number_is_right(numbers[i]));
}

/* Writes x with some number of digits, in one of the ways that it is written in the world. */
static void write_number(struct rng *r, double x, char *to, size_t size)
{
	int digits = (int)rng_below(r, 22);

	switch (rng_below(r, 3)) {
	case 0:
		snprintf(to, size, "%.*f", digits, x);
		break;
	case 1:
		snprintf(to, size, "%.*e", digits, x);
		break;
	default:
		snprintf(to, size, "%.*e", 140, x);
	}
}

static void random_numbers(void)
{
	struct rng r = {7};
	char number[400];
	int bad = 0;

	check_test("… and so are any others, of any size and length");
	for (int i = 0; i < 200000 && bad < 5; i++) {
		double x = ldexp(rng_unit(&r) - 0.5, (int)rng_below(&r, 330) - 180);

		if (i % 2)
			x = rng_unit(&r) - 0.5;
		write_number(&r, x, number, sizeof number);
		bad += !CHECK(number_is_right(number));
	}
}

/* Right in the middle between two floats, and a trifle to either side of it. */
static void middles(void)
{
	struct rng r = {8};
	char number[400];
	int bad = 0;

	check_test("… and those in the middle between two floats, and very near to it");
	for (int i = 0; i < 30000 && bad < 5; i++) {
		uint32_t bits = (uint32_t)rng_below(&r, 0x7f7fffff);
		double low = (double)float_of(bits),
		       middle = low / 2 + (double)float_of(bits + 1) / 2;
		size_t len;

		if (i % 3 == 1)
			middle = nextafter(middle, 0);
		snprintf(number, sizeof number, "%.*e", i % 2 ? 16 + (int)rng_below(&r, 6) : 160,
		    middle);
		bad += !CHECK(number_is_right(number));
		/* A digit far behind decides. */
		snprintf(number, sizeof number, "%.*f", 170, middle);
		len = strlen(number);
		number[len - 1] = '1';
		bad += !CHECK(number_is_right(number));
	}
}

static void long_numbers(void)
{
	struct buf b = {0};

	check_test("numbers may be as long as they like");
	buf_str(&b, "0.");
	for (int i = 0; i < 100000; i++)
		buf_byte(&b, '0');
	buf_str(&b, "25e100000");
	CHECK(number_is_right(buf_cstr(&b)));
	buf_clear(&b);
	for (int i = 0; i < 100000; i++)
		buf_byte(&b, '7');
	buf_str(&b, "e-99999");
	CHECK(number_is_right(buf_cstr(&b)));
	/* 2^24 + 1 is a middle; what decides stands far behind. */
	buf_clear(&b);
	buf_str(&b, "16777217.");
	for (int i = 0; i < 5000; i++)
		buf_byte(&b, '0');
	CHECK(number_is_right(buf_cstr(&b)));
	buf_byte(&b, '1');
	CHECK(number_is_right(buf_cstr(&b)));
	buf_free(&b);
}

static void refuse(const char *array, const char *why)
{
	size_t n, used, len = strlen(array);
	/* Of just that length, so that a look behind its end is seen. */
	char *copy = malloc(len ? len : 1);
	struct err e = {""};

	if (!CHECK(copy != NULL))
		return;
	memcpy(copy, array, len);
	buf_clear(&floats);
	buf_put(&floats, "abcd", 4);
	CHECK(vector_read_array(copy, len, &floats, &n, &used, &e) == -1);
	CHECK(floats.len == 4 && !floats.over && memcmp(floats.ptr, "abcd", 4) == 0);
	if (!CHECK(strstr(e.text, "not a vector: ") == e.text && strstr(e.text, why)))
		printf("# %s: %s\n", array, e.text);
	free(copy);
}

static void bad_arrays(void)
{
	static const char *const bad[] = {"01", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "1e-",
	    "-a", "--1", "0x10", "1_0", "NaN", "nan", "Infinity", "-Infinity", "inf", "null",
	    "true", "\"1\"", "[1]", "{}", "1 2", "1;2", ",1", "1,,2", "1,", "1e5.5", "1.2.3", "00",
	    "-01", "1f", "1:", "1:2", "0.5:1", "1/2", "1.5\x8a", "\xb1"};
	char array[64];

	check_test("what JSON does not call a number is none");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(array, sizeof array, "[%s]", bad[i]);
		refuse(array, "number ");
		snprintf(array, sizeof array, "[0.5,%s]", bad[i]);
		refuse(array, bad[i][0] == ',' ? "number 2 is none" : "number ");
		snprintf(array, sizeof array, "[%s,1234567812345678]", bad[i]);
		refuse(array, "number ");
	}

	check_test("no array, an empty one, one without an end");
	refuse("", "no array");
	refuse("1]", "no array");
	refuse("[]", "empty");
	refuse("[ \n]", "empty");
	refuse("[", "number 1 ");
	refuse("[1", "number 1 ");
	refuse("[1,", "number 2 ");
	refuse("[1, ", "number 2 ");
	refuse("[-", "number 1 ");
	refuse("[1.", "number 1 ");
	refuse("[12345678", "number 1 ");
	refuse("[0.12345678", "number 1 ");
	refuse("[1e", "number 1 ");

	check_test("too large, and all of it 0");
	refuse("[1,2e39]", "number 2 is not finite");
	refuse("[0,0.0,-0]", "all 0");
	refuse("[1e-60,-1e-60]", "all 0");
}

static void good_arrays(void)
{
	static const char spaced[] = "[ 1 ,\t-2.5\r\n,3e0\n]  tail";
	size_t n, used;
	struct err e;

	check_test("blanks between, and text behind");
	CHECK(read_text(spaced, sizeof spaced - 1, &n, &used, &e) == 0);
	CHECK(n == 3 && used == strlen("[ 1 ,\t-2.5\r\n,3e0\n]"));
	CHECK(memcmp(floats.ptr, (float[]){1, -2.5F, 3}, 12) == 0);

	check_test("vectors follow one another");
	CHECK(vector_read_array("[7]", 3, &floats, &n, &used, &e) == 0);
	CHECK(n == 1 && floats.len == 16 && memcmp(floats.ptr + 12, (float[]){7}, 4) == 0);

	check_test("as many as there may be, not one more");
	buf_clear(&text);
	for (int i = 0; i < VECTOR_MAX; i++)
		buf_str(&text, i ? ",1" : "[1");
	buf_byte(&text, ']');
	CHECK(read_text(text.ptr, text.len, &n, &used, &e) == 0 && n == VECTOR_MAX);
	text.len--;
	buf_str(&text, ",1]");
	CHECK(read_text(text.ptr, text.len, &n, &used, &e) == -1);
	CHECK(strstr(e.text, "more than 16384") && floats.len == 0);

	check_test("a buffer that is full says so, and is as before");
	floats.max = 8;
	CHECK(vector_read_array("[1,2,3]", 7, &floats, &n, &used, &e) == -1);
	CHECK(floats.len == 0 && !floats.over);
	floats.max = 0;
}

/* The JSON text's vector; -1 and e where it is none. */
static int read_json(const char *json, size_t *n, struct err *e)
{
	struct json_doc doc = {0};
	const struct json *v = json_parse(&doc, slice_str(json), e);
	int got = v ? vector_read(v, &floats, n, e) : -2;

	json_doc_free(&doc);
	return got;
}

static void refuse_json(const char *json, const char *why)
{
	struct err e = {""};
	size_t n;

	buf_clear(&floats);
	CHECK(read_json(json, &n, &e) == -1);
	if (!CHECK(floats.len == 0 && strstr(e.text, "not a vector: ") == e.text &&
		strstr(e.text, why)))
		printf("# %s: %s\n", json, e.text);
}

static void json_values(void)
{
	struct err e;
	size_t n;

	check_test("a JSON array, and base64 in a string");
	buf_clear(&floats);
	CHECK(read_json("[1, 2]", &n, &e) == 0 && n == 2 && floats.len == 8);
	CHECK(read_json("\"AACAPw==\"", &n, &e) == 0 && n == 1);
	CHECK(read_json("\"AACAPwAAAMA=\"", &n, &e) == 0 && n == 2);
	CHECK(read_json("\"AACAPwAAAMAAAEBA\"", &n, &e) == 0 && n == 3);
	CHECK(floats.len == 32 &&
	    memcmp(floats.ptr, (float[]){1, 2, 1, 1, -2, 1, -2, 3}, floats.len) == 0);

	check_test("a slash may be escaped");
	buf_clear(&floats);
	CHECK(read_json("\"\\/\\/9\\u002fPw==\"", &n, &e) == 0 && n == 1);
	CHECK(floats.len == 4 && bits_of(float_of(0x3f7fffff)) == 0x3f7fffff &&
	    memcmp(floats.ptr, &(float){float_of(0x3f7fffff)}, 4) == 0);

	check_test("what is no vector");
	refuse_json("{}", "neither");
	refuse_json("null", "neither");
	refuse_json("1", "neither");
	refuse_json("[]", "empty");
	refuse_json("[1,[2]]", "number 2");
	refuse_json("[1,\"2\"]", "number 2");
	refuse_json("\"\"", "empty");
	refuse_json("\"AACAPw\"", "base64");
	refuse_json("\"AACAPw=\"", "base64");
	refuse_json("\"AACAPx==\"", "base64");
	refuse_json("\"AACAPwAAAMB=\"", "base64");
	refuse_json("\"AAC=\"", "base64");
	refuse_json("\"AA==\"", "base64");
	refuse_json("\"====\"", "base64");
	refuse_json("\"A===\"", "base64");
	refuse_json("\"AACAPw==AACAPw==\"", "base64");
	refuse_json("\"AACA Pw=\"", "base64");
	refuse_json("\"AACAPw-_\"", "base64");
	refuse_json("\"AACA\\u0000w==\"", "base64");
	refuse_json("\"\xc3\xa9\xc3\xa9\"", "base64");
	refuse_json("\"AADAfw==\"", "number 1 is not finite");
	refuse_json("\"AACAfw==\"", "number 1 is not finite");
	refuse_json("\"AAAAgA==\"", "all 0");
}

static void base64(void)
{
	struct rng r = {3};
	struct buf json = {0};
	float x[VECTOR_MAX + 1];
	struct err e;
	size_t n;

	check_test("what is written is read as it was, whatever its length");
	for (size_t i = 0; i <= VECTOR_MAX; i++)
		x[i] = float_of(
		    (uint32_t)rng_below(&r, 0x7f800000) | (uint32_t)rng_below(&r, 2) << 31);
	for (size_t want = 1; want <= VECTOR_MAX; want += want < 50 ? 1 : 8167) {
		buf_clear(&json);
		buf_clear(&floats);
		buf_byte(&json, '"');
		vector_write(x, want, &json);
		buf_str(&json, "\"");
		CHECK(json.len == (want * 4 + 2) / 3 * 4 + 2);
		CHECK(read_json(buf_cstr(&json), &n, &e) == 0 && n == want);
		CHECK(floats.len == want * 4 && memcmp(floats.ptr, x, floats.len) == 0);
	}
	CHECK(n == VECTOR_MAX);

	check_test("… up to the most that there may be");
	buf_clear(&json);
	buf_byte(&json, '"');
	vector_write(x, VECTOR_MAX + 1, &json);
	buf_str(&json, "\"");
	refuse_json(buf_cstr(&json), "more than 16384");
	buf_free(&json);
}

static int32_t slow_dot(const int16_t *a, const int8_t *b, size_t n)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (int64_t)a[i] * (int64_t)b[i];
	return (int32_t)sum;
}

enum { COUNT = 5 };

/* Scans COUNT vectors of length n with and without what the processor has, and one by one. */
static void scan_length(struct rng *r, size_t n)
{
	static int8_t codes[COUNT * VECTOR_MAX];
	static int16_t q[VECTOR_MAX];
	int most = n > 512 ? (int)(INT32_MAX / 128 / n) : INT16_MAX;
	static const float scale[COUNT] = {1, 0, 0.5F, -1, 3};
	float out[COUNT], plain[COUNT];

	for (size_t k = 0; k < COUNT * n; k++)
		codes[k] = (int8_t)(rng_below(r, 256) - 128);
	for (size_t k = 0; k < n; k++)
		q[k] = (int16_t)((int)rng_below(r, 2 * (uint64_t)most + 1) - most);
	vector_scan(q, codes, scale, n, COUNT, out);
	vector_scan_plain(q, codes, scale, n, COUNT, plain);
	for (size_t k = 0; k < COUNT; k++) {
		int32_t dot = slow_dot(q, codes + k * n, n);

		CHECK(bits_of(out[k]) == bits_of(scale[k] * (float)dot));
		CHECK(bits_of(plain[k]) == bits_of(out[k]));
	}
}

static void scan(void)
{
	struct rng r = {4};
	static const size_t lengths[] = {
	    127, 128, 129, 384, 385, 1000, 1536, VECTOR_MAX - 1, VECTOR_MAX};

	check_test("a scan is what one by one is, for any length");
	for (size_t n = 1; n < 100; n++)
		scan_length(&r, n);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
		scan_length(&r, lengths[i]);
}

static void extremes(void)
{
	static const size_t lengths[] = {1, 384, 512, 513, 1536, 4097, VECTOR_MAX};
	static int8_t low[VECTOR_MAX];
	static int16_t query[VECTOR_MAX];
	static float x[VECTOR_MAX];
	float out, scale = 1, own;

	check_test("nothing overflows, and a query's codes use what room there is");
	memset(low, -128, sizeof low);
	for (int sign = -1; sign < 2; sign += 2)
		for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
			size_t n = lengths[i];
			double sum;

			for (size_t k = 0; k < n; k++)
				x[k] = (float)sign;
			vector_encode_query(x, n, query, &own);
			sum = -128.0 * query[0] * (double)n;
			CHECK(fabs(sum) <= INT32_MAX && (fabs(sum) > INT32_MAX / 1.02 || n < 512));
			vector_scan(query, low, &scale, n, 1, &out);
			CHECK(out == (float)sum);
		}

	check_test("none of none");
	out = 5;
	vector_scan(query, low, &scale, 16, 0, &out);
	CHECK(out == 5);
}

static void same_codes(const float *x, size_t n, const int8_t *want)
{
	float minus[8], scale, other;
	int8_t code[8], back[8];

	for (size_t i = 0; i < n; i++)
		minus[i] = -x[i];
	vector_encode(x, n, code, &scale);
	vector_encode(minus, n, back, &other);
	CHECK(isfinite(scale) && scale > 0 && scale == other);
	for (size_t i = 0; i < n; i++)
		if (!CHECK(code[i] == want[i] && back[i] == -want[i]))
			printf("# %zu: %d, negated %d\n", i, code[i], back[i]);
}

static void codes(void)
{
	struct rng r = {5};
	int8_t a[384];
	int16_t b[384];
	float x[384], y[384], sa, sb, near;
	double worst = 0;

	check_test("codes, and those of the negated vector");
	same_codes(
	    (float[]){1, -1, 0, 0.5F, 0.004F, 0.0039F}, 6, (int8_t[]){127, -127, 0, 64, 1, 0});
	same_codes((float[]){3.4e38F, -3.4e38F, 1e38F, 1}, 4, (int8_t[]){127, -127, 37, 0});
	same_codes((float[]){FLT_MAX, FLT_MAX}, 2, (int8_t[]){127, 127});
	same_codes((float[]){1e-45F, -1e-45F, 0}, 3, (int8_t[]){127, -127, 0});
	same_codes((float[]){3e-45F, 1e-45F}, 2, (int8_t[]){127, 64});
	same_codes((float[]){-1e-38F}, 1, (int8_t[]){-127});

	check_test("one that is all 0 has a scale of 0");
	vector_encode((float[]){0, -0.0F}, 2, a, &sa);
	CHECK(sa == 0 && a[0] == 0 && a[1] == 0);
	vector_encode_query((float[]){0, -0.0F}, 2, b, &sb);
	CHECK(sb == 0 && b[0] == 0 && b[1] == 0);

	check_test("the codes' cosine is nearly the vectors'");
	for (int i = 0; i < 200; i++) {
		for (size_t k = 0; k < 384; k++) {
			x[k] = (float)(rng_unit(&r) - 0.5);
			y[k] = x[k] * (float)(i % 7) + (float)(rng_unit(&r) - 0.5);
		}
		vector_encode(x, 384, a, &sa);
		vector_encode_query(y, 384, b, &sb);
		vector_scan(b, a, &sa, 384, 1, &near);
		worst = fmax(worst, fabs((double)(near * sb) - vector_cosine(x, y, 384)));
	}
	if (!CHECK(worst > 0 && worst < 0.001))
		printf("# off by %g\n", worst);
}

static void cosines(void)
{
	struct rng r = {6};
	float x[50], y[50];

	check_test("cosines");
	CHECK(vector_cosine((float[]){1, 0}, (float[]){0, 1}, 2) == 0);
	CHECK(vector_cosine((float[]){3, 4}, (float[]){6, 8}, 2) == 1);
	CHECK(vector_cosine((float[]){3, 4}, (float[]){-3, -4}, 2) == -1);
	CHECK(fabs(vector_cosine((float[]){1, 0}, (float[]){1, 1}, 2) - sqrt(0.5)) < 1e-15);
	CHECK(vector_cosine((float[]){0, 0}, (float[]){1, 1}, 2) == 0);
	CHECK(vector_cosine((float[]){0, -0.0F}, (float[]){0, 0}, 2) == 0);

	check_test("… of the largest and of the smallest");
	CHECK(fabs(vector_cosine((float[]){3e38F, 3e38F}, (float[]){3e38F, 3e38F}, 2) - 1) < 1e-15);
	CHECK(fabs(vector_cosine((float[]){1e-45F}, (float[]){3e38F}, 1) - 1) < 1e-15);
	CHECK(fabs(vector_cosine((float[]){1e-45F, 1e-45F}, (float[]){1e-45F, 0}, 2) - sqrt(0.5)) <
	    1e-15);

	check_test("… of any length, the terms in any place");
	for (size_t n = 1; n <= 50; n++) {
		double ab = 0, aa = 0, bb = 0;

		for (size_t i = 0; i < n; i++) {
			x[i] = (float)rng_unit(&r);
			y[i] = (float)rng_unit(&r) - 0.5F;
			ab += (double)x[i] * (double)y[i];
			aa += (double)x[i] * (double)x[i];
			bb += (double)y[i] * (double)y[i];
		}
		CHECK(fabs(vector_cosine(x, y, n) - ab / sqrt(aa * bb)) < 1e-14);
		CHECK(fabs(vector_cosine(x, y, n) - vector_cosine_plain(x, y, n)) == 0);
	}
}

int main(void)
{
	plain_numbers();
	random_numbers();
	middles();
	long_numbers();
	bad_arrays();
	good_arrays();
	json_values();
	base64();
	scan();
	extremes();
	codes();
	cosines();
	buf_free(&floats);
	buf_free(&text);
	return check_done();
}
