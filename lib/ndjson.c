#include "ndjson.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"

enum {
	READ_SIZE = 64 * 1024,
	FLUSH_SIZE = 64 * 1024,
	READ_AT_ONCE = 1024 * 1024,
	KEEP_SIZE = 1024 * 1024 /* a buffer that one huge record has grown beyond this is let go */
};

static char *const standard_input[] = {"-", NULL};

void ndjson_in_init(
    struct ndjson_in *in, char *const *operands, size_t max_line, struct ndjson_out *out)
{
	*in = (struct ndjson_in){.fd = -1, .max_line = max_line, .out = out};
	in->operands = operands && operands[0] ? operands : standard_input;
	in->buf.max = max_line + 2 * READ_SIZE;
}

static int open_next(struct ndjson_in *in, struct err *e)
{
	const char *path = *in->operands++;

	in->line = 0;
	if (strcmp(path, "-") == 0) {
		in->name = "standard input";
		in->fd = STDIN_FILENO;
		return 0;
	}
	in->name = path;
	in->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		return err_sys(e, errno, "%s: cannot open", path);
	return 0;
}

static void close_file(struct ndjson_in *in)
{
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	in->fd = -1;
	in->at = in->seen = in->buf.len = 0;
	in->skipping = false;
}

/* Moves the unfinished line to the front, and reads on. Returns what read() says. */
static ssize_t fill(struct ndjson_in *in, struct err *e)
{
	size_t rest = in->buf.len - in->at;
	char *to;
	ssize_t n;

	if (in->out && !in->out->regular && ndjson_flush(in->out, e) < 0)
		return -1;
	if (in->at > 0) {
		memmove(in->buf.ptr, in->buf.ptr + in->at, rest);
		in->buf.len = rest;
		in->seen -= in->at;
		in->at = 0;
		if (rest == 0 && in->buf.cap > KEEP_SIZE)
			buf_reset(&in->buf, KEEP_SIZE);
	}
	to = buf_room(&in->buf, READ_SIZE);
	if (!to)
		return err_set(e, "%s: no room for a line", in->name);
	n = fs_read(in->fd, to, READ_SIZE);
	if (n < 0)
		return err_sys(e, errno, "%s: cannot read", in->name);
	in->buf.len += (size_t)n;
	in->bytes += (size_t)n;
	return n;
}

static bool is_blank(struct slice line)
{
	return slice_trim(line).len == 0;
}

/* Takes the line that ends at end (its LF, or the end of the file) out of the buffer. */
static enum ndjson_got take(struct ndjson_in *in, size_t end, struct slice *line, struct err *e)
{
	bool skipped = in->skipping;

	*line = slice_make(in->buf.ptr + in->at, end - in->at);
	in->at = in->seen = end < in->buf.len ? end + 1 : end;
	in->line++;
	in->skipping = false;
	if (line->len && line->ptr[line->len - 1] == '\r')
		line->len--;
	if (!skipped && line->len <= in->max_line)
		return NDJSON_LINE;
	err_set(e, "%s:%lu: line longer than %zu bytes", in->name, in->line, in->max_line);
	return NDJSON_TOO_LONG;
}

/* The bytes of a line that is too long already are not kept. */
static void drop_too_long(struct ndjson_in *in)
{
	if (!in->skipping && in->buf.len - in->at <= in->max_line + 1)
		return;
	in->skipping = true;
	in->at = in->seen = in->buf.len = 0;
}

/* Regular files, and ends of files, never are. An error is for read() to tell. */
static bool would_wait(const struct ndjson_in *in)
{
	struct pollfd p = {.fd = in->fd, .events = POLLIN};

	return poll(&p, 1, 0) == 0;
}

/* One step: a line, or more bytes, or the end of a file. False: nothing to return yet. */
static bool step(struct ndjson_in *in, enum ndjson_got *got, struct slice *line, struct err *e)
{
	char *lf = in->buf.len > in->seen
	    ? memchr(in->buf.ptr + in->seen, '\n', in->buf.len - in->seen)
	    : NULL;
	ssize_t n;

	if (lf) {
		*got = take(in, (size_t)(lf - in->buf.ptr), line, e);
		return *got != NDJSON_LINE || !is_blank(*line);
	}
	in->seen = in->buf.len;
	drop_too_long(in);
	if (in->nowait && would_wait(in)) {
		*got = NDJSON_WAIT;
		return true;
	}
	if (in->nowait && in->bytes - in->bytes_before >= READ_AT_ONCE) {
		*got = NDJSON_MORE;
		return true;
	}
	n = fill(in, e);
	if (n > 0)
		return false;
	if (n < 0) {
		*got = NDJSON_UNREADABLE;
		close_file(in);
		return true;
	}
	if (in->at == in->buf.len && !in->skipping) {
		close_file(in);
		return false;
	}
	*got = take(in, in->buf.len, line, e);
	return *got != NDJSON_LINE || !is_blank(*line);
}

enum ndjson_got ndjson_next(struct ndjson_in *in, struct slice *line, struct err *e)
{
	enum ndjson_got got = NDJSON_END;

	in->bytes_before = in->bytes;
	for (;;) {
		if (in->fd < 0) {
			if (!*in->operands)
				return NDJSON_END;
			if (open_next(in, e) < 0)
				return NDJSON_UNREADABLE;
		}
		if (step(in, &got, line, e))
			return got;
	}
}

void ndjson_in_free(struct ndjson_in *in)
{
	close_file(in);
	buf_free(&in->buf);
}

void ndjson_out_init(struct ndjson_out *out, int fd)
{
	struct stat st;

	*out = (struct ndjson_out){.fd = fd};
	out->regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

void ndjson_undo(struct ndjson_out *out)
{
	out->buf.len = out->whole;
	out->buf.over = false;
}

int ndjson_end(struct ndjson_out *out, struct err *e)
{
	buf_byte(&out->buf, '\n');
	if (out->buf.over) {
		ndjson_undo(out);
		return err_set(e, "a record grew too large to be written");
	}
	out->whole = out->buf.len;
	out->records++;
	return out->whole >= FLUSH_SIZE ? ndjson_flush(out, e) : 0;
}

int ndjson_flush(struct ndjson_out *out, struct err *e)
{
	size_t rest = out->buf.len - out->whole;

	if (out->whole == 0)
		return 0;
	if (out->failed || fs_write(out->fd, out->buf.ptr, out->whole, e) < 0) {
		out->failed = true;
		return -1;
	}
	if (rest)
		memmove(out->buf.ptr, out->buf.ptr + out->whole, rest);
	out->buf.len = rest;
	out->whole = 0;
	if (rest == 0)
		buf_reset(&out->buf, KEEP_SIZE);
	return 0;
}

void ndjson_out_free(struct ndjson_out *out)
{
	buf_free(&out->buf);
}
