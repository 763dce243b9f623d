#include "memo.h"

#include <math.h>
#include <stdlib.h>

#include "address.h"
#include "jw.h"
#include "lore.h"
#include "mem.h"
#include "rng.h"
#include "timestamp.h"
#include "vector.h"

enum { ID_DIGITS = 32 };

/* The members that a memory is read from; NULL where one is not there. */
struct members {
	const struct json *npc, *id, *text, *time, *importance, *session;
	const struct json *embedding, *model, *recalled, *recalls;
	bool lore; /* there are some that lore.h knows */
	bool stripped; /* there are some that are not kept */
};

static const struct json **place_of(struct members *m, const struct json *name)
{
	const struct {
		const char *name;
		const struct json **member;
		bool stripped;
	} all[] = {{"npc", &m->npc, false}, {"id", &m->id, false}, {"text", &m->text, false},
	    {"time", &m->time, false}, {"importance", &m->importance, false},
	    {"session", &m->session, false}, {"embedding", &m->embedding, true},
	    {"embedding_model", &m->model, true}, {"recalled", &m->recalled, true},
	    {"recalls", &m->recalls, true}};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (json_str_is(name, all[i].name)) {
			m->stripped |= all[i].stripped;
			return all[i].member;
		}
	return NULL;
}

static bool is_lore(const struct json *name)
{
	static const char *const all[] = {"keys", "secondary_keys", "selective_logic", "constant",
	    "case_sensitive", "enabled", "insertion_order", "prevent_recursion",
	    "exclude_recursion"};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (json_str_is(name, all[i]))
			return true;
	return false;
}

static void find_members(struct members *m, const struct json *object)
{
	*m = (struct members){0};
	for (const struct json *n = json_first(object); n != json_end(object); n = json_next(n)) {
		const struct json **place = place_of(m, n);

		if (json_value(n)->type == JSON_NULL)
			continue;
		if (place)
			*place = json_value(n);
		else
			m->lore |= is_lore(n);
	}
}

/* ---- one member each */

/* buf has room for all texts of the object, so that none moves. */
static int read_name(
    struct slice *out, const char *name, const struct json *v, struct buf *b, struct err *e)
{
	if (!json_is(v, JSON_STRING))
		return err_set(e, "\"%s\" must be a string%s%s", name, v ? ", not " : "",
		    v ? json_type_name(v) : "");
	*out = json_text(v, b);
	if (out->len < 1 || out->len > MEMORY_ID_LONGEST)
		return err_set(
		    e, "\"%s\" has %zu bytes, not 1 to %d", name, out->len, (int)MEMORY_ID_LONGEST);
	return 0;
}

static int read_text(struct memory_record *r, const struct json *v, struct buf *b, struct err *e)
{
	if (!json_is(v, JSON_STRING))
		return err_set(e, "\"text\" must be a string%s%s", v ? ", not " : "",
		    v ? json_type_name(v) : "");
	r->text = json_text(v, b);
	return slice_trim(r->text).len ? 0 : err_set(e, "\"text\" is empty");
}

static int read_time(
    int64_t *out, const char *name, const struct json *v, struct buf *b, struct err *e)
{
	int status;

	*out = TIMESTAMP_NONE;
	if (!v)
		return 0;
	if (v->type == JSON_NUMBER)
		status = timestamp_seconds(json_double(v), out, e);
	else if (v->type == JSON_STRING)
		status = timestamp_read(json_text(v, b), out, e);
	else
		status = err_set(e, "a time is text or seconds, not %s", json_type_name(v));
	return status < 0 ? err_wrap(e, "\"%s\"", name) : 0;
}

static int read_importance(struct memory_record *r, const struct json *v, struct err *e)
{
	if (!v)
		return 0;
	if (v->type != JSON_NUMBER)
		return err_set(e, "\"importance\" must be a number, not %s", json_type_name(v));
	r->importance = json_double(v);
	if (!(r->importance >= 1 && r->importance <= 10))
		return err_set(e, "\"importance\" must be from 1 to 10");
	return 0;
}

static int read_session(struct memory_record *r, const struct json *v, struct buf *b, struct err *e)
{
	struct slice text;

	if (!v)
		return 0;
	if (v->type != JSON_STRING && v->type != JSON_NUMBER)
		return err_set(
		    e, "\"session\" must be a string or a number, not %s", json_type_name(v));
	text = v->type == JSON_STRING ? json_text(v, b) : json_raw(v);
	r->session = (uint32_t)rng_key(0, text);
	r->session += r->session == 0;
	return 0;
}

static int read_vector(
    struct memo *memo, const struct members *m, struct lifted *lifted, struct err *e)
{
	struct memory_record *r = &memo->record;

