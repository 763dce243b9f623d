#include "reply.h"

#include <stdlib.h>

#include "mem.h"

enum { KEEP_SIZE = 1024 * 1024 };

void reply_draft_clear(struct reply_draft *d)
{
	d->status = 200;
	d->type = "application/json";
	d->framing = REPLY_LENGTH;
	d->length_lie = 0;
	d->n_cuts = d->halt = 0;
	buf_clear(&d->headers);
	buf_reset(&d->body, KEEP_SIZE);
}

void reply_draft_free(struct reply_draft *d)
{
	buf_free(&d->headers);
	buf_free(&d->body);
	free(d->cuts);
	*d = (struct reply_draft){0};
}

void reply_cut(struct reply_draft *d)
{
	d->cuts = mem_more(d->cuts, d->n_cuts, &d->cuts_cap, sizeof *d->cuts);
	d->cuts[d->n_cuts++] = d->body.len;
}

void reply_pause(struct reply *r, size_t at, int64_t ns)
{
	r->pauses = mem_more(r->pauses, r->n_pauses, &r->pauses_cap, sizeof *r->pauses);
	r->pauses[r->n_pauses++] = (struct reply_pause){at, ns};
}

static const char *reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 302:
		return "Found";
	case 307:
		return "Temporary Redirect";
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 404:
		return "Not Found";
	case 429:
		return "Too Many Requests";
	case 500:
		return "Internal Server Error";
	case 502:
		return "Bad Gateway";
	case 503:
		return "Service Unavailable";
	default:
		return "Whatever";
	}
}

static void put_head(struct reply *r, const struct reply_draft *d)
{
	struct buf *b = &r->out;

	buf_fmt(b, "HTTP/1.1 %d %s\r\ncontent-type: %s\r\n", d->status, reason(d->status), d->type);
	if (d->framing == REPLY_LENGTH)
		buf_fmt(b, "content-length: %lld\r\n", (long long)d->body.len + d->length_lie);
	else if (d->framing == REPLY_CHUNKS)
		buf_str(b, "transfer-encoding: chunked\r\n");
	if (r->end != REPLY_KEEP || d->framing == REPLY_TO_THE_END)
		buf_str(b, "connection: close\r\n");
	buf_slice(b, buf_all(&d->headers));
	buf_str(b, "\r\n");
	r->head = b->len;
}

static void put_piece(struct reply *r, const struct reply_draft *d, struct slice piece)
{
	if (piece.len == 0)
		return;
	if (d->framing == REPLY_CHUNKS)
		buf_fmt(&r->out, "%zx\r\n", piece.len);
	buf_slice(&r->out, piece);
	if (d->framing == REPLY_CHUNKS)
		buf_str(&r->out, "\r\n");
}

void reply_render(struct reply *r, const struct reply_draft *d, int64_t gap)
{
	size_t from = 0;

	r->status = d->status;
	put_head(r, d);
	for (size_t i = 0; i <= d->n_cuts; i++) {
		size_t to = i < d->n_cuts ? d->cuts[i] : d->body.len;

		if (d->halt && i == d->halt)
			reply_pause(r, r->out.len, -1);
		else if (i > 0 && gap > 0 && to > from)
			reply_pause(r, r->out.len, gap);
		put_piece(r, d, slice_make(d->body.ptr + from, to - from));
		from = to;
	}
	if (d->framing == REPLY_CHUNKS)
		buf_str(&r->out, "0\r\n\r\n");
	if (d->framing == REPLY_TO_THE_END)
		r->end = REPLY_CLOSE;
}

void reply_clear(struct reply *r)
{
	struct reply fresh = {
	    .out = r->out,
	    .pauses = r->pauses,
	    .pauses_cap = r->pauses_cap,
	};

	buf_reset(&fresh.out, KEEP_SIZE);
	*r = fresh;
}

void reply_free(struct reply *r)
{
	buf_free(&r->out);
	free(r->pauses);
	*r = (struct reply){0};
}
