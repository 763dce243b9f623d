#include "pace.h"

#include <stdlib.h>

#include "check.h"
#include "mem.h"

enum { MS = 1000000 };

static const int64_t start = 1000 * PACE_SECOND;

/* Buckets. */

static void bucket_begins_empty(void)
{
	struct pace_bucket b;

	check_test("a bucket begins empty and fills evenly");
	pace_bucket_init(&b, 60, 0, start);
	CHECK(b.burst == 1);
	for (int i = 1; i <= 5; i++) {
		int64_t at = pace_bucket_when(&b, 1, start);

		CHECK(at == start + i * PACE_SECOND);
		pace_bucket_take(&b, 1, at);
	}
}

static void bucket_never_early(void)
{
	struct pace_bucket b;
	int64_t at = start;

	check_test("what does not divide evenly goes later, never earlier");
	pace_bucket_init(&b, 7, 0, start);
	for (int i = 1; i <= 700; i++) {
		at = pace_bucket_when(&b, 1, at);
		pace_bucket_take(&b, 1, at);
		CHECK((at - start) * 7 >= i * PACE_MINUTE);
	}
	CHECK((at - start) - 100 * PACE_MINUTE < 1000);
}

static void bucket_without_limit(void)
{
	struct pace_bucket b = {0};

	check_test("no limit: always now");
	CHECK(pace_bucket_when(&b, INT64_MAX, start) == start);
	pace_bucket_take(&b, INT64_MAX, start);
	pace_bucket_settle(&b, INT64_MAX, 0);
	CHECK(pace_bucket_when(&b, INT64_MAX, start) == start);
}

static void bucket_saves_a_burst(void)
{
	struct pace_bucket b;
	int64_t now = start + 3600 * PACE_SECOND;

	check_test("idle time saves up the burst and no more");
	pace_bucket_init(&b, 6000, 10, start);
	for (int i = 0; i < 10; i++) {
		CHECK(pace_bucket_when(&b, 1, now) == now);
		pace_bucket_take(&b, 1, now);
	}
	CHECK(pace_bucket_when(&b, 1, now) == now + 10 * MS);
}

static void bucket_takes_large_ones(void)
{
	struct pace_bucket b;
	int64_t at;

	check_test("more than a minute's refill goes when a minute's is there, then pays");
	pace_bucket_init(&b, 1000, 0, start);
	at = pace_bucket_when(&b, 3000, start);
	CHECK(at == start + PACE_MINUTE);
	pace_bucket_take(&b, 3000, at);
	CHECK(pace_bucket_when(&b, 0, at) == at + 2 * PACE_MINUTE);
	CHECK(pace_bucket_when(&b, 1000, at) == at + 3 * PACE_MINUTE);

	check_test(
	    "a demand above the burst waits for all of it, and after idle time goes at once");
	pace_bucket_init(&b, 60000, 100, start);
	CHECK(pace_bucket_when(&b, 2000, start) == start + 2 * PACE_SECOND);
	at = start + 10 * PACE_SECOND;
	CHECK(pace_bucket_when(&b, 2000, at) == at);
	pace_bucket_take(&b, 2000, at);
	CHECK(pace_bucket_when(&b, 2000, at) == at + 2 * PACE_SECOND);

	check_test("absurd numbers neither overflow nor go backwards");
	pace_bucket_init(&b, 1, 0, start);
	at = pace_bucket_when(&b, INT64_MAX, start);
	CHECK(at == start + PACE_MINUTE);
	pace_bucket_take(&b, INT64_MAX, at);
	for (int i = 0; i < 10; i++) {
		pace_bucket_take(&b, INT64_MAX, INT64_MAX / 2);
		CHECK(pace_bucket_when(&b, 1, at) > at);
	}
	pace_bucket_init(&b, INT64_MAX, INT64_MAX, start);
	pace_bucket_take(&b, INT64_MAX, start);
	CHECK(pace_bucket_when(&b, -5, start) >= start);
}

static void bucket_settles(void)
{
	struct pace_bucket b;

	check_test("settling less makes room, settling more takes it");
	pace_bucket_init(&b, 60, 0, start);
	pace_bucket_take(&b, 10, start + 10 * PACE_SECOND);
	pace_bucket_settle(&b, 10, 4);
	CHECK(pace_bucket_when(&b, 1, start) == start + 5 * PACE_SECOND);
	pace_bucket_settle(&b, 4, 20);
	CHECK(pace_bucket_when(&b, 1, start) == start + 21 * PACE_SECOND);
}

