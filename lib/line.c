#include "line.h"

#include "jw.h"

static const struct json *unless_null(const struct json *v)
{
	return v->type == JSON_NULL ? NULL : v;
}

/* One walk over the members, whatever their order. */
static void find_members(struct line *l, bool *named, bool *delta)
{
	for (const struct json *n = json_first(l->root); n != json_end(l->root); n = json_next(n)) {
		const struct json *v = unless_null(json_value(n));

		if (json_str_is(n, "custom_id")) {
			l->custom_id = v;
			*named = true;
		} else if (json_str_is(n, "body"))
			l->body = v;
		else if (json_str_is(n, "response"))
			l->response = v;
		else if (json_str_is(n, "error"))
			l->error = v;
		else if (json_str_is(n, "recipe"))
			l->recipe = v;
		else if (json_str_is(n, "row"))
			l->row = v;
		else if (json_str_is(n, "delta") || json_str_is(n, "delta_reasoning"))
			*delta = true;
	}
}

/* Drops a member that is not of its type, so that nobody downstream need ask again. */
static bool wrong_type(const struct json **member, enum json_type type)
{
	if (!*member || (*member)->type == type)
		return false;
	*member = NULL;
	return true;
}

static int check_recipe(struct line *l, struct err *e)
{
	if (!wrong_type(&l->recipe, JSON_STRING) &&
	    (!l->recipe ||
		(!l->recipe->escaped &&
		    slice_plain_name(slice_make(l->recipe->ptr, l->recipe->len)))))
		return 0;
	l->recipe = NULL;
	return err_set(e, "\"recipe\" must be a plain name ([a-z0-9-]+)");
}

/* A failed line whose request could not be named has null for its custom_id. */
static int check_response(struct line *l, struct err *e)
{
	l->kind = LINE_RESPONSE;
	wrong_type(&l->row, JSON_OBJECT);
	if (wrong_type(&l->custom_id, JSON_STRING))
		return err_set(e, "\"custom_id\" must be a string");
	if (wrong_type(&l->response, JSON_OBJECT))
		return err_set(e, "\"response\" must be an object");
	return check_recipe(l, e);
}

static int check_request(struct line *l, struct err *e)
{
	if (wrong_type(&l->custom_id, JSON_STRING) || !l->custom_id)
		return err_set(e, "\"custom_id\" is missing, or no string");
	if (wrong_type(&l->row, JSON_OBJECT))
		return err_set(e, "\"row\" must be an object");
	if (wrong_type(&l->body, JSON_OBJECT) || !l->body)
		return err_set(e, "\"body\" is missing, or no object");
	return check_recipe(l, e);
}

int line_read(struct line *l, const struct json *root, struct err *e)
{
	bool named = false, delta = false;

	*l = (struct line){.root = root};
	if (!json_is(root, JSON_OBJECT)) {
		l->root = NULL;
		return err_set(e, "a line must be an object, not %s", json_type_name(root));
	}
	find_members(l, &named, &delta);
	if (named && (l->response || l->error))
		return check_response(l, e);
	if (l->custom_id && delta) {
		l->kind = LINE_DELTA;
		return 0;
	}
	return check_request(l, e);
}

const struct json *line_content(const struct line *l)
{
	const struct json *body = json_get(l->response, "body");
	const struct json *choice = json_at(json_get(body, "choices"), 0);

	return json_get_type(json_get(choice, "message"), "content", JSON_STRING);
}

void line_begin(struct buf *b, const struct line *request, struct slice id)
{
	jw_object(b);
	jw_member_str(b, "id", id);
	jw_name(b, "custom_id");
	if (request->custom_id)
		jw_raw(b, json_raw(request->custom_id));
	else
		jw_null(b);
}

static bool is_carried(const struct json *name)
{
	static const char *const own[] = {
	    "id", "custom_id", "method", "url", "body", "response", "error", "meta"};

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (json_str_is(name, own[i]))
			return false;
	return true;
}

void line_carry(struct buf *b, const struct line *request)
{
	const struct json *root = request->root;

	for (const struct json *n = root ? json_first(root) : NULL; root && n != json_end(root);
	     n = json_next(n)) {
		if (!is_carried(n))
			continue;
		jw_raw(b, json_raw(n));
		buf_byte(b, ':');
		jw_raw(b, json_raw(json_value(n)));
	}
}

void line_meta(struct buf *b, const char *source, int64_t attempts, int64_t ms)
{
	jw_name(b, "meta");
	jw_object(b);
	jw_member_cstr(b, "source", source);
	if (attempts >= 0)
		jw_member_int(b, "attempts", attempts);
	if (ms >= 0)
		jw_member_int(b, "ms", ms);
	jw_object_end(b);
	jw_object_end(b);
}

void line_end(struct buf *b, const struct line *request, const char *source)
{
	line_carry(b, request);
	line_meta(b, source, -1, -1);
}

void line_failed(struct buf *b, const char *code, const char *message)
{
	jw_name(b, "response");
	jw_null(b);
	jw_name(b, "error");
	jw_object(b);
	jw_member_cstr(b, "code", code);
	jw_member_cstr(b, "message", message);
	jw_object_end(b);
}

void line_put_error(struct buf *b, const struct line *l, const char *code, const char *message)
{
	line_begin(b, l, slice_str(""));
	line_failed(b, code, message);
	line_end(b, l, "none");
}
