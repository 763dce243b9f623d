#include "relay.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "intake.h"
#include "jw.h"
#include "signals.h"

static char *const standard_input[] = {"-", NULL};

struct relay {
	const struct relay_config *config;
	struct relay_result *r;
	struct events *events;
	struct intake intake;
	struct outlet out;
	struct signals signals;
	struct fetch *fetch;
	struct json_doc doc;
	bool at_once; /* the end */
};

__attribute__((format(printf, 2, 3))) static void say(struct relay *m, const char *fmt, ...)
{
	char text[2 * ERR_MAX];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) >= 0)
		m->config->fetch.say(m->config->fetch.ctx, text);
	va_end(ap);
}

/* ---- input */

static bool has_room(void *ctx)
{
	const struct relay *m = ctx;

	return fetch_has_room(m->fetch);
}

static void bad_line(struct relay *m, const struct line *l, const char *message)
{
	const struct ndjson_in *in = &m->intake.in;

	say(m, "%s:%lu: invalid_request_line: %s", in->name, in->line, message);
	fetch_reject(m->fetch, l, "invalid_request_line", message);
}

static void take_line(void *ctx, struct slice text)
{
	struct relay *m = ctx;
	struct line l = {0};
	struct err e;
	const struct json *root = json_parse(&m->doc, text, &e);
	int status = root ? line_read(&l, root, &e) : -1;

	if (root && l.kind != LINE_REQUEST)
		fetch_pass(m->fetch, text);
	else if (status < 0)
		bad_line(m, &l, e.text);
	else
		fetch_add(m->fetch, &l, text);
}

static void too_long(void *ctx, const char *message)
{
	struct relay *m = ctx;

	say(m, "%s", message);
	fetch_reject(m->fetch, &(struct line){0}, "invalid_request_line", message);
}

static void unreadable(void *ctx, const char *message)
{
	struct relay *m = ctx;

	say(m, "%s", message);
	m->r->unreadable = true;
}

static void read_lines(struct relay *m)
{
	if (m->intake.ended)
		return;
	intake_read(&m->intake);
	if (m->intake.ended)
		fetch_last(m->fetch);
}

/* ---- output */

static void stop(struct relay *m, int sig, const char *why)
{
	if (!m->r->signal)
		m->r->signal = sig;
	m->intake.ended = true;
	fetch_stop(m->fetch, why);
}

static void lost_output(struct relay *m, const char *why)
{
	if (m->r->unwritable || m->r->signal == SIGPIPE)
		return;
	if (m->out.closed) {
		stop(m, SIGPIPE, "nobody reads the output any more");
		return;
	}
	say(m, "standard output: %s", why);
	m->r->unwritable = true;
	stop(m, 0, "the output cannot be written");
}

static void flush(struct relay *m)
{
	struct err e = {""};

	if (outlet_flush(&m->out, &e) < 0)
		lost_output(m, e.text);
}

/* ---- signals */

static void first_signal(struct relay *m, int sig)
{
	stop(m, sig, "stopped by a signal");
	if (fetch_flying(m->fetch))
		say(m, "waiting for %llu answers that were asked for; again to break them off",
		    (unsigned long long)fetch_flying(m->fetch));
}

static void signalled(void *ctx)
{
	struct relay *m = ctx;

	switch (m->signals.n) {
	case 1:
		first_signal(m, m->signals.first);
		break;
	case 2:
		fetch_signal(m->fetch, m->signals.last);
		break;
	default:
		fetch_signal(m->fetch, SIGKILL);
		m->at_once = true;
	}
}

/* ---- the run */

static int begin(struct relay *m, struct err *e)
{
	struct intake_reader reader = {has_room, take_line, too_long, unreadable, m};
	struct fetch_config k = m->config->fetch;

	m->events = k.events;
	outlet_init(&m->out, STDOUT_FILENO);
	k.out = &m->out;
	m->fetch = fetch_new(&k);
	intake_init(&m->intake, standard_input, m->config->max_line, m->events, &reader);
	if (signals_init(&m->signals, m->events, signalled, m, e) < 0)
		return -1;
	return outlet_watch(&m->out, m->events, e);
}

static bool is_done(const struct relay *m)
{
	if (m->at_once)
		return true;
	return fetch_idle(m->fetch) && (m->out.failed || outlet_waiting(&m->out) == 0);
}

static int run(struct relay *m, struct err *e)
{
	for (;;) {
		bool more;
		int64_t now = clock_mono();

		read_lines(m);
		fetch_turn(m->fetch, now);
		flush(m);
		if (is_done(m))
			return 0;
		more = intake_more(&m->intake);
		if (events_wait(m->events, more ? now : fetch_deadline(m->fetch), now, e) < 0)
			return -1;
	}
}

static void end(struct relay *m)
{
	struct relay_result *r = m->r;

	r->counts = *fetch_counts(m->fetch);
	r->status = fetch_status(m->fetch);
	r->lines = m->intake.lines;
	r->bytes_in = m->intake.in.bytes;
	r->bytes_out = m->out.bytes;
	/* The events are somebody else's, and go on. */
	events_ignore(m->events, STDIN_FILENO);
	fetch_free(m->fetch);
	intake_free(&m->intake);
	outlet_free(&m->out);
	json_doc_free(&m->doc);
	signals_free(&m->signals);
}

int relay_run(const struct relay_config *config, struct relay_result *r, struct err *e)
{
	struct relay m = {.config = config, .r = r, .signals.fd = -1};
	int status;

	*r = (struct relay_result){0};
	status = begin(&m, e);
	if (status == 0)
		status = run(&m, e);
	end(&m);
	return status;
}

static void put_unstored(const struct fetch_counts *n, struct stats *s)
{
	jw_name(&s->buf, "not_stored");
	jw_object(&s->buf);
	for (unsigned why = STORABLE + 1; why < STORABLE_WHYS; why++)
		stats_int(s, storable_name(why), n->unstored[why]);
	stats_int(s, "store_failed", n->unsaved);
	jw_object_end(&s->buf);
}

void relay_stats(const struct relay_result *r, struct stats *s)
{
	const struct fetch_counts *n = &r->counts;
	const struct {
		const char *name;
		uint64_t n;
	} counts[] = {{"lines", r->lines}, {"passed", n->passed}, {"hits", n->hits},
	    {"misses", n->misses}, {"shared", n->shared}, {"parked", n->parked},
	    {"direct", n->direct}, {"unkeyed", n->unkeyed}, {"asked", n->asked},
	    {"answered", n->answered}, {"deltas", n->deltas}, {"strays", n->strays},
	    {"failed", n->failed}, {"interrupted", n->interrupted}, {"stored", n->stored}};

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		stats_int(s, counts[i].name, counts[i].n);
	put_unstored(n, s);
	stats_int(s, "child_status", (uint64_t)r->status);
	stats_int(s, "bytes_in", r->bytes_in);
	stats_int(s, "bytes_out", r->bytes_out);
}
