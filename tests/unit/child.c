#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "slice.h"

static struct child start(const char *script)
{
	char text[512];
	char *const argv[] = {"sh", "-c", text, NULL};
	struct child c;
	struct err e;

	if (snprintf(text, sizeof text, "%s", script) >= (int)sizeof text)
		exit(1);
	if (!CHECK(child_start(&c, argv, &e) == 0)) {
		printf("# %s\n", e.text);
		exit(1);
	}
	return c;
}

static bool readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 10000) == 1;
}

/* What it says until it closes its output. */
static size_t read_all(struct child *c, char *text, size_t max)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n != 0 && len < max && readable(c->out)) {
		n = read(c->out, text + len, max - len);
		if (n < 0)
			break;
		len += (size_t)n;
	}
	return len;
}

static int end_of(struct child *c)
{
	int status = -1;

	CHECK(readable(c->pidfd));
	CHECK(child_ended(c, &status));
	child_free(c);
	return status;
}

static void speaks(void)
{
	struct child c = start("read x; echo \"got $x\"; cat; exit 7");
	char text[64];
	size_t n;
	int status;

	check_test("its input and output are pipes");
	CHECK(!child_ended(&c, &status));
	CHECK(write(c.in, "a\nb\n", 4) == 4);
	child_close_in(&c);
	child_close_in(&c);
	n = read_all(&c, text, sizeof text);
	CHECK_SLICE(slice_make(text, n), "got a\nb\n");
	status = end_of(&c);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	child_signal(&c, SIGKILL);
	CHECK(!child_ended(&c, &status));
}

static void never_waits(void)
{
	static char block[65536];
	struct child c = start("exec sleep 1000");
	ssize_t n;
	int status;

	check_test("neither pipe makes us wait");
	CHECK(read(c.out, block, 1) < 0 && errno == EAGAIN);
	do
		n = write(c.in, block, sizeof block);
	while (n > 0);
	CHECK(n < 0 && errno == EAGAIN);
	child_signal(&c, SIGTERM);
	status = end_of(&c);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void fresh_signals(void)
{
	struct child c;
	char text[256];
	sigset_t set;
	size_t n;

	check_test("signals are at their defaults, in a group of its own");
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	/* Signals 32 and 33 are the C library's own. */
	c = start(
	    "grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d '\\n\\t ' | sed s/180000000/0/; "
	    "[ $$ = $(cut -d ' ' -f 5 /proc/$$/stat) ] && echo own");
	child_close_in(&c);
	n = read_all(&c, text, sizeof text - 1);
	CHECK_SLICE(slice_make(text, n), "SigBlk:0000000000000000SigIgn:00000000own\n");
	CHECK(WIFEXITED(end_of(&c)));
}

static void whole_group(void)
{
	struct child c = start("sleep 1000 & echo up; wait");
	char text[16];

	check_test("a signal goes to all of its group");
	CHECK(readable(c.out) && read(c.out, text, sizeof text) == 3);
	child_signal(&c, SIGTERM);
	CHECK(read_all(&c, text, sizeof text) == 0);
	CHECK(WIFSIGNALED(end_of(&c)));
}

static void apart(void)
{
	struct child first = start("cat"), second = start("exec sleep 1000");
	char text[16];

	check_test("one does not hold another's pipes");
	child_close_in(&first);
	CHECK(read_all(&first, text, sizeof text) == 0);
	end_of(&first);
	child_signal(&second, SIGKILL);
	end_of(&second);
}

static void not_there(void)
{
	char *const none[] = {"no-such-program", NULL}, *const folder[] = {"/tmp", NULL};
	struct child c;
	struct err e;
	int before = dup(0), after;

	check_test("what is not there, or no program: errno, words, nothing left open");
	CHECK(child_start(&c, none, &e) < 0 && child_start_status(errno) == 127);
	CHECK(strcmp(e.text, "cannot run no-such-program: No such file or directory") == 0);
	CHECK(child_start(&c, folder, &e) < 0 && child_start_status(errno) == 126);
	after = dup(0);
	CHECK(after == before + 1);
	close(before);
	close(after);
	child_free(&c);
}

int main(void)
{
	speaks();
	never_waits();
	fresh_signals();
	whole_group();
	apart();
	not_there();
	return check_done();
}
