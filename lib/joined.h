/*
 * joined: the keys of request lines by their custom_id, for responses that come back without their
 * requests. An id that stands twice is refused: nobody could tell whose answer it is.
 *
 *	struct joined j = {0};
 *	if (joined_read(&j, "requests.ndjson", max_line, &keys, &e) < 0)
 *		…
 *	const struct joined_key *k = joined_find(&j, custom_id);	// NULL: nobody's
 *	joined_free(&j);
 *
 * Responses among the requests are passed over. Memory grows with the number of requests.
 */
#ifndef JOINED_H
#define JOINED_H

#include <stddef.h>

#include "address.h"
#include "cachekey.h"
#include "err.h"
#include "json.h"

struct joined_key {
	struct joined_key *next; /* in its bucket */
	struct address key;
	bool keyed; /* it has a canonical form */
	size_t len;
	char id[]; /* without escapes */
};

struct joined {
	struct joined_key **buckets;
	size_t cap, n;
};

/* "-" is standard input. Errors name file and line. */
int joined_read(
    struct joined *j, const char *path, size_t max_line, struct cachekey *keys, struct err *e);

const struct joined_key *joined_find(const struct joined *j, const struct json *custom_id);

void joined_free(struct joined *j);

#endif