/* However demands come, no window lets through more than its refill, the burst and one demand. */
static void bucket_bounds_every_window(void)
{
	enum { N = 2000 };
	struct pace_bucket b;
	int64_t *at = mem_array(N, sizeof *at);
	int64_t *size = mem_array(N, sizeof *size);
	int64_t now = start;

	check_test("no window of time lets through more than its share");
	pace_bucket_init(&b, 60000, 0, start);
	srand(1);
	for (int i = 0; i < N; i++) {
		now += rand() % 10 == 0 ? rand() % (2 * (int)PACE_SECOND / 2) : 0;
		size[i] = 1 + rand() % 500;
		at[i] = pace_bucket_when(&b, size[i], now);
		pace_bucket_take(&b, size[i], at[i]);
		now = at[i];
	}
	for (int i = 0; i < N; i += 7) {
		int64_t sum = 0;

		for (int j = i; j < N; j++) {
			sum += size[j];
			if (!CHECK(sum <= (at[j] - at[i]) / MS + 500 + 1))
				i = j = N;
		}
	}
	free(at);
	free(size);
}

static void rate_asks_both(void)
{
	struct pace_rate r;

	check_test("requests and tokens are asked together: the later time counts");
	pace_rate_init(&r, 60, 6000, start);
	CHECK(pace_rate_when(&r, 10, start) == start + PACE_SECOND);
	CHECK(pace_rate_when(&r, 300, start) == start + 3 * PACE_SECOND);
	pace_rate_take(&r, 300, start + 3 * PACE_SECOND);
	CHECK(pace_rate_when(&r, 100, start) == start + 4 * PACE_SECOND);
	pace_rate_settle(&r, 300, 100);
	CHECK(pace_rate_when(&r, 200, start) == start + 4 * PACE_SECOND);
	CHECK(pace_rate_when(&r, 300, start) == start + 4 * PACE_SECOND);
	pace_rate_return(&r, 100);
	CHECK(pace_rate_when(&r, 1, start) == start + 3 * PACE_SECOND);
}

/* Quota. */

static void quota_budgets(void)
{
	struct pace_quota q = {.money = {.limited = true, .limit = 100}};
	struct pace_demand forty = {.tokens = 7, .money = 40}, ten = {.tokens = 3, .money = 10};
	int64_t at;

	check_test("a budget is reserved, settled and given back");
	CHECK(pace_quota_take(&q, &forty, start, &at) && at == start);
	CHECK(pace_quota_take(&q, &forty, start, &at));
	CHECK(!pace_quota_take(&q, &forty, start, &at));
	CHECK(q.money.used == 80 && q.tokens.used == 14);
	pace_quota_settle(&q, &forty, &ten);
	CHECK(q.money.used == 50 && q.tokens.used == 10);
	CHECK(pace_quota_take(&q, &forty, start, &at));
	pace_quota_return(&q, &forty);
	CHECK(q.money.used == 50 && q.tokens.used == 10);
	CHECK(pace_quota_take(&q, &forty, start, &at));
	CHECK(pace_quota_take(&q, &ten, start, &at));
	CHECK(q.money.used == 100);
	CHECK(!pace_quota_take(&q, &ten, start, &at));

	check_test("a refused demand leaves everything as it was");
	q = (struct pace_quota){.tokens = {.limited = true, .limit = 5}};
	pace_rate_init(&q.rate, 60, 0, start);
	CHECK(!pace_quota_take(&q, &forty, start, &at));
	CHECK(q.money.used == 0 && q.tokens.used == 0 && q.rate.requests.empty == start);

	check_test("what was used can pass the limit; then nothing goes");
	q = (struct pace_quota){.money = {.limited = true, .limit = 100}};
	CHECK(pace_quota_take(&q, &ten, start, &at));
	pace_quota_settle(&q, &ten, &(struct pace_demand){.money = INT64_MAX});
	CHECK(q.money.used > 100 && !pace_quota_take(&q, &ten, start, &at));
}

static void quota_pauses(void)
{
	struct pace_quota q = {0};
	struct pace_demand one = {.tokens = 1};
	int64_t at;

	check_test("a pause holds everything, and is never shortened");
	pace_rate_init(&q.rate, 60, 0, start);
	pace_quota_pause(&q, start + 5 * PACE_SECOND);
	pace_quota_pause(&q, start + 2 * PACE_SECOND);
	CHECK(pace_quota_take(&q, &one, start, &at) && at == start + 5 * PACE_SECOND);
	CHECK(pace_quota_take(&q, &one, start, &at) && at == start + 6 * PACE_SECOND);
}

