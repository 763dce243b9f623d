/*
 * diag: what a program says on standard error. For cmd/ only: no library module prints.
 *
 * A message is one line, "PROGRAM: text", written by one call; control bytes in it (terminal
 * escapes in hostile data) are shown as '?'.
 */
#ifndef DIAG_H
#define DIAG_H

/* Exit statuses, the same for every program. */
enum {
	DIAG_OK = 0,
	DIAG_SOME_FAILED = 1, /* finished, but some records failed */
	DIAG_USAGE = 2, /* wrong usage or configuration */
	DIAG_STOPPED = 3 /* could not go on */
};

/* Remembers the program's name (argv[0]'s last part). */
void diag_init(const char *argv0);

const char *diag_program(void);

__attribute__((format(printf, 1, 2))) void diag_warn(const char *fmt, ...);

/* A message, then exit(status). */
__attribute__((format(printf, 2, 3))) _Noreturn void diag_die(int status, const char *fmt, ...);

/* Dies by the signal, so that whoever waits for this program sees which it was. */
_Noreturn void diag_die_by(int sig);

#endif
