#include "lore.h"

#include <math.h>
#include <stdlib.h>

#include "fold.h"
#include "lore_impl.h"
#include "mem.h"

#define ORDER 100

enum logic { AND_ANY, AND_ALL, NOT_ANY, NOT_ALL };

/* A memory's members that are lore's. */
struct entry {
	const struct json *keys, *secondary; /* arrays, or NULL */
	enum logic logic;
	bool constant, case_sensitive, enabled, selective;
	bool prevent_recursion, exclude_recursion;
	double order;
};

struct candidate {
	int64_t row;
	bool taken;
};

struct lore_state {
	struct lore_text text;
	size_t query; /* parts of the text that are the query's */
	size_t asked; /* words of the text that were looked up */
	struct json_doc doc;
	struct buf scratch;
	struct buf keys; /* of the hits */
	size_t *key; /* where each hit's ends there */
	size_t keys_cap;
	struct candidate *one;
	size_t n, cap;
};

/* ---- what a memory says */

static const struct json *member(const struct json *memory, const char *name)
{
	const struct json *v = json_get(memory, name);

	return json_is(v, JSON_NULL) ? NULL : v;
}

static int read_bool(const struct json *memory, const char *name, bool *out, struct err *e)
{
	const struct json *v = member(memory, name);

	if (!v)
		return 0;
	if (v->type != JSON_TRUE && v->type != JSON_FALSE)
		return err_set(e, "\"%s\" must be true or false, not %s", name, json_type_name(v));
	*out = v->type == JSON_TRUE;
	return 0;
}

static int read_strings(
    const struct json *memory, const char *name, const struct json **out, struct err *e)
{
	const struct json *v = member(memory, name);

	if (!v)
		return 0;
	if (v->type != JSON_ARRAY)
		return err_set(
		    e, "\"%s\" must be an array of strings, not %s", name, json_type_name(v));
	for (const struct json *key = json_first(v); key != json_end(v); key = json_next(key))
		if (key->type != JSON_STRING)
			return err_set(e, "\"%s\" must be an array of strings, and holds %s", name,
			    json_type_name(key));
	*out = v;
	return 0;
}

static int read_logic(const struct json *memory, enum logic *out, struct err *e)
{
	static const char *const names[] = {"and_any", "and_all", "not_any", "not_all"};
	const struct json *v = member(memory, "selective_logic");

	if (!v)
		return 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (json_str_is(v, names[i])) {
			*out = (enum logic)i;
			return 0;
		}
	return err_set(
	    e, "\"selective_logic\" must be \"and_any\", \"and_all\", \"not_any\" or \"not_all\"");
}

static int read_order(const struct json *memory, double *out, struct err *e)
{
	const struct json *v = member(memory, "insertion_order");

	if (!v)
		return 0;
	if (v->type != JSON_NUMBER || !isfinite(json_double(v)))
		return err_set(e, "\"insertion_order\" must be a number");
	*out = json_double(v);
	return 0;
}

static int read_entry(const struct json *memory, struct entry *n, struct err *e)
{
	*n = (struct entry){.enabled = true, .selective = true, .order = ORDER};
	if (read_strings(memory, "keys", &n->keys, e) < 0 ||
	    read_strings(memory, "secondary_keys", &n->secondary, e) < 0 ||
	    read_logic(memory, &n->logic, e) < 0 || read_order(memory, &n->order, e) < 0)
		return -1;
	if (read_bool(memory, "constant", &n->constant, e) < 0 ||
	    read_bool(memory, "case_sensitive", &n->case_sensitive, e) < 0 ||
	    read_bool(memory, "enabled", &n->enabled, e) < 0 ||
	    read_bool(memory, "selective", &n->selective, e) < 0)
		return -1;
	if (read_bool(memory, "prevent_recursion", &n->prevent_recursion, e) < 0)
		return -1;
	return read_bool(memory, "exclude_recursion", &n->exclude_recursion, e);
}

