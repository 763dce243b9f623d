/*
 * hint: what a server's response headers say about when to come back.
 *
 * Understood: Retry-After (RFC 9110, 10.2.3: seconds or a date), retry-after-ms, x-should-retry,
 * and every header whose name has "ratelimit" with "remaining" or "reset" in it, with or without a
 * prefix (x-, anthropic-), for requests or tokens or neither; also the fields of the "RateLimit"
 * header. Times are seconds (12, 0.35), durations (12ms, 6m0s, 1h2m3.5s), timestamps (RFC 3339,
 * HTTP dates, Unix time in seconds or milliseconds). What is malformed is ignored.
 *
 * A timestamp is compared with the server's own Date, where that and the wall clock disagree. Waits
 * are rounded up and not bounded here: the caller knows what is absurd.
 *
 *	struct hint h = {0};
 *	hint_header(&h, name, value);			// one by one, any header, any case
 *	int64_t wait = hint_wait(&h, status == 429, clock_wall());	// ns, -1: nothing said
 */
#ifndef HINT_H
#define HINT_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"

enum hint_retry { HINT_UNSAID, HINT_RETRY, HINT_NO_RETRY };

enum hint_form { HINT_NONE, HINT_SPAN, HINT_INSTANT };

/* A time as a header had it. */
struct hint_time {
	enum hint_form form;
	int64_t ns; /* from the answer on, or since 1970 */
};

/* How many quotas one answer may tell of: requests and tokens, a minute and a day, input, output. */
enum { HINT_QUOTAS = 16 };

/* Headers whose names differ only in "remaining" and "reset" tell of one quota. */
struct hint_quota {
	uint64_t name; /* a hash of the rest of the name */
	bool tokens; /* not requests */
	bool known; /* remaining was said */
	int64_t remaining;
	struct hint_time reset;
};

struct hint {
	enum hint_retry retry; /* x-should-retry */
	struct hint_time after; /* Retry-After */
	struct hint_time after_ms; /* retry-after-ms: finer, and so believed first */
	struct hint_quota quotas[HINT_QUOTAS];
	unsigned quotas_len;
	struct hint_time date; /* the server's clock, whole seconds */
};

/* Takes note of one header. Begin anew, with zeros, for each answer (and after a 1xx). */
void hint_header(struct hint *h, struct slice name, struct slice value);

/*
 * How long to stay away, in nanoseconds from now on, or -1 when nothing is said: Retry-After where
 * there is one, whatever the status; else the resets of the quotas that say that nothing remains.
 * limited is for an answer that refused the request for its rate (429): then, where no quota is at
 * 0, those count that may be exhausted. Not so for other errors: their quotas are still good.
 */
int64_t hint_wait(const struct hint *h, bool limited, int64_t wall);

/* Is a quota said to be used up: 0 remaining? */
bool hint_exhausted(const struct hint *h);

/* How many more requests are let in before the reset, or -1. */
int64_t hint_remaining(const struct hint *h);

#endif
