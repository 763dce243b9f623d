#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "stream_impl.h"

/* How many members may stand beside the choices. */
enum { EXTRAS = 64 };

const char *const stream_text_names[STREAM_TEXTS] = {
    "content", "reasoning_content", "reasoning", "refusal"};
const char *const stream_logprob_names[2] = {"content", "refusal"};

static void call_free(struct stream_call *c)
{
	buf_free(&c->id);
	buf_free(&c->type);
	buf_free(&c->name);
	buf_free(&c->arguments);
}

static void choice_free(struct stream_choice *c)
{
	buf_free(&c->role);
	buf_free(&c->finish);
	for (int i = 0; i < STREAM_TEXTS; i++)
		buf_free(&c->texts[i].buf);
	for (int i = 0; i < 2; i++)
		buf_free(&c->logprobs[i]);
	call_free(&c->function);
	for (size_t i = 0; i < c->calls_len; i++)
		call_free(&c->calls[i]);
	free(c->calls);
}

static int64_t index_of(const struct json *v, int64_t otherwise)
{
	const struct json *index = json_get_type(v, "index", JSON_NUMBER);
	int64_t n;

	return index && json_int(index, &n) ? n : otherwise;
}

/* Kept sorted by index: so are the choices of an answer that is not streamed. */
static struct stream_choice *choice_at(struct stream *s, int64_t index, struct err *e)
{
	size_t at = s->choices_len;

	while (at > 0 && s->choices[at - 1].index >= index)
		at--;
	if (at < s->choices_len && s->choices[at].index == index)
		return &s->choices[at];
	if (s->choices_len == STREAM_CHOICES) {
		err_set(e, "more than %d choices", STREAM_CHOICES);
		return NULL;
	}
	s->choices = mem_more(s->choices, s->choices_len, &s->choices_cap, sizeof *s->choices);
	memmove(s->choices + at + 1, s->choices + at, (s->choices_len - at) * sizeof *s->choices);
	s->choices_len++;
	s->choices[at] = (struct stream_choice){.index = index};
	return &s->choices[at];
}

static struct stream_call *call_at(struct stream_choice *c, int64_t index, struct err *e)
{
	size_t at = c->calls_len;

	while (at > 0 && c->calls[at - 1].index >= index)
		at--;
	if (at < c->calls_len && c->calls[at].index == index)
		return &c->calls[at];
	if (c->calls_len == STREAM_CALLS) {
		err_set(e, "more than %d tool calls", STREAM_CALLS);
		return NULL;
	}
	c->calls = mem_more(c->calls, c->calls_len, &c->calls_cap, sizeof *c->calls);
	memmove(c->calls + at + 1, c->calls + at, (c->calls_len - at) * sizeof *c->calls);
	c->calls_len++;
	c->calls[at] = (struct stream_call){.index = index};
	return &c->calls[at];
}

/* The first that is not empty stays: some servers say it again with every piece. */
static void once(struct buf *b, const struct json *v)
{
	if (json_is(v, JSON_STRING) && b->len == 0)
		json_unescape(v, b);
}

static void latest(struct buf *b, const struct json *v)
{
	if (v && v->type != JSON_NULL && !(b->len > 0 && json_str_is(v, ""))) {
		buf_clear(b);
		json_compact(v, b);
	}
}

static void take_function(struct stream_call *c, const struct json *function)
{
	const struct json *arguments = json_get(function, "arguments");

	once(&c->name, json_get(function, "name"));
	if (json_is(arguments, JSON_STRING))
		json_unescape(arguments, &c->arguments);
	else if (json_is(arguments, JSON_OBJECT)) /* whole, as some servers have it */
		json_compact(arguments, &c->arguments);
}