int lore_read(const struct json *memory, struct words *words, struct buf *folded, bool *constant,
    struct err *e)
{
	struct fold seen = {0};
	struct buf scratch = {0};
	struct entry n;

	*constant = false;
	if (read_entry(memory, &n, e) < 0)
		return -1;
	if (!n.enabled)
		return 0;
	*constant = n.constant;
	if (!n.keys)
		return 0;
	for (const struct json *k = json_first(n.keys); k != json_end(n.keys); k = json_next(k)) {
		buf_clear(&scratch);
		words_fold(words, json_text(k, &scratch));
		if (words->n == 0 || !fold_add(&seen, words_text(words, 0), 0))
			continue;
		buf_slice(folded, words_text(words, 0));
		buf_byte(folded, '\0');
	}
	fold_free(&seen);
	buf_free(&scratch);
	return folded->over ? err_set(e, "\"keys\" are too long") : 0;
}

bool lore_disabled(const struct json *memory)
{
	return json_get_type(memory, "enabled", JSON_FALSE) &&
	    (json_get_type(memory, "keys", JSON_ARRAY) ||
		json_get_type(memory, "constant", JSON_TRUE));
}

/* ---- what brings it up */

void lore_begin(struct lore *l, struct slice text)
{
	if (!l->state)
		l->state = mem_array(1, sizeof *l->state);
	l->n = 0;
	l->state->n = l->state->asked = 0;
	buf_clear(&l->state->keys);
	lore_text_begin(&l->state->text);
	lore_text_add(&l->state->text, text);
}

void lore_more(struct lore *l, struct slice text)
{
	lore_text_add(&l->state->text, text);
}

static bool add_candidate(void *ctx, int64_t row)
{
	struct lore_state *s = ctx;

	if (s->n == s->cap)
		s->one = mem_more(s->one, s->n, &s->cap, sizeof *s->one);
	s->one[s->n++] = (struct candidate){row, false};
	return true;
}

/* By row; one that was taken comes before the same that is found anew. */
static int by_row(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (int)y->taken - (int)x->taken;
}

static void sort_candidates(struct lore_state *s)
{
	size_t n = 0;

	if (s->n < 2)
		return;
	qsort(s->one, s->n, sizeof *s->one, by_row);
	for (size_t i = 1; i < s->n; i++)
		if (s->one[i].row != s->one[n].row)
			s->one[++n] = s->one[i];
	s->n = n + 1;
}

/* What the words may bring up that have not been looked up, and at first what always comes. */
static int find_candidates(struct lore_state *s, struct memory *m, const int64_t *collection,
    size_t collections, bool first, struct err *e)
{
	for (size_t i = 0; i < collections; i++) {
		if (first &&
		    memory_triggered(m, collection[i], slice_str(""), add_candidate, s, e) < 0)
			return -1;
		for (size_t j = s->asked; j < s->text.words; j++)
			if (memory_triggered(m, collection[i], lore_text_word(&s->text, j),
				add_candidate, s, e) < 0)
				return -1;
	}
	s->asked = s->text.words;
	sort_candidates(s);
	return 0;
}

/* How many of the keys stand in the text (no more are counted than enough); *first is the first. */
static size_t count_keys(struct lore_state *s, struct words *w, const struct json *keys,
    const struct entry *n, size_t enough, const struct json **first)
{
	size_t parts = n->exclude_recursion ? s->query : s->text.read, found = 0;

	*first = NULL;
	for (const struct json *k = json_first(keys); k != json_end(keys) && found < enough;
	     k = json_next(k)) {
		buf_clear(&s->scratch);
		if (!lore_text_has(
			&s->text, w, json_text(k, &s->scratch), n->case_sensitive, parts))
			continue;
		if (!*first)
			*first = k;
		found++;
	}
	return found;
}

static bool secondary_allows(struct lore_state *s, struct words *w, const struct entry *n)
{
	bool all = n->logic == AND_ALL || n->logic == NOT_ALL;
	bool wanted = n->logic == AND_ANY || n->logic == AND_ALL;
	size_t enough = all && n->secondary ? n->secondary->count : 1;
	const struct json *first;

	if (!n->selective || !n->secondary || n->secondary->count == 0)
		return true;
	return (count_keys(s, w, n->secondary, n, enough, &first) == enough) == wanted;
}

