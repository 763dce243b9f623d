/*
 * admit: how many requests the server takes, and what it tells those that it refuses.
 *
 * A token bucket that starts full. A refused request is told to come back after a time, in one of
 * the spellings that services use; the time told is what the spelling can say, so whole seconds
 * are rounded up. Times are nanoseconds of clock_mono(); dates are of the wall clock.
 *
 *	if (!admit_take(&a, now)) {
 *		told = now + admit_hint(&a, spelling, wait, clock_wall(), &headers);
 */
#ifndef ADMIT_H
#define ADMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "slice.h"

enum admit_spelling {
	ADMIT_NONE,
	ADMIT_RETRY_AFTER, /* seconds */
	ADMIT_RETRY_AFTER_DATE,
	ADMIT_RETRY_AFTER_MS,
	ADMIT_LIMIT_MS, /* x-ratelimit-reset-requests: 12ms */
	ADMIT_LIMIT_GO, /* 6m0s */
	ADMIT_LIMIT_RFC3339, /* 2026-01-31T12:00:00.250Z */
	ADMIT_LIMIT_SECONDS /* 1.25 */
};

int admit_spelling(struct slice name, enum admit_spelling *out, struct err *e);

struct admit {
	double a_second; /* 0: everything is let in */
	double burst;
	double tokens;
	int64_t last; /* when tokens was right */
};

/* "RATE/s", "RATE/min" or "RATE/h", then ",BURST". */
int admit_parse(struct admit *a, const char *text, struct err *e);

bool admit_take(struct admit *a, int64_t now);

/* Nanoseconds until there is a token, and until the bucket is full. */
int64_t admit_next(const struct admit *a);
int64_t admit_full(const struct admit *a);

/* Does the spelling stand on every answer, and not only on a refusal? */
bool admit_always(enum admit_spelling s);

/* Puts header lines that say "wait so long"; returns how long they say, 0 when nothing. */
int64_t admit_hint(
    const struct admit *a, enum admit_spelling s, int64_t wait, int64_t wall, struct buf *headers);

#endif
