#include "schema_impl.h"
#include "utf8.h"

/*
 * Keywords for one kind of value; those for objects are in schema_object.c. See schema_check.c for
 * how failures and marks are dealt with.
 */

/* Most schemas are a type and no more. */
static bool fits_at_once(const struct schema_node *n, const struct json *v)
{
	return !n->uses && !n->never && n->types & 1u << v->type;
}

bool schema_fits_member(struct schema_run *r, const struct schema_node *n, const struct json *name)
{
	struct schema_path here = {.up = r->path, .name = name};
	bool good;

	if (fits_at_once(n, json_value(name)))
		return true;
	r->path = &here;
	good = schema_fits(r, n, json_value(name), SCHEMA_NO_MARKS);
	r->path = here.up;
	return good;
}

bool schema_fits_element(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t index)
{
	struct schema_path here = {.up = r->path, .index = index};
	bool good;

	if (fits_at_once(n, v))
		return true;
	r->path = &here;
	good = schema_fits(r, n, v, SCHEMA_NO_MARKS);
	r->path = here.up;
	return good;
}

bool schema_matches(struct schema_run *r, const struct schema_pattern *p, struct slice text)
{
	struct err e;
	int found = regex_search(p->regex, text, &e);

	if (found < 0)
		schema_say_broken(r, e.text);
	return found > 0;
}

/* Numbers */

static bool say_bound(struct schema_run *r, const struct json *v, const char *what,
    const struct schema_bound *bound, const char *keyword)
{
	schema_say(r, SCHEMA_PLAIN, "must be %s ", what);
	schema_say_value(r, bound->at);
	schema_say_text(r, keyword);
	return schema_say_found(r, v);
}

bool schema_fits_number(struct schema_run *r, const struct schema_node *n, const struct json *v)
{
	const struct schema_bound *b;
	struct decimal d;
	bool good = true;

	if (decimal_parse(json_raw(v), &d) < 0)
		return false;
	b = n->number.least;
	if (b && decimal_cmp(&d, &b->value) < 0)
		good = say_bound(r, v, "at least", b, " (minimum)");
	b = n->number.over;
	if (b && decimal_cmp(&d, &b->value) <= 0)
		good = say_bound(r, v, "more than", b, " (exclusiveMinimum)");
	b = n->number.most;
	if (b && decimal_cmp(&d, &b->value) > 0)
		good = say_bound(r, v, "at most", b, " (maximum)");
	b = n->number.under;
	if (b && decimal_cmp(&d, &b->value) >= 0)
		good = say_bound(r, v, "less than", b, " (exclusiveMaximum)");
	b = n->number.step;
	if (b && !decimal_multiple(&d, &b->value))
		good = say_bound(r, v, "a multiple of", b, " (multipleOf)");
	return good;
}

/* Strings */

/* Code points of a string as written: an escape is one, a pair of surrogates is one. */
static size_t count_escaped(const struct json *v)
{
	size_t n = 0;

	for (uint32_t i = 0; i < v->len; n++) {
		if (v->ptr[i] != '\\') {
			do
				i++;
			while (i < v->len && ((unsigned char)v->ptr[i] & 0xc0) == 0x80);
		} else if (v->ptr[i + 1] != 'u') {
			i += 2;
		} else {
			bool high = strchr("dD", v->ptr[i + 2]) && strchr("89aAbB", v->ptr[i + 3]);

			i += high ? 12 : 6;
		}
	}
	return n;
}

static size_t count_code_points(const struct json *v)
{
	return v->escaped ? count_escaped(v) : utf8_count(v->ptr, v->len);
}

/* A code point takes 1 to 4 bytes, escaped 1 to 12, so that most often there is nothing to count. */
static bool check_length(struct schema_run *r, const struct schema_node *n, const struct json *v)
{
	size_t count;

	if (v->len <= n->string.most && v->len / (v->escaped ? 12 : 4) >= n->string.least)
		return true;
	count = count_code_points(v);
	if (count < n->string.least)
		return schema_say(r, SCHEMA_PLAIN,
		    "must have at least %zu character%s (minLength), but has %zu", n->string.least,
		    n->string.least == 1 ? "" : "s", count);
	if (count > n->string.most)
		return schema_say(r, SCHEMA_PLAIN,
		    "must have at most %zu character%s (maxLength), but has %zu", n->string.most,
		    n->string.most == 1 ? "" : "s", count);
	return true;
}

