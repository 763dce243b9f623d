#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void on_signal(void *ctx, int fd, unsigned mask)
{
	struct signals *s = ctx;
	struct signalfd_siginfo info;

	(void)mask;
	while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
		s->last = (int)info.ssi_signo;
		if (s->n++ == 0)
			s->first = s->last;
		s->ready(s->ctx);
	}
}

static bool is_ignored(int sig)
{
	struct sigaction now;

	return sigaction(sig, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

int signals_init(
    struct signals *s, struct events *ev, void (*ready)(void *ctx), void *ctx, struct err *e)
{
	sigset_t set;

	*s = (struct signals){.fd = -1, .ready = ready, .ctx = ctx};
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (!is_ignored(SIGHUP))
		sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	s->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->fd < 0)
		return err_sys(e, errno, "cannot watch for signals");
	return events_watch(ev, s->fd, EPOLLIN, events_source(ev, on_signal, s), e);
}

void signals_free(struct signals *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}
