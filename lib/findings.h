/*
 * findings: single things that were found, each as a line of a file and, the first few of each
 * kind, as a list for people.
 *
 *	{"finding":"dangling_tie","id":"npc-0007","to":"npc-9999"}
 *
 *	struct findings f;
 *	findings_open(&f, path, 10, &e);		// path may be NULL: no file; 10 are listed
 *	findings_begin(&f, "dangling_tie", id);		// the kind's text must stay
 *	findings_str(&f, "to", to);
 *	if (findings_end(&f, &e) < 0)
 *		…
 *	findings_list(&f, &b);
 *	findings_close(&f, &e);				// or findings_drop(&f)
 *
 * The file appears under its name when it is closed. Errors name it.
 */
#ifndef FINDINGS_H
#define FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "ndjson.h"
#include "slice.h"

enum { FINDINGS_KINDS = 16 };

struct findings_kind {
	const char *name;
	uint64_t count;
	struct buf list;
};

struct findings {
	const char *path;
	struct fs_temp file;
	struct ndjson_out out;
	size_t listed; /* at most so many of each kind */
	struct findings_kind kind[FINDINGS_KINDS];
	size_t n;
	struct findings_kind *now; /* the kind of the one at hand */
	struct buf line; /* the one at hand, for people */
};

int findings_open(struct findings *f, const char *path, size_t listed, struct err *e);

void findings_begin(struct findings *f, const char *kind, struct slice id);

/* Members of the one at hand; text that is {0} is null. */
void findings_str(struct findings *f, const char *name, struct slice text);
void findings_number(struct findings *f, const char *name, double n);

int findings_end(struct findings *f, struct err *e);

/* How many of a kind there are. */
uint64_t findings_count(const struct findings *f, const char *kind);

/* Puts a heading for each kind and its first findings; a line each, each after a line feed. */
void findings_list(const struct findings *f, struct buf *b);

int findings_close(struct findings *f, struct err *e);
void findings_drop(struct findings *f);

#endif
