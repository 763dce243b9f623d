#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "redis_impl.h"

enum { READ_SIZE = 64 * 1024, READS = 16, KEEP_SIZE = 256 * 1024 };

#define FIRST_PAUSE (PACE_SECOND / 10)
#define LONGEST_PAUSE (5 * PACE_SECOND)

static int watch(struct redis *r, unsigned mask, struct err *e)
{
	struct redis_link *k = &r->link;

	if (mask == k->mask)
		return 0;
	k->mask = mask;
	return events_watch(r->config.events, k->fd, mask, k->source, e) == 0 ? 0 : -1;
}

static void drop_socket(struct redis *r)
{
	struct redis_link *k = &r->link;

	if (k->fd < 0)
		return;
	events_ignore(r->config.events, k->fd);
	close(k->fd);
	k->fd = -1;
	k->mask = 0;
}

/* ---- connecting */

static int look_up(struct redis *r)
{
	const struct redisurl *u = r->config.url;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	int bad = getaddrinfo(u->host, u->port, &hints, &r->link.addresses);

	if (bad)
		return err_set(&r->link.why, "%s: %s", u->shown, gai_strerror(bad));
	r->link.next = r->link.addresses;
	return 0;
}

static int begin_socket(struct redis *r, int family, const struct sockaddr *to, socklen_t len)
{
	struct redis_link *k = &r->link;
	int yes = 1;

	k->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (k->fd < 0)
		return err_sys(&k->why, errno, "cannot make a socket");
	/* Commands are small and wait for nobody; where it can't be set they are slower. */
	if (family != AF_UNIX)
		setsockopt(k->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	if ((connect(k->fd, to, len) == 0 || errno == EINPROGRESS) &&
	    watch(r, EPOLLIN | EPOLLOUT, &k->why) == 0)
		return 0;
	err_sys(&k->why, errno, "%s: cannot connect", r->config.url->shown);
	drop_socket(r);
	return -1;
}

static int begin_unix(struct redis *r)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const char *path = r->config.url->path;
	size_t len = strlen(path);

	if (len >= sizeof to.sun_path)
		return err_set(&r->link.why, "%s: too long for the path of a socket", path);
	memcpy(to.sun_path, path, len);
	return begin_socket(r, AF_UNIX, (const struct sockaddr *)&to, sizeof to);
}

/* The next of the host's addresses that can be tried. */
static int begin_next(struct redis *r)
{
	struct redis_link *k = &r->link;

	while (k->next) {
		const struct addrinfo *a = k->next;

		k->next = a->ai_next;
		if (begin_socket(r, a->ai_family, a->ai_addr, a->ai_addrlen) == 0)
			return 0;
	}
	return -1;
}

int redis_link_open(struct redis *r, int64_t now)
{
	struct redis_link *k = &r->link;
	int got;

	k->heard = now;
	if (r->config.url->path)
		got = begin_unix(r);
	else
		got = look_up(r) < 0 ? -1 : begin_next(r);
	if (got == 0)
		k->state = REDIS_CONNECTING;
	return got;
}

static void connected(struct redis *r)
{
	struct redis_link *k = &r->link;
	int bad = 0;
	socklen_t len = sizeof bad;

	if (getsockopt(k->fd, SOL_SOCKET, SO_ERROR, &bad, &len) == 0 && bad == 0) {
		k->state = REDIS_UP;
		k->heard = clock_mono();
		return;
	}
	err_sys(&k->why, bad ? bad : errno, "%s: cannot connect", r->config.url->shown);
	drop_socket(r);
	if (begin_next(r) < 0) {
		struct err why = k->why;

		redis_lost(r, &why);
	}
}

/* ---- bytes */

int redis_link_send(struct redis *r, int64_t now, struct err *e)
{
	struct redis_link *k = &r->link;

	while (k->at < k->out.len) {
		ssize_t n = send(
		    k->fd, k->out.ptr + k->at, k->out.len - k->at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return watch(r, EPOLLIN | EPOLLOUT, e);
		if (n < 0 && errno != EINTR)
			return err_sys(e, errno, "%s: cannot send", r->config.url->shown);
		if (n > 0) {
			k->at += (size_t)n;
			k->heard = now;
		}
	}
	k->at = 0;
	buf_reset(&k->out, KEEP_SIZE);
	return watch(r, EPOLLIN, e);
}

static int receive(struct redis *r, struct err *e)
{
	struct redis_link *k = &r->link;
	static char bytes[READ_SIZE];

	for (int i = 0; i < READS; i++) {
		ssize_t n = recv(k->fd, bytes, sizeof bytes, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n < 0)
			return err_sys(e, errno, "%s: cannot receive", r->config.url->shown);
		if (n == 0)
			return err_set(
			    e, "%s: the server closed the connection", r->config.url->shown);
		k->heard = clock_mono();
		if (redis_feed(r, bytes, (size_t)n, e) < 0)
			return -1;
	}
	return 0;
}

/* Of a socket that is gone an event can still be told that was found together with another. */
static void ready(void *ctx, int fd, unsigned mask)
{
	struct redis *r = ctx;
	struct err why;

	if (fd != r->link.fd)
		return;
	if (r->link.state == REDIS_CONNECTING)
		connected(r);
	else if (mask & (EPOLLIN | EPOLLERR | EPOLLHUP) && receive(r, &why) < 0)
		redis_lost(r, &why);
}

/* ---- the whole */

void redis_link_init(struct redis *r)
{
	r->link.fd = -1;
	r->link.source = events_source(r->config.events, ready, r);
	r->link.backoff = (struct pace_backoff){.base = FIRST_PAUSE, .cap = LONGEST_PAUSE};
	/* Many machines that lost the same server should not come back at the same moment. */
	r->link.rng.state = (uint64_t)clock_wall() ^ (uint64_t)getpid() << 40;
}

void redis_link_close(struct redis *r)
{
	struct redis_link *k = &r->link;

	drop_socket(r);
	if (k->addresses)
		freeaddrinfo(k->addresses);
	k->addresses = k->next = NULL;
	k->state = REDIS_DOWN;
	k->at = 0;
	buf_reset(&k->out, KEEP_SIZE);
}