/* Backoff and breaker. */

static void backoff(void)
{
	struct pace_backoff usual = {0}, own = {.base = 10, .cap = 35};
	int64_t sum = 0;

	check_test("backoff doubles up to its cap");
	CHECK(pace_backoff_wait(&usual, 0, 0.5) == PACE_SECOND / 4);
	CHECK(pace_backoff_wait(&usual, 1, 0.5) == PACE_SECOND / 2);
	CHECK(pace_backoff_wait(&usual, 5, 0.5) == 8 * PACE_SECOND);
	CHECK(pace_backoff_wait(&usual, 6, 0.5) == 15 * PACE_SECOND);
	CHECK(pace_backoff_wait(&usual, 4000000000u, 0.5) == 15 * PACE_SECOND);
	CHECK(pace_backoff_wait(&own, 1, 0.5) == 10);
	CHECK(pace_backoff_wait(&own, 2, 0.999) == 34);

	check_test("full jitter: from nothing to all");
	for (int i = 0; i < 100; i++)
		sum += pace_backoff_wait(&usual, 0, i / 100.0);
	CHECK(pace_backoff_wait(&usual, 9, 0) == 0);
	CHECK(sum / 100 > 240 * MS && sum / 100 < 260 * MS);
}

static void breaker_opens(void)
{
	struct pace_breaker b;
	int64_t now = start;

	check_test("a breaker opens on so many failures in a row");
	pace_breaker_init(&b, 3, PACE_SECOND, 8 * PACE_SECOND);
	for (int i = 0; i < 10; i++) {
		pace_breaker_bad(&b, now, now, 0);
		pace_breaker_bad(&b, now, now, 0);
		pace_breaker_good(&b);
	}
	CHECK(b.state == PACE_CLOSED && pace_breaker_ask(&b, now) == PACE_GO);
	for (int i = 0; i < 3; i++)
		pace_breaker_bad(&b, now, now, 0);
	CHECK(b.state == PACE_OPEN && pace_breaker_ask(&b, now) == PACE_WAIT);
	CHECK(pace_breaker_at(&b) == now + PACE_SECOND / 2);

	check_test("failures of what was under way change nothing");
	pace_breaker_bad(&b, now - 5, now + 5, 0.9);
	CHECK(pace_breaker_at(&b) == now + PACE_SECOND / 2);

	check_test("then one probe goes, alone");
	now = pace_breaker_at(&b);
	CHECK(!pace_breaker_ready(&b, now - 1) && pace_breaker_ask(&b, now - 1) == PACE_WAIT);
	CHECK(pace_breaker_ready(&b, now));
	CHECK(pace_breaker_ask(&b, now) == PACE_PROBE);
	CHECK(pace_breaker_ask(&b, now + 99 * PACE_SECOND) == PACE_WAIT);
	CHECK(pace_breaker_at(&b) == PACE_NEVER);
	pace_breaker_bad(&b, start - 5, now, 0);
	CHECK(b.state == PACE_HALF_OPEN);

	check_test("a probe that was given up leaves its place to the next");
	pace_breaker_gone(&b);
	CHECK(pace_breaker_ask(&b, now) == PACE_PROBE);

	check_test("a probe that fails: longer, up to the cap");
	for (int i = 1; i < 8; i++) {
		int64_t bound = i < 3 ? PACE_SECOND << i : 8 * PACE_SECOND;

		pace_breaker_bad(&b, now, now + 1, 0.5);
		CHECK(pace_breaker_at(&b) == now + 1 + bound / 4 * 3);
		now = pace_breaker_at(&b);
		CHECK(pace_breaker_ask(&b, now) == PACE_PROBE);
	}

	check_test("a probe that succeeds closes it, and all is forgotten");
	pace_breaker_good(&b);
	CHECK(pace_breaker_ask(&b, now) == PACE_GO);
	pace_breaker_bad(&b, now, now, 0);
	pace_breaker_bad(&b, now, now, 0);
	CHECK(b.state == PACE_CLOSED);
	pace_breaker_bad(&b, now, now, 0);
	CHECK(pace_breaker_at(&b) == now + PACE_SECOND / 2);

	check_test("threshold 0: it never opens");
	pace_breaker_init(&b, 0, 0, 0);
	for (int i = 0; i < 1000; i++)
		pace_breaker_bad(&b, now, now, 0);
	CHECK(pace_breaker_ask(&b, now) == PACE_GO);
}

