/*
 * remote: a second tier behind a store, that other machines share: a client of a helper program
 * (npc-cache-redis, npc-cache-http, or anybody's npc-cache-SCHEME), spoken to over its standard
 * input and output in the words of wire.h. It finds the remote's URL in its environment, as
 * NPC_CACHE_REMOTE: an argument, with a password in it, could be read by everybody.
 *
 * What it gives is a whole entry (store_get_entry()), which is checked by whoever gets it: a remote
 * may be damaged. Many may be asked for at once. Never a reason to fail: what is not answered within
 * the time limit, what a helper failed that has ended or that speaks nonsense, is a miss. After some
 * failures in a row the remote is left alone for a while, and tried again; so is the helper. An
 * answer that comes late is dropped.
 *
 *	struct remote *r = remote_open(url, limit, &events, &e);
 *	remote_get(r, &key, ctx);
 *	…						// events_wait(), remote_deadline(), then
 *	while (remote_next(r, now, &got))		// got.ctx, got.hit, got.entry
 *		…
 *	remote_put(r, &key, entry);
 *	while (remote_busy(r) && now < last)		// what was put is on its way
 *		…					// the same two
 *	remote_close(r);
 *
 * Whoever uses it ignores SIGPIPE (see child.h). Times are clock_mono()'s nanoseconds.
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

/* Each get is one of the first four, each put one of the last three. */
struct remote_counts {
	uint64_t hits, misses;
	uint64_t failed; /* or not answered in time */
	uint64_t skipped; /* not asked, the remote being left alone */
	uint64_t puts; /* that are done */
	uint64_t puts_failed, puts_skipped;
};

/*
 * Starts the helper for the URL's scheme (https:// has http's, redis+unix:// redis's): beside this
 * program, else on PATH. NULL: no URL; e does not show what may be a password. Where there is no such
 * helper everything is skipped, and remote_trouble() says so. limit is how long the answer to a get
 * may take; a put has failed when nothing at all was answered for three times as long.
 */
struct remote *remote_open(const char *url, int64_t limit, struct events *ev, struct err *e);

/* Is there a password in the URL? Then it must not be an argument of a program. */
bool remote_has_password(const char *url);

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

/* Ends the helper, without waiting for more than a moment. r may be NULL. */
void remote_close(struct remote *r);

#endif
