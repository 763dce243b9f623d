#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mem.h"

enum {
	READ_SIZE = 16 * 1024,
	READ_AHEAD = 1024 * 1024, /* of requests that wait for their turn */
	SEND_AT_ONCE = 256 * 1024, /* then others get their turn */
	KEEP_SIZE = 256 * 1024,
	LINGER =
	    1000000000 /* nanoseconds that a client has to notice an answer to half a request */
};

struct conn *conn_new(int fd)
{
	struct conn *c = mem_array(1, sizeof *c);

	c->fd = fd;
	return c;
}

static void begin_reply(struct conn *c, struct server *s)
{
	c->busy = true;
	c->sent = c->pause = 0;
	if (c->counted && !c->number)
		c->number = ++s->journal.connections;
}

static void end_reply(struct conn *c, struct server *s)
{
	c->busy = false;
	if (c->counted) {
		s->journal.in_flight--;
		s->journal.bytes_out += c->sent;
	}
	c->counted = false;
	reply_clear(&c->reply);
}

/* Drops the request that was answered. */
static void consume(struct conn *c, size_t n)
{
	c->at += n;
	request_done(&c->reader);
	c->continued = false;
	if (c->at == c->in.len) {
		c->at = 0;
		buf_reset(&c->in, KEEP_SIZE);
	}
}

static void say_continue(struct conn *c)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

	c->continued = true;
	if (send(c->fd, text, sizeof text - 1, MSG_NOSIGNAL) < 0)
		c->gone = true;
}

/* A reply to the next request that is whole, if there is one. */
static void next_request(struct conn *c, struct server *s, int64_t now)
{
	struct request q = {0};

	if (c->ending)
		c->at = c->in.len = 0;
	if (c->busy || c->at == c->in.len)
		return;
	switch (request_read(&c->reader, buf_from(&c->in, c->at), &q)) {
	case REQUEST_PART:
		if (c->reader.head && q.expects && !c->continued)
			say_continue(c);
		break;
	case REQUEST_WHOLE:
		c->counted = handle_request(
		    s, &q, c->number ? c->number : s->journal.connections + 1, now, &c->reply);
		consume(c, q.size);
		begin_reply(c, s);
		break;
	case REQUEST_BAD:
		handle_bad(s, q.status, &c->reply);
		begin_reply(c, s);
		c->ending = true;
		break;
	}
}

static void reset(struct conn *c)
{
	struct linger now = {.l_onoff = 1};

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

bool conn_wants(const struct conn *c)
{
	return !c->busy || c->in.len - c->at < READ_AHEAD;
}

void conn_read(struct conn *c, struct server *s, int64_t now)
{
	char *to;
	ssize_t n;

	if (!conn_wants(c))
		return;
	if (c->at > READ_AHEAD) {
		memmove(c->in.ptr, c->in.ptr + c->at, c->in.len - c->at);
		c->in.len -= c->at;
		c->at = 0;
	}
	to = buf_room(&c->in, READ_SIZE);
	n = to ? recv(c->fd, to, c->in.cap - c->in.len, 0) : 0;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		c->gone = true;
		return;
	}
	c->in.len += (size_t)n;
	if (s->cuts && c->in.len - c->at > s->options->cut_at) {
		s->cuts--;
		s->journal.cut++;
		c->gone = true;
		reset(c);
		return;
	}
	next_request(c, s, now);
}

/* True when there is something to send now. */
static bool pause_over(struct conn *c, struct timers *ts, int64_t now)
{
	struct reply *r = &c->reply;

	while (c->pause < r->n_pauses && r->pauses[c->pause].at == c->sent) {
		int64_t ns = r->pauses[c->pause].ns;

		if (ns < 0)
			return false;
		c->pause++;
		if (ns > 0) {
			timers_set(ts, &c->timer, now + ns);
			return false;
		}
	}
	return true;
}

/* Up to the next pause, or to the end. */
static enum conn_next send_some(struct conn *c)
{
	struct reply *r = &c->reply;
	size_t end = c->pause < r->n_pauses ? r->pauses[c->pause].at : r->out.len, done = 0;

	while (c->sent < end) {
		ssize_t n = send(c->fd, r->out.ptr + c->sent, end - c->sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			c->gone = true;
		if (n < 0)
			return errno == EAGAIN ? CONN_FULL : CONN_END;
		c->sent += (size_t)n;
		done += (size_t)n;
		if (c->sent == r->out.len && r->loop)
			c->sent = r->loop;
		if (done > SEND_AT_ONCE)
			return CONN_FULL;
	}
	return CONN_WAIT;
}

/*
 * A close with unread bytes resets the connection, and the client may lose the answer. So who is
 * still sending is listened to for a while.
 */
static enum conn_next finish(struct conn *c, struct server *s, struct timers *ts, int64_t now)
{
	if (c->reply.end == REPLY_RESET)
		reset(c);
	end_reply(c, s);
	if (!c->ending)
		return CONN_END;
	shutdown(c->fd, SHUT_WR);
	timers_set(ts, &c->timer, now + LINGER);
	return CONN_WAIT;
}

enum conn_next conn_send(struct conn *c, struct server *s, struct timers *ts, int64_t now)
{
	while (c->busy && !c->gone) {
		struct reply *r = &c->reply;
		enum conn_next next;

		if (c->timer.place || !pause_over(c, ts, now))
			return CONN_WAIT;
		next = send_some(c);
		if (next != CONN_WAIT)
			return next;
		if (c->sent < r->out.len || c->pause < r->n_pauses)
			continue;
		if (r->end != REPLY_KEEP)
			return finish(c, s, ts, now);
		end_reply(c, s);
		next_request(c, s, now);
		if (c->busy)
			return CONN_AGAIN;
	}
	/* Ending, and no timer: the time for that is over. */
	return c->gone || (c->ending && !c->timer.place) ? CONN_END : CONN_WAIT;
}

void conn_free(struct conn *c, struct server *s, struct timers *ts)
{
	if (c->busy) {
		s->journal.abandoned += c->counted;
		end_reply(c, s);
	}
	timers_clear(ts, &c->timer);
	close(c->fd);
	buf_free(&c->in);
	request_reader_free(&c->reader);
	reply_free(&c->reply);
	free(c);
}
