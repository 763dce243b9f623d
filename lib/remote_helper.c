#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "mem.h"
#include "remote_impl.h"

enum {
	READ_SIZE = 64 * 1024, /* what a pipe holds */
	KEEP_SIZE = 1 << 20,
	STEP_MS = 5,
	END_MS = 50, /* for a helper that said its last to be seen to end */
	LAST_MS = 300, /* for one that should end by itself */
	WRONG_USAGE = 2 /* a helper's exit status */
};

#define FIRST_PAUSE PACE_SECOND
#define LONGEST_PAUSE (60 * PACE_SECOND)

static const char variable[] = "NPC_CACHE_REMOTE";

/* ---- which program */

/* redis+unix is redis's, https is http's. */
static struct slice scheme_of(const char *url)
{
	struct slice rest = slice_str(url), scheme = slice_split(&rest, ':');

	if (!rest.ptr || !slice_starts(rest, "//"))
		return (struct slice){0};
	scheme = slice_split(&scheme, '+');
	return slice_is(scheme, "https") ? slice_str("http") : scheme;
}

/* The folder of the program that runs, with its slash; nothing where that cannot be found out. */
static void put_own_folder(struct buf *b)
{
	enum { LONGEST = 4096 };
	char *to = buf_room(b, LONGEST);
	ssize_t n = to ? readlink("/proc/self/exe", to, LONGEST) : 0;

	while (n > 0 && to[n - 1] != '/')
		n--;
	b->len += n > 0 ? (size_t)n : 0;
}

static char *find_program(struct slice scheme)
{
	struct buf b = {0};
	size_t folder;
	char *path;

	put_own_folder(&b);
	folder = b.len;
	buf_fmt(&b, "npc-cache-%.*s", SLICE_FMT(scheme));
	if (access(buf_cstr(&b), X_OK) == 0)
		folder = 0;
	path = mem_copy(b.ptr + folder, b.len - folder);
	buf_free(&b);
	return path;
}

/* ---- its life */

static void ready(void *ctx, int fd, unsigned mask);

/* In its environment only: what is running already, or is started next, has its own. */
static int start_with_url(struct remote_helper *h, struct err *e)
{
	const char *before = getenv(variable);
	char *kept = before ? mem_copy(before, strlen(before)) : NULL;
	char *argv[] = {h->program, NULL};
	int got, errnum;

	if (setenv(variable, h->url, 1) < 0)
		got = err_sys(e, errno, "cannot set %s", variable);
	else
		got = child_start(&h->child, argv, e);
	errnum = errno;
	if (kept)
		setenv(variable, kept, 1);
	else
		unsetenv(variable);
	free(kept);
	h->hopeless = got < 0 && child_start_status(errnum) == CHILD_NOT_FOUND;
	return got;
}

static int start(struct remote_helper *h, int64_t now, struct err *e)
{
	if (start_with_url(h, e) < 0)
		return -1;
	if (events_watch(h->events, h->child.out, EPOLLIN, h->source, e) != 0) {
		child_signal(&h->child, SIGKILL);
		child_free(&h->child);
		return -1;
	}
	h->running = true;
	h->started = now;
	h->readable = h->ended = h->writing = false;
	return 0;
}

int remote_helper_init(struct remote_helper *h, const char *url, struct events *ev, struct err *e)
{
	struct slice scheme = scheme_of(url);

	*h = (struct remote_helper){.events = ev, .child = {.pidfd = -1, .in = -1, .out = -1}};
	if (!slice_plain_name(scheme))
		return err_set(e, "not a URL such as redis://HOST or https://HOST/PATH");
	h->in.max = WIRE_MESSAGE + READ_SIZE;
	h->url = mem_copy(url, strlen(url));
	h->program = find_program(scheme);
	h->source = events_source(ev, ready, h);
	h->rng.state = (uint64_t)clock_wall() ^ (uint64_t)getpid() << 40;
	pace_breaker_init(&h->breaker, 1, FIRST_PAUSE, LONGEST_PAUSE);
	return 0;
}

bool remote_helper_up(struct remote_helper *h, int64_t now, struct err *e)
{
	if (h->running)
		return true;
	if (h->hopeless || pace_breaker_ask(&h->breaker, now) == PACE_WAIT)
		return false;
	if (start(h, now, e) == 0)
		return true;
	pace_breaker_bad(&h->breaker, now, now, remote_helper_unit(h));
	return false;
}

void remote_helper_good(struct remote_helper *h)
{
	pace_breaker_good(&h->breaker);
}

double remote_helper_unit(struct remote_helper *h)
{
	return rng_unit(&h->rng);
}

/* -1 where it has not ended within that time. In steps, for systems where there is no pidfd. */
static int await_end(struct remote_helper *h, int ms)
{
	struct pollfd p = {.fd = h->child.pidfd, .events = POLLIN};
	int status = -1;

	for (; !child_ended(&h->child, &status) && ms > 0; ms -= STEP_MS)
		poll(&p, 1, ms < STEP_MS ? ms : STEP_MS);
	return status;
}

