/* Arrays and objects: values of many. */

#include "dice_impl.h"
#include "jw.h"
#include "num.h"

/* Draws for an element that is like none before: few kinds are left at the end of a long array. */
enum { ELEMENT_TRIES = 32 };

/* More elements than the least, where the schema names no most. */
enum { FEW_MORE = 2 };

/* Beyond these only what must be there is made, so that recursive schemas come to an end. */
enum { GENEROUS_DEPTH = 8, GENEROUS_VALUES = 2000 };

static bool generous(const struct dice *d)
{
	return d->depth < GENEROUS_DEPTH && d->values < GENEROUS_VALUES;
}

/* Is the element that ends out like one before it? at: where each begins, a comma before it. */
static bool is_repeated(const struct buf *out, const size_t *at, size_t n)
{
	struct slice last = buf_from(out, at[n]);

	for (size_t i = 0; i < n; i++)
		if (slice_eq(slice_make(out->ptr + at[i], at[i + 1] - at[i] - 1), last))
			return true;
	return false;
}

static int element_parts(const struct dice *d, const struct dice_parts *p, size_t i,
    struct dice_parts *element, struct err *e)
{
	for (size_t k = 0; k < p->n; k++) {
		const struct json *prefix = json_get_type(p->part[k], "prefixItems", JSON_ARRAY);
		const struct json *items = json_get(p->part[k], "items");

		if (prefix && i < prefix->count)
			items = json_at(prefix, i);
		if (items && dice_add_part(d, element, items, e) < 0)
			return -1;
	}
	return 0;
}

/* A few draws for an element that none before it is like; failing that, any. */
static int make_element(struct dice *d, const struct dice_parts *p, const size_t *at, size_t i,
    bool distinct, struct buf *out, struct err *e)
{
	struct dice_parts element = {0};
	size_t before = out->len;

	if (element_parts(d, p, i, &element, e) < 0)
		return err_wrap(e, "%.*s", SLICE_FMT(dice_place(d)));
	for (int k = 0; k < ELEMENT_TRIES; k++) {
		out->len = before;
		if (dice_make(d, &element, out, e) < 0)
			return -1;
		if (!is_repeated(out, at, i))
			return 0;
	}
	return distinct ? err_set(e, "%.*s: no further element is new", SLICE_FMT(dice_place(d)))
			: 0;
}

/* How many the grammar wants: 1 when it says so, 0 when it does not, -1 when that is no number. */
static int told_many(struct dice *d, size_t *n, struct err *e)
{
	const struct dice_throw *t = d->throw;
	size_t path = d->path.len;
	uint64_t many = 0;
	struct slice symbol;
	int status = 0;

	buf_byte(&d->path, '#');
	symbol = buf_all(&d->path);
	if ((t->recipe && grammar_has(t->recipe, symbol)) ||
	    (t->world && grammar_has(t->world, symbol))) {
		buf_clear(&d->string);
		status = 1;
		if (grammar_expand(&d->run, symbol, &d->string, e) < 0 ||
		    num_uint(buf_all(&d->string), 0, DICE_VALUES, &many, e) < 0)
			status = err_wrap(e, "%.*s", SLICE_FMT(symbol));
	}
	d->path.len = path;
	*n = (size_t)many;
	return status;
}

static size_t draw_many(struct dice *d, const struct dice_parts *p)
{
	const struct json *prefix = dice_keyword(p, "prefixItems", JSON_ARRAY);
	size_t least = dice_size(p, "minItems", true, 0), most, usual = least > 0 ? least : 1;

	if (prefix && usual < prefix->count)
		usual = prefix->count;
	most = dice_size(p, "maxItems", false, usual + FEW_MORE);
	if (most > usual + DICE_VALUES)
		most = usual + DICE_VALUES;
	if (dice_keyword(p, "items", JSON_FALSE) && most > (prefix ? prefix->count : 0))
		most = prefix ? prefix->count : 0;
	if (!generous(d) || most < least)
		return least;
	return least + rng_below(&d->rng, most - least + 1);
}

/* What the grammar wants, as far as the schema allows it; else what is drawn. */
static int how_many(struct dice *d, const struct dice_parts *p, size_t *n, struct err *e)
{
	size_t least = dice_size(p, "minItems", true, 0);
	size_t most = dice_size(p, "maxItems", false, SIZE_MAX);
	int told = told_many(d, n, e);

	if (told == 0)
		*n = draw_many(d, p);
	if (told == 1 && *n > most)
		*n = most;
	if (told == 1 && *n < least)
		*n = least;
	return told < 0 ? -1 : 0;
}

