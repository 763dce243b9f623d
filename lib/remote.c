#include "remote.h"

#include <stdlib.h>

#include "clock.h"
#include "mem.h"
#include "remote_impl.h"

enum {
	FAILURES = 3, /* in a row, after which the remote is left alone */
	PUT_LIMITS =
	    3, /* nothing answered for so many times as long as a get may take: a put failed */
	GRACE = 4, /* a part of a get's time that is added while answers come */
	HELD = 2 * WIRE_MESSAGE /* bytes that wait for the helper, at most */
};

#define FIRST_PAUSE PACE_SECOND
#define LONGEST_PAUSE (30 * PACE_SECOND)

/* ---- what was asked: a number is its place in the order, doubled; odd ones are puts */

static struct remote_ask *ask_at(const struct remote_asks *a, uint64_t i)
{
	return &a->ring[i & (a->cap - 1)];
}

static void grow(struct remote_asks *a)
{
	struct remote_asks old = *a;

	a->cap = old.cap ? 2 * old.cap : 64;
	a->ring = mem_array(a->cap, sizeof *a->ring);
	for (uint64_t i = old.first; i < old.next; i++)
		*ask_at(a, i) = *ask_at(&old, i);
	free(old.ring);
}

static uint64_t add(struct remote_asks *a, void *ctx, int64_t now)
{
	if (a->next - a->first == a->cap)
		grow(a);
	*ask_at(a, a->next) = (struct remote_ask){ctx, now, true};
	a->waiting++;
	return a->next++;
}

/* Nobody waits for it any more. */
static struct remote_ask settle(struct remote_asks *a, uint64_t i)
{
	struct remote_ask *ask = ask_at(a, i), was = *ask;

	ask->waiting = false;
	a->waiting--;
	while (a->first < a->next && !ask_at(a, a->first)->waiting)
		a->first++;
	return was;
}

static bool is_waiting(const struct remote_asks *a, uint64_t i)
{
	return i >= a->first && i < a->next && ask_at(a, i)->waiting;
}

static void fail(struct remote *r, struct remote_asks *a, uint64_t i, int64_t now)
{
	struct remote_ask was = settle(a, i);

	pace_breaker_bad(&a->breaker, was.when, now, remote_helper_unit(&r->helper));
	if (a == &r->puts)
		r->counts.puts_failed++;
	else
		r->counts.failed++;
}

static void lose(struct remote *r, void *ctx)
{
	r->lost = mem_more(r->lost, r->n_lost, &r->lost_cap, sizeof *r->lost);
	r->lost[r->n_lost++] = ctx;
}

static bool next_lost(struct remote *r, struct remote_got *got)
{
	if (r->lost_at == r->n_lost)
		return false;
	*got = (struct remote_got){.ctx = r->lost[r->lost_at++]};
	if (r->lost_at == r->n_lost)
		r->lost_at = r->n_lost = 0;
	return true;
}

/* ---- asking */

/* Not while it is left alone; the helper first, so that a probe is one. */
static bool may_ask(struct remote *r, struct remote_asks *a, int64_t now, uint64_t *skipped)
{
	if (pace_breaker_ready(&a->breaker, now) &&
	    remote_helper_up(&r->helper, now, &r->trouble) &&
	    pace_breaker_ask(&a->breaker, now) != PACE_WAIT)
		return true;
	++*skipped;
	return false;
}

static bool has_room(struct remote *r, size_t len)
{
	if (remote_helper_waiting(&r->helper) + len <= HELD)
		return true;
	err_set(&r->trouble, "too much waits to be sent");
	return false;
}

void remote_get(struct remote *r, const struct address *key, void *ctx)
{
	int64_t now = clock_mono();
	struct wire m = {.verb = WIRE_GET, .key = *key};

	if (!may_ask(r, &r->gets, now, &r->counts.skipped)) {
		lose(r, ctx);
		return;
	}
	m.number = add(&r->gets, ctx, now) << 1;
	if (has_room(r, WIRE_LINE)) {
		remote_helper_send(&r->helper, &m);
	} else {
		fail(r, &r->gets, m.number >> 1, now);
		lose(r, ctx);
	}
}

void remote_put(struct remote *r, const struct address *key, struct slice entry)
{
	int64_t now = clock_mono();
	struct wire m = {.verb = WIRE_PUT, .key = *key, .bytes = entry};

	if (entry.len > WIRE_ENTRY) {
		err_set(&r->trouble, "an entry is longer than %d bytes", WIRE_ENTRY);
		r->counts.puts_failed++;
		return;
	}
	if (!may_ask(r, &r->puts, now, &r->counts.puts_skipped))
		return;
	m.number = add(&r->puts, NULL, now) << 1 | 1;
	if (has_room(r, entry.len + WIRE_LINE))
		remote_helper_send(&r->helper, &m);
	else
		fail(r, &r->puts, m.number >> 1, now);
}

/* ---- answers */

/* An answer that fits no question makes the helper's word worthless. */
static int make_sense(const struct remote *r, const struct wire *m, struct err *e)
{
	bool put = m->number & 1;
	const struct remote_asks *a = put ? &r->puts : &r->gets;

	if (m->verb == WIRE_GET || m->verb == WIRE_PUT || m->number >> 1 >= a->next ||
	    (put && m->verb != WIRE_DONE && m->verb != WIRE_FAILED) ||
	    (!put && m->verb == WIRE_DONE))
		return err_set(e, "%s answers what was not asked", r->helper.program);
	return 0;
}

