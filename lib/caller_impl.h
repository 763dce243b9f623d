/*
 * caller's inside. caller.c has the tickets and the turn, caller_send.c which is sent where and
 * when, caller_end.c what becomes of an attempt, caller_write.c the records, caller_stream.c
 * streamed answers, caller_option.c the options.
 */
#ifndef CALLER_IMPL_H
#define CALLER_IMPL_H

#include "caller.h"
#include "hint.h"
#include "rng.h"
#include "secret.h"
#include "sse.h"
#include "stream.h"
#include "verdict.h"

/* What waits to be written beyond this holds up new calls: a slow reader slows the calls. */
enum { CALLER_OUT_MAX = 64 * 1024 };

enum ticket_state { TICKET_READY, TICKET_FLYING, TICKET_WAITING, TICKET_DONE };

/* A choice's text or reasoning, of which the end may be held back. */
struct ticket_text {
	int64_t index;
	bool reasoning;
	struct secret_held held;
};

struct ticket_stream {
	struct sse sse;
	struct stream stream;
	struct ticket_text *texts;
	size_t texts_len, texts_cap;
	bool begun; /* a delta has been written */
	bool broken; /* error says why */
	struct err error;
};

struct ticket {
	enum ticket_state state;
	struct ticket *prev, *next; /* in the list of its state */
	struct ticket *later; /* in the order of input */
	struct caller *caller;
	struct http_call call;
	struct caller_place place;
	struct buf text; /* the line */
	struct buf changed; /* the body, where it is not sent as it was */
	struct buf carried;
	struct buf out; /* the record, while those before it are not done */
	struct json custom_id; /* in text */
	bool named; /* there is a custom_id */
	struct slice url; /* in text, or constant */
	struct slice body; /* in text or changed */
	size_t choices; /* asked for */
	const struct money_price *price;
	struct pace_demand demand;
	bool granted; /* the quota is taken: it may go … */
	int64_t at; /* … from then on */
	int64_t due; /* the next attempt */
	unsigned attempts;
	int64_t began; /* ns since 1970 */
	struct money_use used;
	int64_t cost;
	struct endpoint *endpoint; /* of the last attempt */
	uint64_t limit; /* the limit's ticket */
	struct hint hint;
	struct buf request_id;
	struct ticket_stream *stream; /* NULL: not asked for */
	struct verdict verdict; /* of the last attempt */
};

struct ticket_list {
	struct ticket *first, *last;
	size_t n;
};

struct caller {
	struct caller_config config;
	struct http *http; /* made with the first call */
	struct ticket_list ready, flying, waiting;
	struct ticket *idle; /* by .next */
	struct ticket *oldest, *newest; /* in order of input, by .later */
	size_t n_tickets;
	size_t window; /* tickets at most */
	int64_t deadline;
	bool held; /* nothing was sent, for what waits to be written */
	bool last;
	bool budgeted; /* money or tokens are limited */
	enum caller_why why;
	const char *code; /* of what is not sent any more */
	struct err message;
	uint64_t unsent;
	struct err broken;
	struct json_doc doc; /* of answers */
	struct buf scratch;
	struct rng rng;
	int64_t cost;
};

/* caller.c */
void caller_move(struct caller *c, struct ticket *t, enum ticket_state state);
struct ticket *caller_ticket(struct caller *c);
void caller_release(struct caller *c, struct ticket *t);

/* Where a record is to be built; and its end. t may be NULL: then it goes out at once. */
struct buf *caller_record(struct caller *c, struct ticket *t);
void caller_record_end(struct caller *c, struct ticket *t);

/* caller_send.c */
void caller_pump(struct caller *c, int64_t now);
extern const struct http_reader caller_reader;
void caller_settle(struct caller *c, struct ticket *t, const struct money_use *used);
void caller_settle_unsent(struct caller *c, struct ticket *t);

/* caller_end.c */
void caller_ended(struct caller *c, struct ticket *t);
void caller_give_up(struct caller *c, struct ticket *t);

/* caller_write.c */
void caller_write(struct caller *c, struct ticket *t, const struct json *root);
void caller_put_delta(
    struct caller *c, const struct ticket *t, const char *name, int64_t index, struct slice text);

/* caller_stream.c */
bool caller_streams(const struct line *l, struct slice url, bool wanted, struct buf *changed);
void ticket_stream_begin(struct ticket *t, size_t max);
int caller_stream_data(struct ticket *t, struct slice bytes);

/*
 * Makes of a stream the answer that would have come whole, and returns whether there is one; where
 * it broke off, the call's outcome and why say so.
 */
bool caller_stream_end(struct ticket *t);
void ticket_stream_free(struct ticket_stream *s);

#endif
