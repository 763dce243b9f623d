#include "outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEEP_SIZE = 256 * 1024 };

void outlet_init(struct outlet *o, int fd)
{
	char path[64];
	struct stat st;
	int again;

	*o = (struct outlet){.fd = fd};
	if (fstat(fd, &st) < 0)
		return;
	o->regular = S_ISREG(st.st_mode);
	if (!S_ISFIFO(st.st_mode) || snprintf(path, sizeof path, "/proc/self/fd/%d", fd) < 0)
		return;
	again = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (again < 0)
		return;
	o->fd = again;
	o->own = true;
}

static void on_output(void *ctx, int fd, unsigned mask)
{
	struct outlet *o = ctx;

	/* The reader is gone: seen before there is anything to write. */
	if (mask & EPOLLERR) {
		o->failed = o->closed = true;
		events_ignore(o->events, fd);
	}
}

int outlet_watch(struct outlet *o, struct events *ev, struct err *e)
{
	o->events = ev;
	o->source = events_source(ev, on_output, o);
	/* A mask of 0 still tells when the reader goes away. */
	return o->own ? events_watch(ev, o->fd, 0, o->source, e) : 0;
}

static void wait_for_room(struct outlet *o, bool full)
{
	struct err e;

	if (!o->events || o->waits == full)
		return;
	o->waits = full;
	if (full || o->own)
		events_watch(o->events, o->fd, full ? EPOLLOUT : 0, o->source, &e);
	else
		events_ignore(o->events, o->fd);
}

int outlet_end(struct outlet *o, struct err *e)
{
	buf_byte(&o->buf, '\n');
	if (o->buf.over) {
		o->buf.len = o->whole;
		o->buf.over = false;
		return err_set(e, "a record grew too large to be written");
	}
	o->whole = o->buf.len;
	return 0;
}

/* What was begun, and is not ended, moves to the front. */
static void drop_written(struct outlet *o)
{
	size_t rest = o->buf.len - o->at;

	if (rest)
		memmove(o->buf.ptr, o->buf.ptr + o->at, rest);
	o->whole -= o->at;
	o->at = 0;
	o->buf.len = rest;
	if (rest == 0)
		buf_reset(&o->buf, KEEP_SIZE);
}

/*
 * A kill breaks off a write to a file between two pages: the fewer a write has, the rarer is a file
 * that ends within a record.
 */
static size_t at_once(const struct outlet *o)
{
	const char *from = o->buf.ptr + o->at;
	const char *end = o->regular ? memchr(from, '\n', outlet_waiting(o)) : NULL;

	return end ? (size_t)(end - from) + 1 : outlet_waiting(o);
}

int outlet_flush(struct outlet *o, struct err *e)
{
	while (o->at < o->whole && !o->failed) {
		ssize_t n = write(o->fd, o->buf.ptr + o->at, at_once(o));

		if (n > 0) {
			o->at += (size_t)n;
			o->bytes += (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			/* With a reader that is always behind, the end is never reached. */
			if (o->at >= o->buf.len - o->at)
				drop_written(o);
			wait_for_room(o, true);
			return 1;
		} else if (n < 0 && errno != EINTR) {
			o->failed = true;
			o->errnum = errno;
			o->closed = errno == EPIPE;
		}
	}
	if (o->failed)
		return err_sys(e, o->errnum ? o->errnum : EPIPE, "cannot write");
	if (o->at)
		drop_written(o);
	wait_for_room(o, false);
	return 0;
}

void outlet_free(struct outlet *o)
{
	if (o->own)
		close(o->fd);
	o->own = false;
	buf_free(&o->buf);
}
