/*
 * ticket: what a request is called while a batch service has it: the custom_id of its line there.
 *
 * It is the request's content address (cachekey.h), 64 hex digits: the same request has the same
 * name in every batch, two requests never share one, and whatever the line itself is called, services
 * accept it. A body that has no canonical form is named by its bytes. In that line are custom_id,
 * method, url and body, and nothing of what is carried: services are strict.
 *
 *	struct cachekey k = {0};
 *	struct address a;
 *	if (ticket_make(&k, &line, &a, &e) < 0)
 *		…				// no batch takes it
 *	ticket_put(&out.buf, &line, &a);
 */
#ifndef TICKET_H
#define TICKET_H

#include "address.h"
#include "buf.h"
#include "cachekey.h"
#include "err.h"
#include "line.h"

/* l is a request. -1: a url that is no string, a method other than POST. */
int ticket_make(struct cachekey *k, const struct line *l, struct address *a, struct err *e);

/* The service's line; without its end. */
void ticket_put(struct buf *b, const struct line *l, const struct address *a);

#endif
