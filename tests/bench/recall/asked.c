/*
 * How long a filter takes to answer: each line of standard input is given to it alone, and the next
 * only when the answer's first line has been read.
 *
 *	asked [-s] PROGRAM [ARG…] <LINES
 *
 * -s starts the program anew for each line: from fork to answer. Prints the median in microseconds,
 * and what was seen of the program's memory after each answer: the most that is its own (RssAnon)
 * and the most of all (VmHWM) in KiB.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "made.h"
#include "mem.h"

struct asked {
	pid_t pid;
	int to, from;
};

static long own, all;

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "asked: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void start(struct asked *a, char **command)
{
	int to[2], from[2];

	if (pipe(to) < 0 || pipe(from) < 0)
		fail("pipe");
	a->pid = fork();
	if (a->pid < 0)
		fail("fork");
	if (a->pid == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		close(to[0]);
		close(to[1]);
		close(from[0]);
		close(from[1]);
		execvp(*command, command);
		fail(*command);
	}
	close(to[0]);
	close(from[1]);
	a->to = to[1];
	a->from = from[0];
}

static void end(struct asked *a)
{
	char rest[4096];
	int status;

	if (a->to >= 0)
		close(a->to);
	while (read(a->from, rest, sizeof rest) > 0)
		;
	close(a->from);
	if (waitpid(a->pid, &status, 0) < 0 || status != 0) {
		errno = 0;
		fail("the program failed");
	}
}

/* Up to a line feed, which ends what comes at once. */
static void read_answer(const struct asked *a)
{
	static char bytes[1 << 16];
	ssize_t n;

	do {
		n = read(a->from, bytes, sizeof bytes);
		if (n <= 0)
			fail("no answer");
	} while (bytes[n - 1] != '\n');
}

static void look_at_memory(const struct asked *a)
{
	char path[64], line[256];
	long kib;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/status", (long)a->pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f)) {
		if (sscanf(line, "RssAnon: %ld", &kib) == 1)
			own = kib > own ? kib : own;
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			all = kib > all ? kib : all;
	}
	if (f)
		fclose(f);
}

static double ask_anew(char **command, const char *line, size_t len)
{
	int64_t from = clock_mono();
	struct asked a;
	double took;

	start(&a, command);
	if (fs_write(a.to, line, len, NULL) < 0)
		fail("write");
	close(a.to);
	a.to = -1;
	read_answer(&a);
	took = (double)(clock_mono() - from) / 1000;
	look_at_memory(&a);
	end(&a);
	return took;
}

static double ask(const struct asked *a, const char *line, size_t len)
{
	int64_t from = clock_mono();
	double took;

	if (fs_write(a->to, line, len, NULL) < 0)
		fail("write");
	read_answer(a);
	took = (double)(clock_mono() - from) / 1000;
	look_at_memory(a);
	return took;
}

int main(int argc, char **argv)
{
	bool anew = argc > 1 && strcmp(argv[1], "-s") == 0;
	char **command = argv + 1 + anew;
	struct asked a = {0};
	double *took = NULL;
	size_t n = 0, cap = 0, room = 0;
	char *line = NULL;
	ssize_t len;

	if (!*command)
		return 2;
	if (!anew)
		start(&a, command);
	while ((len = getline(&line, &room, stdin)) > 0) {
		took = mem_more(took, n, &cap, sizeof *took);
		took[n++] =
		    anew ? ask_anew(command, line, (size_t)len) : ask(&a, line, (size_t)len);
	}
	if (!anew)
		end(&a);
	printf("%.1f %ld %ld\n", made_median(took, n), own, all);
	return 0;
}
