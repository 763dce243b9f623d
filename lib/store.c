#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "mem.h"
#include "store_impl.h"

#define TAG "CACHEDIR.TAG"
static const char tag[] = "Signature: 8a477f597d28d172789f06886806bc55\n"
			  "# This is a cache of npc-cache: it may be removed at any time.\n"
			  "# https://bford.info/cachedir/ says what this file is.\n";

void store_folder_path(unsigned folder, char path[4])
{
	static const char digits[] = "0123456789abcdef";

	path[0] = digits[folder >> 4];
	path[1] = '/';
	path[2] = digits[folder & 15];
	path[3] = '\0';
}

void store_path(const struct address *key, char path[STORE_PATH])
{
	store_folder_path(store_folder(key), path);
	path[3] = '/';
	address_hex(key, path + 4);
}

int store_mkdir(const struct store *s, int at, const char *name)
{
	if (mkdirat(at, name, 0700) < 0)
		return errno == EEXIST ? 0 : -1;
	return s->mode ? fchmodat(at, name, 0700, 0) : 0;
}

/* The store's folder is for its user alone; those above it are as usual. */
static int make_dir(const struct store *s, const char *dir, struct err *e)
{
	char *parent;
	const char *end = strrchr(dir, '/');
	int status;

	if (store_mkdir(s, AT_FDCWD, dir) == 0)
		return 0;
	if (errno != ENOENT || !end || end == dir)
		return err_sys(e, errno, "%s: cannot make the folder", dir);
	parent = mem_copy(dir, (size_t)(end - dir));
	status = fs_mkdirs(parent, e);
	free(parent);
	if (status == 0 && store_mkdir(s, AT_FDCWD, dir) < 0)
		status = err_sys(e, errno, "%s: cannot make the folder", dir);
	return status;
}

/* A folder of ours, and of nobody else's. */
static int open_own(int at, const char *name, const char *said, struct err *e)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return err_sys(e, errno, "%s: cannot open", said);
	if (fstat(fd, &st) < 0)
		err_sys(e, errno, "%s: cannot be looked at", said);
	else if (st.st_uid != geteuid())
		err_set(e, "%s: is another user's", said);
	else
		return fd;
	close(fd);
	return -1;
}

static bool holds(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* An empty file system has its lost+found. */
static bool is_empty(int dir)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	const struct dirent *entry;
	bool empty = d != NULL;

	if (!d && again >= 0)
		close(again);
	while (empty && (entry = readdir(d)))
		empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    strcmp(entry->d_name, "lost+found") == 0;
	if (d)
		closedir(d);
	return empty;
}

/* A tag that was cut short by a crash is written again; it is the same for everybody. */
static void write_tag(const struct store *s, int dir)
{
	int fd = openat(dir, TAG, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	if (s->mode)
		(void)!fchmod(fd, 0600);
	fs_write(fd, tag, sizeof tag - 1, NULL); /* a store without it is a store all the same */
	close(fd);
}

static int open_tag(int dir)
{
	return openat(dir, TAG, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/*
 * Whose folder it is, by its tag, of which *n bytes are there. Whoever is making a store begins with
 * the tag: what is not empty is looked at again, for it may be there only since.
 */
static int read_tag(int dir, char text[sizeof tag], ssize_t *n, struct err *e)
{
	int fd = open_tag(dir);

	*n = 0;
	if (fd < 0 && errno == ENOENT) {
		if (is_empty(dir))
			return 0;
		fd = open_tag(dir);
	}
	if (fd < 0 && errno == ENOENT && holds(dir, "v1/accounts"))
		return 0;
	if (fd < 0)
		return errno == ENOENT ? err_set(e, "is not empty, and is no store of npc-cache")
				       : err_sys(e, errno, "cannot open its " TAG);
	*n = fs_read(fd, text, sizeof tag);
	close(fd);
	return 0;
}

static int check_tag(const struct store *s, int dir, struct err *e)
{
	char text[sizeof tag];
	ssize_t n;

	if (read_tag(dir, text, &n, e) < 0)
		return -1;
	if (n < 0 || (size_t)n >= sizeof tag || memcmp(text, tag, (size_t)n) != 0)
		return err_set(e, "its " TAG " is somebody else's");
	if ((size_t)n < sizeof tag - 1)
		write_tag(s, dir);
	return 0;
}

static int open_v1(struct store *s, int dir, struct err *e)
{
	struct stat st;

	if (!holds(dir, "v1") && store_mkdir(s, dir, "v1") < 0)
		return err_sys(e, errno, "%s: cannot make the folder", s->dir);
	s->fd = open_own(dir, "v1", s->dir, e);
	if (s->fd < 0)
		return -1;
	if (fstat(s->fd, &st) < 0)
		return err_sys(e, errno, "%s: cannot be looked at", s->dir);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, "%s: others can write to it", s->dir);
	return 0;
}

static int open_dir(struct store *s, const char *name, struct err *e)
{
	int status, dir;

	if (access(name, F_OK) < 0 && make_dir(s, name, e) < 0)
		return -1;
	dir = open_own(AT_FDCWD, name, name, e);
	if (dir < 0)
		return -1;
	status = check_tag(s, dir, e);
	if (status < 0)
		err_wrap(e, "%s", name);
	else
		status = open_v1(s, dir, e);
	close(dir);
	return status;
}

static int open_flights(const struct store *s)
{
	int fd = openat(s->fd, "flights", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0 && s->mode)
		(void)!fchmod(fd, 0600);
	return fd;
}

/* The umask is the program's, and there is no other way to see it. */
static mode_t masked(void)
{
	mode_t mask = umask(077);

	umask(mask);
	return mask & 0700;
}

static uint64_t random_name(void)
{
	uint64_t n = 0;

	/* Names that meet are only tried again. */
	if (getrandom(&n, sizeof n, GRND_NONBLOCK) < 0)
		return (uint64_t)clock_wall();
	return n;
}

struct store *store_open(const struct store_config *config, struct err *e)
{
	struct store *s = mem_array(1, sizeof *s);
	size_t len = strlen(config->dir);

	*s = (struct store){.fd = -1, .accounts = -1, .flights = -1, .sync = config->sync};
	s->dir = mem_grow(NULL, len + sizeof "/v1", 1);
	memcpy(s->dir, config->dir, len);
	memcpy(s->dir + len, "/v1", sizeof "/v1");
	s->mode = masked();
	s->max_size = config->max_size ? config->max_size : STORE_MAX_SIZE;
	s->touch = !config->no_touch;
	s->wall = config->wall ? config->wall : clock_wall;
	s->random = random_name();
	if (open_dir(s, config->dir, e) < 0 || store_accounts_open(s, e) < 0) {
		store_close(s, NULL);
		return NULL;
	}
	s->flights = open_flights(s);
	store_mkdir(s, s->fd, "tmp"); /* where that fails, each put tries again, and says so */
	return s;
}

int store_close(struct store *s, struct err *e)
{
	int status = 0;

	if (!s)
		return 0;
	status = store_commit(s, e);
	store_forget_folders(s);
	if (s->flights >= 0)
		close(s->flights);
	if (s->accounts >= 0 && close(s->accounts) < 0 && status == 0)
		status = err_sys(e, errno, "%s: cannot write the accounts", s->dir);
	if (s->fd >= 0)
		close(s->fd);
	ZSTD_freeCCtx(s->pack);
	ZSTD_freeDCtx(s->unpack);
	buf_free(&s->entry);
	free(s->pending);
	free(s->dir);
	free(s);
	return status;
}
