#include "intake.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "fs.h"

static struct err e;
static struct events ev;
static struct intake in;
static struct buf got; /* what was told, as "NAME:LINE=TEXT;" */
static size_t room; /* so many more */
static int refill = -1; /* gets a line for each that was read */
static const char endless[] = "------ a line of 64 bytes with the line end that it has -------\n";
static char paths[2][32] = {"/tmp/npc-intake-XXXXXX", "/tmp/npc-intake-XXXXXX"};

static bool has_room(void *ctx)
{
	CHECK(ctx == &got);
	return room > 0;
}

static void line(void *ctx, struct slice text)
{
	const char *name = in.in.name;

	CHECK(ctx == &got);
	for (int i = 0; i < 2; i++)
		name = strcmp(name, paths[i]) == 0 ? (const char *[]){"a", "b"}[i] : name;
	buf_fmt(&got, "%s:%lu=%.*s;", strcmp(name, "standard input") == 0 ? "-" : name, in.in.line,
	    SLICE_FMT(text));
	room--;
	if (refill >= 0)
		CHECK(fs_write(refill, endless, sizeof endless - 1, &e) == 0);
}

static void too_long(void *ctx, const char *message)
{
	CHECK(ctx == &got && strstr(message, "longer than"));
	buf_str(&got, "LONG;");
	room--;
}

static void unreadable(void *ctx, const char *message)
{
	CHECK(ctx == &got && message[0]);
	buf_str(&got, "UNREADABLE;");
}

static void begin(char *const *operands, size_t max_line)
{
	static const struct intake_reader reader = {has_room, line, too_long, unreadable, &got};

	intake_free(&in);
	events_free(&ev);
	CHECK(events_init(&ev, &e) == 0);
	intake_init(&in, operands, max_line, &ev, &reader);
	buf_clear(&got);
	room = SIZE_MAX;
}

static void told(const char *want)
{
	CHECK_SLICE(buf_all(&got), want);
	buf_clear(&got);
}

static void put_file(int i, const char *text)
{
	int fd = open(paths[i], O_WRONLY | O_TRUNC);

	CHECK(fd >= 0 && fs_write(fd, text, strlen(text), &e) == 0);
	close(fd);
}

/* Standard input becomes the reading end of a pipe; returns the other. */
static int pipe_in(void)
{
	int ends[2];

	CHECK(pipe(ends) == 0);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	return ends[1];
}

static void put(int fd, const char *text)
{
	CHECK(fs_write(fd, text, strlen(text), &e) == 0);
}

/* Is there something to read on for? At once, or not. */
static bool wakes(void)
{
	CHECK(events_wait(&ev, 0, 1, &e) == 0);
	return intake_more(&in);
}

static void files(void)
{
	char *const both[] = {paths[0], paths[1], NULL};
	char *const missing[] = {paths[0], "/nowhere", paths[1], NULL};

	check_test("files: all their lines, one after the other");
	put_file(0, "one\r\n\n two\nlonger than eight\nlast");
	put_file(1, "x\n");
	begin(both, 8);
	CHECK(intake_more(&in) && !in.ended && intake_part(&in) == 0);
	intake_read(&in);
	told("a:1=one;a:3= two;LONG;a:5=last;b:1=x;");
	CHECK(in.ended && in.lines == 5 && !intake_more(&in) && intake_part(&in) == 1);
	intake_read(&in);
	told("");

	check_test("one that can't be read: told, and those after it are read");
	begin(missing, 100);
	intake_read(&in);
	told("a:1=one;a:3= two;a:4=longer than eight;a:5=last;UNREADABLE;b:1=x;");
	CHECK(in.ended && in.size == 0);

	check_test("an empty file");
	put_file(0, "");
	begin((char *const[]){paths[0], NULL}, 100);
	intake_read(&in);
	told("");
	CHECK(in.ended && in.lines == 0 && intake_part(&in) == 1);
}

