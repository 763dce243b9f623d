/*
 * store_impl: what the parts of store share.
 *
 *	store.c			opening and closing; paths
 *	store_entry.c		an entry's bytes
 *	store_get.c		reading entries
 *	store_put.c		writing entries
 *	store_accounts.c	counters
 *	store_uses.c		uses by model
 *	store_flight.c		claims
 *	store_survey.c		what stands in a folder; removing from it
 *	store_collect.c		the automatic collection
 *	store_gc.c		gc and clear
 *	store_verify.c		walk and verify
 *
 * Locks are OFD locks (fcntl(2)): they belong to the open file, so that two stores opened by one
 * process exclude each other too, and are gone with the process. The file of accounts has
 *
 *	byte 0		held while the file is made
 *	byte 1		held by the one collector; only tried by puts, waited for by gc
 *	a counter	held while it is changed, and what it counts with it
 *	the uses	held while one is added
 *
 * Who holds a counter takes no other lock; the collector's is taken before a counter's.
 */
#ifndef STORE_IMPL_H
#define STORE_IMPL_H

#include <dirent.h>
#include <endian.h>
#include <sys/stat.h>
#include <zstd.h>

#include "store.h"

enum {
	STORE_VERSION = 1, /* of entries and of accounts */
	STORE_FOLDERS = 256,
	STORE_PATH = 4 + ADDRESS_HEX + 1, /* "a/b/<64 hex>" and a NUL */
	STORE_TEMP = 64,
	STORE_HEAD = 128, /* an entry's header, in bytes */
	STORE_AT_MARK = 120, /* where in it the mark is */
	STORE_BLOCK = 4096
};

/* The largest payload: what a header can make a reader ask for. */
#define STORE_PAYLOAD_MAX ((size_t)256 << 20)

#define STORE_SECOND INT64_C(1000000000)
#define STORE_HOUR (3600 * STORE_SECOND)

/* One that was written and waits for its name. */
struct store_pending {
	struct address key;
	uint64_t size;
	char temp[STORE_TEMP];
};

struct store {
	char *dir; /* with /v1 */
	int fd; /* the folder v1 */
	int accounts, flights; /* -1: cannot be opened */
	int *folders; /* that are kept open for reading; NULL: none yet */
	unsigned asked; /* for how many entries, until it is many */
	bool ready; /* the file of accounts is there, and can be written */
	mode_t mode; /* what the umask would take from folders and files; must be given back */
	uint64_t max_size;
	enum store_sync sync;
	bool touch;
	int64_t (*wall)(void);
	struct buf entry; /* the entry at hand, reused */
	ZSTD_CCtx *pack;
	ZSTD_DCtx *unpack;
	uint64_t random; /* in the names of temporary files */
	unsigned long temps;
	unsigned unseen; /* how much was put since the sum of all counters was looked at, */
	uint64_t unseen_bytes; /* in entries and in bytes */
	struct store_pending *pending;
	size_t n_pending, cap_pending;
};

static inline unsigned store_folder(const struct address *key)
{
	return key->bytes[0];
}

/* Relative to v1. */
void store_path(const struct address *key, char path[STORE_PATH]);
void store_folder_path(unsigned folder, char path[4]);

/* Makes a folder with mode 0700; no error where it stands. -1: errno. */
int store_mkdir(const struct store *s, int at, const char *name);

/* What the wall clock of this store says. */
static inline int64_t store_now(const struct store *s)
{
	return s->wall();
}

static inline int64_t store_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * STORE_SECOND + t.tv_nsec;
}

/* For utimensat(): the time of use is the file's; when it was read is the kernel's business. */
static inline void store_times(struct timespec times[2], int64_t at)
{
	times[0] = (struct timespec){.tv_nsec = UTIME_OMIT};
	times[1] = (struct timespec){.tv_sec = at / STORE_SECOND, .tv_nsec = at % STORE_SECOND};
}

/* Numbers in files are little-endian. */

static inline uint64_t store_get64(const char *from)
{
	uint64_t n;

	memcpy(&n, from, sizeof n);
	return le64toh(n);
}

static inline void store_put64(char *to, uint64_t n)
{
	n = htole64(n);
	memcpy(to, &n, sizeof n);
}

static inline uint32_t store_get32(const char *from)
{
	uint32_t n;

	memcpy(&n, from, sizeof n);
	return le32toh(n);
}

static inline void store_put32(char *to, uint32_t n)
{
	n = htole32(n);
	memcpy(to, &n, sizeof n);
}

/* Entries as bytes. */

