#include "schema_impl.h"

static bool check_name(struct schema_run *r, const struct schema_node *n, const struct json *name)
{
	struct schema_path here = {.up = r->path, .name = name, .of_name = true};
	bool good;

	r->path = &here;
	good = schema_fits(r, n, name, SCHEMA_NO_MARKS);
	r->path = here.up;
	return good;
}

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
		bool found = schema_matches(r, p, name_text(r, name, text_at));

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
	bool good = schema_fits_size(r, v, n->object.least, n->object.most, words);

	if (good || r->explain)
		good = check_members(r, n, v, marks) && good;
	if (n->object.dependent_count && (good || r->explain))
		good = check_dependents(r, n, v, marks) && good;
	return good;
}
