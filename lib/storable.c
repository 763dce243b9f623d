#include "storable.h"

/* ---- how it ended */

static bool is_one_of(const struct json *v, const char *const *names)
{
	for (; *names; names++)
		if (json_str_is(v, *names))
			return true;
	return false;
}

/* Servers differ; a word that is not known is no end. */
static enum storable_why judge_end(const struct json *reason)
{
	static const char *const ends[] = {"stop", "tool_calls", "function_call", "end_turn",
	    "stop_sequence", "tool_use", "eos", "eos_token", "complete", "completed", "STOP", NULL};
	static const char *const limits[] = {"length", "max_tokens", "max_output_tokens",
	    "model_length", "model_context_window_exceeded", "MAX_TOKENS", NULL};
	static const char *const filters[] = {
	    "content_filter", "content_filtered", "safety", "refusal", "SAFETY", NULL};

	if (is_one_of(reason, ends))
		return STORABLE;
	if (is_one_of(reason, limits))
		return STORABLE_TRUNCATED;
	return is_one_of(reason, filters) ? STORABLE_FILTERED : STORABLE_UNFINISHED;
}

/* ---- whether there is something in it */

static bool is_blank(struct slice text)
{
	return slice_trim(text).len == 0;
}

static bool has_text(const struct json *v)
{
	struct buf scratch = {0};
	bool some = json_is(v, JSON_STRING) && !is_blank(json_text(v, &scratch));

	buf_free(&scratch);
	return some;
}

static bool has_elements(const struct json *v)
{
	return json_is(v, JSON_ARRAY) && v->count > 0;
}

static bool is_part(const struct json *v)
{
	const struct json *text = json_get(v, "text");

	return json_is(v, JSON_OBJECT) && (!text || has_text(text));
}

/* Content in parts; one that is not empty will do. */
static bool has_parts(const struct json *v)
{
	if (!has_elements(v))
		return false;
	for (const struct json *part = json_first(v); part != json_end(v); part = json_next(part))
		if (is_part(part))
			return true;
	return false;
}

static bool has_content(const struct json *message)
{
	const struct json *content = json_get(message, "content");

	return has_text(content) || has_parts(content) ||
	    has_elements(json_get(message, "tool_calls")) ||
	    json_get_type(message, "function_call", JSON_OBJECT) ||
	    json_get_type(message, "audio", JSON_OBJECT);
}

/* ---- the kinds of answers */

static enum storable_why judge_choice(const struct json *choice, bool truncated)
{
	enum storable_why end = judge_end(json_get(choice, "finish_reason"));

	if (end == STORABLE_TRUNCATED && truncated)
		end = STORABLE;
	if (end != STORABLE)
		return end;
	return has_text(json_get(choice, "text")) || has_content(json_get(choice, "message"))
	    ? STORABLE
	    : STORABLE_EMPTY;
}

static enum storable_why judge_choices(const struct json *choices, bool truncated)
{
	enum storable_why why = choices->count ? STORABLE : STORABLE_EMPTY;

	for (const struct json *v = json_first(choices); v != json_end(choices) && why == STORABLE;
	     v = json_next(v))
		why = judge_choice(v, truncated);
	return why;
}

static enum storable_why judge_embeddings(const struct json *data)
{
	if (data->count == 0)
		return STORABLE_EMPTY;
	for (const struct json *v = json_first(data); v != json_end(data); v = json_next(v)) {
		const struct json *numbers = json_get(v, "embedding");

		if (!has_elements(numbers) && !has_text(numbers))
			return STORABLE_EMPTY;
	}
	return STORABLE;
}

/* Anthropic's messages: stop_reason beside the content. */
static enum storable_why judge_message(const struct json *body, bool truncated)
{
	enum storable_why end = judge_end(json_get(body, "stop_reason"));

	if (end == STORABLE_TRUNCATED && truncated)
		end = STORABLE;
	if (end != STORABLE)
		return end;
	return has_content(body) ? STORABLE : STORABLE_EMPTY;
}

/* The Responses API: a status, and why it is incomplete. */
static enum storable_why judge_output(const struct json *body, bool truncated)
{
	const struct json *status = json_get(body, "status");
	enum storable_why end = judge_end(status);

	if (json_str_is(status, "incomplete"))
		end = judge_end(json_get(json_get(body, "incomplete_details"), "reason"));
	if (end == STORABLE_TRUNCATED && truncated)
		end = STORABLE;
	if (end != STORABLE)
		return end;
	return has_elements(json_get(body, "output")) ? STORABLE : STORABLE_EMPTY;
}

static enum storable_why judge_body(const struct json *body, bool truncated)
{
	const struct json *error = json_get(body, "error");
	const struct json *choices = json_get_type(body, "choices", JSON_ARRAY);
	const struct json *data = json_get_type(body, "data", JSON_ARRAY);

	if (error && error->type != JSON_NULL)
		return STORABLE_FAILED;
	if (choices)
		return judge_choices(choices, truncated);
	if (data)
		return judge_embeddings(data);
	if (json_get(body, "stop_reason"))
		return judge_message(body, truncated);
	return json_get(body, "output") ? judge_output(body, truncated) : STORABLE_UNFINISHED;
}

void storable_judge(struct storable *s, const struct line *response, bool truncated)
{
	const struct json *body = json_get_type(response->response, "body", JSON_OBJECT);
	const struct json *status = json_get_type(response->response, "status_code", JSON_NUMBER);
	int64_t n = 0;

	*s = (struct storable){.why = STORABLE_FAILED};
	if (response->error || !status || !json_int(status, &n) || n != 200 || !body)
		return;
	s->body = body;
	money_usage(body, &s->use);
	s->why = judge_body(body, truncated);
}

const char *storable_name(enum storable_why why)
{
	static const char *const names[STORABLE_WHYS] = {
	    "storable", "failed", "unfinished", "truncated", "filtered", "empty"};

	return names[why];
}
