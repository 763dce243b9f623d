/*
 * datafile: a data file that is one JSON object (a world, a table), found, read and parsed.
 * Names are looked up as conf_find() says. Errors name the file.
 *
 *	struct datafile d;
 *	if (datafile_load(&d, &conf, "tables", slice_str("traits"), &e) < 0)
 *		…
 *	const struct json *entries = json_get(d.root, "entries");
 *	datafile_free(&d);
 *
 * Values borrow from the file's text and document, and are good until datafile_free(). {0} is a
 * valid empty one.
 */
#ifndef DATAFILE_H
#define DATAFILE_H

#include "buf.h"
#include "conf.h"
#include "err.h"
#include "json.h"
#include "slice.h"

/* The longest file, in bytes. */
#define DATAFILE_MAX ((size_t)64 << 20)

struct datafile {
	struct buf path; /* with a NUL after it */
	struct buf text;
	struct json_doc doc;
	const struct json *root; /* an object */
};

/* On failure d is empty. */
int datafile_load(
    struct datafile *d, const struct conf *c, const char *kind, struct slice name, struct err *e);

static inline const char *datafile_path(const struct datafile *d)
{
	return d->path.ptr;
}

void datafile_free(struct datafile *d);

#endif
