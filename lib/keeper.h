/*
 * keeper: keeping a store: memories printed, exported and forgotten, and what there is counted. Each
 * record is put on out, and ended by put().
 *
 *	struct keeper k = {.memory = m, .out = &out, .put = put, .ctx = ctx, .missing = missing,
 *	    .pick = {…}};
 *	keeper_print(&k, false, &e);
 *	keeper_free(&k);
 */
#ifndef KEEPER_H
#define KEEPER_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "cull.h"
#include "err.h"
#include "memory.h"
#include "pick.h"

struct keeper {
	struct memory *memory;
	struct buf *out;
	void (*put)(void *ctx);
	/* Called for each id that is not there. */
	void (*missing)(void *ctx, struct slice id);
	void *ctx;
	struct pick pick; /* its callback is the keeper's */
	bool whole; /* with all that the store knows of a memory */
	struct memory_counts counts;
	struct cull cull;
};

/*
 * The memories that are picked, as they were added; whole: with their embeddings (base64), and with when
 * and how often they were recalled, so that adding them again makes the same store.
 */
int keeper_print(struct keeper *k, bool whole, struct err *e);

/*
 * Forgets what is picked, but of each npc the keep most worth keeping (0: none), in one transaction; then
 * puts {"npc","id"} of each. dry: only puts.
 */
int keeper_forget(struct keeper *k, size_t keep, bool dry, struct err *e);

/* One object, or with by_npc one for each collection. */
int keeper_stat(struct keeper *k, bool by_npc, struct err *e);

/* memory_check(), by how memories are read. told gets each finding, *wrong is how many there were. */
int keeper_check(struct memory *m, bool all, void (*told)(void *ctx, const char *finding),
    void *ctx, size_t *wrong, struct err *e);

void keeper_free(struct keeper *k);

#endif
