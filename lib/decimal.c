#include "decimal.h"

#include <stdlib.h>

#include "mem.h"

/*
 * Beyond this an exponent's exact value no longer matters: digits are counted in 32 bits, so no
 * shift of the point makes up for such a difference.
 */
#define FAR ((int64_t)1 << 50)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digit_run(struct slice s, size_t at)
{
	size_t i = at;

	while (i < s.len && is_digit(s.ptr[i]))
		i++;
	return i - at;
}

/* mantissa is digits with at most one point, at dot; dot is mantissa.len where there is none. */
static void significant(struct decimal *d, struct slice mantissa, size_t dot)
{
	size_t first = 0, end = mantissa.len;

	while (first < end && (mantissa.ptr[first] == '0' || first == dot))
		first++;
	while (end > first && (mantissa.ptr[end - 1] == '0' || end - 1 == dot))
		end--;
	if (first == end)
		return;
	d->digits = slice_make(mantissa.ptr + first, end - first);
	d->count = end - first - (first < dot && dot < end);
	d->point = first < dot ? (int64_t)(dot - first) : -(int64_t)(first - dot - 1);
}

/* Reads "e-07" at byte at; returns where it ends, 0 when it is bad. */
static size_t read_exponent(struct decimal *d, struct slice text, size_t at)
{
	size_t n;

	at++;
	if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
		d->exponent_negative = text.ptr[at++] == '-';
	n = digit_run(text, at);
	if (n == 0)
		return 0;
	d->exponent = slice_make(text.ptr + at, n);
	while (d->exponent.len && d->exponent.ptr[0] == '0') {
		d->exponent.ptr++;
		d->exponent.len--;
	}
	return at + n;
}

int decimal_parse(struct slice text, struct decimal *d)
{
	size_t at = 0, start, whole, fraction = 0;

	*d = (struct decimal){0};
	if (text.len && text.ptr[0] == '-')
		at++;
	start = at;
	whole = digit_run(text, at);
	if (whole == 0 || (whole > 1 && text.ptr[at] == '0'))
		return -1;
	at += whole;
	if (at < text.len && text.ptr[at] == '.') {
		fraction = digit_run(text, at + 1);
		if (fraction == 0)
			return -1;
		at += 1 + fraction;
	}
	significant(d, slice_make(text.ptr + start, at - start), whole);
	d->negative = start == 1 && d->count;
	if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E'))
		at = read_exponent(d, text, at);
	return at == text.len ? 0 : -1;
}

static int digit_from_right(struct slice s, size_t place)
{
	return place < s.len ? s.ptr[s.len - 1 - place] - '0' : 0;
}

/*
 * How many powers of ten a's leading digit stands above b's, as far as FAR. The exponents are
 * subtracted digit by digit from the left: once the difference has passed FAR, what follows
 * cannot bring it back.
 */
static int64_t above(const struct decimal *a, const struct decimal *b)
{
	size_t places = a->exponent.len > b->exponent.len ? a->exponent.len : b->exponent.len;
	int64_t diff = 0;

	while (places-- > 0 && diff < FAR && diff > -FAR) {
		int x = digit_from_right(a->exponent, places);
		int y = digit_from_right(b->exponent, places);

		diff =
		    diff * 10 + (a->exponent_negative ? -x : x) - (b->exponent_negative ? -y : y);
	}
	return diff + a->point - b->point;
}

/* The power of ten of the place after the point in 0.DIGITS, as far as FAR. */
static int64_t magnitude(const struct decimal *d)
{
	static const struct decimal zero;

	return above(d, &zero);
}

/* The next digit at *i, or -1 at the end. */
static int next_digit(const struct decimal *d, size_t *i)
{
	if (*i < d->digits.len && d->digits.ptr[*i] == '.')
		++*i;
	return *i < d->digits.len ? d->digits.ptr[(*i)++] - '0' : -1;
}

/* The last digit is never 0, so the longer of two that begin alike is the larger. */
static int cmp_digits(const struct decimal *a, const struct decimal *b)
{
	size_t i = 0, k = 0;

	for (;;) {
		int x = next_digit(a, &i), y = next_digit(b, &k);

		if (x != y)
			return x - y;
		if (x < 0)
			return 0;
	}
}

int decimal_cmp(const struct decimal *a, const struct decimal *b)
{
	int sign = a->negative || b->negative ? -1 : 1;
	int64_t diff;

	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	if (a->count == 0 || b->count == 0)
		return sign * ((a->count != 0) - (b->count != 0));
	diff = above(a, b);
	if (diff != 0)
		return diff > 0 ? sign : -sign;
	return sign * cmp_digits(a, b);
}

bool decimal_is_integer(const struct decimal *d)
{
	return d->count == 0 || magnitude(d) >= (int64_t)d->count;
}

bool decimal_size(const struct decimal *d, size_t *n)
{
	size_t i = 0, value = 0;
	int64_t places = d->count ? magnitude(d) : 0;

	if (d->negative || !decimal_is_integer(d))
		return false;
	*n = SIZE_MAX;
	if (places > 20)
		return true;
	while (places-- > 0) {
		int digit = next_digit(d, &i);

		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit < 0 ? 0 : digit, &value))
			return true;
	}
	*n = value;
	return true;
}

