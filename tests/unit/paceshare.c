#include "paceshare.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "check.h"
#include "clock.h"
#include "fs.h"

enum { MS = 1000000 };

static char path[] = "/tmp/npc-paceshare-XXXXXX";
static int64_t wall;

static int64_t fake_wall(void)
{
	return wall;
}

static void open_fake(struct paceshare *s)
{
	struct err e;

	if (!CHECK(paceshare_open(s, path, &e) == 0)) {
		printf("# %s\n", e.text);
		exit(1);
	}
	s->wall = fake_wall;
}

static void put_file(const char *text, size_t len)
{
	struct err e;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && fs_write(fd, text, len, &e) == 0);
	close(fd);
}

static void new_file(void)
{
	unlink(path);
}

static const struct pace_demand one = {.tokens = 10, .money = 5};

static void two_share_one_rate(void)
{
	struct paceshare a, b;
	struct pace_quota qa = {0}, qb;
	int64_t wait = -1;
	struct err e;

	check_test("two that share a file share its rate");
	new_file();
	wall = clock_wall();
	pace_rate_init(&qa.rate, 60, 0, 0);
	qb = qa;
	open_fake(&a);
	open_fake(&b);
	wall += 3600 * PACE_SECOND;
	CHECK(paceshare_take(&a, &qa, &one, &wait, &e) == 1 && wait == 0);
	CHECK(paceshare_take(&b, &qb, &one, &wait, &e) == 1 && wait == PACE_SECOND);
	CHECK(paceshare_take(&a, &qa, &one, &wait, &e) == 1 && wait == 2 * PACE_SECOND);
	wall += PACE_SECOND;
	CHECK(paceshare_take(&b, &qb, &one, &wait, &e) == 1 && wait == 2 * PACE_SECOND);

	check_test("… and its pauses, and what is given back");
	CHECK(paceshare_return(&a, &qa, &one, &e) == 0);
	CHECK(paceshare_take(&b, &qb, &one, &wait, &e) == 1 && wait == 2 * PACE_SECOND);
	CHECK(paceshare_pause(&a, &qa, 9 * PACE_SECOND, &e) == 0);
	CHECK(paceshare_pause(&a, &qa, 2 * PACE_SECOND, &e) == 0);
	CHECK(paceshare_take(&b, &qb, &one, &wait, &e) == 1 && wait == 9 * PACE_SECOND);
	paceshare_close(&a);
	paceshare_close(&b);

	check_test("a new file's buckets are empty");
	new_file();
	open_fake(&a);
	wall = clock_wall();
	CHECK(paceshare_take(&a, &qa, &one, &wait, &e) == 1);
	CHECK(wait > PACE_SECOND / 2 && wait <= PACE_SECOND);
	paceshare_close(&a);
	paceshare_close(&a);
}

static void two_share_one_budget(void)
{
	struct paceshare a, b;
	struct pace_quota qa = {.money = {.limited = true, .limit = 12}}, qb = qa;
	struct pace_demand used = {.tokens = 2, .money = 1};
	int64_t wait;
	struct err e;

	check_test("what one has reserved, another can't");
	new_file();
	open_fake(&a);
	open_fake(&b);
	CHECK(paceshare_take(&a, &qa, &one, &wait, &e) == 1);
	CHECK(paceshare_take(&b, &qb, &one, &wait, &e) == 1);
	CHECK(paceshare_take(&b, &qb, &one, &wait, &e) == 0);
	CHECK(paceshare_settle(&a, &qa, &one, &used, &e) == 0);
	CHECK(qa.money.used == 6 && qa.tokens.used == 12);
	CHECK(paceshare_take(&b, &qb, &one, &wait, &e) == 1);
	CHECK(qb.money.used == 11 && qb.tokens.used == 22);
	paceshare_close(&a);
	paceshare_close(&b);

	check_test("what was used stays used for who comes later");
	qa = (struct pace_quota){.money = {.limited = true, .limit = 12}};
	open_fake(&a);
	CHECK(paceshare_take(&a, &qa, &one, &wait, &e) == 0);
	CHECK(qa.money.used == 11);
	qa.money.limit = 100;
	CHECK(paceshare_take(&a, &qa, &one, &wait, &e) == 1);
	paceshare_close(&a);
}

static void clocks_differ(void)
{
	struct paceshare a;
	struct pace_quota q = {0};
	int64_t wait, now = clock_wall();
	struct err e;

	check_test("a clock a little behind takes the latest time as now");
	new_file();
	pace_rate_init(&q.rate, 60, 0, 0);
	open_fake(&a);
	wall = now + 100 * PACE_SECOND;
	CHECK(paceshare_take(&a, &q, &one, &wait, &e) == 1 && wait == 0);
	wall = now + 99 * PACE_SECOND;
	CHECK(paceshare_take(&a, &q, &one, &wait, &e) == 1 && wait == PACE_SECOND);
	wall = now + 100 * PACE_SECOND;
	CHECK(paceshare_take(&a, &q, &one, &wait, &e) == 1 && wait == 2 * PACE_SECOND);

	check_test("a clock that was set back takes the file's times with it");
	wall = now - 3600 * PACE_SECOND;
	CHECK(paceshare_take(&a, &q, &one, &wait, &e) == 1 && wait == 3 * PACE_SECOND);
	wall += PACE_SECOND;
	CHECK(paceshare_take(&a, &q, &one, &wait, &e) == 1 && wait == 3 * PACE_SECOND);

	check_test("a clock that jumps ahead brings a burst, no more");
	wall += 1000000 * PACE_SECOND;
	CHECK(paceshare_take(&a, &q, &one, &wait, &e) == 1 && wait == 0);
	CHECK(paceshare_take(&a, &q, &one, &wait, &e) == 1 && wait == PACE_SECOND);
	paceshare_close(&a);
}

