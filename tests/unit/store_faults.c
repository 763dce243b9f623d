#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "store_test.h"

/* In a mount namespace of its own, with a tmpfs of those options at dir. */
static bool mount_here(const char *options)
{
	return unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mkdir(dir, 0700) == 0 &&
	    mount("none", dir, "tmpfs", 0, options) == 0;
}

static bool can_mount(void)
{
	int status = 1;
	pid_t pid;

	no_store();
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(!mount_here("size=64k"));
	waitpid(pid, &status, 0);
	no_store();
	return status == 0;
}

/* Puts until it fails; what was put before can be got, and nothing else has changed. */
static unsigned fill(struct store *s, size_t size, const char *why)
{
	struct err e = {""};
	unsigned n = 0;

	while (n < 5000 && put_nth(s, n, size, &e) == 0)
		n++;
	if (!CHECK(n < 5000 && strstr(e.text, why)))
		printf("# %s\n", e.text);
	for (unsigned i = 0; i < n; i++)
		CHECK(get_nth(s, i, NULL) == 1);
	CHECK(get_nth(s, n, NULL) == 0);
	CHECK(totals_are_true(s));
	run_shell("test -z \"$(ls \"$DIR\"/v1/tmp)\"");
	return n;
}

static void refill(void)
{
	struct store *s = open_store();
	struct store_report r;
	struct store_use use = {1, 1, 1, 1, 1, 1};
	struct err e = {""};
	unsigned n = fill(s, 3000, "No space left");

	CHECK(n > 10);
	/* One inode may be left, where a folder could not be made. */
	(void)put_nth(s, 0, 3000, &e);
	CHECK(get_nth(s, 0, NULL) == 1);
	(void)store_count(s, slice_str("gpt"), &use, &e);
	CHECK(store_gc(s, 10000, 0, &r, &e) == 0 && r.left.entries == 3);
	must_put(s, n, 3000);
	CHECK(get_nth(s, n, NULL) == 1);
	CHECK(totals_are_true(s));
	store_close(s, NULL);
}

static void no_blocks(void)
{
	CHECK(mount_here("size=512k"));
	refill();
}

static void no_inodes(void)
{
	CHECK(mount_here("size=64m,nr_inodes=300"));
	refill();
}

/* Fills the file system; how many blocks are left decides at which step making a store fails. */
static void no_room_to_begin(void)
{
	CHECK(mount_here("size=256k"));
	for (int left = 0; left < 10; left++) {
		struct store_config c = config();
		struct err e = {""};
		struct store *s;
		char command[200];

		snprintf(command, sizeof command,
		    "rm -rf \"$DIR\"/*; mkdir \"$DIR\"/lost+found; "
		    "head -c %d /dev/zero >\"$DIR\"/lost+found/x",
		    (64 - left) * 4096);
		run_shell(command);
		s = store_open(&c, &e);
		CHECK(s || strstr(e.text, "No space left"));
		if (s && put_nth(s, 1, 100, &e) < 0)
			CHECK(strstr(e.text, "No space left") && get_nth(s, 1, NULL) == 0);
		run_shell("rm \"$DIR\"/lost+found/x");
		if (s)
			must_put(s, 2, 100);
		CHECK(!s || (get_nth(s, 2, NULL) == 1 && totals_are_true(s)));
		store_close(s, NULL);
		s = open_store();
		must_put(s, 3, 100);
		CHECK(totals_are_true(s));
		store_close(s, NULL);
	}
}

/* Reading goes on, writing says why not. */
static void reads_only(const char *why)
{
	struct store *s = open_store();
	struct store_report r;
	struct store_use use = {1, 1, 1, 1, 1, 1};
	struct address key = key_of(1);
	struct err e = {""};

	CHECK(get_nth(s, 1, NULL) == 1 && get_nth(s, 2, NULL) == 0);
	CHECK(put_nth(s, 2, 100, &e) < 0 && strstr(e.text, why));
	CHECK(put_nth(s, 1, 100, &e) < 0 && strstr(e.text, why));
	CHECK(get_nth(s, 1, NULL) == 1);
	CHECK(store_count(s, slice_str("gpt"), &use, &e) < 0 && strstr(e.text, why));
	CHECK(store_gc(s, 1, 0, &r, &e) < 0 && strstr(e.text, why));
	CHECK(store_clear(s, &r, &e) < 0 && strstr(e.text, why));
	CHECK(store_claim(s, &key) == STORE_UNCLAIMED);
	CHECK(totals_are_true(s));
	CHECK(store_close(s, &e) == 0);
}

