/*
 * stream: a streamed chat completion (or text completion) put together again: the data of its
 * events in, the body of an answer that was not streamed out.
 *
 * Pieces of text (content, reasoning_content, reasoning, refusal, the arguments of tool calls by
 * index) are joined, choice by choice; of what stands beside the choices (id, model, created,
 * usage, system_fingerprint and whatever a server adds) the last that is not null (nor "", where
 * there was more) stays, byte for byte. The answer is complete only when every choice has a
 * finish_reason: a stream can break off with or without "[DONE]".
 *
 *	struct stream s = {.max = limit};
 *	switch (stream_event(&s, data, delta, ctx, &e)) {
 *	case STREAM_MORE: break;
 *	case STREAM_DONE: break;			// [DONE]
 *	case STREAM_REFUSED: …			// an error object: stream_refusal()
 *	case STREAM_BAD: …				// e says why
 *	}
 *	if (stream_complete(&s, n))
 *		stream_put(&s, &body);
 *	stream_free(&s);				// or stream_clear(), to use it again
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "json.h"
#include "slice.h"

/* The cap where max is 0, in bytes of all text together; and of choices, and tool calls in one. */
enum { STREAM_MAX = 8 << 20, STREAM_CHOICES = 128, STREAM_CALLS = 128 };

enum stream_got { STREAM_MORE, STREAM_DONE, STREAM_REFUSED, STREAM_BAD };

/* What one event adds to one choice. "" where it adds none; both may be so. */
struct stream_delta {
	int64_t index; /* of the choice */
	struct slice text;
	struct slice reasoning;
};

struct stream_choice; /* stream.c */

struct stream_extra {
	char *name;
	struct buf value; /* as written */
};

struct stream {
	size_t max;
	size_t bytes; /* of data taken so far */
	bool text; /* text chunks: choices with "text", not "delta" */
	bool done;
	struct stream_choice *choices;
	size_t choices_len, choices_cap;
	struct stream_extra *extras; /* members beside choices and object, in order */
	size_t extras_len, extras_cap;
	struct buf refusal; /* the event that held an error object */
	struct json_doc doc;
};

/*
 * Takes one event's data. delta (which may be NULL) is called for each choice to which it adds
 * text or reasoning; its slices are valid until it returns.
 */
enum stream_got stream_event(struct stream *s, struct slice data,
    void (*delta)(void *ctx, const struct stream_delta *d), void *ctx, struct err *e);

/* Has every choice, and at least n of them, its finish_reason? n = 0 counts as 1. */
bool stream_complete(const struct stream *s, size_t n);

/* The event with the error object, as written: JSON, valid as long as s. Empty when none came. */
struct slice stream_refusal(const struct stream *s);

/* Puts the body on b, complete or not. */
void stream_put(const struct stream *s, struct buf *b);

/* Empties it for the next answer; the cap stays. */
void stream_clear(struct stream *s);

void stream_free(struct stream *s);

#endif
