/*
 * fs: files as whole things. Read at once, written whole, made by a temporary file and a rename,
 * so that nobody ever sees half of one.
 *
 *	struct fs_temp t;
 *	if (fs_temp_open(&t, "rejects.ndjson", &e) < 0 || fs_write(t.fd, ptr, len, &e) < 0 || …)
 *		fs_temp_drop(&t);
 *	else if (fs_temp_commit(&t, &e) < 0)
 *		…
 */
#ifndef FS_H
#define FS_H

#include <stddef.h>
#include <sys/types.h>

#include "buf.h"
#include "err.h"

/* Reads all of path onto b, at most max bytes; "-" is standard input. */
int fs_slurp(const char *path, size_t max, struct buf *b, struct err *e);

/* Reads at most len bytes, taking up again after a signal; 0 at the end, -1 with errno set. */
ssize_t fs_read(int fd, char *ptr, size_t len);

/* Writes all of it, taking up again after short writes and signals. */
int fs_write(int fd, const char *ptr, size_t len, struct err *e);

/* Makes a folder and those above it, with mode 0777 less the umask; no error where it stands. */
int fs_mkdirs(const char *path, struct err *e);

struct fs_temp {
	int fd;
	char *path; /* where it will stand */
	char *temp; /* where it stands now: beside it */
};

/*
 * Opens a new file beside path. Where path is not a regular file but something to write into (a
 * terminal, a pipe, /dev/null), that itself is opened, and commit only closes it.
 */
int fs_temp_open(struct fs_temp *t, const char *path, struct err *e);

/* Closes it and gives it its name; on failure it is gone. */
int fs_temp_commit(struct fs_temp *t, struct err *e);

/* Closes and removes it. */
void fs_temp_drop(struct fs_temp *t);

#endif
