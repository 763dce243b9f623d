#include "intake.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a pipe can hold, unless somebody has made it hold more. */
enum { PIPE_HOLDS = 1 << 20 };

/* Bytes that are read in one go, about. */
enum { PORTION = 1 << 20 };

/* How much there is, where all of it can be asked; else 0. */
static uint64_t size_of(char *const *operands)
{
	static char *const standard[] = {"-", NULL};
	uint64_t sum = 0;

	for (char *const *o = *operands ? operands : standard; *o; o++) {
		struct stat st;
		int status = strcmp(*o, "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(*o, &st);

		if (status < 0 || !S_ISREG(st.st_mode))
			return 0;
		sum += (uint64_t)st.st_size;
	}
	return sum;
}

static void on_input(void *ctx, int fd, unsigned mask)
{
	struct intake *in = ctx;

	(void)fd;
	(void)mask;
	in->waits = false;
}

void intake_init(struct intake *in, char *const *operands, size_t max_line, struct events *ev,
    const struct intake_reader *reader)
{
	*in = (struct intake){.events = ev, .reader = *reader, .size = size_of(operands)};
	ndjson_in_init(&in->in, operands, max_line, NULL);
	in->in.nowait = true;
	in->source = events_source(ev, on_input, in);
}

static void wait_for_input(struct intake *in)
{
	struct err e;

	if (in->stopping) {
		in->ended = true;
		return;
	}
	/* Once only: while there is no room, lines at hand would wake for nothing. */
	if (events_watch(in->events, in->in.fd, EPOLLIN | EPOLLONESHOT, in->source, &e) == 0)
		in->waits = true;
}

static void read_one(struct intake *in)
{
	const struct intake_reader *r = &in->reader;
	struct slice text = {0};
	struct err e;
	enum ndjson_got got = ndjson_next(&in->in, &text, &e);

	in->taken = in->in.bytes - (in->in.buf.len - in->in.at);
	switch (got) {
	case NDJSON_LINE:
		in->lines++;
		r->line(r->ctx, text);
		break;
	case NDJSON_TOO_LONG:
		in->lines++;
		r->too_long(r->ctx, e.text);
		break;
	case NDJSON_UNREADABLE:
		r->unreadable(r->ctx, e.text);
		break;
	case NDJSON_WAIT:
		wait_for_input(in);
		break;
	case NDJSON_MORE:
		break;
	case NDJSON_END:
	default:
		in->ended = true;
	}
}

bool intake_more(const struct intake *in)
{
	return !in->ended && !in->waits && in->reader.room(in->reader.ctx);
}

void intake_read(struct intake *in)
{
	size_t from = in->in.bytes;

	while (intake_more(in) && in->in.bytes - from < PORTION) {
		if (in->stopping && !in->size && in->taken > in->stop_at)
			in->ended = true;
		else
			read_one(in);
	}
}

void intake_stop(struct intake *in)
{
	in->stopping = true;
	in->stop_at = in->taken + PIPE_HOLDS;
	in->waits = false;
}

double intake_part(const struct intake *in)
{
	/* A file can grow while it is read. */
	if (in->ended || (in->size && in->taken > in->size))
		return 1;
	return in->size ? (double)in->taken / (double)in->size : 0;
}

void intake_free(struct intake *in)
{
	ndjson_in_free(&in->in);
}
