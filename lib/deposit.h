/*
 * deposit: response lines go into a store, by the requests that they answer.
 *
 *	struct deposit d = {.tiers = &tiers};
 *	joined_read(&d.requests, path, max_line, &keys, &e);
 *	if (deposit_response(&d, &line, &e) < 0)
 *		…			// e says why it was not stored
 *	deposit_free(&d);
 */
#ifndef DEPOSIT_H
#define DEPOSIT_H

#include "joined.h"
#include "line.h"
#include "tiers.h"

struct deposit {
	struct tiers *tiers;
	struct joined requests;
	bool truncated; /* answers that were cut are stored, too */
};

/* l is a response. -1: nobody's, not finished, or the store is no good. */
int deposit_response(struct deposit *d, const struct line *l, struct err *e);

void deposit_free(struct deposit *d);

#endif