/* Without an index it is the last one, or a new one where it brings another id. */
static int64_t call_index(const struct stream_choice *c, const struct json *v)
{
	const struct stream_call *last = c->calls_len > 0 ? &c->calls[c->calls_len - 1] : NULL;
	const struct json *id = json_get_type(v, "id", JSON_STRING);

	if (!last)
		return index_of(v, 0);
	if (id && id->len > 0 && !json_str_eq(id, buf_all(&last->id)))
		return index_of(v, last->index + 1);
	return index_of(v, last->index);
}

static int take_calls(struct stream_choice *c, const struct json *calls, struct err *e)
{
	for (const struct json *v = json_first(calls); v != json_end(calls); v = json_next(v)) {
		struct stream_call *call = call_at(c, call_index(c, v), e);

		if (!call)
			return -1;
		once(&call->id, json_get(v, "id"));
		once(&call->type, json_get(v, "type"));
		take_function(call, json_get(v, "function"));
	}
	return 0;
}

static void take_logprobs(struct stream_choice *c, const struct json *logprobs)
{
	c->has_logprobs |= logprobs != NULL;
	for (int i = 0; i < 2; i++) {
		const struct json *list =
		    json_get_type(logprobs, stream_logprob_names[i], JSON_ARRAY);

		if (!list)
			continue;
		for (const struct json *v = json_first(list); v != json_end(list);
		     v = json_next(v)) {
			if (c->logprobs[i].len > 0)
				buf_byte(&c->logprobs[i], ',');
			json_compact(v, &c->logprobs[i]);
		}
	}
}

/* Where the piece begins in t, which then goes on to its end. */
static size_t take_text(struct stream_text *t, const struct json *v)
{
	size_t at = t->buf.len;

	if (json_is(v, JSON_STRING)) {
		t->said = true;
		json_unescape(v, &t->buf);
	}
	return at;
}

struct teller {
	void (*delta)(void *ctx, const struct stream_delta *d);
	void *ctx;
};

/* Which reasoning the server calls by which name is its affair; both at once is one said twice. */
static void tell(
    const struct teller *t, const struct stream_choice *c, const size_t at[STREAM_TEXTS])
{
	struct stream_delta d = {
	    .index = c->index,
	    .text = buf_from(&c->texts[STREAM_CONTENT].buf, at[STREAM_CONTENT]),
	    .reasoning =
		buf_from(&c->texts[STREAM_REASONING_CONTENT].buf, at[STREAM_REASONING_CONTENT]),
	};

	if (d.reasoning.len == 0)
		d.reasoning = buf_from(&c->texts[STREAM_REASONING].buf, at[STREAM_REASONING]);
	if (t->delta && (d.text.len > 0 || d.reasoning.len > 0))
		t->delta(t->ctx, &d);
}

static int take_choice(
    struct stream *s, const struct json *v, const struct teller *t, struct err *e)
{
	struct stream_choice *c = choice_at(s, index_of(v, 0), e);
	const struct json *delta = json_get_type(v, "delta", JSON_OBJECT);
	const struct json *calls, *function, *finish, *text = json_get_type(v, "text", JSON_STRING);
	size_t at[STREAM_TEXTS];

	if (!c)
		return -1;
	if (!delta) /* a server that sends the whole message as its one event */
		delta = json_get_type(v, "message", JSON_OBJECT);
	calls = json_get_type(delta, "tool_calls", JSON_ARRAY);
	function = json_get_type(delta, "function_call", JSON_OBJECT);
	s->text |= text && !delta;
	once(&c->role, json_get(delta, "role"));
	for (int i = 0; i < STREAM_TEXTS; i++)
		at[i] = take_text(&c->texts[i], json_get(delta, stream_text_names[i]));
	if (s->text)
		take_text(&c->texts[STREAM_CONTENT], text);
	if (calls && take_calls(c, calls, e) < 0)
		return -1;
	if (function) {
		c->has_function = true;
		take_function(&c->function, function);
	}
	take_logprobs(c, json_get_type(v, "logprobs", JSON_OBJECT));
	finish = json_get(v, "finish_reason");
	if (!json_str_is(finish, "")) /* which is what some servers say instead of null */
		latest(&c->finish, finish);
	tell(t, c, at);
	return 0;
}

