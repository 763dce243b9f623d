/*
 * The helper is this program itself, found by another name: what it does is what the URL says.
 */
#include "remote.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "check.h"
#include "clock.h"
#include "fs.h"
#include "wire.h"

#define MS INT64_C(1000000)
#define LIMIT (100 * MS)

/* ---- the helper */

static struct buf given, written;

/* The next command; ends the program with the input. */
static struct wire next_command(void)
{
	static size_t at;
	struct slice rest;
	struct wire m;
	ssize_t n;

	for (;;) {
		rest = buf_from(&given, at);
		if (wire_take(&rest, &m, NULL) > 0) {
			at = given.len - rest.len;
			return m;
		}
		n = read(STDIN_FILENO, buf_room(&given, 65536), 65536);
		if (n <= 0)
			_exit(0);
		given.len += (size_t)n;
	}
}

static void say(const char *text, size_t len)
{
	if (fs_write(STDOUT_FILENO, text, len, NULL) < 0)
		_exit(9);
}

static void reply(enum wire_verb verb, uint64_t number, struct slice bytes)
{
	buf_clear(&written);
	wire_put(&written, &(struct wire){.verb = verb, .number = number, .bytes = bytes});
	buf_byte(&written, '\n');
	say(written.ptr, written.len);
}

/* Keeps the last that was put; everything else is a miss. */
static void keep(void)
{
	static struct address key;
	static struct buf kept;

	for (;;) {
		struct wire m = next_command();

		if (m.verb == WIRE_PUT) {
			key = m.key;
			buf_clear(&kept);
			buf_slice(&kept, m.bytes);
			reply(WIRE_DONE, m.number, (struct slice){0});
		} else if (kept.len && address_eq(&key, &m.key)) {
			reply(WIRE_HIT, m.number, buf_all(&kept));
		} else {
			reply(WIRE_MISS, m.number, (struct slice){0});
		}
	}
}

/* Answers three at a time, the last one first. */
static void backwards(void)
{
	for (;;) {
		uint64_t numbers[3];

		for (int i = 0; i < 3; i++)
			numbers[i] = next_command().number;
		for (int i = 2; i >= 0; i--)
			reply(i == 1 ? WIRE_MISS : WIRE_HIT, numbers[i], slice_str("an entry"));
	}
}

static void refuse(void)
{
	for (;;)
		reply(WIRE_FAILED, next_command().number, slice_str("no room at the inn"));
}

/* Says nothing until the next command comes. */
static void one_behind(void)
{
	uint64_t last = next_command().number;

	for (;;) {
		uint64_t number = next_command().number;

		reply(WIRE_HIT, last, slice_str("late"));
		last = number;
	}
}

static void say_after_one(const char *text)
{
	uint64_t number = next_command().number;

	if (!text) {
		reply(number % 2 ? WIRE_HIT : WIRE_DONE, number, (struct slice){0});
	} else {
		say(text, strlen(text));
	}
	for (;;)
		next_command();
}

static void starts_once(const char *folder)
{
	char path[256];

	if (snprintf(path, sizeof path, "%s/started", folder) < 0 || mkdir(path, 0700) == 0)
		_exit(7);
	keep();
}

static int be_helper(int argc, const char *mode)
{
	if (argc != 1 || !mode)
		return 8;
	mode += strlen("fake://");
	if (strcmp(mode, "keep") == 0)
		keep();
	else if (strcmp(mode, "backwards") == 0)
		backwards();
	else if (strcmp(mode, "refuse") == 0)
		refuse();
	else if (strcmp(mode, "behind") == 0)
		one_behind();
	else if (strcmp(mode, "nonsense") == 0)
		say_after_one("HTTP/1.1 400 Bad Request\r\n\r\n");
	else if (strcmp(mode, "unasked") == 0)
		say_after_one("miss 4711\n");
	else if (strcmp(mode, "wrong-word") == 0)
		say_after_one(NULL);
	else if (strcmp(mode, "half") == 0)
		say_after_one("hit 0 5\nab");
	else if (strcmp(mode, "die") == 0)
		next_command(), raise(SIGKILL);
	else if (strcmp(mode, "usage") == 0)
		return 2;
	else if (strncmp(mode, "once/", 5) == 0)
		starts_once(mode + 4);
	for (;;)
		pause();
}

/* ---- the tests */

static char folder[] = "/tmp/npc-remote-XXXXXX";
static struct events ev;
static struct remote *r;
static struct address keys[4];

