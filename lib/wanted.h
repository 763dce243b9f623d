/*
 * wanted: lines with memories, or with queries, as what asks for their embeddings: requests
 * (embedder.h); and responses that npc-recall makes itself, for what needs no embedding: a memory that
 * the store has with the vector of its text (where it is there byte for byte, nothing comes of it), a
 * query without a text, or with an embedding of its own. What cannot be used becomes an error line that
 * carries it. A line that is a response already passes as it is.
 *
 *	struct wanted w = {.memory = m, .failed = failed,
 *	    .embedder = {.model = model, .batch = 64}};
 *	wanted_begin(&w, &e);
 *	if (wanted_add(&w, object, &out, &e) < 0)
 *		…				// the database failed
 *	wanted_end(&w, &out);			// the request that is not full
 *	wanted_free(&w);
 *
 * What is put on out is lines, without a line end after the last; often none.
 */
#ifndef WANTED_H
#define WANTED_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "embedder.h"
#include "err.h"
#include "json.h"
#include "memo.h"
#include "memory.h"
#include "question.h"
#include "stats.h"
#include "words.h"

struct wanted {
	struct memory *memory; /* NULL: nothing is known; it stays open */
	bool queries;
	struct embedder embedder;
	/* Called for each that cannot be used, with the reason. */
	void (*failed)(void *ctx, const char *why);
	void *ctx;
	uint64_t requests, unasked, known;
	struct memo memo;
	struct question question;
	struct words words; /* where there is no store */
	struct json_doc doc;
	struct buf text;
	int64_t row; /* of the memory that the store has, if found */
	bool found;
};

int wanted_begin(struct wanted *w, struct err *e);

int wanted_add(struct wanted *w, const struct json *object, struct buf *out, struct err *e);

/* A line that could not be read; it has been told. */
void wanted_bad(struct wanted *w, const char *message, struct buf *out);

void wanted_end(struct wanted *w, struct buf *out);

void wanted_stats(const struct wanted *w, struct stats *s);

void wanted_free(struct wanted *w);

#endif
