#include "request.h"

#include "err.h"
#include "num.h"

enum { KEEP_SIZE = 1024 * 1024, CHUNK_LINE = 256 };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool request_same(struct slice name, const char *text)
{
	size_t i = 0;

	for (; i < name.len && text[i]; i++)
		if (lower(name.ptr[i]) != text[i])
			return false;
	return i == name.len && !text[i];
}

/* Takes a line off *text, without its end; false when there is none. */
static bool take_line(struct slice *text, struct slice *line)
{
	const char *lf = text->len ? memchr(text->ptr, '\n', text->len) : NULL;

	if (!lf)
		return false;
	*line = slice_make(text->ptr, (size_t)(lf - text->ptr));
	text->len -= line->len + 1;
	text->ptr = lf + 1;
	if (line->len && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}

bool request_header(struct slice *lines, struct slice *name, struct slice *value)
{
	struct slice line;

	if (!take_line(lines, &line))
		return false;
	*name = slice_split(&line, ':');
	*value = line.ptr ? slice_trim(line) : slice_make("", 0);
	return true;
}

static bool bad(struct request *q, int status)
{
	q->status = status;
	return false;
}

static bool request_line(struct slice *text, struct request *q)
{
	struct slice line, version;

	if (!take_line(text, &line))
		return bad(q, 400);
	q->method = slice_split(&line, ' ');
	if (!line.ptr)
		return bad(q, 400);
	q->target = slice_split(&line, ' ');
	version = line.ptr ? line : slice_make("", 0);
	q->path = q->target;
	q->path = slice_split(&q->path, '?');
	q->close = slice_is(version, "HTTP/1.0");
	if (!q->close && !slice_is(version, "HTTP/1.1"))
		return bad(q, 505);
	return q->method.len && q->target.len && q->target.ptr[0] == '/' ? true : bad(q, 400);
}

static bool note_header(struct slice name, struct slice value, struct request *q)
{
	if (request_same(name, "content-length")) {
		if (num_uint(value, 0, UINT64_MAX, &q->length, NULL) < 0)
			return bad(q, 400);
	} else if (request_same(name, "transfer-encoding")) {
		q->chunked = request_same(value, "chunked");
		return q->chunked ? true : bad(q, 501);
	} else if (request_same(name, "expect")) {
		q->expects = request_same(value, "100-continue");
	} else if (request_same(name, "connection")) {
		q->close = request_same(value, "close") ||
		    (q->close && !request_same(value, "keep-alive"));
	} else if (request_same(name, "authorization")) {
		q->authorization = value;
	} else if (request_same(name, "api-key")) {
		q->api_key = value;
	}
	return true;
}

static bool parse_head(struct slice head, struct request *q)
{
	struct slice lines, name, value;

	*q = (struct request){0};
	if (!request_line(&head, q))
		return false;
	q->headers = slice_make(head.ptr, head.len - 2);
	lines = q->headers;
	while (request_header(&lines, &name, &value)) {
		if (name.len == 0)
			return bad(q, 400);
		if (!note_header(name, value, q))
			return false;
	}
	return q->length <= REQUEST_MAX_BODY ? true : bad(q, 413);
}

static bool find_head(struct request_reader *r, struct slice text, struct request *q)
{
	size_t from = r->seen > 3 ? r->seen - 3 : 0;
	const char *end = text.len ? memmem(text.ptr + from, text.len - from, "\r\n\r\n", 4) : NULL;

	r->seen = text.len;
	if (end)
		r->head = (size_t)(end - text.ptr) + 4;
	if (end ? r->head > REQUEST_MAX_HEAD : text.len > REQUEST_MAX_HEAD)
		return bad(q, 431);
	return true;
}

static int hex_digit(char c)
{
	c = lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool chunk_size(struct slice line, uint64_t *size)
{
	struct slice digits = slice_trim(slice_split(&line, ';'));

	*size = 0;
	if (digits.len == 0 || digits.len > 8)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		int digit = hex_digit(digits.ptr[i]);

		if (digit < 0)
			return false;
		*size = *size << 4 | (unsigned)digit;
	}
	return true;
}

/* The line before a chunk, the empty line after one, or a trailer. */
static enum request_state chunk_line(struct request_reader *r, struct slice line, struct request *q)
{
	if (r->trailers)
		return line.len ? REQUEST_PART : REQUEST_WHOLE;
	if (line.len == 0 && r->chunks.len)
		return REQUEST_PART;
	if (!chunk_size(line, &r->left)) {
		q->status = 400;
		return REQUEST_BAD;
	}
	r->trailers = r->left == 0;
	return REQUEST_PART;
}

static enum request_state read_chunks(
    struct request_reader *r, struct slice text, struct request *q)
{
	r->chunks.max = REQUEST_MAX_BODY;
	for (;;) {
		struct slice rest = slice_make(text.ptr + r->at, text.len - r->at), line;
		enum request_state state;

		if (r->left) {
			size_t n = rest.len < r->left ? rest.len : (size_t)r->left;

			if (n == 0)
				return REQUEST_PART;
			buf_put(&r->chunks, rest.ptr, n);
			r->left -= n;
			r->at += n;
			if (!r->chunks.over)
				continue;
			q->status = 413;
			return REQUEST_BAD;
		}
		if (!take_line(&rest, &line)) {
			q->status = 400;
			return rest.len > CHUNK_LINE ? REQUEST_BAD : REQUEST_PART;
		}
		r->at = (size_t)(rest.ptr - text.ptr);
		state = chunk_line(r, line, q);
		if (state != REQUEST_PART)
			return state;
	}
}

enum request_state request_read(struct request_reader *r, struct slice text, struct request *q)
{
	enum request_state state;

	if (!r->head && !find_head(r, text, q))
		return REQUEST_BAD;
	if (!r->head)
		return REQUEST_PART;
	if (!parse_head(slice_make(text.ptr, r->head), q))
		return REQUEST_BAD;
	if (!q->chunked) {
		q->size = r->head + (size_t)q->length;
		q->body = slice_make(text.ptr + r->head, (size_t)q->length);
		return text.len < q->size ? REQUEST_PART : REQUEST_WHOLE;
	}
	if (!r->at)
		r->at = r->head;
	state = read_chunks(r, text, q);
	q->size = r->at;
	q->body = buf_all(&r->chunks);
	return state;
}

void request_done(struct request_reader *r)
{
	struct buf chunks = r->chunks;

	buf_reset(&chunks, KEEP_SIZE);
	*r = (struct request_reader){.chunks = chunks};
}

void request_reader_free(struct request_reader *r)
{
	buf_free(&r->chunks);
}
