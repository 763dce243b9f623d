/*
 * halt: when a run is to be given up for its failures, as GNU parallel's --halt has it: "never",
 * or now|soon,fail=N (so many) or now|soon,fail=N% (that part of what is finished, once three have
 * failed). Now breaks off what is in flight, soon lets it finish.
 *
 *	struct halt h = {0};				// never
 *	if (halt_parse(&h, slice_str("soon,fail=10%"), &e) < 0)
 *		…
 *	if (halt_due(&h, failed, finished))
 *		…					// h.now?
 */
#ifndef HALT_H
#define HALT_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "slice.h"

struct halt {
	bool now;
	bool percent;
	uint64_t fail; /* 0: never */
};

int halt_parse(struct halt *h, struct slice text, struct err *e);

bool halt_due(const struct halt *h, uint64_t failed, uint64_t finished);

#endif
