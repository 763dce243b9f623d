#include "helper.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "remote.h"

enum {
	READ_SIZE = 64 * 1024, /* at once */
	KEEP_SIZE = 1 << 20 /* memory for input that is kept */
};

const char *helper_url(char *const *operands, const struct conf *conf, struct err *e)
{
	const char *url = operands[0] ? operands[0] : conf_get(conf, "NPC_CACHE_REMOTE");

	if (!url) {
		err_set(e, "no URL: neither an argument nor NPC_CACHE_REMOTE");
		return NULL;
	}
	if (operands[0] && operands[1]) {
		err_set(e, "more than one URL");
		return NULL;
	}
	if (operands[0] && remote_has_password(url)) {
		err_set(e,
		    "a password must not be an argument, which others can see: set "
		    "NPC_CACHE_REMOTE or NPC_CACHE_REMOTE_PASSWORD");
		return NULL;
	}
	return url;
}

static void ready(void *ctx, int fd, unsigned mask)
{
	struct helper *h = ctx;

	(void)mask;
	if (fd == STDIN_FILENO)
		h->readable = true;
}

int helper_init(struct helper *h, struct events *ev, struct err *e)
{
	int got;

	*h = (struct helper){.events = ev, .in.max = WIRE_MESSAGE + READ_SIZE};
	h->source = events_source(ev, ready, h);
	outlet_init(&h->out, STDOUT_FILENO);
	got = events_watch(ev, STDIN_FILENO, EPOLLIN, h->source, e);
	h->always = got == 1;
	h->listening = got == 0;
	return got < 0 ? -1 : 0;
}

void helper_free(struct helper *h)
{
	outlet_free(&h->out);
	buf_free(&h->in);
}

void helper_stats(const struct helper *h, struct stats *s)
{
	const struct helper_counts *n = &h->counts;

	stats_int(s, "gets", n->gets);
	stats_int(s, "hits", n->hits);
	stats_int(s, "misses", n->misses);
	stats_int(s, "puts", n->puts);
	stats_int(s, "done", n->done);
	stats_int(s, "failed", n->failed);
	stats_int(s, "bytes_in", n->bytes_in);
	stats_int(s, "bytes_out", h->out.bytes);
}

/* ---- answers */

static void count(struct helper_counts *n, enum wire_verb verb)
{
	n->gets += verb == WIRE_GET;
	n->puts += verb == WIRE_PUT;
	n->hits += verb == WIRE_HIT;
	n->misses += verb == WIRE_MISS;
	n->done += verb == WIRE_DONE;
	n->failed += verb == WIRE_FAILED;
}

void helper_answer(struct helper *h, const struct wire *answer)
{
	if (answer->verb == WIRE_HIT && answer->bytes.len > WIRE_ENTRY) {
		helper_failed(h, answer->number, "the entry is longer than %d bytes", WIRE_ENTRY);
		return;
	}
	wire_put(&h->out.buf, answer);
	if (outlet_end(&h->out, NULL) < 0)
		helper_failed(h, answer->number, "too many answers wait to be read");
	else
		count(&h->counts, answer->verb);
}

void helper_failed(struct helper *h, uint64_t number, const char *fmt, ...)
{
	char text[WIRE_TEXT + 1];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	helper_answer(
	    h, &(struct wire){.verb = WIRE_FAILED, .number = number, .bytes = slice_str(text)});
}

/* The reader is as fast as it is: what it does not take at once waits for it. */
static int write_out(struct helper *h, struct err *e)
{
	int left = outlet_flush(&h->out, e);

	if (left < 0)
		return err_wrap(e, "standard output");
	if ((left == 1) == h->writing)
		return 0;
	h->writing = left == 1;
	if (!h->writing)
		events_ignore(h->events, h->out.fd);
	else if (events_watch(h->events, h->out.fd, EPOLLOUT, h->source, e) < 0)
		return err_wrap(e, "standard output");
	return 0;
}

/* ---- commands */

