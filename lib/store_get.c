#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"
#include "store_impl.h"

enum { WARM = 64 * 1024, KEEP = 1024 * 1024 };

/* Who has asked for more than this asks for much. */
enum { FEW = 100 };

/* A clock may be this much ahead before an entry's time is one of the future. */
static const int64_t ahead = STORE_SECOND;

int store_open_file(int at, const char *path)
{
	int fd;

	do
		fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	while (fd < 0 && errno == EINTR);
	return fd;
}

/* Who may open no more files than many programs need has none to spare. */
static bool may_keep(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= 4 * STORE_FOLDERS;
}

static void begin_keeping(struct store *s)
{
	s->folders = mem_array(STORE_FOLDERS, sizeof *s->folders);
	for (unsigned i = 0; i < STORE_FOLDERS; i++)
		s->folders[i] = -1;
}

/* Who asks for much keeps the folders open: the way to one is a sixth of the work. */
static int kept_folder(struct store *s, unsigned folder)
{
	char path[4];

	if (!s->folders)
		return -1;
	if (s->folders[folder] < 0) {
		store_folder_path(folder, path);
		s->folders[folder] =
		    openat(s->fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	}
	return s->folders[folder];
}

/* A folder that is kept may have been removed meanwhile, and made again. */
static int open_entry(struct store *s, const struct address *key)
{
	unsigned folder = store_folder(key);
	char path[STORE_PATH];
	int fd = -1, at = kept_folder(s, folder);

	store_path(key, path);
	if (at >= 0)
		fd = store_open_file(at, path + 4);
	if (fd >= 0)
		return fd;
	fd = store_open_file(s->fd, path);
	if (fd >= 0 && at >= 0) {
		close(at);
		s->folders[folder] = -1;
	}
	return fd;
}

int store_peek(struct store *s, const struct address *key, struct store_head *h)
{
	char path[STORE_PATH], head[STORE_HEAD];
	struct stat st;
	ssize_t n = -1;
	int fd;

	store_path(key, path);
	fd = store_open_file(s->fd, path);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0)
		n = fs_read(fd, head, sizeof head);
	close(fd);
	return n < 0 ? -1 : (int)store_head_read(key, head, (size_t)n, (uint64_t)st.st_size, h);
}

void store_forget_folders(struct store *s)
{
	for (unsigned i = 0; s->folders && i < STORE_FOLDERS; i++)
		if (s->folders[i] >= 0)
			close(s->folders[i]);
	free(s->folders);
	s->folders = NULL;
}

/* A first read that is larger than nearly all entries: its end is seen without asking. */
bool store_slurp(struct store *s, int fd)
{
	size_t room = WARM;

	buf_reset(&s->entry, KEEP);
	for (;;) {
		char *to = buf_room(&s->entry, room);
		ssize_t n;

		if (!to)
			return false;
		n = fs_read(fd, to, room);
		if (n < 0)
			return false;
		s->entry.len += (size_t)n;
		if ((size_t)n < room)
			return true;
		room = s->entry.len;
	}
}

/* Where it cannot be marked (a store that is only read), it is a hit all the same. */
static void mark(struct store *s, const struct address *key, const struct stat *read, int64_t now)
{
	struct timespec times[2];
	char path[STORE_PATH], bytes[8];
	struct stat st;
	int fd;

	store_path(key, path);
	fd = openat(s->fd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return;
	store_mark_put(bytes, now);
	store_times(times, now);
	/* What has replaced it since is as new as can be. */
	if (fstat(fd, &st) == 0 && st.st_ino == read->st_ino && st.st_dev == read->st_dev) {
		store_pwrite(fd, bytes, sizeof bytes, STORE_AT_MARK, NULL);
		(void)!futimens(fd, times);
	}
	close(fd);
}

/*
 * Marks as used what was not for an hour; a time of the future would never grow old. To ask for the
 * time is a ninth of a lookup: who asks for much takes the mark's word that it is of this hour.
 */
static void touch(
    struct store *s, const struct address *key, int fd, const struct store_head *h, int64_t now)
{
	struct stat st;
	int64_t mtime;

	if (s->asked >= FEW && h->marked <= now && now - h->marked < STORE_HOUR)
		return;
	if (fstat(fd, &st) < 0)
		return;
	mtime = store_ns(st.st_mtim);
	if (now - mtime > STORE_HOUR || mtime > now + ahead)
		mark(s, key, &st, now);
}

/* A time of creation in the future is young: nothing is lost by a clock that was set back. */
static bool wanted(const struct store_info *info, const struct store_want *want, int64_t now)
{
	if (info->expires && now >= info->expires)
		return false;
	return !want || !want->max_age || now - info->created <= want->max_age;
}

static enum store_flaw check(
    struct store *s, const struct address *key, int fd, struct store_head *h)
{
	enum store_flaw flaw;

	if (!store_slurp(s, fd))
		return STORE_SHORT;
	flaw = store_head_read(key, s->entry.ptr, s->entry.len, s->entry.len, h);
	if (flaw == STORE_WHOLE && !store_payload_good(h, buf_all(&s->entry)))
		return STORE_BAD_PAYLOAD;
	return flaw;
}

/* The entry, checked, in s->entry. */
static bool load(
    struct store *s, const struct address *key, const struct store_want *want, struct store_head *h)
{
	int fd = open_entry(s, key);
	int64_t now = store_now(s);
	enum store_flaw flaw;
	bool hit;

	if (s->asked < FEW && ++s->asked == FEW && may_keep())
		begin_keeping(s);
	if (fd < 0)
		return false;
	flaw = check(s, key, fd, h);
	/* A mark may be read while it is written. */
	if (flaw == STORE_BAD_MARK && lseek(fd, 0, SEEK_SET) == 0)
		flaw = check(s, key, fd, h);
	hit = flaw == STORE_WHOLE && wanted(&h->info, want, now);
	if (hit && s->touch)
		touch(s, key, fd, h, now);
	close(fd);
	return hit;
}

bool store_get(struct store *s, const struct address *key, const struct store_want *want,
    struct buf *b, struct store_info *info)
{
	struct store_head h;

	if (!load(s, key, want, &h))
		return false;
	if (!s->unpack)
		s->unpack = ZSTD_createDCtx();
	if (!store_payload_put(&h, buf_all(&s->entry), s->unpack, b))
		return false;
	*info = h.info;
	return true;
}

bool store_get_entry(
    struct store *s, const struct address *key, const struct store_want *want, struct buf *b)
{
	struct store_head h;

	if (!load(s, key, want, &h))
		return false;
	buf_slice(b, buf_all(&s->entry));
	return !b->over;
}
