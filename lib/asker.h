/*
 * asker: lines with queries, answered from a store: queries as they are, or responses to embedding
 * requests that carry "queries" (embedded.h). Every query comes out as a line: with what is recalled
 * (question.h), or, where it cannot be used, as an error line that carries it as its row. Any other
 * response passes as it is.
 *
 *	struct asker a = {.memory = m, .recall = recall_new(m, &options), .at = options.at,
 *	    .question = {.npc = npcs, .npcs = n}, .failed = failed};
 *	if (asker_line(&a, line, &out, &e) < 0)
 *		…				// the database failed
 *	asker_free(&a);
 *
 * What is put on out is lines, without a line end after the last. With touch, each hit is noted as
 * recalled at .at or at the query's own time, and is on the way to the disk before it comes out; a query
 * without either cannot be used then.
 */
#ifndef ASKER_H
#define ASKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "embedded.h"
#include "err.h"
#include "memory.h"
#include "question.h"
#include "recall.h"
#include "slice.h"
#include "stats.h"

struct asker {
	struct memory *memory;
	struct recall *recall; /* the asker's from then on */
	struct question question;
	bool touch;
	int64_t at; /* as in the options of recall */
	/* Called for each query that cannot be used, with the reason. */
	void (*failed)(void *ctx, const char *why);
	void *ctx;
	struct embedded line;
	int64_t *row; /* to be touched */
	size_t row_cap;
	uint64_t queries, recalled, passed;
	uint64_t without; /* queries whose embedding was asked for and did not come */
	struct err why; /* the last of those */
};

int asker_line(struct asker *a, struct slice text, struct buf *out, struct err *e);

void asker_stats(const struct asker *a, struct stats *s);

void asker_free(struct asker *a);

#endif
