#include "diag.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE_MAX = 4096 };

static const char *program = "npc";

void diag_init(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	if (argv0 && *argv0)
		program = slash ? slash + 1 : argv0;
}

const char *diag_program(void)
{
	return program;
}

static void mask_controls(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
		else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			p[0] = p[1] = '?'; /* C1 controls, as UTF-8 */
}

__attribute__((format(printf, 1, 0))) static void say(const char *fmt, va_list ap)
{
	char text[MESSAGE_MAX];
	size_t n;

	if (snprintf(text, sizeof text - 1, "%s: ", program) < 0)
		return;
	n = strlen(text);
	if (vsnprintf(text + n, sizeof text - 1 - n, fmt, ap) < 0)
		return;
	mask_controls(text);
	n = strlen(text);
	text[n++] = '\n';
	/* There is nobody left to tell when standard error cannot be written. */
	if (write(STDERR_FILENO, text, n) < 0)
		return;
}

void diag_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void diag_die(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	exit(status);
}

void diag_die_by(int sig)
{
	sigset_t set;

	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	exit(DIAG_STOPPED);
}
