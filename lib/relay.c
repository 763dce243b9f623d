#include "relay.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "jw.h"
#include "ndjson.h"

static char *const standard_input[] = {"-", NULL};

struct relay {
	const struct relay_config *config;
	struct relay_result *r;
	struct events *events;
	struct ndjson_in in;
	struct outlet out;
	struct fetch *fetch;
	struct json_doc doc;
	unsigned in_source, out_source;
	int signals; /* a signalfd */
	unsigned n_signals; /* that came */
	bool reading, in_waits, out_waits;
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

static void bad_line(struct relay *m, const struct line *l, const char *message)
{
	say(m, "%s:%lu: invalid_request_line: %s", m->in.name, m->in.line, message);
	fetch_reject(m->fetch, l, "invalid_request_line", message);
}

static void take_line(struct relay *m, struct slice text)
{
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

static void input_ready(void *ctx, int fd, unsigned mask)
{
	struct relay *m = ctx;

	(void)fd;
	(void)mask;
	m->in_waits = false;
}

static void wait_for_input(struct relay *m)
{
	struct err e;

	if (events_watch(m->events, m->in.fd, EPOLLIN | EPOLLONESHOT, m->in_source, &e) == 0)
		m->in_waits = true;
}

static void end_of_input(struct relay *m)
{
	m->reading = false;
	fetch_last(m->fetch);
}

static void read_lines(struct relay *m)
{
	struct err e;
	struct slice text = {0};

	while (m->reading && !m->in_waits && fetch_has_room(m->fetch)) {
		switch (ndjson_next(&m->in, &text, &e)) {
		case NDJSON_LINE:
			m->r->lines++;
			take_line(m, text);
			break;
		case NDJSON_TOO_LONG:
			m->r->lines++;
			say(m, "%s", e.text);
			fetch_reject(m->fetch, &(struct line){0}, "invalid_request_line", e.text);
			break;
		case NDJSON_UNREADABLE:
			say(m, "%s", e.text);
			m->r->unreadable = true;
			break;
		case NDJSON_WAIT:
			wait_for_input(m);
			break;
		case NDJSON_END:
		default:
			end_of_input(m);
		}
	}
}

/* ---- output */

static void stop(struct relay *m, int sig, const char *why)
{
	if (!m->r->signal)
		m->r->signal = sig;
	m->reading = false;
	fetch_stop(m->fetch, why);
}

static void output_ready(void *ctx, int fd, unsigned mask)
{
	struct relay *m = ctx;

	(void)fd;
	/* The reader is gone: seen before there is anything to write. */
	if (mask & EPOLLERR) {
		m->out.failed = m->out.closed = true;
		events_ignore(m->events, m->out.fd);
	}
	m->out_waits = false;
}

static void watch_output(struct relay *m, bool full)
{
	struct err e;

	if (!m->out.own || m->out_waits == full)
		return;
	m->out_waits = full;
	events_watch(m->events, m->out.fd, full ? EPOLLOUT : 0, m->out_source, &e);
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
	int status = m->out.failed ? -1 : outlet_flush(&m->out, &e);

	if (status < 0)
		lost_output(m, e.text);
	else
		watch_output(m, status == 1);
}

/* ---- signals */

static void add_unless_ignored(sigset_t *set, int sig)
{
	struct sigaction now;

	if (sigaction(sig, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
		sigaddset(set, sig);
}

static int catch_signals(struct relay *m, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	add_unless_ignored(&set, SIGINT);
	add_unless_ignored(&set, SIGTERM);
	add_unless_ignored(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	m->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return m->signals < 0 ? err_sys(e, errno, "cannot watch for signals") : 0;
}

static void first_signal(struct relay *m, int sig)
{
	stop(m, sig, "stopped by a signal");
	if (fetch_flying(m->fetch))
		say(m, "waiting for %llu answers that were asked for; again to break them off",
		    (unsigned long long)fetch_flying(m->fetch));
}

static void signalled(void *ctx, int fd, unsigned mask)
{
	struct relay *m = ctx;
	struct signalfd_siginfo info;

	(void)mask;
	while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
		int sig = (int)info.ssi_signo;

		m->n_signals++;
		if (m->n_signals == 1) {
			first_signal(m, sig);
		} else if (m->n_signals == 2) {
			fetch_signal(m->fetch, sig);
		} else {
			fetch_signal(m->fetch, SIGKILL);
			m->at_once = true;
		}
	}
}

/* ---- the run */

static int begin(struct relay *m, struct err *e)
{
	struct fetch_config k = m->config->fetch;

	m->events = k.events;
	outlet_init(&m->out, STDOUT_FILENO);
	k.out = &m->out;
	m->fetch = fetch_new(&k);
	ndjson_in_init(&m->in, standard_input, m->config->max_line, NULL);
	m->in.nowait = true;
	m->reading = true;
	m->in_source = events_source(m->events, input_ready, m);
	m->out_source = events_source(m->events, output_ready, m);
	if (catch_signals(m, e) < 0 ||
	    events_watch(
		m->events, m->signals, EPOLLIN, events_source(m->events, signalled, m), e) < 0)
		return -1;
	/* A mask of 0 still tells when the reader goes away. */
	return m->out.own && events_watch(m->events, m->out.fd, 0, m->out_source, e) < 0 ? -1 : 0;
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
		more = m->reading && !m->in_waits && fetch_has_room(m->fetch);
		if (events_wait(m->events, more ? now : fetch_deadline(m->fetch), now, e) < 0)
			return -1;
	}
}

static void end(struct relay *m)
{
	struct relay_result *r = m->r;

	r->counts = *fetch_counts(m->fetch);
	r->status = fetch_status(m->fetch);
	r->bytes_in = m->in.bytes;
	r->bytes_out = m->out.bytes;
	/* The events are somebody else's, and go on. */
	events_ignore(m->events, STDIN_FILENO);
	fetch_free(m->fetch);
	ndjson_in_free(&m->in);
	outlet_free(&m->out);
	json_doc_free(&m->doc);
	if (m->signals >= 0)
		close(m->signals);
}

int relay_run(const struct relay_config *config, struct relay_result *r, struct err *e)
{
	struct relay m = {.config = config, .r = r, .signals = -1};
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
