/*
 * seen: what is remembered of each request, by the digest of its body: how often it came, and
 * when it was told to come again. An open-addressing table that grows; a digest is taken for the
 * request itself.
 *
 *	struct seen_entry *entry = seen_at(&seen, digest);
 *	entry->times++;
 */
#ifndef SEEN_H
#define SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "slice.h"

struct seen_entry {
	uint64_t digest;
	uint64_t times; /* 0: a free place */
	int64_t not_before; /* clock_mono() nanoseconds; 0: it was told nothing */
};

struct seen {
	struct seen_entry *table;
	size_t used;
	size_t cap; /* a power of two */
};

/* FNV-1a, 64 bits. */
uint64_t seen_digest(struct slice bytes);

/* Its entry, made when it is new and then with times 0: to be counted up before the next call. */
struct seen_entry *seen_at(struct seen *s, uint64_t digest);

void seen_free(struct seen *s);

#endif
