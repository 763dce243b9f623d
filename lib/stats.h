/*
 * stats: what a run did, as one JSON object written at its end (--stats FILE; "-" is standard
 * error). Every object has the program's name, wall and processor time in seconds, and the peak
 * memory in bytes; the counts are the program's.
 *
 *	struct stats s;
 *	stats_begin(&s, path, diag_program());	// path may be NULL: then nothing is written
 *	…
 *	stats_int(&s, "rows_in", rows);
 *	if (stats_end(&s, &e) < 0)
 *		…
 */
#ifndef STATS_H
#define STATS_H

#include <stdint.h>

#include "buf.h"
#include "err.h"

struct stats {
	const char *path;
	int64_t wall; /* ns, at the beginning */
	struct buf buf;
};

void stats_begin(struct stats *s, const char *path, const char *program);
void stats_int(struct stats *s, const char *name, uint64_t n);

/* Writes the object beside its name and renames it. */
int stats_end(struct stats *s, struct err *e);

#endif
