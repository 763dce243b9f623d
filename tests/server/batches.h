/*
 * batches: a batch service, as OpenAI's: a file of request lines becomes a file of answers and one
 * of errors. A batch moves on to its next state when somebody asks how it is: validating,
 * in_progress, finalizing, and then its end, which is completed unless the server was told another
 * (expired and cancelled answer the first half of the lines, failed none). A request whose body has
 * an x_fault goes into the file of errors, with that status.
 *
 * What a batch answers is paid, line by line, and counted: once more for a body that was paid before.
 */
#ifndef BATCHES_H
#define BATCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "files.h"
#include "json.h"
#include "rng.h"
#include "seen.h"
#include "slice.h"

enum batch_state {
	BATCH_VALIDATING,
	BATCH_IN_PROGRESS,
	BATCH_FINALIZING,
	BATCH_COMPLETED,
	BATCH_EXPIRED,
	BATCH_FAILED,
	BATCH_CANCELLING,
	BATCH_CANCELLED
};

struct batch {
	enum batch_state state;
	size_t input, output, errors; /* numbers of files; 0: none */
	char *endpoint;
	char *metadata; /* JSON, or NULL */
	int64_t created; /* seconds since 1970 */
	uint64_t total, completed, failed;
};

struct batches {
	struct batch *list; /* batch_1, batch_2, … */
	size_t n, cap;
	struct files files;
	enum batch_state end;
	bool held; /* no batch moves on */
	bool shuffled; /* results in any order */
	struct slice content; /* what is answered, if anything in particular */
	bool odd; /* a result stands twice, one is nobody's, one is missing */
	struct rng rng;
	struct seen seen; /* bodies that were paid */
	uint64_t paid, paid_twice;
};

/* "completed", "expired", "failed": what becomes of batches. */
int batches_end(struct slice name, enum batch_state *end, struct err *e);

/* Number of a new one. -1: no such file, or what else is wrong. */
int batches_create(
    struct batches *bs, const struct json *body, int64_t now, size_t *number, struct err *e);

/* By its id; 0: there is none. */
size_t batches_find(const struct batches *bs, struct slice id);

void batches_step(struct batches *bs, size_t number, int64_t now);

/* False: it has ended already. */
bool batches_cancel(struct batches *bs, size_t number);

void batches_put(const struct batches *bs, size_t number, struct buf *b);

/* The latest first, limit on a page that begins behind the one of the id after. */
void batches_list(const struct batches *bs, struct slice after, uint64_t limit, struct buf *b);
void batches_free(struct batches *bs);

#endif
