#include "pace.h"

#include <stddef.h>

/* Far enough to wait for ever, near enough that sums of two do not overflow. */
static const int64_t far = INT64_MAX / 4;

static int64_t add(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b > 0 ? INT64_MAX : INT64_MIN;
	return sum;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* How long n take to flow in: rounded up, so that nothing goes too early. */
static int64_t flow(const struct pace_bucket *b, int64_t n)
{
	__int128 ns;

	if (n <= 0)
		return 0;
	ns = ((__int128)n * PACE_MINUTE + b->per_minute - 1) / b->per_minute;
	return ns > far ? far : (int64_t)ns;
}

/* What must be there before n may go. */
static int64_t needed(const struct pace_bucket *b, int64_t n)
{
	return n < b->per_minute ? n : b->per_minute;
}

void pace_bucket_init(struct pace_bucket *b, int64_t per_minute, int64_t burst, int64_t now)
{
	if (burst <= 0)
		burst = later(1, per_minute / 600);
	*b = (struct pace_bucket){.per_minute = per_minute, .burst = burst, .empty = now};
}

int64_t pace_bucket_when(const struct pace_bucket *b, int64_t n, int64_t now)
{
	if (b->per_minute <= 0)
		return now;
	return later(now, add(b->empty, flow(b, needed(b, n))));
}

void pace_bucket_take(struct pace_bucket *b, int64_t n, int64_t at)
{
	int64_t most;

	if (b->per_minute <= 0)
		return;
	most = later(b->burst, needed(b, n));
	b->empty = later(b->empty, add(at, -flow(b, most)));
	b->empty = add(b->empty, flow(b, n));
}

void pace_bucket_settle(struct pace_bucket *b, int64_t reserved, int64_t used)
{
	if (b->per_minute > 0)
		b->empty = add(b->empty, flow(b, used) - flow(b, reserved));
}

void pace_rate_init(struct pace_rate *r, int64_t rpm, int64_t tpm, int64_t now)
{
	pace_bucket_init(&r->requests, rpm, 0, now);
	pace_bucket_init(&r->tokens, tpm, 0, now);
}

int64_t pace_rate_when(const struct pace_rate *r, int64_t tokens, int64_t now)
{
	return later(
	    pace_bucket_when(&r->requests, 1, now), pace_bucket_when(&r->tokens, tokens, now));
}

void pace_rate_take(struct pace_rate *r, int64_t tokens, int64_t at)
{
	pace_bucket_take(&r->requests, 1, at);
	pace_bucket_take(&r->tokens, tokens, at);
}

void pace_rate_settle(struct pace_rate *r, int64_t reserved, int64_t used)
{
	pace_bucket_settle(&r->tokens, reserved, used);
}

void pace_rate_return(struct pace_rate *r, int64_t tokens)
{
	pace_bucket_settle(&r->requests, 1, 0);
	pace_bucket_settle(&r->tokens, tokens, 0);
}

static bool has_room(const struct pace_budget *b, int64_t n)
{
	int64_t room;

	if (!b->limited)
		return true;
	return !__builtin_sub_overflow(b->limit, b->used, &room) && n <= room;
}

static void charge(struct pace_budget *b, int64_t more, int64_t less)
{
	b->used = later(0, add(add(b->used, more), -less));
}

bool pace_quota_take(struct pace_quota *q, const struct pace_demand *d, int64_t now, int64_t *at)
{
	if (!has_room(&q->money, d->money) || !has_room(&q->tokens, d->tokens))
		return false;
	charge(&q->money, d->money, 0);
	charge(&q->tokens, d->tokens, 0);
	*at = later(q->pause, pace_rate_when(&q->rate, d->tokens, now));
	pace_rate_take(&q->rate, d->tokens, *at);
	return true;
}

void pace_quota_settle(
    struct pace_quota *q, const struct pace_demand *reserved, const struct pace_demand *used)
{
	charge(&q->money, used->money, reserved->money);
	charge(&q->tokens, used->tokens, reserved->tokens);
	pace_rate_settle(&q->rate, reserved->tokens, used->tokens);
}

void pace_quota_return(struct pace_quota *q, const struct pace_demand *reserved)
{
	charge(&q->money, 0, reserved->money);
	charge(&q->tokens, 0, reserved->tokens);
	pace_rate_return(&q->rate, reserved->tokens);
}

void pace_quota_pause(struct pace_quota *q, int64_t until)
{
	q->pause = later(q->pause, until);
}

static int64_t backoff_bound(const struct pace_backoff *b, unsigned attempt)
{
	int64_t base = b->base > 0 ? b->base : PACE_SECOND / 2;
	int64_t cap = b->cap > 0 ? b->cap : 30 * PACE_SECOND;

	while (attempt-- > 0 && base < cap)
		base = base > cap / 2 ? cap : base * 2;
	return base < cap ? base : cap;
}

int64_t pace_backoff_wait(const struct pace_backoff *b, unsigned attempt, double unit)
{
	return (int64_t)((double)backoff_bound(b, attempt) * unit);
}

void pace_breaker_init(struct pace_breaker *b, unsigned threshold, int64_t first, int64_t longest)
{
	*b = (struct pace_breaker){
	    .threshold = threshold, .backoff = {.base = first, .cap = longest}};
}

bool pace_breaker_ready(const struct pace_breaker *b, int64_t now)
{
	return pace_breaker_at(b) <= now;
}

enum pace_answer pace_breaker_ask(struct pace_breaker *b, int64_t now)
{
	if (b->state == PACE_CLOSED)
		return PACE_GO;
	if (b->state == PACE_HALF_OPEN || now < b->probe_at)
		return PACE_WAIT;
	b->state = PACE_HALF_OPEN;
	return PACE_PROBE;
}

int64_t pace_breaker_at(const struct pace_breaker *b)
{
	switch (b->state) {
	case PACE_OPEN:
		return b->probe_at;
	case PACE_HALF_OPEN:
		return PACE_NEVER;
	case PACE_CLOSED:
	default:
		return INT64_MIN;
	}
}

void pace_breaker_good(struct pace_breaker *b)
{
	b->state = PACE_CLOSED;
	b->failures = 0;
	b->opened = 0;
}

/* Not at once again, even where luck would have it: half of the bound is sure. */
static void breaker_open(struct pace_breaker *b, int64_t now, double unit)
{
	int64_t bound = backoff_bound(&b->backoff, b->opened);

	b->opened++;
	b->state = PACE_OPEN;
	b->failures = 0;
	b->opened_at = now;
	b->probe_at = add(now, bound / 2 + (int64_t)((double)(bound / 2) * unit));
}

void pace_breaker_bad(struct pace_breaker *b, int64_t sent, int64_t now, double unit)
{
	/* What was under way when it opened says nothing new. */
	bool stale = b->opened_at != 0 && sent <= b->opened_at;

	if (b->threshold == 0 || b->state == PACE_OPEN || stale)
		return;
	if (b->state == PACE_HALF_OPEN || ++b->failures >= b->threshold)
		breaker_open(b, now, unit);
}

void pace_breaker_gone(struct pace_breaker *b)
{
	if (b->state == PACE_HALF_OPEN)
		b->state = PACE_OPEN;
}
