#include "hint_impl.h"

#include <stddef.h>

/* Numbers from here on are Unix times: nobody is told to wait for thirty years. */
static const int64_t unix_seconds = 1000000000;
static const int64_t unix_ms = 1000000000000;

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

void hint_skip(struct slice *s, size_t n)
{
	s->ptr += n;
	s->len -= n;
}

bool hint_take(struct slice *s, const char *word)
{
	if (!slice_starts(*s, word))
		return false;
	hint_skip(s, strlen(word));
	return true;
}

/* Takes n digits, no more and no fewer. */
static bool take_digits(struct slice *s, size_t n, int *out)
{
	*out = 0;
	if (s->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!digit(s->ptr[i]))
			return false;
		*out = *out * 10 + (s->ptr[i] - '0');
	}
	hint_skip(s, n);
	return true;
}

static int64_t times(int64_t a, int64_t b)
{
	int64_t product;

	return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

bool hint_take_number(struct slice *s, struct hint_number *n)
{
	int64_t unit = HINT_SECOND / 10;
	bool any = false, rest = false;

	*n = (struct hint_number){0};
	for (; s->len > 0 && digit(*s->ptr); hint_skip(s, 1), any = true)
		n->whole = plus(times(n->whole, 10), *s->ptr - '0');
	if (!hint_take(s, "."))
		return any;
	for (; s->len > 0 && digit(*s->ptr); hint_skip(s, 1), any = true, unit /= 10) {
		n->nano += unit * (*s->ptr - '0');
		rest |= unit == 0 && *s->ptr != '0';
	}
	n->nano += rest;
	return any;
}

/* What a number of units is in nanoseconds, rounded up. */
static int64_t scale(const struct hint_number *n, int64_t unit)
{
	__int128 part = (__int128)n->nano * unit;

	return plus(times(n->whole, unit), (int64_t)((part + HINT_SECOND - 1) / HINT_SECOND));
}

static bool take_unit(struct slice *s, int64_t *unit)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {
	    {"ms", HINT_SECOND / 1000},
	    {"ns", 1},
	    {"us", 1000},
	    {"\xc2\xb5s", 1000},
	    {"\xce\xbcs", 1000},
	    {"s", HINT_SECOND},
	    {"m", 60 * HINT_SECOND},
	    {"h", 3600 * HINT_SECOND},
	    {"d", 86400 * HINT_SECOND},
	};

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (hint_take(s, units[i].name)) {
			*unit = units[i].ns;
			return true;
		}
	return false;
}

/* "1h2m3.5s" */
static struct hint_time read_span(struct slice s)
{
	int64_t sum = 0, unit;
	struct hint_number n;

	while (s.len > 0) {
		if (!hint_take_number(&s, &n) || !take_unit(&s, &unit))
			return (struct hint_time){0};
		sum = plus(sum, scale(&n, unit));
	}
	return (struct hint_time){HINT_SPAN, sum};
}

/* A bare number: seconds from now on, or a Unix time. */
static struct hint_time plain(const struct hint_number *n)
{
	if (n->whole >= unix_ms)
		return (struct hint_time){HINT_INSTANT, scale(n, HINT_SECOND / 1000)};
	if (n->whole >= unix_seconds)
		return (struct hint_time){HINT_INSTANT, scale(n, HINT_SECOND)};
	return (struct hint_time){HINT_SPAN, scale(n, HINT_SECOND)};
}

/* Days since 1970 of a date in the Gregorian calendar, years counted from March on. */
static int64_t days(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;
	int64_t leaps = y / 4 - y / 100 + y / 400;

	return y * 365 + leaps + (m * 153 + 2) / 5 + day - 1 - 719468;
}

struct date {
	int year, month, day, hour, minute, second;
};

static bool valid(const struct date *d)
{
	return d->year >= 1970 && d->month >= 1 && d->month <= 12 && d->day >= 1 && d->day <= 31 &&
	    d->hour <= 23 && d->minute <= 59 && d->second <= 60;
}

static struct hint_time instant(const struct date *d, int64_t nano, int64_t offset)
{
	int64_t seconds = days(d->year, d->month, d->day) * 86400 + d->hour * 3600 +
	    d->minute * 60 + d->second - offset;

	if (!valid(d))
		return (struct hint_time){0};
	return (struct hint_time){HINT_INSTANT, plus(times(seconds, HINT_SECOND), nano)};
}

