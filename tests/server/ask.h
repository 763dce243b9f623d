/*
 * ask: what a request asks for, and what it is told. The kind comes from the end of its path, so
 * that any prefix will do; the rest from its body.
 *
 * A request may steer its own answer. In the body:
 *	"x_fault":"503"			or a list, one for each time that it comes, then "ok"
 *	"x_latency":"200ms"		"x_hint":"retry-after"	"x_hint_wait":"2s"
 *	"x_content":"text"		"x_reasoning":"text"	"x_tool":{"name":…,"arguments":"…"}
 *	"x_finish":"length"		"x_usage":{…} or null	"x_id":"echoed"
 * In the path, before the rest of it and repeated at will:
 *	/fault/503,429,ok/…		/latency/200ms/…	/hint/retry-after/…
 *
 * All text borrows from the request, or from scratch.
 */
#ifndef ASK_H
#define ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "json.h"
#include "slice.h"

enum ask_kind { ASK_CHAT, ASK_TEXT, ASK_EMBEDDINGS, ASK_MODELS, ASK_UNKNOWN };

struct ask {
	enum ask_kind kind;
	const struct json *root; /* the body, or NULL */
	bool stream;
	bool stream_usage;
	uint64_t number; /* of the request, from 1 */
	uint64_t digest;
	int64_t wall;
	struct slice model;
	struct slice id;
	struct slice content;
	struct slice reasoning;
	struct slice finish;
	const struct json *tool;
	const struct json *usage; /* as it is to be; NULL: worked out */
	struct slice fault_path; /* the names in the path */
	const struct json *fault; /* x_fault */
	struct slice latency;
	struct slice hint;
	struct slice hint_wait;
};

/* Takes what steers off the path, and reads the kind of what is left. */
void ask_path(struct ask *a, struct slice path);

/* Reads the body; scratch must not move while a is used: it is grown beforehand. */
void ask_body(struct ask *a, const struct json *root, size_t len, struct buf *scratch);

/* What the request wants to happen to it, the time-th time that it comes; "" for nothing. */
struct slice ask_fault(const struct ask *a, uint64_t time, struct buf *scratch);

#endif
