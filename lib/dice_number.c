#include <inttypes.h>
#include <stdio.h>

#include "dice_impl.h"
#include "jw.h"

/*
 * Numbers are drawn as whole counts of 10^-places and written from those, so that a multiple of
 * 0.1 comes out as 0.3 and never as 0.30000000000000004.
 */
enum { PLACES_MAX = 9 };

/* How many steps from the one bound that is given; how finely a range is cut, at least. */
enum { REACH = 100, FINE = 100 };

/* Doubles hold whole numbers exactly up to here. */
static const double count_max = 9007199254740992.0;

struct range {
	int64_t least, most; /* counts, both in the range */
	bool has_least, has_most;
	int64_t step; /* counts; 0: any */
	unsigned places;
};

static double scale(unsigned places)
{
	double s = 1;

	while (places-- > 0)
		s *= 10;
	return s;
}

/* The whole number next to x; without libm, which would be slow to load. */
static int64_t nearest(double x)
{
	if (x > count_max)
		return (int64_t)count_max;
	if (x < -count_max)
		return -(int64_t)count_max;
	return (int64_t)(x < 0 ? x - 0.5 : x + 0.5);
}

static bool is_near(double x, int64_t n)
{
	double gap = x - (double)n;

	return gap < 1e-6 && gap > -1e-6;
}

/* The count next to v on the side given, and not v itself where that is out. */
static int64_t count_of(const struct json *v, unsigned places, int side, bool out)
{
	int64_t n;
	double x;

	if (places == 0 && json_int(v, &n))
		return out && n > INT64_MIN && n < INT64_MAX ? n + side : n;
	x = json_double(v) * scale(places);
	n = nearest(x);
	if (is_near(x, n))
		return n + (out ? side : 0);
	if (side > 0)
		return n + ((double)n < x);
	return n - ((double)n > x);
}

static void raise_least(struct range *r, const struct json *v, bool out)
{
	int64_t n = v ? count_of(v, r->places, 1, out) : 0;

	if (v && (!r->has_least || n > r->least))
		r->least = n;
	r->has_least |= v != NULL;
}

static void lower_most(struct range *r, const struct json *v, bool out)
{
	int64_t n = v ? count_of(v, r->places, -1, out) : 0;

	if (v && (!r->has_most || n < r->most))
		r->most = n;
	r->has_most |= v != NULL;
}

static void read_step(struct range *r, const struct json *multiple)
{
	double x = multiple ? json_double(multiple) * scale(r->places) : 0;

	if (x > 0.5 && x < count_max && is_near(x, nearest(x)))
		r->step = nearest(x);
}

static struct range read_range(const struct dice_parts *p, unsigned places)
{
	struct range r = {.places = places};

	for (size_t i = 0; i < p->n; i++) {
		const struct json *s = p->part[i];

		raise_least(&r, json_get_type(s, "minimum", JSON_NUMBER), false);
		raise_least(&r, json_get_type(s, "exclusiveMinimum", JSON_NUMBER), true);
		lower_most(&r, json_get_type(s, "maximum", JSON_NUMBER), false);
		lower_most(&r, json_get_type(s, "exclusiveMaximum", JSON_NUMBER), true);
		read_step(&r, json_get_type(s, "multipleOf", JSON_NUMBER));
	}
	return r;
}

static int64_t add(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b > 0 ? INT64_MAX : INT64_MIN;
	return sum;
}

static void close_range(struct range *r)
{
	int64_t reach, unit = r->step > 0 ? r->step : (int64_t)scale(r->places);

	if (__builtin_mul_overflow(unit, REACH, &reach))
		reach = INT64_MAX;
	if (!r->has_least)
		r->least = r->has_most && r->most < reach ? add(r->most, -reach) : 0;
	if (!r->has_most)
		r->most = add(r->least, reach);
}

static bool has_multiple(const struct dice_parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (json_get_type(p->part[i], "multipleOf", JSON_NUMBER))
			return true;
	return false;
}

/* With as few places as the step allows or, where there is none, as many as a fine cut takes. */
static struct range choose_range(const struct dice_parts *p, bool integer)
{
	bool multiple = has_multiple(p);
	struct range r = read_range(p, 0);

	close_range(&r);
	while (!integer && r.places < PLACES_MAX &&
	    (multiple ? r.step == 0
		      : r.most < r.least || (uint64_t)r.most - (uint64_t)r.least < FINE)) {
		r = read_range(p, r.places + 1);
		close_range(&r);
	}
	return r;
}

/* Whole steps within the range. */
static void count_steps(struct range *r)
{
	int64_t least = r->least / r->step, most = r->most / r->step;

	if (r->least > 0 && least * r->step != r->least)
		least++;
	if (r->most < 0 && most * r->step != r->most)
		most--;
	r->least = least;
	r->most = most;
}

static void put_count(struct buf *out, int64_t n, unsigned places)
{
	char text[64];
	uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n, unit = (uint64_t)scale(places);
	size_t len;

	if (places == 0) {
		jw_int(out, n);
		return;
	}
	snprintf(text, sizeof text, "%s%" PRIu64 ".%0*" PRIu64, n < 0 ? "-" : "", size / unit,
	    (int)places, size % unit);
	len = strlen(text);
	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	jw_raw(out, slice_make(text, len));
}

int dice_make_number(
    struct dice *d, const struct dice_parts *p, bool integer, struct buf *out, struct err *e)
{
	struct range r = choose_range(p, integer);
	uint64_t span;

	if (r.step > 1)
		count_steps(&r);
	if (r.least > r.most)
		return err_set(e, "no number lies within the bounds");
	span = (uint64_t)r.most - (uint64_t)r.least;
	span = span == UINT64_MAX ? rng_next(&d->rng) : rng_below(&d->rng, span + 1);
	put_count(out, (int64_t)((uint64_t)r.least + span) * (r.step > 1 ? r.step : 1), r.places);
	return 0;
}
