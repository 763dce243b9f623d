#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fetch_impl.h"

static char *no_more[] = {NULL};

/* ---- the way there */

static void watch(struct fetch *f)
{
	static const char name[] = "answers";
	struct err e;

	ndjson_in_init(&f->answers, NULL, f->config.max_line, NULL);
	f->answers.operands = no_more;
	f->answers.name = name;
	f->answers.nowait = true;
	f->answers.fd = f->child.out;
	f->child.out = -1;
	if (f->child.pidfd >= 0 &&
	    events_watch(f->config.events, f->child.pidfd, EPOLLIN, f->end_source, &e) < 0)
		fetch_say(f, "%s", e.text);
}

static void start(struct fetch *f)
{
	struct err e;

	f->started = true;
	if (child_start(&f->child, f->config.argv, &e) == 0) {
		watch(f);
		return;
	}
	f->status = child_start_status(errno);
	f->how = e;
	f->ended = f->out_ended = f->told_end = true;
	fetch_say(f, "%s", e.text);
}

/* Lines go into the buffer as it empties; once there they count as sent. */
static void fill(struct fetch *f)
{
	struct buf *b = &f->to_child;
	struct ask *a;

	while ((a = f->lists[ASK_READY].first) != NULL && b->len - f->to_at < FETCH_SEND_MAX) {
		buf_put(b, a->text, a->len);
		f->ready -= a->len;
		a->begin = f->queued;
		f->queued += a->len;
		/* The line feed is not needed for it to be read. */
		a->end = f->queued - 1;
		f->counts.asked++;
		fetch_drop_text(f, a);
		fetch_move(f, a, ASK_SENT);
	}
}

static void wait_for_room(struct fetch *f)
{
	struct err e;

	if (!f->in_waits &&
	    events_watch(
		f->config.events, f->child.in, EPOLLOUT | EPOLLONESHOT, f->in_source, &e) == 0)
		f->in_waits = true;
}

static void drop_written(struct fetch *f)
{
	struct buf *b = &f->to_child;

	if (f->to_at && f->to_at == b->len) {
		f->to_at = 0;
		buf_reset(b, 4 * FETCH_SEND_MAX);
	} else if (f->to_at > FETCH_SEND_MAX) {
		memmove(b->ptr, b->ptr + f->to_at, b->len - f->to_at);
		b->len -= f->to_at;
		f->to_at = 0;
	}
}

