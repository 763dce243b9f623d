#include "completion.h"

#include <math.h>
#include <stdlib.h>

#include "jw.h"
#include "mem.h"
#include "rng.h"

void completion_head(struct buf *b, const struct ask *a, const char *object)
{
	jw_object(b);
	jw_name(b, "id");
	buf_fmt(b, "\"%s-%llu\"", a->kind == ASK_TEXT ? "cmpl" : "chatcmpl",
	    (unsigned long long)a->number);
	jw_member_cstr(b, "object", object);
	jw_member_int(b, "created", a->wall / 1000000000);
	jw_member_str(b, "model", a->model);
}

/* About what a tokenizer makes of English. */
static int64_t tokens(size_t bytes)
{
	return (int64_t)(bytes + 3) / 4;
}

void completion_usage(struct buf *b, const struct ask *a)
{
	int64_t in = tokens(a->root ? a->root->len : 0);
	int64_t out = tokens(a->content.len + a->reasoning.len);

	if (json_is(a->usage, JSON_NULL))
		return;
	jw_name(b, "usage");
	if (a->usage) {
		jw_json(b, a->usage);
		return;
	}
	jw_object(b);
	jw_member_int(b, "prompt_tokens", in);
	if (a->kind != ASK_EMBEDDINGS)
		jw_member_int(b, "completion_tokens", out);
	jw_member_int(b, "total_tokens", a->kind == ASK_EMBEDDINGS ? in : in + out);
	jw_object_end(b);
}

void completion_tool(struct buf *b, const struct ask *a, bool delta)
{
	jw_name(b, "tool_calls");
	jw_array(b);
	jw_object(b);
	if (delta)
		jw_member_int(b, "index", 0);
	jw_member_cstr(b, "id", "call_1");
	jw_member_cstr(b, "type", "function");
	jw_member_json(b, "function", a->tool);
	jw_object_end(b);
	jw_array_end(b);
}

static void put_message(struct buf *b, const struct ask *a, bool null_content)
{
	jw_name(b, "message");
	jw_object(b);
	jw_member_cstr(b, "role", "assistant");
	if (a->reasoning.len)
		jw_member_str(b, "reasoning_content", a->reasoning);
	jw_name(b, "content");
	if (null_content || (a->tool && !a->content.ptr))
		jw_null(b);
	else
		jw_str(b, a->content);
	if (a->tool)
		completion_tool(b, a, false);
	jw_object_end(b);
}

void completion_put(struct buf *b, const struct ask *a, bool null_content)
{
	completion_head(b, a, a->kind == ASK_TEXT ? "text_completion" : "chat.completion");
	jw_name(b, "choices");
	jw_array(b);
	jw_object(b);
	jw_member_int(b, "index", 0);
	if (a->kind == ASK_TEXT)
		jw_member_str(b, "text", a->content);
	else
		put_message(b, a, null_content);
	jw_name(b, "logprobs");
	jw_null(b);
	jw_member_str(b, "finish_reason", a->finish);
	jw_object_end(b);
	jw_array_end(b);
	completion_usage(b, a);
	jw_object_end(b);
}

static void add_word(double *vector, uint64_t dim, struct slice word)
{
	uint64_t key = rng_key(1, word);

	for (uint64_t i = 0; i < dim; i++)
		vector[i] += rng_unit_at(key, i) - 0.5;
}

static void put_vector(struct buf *b, double *vector, uint64_t dim)
{
	double square = 0;

	for (uint64_t i = 0; i < dim; i++)
		square += vector[i] * vector[i];
	jw_name(b, "embedding");
	jw_array(b);
	for (uint64_t i = 0; i < dim; i++)
		buf_fmt(b, "%s%.8f", i ? "," : "", square > 0 ? vector[i] / sqrt(square) : 0);
	jw_array_end(b);
}

static void put_embedding(struct buf *b, struct slice text, int64_t index, uint64_t dim)
{
	double *vector = mem_array(dim, sizeof *vector);
	struct slice rest = text;

	while (rest.ptr) {
		struct slice word = slice_split(&rest, ' ');

		if (word.len)
			add_word(vector, dim, word);
	}
	jw_object(b);
	jw_member_cstr(b, "object", "embedding");
	jw_member_int(b, "index", index);
	put_vector(b, vector, dim);
	jw_object_end(b);
	free(vector);
}

void completion_embeddings(struct buf *b, const struct ask *a, uint64_t dim)
{
	const struct json *input = json_get(a->root, "input");
	struct buf scratch = {0};
	int64_t index = 0, wanted;

	if (json_is(json_get(a->root, "dimensions"), JSON_NUMBER) &&
	    json_int(json_get(a->root, "dimensions"), &wanted) && wanted > 0 && wanted < 100000)
		dim = (uint64_t)wanted;
	jw_object(b);
	jw_member_cstr(b, "object", "list");
	jw_name(b, "data");
	jw_array(b);
	if (json_is(input, JSON_STRING))
		put_embedding(b, json_text(input, &scratch), 0, dim);
	if (json_is(input, JSON_ARRAY))
		for (const struct json *v = json_first(input); v != json_end(input);
		     v = json_next(v)) {
			buf_clear(&scratch);
			if (json_is(v, JSON_STRING))
				put_embedding(b, json_text(v, &scratch), index++, dim);
		}
	jw_array_end(b);
	jw_member_str(b, "model", a->model);
	completion_usage(b, a);
	jw_object_end(b);
	buf_free(&scratch);
}

void completion_models(struct buf *b)
{
	static const char *const names[] = {"test-model", "test-embed"};

	jw_object(b);
	jw_member_cstr(b, "object", "list");
	jw_name(b, "data");
	jw_array(b);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		jw_object(b);
		jw_member_cstr(b, "id", names[i]);
		jw_member_cstr(b, "object", "model");
		jw_member_cstr(b, "owned_by", "tests");
		jw_object_end(b);
	}
	jw_array_end(b);
	jw_object_end(b);
}

void completion_error(struct buf *b, const char *message, const char *type, const char *code)
{
	jw_object(b);
	jw_name(b, "error");
	jw_object(b);
	jw_member_cstr(b, "message", message);
	jw_member_cstr(b, "type", type);
	jw_name(b, "param");
	jw_null(b);
	jw_name(b, "code");
	if (code)
		jw_cstr(b, code);
	else
		jw_null(b);
	jw_object_end(b);
	jw_object_end(b);
}
