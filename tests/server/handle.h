/*
 * handle: what a request is answered. Everything that the server knows stands in struct server;
 * connections and the loop are not its business.
 */
#ifndef HANDLE_H
#define HANDLE_H

#include <stdint.h>

#include "admit.h"
#include "journal.h"
#include "json.h"
#include "options.h"
#include "reply.h"
#include "request.h"
#include "rng.h"
#include "seen.h"
#include "service.h"

struct server {
	struct options *options;
	struct admit admit;
	struct seen seen;
	struct journal journal;
	struct service service;
	uint64_t cuts; /* uploads that are still to be cut off */
	struct rng rng;
	uint64_t number; /* of the last request */
	int64_t told_at; /* when all were told to wait, and until when */
	int64_t told_until;
	struct json_doc doc;
	struct reply_draft draft;
	struct buf scratch;
	struct buf content;
};

void handle_init(struct server *s, struct options *o);
void handle_free(struct server *s);

/* Makes the reply; false: it was a question about the server itself, which is not counted. */
bool handle_request(
    struct server *s, const struct request *q, uint64_t connection, int64_t now, struct reply *r);

/* Makes the reply to what is no request; the connection closes. */
void handle_bad(struct server *s, int status, struct reply *r);

#endif
