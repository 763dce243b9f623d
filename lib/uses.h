/*
 * uses: what one run asked of a store, by model, gathered and written into the store's accounts at
 * its end, so that a line costs nothing there.
 *
 *	struct uses u = {0};
 *	uses_hit(&u, model, bytes, &info);
 *	uses_miss(&u, model);
 *	if (uses_save(&u, store, &e) < 0)
 *		…
 *
 * Models beyond USES_MODELS, and names longer than USES_NAME, count under "".
 */
#ifndef USES_H
#define USES_H

#include "json.h"
#include "store.h"

enum { USES_MODELS = 64, USES_NAME = 128 };

struct uses {
	size_t n, last; /* models; the one that was counted last */
	struct {
		char name[USES_NAME];
		size_t len;
		struct store_use use;
	} models[USES_MODELS];
};

/* The model that a body asks for, "" where it names none; scratch is cleared, and may hold it. */
struct slice uses_model(const struct json *body, struct buf *scratch);

void uses_hit(struct uses *u, struct slice model, size_t bytes, const struct store_info *info);
void uses_miss(struct uses *u, struct slice model);

/* Adds them to the store's, and begins anew. */
int uses_save(struct uses *u, struct store *s, struct err *e);

#endif
