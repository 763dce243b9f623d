#include "table.h"

#include <math.h>
#include <stdlib.h>

#include "buf.h"
#include "mem.h"
#include "rng.h"

/* One member of a "when": the field's value must be one of these. */
struct condition {
	const struct table *from; /* the field's table */
	uint32_t field;
	uint32_t first, n; /* in ids */
};

struct table {
	struct table_entry *entries;
	size_t n;
	uint32_t *by_text; /* the entries, sorted by text and then by place */
	double *sums; /* of weights up to and with each entry; of a table without conditions */
	struct condition *conditions;
	size_t conditions_n, conditions_cap;
	uint32_t *ids;
	size_t ids_n, ids_cap;
};

/* What compiling needs besides the table. */
struct compile {
	struct table *t;
	const char *where;
	const struct table_field *earlier;
	size_t fields;
	struct err *e;
};

static int bad_weight(const struct compile *c, size_t i, const struct json *v)
{
	return err_set(c->e, "%s/entries/%zu/weight: %.*s is not a weight (a number from 0 up)",
	    c->where, i, SLICE_FMT(json_raw(v)));
}

static int read_weight(const struct compile *c, size_t i, const struct json *v)
{
	double weight = 1;

	if (v) {
		if (!json_is(v, JSON_NUMBER))
			return bad_weight(c, i, v);
		weight = json_double(v);
		if (!(weight >= 0) || isinf(weight))
			return bad_weight(c, i, v);
	}
	c->t->entries[i].weight = weight;
	return 0;
}

static void read_text(struct table_entry *entry, const struct json *v)
{
	struct buf text = {0};

	entry->value = v;
	if (v->type != JSON_STRING) {
		entry->text = json_raw(v);
	} else if (!v->escaped) {
		entry->text = slice_make(v->ptr, v->len);
	} else {
		json_unescape(v, &text);
		entry->own = mem_copy(text.ptr, text.len);
		entry->text = slice_make(entry->own, text.len);
		buf_free(&text);
	}
}

static int read_value(const struct compile *c, size_t i, const struct json *v)
{
	if (!v)
		return err_set(c->e, "%s/entries/%zu: an entry without a value", c->where, i);
	if (v->type == JSON_ARRAY || v->type == JSON_OBJECT)
		return err_set(c->e,
		    "%s/entries/%zu/value: wanted a string, a number or a literal, found %s",
		    c->where, i, json_type_name(v));
	read_text(&c->t->entries[i], v);
	return 0;
}

static int find_field(const struct compile *c, size_t i, const struct json *name, uint32_t *field)
{
	for (size_t f = 0; f < c->fields; f++) {
		if (json_str_eq(name, c->earlier[f].name)) {
			*field = (uint32_t)f;
			return 0;
		}
	}
	return err_set(c->e, "%s/entries/%zu/when/%.*s: no field of that name is drawn before",
	    c->where, i, (int)name->len, name->ptr);
}

/* Values that the field's table does not have can't be drawn, and so need no place. */
static int add_condition(
    const struct compile *c, size_t i, uint32_t field, const struct json *values)
{
	struct table *t = c->t;
	struct buf scratch = {0};
	struct condition *made;

	if (!json_is(values, JSON_ARRAY))
		return err_set(c->e,
		    "%s/entries/%zu/when/%.*s: wanted an array of values, found %s", c->where, i,
		    SLICE_FMT(c->earlier[field].name), json_type_name(values));
	t->conditions =
	    mem_more(t->conditions, t->conditions_n, &t->conditions_cap, sizeof *t->conditions);
	made = &t->conditions[t->conditions_n++];
	*made = (struct condition){c->earlier[field].table, field, (uint32_t)t->ids_n, 0};
	for (const struct json *v = json_first(values); v != json_end(values); v = json_next(v)) {
		struct slice text = v->type == JSON_STRING ? json_text(v, &scratch) : json_raw(v);
		uint32_t id = table_find(c->earlier[field].table, text);

		buf_clear(&scratch);
		if (id == TABLE_NONE)
			continue;
		t->ids = mem_more(t->ids, t->ids_n, &t->ids_cap, sizeof *t->ids);
		t->ids[t->ids_n++] = id;
		made->n++;
	}
	buf_free(&scratch);
	return 0;
}

