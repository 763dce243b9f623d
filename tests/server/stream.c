#include "stream.h"

#include <stdlib.h>

#include "completion.h"
#include "jw.h"
#include "mem.h"

struct stream {
	struct reply_draft *draft;
	const struct ask *ask;
	enum fault_kind fault;
	size_t events;
	size_t middle; /* the event before which the middle faults strike */
	struct buf json; /* of the event at hand */
};

static const char *line_end(const struct stream *s)
{
	if (s->fault == FAULT_STREAM_CRLF)
		return "\r\n";
	return s->fault == FAULT_STREAM_CR ? "\r" : "\n";
}

static void put_line(struct stream *s, const char *field, struct slice text)
{
	struct buf *b = &s->draft->body;

	buf_str(b, field);
	buf_slice(b, text);
	buf_str(b, line_end(s));
}

/* Line ends between JSON's tokens mean nothing: cut after the first byte and before the last. */
static void put_lines(struct stream *s, struct slice json)
{
	put_line(s, "data: ", slice_make(json.ptr, 1));
	put_line(s, "data:", slice_make(json.ptr + 1, json.len - 2));
	put_line(s, "data: ", slice_make(json.ptr + json.len - 1, 1));
}

static void put_event(struct stream *s, struct slice data)
{
	if (s->fault == FAULT_STREAM_COMMENTS) {
		put_line(s, ": keep-alive", slice_make("", 0));
		put_line(s, "", slice_make("", 0));
		put_line(s, "event: message", slice_make("", 0));
		put_line(s, "id: 7", slice_make("", 0));
	}
	if (s->fault == FAULT_STREAM_LINES && data.ptr[0] == '{')
		put_lines(s, data);
	else
		put_line(s, s->events % 2 ? "data:" : "data: ", data);
	put_line(s, "", slice_make("", 0));
	reply_cut(s->draft);
	s->events++;
}

/* True when the stream ends here. */
static bool strike(struct stream *s)
{
	if (s->events != s->middle)
		return false;
	switch (s->fault) {
	case FAULT_STREAM_ERROR:
		buf_clear(&s->json);
		completion_error(&s->json, "The model is overloaded", "server_error", NULL);
		put_event(s, buf_all(&s->json));
		return true;
	case FAULT_STREAM_GARBAGE:
		put_event(s, slice_str("{\"choices\":[{\"delta\":"));
		return false;
	case FAULT_STREAM_STALL:
		s->draft->halt = s->draft->n_cuts;
		return false;
	default:
		return s->fault == FAULT_STREAM_CUT;
	}
}

/* An event with one choice, up to what the choice says. */
static struct buf *begin(struct stream *s)
{
	struct buf *b = &s->json;
	bool text = s->ask->kind == ASK_TEXT;

	buf_clear(b);
	completion_head(b, s->ask, text ? "text_completion" : "chat.completion.chunk");
	jw_name(b, "choices");
	jw_array(b);
	jw_object(b);
	jw_member_int(b, "index", 0);
	if (!text) {
		jw_name(b, "delta");
		jw_object(b);
	}
	return b;
}

static void end(struct stream *s, const struct slice *finish)
{
	struct buf *b = &s->json;

	if (s->ask->kind != ASK_TEXT)
		jw_object_end(b);
	jw_name(b, "finish_reason");
	if (finish)
		jw_str(b, *finish);
	else
		jw_null(b);
	jw_object_end(b);
	jw_array_end(b);
	jw_object_end(b);
	put_event(s, buf_all(b));
}

/* Each word with the blank after it. False when the stream ends inside. */
static bool put_words(struct stream *s, const char *name, struct slice text)
{
	for (size_t from = 0, to; from < text.len; from = to) {
		const char *blank = memchr(text.ptr + from, ' ', text.len - from);

		to = blank ? (size_t)(blank - text.ptr) + 1 : text.len;
		if (strike(s))
			return false;
		jw_member_str(begin(s), name, slice_make(text.ptr + from, to - from));
		end(s, NULL);
	}
	return true;
}

static bool put_content(struct stream *s)
{
	const struct ask *a = s->ask;

	if (a->kind == ASK_TEXT)
		return put_words(s, "text", a->content) && !strike(s);
	begin(s);
	jw_member_cstr(&s->json, "role", "assistant");
	jw_member_cstr(&s->json, "content", "");
	end(s, NULL);
	if (!put_words(s, "reasoning_content", a->reasoning) ||
	    !put_words(s, "content", a->content))
		return false;
	if (a->tool) {
		completion_tool(begin(s), a, true);
		end(s, NULL);
	}
	return !strike(s);
}

static void put_usage(struct stream *s)
{
	struct buf *b = &s->json;

	buf_clear(b);
	completion_head(
	    b, s->ask, s->ask->kind == ASK_TEXT ? "text_completion" : "chat.completion.chunk");
	jw_name(b, "choices");
	jw_array(b);
	jw_array_end(b);
	completion_usage(b, s->ask);
	jw_object_end(b);
	put_event(s, buf_all(b));
}

static size_t count_words(struct slice text)
{
	size_t n = text.len > 0;

	for (size_t i = 0; i + 1 < text.len; i++)
		n += text.ptr[i] == ' ';
	return n;
}

/* Forgets the events' borders and cuts anywhere instead. */
static void cut_oddly(struct reply_draft *d, struct rng *rng)
{
	size_t len = d->body.len;

	d->n_cuts = 0;
	for (size_t at = 1 + rng_below(rng, 13); at < len; at += 1 + rng_below(rng, 13)) {
		d->cuts = mem_more(d->cuts, d->n_cuts, &d->cuts_cap, sizeof *d->cuts);
		d->cuts[d->n_cuts++] = at;
	}
}

void stream_draft(struct reply_draft *d, const struct ask *a, struct fault f, struct rng *rng)
{
	struct stream s = {.draft = d, .ask = a, .fault = f.kind};

	s.middle = count_words(a->content) + count_words(a->reasoning);
	s.middle = (s.middle + (a->kind == ASK_TEXT ? 1 : 2)) / 2;
	d->type = "text/event-stream; charset=utf-8";
	d->framing = REPLY_CHUNKS;
	if (put_content(&s)) {
		begin(&s);
		end(&s, &a->finish);
		if (a->stream_usage)
			put_usage(&s);
		if (f.kind != FAULT_STREAM_NO_DONE)
			put_event(&s, slice_str("[DONE]"));
	}
	if (f.kind == FAULT_STREAM_ODD)
		cut_oddly(d, rng);
	buf_free(&s.json);
}
