#include "admit.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "num.h"

static const int64_t second = 1000000000, millisecond = 1000000;

int admit_spelling(struct slice name, enum admit_spelling *out, struct err *e)
{
	static const char *const names[] = {
	    [ADMIT_NONE] = "none",
	    [ADMIT_RETRY_AFTER] = "retry-after",
	    [ADMIT_RETRY_AFTER_DATE] = "retry-after-date",
	    [ADMIT_RETRY_AFTER_MS] = "retry-after-ms",
	    [ADMIT_LIMIT_MS] = "x-ratelimit-ms",
	    [ADMIT_LIMIT_GO] = "x-ratelimit-go",
	    [ADMIT_LIMIT_RFC3339] = "x-ratelimit-rfc3339",
	    [ADMIT_LIMIT_SECONDS] = "x-ratelimit-seconds",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_is(name, names[i])) {
			*out = (enum admit_spelling)i;
			return 0;
		}
	return err_set(e, "'%.*s' is no spelling of a hint", SLICE_FMT(name));
}

int admit_parse(struct admit *a, const char *text, struct err *e)
{
	struct slice rest = slice_str(text), rate = slice_split(&rest, '/');
	struct slice unit = rest.ptr ? slice_split(&rest, ',') : slice_make("", 0);
	uint64_t n, burst = 1;
	double seconds = slice_is(unit, "s") ? 1 : slice_is(unit, "min") ? 60 : 3600;

	if (seconds > 60 && !slice_is(unit, "h"))
		return err_set(e, "'%s' is not RATE/s, RATE/min or RATE/h with ,BURST", text);
	if (num_uint(rate, 1, 1000000000, &n, e) < 0)
		return -1;
	if (rest.ptr && num_uint(rest, 1, 1000000000, &burst, e) < 0)
		return -1;
	*a = (struct admit){.a_second = (double)n / seconds, .burst = (double)burst};
	a->tokens = a->burst;
	return 0;
}

bool admit_take(struct admit *a, int64_t now)
{
	if (a->a_second <= 0)
		return true;
	if (a->last)
		a->tokens = fmin(
		    a->burst, a->tokens + (double)(now - a->last) / (double)second * a->a_second);
	a->last = now;
	if (a->tokens < 1)
		return false;
	a->tokens -= 1;
	return true;
}

static int64_t until(const struct admit *a, double tokens)
{
	if (a->a_second <= 0 || a->tokens >= tokens)
		return 0;
	return (int64_t)ceil((tokens - a->tokens) / a->a_second * (double)second);
}

int64_t admit_next(const struct admit *a)
{
	return until(a, 1);
}

int64_t admit_full(const struct admit *a)
{
	return until(a, a->burst);
}

bool admit_always(enum admit_spelling s)
{
	return s >= ADMIT_LIMIT_MS;
}

static int64_t round_up(int64_t n, int64_t unit)
{
	return (n + unit - 1) / unit * unit;
}

static void put_date(struct buf *b, int64_t wall)
{
	time_t when = (time_t)(wall / second);
	struct tm tm;
	char text[64];

	if (gmtime_r(&when, &tm) &&
	    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		buf_str(b, text);
}

static void put_rfc3339(struct buf *b, int64_t wall)
{
	time_t when = (time_t)(wall / second);
	struct tm tm;
	char text[64];

	if (gmtime_r(&when, &tm) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm) > 0)
		buf_fmt(b, "%s.%03lldZ", text, (long long)(wall / millisecond % 1000));
}

/* As Go writes a duration of whole milliseconds: 12ms, 1.5s, 6m0s, 1h0m0.25s. */
static void put_go(struct buf *b, int64_t ms)
{
	int64_t minutes = ms / 60000, rest = ms % 60000;

	if (ms && ms < 1000) {
		buf_fmt(b, "%lldms", (long long)ms);
		return;
	}
	if (minutes >= 60)
		buf_fmt(b, "%lldh", (long long)(minutes / 60));
	if (minutes)
		buf_fmt(b, "%lldm", (long long)(minutes % 60));
	buf_fmt(b, "%gs", (double)rest / 1000);
}

static void put_reset(struct buf *b, enum admit_spelling s, int64_t wait, int64_t wall)
{
	buf_str(b, "x-ratelimit-reset-requests: ");
	if (s == ADMIT_LIMIT_MS) {
		buf_fmt(b, "%lldms", (long long)(wait / millisecond));
	} else if (s == ADMIT_LIMIT_GO) {
		put_go(b, wait / millisecond);
	} else if (s == ADMIT_LIMIT_SECONDS) {
		buf_fmt(b, "%.3f", (double)wait / (double)second);
	} else {
		put_rfc3339(b, wall + wait);
	}
	buf_str(b, "\r\n");
}

static int64_t limit_hint(
    const struct admit *a, enum admit_spelling s, int64_t wait, int64_t wall, struct buf *headers)
{
	/* A date is cut to milliseconds; so the time that it names has to be a whole one. */
	wait = s == ADMIT_LIMIT_RFC3339 ? round_up(wall + wait, millisecond) - wall
					: round_up(wait, millisecond);
	buf_fmt(headers, "x-ratelimit-limit-requests: %.0f\r\n", a->a_second * 60);
	buf_fmt(headers, "x-ratelimit-remaining-requests: %.0f\r\n", floor(a->tokens));
	put_reset(headers, s, wait, wall);
	return wait;
}

int64_t admit_hint(
    const struct admit *a, enum admit_spelling s, int64_t wait, int64_t wall, struct buf *headers)
{
	switch (s) {
	case ADMIT_NONE:
		return 0;
	case ADMIT_RETRY_AFTER:
		wait = round_up(wait, second);
		buf_fmt(headers, "retry-after: %lld\r\n", (long long)(wait / second));
		return wait;
	case ADMIT_RETRY_AFTER_DATE:
		wait = round_up(wall + wait, second) - wall;
		buf_str(headers, "retry-after: ");
		put_date(headers, wall + wait);
		buf_str(headers, "\r\n");
		return wait;
	case ADMIT_RETRY_AFTER_MS:
		wait = round_up(wait, millisecond);
		buf_fmt(headers, "retry-after-ms: %lld\r\n", (long long)(wait / millisecond));
		return wait;
	default:
		return limit_hint(a, s, wait, wall, headers);
	}
}
