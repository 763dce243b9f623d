/*
 * fetch: answers for request lines: at once from a store, where it has them; else from another
 * program (CMD), which is asked once for each and whose answer is stored the moment that it comes.
 *
 * CMD is any filter from request lines to response lines. It is started with the first line that
 * nobody else can answer. It gets each line under a number of ours as its custom_id, all else of the
 * line as it was; custom_id and what is carried are put back from what was kept here, so nothing that
 * CMD does can pair wrongly. What comes with a number that nobody asked for, or twice, or is no
 * answer at all, is a stray: counted, told once, dropped.
 *
 * One call for each key, across processes: a key that another process has claimed is parked and
 * looked at again (never waited for), and asked for all the same after a while. Repeats within the
 * stream wait for the one that is asked.
 *
 * Memory is bounded by a window of lines and of bytes; fetch_has_room() says when to read on.
 * CMD gets no more than its pipe takes: so no more is claimed than it is about to ask for.
 *
 *	struct fetch *f = fetch_new(&config);
 *	for (;;) {
 *		while (fetch_has_room(f) && …)
 *			fetch_add(f, &line, text);	// or fetch_pass(), fetch_reject()
 *		… fetch_last(f);
 *		fetch_turn(f, clock_mono());
 *		outlet_flush(…);
 *		if (fetch_idle(f))
 *			break;
 *		events_wait(…, fetch_deadline(f), …);
 *	}
 *	fetch_free(f);
 *
 * Times are clock_mono()'s nanoseconds unless told otherwise.
 */
#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "cachekey.h"
#include "events.h"
#include "line.h"
#include "outlet.h"
#include "remote.h"
#include "storable.h"
#include "store.h"

/* As many as npc-llm -j takes at most. */
enum { FETCH_WINDOW = 10000 };
#define FETCH_BYTES ((size_t)64 << 20)

/* Longer than most answers take, as long as npc-llm waits for one: waiting costs less than paying. */
#define FETCH_WAIT (INT64_C(600) * 1000000000)

/* Answers that get their names in the store together, at most. */
enum { FETCH_BATCH = 64 };

struct fetch_config {
	struct events *events;
	struct outlet *out;
	struct store *store; /* NULL: there is none */
	struct remote *remote; /* or NULL */
	struct cachekey *keys;
	char *const *argv; /* CMD */
	int64_t max_age; /* ns; 0: any */
	int64_t since; /* ns since 1970: what was made before does not count; 0: all does */
	int64_t wait; /* for another process at most; 0: FETCH_WAIT */
	size_t window, bytes; /* 0: FETCH_WINDOW, FETCH_BYTES */
	size_t max_line; /* bytes, of CMD's answers */
	bool ordered; /* in the order of the input */
	bool read_only; /* nothing is stored */
	bool batch; /* the store's sync is STORE_SYNC_BATCH */
	bool truncated; /* answers that were cut are stored, too */
	void (*say)(void *ctx, const char *text);
	void *ctx;
};

struct fetch_counts {
	uint64_t passed; /* responses, and deltas, in the input */
	uint64_t hits;
	uint64_t misses;
	uint64_t shared; /* repeats that waited for one that was asked */
	uint64_t parked; /* somebody else was fetching it */
	uint64_t direct; /* somebody else took too long */
	uint64_t unkeyed; /* without a canonical form */
	uint64_t asked; /* of CMD */
	uint64_t answered; /* by it */
	uint64_t stored;
	uint64_t unstored[STORABLE_WHYS]; /* by reason */
	uint64_t unsaved; /* were to be stored, and could not */
	uint64_t deltas;
	uint64_t strays;
	uint64_t failed; /* lines */
	uint64_t interrupted; /* of these */
};

struct fetch;

/* The config's pointers must stay. */
struct fetch *fetch_new(const struct fetch_config *config);

/* Is there room for one more line? */
bool fetch_has_room(const struct fetch *f);

/* A request; text is its line. */
void fetch_add(struct fetch *f, const struct line *l, struct slice text);

/* A line that goes through as it is. */
void fetch_pass(struct fetch *f, struct slice text);

/* A line that is no request. */
void fetch_reject(struct fetch *f, const struct line *l, const char *code, const char *message);

/* No more lines will come. */
void fetch_last(struct fetch *f);

/* Does all that can be done now. */
void fetch_turn(struct fetch *f, int64_t now);

/* When fetch_turn() must be called although nothing came. */
int64_t fetch_deadline(const struct fetch *f);

/* Every line has its answer, and CMD has ended. */
bool fetch_idle(const struct fetch *f);

/*
 * Nothing more is handed over: CMD's input ends and it gets a SIGTERM. What it answers still is
 * stored and printed; the rest become lines "interrupted".
 */
void fetch_stop(struct fetch *f, const char *message);

/* To CMD, where it runs. */
void fetch_signal(struct fetch *f, int sig);

/* Is CMD running, and how many lines has it not answered? */
bool fetch_runs(const struct fetch *f);
uint64_t fetch_flying(const struct fetch *f);

/* As a shell has it: CMD's exit status, 128 + signal, 127 or 126; 0 where none was started. */
int fetch_status(const struct fetch *f);

const struct fetch_counts *fetch_counts(const struct fetch *f);

/* Hits and misses by model go into the store's accounts. f may be NULL. */
void fetch_free(struct fetch *f);

#endif
