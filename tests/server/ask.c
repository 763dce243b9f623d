#include "ask.h"

static bool ends(struct slice text, const char *end)
{
	size_t n = strlen(end);

	return text.len >= n && memcmp(text.ptr + text.len - n, end, n) == 0;
}

static enum ask_kind kind_of(struct slice path)
{
	if (ends(path, "/chat/completions"))
		return ASK_CHAT;
	if (ends(path, "/completions"))
		return ASK_TEXT;
	if (ends(path, "/embeddings"))
		return ASK_EMBEDDINGS;
	return ends(path, "/models") ? ASK_MODELS : ASK_UNKNOWN;
}

/* "/name/VALUE/rest": takes VALUE out, and leaves "/rest". */
static bool take(struct slice *path, const char *name, struct slice *value)
{
	struct slice rest;

	if (!slice_starts(*path, name))
		return false;
	rest = slice_make(path->ptr + strlen(name), path->len - strlen(name));
	*value = slice_split(&rest, '/');
	*path = rest.ptr ? slice_make(rest.ptr - 1, rest.len + 1) : slice_make("", 0);
	return true;
}

void ask_path(struct ask *a, struct slice path)
{
	while (take(&path, "/fault/", &a->fault_path) || take(&path, "/latency/", &a->latency) ||
	    take(&path, "/hint/", &a->hint))
		continue;
	a->kind = kind_of(path);
}

static void text_member(
    const struct json *root, const char *name, struct slice *to, struct buf *scratch)
{
	const struct json *v = json_get_type(root, name, JSON_STRING);

	if (v)
		*to = json_text(v, scratch);
}

void ask_body(struct ask *a, const struct json *root, size_t len, struct buf *scratch)
{
	const struct {
		const char *name;
		struct slice *to;
	} texts[] = {
	    {"model", &a->model},
	    {"x_id", &a->id},
	    {"x_content", &a->content},
	    {"x_reasoning", &a->reasoning},
	    {"x_finish", &a->finish},
	    {"x_latency", &a->latency},
	    {"x_hint", &a->hint},
	    {"x_hint_wait", &a->hint_wait},
	};

	buf_room(scratch, len);
	a->root = root;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		text_member(root, texts[i].name, texts[i].to, scratch);
	a->stream = json_is(json_get(root, "stream"), JSON_TRUE);
	a->stream_usage =
	    json_is(json_get(json_get(root, "stream_options"), "include_usage"), JSON_TRUE);
	a->tool = json_get_type(root, "x_tool", JSON_OBJECT);
	a->usage = json_get(root, "x_usage");
	a->fault = json_get(root, "x_fault");
}

struct slice ask_fault(const struct ask *a, uint64_t time, struct buf *scratch)
{
	struct slice rest = a->fault_path;
	bool list = rest.ptr && memchr(rest.ptr, ',', rest.len);

	if (json_is(a->fault, JSON_STRING))
		return json_text(a->fault, scratch);
	if (json_is(a->fault, JSON_ARRAY)) {
		const struct json *v = json_at(a->fault, time - 1);

		return json_is(v, JSON_STRING) ? json_text(v, scratch) : slice_str("ok");
	}
	if (!list)
		return rest;
	for (uint64_t i = 1; rest.ptr; i++) {
		struct slice name = slice_split(&rest, ',');

		if (i == time)
			return name;
	}
	return slice_str("ok");
}
