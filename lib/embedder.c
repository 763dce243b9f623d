#include "embedder.h"

#include <stdio.h>

#include "address.h"
#include "embedded.h"
#include "jw.h"
#include "line.h"

enum { ID_DIGITS = 24 };

static bool is_taken_off(const struct json *name)
{
	return json_str_is(name, "embedding") || json_str_is(name, "embedding_model");
}

/* As it is, but without an embedding. */
static void put_record(struct buf *b, const struct json *record)
{
	if (!json_get(record, "embedding") && !json_get(record, "embedding_model")) {
		jw_raw(b, json_raw(record));
		return;
	}
	jw_object(b);
	for (const struct json *n = json_first(record); n != json_end(record); n = json_next(n)) {
		if (is_taken_off(n))
			continue;
		jw_raw(b, json_raw(n));
		buf_byte(b, ':');
		jw_raw(b, json_raw(json_value(n)));
	}
	jw_object_end(b);
}

bool embedder_takes(const struct embedder *m, const struct json *text, const struct json *record)
{
	if (m->n == 0)
		return true;
	return m->n < m->batch && text->len <= EMBEDDER_ALONE && m->bytes <= EMBEDDER_TEXT &&
	    text->len <= EMBEDDER_TEXT - m->bytes && m->records.len <= EMBEDDER_RECORDS &&
	    record->len <= EMBEDDER_RECORDS - m->records.len;
}

void embedder_add(struct embedder *m, const struct json *text, const struct json *record)
{
	jw_raw(&m->inputs, json_raw(text));
	put_record(&m->records, record);
	m->n++;
	/* Nothing comes beside one that goes alone. */
	m->bytes += text->len > EMBEDDER_ALONE ? EMBEDDER_TEXT + 1 : text->len;
}

static void put_id(struct embedder *m, struct slice what, struct buf *b)
{
	char hex[ADDRESS_HEX + 1];
	struct address_maker maker;
	struct address a;
	char number[24];

	(void)!snprintf(number, sizeof number, "%llu", (unsigned long long)m->number++);
	address_begin(&maker);
	address_field(&maker, slice_str(m->carried));
	address_field(&maker, slice_str(number));
	address_field(&maker, what);
	address_end(&maker, &a);
	address_hex(&a, hex);
	buf_str(b, "embed-");
	buf_put(b, hex, ID_DIGITS);
}

static void put_array(struct buf *b, const char *name, struct slice elements)
{
	jw_name(b, name);
	jw_array(b);
	buf_slice(b, elements);
	jw_array_end(b);
}

void embedder_put(struct embedder *m, struct buf *b)
{
	struct buf id = {0};

	put_id(m, buf_all(&m->inputs), &id);
	jw_object(b);
	jw_member_str(b, "custom_id", buf_all(&id));
	jw_member_cstr(b, "method", "POST");
	jw_member_cstr(b, "url", "/v1/embeddings");
	jw_name(b, "body");
	jw_object(b);
	if (m->model)
		jw_member_cstr(b, "model", m->model);
	if (m->dimensions)
		jw_member_int(b, "dimensions", (int64_t)m->dimensions);
	put_array(b, "input", buf_all(&m->inputs));
	jw_object_end(b);
	put_array(b, m->carried, buf_all(&m->records));
	jw_object_end(b);
	buf_free(&id);
	buf_reset(&m->inputs, EMBEDDER_RECORDS);
	buf_reset(&m->records, EMBEDDER_RECORDS);
	m->n = m->bytes = 0;
}

/* A response's id and custom_id. */
static void begin_response(struct embedder *m, struct slice what, struct buf *b)
{
	struct buf id = {0};

	put_id(m, what, &id);
	jw_object(b);
	jw_member_cstr(b, "id", "");
	jw_member_str(b, "custom_id", buf_all(&id));
	buf_free(&id);
}

static void end_response(struct embedder *m, const struct json *record, struct buf *b)
{
	if (record) {
		jw_name(b, m->carried);
		jw_array(b);
		jw_raw(b, json_raw(record));
		jw_array_end(b);
	}
	line_meta(b, EMBEDDED_SOURCE, -1, -1);
}

void embedder_put_unasked(struct embedder *m, const struct json *record, struct buf *b)
{
	begin_response(m, json_raw(record), b);
	jw_name(b, "response");
	jw_object(b);
	jw_member_int(b, "status_code", 200);
	jw_member_cstr(b, "request_id", "");
	jw_name(b, "body");
	jw_object(b);
	jw_member_cstr(b, "object", "list");
	put_array(b, "data", (struct slice){0});
	jw_object_end(b);
	jw_object_end(b);
	jw_name(b, "error");
	jw_null(b);
	end_response(m, record, b);
}

void embedder_put_bad(
    struct embedder *m, const struct json *record, const char *code, const char *why, struct buf *b)
{
	begin_response(m, slice_str(why), b);
	line_failed(b, code, why);
	end_response(m, record, b);
}

void embedder_free(struct embedder *m)
{
	buf_free(&m->inputs);
	buf_free(&m->records);
}
