/*
 * fetch's inside. fetch.c has the lines that come in and the turn, fetch_ask.c the asks and their
 * lists, fetch_claim.c who may ask for what and when, fetch_child.c the way to CMD and back,
 * fetch_settle.c what becomes of an ask.
 */
#ifndef FETCH_IMPL_H
#define FETCH_IMPL_H

#include "child.h"
#include "fetch.h"
#include "ndjson.h"
#include "order.h"
#include "reply.h"
#include "uses.h"

enum {
	FETCH_OUT_MAX = 64 * 1024, /* waiting to be written: beyond it no lines are read */
	FETCH_SEND_MAX = 16 * 1024, /* waiting to go to CMD: beyond it nothing is claimed */
	FETCH_PARKED_MAX = 1024,
	FETCH_REMOTE_MAX = 256,
	FETCH_BUCKETS = 1 << 14
};

enum ask_state {
	ASK_WAITING, /* for its turn */
	ASK_PARKED, /* somebody else is fetching it */
	ASK_REMOTE, /* the remote has been asked */
	ASK_READY, /* to be sent */
	ASK_SENT,
	ASK_STORED, /* answered; its batch is not committed yet */
	ASK_STATES
};

/* A line that asked. */
struct asker {
	struct asker *next;
	struct order_place *place;
	size_t id, carried; /* lengths */
	char text[]; /* custom_id as JSON, then what is carried */
};

struct ask {
	struct ask *prev, *next; /* in the list of its state */
	struct ask *same_key, *same_number; /* in the tables' buckets */
	enum ask_state state;
	uint64_t number;
	struct address key;
	bool keyed, claimed;
	struct asker *first, *last;
	char *text; /* the line as CMD gets it, until it has it */
	size_t len;
	char *model;
	uint64_t begin, end; /* where it stands in all that was sent */
	int64_t since, again, pause; /* parked: since when, until when */
	struct buf answer; /* in a batch */
	struct reply_parts parts; /* in answer */
};

struct ask_list {
	struct ask *first, *last;
	size_t n;
};

struct fetch {
	struct fetch_config config;
	struct fetch_counts counts;
	struct order order;
	struct uses uses;
	struct ask_list lists[ASK_STATES];
	struct ask **by_key, **by_number; /* made with the first ask */
	size_t lines; /* that wait for an answer */
	size_t bytes; /* kept for them */
	uint64_t number; /* the last that was given */
	int64_t due; /* the first of the parked */
	int64_t now; /* of the last turn */

	struct child child;
	bool started, ended; /* CMD */
	int status; /* as a shell has it */
	struct err how; /* it ended, or why it could not start */
	struct ndjson_in answers;
	bool in_waits, out_waits; /* in the events */
	bool out_ended; /* no more answers will come */
	unsigned in_source, out_source, end_source;
	struct buf to_child;
	size_t to_at; /* written of it */
	size_t ready; /* bytes that are to be sent, and not in to_child */
	uint64_t queued, written; /* bytes, in all */
	bool torn; /* CMD got the beginning of a line only */

	bool last, stopped;
	const char *why_stopped;
	bool told_stray, told_unsaved, told_end;
	struct json_doc doc; /* of answers */
	struct buf carried, scratch, entry;
};

/* fetch_ask.c */
struct ask *fetch_ask(struct fetch *f, const struct line *l, struct slice text,
    const struct address *key, struct slice model);
void fetch_join(struct fetch *f, struct ask *a, const struct line *l);
void fetch_move(struct fetch *f, struct ask *a, enum ask_state state);
struct ask *fetch_by_key(const struct fetch *f, const struct address *key);
struct ask *fetch_by_number(const struct fetch *f, const struct json *custom_id);
void fetch_drop_text(struct fetch *f, struct ask *a);
void fetch_drop(struct fetch *f, struct ask *a);
struct reply_to fetch_to(const struct asker *who);

/* fetch_claim.c */
void fetch_hand_over(struct fetch *f, int64_t now);
void fetch_look_again(struct fetch *f, int64_t now);
void fetch_ask_remote(struct fetch *f, int64_t now);

/* fetch_child.c */
void fetch_send(struct fetch *f);
void fetch_receive(struct fetch *f);
bool fetch_may_receive(const struct fetch *f);
void fetch_reap(struct fetch *f);

/* fetch_settle.c */

/* Puts the answer on b, where the store has it. */
bool fetch_look_up(
    struct fetch *f, const struct address *key, struct buf *b, struct store_info *info);

/* One line from the store: false, and nothing was put, where it has none. */
bool fetch_hit(struct fetch *f, const struct address *key, const struct reply_to *to,
    struct order_place *place, struct slice model);
void fetch_settle_payload(
    struct fetch *f, struct ask *a, struct slice payload, const struct store_info *info);
void fetch_settle_answer(struct fetch *f, struct ask *a, const struct line *l);
void fetch_settle_failed(struct fetch *f, struct ask *a, const char *code, const char *message);
void fetch_commit(struct fetch *f);
void fetch_record(struct fetch *f, struct order_place *place);

__attribute__((format(printf, 2, 3))) void fetch_say(struct fetch *f, const char *fmt, ...);

#endif
