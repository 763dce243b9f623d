/*
 * pace: how fast and how many at once. Pure: no clock, no allocation, no randomness of its own.
 * Times are nanoseconds on whatever clock the caller keeps to, durations are nanoseconds, tokens
 * and money are whole numbers. Every struct may start as zeros or with its init function.
 *
 * Bucket. A token bucket kept as one number, the time at which it is (or will be) empty: the
 * generic cell rate algorithm (ITU-T I.371). It begins empty: a bucket that begins full sends a
 * minute's quota at once. Demands are served in the order in which they are made: taking never
 * fails, it says from when on the taker may go. So a large demand is not starved by small ones.
 *
 *	int64_t at = pace_rate_when(&rate, tokens, now);
 *	pace_rate_take(&rate, tokens, at);			// may go at that time
 *	…
 *	pace_rate_settle(&rate, tokens, used);		// when the real number is known
 *
 * Quota: the two buckets and two budgets (money, tokens) asked as one; see struct pace_quota.
 *
 * Limit: how many may be in flight, found out. Slow start, a cut to three quarters on the first
 * refusal of a burst, growth by one a window of successes, the ceiling remembered. It learns the
 * server's rate, too: between two refusals an empty bucket was filled and emptied, so what was
 * admitted between them, divided by the time, is the rate at which it is filled.
 *
 *	if (!pace_limit_full(&l) && (at = pace_limit_when(&l, now)) <= now)
 *		ticket = pace_limit_sent(&l, now);
 *	…
 *	pace_limit_good(&l, ticket, now);		// or _refused, or _gone: exactly one
 *
 * Breaker: closed until so many failures in a row, then open, then half open for one probe.
 */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_SECOND INT64_C(1000000000)
#define PACE_MINUTE (60 * PACE_SECOND)

/* A time that never comes. */
#define PACE_NEVER INT64_MAX

/* Buckets. */

struct pace_bucket {
	int64_t per_minute; /* refill; 0: no limit */
	int64_t burst; /* the most that idle time saves up */
	int64_t
	    empty; /* when it holds nothing: in the future, when more was taken than was there */
};

/*
 * An empty bucket. With burst 0 idle time saves up what flows in within a tenth of a second, at
 * least 1: bursts are what servers refuse.
 */
void pace_bucket_init(struct pace_bucket *b, int64_t per_minute, int64_t burst, int64_t now);

/*
 * The time, at least now, from which on n may be taken: when n is there. More than a minute's
 * refill goes when a minute's is there, and what follows waits for the rest.
 */
int64_t pace_bucket_when(const struct pace_bucket *b, int64_t n, int64_t now);

/* Takes n at the time that pace_bucket_when() gave, or later. */
void pace_bucket_take(struct pace_bucket *b, int64_t n, int64_t at);

/* Of what was taken as reserved, used was the true number: more or less. */
void pace_bucket_settle(struct pace_bucket *b, int64_t reserved, int64_t used);

/* Requests and tokens a minute, asked together. */
struct pace_rate {
	struct pace_bucket requests;
	struct pace_bucket tokens;
};

/* 0 is no limit. */
void pace_rate_init(struct pace_rate *r, int64_t rpm, int64_t tpm, int64_t now);
int64_t pace_rate_when(const struct pace_rate *r, int64_t tokens, int64_t now);
void pace_rate_take(struct pace_rate *r, int64_t tokens, int64_t at);
void pace_rate_settle(struct pace_rate *r, int64_t reserved, int64_t used);

/* Puts back one request and its tokens that were taken and never sent. */
void pace_rate_return(struct pace_rate *r, int64_t tokens);

/* Budgets. */

/* What is reserved counts as used until it is settled, so that it can't be spent twice. */
struct pace_budget {
	bool limited;
	int64_t limit;
	int64_t used;
};

/* Everything that one request asks for. Money in nano-units (see money.h). */
struct pace_demand {
	int64_t tokens;
	int64_t money;
};

/* Everything that one key has. All zeros is no limit at all. */
struct pace_quota {
	struct pace_rate rate;
	struct pace_budget money;
	struct pace_budget tokens;
	int64_t pause; /* nothing goes before this time */
};

/*
 * Reserves for one request. true: *at is the time (now or later) from which on it may be sent.
 * false: a budget has no room for it, and nothing was reserved; what is in flight may give some
 * back when it is settled, and with nothing in flight the budget is exhausted.
 */
bool pace_quota_take(struct pace_quota *q, const struct pace_demand *d, int64_t now, int64_t *at);

