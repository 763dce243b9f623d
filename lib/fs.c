#include "fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"

enum { READ_CHUNK = 64 * 1024 };

ssize_t fs_read(int fd, char *ptr, size_t len)
{
	ssize_t n;

	do
		n = read(fd, ptr, len);
	while (n < 0 && errno == EINTR);
	return n;
}

/* The size of a regular file is only a hint: it can grow, and /proc says 0. */
static size_t first_chunk(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size < READ_CHUNK)
		return (size_t)st.st_size + 1;
	return READ_CHUNK;
}

static int slurp_fd(int fd, const char *path, size_t max, struct buf *b, struct err *e)
{
	size_t start = b->len, chunk = first_chunk(fd);

	for (;;) {
		char *to = buf_room(b, chunk);
		ssize_t n;

		if (!to)
			return err_set(e, "%s: too large", path);
		n = fs_read(fd, to, chunk);
		if (n < 0)
			return err_sys(e, errno, "%s: cannot read", path);
		if (n == 0)
			return 0;
		b->len += (size_t)n;
		if (b->len - start > max)
			return err_set(e, "%s: larger than %zu bytes", path, max);
	}
}

int fs_slurp(const char *path, size_t max, struct buf *b, struct err *e)
{
	int fd, status;

	if (strcmp(path, "-") == 0)
		return slurp_fd(STDIN_FILENO, "standard input", max, b, e);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "%s: cannot open", path);
	status = slurp_fd(fd, path, max, b, e);
	close(fd);
	return status;
}

int fs_write(int fd, const char *ptr, size_t len, struct err *e)
{
	while (len > 0) {
		ssize_t n = write(fd, ptr, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, errno, "cannot write");
		ptr += n;
		len -= (size_t)n;
	}
	return 0;
}

int fs_mkdirs(const char *path, struct err *e)
{
	char *copy = mem_copy(path, strlen(path));
	int status = 0;

	for (char *p = copy + 1; status == 0; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0777) < 0 && errno != EEXIST)
			status = err_sys(e, errno, "%s: cannot make the folder", copy);
		*p = c;
		if (c == '\0')
			break;
	}
	free(copy);
	return status;
}

/* mkstemp gives 0600; a file that a user asked for has the mode that open would give it. */
static void usual_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	if (fchmod(fd, 0666 & ~mask) < 0)
		return; /* the file is only more private than usual */
}

static int open_special(struct fs_temp *t, struct err *e)
{
	t->fd = open(t->path, O_WRONLY | O_CLOEXEC);
	if (t->fd >= 0)
		return 0;
	err_sys(e, errno, "%s: cannot open", t->path);
	fs_temp_drop(t);
	return -1;
}

int fs_temp_open(struct fs_temp *t, const char *path, struct err *e)
{
	size_t len = strlen(path);
	struct stat st;

	*t = (struct fs_temp){.fd = -1, .path = mem_copy(path, len)};
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return open_special(t, e);
	t->temp = mem_grow(NULL, len + sizeof ".XXXXXX", 1);
	memcpy(t->temp, path, len);
	memcpy(t->temp + len, ".XXXXXX", sizeof ".XXXXXX");
	t->fd = mkostemp(t->temp, O_CLOEXEC);
	if (t->fd >= 0) {
		usual_mode(t->fd);
		return 0;
	}
	err_sys(e, errno, "%s: cannot make a file beside it", path);
	free(t->temp);
	t->temp = NULL;
	fs_temp_drop(t);
	return -1;
}

int fs_temp_commit(struct fs_temp *t, struct err *e)
{
	int fd = t->fd;

	t->fd = -1;
	if (close(fd) < 0)
		err_sys(e, errno, "%s: cannot write", t->path);
	else if (t->temp && rename(t->temp, t->path) < 0)
		err_sys(e, errno, "%s: cannot rename %s to it", t->path, t->temp);
	else {
		free(t->temp);
		t->temp = NULL;
		fs_temp_drop(t);
		return 0;
	}
	fs_temp_drop(t);
	return -1;
}

void fs_temp_drop(struct fs_temp *t)
{
	if (t->fd >= 0)
		close(t->fd);
	if (t->temp)
		unlink(t->temp);
	free(t->temp);
	free(t->path);
	*t = (struct fs_temp){.fd = -1};
}
