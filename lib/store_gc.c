#include <fcntl.h>
#include <stdlib.h>

#include "mem.h"
#include "store_impl.h"

struct gc {
	struct store *s;
	int64_t now, max_age;
	struct store_files kept;
	struct store_report *r;
};

/* What cannot be read now may be good; what is of another version is not ours to judge. */
static bool is_doomed(const struct gc *gc, const struct store_file *f)
{
	struct store_head h;

	switch (store_peek(gc->s, &f->key, &h)) {
	case STORE_WHOLE:
		return (h.info.expires && gc->now >= h.info.expires) ||
		    (gc->max_age && gc->now - h.info.created > gc->max_age);
	case -1:
	case STORE_OTHER_VERSION:
		return false;
	default:
		gc->r->bad++;
		return true;
	}
}

static void keep(struct gc *gc, const struct store_file *f)
{
	struct store_files *k = &gc->kept;

	k->file = mem_more(k->file, k->n, &k->cap, sizeof *k->file);
	k->file[k->n++] = *f;
}

/*
 * A time of the future would make it the last to go, for ever. What was put since gc began is not
 * of the future: the clock is asked again.
 */
static void set_back(struct gc *gc, struct store_file *f)
{
	struct timespec times[2];
	char path[STORE_PATH];
	struct stat st;

	if (f->mtime > gc->now + STORE_SECOND)
		gc->now = store_now(gc->s);
	if (f->mtime <= gc->now + STORE_SECOND)
		return;
	store_times(times, gc->now);
	store_path(&f->key, path);
	if (utimensat(gc->s->fd, path, times, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstatat(gc->s->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ino == f->inode)
		f->mtime = store_ns(st.st_mtim);
}

static int look_through(struct gc *gc, unsigned folder, struct store_files *files, struct err *e)
{
	size_t doomed = 0;

	files->n = 0;
	if (store_survey(gc->s, folder, files, e) < 0)
		return -1;
	for (size_t i = 0; i < files->n; i++) {
		struct store_file f = files->file[i];

		gc->r->checked++;
		if (is_doomed(gc, &f)) {
			files->file[doomed++] = f;
			continue;
		}
		set_back(gc, &f);
		keep(gc, &f);
	}
	return store_remove(gc->s, files->file, doomed, gc->r, e);
}

/* The least recently used first; one folder's beside each other where they are of one age. */
static int by_age(const void *a, const void *b)
{
	const struct store_file *x = a, *y = b;

	if (x->mtime != y->mtime)
		return x->mtime < y->mtime ? -1 : 1;
	return memcmp(x->key.bytes, y->key.bytes, ADDRESS_SIZE);
}

static int by_folder(const void *a, const void *b)
{
	const struct store_file *x = a, *y = b;

	return memcmp(x->key.bytes, y->key.bytes, ADDRESS_SIZE);
}

static int remove_all(struct gc *gc, struct store_file *file, size_t n, struct err *e)
{
	size_t end;

	qsort(file, n, sizeof *file, by_folder);
	for (size_t i = 0; i < n; i = end) {
		for (end = i;
		     end < n && store_folder(&file[end].key) == store_folder(&file[i].key);)
			end++;
		if (store_remove(gc->s, file + i, end - i, gc->r, e) < 0)
			return -1;
	}
	return 0;
}

static int make_fit(struct gc *gc, uint64_t max_size, struct err *e)
{
	uint64_t bytes = 0;
	size_t n = 0;

	for (size_t i = 0; i < gc->kept.n; i++)
		bytes += gc->kept.file[i].size;
	if (bytes <= max_size)
		return 0;
	qsort(gc->kept.file, gc->kept.n, sizeof *gc->kept.file, by_age);
	for (; bytes > max_size && n < gc->kept.n; n++)
		bytes -= gc->kept.file[n].size;
	return remove_all(gc, gc->kept.file, n, e);
}

static int collect_all(struct gc *gc, uint64_t max_size, struct err *e)
{
	const struct store_round none = {0, STORE_FOLDERS};
	struct store_files files = {0};
	int status = store_sweep_temps(gc->s, gc->r, e);

	for (unsigned i = 0; i < STORE_FOLDERS && status == 0; i++)
		status = look_through(gc, i, &files, e);
	if (status == 0)
		status = make_fit(gc, max_size, e);
	if (status == 0)
		status = store_round_write(gc->s, &none, e);
	if (status == 0)
		status = store_totals(gc->s, &gc->r->left, e);
	free(files.file);
	free(gc->kept.file);
	return status;
}

int store_gc(
    struct store *s, uint64_t max_size, int64_t max_age, struct store_report *r, struct err *e)
{
	struct gc gc = {.s = s, .max_age = max_age, .r = r};
	int status;

	*r = (struct store_report){0};
	if (store_ready(s, e) < 0 || store_lock_collector(s, true, e) < 0)
		return -1;
	gc.now = store_now(s); /* after what may have been a long wait */
	status = collect_all(&gc, max_size ? max_size : s->max_size, e);
	store_unlock_collector(s);
	return status;
}

static int remove_folder(struct store *s, unsigned folder, struct store_report *r, struct err *e)
{
	struct store_files files = {0};
	int status = store_survey(s, folder, &files, e);

	r->checked += files.n;
	if (status == 0)
		status = store_remove(s, files.file, files.n, r, e);
	free(files.file);
	return status;
}

int store_clear(struct store *s, struct store_report *r, struct err *e)
{
	int status;

	*r = (struct store_report){0};
	if (store_ready(s, e) < 0 || store_lock_collector(s, true, e) < 0)
		return -1;
	status = store_sweep_temps(s, r, e);
	for (unsigned i = 0; i < STORE_FOLDERS && status == 0; i++)
		status = remove_folder(s, i, r, e);
	if (status == 0)
		status = store_totals(s, &r->left, e);
	store_unlock_collector(s);
	return status;
}
