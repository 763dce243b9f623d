#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static struct err e;
static struct events ev;
static int told;

static void ready(void *ctx)
{
	CHECK(ctx == &told);
	told++;
}

/* All that is there now. */
static void look(void)
{
	CHECK(events_wait(&ev, 0, 1, &e) == 0);
}

static void each_is_told(void)
{
	struct signals s;

	check_test("none: nothing is told");
	CHECK(signals_init(&s, &ev, ready, &told, &e) == 0);
	look();
	CHECK(told == 0 && s.n == 0 && s.first == 0);
	CHECK(fcntl(s.fd, F_GETFD) == FD_CLOEXEC);

	check_test("each is told, the first is kept");
	raise(SIGTERM);
	CHECK(s.n == 0);
	look();
	CHECK(told == 1 && s.n == 1 && s.first == SIGTERM);
	raise(SIGINT);
	look();
	raise(SIGTERM);
	look();
	look();
	CHECK(told == 3 && s.n == 3 && s.first == SIGTERM);

	check_test("two that wait are told one by one");
	raise(SIGINT);
	raise(SIGTERM);
	look();
	CHECK(told == 5 && s.n == 5);

	check_test("a closed pipe is an error like any other");
	{
		int ends[2];

		CHECK(pipe(ends) == 0);
		close(ends[0]);
		CHECK(write(ends[1], "x", 1) == -1 && errno == EPIPE);
		close(ends[1]);
	}
	signals_free(&s);
	CHECK(s.fd == -1);
	signals_free(&s);
	look();

	check_test("anew: counted from none");
	CHECK(signals_init(&s, &ev, ready, &told, &e) == 0 && s.n == 0 && s.first == 0);
	raise(SIGINT);
	look();
	CHECK(s.n == 1 && s.first == SIGINT);
	signals_free(&s);
}

/* The status of a child that gets this signal once it has been set up, and perhaps freed. */
static int child(int number, bool unblock)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct signals s;
		sigset_t set;

		if (signals_init(&s, &ev, ready, &told, NULL) < 0)
			_exit(1);
		signals_free(&s);
		raise(number);
		sigemptyset(&set);
		sigaddset(&set, number);
		if (unblock)
			sigprocmask(SIG_UNBLOCK, &set, NULL);
		_exit(7);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void dying(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

	/* Whoever runs the tests may have them ignored. */
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);

	check_test("they stay blocked to the end; who unblocks one dies by it");
	for (int i = 0; i < 3; i++) {
		int status = child(numbers[i], false);

		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
		status = child(numbers[i], true);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == numbers[i]);
	}
	check_test("other signals are as they were");
	CHECK(WTERMSIG(child(SIGUSR2, false)) == SIGUSR2);
	CHECK(WTERMSIG(child(SIGUSR1, false)) == SIGUSR1);
	CHECK(WEXITSTATUS(child(SIGPIPE, true)) == 7);
	check_test("SIGHUP is left ignored where it was");
	signal(SIGHUP, SIG_IGN);
	CHECK(WEXITSTATUS(child(SIGHUP, true)) == 7);
	signal(SIGHUP, SIG_DFL);
}

static void no_events(void)
{
	struct events closed = {.epoll = -1};
	struct signals s;

	check_test("what can't be watched is an error");
	CHECK(signals_init(&s, &closed, ready, &told, &e) == -1 && e.text[0]);
	signals_free(&s);
}

int main(void)
{
	signal(SIGPIPE, SIG_DFL);
	CHECK(events_init(&ev, &e) == 0);
	each_is_told();
	dying();
	no_events();
	events_free(&ev);
	return check_done();
}
