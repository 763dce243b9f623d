/*
 * outlet: records out, for a program that must not wait for its reader: what a pipe does not take
 * at once is kept until it does.
 *
 * A pipe is opened anew, by its name under /proc, so that not waiting is this program's business
 * alone: the flag would otherwise be shared with everybody who holds the pipe. Where that fails,
 * and for anything but pipes, writing waits as usual, unless somebody else has set that flag (a
 * terminal or a socket can come so). Records are written whole, to a regular file one by one; a pipe
 * that is nearly full can still tear one of more than 4 KiB when the program is killed in between,
 * and a file one that crosses a page.
 *
 *	struct outlet o;
 *	outlet_init(&o, STDOUT_FILENO);
 *	outlet_watch(&o, &events, &e);		// wakes events_wait() when there is room again
 *	jw_object(&o.buf); … outlet_end(&o);
 *	switch (outlet_flush(&o, &e)) {
 *	case 0:		// nothing is left
 *	case 1:		// o.fd takes no more now: again when the events say so
 *	case -1:	// failed; o.closed: there is nobody to read
 *	}
 */
#ifndef OUTLET_H
#define OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "events.h"

struct outlet {
	int fd;
	bool own; /* fd was opened here */
	bool regular; /* a regular file */
	bool failed;
	bool closed;
	int errnum; /* why it failed; 0 where somebody else has said so */
	size_t at; /* written of buf */
	size_t whole; /* bytes of buf that are ended records */
	uint64_t bytes; /* written, in all */
	struct events *events; /* NULL: not watched */
	unsigned source;
	bool waits; /* in the events, for room */
	struct buf buf;
};

void outlet_init(struct outlet *o, int fd);

/*
 * From now on ev wakes for room after a flush that found none, and, of a pipe, when its reader goes
 * away (o.closed). o must stay where it is.
 */
int outlet_watch(struct outlet *o, struct events *ev, struct err *e);

/* Ends the record at the end of buf. -1: it was too large, and is taken back. */
int outlet_end(struct outlet *o, struct err *e);

int outlet_flush(struct outlet *o, struct err *e);

/* Bytes that wait to be written. */
static inline size_t outlet_waiting(const struct outlet *o)
{
	return o->whole - o->at;
}

/* Closes what was opened here; the descriptor that was given stays. */
void outlet_free(struct outlet *o);

#endif
