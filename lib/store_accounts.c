/*
 * The file of accounts, all numbers little-endian:
 *
 *	  0	magic; version, 4 bytes
 *	 16	the automatic collection's cutoff; the folder that is next
 *	 64	256 counters of 32 bytes: entries, bytes, changes, nothing
 *	8448	uses by model (store_uses.c)
 *
 * It is written whole when it is made, so that a counter can be changed on a full disk. The magic
 * comes last: who finds none makes the file again, from what stands in the folders.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "fs.h"
#include "store_impl.h"

enum { HEAD = 64, COUNTER = 32, ROUND = 16, LENGTH = HEAD + STORE_FOLDERS * COUNTER };
enum { LOCK_MAKING, LOCK_COLLECTOR };

static const char magic[8] = "npcaccts";

int store_lock(int fd, short type, uint64_t at, uint64_t len, bool wait)
{
	struct flock range = {
	    .l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)at, .l_len = (off_t)len};
	int status;

	do
		status = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &range);
	while (status < 0 && errno == EINTR);
	return status < 0 && !wait && (errno == EAGAIN || errno == EACCES) ? 1 : status;
}

int store_pwrite(int fd, const void *ptr, size_t len, uint64_t at, struct err *e)
{
	const char *from = ptr;

	while (len > 0) {
		ssize_t n = pwrite(fd, from, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, errno, "cannot write the accounts");
		from += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return 0;
}

/* What is behind the end of the file is zeros. */
static int read_at(int fd, char *ptr, size_t len, uint64_t at, struct err *e)
{
	size_t have = 0;
	ssize_t n = 1;

	while (have < len && n != 0) {
		n = pread(fd, ptr + have, len - have, (off_t)(at + have));
		if (n < 0 && errno != EINTR)
			return err_sys(e, errno, "cannot read the accounts");
		have += n > 0 ? (size_t)n : 0;
	}
	memset(ptr + have, 0, len - have);
	return 0;
}

static uint64_t counter_at(unsigned folder)
{
	return HEAD + (uint64_t)folder * COUNTER;
}

static int lock_accounts(struct store *s, uint64_t at, uint64_t len, struct err *e)
{
	if (store_lock(s->accounts, F_WRLCK, at, len, true) < 0)
		return err_sys(e, errno, "%s: cannot lock the accounts", s->dir);
	return 0;
}

int store_lock_folder(struct store *s, unsigned folder, struct err *e)
{
	return lock_accounts(s, counter_at(folder), COUNTER, e);
}

void store_unlock_folder(struct store *s, unsigned folder)
{
	store_lock(s->accounts, F_UNLCK, counter_at(folder), COUNTER, false);
}

int store_lock_collector(struct store *s, bool wait, struct err *e)
{
	int status = store_lock(s->accounts, F_WRLCK, LOCK_COLLECTOR, 1, wait);

	return status < 0 ? err_sys(e, errno, "%s: cannot lock the accounts", s->dir) : status;
}

void store_unlock_collector(struct store *s)
{
	store_lock(s->accounts, F_UNLCK, LOCK_COLLECTOR, 1, false);
}

int store_counter_read(struct store *s, unsigned folder, struct store_counter *c, struct err *e)
{
	char bytes[COUNTER];

	if (read_at(s->accounts, bytes, sizeof bytes, counter_at(folder), e) < 0)
		return -1;
	*c = (struct store_counter){
	    store_get64(bytes), store_get64(bytes + 8), store_get64(bytes + 16)};
	return 0;
}

int store_counter_write(struct store *s, unsigned folder, struct store_counter *c, struct err *e)
{
	char bytes[COUNTER] = {0};

	c->changes++;
	store_put64(bytes, c->entries);
	store_put64(bytes + 8, c->bytes);
	store_put64(bytes + 16, c->changes);
	return store_pwrite(s->accounts, bytes, sizeof bytes, counter_at(folder), e);
}

int store_accounts_sum(
    struct store *s, struct store_totals *t, struct store_round *round, struct err *e)
{
	char bytes[LENGTH];