/*
 * After the attempt: what it really used. Where that is not known, settle what was reserved. A
 * refused attempt used nothing, but its request counts: each attempt takes anew.
 */
void pace_quota_settle(
    struct pace_quota *q, const struct pace_demand *reserved, const struct pace_demand *used);

/* For a request that was taken and never sent. */
void pace_quota_return(struct pace_quota *q, const struct pace_demand *reserved);

/* Never earlier than before. */
void pace_quota_pause(struct pace_quota *q, int64_t until);

/* Backoff. */

/* Full jitter: uniform between 0 and the base, doubled with each attempt, up to the cap. */
struct pace_backoff {
	int64_t base; /* 0: half a second */
	int64_t cap; /* 0: 30 s */
};

/* The wait before retry number attempt, from 0; unit is a random number in [0, 1). */
int64_t pace_backoff_wait(const struct pace_backoff *b, unsigned attempt, double unit);

/* Limit. */

struct pace_limit {
	double limit;
	int least, most;
	int in_flight;
	bool slow_start;
	double ceiling; /* where it was last cut; 0: never */
	uint64_t sent; /* tickets handed out: the last one's number */
	uint64_t cut; /* refusals of tickets up to this one belong to the last burst */
	uint64_t full; /* the last ticket that filled the limit */
	int64_t round; /* when the growth of this round began … */
	double round_limit; /* … and from where */
	struct { /* the server's rate */
		struct pace_bucket bucket; /* per_minute 0: not known */
		int64_t since; /* when the server's bucket was first known to be empty; 0: never */
		uint64_t since_ticket;
		uint64_t refused; /* among the tickets after that one */
		int64_t burst_from; /* the first sending after the last refusal; 0: none yet */
		uint64_t burst_ticket;
		int64_t grow; /* when it is tried to go faster */
		double step;
	} learnt;
};

/* least <= most; where they are equal, only the rate is learnt. */
void pace_limit_init(struct pace_limit *l, int least, int most);

bool pace_limit_full(const struct pace_limit *l);

/* The time, at least now, at which the learnt rate lets one more go. */
int64_t pace_limit_when(const struct pace_limit *l, int64_t now);

/* One more is in flight: its ticket. */
uint64_t pace_limit_sent(struct pace_limit *l, int64_t now);

/* It came back: an answer that was no refusal. */
void pace_limit_good(struct pace_limit *l, uint64_t ticket, int64_t now);

/*
 * It was refused: rate means by a rate limit (429), otherwise for load (503). sent is when it was
 * sent. Refusals of what was sent before the cut was made belong to the same burst.
 */
void pace_limit_refused(
    struct pace_limit *l, uint64_t ticket, bool rate, int64_t sent, int64_t now);

/* It came back with nothing to learn from: cancelled, no connection. */
void pace_limit_gone(struct pace_limit *l);

/* Circuit breaker. */

enum pace_state { PACE_CLOSED, PACE_OPEN, PACE_HALF_OPEN };

enum pace_answer {
	PACE_GO,
	PACE_PROBE, /* go, alone: the outcome decides */
	PACE_WAIT /* until pace_breaker_at() */
};

struct pace_breaker {
	enum pace_state state;
	unsigned threshold; /* failures in a row that open it; 0: it never opens */
	unsigned failures; /* in a row */
	unsigned opened; /* times in a row */
	int64_t opened_at;
	int64_t probe_at;
	struct pace_backoff backoff; /* how long it stays open: between half and all of the bound */
};

void pace_breaker_init(struct pace_breaker *b, unsigned threshold, int64_t first, int64_t longest);

/* May one go? After PACE_PROBE all others wait for what becomes of it. */
enum pace_answer pace_breaker_ask(struct pace_breaker *b, int64_t now);

/* The same, without taking the probe: would one be let go now? */
bool pace_breaker_ready(const struct pace_breaker *b, int64_t now);

/* When to ask again: the past when closed, PACE_NEVER while a probe is under way. */
int64_t pace_breaker_at(const struct pace_breaker *b);

/* An answer: closes it. */
void pace_breaker_good(struct pace_breaker *b);

/* A failure of what was sent at the time sent; unit is a random number in [0, 1). */
void pace_breaker_bad(struct pace_breaker *b, int64_t sent, int64_t now, double unit);

/* A probe that was given up and says nothing: the next to ask is the probe. */
void pace_breaker_gone(struct pace_breaker *b);

#endif
