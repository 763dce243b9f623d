#include "embedded.h"

#include <stdlib.h>

#include "mem.h"
#include "vector.h"

/* One record's vector: its floats stand in what was lifted, or in d->floats from at on. */
struct embedded_one {
	const float *lifted;
	size_t at;
	size_t dimensions; /* 0: it has none */
	bool told; /* data has something for it */
};

/* ---- data[] */

static int place_of(const struct embedded *d, const struct json *data, const struct json *v,
    size_t position, size_t *place, struct err *e)
{
	const struct json *index = json_get(v, "index");
	int64_t i = (int64_t)position;

	if (!json_is(v, JSON_OBJECT))
		return err_set(e, "data[%zu] is no object", position);
	if (!index && json_get(json_first(data), "index"))
		return err_set(e, "data[%zu] has no index", position);
	if (index && (index->type != JSON_NUMBER || !json_int(index, &i)))
		return err_set(e, "data[%zu] has an index that is no whole number", position);
	if (i < 0 || (uint64_t)i >= d->n)
		return err_set(e, "it has an embedding for input %lld, of %zu", (long long)i, d->n);
	*place = (size_t)i;
	return 0;
}

static void read_vector(struct embedded *d, struct embedded_one *one, const struct json *v)
{
	const struct json *embedding = json_get(v, "embedding");

	if (!embedding) {
		err_set(&d->why, "an input has no embedding");
		return;
	}
	one->lifted = lifted_take(&d->lifted, embedding, &one->dimensions);
	if (one->lifted)
		return;
	one->at = d->floats.len;
	if (vector_read(embedding, &d->floats, &one->dimensions, &d->why) < 0)
		one->dimensions = 0;
}

static int read_data(struct embedded *d, const struct json *data, struct err *e)
{
	size_t position = 0, place = 0, length = 0;

	for (const struct json *v = json_first(data); v != json_end(data); v = json_next(v)) {
		struct embedded_one *one;

		if (place_of(d, data, v, position++, &place, e) < 0)
			return -1;
		one = &d->one[place];
		if (one->told)
			return err_set(e, "it has two embeddings for input %zu", place);
		one->told = true;
		read_vector(d, one, v);
		if (length && one->dimensions && one->dimensions != length)
			return err_set(e, "its embeddings are of %zu and of %zu numbers", length,
			    one->dimensions);
		length = one->dimensions ? one->dimensions : length;
	}
	if (data->count < d->n)
		err_set(
		    &d->why, "the response has %u embeddings for %zu inputs", data->count, d->n);
	return 0;
}

/* ---- the response */

static int refused(const struct json *body, int64_t status, struct buf *scratch, struct err *e)
{
	const struct json *message = json_get_type(json_get(body, "error"), "message", JSON_STRING);
	struct slice text = message ? json_text(message, scratch) : (struct slice){0};

	return err_set(
	    e, "status %lld%s%.*s", (long long)status, text.len ? ": " : "", SLICE_FMT(text));
}

static int failed(struct embedded *d, const struct json *error, struct err *e)
{
	const struct json *message = json_get_type(error, "message", JSON_STRING);

	return err_set(
	    e, "%.*s", SLICE_FMT(message ? json_text(message, &d->text) : json_raw(error)));
}

static int read_response(struct embedded *d, struct err *e)
{
	const struct json *error = d->line.error;
	const struct json *body = json_get_type(d->line.response, "body", JSON_OBJECT);
	const struct json *code = json_get(d->line.response, "status_code");
	const struct json *data = json_get_type(body, "data", JSON_ARRAY);
	const struct json *model = json_get_type(body, "model", JSON_STRING);
	int64_t status = 200;

	if (error)
		return failed(d, error, e);
	if (code && code->type == JSON_NUMBER && json_int(code, &status) && status != 200)
		return refused(body, status, &d->text, e);
	if (!data)
		return err_set(e, "the response has no data with embeddings");
	if (model)
		d->model = json_text(model, &d->text);
	return read_data(d, data, e);
}

static void forget_vectors(struct embedded *d)
{
	d->floats.len = 0;
	for (size_t i = 0; i < d->n; i++)
		d->one[i] = (struct embedded_one){0};
}

static void read_records(struct embedded *d)
{
	struct err e;

	d->n = d->records->count;
	while (d->cap < d->n)
		d->one = mem_more(d->one, d->cap, &d->cap, sizeof *d->one);
	forget_vectors(d);
	err_set(&d->why, "it has none");
	d->asked = !json_str_is(json_get(json_get(d->root, "meta"), "source"), EMBEDDED_SOURCE);
	if (read_response(d, &e) < 0) {
		forget_vectors(d);
		d->why = e;
	}
}

static int take_apart(struct embedded *d, struct slice text, const char *carried, struct err *e)
{
	const struct json *records;

	d->root = json_parse(&d->doc, text, e);
	if (!d->root)
		return -1;
	if (d->root->type != JSON_OBJECT)
		return err_set(e, "a line must be an object, not %s", json_type_name(d->root));
	buf_clear(&d->text);
	d->kind = EMBEDDED_PLAIN;
	d->model = (struct slice){0};
	records = json_get_type(d->root, carried, JSON_ARRAY);
	if (!json_get(d->root, "custom_id"))
		return 0;
	(void)line_read(&d->line, d->root, NULL);
	d->kind = d->line.kind == LINE_REQUEST ? EMBEDDED_REQUEST : EMBEDDED_RESPONSE;
	if (d->kind == EMBEDDED_REQUEST && !(d->line.body && records))
		d->kind = EMBEDDED_PLAIN;
	if (d->line.kind == LINE_RESPONSE && records && records->count) {
		d->kind = EMBEDDED_RECORDS;
		d->records = records;
		read_records(d);
	} else if (d->line.error) {
		failed(d, d->line.error, &d->why);
	}
	return 0;
}

int embedded_whole(struct embedded *d, struct slice line, const char *carried, struct err *e)
{
	lifted_free(&d->lifted);
	return take_apart(d, line, carried, e);
}

/* Only what a line has by its own name of "embedding" may still be taken by the caller. */
int embedded_read(struct embedded *d, struct slice line, const char *carried, struct err *e)
{
	struct slice text = lifted_text(&d->lifted, line);

	if (take_apart(d, text, carried, e) == 0 &&
	    (d->kind == EMBEDDED_PLAIN || lifted_all_taken(&d->lifted)))
		return 0;
	/* Errors name the byte of the line as it is. */
	return embedded_whole(d, line, carried, e);
}

const float *embedded_vector(const struct embedded *d, size_t i, size_t *n)
{
	const struct embedded_one *one = &d->one[i];

	*n = one->dimensions;
	if (one->dimensions == 0 || one->lifted)
		return one->lifted;
	return (const float *)(const void *)(d->floats.ptr + one->at);
}

void embedded_free(struct embedded *d)
{
	lifted_free(&d->lifted);
	json_doc_free(&d->doc);
	buf_free(&d->floats);
	buf_free(&d->text);
	free(d->one);
	*d = (struct embedded){0};
}