/* What is wrong with an entry. */
enum store_flaw {
	STORE_WHOLE,
	STORE_SHORT,
	STORE_FOREIGN,
	STORE_OTHER_VERSION,
	STORE_BAD_HEAD,
	STORE_BAD_MARK,
	STORE_OTHER_KEY,
	STORE_BAD_LENGTH,
	STORE_BAD_PAYLOAD
};

struct store_head {
	struct store_info info;
	uint32_t codec;
	uint64_t length; /* of the payload in the file */
	uint64_t raw; /* of the payload itself */
	uint64_t sum; /* of the payload in the file */
	int64_t marked; /* to the minute */
};

/* Puts the whole entry on b; s->pack is made where needed. */
int store_entry_put(struct store *s, struct buf *b, const struct address *key, struct slice payload,
    const struct store_info *info, struct err *e);

/* The bytes of a mark. */
void store_mark_put(char to[8], int64_t at);

/* The header alone; size is the file's. */
enum store_flaw store_head_read(
    const struct address *key, const char *ptr, size_t len, uint64_t size, struct store_head *h);

/* The payload behind a good header: is it the one that was put? */
bool store_payload_good(const struct store_head *h, struct slice entry);

/* Puts it on b. unpack may be NULL. */
bool store_payload_put(
    const struct store_head *h, struct slice entry, ZSTD_DCtx *unpack, struct buf *b);

const char *store_flaw_text(enum store_flaw flaw);

/* Opens for reading what may be anything: does not wait, follows no link. -1: errno. */
int store_open_file(int at, const char *path);

/* The enum store_flaw of an entry's header as it stands now; -1: it cannot be read. */
int store_peek(struct store *s, const struct address *key, struct store_head *h);

/* Reads all of fd into s->entry. false: it cannot be read, or is too large. */
bool store_slurp(struct store *s, int fd);

void store_forget_folders(struct store *s);

/* Accounts. */

struct store_counter {
	uint64_t entries, bytes;
	uint64_t changes; /* how often it was written */
};

/* Where the automatic collection is. */
struct store_round {
	int64_t cutoff; /* what was last used before this may go */
	uint64_t next; /* folder; STORE_FOLDERS: there is no round */
};

/* Opens the file of accounts, and makes it where it is not there. Needs no store that is ready. */
int store_accounts_open(struct store *s, struct err *e);

/* For a second attempt in a store that could not be written to. */
int store_ready(struct store *s, struct err *e);

int store_lock_folder(struct store *s, unsigned folder, struct err *e);
void store_unlock_folder(struct store *s, unsigned folder);

/* 1: taken by somebody else, where it is not waited for. */
int store_lock_collector(struct store *s, bool wait, struct err *e);
void store_unlock_collector(struct store *s);

int store_counter_read(struct store *s, unsigned folder, struct store_counter *c, struct err *e);

/* With the folder locked; counts the change. */
int store_counter_write(struct store *s, unsigned folder, struct store_counter *c, struct err *e);

/* The sums of all counters, and where the collection is; round may be NULL. */
int store_accounts_sum(
    struct store *s, struct store_totals *t, struct store_round *round, struct err *e);

/* With the collector's lock. */
int store_round_write(struct store *s, const struct store_round *round, struct err *e);

/* All of it at that place, or -1 with e. */
int store_pwrite(int fd, const void *ptr, size_t len, uint64_t at, struct err *e);

/* An OFD lock on len bytes (0: all that follow). 1: taken, where it is not waited for; -1: errno. */
int store_lock(int fd, short type, uint64_t at, uint64_t len, bool wait);

/* What stands in a folder. */

struct store_file {
	struct address key;
	int64_t mtime;
	uint64_t size;
	uint64_t inode;
};

struct store_files {
	struct store_file *file;
	size_t n, cap;
};

/* Adds the entries of a folder by their names; sizes and times only where they are asked for. */
int store_list(
    struct store *s, unsigned folder, bool sizes, struct store_files *files, struct err *e);

/* The same with sizes, and the counter is set to what was found. */
int store_survey(struct store *s, unsigned folder, struct store_files *files, struct err *e);

/*
 * Removes those that are still what was listed, and takes them off the counter. file[] are of one
 * folder.
 */
int store_remove(struct store *s, const struct store_file *file, size_t n, struct store_report *r,
    struct err *e);

/* When it was last used; the future is now. */
static inline int64_t store_used(const struct store_file *f, int64_t now)
{
	return f->mtime < now ? f->mtime : now;
}

/* Removes temporary files that nobody writes any more. */
int store_sweep_temps(struct store *s, struct store_report *r, struct err *e);

/* After a put of size bytes: removes a little where the store is over its size. */
void store_collect(struct store *s, uint64_t size);

#endif
