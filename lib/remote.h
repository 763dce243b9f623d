/*
 * remote: a second tier behind a store, that other machines share: a client of a helper program
 * (npc-cache-redis, npc-cache-http, or anybody's npc-cache-SCHEME), which is started with the
 * remote's URL as its only argument and spoken to over its standard input and output:
 *
 *	get NUMBER KEY LF			asks; KEY is 64 hex digits, NUMBER is the asker's own
 *	put NUMBER KEY LENGTH LF BYTES LF	stores
 *	hit NUMBER LENGTH LF BYTES LF		the answers, one for each, in any order
 *	miss NUMBER LF
 *	done NUMBER LF
 *	failed NUMBER TEXT LF			TEXT says why, for people
 *
 * BYTES is a whole entry (store_get_entry()), which is checked by whoever gets it: a remote is not
 * trusted. Many may be asked for at once. Never a reason to fail: what is not answered within the
 * time limit, a helper that has ended or that speaks nonsense is a miss. After some failures in a row
 * the remote is left alone for a while, and tried again. A failed put is told once, in words.
 *
 *	struct remote *r = remote_open(url, limit, &events, &e);
 *	remote_get(r, &key, ctx);
 *	…						// events_wait(), remote_deadline(), then
 *	while (remote_next(r, now, &got))		// got.ctx, got.hit, got.entry
 *		…
 *	remote_put(r, &key, entry);
 *	while (remote_busy(r) && now < last)		// what was put is on its way
 *		…
 *	remote_close(r);
 *
 * Times are clock_mono()'s nanoseconds.
 */
#ifndef REMOTE_H
#define REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "err.h"
#include "events.h"
#include "slice.h"

struct remote;

struct remote_got {
	void *ctx;
	bool hit;
	struct slice entry; /* until the next remote_next() */
};

struct remote_counts {
	uint64_t hits, misses, failed, puts, puts_failed;
};

/*
 * Starts the helper for the URL's scheme: beside this program, else on PATH. NULL: no such helper,
 * or no URL. limit is how long an answer may take.
 */
struct remote *remote_open(const char *url, int64_t limit, struct events *ev, struct err *e);

/* Asks; remote_next() answers, always. */
void remote_get(struct remote *r, const struct address *key, void *ctx);

/* The entry is copied. Where too much waits to be sent already, it is not (and counted as failed). */
void remote_put(struct remote *r, const struct address *key, struct slice entry);

bool remote_next(struct remote *r, int64_t now, struct remote_got *got);

/* When remote_next() must be called although nothing came. */
int64_t remote_deadline(const struct remote *r);

/* Is something asked for, or on its way? */
bool remote_busy(const struct remote *r);

/* Why the last failure failed, for one warning; NULL: none yet. */
const char *remote_trouble(const struct remote *r);

const struct remote_counts *remote_counts(const struct remote *r);

/* Ends the helper. r may be NULL. */
void remote_close(struct remote *r);

#endif
