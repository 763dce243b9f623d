/*
 * recallopts: the commands of npc-recall and their options, which may stand before the command or
 * after it.
 *
 *	struct recallopts o;
 *	recallopts_init(&o);
 *	while ((c = getopt_long(argc, argv, RECALLOPTS_LETTERS, recallopts_long, NULL)) != -1)
 *		switch (recallopts_set(&o, c, optarg, &e)) {
 *		case 0:		// none of these: filter_option() has it
 *		case -1:	// no such value
 *		}
 *	if (recallopts_command(&o, name, &e) < 0)
 *		…				// no such command, or an option that is not for it
 *
 * Values borrow from the command line. Times are milliseconds.
 */
#ifndef RECALLOPTS_H
#define RECALLOPTS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "filter.h"
#include "memory.h"
#include "recall.h"
#include "slice.h"
#include "where.h"

/* Commands, as a set. */
enum {
	RECALL_ADD = 1,
	RECALL_IMPORT = 2,
	RECALL_QUERY = 4,
	RECALL_EMBED = 8,
	RECALL_GET = 16,
	RECALL_LIST = 32,
	RECALL_FORGET = 64,
	RECALL_STAT = 128,
	RECALL_CHECK = 256,
	RECALL_COMPACT = 512,
	RECALL_EXPORT = 1024
};

struct recallopts {
	unsigned command; /* one of the set */
	const char *name; /* what it is called */
	struct memory_options memory; /* .path NULL: not told */
	struct recall_options recall; /* since and until are for all that pick memories */
	struct slice *npc;
	size_t npcs, npcs_cap;
	struct where where;
	bool touch;
	bool queries; /* to be embedded, not memories */
	const char *model;
	uint64_t batch, dimensions;
	size_t keep; /* 0: not told */
	bool dry_run, by_npc, rebuild;
	uint64_t given; /* options that were, as bits of their places in recallopts_long */
};

#define RECALLOPTS_LETTERS "m:k:qn" FILTER_LETTERS

extern const struct option recallopts_long[];
extern const char recallopts_help[];

void recallopts_init(struct recallopts *o);

/* 1: it is set. 0: it is none of these. -1: it has no such value. */
int recallopts_set(struct recallopts *o, int option, const char *value, struct err *e);

/* After all options: the command, and whether they are for it. */
int recallopts_command(struct recallopts *o, const char *name, struct err *e);

void recallopts_free(struct recallopts *o);

#endif
