/*
 * helper: the inside of a program that knows a remote store (npc-cache-redis, npc-cache-http): it
 * reads commands of wire's protocol from standard input, hands them to a backend, and writes the
 * answers to standard output, many at once and in any order, until its input has ended and
 * everything has been answered.
 *
 * Memory is bounded: while the backend is full, or more than HELPER_HELD bytes of answers wait for
 * their reader, no further command is read.
 *
 *	struct helper h;
 *	if (helper_init(&h, &events, &e) < 0)
 *		…
 *	status = helper_run(&h, &backend, ctx, &e);	// backend calls helper_answer(&h, &m)
 *	helper_free(&h);
 */
#ifndef HELPER_H
#define HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "conf.h"
#include "err.h"
#include "events.h"
#include "outlet.h"
#include "stats.h"
#include "wire.h"

enum { HELPER_HELD = 8 << 20 };

struct helper_backend {
	/* May one more command be begun? */
	bool (*room)(void *ctx);
	/* Begins a get or a put. Its bytes are gone afterwards; helper_answer() may come at once. */
	void (*begin)(void *ctx, const struct wire *command);
	/* Is something begun and not answered? */
	bool (*busy)(void *ctx);
	/* When turn must be called although nothing is ready. */
	int64_t (*deadline)(void *ctx);
	void (*turn)(void *ctx, int64_t now);
};

struct helper_counts {
	uint64_t gets, puts, hits, misses, done, failed;
	uint64_t bytes_in;
};

struct helper {
	struct events *events;
	unsigned source;
	bool always; /* the input is a file, which can always be read */
	bool readable; /* it was said that the input can be read, and it has not been since */
	bool listening; /* events waits for it */
	bool ended; /* nothing more will be read */
	bool writing; /* events waits for the output */
	size_t at; /* where the next command begins in in */
	struct buf in;
	struct outlet out;
	struct helper_counts counts;
};

/*
 * The remote's URL: the one operand, else NPC_CACHE_REMOTE. NULL: there is none, or more than one,
 * or the operand has a password in it, which everybody can see there.
 */
const char *helper_url(char *const *operands, const struct conf *conf, struct err *e);

int helper_init(struct helper *h, struct events *ev, struct err *e);

/* Writes the answer to a command: hit, miss, done or failed. */
void helper_answer(struct helper *h, const struct wire *answer);

/* The same for failed. */
__attribute__((format(printf, 3, 4))) void helper_failed(
    struct helper *h, uint64_t number, const char *fmt, ...);

/*
 * Until everything is answered. -1: the input is no command, or cannot be read, or the output cannot
 * be written; what had been begun before nonsense came is answered first.
 */
int helper_run(struct helper *h, const struct helper_backend *backend, void *ctx, struct err *e);

/* What was done, for --stats. */
void helper_stats(const struct helper *h, struct stats *s);

void helper_free(struct helper *h);

#endif