static bool open_with(const char *mode, int64_t limit)
{
	struct err e = {""};

	CHECK(events_init(&ev, &e) == 0);
	r = remote_open(mode, limit, &ev, &e);
	if (!CHECK(r != NULL))
		printf("# %s: %s\n", mode, e.text);
	return r != NULL;
}

static bool open_mode(const char *mode)
{
	return open_with(mode, LIMIT);
}

/* For what must not be late, on a machine that has other things to do. */
static bool open_patient(const char *mode)
{
	return open_with(mode, 40 * LIMIT);
}

static void shut(void)
{
	remote_close(r);
	events_free(&ev);
	CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

/* Turns until n gets have been answered, or all puts, or far too much time is over. */
static size_t turn(struct remote_got *got, size_t n, bool puts)
{
	int64_t last = clock_mono() + 50 * LIMIT;
	struct remote_got none;
	size_t have = 0;

	while ((have < n || (puts && remote_busy(r))) && clock_mono() < last) {
		int64_t until = remote_deadline(r);

		events_wait(&ev, until < last ? until : last, clock_mono(), NULL);
		while (have < n && remote_next(r, clock_mono(), &got[have])) {
			static char copies[4][64];

			/* The entry is there until the next call only. */
			if (n <= 4 && got[have].entry.len <= sizeof copies[0]) {
				if (got[have].entry.len)
					memcpy(
					    copies[have], got[have].entry.ptr, got[have].entry.len);
				got[have].entry.ptr = copies[have];
			}
			have++;
		}
		if (n == 0)
			CHECK(!remote_next(r, clock_mono(), &none));
	}
	return have;
}

static struct remote_got get_one(const struct address *key)
{
	struct remote_got got = {0};

	remote_get(r, key, &ev);
	CHECK(turn(&got, 1, false) == 1 && got.ctx == &ev);
	return got;
}

static void a_moment(void)
{
	poll(NULL, 0, 5);
}

static bool troubled(const char *what)
{
	const char *text = remote_trouble(r);

	if (text && strstr(text, what))
		return true;
	printf("# the trouble is: %s\n", text ? text : "none");
	return false;
}

static void finds_what_was_put(void)
{
	struct remote_got got;
	struct buf big = {0};

	check_test("what was put is a hit, anything else a miss");
	if (!open_patient("fake://keep"))
		return;
	CHECK(!getenv("NPC_CACHE_REMOTE"));
	CHECK(!get_one(&keys[0]).hit && !remote_busy(r));
	CHECK(remote_deadline(r) == EVENTS_NEVER && !remote_trouble(r));
	remote_put(r, &keys[0], slice_str("an entry\n"));
	CHECK(remote_busy(r) && turn(NULL, 0, true) == 0 && !remote_busy(r));
	got = get_one(&keys[0]);
	CHECK(got.hit);
	CHECK_SLICE(got.entry, "an entry\n");
	CHECK(!get_one(&keys[1]).hit);

	check_test("an entry that no pipe holds");
	CHECK(buf_room(&big, 3 << 20) != NULL);
	memset(big.ptr, 'x', 3 << 20);
	big.len = 3 << 20;
	remote_put(r, &keys[1], buf_all(&big));
	remote_get(r, &keys[1], NULL);
	CHECK(turn(&got, 1, false) == 1 && got.hit && slice_eq(got.entry, buf_all(&big)));
	CHECK(remote_counts(r)->hits == 2 && remote_counts(r)->misses == 2);
	CHECK(remote_counts(r)->puts == 2 && remote_counts(r)->failed == 0);
	buf_free(&big);
	shut();
}

static void any_order(void)
{
	struct remote_got got[3];
	int ctx[3];

	check_test("answers in any order go to whom they belong");
	if (!open_patient("fake://backwards"))
		return;
	for (int i = 0; i < 3; i++)
		remote_get(r, &keys[i], &ctx[i]);
	CHECK(turn(got, 3, false) == 3);
	CHECK(got[0].ctx == &ctx[2] && got[1].ctx == &ctx[1] && got[2].ctx == &ctx[0]);
	CHECK(got[0].hit && !got[1].hit && got[2].hit);
	CHECK_SLICE(got[2].entry, "an entry");
	shut();
}

static void silent(void)
{
	struct remote_got got[3];
	int64_t begun = clock_mono(), took;

	check_test("no answer is a miss, when its time is over");
	if (!open_mode("fake://silence"))
		return;
	for (int i = 0; i < 3; i++)
		remote_get(r, &keys[i], NULL);
	CHECK(turn(got, 3, false) == 3);
	took = clock_mono() - begun;
	CHECK(took >= LIMIT && took < 20 * LIMIT);
	CHECK(!got[0].hit && !got[1].hit && !got[2].hit && remote_counts(r)->failed == 3);
	CHECK(troubled("no answer within 0.1 s"));

	check_test("… a put has failed when nothing was heard for longer");
	begun = clock_mono();
	remote_put(r, &keys[0], slice_str("an entry"));
	CHECK(remote_busy(r) && turn(NULL, 0, true) == 0);
	took = clock_mono() - begun;
	CHECK(took >= 3 * LIMIT && took < 20 * LIMIT && remote_counts(r)->puts_failed == 1);

	check_test("… and after three gets it is left alone: a miss at once");
	begun = clock_mono();
	CHECK(!get_one(&keys[0]).hit && remote_counts(r)->skipped == 1);
	CHECK(clock_mono() - begun < LIMIT);

	check_test("… until it is tried again, with one");
	begun = clock_mono();
	while (remote_counts(r)->failed == 3 && clock_mono() - begun < 30 * LIMIT) {
		get_one(&keys[0]);
		a_moment();
	}
	CHECK(remote_counts(r)->failed == 4);
	shut();
}

static void refusing(void)
{
	struct remote_got got[2];

	check_test("failures: misses, and one of a put is told in words");
	if (!open_patient("fake://refuse"))
		return;
	remote_put(r, &keys[0], slice_str("an entry"));
	turn(NULL, 0, true);
	CHECK(remote_counts(r)->puts_failed == 1 && troubled("no room at the inn"));
	remote_get(r, &keys[0], NULL);
	remote_get(r, &keys[1], NULL);
	CHECK(turn(got, 2, false) == 2 && !got[0].hit && !got[1].hit);
	CHECK(remote_counts(r)->failed == 2);

	check_test("puts that fail are given up, gets are not, and the other way round");
	for (int i = 0; i < 5; i++) {
		remote_put(r, &keys[0], slice_str("an entry"));
		turn(NULL, 0, true);
	}
	CHECK(remote_counts(r)->puts_failed == 3 && remote_counts(r)->puts_skipped == 3);
	CHECK(!get_one(&keys[0]).hit && remote_counts(r)->failed == 3);
	CHECK(!get_one(&keys[0]).hit && remote_counts(r)->skipped == 1);
	shut();
}

static void late(void)
{
	check_test("an answer that comes late is dropped, and not taken for another's");
	if (!open_mode("fake://behind"))
		return;
	CHECK(!get_one(&keys[0]).hit);
	CHECK(!get_one(&keys[1]).hit);
	CHECK(remote_counts(r)->failed == 2 && remote_counts(r)->hits == 0);
	shut();
}

static void slow_ourselves(void)
{
	struct remote_got got;

	check_test("what came in time is not late because we were");
	if (!open_mode("fake://keep"))
		return;
	for (int i = 0; i < 3; i++)
		remote_get(r, &keys[i], NULL);
	poll(NULL, 0, 10 * LIMIT / MS);
	for (int i = 0; i < 3; i++) {
		CHECK(remote_next(r, clock_mono(), &got) && !got.hit);
		poll(NULL, 0, LIMIT / MS);
	}
	CHECK(remote_counts(r)->misses == 3 && remote_counts(r)->failed == 0);
	shut();
}

static void nonsense(void)
{
	static const char *const modes[] = {
	    "fake://nonsense", "fake://unasked", "fake://wrong-word", "fake://die"};
	static const char *const troubles[] = {"nonsense", "not asked", "not asked", "signal 9"};
	struct remote_got got[2];

	check_test(
	    "nonsense, an answer to nothing, another question's, the end: all are misses at once");
	for (size_t i = 0; i < 4; i++) {
		int64_t begun = clock_mono();

		if (!open_patient(modes[i]))
			return;
		remote_get(r, &keys[0], NULL);
		remote_get(r, &keys[1], NULL);
		CHECK(turn(got, 2, false) == 2 && !got[0].hit && !got[1].hit);
		CHECK(remote_counts(r)->failed == 2);
		CHECK(clock_mono() - begun < 40 * LIMIT && troubled(troubles[i]));
		shut();
	}

	check_test("half of an answer is none");
	if (!open_mode("fake://half"))
		return;
	CHECK(!get_one(&keys[0]).hit && remote_counts(r)->failed == 1);
	shut();
}

static void starts_again(void)
{
	char url[256];
	int64_t begun = clock_mono();

	check_test("a helper that ended is started again after a while, and works");
	if (snprintf(url, sizeof url, "fake://once%s", folder) < 0 || !open_patient(url))
		return;
	CHECK(!get_one(&keys[0]).hit);
	CHECK(remote_counts(r)->failed == 1 && troubled("ended with status 7"));
	CHECK(!get_one(&keys[0]).hit && remote_counts(r)->skipped == 1);
	while (remote_counts(r)->misses == 0 && clock_mono() - begun < 50 * LIMIT) {
		get_one(&keys[0]);
		a_moment();
	}
	CHECK(remote_counts(r)->misses == 1 && clock_mono() - begun > 4 * LIMIT);
	shut();

	check_test("one that says that its configuration is wrong is not");
	if (!open_patient("fake://usage"))
		return;
	get_one(&keys[0]);
	CHECK(troubled("ended with status 2"));
	begun = clock_mono();
	while (clock_mono() - begun < 12 * LIMIT) {
		get_one(&keys[0]);
		a_moment();
	}
	CHECK(remote_counts(r)->failed + remote_counts(r)->misses == 1);
	shut();
}

static void does_not_read(void)
{
	enum { SIZE = 8 << 20, PUTS = 40 };
	char *entry = calloc(1, SIZE);
	struct remote_got got;

	check_test("what waits for a helper that does not read is bounded");
	if (!open_mode("fake://silence") || !entry)
		return;
	for (int i = 0; i < PUTS; i++)
		remote_put(r, &keys[0], slice_make(entry, SIZE));
	CHECK(remote_counts(r)->puts_failed + remote_counts(r)->puts_skipped >= PUTS / 2);
	CHECK(troubled("too much waits"));
	remote_put(r, &keys[0], slice_make(entry, (size_t)WIRE_ENTRY + 1));
	CHECK(troubled("longer than"));
	remote_get(r, &keys[0], NULL);
	CHECK(turn(&got, 1, false) == 1 && !got.hit);
	free(entry);
	shut();
}

static void no_helper(void)
{
	static const char *const urls[] = {
	    "", "x", "fake:", "fake:/x", "://x", "../x://me:s3cret@h"};
	struct err e;

	check_test("no URL");
	CHECK(events_init(&ev, &e) == 0);
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		r = remote_open(urls[i], LIMIT, &ev, &e);
		if (!CHECK(!r && e.text[0] && !strstr(e.text, "s3cret")))
			printf("# %s: %s\n", urls[i], e.text);
	}
	remote_close(NULL);
	events_free(&ev);

	check_test("no such helper: everything is skipped, and it is told why");
	if (!open_mode("nosuch://me:s3cret@h"))
		return;
	CHECK(troubled("cannot run npc-cache-nosuch"));
	CHECK(!get_one(&keys[0]).hit && remote_counts(r)->skipped == 1);
	remote_put(r, &keys[0], slice_str("an entry"));
	CHECK(remote_counts(r)->puts_skipped == 1 && !remote_busy(r));
	shut();

	check_test("URLs with a password");
	CHECK(remote_has_password("redis://:p@h"));
	CHECK(remote_has_password("https://u:p@h/x"));
	CHECK(!remote_has_password("https://u@h:80/x"));
	CHECK(!remote_has_password("https://h:80/x"));
	CHECK(!remote_has_password("h:80"));
}

