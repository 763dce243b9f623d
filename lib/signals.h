/*
 * signals: SIGINT, SIGTERM and SIGHUP as something that is read, for a program that has business to
 * end before it dies: they are blocked, counted, and told through the events. A SIGHUP that was
 * ignored when the program started (nohup) stays so. SIGPIPE is ignored: a closed pipe is then an
 * error like any other.
 *
 *	struct signals s;
 *	if (signals_init(&s, &events, ready, ctx, &e) < 0)	// ready(ctx) after each signal
 *		…
 *	if (s.first)				// the first that came, s.last the last; s.n in all
 *		…
 *	signals_free(&s);
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include "err.h"
#include "events.h"

struct signals {
	int fd;
	int first; /* 0: none came */
	unsigned n;
	int last;
	void (*ready)(void *ctx);
	void *ctx;
};

/* s must stay where it is until signals_free(). */
int signals_init(
    struct signals *s, struct events *ev, void (*ready)(void *ctx), void *ctx, struct err *e);

/* They stay blocked: who dies by one unblocks it (diag_die_by()). */
void signals_free(struct signals *s);

#endif
