/*
 * events: one epoll for all that a program waits for.
 *
 * A source is who wants to hear; the same source may watch many descriptors. A descriptor that
 * cannot be waited for (a regular file is always ready) is refused by events_watch() with 1.
 *
 *	struct events ev;
 *	if (events_init(&ev, &e) < 0)
 *		…
 *	unsigned source = events_source(&ev, ready, ctx);
 *	events_watch(&ev, fd, EPOLLIN, source, &e);
 *	while (…)
 *		events_wait(&ev, deadline, clock_mono());	// calls ready(ctx, fd, EPOLLIN)
 *	events_free(&ev);
 *
 * Times are clock_mono()'s nanoseconds; EVENTS_NEVER is none.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "err.h"

#define EVENTS_NEVER INT64_MAX

enum { EVENTS_SOURCES = 8 };

struct events_source {
	void (*ready)(void *ctx, int fd, unsigned mask);
	void *ctx;
};

struct events {
	int epoll;
	unsigned n_sources;
	struct events_source sources[EVENTS_SOURCES];
};

int events_init(struct events *ev, struct err *e);

/* At most EVENTS_SOURCES; they stay. */
unsigned events_source(
    struct events *ev, void (*ready)(void *ctx, int fd, unsigned mask), void *ctx);

/* Adds or changes what is waited for; a mask of 0 still tells errors. */
int events_watch(struct events *ev, int fd, unsigned mask, unsigned source, struct err *e);

/* No matter whether it was watched. */
void events_ignore(struct events *ev, int fd);

/* Waits until the deadline at most, and calls the sources of what is ready. */
int events_wait(struct events *ev, int64_t deadline, int64_t now, struct err *e);

void events_free(struct events *ev);

#endif
