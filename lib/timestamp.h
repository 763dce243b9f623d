/*
 * timestamp: moments as memories tell them: RFC 3339 text, or seconds as a number, where 0 is
 * 1970-01-01T00:00:00Z or the beginning of a game's own clock. Held in milliseconds; finer parts
 * are cut off. Years are 0000 to 9999; a leap second is the first of the next minute.
 *
 *	int64_t at;
 *	if (timestamp_read(slice_str("2026-11-24T17:00:00+01:00"), &at, &e) < 0)
 *		…
 */
#ifndef TIMESTAMP_H
#define TIMESTAMP_H

#include <stdint.h>

#include "err.h"
#include "slice.h"

/* No moment: before all others. */
#define TIMESTAMP_NONE INT64_MIN

/* Text: RFC 3339 ("T" may be a space or small, a date alone is its midnight in UTC), or seconds. */
int timestamp_read(struct slice text, int64_t *ms, struct err *e);

/* Seconds, at most 10^15 either way. */
int timestamp_seconds(double seconds, int64_t *ms, struct err *e);

#endif
