#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "http_impl.h"
#include "mem.h"

static struct http_socket *socket_at(struct http *h, int fd)
{
	size_t n = h->n_sockets;

	if ((size_t)fd >= n) {
		while (h->n_sockets <= (size_t)fd)
			h->n_sockets = h->n_sockets ? 2 * h->n_sockets : 64;
		h->sockets = mem_grow(h->sockets, h->n_sockets, sizeof *h->sockets);
		for (; n < h->n_sockets; n++)
			h->sockets[n] = (struct http_socket){0};
	}
	return &h->sockets[fd];
}

static void wait_for(struct http *h, struct http_socket *s, int fd, unsigned mask)
{
	s->wanted = mask != 0;
	/*
	 * A connection that rests stays in epoll as it is, for the next call wants the same: that
	 * saves two system calls each. What is not a connection (the resolver's) closes unheard.
	 */
	if (mask == s->mask || (mask == 0 && s->open))
		return;
	s->mask = (unsigned char)mask;
	if (mask)
		events_watch(h->config.events, fd, mask, h->source, NULL);
	else
		events_ignore(h->config.events, fd);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *unused)
{
	struct http *h = ctx;
	unsigned mask = 0;

	(void)easy;
	(void)unused;
	if (what != CURL_POLL_REMOVE)
		mask =
		    (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
	wait_for(h, socket_at(h, fd), fd, mask);
	return 0;
}

/* One-shot: a deadline of now that was kept would spin. */
static int on_timer(CURLM *multi, long ms, void *ctx)
{
	struct http *h = ctx;

	(void)multi;
	h->timer = ms < 0 ? EVENTS_NEVER : ms == 0 ? 0 : clock_mono() + ms * INT64_C(1000000);
	return 0;
}

static void on_ready(void *ctx, int fd, unsigned mask)
{
	struct http *h = ctx;
	struct http_socket *s = socket_at(h, fd);
	int running,
	    what = (mask & EPOLLIN ? CURL_CSELECT_IN : 0) |
	    (mask & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
	    (mask & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

	/* The server closed a resting connection: curl sees it when it would use it. */
	if (!s->wanted) {
		s->mask = 0;
		events_ignore(h->config.events, fd);
		return;
	}
	curl_multi_socket_action(h->multi, fd, what, &running);
}

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_handle *handle = ctx;
	struct http_call *c = handle->call;
	curl_socket_t fd;

	(void)purpose;
	if (c && c->reader && c->reader->connecting)
		c->reader->connecting(c->ctx);
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (fd >= 0)
		*socket_at(handle->http, fd) = (struct http_socket){.open = true};
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* Closing takes it out of epoll. */
static int close_socket(void *ctx, curl_socket_t fd)
{
	struct http *h = ctx;

	*socket_at(h, fd) = (struct http_socket){0};
	return close(fd);
}

int http_sockets_init(struct http *h)
{
	h->timer = EVENTS_NEVER;
	h->source = events_source(h->config.events, on_ready, h);
	return curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket) ||
	    curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h) ||
	    curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer) ||
	    curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
}

int http_sockets_handle(struct http *h, struct http_handle *handle)
{
	return curl_easy_setopt(handle->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) ||
	    curl_easy_setopt(handle->easy, CURLOPT_OPENSOCKETDATA, handle) ||
	    curl_easy_setopt(handle->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket) ||
	    curl_easy_setopt(handle->easy, CURLOPT_CLOSESOCKETDATA, h);
}

void http_let_go(struct http *h)
{
	for (size_t fd = 0; fd < h->n_sockets; fd++) {
		struct http_socket *s = &h->sockets[fd];

		/* Closing it is curl's, which finds it dead and does. */
		if (s->open && !s->wanted) {
			s->open = false;
			shutdown((int)fd, SHUT_RDWR);
		}
	}
}