static int read_when(const struct compile *c, size_t i, const struct json *when)
{
	struct table_entry *entry = &c->t->entries[i];

	entry->when = (uint32_t)c->t->conditions_n;
	if (!when)
		return 0;
	if (!json_is(when, JSON_OBJECT))
		return err_set(c->e, "%s/entries/%zu/when: wanted an object, found %s", c->where, i,
		    json_type_name(when));
	for (const struct json *m = json_first(when); m != json_end(when); m = json_next(m)) {
		uint32_t field = 0;

		if (find_field(c, i, m, &field) < 0 ||
		    add_condition(c, i, field, json_value(m)) < 0)
			return -1;
	}
	entry->whens = (uint32_t)c->t->conditions_n - entry->when;
	return 0;
}

static int read_entry(const struct compile *c, size_t i, const struct json *v)
{
	if (v->type == JSON_STRING) {
		read_text(&c->t->entries[i], v);
		c->t->entries[i].weight = 1;
		return 0;
	}
	if (v->type != JSON_OBJECT)
		return err_set(c->e, "%s/entries/%zu: wanted a string or an object, found %s",
		    c->where, i, json_type_name(v));
	c->t->entries[i].json = v;
	if (read_value(c, i, json_get(v, "value")) < 0 ||
	    read_weight(c, i, json_get(v, "weight")) < 0)
		return -1;
	return read_when(c, i, json_get(v, "when"));
}

/* Neighbours in a table often have the same conditions: they then share them. */
static void share_conditions(struct table *t, size_t i, const struct json *last)
{
	struct table_entry *entry = &t->entries[i], *before = entry - 1;
	const struct json *when = json_get(entry->json, "when");

	if (!last || !entry->whens || !slice_eq(json_raw(when), json_raw(last)))
		return;
	t->ids_n = t->conditions[entry->when].first;
	t->conditions_n = entry->when;
	entry->when = before->when;
}

static int read_entries(const struct compile *c, const struct json *entries)
{
	const struct json *last = NULL;
	size_t i = 0;

	for (const struct json *v = json_first(entries); v != json_end(entries); v = json_next(v)) {
		if (read_entry(c, i, v) < 0)
			return -1;
		share_conditions(c->t, i, last);
		last = json_get(c->t->entries[i].json, "when");
		i++;
	}
	return 0;
}

static int by_text(const void *left, const void *right, void *ctx)
{
	const struct table_entry *entries = ctx;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	int order = slice_cmp(entries[a].text, entries[b].text);

	return order ? order : (a > b) - (a < b);
}

static void number_texts(struct table *t)
{
	t->by_text = mem_array(t->n, sizeof *t->by_text);
	for (size_t i = 0; i < t->n; i++)
		t->by_text[i] = (uint32_t)i;
	qsort_r(t->by_text, t->n, sizeof *t->by_text, by_text, t->entries);
	for (size_t i = 0; i < t->n; i++) {
		struct table_entry *entry = &t->entries[t->by_text[i]];
		const struct table_entry *before = i ? &t->entries[t->by_text[i - 1]] : NULL;
		bool same = before && slice_eq(before->text, entry->text);

		entry->id = same ? before->id : t->by_text[i];
	}
}

static int sum_weights(const struct compile *c)
{
	struct table *t = c->t;
	double sum = 0;

	t->sums = mem_array(t->n, sizeof *t->sums);
	for (size_t i = 0; i < t->n; i++) {
		sum += t->entries[i].weight;
		t->sums[i] = sum;
	}
	if (!(sum > 0))
		return err_set(c->e, "%s/entries: all weights are 0", c->where);
	if (isinf(sum))
		return err_set(c->e, "%s/entries: the weights' sum is too large", c->where);
	return 0;
}

static int compile(const struct compile *c, const struct json *json)
{
	const struct json *entries = json_get(json, "entries");

	if (!json_is(json, JSON_OBJECT))
		return err_set(c->e, "%s: wanted a table (an object with \"entries\"), found %s",
		    c->where, json_type_name(json));
	if (!json_is(entries, JSON_ARRAY))
		return err_set(c->e, "%s/entries: wanted an array of entries, found %s", c->where,
		    entries ? json_type_name(entries) : "none");
	if (entries->count == 0)
		return err_set(c->e, "%s/entries: a table with no entry", c->where);
	if (entries->count > TABLE_ENTRIES)
		return err_set(c->e, "%s/entries: more than %d entries", c->where, TABLE_ENTRIES);
	c->t->n = entries->count;
	c->t->entries = mem_array(c->t->n, sizeof *c->t->entries);
	if (read_entries(c, entries) < 0)
		return -1;
	number_texts(c->t);
	return sum_weights(c);
}

