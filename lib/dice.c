#include "dice.h"

#include <stdlib.h>

#include "dice_impl.h"
#include "jw.h"
#include "utf8.h"

struct slice dice_place(const struct dice *d)
{
	return d->path.len ? buf_all(&d->path) : slice_str("/");
}

/* ---- strings */

static bool row_has(const struct json *row, struct slice symbol)
{
	const struct json *v = row;

	while (v && symbol.ptr)
		v = json_get_slice(v, slice_split(&symbol, '/'));
	return v && v->type != JSON_NULL && v->type != JSON_OBJECT &&
	    (v->type != JSON_ARRAY || v->count > 0);
}

static bool has_symbol(const struct dice *d, struct slice symbol)
{
	const struct dice_throw *t = d->throw;

	return (t->recipe && grammar_has(t->recipe, symbol)) ||
	    (t->world && grammar_has(t->world, symbol)) || (t->row && row_has(t->row, symbol));
}

/* The symbol for the place at hand; false when there is none. */
static bool find_symbol(const struct dice *d, struct slice *symbol)
{
	struct slice path = buf_all(&d->path), last = path;

	if (path.len == 0) {
		*symbol = slice_str("origin");
		return has_symbol(d, *symbol);
	}
	*symbol = path;
	if (has_symbol(d, *symbol))
		return true;
	*symbol = slice_make(path.ptr + 1, path.len - 1);
	if (has_symbol(d, *symbol))
		return true;
	while (last.ptr)
		*symbol = slice_split(&last, '/');
	return has_symbol(d, *symbol);
}

static int no_rule(const struct dice *d, struct err *e)
{
	if (!d->throw->recipe && !d->throw->world)
		return err_set(
		    e, "there is no rule for strings: no recipe, or one without dice.json");
	return err_set(e, "there is no rule for this string");
}

static int make_string(struct dice *d, const struct dice_parts *p, struct buf *out, struct err *e)
{
	size_t least = dice_size(p, "minLength", true, 0);
	size_t most = dice_size(p, "maxLength", false, SIZE_MAX);
	struct slice symbol;
	size_t n = 0;

	if (!(d->throw->recipe || d->throw->world) || !find_symbol(d, &symbol))
		return no_rule(d, e);
	for (int i = 0; i < DICE_TRIES; i++) {
		buf_clear(&d->string);
		if (grammar_expand(&d->run, symbol, &d->string, e) < 0)
			return -1;
		n = utf8_count(d->string.ptr, d->string.len);
		if (n >= least && n <= most) {
			jw_str(out, buf_all(&d->string));
			return 0;
		}
	}
	return err_set(
	    e, "#%.*s# is %zu characters long, and that does not fit", SLICE_FMT(symbol), n);
}

/* ---- any value */

enum { TYPES = 7 };

static const char *const type_names[TYPES] = {
    "object", "array", "string", "number", "integer", "boolean", "null"};

static int make_type(
    struct dice *d, const struct dice_parts *p, const char *type, struct buf *out, struct err *e)
{
	int status = 0;

	if (strcmp(type, "object") == 0)
		return dice_make_object(d, p, out, e);
	if (strcmp(type, "array") == 0)
		return dice_make_array(d, p, out, e);
	if (strcmp(type, "string") == 0)
		status = make_string(d, p, out, e);
	else if (strcmp(type, "boolean") == 0)
		jw_bool(out, rng_below(&d->rng, 2) == 1);
	else if (strcmp(type, "null") == 0)
		jw_null(out);
	else
		status = dice_make_number(d, p, strcmp(type, "integer") == 0, out, e);
	return status < 0 ? err_wrap(e, "%.*s", SLICE_FMT(dice_place(d))) : 0;
}

/* Where no type is named: what the other keywords are about. */
static const char *guess_type(const struct dice *d, const struct dice_parts *p)
{
	static const struct {
		const char *keyword, *type;
	} hints[] = {{"properties", "object"}, {"required", "object"},
	    {"additionalProperties", "object"}, {"items", "array"}, {"prefixItems", "array"},
	    {"minItems", "array"}, {"minLength", "string"}, {"maxLength", "string"},
	    {"pattern", "string"}, {"format", "string"}, {"minimum", "number"},
	    {"maximum", "number"}, {"exclusiveMinimum", "number"}, {"exclusiveMaximum", "number"},
	    {"multipleOf", "number"}};
	struct slice symbol;

	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		for (size_t k = 0; k < p->n; k++)
			if (json_get(p->part[k], hints[i].keyword))
				return hints[i].type;
	return find_symbol(d, &symbol) ? "string" : "null";
}

