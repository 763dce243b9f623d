/*
 * stream: an answer as server-sent events (the HTML standard's section 9.2): one for the role,
 * one a word, one with finish_reason, one with usage when it was asked for, and [DONE].
 * Each event is a piece of the draft's body. A stream fault bends it.
 */
#ifndef STREAM_H
#define STREAM_H

#include "ask.h"
#include "faults.h"
#include "reply.h"
#include "rng.h"

void stream_draft(struct reply_draft *d, const struct ask *a, struct fault f, struct rng *rng);

#endif
