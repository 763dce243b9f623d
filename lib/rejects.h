/*
 * rejects: rows whose answers are no good, written where they can be fed to npc-prompt again.
 *
 * A row that got a bad answer carries "feedback", a string that tells the model what was wrong, and
 * the prompt changes by it. A row whose call failed carries "error", {"code","message"}, and keeps
 * the feedback that it had: its prompt stays the same. On success both are left out of the row.
 *
 * Without a path rejects are only counted.
 *
 *	struct rejects r;
 *	if (rejects_open(&r, "rejects.ndjson", &e) < 0)
 *		…
 *	rejects_bad(&r, row, feedback, &e);
 *	if (rejects_close(&r, &e) < 0)		// now the file has its name
 *		…
 */
#ifndef REJECTS_H
#define REJECTS_H

#include <stddef.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "json.h"
#include "ndjson.h"

struct rejects {
	size_t bad, failed;
	const char *path; /* or NULL */
	struct fs_temp file;
	struct ndjson_out out;
};

/* path may be NULL, and must stay. */
int rejects_open(struct rejects *r, const char *path, struct err *e);

int rejects_bad(struct rejects *r, const struct json *row, struct slice feedback, struct err *e);

/* row may be NULL: then id, which may be NULL too, is all that is known of it. */
int rejects_failed(struct rejects *r, const struct json *row, const struct json *id,
    struct slice code, struct slice message, struct err *e);

int rejects_close(struct rejects *r, struct err *e);

/* Removes what was written so far. */
void rejects_drop(struct rejects *r);

/* Puts a row without "error" and "feedback", open at its end for more members. */
void rejects_open_row(struct buf *b, const struct json *row);

#endif
