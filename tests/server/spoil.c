#include "spoil.h"

#include "completion.h"
#include "encode.h"

enum { BOMB_SIZE = 64 * 1024 * 1024, CHUNK = 65536, HEADERS = 64, TRICKLE_GAP = 1000000 };

static void say(struct reply_draft *d, struct fault f, const char *type, const char *text)
{
	d->status = f.status;
	d->type = type;
	d->framing = REPLY_LENGTH;
	d->n_cuts = d->halt = 0;
	buf_clear(&d->body);
	buf_str(&d->body, text);
}

static void say_error(
    struct reply_draft *d, int status, const char *message, const char *type, const char *code)
{
	say(d, (struct fault){.status = status}, "application/json", "");
	completion_error(&d->body, message, type, code);
}

static void fill(struct buf *b, char c, size_t n)
{
	char *to = buf_room(b, n);

	if (!to)
		return;
	memset(to, c, n);
	b->len += n;
}

/* Good JSON, as long as that. */
static void make_long(struct reply_draft *d, size_t size)
{
	size_t tail = d->body.len ? d->body.len - 1 : 0;

	d->n_cuts = 0;
	d->body.len = tail;
	fill(&d->body, ' ', size > tail ? size - tail - 1 : 0);
	buf_byte(&d->body, '}');
}

static void make_bomb(struct reply_draft *d)
{
	static struct buf bomb; /* made once: it takes a moment */

	if (!bomb.len) {
		fill(&bomb, ' ', BOMB_SIZE);
		if (encode_gzip(&bomb, NULL) < 0)
			bomb.len = 0;
	}
	d->n_cuts = 0;
	buf_clear(&d->body);
	buf_slice(&d->body, buf_all(&bomb));
	buf_str(&d->headers, "content-encoding: gzip\r\n");
}

static void encode(struct reply_draft *d, const char *name)
{
	d->n_cuts = d->halt = 0;
	if (strcmp(name, "br") == 0)
		encode_br(&d->body);
	else if (strcmp(name, "zstd") == 0)
		encode_zstd(&d->body);
	else if (encode_gzip(&d->body, NULL) < 0)
		return;
	buf_fmt(&d->headers, "content-encoding: %s\r\n", name);
}

/* The first letter of the content; or of the id, where there is no content. */
static void spoil_utf8(struct buf *b)
{
	static const char *const places[] = {"\"content\":\"", "\"id\":\"", "\""};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		size_t n = strlen(places[i]);
		char *from = b->ptr, *end = b->ptr + b->len, *at;

		while (from && (at = memmem(from, (size_t)(end - from), places[i], n))) {
			from = at + n;
			if (from < end && *from != '"' && *from != '\\') {
				*from = (char)0xff;
				return;
			}
		}
	}
}

static void cut_small(struct reply_draft *d)
{
	size_t len = d->body.len;

	d->framing = REPLY_CHUNKS;
	d->n_cuts = 0;
	for (size_t at = 7; at < len; at += 7) {
		d->body.len = at;
		reply_cut(d);
	}
	d->body.len = len;
}

static void spoil_answer(struct reply_draft *d, struct fault f, const struct spoil *how)
{
	switch (f.kind) {
	case FAULT_STATUS:
		say_error(d, f.status, f.status == 429 ? "Rate limit reached" : "Something broke",
		    f.status == 429 ? "requests" : "server_error",
		    f.status == 429 ? "rate_limit_exceeded" : NULL);
		break;
	case FAULT_QUOTA:
		say_error(d, f.status, "You exceeded your current quota", "insufficient_quota",
		    "insufficient_quota");
		break;
	case FAULT_KEY:
		say_error(d, f.status, "Incorrect API key provided", "invalid_request_error",
		    "invalid_api_key");
		break;
	case FAULT_REQUEST:
		say_error(d, f.status, "No such parameter", "invalid_request_error", NULL);
		break;
	case FAULT_ERROR_200:
		say_error(d, f.status, "The model is overloaded", "server_error", NULL);
		break;
	case FAULT_HTML:
		say(d, f, "text/html", "<!DOCTYPE html><html><body><h1>Sorry</h1></body></html>\n");
		break;
	case FAULT_REDIRECT:
		say(d, f, "text/html", "");
		buf_fmt(&d->headers, "location: %s\r\n", how->redirect_to);
		break;
	case FAULT_EMPTY:
		say(d, f, "application/json", "");
		break;
	case FAULT_NOT_JSON:
		say(d, f, "text/plain", "It works!\n");
		break;
	case FAULT_NO_CHOICES:
		say(d, f, "application/json", "{\"object\":\"chat.completion\"}");
		break;
	default:
		break;
	}
}