	if (m->model && m->model->type != JSON_STRING)
		return err_set(
		    e, "\"embedding_model\" must be a string, not %s", json_type_name(m->model));
	if (!m->embedding)
		return 0;
	if (m->model)
		r->model = json_text(m->model, &memo->text);
	r->vector = lifted ? lifted_take(lifted, m->embedding, &r->dimensions) : NULL;
	if (r->vector)
		return 0;
	buf_clear(&memo->floats);
	if (vector_read(m->embedding, &memo->floats, &r->dimensions, e) < 0)
		return err_wrap(e, "\"embedding\"");
	r->vector = (const float *)(const void *)memo->floats.ptr;
	return 0;
}

static int read_recalled(struct memo *memo, const struct members *m, struct err *e)
{
	struct memory_record *r = &memo->record;

	if (read_time(&r->recalled, "recalled", m->recalled, &memo->text, e) < 0)
		return -1;
	r->recalls = r->recalled != TIMESTAMP_NONE;
	if (m->recalls &&
	    (m->recalls->type != JSON_NUMBER || !json_int(m->recalls, &r->recalls) ||
		r->recalls < 0))
		return err_set(e, "\"recalls\" must be a whole number");
	return 0;
}

static int read_keys(
    struct memo *memo, const struct json *object, struct words *words, struct err *e)
{
	struct memory_keys *k = &memo->keys;
	const char *p, *end;

	buf_clear(&memo->folded);
	*k = (struct memory_keys){0};
	if (lore_read(object, words, &memo->folded, &k->constant, e) < 0)
		return -1;
	p = memo->folded.ptr;
	end = p + memo->folded.len;
	for (; p && p < end; p += memo->word[k->n++].len + 1) {
		memo->word = mem_more(memo->word, k->n, &memo->words_cap, sizeof *memo->word);
		memo->word[k->n] = slice_str(p);
	}
	k->word = memo->word;
	if (k->n || k->constant)
		memo->record.keys = k;
	return 0;
}

/* ---- the object as it is kept */

static bool is_kept(const struct json *name, const struct members *m)
{
	struct members one = {0};
	const struct json **place = place_of(&one, name);

	return !one.stripped && !(place == &one.id && !m->id);
}

static void write_json(struct memo *memo, const struct json *object, const struct members *m)
{
	struct buf *b = &memo->json;

	if (m->id && !m->stripped) {
		memo->record.json = json_raw(object);
		return;
	}
	buf_clear(b);
	jw_object(b);
	if (!m->id)
		jw_member_str(b, "id", memo->record.id);
	for (const struct json *n = json_first(object); n != json_end(object); n = json_next(n)) {
		if (!is_kept(n, m))
			continue;
		jw_raw(b, json_raw(n));
		buf_byte(b, ':');
		jw_raw(b, json_raw(json_value(n)));
	}
	jw_object_end(b);
	memo->record.json = buf_all(b);
}

void memo_id(struct buf *b, struct slice npc, struct slice text)
{
	char hex[ADDRESS_HEX + 1];
	struct address_maker m;
	struct address a;

	address_begin(&m);
	address_field(&m, npc);
	address_field(&m, text);
	address_end(&m, &a);
	address_hex(&a, hex);
	buf_put(b, hex, ID_DIGITS);
}

static int read_id(struct memo *memo, const struct members *m, struct err *e)
{
	struct memory_record *r = &memo->record;

	if (m->id)
		return read_name(&r->id, "id", m->id, &memo->text, e);
	buf_clear(&memo->id);
	memo_id(&memo->id, r->npc, r->text);
	r->id = buf_all(&memo->id);
	return 0;
}

int memo_read(struct memo *memo, const struct json *object, struct lifted *lifted,
    struct words *words, struct err *e)
{
	struct memory_record *r = &memo->record;
	struct members m;

	*r = (struct memory_record){.time = TIMESTAMP_NONE, .recalled = TIMESTAMP_NONE};
	if (!json_is(object, JSON_OBJECT))
		return err_set(e, "a memory must be an object, not %s",
		    object ? json_type_name(object) : "nothing");
	find_members(&m, object);
	buf_reset(&memo->text, 1 << 20);
	if (!buf_room(&memo->text, object->len))
		return err_set(e, "it is too large");
	if (read_name(&r->npc, "npc", m.npc, &memo->text, e) < 0 ||
	    read_text(r, m.text, &memo->text, e) < 0 || read_id(memo, &m, e) < 0 ||
	    read_time(&r->time, "time", m.time, &memo->text, e) < 0 ||
	    read_importance(r, m.importance, e) < 0 ||
	    read_session(r, m.session, &memo->text, e) < 0 ||
	    read_vector(memo, &m, lifted, e) < 0 || read_recalled(memo, &m, e) < 0 ||
	    (m.lore && read_keys(memo, object, words, e) < 0))
		return -1;
	write_json(memo, object, &m);
	return memo->json.over ? err_set(e, "it is too large") : 0;
}

void memo_free(struct memo *memo)
{
	buf_free(&memo->text);
	buf_free(&memo->json);
	buf_free(&memo->floats);
	buf_free(&memo->id);
	buf_free(&memo->folded);
	free(memo->word);
	*memo = (struct memo){0};
}
