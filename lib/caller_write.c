#include "caller_impl.h"
#include "jw.h"

/* What of an answer that is no JSON goes into the line. */
enum { TEXT_KEPT = 4096 };

static void put_body(struct buf *b, const struct ticket *t, const struct json *root)
{
	struct slice text = buf_all(&t->call.answer);

	jw_name(b, "body");
	if (root) {
		json_compact(root, b);
	} else if (text.len) {
		text.len = text.len < TEXT_KEPT ? text.len : TEXT_KEPT;
		jw_str(b, text);
	} else {
		jw_null(b);
	}
}

static struct slice answer_id(const struct ticket *t, const struct json *root, struct buf *scratch)
{
	const struct json *id = json_get_type(root, "id", JSON_STRING);

	scratch->len = 0;
	return id ? json_text(id, scratch) : buf_all(&t->request_id);
}

static void put_response(struct buf *b, const struct ticket *t, const struct json *root)
{
	jw_name(b, "response");
	jw_object(b);
	jw_member_int(b, "status_code", t->call.status);
	jw_member_str(b, "request_id", buf_all(&t->request_id));
	put_body(b, t, root);
	jw_object_end(b);
	jw_name(b, "error");
	jw_null(b);
}

static bool is_good(const struct ticket *t)
{
	return !t->verdict.code && t->call.status >= 200 && t->call.status < 300;
}

/* Why there is no good answer: in our words, or in the server's; NULL where neither says. */
static const char *reason(struct caller *c, const struct ticket *t, const struct json *root)
{
	const struct json *said = is_good(t) ? NULL : verdict_message(root);

	if (t->verdict.code)
		return t->verdict.why.text;
	if (!said)
		return NULL;
	buf_clear(&c->scratch);
	json_unescape(said, &c->scratch);
	return buf_cstr(&c->scratch);
}

static void tell_result(struct caller *c, const struct ticket *t, const struct json *root)
{
	const struct verdict *v = &t->verdict;
	struct caller_result r = {.place = &t->place,
	    .custom_id = t->named ? slice_make(t->custom_id.ptr, t->custom_id.len) : slice_str(""),
	    .endpoint = t->endpoint ? t->endpoint->shown : NULL,
	    .attempts = t->attempts,
	    .status = v->code ? 0 : t->call.status,
	    .code = v->code,
	    .message = reason(c, t, root),
	    .good = is_good(t),
	    .sent = t->attempts > 0,
	    .began = t->began,
	    .ns = t->attempts ? t->call.ended - t->call.began : 0,
	    .use = &t->used,
	    .cost = t->cost};

	c->config.finished(c->config.ctx, &r);
}

void caller_write(struct caller *c, struct ticket *t, const struct json *root)
{
	struct buf *b = caller_record(c, t);
	struct line l = {.custom_id = t->named ? &t->custom_id : NULL};
	bool error = t->verdict.code != NULL;
	int64_t ms = t->attempts ? (t->call.ended - t->call.began) / 1000000 : -1;

	line_begin(b, &l, error ? slice_str("") : answer_id(t, root, &c->scratch));
	if (error)
		line_failed(b, t->verdict.code, t->verdict.why.text);
	else
		put_response(b, t, root);
	if (t->carried.len)
		jw_raw(b, buf_all(&t->carried));
	line_meta(b, t->attempts ? "llm" : "none", t->attempts, ms < 0 && t->attempts ? 0 : ms);
	caller_record_end(c, t);
	tell_result(c, t, root);
}

void caller_put_delta(
    struct caller *c, const struct ticket *t, const char *name, int64_t index, struct slice text)
{
	struct buf *b = &c->config.out->buf;

	jw_object(b);
	jw_name(b, "custom_id");
	jw_raw(b, json_raw(&t->custom_id));
	jw_member_str(b, name, text);
	if (index)
		jw_member_int(b, "index", index);
	jw_object_end(b);
	caller_record_end(c, NULL);
}
