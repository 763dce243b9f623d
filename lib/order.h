/*
 * order: records out in the order in which their lines came in, whatever the order in which they
 * are done. A place is opened for each line as it is read; what is written into one that is not the
 * oldest is kept until all before it are closed.
 *
 *	struct order o = {.out = &outlet};		// .ordered = false: nothing is ever kept
 *	struct order_place *p = order_open(&o);
 *	…
 *	struct buf *b = order_buf(&o, p);
 *	jw_object(b); …
 *	order_end(&o, p, &e);				// the record
 *	order_close(&o, p);				// and the place: p is gone
 *	order_free(&o);
 *
 * Where order is not kept a place is NULL, and records go to the outlet at once.
 */
#ifndef ORDER_H
#define ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "err.h"
#include "outlet.h"

struct order_place {
	struct order_place *next; /* newer */
	bool closed;
	struct buf kept; /* whole records */
};

struct order {
	struct outlet *out;
	bool ordered;
	struct order_place *oldest, *newest;
	size_t open; /* places */
	size_t bytes; /* kept */
};

struct order_place *order_open(struct order *o);

/* Where a record of this place is built. */
struct buf *order_buf(struct order *o, struct order_place *p);

/* Ends the record. -1: it was too large, and is taken back. */
int order_end(struct order *o, struct order_place *p, struct err *e);

void order_close(struct order *o, struct order_place *p);

void order_free(struct order *o);

#endif