/* So that it is found under the helper's name. */
static void make_helper(const char *self)
{
	char path[256], target[4096], *old = getenv("PATH");
	struct buf b = {0};

	if (!CHECK(mkdtemp(folder) && realpath(self, target)))
		exit(1);
	CHECK(snprintf(path, sizeof path, "%s/npc-cache-fake", folder) > 0);
	CHECK(symlink(target, path) == 0);
	buf_fmt(&b, "%s:%s", folder, old ? old : "");
	CHECK(setenv("PATH", buf_cstr(&b), 1) == 0);
	buf_free(&b);
}

static void remove_helper(void)
{
	char path[256];

	if (snprintf(path, sizeof path, "%s/started", folder) > 0)
		rmdir(path);
	if (snprintf(path, sizeof path, "%s/npc-cache-fake", folder) > 0)
		unlink(path);
	rmdir(folder);
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');

	if (strcmp(name ? name + 1 : argv[0], "npc-cache-fake") == 0)
		return be_helper(argc, getenv("NPC_CACHE_REMOTE"));
	check_test("the helper is found on PATH");
	make_helper("/proc/self/exe");
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 4; i++)
		keys[i].bytes[0] = (unsigned char)(i + 1);
	finds_what_was_put();
	any_order();
	silent();
	refusing();
	late();
	slow_ourselves();
	nonsense();
	starts_again();
	does_not_read();
	no_helper();
	remove_helper();
	return check_done();
}
