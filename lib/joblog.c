#include "joblog.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fs.h"

static const char header[] =
    "custom_id\tendpoint\tstart\tseconds\tattempts\tstatus\ttokens_in\ttokens_out\n";

int joblog_open(struct joblog *l, const char *path, struct err *e)
{
	*l = (struct joblog){.fd = -1};
	if (!path)
		return 0;
	l->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (l->fd < 0)
		return err_sys(e, errno, "%s: cannot open", path);
	if (fs_write(l->fd, header, sizeof header - 1, e) == 0)
		return 0;
	return err_wrap(e, "%s", path);
}

static void put_seconds(struct buf *b, int64_t ns)
{
	int64_t ms = ns / 1000000;

	buf_fmt(b, "\t%lld.%03lld", (long long)(ms / 1000), (long long)(ms % 1000));
}

/* Control bytes within are escaped already: it is the inside of a JSON string. */
static void put_text(struct buf *b, struct slice text)
{
	if (text.len)
		buf_slice(b, text);
	else
		buf_byte(b, '-');
}

int joblog_put(struct joblog *l, const struct joblog_entry *n, struct err *e)
{
	struct buf *b = &l->line;

	if (l->fd < 0)
		return 0;
	buf_clear(b);
	put_text(b, n->custom_id);
	buf_byte(b, '\t');
	put_text(b, slice_str(n->endpoint ? n->endpoint : ""));
	if (n->attempts) {
		put_seconds(b, n->began);
		put_seconds(b, n->ns);
	} else {
		buf_str(b, "\t-\t-");
	}
	buf_fmt(b, "\t%u\t", n->attempts);
	if (n->code)
		buf_str(b, n->code);
	else
		buf_fmt(b, "%d", n->status);
	buf_fmt(b, "\t%lld\t%lld\n", (long long)n->tokens_in, (long long)n->tokens_out);
	return fs_write(l->fd, b->ptr, b->len, e);
}

int joblog_close(struct joblog *l, struct err *e)
{
	int status = l->fd >= 0 ? close(l->fd) : 0;

	l->fd = -1;
	buf_free(&l->line);
	return status < 0 ? err_sys(e, errno, "cannot close") : 0;
}
