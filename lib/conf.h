/*
 * conf: settings and data files, found in one order everywhere.
 *
 * A setting is looked for in the environment, then in $XDG_CONFIG_HOME/npc/config (lines of
 * NAME=value; '#' begins a comment line; ~/.config where XDG_CONFIG_HOME is not set), read once.
 * An empty value counts as none. A flag, which comes before both, is the caller's to see to.
 *
 * Data files stand in the folders of NPC_DATA, separated by colons; an empty part (or no NPC_DATA)
 * means the program's own: share/npc beside the folder that the program is in, where it has been
 * installed, or data/ beside the folder it was built in.
 *
 *	struct conf c;
 *	if (conf_load(&c, &e) < 0)
 *		…
 *	const char *world = conf_get(&c, "NPC_WORLD");		// NULL: not set anywhere
 *	conf_find(&c, "worlds", name, ".json", &path, &e);
 *	conf_free(&c);
 */
#ifndef CONF_H
#define CONF_H

#include "buf.h"
#include "err.h"
#include "slice.h"

struct conf {
	struct buf file; /* the config file's text, cut into strings */
	char **folders; /* of data, NULL at the end */
};

int conf_load(struct conf *c, struct err *e);

/* Borrowed from the environment or from c; NULL where the setting is not made. */
const char *conf_get(const struct conf *c, const char *name);

/*
 * Puts the path of a data file on path (no NUL; use buf_cstr). A name with a slash in it or with
 * the suffix at its end is a path already; any other is FOLDER/kind/NAMEsuffix in the first data
 * folder that has it, and must be a plain name ([a-z0-9-]+).
 */
int conf_find(const struct conf *c, const char *kind, struct slice name, const char *suffix,
    struct buf *path, struct err *e);

/*
 * Calls each(ctx, name) for every data file of a kind, sorted by name, once each: a folder of
 * NPC_DATA that stands before hides what others have under the same name.
 */
int conf_each(const struct conf *c, const char *kind, const char *suffix,
    int (*each)(void *ctx, struct slice name, struct err *e), void *ctx, struct err *e);

void conf_free(struct conf *c);

#endif
