/*
 * misses: request lines that have no answer, into a file, as they were. It has its name once it is
 * whole.
 *
 *	struct misses m = {0};
 *	if (misses_open(&m, "misses.ndjson", &e) < 0)
 *		…
 *	misses_put(&m, root, &e);
 *	if (misses_close(&m, &e) < 0)		// now it has its name, or is gone
 *		…
 */
#ifndef MISSES_H
#define MISSES_H

#include "err.h"
#include "fs.h"
#include "json.h"
#include "ndjson.h"

struct misses {
	const char *path; /* NULL: not open */
	struct fs_temp file;
	struct ndjson_out out;
};

/* path may be NULL, and then nothing is written; it must stay. */
int misses_open(struct misses *m, const char *path, struct err *e);
int misses_put(struct misses *m, const struct json *root, struct err *e);

/* Where a write has failed before, it fails again. */
int misses_close(struct misses *m, struct err *e);

#endif
