/*
 * loaded: things that lines name (worlds, recipes), each loaded when it is first asked for and
 * kept. A name that could not be loaded is remembered with its error, so that a million lines
 * that name it cost one look.
 *
 *	struct loaded worlds = {.load = load_world, .drop = drop_world, .ctx = &conf};
 *	struct world *w = loaded_get(&worlds, name, &e);	// NULL: e says why
 *	loaded_free(&worlds);
 *
 * Things are owned by the struct, and stay where they are until loaded_free().
 */
#ifndef LOADED_H
#define LOADED_H

#include <stddef.h>

#include "err.h"
#include "slice.h"

struct loaded {
	void *(*load)(void *ctx, struct slice name, struct err *e);
	void (*drop)(void *thing); /* may be called with NULL */
	void *ctx;
	struct loaded_thing *things;
	size_t count, cap;
	size_t last; /* the one asked for before: mostly the same again */
};

void *loaded_get(struct loaded *l, struct slice name, struct err *e);

void loaded_free(struct loaded *l);

#endif
