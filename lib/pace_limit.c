#include "pace.h"

#include <stddef.h>

enum { FIRST_LIMIT = 4 };

/* In slow start the limit grows by half in a round trip, and in no less time than this: where
 * answers come at once there is nothing to be gained by more in flight. */
static const int64_t shortest_round = PACE_SECOND / 5;

/* How long a learnt rate stands before it is tried to go faster. */
static const int64_t hold = 5 * PACE_SECOND;

/* A measurement older than this begins anew: servers change their minds. */
static const int64_t longest_measure = PACE_MINUTE;

static double at_most(double a, double b)
{
	return a < b ? a : b;
}

static double at_least(double a, double b)
{
	return a > b ? a : b;
}

void pace_limit_init(struct pace_limit *l, int least, int most)
{
	least = least < 1 ? 1 : least;
	most = most < least ? least : most;
	*l = (struct pace_limit){.least = least, .most = most, .slow_start = true};
	l->limit = l->round_limit = at_least(least, at_most(FIRST_LIMIT, most));
}

bool pace_limit_full(const struct pace_limit *l)
{
	return l->in_flight >= (int)l->limit;
}

int64_t pace_limit_when(const struct pace_limit *l, int64_t now)
{
	return pace_bucket_when(&l->learnt.bucket, 1, now);
}

/* Was so little sent of late that the server's bucket must have run over? */
static bool ran_over(const struct pace_bucket *b, int64_t now)
{
	int64_t fill = PACE_MINUTE / b->per_minute * (b->burst + 1);

	return b->per_minute > 0 && now - b->empty > fill + PACE_SECOND / 5;
}

uint64_t pace_limit_sent(struct pace_limit *l, int64_t now)
{
	l->in_flight++;
	l->sent++;
	if (pace_limit_full(l))
		l->full = l->sent;
	if (l->learnt.since != 0 && l->learnt.burst_from == 0) {
		l->learnt.burst_from = now;
		l->learnt.burst_ticket = l->sent;
	}
	if (l->learnt.bucket.per_minute > 0) {
		if (ran_over(&l->learnt.bucket, now))
			l->learnt.since = 0;
		pace_bucket_take(&l->learnt.bucket, 1, now);
	}
	return l->sent;
}

void pace_limit_gone(struct pace_limit *l)
{
	l->in_flight--;
}

static void slow_start(struct pace_limit *l, int64_t now)
{
	if (now - l->round >= shortest_round) {
		l->round = now;
		l->round_limit = l->limit;
	}
	l->limit = at_most(l->limit + 0.5, at_least(l->round_limit * 1.5, l->round_limit + 1));
}

/* One more in a window of successes; a quarter of that near where it was refused before. */
static void creep(struct pace_limit *l)
{
	double step = 1 / l->limit;

	if (l->ceiling > 0 && l->limit > l->ceiling * 1.1)
		l->ceiling = 0;
	if (l->ceiling > 0 && l->limit > l->ceiling * 0.9)
		step /= 4;
	l->limit += step;
}

static void grow_rate(struct pace_limit *l, int64_t now)
{
	struct pace_bucket *b = &l->learnt.bucket;

	if (b->per_minute == 0 || now < l->learnt.grow)
		return;
	b->per_minute += (int64_t)((double)b->per_minute * l->learnt.step) + 1;
	if (b->per_minute > INT32_MAX)
		b->per_minute = 0;
	l->learnt.step = at_most(l->learnt.step * 2, 1);
	l->learnt.grow = now + hold;
}

void pace_limit_good(struct pace_limit *l, uint64_t ticket, int64_t now)
{
	l->in_flight--;
	grow_rate(l, now);
	/* Where the limit was not reached meanwhile, it is not what holds things back. */
	if (ticket > l->full || ticket <= l->cut)
		return;
	if (l->slow_start)
		slow_start(l, now);
	else
		creep(l);
	l->limit = at_most(l->limit, l->most);
}

static void begin_measure(struct pace_limit *l, uint64_t ticket, int64_t sent)
{
	l->learnt.since = sent;
	l->learnt.since_ticket = ticket;
	l->learnt.refused = 0;
}

/* What went at once after the last refusal had been saved up: so much the server's bucket holds. */
static int64_t saved_up(const struct pace_limit *l, uint64_t ticket, int64_t sent, double per_ns)
{
	double flowed;

	if (l->learnt.burst_from == 0 || ticket < l->learnt.burst_ticket)
		return 0;
	flowed = (double)(sent - l->learnt.burst_from) * per_ns;
	return (int64_t)(0.9 * ((double)(ticket - l->learnt.burst_ticket) - flowed));
}

/*
 * Between two refusals the server's bucket went from empty to empty: it gave what flowed in. n
 * were let in, so what flows in is less than n + 1: an upper bound, so that a bad first measure is
 * mended by the next, longer one rather than believed.
 */
static void learn(struct pace_limit *l, uint64_t ticket, int64_t sent)
{
	struct pace_bucket *b = &l->learnt.bucket;
	uint64_t between = ticket - l->learnt.since_ticket - 1;
	uint64_t n = between > l->learnt.refused ? between - l->learnt.refused : 0;
	int64_t took = sent - l->learnt.since;
	double per_ns = (double)(n + 1) / (double)took;
	int64_t saved = saved_up(l, ticket, sent, per_ns);
	double per_minute = per_ns * (double)PACE_MINUTE;

	b->per_minute = per_minute > INT32_MAX ? 0 : (int64_t)at_least(1, per_minute);
	b->burst = (int64_t)at_least(1, at_least((double)saved, (double)b->burst * 0.9));
	b->empty = sent;
	if (took >= longest_measure)
		begin_measure(l, ticket, sent);
}

static void learn_or_begin(struct pace_limit *l, uint64_t ticket, int64_t sent, int64_t now)
{
	struct pace_bucket *b = &l->learnt.bucket;

	if (l->learnt.since == 0) {
		begin_measure(l, ticket, sent);
		b->per_minute -= b->per_minute / 10;
		b->empty = sent;
	} else if (ticket > l->learnt.since_ticket && sent > l->learnt.since) {
		learn(l, ticket, sent);
	}
	l->learnt.burst_from = 0;
	l->learnt.grow = now + hold;
	l->learnt.step = 0.1;
}

/* Where the rate is known it is the rate that was too fast, and needs what is in flight. */
static void cut(struct pace_limit *l, bool rate)
{
	double floor = l->least;

	if (rate && l->learnt.bucket.per_minute > 0)
		floor = at_least(floor, at_most(l->limit, l->in_flight + 1));
	l->ceiling = l->limit;
	l->limit = at_least(l->limit * 0.75, floor);
	l->slow_start = false;
	l->cut = l->sent;
}

void pace_limit_refused(struct pace_limit *l, uint64_t ticket, bool rate, int64_t sent, int64_t now)
{
	if (ticket > l->cut) {
		if (rate)
			learn_or_begin(l, ticket, sent, now);
		cut(l, rate);
	}
	if (ticket > l->learnt.since_ticket)
		l->learnt.refused++;
	l->in_flight--;
}
