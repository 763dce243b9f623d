#include "outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "fs.h"

static struct err e;

static void record(struct outlet *o, const char *text)
{
	buf_str(&o->buf, text);
	CHECK(outlet_end(o, &e) == 0);
}

/* A record of n bytes, its line end one of them. */
static void record_of(struct outlet *o, size_t n, char c)
{
	char *to = buf_room(&o->buf, n);

	memset(to, c, n - 1);
	o->buf.len += n - 1;
	CHECK(outlet_end(o, &e) == 0);
}

/* What can be read from fd now, n bytes at most; put on b. */
static size_t drain(int fd, size_t n, struct buf *b)
{
	char *to = buf_room(b, n);
	ssize_t got = fs_read(fd, to, n);

	if (got > 0)
		b->len += (size_t)got;
	return got > 0 ? (size_t)got : 0;
}

/* A pipe of a page, of which the reading end never waits. */
static void small_pipe(int ends[2])
{
	CHECK(pipe(ends) == 0);
	CHECK(fcntl(ends[1], F_SETPIPE_SZ, 4096) == 4096);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

static void done(struct outlet *o, int ends[2])
{
	outlet_free(o);
	close(ends[0]);
	close(ends[1]);
}

static void whole_records(void)
{
	struct outlet o;
	struct buf got = {0};
	int ends[2];

	check_test("only what has been ended is written");
	small_pipe(ends);
	outlet_init(&o, ends[1]);
	CHECK(outlet_flush(&o, &e) == 0 && o.bytes == 0);
	record(&o, "one");
	record(&o, "");
	buf_str(&o.buf, "half a");
	CHECK(outlet_waiting(&o) == 5);
	CHECK(outlet_flush(&o, &e) == 0 && outlet_waiting(&o) == 0 && o.bytes == 5);
	drain(ends[0], 100, &got);
	CHECK_SLICE(buf_all(&got), "one\n\n");
	CHECK(outlet_flush(&o, &e) == 0 && drain(ends[0], 100, &got) == 0);
	record(&o, " record");
	CHECK(outlet_waiting(&o) == 14 && outlet_flush(&o, &e) == 0 && o.bytes == 19);
	drain(ends[0], 100, &got);
	CHECK_SLICE(buf_all(&got), "one\n\nhalf a record\n");

	check_test("a record that is too large is taken back, those before it stay");
	o.buf.max = 64;
	record(&o, "before");
	buf_str(&o.buf, "begun ");
	for (int i = 0; i < 10; i++)
		buf_str(&o.buf, "too large ");
	CHECK(outlet_end(&o, &e) == -1 && strstr(e.text, "too large"));
	record(&o, "after");
	buf_clear(&got);
	CHECK(outlet_flush(&o, &e) == 0);
	drain(ends[0], 100, &got);
	CHECK_SLICE(buf_all(&got), "before\nafter\n");
	done(&o, ends);
	buf_free(&got);
}

static void full_pipe(void)
{
	struct outlet o;
	struct buf got = {0};
	int ends[2];
	size_t taken;

	check_test("a full pipe: the rest waits, and comes in order");
	small_pipe(ends);
	outlet_init(&o, ends[1]);
	CHECK(o.own && o.fd != ends[1]);
	CHECK((fcntl(ends[1], F_GETFL) & O_NONBLOCK) == 0);
	CHECK(fcntl(o.fd, F_GETFD) == FD_CLOEXEC);
	record_of(&o, 3000, 'a');
	record_of(&o, 3000, 'b');
	buf_str(&o.buf, "half");
	CHECK(outlet_flush(&o, &e) == 1 && outlet_flush(&o, &e) == 1);
	CHECK(outlet_waiting(&o) + o.bytes == 6000 && o.bytes > 0);
	CHECK(!o.failed && !o.closed);
	while (outlet_waiting(&o)) {
		drain(ends[0], 1000, &got);
		CHECK(outlet_flush(&o, &e) >= 0);
	}
	while (drain(ends[0], 1000, &got))
		;
	record(&o, "");
	CHECK(outlet_flush(&o, &e) == 0);
	drain(ends[0], 1000, &got);
	CHECK(got.len == 6005 && o.bytes == 6005);
	CHECK(got.ptr[0] == 'a' && got.ptr[2998] == 'a' && got.ptr[2999] == '\n');
	CHECK(got.ptr[3000] == 'b' && got.ptr[5999] == '\n');
	CHECK_SLICE(buf_from(&got, 6000), "half\n");

	check_test("a reader that never quite catches up: what is written is let go");
	taken = o.bytes;
	for (int i = 0; i < 2000; i++) {
		buf_clear(&got);
		drain(ends[0], 1000, &got);
		taken += got.len;
		while (outlet_waiting(&o) < 8000)
			record_of(&o, 1000, 'c');
		CHECK(outlet_flush(&o, &e) >= 0);
	}
	CHECK(taken > 1000000 && outlet_waiting(&o) > 0);
	if (!CHECK(o.buf.len < 64 * 1024))
		printf("# %zu bytes for %zu that wait\n", o.buf.len, outlet_waiting(&o));
	done(&o, ends);
	buf_free(&got);
}

static void large_buffers(void)
{
	struct outlet o;
	int fd = open("/dev/null", O_WRONLY), ends[2];
	struct rlimit limit;

	check_test("a buffer that one large record made is let go");
	outlet_init(&o, fd);
	CHECK(!o.own && o.fd == fd);
	record_of(&o, 10 << 20, 'x');
	CHECK(outlet_flush(&o, &e) == 0 && o.buf.cap <= 256 * 1024);

	check_test("what was given stays open, what was opened is closed, once");
	outlet_free(&o);
	outlet_free(&o);
	CHECK(fcntl(fd, F_GETFD) >= 0);
	close(fd);
	small_pipe(ends);
	outlet_init(&o, ends[1]);
	fd = o.fd;
	outlet_free(&o);
	CHECK(fcntl(fd, F_GETFD) < 0 && dup2(ends[0], fd) == fd);
	outlet_free(&o);
	CHECK(close(fd) == 0);

	check_test("a pipe that can't be opened anew is used as it is");
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, limit.rlim_max});
	outlet_init(&o, ends[1]);
	setrlimit(RLIMIT_NOFILE, &limit);
	CHECK(!o.own && o.fd == ends[1]);
	record(&o, "as it is");
	CHECK(outlet_flush(&o, &e) == 0 && o.bytes == 9);
	done(&o, ends);
}

