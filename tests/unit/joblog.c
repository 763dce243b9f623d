#include "joblog.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "fs.h"

static const char header[] =
    "custom_id\tendpoint\tstart\tseconds\tattempts\tstatus\ttokens_in\ttokens_out\n";

static char path[] = "/tmp/npc-joblog-XXXXXX";
static struct err e;

/* The file's text, behind the header. */
static void holds(const char *want)
{
	struct buf b = {0};

	CHECK(fs_slurp(path, 1 << 24, &b, &e) == 0);
	if (CHECK(slice_starts(buf_all(&b), header)))
		CHECK_SLICE(buf_from(&b, sizeof header - 1), want);
	buf_free(&b);
}

static void open_log(struct joblog *log)
{
	if (!CHECK(joblog_open(log, path, &e) == 0)) {
		printf("# %s\n", e.text);
		exit(1);
	}
}

#define ID(text)                                                                                   \
	{                                                                                          \
		text, sizeof text - 1                                                              \
	}

static void lines(void)
{
	static const struct {
		const char *name;
		struct joblog_entry entry;
		const char *want;
	} cases[] = {
	    {"an answer",
		{ID("npc-1"), "http://h/v1", 1700000000123456789, 812999999, 2, 200, NULL, 34, 56},
		"npc-1\thttp://h/v1\t1700000000.123\t0.812\t2\t200\t34\t56\n"},
	    {"an error has its code in the place of a status",
		{ID("x"), "http://h", 5000000, 12034000000, 6, 0, "timeout", 0, 0},
		"x\thttp://h\t0.005\t12.034\t6\ttimeout\t0\t0\n"},
	    {"what is empty is -", {.code = "halted"}, "-\t-\t-\t-\t0\thalted\t0\t0\n"},
	    {"an empty endpoint is -", {ID("a"), "", 0, 0, 0, 404, NULL, 0, 0},
		"a\t-\t-\t-\t0\t404\t0\t0\n"},
	    {"the id is as JSON has it", {.custom_id = ID("a\\t\\n\\u0000\\\"b"), .status = 200},
		"a\\t\\n\\u0000\\\"b\t-\t-\t-\t0\t200\t0\t0\n"},
	    {"large numbers",
		{ID("a"), "h", INT64_MAX, INT64_MAX, 4294967295, 599, NULL, INT64_MAX, INT64_MAX},
		"a\th\t9223372036.854\t9223372036.854\t4294967295\t599\t9223372036854775807\t"
		"9223372036854775807\n"},
	};
	struct joblog log;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		check_test(cases[i].name);
		open_log(&log);
		CHECK(joblog_put(&log, &cases[i].entry, &e) == 0);
		holds(cases[i].want);
		CHECK(joblog_close(&log, &e) == 0);
	}
}

static void each_at_once(void)
{
	static const struct joblog_entry one = {.custom_id = ID("a"), .status = 200};
	struct joblog log;
	char *id = malloc(100000);
	struct buf want = {0};

	check_test("each line is there when it was put; the one before it does not show");
	open_log(&log);
	holds("");
	memset(id, 'n', 100000);
	CHECK(joblog_put(&log, &(struct joblog_entry){.custom_id = {id, 100000}}, &e) == 0);
	CHECK(joblog_put(&log, &one, &e) == 0);
	buf_put(&want, id, 100000);
	buf_str(&want, "\t-\t-\t-\t0\t0\t0\t0\na\t-\t-\t-\t0\t200\t0\t0\n");
	holds(buf_cstr(&want));

	check_test("it writes at the end, whoever else writes");
	{
		int fd = open(path, O_WRONLY | O_APPEND);

		CHECK(write(fd, "other\n", 6) == 6);
		close(fd);
	}
	CHECK(joblog_put(&log, &one, &e) == 0);
	buf_str(&want, "other\na\t-\t-\t-\t0\t200\t0\t0\n");
	holds(buf_cstr(&want));
	CHECK(fcntl(log.fd, F_GETFD) == FD_CLOEXEC);
	CHECK(joblog_close(&log, &e) == 0);

	check_test("a file that is there is emptied");
	open_log(&log);
	holds("");
	CHECK(joblog_close(&log, &e) == 0);
	buf_free(&want);
	free(id);
}

static void none(void)
{
	struct joblog log;

	check_test("no path: nothing is written, and all is well");
	CHECK(joblog_open(&log, NULL, &e) == 0 && log.fd == -1);
	CHECK(joblog_put(&log, &(struct joblog_entry){0}, &e) == 0);
	CHECK(joblog_close(&log, &e) == 0 && joblog_close(&log, &e) == 0);

	check_test("closed: what is put is passed over");
	open_log(&log);
	CHECK(joblog_close(&log, &e) == 0);
	CHECK(joblog_put(&log, &(struct joblog_entry){0}, &e) == 0);
	holds("");
}

static void bad_files(void)
{
	struct joblog log;
	int ends[2];
	char pipe_path[64];

	check_test("what can't be opened, or written, is named");
	CHECK(joblog_open(&log, "/nowhere/log", &e) == -1 && strstr(e.text, "/nowhere/log"));
	CHECK(joblog_close(&log, &e) == 0);
	CHECK(joblog_open(&log, "/tmp", &e) == -1 && strstr(e.text, "/tmp"));
	CHECK(joblog_open(&log, "", &e) == -1);
	CHECK(joblog_open(&log, "/dev/full", &e) == -1);
	CHECK(slice_starts(slice_str(e.text), "/dev/full: "));
	CHECK(strstr(e.text, strerror(ENOSPC)));
	CHECK(joblog_close(&log, &e) == 0);

	check_test("a reader that goes away is an error");
	signal(SIGPIPE, SIG_IGN);
	CHECK(pipe(ends) == 0);
	snprintf(pipe_path, sizeof pipe_path, "/proc/self/fd/%d", ends[1]);
	CHECK(joblog_open(&log, pipe_path, &e) == 0);
	close(ends[0]);
	CHECK(joblog_put(&log, &(struct joblog_entry){0}, &e) == -1);
	CHECK(strstr(e.text, strerror(EPIPE)));
	CHECK(joblog_close(&log, &e) == 0 && log.fd == -1);
	close(ends[1]);
}

int main(void)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	close(fd);
	lines();
	each_at_once();
	none();
	bad_files();
	unlink(path);
	return check_done();
}