static void only_while_there_is_room(void)
{
	check_test("no more than there is room for");
	put_file(0, "1\n2\n3\n4\n");
	begin((char *const[]){paths[0], NULL}, 100);
	room = 0;
	CHECK(!intake_more(&in));
	intake_read(&in);
	told("");
	room = 3;
	intake_read(&in);
	told("a:1=1;a:2=2;a:3=3;");
	CHECK(!in.ended && !intake_more(&in) && in.lines == 3);
	room = 1;
	CHECK(intake_more(&in));
	intake_read(&in);
	room = 1;
	intake_read(&in);
	told("a:4=4;");
	CHECK(in.ended);
}

static void parts(void)
{
	static const char *const texts[] = {"12\n\n\n\n\n\n34\n", "1\r\n2\r\n3\r\n4\r\n",
	    "far too long a line\n1\n", "1\n2", "last", "\n\n\n\n\n\n\n\n1"};

	check_test("the part that has been read is that of all bytes, and never more than 1");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		double part = 0;
		size_t len = strlen(texts[i]), want = 0;

		put_file(0, texts[i]);
		begin((char *const[]){paths[0], NULL}, 8);
		CHECK(in.size == len);
		while (!in.ended) {
			room = 1;
			intake_read(&in);
			CHECK(intake_part(&in) >= part && intake_part(&in) <= 1);
			part = intake_part(&in);
			if (in.ended)
				break;
			/* To behind the line that was told, blank ones before it too. */
			while (texts[i][want] == '\n')
				want++;
			want += strcspn(texts[i] + want, "\n");
			want += texts[i][want] == '\n';
			if (!CHECK(part * (double)len > (double)want - 0.1 &&
				part * (double)len < (double)want + 0.1))
				printf("# case %zu: %g, not %zu of %zu\n", i, part, want, len);
		}
		CHECK(intake_part(&in) == 1);
	}
	check_test("a file that has grown");
	put_file(0, "1\n");
	begin((char *const[]){paths[0], NULL}, 100);
	put_file(0, "1\n2\n3\n");
	room = 2;
	intake_read(&in);
	CHECK(in.lines == 2 && in.size == 2 && !in.ended && intake_part(&in) == 1);
}

static void a_pipe(void)
{
	int fd = pipe_in();

	check_test("a pipe: reads what is at hand, and wakes for more");
	begin((char *const[]){NULL}, 100);
	CHECK(in.size == 0);
	intake_read(&in);
	CHECK(in.waits && !in.ended && !intake_more(&in) && !wakes());
	put(fd, "1\n2\nhal");
	CHECK(wakes());
	intake_read(&in);
	told("-:1=1;-:2=2;");
	CHECK(in.waits && intake_part(&in) == 0 && !wakes());
	put(fd, "f\n");
	CHECK(wakes());
	room = 1;
	intake_read(&in);
	told("-:3=half;");

	check_test("without room, input at hand does not wake");
	put(fd, "4\n");
	CHECK(!in.waits && !wakes());
	CHECK(poll(&(struct pollfd){.fd = ev.epoll, .events = POLLIN}, 1, 0) == 0);
	room = 10;
	CHECK(intake_more(&in));
	intake_read(&in);
	told("-:4=4;");
	close(fd);
	CHECK(wakes());
	intake_read(&in);
	CHECK(in.ended && intake_part(&in) == 1);
	told("");
}