static void take_extra(struct stream *s, const struct json *name)
{
	const struct json *v = json_value(name);
	struct buf key = {0};
	size_t i = 0;

	if (v->type == JSON_NULL)
		return;
	json_unescape(name, &key);
	while (i < s->extras_len && strcmp(s->extras[i].name, buf_cstr(&key)) != 0)
		i++;
	if (i == s->extras_len && i < EXTRAS) {
		s->extras = mem_more(s->extras, i, &s->extras_cap, sizeof *s->extras);
		s->extras[i] =
		    (struct stream_extra){.name = mem_copy(key.ptr ? key.ptr : "", key.len)};
		s->extras_len++;
	}
	if (i < s->extras_len)
		latest(&s->extras[i].value, v);
	buf_free(&key);
}

static int take_members(
    struct stream *s, const struct json *root, const struct teller *t, struct err *e)
{
	const struct json *choices = json_get_type(root, "choices", JSON_ARRAY);

	for (const struct json *n = json_first(root); n != json_end(root); n = json_next(n))
		if (!json_str_is(n, "choices") && !json_str_is(n, "object") &&
		    !json_str_is(n, "error"))
			take_extra(s, n);
	if (!choices)
		return 0;
	for (const struct json *v = json_first(choices); v != json_end(choices); v = json_next(v))
		if (take_choice(s, v, t, e) < 0)
			return -1;
	return 0;
}

static enum stream_got refuse(struct stream *s, const struct json *root)
{
	buf_clear(&s->refusal);
	json_compact(root, &s->refusal);
	return STREAM_REFUSED;
}

enum stream_got stream_event(struct stream *s, struct slice data,
    void (*delta)(void *ctx, const struct stream_delta *d), void *ctx, struct err *e)
{
	struct teller t = {delta, ctx};
	const struct json *root;
	size_t max = s->max > 0 ? s->max : STREAM_MAX;

	if (slice_is(slice_trim(data), "[DONE]")) {
		s->done = true;
		return STREAM_DONE;
	}
	if (data.len > max - s->bytes) {
		err_set(e, "a stream of more than %zu bytes", max);
		return STREAM_BAD;
	}
	s->bytes += data.len;
	root = json_parse(&s->doc, data, e);
	if (!root)
		return STREAM_BAD;
	if (root->type != JSON_OBJECT) {
		err_set(e, "an event that is no object");
		return STREAM_BAD;
	}
	const struct json *error = json_get(root, "error");

	if (error && error->type != JSON_NULL)
		return refuse(s, root);
	return take_members(s, root, &t, e) < 0 ? STREAM_BAD : STREAM_MORE;
}

bool stream_complete(const struct stream *s, size_t n)
{
	if (s->choices_len < (n > 0 ? n : 1))
		return false;
	for (size_t i = 0; i < s->choices_len; i++)
		if (s->choices[i].finish.len == 0)
			return false;
	return true;
}

struct slice stream_refusal(const struct stream *s)
{
	return buf_all(&s->refusal);
}

void stream_clear(struct stream *s)
{
	for (size_t i = 0; i < s->choices_len; i++)
		choice_free(&s->choices[i]);
	for (size_t i = 0; i < s->extras_len; i++) {
		free(s->extras[i].name);
		buf_free(&s->extras[i].value);
	}
	s->choices_len = 0;
	s->extras_len = 0;
	s->bytes = 0;
	s->text = false;
	s->done = false;
	buf_clear(&s->refusal);
}

void stream_free(struct stream *s)
{
	stream_clear(s);
	free(s->choices);
	free(s->extras);
	buf_free(&s->refusal);
	json_doc_free(&s->doc);
	*s = (struct stream){.max = s->max};
}