int dice_make_array(struct dice *d, const struct dice_parts *p, struct buf *out, struct err *e)
{
	size_t least = dice_size(p, "minItems", true, 0), n, i;
	bool unique = dice_keyword(p, "uniqueItems", JSON_TRUE) != NULL;
	struct buf starts = {0};
	int status = 0;

	if (how_many(d, p, &n, e) < 0)
		return -1;
	jw_array(out);
	for (i = 0; i < n && status == 0; i++) {
		size_t before = out->len, start = before + (i > 0);

		buf_put(&starts, (const char *)&start, sizeof start);
		status = make_element(d, p, (const size_t *)(const void *)starts.ptr, i,
		    unique || i >= least, out, e);
		if (status < 0)
			out->len = before;
	}
	jw_array_end(out);
	buf_free(&starts);
	return status < 0 && i > least ? 0 : status;
}

/* ---- objects */

static bool is_required(const struct dice_parts *p, struct slice name)
{
	for (size_t k = 0; k < p->n; k++) {
		const struct json *all = json_get_type(p->part[k], "required", JSON_ARRAY);

		for (const struct json *i = all ? json_first(all) : NULL; all && i != json_end(all);
		     i = json_next(i))
			if (json_str_eq(i, name))
				return true;
	}
	return false;
}

/* Do the properties of a part before k name it? */
static bool is_named(const struct dice_parts *p, size_t k, struct slice name)
{
	for (size_t i = 0; i < k; i++)
		if (json_get_slice(json_get_type(p->part[i], "properties", JSON_OBJECT), name))
			return true;
	return false;
}

static int member_parts(const struct dice *d, const struct dice_parts *p, struct slice name,
    struct dice_parts *member, struct err *e)
{
	for (size_t k = 0; k < p->n; k++) {
		const struct json *properties =
		    json_get_type(p->part[k], "properties", JSON_OBJECT);
		const struct json *node = json_get_slice(properties, name);

		if (!node)
			node = json_get(p->part[k], "additionalProperties");
		if (node && dice_add_part(d, member, node, e) < 0)
			return -1;
	}
	return 0;
}

static int make_member(
    struct dice *d, const struct dice_parts *p, struct slice name, struct buf *out, struct err *e)
{
	struct dice_parts member = {0};
	size_t path = d->path.len, before = out->len;
	int status;

	buf_byte(&d->path, '/');
	buf_slice(&d->path, name);
	status = member_parts(d, p, name, &member, e);
	if (status < 0)
		err_wrap(e, "%.*s", SLICE_FMT(dice_place(d)));
	jw_name_slice(out, name);
	if (status == 0)
		status = dice_make(d, &member, out, e);
	d->path.len = path;
	if (status < 0)
		out->len = before;
	return status;
}

/* A member that properties of part k name: one that must be there, or another that can be made. */
static int make_property(struct dice *d, const struct dice_parts *p, size_t k, struct slice name,
    size_t *spare, struct buf *out, struct err *e)
{
	bool required = is_required(p, name);

	if (is_named(p, k, name) || (!required && (*spare == 0 || !generous(d))))
		return 0;
	if (make_member(d, p, name, out, e) < 0)
		return required ? -1 : 0;
	*spare -= !required;
	return 0;
}

/* A member that must be there, and that no properties name. */
static int make_unnamed(struct dice *d, const struct dice_parts *p, size_t k, struct slice name,
    size_t *spare, struct buf *out, struct err *e)
{
	struct dice_parts before = *p;

	(void)spare;
	before.n = k;
	if (is_named(p, p->n, name) || is_required(&before, name))
		return 0;
	return make_member(d, p, name, out, e);
}

/* The names in a part's "properties" or "required", one after the other. */
static int make_names(struct dice *d, const struct dice_parts *p, size_t k, size_t *spare,
    struct buf *out, struct err *e, bool named)
{
	const struct json *all = named ? json_get_type(p->part[k], "properties", JSON_OBJECT)
				       : json_get_type(p->part[k], "required", JSON_ARRAY);
	int (*one)(struct dice *, const struct dice_parts *, size_t, struct slice, size_t *,
	    struct buf *, struct err *) = named ? make_property : make_unnamed;
	struct buf text = {0};
	int status = 0;

	if (!all)
		return 0;
	for (const struct json *i = json_first(all); i != json_end(all) && status == 0;
	     i = json_next(i)) {
		buf_clear(&text);
		status = one(d, p, k, json_text(i, &text), spare, out, e);
	}
	buf_free(&text);
	return status;
}

/* How many members may be made that need not be there. */
static size_t spare_members(const struct dice_parts *p)
{
	size_t most = dice_size(p, "maxProperties", false, SIZE_MAX), needed = 0;

	for (size_t k = 0; k < p->n; k++) {
		const struct json *all = json_get_type(p->part[k], "required", JSON_ARRAY);

		needed += all ? all->count : 0;
	}
	return most > needed ? most - needed : 0;
}

int dice_make_object(struct dice *d, const struct dice_parts *p, struct buf *out, struct err *e)
{
	size_t spare = spare_members(p);

	jw_object(out);
	for (size_t k = 0; k < p->n; k++)
		if (make_names(d, p, k, &spare, out, e, true) < 0)
			return -1;
	for (size_t k = 0; k < p->n; k++)
		if (make_names(d, p, k, &spare, out, e, false) < 0)
			return -1;
	jw_object_end(out);
	return 0;
}
