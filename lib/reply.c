#include "reply.h"

#include "jw.h"

/* How much of a key names a hit. */
enum { ID_DIGITS = 16 };

static void put_id(struct buf *b, const struct reply_to *to)
{
	jw_name(b, "custom_id");
	jw_raw(b, to->custom_id.len ? to->custom_id : slice_str("null"));
}

static void put_end(struct buf *b, const struct reply_to *to, struct slice meta)
{
	if (to->carried.len)
		jw_raw(b, to->carried);
	if (meta.len) {
		jw_name(b, "meta");
		jw_raw(b, meta);
	}
	jw_object_end(b);
}

size_t reply_hit(struct buf *b, const struct reply_to *to, const struct address *key)
{
	size_t at = b->len;
	char hex[ADDRESS_HEX + 1];

	address_hex(key, hex);
	jw_object(b);
	buf_str(b, "\"id\":\"cache-");
	buf_put(b, hex, ID_DIGITS);
	buf_byte(b, '"');
	put_id(b, to);
	buf_str(b, ",\"response\":{\"status_code\":200,\"request_id\":\"\",\"body\":");
	return at;
}

void reply_hit_end(struct buf *b, const struct reply_to *to)
{
	buf_str(b, "},\"error\":null");
	put_end(b, to, slice_str(REPLY_CACHED));
}

static struct slice raw_member(const struct json *root, const char *name)
{
	const struct json *v = json_get(root, name);

	return v ? json_raw(v) : (struct slice){0};
}

void reply_parts(struct reply_parts *parts, const struct line *response)
{
	parts->id = raw_member(response->root, "id");
	parts->response = raw_member(response->root, "response");
	parts->error = raw_member(response->root, "error");
	parts->meta = raw_member(response->root, "meta");
}

static void put_member(struct buf *b, const char *name, struct slice json, const char *none)
{
	jw_name(b, name);
	jw_raw(b, json.len ? json : slice_str(none));
}

void reply_answer(struct buf *b, const struct reply_to *to, const struct reply_parts *parts)
{
	jw_object(b);
	put_member(b, "id", parts->id, "\"\"");
	put_id(b, to);
	put_member(b, "response", parts->response, "null");
	put_member(b, "error", parts->error, "null");
	put_end(b, to, parts->meta);
}

void reply_error(struct buf *b, const struct reply_to *to, const char *code, const char *message)
{
	jw_object(b);
	put_member(b, "id", (struct slice){0}, "\"\"");
	put_id(b, to);
	line_failed(b, code, message);
	put_end(b, to, slice_str("{\"source\":\"none\"}"));
}

void reply_delta(struct buf *b, const struct reply_to *to, const struct line *delta)
{
	const struct json *root = delta->root;

	jw_object(b);
	for (const struct json *n = json_first(root); n != json_end(root); n = json_next(n)) {
		if (json_str_is(n, "custom_id")) {
			put_id(b, to);
			continue;
		}
		jw_raw(b, json_raw(n));
		buf_byte(b, ':');
		jw_raw(b, json_raw(json_value(n)));
	}
	jw_object_end(b);
}