static void much(void)
{
	int fd = open("/dev/zero", O_RDONLY), times = 0;

	check_test("a line that has no end: the caller has its turn, again and again");
	dup2(fd, STDIN_FILENO);
	close(fd);
	begin((char *const[]){NULL}, 100);
	for (int i = 0; i < 3; i++)
		intake_read(&in);
	CHECK(intake_more(&in) && in.lines == 0 && in.taken < 4 << 20);
	intake_stop(&in);
	while (intake_more(&in) && times++ < 5)
		intake_read(&in);
	CHECK(in.ended);

	check_test("blank lines without an end, and others");
	fd = open(paths[0], O_WRONLY | O_TRUNC);
	for (int i = 0; i < 20000; i++)
		put(fd, "                                                              \n");
	for (int i = 0; i < 20000; i++)
		put(fd, endless);
	put(fd, "last");
	close(fd);
	begin((char *const[]){paths[0], NULL}, 100);
	intake_read(&in);
	CHECK(in.lines == 0 && in.taken < 3 << 19 && intake_more(&in));
	intake_read(&in);
	CHECK(in.lines > 0 && in.lines < 20000 && intake_more(&in));
	for (times = 0; intake_more(&in) && times < 5; times++)
		intake_read(&in);
	CHECK(in.ended && in.lines == 20001);
	buf_clear(&got);
}

static void sizes(void)
{
	int fd = pipe_in();

	check_test("the size of all files is known, that of a file and a pipe is not");
	put_file(0, "12\n");
	put_file(1, "1\n");
	begin((char *const[]){paths[0], paths[1], NULL}, 100);
	CHECK(in.size == 5);
	begin((char *const[]){paths[0], "-", NULL}, 100);
	CHECK(in.size == 0);
	close(fd);
	fd = open(paths[0], O_RDONLY);
	dup2(fd, STDIN_FILENO);
	close(fd);
	begin((char *const[]){NULL}, 100);
	CHECK(in.size == 3);
}

static void stopped(void)
{
	int fd = pipe_in();

	check_test("stopped: of a pipe what it holds, and no waiting");
	begin((char *const[]){"-", NULL}, 100);
	intake_read(&in);
	put(fd, "1\n2\nhal");
	CHECK(!intake_more(&in));
	intake_stop(&in);
	CHECK(intake_more(&in));
	intake_read(&in);
	told("-:1=1;-:2=2;");
	CHECK(in.ended);
	close(fd);

	check_test("stopped: all of a file, as there is room");
	put_file(0, "1\n2\n3\n");
	begin((char *const[]){paths[0], NULL}, 100);
	room = 1;
	intake_read(&in);
	intake_stop(&in);
	CHECK(!in.ended && !intake_more(&in));
	room = 5;
	intake_read(&in);
	told("a:1=1;a:2=2;a:3=3;");
	CHECK(in.ended);

	check_test("stopped: all of a file that is larger than what a pipe holds, too");
	fd = open(paths[0], O_WRONLY | O_TRUNC);
	for (int i = 0; i < 20000; i++)
		put(fd, endless);
	close(fd);
	begin((char *const[]){paths[0], NULL}, 100);
	intake_stop(&in);
	while (intake_more(&in))
		intake_read(&in);
	CHECK(in.ended && in.lines == 20000 && in.taken == in.size);
	buf_clear(&got);

	check_test("stopped: what has no end ends within what a pipe can hold");
	refill = pipe_in();
	for (int i = 0; i < 128; i++)
		put(refill, endless);
	begin((char *const[]){NULL}, 100);
	room = 1000;
	intake_read(&in);
	intake_stop(&in);
	CHECK(!in.ended && in.lines == 1000 && in.taken == 64000);
	room = SIZE_MAX;
	while (intake_more(&in))
		intake_read(&in);
	CHECK(in.ended && in.taken == 64000 + (1 << 20) + 64);
	close(refill);
	refill = -1;
}

int main(void)
{
	for (int i = 0; i < 2; i++)
		close(mkstemp(paths[i]));
	in.in.fd = -1;
	ev.epoll = -1;
	files();
	only_while_there_is_room();
	parts();
	a_pipe();
	much();
	sizes();
	stopped();
	intake_free(&in);
	events_free(&ev);
	buf_free(&got);
	for (int i = 0; i < 2; i++)
		unlink(paths[i]);
	return check_done();
}
