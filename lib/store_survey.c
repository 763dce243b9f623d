#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "mem.h"
#include "store_impl.h"

/* How often a folder is listed that is written to meanwhile, before its writers have to wait. */
enum { TRIES = 3 };

/* Removed while a folder's counter is held. */
enum { AT_ONCE = 64 };

static DIR *open_folder(struct store *s, const char *path, struct err *e)
{
	int fd = openat(s->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d && errno != ENOENT)
		err_sys(e, errno, "%s/%s: cannot open", s->dir, path);
	else if (!d)
		errno = ENOENT;
	if (!d && fd >= 0)
		close(fd);
	return d;
}

/* false: gone meanwhile, or no regular file. */
static bool look(int dir, const char *name, struct store_file *f)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return false;
	f->mtime = store_ns(st.st_mtim);
	f->size = (uint64_t)st.st_size;
	f->inode = st.st_ino;
	return true;
}

static int list_open(DIR *d, unsigned folder, bool sizes, struct store_files *files)
{
	for (;;) {
		const struct dirent *entry;
		struct store_file f = {0};

		errno = 0;
		entry = readdir(d);
		if (!entry)
			return errno ? -1 : 0;
		if (!address_parse(&f.key, slice_str(entry->d_name)) ||
		    store_folder(&f.key) != folder)
			continue;
		if (sizes && !look(dirfd(d), entry->d_name, &f))
			continue;
		files->file = mem_more(files->file, files->n, &files->cap, sizeof *files->file);
		files->file[files->n++] = f;
	}
}

int store_list(
    struct store *s, unsigned folder, bool sizes, struct store_files *files, struct err *e)
{
	char path[4];
	DIR *d;
	int status;

	store_folder_path(folder, path);
	d = open_folder(s, path, e);
	if (!d)
		return errno == ENOENT ? 0 : -1;
	status = list_open(d, folder, sizes, files);
	if (status < 0)
		err_sys(e, errno, "%s/%s: cannot read", s->dir, path);
	closedir(d);
	return status;
}

static int set_counter(struct store *s, unsigned folder, const struct store_files *files,
    size_t from, const struct store_counter *now, struct err *e)
{
	struct store_counter c = {.entries = files->n - from, .changes = now->changes};

	for (size_t i = from; i < files->n; i++)
		c.bytes += files->file[i].size;
	if (c.entries == now->entries && c.bytes == now->bytes)
		return 0;
	return store_counter_write(s, folder, &c, e);
}

/*
 * Lists without holding the counter, and sets it if nobody has changed it since: who changes what
 * stands in a folder holds the counter for as long. 1: somebody has.
 */
static int try_survey(struct store *s, unsigned folder, struct store_files *files, struct err *e)
{
	struct store_counter before, after;
	size_t from = files->n;
	int status;

	if (store_lock_folder(s, folder, e) < 0)
		return -1;
	status = store_counter_read(s, folder, &before, e);
	store_unlock_folder(s, folder);
	if (status < 0 || store_list(s, folder, true, files, e) < 0 ||
	    store_lock_folder(s, folder, e) < 0)
		return -1;
	status = store_counter_read(s, folder, &after, e);
	if (status == 0)
		status = after.changes != before.changes
		    ? 1
		    : set_counter(s, folder, files, from, &after, e);
	store_unlock_folder(s, folder);
	if (status == 1)
		files->n = from;
	return status;
}

static int survey_held(struct store *s, unsigned folder, struct store_files *files, struct err *e)
{
	struct store_counter now;
	size_t from = files->n;
	int status;

	if (store_lock_folder(s, folder, e) < 0)
		return -1;
	status = store_counter_read(s, folder, &now, e);
	if (status == 0)
		status = store_list(s, folder, true, files, e);
	if (status == 0)
		status = set_counter(s, folder, files, from, &now, e);
	store_unlock_folder(s, folder);
	return status;
}

int store_survey(struct store *s, unsigned folder, struct store_files *files, struct err *e)
{
	for (int i = 0; i < TRIES; i++) {
		int status = try_survey(s, folder, files, e);

		if (status <= 0)
			return status;
	}
	return survey_held(s, folder, files, e);
}

/* 1: it is not what was listed any more, and stays. */
static int remove_one(struct store *s, const struct store_file *f, struct err *e)
{
	struct store_file now = {0};
	char path[STORE_PATH];

	store_path(&f->key, path);
	if (!look(s->fd, path, &now) || now.mtime != f->mtime || now.size != f->size ||
	    now.inode != f->inode)
		return 1;
	if (unlinkat(s->fd, path, 0) < 0)
		return errno == ENOENT ? 1
				       : err_sys(e, errno, "%s/%s: cannot remove", s->dir, path);
	return 0;
}

/* Off the counter only once they are gone: who dies in between has counted too much. */
static int remove_some(
    struct store *s, const struct store_file *file, size_t n, struct store_report *r, struct err *e)
{
	unsigned folder = store_folder(&file->key);
	uint64_t entries = 0, bytes = 0;
	struct store_counter c;
	int status = store_counter_read(s, folder, &c, e);

	for (size_t i = 0; i < n && status >= 0; i++) {
		status = remove_one(s, &file[i], e);
		if (status == 0) {
			entries++;
			bytes += file[i].size;
		}
	}
	if (entries) {
		c.entries -= entries < c.entries ? entries : c.entries;
		c.bytes -= bytes < c.bytes ? bytes : c.bytes;
		if (store_counter_write(s, folder, &c, status < 0 ? NULL : e) < 0)
			status = -1;
	}
	r->removed += entries;
	r->bytes += bytes;
	return status < 0 ? -1 : 0;
}

int store_remove(
    struct store *s, const struct store_file *file, size_t n, struct store_report *r, struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < n && status == 0; i += AT_ONCE) {
		if (store_lock_folder(s, store_folder(&file->key), e) < 0)
			return -1;
		status = remove_some(s, file + i, n - i < AT_ONCE ? n - i : AT_ONCE, r, e);
		store_unlock_folder(s, store_folder(&file->key));
	}
	return status;
}

/* Whoever wrote it has long ended, or is stopped: then its put fails, and says so. */
static bool is_left(struct store *s, int dir, const char *name)
{
	int64_t now = store_now(s);
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return false;
	if (store_ns(st.st_mtim) > now)
		utimensat(dir, name, NULL, AT_SYMLINK_NOFOLLOW); /* or it would never grow old */
	return now - store_ns(st.st_mtim) > STORE_HOUR;
}

int store_sweep_temps(struct store *s, struct store_report *r, struct err *e)
{
	const struct dirent *entry;
	DIR *d = open_folder(s, "tmp", e);

	if (!d)
		return errno == ENOENT ? 0 : -1;
	while ((entry = readdir(d)))
		if (is_left(s, dirfd(d), entry->d_name) &&
		    unlinkat(dirfd(d), entry->d_name, 0) == 0)
			r->removed++;
	closedir(d);
	return 0;
}
