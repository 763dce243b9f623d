/*
 * delay: how long an answer takes. "200ms", or a spread "50ms-2s" that is drawn log-uniformly, or
 * "uniform:50ms-2s". Nanoseconds.
 */
#ifndef DELAY_H
#define DELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "rng.h"
#include "slice.h"

struct delay {
	int64_t least;
	int64_t most;
	bool uniform;
};

int delay_parse(struct slice text, struct delay *d, struct err *e);

int64_t delay_draw(const struct delay *d, struct rng *rng);

#endif
