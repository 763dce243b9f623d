/*
 * child: another program, whose standard input and output are pipes of ours that never make us
 * wait. Its standard error is ours.
 *
 * It gets a process group of its own, so that what a terminal sends reaches it only through us, and
 * every signal at its default, none blocked. When we die, its input ends.
 *
 *	struct child c;
 *	if (child_start(&c, argv, &e) < 0)		// not there, not executable: e says so
 *		…
 *	… write(c.in, …); read(c.out, …);		// EAGAIN: wait with events
 *	child_close_in(&c);				// it sees the end of its input
 *	while (!child_ended(&c, &status))
 *		…					// c.pidfd can be read once it has ended
 *	child_free(&c);
 *
 * Who writes to it ignores SIGPIPE, as a program's business is. SIGCHLD must not be ignored: where it
 * was when we were started, child_start() sets it to its default.
 */
#ifndef CHILD_H
#define CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"

/* What shells say of programs that are not there, or cannot be run. */
enum { CHILD_NOT_RUN = 126, CHILD_NOT_FOUND = 127 };

struct child {
	pid_t pid; /* 0: none */
	int pidfd; /* -1: none, or this system has no such thing: ask child_ended() now and then */
	int in; /* its standard input, to write to; -1 once closed */
	int out; /* its standard output, to read from; -1 once closed */
};

/* Looks argv[0] up in PATH, as a shell does. On failure errno is set, too. */
int child_start(struct child *c, char *const *argv, struct err *e);

/* The exit status of a shell where child_start() failed with that errno. */
int child_start_status(int errnum);

void child_close_in(struct child *c);
void child_close_out(struct child *c);

/* To all of its group; nothing where it has ended. */
void child_signal(struct child *c, int sig);

/* Never waits. true: it has ended, and *status is what waitpid() gave. */
bool child_ended(struct child *c, int *status);

/* Closes what is open. A child that has not ended is left to itself. */
void child_free(struct child *c);

#endif
