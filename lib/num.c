#include "num.h"

#include <stdbool.h>

/* Takes the digits at the head of *text off it; false when there are none or they overflow. */
static bool take_digits(struct slice *text, uint64_t *out)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < text->len && text->ptr[i] >= '0' && text->ptr[i] <= '9'; i++)
		if (__builtin_mul_overflow(n, 10u, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(text->ptr[i] - '0'), &n))
			return false;
	text->ptr += i;
	text->len -= i;
	*out = n;
	return i > 0;
}

int num_uint(struct slice text, uint64_t least, uint64_t most, uint64_t *out, struct err *e)
{
	struct slice rest = text;
	uint64_t n;

	if (!take_digits(&rest, &n) || rest.len || n < least || n > most)
		return err_set(e, "'%.*s' is not a whole number from %llu to %llu", SLICE_FMT(text),
		    (unsigned long long)least, (unsigned long long)most);
	*out = n;
	return 0;
}

static bool size_unit(struct slice unit, unsigned *shift)
{
	static const char letters[] = "KMG";

	*shift = 0;
	for (unsigned i = 0; unit.len && letters[i]; i++)
		if ((unit.ptr[0] & ~0x20) == letters[i])
			*shift = 10 * (i + 1);
	if (*shift == 0)
		return unit.len == 0 || slice_is(unit, "B");
	unit.ptr++;
	unit.len--;
	return unit.len == 0 || slice_is(unit, "B") || slice_is(unit, "iB");
}

int num_size(struct slice text, uint64_t *bytes, struct err *e)
{
	struct slice rest = text;
	uint64_t n;
	unsigned shift;

	if (!take_digits(&rest, &n) || !size_unit(rest, &shift) || n > UINT64_MAX >> shift)
		return err_set(
		    e, "'%.*s' is not a size (a number with K, M or G)", SLICE_FMT(text));
	*bytes = n << shift;
	return 0;
}

static int64_t duration_unit(struct slice unit)
{
	if (slice_is(unit, "ms"))
		return 1000000;
	if (unit.len == 0 || slice_is(unit, "s"))
		return 1000000000;
	if (slice_is(unit, "m"))
		return 60 * INT64_C(1000000000);
	if (slice_is(unit, "h"))
		return 3600 * INT64_C(1000000000);
	if (slice_is(unit, "d"))
		return 86400 * INT64_C(1000000000);
	return 0;
}

/* ".25" at the head of *text as billionths; digits beyond the ninth are dropped. */
static bool take_fraction(struct slice *text, int64_t *billionths)
{
	int64_t n = 0;
	size_t i = 1, digits = 0;

	*billionths = 0;
	if (text->len == 0 || text->ptr[0] != '.')
		return true;
	for (; i < text->len && text->ptr[i] >= '0' && text->ptr[i] <= '9'; i++)
		if (digits < 9) {
			n = n * 10 + (text->ptr[i] - '0');
			digits++;
		}
	if (i == 1)
		return false;
	for (; digits < 9; digits++)
		n *= 10;
	text->ptr += i;
	text->len -= i;
	*billionths = n;
	return true;
}

int num_duration(struct slice text, int64_t *ns, struct err *e)
{
	struct slice rest = text;
	uint64_t whole;
	int64_t fraction, unit, total;

	if (!take_digits(&rest, &whole) || whole > INT64_MAX || !take_fraction(&rest, &fraction))
		goto bad;
	unit = duration_unit(rest);
	if (unit == 0 || __builtin_mul_overflow((int64_t)whole, unit, &total))
		goto bad;
	if (__builtin_add_overflow(
		total, (int64_t)((__int128)fraction * unit / 1000000000), &total))
		goto bad;
	*ns = total;
	return 0;
bad:
	return err_set(
	    e, "'%.*s' is not a duration (a number with ms, s, m, h or d)", SLICE_FMT(text));
}