static bool check_pattern(struct schema_run *r, const struct schema_node *n, const struct json *v)
{
	size_t had = r->text.len;
	bool good = schema_matches(r, n->string.pattern, json_text(v, &r->text));

	r->text.len = had;
	if (good)
		return true;
	schema_say(r, SCHEMA_PLAIN, "must match the regular expression ");
	schema_say_value(r, n->string.pattern->at);
	schema_say_text(r, " (pattern)");
	return schema_say_found(r, v);
}

bool schema_fits_string(struct schema_run *r, const struct schema_node *n, const struct json *v)
{
	bool good = check_length(r, n, v);

	if (n->string.pattern && (good || r->explain))
		good = check_pattern(r, n, v) && good;
	return good;
}

/* Arrays */

bool schema_fits_size(struct schema_run *r, const struct json *v, size_t least, size_t most,
    const char *const words[3])
{
	bool few = v->count < least;
	size_t bound = few ? least : most;

	if (!few && v->count <= most)
		return true;
	return schema_say(r, SCHEMA_PLAIN, "must have at %s %zu %s%s (%s), but has %u",
	    few ? "least" : "most", bound, words[0], bound == 1 ? "" : "s",
	    few ? words[1] : words[2], v->count);
}

static bool check_unique(struct schema_run *r, const struct json *v)
{
	size_t first, second;

	if (schema_unique(r, v, &first, &second))
		return true;
	schema_say(r, SCHEMA_PLAIN,
	    "must have no equal elements (uniqueItems), but elements %zu and %zu (from 0) are "
	    "both ",
	    first, second);
	return schema_say_value(r, json_at(v, second));
}

static bool check_contained(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	size_t index = 0, count = 0, least = n->array.least_contained;
	size_t most = n->array.most_contained;

	for (const struct json *i = json_first(v); i != json_end(v); i = json_next(i), index++) {
		if (!schema_fits_quietly(r, n->array.contains, i, SCHEMA_NO_MARKS))
			continue;
		count++;
		schema_mark(r, marks, index);
		if (marks == SCHEMA_NO_MARKS && count >= least && most == SIZE_MAX)
			return true;
	}
	if (count >= least && count <= most)
		return true;
	if (count < least)
		schema_say(r, SCHEMA_PLAIN, "must have at least %zu %s that fit%s ", least,
		    least == 1 ? "element" : "elements", least == 1 ? "s" : "");
	else
		schema_say(r, SCHEMA_PLAIN, "must have at most %zu %s that fit%s ", most,
		    most == 1 ? "element" : "elements", most == 1 ? "s" : "");
	schema_say_value(r, n->array.contains->at);
	schema_say_text(r, count < least ? " (contains), but has " : " (maxContains), but has ");
	return schema_say_count(r, count);
}

static bool check_items(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	const struct schema_list *prefix = &n->array.prefix;
	size_t index = 0;
	bool good = true;

	if (n->array.items && n->array.items->never && v->count > prefix->count)
		return schema_say(r, SCHEMA_PLAIN,
		    "must have at most %zu element%s (items), but has %u", prefix->count,
		    prefix->count == 1 ? "" : "s", v->count);
	for (const struct json *i = json_first(v); i != json_end(v); i = json_next(i), index++) {
		const struct schema_node *child =
		    index < prefix->count ? prefix->nodes[index] : n->array.items;

		if (!child)
			break;
		schema_mark(r, marks, index);
		if (schema_fits_element(r, child, i, index))
			continue;
		good = false;
		if (!r->explain)
			break;
	}
	return good;
}

bool schema_fits_array(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	static const char *const words[] = {"element", "minItems", "maxItems"};
	bool good = schema_fits_size(r, v, n->array.least, n->array.most, words);

	if ((n->array.items || n->array.prefix.count) && (good || r->explain))
		good = check_items(r, n, v, marks) && good;
	if (n->array.unique && (good || r->explain))
		good = check_unique(r, v) && good;
	if (n->array.contains && (good || r->explain))
		good = check_contained(r, n, v, marks) && good;
	return good;
}
