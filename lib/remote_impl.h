/*
 * remote's inside, shared by its two files: remote.c knows what was asked, remote_helper.c the
 * program that is asked.
 */
#ifndef REMOTE_IMPL_H
#define REMOTE_IMPL_H

#include "buf.h"
#include "child.h"
#include "pace.h"
#include "remote.h"
#include "rng.h"
#include "wire.h"

/* ---- the helper */

struct remote_helper {
	struct events *events;
	unsigned source;
	char *url, *program;
	struct child child;
	bool running;
	bool
	    hopeless; /* not there, or it said that its configuration is wrong: not started again */
	bool readable; /* it was said that there is something to be read */
	bool ended; /* it will say no more, or take no more */
	bool writing; /* events waits until it takes more */
	int64_t started;
	struct pace_breaker breaker; /* for starting it again */
	struct rng rng;
	struct buf in; /* from it; from at on not looked at yet */
	size_t at;
	struct buf out; /* to it; up to sent it has it */
	size_t sent;
};

/* Finds out which it is. -1: the URL is none. */
int remote_helper_init(struct remote_helper *h, const char *url, struct events *ev, struct err *e);

/* true: it is running, started anew where that is due. Where it cannot be, e says why. */
bool remote_helper_up(struct remote_helper *h, int64_t now, struct err *e);

/* How many bytes wait for it. */
size_t remote_helper_waiting(const struct remote_helper *h);

void remote_helper_send(struct remote_helper *h, const struct wire *m);

/* 1: the next message. 0: none now. -1: it has ended, or speaks nonsense; then _stop() it. */
int remote_helper_next(struct remote_helper *h, struct wire *m, struct err *e);

/* It may have said something that events has not told yet. */
void remote_helper_look(struct remote_helper *h);

/* What it said made sense. */
void remote_helper_good(struct remote_helper *h);

/* Ends it; not to be started again for a while. Where it has ended by itself e says so. */
void remote_helper_stop(struct remote_helper *h, int64_t now, struct err *e);

double remote_helper_unit(struct remote_helper *h);

/* Lets it end by itself, if it does. */
void remote_helper_free(struct remote_helper *h);

/* ---- what was asked */

struct remote_ask {
	void *ctx;
	int64_t when;
	bool waiting;
};

/* All gets, or all puts: a ring of those from first to next, by their number. */
struct remote_asks {
	struct remote_ask *ring;
	size_t cap; /* a power of two */
	uint64_t first, next;
	size_t waiting;
	int64_t limit;
	struct pace_breaker breaker;
};

struct remote {
	struct remote_helper helper;
	struct remote_asks gets, puts;
	void **lost; /* gets that have failed and have not been told yet, from lost_at on */
	size_t n_lost, lost_at, lost_cap;
	int64_t heard; /* the last answer */
	struct err trouble;
	struct remote_counts counts;
};

#endif