static void drop_pipes(struct remote_helper *h)
{
	if (h->child.in >= 0)
		events_ignore(h->events, h->child.in);
	if (h->child.out >= 0)
		events_ignore(h->events, h->child.out);
	child_close_in(&h->child);
	child_close_out(&h->child);
}

static void end(struct remote_helper *h, int *status, int ms)
{
	drop_pipes(h);
	*status = await_end(h, ms);
	if (*status < 0) {
		child_signal(&h->child, SIGKILL);
		await_end(h, END_MS);
	}
	child_free(&h->child);
	h->running = h->readable = h->ended = h->writing = false;
	h->at = h->sent = 0;
	buf_reset(&h->in, KEEP_SIZE);
	buf_reset(&h->out, KEEP_SIZE);
}

void remote_helper_stop(struct remote_helper *h, int64_t now, struct err *e)
{
	bool itself = h->ended;
	int status;

	end(h, &status, itself ? END_MS : 0);
	pace_breaker_bad(&h->breaker, h->started, now, remote_helper_unit(h));
	if (itself && status >= 0 && WIFEXITED(status)) {
		err_set(e, "%s has ended with status %d", h->program, WEXITSTATUS(status));
		h->hopeless = WEXITSTATUS(status) == WRONG_USAGE;
	} else if (itself && status >= 0 && WIFSIGNALED(status)) {
		err_set(e, "%s was killed by signal %d", h->program, WTERMSIG(status));
	}
}

void remote_helper_free(struct remote_helper *h)
{
	int status;

	if (h->running)
		end(h, &status, LAST_MS);
	if (h->url)
		explicit_bzero(h->url, strlen(h->url));
	free(h->url);
	free(h->program);
	buf_free(&h->in);
	buf_free(&h->out);
}

/* ---- to it */

size_t remote_helper_waiting(const struct remote_helper *h)
{
	return h->out.len - h->sent;
}

static void watch_in(struct remote_helper *h, bool want)
{
	if (want == h->writing)
		return;
	h->writing = want;
	if (!want)
		events_ignore(h->events, h->child.in);
	else if (events_watch(h->events, h->child.in, EPOLLOUT, h->source, NULL) != 0)
		h->ended = true;
}

static void flush(struct remote_helper *h)
{
	while (h->sent < h->out.len && !h->ended) {
		ssize_t n = write(h->child.in, h->out.ptr + h->sent, h->out.len - h->sent);

		if (n > 0)
			h->sent += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			break;
		else if (n < 0 && errno != EINTR)
			h->ended = true;
	}
	watch_in(h, h->sent < h->out.len && !h->ended);
	if (h->sent == h->out.len) {
		h->sent = 0;
		buf_reset(&h->out, KEEP_SIZE);
	}
}

/* What it has goes before the buffer grows for more. */
void remote_helper_send(struct remote_helper *h, const struct wire *m)
{
	size_t rest = h->out.len - h->sent;

	if (h->sent > rest) {
		memmove(h->out.ptr, h->out.ptr + h->sent, rest);
		h->out.len = rest;
		h->sent = 0;
	}
	wire_put(&h->out, m);
	buf_byte(&h->out, '\n');
	if (!h->writing)
		flush(h);
}

/* ---- from it */

/* A descriptor that was closed while others of the same moment were served is nobody's. */
static void ready(void *ctx, int fd, unsigned mask)
{
	struct remote_helper *h = ctx;

	(void)mask;
	if (!h->running)
		return;
	if (fd == h->child.out)
		h->readable = true;
	else if (fd == h->child.in)
		flush(h);
}

void remote_helper_look(struct remote_helper *h)
{
	h->readable = h->running;
}

static void read_some(struct remote_helper *h)
{
	size_t rest = h->in.len - h->at;
	ssize_t n;
	char *to;

	if (h->at && rest)
		memmove(h->in.ptr, h->in.ptr + h->at, rest);
	h->in.len = rest;
	h->at = 0;
	if (rest == 0)
		buf_reset(&h->in, KEEP_SIZE);
	to = buf_room(&h->in, READ_SIZE);
	n = to ? read(h->child.out, to, READ_SIZE) : 0;
	h->readable = false;
	if (n > 0)
		h->in.len += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		h->ended = true;
}

int remote_helper_next(struct remote_helper *h, struct wire *m, struct err *e)
{
	for (;;) {
		struct slice rest = buf_from(&h->in, h->at);
		int got = h->running ? wire_take(&rest, m, e) : 0;

		if (got > 0)
			h->at = h->in.len - rest.len;
		if (got < 0)
			err_wrap(e, "%s speaks nonsense", h->program);
		if (got != 0 || !h->running)
			return got;
		if (h->readable)
			read_some(h);
		else
			return h->ended ? err_set(e, "%s has ended", h->program) : 0;
	}
}