	*t = (struct store_totals){0};
	if (s->accounts < 0)
		return err_set(e, "%s: has no accounts", s->dir);
	if (read_at(s->accounts, bytes, sizeof bytes, 0, e) < 0)
		return -1;
	for (const char *c = bytes + HEAD; c < bytes + LENGTH; c += COUNTER) {
		t->entries += store_get64(c);
		t->bytes += store_get64(c + 8);
	}
	if (round)
		*round = (struct store_round){
		    (int64_t)store_get64(bytes + ROUND), store_get64(bytes + ROUND + 8)};
	return 0;
}

int store_totals(struct store *s, struct store_totals *t, struct err *e)
{
	return store_accounts_sum(s, t, NULL, e);
}

int store_round_write(struct store *s, const struct store_round *round, struct err *e)
{
	char bytes[16];

	store_put64(bytes, (uint64_t)round->cutoff);
	store_put64(bytes + 8, round->next);
	return store_pwrite(s->accounts, bytes, sizeof bytes, ROUND, e);
}

/* 1: made; 0: not, or not whole; -1: of another version. */
static int is_made(struct store *s, struct err *e)
{
	char head[HEAD];
	uint32_t version;

	if (read_at(s->accounts, head, sizeof head, 0, e) < 0)
		return -1;
	if (memcmp(head, magic, sizeof magic) != 0)
		return 0;
	version = store_get32(head + sizeof magic);
	if (version == STORE_VERSION)
		return 1;
	return err_set(e, "%s: is of a later version (%u)", s->dir, version);
}

/* Counts what stands in the folders: nothing, unless the accounts were lost. */
static int count_folders(struct store *s, struct err *e)
{
	struct store_files files = {0};
	struct stat st;
	char path[4];
	int status = 0;

	for (unsigned i = 0; i < STORE_FOLDERS && status == 0; i++) {
		files.n = 0;
		store_folder_path(i, path);
		if (fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
			status = store_survey(s, i, &files, e);
	}
	free(files.file);
	return status;
}

static int make(struct store *s, struct err *e)
{
	static const char zeros[LENGTH - ROUND];
	const struct store_round none = {0, STORE_FOLDERS};
	char head[ROUND] = {0};
	int status = is_made(s, e);

	if (status != 0)
		return status < 0 ? -1 : 0;
	memcpy(head, magic, sizeof magic);
	store_put32(head + sizeof magic, STORE_VERSION);
	if (store_pwrite(s->accounts, zeros, sizeof zeros, ROUND, e) < 0 ||
	    store_round_write(s, &none, e) < 0 || count_folders(s, e) < 0)
		return -1;
	return store_pwrite(s->accounts, head, sizeof head, 0, e);
}

/* 0: ready; 1: not now, e says why; -1: of a later version. */
static int make_ready(struct store *s, struct err *e)
{
	int made = is_made(s, e), status;

	if (made == 0 && lock_accounts(s, LOCK_MAKING, 1, e) == 0) {
		status = make(s, e);
		store_lock(s->accounts, F_UNLCK, LOCK_MAKING, 1, false);
		if (status < 0)
			return is_made(s, NULL) < 0 ? -1 : 1;
		made = 1;
	}
	s->ready = made == 1;
	return made < 0 ? -1 : made != 1;
}

static int open_writable(struct store *s, struct err *e)
{
	int fd = openat(s->fd, "accounts", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_sys(e, errno, "%s: cannot open the accounts", s->dir);
	if (s->mode)
		(void)!fchmod(fd, 0600);
	if (s->accounts >= 0)
		close(s->accounts);
	s->accounts = fd;
	return 0;
}

/* A store that can only be read is one all the same. */
int store_accounts_open(struct store *s, struct err *e)
{
	if (open_writable(s, NULL) == 0)
		return make_ready(s, e) < 0 ? -1 : 0;
	s->accounts = openat(s->fd, "accounts", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return s->accounts >= 0 && is_made(s, e) < 0 ? -1 : 0;
}

int store_ready(struct store *s, struct err *e)
{
	if (s->ready)
		return 0;
	if (open_writable(s, e) < 0)
		return -1;
	return make_ready(s, e) == 0 ? 0 : -1;
}
