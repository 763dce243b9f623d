#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fs.h"
#include "store_impl.h"

enum { WARM = 64 * 1024, KEEP = 1024 * 1024 };

/* A clock may be this much ahead before an entry's time is one of the future. */
static const int64_t ahead = STORE_SECOND;

static int open_entry(struct store *s, const struct address *key)
{
	char path[STORE_PATH];
	int fd;

	store_path(key, path);
	do
		fd = openat(s->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	while (fd < 0 && errno == EINTR);
	return fd;
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

/* Marks as used what was not for an hour; a time of the future would never grow old. */
static void touch(int fd, int64_t now)
{
	const struct timespec times[2] = {
	    {.tv_nsec = UTIME_OMIT}, {.tv_sec = now / STORE_SECOND, .tv_nsec = now % STORE_SECOND}};
	struct stat st;
	int64_t mtime;

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

	if (fd < 0)
		return false;
	hit = store_slurp(s, fd) &&
	    store_head_read(key, s->entry.ptr, s->entry.len, s->entry.len, h) == STORE_WHOLE &&
	    wanted(&h->info, want, now) && store_payload_good(h, buf_all(&s->entry));
	if (hit && s->touch)
		touch(fd, now);
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
