#include <stdlib.h>
#include <string.h>

#include "caller_impl.h"
#include "jw.h"
#include "mem.h"

/* ---- what is asked for */

static bool can_stream(struct slice url)
{
	static const char tail[] = "/completions";
	size_t n = sizeof tail - 1;

	url = slice_split(&url, '?');
	return url.len >= n && memcmp(url.ptr + url.len - n, tail, n) == 0;
}

/* The body as it is, but for what asks for a stream. */
static void put_streaming(struct buf *b, const struct json *body)
{
	jw_object(b);
	for (const struct json *n = json_first(body); n != json_end(body); n = json_next(n)) {
		if (json_str_is(n, "stream") || json_str_is(n, "stream_options"))
			continue;
		jw_raw(b, json_raw(n));
		buf_byte(b, ':');
		jw_raw(b, json_raw(json_value(n)));
	}
	jw_name(b, "stream");
	jw_bool(b, true);
	jw_name(b, "stream_options");
	jw_object(b);
	jw_name(b, "include_usage");
	jw_bool(b, true);
	jw_object_end(b);
	jw_object_end(b);
}

bool caller_streams(const struct line *l, struct slice url, bool wanted, struct buf *changed)
{
	if (json_is(json_get(l->body, "stream"), JSON_TRUE))
		return true;
	if (!wanted || !can_stream(url))
		return false;
	put_streaming(changed, l->body);
	return true;
}

/* ---- what comes */

static struct ticket_text *text_of(struct ticket_stream *s, int64_t index, bool reasoning)
{
	struct ticket_text *text;

	for (size_t i = 0; i < s->texts_len; i++)
		if (s->texts[i].index == index && s->texts[i].reasoning == reasoning)
			return &s->texts[i];
	s->texts = mem_more(s->texts, s->texts_len, &s->texts_cap, sizeof *s->texts);
	text = &s->texts[s->texts_len++];
	*text = (struct ticket_text){.index = index, .reasoning = reasoning};
	return text;
}

static void put_delta(struct ticket *t, const struct ticket_text *text, struct slice now)
{
	if (now.len == 0)
		return;
	caller_put_delta(
	    t->caller, t, text->reasoning ? "delta_reasoning" : "delta", text->index, now);
	t->stream->begun = true;
}

static void pass(struct ticket *t, int64_t index, bool reasoning, struct slice piece)
{
	struct ticket_text *text;

	if (piece.len == 0)
		return;
	text = text_of(t->stream, index, reasoning);
	put_delta(t, text, secret_pass(&text->held, t->caller->config.secret, piece));
}

static void on_delta(void *ctx, const struct stream_delta *d)
{
	pass(ctx, d->index, true, d->reasoning);
	pass(ctx, d->index, false, d->text);
}

/* What was held back is no secret after all; where nothing was shown yet, nothing need be. */
static void pass_rest(struct ticket *t, bool complete)
{
	struct ticket_stream *s = t->stream;

	for (size_t i = 0; i < s->texts_len; i++)
		if (complete || s->begun)
			put_delta(t, &s->texts[i], secret_rest(&s->texts[i].held));
}

static void free_texts(struct ticket_stream *s)
{
	for (size_t i = 0; i < s->texts_len; i++)
		secret_held_free(&s->texts[i].held);
	s->texts_len = 0;
}

void ticket_stream_begin(struct ticket *t, size_t max)
{
	struct ticket_stream *s = t->stream;

	sse_free(&s->sse);
	s->sse = (struct sse){.max = max};
	stream_clear(&s->stream);
	s->stream.max = max;
	free_texts(s);
	s->broken = false;
}

static int refused(struct ticket_stream *s, struct err *e)
{
	struct json_doc doc = {0};
	struct buf text = {0};
	const struct json *root = json_parse(&doc, stream_refusal(&s->stream), NULL);
	const struct json *message = root ? verdict_message(root) : NULL;
	struct slice words = message ? json_text(message, &text) : stream_refusal(&s->stream);

	if (words.len > ERR_MAX / 2)
		words.len = ERR_MAX / 2;
	err_set(e, "an error within the stream: %.*s", SLICE_FMT(words));
	buf_free(&text);
	json_doc_free(&doc);
	return -1;
}

static int on_event(void *ctx, const struct sse_event *ev, struct err *e)
{
	struct ticket *t = ctx;

	switch (stream_event(&t->stream->stream, ev->data, on_delta, t, e)) {
	case STREAM_REFUSED:
		return refused(t->stream, e);
	case STREAM_BAD:
		return -1;
	case STREAM_MORE:
	case STREAM_DONE:
	default:
		return 0;
	}
}

int caller_stream_data(struct ticket *t, struct slice bytes)
{
	struct ticket_stream *s = t->stream;

	if (sse_feed(&s->sse, bytes, on_event, t, &s->error) == 0)
		return 1;
	s->broken = true;
	return -1;
}

bool caller_stream_end(struct ticket *t)
{
	struct ticket_stream *s = t->stream;
	struct http_call *call = &t->call;
	bool complete = !s->broken && stream_complete(&s->stream, t->choices);

	buf_clear(&call->answer);
	pass_rest(t, complete);
	if (complete) {
		/* Whatever went wrong after that did not touch the answer. */
		call->outcome = HTTP_ANSWERED;
		stream_put(&s->stream, &call->answer);
		return true;
	}
	if (s->broken)
		call->why = s->error;
	else if (call->outcome == HTTP_ANSWERED)
		err_set(&call->why, "the stream ended without a finish_reason");
	if (s->broken || call->outcome == HTTP_ANSWERED)
		call->outcome = HTTP_CUT;
	return false;
}

void ticket_stream_free(struct ticket_stream *s)
{
	if (!s)
		return;
	sse_free(&s->sse);
	stream_free(&s->stream);
	free_texts(s);
	free(s->texts);
	free(s);
}
