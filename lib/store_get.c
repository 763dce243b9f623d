#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"
#include "store_impl.h"

enum { WARM = 64 * 1024, KEEP = 1024 * 1024 };

/* Who has asked for more than this asks for much. */
enum { FEW = 100 };

/* A clock may be this much ahead before an entry's time is one of the future. */
static const int64_t ahead = STORE_SECOND;

static int open_at(int at, const char *path)
{
	int fd;

	do
		fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	while (fd < 0 && errno == EINTR);
	return fd;
}

/* Who asks for much keeps the folders open: the way to one is a sixth of the work. */
static int kept_folder(struct store *s, unsigned folder)
{
	char path[4];

	if (!s->folders) {
		s->folders = mem_array(STORE_FOLDERS, sizeof *s->folders);
		for (unsigned i = 0; i < STORE_FOLDERS; i++)
			s->folders[i] = -1;
	}
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
	int fd = -1, at = s->asked < FEW ? -1 : kept_folder(s, folder);

	store_path(key, path);
	if (at >= 0)
		fd = open_at(at, path + 4);
	if (fd >= 0)
		return fd;
	fd = open_at(s->fd, path);
	if (fd >= 0 && at >= 0) {
		close(at);
		s->folders[folder] = -1;
	}
	return fd;
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

/*
 * Marks as used what was not for an hour; a time of the future would never grow old. Asking for the
 * time is a ninth of a lookup, so who asks for much does not ask it of what was made within the hour.
 */
static void touch(struct store *s, int fd, int64_t created, int64_t now)
{
	const struct timespec times[2] = {
	    {.tv_nsec = UTIME_OMIT}, {.tv_sec = now / STORE_SECOND, .tv_nsec = now % STORE_SECOND}};
	struct stat st;
	int64_t mtime;

	if (s->asked >= FEW && created <= now && now - created < STORE_HOUR)
		return;
	if (fstat(fd, &st) < 0)
		return;
	mtime = store_ns(st.st_mtim);
	/* Where it cannot be marked (a store that is only read), it is a hit all the same. */
	if (now - mtime > STORE_HOUR || mtime > now + ahead)
		(void)!futimens(fd, times);
}

/* A time of creation in the future is young: nothing is lost by a clock that was set back. */
static bool wanted(const struct store_info *info, const struct store_want *want, int64_t now)
{
	if (info->expires && now >= info->expires)
		return false;
	return !want || !want->max_age || now - info->created <= want->max_age;
}

/* The entry, checked, in s->entry. */
static bool load(
    struct store *s, const struct address *key, const struct store_want *want, struct store_head *h)
{
	int fd = open_entry(s, key);
	int64_t now = store_now(s);
	bool hit;

	s->asked += s->asked < FEW;
	if (fd < 0)
		return false;
	hit = store_slurp(s, fd) &&
	    store_head_read(key, s->entry.ptr, s->entry.len, s->entry.len, h) == STORE_WHOLE &&
	    wanted(&h->info, want, now) && store_payload_good(h, buf_all(&s->entry));
	if (hit && s->touch)
		touch(s, fd, h->info.created, now);
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
