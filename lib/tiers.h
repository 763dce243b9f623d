/*
 * tiers: a store and the remote behind it, asked one after the other: for who has nothing else to do
 * meanwhile. A fetch (fetch.h) does the same for many at a time.
 *
 *	struct tiers t = {.store = store, .remote = remote, .events = &events};	// remote may be NULL
 *	if (tiers_get(&t, &key, &want, &b, &info))
 *		…			// what came from the remote is in the store now
 *	tiers_put(&t, &key, payload, &info, &e);
 *	tiers_finish(&t, limit);	// what is on its way to the remote
 *	tiers_close(&t, &e);
 */
#ifndef TIERS_H
#define TIERS_H

#include "events.h"
#include "remote.h"
#include "stats.h"
#include "store.h"

struct tiers {
	struct store *store;
	struct remote *remote; /* or NULL */
	struct events *events;
	struct buf entry;
};

/* As store_get(). */
bool tiers_get(struct tiers *t, const struct address *key, const struct store_want *want,
    struct buf *b, struct store_info *info);

/* As store_put(). */
int tiers_put(struct tiers *t, const struct address *key, struct slice payload,
    const struct store_info *info, struct err *e);

/* Waits for what is on its way, limit ns at most. */
void tiers_finish(struct tiers *t, int64_t limit);

/* What the remote did, into a run's statistics. */
void tiers_stats(const struct tiers *t, struct stats *s);

/* Ends both, and the events where there are some. -1: the store could not keep what it had. */
int tiers_close(struct tiers *t, struct err *e);

#endif
