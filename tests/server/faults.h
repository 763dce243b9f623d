/*
 * faults: how the server can misbehave, by name, and which request gets which.
 *
 * A name is one of the table's (server --help lists them), a three-digit status, or "ok" for
 * none. A name may be given to each request at a rate, or by the request itself.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>

#include "buf.h"
#include "err.h"
#include "rng.h"
#include "slice.h"

enum fault_kind {
	FAULT_NONE,
	FAULT_STATUS, /* an error of the server, in its usual form */
	/* other answers */
	FAULT_QUOTA,
	FAULT_KEY,
	FAULT_REQUEST,
	FAULT_HTML,
	FAULT_REDIRECT,
	FAULT_EMPTY,
	FAULT_NOT_JSON,
	FAULT_HALF_JSON,
	FAULT_LONG,
	FAULT_BAD_UTF8,
	FAULT_NO_CHOICES,
	FAULT_NULL_CONTENT,
	FAULT_ERROR_200,
	/* other ways to send the answer */
	FAULT_GZIP,
	FAULT_BR,
	FAULT_ZSTD,
	FAULT_BAD_GZIP,
	FAULT_BOMB,
	FAULT_CHUNKED,
	FAULT_NO_LENGTH,
	FAULT_CLOSE,
	FAULT_DROP,
	FAULT_INTERIM,
	FAULT_BIG_HEADERS,
	FAULT_TRICKLE,
	/* broken transfers */
	FAULT_RESET,
	FAULT_RESET_AT_ONCE,
	FAULT_CLOSE_AT_ONCE,
	FAULT_CUT_HEADERS,
	FAULT_CUT_BODY,
	FAULT_WRONG_LENGTH,
	FAULT_GARBAGE,
	FAULT_ENDLESS,
	FAULT_STALL,
	FAULT_HANG,
	FAULT_REFUSE,
	/* streams only */
	FAULT_STREAM_CUT,
	FAULT_STREAM_ERROR,
	FAULT_STREAM_STALL,
	FAULT_STREAM_GARBAGE,
	FAULT_STREAM_NO_DONE,
	FAULT_STREAM_CRLF,
	FAULT_STREAM_CR,
	FAULT_STREAM_COMMENTS,
	FAULT_STREAM_ODD,
	FAULT_STREAM_LINES
};

struct fault {
	enum fault_kind kind;
	int status; /* of FAULT_STATUS, FAULT_HTML and FAULT_REDIRECT */
	char name[24];
};

int fault_find(struct slice name, struct fault *f, struct err *e);

struct fault_rates {
	struct {
		struct fault fault;
		double rate;
	} * list;
	size_t n;
	size_t cap;
};

/* "NAME=RATE", or "NAME" for 1. */
int fault_rates_add(struct fault_rates *r, const char *text, struct err *e);

/* "RATE": that much in all, shared by every fault that a client may hope to outlive. */
int fault_rates_chaos(struct fault_rates *r, const char *text, struct err *e);

struct fault fault_draw(const struct fault_rates *r, struct rng *rng);

bool fault_is_stream(struct fault f);

/* Puts the table, for --help. */
void fault_list(struct buf *b);

#endif
