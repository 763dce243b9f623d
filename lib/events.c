#include "events.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

enum { BATCH = 64, NS_PER_MS = 1000000 };

int events_init(struct events *ev, struct err *e)
{
	*ev = (struct events){.epoll = epoll_create1(EPOLL_CLOEXEC)};
	return ev->epoll < 0 ? err_sys(e, errno, "cannot make an epoll") : 0;
}

unsigned events_source(
    struct events *ev, void (*ready)(void *ctx, int fd, unsigned mask), void *ctx)
{
	unsigned n = ev->n_sources < EVENTS_SOURCES ? ev->n_sources++ : EVENTS_SOURCES - 1;

	ev->sources[n] = (struct events_source){ready, ctx};
	return n;
}

int events_watch(struct events *ev, int fd, unsigned mask, unsigned source, struct err *e)
{
	struct epoll_event event = {.events = mask};

	event.data.u64 = (uint64_t)source << 32 | (uint32_t)fd;
	if (epoll_ctl(ev->epoll, EPOLL_CTL_MOD, fd, &event) == 0)
		return 0;
	if (errno == ENOENT && epoll_ctl(ev->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	return errno == EPERM ? 1 : err_sys(e, errno, "cannot wait for a descriptor");
}

void events_ignore(struct events *ev, int fd)
{
	epoll_ctl(ev->epoll, EPOLL_CTL_DEL, fd, NULL);
}

/* Rounded up: to wake before the time would only mean to wait again. */
static int milliseconds(int64_t deadline, int64_t now)
{
	int64_t ms;

	if (deadline == EVENTS_NEVER)
		return -1;
	if (deadline <= now)
		return 0;
	ms = (deadline - now - 1) / NS_PER_MS + 1;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

int events_wait(struct events *ev, int64_t deadline, int64_t now, struct err *e)
{
	struct epoll_event events[BATCH];
	int n = epoll_wait(ev->epoll, events, BATCH, milliseconds(deadline, now));

	if (n < 0)
		return errno == EINTR ? 0 : err_sys(e, errno, "cannot wait");
	for (int i = 0; i < n; i++) {
		const struct events_source *s = &ev->sources[events[i].data.u64 >> 32];

		s->ready(s->ctx, (int)(uint32_t)events[i].data.u64, events[i].events);
	}
	return 0;
}

void events_free(struct events *ev)
{
	if (ev->epoll >= 0)
		close(ev->epoll);
	ev->epoll = -1;
}
