#include "vector_impl.h"

#include <float.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"

/*
 * Bellerophon (Clinger, How to Read Floating Point Numbers Accurately, 1990), with a double as the
 * more precise number: digits times a power of ten in doubles is off by at most three halves of a
 * unit in the last place, relatively, and what is left of the digits by much less. So the float
 * nearest to the double is nearest to the number too, unless the middle between two floats lies
 * within that. Only then, and where floats are denormal or end, the C library decides.
 */
enum {
	TENS_LEAST =
	    -60, /* powers of ten in the table: all that a float that is not denormal needs */
	TENS_MOST = 38,
	BELOW = 29, /* bits that a double has and a float has not */
	NEAR = 4, /* units in the last place of the double */
	EXPONENT_MOST = 100000,
	DIGITS_MOST = 128 /* no middle between two floats has as many */
};

/* digits × 10^exponent; what did not fit into digits is less than a part in 10^18. */
struct number {
	uint64_t digits;
	int64_t exponent;
	int64_t written; /* what stands behind the e */
	bool negative;
};

static const uint64_t ten_to[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/* What digits may be at most, for so many more to fit. */
#define MOST(ten) ((UINT64_MAX - (ten) + 1) / (ten))
static const uint64_t most_before[9] = {MOST(1u), MOST(10u), MOST(100u), MOST(1000u), MOST(10000u),
    MOST(100000u), MOST(1000000u), MOST(10000000u), MOST(100000000u)};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The next eight bytes, the first one lowest; zeros behind the end. */
static uint64_t next_bytes(const char *p, const char *end)
{
	uint64_t word = 0;

	if (end - p >= 8)
		memcpy(&word, p, 8);
	else
		memcpy(&word, p, (size_t)(end - p));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/* How many of these bytes, the lowest first, are digits before the first that is not, and their value. */
static inline size_t leading_digits(uint64_t bytes, uint64_t *value)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t word = bytes ^ ones * '0';
	uint64_t others = (word | (word + ones * (0x7f - 9))) & ones * 0x80;
	size_t n = others ? (size_t)__builtin_ctzll(others) / 8 : 8;

	if (n == 0)
		return 0;
	/* Zeros before them make them eight; then neighbours are joined, three times. */
	word <<= 8 * (8 - n);
	word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ffu;
	word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffffu;
	*value = (word * 10000 + (word >> 32)) & 0xffffffffu;
	return n;
}

static size_t next_digits(const char *p, const char *end, uint64_t *value)
{
	return leading_digits(next_bytes(p, end), value);
}

/* One by one, where they may be more than fit: *dropped counts those that do not. */
static const char *take_last_digits(
    const char *p, const char *end, uint64_t *digits, int64_t *dropped)
{
	for (; p < end && is_digit(*p); p++)
		if (*dropped == 0 && *digits <= most_before[1])
			*digits = *digits * 10 + (uint64_t)(*p - '0');
		else
			++*dropped;
	return p;
}

static inline const char *take_digits(
    const char *p, const char *end, uint64_t *digits, int64_t *dropped)
{
	uint64_t value;
	size_t n;

	do {
		n = next_digits(p, end, &value);
		if (n == 0)
			break;
		if (*dropped > 0 || *digits > most_before[n])
			return take_last_digits(p, end, digits, dropped);
		*digits = *digits * ten_to[n] + value;
		p += n;
	} while (n == 8);
	return p;
}

/* The exponent behind an e; NULL where there are no digits. */
static const char *take_exponent(const char *p, const char *end, int64_t *exponent)
{
	uint64_t value = 0;
	int64_t dropped = 0;
	bool negative;

	if (p == end)
		return NULL;
	negative = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	if (p == end || !is_digit(*p))
		return NULL;
	p = take_digits(p, end, &value, &dropped);
	/* More than any text is long, and far from overflowing. */
	if (dropped > 0 || value > INT64_MAX / 4)
		value = INT64_MAX / 4;
	*exponent = negative ? -(int64_t)value : (int64_t)value;
	return p;
}

enum { USUAL = 18 }; /* bytes: a digit, a point, and two times eight digits */

/*
 * What nearly all numbers of embeddings are: a digit, a point, up to 15 digits and no exponent. NULL: it
 * is something else.
 */
static inline const char *take_usual(const char *p, const char *end, struct number *n)
{
	uint64_t first, second;
	size_t a, b = 0;

	if (end - p < USUAL || !is_digit(p[0]) || p[1] != '.')
		return NULL;
	a = leading_digits(next_bytes(p + 2, end), &first);
	if (a == 0)
		return NULL;
	n->digits = (uint64_t)(p[0] - '0') * ten_to[a] + first;
	if (a == 8) {
		b = leading_digits(next_bytes(p + 10, end), &second);
		if (b == 8)
			return NULL;
		if (b > 0)
			n->digits = n->digits * ten_to[b] + second;
	}
	n->exponent = -(int64_t)(a + b);
	p += 2 + a + b;
	return *p == 'e' || *p == 'E' ? NULL : p;
}

static const char *take_number(const char *p, const char *end, struct number *n)
{
	const char *from;
	int64_t dropped = 0, whole;

	n->negative = p < end && *p == '-';
	n->written = 0;
	p += n->negative;
	from = take_usual(p, end, n);
	if (from)
		return from;
	n->digits = 0;
	if (p == end || !is_digit(*p))
		return NULL;
	if (*p == '0')
		p++;
	else
		p = take_digits(p, end, &n->digits, &dropped);
	whole = dropped;
	n->exponent = dropped;
	if (p < end && *p == '.') {
		from = ++p;
		p = take_digits(p, end, &n->digits, &dropped);
		if (p == from)
			return NULL;
		n->exponent -= (p - from) - (dropped - whole);
	}
	if (p < end && (*p == 'e' || *p == 'E'))
		p = take_exponent(p + 1, end, &n->written);
	n->exponent += n->written;
	return p;
}

/* Is the float nearest to d nearest to everything that is NEAR d? */
static bool is_certain(double d)
{
	const uint64_t middle = (uint64_t)1 << (BELOW - 1);
	uint64_t bits;

	memcpy(&bits, &d, sizeof bits);
	bits &= ((uint64_t)1 << BELOW) - 1;
	return d >= (double)FLT_MIN && d <= (double)FLT_MAX && bits - (middle - NEAR) > 2 * NEAR;
}

/* *d is near the number: false where the table does not reach. */
static bool approximate(const struct number *n, double *d)
{
	static const double tens[TENS_MOST - TENS_LEAST + 1] = {1e-60, 1e-59, 1e-58, 1e-57, 1e-56,
	    1e-55, 1e-54, 1e-53, 1e-52, 1e-51, 1e-50, 1e-49, 1e-48, 1e-47, 1e-46, 1e-45, 1e-44,
	    1e-43, 1e-42, 1e-41, 1e-40, 1e-39, 1e-38, 1e-37, 1e-36, 1e-35, 1e-34, 1e-33, 1e-32,
	    1e-31, 1e-30, 1e-29, 1e-28, 1e-27, 1e-26, 1e-25, 1e-24, 1e-23, 1e-22, 1e-21, 1e-20,
	    1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7,
	    1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22, 1e23,
	    1e24, 1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37,
	    1e38};

	if (n->exponent < TENS_LEAST || n->exponent > TENS_MOST)
		return false;
	*d = (double)n->digits * tens[n->exponent - TENS_LEAST];
	return true;
}

static int64_t limited(int64_t exponent)
{
	if (exponent > EXPONENT_MOST)
		return EXPONENT_MOST;
	return exponent < -EXPONENT_MOST ? -EXPONENT_MOST : exponent;
}

/*
 * Written anew without a point, for what a point is depends on the locale, and with no more digits
 * than matter: one that is not 0 stands for all that are left out.
 */
static float by_the_library(struct slice text, int64_t exponent)
{
	char copy[DIGITS_MOST + 32];
	struct decimal d;
	size_t n = 0;

	if (decimal_parse(text, &d) < 0)
		return 0;
	for (size_t i = 0; i < d.digits.len && n < DIGITS_MOST; i++)
		if (d.digits.ptr[i] != '.')
			copy[n++] = d.digits.ptr[i];
	if (n < d.count)
		copy[n - 1] = '1';
	exponent = limited(exponent + d.point - (int64_t)n);
	snprintf(copy + n, sizeof copy - n, "e%" PRId64, exponent);
	return strtof(copy, NULL);
}

/* Without a branch, which would be guessed wrong half of the time. */
static float with_sign(float size, bool negative)
{
	uint32_t bits;

	memcpy(&bits, &size, sizeof bits);
	bits |= (uint32_t)negative << 31;
	memcpy(&size, &bits, sizeof size);
	return size;
}

const char *vector_number(const char *p, const char *end, float *x)
{
	struct number n;
	double d;
	const char *behind = take_number(p, end, &n);
	float size;

	if (!behind)
		return NULL;
	if (n.digits == 0)
		size = 0;
	else if (approximate(&n, &d) && is_certain(d))
		size = (float)d;
	else
		size = by_the_library(slice_make(p, (size_t)(behind - p)), n.written);
	*x = with_sign(size, n.negative);
	return behind;
}
