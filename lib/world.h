/*
 * world: a world file, read: the setting that a cast lives in. The document is held whole; which
 * of its members mean something is the business of those who ask for them.
 *
 * A name with a slash in it, or with .json at its end, is a path; any other is looked for as
 * worlds/NAME.json in the data folders. Either way the world's own name, which rows carry, is the
 * file's name without .json, and must be plain ([a-z0-9-]+).
 *
 * Errors: no such file, not JSON, no object at the top, a name that is not plain.
 *
 *	struct world *w = world_load(&conf, slice_str("hansa"), &e);
 *	const struct json *title = json_get(world_json(w), "title");
 *	world_free(w);
 *
 * The world owns its text and its document; what is borrowed from it is good until world_free().
 */
#ifndef WORLD_H
#define WORLD_H

#include "conf.h"
#include "err.h"
#include "json.h"
#include "slice.h"

/* The world that ships, for when none is named anywhere. */
#define WORLD_DEFAULT "hansa"

struct world;

struct world *world_load(const struct conf *c, struct slice name, struct err *e);

/* NULL is allowed. */
void world_free(struct world *w);

/* The plain name. */
struct slice world_name(const struct world *w);

/* The path of the file, for messages. */
const char *world_path(const struct world *w);

/* The object at the top. */
const struct json *world_json(const struct world *w);

#endif
