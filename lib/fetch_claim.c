#include "clock.h"
#include "fetch_impl.h"

enum { MS = 1000000 };

/* How soon a parked ask is looked at again: the first time, and later. */
#define PAUSE_LEAST (5 * (int64_t)MS)
#define PAUSE_MOST (100 * (int64_t)MS)

static int64_t patience(const struct fetch *f)
{
	return f->config.wait ? f->config.wait : FETCH_WAIT;
}

static void make_ready(struct fetch *f, struct ask *a)
{
	f->counts.misses++;
	f->ready += a->len;
	fetch_move(f, a, ASK_READY);
}

/* A refresh wants what is made now. */
static bool asks_remote(const struct fetch *f)
{
	return f->config.remote && !f->config.since;
}

/* It is ours to fetch: unless somebody has put it there before we had the claim. */
static void fetch_it(struct fetch *f, struct ask *a)
{
	struct store_info info;

	buf_clear(&f->entry);
	if (a->claimed && fetch_look_up(f, &a->key, &f->entry, &info)) {
		fetch_settle_payload(f, a, buf_all(&f->entry), &info);
	} else if (asks_remote(f)) {
		fetch_move(f, a, ASK_REMOTE);
		remote_get(f->config.remote, &a->key, a);
	} else {
		make_ready(f, a);
	}
}

static void park(struct fetch *f, struct ask *a, int64_t now)
{
	a->pause = a->pause ? a->pause + a->pause / 2 : PAUSE_LEAST;
	if (a->pause > PAUSE_MOST)
		a->pause = PAUSE_MOST;
	a->again = now + a->pause;
	if (a->again < f->due)
		f->due = a->again;
	fetch_move(f, a, ASK_PARKED);
}

/* false: somebody else has it. */
static bool claim(struct fetch *f, struct ask *a)
{
	enum store_claim got = store_claim(f->config.store, &a->key);

	a->claimed = got == STORE_CLAIMED;
	return got != STORE_TAKEN;
}

static void hand_over_one(struct fetch *f, struct ask *a, int64_t now)
{
	if (!a->keyed) {
		make_ready(f, a);
	} else if (!f->config.store || f->config.read_only || claim(f, a)) {
		fetch_it(f, a);
	} else {
		a->since = now;
		f->counts.parked++;
		park(f, a, now);
	}
}

static bool takes_more(const struct fetch *f)
{
	return f->ready + f->to_child.len - f->to_at < FETCH_SEND_MAX;
}

/* Not where CMD reads no more. */
static bool may_claim(const struct fetch *f)
{
	return f->lists[ASK_WAITING].n && (!f->started || f->child.in >= 0) && takes_more(f) &&
	    f->lists[ASK_PARKED].n < FETCH_PARKED_MAX && f->lists[ASK_REMOTE].n < FETCH_REMOTE_MAX;
}

void fetch_hand_over(struct fetch *f, int64_t now)
{
	while (may_claim(f)) {
		hand_over_one(f, f->lists[ASK_WAITING].first, now);
		if (!takes_more(f))
			fetch_send(f);
	}
}

static void look_again_one(struct fetch *f, struct ask *a, int64_t now)
{
	if (claim(f, a)) {
		fetch_it(f, a);
	} else if (now - a->since >= patience(f)) {
		f->counts.direct++;
		make_ready(f, a);
	} else {
		park(f, a, now);
	}
}

void fetch_look_again(struct fetch *f, int64_t now)
{
	struct ask *a = f->lists[ASK_PARKED].first, *next;
	size_t n = f->lists[ASK_PARKED].n;
	int64_t due = EVENTS_NEVER;

	if (now < f->due)
		return;
	f->due = EVENTS_NEVER;
	/* Those that are parked again go to the end, and are not seen twice. */
	for (; n > 0; n--, a = next) {
		next = a->next;
		if (now >= a->again)
			look_again_one(f, a, now);
		else if (a->again < due)
			due = a->again;
	}
	if (due < f->due)
		f->due = due;
}

/* ---- the remote */

static bool is_fresh(const struct fetch *f, const struct store_info *info)
{
	return !f->config.max_age || clock_wall() - info->created <= f->config.max_age;
}

/* It is whole; but is it an answer, on one line? Others can write there. */
static bool is_answer(struct fetch *f, struct slice payload)
{
	return json_is(json_parse(&f->doc, payload, NULL), JSON_OBJECT) &&
	    !memchr(payload.ptr, '\n', payload.len);
}

static bool take_remote(struct fetch *f, struct ask *a, struct slice entry)
{
	struct store_info info;
	struct err e;

	buf_clear(&f->entry);
	if (!store_read_entry(&a->key, entry, &f->entry, &info) || !is_fresh(f, &info) ||
	    !is_answer(f, buf_all(&f->entry)))
		return false;
	/* The answer is there: what cannot be kept is asked for again another time. */
	if (f->config.store && !f->config.read_only &&
	    store_put_entry(f->config.store, &a->key, entry, &e) < 0)
		f->counts.unsaved++;
	fetch_settle_payload(f, a, buf_all(&f->entry), &info);
	return true;
}

void fetch_ask_remote(struct fetch *f, int64_t now)
{
	struct remote_got got;

	while (f->config.remote && remote_next(f->config.remote, now, &got)) {
		struct ask *a = got.ctx;

		if (got.hit && take_remote(f, a, got.entry))
			continue;
		if (f->stopped)
			fetch_settle_failed(f, a, "interrupted", f->why_stopped);
		else
			make_ready(f, a);
	}
}
