/*
 * cacheopts: the options of npc-cache, and which of its commands has which.
 *
 *	struct cacheopts o;
 *	if (cacheopts_init(&o, "run") < 0)
 *		…					// no such command
 *	while ((c = getopt_long(argc, argv, CACHEOPTS_LETTERS, cacheopts_long, NULL)) != -1)
 *		switch (cacheopts_set(&o, c, optarg, &e)) {
 *		case 0:		// none of these: filter_option() has it
 *		case -1:	// wrong usage
 *		}
 *
 * Values borrow from the command line. Times are nanoseconds.
 */
#ifndef CACHEOPTS_H
#define CACHEOPTS_H

#include <getopt.h>

#include "conf.h"
#include "err.h"
#include "fetch.h"
#include "filter.h"
#include "money.h"
#include "store.h"

/* Commands, as a set. */
enum {
	CACHE_RUN = 1,
	CACHE_GET = 2,
	CACHE_PUT = 4,
	CACHE_KEY = 8,
	CACHE_STAT = 16,
	CACHE_LIST = 32,
	CACHE_GC = 64,
	CACHE_VERIFY = 128,
	CACHE_CLEAR = 256
};

struct cacheopts {
	unsigned command; /* one of the set */
	const char *name; /* what it is called */
	const char *dir, *space, *remote, *misses, *requests, *prices_path;
	int64_t remote_limit;
	bool json, refresh, priced;
	struct money_prices prices;
	struct store_config store;
	struct fetch_config fetch;
};

/* Options end at the first operand: what follows a CMD is CMD's. */
#define CACHEOPTS_LETTERS "+kq:" FILTER_LETTERS

extern const struct option cacheopts_long[];
extern const char cacheopts_help[];

int cacheopts_init(struct cacheopts *o, const char *command);

/* 1: it is set. 0: it is none of these. -1: it is not for this command, or has no such value. */
int cacheopts_set(struct cacheopts *o, int option, const char *value, struct err *e);

/* Reads the file that --prices names, if any. */
int cacheopts_prices(struct cacheopts *o, struct err *e);

/* Where the store is: the flag, NPC_CACHE_DIR, else npc in the user's folder for caches. */
int cacheopts_dir(const struct cacheopts *o, const struct conf *c, struct buf *path, struct err *e);

#endif