/* The types in the order of the list that names them; the first that can be made. */
static int make_listed(struct dice *d, const struct dice_parts *p, const struct json *list,
    struct buf *out, struct err *e)
{
	size_t before = out->len;

	err_set(e, "%.*s: no type is allowed", SLICE_FMT(dice_place(d)));
	for (const struct json *i = json_first(list); i != json_end(list); i = json_next(i))
		for (size_t k = 0; k < TYPES; k++) {
			if (!json_str_is(i, type_names[k]) || !dice_allows(p, type_names[k]))
				continue;
			out->len = before;
			if (make_type(d, p, type_names[k], out, e) == 0)
				return 0;
		}
	return -1;
}

static int make_typed(struct dice *d, const struct dice_parts *p, struct buf *out, struct err *e)
{
	const struct json *list = dice_keyword(p, "type", JSON_ARRAY);
	bool typed = dice_keyword(p, "type", JSON_STRING) != NULL;

	if (list && !typed)
		return make_listed(d, p, list, out, e);
	if (!typed)
		return make_type(d, p, guess_type(d, p), out, e);
	for (size_t k = 0; k < TYPES; k++)
		if (dice_allows(p, type_names[k]))
			return make_type(d, p, type_names[k], out, e);
	return err_set(e, "%.*s: no type is allowed", SLICE_FMT(dice_place(d)));
}

/* A value of the schema's own, on one line. */
static void put_given(struct buf *out, const struct json *v)
{
	jw_raw(out, slice_str(""));
	json_compact(v, out);
}

static bool suits(const struct dice_parts *p, const struct json *v)
{
	if (v->type != JSON_NUMBER)
		return dice_allows(p, json_type_name(v));
	return dice_allows(p, "number") || dice_allows(p, "integer");
}

/*
 * A grammar that has the path's own symbol chooses among an enum's strings: what else is made can
 * then suit it. 1: chosen; 0: there is no such symbol; -1: what it says is not in the enum.
 */
static int choose_enum(struct dice *d, const struct dice_parts *p, const struct json *all,
    struct buf *out, struct err *e)
{
	const struct dice_throw *t = d->throw;
	struct slice symbol = buf_all(&d->path);

	if (!(t->recipe && grammar_has(t->recipe, symbol)) &&
	    !(t->world && grammar_has(t->world, symbol)))
		return 0;
	buf_clear(&d->string);
	if (grammar_expand(&d->run, symbol, &d->string, e) < 0)
		return -1;
	for (const struct json *i = json_first(all); i != json_end(all); i = json_next(i))
		if (json_is(i, JSON_STRING) && suits(p, i) && json_str_eq(i, buf_all(&d->string))) {
			put_given(out, i);
			return 1;
		}
	return err_set(
	    e, "%.*s: the enum has no \"%.*s\"", SLICE_FMT(symbol), SLICE_FMT(buf_all(&d->string)));
}

static int make_enum(struct dice *d, const struct dice_parts *p, const struct json *all,
    struct buf *out, struct err *e)
{
	int chosen = choose_enum(d, p, all, out, e);
	uint64_t n = 0, k;

	if (chosen != 0)
		return chosen < 0 ? -1 : 0;
	for (const struct json *i = json_first(all); i != json_end(all); i = json_next(i))
		n += suits(p, i);
	if (n == 0)
		return err_set(e, "%.*s: nothing in the enum is allowed", SLICE_FMT(dice_place(d)));
	k = rng_below(&d->rng, n);
	for (const struct json *i = json_first(all);; i = json_next(i))
		if (suits(p, i) && k-- == 0) {
			put_given(out, i);
			return 0;
		}
}

static const struct json *find_const(const struct dice_parts *p)
{
	const struct json *found = NULL;

	for (size_t k = 0; k < p->n && !found; k++)
		found = json_get(p->part[k], "const");
	return found;
}

/* Choices: the parts' anyOf and oneOf, two places for each part. The first that is not made yet. */
static const struct json *next_choice(struct dice_parts *p)
{
	for (; p->choice < 2 * p->n; p->choice++) {
		const struct json *list = json_get_type(
		    p->part[p->choice / 2], p->choice % 2 ? "oneOf" : "anyOf", JSON_ARRAY);

		if (list && list->count > 0) {
			p->choice++;
			return list;
		}
	}
	return NULL;
}

