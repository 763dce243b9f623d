#include <signal.h>
#include <sys/prctl.h>

#include "store_test.h"

enum { KILLS = 260, KEYS = 300, ROOM = 100000 };

static unsigned seed;

static unsigned draw(unsigned n)
{
	return (unsigned)rand_r(&seed) % n;
}

/* Each works until it is killed; what fails for another reason ends it with a status. */
static void must(bool good)
{
	if (!good)
		_exit(3);
}

static void write_with(uint64_t max_size, enum store_sync sync)
{
	struct store_config c = config();
	struct store *s;
	struct err e;

	c.max_size = max_size;
	c.sync = sync;
	s = open_with(&c);
	for (;;)
		must(put_nth(s, draw(KEYS), 64 + draw(2000), &e) == 0);
}

static void writer(void)
{
	write_with(0, STORE_SYNC_DATA);
}

static void batcher(void)
{
	write_with(0, STORE_SYNC_BATCH);
}

static void collector(void)
{
	write_with(ROOM, STORE_SYNC_NONE);
}

static void keeper(void)
{
	struct store *s = open_store();
	struct store_report r;
	struct err e;

	for (;;)
		must((draw(10) ? store_gc(s, ROOM, 0, &r, &e) : store_clear(s, &r, &e)) == 0);
}

/* Its clock jumps, so that each hit is marked. */
static void marker(void)
{
	struct store *s = open_store();

	for (;;) {
		wall = clock_wall() + (int64_t)draw(3) * 2 * HOUR;
		must(get_nth(s, draw(KEYS), NULL) >= 0);
	}
}

static void claimer(void)
{
	struct store *s = open_store();
	struct store_use use = {1, 1, 1, 1, 1, 1};
	struct err e;

	for (;;) {
		struct address key = key_of(draw(KEYS));

		if (store_claim(s, &key) == STORE_CLAIMED && draw(2))
			store_release(s, &key);
		must(store_count(s, slice_str(draw(2) ? "a" : "b"), &use, &e) == 0);
	}
}

static void (*const kinds[])(void) = {writer, batcher, collector, keeper, marker, claimer};
enum { KINDS = sizeof kinds / sizeof *kinds };

static pid_t start(int kind)
{
	pid_t pid;

	seed = seed * 31 + 7;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* or it would work on for ever */
		kinds[kind]();
	}
	return pid;
}

static void end(pid_t pid)
{
	int status = 0;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (!CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
		printf("# ended by itself: %d\n", status);
}

static void all_right(struct store *s)
{
	struct store_totals t = {0}, now;
	struct err e;

	for (unsigned i = 0; i < KEYS; i++)
		CHECK(get_nth(s, i, NULL) >= 0);
	now = truth();
	CHECK(store_totals(s, &t, &e) == 0);
	if (!CHECK(t.entries >= now.entries && t.bytes >= now.bytes))
		printf("# counted %llu of %llu bytes, there are %llu of %llu\n",
		    (unsigned long long)t.entries, (unsigned long long)t.bytes,
		    (unsigned long long)now.entries, (unsigned long long)now.bytes);
}

static void nobody_is_stuck(struct store *s)
{
	for (unsigned i = 0; i < KEYS; i++) {
		struct address key = key_of(i);

		CHECK(store_claim(s, &key) == STORE_CLAIMED);
		store_release(s, &key);
	}
	for (unsigned i = 0; i < KEYS; i++)
		must_put(s, i, 70 + i);
}

static void no_flaw(void *ctx, const char *path, const char *why)
{
	(void)ctx;
	CHECK(false);
	printf("# %s: %s\n", path, why);
}

static void kills(void)
{
	struct store *s;
	struct store_report r = {0};
	struct store_totals t;
	struct err e;
	pid_t pid[KINDS];
	unsigned stuck = 0, over = 0;

	check_test("kill -9 at any moment: no wrong byte, no stuck key, the count never too small");
	no_store();
	s = open_store();
	for (int i = 0; i < KINDS; i++)
		pid[i] = start(i);
	for (int n = 0; n < KILLS; n++) {
		unsigned k = draw(KINDS);

		usleep(draw(20000));
		for (unsigned i = 0; i < 20; i++)
			CHECK(get_nth(s, draw(KEYS), NULL) >= 0);
		end(pid[k]);
		if (n % 10 == 9) {
			/* All at once, so that nothing moves while it is counted. */
			for (unsigned i = 0; i < KINDS; i++)
				if (i != k)
					end(pid[i]);
			all_right(s);
			CHECK(store_totals(s, &t, &e) == 0);
			over += t.entries > truth().entries;
			nobody_is_stuck(s);
			stuck++;
			for (unsigned i = 0; i < KINDS; i++)
				pid[i] = start((int)i);
		} else {
			pid[k] = start((int)k);
		}
	}
	for (int i = 0; i < KINDS; i++)
		end(pid[i]);
	all_right(s);
	printf("# %u times all were killed, %u times the count was above the truth\n", stuck, over);

	check_test("… verify finds nothing wrong, and gc brings the counts to the truth");
	CHECK(store_verify(s, no_flaw, NULL, &r, &e) == 0 && r.bad == 0);
	CHECK(store_gc(s, 0, 0, &r, &e) == 0 && r.bad == 0);
	CHECK(totals_are_true(s));
	store_close(s, NULL);
}

/* 0 where the store could be opened. */
static pid_t start_opening(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct store_config c = config();
		struct store *s = store_open(&c, NULL);
		bool opened = s != NULL;

		store_close(s, NULL);
		_exit(!opened);
	}
	return pid;
}

static void born_at_once(void)
{
	check_test("made by several at once: each of them has it");
	for (int n = 0; n < 200; n++) {
		pid_t pids[4];
		int status;

		no_store();
		for (int i = 0; i < 4; i++)
			pids[i] = start_opening();
		for (int i = 0; i < 4; i++)
			CHECK(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
	}
}

/* Killed while it makes the store: the next one makes the rest. */
static void killed_at_birth(void)
{
	struct store *s;

	check_test("killed while it makes a store: the next makes the rest");
	for (int n = 0; n < 60; n++) {
		pid_t pid;

		no_store();
		pid = start(0);
		usleep(draw(2000));
		end(pid);
		s = open_store();
		all_right(s);
		must_put(s, 1, 100);
		CHECK(get_nth(s, 1, NULL) == 1);
		store_close(s, NULL);
	}
}

int main(void)
{
	seed = (unsigned)getpid();
	printf("# seed %u\n", seed);
	alarm(120); /* a stuck lock ends the driver */
	new_place();
	kills();
	born_at_once();
	killed_at_birth();
	no_place();
	return check_done();
}
