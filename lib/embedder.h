/*
 * embedder: records (memories, queries) as requests for their embeddings, many in each, carried along.
 *
 *	{"custom_id":"embed-…","method":"POST","url":"/v1/embeddings","body":{"model":"…",
 *	 "input":["…","…"]},"memories":[{…},{…}]}
 *
 * A request is full with .batch records or EMBEDDER_TEXT bytes of text, or where
 * its records come to EMBEDDER_RECORDS. A text of more than
 * EMBEDDER_ALONE bytes goes alone: should it be too long for the model, it is refused alone. The
 * custom_id is a digest of the inputs and of the place of the request in the run: no two of a run are
 * the same, and the same run has the same again.
 *
 *	struct embedder m = {.carried = "memories", .model = model, .batch = 64};
 *	if (!embedder_takes(&m, text, record))
 *		embedder_put(&m, &out);		// and ends the record
 *	embedder_add(&m, text, record);
 *	…
 *	if (m.n)
 *		embedder_put(&m, &out);
 *	embedder_free(&m);
 */
#ifndef EMBEDDER_H
#define EMBEDDER_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"
#include "slice.h"

/* Bytes, as they are written. */
enum { EMBEDDER_ALONE = 24 << 10, EMBEDDER_TEXT = 256 << 10, EMBEDDER_RECORDS = 2 << 20 };

struct embedder {
	const char *carried; /* the name of what is carried */
	const char *model; /* or NULL: the server has but one */
	uint64_t dimensions; /* 0: the model's own */
	size_t batch;
	uint64_t number; /* of requests so far */
	size_t n; /* records of the request at hand */
	size_t bytes; /* of their texts */
	struct buf inputs, records;
};

/* Is there room for it in the request at hand? */
bool embedder_takes(const struct embedder *m, const struct json *text, const struct json *record);

/* text is a string. An embedding that the record has already is not carried. */
void embedder_add(struct embedder *m, const struct json *text, const struct json *record);

/* Puts the request at hand on b, without a line end, and begins the next. */
void embedder_put(struct embedder *m, struct buf *b);

/* Puts a response that carries one record for which nothing is to be asked, and has no embedding. */
void embedder_put_unasked(struct embedder *m, const struct json *record, struct buf *b);

/* Puts a response of an error that carries a record, unless that is NULL. */
void embedder_put_bad(struct embedder *m, const struct json *record, const char *code,
    const char *why, struct buf *b);

void embedder_free(struct embedder *m);

#endif
