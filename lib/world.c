#include "world.h"

#include <stdlib.h>

#include "datafile.h"
#include "mem.h"

struct world {
	struct datafile file;
	struct slice name; /* borrowed from the file's path */
};

static struct slice file_stem(struct slice path)
{
	static const struct slice suffix = {".json", 5};

	for (size_t i = path.len; i > 0; i--) {
		if (path.ptr[i - 1] == '/') {
			path = slice_make(path.ptr + i, path.len - i);
			break;
		}
	}
	if (path.len > suffix.len &&
	    memcmp(path.ptr + path.len - suffix.len, suffix.ptr, suffix.len) == 0)
		path.len -= suffix.len;
	return path;
}

static int load(struct world *w, const struct conf *c, struct slice name, struct err *e)
{
	if (datafile_load(&w->file, c, "worlds", name, e) < 0)
		return -1;
	w->name = file_stem(buf_all(&w->file.path));
	if (!slice_plain_name(w->name))
		return err_set(
		    e, "%s: the name of a world's file must be of [a-z0-9-]", world_path(w));
	return 0;
}

struct world *world_load(const struct conf *c, struct slice name, struct err *e)
{
	struct world *w = mem_array(1, sizeof *w);

	if (load(w, c, name, e) == 0)
		return w;
	world_free(w);
	return NULL;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	datafile_free(&w->file);
	free(w);
}

struct slice world_name(const struct world *w)
{
	return w->name;
}

const char *world_path(const struct world *w)
{
	return datafile_path(&w->file);
}

const struct json *world_json(const struct world *w)
{
	return w->file.root;
}
