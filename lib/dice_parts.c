#include "dice_impl.h"

int dice_add_part(
    const struct dice *d, struct dice_parts *p, const struct json *node, struct err *e)
{
	const struct json *target = schema_resolve(d->throw->schema, node);
	const struct json *all = json_get_type(node, "allOf", JSON_ARRAY);

	if (node->type == JSON_FALSE)
		return err_set(e, "nothing is allowed here (false)");
	if (p->n == DICE_PARTS)
		return err_set(e, "more than %d schemas hold at once", DICE_PARTS);
	p->part[p->n++] = node;
	if (target != node && dice_add_part(d, p, target, e) < 0)
		return -1;
	for (const struct json *i = all ? json_first(all) : NULL; all && i != json_end(all);
	     i = json_next(i))
		if (dice_add_part(d, p, i, e) < 0)
			return -1;
	return 0;
}

const struct json *dice_keyword(const struct dice_parts *p, const char *name, enum json_type type)
{
	const struct json *found = NULL;

	for (size_t i = 0; i < p->n && !found; i++)
		found = json_get_type(p->part[i], name, type);
	return found;
}

/* A size that is larger than any that could be met counts as that. */
static bool read_size(const struct json *v, size_t *n)
{
	int64_t whole;
	double x;

	if (json_int(v, &whole)) {
		*n = (size_t)whole;
		return whole >= 0;
	}
	x = json_double(v);
	*n = x < 1e15 ? (size_t)x : (size_t)1e15;
	return x >= 0;
}

size_t dice_size(const struct dice_parts *p, const char *name, bool largest, size_t otherwise)
{
	size_t size = otherwise;
	bool found = false;

	for (size_t i = 0; i < p->n; i++) {
		const struct json *v = json_get_type(p->part[i], name, JSON_NUMBER);
		size_t n;

		if (!v || !read_size(v, &n))
			continue;
		if (!found || (largest ? n > size : n < size))
			size = n;
		found = true;
	}
	return size;
}

static bool names_type(const struct json *v, const char *type)
{
	return json_str_is(v, type) || (strcmp(type, "integer") == 0 && json_str_is(v, "number"));
}

/* Does the keyword "type" of a part, a name or a list of them, allow it? */
static bool allows_type(const struct json *types, const char *type)
{
	if (!json_is(types, JSON_ARRAY))
		return !types || names_type(types, type);
	for (const struct json *i = json_first(types); i != json_end(types); i = json_next(i))
		if (names_type(i, type))
			return true;
	return false;
}

bool dice_allows(const struct dice_parts *p, const char *type)
{
	for (size_t k = 0; k < p->n; k++)
		if (!allows_type(json_get(p->part[k], "type"), type))
			return false;
	return true;
}
