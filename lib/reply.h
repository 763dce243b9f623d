/*
 * reply: the lines that answer a request which is no longer there. What is kept of it is its
 * custom_id and the members that are carried; the rest comes from the store, from another program,
 * or is an error.
 *
 *	struct reply_to to = {.custom_id = json_raw(l.custom_id), .carried = …};	// line_carry()
 *
 *	size_t at = reply_hit(b, &to, &key);		// a hit: up to the body
 *	store_get(s, &key, &want, b, &info);		// which goes straight onto b
 *	reply_hit_end(b, &to);
 *
 *	reply_answer(b, &to, &parts);			// another program's answer
 *	reply_error(b, &to, "child_failed", message);
 */
#ifndef REPLY_H
#define REPLY_H

#include "address.h"
#include "buf.h"
#include "line.h"

struct reply_to {
	struct slice custom_id; /* as JSON; empty: null */
	struct slice carried; /* members with commas between them, or empty */
};

/* Begins a line whose body comes from a store; returns where it began. */
size_t reply_hit(struct buf *b, const struct reply_to *to, const struct address *key);
void reply_hit_end(struct buf *b, const struct reply_to *to);

/* What is taken from a response line, as JSON; empty where it is not there. */
struct reply_parts {
	struct slice id, response, error, meta;
};

void reply_parts(struct reply_parts *parts, const struct line *response);
void reply_answer(struct buf *b, const struct reply_to *to, const struct reply_parts *parts);

void reply_error(struct buf *b, const struct reply_to *to, const char *code, const char *message);

/* A delta line as it is, but for its custom_id. */
void reply_delta(struct buf *b, const struct reply_to *to, const struct line *delta);

/* What says that a line cost nothing. */
#define REPLY_CACHED "{\"source\":\"cache\"}"

#endif
