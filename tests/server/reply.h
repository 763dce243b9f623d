/*
 * reply: an answer on its way. A draft is what is to be said; rendering makes the bytes of it,
 * with the places where sending pauses, and what becomes of the connection at the end.
 *
 *	reply_draft_clear(&draft);
 *	draft.status = 200;
 *	jw_object(&draft.body);
 *	…
 *	reply_render(&reply, &draft, gap);
 *
 * Both own their memory and are used again and again.
 */
#ifndef REPLY_H
#define REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum reply_framing {
	REPLY_LENGTH, /* Content-Length */
	REPLY_CHUNKS, /* a chunk for each piece */
	REPLY_TO_THE_END /* the body ends with the connection */
};

struct reply_draft {
	int status;
	const char *type;
	enum reply_framing framing;
	int length_lie; /* added to Content-Length */
	struct buf headers; /* more of them, whole lines */
	struct buf body;
	size_t *cuts; /* where one piece of the body ends and the next begins */
	size_t n_cuts;
	size_t cuts_cap;
	size_t halt; /* sending stops for ever before this piece; 0: it does not */
};

enum reply_end { REPLY_KEEP, REPLY_CLOSE, REPLY_RESET };

struct reply_pause {
	size_t at; /* before this byte of out */
	int64_t ns; /* -1: for ever */
};

struct reply {
	int status; /* 0: none is sent */
	struct buf out;
	size_t head; /* how much of out is headers */
	struct reply_pause *pauses; /* in the order of at */
	size_t n_pauses;
	size_t pauses_cap;
	size_t loop; /* at the end of out, go on from here; 0: that is the end */
	enum reply_end end;
	bool refuse; /* no new connection is to be accepted for a while */
};

void reply_draft_clear(struct reply_draft *d);
void reply_draft_free(struct reply_draft *d);

/* A piece of the body ends here. */
void reply_cut(struct reply_draft *d);

/* Puts its bytes onto r->out; gap: nanoseconds between pieces. */
void reply_render(struct reply *r, const struct reply_draft *d, int64_t gap);

/* After those that are there already. */
void reply_pause(struct reply *r, size_t at, int64_t ns);

void reply_clear(struct reply *r);
void reply_free(struct reply *r);

#endif