/* The key that brings it up; the empty one for what is constant. */
static bool brought_up(
    struct lore_state *s, struct words *w, const struct entry *n, const struct json **key)
{
	*key = NULL;
	if (!n->enabled || n->constant)
		return n->enabled;
	return n->keys && count_keys(s, w, n->keys, n, 1, key) > 0 && secondary_allows(s, w, n);
}

static void add_hit(
    struct lore *l, int64_t row, const struct entry *n, const struct json *key, unsigned depth)
{
	struct lore_state *s = l->state;

	if (l->n == l->cap)
		l->hit = mem_more(l->hit, l->n, &l->cap, sizeof *l->hit);
	if (l->n >= s->keys_cap)
		s->key = mem_more(s->key, l->n, &s->keys_cap, sizeof *s->key);
	if (key)
		json_unescape(key, &s->keys);
	s->key[l->n] = s->keys.len;
	l->hit[l->n++] = (struct lore_hit){
	    .row = row, .order = n->order, .constant = n->constant, .depth = depth};
}

static int consider(
    struct lore *l, struct memory *m, struct candidate *c, unsigned depth, struct err *e)
{
	struct lore_state *s = l->state;
	const struct json *memory, *key;
	struct memory_row r;
	struct entry n;
	int got = memory_row(m, c->row, false, &r, e);

	if (got != 1)
		return got;
	memory = json_parse(&s->doc, r.json, e);
	if (!memory || read_entry(memory, &n, e) < 0)
		return err_wrap(
		    e, "memory '%.*s' of '%.*s' is damaged", SLICE_FMT(r.id), SLICE_FMT(r.npc));
	if (!brought_up(s, memory_words(m), &n, &key))
		return 0;
	c->taken = true;
	add_hit(l, c->row, &n, key, depth);
	memory = json_get_type(memory, "text", JSON_STRING);
	if (!memory || n.prevent_recursion)
		return 0;
	buf_clear(&s->scratch);
	lore_text_add(&s->text, json_text(memory, &s->scratch));
	return 0;
}

/* The keys' buffer has stopped moving. */
static void set_keys(struct lore *l)
{
	size_t from = 0;

	for (size_t i = 0; i < l->n; i++) {
		size_t end = l->state->key[i];

		l->hit[i].key = slice_make(buf_from(&l->state->keys, from).ptr, end - from);
		from = end;
	}
}

static int by_order(const void *a, const void *b)
{
	const struct lore_hit *x = a, *y = b;

	if (x->constant != y->constant)
		return (int)y->constant - (int)x->constant;
	if (x->order > y->order || x->order < y->order)
		return x->order > y->order ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

int lore_search(
    struct lore *l, struct memory *m, const int64_t *collection, size_t collections, struct err *e)
{
	struct lore_state *s = l->state;

	s->query = s->text.parts;
	for (unsigned depth = 0; depth <= LORE_DEPTH && s->text.read < s->text.parts; depth++) {
		lore_text_read(&s->text, memory_words(m));
		if (find_candidates(s, m, collection, collections, depth == 0, e) < 0)
			return -1;
		for (size_t i = 0; i < s->n; i++)
			if (!s->one[i].taken && consider(l, m, &s->one[i], depth, e) < 0)
				return -1;
	}
	set_keys(l);
	if (l->n > 1)
		qsort(l->hit, l->n, sizeof *l->hit, by_order);
	return 0;
}

void lore_free(struct lore *l)
{
	if (l->state) {
		lore_text_free(&l->state->text);
		json_doc_free(&l->state->doc);
		buf_free(&l->state->scratch);
		buf_free(&l->state->keys);
		free(l->state->key);
		free(l->state->one);
		free(l->state);
	}
	free(l->hit);
	*l = (struct lore){0};
}
