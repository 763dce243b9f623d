/*
 * Writing: a temporary file, synced and closed, that gets its name while its folder's counter is
 * held. The counter is charged first: whoever dies in between has counted too much.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"
#include "store_impl.h"

/* What waits for one sync, at most: entries, and their bytes. */
enum { PENDING = 256, PENDING_BYTES = 16 << 20 };

static int create_temp(struct store *s, char temp[STORE_TEMP])
{
	for (;;) {
		int fd;

		snprintf(temp, STORE_TEMP, "tmp/%ld-%lu-%016llx", (long)getpid(), s->temps++,
		    (unsigned long long)s->random);
		fd =
		    openat(s->fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd >= 0 || (errno != EEXIST && errno != EINTR))
			return fd;
	}
}

/* tmp/ may have been cleaned away. */
static int open_temp(struct store *s, char temp[STORE_TEMP])
{
	int fd = create_temp(s, temp);

	if (fd < 0 && errno == ENOENT && store_mkdir(s, s->fd, "tmp") == 0)
		fd = create_temp(s, temp);
	return fd;
}

static int sync_file(int fd)
{
	int status;

	do
		status = fdatasync(fd);
	while (status < 0 && errno == EINTR);
	return status;
}

/*
 * The kernel's own times are some milliseconds coarse: many entries would be of one age. Where a
 * file system does not have it, that is all.
 */
static void set_time(int fd, int64_t now)
{
	struct timespec times[2];

	store_times(times, now);
	(void)!futimens(fd, times);
}

/* On failure the file is gone. */
static int write_temp(struct store *s, struct slice entry, char temp[STORE_TEMP], struct err *e)
{
	int status, fd = open_temp(s, temp);

	if (fd < 0)
		return err_sys(e, errno, "cannot make a file in %s/tmp", s->dir);
	status = fs_write(fd, entry.ptr, entry.len, e);
	if (status == 0 && s->mode && fchmod(fd, 0600) < 0)
		status = err_sys(e, errno, "cannot set a file's mode");
	set_time(fd, store_now(s));
	if (status == 0 && s->sync == STORE_SYNC_DATA && sync_file(fd) < 0)
		status = err_sys(e, errno, "cannot sync");
	if (close(fd) < 0 && status == 0)
		status = err_sys(e, errno, "cannot write");
	if (status < 0)
		unlinkat(s->fd, temp, 0);
	return status;
}