/* Refused for good, each time that it is tried, and told the same way. */
static void fails(struct outlet *o, int number, bool closed)
{
	record(o, "lost");
	for (int i = 0; i < 3; i++) {
		errno = 0;
		CHECK(outlet_flush(o, &e) == -1 && o->failed && o->closed == closed);
		if (!CHECK(strstr(e.text, strerror(number))))
			printf("# %s\n", e.text);
		CHECK(outlet_waiting(o) == 5 && o->bytes == 0);
	}
}

static void failures(void)
{
	struct outlet o;
	int ends[2], fd;

	check_test("a closed pipe");
	small_pipe(ends);
	outlet_init(&o, ends[1]);
	close(ends[0]);
	fails(&o, EPIPE, true);
	outlet_free(&o);
	close(ends[1]);

	check_test("a full disk");
	fd = open("/dev/full", O_WRONLY);
	outlet_init(&o, fd);
	fails(&o, ENOSPC, false);
	outlet_free(&o);
	close(fd);

	check_test("what is not open, or only for reading");
	outlet_init(&o, fd);
	fails(&o, EBADF, false);
	outlet_free(&o);
	fd = open("/dev/null", O_RDONLY);
	outlet_init(&o, fd);
	fails(&o, EBADF, false);
	outlet_free(&o);
	close(fd);
}

static void sockets(void)
{
	struct outlet o;
	struct buf got = {0};
	int ends[2], status;

	check_test("a socket that somebody has told not to wait is waited for");
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	outlet_init(&o, ends[1]);
	CHECK(!o.own && o.fd == ends[1]);
	record_of(&o, 1 << 20, 'x');
	CHECK(outlet_flush(&o, &e) == 1 && !o.failed);
	for (int i = 0; (status = outlet_flush(&o, &e)) == 1 && i < 1000; i++)
		drain(ends[0], 1 << 16, &got);
	CHECK(status == 0 && o.bytes == 1 << 20);
	done(&o, ends);
	buf_free(&got);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	whole_records();
	full_pipe();
	large_buffers();
	failures();
	sockets();
	return check_done();
}
