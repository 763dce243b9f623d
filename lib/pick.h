/*
 * pick: the memories of a store that one asks for: by id, by npc, by what a filter says, by time.
 * What is not said does not limit; of what is said, all must hold.
 *
 *	struct pick p = {.npc = npcs, .npcs = n, .where = &where, PICK_ANY_TIME};
 *	if (pick_each(&p, m, each, ctx, &e) < 0)
 *		…
 *	pick_free(&p);
 *
 * To be called between memory_snapshot() and memory_release(), or within a transaction; each must
 * change nothing. Memories come in the order in which they were added, ids in that in which they are
 * named.
 */
#ifndef PICK_H
#define PICK_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "json.h"
#include "memory.h"
#include "slice.h"
#include "timestamp.h"
#include "where.h"

struct pick {
	const struct slice *id, *npc;
	size_t ids, npcs;
	const struct where *where; /* or NULL */
	int64_t since, until; /* ms: since <= time < until; TIMESTAMP_NONE: open */
	bool vectors; /* are asked for */
	/* Called for each id that is not there; may be NULL. */
	void (*missing)(void *ctx, struct slice id);
	struct json_doc doc;
	struct buf scratch;
	int64_t *row; /* of the id at hand */
	size_t rows, cap;
};

/* One that was picked; borrowed until each returns. */
struct pick_memory {
	const struct memory_row *row;
	int64_t time; /* ms, or TIMESTAMP_NONE */
	double importance; /* PICK_USUAL where it is not told, as in recall */
};

#define PICK_USUAL 5
#define PICK_ANY_TIME .since = TIMESTAMP_NONE, .until = TIMESTAMP_NONE

/* each returns false to stop. */
int pick_each(struct pick *p, struct memory *m,
    bool (*each)(void *ctx, const struct pick_memory *one), void *ctx, struct err *e);

void pick_free(struct pick *p);

#endif
