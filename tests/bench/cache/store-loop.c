/*
 * What the store does, beside the bare system calls for the same, in turn within one process.
 *
 *	store-loop get|verify|put|lookup [-n ENTRIES] [-r RUNS] DIR
 *
 * Entries are of 1.5 to 4 KB, and do not pack. A line for each loop: its name, the median time of
 * one in microseconds, and how much of the bare loop's speed that is (the median over pairs of runs).
 * lookup prints nothing but the time of one verified lookup. The store is made in DIR, which is left.
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

enum { PATH = 4 + ADDRESS_HEX + 1, RUNS_MAX = 1000, LEAST = 1500, MOST = 4000 };

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

static void put_all(struct store *s, int64_t created)
{
	struct store_info info = {.created = created};
	struct err e;

	for (size_t i = 0; i < entries; i++)
		if (store_put(s, &keys[i], slice_make(junk, size_of(i)), &info, &e) < 0)
			fail("cannot put", &e);
}

static double us(int64_t from)
{
	return (double)(clock_mono() - from) / 1000 / (double)entries;
}

static double bare_get(int v1)
{
	static char bytes[1 << 16];
	int64_t from = clock_mono();

	for (size_t i = 0; i < entries; i++) {
		int fd = openat(v1, paths[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0 || read(fd, bytes, sizeof bytes) < LEAST)
			fail(paths[i], NULL);
		close(fd);
	}
	return us(from);
}

static double get(struct store *s)
{
	static struct buf b;
	struct store_info info;
	int64_t from = clock_mono();

	for (size_t i = 0; i < entries; i++) {
		buf_clear(&b);
		if (!store_get(s, &keys[i], NULL, &b, &info))
			fail("not a hit", NULL);
	}
	return us(from);
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
	int64_t from = clock_mono();

	if (store_verify(s, tell_bad, NULL, &r, &e) < 0 || r.checked != entries)
		fail("cannot verify", &e);
	return us(from);
}

static double bare_put(int v1)
{
	int64_t from = clock_mono();

	for (size_t i = 0; i < entries; i++) {
		char temp[64];
		int fd;

		snprintf(temp, sizeof temp, "tmp/%zu", i);
		fd = openat(v1, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 || fs_write(fd, junk, size_of(i), NULL) < 0 || fdatasync(fd) < 0 ||
		    close(fd) < 0 || renameat(v1, temp, v1, paths[i]) < 0)
			fail(paths[i], NULL);
	}
	return us(from);
}

static double put(struct store *s)
{
	int64_t from = clock_mono();
	struct err e;

	put_all(s, 0);
	if (store_commit(s, &e) < 0)
		fail("cannot commit", &e);
	return us(from);
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
	printf(
	    "%-24s %9.2f us   %5.3f of %s\n", name, median(took, runs), median(ratio, runs), than);
}

static double bare[RUNS_MAX], with[RUNS_MAX], without[RUNS_MAX], more[RUNS_MAX];

static void fill(int64_t created)
{
	struct store *s = open_store(STORE_SYNC_NONE, false);

	put_all(s, created);
	store_close(s, NULL);
}

/* Fresh entries are younger than an hour; the others were marked within it. */
static void bench_get(bool fresh)
{
	struct store *touching, *plain;
	int v1;

	puts(fresh ? "entries made within the hour:"
		   : "entries made a day ago, used within the hour:");
	fill(fresh ? 0 : clock_wall() - INT64_C(86400000000000));
	touching = open_store(STORE_SYNC_DATA, true);
	plain = open_store(STORE_SYNC_DATA, false);
	v1 = open_v1();
	for (size_t i = 0; i <= runs; i++) {
		size_t at = i ? i - 1 : 0; /* the first run only warms */

		bare[at] = bare_get(v1);
		with[at] = get(touching);
		without[at] = get(plain);
	}
	tell("open+read+close", bare, "itself", bare);
	tell("verified lookup", with, "open+read+close", bare);
	tell("that marks nothing", without, "open+read+close", bare);
	tell("the marking", with, "that marks nothing", without);
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

		bare[at] = bare_get(v1);
		with[at] = verify(s);
	}
	tell("verify", with, "open+read+close", bare);
}

/* Always new names in folders that are there. */
static void bench_put(void)
{
	struct store *data = open_store(STORE_SYNC_DATA, true);
	struct store *none = open_store(STORE_SYNC_NONE, true);
	struct store *batch = open_store(STORE_SYNC_BATCH, true);
	int v1 = open_v1();
	size_t from = 0;

	make_folders(v1);
	for (size_t i = 0; i < runs; i++) {
		make_keys(from += entries);
		bare[i] = bare_put(v1);
		make_keys(from += entries);
		with[i] = put(data);
		make_keys(from += entries);
		without[i] = put(none);
		make_keys(from += entries);
		more[i] = put(batch);
	}
	tell("temp+fdatasync+rename", bare, "itself", bare);
	tell("put", with, "temp+fdatasync+rename", bare);
	tell("put --sync none", without, "temp+fdatasync+rename", bare);
	tell("put --sync batch", more, "temp+fdatasync+rename", bare);
}

static void bench_lookup(void)
{
	struct store *s;

	fill(0);
	s = open_store(STORE_SYNC_DATA, true);
	get(s);
	for (size_t i = 0; i < runs; i++)
		with[i] = get(s);
	printf("%.3f\n", median(with, runs));
	store_close(s, NULL);
}

static void bench_both(void)
{
	bench_get(true);
	bench_get(false);
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
    {"get", bench_both}, {"verify", bench_verify}, {"put", bench_put}, {"lookup", bench_lookup}};

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
	if (argc - optind != 2)
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
