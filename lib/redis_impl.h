/* redis's inside, shared by its two files: redis.c asks and answers, redis_link.c has the socket. */
#ifndef REDIS_IMPL_H
#define REDIS_IMPL_H

#include <netdb.h>

#include "buf.h"
#include "pace.h"
#include "redis.h"
#include "rng.h"

enum redis_state { REDIS_DOWN, REDIS_CONNECTING, REDIS_UP };

struct redis_link {
	enum redis_state state;
	int fd; /* -1: none */
	unsigned source, mask; /* what events waits for */
	struct addrinfo *addresses, *next; /* those to be tried yet */
	int64_t heard; /* when the server last took or said anything */
	int64_t retry; /* when down: not to be tried before */
	unsigned failures; /* in a row */
	struct pace_backoff backoff;
	struct rng rng;
	struct buf out; /* to be sent; at has been */
	size_t at;
	struct err why; /* it is down */
};

/* What was asked, in the order in which it will be answered. */
enum redis_asked { REDIS_GET, REDIS_SET, REDIS_AUTH, REDIS_SELECT };

struct redis_pending {
	uint64_t number;
	enum redis_asked asked;
};

enum { REDIS_PENDING = 1024 };

struct redis {
	struct redis_config config;
	struct redis_link link;
	struct redisReader *reader; /* of the connection there is */
	struct redis_pending pending[REDIS_PENDING]; /* a ring */
	unsigned first, n_pending;
	int type; /* of the reply at hand */
	struct buf reply;
};

void redis_link_init(struct redis *r);

/* Begins to connect. -1: it failed at once, and link.why says why. */
int redis_link_open(struct redis *r, int64_t now);

/* Sends what can be sent, and sees to it that the rest will be. -1: the connection is gone. */
int redis_link_send(struct redis *r, int64_t now, struct err *e);

void redis_link_close(struct redis *r);

/* link's: reads bytes from the server. */
int redis_feed(struct redis *r, const char *ptr, size_t len, struct err *e);

/* link's: gives the connection up; all that is pending fails. */
void redis_lost(struct redis *r, const struct err *why);

#endif
