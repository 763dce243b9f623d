/*
 * sse: server-sent events (WHATWG HTML, 9.2), from bytes in pieces split anywhere. Lines end with
 * LF, CR or CRLF; a byte order mark at the start, comments and unknown fields are skipped; the data
 * lines of one event are joined by LF. An event without data is none; one that the stream's end
 * cuts off is dropped, as the standard has it.
 *
 *	struct sse s = {.max = limit};
 *	if (sse_feed(&s, bytes, event, ctx, &e) < 0)
 *		…						// too large, or event() said -1
 *	sse_free(&s);
 *
 * The event's slices are valid until event() returns.
 */
#ifndef SSE_H
#define SSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "slice.h"

/* The cap where max is 0, in bytes. */
enum { SSE_MAX = 8 << 20 };

struct sse_event {
	struct slice type; /* "message" unless the event says otherwise */
	struct slice data;
	struct slice id; /* the last that was said, "" if none */
};

struct sse {
	size_t max; /* bytes of one event, and of one line */
	int64_t retry_ms; /* 0: not said */
	unsigned bom; /* bytes of the mark seen; 3 and more: past the start */
	bool cr; /* the last byte was a CR: a LF now belongs to it */
	bool has_data;
	struct buf line; /* the beginning of a line whose end has not come */
	struct buf data, type, id;
};

/* Returns 0, or -1: an event is too large, or event() returned -1 (and has filled e). */
int sse_feed(struct sse *s, struct slice bytes,
    int (*event)(void *ctx, const struct sse_event *ev, struct err *e), void *ctx, struct err *e);

/* Did the stream so far end inside of an event? */
bool sse_cut(const struct sse *s);

void sse_free(struct sse *s);

#endif