/* "Z", "+02:00": seconds east of Greenwich, and nothing after it. */
static bool take_zone(struct slice *s, int64_t *offset)
{
	int sign, hours, minutes;

	*offset = 0;
	if (hint_take(s, "Z") || hint_take(s, "z"))
		return s->len == 0;
	if (s->len != 6 || (*s->ptr != '+' && *s->ptr != '-'))
		return false;
	sign = *s->ptr == '-' ? -1 : 1;
	hint_skip(s, 1);
	if (!take_digits(s, 2, &hours) || !hint_take(s, ":") || !take_digits(s, 2, &minutes))
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* "2026-03-01T12:00:05.25Z" */
static struct hint_time read_rfc3339(struct slice s)
{
	struct date d;
	struct hint_number fraction = {0};
	int64_t offset;

	if (!take_digits(&s, 4, &d.year) || !hint_take(&s, "-") || !take_digits(&s, 2, &d.month) ||
	    !hint_take(&s, "-") || !take_digits(&s, 2, &d.day) ||
	    !(hint_take(&s, "T") || hint_take(&s, "t") || hint_take(&s, " ")) ||
	    !take_digits(&s, 2, &d.hour) || !hint_take(&s, ":") || !take_digits(&s, 2, &d.minute) ||
	    !hint_take(&s, ":") || !take_digits(&s, 2, &d.second))
		return (struct hint_time){0};
	if (slice_starts(s, ".") && !hint_take_number(&s, &fraction))
		return (struct hint_time){0};
	if (!take_zone(&s, &offset))
		return (struct hint_time){0};
	return instant(&d, fraction.nano, offset);
}

static bool take_month(struct slice *s, int *month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12 && s->len >= 3; i++)
		if (memcmp(s->ptr, names + (ptrdiff_t)3 * i, 3) == 0) {
			*month = i + 1;
			hint_skip(s, 3);
			return true;
		}
	return false;
}

static bool take_clock(struct slice *s, struct date *d)
{
	return take_digits(s, 2, &d->hour) && hint_take(s, ":") && take_digits(s, 2, &d->minute) &&
	    hint_take(s, ":") && take_digits(s, 2, &d->second);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", and RFC 850's "Sunday, 06-Nov-94 08:49:37 GMT". */
static struct hint_time read_imf(struct slice s)
{
	struct date d;
	bool old;

	slice_split(&s, ',');
	if (!s.ptr || !hint_take(&s, " ") || !take_digits(&s, 2, &d.day) || s.len == 0)
		return (struct hint_time){0};
	old = *s.ptr == '-';
	if (!hint_take(&s, old ? "-" : " ") || !take_month(&s, &d.month) ||
	    !hint_take(&s, old ? "-" : " ") || !take_digits(&s, old ? 2 : 4, &d.year) ||
	    !hint_take(&s, " ") || !take_clock(&s, &d) || !slice_is(s, " GMT"))
		return (struct hint_time){0};
	if (old)
		d.year += d.year < 70 ? 2000 : 1900;
	return instant(&d, 0, 0);
}

/* asctime's "Sun Nov  6 08:49:37 1994". */
static struct hint_time read_asctime(struct slice s)
{
	struct date d;

	if (s.len < 4)
		return (struct hint_time){0};
	hint_skip(&s, 3);
	if (!hint_take(&s, " ") || !take_month(&s, &d.month) || !hint_take(&s, " "))
		return (struct hint_time){0};
	if (!take_digits(&s, hint_take(&s, " ") ? 1 : 2, &d.day) || !hint_take(&s, " ") ||
	    !take_clock(&s, &d) || !hint_take(&s, " ") || !take_digits(&s, 4, &d.year) || s.len > 0)
		return (struct hint_time){0};
	return instant(&d, 0, 0);
}

struct hint_time hint_read_time(struct slice text)
{
	struct slice rest = text;
	struct hint_number n;

	if (text.len == 0)
		return (struct hint_time){0};
	if (text.len > 1 && *text.ptr == '-' && digit(text.ptr[1]))
		return (struct hint_time){HINT_SPAN, 0}; /* in the past */
	if (!digit(*text.ptr) && *text.ptr != '.')
		return memchr(text.ptr, ',', text.len) ? read_imf(text) : read_asctime(text);
	if (!hint_take_number(&rest, &n))
		return (struct hint_time){0};
	if (rest.len == 0)
		return plain(&n);
	return text.len > 4 && text.ptr[4] == '-' ? read_rfc3339(text) : read_span(text);
}

/* Milliseconds, unless a unit is written. */
struct hint_time hint_read_ms(struct slice text)
{
	struct slice rest = text;
	struct hint_number n;

	if (!hint_take_number(&rest, &n) || rest.len > 0)
		return hint_read_time(text);
	if (n.whole >= unix_ms)
		return plain(&n);
	return (struct hint_time){HINT_SPAN, scale(&n, HINT_SECOND / 1000)};
}