struct table *table_compile(const char *where, const struct json *json,
    const struct table_field *earlier, size_t n, struct err *e)
{
	struct compile c = {mem_array(1, sizeof *c.t), where, earlier, n, e};

	if (compile(&c, json) == 0)
		return c.t;
	table_free(c.t);
	return NULL;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; t->entries && i < t->n; i++)
		free(t->entries[i].own);
	free(t->entries);
	free(t->by_text);
	free(t->sums);
	free(t->conditions);
	free(t->ids);
	free(t);
}

size_t table_size(const struct table *t)
{
	return t->n;
}

const struct table_entry *table_at(const struct table *t, size_t i)
{
	return &t->entries[i];
}

bool table_conditional(const struct table *t)
{
	return t->conditions_n > 0;
}

bool table_asks(const struct table *t, size_t field)
{
	for (size_t i = 0; i < t->conditions_n; i++)
		if (t->conditions[i].field == field)
			return true;
	return false;
}

uint32_t table_find(const struct table *t, struct slice text)
{
	size_t least = 0, most = t->n;

	while (least < most) {
		size_t middle = least + (most - least) / 2;

		if (slice_cmp(t->entries[t->by_text[middle]].text, text) < 0)
			least = middle + 1;
		else
			most = middle;
	}
	if (least == t->n || !slice_eq(t->entries[t->by_text[least]].text, text))
		return TABLE_NONE;
	return t->by_text[least];
}

double table_place(uint64_t key, uint64_t row)
{
	uint64_t block = rng_at(key, row / TABLE_BLOCK), at = row % TABLE_BLOCK;
	uint64_t place = rng_permute(block, at, TABLE_BLOCK);

	return ((double)place + rng_unit_at(block, TABLE_BLOCK + at)) / TABLE_BLOCK;
}

static bool holds(const struct table *t, const struct condition *c, const struct table_pick *pick)
{
	for (uint32_t p = 0; p < pick->n; p++) {
		uint32_t id = c->from->entries[pick->entry[p]].id;

		for (uint32_t i = 0; i < c->n; i++)
			if (t->ids[c->first + i] == id)
				return true;
	}
	return false;
}

bool table_fits(const struct table *t, uint32_t entry, const struct table_pick *picks)
{
	const struct condition *c = t->conditions + t->entries[entry].when;

	for (uint32_t i = 0; i < t->entries[entry].whens; i++)
		if (!holds(t, &c[i], &picks[c[i].field]))
			return false;
	return true;
}

/* The first entry whose sum passes the place; rounding may put the place on the sum's very end. */
static uint32_t draw_plain(const struct table *t, double u)
{
	double at = u * t->sums[t->n - 1];
	size_t least = 0, most = t->n - 1;

	while (least < most) {
		size_t middle = least + (most - least) / 2;

		if (t->sums[middle] > at)
			most = middle;
		else
			least = middle + 1;
	}
	while (least > 0 && t->entries[least].weight <= 0)
		least--;
	return (uint32_t)least;
}

/*
 * Walks over the entries that fit, asking once a run of entries with the same conditions, until
 * their weights pass the limit; *sum is what they came to. Returns the last one: TABLE_NONE where
 * nothing fits.
 */
static uint32_t walk(
    const struct table *t, const struct table_pick *picks, double limit, double *sum)
{
	uint32_t last = TABLE_NONE;
	bool fits = false;

	*sum = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct table_entry *entry = &t->entries[i];

		if (i == 0 || entry->whens != entry[-1].whens || entry->when != entry[-1].when)
			fits = table_fits(t, (uint32_t)i, picks);
		if (!fits || entry->weight <= 0)
			continue;
		*sum += entry->weight;
		last = (uint32_t)i;
		if (*sum > limit)
			return last;
	}
	return last;
}

uint32_t table_draw(const struct table *t, double u, const struct table_pick *picks)
{
	double sum, again;

	if (!table_conditional(t))
		return draw_plain(t, u);
	if (walk(t, picks, INFINITY, &sum) == TABLE_NONE)
		return TABLE_NONE;
	return walk(t, picks, u * sum, &again);
}
