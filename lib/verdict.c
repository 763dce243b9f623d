#include "verdict.h"

#include <string.h>

enum { SHOWN = 100 }; /* of an answer that is no good */

/* ---- answers of each kind */

static bool ends_in(struct slice text, const char *tail)
{
	size_t n = strlen(tail);

	return text.len >= n && memcmp(text.ptr + text.len - n, tail, n) == 0;
}

static bool is_message(const struct json *m)
{
	static const char *const known[] = {"content", "tool_calls", "function_call", "refusal",
	    "reasoning_content", "reasoning", "audio"};

	if (!json_is(m, JSON_OBJECT))
		return false;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (json_get(m, known[i]))
			return true;
	return false;
}

static const char *chat_lacks(const struct json *root)
{
	const struct json *choices = json_get_type(root, "choices", JSON_ARRAY);

	if (!choices || choices->count == 0)
		return "choices";
	for (const struct json *v = json_first(choices); v != json_end(choices); v = json_next(v))
		if (!is_message(json_get(v, "message")))
			return "a message in its choices";
	return NULL;
}

static const char *text_lacks(const struct json *root)
{
	const struct json *choices = json_get_type(root, "choices", JSON_ARRAY);

	if (choices && choices->count && json_get_type(json_first(choices), "text", JSON_STRING))
		return NULL;
	return "choices with text";
}

static const char *embeddings_lack(const struct json *root)
{
	const struct json *data = json_get_type(root, "data", JSON_ARRAY);

	if (data && data->count && json_get(json_first(data), "embedding"))
		return NULL;
	return "data with embeddings";
}

/* What an answer to a call of this url must have and has not, or NULL. */
static const char *lacks(const struct json *root, struct slice url)
{
	url = slice_split(&url, '?');
	if (!json_is(root, JSON_OBJECT))
		return "an object around it";
	if (ends_in(url, "/chat/completions"))
		return chat_lacks(root);
	if (ends_in(url, "/completions"))
		return text_lacks(root);
	if (ends_in(url, "/embeddings"))
		return embeddings_lack(root);
	return NULL;
}

/* ---- errors */

static const struct json *error_of(const struct json *root)
{
	const struct json *error = json_get(root, "error");

	return error && error->type != JSON_NULL ? error : NULL;
}

const struct json *verdict_message(const struct json *root)
{
	const struct json *error = error_of(root);

	if (json_is(error, JSON_STRING))
		return error;
	if (error)
		return json_get_type(error, "message", JSON_STRING);
	return json_get_type(root, "message", JSON_STRING);
}

static void set_why(struct verdict *v, const struct json *root, const char *otherwise)
{
	const struct json *message = verdict_message(root);
	struct buf text = {.max = ERR_MAX};
	struct slice words;

	words = message && message->len && message->len < ERR_MAX / 2 ? json_text(message, &text)
								      : slice_str(otherwise);
	err_set(&v->why, "%.*s", SLICE_FMT(words));
	buf_free(&text);
}

static bool error_is(const struct json *root, const char *const *names)
{
	const struct json *error = error_of(root);

	for (; *names; names++)
		if (json_str_is(json_get(error, "code"), *names) ||
		    json_str_is(json_get(error, "type"), *names))
			return true;
	return false;
}

static bool is_dead_quota(int status, const struct json *root)
{
	static const char *const names[] = {"insufficient_quota", "billing_hard_limit_reached",
	    "billing_not_active", "insufficient_balance", NULL};

	return status == 402 || error_is(root, names);
}

static bool is_bad_key(int status, const struct json *root)
{
	static const char *const names[] = {"invalid_api_key", "account_deactivated", NULL};

	return status == 401 || (status == 403 && error_is(root, names));
}

static void judge_refusal(
    struct verdict *v, int status, const struct json *root, const struct hint *hint)
{
	bool again = status == 408 || status == 409 || status == 429 || status >= 500;

	v->endpoint = status >= 500;
	v->limited = status == 429 || status == 503;
	if (hint->retry == HINT_NO_RETRY)
		again = false;
	v->kind = again ? VERDICT_RETRY : VERDICT_FINAL;
	if (is_dead_quota(status, root)) {
		v->kind = VERDICT_NO_QUOTA;
		set_why(v, root, "the quota is used up");
	} else if (is_bad_key(status, root)) {
		v->kind = VERDICT_NO_KEY;
		set_why(v, root, "the key is refused");
	}
}

/* ---- what is no answer */

static void invalid(struct verdict *v, const struct http_call *c, const char *what)
{
	struct slice bytes = buf_all(&c->answer);

	if (bytes.len > SHOWN)
		bytes.len = SHOWN;
	v->kind = VERDICT_RETRY;
	v->code = "invalid_response";
	v->endpoint = true;
	if (bytes.len)
		err_set(&v->why, "%s; it begins: %.*s", what, SLICE_FMT(bytes));
	else
		err_set(&v->why, "%s", what);
}

static void judge_success(struct verdict *v, const struct http_call *c, const struct json *root,
    const struct err *parse, struct slice url)
{
	const char *missing = root ? lacks(root, url) : NULL;
	struct err what;

	if (c->answer.len == 0)
		invalid(v, c, "an empty answer");
	else if (!root) {
		err_set(&what, "%s", parse ? parse->text : "not JSON");
		invalid(v, c, what.text);
	} else if (error_of(root) && missing) {
		err_set(&what, "an error with status %d", c->status);
		invalid(v, c, what.text);
	} else if (missing) {
		err_set(&what, "an answer without %s", missing);
		invalid(v, c, what.text);
	} else
		v->kind = VERDICT_GOOD;
}

static void broken(struct verdict *v, const struct http_call *c, const char *code)
{
	v->kind = c->outcome == HTTP_UNTRUSTED ? VERDICT_FINAL : VERDICT_RETRY;
	v->code = code;
	v->endpoint = true;
	err_set(&v->why, "%s", c->why.text);
}

void verdict_judge(struct verdict *v, const struct http_call *c, const struct json *root,
    const struct err *parse, struct slice url, const struct hint *hint)
{
	bool refused = c->status >= 300;

	*v = (struct verdict){.kind = VERDICT_FINAL};
	if (c->outcome == HTTP_ANSWERED || (c->outcome == HTTP_CUT && refused)) {
		if (refused)
			judge_refusal(v, c->status, root, hint);
		else
			judge_success(v, c, root, parse, url);
		return;
	}
	switch (c->outcome) {
	case HTTP_UNREACHED:
	case HTTP_UNTRUSTED:
		broken(v, c, "connect_failed");
		break;
	case HTTP_TIMEOUT:
		broken(v, c, "timeout");
		break;
	case HTTP_STALLED:
		broken(v, c, "stalled");
		break;
	default:
		broken(v, c, "invalid_response");
	}
}
