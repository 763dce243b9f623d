/*
 * server: an endpoint of the OpenAI kind that misbehaves on demand, for tests. One thread, one
 * epoll; see --help.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "conn.h"
#include "diag.h"
#include "digest.h"
#include "fs.h"
#include "handle.h"
#include "mem.h"
#include "options.h"
#include "timers.h"

enum { EVENTS = 512, BACKLOG = 4096 };

struct loop {
	struct server server;
	int epoll;
	int listener; /* -1: connections are refused */
	int alarm; /* a timerfd */
	int64_t alarm_at; /* what it is set to; -1: nothing */
	uint16_t port;
	struct timers timers;
	struct timer listen_again;
	struct conn **queue; /* that have something to send */
	size_t queued;
	size_t queue_cap;
	struct conn **all; /* by descriptor */
	size_t all_cap;
};

static volatile sig_atomic_t stopping;

static void on_signal(int signal)
{
	(void)signal;
	stopping = 1;
}

static void watch(int epoll, int op, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	if (epoll_ctl(epoll, op, fd, &event) < 0)
		diag_die(DIAG_STOPPED, "epoll: cannot watch a descriptor");
}

static void listen_on(struct loop *l)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(l->port)};
	socklen_t len = sizeof address;
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
	    bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		diag_die(DIAG_STOPPED, "127.0.0.1:%u: cannot listen", l->port);
	l->port = ntohs(address.sin_port);
	l->listener = fd;
	watch(l->epoll, EPOLL_CTL_ADD, fd, EPOLLIN);
}

static void publish(const struct loop *l, const char *path)
{
	struct fs_temp t;
	struct err e;
	struct buf url = {0};

	buf_fmt(&url, "http://127.0.0.1:%u\n", l->port);
	if (fs_temp_open(&t, path, &e) < 0 || fs_write(t.fd, url.ptr, url.len, &e) < 0 ||
	    fs_temp_commit(&t, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	buf_free(&url);
}

/* --- events */

static void queue(struct loop *l, struct conn *c)
{
	if (c->queued)
		return;
	c->queued = true;
	l->queue = mem_more(l->queue, l->queued, &l->queue_cap, sizeof *l->queue);
	l->queue[l->queued++] = c;
}

static void keep(struct loop *l, struct conn *c)
{
	size_t fd = (size_t)c->fd, old = l->all_cap;

	if (fd >= old) {
		l->all_cap = fd * 2 + 64;
		l->all = mem_grow(l->all, l->all_cap, sizeof *l->all);
		for (size_t i = old; i < l->all_cap; i++)
			l->all[i] = NULL;
	}
	l->all[fd] = c;
}

static void accept_some(struct loop *l)
{
	for (int i = 0; i < EVENTS; i++) {
		int on = 1, fd = accept4(l->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct conn *c;

		if (fd < 0)
			return;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		c = conn_new(fd);
		c->events = EPOLLIN;
		watch(l->epoll, EPOLL_CTL_ADD, fd, EPOLLIN);
		keep(l, c);
	}
}

static void refuse(struct loop *l, int64_t now)
{
	if (l->listener < 0)
		return;
	close(l->listener);
	l->listener = -1;
	timers_set(&l->timers, &l->listen_again, now + l->server.options->refuse_for);
}

static void on_event(struct loop *l, const struct epoll_event *event, int64_t now)
{
	struct conn *c;

	if (event->data.fd == l->listener) {
		accept_some(l);
		return;
	}
	if (event->data.fd == l->alarm)
		return;
	c = l->all[event->data.fd];
	if (event->events & (EPOLLERR | EPOLLHUP))
		c->gone = true;
	else if (event->events & EPOLLIN)
		conn_read(c, &l->server, now);
	queue(l, c);
}

static void on_timers(struct loop *l, int64_t now)
{
	struct timer *t;

	while ((t = timers_pop(&l->timers, now)))
		if (t == &l->listen_again)
			listen_on(l);
		else
			queue(l, (struct conn *)t);
}

static void send_one(struct loop *l, struct conn *c, int64_t now)
{
	enum conn_next next;
	uint32_t events;

	if (c->busy && c->reply.refuse)
		refuse(l, now);
	next = conn_send(c, &l->server, &l->timers, now);
	if (next == CONN_AGAIN) {
		queue(l, c);
		return;
	}
	if (next == CONN_END) {
		l->all[c->fd] = NULL;
		conn_free(c, &l->server, &l->timers);
		return;
	}
	events = next == CONN_FULL ? EPOLLOUT : 0;
	if (conn_wants(c))
		events |= EPOLLIN;
	if (events != c->events)
		watch(l->epoll, EPOLL_CTL_MOD, c->fd, events);
	c->events = events;
}

/* The queue grows at its end by replies to requests that came behind others. */
static void send_all(struct loop *l)
{
	int64_t now = clock_mono();
	size_t logged = 0;
	struct err e;

	for (size_t i = 0; i < l->queued; i++) {
		if (i >= logged) {
			if (journal_flush(&l->server.journal, &e) < 0)
				diag_die(DIAG_STOPPED, "%s: %s", l->server.options->log, e.text);
			logged = l->queued;
		}
		l->queue[i]->queued = false;
		send_one(l, l->queue[i], now);
	}
	l->queued = 0;
}

static void set_alarm(struct loop *l)
{
	int64_t next = timers_next(&l->timers);
	struct itimerspec when = {.it_value = {next / 1000000000, next % 1000000000}};

	if (next == l->alarm_at || next < 0)
		return;
	l->alarm_at = next;
	if (timerfd_settime(l->alarm, TFD_TIMER_ABSTIME, &when, NULL) < 0)
		diag_die(DIAG_STOPPED, "cannot set a timer");
}

static void run(struct loop *l)
{
	struct epoll_event events[EVENTS];
	sigset_t none;

	sigemptyset(&none);
	while (!stopping) {
		int n = epoll_pwait(l->epoll, events, EVENTS, -1, &none);
		int64_t now = clock_mono();

		for (int i = 0; i < n; i++)
			on_event(l, &events[i], now);
		on_timers(l, now);
		send_all(l);
		set_alarm(l);
	}
}

/* --- beginning and end */

static void prepare(struct loop *l, struct options *o)
{
	struct sigaction stop = {.sa_handler = on_signal};
	struct rlimit files;
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGINT);
	sigprocmask(SIG_BLOCK, &held, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	if (o->exit_with_parent)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	handle_init(&l->server, o);
	if (o->log)
		l->server.journal.fd =
		    open(o->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (o->log && l->server.journal.fd < 0)
		diag_die(DIAG_USAGE, "%s: cannot open", o->log);
	l->port = (uint16_t)o->port;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->alarm = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	l->alarm_at = -1;
	/* Edge-triggered, so that it need not be read. */
	watch(l->epoll, EPOLL_CTL_ADD, l->alarm, EPOLLIN | EPOLLET);
}

static void release(struct loop *l)
{
	for (size_t i = 0; i < l->all_cap; i++)
		if (l->all[i])
			conn_free(l->all[i], &l->server, &l->timers);
	free(l->all);
	free(l->queue);
	timers_free(&l->timers);
	handle_free(&l->server);
	options_free(l->server.options);
}

int main(int argc, char **argv)
{
	struct loop l = {.listener = -1};
	struct options o;

	diag_init(argv[0]);
	options_read(&o, argc, argv);
	if (o.digest)
		return digest_lines();
	prepare(&l, &o);
	listen_on(&l);
	if (o.port_file)
		publish(&l, o.port_file);
	run(&l);
	release(&l);
	return DIAG_OK;
}
