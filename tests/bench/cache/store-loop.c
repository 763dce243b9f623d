/*
 * What the store does, beside the bare system calls for the same: in turn within one process, a
 * hundred entries each. Reading is measured in processor time, which others that use the machine
 * disturb less; writing by the clock.
 *
 *	store-loop get|verify|put|lookup [-n ENTRIES] [-r RUNS] DIR
 *
 * Entries are of 1.5 to 4 KB, and do not pack. A line for each loop: its name, the median time of
 * one in microseconds, and how much of the bare loop's speed that is (the median over pairs of runs).
 * lookup prints nothing but the time of one verified lookup, by the clock, the median over hundreds.
 * ENTRIES is a multiple of 400. The store is made in DIR, and left there.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "mem.h"
#include "store.h"

enum { PATH = 4 + ADDRESS_HEX + 1, RUNS_MAX = 1000, LEAST = 1500, MOST = 4000, BLOCK = 100 };

static size_t entries = 10000, runs = 11;
static const char *dir;
static struct address *keys;
static char (*paths)[PATH];
static char *junk;

_Noreturn static void fail(const char *what, const struct err *e)
{
	fprintf(stderr, "store-loop: %s: %s\n", what, e ? e->text : strerror(errno));
	exit(1);
}

static size_t size_of(size_t i)
{
	return LEAST + (size_t)keys[i].bytes[9] * (MOST - LEAST) / 255;
}

/* Keys in no order, and bytes that do not pack. */
static void make_keys(size_t from)
{
	for (size_t i = 0; i < entries; i++) {
		struct address_maker m;
		size_t n = from + i;
		char hex[ADDRESS_HEX + 1];

		address_begin(&m);
		address_field(&m, slice_make((const char *)&n, sizeof n));
		address_end(&m, &keys[i]);
		address_hex(&keys[i], hex);
		snprintf(paths[i], PATH, "%c/%c/%s", hex[0], hex[1], hex);
	}
	for (size_t i = 0; i < MOST; i += ADDRESS_SIZE)
		memcpy(junk + i, keys[i % entries].bytes, ADDRESS_SIZE);
}

static struct store *open_store(enum store_sync sync, bool touch)
{
	struct err e;
	struct store *s = store_open(
	    &(struct store_config){
		.dir = dir, .sync = sync, .no_touch = !touch, .max_size = (uint64_t)1 << 40},
	    &e);

	if (!s)
		fail("cannot open the store", &e);
	return s;
}

static void put_some(struct store *s, int64_t created, size_t first, size_t last)
{
	struct store_info info = {.created = created};
	struct err e;

	for (size_t i = first; i < last; i++)
		if (store_put(s, &keys[i], slice_make(junk, size_of(i)), &info, &e) < 0)
			fail("cannot put", &e);
}

static double us(int64_t took)
{
	return (double)took / 1000 / (double)entries;
}