/* Limit. */

static void answer_window(struct pace_limit *l, int64_t *now)
{
	uint64_t tickets[1024];
	int n = 0;

	while (!pace_limit_full(l) && n < 1024)
		tickets[n++] = pace_limit_sent(l, *now);
	*now += PACE_SECOND;
	for (int i = 0; i < n; i++)
		pace_limit_good(l, tickets[i], *now);
}

static void limit_grows(void)
{
	struct pace_limit l;
	int64_t now = start;
	int windows = 0;

	check_test("slow start: by half in a round trip");
	pace_limit_init(&l, 1, 256);
	for (; l.limit < 256 && windows < 100; windows++)
		answer_window(&l, &now);
	CHECK(windows >= 9 && windows <= 13);
	CHECK(l.in_flight == 0);

	check_test("no growth where the limit is not what holds it back");
	pace_limit_init(&l, 1, 256);
	for (int i = 0; i < 1000; i++) {
		pace_limit_good(&l, pace_limit_sent(&l, now), now + PACE_SECOND);
		now += PACE_SECOND;
	}
	CHECK(l.limit < 5);

	check_test("least and most hold");
	pace_limit_init(&l, 7, 7);
	for (int i = 0; i < 20; i++)
		answer_window(&l, &now);
	CHECK(l.limit == 7);
	for (int i = 0; i < 20; i++)
		pace_limit_refused(&l, pace_limit_sent(&l, now), false, now, now);
	CHECK(l.limit == 7 && l.in_flight == 0);
	pace_limit_init(&l, 0, -3);
	CHECK(!pace_limit_full(&l) && l.most == 1);
}

static void limit_cuts_once(void)
{
	struct pace_limit l;
	uint64_t tickets[64];
	int64_t now = start;

	check_test("one cut for all refusals of a burst");
	pace_limit_init(&l, 1, 256);
	l.limit = 64;
	for (int i = 0; i < 64; i++)
		tickets[i] = pace_limit_sent(&l, now);
	CHECK(pace_limit_full(&l));
	for (int i = 0; i < 64; i++)
		pace_limit_refused(&l, tickets[i], false, now, now + 5 * MS);
	CHECK(l.limit == 48 && l.in_flight == 0);

	check_test("what was sent after the cut is another burst");
	now += PACE_SECOND;
	pace_limit_refused(&l, pace_limit_sent(&l, now), false, now, now + 5 * MS);
	CHECK(l.limit == 36);

	check_test("then one more in a window, and less near the ceiling");
	pace_limit_init(&l, 1, 256);
	l.limit = 40;
	pace_limit_refused(&l, pace_limit_sent(&l, now), false, now, now);
	CHECK(l.limit == 30);
	answer_window(&l, &now);
	CHECK(l.limit > 30.9 && l.limit < 31.1);
	l.limit = 37;
	answer_window(&l, &now);
	CHECK(l.limit > 37.2 && l.limit < 37.3);
	l.limit = 45;
	answer_window(&l, &now);
	CHECK(l.limit > 45.9 && l.limit < 46.1);
	CHECK(l.ceiling == 0);

	check_test("what comes back with nothing to learn from only makes room");
	pace_limit_sent(&l, now);
	pace_limit_gone(&l);
	CHECK(l.in_flight == 0 && l.limit > 45.9 && l.limit < 46.1);
}

/*
 * A server with a full token bucket, a fixed latency, and hints of some spelling; and a client that
 * does what pace and its pauses say. All in simulated time.
 */
struct server {
	double per_second, burst;
	int64_t latency; /* there and back */
	int64_t grain; /* hints are rounded up to this; 0: it gives none */
};

struct outcome {
	int64_t took;
	int requests, refusals;
};

struct flight {
	uint64_t ticket;
	int64_t sent, back;
	int64_t hint; /* 0: let in */
};

struct play {
	const struct server *server;
	double level;
	int64_t filled; /* when level was right */
	struct flight flights[512];
	int n;
	struct outcome out;
};

static void serve(struct play *p, struct flight *f)
{
	const struct server *s = p->server;
	int64_t here = f->sent + s->latency / 2;

	p->level += (double)(here - p->filled) / 1e9 * s->per_second;
	p->level = p->level > s->burst ? s->burst : p->level;
	p->filled = here;
	f->back = f->sent + s->latency;
	if (p->level >= 1) {
		p->level -= 1;
		return;
	}
	p->out.refusals++;
	f->hint = (int64_t)((1 - p->level) / s->per_second * 1e9) + 1;
	if (s->grain > 0)
		f->hint = (f->hint + s->grain - 1) / s->grain * s->grain;
}

