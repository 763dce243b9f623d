#include "jw.h"
#include "stream.h"
#include "stream_impl.h"

static void put_optional(struct buf *b, const char *name, const struct buf *value)
{
	if (value->len > 0)
		jw_member_str(b, name, buf_all(value));
}

static void put_function(struct buf *b, const char *name, const struct stream_call *c)
{
	jw_name(b, name);
	jw_object(b);
	jw_member_str(b, "name", buf_all(&c->name));
	jw_member_str(b, "arguments", buf_all(&c->arguments));
	jw_object_end(b);
}

static void put_calls(struct buf *b, const struct stream_choice *c)
{
	jw_name(b, "tool_calls");
	jw_array(b);
	for (size_t i = 0; i < c->calls_len; i++) {
		const struct stream_call *call = &c->calls[i];

		jw_object(b);
		put_optional(b, "id", &call->id);
		jw_member_str(
		    b, "type", call->type.len > 0 ? buf_all(&call->type) : slice_str("function"));
		put_function(b, "function", call);
		jw_object_end(b);
	}
	jw_array_end(b);
}

static void put_message(struct buf *b, const struct stream_choice *c)
{
	bool called = c->calls_len > 0 || c->has_function;

	jw_name(b, "message");
	jw_object(b);
	jw_member_str(b, "role", c->role.len > 0 ? buf_all(&c->role) : slice_str("assistant"));
	jw_name(b, "content");
	if (c->texts[STREAM_CONTENT].buf.len > 0 || (c->texts[STREAM_CONTENT].said && !called))
		jw_str(b, buf_all(&c->texts[STREAM_CONTENT].buf));
	else
		jw_null(b);
	for (int i = STREAM_CONTENT + 1; i < STREAM_TEXTS; i++)
		if (c->texts[i].said)
			jw_member_str(b, stream_text_names[i], buf_all(&c->texts[i].buf));
	if (c->calls_len > 0)
		put_calls(b, c);
	if (c->has_function)
		put_function(b, "function_call", &c->function);
	jw_object_end(b);
}

static void put_logprobs(struct buf *b, const struct stream_choice *c)
{
	jw_name(b, "logprobs");
	jw_object(b);
	for (int i = 0; i < 2; i++) {
		if (c->logprobs[i].len == 0 && i > 0)
			continue;
		jw_name(b, stream_logprob_names[i]);
		jw_array(b);
		if (c->logprobs[i].len > 0)
			jw_raw(b, buf_all(&c->logprobs[i]));
		jw_array_end(b);
	}
	jw_object_end(b);
}

static void put_choice(const struct stream *s, struct buf *b, const struct stream_choice *c)
{
	jw_object(b);
	jw_member_int(b, "index", c->index);
	if (s->text)
		jw_member_str(b, "text", buf_all(&c->texts[STREAM_CONTENT].buf));
	else
		put_message(b, c);
	if (c->has_logprobs)
		put_logprobs(b, c);
	jw_name(b, "finish_reason");
	if (c->finish.len > 0)
		jw_raw(b, buf_all(&c->finish));
	else
		jw_null(b);
	jw_object_end(b);
}

void stream_put(const struct stream *s, struct buf *b)
{
	jw_object(b);
	jw_member_cstr(b, "object", s->text ? "text_completion" : "chat.completion");
	for (size_t i = 0; i < s->extras_len; i++) {
		jw_name(b, s->extras[i].name);
		jw_raw(b, buf_all(&s->extras[i].value));
	}
	jw_name(b, "choices");
	jw_array(b);
	for (size_t i = 0; i < s->choices_len; i++)
		put_choice(s, b, &s->choices[i]);
	jw_array_end(b);
	jw_object_end(b);
}