/* What has been taken goes; a buffer that one large entry made is not kept for ever. */
static void drop_taken(struct helper *h)
{
	size_t rest = h->in.len - h->at;

	if (h->at == 0)
		return;
	if (rest)
		memmove(h->in.ptr, h->in.ptr + h->at, rest);
	h->in.len = rest;
	h->at = 0;
	if (rest == 0)
		buf_reset(&h->in, KEEP_SIZE);
}

/* Once, and only when that does not wait. */
static int read_in(struct helper *h, struct err *e)
{
	ssize_t n;
	char *to;

	if (h->ended || !(h->readable || h->always))
		return 0;
	drop_taken(h);
	to = buf_room(&h->in, READ_SIZE);
	n = to ? read(STDIN_FILENO, to, READ_SIZE) : 0;
	h->readable = false;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return err_sys(e, errno, "standard input: cannot read");
	h->ended = n == 0;
	h->in.len += (size_t)n;
	h->counts.bytes_in += (size_t)n;
	return 0;
}

static bool is_command(const struct wire *m)
{
	return m->verb == WIRE_GET || m->verb == WIRE_PUT;
}

/* 1: a command was begun, 0: none is whole. */
static int begin_one(
    struct helper *h, const struct helper_backend *backend, void *ctx, struct err *e)
{
	struct slice rest = buf_from(&h->in, h->at);
	struct wire m;
	int got = wire_take(&rest, &m, e);

	if (got > 0 && !is_command(&m))
		got = err_set(e, "an answer, where a command was expected");
	if (got < 0)
		return err_wrap(e, "standard input");
	if (got == 0)
		return h->ended && rest.len ? err_set(e, "standard input: it ends within a command")
					    : 0;
	h->at = h->in.len - rest.len;
	count(&h->counts, m.verb);
	backend->begin(ctx, &m);
	return 1;
}

static bool has_room(const struct helper *h, const struct helper_backend *backend, void *ctx)
{
	return backend->room(ctx) && outlet_waiting(&h->out) < HELPER_HELD;
}

/* 1: the backend is full, 0: no command is whole. */
static int begin_all(
    struct helper *h, const struct helper_backend *backend, void *ctx, struct err *e)
{
	int got = 1;

	while (got > 0 && has_room(h, backend, ctx))
		got = begin_one(h, backend, ctx, e);
	return got;
}

/* An input that is not waited for is not in epoll at all: its end would be told over and over. */
static int listen_in(struct helper *h, bool want, struct err *e)
{
	want = want && !h->ended && !h->always;
	if (want == h->listening)
		return 0;
	h->listening = want;
	if (want)
		return events_watch(h->events, STDIN_FILENO, EPOLLIN, h->source, e) < 0 ? -1 : 0;
	events_ignore(h->events, STDIN_FILENO);
	return 0;
}

/* Nothing after nonsense can be understood. */
static void stop_reading(struct helper *h)
{
	h->ended = true;
	buf_clear(&h->in);
	h->at = 0;
}

static int wait_on(struct helper *h, int64_t deadline, bool more, struct err *e)
{
	if (listen_in(h, more, e) < 0)
		return -1;
	if (more && h->always && !h->ended)
		deadline = 0;
	return events_wait(h->events, deadline, clock_mono(), e);
}

int helper_run(struct helper *h, const struct helper_backend *backend, void *ctx, struct err *e)
{
	int got = 0, status = 0;
	struct err why;

	for (;;) {
		if (got == 0)
			got = read_in(h, &why);
		if (got >= 0)
			got = begin_all(h, backend, ctx, &why);
		if (got < 0) {
			status = err_set(e, "%s", why.text);
			stop_reading(h);
			got = 0;
		}
		backend->turn(ctx, clock_mono());
		if (write_out(h, &why) < 0)
			return err_set(e, "%s", why.text);
		if (got > 0 && has_room(h, backend, ctx))
			continue;
		if (got == 0 && h->ended && !backend->busy(ctx) && !outlet_waiting(&h->out))
			return status;
		if (wait_on(h, backend->deadline(ctx), got == 0, &why) < 0)
			return err_set(e, "%s", why.text);
	}
}
