/*
 * spoil: does what a fault says to an answer: to its draft, and, once that is rendered, to its
 * bytes. Stream faults are stream's.
 */
#ifndef SPOIL_H
#define SPOIL_H

#include <stdint.h>

#include "faults.h"
#include "reply.h"

struct spoil {
	const char *redirect_to;
	uint64_t long_size; /* bytes of a long body */
	int64_t gap; /* nanoseconds between a trickle's bytes; -1: the usual ones */
};

/* r is still empty, but for a pause. */
void spoil_draft(struct reply_draft *d, struct reply *r, struct fault f, const struct spoil *how);

void spoil_reply(struct reply *r, struct fault f, const struct spoil *how);

#endif
