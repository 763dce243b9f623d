#include "question.h"

#include <stdlib.h>

#include "jw.h"
#include "line.h"
#include "mem.h"
#include "timestamp.h"
#include "vector.h"

/* NULL where it is not there, or null. */
static const struct json *member(const struct json *object, const char *name)
{
	const struct json *v = json_get(object, name);

	return json_is(v, JSON_NULL) ? NULL : v;
}

static void add(struct slice **list, size_t *n, size_t *cap, struct slice text)
{
	*list = mem_more(*list, *n, cap, sizeof **list);
	(*list)[(*n)++] = text;
}

static int read_npcs(struct question *q, const struct json *v, struct err *e)
{
	struct recall_query *r = &q->query;

	r->npc = q->npc;
	r->npcs = q->npcs;
	if (!v)
		return q->npcs ? 0 : err_set(e, "\"npc\" is missing, and there is no --npc");
	r->npcs = 0;
	if (v->type == JSON_STRING) {
		add(&q->names, &r->npcs, &q->names_cap, json_text(v, &q->text));
	} else if (v->type == JSON_ARRAY) {
		for (const struct json *n = json_first(v); n != json_end(v); n = json_next(n)) {
			if (n->type != JSON_STRING)
				return err_set(e, "\"npc\" holds %s", json_type_name(n));
			add(&q->names, &r->npcs, &q->names_cap, json_text(n, &q->text));
		}
	} else {
		return err_set(e, "\"npc\" must be a string or an array of strings, not %s",
		    json_type_name(v));
	}
	r->npc = q->names;
	return r->npcs ? 0 : err_set(e, "\"npc\" is empty");
}

/* What was said, as chats write it; NULL where nothing was. */
static const struct json *said(const struct json *turn)
{
	static const char *const names[] = {"text", "content", "mes"};

	if (turn->type == JSON_STRING)
		return turn;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (member(turn, names[i]))
			return member(turn, names[i]);
	return NULL;
}

static int read_turns(struct question *q, const struct json *v, struct err *e)
{
	struct recall_query *r = &q->query;

	if (!v)
		return 0;
	if (v->type != JSON_ARRAY)
		return err_set(e, "\"turns\" must be an array, not %s", json_type_name(v));
	for (const struct json *n = json_first(v); n != json_end(v); n = json_next(n)) {
		const struct json *text = said(n);

		if (n->type != JSON_STRING && n->type != JSON_OBJECT)
			return err_set(e, "\"turns\" holds %s", json_type_name(n));
		if (text && text->type != JSON_STRING)
			return err_set(e, "\"turns\" holds a turn whose text is no string");
		if (text)
			add(&q->turns, &r->turns, &q->turns_cap, json_text(text, &q->text));
	}
	r->turn = q->turns;
	return 0;
}

static int read_time(struct question *q, const struct json *object, struct err *e)
{
	const char *name = member(object, "time") ? "time" : "at";
	const struct json *v = member(object, name);
	int status;

	q->query.time = TIMESTAMP_NONE;
	if (!v)
		return 0;
	if (v->type == JSON_NUMBER)
		status = timestamp_seconds(json_double(v), &q->query.time, e);
	else if (v->type == JSON_STRING)
		status = timestamp_read(json_text(v, &q->text), &q->query.time, e);
	else
		status = err_set(e, "a time is text or seconds, not %s", json_type_name(v));
	return status < 0 ? err_wrap(e, "\"%s\"", name) : 0;
}

static int read_vector(struct question *q, const struct json *object, struct err *e)
{
	const struct json *v = member(object, "embedding");
	const struct json *model = member(object, "embedding_model");

	if (!v)
		return 0;
	if (model && model->type != JSON_STRING)
		return err_set(
		    e, "\"embedding_model\" must be a string, not %s", json_type_name(model));
	buf_clear(&q->floats);
	if (vector_read(v, &q->floats, &q->query.dimensions, e) < 0)
		return err_wrap(e, "\"embedding\"");
	q->query.vector = (const float *)(const void *)q->floats.ptr;
	if (model)
		q->query.model = json_text(model, &q->text);
	return 0;
}

int question_read(struct question *q, const struct json *object, struct err *e)
{
	const struct json *text;

	q->query = (struct recall_query){0};
	if (!json_is(object, JSON_OBJECT))
		return err_set(e, "a query must be an object, not %s", json_type_name(object));
	if (!json_is(json_get(object, "id"), JSON_STRING))
		return err_set(e, "\"id\" is missing, or no string");
	/* So that no text moves when the next is added. */
	buf_reset(&q->text, 1 << 20);
	if (!buf_room(&q->text, object->len))
		return err_set(e, "it is too large");
	text = json_get_type(object, "text", JSON_STRING);
	if (!text)
		return err_set(e, "\"text\" is missing, or no string");
	q->query.text = json_text(text, &q->text);
	if (read_npcs(q, member(object, "npc"), e) < 0 ||
	    read_turns(q, member(object, "turns"), e) < 0 || read_time(q, object, e) < 0)
		return -1;
	return read_vector(q, object, e);
}

void question_put(const struct json *object, struct recall *r, struct buf *b)
{
	jw_object(b);
	for (const struct json *n = json_first(object); n != json_end(object); n = json_next(n)) {
		if (json_str_is(n, "recall") || json_str_is(n, "mode"))
			continue;
		jw_raw(b, json_raw(n));
		buf_byte(b, ':');
		jw_raw(b, json_raw(json_value(n)));
	}
	jw_name(b, "recall");
	jw_array(b);
	for (size_t i = 0; i < recall_count(r); i++)
		recall_put(r, i, b);
	jw_array_end(b);
	jw_member_cstr(b, "mode", recall_how(r));
	jw_object_end(b);
}

void question_put_bad(const struct json *object, const char *why, struct buf *b)
{
	struct line nothing = {.custom_id = json_get_type(object, "id", JSON_STRING)};

	line_begin(b, &nothing, slice_str(""));
	line_failed(b, "invalid_row", why);
	if (json_is(object, JSON_OBJECT)) {
		jw_name(b, "row");
		jw_raw(b, json_raw(object));
	}
	line_end(b, &nothing, "none");
}

void question_free(struct question *q)
{
	free(q->names);
	free(q->turns);
	buf_free(&q->text);
	buf_free(&q->floats);
}