static void write_out(struct fetch *f)
{
	const struct buf *b = &f->to_child;

	while (f->to_at < b->len) {
		ssize_t n = write(f->child.in, b->ptr + f->to_at, b->len - f->to_at);

		if (n > 0) {
			f->to_at += (size_t)n;
			f->written += (uint64_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			wait_for_room(f);
			break;
		} else if (n < 0 && errno != EINTR) {
			/* It reads no more: how it ends says what becomes of the rest. */
			child_close_in(&f->child);
			break;
		}
	}
	drop_written(f);
}

static bool is_more_to_send(const struct fetch *f)
{
	return f->lists[ASK_WAITING].n || f->lists[ASK_PARKED].n || f->lists[ASK_REMOTE].n ||
	    f->lists[ASK_READY].n || f->to_at < f->to_child.len;
}

void fetch_send(struct fetch *f)
{
	if (f->lists[ASK_READY].n && !f->started)
		start(f);
	if (!f->started || f->child.in < 0 || f->in_waits)
		return;
	do {
		fill(f);
		write_out(f);
	} while (f->lists[ASK_READY].n && !f->in_waits && f->child.in >= 0);
	if (f->last && f->child.in >= 0 && !is_more_to_send(f))
		child_close_in(&f->child);
}

/* ---- the way back */

static void stray(struct fetch *f, const struct line *l, const char *why)
{
	const struct json *id = json_get(l->root, "custom_id");
	struct slice shown = id ? json_raw(id) : slice_str("");

	/* The beginning of a line is answered as a bad one, with no name. */
	if (f->torn && l->root && (!id || id->type == JSON_NULL)) {
		f->torn = false;
		return;
	}
	f->counts.strays++;
	if (shown.len > 80)
		shown.len = 80;
	if (!f->told_stray)
		fetch_say(f, "%s: dropped what nobody asked for%s%.*s: %s", f->config.argv[0],
		    shown.len ? ", custom_id " : "", SLICE_FMT(shown), why);
	f->told_stray = true;
}

static void pass_delta(struct fetch *f, const struct ask *a, const struct line *l)
{
	struct reply_to to = fetch_to(a->first);

	f->counts.deltas++;
	reply_delta(&f->config.out->buf, &to, l);
	fetch_record(f, NULL);
}

static void take_answer(struct fetch *f, struct slice text)
{
	struct err e = {""};
	struct line l = {0};
	const struct json *root = json_parse(&f->doc, text, &e);
	struct ask *a;

	/* A recipe that is no plain name is not ours to mind. */
	if (root)
		line_read(&l, root, &e);
	a = fetch_by_number(f, l.custom_id);
	if (!root)
		stray(f, &l, e.text);
	else if (!a)
		stray(f, &l, "no such line waits for an answer");
	else if (l.kind == LINE_DELTA)
		pass_delta(f, a, &l);
	else if (l.kind == LINE_RESPONSE)
		fetch_settle_answer(f, a, &l);
	else
		stray(f, &l, "it is no response");
}

static void wait_for_answers(struct fetch *f)
{
	struct err e;

	if (events_watch(
		f->config.events, f->answers.fd, EPOLLIN | EPOLLONESHOT, f->out_source, &e) == 0)
		f->out_waits = true;
}

/* A slow reader of ours slows CMD; what nobody reads is stored all the same. */
bool fetch_may_receive(const struct fetch *f)
{
	return f->started && !f->out_ended && !f->out_waits &&
	    (f->config.out->failed || outlet_waiting(f->config.out) < FETCH_OUT_MAX);
}

void fetch_receive(struct fetch *f)
{
	struct slice text = {0};
	struct err e;

	while (fetch_may_receive(f)) {
		switch (ndjson_next(&f->answers, &text, &e)) {
		case NDJSON_LINE:
			take_answer(f, text);
			break;
		case NDJSON_TOO_LONG:
			stray(f, &(struct line){0}, e.text);
			break;
		case NDJSON_WAIT:
			wait_for_answers(f);
			break;
		case NDJSON_UNREADABLE:
			fetch_say(f, "%s: %s", f->config.argv[0], e.text);
			f->out_ended = true;
			break;
		case NDJSON_END:
		default:
			f->out_ended = true;
		}
	}
}

/* ---- its end */

static void tell_how(struct fetch *f, int status)
{
	const char *name = f->config.argv[0];

	if (WIFSIGNALED(status)) {
		f->status = 128 + WTERMSIG(status);
		err_set(&f->how, "%s was ended by signal %d (%s)", name, WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	} else {
		f->status = WEXITSTATUS(status);
		err_set(&f->how, "%s ended with status %d and did not answer", name, f->status);
	}
}

/* Once, for whoever does not look at the lines. */
static void tell_end(struct fetch *f)
{
	if (f->lines == 0 || f->stopped || f->told_end)
		return;
	f->told_end = true;
	fetch_say(f, "%s: child_failed", f->how.text);
}

static void fail_all(struct fetch *f, enum ask_state state)
{
	struct ask *a;

	while ((a = f->lists[state].first) != NULL)
		fetch_settle_failed(f, a, f->stopped ? "interrupted" : "child_failed",
		    f->stopped ? f->why_stopped : f->how.text);
}

void fetch_reap(struct fetch *f)
{
	int status;

	if (f->started && !f->ended && child_ended(&f->child, &status)) {
		f->ended = true;
		tell_how(f, status);
	}
	/* Whoever it has left behind with its output may answer still. */
	if (!f->ended || !f->out_ended)
		return;
	child_close_in(&f->child);
	tell_end(f);
	fail_all(f, ASK_SENT);
	fail_all(f, ASK_READY);
	fail_all(f, ASK_WAITING);
	fail_all(f, ASK_PARKED);
}
