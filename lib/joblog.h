/*
 * joblog: a line for each request that is done, as tab-separated values with a header: custom_id,
 * endpoint, start (seconds since 1970), seconds (the last attempt took), attempts, status (the
 * server's, or the error's code), tokens in, tokens out. What is empty is "-". Each line is written
 * at once and whole, so that a run that was killed leaves all of its lines.
 *
 *	struct joblog log;
 *	if (joblog_open(&log, path, &e) < 0)	// path may be NULL: then nothing is written
 *		…
 *	joblog_put(&log, &entry, &e);
 *	joblog_close(&log, &e);
 */
#ifndef JOBLOG_H
#define JOBLOG_H

#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "slice.h"

struct joblog {
	int fd; /* -1: none */
	struct buf line;
};

struct joblog_entry {
	struct slice custom_id; /* as JSON has it, without quotes */
	const char *endpoint; /* or NULL */
	int64_t began; /* ns since 1970 */
	int64_t ns;
	unsigned attempts; /* 0: never sent, so without times */
	int status;
	const char *code; /* instead of the status, or NULL */
	int64_t tokens_in, tokens_out;
};

/* A file that is there already is emptied. */
int joblog_open(struct joblog *l, const char *path, struct err *e);
int joblog_put(struct joblog *l, const struct joblog_entry *entry, struct err *e);
int joblog_close(struct joblog *l, struct err *e);

#endif
