/*
 * adder: memories on their way into the database, a batch in each transaction, and what is said of
 * each once its batch is durable:
 *
 *	{"npc":"bob","id":"m1"}
 *	{"npc":"bob","id":null,"error":{"code":"invalid_memory","message":"\"text\" is empty"}}
 *
 * Lines are memories, or responses to embedding requests that carry "memories" (embedded.h). A memory
 * that is no good, or that the store refuses, fails alone.
 *
 *	struct adder a = {.memory = m, .failed = failed};
 *	if (adder_line(&a, line, &e) < 0 || (adder_full(&a) && adder_next(&a, &e) < 0))
 *		…					// the database failed: nothing of the batch is stored
 *	… a.acks: what is to be said; buf_clear() it
 *	adder_commit(&a, &e);				// at the end, or where no more input is at hand
 *
 * A full batch is synced while the next one comes, and what is said of it then is said a batch later.
 *	adder_free(&a);
 */
#ifndef ADDER_H
#define ADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "embedded.h"
#include "err.h"
#include "memo.h"
#include "memory.h"
#include "slice.h"
#include "stats.h"

enum { ADDER_BATCH = 16384, ADDER_BYTES = 32 << 20 };

struct adder {
	struct memory *memory;
	/* Called for each that fails, with the reason. */
	void (*failed)(void *ctx, const char *why);
	void *ctx;
	bool open; /* in a transaction */
	size_t n, bytes; /* of the batch at hand */
	struct buf acks; /* lines, to be said */
	struct buf batch, ahead; /* of the batch at hand; of the one that is being synced */
	struct embedded line;
	struct memo memo;
	uint64_t added, replaced, same;
	uint64_t without; /* memories whose embedding was asked for and did not come */
	struct err why; /* the last of those */
};

int adder_line(struct adder *a, struct slice text, struct err *e);

/* A line that could not be read; it has been told. */
void adder_bad(struct adder *a, const char *message);

bool adder_full(const struct adder *a);

int adder_next(struct adder *a, struct err *e);

/* Everything until now. Nothing happens where nothing was added. */
int adder_commit(struct adder *a, struct err *e);

void adder_stats(const struct adder *a, struct stats *s);

void adder_free(struct adder *a);

#endif
