#include "bar.h"

#include "money.h"

static const int64_t second = 1000000000;

/* Rates are those of the last window at least, and of two at most. */
static const int64_t window = 4 * second;

void bar_init(struct bar *bar, int64_t now)
{
	*bar = (struct bar){.began = now, .due = now + second / 4};
	bar->then.at = bar->now.at = now;
}

static void put_rate(struct buf *b, double n, const char *what)
{
	if (n >= 10000)
		buf_fmt(b, ", %.1fk %s/s", n / 1000, what);
	else
		buf_fmt(b, ", %.*f %s/s", n < 10 ? 1 : 0, n, what);
}

static void put_left(struct buf *b, double seconds)
{
	unsigned s = seconds < 360000 ? (unsigned)seconds : 360000;

	buf_fmt(b, ", %u:%02u", s / 3600, s / 60 % 60);
	buf_fmt(b, ":%02u left", s % 60);
}

void bar_put(struct bar *bar, struct buf *b, const struct bar_state *s, int64_t now)
{
	double took = (double)(now - bar->then.at) / (double)second;
	double elapsed = (double)(now - bar->began) / (double)second;

	buf_fmt(b, "%llu done", (unsigned long long)s->done);
	if (s->failed)
		buf_fmt(b, ", %llu failed", (unsigned long long)s->failed);
	buf_fmt(b, ", %llu in flight", (unsigned long long)s->flying);
	if (took > 0) {
		put_rate(b, (double)(s->done - bar->then.done) / took, "calls");
		put_rate(b, (double)(s->tokens - bar->then.tokens) / took, "tokens");
	}
	if (s->priced) {
		buf_str(b, ", cost ");
		money_put(b, s->money);
	}
	if (s->part > 0 && s->part < 1)
		put_left(b, elapsed * (1 - s->part) / s->part);
	if (now - bar->now.at >= window) {
		bar->then = bar->now;
		bar->now.at = now;
		bar->now.done = s->done;
		bar->now.tokens = s->tokens;
	}
	bar->due = now + second / 4;
}
