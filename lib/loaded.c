#include "loaded.h"

#include <stdlib.h>

#include "mem.h"

/* Names that fail can be as many as there are lines; those beyond this many are not kept. */
enum { LOADED_MAX = 1024 };

struct loaded_thing {
	char *name;
	size_t len;
	void *thing;
	char *why; /* it could not be loaded */
};

static struct loaded_thing *find(struct loaded *l, struct slice name)
{
	for (size_t i = 0; i < l->count; i++) {
		size_t at = (l->last + i) % l->count;
		struct loaded_thing *t = l->things + at;

		if (slice_eq(slice_make(t->name, t->len), name)) {
			l->last = at;
			return t;
		}
	}
	return NULL;
}

static void keep(struct loaded *l, struct slice name, void *thing, const char *why)
{
	l->things = mem_more(l->things, l->count, &l->cap, sizeof *l->things);
	l->things[l->count++] = (struct loaded_thing){mem_copy(name.ptr, name.len), name.len, thing,
	    thing ? NULL : mem_copy(why, strlen(why))};
}

void *loaded_get(struct loaded *l, struct slice name, struct err *e)
{
	struct loaded_thing *t = find(l, name);
	struct err why = {0};
	void *thing;

	if (t) {
		if (!t->thing)
			err_set(e, "%s", t->why);
		return t->thing;
	}
	thing = l->load(l->ctx, name, &why);
	if (thing || l->count < LOADED_MAX)
		keep(l, name, thing, why.text);
	if (!thing && e)
		*e = why;
	return thing;
}

void loaded_free(struct loaded *l)
{
	for (size_t i = 0; i < l->count; i++) {
		l->drop(l->things[i].thing);
		free(l->things[i].name);
		free(l->things[i].why);
	}
	free(l->things);
	l->things = NULL;
	l->count = l->cap = l->last = 0;
}