/* A file system that does not know the flag: the name is looked at first. */
static int rename_new(struct store *s, const char *temp, const char *path)
{
	struct stat st;

	if (renameat2(s->fd, temp, s->fd, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? renameat(s->fd, temp, s->fd, path) : -1;
	errno = EEXIST;
	return -1;
}

static int make_folder(struct store *s, const char *path)
{
	char folder[4] = {path[0], '\0'};

	if (store_mkdir(s, s->fd, folder) < 0)
		return -1;
	memcpy(folder, path, 3);
	return store_mkdir(s, s->fd, folder);
}

/* What was there under the name is replaced, and *old is its size; else that is not touched. */
static int give_name(struct store *s, const char *temp, const char *path, uint64_t *old)
{
	struct stat st;
	int status = rename_new(s, temp, path);

	if (status < 0 && errno == ENOENT && make_folder(s, path) == 0)
		status = rename_new(s, temp, path);
	if (status == 0 || errno != EEXIST)
		return status;
	if (fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    renameat(s->fd, temp, s->fd, path) < 0)
		return -1;
	*old = (uint64_t)st.st_size;
	return 1;
}

static void take_off(struct store *s, unsigned folder, struct store_counter *c, uint64_t size)
{
	c->entries -= c->entries > 0;
	c->bytes -= size < c->bytes ? size : c->bytes;
	store_counter_write(s, folder, c, NULL); /* where this fails, it only counts too much */
}

/* With the folder's counter held. */
static int charge_and_name(
    struct store *s, const char *temp, const struct address *key, uint64_t size, struct err *e)
{
	unsigned folder = store_folder(key);
	struct store_counter c;
	char path[STORE_PATH];
	uint64_t old = 0;
	int status;

	store_path(key, path);
	if (store_counter_read(s, folder, &c, e) < 0)
		return -1;
	c.entries++;
	c.bytes += size;
	if (store_counter_write(s, folder, &c, e) < 0)
		return -1;
	status = give_name(s, temp, path, &old);
	if (status < 0)
		err_sys(e, errno, "%s/%s: cannot give it its name", s->dir, path);
	if (status != 0)
		take_off(s, folder, &c, status < 0 ? size : old);
	return status < 0 ? -1 : 0;
}

/* On failure the file is gone. */
static int publish(
    struct store *s, const char *temp, const struct address *key, uint64_t size, struct err *e)
{
	int status = store_lock_folder(s, store_folder(key), e);

	if (status == 0) {
		status = charge_and_name(s, temp, key, size, e);
		store_unlock_folder(s, store_folder(key));
	}
	if (status < 0)
		unlinkat(s->fd, temp, 0);
	else
		store_collect(s, size);
	return status;
}

static int wait_for_sync(
    struct store *s, const char *temp, const struct address *key, uint64_t size, struct err *e)
{
	struct store_pending *p;
	uint64_t bytes = 0;

	s->pending = mem_more(s->pending, s->n_pending, &s->cap_pending, sizeof *s->pending);
	p = &s->pending[s->n_pending++];
	p->key = *key;
	p->size = size;
	memcpy(p->temp, temp, STORE_TEMP);
	for (size_t i = 0; i < s->n_pending; i++)
		bytes += s->pending[i].size;
	return s->n_pending < PENDING && bytes < PENDING_BYTES ? 0 : store_commit(s, e);
}

static int put_entry(struct store *s, const struct address *key, struct slice entry, struct err *e)
{
	char temp[STORE_TEMP];

	if (store_ready(s, e) < 0 || write_temp(s, entry, temp, e) < 0)
		return -1;
	if (s->sync == STORE_SYNC_BATCH)
		return wait_for_sync(s, temp, key, entry.len, e);
	return publish(s, temp, key, entry.len, e);
}

int store_put(struct store *s, const struct address *key, struct slice payload,
    const struct store_info *info, struct err *e)
{
	struct store_info i = *info;

	if (!i.created)
		i.created = store_now(s);
	buf_reset(&s->entry, PENDING_BYTES);
	if (store_entry_put(s, &s->entry, key, payload, &i, e) < 0)
		return -1;
	return put_entry(s, key, buf_all(&s->entry), e);
}

int store_put_entry(struct store *s, const struct address *key, struct slice entry, struct err *e)
{
	struct store_info info;

	buf_reset(&s->entry, PENDING_BYTES);
	if (!store_read_entry(key, entry, &s->entry, &info))
		return err_set(e, "not a whole entry of this key");
	return put_entry(s, key, entry, e);
}

/* Gives all of them their names, or, where there was no sync, none. e is the first failure's. */
static int publish_pending(struct store *s, bool synced, struct err *e)
{
	size_t n = s->n_pending;
	int status = 0;

	s->n_pending = 0;
	for (size_t i = 0; i < n; i++) {
		const struct store_pending *p = &s->pending[i];

		if (!synced)
			unlinkat(s->fd, p->temp, 0);
		else if (publish(s, p->temp, &p->key, p->size, status < 0 ? NULL : e) < 0)
			status = -1;
	}
	return status;
}

int store_commit(struct store *s, struct err *e)
{
	if (s->n_pending == 0)
		return 0;
	if (syncfs(s->fd) < 0) {
		err_sys(e, errno, "%s: cannot sync", s->dir);
		publish_pending(s, false, NULL);
		return -1;
	}
	return publish_pending(s, true, e);
}
