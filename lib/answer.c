#include "answer.h"

#include "utf8.h"

/* How much of a server's own words is repeated, in bytes. */
enum { QUOTE_MAX = 300 };

static enum answer_verdict bad(struct answer *a, const char *why)
{
	buf_str(&a->why, why);
	return ANSWER_BAD;
}

static enum answer_verdict failed(struct answer *a, const char *code, const char *why)
{
	a->code = slice_str(code);
	buf_str(&a->why, why);
	return ANSWER_FAILED;
}

static void quote(struct buf *b, struct slice text)
{
	bool cut = text.len > QUOTE_MAX;

	if (cut)
		text.len = utf8_cut(text.ptr, QUOTE_MAX);
	buf_slice(b, text);
	if (cut)
		buf_str(b, "…");
}

static void quote_json(struct buf *b, const struct json *v)
{
	struct buf text = {0};

	quote(b, v->type == JSON_STRING ? json_text(v, &text) : json_raw(v));
	buf_free(&text);
}

/* The line's own error: {"code","message"}, or whatever somebody else's filter put there. */
static enum answer_verdict line_error(struct answer *a, const struct json *error)
{
	const struct json *code = json_get_type(error, "code", JSON_STRING);
	const struct json *message = json_get(error, "message");

	if (code)
		json_unescape(code, &a->code_text);
	else
		buf_str(&a->code_text, "failed");
	a->code = buf_all(&a->code_text);
	quote_json(&a->why, message ? message : error);
	return ANSWER_FAILED;
}

static enum answer_verdict refused(struct answer *a, int64_t status, const struct json *body)
{
	const struct json *message = json_pointer(body, slice_str("/error/message"));

	buf_fmt(&a->code_text, "status_%lld", (long long)status);
	a->code = buf_all(&a->code_text);
	if (message || body)
		quote_json(&a->why, message ? message : body);
	return ANSWER_FAILED;
}

static enum answer_verdict not_finished(struct answer *a, const struct json *reason)
{
	if (json_str_is(reason, "length"))
		return bad(
		    a, "The answer was cut off at the length limit. Be briefer, and finish.");
	if (json_str_is(reason, "content_filter"))
		return bad(
		    a, "The answer was withheld by a content filter. Choose milder content.");
	if (json_str_is(reason, "tool_calls") || json_str_is(reason, "function_call"))
		return bad(a, "The answer called a tool. Answer with the content itself.");
	buf_str(&a->why, "The answer was not finished (finish_reason ");
	if (reason)
		quote_json(&a->why, reason);
	else
		buf_str(&a->why, "missing");
	buf_str(&a->why, "). Finish it.");
	return ANSWER_BAD;
}

static void skip(struct slice *s, size_t n)
{
	s->ptr += n;
	s->len -= n;
}

/* False: a block of reasoning begins and never ends. */
static bool take_reasoning(struct slice *s)
{
	static const char begin[] = "<think>", end[] = "</think>";
	const char *at;

	if (!slice_starts(*s, begin))
		return true;
	at = memmem(s->ptr, s->len, end, sizeof end - 1);
	if (!at)
		return false;
	skip(s, (size_t)(at - s->ptr) + sizeof end - 1);
	*s = slice_trim(*s);
	return true;
}

/* ```json … ``` around all of it. */
static void take_fence(struct slice *s)
{
	static const char fence[] = "```";
	const size_t n = sizeof fence - 1;
	const char *line_end;

	if (!slice_starts(*s, fence) || s->len < 2 * n ||
	    memcmp(s->ptr + s->len - n, fence, n) != 0)
		return;
	line_end = memchr(s->ptr, '\n', s->len);
	if (!line_end)
		return;
	s->len -= n;
	skip(s, (size_t)(line_end - s->ptr) + 1);
	*s = slice_trim(*s);
}

static enum answer_verdict check_json(struct answer *a, struct schema *schema)
{
	struct err e;
	int valid;

	a->root = json_parse(&a->doc, a->text, &e);
	if (!a->root) {
		buf_str(&a->why, "The answer must be one JSON value and nothing else: ");
		buf_str(&a->why, e.text);
		return ANSWER_BAD;
	}
	valid = schema_check(schema, a->root, &a->why);
	if (valid < 0)
		return failed(a, "invalid_response", "");
	return valid ? ANSWER_GOOD : ANSWER_BAD;
}

static enum answer_verdict check_content(struct answer *a, const struct line *l, struct schema *s)
{
	const struct json *content = line_content(l);

	if (!content)
		return bad(a, "The answer was empty.");
	a->text = slice_trim(json_text(content, &a->content));
	if (!take_reasoning(&a->text))
		return bad(a, "The answer never came to an end of its reasoning. Think less.");
	take_fence(&a->text);
	if (a->text.len == 0)
		return bad(a, "The answer was empty.");
	return s ? check_json(a, s) : ANSWER_GOOD;
}

static void begin(struct answer *a)
{
	buf_clear(&a->why);
	buf_clear(&a->code_text);
	buf_clear(&a->content);
	a->root = NULL;
	a->text = a->code = (struct slice){0};
}

enum answer_verdict answer_read(struct answer *a, const struct line *l, struct schema *schema)
{
	const struct json *body, *choice, *refusal, *reason;
	int64_t status;

	begin(a);
	if (l->error)
		return line_error(a, l->error);
	if (!l->response || !json_int(json_get(l->response, "status_code"), &status))
		return failed(a, "invalid_response", "no response, or one without a status_code");
	body = json_get(l->response, "body");
	if (status != 200)
		return refused(a, status, body);
	choice = json_at(json_get(body, "choices"), 0);
	if (!choice)
		return failed(a, "invalid_response", "the response's body has no choices");
	refusal = json_get_type(json_get(choice, "message"), "refusal", JSON_STRING);
	if (refusal && refusal->len) {
		buf_str(&a->why, "The answer was a refusal: ");
		quote_json(&a->why, refusal);
		return ANSWER_BAD;
	}
	reason = json_get(choice, "finish_reason");
	if (!json_str_is(reason, "stop"))
		return not_finished(a, reason);
	return check_content(a, l, schema);
}

void answer_free(struct answer *a)
{
	buf_free(&a->why);
	buf_free(&a->code_text);
	buf_free(&a->content);
	json_doc_free(&a->doc);
}
