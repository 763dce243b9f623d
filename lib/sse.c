#include "sse.h"

static size_t cap(const struct sse *s)
{
	return s->max > 0 ? s->max : SSE_MAX;
}

static struct slice drop_front(struct slice s, size_t n)
{
	return slice_make(s.ptr + n, s.len - n);
}

/* The mark may come in pieces, too; one byte of it alone is nothing else in UTF-8. */
static struct slice skip_bom(struct sse *s, struct slice bytes)
{
	static const char mark[] = "\xef\xbb\xbf";

	for (; s->bom < 3 && bytes.len > 0; bytes = drop_front(bytes, 1)) {
		if (*bytes.ptr != mark[s->bom]) {
			buf_put(&s->line, mark, s->bom);
			s->bom = 3;
			break;
		}
		s->bom++;
	}
	return bytes;
}

/* Only digits count, and what does not fit is no time to wait either. */
static void read_retry(struct sse *s, struct slice value)
{
	int64_t ms = 0;

	if (value.len == 0 || value.len > 15)
		return;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			return;
		ms = ms * 10 + (value.ptr[i] - '0');
	}
	s->retry_ms = ms;
}

static void replace(struct buf *b, struct slice value)
{
	buf_clear(b);
	buf_slice(b, value);
}

static int add_data(struct sse *s, struct slice value, struct err *e)
{
	if (value.len >= cap(s) - s->data.len)
		return err_set(e, "an event of more than %zu bytes", cap(s));
	if (s->has_data)
		buf_byte(&s->data, '\n');
	buf_slice(&s->data, value);
	s->has_data = true;
	return 0;
}

static int read_field(struct sse *s, struct slice line, struct err *e)
{
	struct slice name = slice_split(&line, ':');

	if (!line.ptr)
		line = slice_make("", 0);
	if (slice_starts(line, " "))
		line = drop_front(line, 1);
	if (slice_is(name, "data"))
		return add_data(s, line, e);
	if (slice_is(name, "event"))
		replace(&s->type, line);
	else if (slice_is(name, "id") && !memchr(line.ptr, '\0', line.len))
		replace(&s->id, line);
	else if (slice_is(name, "retry"))
		read_retry(s, line);
	return 0;
}

static int dispatch(struct sse *s, int (*event)(void *ctx, const struct sse_event *, struct err *e),
    void *ctx, struct err *e)
{
	struct sse_event ev = {slice_str("message"), buf_all(&s->data), buf_all(&s->id)};
	int status = 0;

	if (s->type.len > 0)
		ev.type = buf_all(&s->type);
	if (s->has_data)
		status = event(ctx, &ev, e);
	buf_clear(&s->data);
	buf_clear(&s->type);
	s->has_data = false;
	return status;
}

/* The length of the bytes before the first line end. */
static size_t line_length(struct slice bytes)
{
	const char *lf = memchr(bytes.ptr, '\n', bytes.len);
	size_t len = lf ? (size_t)(lf - bytes.ptr) : bytes.len;
	const char *cr = memchr(bytes.ptr, '\r', len);

	return cr ? (size_t)(cr - bytes.ptr) : len;
}

static int end_line(struct sse *s, struct slice piece,
    int (*event)(void *ctx, const struct sse_event *, struct err *e), void *ctx, struct err *e)
{
	struct slice line = piece;
	int status;

	if (s->line.len > 0) {
		buf_slice(&s->line, piece);
		line = buf_all(&s->line);
	}
	status = line.len == 0 ? dispatch(s, event, ctx, e) : read_field(s, line, e);
	buf_clear(&s->line);
	return status;
}

int sse_feed(struct sse *s, struct slice bytes,
    int (*event)(void *ctx, const struct sse_event *, struct err *e), void *ctx, struct err *e)
{
	bytes = skip_bom(s, bytes);
	while (bytes.len > 0) {
		size_t n;

		if (s->cr && *bytes.ptr == '\n') {
			s->cr = false;
			bytes = drop_front(bytes, 1);
			continue;
		}
		s->cr = false;
		n = line_length(bytes);
		if (n > cap(s) - s->line.len)
			return err_set(e, "a line of more than %zu bytes", cap(s));
		if (n == bytes.len) {
			buf_slice(&s->line, bytes);
			return 0;
		}
		s->cr = bytes.ptr[n] == '\r';
		if (end_line(s, slice_make(bytes.ptr, n), event, ctx, e) < 0)
			return -1;
		bytes = drop_front(bytes, n + 1);
	}
	return 0;
}

bool sse_cut(const struct sse *s)
{
	return s->has_data || s->line.len > 0;
}

void sse_free(struct sse *s)
{
	buf_free(&s->line);
	buf_free(&s->data);
	buf_free(&s->type);
	buf_free(&s->id);
	*s = (struct sse){.max = s->max};
}