void spoil_draft(struct reply_draft *d, struct reply *r, struct fault f, const struct spoil *how)
{
	spoil_answer(d, f, how);
	if (f.kind == FAULT_HALF_JSON) {
		d->body.len /= 2;
		d->n_cuts = d->halt = 0;
	} else if (f.kind == FAULT_LONG) {
		make_long(d, how->long_size);
	} else if (f.kind == FAULT_BAD_UTF8) {
		spoil_utf8(&d->body);
	} else if (f.kind == FAULT_GZIP || f.kind == FAULT_BR || f.kind == FAULT_ZSTD) {
		encode(d, f.name);
	} else if (f.kind == FAULT_BAD_GZIP) {
		buf_str(&d->headers, "content-encoding: gzip\r\n");
	} else if (f.kind == FAULT_BOMB) {
		make_bomb(d);
	} else if (f.kind == FAULT_CHUNKED) {
		cut_small(d);
	} else if (f.kind == FAULT_NO_LENGTH) {
		d->framing = REPLY_TO_THE_END;
	} else if (f.kind == FAULT_CLOSE) {
		r->end = REPLY_CLOSE;
	} else if (f.kind == FAULT_WRONG_LENGTH) {
		d->length_lie = -10;
	} else if (f.kind == FAULT_INTERIM) {
		buf_str(&r->out, "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
	} else if (f.kind == FAULT_BIG_HEADERS) {
		for (int i = 0; i < HEADERS; i++) {
			buf_fmt(&d->headers, "x-big-%d: ", i);
			fill(&d->headers, 'x', 1024);
			buf_str(&d->headers, "\r\n");
		}
	}
}

static void truncate_at(struct reply *r, size_t len)
{
	if (r->out.len > len)
		r->out.len = len;
	while (r->n_pauses && r->pauses[r->n_pauses - 1].at > len)
		r->n_pauses--;
}

static void nothing(struct reply *r, enum reply_end end)
{
	truncate_at(r, 0);
	r->status = 0;
	r->end = end;
}

/* Headers, then the same chunk over and over: a string that does not end. */
static void make_endless(struct reply *r)
{
	truncate_at(r, 0);
	buf_str(&r->out,
	    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
	    "transfer-encoding: chunked\r\n\r\n1\r\n\"\r\n");
	r->loop = r->out.len;
	buf_fmt(&r->out, "%x\r\n", CHUNK);
	fill(&r->out, 'a', CHUNK);
	buf_str(&r->out, "\r\n");
}

void spoil_reply(struct reply *r, struct fault f, const struct spoil *how)
{
	size_t half = r->head + (r->out.len - r->head) / 2;

	switch (f.kind) {
	case FAULT_RESET:
	case FAULT_CUT_BODY:
		truncate_at(r, half);
		r->end = f.kind == FAULT_RESET ? REPLY_RESET : REPLY_CLOSE;
		break;
	case FAULT_CUT_HEADERS:
		truncate_at(r, r->head / 2);
		r->end = REPLY_CLOSE;
		break;
	case FAULT_STALL:
		truncate_at(r, half);
		reply_pause(r, half, -1);
		break;
	case FAULT_TRICKLE:
		truncate_at(r, r->out.len);
		for (size_t at = 1; at < r->out.len; at++)
			reply_pause(r, at, how->gap < 0 ? TRICKLE_GAP : how->gap);
		break;
	case FAULT_DROP:
		r->end = REPLY_CLOSE;
		break;
	case FAULT_GARBAGE:
		nothing(r, REPLY_CLOSE);
		buf_put(&r->out, "\0\377\r\nNOT HTTP AT ALL\r\n\r\n", 22);
		break;
	case FAULT_ENDLESS:
		make_endless(r);
		break;
	case FAULT_RESET_AT_ONCE:
		nothing(r, REPLY_RESET);
		break;
	case FAULT_HANG:
		nothing(r, REPLY_CLOSE);
		reply_pause(r, 0, -1);
		break;
	case FAULT_REFUSE:
		r->refuse = true;
		nothing(r, REPLY_CLOSE);
		break;
	case FAULT_CLOSE_AT_ONCE:
		nothing(r, REPLY_CLOSE);
		break;
	default:
		break;
	}
}
