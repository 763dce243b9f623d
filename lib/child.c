#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Two pipes: to it, and from it. */
struct pipes {
	int to[2], from[2];
};

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_pipes(struct pipes *p)
{
	close_one(&p->to[0]);
	close_one(&p->to[1]);
	close_one(&p->from[0]);
	close_one(&p->from[1]);
}

/* Only our ends do not wait: each end of a pipe has flags of its own. */
static int make_pipes(struct pipes *p)
{
	*p = (struct pipes){{-1, -1}, {-1, -1}};
	if (pipe2(p->to, O_CLOEXEC) < 0 || pipe2(p->from, O_CLOEXEC) < 0 ||
	    fcntl(p->to[1], F_SETFL, O_NONBLOCK) < 0 || fcntl(p->from[0], F_SETFL, O_NONBLOCK) < 0)
		return errno;
	return 0;
}

static int set_attributes(posix_spawnattr_t *a)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_setsigdefault(a, &all);
	posix_spawnattr_setsigmask(a, &none);
	posix_spawnattr_setpgroup(a, 0);
	return posix_spawnattr_setflags(
	    a, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
}

static int spawn(pid_t *pid, char *const *argv, const struct pipes *p)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int errnum = posix_spawn_file_actions_init(&actions);

	if (errnum)
		return errnum;
	errnum = posix_spawnattr_init(&attributes);
	if (errnum) {
		posix_spawn_file_actions_destroy(&actions);
		return errnum;
	}
	errnum = posix_spawn_file_actions_adddup2(&actions, p->to[0], STDIN_FILENO);
	if (!errnum)
		errnum = posix_spawn_file_actions_adddup2(&actions, p->from[1], STDOUT_FILENO);
	if (!errnum)
		errnum = set_attributes(&attributes);
	if (!errnum)
		errnum = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return errnum;
}

/* An ignored SIGCHLD, inherited from whoever started us, would leave no status to ask for. */
static void see_ends(void)
{
	struct sigaction now;

	if (sigaction(SIGCHLD, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
		signal(SIGCHLD, SIG_DFL);
}

/* What cannot be watched is not kept; but kernels (and valgrind) that have no pidfds do without. */
static int watch(struct child *c)
{
	int errnum;

	c->pidfd = pidfd_open(c->pid, 0);
	if (c->pidfd >= 0 || errno == ENOSYS)
		return 0;
	errnum = errno;
	kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
	return errnum;
}

int child_start(struct child *c, char *const *argv, struct err *e)
{
	struct pipes p;
	int errnum = make_pipes(&p);

	*c = (struct child){.pidfd = -1, .in = -1, .out = -1};
	see_ends();
	if (!errnum)
		errnum = spawn(&c->pid, argv, &p);
	if (errnum)
		c->pid = 0;
	else
		errnum = watch(c);
	if (errnum) {
		close_pipes(&p);
		err_sys(e, errnum, "cannot run %s", argv[0]);
		errno = errnum;
		return -1;
	}
	c->in = p.to[1];
	c->out = p.from[0];
	p.to[1] = p.from[0] = -1;
	close_pipes(&p);
	return 0;
}

int child_start_status(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR ? CHILD_NOT_FOUND : CHILD_NOT_RUN;
}

void child_close_in(struct child *c)
{
	close_one(&c->in);
}

void child_close_out(struct child *c)
{
	close_one(&c->out);
}

/* Until it is waited for, its number, and so its group's, is nobody else's. */
void child_signal(struct child *c, int sig)
{
	if (c->pid > 0)
		kill(-c->pid, sig);
}

bool child_ended(struct child *c, int *status)
{
	if (c->pid <= 0 || waitpid(c->pid, status, WNOHANG) != c->pid)
		return false;
	c->pid = 0;
	close_one(&c->pidfd);
	return true;
}

void child_free(struct child *c)
{
	close_one(&c->in);
	close_one(&c->out);
	close_one(&c->pidfd);
	c->pid = 0;
}
