/*
 * store_test: what the drivers of the store share: a folder of its own, keys by number, entries that
 * tell their key.
 */
#ifndef STORE_TEST_H
#define STORE_TEST_H

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "fs.h"
#include "store.h"

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)

static char place[32] = "/dev/shm/npc-store-XXXXXX"; /* what the driver may fill */
static char dir[64]; /* where the store is */
static int64_t wall; /* the fake clock; 0: the real one */
static int64_t step; /* how far it goes on each time it is looked at */

static int64_t fake_wall(void)
{
	if (wall)
		return wall += step;
	return clock_wall();
}

static inline struct store_config config(void)
{
	return (struct store_config){.dir = dir, .wall = fake_wall};
}

/* For children too, which must not go on with the tests. */
static inline void give_up(const char *what, const struct err *e)
{
	printf("# %s: %s\n", what, e->text);
	fflush(stdout);
	_exit(9);
}

static inline struct store *open_with(const struct store_config *c)
{
	struct err e = {""};
	struct store *s = store_open(c, &e);

	if (!s)
		give_up("cannot open the store", &e);
	return s;
}

static inline struct store *open_store(void)
{
	struct store_config c = config();

	return open_with(&c);
}

static inline void run_shell(const char *command)
{
	pid_t pid;
	int status = -1;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	if (!CHECK(status == 0))
		printf("# %s\n", command);
}

/* In memory where that can be: disks are slow to make files where many were removed. */
static inline void new_place(void)
{
	if (!mkdtemp(place)) {
		strcpy(place, "/tmp/npc-store-XXXXXX");
		if (!mkdtemp(place)) {
			puts("Bail out! no folder to work in");
			exit(1);
		}
	}
	snprintf(dir, sizeof dir, "%s/store", place);
	if (setenv("DIR", dir, 1) < 0 || setenv("PLACE", place, 1) < 0)
		exit(1);
}

static inline void no_store(void)
{
	run_shell("rm -rf \"$DIR\"");
}

static inline void no_place(void)
{
	run_shell("rm -rf \"$PLACE\"");
}

static inline struct address key_of(unsigned n)
{
	struct address_maker m;
	struct address a;

	address_begin(&m);
	address_field(&m, slice_make((const char *)&n, sizeof n));
	address_end(&m, &a);
	return a;
}

/* len bytes that nobody else's payload has, and that pack badly, or well. */
static inline void payload_of(unsigned n, size_t len, bool packs, struct buf *b)
{
	struct address a = key_of(n);
	char hex[ADDRESS_HEX + 1];

	buf_clear(b);
	address_hex(&a, hex);
	buf_str(b, hex);
	while (b->len < len) {
		struct address_maker m;

		if (!packs) {
			address_begin(&m);
			address_field(&m, slice_make((const char *)a.bytes, ADDRESS_SIZE));
			address_end(&m, &a);
		}
		buf_put(b, (const char *)a.bytes, ADDRESS_SIZE);
	}
	b->len = len;
}

static inline void path_of(unsigned n, char path[256])
{
	struct address a = key_of(n);
	char hex[ADDRESS_HEX + 1];

	address_hex(&a, hex);
	snprintf(path, 256, "%s/v1/%c/%c/%s", dir, hex[0], hex[1], hex);
}

static inline void write_file(const char *path, const char *ptr, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && fs_write(fd, ptr, len, NULL) == 0);
	close(fd);
}

/* Moves an entry's time by so much from now. */
static inline void set_age(unsigned n, int64_t age)
{
	int64_t at = fake_wall() - age;
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {at / SECOND, at % SECOND}};
	char path[256];

	path_of(n, path);
	CHECK(utimensat(AT_FDCWD, path, times, 0) == 0);
}

/* How long ago an entry was used. */
static inline int64_t age_of(unsigned n)
{
	struct stat st = {0};
	char path[256];

	path_of(n, path);
	CHECK(stat(path, &st) == 0);
	return fake_wall() - ((int64_t)st.st_mtim.tv_sec * SECOND + st.st_mtim.tv_nsec);
}

static inline int put_nth(struct store *s, unsigned n, size_t len, struct err *e)
{
	struct address a = key_of(n);
	struct buf b = {0};
	struct store_info info = {.tokens_in = n, .tokens_cached = 7, .tokens_out = n + 1};
	int status;

	payload_of(n, len, false, &b);
	status = store_put(s, &a, buf_all(&b), &info, e);
	buf_free(&b);
	return status;
}

static inline void must_put(struct store *s, unsigned n, size_t len)
{
	struct err e = {""};

	if (!CHECK(put_nth(s, n, len, &e) == 0))
		printf("# entry %u: %s\n", n, e.text);
}

/* Runs body in a process of its own, whose checks count here once it has ended. */
static inline pid_t start_child(void (*body)(void))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid != 0)
		return pid;
	check_state.bad = false;
	body();
	fflush(stdout);
	_exit(check_state.bad);
}

static inline void end_child(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	CHECK(status == 0);
}

static inline void in_child(void (*body)(void))
{
	end_child(start_child(body));
}

/* 1: a hit, and right; 0: a miss; -1: a hit that is wrong. */
static inline int get_nth(struct store *s, unsigned n, struct store_info *info)
{
	struct address a = key_of(n);
	struct store_info i;
	struct buf got = {0}, want = {0};
	int hit = store_get(s, &a, NULL, &got, info ? info : &i);

	if (hit) {
		payload_of(n, got.len, false, &want);
		if (got.len < ADDRESS_HEX || memcmp(got.ptr, want.ptr, got.len) != 0)
			hit = -1;
	}
	buf_free(&got);
	buf_free(&want);
	return hit;
}

/* What is there, by looking, past the store. */
static inline struct store_totals truth(void)
{
	struct store_totals t = {0};
	char line[256];
	FILE *p;

	fflush(stdout);
	p = popen("find \"$DIR\"/v1/? -type f -name '[0-9a-f]*' -printf '%s\\n' 2>/dev/null", "r");
	while (p && fgets(line, sizeof line, p)) {
		t.entries++;
		t.bytes += strtoull(line, NULL, 10);
	}
	if (p)
		pclose(p);
	return t;
}

static inline bool totals_are_true(struct store *s)
{
	struct store_totals t = {0}, now = truth();
	struct err e;

	if (store_totals(s, &t, &e) == 0 && t.entries == now.entries && t.bytes == now.bytes)
		return true;
	printf("# counted %llu entries of %llu bytes, there are %llu of %llu\n",
	    (unsigned long long)t.entries, (unsigned long long)t.bytes,
	    (unsigned long long)now.entries, (unsigned long long)now.bytes);
	return false;
}

#endif