static int make_chosen(struct dice *d, struct dice_parts *p, struct buf *out, struct err *e);

/* Branches in turn, from one that is drawn. */
static int make_branch(struct dice *d, const struct dice_parts *p, const struct json *list,
    struct buf *out, struct err *e)
{
	size_t first = rng_below(&d->rng, list->count), before = out->len;

	for (size_t i = 0; i < list->count; i++) {
		struct dice_parts with = *p;

		out->len = before;
		if (dice_add_part(d, &with, json_at(list, (first + i) % list->count), e) < 0)
			err_wrap(e, "%.*s", SLICE_FMT(dice_place(d)));
		else if (make_chosen(d, &with, out, e) == 0)
			return 0;
	}
	return -1;
}

static int make_chosen(struct dice *d, struct dice_parts *p, struct buf *out, struct err *e)
{
	const struct json *list = next_choice(p), *v;

	if (++d->values > DICE_VALUES)
		return err_set(
		    e, "%.*s: more than %d values", SLICE_FMT(dice_place(d)), DICE_VALUES);
	if (list)
		return make_branch(d, p, list, out, e);
	v = find_const(p);
	if (v) {
		put_given(out, v);
		return 0;
	}
	v = dice_keyword(p, "enum", JSON_ARRAY);
	return v ? make_enum(d, p, v, out, e) : make_typed(d, p, out, e);
}

int dice_make(struct dice *d, const struct dice_parts *p, struct buf *out, struct err *e)
{
	struct dice_parts parts = *p;
	int status;

	if (d->depth == DICE_DEPTH)
		return err_set(
		    e, "%.*s: more than %d levels deep", SLICE_FMT(dice_place(d)), DICE_DEPTH);
	d->depth++;
	status = make_chosen(d, &parts, out, e);
	d->depth--;
	if (status == 0 && out->over)
		return err_set(e, "longer than %zu bytes", out->max);
	return status;
}

/* ---- answers */

static int make_text(struct dice *d, struct buf *out, struct err *e)
{
	struct slice origin = slice_str("origin");

	if (!(d->throw->recipe || d->throw->world) || !has_symbol(d, origin))
		return err_set(e, "there is neither a schema nor a rule \"origin\"");
	return grammar_expand(&d->run, origin, out, e);
}

/* 0: it meets the schema; 1: not so, and d->why says how; -1: that cannot be told. */
static int check(struct dice *d, const struct buf *out, struct err *e)
{
	const struct json *root = json_parse(&d->doc, buf_all(out), e);
	int rc;

	if (!root)
		return -1;
	buf_clear(&d->why);
	rc = schema_check(d->throw->schema, root, &d->why);
	return rc < 0 ? err_set(e, "%.*s", SLICE_FMT(buf_all(&d->why))) : !rc;
}

static int make_checked(struct dice *d, struct buf *out, struct err *e)
{
	struct dice_parts root = {0};
	struct slice why;
	int bad = 1;

	if (dice_add_part(d, &root, schema_json(d->throw->schema), e) < 0)
		return err_wrap(e, "/");
	for (int i = 0; i < DICE_TRIES && bad == 1; i++) {
		out->len = d->values = 0;
		if (dice_make(d, &root, out, e) < 0)
			return -1;
		bad = check(d, out, e);
	}
	if (bad < 1)
		return bad;
	why = buf_all(&d->why);
	why = slice_split(&why, '\n');
	return err_set(e, "none of %d draws meets the schema: %.*s", DICE_TRIES, SLICE_FMT(why));
}

int dice_answer(struct dice *d, const struct dice_throw *t, struct buf *out, struct err *e)
{
	const struct grammar *first = t->world ? t->world : t->recipe;
	int status;

	d->throw = t;
	d->rng.state = t->key;
	d->depth = 0;
	d->string.max = DICE_TEXT;
	buf_clear(&d->path);
	buf_clear(out);
	out->max = DICE_TEXT;
	if (first)
		grammar_begin(&d->run, first, t->world ? t->recipe : NULL, t->row, &d->rng);
	status = t->schema ? make_checked(d, out, e) : make_text(d, out, e);
	d->throw = NULL;
	if (status < 0)
		out->len = 0;
	return status;
}

void dice_free(struct dice *d)
{
	grammar_run_free(&d->run);
	json_doc_free(&d->doc);
	buf_free(&d->path);
	buf_free(&d->string);
	buf_free(&d->why);
	*d = (struct dice){0};
}