uint32_t decimal_hash(const struct decimal *d)
{
	uint32_t h = d->negative ? 2166136261u : 16777619u;
	size_t i = 0;
	int64_t power;

	if (d->count == 0)
		return h;
	for (int digit; (digit = next_digit(d, &i)) >= 0;)
		h = (h ^ (uint32_t)digit) * 16777619u;
	power = magnitude(d);
	/* Near FAR the same number can be seen with slightly different powers. */
	if (power > FAR / 2 || power < -FAR / 2)
		power = FAR;
	return (h ^ (uint32_t)(power & 0xffffffff)) * 16777619u;
}

/*
 * Multiples: both numbers are integers times a power of ten, A*10^p and B*10^q, where A does not
 * end in 0. So A*10^(p-q)/B is no integer when p < q. Otherwise the remainder is taken digit by
 * digit. Of the zeros that follow A, as many as four times the digits of B are enough: B has not
 * so many factors 2 or 5.
 */
struct digits {
	const struct decimal *d;
	size_t at;
	size_t zeros;
};

/* Up to nine further digits: their value, and 10^how many; 0 at the end. */
static uint32_t take_nine(struct digits *in, uint32_t *value)
{
	uint32_t scale = 1;

	*value = 0;
	while (scale < 1000000000) {
		int digit = next_digit(in->d, &in->at);

		if (digit < 0) {
			if (in->zeros == 0)
				break;
			in->zeros--;
			digit = 0;
		}
		*value = *value * 10 + (uint32_t)digit;
		scale *= 10;
	}
	return scale > 1 ? scale : 0;
}

static bool multiple_of_small(struct digits in, struct digits of)
{
	uint64_t rest = 0, divisor = 0;
	uint32_t scale, value;

	while ((scale = take_nine(&of, &value)) > 0)
		divisor = divisor * scale + value;
	if (divisor == 1)
		return true;
	while ((scale = take_nine(&in, &value)) > 0) {
		unsigned __int128 wide = (unsigned __int128)rest * scale + value;

		rest = (uint64_t)(wide % divisor);
	}
	return rest == 0;
}

/* x = x * scale + add, in n words, least first; returns what does not fit. */
static uint32_t scale_add(uint32_t *x, size_t n, uint32_t scale, uint64_t add)
{
	for (size_t i = 0; i < n; i++) {
		add += (uint64_t)x[i] * scale;
		x[i] = (uint32_t)add;
		add >>= 32;
	}
	return (uint32_t)add;
}

/*
 * One step of long division (Knuth's algorithm D): brings x, of n + 1 words, below b, of n words
 * with the highest bit set, where x < b * 2^32. The guessed quotient is at most 2 too large.
 */
static void reduce(uint32_t *x, const uint32_t *b, size_t n)
{
	uint64_t guess = ((uint64_t)x[n] << 32 | x[n - 1]) / b[n - 1], carry = 0;
	int64_t borrow = 0;

	if (guess > UINT32_MAX)
		guess = UINT32_MAX;
	for (size_t i = 0; i <= n; i++) {
		int64_t diff;

		carry += i < n ? guess * b[i] : 0;
		diff = (int64_t)x[i] - (int64_t)(uint32_t)carry + borrow;
		x[i] = (uint32_t)(diff & UINT32_MAX);
		borrow = diff < 0 ? -1 : 0;
		carry >>= 32;
	}
	while (borrow < 0) {
		uint64_t sum = 0;

		for (size_t i = 0; i <= n; i++) {
			sum += (uint64_t)x[i] + (i < n ? b[i] : 0);
			x[i] = (uint32_t)sum;
			sum >>= 32;
		}
		borrow += (int64_t)sum;
	}
}

/* Divisor and dividend are both shifted left until the divisor's highest bit is set. */
static bool multiple_of_large(struct digits in, struct digits of)
{
	size_t room = of.d->count / 9 + 2, n = 0;
	uint32_t *b = mem_array(room, sizeof *b), *x = mem_array(room + 1, sizeof *x);
	uint32_t scale, value, carry, any = 0;
	int shift;

	while ((scale = take_nine(&of, &value)) > 0) {
		carry = scale_add(b, n, scale, value);
		if (carry)
			b[n++] = carry;
	}
	shift = __builtin_clz(b[n - 1]);
	scale_add(b, n, (uint32_t)1 << shift, 0);
	while ((scale = take_nine(&in, &value)) > 0) {
		x[n] = scale_add(x, n, scale, (uint64_t)value << shift);
		reduce(x, b, n);
	}
	for (size_t i = 0; i <= n; i++)
		any |= x[i];
	free(x);
	free(b);
	return any == 0;
}

bool decimal_multiple(const struct decimal *a, const struct decimal *of)
{
	struct digits in = {.d = a}, divisor = {.d = of};
	int64_t zeros;

	if (of->count == 0 || a->count == 0)
		return of->count != 0;
	zeros = above(a, of) - (int64_t)a->count + (int64_t)of->count;
	if (zeros < 0)
		return false;
	in.zeros = (uint64_t)zeros < of->count * 4 ? (size_t)zeros : of->count * 4;
	return of->count <= 18 ? multiple_of_small(in, divisor) : multiple_of_large(in, divisor);
}