static void prepare(void)
{
	struct store *s;

	no_store();
	s = open_store();
	must_put(s, 1, 100);
	store_close(s, NULL);
	set_age(1, 2 * HOUR);
}

static void read_only_mount(void)
{
	CHECK(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	CHECK(mount(dir, dir, NULL, MS_BIND, NULL) == 0 &&
	    mount(NULL, dir, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0);
	reads_only("Read-only");
}

static void read_only_and_empty(void)
{
	struct store_config c = config();
	struct err e = {""};

	CHECK(mount_here("size=256k"));
	CHECK(mount(NULL, dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
	CHECK(!store_open(&c, &e) && strstr(e.text, "Read-only"));
}

static void mounts(void)
{
	static const struct {
		const char *name;
		void (*body)(void);
	} tests[] = {
	    {"no blocks left: puts fail, what is there stays, and gc makes room", no_blocks},
	    {"no inodes left: the same", no_inodes},
	    {"no room to make a store: told in words, and made once there is", no_room_to_begin},
	    {"a file system that is only read, with no store in it", read_only_and_empty},
	};
	static char name[4][200];
	bool can = can_mount();

	for (int i = 0; i < 4; i++) {
		snprintf(name[i], sizeof name[i], "%s%s", tests[i].name,
		    can ? "" : " # skip nothing can be mounted here");
		check_test(name[i]);
		no_store();
		if (can)
			in_child(tests[i].body);
	}
	check_test(can ? "a file system that is only read: hits, and puts that fail"
		       : "a file system that is only read # skip nothing can be mounted here");
	prepare();
	if (can)
		in_child(read_only_mount);
}

static bool become(uid_t uid)
{
	return setgroups(0, NULL) == 0 && setgid(uid) == 0 && setuid(uid) == 0;
}

static void as_another(void)
{
	struct store_config c = config();
	struct err e = {""};

	CHECK(become(12345));
	CHECK(!store_open(&c, &e) && strstr(e.text, "Permission denied"));
}

static void as_another_open(void)
{
	struct store_config c = config();
	struct err e = {""};

	CHECK(become(12345));
	CHECK(!store_open(&c, &e) && strstr(e.text, "another user's"));
}

/* Its own store, in which it may no longer write. */
static void as_denied(void)
{
	if (geteuid() == 0)
		CHECK(become(12345));
	reads_only("Permission denied");
}

static void permissions(void)
{
	bool root = geteuid() == 0;

	check_test("a store in which one may not write: hits, and puts that fail");
	prepare();
	run_shell("chmod -R a-w \"$DIR\"");
	run_shell("chmod 711 \"$PLACE\"");
	if (root)
		run_shell("chown -R 12345 \"$DIR\"");
	in_child(as_denied);
	run_shell("chmod -R u+w \"$DIR\"");

	check_test(root ? "another user's store is refused, in words"
			: "another user's store # skip needs root");
	prepare();
	if (root) {
		in_child(as_another);
		run_shell("chmod 755 \"$DIR\" \"$PLACE\"");
		in_child(as_another_open);
	}
	no_store();
}

static void no_descriptors(void)
{
	struct store *s = open_store();
	struct rlimit none = {0, 0};
	struct err e = {""};

	CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
	CHECK(get_nth(s, 1, NULL) == 0);
	CHECK(put_nth(s, 2, 100, &e) < 0 && strstr(e.text, "Too many open files"));
	CHECK(store_close(s, NULL) == 0);
}

static void few_descriptors(void)
{
	struct rlimit few = {20, 20};
	struct store *s;

	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	s = open_store();
	for (unsigned i = 0; i < 300; i++)
		must_put(s, i, 100);
	for (unsigned i = 0; i < 300; i++)
		CHECK(get_nth(s, i, NULL) == 1);
	CHECK(store_close(s, NULL) == 0);
}

static void no_large_files(void)
{
	struct store *s = open_store();
	struct rlimit small = {10000, 10000};
	struct err e = {""};

	signal(SIGXFSZ, SIG_IGN);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	CHECK(put_nth(s, 2, 20000, &e) < 0 && strstr(e.text, "File too large"));
	must_put(s, 3, 5000);
	CHECK(totals_are_true(s));
	run_shell("test -z \"$(ls \"$DIR\"/v1/tmp)\"");
	CHECK(store_close(s, NULL) == 0);
}

static void limits(void)
{
	check_test("no descriptors left: a miss, a put that fails");
	prepare();
	in_child(no_descriptors);
	check_test("few descriptors: as always");
	in_child(few_descriptors);
	check_test("a file that may not be so large: a put that fails, and leaves nothing");
	in_child(no_large_files);
}

enum { LASTING = 100 };

static int64_t deadline;

/* What is put all the time is never among the least recently used: never a miss. */
static void reader(void)
{
	struct store *s = open_store();

	for (unsigned i = 0; clock_mono() < deadline; i++)
		CHECK(get_nth(s, i % LASTING, NULL) == 1);
	store_close(s, NULL);
}

/* The same with a clock that jumps, so that each hit is marked. */
static void marker(void)
{
	struct store *s = open_store();

	for (unsigned i = 0; clock_mono() < deadline; i++) {
		wall = clock_wall() + i % 2 * 2 * HOUR;
		CHECK(get_nth(s, i % LASTING, NULL) == 1);
	}
	store_close(s, NULL);
}

static void writer(void)
{
	struct store_config c = config();
	struct store *s;
	unsigned mine = (unsigned)getpid() * 1000000;

	c.sync = STORE_SYNC_NONE;
	c.max_size = 1000000;
	s = open_with(&c);
	for (unsigned i = 0; clock_mono() < deadline; i++) {
		must_put(s, i % LASTING, 1000 + i % 7);
		must_put(s, mine + i, 500);
		CHECK(get_nth(s, mine + i, NULL) == 1);
	}
	store_close(s, NULL);
}

static void keeper(void)
{
	struct store *s = open_store();
	struct store_report r;
	struct err e;

	while (clock_mono() < deadline)
		if (!CHECK(store_gc(s, 900000, 0, &r, &e) == 0 && r.bad == 0))
			printf("# %llu bad, or %s\n", (unsigned long long)r.bad, e.text);
	store_close(s, NULL);
}

static void at_full_speed(void)
{
	static void (*const who[])(void) = {reader, writer, keeper, marker, writer, keeper, marker};
	enum { WHO = sizeof who / sizeof *who };
	struct store *s;
	struct store_report r;
	struct err e;
	pid_t pid[WHO];

	check_test("gc, puts that collect, puts and gets at full speed: no miss, no put lost");
	no_store();
	s = open_store();
	for (unsigned i = 0; i < LASTING; i++)
		must_put(s, i, 1000);
	deadline = clock_mono() + 3 * SECOND / 2;
	for (int i = 0; i < WHO; i++)
		pid[i] = start_child(who[i]);
	for (int i = 0; i < WHO; i++)
		end_child(pid[i]);

	check_test("… and the counts are right after it");
	CHECK(totals_are_true(s));
	CHECK(store_gc(s, 900000, 0, &r, &e) == 0 && r.bad == 0);
	for (unsigned i = 0; i < LASTING; i++)
		CHECK(get_nth(s, i, NULL) == 1);
	CHECK(totals_are_true(s));
	store_close(s, NULL);
}

static void crossed(void)
{
	struct store *a, *b;
	struct address x = key_of(1), y = key_of(2);
	int ends[2];
	char c;
	pid_t pid;

	check_test("two that want what the other has fetch both: nobody waits");
	no_store();
	a = open_store();
	CHECK(pipe(ends) == 0 && store_claim(a, &x) == STORE_CLAIMED);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		b = open_store();
		if (store_claim(b, &y) == STORE_CLAIMED && store_claim(b, &x) == STORE_TAKEN &&
		    write(ends[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	CHECK(read(ends[0], &c, 1) == 1);
	CHECK(store_claim(a, &y) == STORE_TAKEN);

	check_test("what one had claimed who was killed is free");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK(store_claim(a, &y) == STORE_CLAIMED);
	close(ends[0]);
	close(ends[1]);
	store_close(a, NULL);
}

int main(void)
{
	new_place();
	mounts();
	permissions();
	limits();
	at_full_speed();
	crossed();
	no_place();
	return check_done();
}
