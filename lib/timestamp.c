#include "timestamp.h"

#include <math.h>
#include <stdbool.h>

static const int64_t most_seconds = INT64_C(1000000000000000);
static const int64_t day_ms = 86400000;

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take(struct slice *s, char c)
{
	if (s->len == 0 || *s->ptr != c)
		return false;
	s->ptr++;
	s->len--;
	return true;
}

/* Takes n digits that are least … most. */
static bool take_digits(struct slice *s, size_t n, int least, int most, int *out)
{
	*out = 0;
	if (s->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!digit(s->ptr[i]))
			return false;
		*out = *out * 10 + (s->ptr[i] - '0');
	}
	s->ptr += n;
	s->len -= n;
	return *out >= least && *out <= most;
}

/* Days since 1970-01-01 in the Gregorian calendar, with years that begin in March. */
static int64_t days(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;
	/* January of 0000 is in the year -1: rounded down, each quotient is -1. */
	int64_t leaps = y < 0 ? -1 : y / 4 - y / 100 + y / 400;

	return y * 365 + leaps + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static int days_in(int year, int month)
{
	static const int of[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return of[month - 1] + (month == 2 && leap);
}

/* "2026-11-24", in milliseconds. */
static bool take_date(struct slice *s, int64_t *ms)
{
	int year, month, day;

	if (!take_digits(s, 4, 0, 9999, &year) || !take(s, '-') ||
	    !take_digits(s, 2, 1, 12, &month) || !take(s, '-') ||
	    !take_digits(s, 2, 1, days_in(year, month), &day))
		return false;
	*ms = days(year, month, day) * day_ms;
	return true;
}

/* ".25": 250; finer parts are passed over. */
static bool take_fraction(struct slice *s, int64_t *ms)
{
	int64_t unit = 100;

	*ms = 0;
	if (!take(s, '.'))
		return true;
	if (s->len == 0 || !digit(*s->ptr))
		return false;
	for (; s->len > 0 && digit(*s->ptr); s->ptr++, s->len--, unit /= 10)
		*ms += unit * (*s->ptr - '0');
	return true;
}

/* "Z" or "+01:00", in milliseconds east of Greenwich. */
static bool take_offset(struct slice *s, int64_t *ms)
{
	bool west;
	int hours, minutes;

	*ms = 0;
	if (take(s, 'Z') || take(s, 'z'))
		return true;
	west = take(s, '-');
	if (!west && !take(s, '+'))
		return false;
	if (!take_digits(s, 2, 0, 23, &hours) || !take(s, ':') ||
	    !take_digits(s, 2, 0, 59, &minutes))
		return false;
	*ms = (west ? -60000 : 60000) * (int64_t)(hours * 60 + minutes);
	return true;
}

static int read_date(struct slice text, int64_t *ms, struct err *e)
{
	struct slice s = text;
	int64_t date, fraction, offset;
	int hour, minute, second;

	if (!take_date(&s, &date))
		return err_set(e, "\"%.*s\" is no date as in 2026-11-24T17:00:00Z, nor seconds",
		    SLICE_FMT(text));
	*ms = date;
	if (s.len == 0)
		return 0;
	if (!take(&s, 'T') && !take(&s, 't') && !take(&s, ' '))
		return err_set(e, "\"%.*s\": no T after the date", SLICE_FMT(text));
	if (!take_digits(&s, 2, 0, 23, &hour) || !take(&s, ':') ||
	    !take_digits(&s, 2, 0, 59, &minute) || !take(&s, ':') ||
	    !take_digits(&s, 2, 0, 60, &second) || !take_fraction(&s, &fraction))
		return err_set(e, "\"%.*s\": no time of day as in 17:00:00", SLICE_FMT(text));
	if (!take_offset(&s, &offset) || s.len > 0)
		return err_set(e,
		    "\"%.*s\": the time does not end with Z or an offset as in +01:00",
		    SLICE_FMT(text));
	*ms += (hour * 3600 + minute * 60 + second) * INT64_C(1000) - offset;
	/* Leap seconds are inserted at the end of a day of UTC. */
	if (second == 60 && *ms % day_ms != 0)
		return err_set(e, "\"%.*s\": second 60 within a day (of UTC)", SLICE_FMT(text));
	*ms += fraction;
	return 0;
}

/* A number as it is written: the value is 0.DIGITS * 10^point, digits may have a '.' among them. */
struct number {
	struct slice digits;
	int64_t point;
	bool negative;
};

static bool take_exponent(struct slice *s, int64_t *exponent)
{
	static const int64_t enough = INT64_C(1) << 40; /* more than a text has digits */
	bool negative;

	*exponent = 0;
	if (!take(s, 'e') && !take(s, 'E'))
		return true;
	negative = take(s, '-');
	if (!negative)
		take(s, '+');
	if (s->len == 0)
		return false;
	for (; s->len > 0 && digit(*s->ptr); s->ptr++, s->len--)
		if (*exponent < enough)
			*exponent = *exponent * 10 + (*s->ptr - '0');
	if (negative)
		*exponent = -*exponent;
	return true;
}

/* "-12.5", "1e9" */
static bool read_number(struct slice s, struct number *n)
{
	const char *from;
	size_t whole = 0, fraction = 0;
	int64_t exponent;

	n->negative = take(&s, '-');
	from = s.ptr;
	for (; s.len > 0 && digit(*s.ptr); s.ptr++, s.len--)
		whole++;
	if (take(&s, '.')) {
		for (; s.len > 0 && digit(*s.ptr); s.ptr++, s.len--)
			fraction++;
		if (fraction == 0)
			return false;
	}
	n->digits = slice_make(from, (size_t)(s.ptr - from));
	if (whole == 0 || !take_exponent(&s, &exponent) || s.len > 0)
		return false;
	n->point = (int64_t)whole + exponent;
	return true;
}

/* In thousandths; -1 when it is too large. */
static int64_t thousandths(const struct number *n)
{
	const int64_t most = most_seconds * 1000;
	int64_t value = 0, places = n->point + 3;

	for (size_t i = 0; i < n->digits.len && places > 0; i++) {
		char c = n->digits.ptr[i];

		if (c == '.')
			continue;
		if (value > most / 10)
			return -1;
		value = value * 10 + (c - '0');
		places--;
	}
	for (; places > 0 && value > 0; places--) {
		if (value > most / 10)
			return -1;
		value *= 10;
	}
	return value > most ? -1 : value;
}

static int too_far(struct err *e)
{
	return err_set(e, "more than 10^15 seconds from 0");
}

int timestamp_read(struct slice text, int64_t *ms, struct err *e)
{
	struct number n;
	int64_t value;

	if (!read_number(text, &n))
		return read_date(text, ms, e);
	value = thousandths(&n);
	if (value < 0)
		return too_far(e);
	*ms = n.negative ? -value : value;
	return 0;
}

int timestamp_seconds(double seconds, int64_t *ms, struct err *e)
{
	double exact = seconds * 1000, whole = round(exact);

	if (isnan(seconds))
		return err_set(e, "not a number of seconds");
	if (fabs(seconds) > (double)most_seconds)
		return too_far(e);
	/* 1.001 is a little less in binary, and still meant 1001 ms. */
	if (fabs(exact - whole) > fabs(exact) * 0x1p-52)
		whole = trunc(exact);
	*ms = (int64_t)whole;
	return 0;
}
