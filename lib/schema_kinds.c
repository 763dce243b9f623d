#include "schema_impl.h"

/*
 * Keywords for one kind of value. See schema_check.c for how failures and marks are dealt with.
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

static bool check_name(struct schema_run *r, const struct schema_node *n, const struct json *name)
{
	struct schema_path here = {.up = r->path, .name = name, .of_name = true};
	bool good;

	r->path = &here;
	good = schema_fits(r, n, name, SCHEMA_NO_MARKS);
	r->path = here.up;
	return good;
}

static bool matches(struct schema_run *r, const struct schema_pattern *p, struct slice text)
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

static size_t count_plain(const struct json *v)
{
	size_t n = 0;

	for (uint32_t i = 0; i < v->len; i++)
		n += ((unsigned char)v->ptr[i] & 0xc0) != 0x80;
	return n;
}

static size_t count_code_points(const struct json *v)
{
	return v->escaped ? count_escaped(v) : count_plain(v);
}

/* A code point takes 1 to 12 bytes, so that most often there is nothing to count. */
static bool check_length(struct schema_run *r, const struct schema_node *n, const struct json *v)
{
	size_t count;

	if (v->len <= n->string.most && v->len / 12 >= n->string.least)
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
	bool good = matches(r, n->string.pattern, json_text(v, &r->text));

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

static bool check_size(struct schema_run *r, const struct json *v, size_t least, size_t most,
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
	bool good = check_size(r, v, n->array.least, n->array.most, words);

	if ((n->array.items || n->array.prefix.count) && (good || r->explain))
		good = check_items(r, n, v, marks) && good;
	if (n->array.unique && (good || r->explain))
		good = check_unique(r, v) && good;
	if (n->array.contains && (good || r->explain))
		good = check_contained(r, n, v, marks) && good;
	return good;
}

/* Objects */

/* A member's name; a copy at byte at of the run's text when it has escapes. */
static struct slice name_text(struct schema_run *r, const struct json *name, size_t at)
{
	if (!name->escaped)
		return slice_make(name->ptr, name->len);
	if (r->text.len == at)
		json_unescape(name, &r->text);
	return buf_from(&r->text, at);
}

static const struct schema_member *find_member(const struct schema_node *n, struct slice name)
{
	uint32_t hash;
	size_t i;

	if (!n->object.members)
		return NULL;
	hash = schema_hash_text(name);
	for (i = hash & n->object.mask; n->object.members[i].name.ptr; i = (i + 1) & n->object.mask)
		if (n->object.members[i].hash == hash && slice_eq(n->object.members[i].name, name))
			return &n->object.members[i];
	return NULL;
}

bool schema_say_unknown(
    struct schema_run *r, const struct schema_node *n, const struct json *name, const char *keyword)
{
	const struct json *known = n->object.properties;
	const char *between = ": known are ";

	schema_say(r, SCHEMA_PLAIN, "the member ");
	schema_say_name(r, name);
	schema_say_text(r, keyword);
	if (!known)
		return false;
	for (const struct json *i = json_first(known);
	     i != json_end(known) && !schema_line_is_long(r); i = json_next(i)) {
		schema_say_text(r, between);
		schema_say_name(r, i);
		between = ", ";
	}
	return false;
}

/* A member that no property and no pattern has spoken for. */
static bool check_additional(
    struct schema_run *r, const struct schema_node *n, const struct json *name)
{
	if (n->object.additional->never)
		return schema_say_unknown(r, n, name, " is not allowed (additionalProperties)");
	return schema_fits_member(r, n->object.additional, name);
}

static bool check_patterns(struct schema_run *r, const struct schema_node *n,
    const struct json *name, size_t text_at, bool *known)
{
	bool good = true;

	for (size_t i = 0; i < n->object.pattern_count; i++) {
		const struct schema_pattern *p = &n->object.patterns[i];
		bool found = matches(r, p, name_text(r, name, text_at));

		/* What is checked in between may use the text's memory for its own. */
		r->text.len = text_at;
		if (!found)
			continue;
		*known = true;
		good = schema_fits_member(r, p->node, name) && good;
		if (!good && !r->explain)
			break;
	}
	return good;
}

/* One member; *required counts those that are. */
static bool check_one(struct schema_run *r, const struct schema_node *n, const struct json *name,
    size_t *required, bool *known)
{
	size_t had = r->text.len;
	const struct schema_member *member = find_member(n, name_text(r, name, had));
	bool good = true;

	r->text.len = had;
	if (member) {
		*required += member->required;
		*known = member->node;
		if (member->node)
			good = schema_fits_member(r, member->node, name);
	}
	if (n->object.pattern_count && (good || r->explain))
		good = check_patterns(r, n, name, had, known) && good;
	if (!*known && n->object.additional && (good || r->explain)) {
		*known = true;
		good = check_additional(r, n, name) && good;
	}
	if (n->object.names && (good || r->explain))
		good = check_name(r, n->object.names, name) && good;
	return good;
}

static bool say_missing(struct schema_run *r, const struct json *v, const struct json *needs,
    const char *because, const struct slice *trigger)
{
	struct buf text = {0};

	for (const struct json *i = json_first(needs); i != json_end(needs); i = json_next(i)) {
		buf_clear(&text);
		if (!r->explain || json_get_slice(v, json_text(i, &text)))
			continue;
		schema_say(r, SCHEMA_PLAIN, "the member ");
		schema_say_name(r, i);
		schema_say_text(r, because);
		if (trigger) {
			schema_say_quoted(r, *trigger);
			schema_say_text(r, " is there (dependentRequired)");
		}
	}
	buf_free(&text);
	return false;
}

static bool check_members(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	size_t index = 0, required = 0;
	bool good = true;

	for (const struct json *i = json_first(v); i != json_end(v); i = json_next(i), index++) {
		bool known = false;

		if (!check_one(r, n, i, &required, &known)) {
			good = false;
			if (!r->explain)
				return false;
		}
		if (known)
			schema_mark(r, marks, index);
	}
	if (required < n->object.required)
		return say_missing(r, v, n->object.requires, " is missing (required)", NULL);
	return good;
}

static bool has_all(struct schema_run *r, const struct json *v, const struct json *needs)
{
	size_t had = r->text.len;
	bool good = true;

	for (const struct json *i = json_first(needs); good && i != json_end(needs);
	     i = json_next(i)) {
		good = json_get_slice(v, json_text(i, &r->text));
		r->text.len = had;
	}
	return good;
}

static bool check_dependents(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	bool good = true;

	for (size_t i = 0; i < n->object.dependent_count && (good || r->explain); i++) {
		const struct schema_dependent *d = &n->object.dependents[i];

		if (!json_get_slice(v, d->name))
			continue;
		if (d->node) {
			good = schema_fits(r, d->node, v, marks) && good;
		} else if (!has_all(r, v, d->needs)) {
			good = say_missing(
			    r, v, d->needs, " is missing: it must be there when ", &d->name);
		}
	}
	return good;
}

bool schema_fits_object(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	static const char *const words[] = {"member", "minProperties", "maxProperties"};
	bool good = check_size(r, v, n->object.least, n->object.most, words);

	if (good || r->explain)
		good = check_members(r, n, v, marks) && good;
	if (n->object.dependent_count && (good || r->explain))
		good = check_dependents(r, n, v, marks) && good;
	return good;
}