static void refuse(const char *text, size_t len, const char *why)
{
	struct paceshare s;
	struct buf after = {0};
	struct err e = {""};

	put_file(text, len);
	CHECK(paceshare_open(&s, path, &e) == -1);
	if (!CHECK(strstr(e.text, path) && strstr(e.text, why)))
		printf("# %s\n", e.text);
	CHECK(fs_slurp(path, 1 << 20, &after, NULL) == 0);
	CHECK(after.len == len && memcmp(after.ptr, text, len) == 0);
	buf_free(&after);
}

static void bad_files(void)
{
	struct paceshare s;
	struct pace_quota q = {.money = {.limited = true, .limit = 100}};
	struct buf good = {0};
	int64_t wait;
	struct err e;

	check_test("an empty file is new");
	put_file("", 0);
	open_fake(&s);
	CHECK(paceshare_take(&s, &q, &one, &wait, &e) == 1);
	paceshare_close(&s);
	CHECK(fs_slurp(path, 1 << 20, &good, &e) == 0);

	check_test("somebody else's file is refused, and left as it was");
	refuse("{\"id\":1}\n", 9, "something else");
	refuse("npc-pace", 8, "something else");
	refuse("npc-pace 2 1 2 3\n", 17, "another version");

	check_test("any byte changed, any length cut: damaged");
	for (size_t i = 0; i < good.len; i++) {
		good.ptr[i] ^= 1;
		refuse(good.ptr, good.len, i < 8 ? "something else" : "");
		good.ptr[i] ^= 1;
		if (i > 10)
			refuse(good.ptr, i, "damaged");
	}
	buf_byte(&good, '\n');
	refuse(good.ptr, good.len, "damaged");

	check_test("damaged while it is open: an error in words");
	new_file();
	open_fake(&s);
	put_file("nonsense", 8);
	CHECK(paceshare_take(&s, &q, &one, &wait, &e) == -1);
	CHECK(paceshare_settle(&s, &q, &one, &one, &e) == -1 && strstr(e.text, "something else"));
	paceshare_close(&s);

	check_test("what can't be opened, or is no file");
	CHECK(paceshare_open(&s, "/nowhere/pace", &e) == -1 && strstr(e.text, "cannot open"));
	CHECK(paceshare_open(&s, "/tmp", &e) == -1);
	CHECK(paceshare_open(&s, "/dev/null", &e) == -1 && strstr(e.text, "regular"));
	buf_free(&good);
}

/* A child that takes for ever, or so often, and tells each time when it may go. */
static pid_t child(int to, long times, const struct pace_quota *limits)
{
	struct paceshare s;
	struct pace_quota q = *limits;
	struct err e;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (paceshare_open(&s, path, &e) < 0)
		_exit(1);
	for (long i = 0; times == 0 || i < times; i++) {
		int64_t wait, at;

		if (paceshare_take(&s, &q, &one, &wait, &e) < 0)
			_exit(1);
		at = clock_wall() + wait;
		if (write(to, &at, sizeof at) != (ssize_t)sizeof at)
			_exit(1);
	}
	_exit(0);
}

static int by_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void many_processes(void)
{
	enum { PROCESSES = 4, TIMES = 250, ALL = PROCESSES * TIMES };
	static int64_t at[ALL];
	struct pace_quota q = {0};
	int ends[2], n = 0;
	int64_t begun = clock_wall();

	check_test("four processes together keep to the rate");
	new_file();
	pace_rate_init(&q.rate, 60000, 0, 0);
	q.rate.requests.burst = 1;
	CHECK(pipe(ends) == 0);
	for (int i = 0; i < PROCESSES; i++)
		child(ends[1], TIMES, &q);
	close(ends[1]);
	while (n < ALL && read(ends[0], &at[n], sizeof *at) == (ssize_t)sizeof *at)
		n++;
	close(ends[0]);
	for (int i = 0; i < PROCESSES; i++) {
		int status = 1;

		wait(&status);
		CHECK(status == 0);
	}
	CHECK(n == ALL);
	qsort(at, (size_t)n, sizeof *at, by_time);
	for (int i = 0; i < n; i++)
		CHECK(at[i] >= begun + (int64_t)i * MS);
	CHECK(at[ALL - 1] < begun + (int64_t)(ALL + 500) * MS);
}

static void killed_at_any_point(void)
{
	struct pace_quota q = {0};
	struct paceshare s;
	struct err e;
	int64_t told = 0, wait_ns, at;
	enum { KILLS = 60 };

	check_test("kill -9 at any point leaves a good file, and loses nothing that was told");
	new_file();
	srand(7);
	for (int i = 0; i < KILLS; i++) {
		int ends[2], status;
		pid_t pid;
		int enough = 1 + rand() % 200;

		CHECK(pipe(ends) == 0);
		pid = child(ends[1], 0, &q);
		close(ends[1]);
		for (int n = 0; n < enough && read(ends[0], &at, sizeof at) > 0; n++)
			told++;
		kill(pid, SIGKILL);
		while (read(ends[0], &at, sizeof at) > 0)
			told++;
		close(ends[0]);
		waitpid(pid, &status, 0);
		CHECK(WIFSIGNALED(status));
	}
	CHECK(paceshare_open(&s, path, &e) == 0);
	CHECK(paceshare_take(&s, &q, &one, &wait_ns, &e) == 1);
	told++;
	CHECK(q.money.used >= told * one.money && q.money.used <= (told + KILLS) * one.money);
	paceshare_close(&s);
}

int main(void)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	close(fd);
	two_share_one_rate();
	two_share_one_budget();
	clocks_differ();
	bad_files();
	many_processes();
	killed_at_any_point();
	unlink(path);
	return check_done();
}