static int next_back(const struct play *p)
{
	int first = 0;

	for (int i = 1; i < p->n; i++)
		if (p->flights[i].back < p->flights[first].back)
			first = i;
	return first;
}

static void play(struct play *p, int lines, int most)
{
	struct pace_limit l;
	int64_t now = start, pause = 0;
	int left = lines, done = 0;

	pace_limit_init(&l, 1, most);
	p->level = p->server->burst;
	p->filled = now;
	while (done < lines && p->out.requests < 100 * lines) {
		int64_t at = pace_limit_when(&l, pause > now ? pause : now);
		struct flight f = {0};

		if (left > 0 && !pace_limit_full(&l) &&
		    (p->n == 0 || at <= p->flights[next_back(p)].back)) {
			now = f.sent = at;
			f.ticket = pace_limit_sent(&l, now);
			left--;
			p->out.requests++;
			serve(p, &f);
			p->flights[p->n++] = f;
			now += 20000; /* what a sending costs */
			continue;
		}
		int i = next_back(p);

		f = p->flights[i];
		p->flights[i] = p->flights[--p->n];
		now = f.back > now ? f.back : now;
		if (f.hint) {
			pace_limit_refused(&l, f.ticket, true, f.sent, now);
			left++;
			/* without a hint: backoff, in the mean */
			f.hint = p->server->grain ? f.hint : PACE_SECOND / 4;
			pause = now + f.hint > pause ? now + f.hint : pause;
		} else {
			pace_limit_good(&l, f.ticket, now);
			done++;
		}
	}
	p->out.took = now - start;
}

static struct outcome run(const struct server *s, int lines, int most)
{
	struct play *p = mem_array(1, sizeof *p);
	struct outcome out;

	p->server = s;
	play(p, lines, most);
	out = p->out;
	free(p);
	return out;
}

/* A rate limit far below: found without many refusals; one that ends: forgotten in time. */
static void limit_forgets_the_rate(void)
{
	struct pace_limit l;
	int64_t now = start;

	check_test("a learnt rate is tried again, faster and faster");
	pace_limit_init(&l, 1, 64);
	for (int i = 0; i < 3; i++) {
		now += PACE_SECOND;
		pace_limit_refused(&l, pace_limit_sent(&l, now), true, now, now);
	}
	CHECK(pace_limit_when(&l, now) > now + PACE_SECOND / 2);
	for (int i = 0; i < 200; i++) {
		now = pace_limit_when(&l, now);
		pace_limit_good(&l, pace_limit_sent(&l, now), now);
	}
	CHECK(now < start + 90 * PACE_SECOND);
	CHECK(pace_limit_when(&l, now) < now + PACE_SECOND / 20);
}

static void limit_learns_the_rate(void)
{
	static const int64_t latencies[] = {
	    200000, MS, 5 * MS, 20 * MS, 50 * MS, 100 * MS, 200 * MS};
	static const int64_t grains[] = {1, MS, 10 * MS, 100 * MS, PACE_SECOND, 0};

	check_test("600 at 100 a second, 100 at once: found out from refusals");
	for (size_t i = 0; i < sizeof latencies / sizeof *latencies; i++)
		for (size_t j = 0; j < sizeof grains / sizeof *grains; j++) {
			struct server s = {100, 100, latencies[i], grains[j]};
			struct outcome o = run(&s, 600, 256);

			bool quick = s.latency <= 20 * MS;

			if (!CHECK(o.took <= (quick ? 5400 : 6500) * (int64_t)MS) ||
			    !CHECK(o.requests <= (quick ? 640 : 740)))
				printf("# latency %.1f ms, hints to %.1f ms: %.2f s, %d requests\n",
				    (double)s.latency / MS, (double)s.grain / MS,
				    (double)o.took / 1e9, o.requests);
		}
}

int main(void)
{
	bucket_begins_empty();
	bucket_never_early();
	bucket_without_limit();
	bucket_saves_a_burst();
	bucket_takes_large_ones();
	bucket_settles();
	bucket_bounds_every_window();
	rate_asks_both();
	quota_budgets();
	quota_pauses();
	backoff();
	breaker_opens();
	limit_grows();
	limit_cuts_once();
	limit_learns_the_rate();
	limit_forgets_the_rate();
	return check_done();
}
