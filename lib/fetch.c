#include "fetch.h"

#include <signal.h>
#include <stdlib.h>

#include "fetch_impl.h"
#include "jw.h"
#include "mem.h"

#define LOOK_AGAIN INT64_C(20000000)

/* ---- CMD's descriptors */

static void in_ready(void *ctx, int fd, unsigned mask)
{
	struct fetch *f = ctx;

	(void)fd;
	(void)mask;
	f->in_waits = false;
}

static void out_ready(void *ctx, int fd, unsigned mask)
{
	struct fetch *f = ctx;

	(void)fd;
	(void)mask;
	f->out_waits = false;
}

/* The turn sees to it. */
static void end_ready(void *ctx, int fd, unsigned mask)
{
	(void)ctx;
	(void)fd;
	(void)mask;
}

struct fetch *fetch_new(const struct fetch_config *config)
{
	struct fetch *f = mem_array(1, sizeof *f);

	f->config = *config;
	if (!f->config.window)
		f->config.window = FETCH_WINDOW;
	if (!f->config.bytes)
		f->config.bytes = FETCH_BYTES;
	f->order = (struct order){.out = config->out, .ordered = config->ordered};
	f->child = (struct child){.pidfd = -1, .in = -1, .out = -1};
	f->due = EVENTS_NEVER;
	f->in_source = events_source(config->events, in_ready, f);
	f->out_source = events_source(config->events, out_ready, f);
	f->end_source = events_source(config->events, end_ready, f);
	return f;
}

/* ---- lines */

bool fetch_has_room(const struct fetch *f)
{
	return !f->last && f->lines < f->config.window && f->order.open < f->config.window &&
	    f->bytes + f->order.bytes < f->config.bytes &&
	    outlet_waiting(f->config.out) < FETCH_OUT_MAX;
}

static bool hit_at_once(
    struct fetch *f, const struct line *l, const struct address *key, struct slice model)
{
	struct reply_to to = {json_raw(l->custom_id), buf_all(&f->carried)};
	struct order_place *place = order_open(&f->order);
	bool hit = fetch_hit(f, key, &to, place, model);

	order_close(&f->order, place);
	return hit;
}

static void add_keyed(
    struct fetch *f, const struct line *l, struct slice text, const struct address *key)
{
	struct ask *a = fetch_by_key(f, key);
	struct slice model = uses_model(l->body, &f->scratch);

	if (a) {
		f->counts.shared++;
		fetch_join(f, a, l);
	} else if (!hit_at_once(f, l, key, model)) {
		fetch_ask(f, l, text, key, model);
	}
}

void fetch_add(struct fetch *f, const struct line *l, struct slice text)
{
	struct address key;
	struct err e;

	buf_clear(&f->carried);
	line_carry(&f->carried, l);
	if (cachekey_make(f->config.keys, l, &key, &e) == 0) {
		add_keyed(f, l, text, &key);
		return;
	}
	f->counts.unkeyed++;
	fetch_ask(f, l, text, NULL, uses_model(l->body, &f->scratch));
}

void fetch_pass(struct fetch *f, struct slice text)
{
	struct order_place *place = order_open(&f->order);

	f->counts.passed++;
	jw_raw(order_buf(&f->order, place), text);
	fetch_record(f, place);
	order_close(&f->order, place);
}

void fetch_reject(struct fetch *f, const struct line *l, const char *code, const char *message)
{
	struct order_place *place = order_open(&f->order);

	f->counts.failed++;
	line_put_error(order_buf(&f->order, place), l, code, message);
	fetch_record(f, place);
	order_close(&f->order, place);
}

void fetch_last(struct fetch *f)
{
	f->last = true;
}

/* ---- the run */

void fetch_turn(struct fetch *f, int64_t now)
{
	f->now = now;
	fetch_receive(f);
	fetch_ask_remote(f, now);
	fetch_look_again(f, now);
	fetch_hand_over(f, now);
	fetch_send(f);
	fetch_reap(f);
	fetch_commit(f);
}

int64_t fetch_deadline(const struct fetch *f)
{
	int64_t at = f->due;

	if (fetch_may_receive(f))
		return 0;
	/* Nobody will tell of its end. */
	if (fetch_runs(f) && f->child.pidfd < 0 && f->now + LOOK_AGAIN < at)
		at = f->now + LOOK_AGAIN;
	if (f->config.remote && remote_deadline(f->config.remote) < at)
		at = remote_deadline(f->config.remote);
	return at;
}

bool fetch_idle(const struct fetch *f)
{
	return f->last && f->lines == 0 && (!f->started || f->ended);
}

static void interrupt(struct fetch *f, enum ask_state state)
{
	struct ask *a, *next;

	for (a = f->lists[state].first; a; a = next) {
		next = a->next;
		if (state == ASK_SENT && a->end <= f->written)
			continue;
		f->torn |= state == ASK_SENT && a->begin < f->written;
		fetch_settle_failed(f, a, "interrupted", f->why_stopped);
	}
}

void fetch_stop(struct fetch *f, const char *message)
{
	if (f->stopped)
		return;
	f->last = f->stopped = true;
	f->why_stopped = message;
	interrupt(f, ASK_WAITING);
	interrupt(f, ASK_PARKED);
	interrupt(f, ASK_READY);
	interrupt(f, ASK_SENT);
	buf_clear(&f->to_child);
	f->to_at = f->ready = 0;
	child_close_in(&f->child);
	child_signal(&f->child, SIGTERM);
}

void fetch_signal(struct fetch *f, int sig)
{
	child_signal(&f->child, sig);
}

bool fetch_runs(const struct fetch *f)
{
	return f->started && !f->ended;
}

uint64_t fetch_flying(const struct fetch *f)
{
	return f->lists[ASK_SENT].n;
}

int fetch_status(const struct fetch *f)
{
	return f->ended ? f->status : 0;
}

const struct fetch_counts *fetch_counts(const struct fetch *f)
{
	return &f->counts;
}

/* Only a run that is broken off has asks still. */
static void drop_all(struct fetch *f)
{
	for (unsigned state = 0; state < ASK_STATES; state++)
		while (f->lists[state].first)
			fetch_drop(f, f->lists[state].first);
}

void fetch_free(struct fetch *f)
{
	struct err e;

	if (!f)
		return;
	if (f->config.store && !f->config.read_only &&
	    uses_save(&f->uses, f->config.store, &e) < 0 && !f->told_unsaved)
		fetch_say(f, "hits are not counted: %s", e.text);
	drop_all(f);
	if (f->started && f->answers.operands)
		ndjson_in_free(&f->answers);
	child_free(&f->child);
	order_free(&f->order);
	json_doc_free(&f->doc);
	buf_free(&f->to_child);
	buf_free(&f->carried);
	buf_free(&f->scratch);
	buf_free(&f->entry);
	free(f->by_key);
	free(f->by_number);
	free(f);
}
