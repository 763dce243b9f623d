/*
 * store: answers under their content address, in a directory that many processes share.
 *
 *	v1/a/b/<64 hex>		entries, in 16 x 16 folders by the first two digits of their key
 *	v1/tmp/			what is being written
 *	v1/accounts		counters of entries and bytes for each folder; uses by model
 *	v1/flights		who is fetching what: locks only, no bytes
 *	CACHEDIR.TAG		so that backups pass it over (bford.info/cachedir)
 *
 * Invariants. An entry under its final name is whole: it was written beside it, synced, closed and
 * renamed. A reader demands its exact size, its key and both checksums (XXH3-64); whatever is wrong
 * with an entry makes it a miss, which the next put replaces. A folder is charged before an entry is
 * published, so that a crash counts too much, never too little, and store_gc() heals it. Nothing
 * here waits for another process for longer than it takes to give a file its name, or to list a
 * folder that is written to all the time.
 *
 * Errors. Reading has none: what cannot be read is a miss. Writing has: e says why, and nothing was
 * changed. A store that can only be read is opened all the same; then every put fails. One that is
 * another user's, or that others can write to, is not: who writes answers could put words into
 * anybody's mouth.
 *
 *	struct store *s = store_open(&(struct store_config){.dir = dir}, &e);
 *	if (store_get(s, &key, &want, &payload, &info))
 *		…					// a hit
 *	else if (store_claim(s, &key) != STORE_TAKEN) {
 *		…					// fetch it
 *		store_put(s, &key, payload, &info, &e);
 *		store_release(s, &key);
 *	}
 *	store_close(s, &e);
 *
 * Times are wall-clock nanoseconds since 1970, durations nanoseconds, sizes bytes: those of files,
 * not of the disk blocks they take. A store is for one thread; a process that forks must not go on
 * with it on both sides, but a program that is started inherits nothing.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "buf.h"
#include "err.h"
#include "slice.h"

/* What a store may hold unless told otherwise. */
#define STORE_MAX_SIZE ((uint64_t)2 << 30)

enum store_sync {
	STORE_SYNC_DATA, /* each entry is on the disk before it has its name */
	STORE_SYNC_NONE, /* a power cut may lose entries, and never makes a wrong one */
	STORE_SYNC_BATCH /* entries get their names together, after one sync: see store_commit() */
};

struct store_config {
	const char *dir;
	uint64_t max_size; /* 0: STORE_MAX_SIZE */
	enum store_sync sync;
	bool no_touch; /* hits do not mark entries as used (for measuring) */
	int64_t (*wall)(void); /* the clock, for tests; NULL: clock_wall */
};

struct store;

/* Makes what is not there. NULL: foreign, of a later version, or neither readable nor makeable. */
struct store *store_open(const struct store_config *config, struct err *e);

/* Commits what waits, and frees all; the flights that are still claimed are given up. s may be NULL. */
int store_close(struct store *s, struct err *e);

/* Entries. */

struct store_info {
	int64_t created;
	int64_t expires; /* 0: never */
	uint64_t tokens_in, tokens_cached, tokens_out; /* what the answer cost when it was made */
	uint64_t stored; /* the entry's size in the file */
};

struct store_want {
	int64_t max_age; /* older than this is a miss; 0: any age */
};

/* Puts the payload on b and fills info: true. false: not there, expired, or not whole. */
bool store_get(struct store *s, const struct address *key, const struct store_want *want,
    struct buf *b, struct store_info *info);

/*
 * Stores it, in the place of what was there; info->created 0 is now. A payload of more than 256 MiB
 * is refused. Where the store is over its size, some of the least recently used goes, a bounded
 * number of entries a put. That is by a cutoff estimated for the whole store; gc is exact.
 */
int store_put(struct store *s, const struct address *key, struct slice payload,
    const struct store_info *info, struct err *e);

/*
 * The same for whole entries, header and all, as they pass between stores: get puts one on b, put
 * checks it as a reader would (and that it is key's) before it keeps it.
 */
bool store_get_entry(
    struct store *s, const struct address *key, const struct store_want *want, struct buf *b);
int store_put_entry(struct store *s, const struct address *key, struct slice entry, struct err *e);

/* The payload and info of a whole entry in memory: false where it is not whole, or not key's. */
bool store_read_entry(
    const struct address *key, struct slice entry, struct buf *payload, struct store_info *info);

/*
 * STORE_SYNC_BATCH: gives everything put so far its name, after one sync. Otherwise nothing. Until
 * then it is a miss to everybody, so commit before a claim is released. Puts commit by themselves
 * once 256 entries or 16 MiB wait.
 */
int store_commit(struct store *s, struct err *e);

/* Flights: one process fetches, the others look again later. Never waits. */

enum store_claim {
	STORE_CLAIMED, /* until store_release(), store_close(), or this process ends */
	STORE_TAKEN, /* somebody else is fetching it */
	STORE_UNCLAIMED /* there can be no claims here (a file system without locks): just fetch */
};

enum store_claim store_claim(struct store *s, const struct address *key);
void store_release(struct store *s, const struct address *key);

/* Uses: what was asked for and found, by model, for ever. */

struct store_use {
	uint64_t hits, misses;
	uint64_t bytes; /* of payloads that were hits */
	uint64_t tokens_in, tokens_cached, tokens_out; /* that hits did not spend */
};

/*
 * Adds to what stands under the model's name (cut at 128 bytes; "" where none is named). Looks
 * through all models: for the end of a run, not for each line.
 */
int store_count(struct store *s, struct slice model, const struct store_use *use, struct err *e);
int store_uses(struct store *s,
    int (*each)(void *ctx, struct slice model, const struct store_use *use), void *ctx,
    struct err *e);

/* Keeping house. */

struct store_totals {
	uint64_t entries, bytes;
};

/* From the counters: may be too much, never too little. */
int store_totals(struct store *s, struct store_totals *t, struct err *e);

/* Every entry that is whole by its header; each returns -1 to stop, which is then returned. */
int store_walk(struct store *s,
    int (*each)(void *ctx, const struct address *key, const struct store_info *info), void *ctx,
    struct err *e);

struct store_report {
	uint64_t checked, removed, bad;
	uint64_t bytes; /* removed */
	struct store_totals left;
};

/*
 * Removes what has expired, what is not whole by its size and header, what is older than max_age (0:
 * any age), temporary files that nobody writes any more, and then the least recently used until the
 * rest fits max_size (0: the store's); sets the counters to what is there. One process at a time:
 * the others wait. An entry of another version is never bad or too old here, but goes as the least
 * recently used. Needs 56 bytes of memory for each entry.
 */
int store_gc(
    struct store *s, uint64_t max_size, int64_t max_age, struct store_report *r, struct err *e);

/* Reads and checks every entry whole; bad is told of each that is not, with its path. Removes none. */
int store_verify(struct store *s, void (*bad)(void *ctx, const char *path, const char *why),
    void *ctx, struct store_report *r, struct err *e);

/* Removes every entry; uses stay. */
int store_clear(struct store *s, struct store_report *r, struct err *e);

#endif
