#include "conf.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"

enum { CONFIG_FILE_MAX = 1 << 20 };

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static const char *config_path(struct buf *b)
{
	const char *home = env("XDG_CONFIG_HOME");

	if (!home) {
		home = env("HOME");
		if (!home)
			return NULL;
		buf_str(b, home);
		buf_str(b, "/.config");
	} else {
		buf_str(b, home);
	}
	buf_str(b, "/npc/config");
	return buf_cstr(b);
}

/* Makes each NAME=value a string of its own: line ends become NULs. */
static int cut_lines(struct buf *file, const char *path, struct err *e)
{
	struct slice rest;
	unsigned number = 0;

	buf_byte(file, '\n');
	rest = buf_all(file);
	while (rest.len) {
		struct slice line = slice_split(&rest, '\n'), name = slice_trim(line);

		number++;
		if (memchr(line.ptr, '\0', line.len) ||
		    (name.len && name.ptr[0] != '#' && !memchr(name.ptr, '=', name.len)))
			return err_set(e, "%s:%u: not NAME=value", path, number);
		file->ptr[line.ptr - file->ptr + (ptrdiff_t)line.len] = '\0';
	}
	return 0;
}

static int read_config(struct conf *c, struct err *e)
{
	struct buf path = {0};
	const char *name = config_path(&path);
	int status = 0;

	if (name && access(name, F_OK) == 0)
		status = fs_slurp(name, CONFIG_FILE_MAX, &c->file, e);
	if (status == 0 && c->file.len)
		status = cut_lines(&c->file, name, e);
	buf_free(&path);
	return status;
}

const char *conf_get(const struct conf *c, const char *name)
{
	const char *value = env(name), *found = NULL;
	size_t len = strlen(name);

	if (value)
		return value;
	for (size_t at = 0; at < c->file.len; at += strlen(c->file.ptr + at) + 1) {
		const char *line = c->file.ptr + at;

		line += strspn(line, " \t");
		if (strncmp(line, name, len) == 0 && line[len] == '=')
			found = line + len + 1;
	}
	return found && *found ? found : NULL;
}

/* Where the program stands, without its last part; "" where the system does not tell. */
static void program_folder(struct buf *b)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path);
	size_t len = n > 0 && (size_t)n < sizeof path ? (size_t)n : 0;

	while (len > 0 && path[len - 1] != '/')
		len--;
	buf_put(b, path, len);
}

static void add_folder(struct conf *c, size_t *n, size_t *cap, struct slice path)
{
	c->folders = mem_more(c->folders, *n + 1, cap, sizeof *c->folders);
	c->folders[(*n)++] = mem_copy(path.ptr, path.len);
	c->folders[*n] = NULL;
}

static void add_own_folders(struct conf *c, size_t *n, size_t *cap)
{
	static const char *const beside[] = {"../share/npc", "../data"};
	struct buf b = {0};
	size_t base;

	program_folder(&b);
	base = b.len;
	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
		b.len = base;
		buf_str(&b, beside[i]);
		if (access(buf_cstr(&b), R_OK | X_OK) == 0) {
			add_folder(c, n, cap, buf_all(&b));
			break;
		}
	}
	buf_free(&b);
}

static void find_folders(struct conf *c)
{
	const char *set = conf_get(c, "NPC_DATA");
	struct slice rest = slice_str(set ? set : "");
	size_t n = 0, cap = 0;

	c->folders = mem_more(NULL, 0, &cap, sizeof *c->folders);
	c->folders[0] = NULL;
	do {
		struct slice part = slice_split(&rest, ':');

		if (part.len)
			add_folder(c, &n, &cap, part);
		else
			add_own_folders(c, &n, &cap);
	} while (rest.ptr);
}

int conf_load(struct conf *c, struct err *e)
{
	*c = (struct conf){0};
	if (read_config(c, e) < 0) {
		conf_free(c);
		return -1;
	}
	find_folders(c);
	return 0;
}

static bool is_path(struct slice name, const char *suffix)
{
	struct slice tail = slice_str(suffix);

	return (name.len && memchr(name.ptr, '/', name.len)) ||
	    (tail.len && name.len > tail.len &&
		memcmp(name.ptr + name.len - tail.len, tail.ptr, tail.len) == 0);
}

int conf_find(const struct conf *c, const char *kind, struct slice name, const char *suffix,
    struct buf *path, struct err *e)
{
	size_t start = path->len;

	if (is_path(name, suffix)) {
		buf_slice(path, name);
		return 0;
	}
	if (!slice_plain_name(name))
		return err_set(e, "'%.*s' is not a name of %s ([a-z0-9-]+)", SLICE_FMT(name), kind);
	for (char **folder = c->folders; *folder; folder++) {
		path->len = start;
		buf_fmt(path, "%s/%s/%.*s%s", *folder, kind, SLICE_FMT(name), suffix);
		if (access(buf_cstr(path) + start, F_OK) == 0)
			return 0;
	}
	path->len = start;
	return err_set(e, "%s/%.*s%s: not found in %s%s", kind, SLICE_FMT(name), suffix,
	    c->folders[0] ? c->folders[0] : "any data folder (there is none)",
	    c->folders[0] && c->folders[1] ? " or the other folders of NPC_DATA" : "");
}

struct listing {
	char **names;
	size_t n, cap;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_folder(struct listing *l, const char *folder, const char *kind, const char *suffix)
{
	struct buf path = {0};
	size_t tail = strlen(suffix);
	struct dirent *d;
	DIR *dir;

	buf_fmt(&path, "%s/%s", folder, kind);
	dir = opendir(buf_cstr(&path));
	while (dir && (d = readdir(dir)) != NULL) {
		size_t len = strlen(d->d_name);

		if (len <= tail || strcmp(d->d_name + len - tail, suffix) != 0 ||
		    !slice_plain_name(slice_make(d->d_name, len - tail)))
			continue;
		l->names = mem_more(l->names, l->n, &l->cap, sizeof *l->names);
		l->names[l->n++] = mem_copy(d->d_name, len - tail);
	}
	if (dir)
		closedir(dir);
	buf_free(&path);
}

int conf_each(const struct conf *c, const char *kind, const char *suffix,
    int (*each)(void *ctx, struct slice name, struct err *e), void *ctx, struct err *e)
{
	struct listing l = {0};
	int status = 0;

	for (char **folder = c->folders; *folder; folder++)
		list_folder(&l, *folder, kind, suffix);
	if (l.n)
		qsort(l.names, l.n, sizeof *l.names, by_name);
	for (size_t i = 0; i < l.n; i++) {
		if (status == 0 && (i == 0 || strcmp(l.names[i - 1], l.names[i]) != 0))
			status = each(ctx, slice_str(l.names[i]), e);
	}
	for (size_t i = 0; i < l.n; i++)
		free(l.names[i]);
	free(l.names);
	return status;
}

void conf_free(struct conf *c)
{
	for (char **folder = c->folders; folder && *folder; folder++)
		free(*folder);
	free(c->folders);
	buf_free(&c->file);
	*c = (struct conf){0};
}