/* true: it is the answer to a get. */
static bool answered(struct remote *r, const struct wire *m, int64_t now, struct remote_got *got)
{
	bool put = m->number & 1;
	struct remote_asks *a = put ? &r->puts : &r->gets;
	uint64_t i = m->number >> 1;

	if (!is_waiting(a, i))
		return false;
	*got = (struct remote_got){.ctx = ask_at(a, i)->ctx, .hit = m->verb == WIRE_HIT};
	if (got->hit)
		got->entry = m->bytes;
	if (m->verb == WIRE_FAILED) {
		err_set(&r->trouble, "%s: %.*s", r->helper.program, SLICE_FMT(m->bytes));
		fail(r, a, i, now);
		return !put;
	}
	settle(a, i);
	pace_breaker_good(&a->breaker);
	r->counts.hits += m->verb == WIRE_HIT;
	r->counts.misses += m->verb == WIRE_MISS;
	r->counts.puts += m->verb == WIRE_DONE;
	return !put;
}

static void fail_all(struct remote *r, int64_t now)
{
	while (r->gets.waiting) {
		lose(r, ask_at(&r->gets, r->gets.first)->ctx);
		fail(r, &r->gets, r->gets.first, now);
	}
	while (r->puts.waiting)
		fail(r, &r->puts, r->puts.first, now);
}

static void give_up_helper(struct remote *r, int64_t now, struct err *why)
{
	remote_helper_stop(&r->helper, now, why);
	r->trouble = *why;
	fail_all(r, now);
}

/*
 * Who asks waits for a get. But while answers come the rest may be on its way, and it may be us who
 * are slow to take them: then it has a little longer. For puts nobody waits, and they may be many:
 * while anything is answered at all they are getting on.
 */
static int64_t deadline_of(const struct remote *r, const struct remote_asks *a)
{
	int64_t when, still = r->heard + a->limit / GRACE;

	if (!a->waiting)
		return EVENTS_NEVER;
	when = ask_at(a, a->first)->when;
	if (a == &r->puts)
		still = r->heard + a->limit;
	return when + a->limit > still ? when + a->limit : still;
}

static void expire(struct remote *r, struct remote_asks *a, int64_t now)
{
	while (now >= deadline_of(r, a)) {
		err_set(&r->trouble, "%s: no answer within %.3g s", r->helper.program,
		    (double)a->limit / 1e9);
		if (a == &r->gets)
			lose(r, ask_at(a, a->first)->ctx);
		fail(r, a, a->first, now);
	}
}

/* 1: *got is one. 0: nothing more has been said. -1: the helper is of no more use. */
static int next_said(struct remote *r, int64_t now, struct remote_got *got, struct err *e)
{
	struct wire m;
	int said;

	while ((said = remote_helper_next(&r->helper, &m, e)) > 0) {
		if (make_sense(r, &m, e) < 0)
			return -1;
		remote_helper_good(&r->helper);
		r->heard = now;
		if (answered(r, &m, now, got))
			return 1;
	}
	return said;
}

bool remote_next(struct remote *r, int64_t now, struct remote_got *got)
{
	struct err e;
	int said = next_said(r, now, got, &e);

	/* Nothing is late that has come while we were elsewhere. */
	if (said == 0 && (now >= deadline_of(r, &r->gets) || now >= deadline_of(r, &r->puts))) {
		remote_helper_look(&r->helper);
		said = next_said(r, now, got, &e);
	}
	if (said > 0)
		return true;
	if (said < 0)
		give_up_helper(r, now, &e);
	expire(r, &r->gets, now);
	expire(r, &r->puts, now);
	return next_lost(r, got);
}

int64_t remote_deadline(const struct remote *r)
{
	int64_t gets = deadline_of(r, &r->gets), puts = deadline_of(r, &r->puts);

	if (r->n_lost || r->helper.readable || r->helper.ended)
		return 0;
	return gets < puts ? gets : puts;
}

bool remote_busy(const struct remote *r)
{
	return r->gets.waiting || r->puts.waiting || r->n_lost;
}

const char *remote_trouble(const struct remote *r)
{
	return r->trouble.text[0] ? r->trouble.text : NULL;
}

const struct remote_counts *remote_counts(const struct remote *r)
{
	return &r->counts;
}

/* ---- the whole */

bool remote_has_password(const char *url)
{
	const char *from = strstr(url, "://"), *at = strrchr(url, '@');

	return from && at && at > from && memchr(from + 3, ':', (size_t)(at - from - 3)) != NULL;
}

static void begin_asks(struct remote_asks *a, int64_t limit)
{
	*a = (struct remote_asks){.limit = limit};
	pace_breaker_init(&a->breaker, FAILURES, FIRST_PAUSE, LONGEST_PAUSE);
}

struct remote *remote_open(const char *url, int64_t limit, struct events *ev, struct err *e)
{
	struct remote *r = mem_array(1, sizeof *r);

	begin_asks(&r->gets, limit);
	begin_asks(&r->puts, PUT_LIMITS * limit);
	if (remote_helper_init(&r->helper, url, ev, e) < 0) {
		remote_close(r);
		return NULL;
	}
	/* Now, so that it is ready when it is needed. */
	remote_helper_up(&r->helper, clock_mono(), &r->trouble);
	return r;
}

void remote_close(struct remote *r)
{
	if (!r)
		return;
	remote_helper_free(&r->helper);
	free(r->gets.ring);
	free(r->puts.ring);
	free(r->lost);
	free(r);
}
