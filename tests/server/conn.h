/*
 * conn: one client's connection. Its requests are read and answered one after the other, however
 * many of them have come; an answer goes out with the pauses that it has.
 *
 * Nothing is sent while events are being read: conn_read() only makes replies, and
 * conn_send() is called afterwards for each connection that asked for it, so that the log is
 * written before.
 */
#ifndef CONN_H
#define CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "handle.h"
#include "reply.h"
#include "request.h"
#include "timers.h"

struct conn {
	struct timer timer; /* stands first: it leads to its connection */
	int fd;
	uint32_t events; /* that epoll looks for */
	uint64_t number; /* from 1; 0: it brought no request yet */
	struct buf in;
	size_t at; /* where the next request begins in in */
	struct request_reader reader;
	bool continued; /* 100 Continue was sent */
	bool busy; /* a reply is on its way */
	bool counted; /* that reply is to a request that counts */
	bool queued; /* for conn_send() */
	bool ending; /* all is said, and what still comes is thrown away */
	bool gone; /* by the client or by an error */
	struct reply reply;
	size_t sent;
	size_t pause; /* the next of the reply's */
};

struct conn *conn_new(int fd);

/* Is it to be read from? */
bool conn_wants(const struct conn *c);

/* Takes in what is there, and makes a reply when a request is whole. */
void conn_read(struct conn *c, struct server *s, int64_t now);

enum conn_next {
	CONN_WAIT, /* for the client to send, or for a timer */
	CONN_AGAIN, /* another reply was made */
	CONN_FULL, /* for the client to receive */
	CONN_END /* to be freed */
};

/* Sends as far as it gets; then makes the reply to the next request that is there. */
enum conn_next conn_send(struct conn *c, struct server *s, struct timers *ts, int64_t now);

/* Closes it. */
void conn_free(struct conn *c, struct server *s, struct timers *ts);

#endif
