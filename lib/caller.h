/*
 * caller: calls a model for request lines, many at a time: pacing, retries, endpoints, budgets,
 * and a response line for each, whatever happens.
 *
 * A request becomes a ticket: ready, in flight, waiting for another attempt, done. In flight are as
 * many as config.calls, or as many as the endpoints turn out to bear; a ticket that waits for
 * another attempt lets others go before it, up to a bounded number of tickets. With config.ordered
 * what is done waits in its ticket until all before it are done.
 *
 *	struct caller *c = caller_new(&config, &e);
 *	for (;;) {
 *		while (caller_has_room(c) && (there is a line))
 *			caller_add(c, &line, text, place);	// or caller_pass(c, text)
 *		caller_turn(c, clock_mono());
 *		…			// write config.out
 *		if (caller_idle(c) && (there is no more))
 *			break;
 *		events_wait(config.events, caller_deadline(c), clock_mono(), &e);
 *	}
 *	caller_free(c);
 *
 * caller_stop() ends the sending: what has not been sent becomes error lines, and so does what is
 * added after it. The caller stops by itself where calls have become futile: why, and how it is to
 * be told, is in caller_stopped().
 *
 * libcurl is set up with the first call. Times are clock_mono()'s nanoseconds.
 */
#ifndef CALLER_H
#define CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "endpoint.h"
#include "err.h"
#include "events.h"
#include "http.h"
#include "line.h"
#include "money.h"
#include "outlet.h"
#include "pace.h"
#include "paceshare.h"

/* Where a line stands, for messages. name stays. */
struct caller_place {
	const char *name;
	unsigned long line;
};

/* An attempt that has ended, for -v. */
struct caller_attempt {
	const struct caller_place *place;
	struct slice url; /* without query */
	int status; /* 0: none */
	const char *code; /* of what went wrong, or NULL */
	int64_t ms;
	int64_t wait; /* ns until the next one; -1: it was the last */
};

/* A request that is done. */
struct caller_result {
	const struct caller_place *place;
	struct slice custom_id; /* as JSON has it, without quotes */
	const char *endpoint; /* the last that was asked, or NULL */
	unsigned attempts;
	int status; /* of the server's answer; 0: an error */
	const char *code; /* of the error, or NULL */
	const char *message; /* why it is no good, where that is known; until the next result */
	bool good;
	bool sent; /* at least once */
	int64_t began; /* ns since 1970, of the first attempt */
	int64_t ns; /* the last attempt took */
	const struct money_use *use; /* of all its attempts, as far as known */
	int64_t cost; /* nano-units */
};

enum caller_why {
	CALLER_GOING,
	CALLER_ASKED, /* caller_stop() */
	CALLER_DEAD_KEY, /* a bad key, or a quota used up */
	CALLER_NO_ENDPOINT, /* none is left that works */
	CALLER_EXHAUSTED, /* a budget */
	CALLER_UNBOUNDED /* a budget, and a request that cannot be counted on it */
};

struct caller_config {
	struct events *events;
	struct outlet *out;
	struct endpoint *endpoints;
	size_t n_endpoints;
	struct http_config http; /* .events and .calls are filled in */
	size_t calls; /* in flight, at most */
	size_t least; /* 0: always calls; else it adapts, from this on */
	bool ordered;
	bool stream;
	unsigned retries;
	int64_t max_wait;
	int64_t rpm, tpm; /* requests and tokens a minute; 0: no limit */
	struct pace_quota quota; /* the budgets; the rate is filled in */
	struct paceshare *share; /* or NULL */
	struct money_prices prices; /* may be none; the caller's, as the rest of the config */
	struct slice secret; /* never to be written, or empty */
	uint64_t seed; /* of the jitter */
	void (*attempted)(void *ctx, const struct caller_attempt *a); /* or NULL */
	void (*finished)(void *ctx, const struct caller_result *r);
	void *ctx;
};

/* What is so unless told otherwise. */
void caller_defaults(struct caller_config *k);

/*
 * The options of whoever has a caller, by their long names: jobs, keep-order, stream, rpm, tpm,
 * retries, max-wait, price, prices, max-cost, token-budget, connect-timeout, timeout, stall,
 * max-response, cacert, http2. 1: taken; 0: none of these; -1: the value is no good. Borrows value.
 */
int caller_option(struct caller_config *k, const char *name, const char *value, struct err *e);

struct caller *caller_new(const struct caller_config *config, struct err *e);

/* Should a line be brought? */
bool caller_has_room(const struct caller *c);

/* l is what line_read() made of text. A line that is no good becomes an error line. */
void caller_add(
    struct caller *c, const struct line *l, struct slice text, const struct caller_place *place);

/* A line that goes out as it is, in its turn. */
void caller_pass(struct caller *c, struct slice text);

/* An error line for l, in its turn. l may hold nothing but zeros. */
void caller_reject(struct caller *c, const struct line *l, const char *code, const char *message,
    const struct caller_place *place);

/* Starts what can be started, and ends what has ended. Writes records to config.out. */
void caller_turn(struct caller *c, int64_t now);

int64_t caller_deadline(const struct caller *c);

/* Nothing will be added: connections that nobody uses are let go. */
void caller_last(struct caller *c);

void caller_stop(struct caller *c, enum caller_why why, const char *code, const char *message);

/* The same, and what is in flight becomes error lines, too. */
void caller_abandon(struct caller *c, const char *code, const char *message);

enum caller_why caller_stopped(const struct caller *c, const char **message);

/* Requests that were not sent for that. */
uint64_t caller_unsent(const struct caller *c);

bool caller_idle(const struct caller *c);
size_t caller_flying(const struct caller *c);

/* What the run could not do: the pace file, the output; NULL while all is well. */
const char *caller_broken(const struct caller *c);

/* What is used of the budgets, or was without them. */
int64_t caller_cost(const struct caller *c);

void caller_free(struct caller *c);

#endif