static int64_t bare_get(int v1, size_t first, size_t last)
{
	static char bytes[1 << 16];
	int64_t from = clock_cpu();

	for (size_t i = first; i < last; i++) {
		int fd = openat(v1, paths[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0 || read(fd, bytes, sizeof bytes) < LEAST)
			fail(paths[i], NULL);
		close(fd);
	}
	return clock_cpu() - from;
}

static int64_t get(struct store *s, size_t first, size_t last)
{
	static struct buf b;
	struct store_info info;
	int64_t from = clock_cpu();

	for (size_t i = first; i < last; i++) {
		buf_clear(&b);
		if (!store_get(s, &keys[i], NULL, &b, &info))
			fail("not a hit", NULL);
	}
	return clock_cpu() - from;
}

static void tell_bad(void *ctx, const char *path, const char *why)
{
	(void)ctx;
	fprintf(stderr, "store-loop: %s: %s\n", path, why);
	exit(1);
}

static double verify(struct store *s)
{
	struct store_report r;
	struct err e;
	int64_t from = clock_cpu();

	if (store_verify(s, tell_bad, NULL, &r, &e) < 0 || r.checked != entries)
		fail("cannot verify", &e);
	return us(clock_cpu() - from);
}

static int64_t bare_put(int v1, size_t first, size_t last)
{
	int64_t from = clock_mono();

	for (size_t i = first; i < last; i++) {
		char temp[64];
		int fd;

		snprintf(temp, sizeof temp, "tmp/%zu", i);
		fd = openat(v1, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 || fs_write(fd, junk, size_of(i), NULL) < 0 || fdatasync(fd) < 0 ||
		    close(fd) < 0 || renameat(v1, temp, v1, paths[i]) < 0)
			fail(paths[i], NULL);
	}
	return clock_mono() - from;
}

static int64_t put(struct store *s, size_t first, size_t last)
{
	int64_t from = clock_mono();
	struct err e;

	put_some(s, 0, first, last);
	if (store_commit(s, &e) < 0)
		fail("cannot commit", &e);
	return clock_mono() - from;
}

static int open_v1(void)
{
	char *path = mem_grow(NULL, strlen(dir) + sizeof "/v1", 1);
	int fd;

	memcpy(path, dir, strlen(dir));
	memcpy(path + strlen(dir), "/v1", sizeof "/v1");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fail(path, NULL);
	free(path);
	return fd;
}

static void make_folders(int v1)
{
	for (unsigned i = 0; i < 256; i++) {
		char path[4];

		snprintf(path, sizeof path, "%x", i >> 4);
		mkdirat(v1, path, 0700);
		snprintf(path, sizeof path, "%x/%x", i >> 4, i & 15);
		if (mkdirat(v1, path, 0700) < 0)
			fail(path, NULL);
	}
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(const double *v, size_t n)
{
	double sorted[RUNS_MAX];

	memcpy(sorted, v, n * sizeof *v);
	qsort(sorted, n, sizeof *sorted, by_size);
	return sorted[n / 2];
}

/* How much of the other's speed it has. */
static void tell(const char *name, const double *took, const char *than, const double *other)
{
	double ratio[RUNS_MAX];

	for (size_t i = 0; i < runs; i++)
		ratio[i] = other[i] / took[i];
	printf("  %-24s %9.2f us   %5.3f of %s\n", name, median(took, runs), median(ratio, runs),
	    than);
}

static double bare[RUNS_MAX], with[RUNS_MAX], without[RUNS_MAX], more[RUNS_MAX];

static void fill(int64_t created)
{
	struct store *s = open_store(STORE_SYNC_NONE, false);

	put_some(s, created, 0, entries);
	store_close(s, NULL);
}

static int64_t ahead; /* of the clock */

static int64_t later(void)
{
	return clock_wall() + ahead;
}

/* Each run is two hours after the one before, so that it marks every entry. */
static void bench_marks(void)
{
	struct store *s = store_open(
	    &(struct store_config){.dir = dir, .wall = later, .max_size = (uint64_t)1 << 40}, NULL);

	if (!s)
		fail(dir, NULL);
	for (size_t i = 0; i < runs; i++) {
		ahead += INT64_C(7200000000000);
		more[i] = us(get(s, 0, entries));
	}
	tell("first hit in an hour", more, "open+read+close", bare);
	store_close(s, NULL);
}

/* Entries that were made a day ago, and used within the hour: the usual case. */
static void bench_get(void)
{
	struct store *touching, *plain;
	int v1;

	fill(clock_wall() - INT64_C(86400000000000));
	touching = open_store(STORE_SYNC_DATA, true);
	plain = open_store(STORE_SYNC_DATA, false);
	v1 = open_v1();
	for (size_t i = 0; i <= runs; i++) {
		int64_t took[3] = {0};
		size_t at = i ? i - 1 : 0; /* the first run only warms */

		/* Each elsewhere, so that none finds warm what another has just read. */
		for (size_t k = 0; k + BLOCK <= entries; k += BLOCK) {
			size_t there =
			    (k + entries / 3 / BLOCK * BLOCK) % (entries / BLOCK * BLOCK);
			size_t then =
			    (there + entries / 3 / BLOCK * BLOCK) % (entries / BLOCK * BLOCK);

			took[0] += bare_get(v1, k, k + BLOCK);
			took[1] += get(touching, there, there + BLOCK);
			took[2] += get(plain, then, then + BLOCK);
		}
		bare[at] = us(took[0]);
		with[at] = us(took[1]);
		without[at] = us(took[2]);
	}
	tell("open+read+close", bare, "itself", bare);
	tell("verified lookup", with, "open+read+close", bare);
	tell("… that never marks", without, "open+read+close", bare);
	tell("the touch policy", with, "a lookup that never marks", without);
	bench_marks();
	close(v1);
	store_close(touching, NULL);
	store_close(plain, NULL);
}

static void bench_verify(void)
{
	struct store *s;
	int v1;

	fill(0);
	s = open_store(STORE_SYNC_DATA, true);
	v1 = open_v1();
	for (size_t i = 0; i <= runs; i++) {
		size_t at = i ? i - 1 : 0;

		bare[at] = us(bare_get(v1, 0, entries));
		with[at] = verify(s);
	}
	tell("verify", with, "open+read+close", bare);
}

/* Always new names, in folders that are there; each of the four loops has every fourth block. */
static void bench_put(void)
{
	struct store *data = open_store(STORE_SYNC_DATA, true);
	struct store *none = open_store(STORE_SYNC_NONE, true);
	struct store *batch = open_store(STORE_SYNC_BATCH, true);
	int v1 = open_v1();

	make_folders(v1);
	for (size_t i = 0; i < runs; i++) {
		int64_t took[4] = {0};

		make_keys(i * entries);
		for (size_t k = 0; k + 4 * BLOCK <= entries; k += 4 * BLOCK) {
			took[0] += bare_put(v1, k, k + BLOCK);
			took[1] += put(data, k + BLOCK, k + 2 * BLOCK);
			took[2] += put(none, k + 2 * BLOCK, k + 3 * BLOCK);
			took[3] += put(batch, k + 3 * BLOCK, k + 4 * BLOCK);
		}
		bare[i] = 4 * us(took[0]);
		with[i] = 4 * us(took[1]);
		without[i] = 4 * us(took[2]);
		more[i] = 4 * us(took[3]);
	}
	tell("temp+fdatasync+rename", bare, "itself", bare);
	tell("put", with, "temp+fdatasync+rename", bare);
	tell("put --sync none", without, "temp+fdatasync+rename", bare);
	tell("put --sync batch of 100", more, "temp+fdatasync+rename", bare);
	store_close(data, NULL);
	store_close(none, NULL);
	store_close(batch, NULL);
	close(v1);
}

static void bench_lookup(void)
{
	struct store *s;
	size_t n = 0;

	fill(0);
	s = open_store(STORE_SYNC_DATA, true);
	get(s, 0, entries);
	for (size_t i = 0; i < runs; i++)
		for (size_t k = 0; k < entries && n < RUNS_MAX; k += BLOCK) {
			int64_t from = clock_mono();

			get(s, k, k + BLOCK);
			with[n++] = (double)(clock_mono() - from) / 1000 / BLOCK;
		}
	printf("%.3f\n", median(with, n));
	store_close(s, NULL);
}

_Noreturn static void usage(void)
{
	fprintf(stderr, "usage: store-loop get|verify|put|lookup [-n ENTRIES] [-r RUNS] DIR\n");
	exit(2);
}

static size_t number(const char *text, size_t most)
{
	size_t n = (size_t)strtoul(text, NULL, 10);

	if (n == 0 || n > most)
		usage();
	return n;
}

static const struct {
	const char *name;
	void (*run)(void);
} loops[] = {
    {"get", bench_get}, {"verify", bench_verify}, {"put", bench_put}, {"lookup", bench_lookup}};

int main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "n:r:")) != -1)
		switch (c) {
		case 'n':
			entries = number(optarg, 10000000);
			break;
		case 'r':
			runs = number(optarg, RUNS_MAX);
			break;
		default:
			usage();
		}
	if (argc - optind != 2 || entries % (4 * BLOCK) != 0)
		usage();
	dir = argv[optind + 1];
	keys = mem_array(entries, sizeof *keys);
	paths = mem_array(entries, sizeof *paths);
	junk = mem_array(MOST + ADDRESS_SIZE, 1);
	make_keys(0);
	for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
		if (strcmp(argv[optind], loops[i].name) == 0) {
			loops[i].run();
			return 0;
		}
	usage();
}
