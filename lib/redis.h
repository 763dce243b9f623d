/*
 * redis: gets and puts of whole entries at a Redis, pipelined over one connection that is made when
 * it is needed. hiredis writes and reads the protocol (RESP 2); the socket is ours, so that nothing
 * here waits, but for a name to be looked up.
 *
 * An entry is the string at the key "npc:v1:" and 64 hex digits. A server that cannot be reached,
 * that breaks off, or says nothing for as long as the timeout fails everything that was asked of it;
 * until a growing while has passed (100 ms … 5 s), what is asked next fails at once.
 *
 *	struct redis *r = redis_new(&config, &e);
 *	if (redis_room(r))
 *		redis_begin(r, &command);		// config.answer() is called, once
 *	events_wait(config.events, redis_deadline(r), clock_mono(), &e);
 *	redis_turn(r, clock_mono());
 *	redis_free(r);
 */
#ifndef REDIS_H
#define REDIS_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "events.h"
#include "redisurl.h"
#include "wire.h"

struct redis;

struct redis_config {
	struct events *events;
	const struct redisurl *url;
	int64_t timeout;
	/* Hears each answer: hit, miss, done or failed. */
	void (*answer)(void *ctx, const struct wire *answer);
	void *ctx;
};

struct redis *redis_new(const struct redis_config *config, struct err *e);

/* Is there room for one more? What waits to be sent or answered is bounded. */
bool redis_room(const struct redis *r);

void redis_begin(struct redis *r, const struct wire *command);

/* Is something not answered yet? */
bool redis_busy(const struct redis *r);

int64_t redis_deadline(const struct redis *r);
void redis_turn(struct redis *r, int64_t now);

void redis_free(struct redis *r);

#endif
