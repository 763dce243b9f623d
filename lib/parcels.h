/*
 * parcels: lines into files of a limited number of lines and bytes, those of a kind together: a
 * batch service wants one url and one model in a file.
 *
 *	struct parcels p = {.folder = dir, .max_lines = 50000, .max_bytes = 200000000};
 *	if (parcels_put(&p, url, model, text, &e) < 0)		// text without its line end
 *		…
 *	parcels_close(&p, &e);
 *	for (i = 0; i < p.n; i++)
 *		…			// p.list[i] says what is in folder/001.ndjson and so on
 *	parcels_free(&p);
 *
 * A line that is longer than a file may be has one of its own. Files are new, or it is an error.
 */
#ifndef PARCELS_H
#define PARCELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "ndjson.h"
#include "slice.h"

enum { PARCELS_NAME = 32 };

struct parcel {
	char name[PARCELS_NAME];
	char *url, *model;
	uint64_t lines, bytes;
	bool open;
	struct ndjson_out out;
};

struct parcels {
	const char *folder;
	uint64_t max_lines, max_bytes;
	struct parcel *list;
	size_t n, cap;
};

int parcels_put(
    struct parcels *p, struct slice url, struct slice model, struct slice text, struct err *e);

/* All that is open; what was put is on the disk then. */
int parcels_close(struct parcels *p, struct err *e);
void parcels_free(struct parcels *p);

#endif
