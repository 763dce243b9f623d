/*
 * lookup: what a store and its remote already have for request lines, one after the other.
 *
 *	struct lookup k = {.tiers = &tiers, .keys = &keys};
 *	switch (lookup_answer(&k, &line, &out.buf)) {
 *	case LOOKUP_HIT:	// a response line has been put there
 *	case LOOKUP_MISS:	// nothing was
 *	case LOOKUP_UNKEYED:	// nor can there ever be anything
 *	}
 *	uses_save(&k.uses, tiers.store, &e);
 *	lookup_free(&k);
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include "cachekey.h"
#include "line.h"
#include "tiers.h"
#include "uses.h"

struct lookup {
	struct tiers *tiers;
	struct cachekey *keys;
	struct store_want want;
	struct uses uses;
	struct buf carried, scratch;
};

enum lookup_got { LOOKUP_HIT, LOOKUP_MISS, LOOKUP_UNKEYED };

/* l is a request. */
enum lookup_got lookup_answer(struct lookup *k, const struct line *l, struct buf *b);

void lookup_free(struct lookup *k);

#endif
