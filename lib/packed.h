/*
 * packed: how small a stream of text becomes when Zstandard packs it: bytes in over bytes out, a
 * measure of how much a cast repeats itself (Shaib et al., "Standardizing the measurement of text
 * diversity", 2024, there with gzip). The level is 3 and one frame holds everything, as
 * "zstd -3" would make it. Nothing is kept but the encoder's window of 2 MiB: what repeats further
 * away than that is not seen.
 *
 *	struct packed p;
 *	packed_open(&p);
 *	packed_add(&p, text);
 *	if (packed_end(&p, &e) < 0)
 *		…
 *	ratio = (double)p.in / (double)p.out;		// p.in may be 0
 *	packed_free(&p);
 */
#ifndef PACKED_H
#define PACKED_H

#include <stdint.h>

#include "err.h"
#include "slice.h"

struct packed {
	void *encoder;
	char *out_buf;
	size_t failed; /* the encoder's code */
	uint64_t in, out; /* bytes; out is right after packed_end() */
};

void packed_open(struct packed *p);

/* An error is kept for packed_end(). */
void packed_add(struct packed *p, struct slice text);

int packed_end(struct packed *p, struct err *e);

void packed_free(struct packed *p);

#endif
