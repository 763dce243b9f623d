#include "mem.h"
#include "schema_impl.h"

/*
 * Each keyword has a reader for its value. at is where in the node the reader puts what it read;
 * what it is there depends on the reader.
 */
struct reading {
	struct schema *s;
	struct schema_node *n;
	const struct json *v;
	void *at;
	struct err *e;
};

struct keyword {
	const char *name;
	int (*read)(struct reading *k);
	size_t at;
	uint8_t uses;
	enum schema_shape shape;
};

static int wanted(const struct reading *k, const char *what)
{
	return schema_err(k->s, k->v, k->e, "must be %s", what);
}

static struct slice keep_name(struct schema *s, const struct json *name)
{
	struct buf text = {0};
	struct slice got = json_text(name, &text);

	if (name->escaped) {
		char *copy = schema_alloc(s, got.len + 1, 1);

		memcpy(copy, got.ptr ? got.ptr : "", got.len);
		got.ptr = copy;
	}
	buf_free(&text);
	return got;
}

static int read_string(struct reading *k)
{
	return k->v->type == JSON_STRING ? 0 : wanted(k, "a string");
}

static int read_boolean(struct reading *k)
{
	bool *flag = k->at;

	if (k->v->type != JSON_TRUE && k->v->type != JSON_FALSE)
		return wanted(k, "true or false");
	if (k->at != k->n)
		*flag = k->v->type == JSON_TRUE;
	return 0;
}

static int read_array(struct reading *k)
{
	return k->v->type == JSON_ARRAY ? 0 : wanted(k, "an array");
}

static int read_object(struct reading *k)
{
	return k->v->type == JSON_OBJECT ? 0 : wanted(k, "an object");
}

static int read_dialect(struct reading *k)
{
	static const char dialect[] = "https://json-schema.org/draft/2020-12/schema";

	if (json_str_is(k->v, dialect) ||
	    json_str_eq(k->v, slice_str("https://json-schema.org/draft/2020-12/schema#")))
		return 0;
	return schema_err(k->s, k->v, k->e, "must be \"%s\": no other dialect is known", dialect);
}

static int read_unsupported(struct reading *k)
{
	return schema_err(k->s, k->v, k->e, "dynamic references are not supported (use $ref)");
}

static int read_ref(struct reading *k)
{
	const struct json *target;

	if (read_string(k) < 0)
		return -1;
	target = schema_ref(k->s, k->n->at, k->v, k->e);
	if (!target)
		return -1;
	k->n->logic.ref = schema_node_at(k->s, target);
	return 0;
}

static int read_number(struct reading *k)
{
	struct schema_bound **bound = k->at;

	if (k->v->type != JSON_NUMBER)
		return wanted(k, "a number");
	*bound = schema_alloc(k->s, 1, sizeof **bound);
	(*bound)->at = k->v;
	if (decimal_parse(json_raw(k->v), &(*bound)->value) < 0)
		return wanted(k, "a number");
	return 0;
}

static int read_step(struct reading *k)
{
	enum { DIGITS_MAX = 1000 };
	const struct decimal *step;

	if (read_number(k) < 0)
		return -1;
	step = &k->n->number.step->value;
	if (step->negative || step->count == 0)
		return wanted(k, "a number above 0");
	/* A stranger's number may be as long as it likes: its time is the product of both lengths. */
	if (step->count > DIGITS_MAX)
		return wanted(k, "a number of at most 1000 digits");
	return 0;
}

static int read_count(struct reading *k)
{
	struct decimal d;

	if (k->v->type != JSON_NUMBER || decimal_parse(json_raw(k->v), &d) < 0 ||
	    !decimal_size(&d, k->at))
		return wanted(k, "a whole number, 0 or more");
	return 0;
}

static struct schema_pattern *add_pattern(struct reading *k, const struct json *at)
{
	struct schema_pattern *p = schema_alloc(k->s, 1, sizeof *p);
	struct buf text = {0};
	struct err why;

	p->at = at;
	p->regex = regex_compile(json_text(at, &text), &why);
	buf_free(&text);
	if (!p->regex) {
		schema_err(k->s, at, k->e, "%s", why.text);
		return NULL;
	}
	p->before = k->s->patterns;
	k->s->patterns = p;
	return p;
}

static int read_pattern(struct reading *k)
{
	if (read_string(k) < 0)
		return -1;
	k->n->string.pattern = add_pattern(k, k->v);
	return k->n->string.pattern ? 0 : -1;
}

static unsigned type_bits(const struct json *v)
{
	static const struct {
		const char *name;
		unsigned bits;
	} types[] = {
	    {"null", 1 << JSON_NULL},
	    {"boolean", 1 << JSON_FALSE | 1 << JSON_TRUE},
	    {"integer", SCHEMA_INTEGER},
	    {"number", 1 << JSON_NUMBER},
	    {"string", 1 << JSON_STRING},
	    {"array", 1 << JSON_ARRAY},
	    {"object", 1 << JSON_OBJECT},
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (json_str_is(v, types[i].name))
			return types[i].bits;
	return 0;
}

static int read_type(struct reading *k)
{
	static const char what[] = "null, boolean, integer, number, string, array or object, "
				   "or an array of some of them, each once";
	unsigned bits = 0, all = 0;

	if (k->v->type != JSON_ARRAY) {
		all = type_bits(k->v);
	} else {
		for (const struct json *i = json_first(k->v); i != json_end(k->v);
		     i = json_next(i)) {
			bits = type_bits(i);
			if (!bits || bits & all)
				return wanted(k, what);
			all |= bits;
		}
	}
	k->n->types = (uint8_t)all;
	return all ? 0 : wanted(k, what);
}

static void add_value(struct reading *k, struct schema_values *all, const struct json *v)
{
	all->values[all->count] = v;
	all->hashes[all->count++] = schema_hash(&k->s->run, v);
	all->types |= 1u << v->type;
}

static struct schema_values *values_of(struct reading *k, size_t count)
{
	struct schema_values *all = schema_alloc(k->s, 1, sizeof *all);

	all->values = schema_alloc(k->s, count, sizeof *all->values);
	all->hashes = schema_alloc(k->s, count, sizeof *all->hashes);
	return all;
}

static int read_enum(struct reading *k)
{
	if (read_array(k) < 0)
		return -1;
	k->n->values.any = values_of(k, k->v->count);
	for (const struct json *i = json_first(k->v); i != json_end(k->v); i = json_next(i))
		add_value(k, k->n->values.any, i);
	return 0;
}

static int read_const(struct reading *k)
{
	k->n->values.constant = values_of(k, 1);
	add_value(k, k->n->values.constant, k->v);
	return 0;
}

static int read_schema(struct reading *k)
{
	struct schema_node **child = k->at, *n = schema_node_at(k->s, k->v);

	/* contentSchema is an annotation: it must be a schema, and is never applied. */
	if (k->at != k->n)
		*child = n;
	return 0;
}

static int read_schemas(struct reading *k)
{
	struct schema_list *list = k->at;

	if (k->v->type != JSON_ARRAY || k->v->count == 0)
		return wanted(k, "an array of one schema or more");
	list->nodes = schema_alloc(k->s, k->v->count, sizeof *list->nodes);
	for (const struct json *i = json_first(k->v); i != json_end(k->v); i = json_next(i))
		list->nodes[list->count++] = schema_node_at(k->s, i);
	return 0;
}

static int read_definitions(struct reading *k)
{
	if (read_object(k) < 0)
		return -1;
	for (const struct json *i = json_first(k->v); i != json_end(k->v); i = json_next(i))
		schema_node_at(k->s, json_value(i));
	return 0;
}

static int read_properties(struct reading *k)
{
	k->n->object.properties = k->v;
	return read_definitions(k);
}

static int read_pattern_properties(struct reading *k)
{
	struct schema_pattern *patterns;

	if (read_object(k) < 0)
		return -1;
	patterns = schema_alloc(k->s, k->v->count, sizeof *patterns);
	k->n->object.patterns = patterns;
	for (const struct json *i = json_first(k->v); i != json_end(k->v); i = json_next(i)) {
		struct schema_pattern *p = add_pattern(k, i);

		if (!p)
			return -1;
		p->node = schema_node_at(k->s, json_value(i));
		patterns[k->n->object.pattern_count++] = *p;
	}
	return 0;
}

/* An array of different strings? */
static int check_names(struct reading *k, const struct json *v)
{
	size_t first, second;

	if (v->type == JSON_ARRAY) {
		const struct json *i = json_first(v);

		while (i != json_end(v) && i->type == JSON_STRING)
			i = json_next(i);
		if (i == json_end(v) && schema_unique(&k->s->run, v, &first, &second))
			return 0;
	}
	return schema_err(k->s, v, k->e, "must be an array of names, each once");
}

static int read_required(struct reading *k)
{
	k->n->object.requires = k->v;
	return check_names(k, k->v);
}

/* dependentRequired and dependentSchemas share one array; either may come first. */
static struct schema_dependent *more_dependents(struct reading *k)
{
	size_t had = k->n->object.dependent_count, count = had + k->v->count;
	struct schema_dependent *all = schema_alloc(k->s, count, sizeof *all);

	if (had)
		memcpy(all, k->n->object.dependents, had * sizeof *all);
	k->n->object.dependents = all;
	k->n->object.dependent_count = count;
	return all + had;
}

static int read_dependent_required(struct reading *k)
{
	struct schema_dependent *d;

	if (read_object(k) < 0)
		return -1;
	d = more_dependents(k);
	for (const struct json *i = json_first(k->v); i != json_end(k->v); i = json_next(i)) {
		if (check_names(k, json_value(i)) < 0)
			return -1;
		*d++ =
		    (struct schema_dependent){.name = keep_name(k->s, i), .needs = json_value(i)};
	}
	return 0;
}

static int read_dependent_schemas(struct reading *k)
{
	struct schema_dependent *d;

	if (read_object(k) < 0)
		return -1;
	d = more_dependents(k);
	for (const struct json *i = json_first(k->v); i != json_end(k->v); i = json_next(i)) {
		d->name = keep_name(k->s, i);
		d++->node = schema_node_at(k->s, json_value(i));
	}
	return 0;
}

#define AT(field) offsetof(struct schema_node, field)

static const struct keyword keywords[] = {
    {"$anchor", read_string, 0, 0, SCHEMA_VALUE},
    {"$comment", read_string, 0, 0, SCHEMA_VALUE},
    {"$defs", read_definitions, 0, 0, SCHEMA_EACH_NAMED},
    {"$dynamicAnchor", read_string, 0, 0, SCHEMA_VALUE},
    {"$dynamicRef", read_unsupported, 0, 0, SCHEMA_VALUE},
    {"$id", read_string, 0, 0, SCHEMA_VALUE},
    {"$ref", read_ref, 0, SCHEMA_LOGIC, SCHEMA_VALUE},
    {"$schema", read_dialect, 0, 0, SCHEMA_VALUE},
    {"$vocabulary", read_object, 0, 0, SCHEMA_VALUE},
    {"additionalProperties", read_schema, AT(object.additional), SCHEMA_OBJECT, SCHEMA_ONE},
    {"allOf", read_schemas, AT(logic.all), SCHEMA_LOGIC, SCHEMA_EACH},
    {"anyOf", read_schemas, AT(logic.any), SCHEMA_LOGIC, SCHEMA_EACH},
    {"const", read_const, 0, SCHEMA_VALUES, SCHEMA_VALUE},
    {"contains", read_schema, AT(array.contains), SCHEMA_ARRAY, SCHEMA_ONE},
    {"contentEncoding", read_string, 0, 0, SCHEMA_VALUE},
    {"contentMediaType", read_string, 0, 0, SCHEMA_VALUE},
    {"contentSchema", read_schema, 0, 0, SCHEMA_ONE},
    {"dependentRequired", read_dependent_required, 0, SCHEMA_OBJECT, SCHEMA_VALUE},
    {"dependentSchemas", read_dependent_schemas, 0, SCHEMA_OBJECT, SCHEMA_EACH_NAMED},
    {"deprecated", read_boolean, 0, 0, SCHEMA_VALUE},
    {"description", read_string, 0, 0, SCHEMA_VALUE},
    {"else", read_schema, AT(logic.otherwise), SCHEMA_LOGIC, SCHEMA_ONE},
    {"enum", read_enum, 0, SCHEMA_VALUES, SCHEMA_VALUE},
    {"examples", read_array, 0, 0, SCHEMA_VALUE},
    {"exclusiveMaximum", read_number, AT(number.under), SCHEMA_NUMBER, SCHEMA_VALUE},
    {"exclusiveMinimum", read_number, AT(number.over), SCHEMA_NUMBER, SCHEMA_VALUE},
    {"format", read_string, 0, 0, SCHEMA_VALUE},
    {"if", read_schema, AT(logic.condition), SCHEMA_LOGIC, SCHEMA_ONE},
    {"items", read_schema, AT(array.items), SCHEMA_ARRAY, SCHEMA_ONE},
    {"maxContains", read_count, AT(array.most_contained), SCHEMA_ARRAY, SCHEMA_VALUE},
    {"maxItems", read_count, AT(array.most), SCHEMA_ARRAY, SCHEMA_VALUE},
    {"maxLength", read_count, AT(string.most), SCHEMA_STRING, SCHEMA_VALUE},
    {"maxProperties", read_count, AT(object.most), SCHEMA_OBJECT, SCHEMA_VALUE},
    {"maximum", read_number, AT(number.most), SCHEMA_NUMBER, SCHEMA_VALUE},
    {"minContains", read_count, AT(array.least_contained), SCHEMA_ARRAY, SCHEMA_VALUE},
    {"minItems", read_count, AT(array.least), SCHEMA_ARRAY, SCHEMA_VALUE},
    {"minLength", read_count, AT(string.least), SCHEMA_STRING, SCHEMA_VALUE},
    {"minProperties", read_count, AT(object.least), SCHEMA_OBJECT, SCHEMA_VALUE},
    {"minimum", read_number, AT(number.least), SCHEMA_NUMBER, SCHEMA_VALUE},
    {"multipleOf", read_step, AT(number.step), SCHEMA_NUMBER, SCHEMA_VALUE},
    {"not", read_schema, AT(logic.not ), SCHEMA_LOGIC, SCHEMA_ONE},
    {"oneOf", read_schemas, AT(logic.one), SCHEMA_LOGIC, SCHEMA_EACH},
    {"pattern", read_pattern, 0, SCHEMA_STRING, SCHEMA_VALUE},
    {"patternProperties", read_pattern_properties, 0, SCHEMA_OBJECT, SCHEMA_EACH_NAMED},
    {"prefixItems", read_schemas, AT(array.prefix), SCHEMA_ARRAY, SCHEMA_EACH},
    {"properties", read_properties, 0, SCHEMA_OBJECT, SCHEMA_EACH_NAMED},
    {"propertyNames", read_schema, AT(object.names), SCHEMA_OBJECT, SCHEMA_ONE},
    {"readOnly", read_boolean, 0, 0, SCHEMA_VALUE},
    {"required", read_required, 0, SCHEMA_OBJECT, SCHEMA_VALUE},
    {"then", read_schema, AT(logic.then), SCHEMA_LOGIC, SCHEMA_ONE},
    {"title", read_string, 0, 0, SCHEMA_VALUE},
    {"type", read_type, 0, 0, SCHEMA_VALUE},
    {"unevaluatedItems", read_schema, AT(array.unevaluated), SCHEMA_ARRAY, SCHEMA_ONE},
    {"unevaluatedProperties", read_schema, AT(object.unevaluated), SCHEMA_OBJECT, SCHEMA_ONE},
    {"uniqueItems", read_boolean, AT(array.unique), SCHEMA_ARRAY, SCHEMA_VALUE},
    {"writeOnly", read_boolean, 0, 0, SCHEMA_VALUE},
};

static const struct keyword *find_keyword(const struct json *name)
{
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (json_str_is(name, keywords[i].name))
			return &keywords[i];
	return NULL;
}

enum schema_shape schema_shape(const struct json *name)
{
	const struct keyword *key = find_keyword(name);

	return key ? key->shape : SCHEMA_VALUE;
}

static struct schema_member *member_slot(
    struct schema *s, struct schema_node *n, const struct json *name)
{
	struct slice text = keep_name(s, name);
	uint32_t hash = schema_hash_text(text);
	size_t i = hash & n->object.mask;

	while (n->object.members[i].name.ptr && !slice_eq(n->object.members[i].name, text))
		i = (i + 1) & n->object.mask;
	n->object.members[i].name = text;
	n->object.members[i].hash = hash;
	return &n->object.members[i];
}

/* Both keywords come into one table, so that a value's members are looked up once. */
static void make_members(struct schema *s, struct schema_node *n)
{
	const struct json *known = n->object.properties, *needs = n->object.requires;
	size_t count = (known ? known->count : 0) + (needs ? needs->count : 0), slots = 2;

	if (count == 0)
		return;
	while (slots < count * 2)
		slots *= 2;
	n->object.members = schema_alloc(s, slots, sizeof *n->object.members);
	n->object.mask = slots - 1;
	if (known)
		for (const struct json *i = json_first(known); i != json_end(known);
		     i = json_next(i))
			member_slot(s, n, i)->node = schema_node_at(s, json_value(i));
	if (needs) {
		for (const struct json *i = json_first(needs); i != json_end(needs);
		     i = json_next(i))
			member_slot(s, n, i)->required = true;
		n->object.required = needs->count;
	}
}

int schema_read(struct schema *s, struct schema_node *n, struct err *e)
{
	for (const struct json *i = json_first(n->at); i != json_end(n->at); i = json_next(i)) {
		const struct keyword *key = find_keyword(i);
		struct reading k = {s, n, json_value(i), n, e};

		if (!key)
			continue;
		k.at = (char *)n + key->at;
		if (key->read(&k) < 0)
			return -1;
		n->uses |= key->uses;
	}
	if (!n->logic.condition)
		n->logic.then = n->logic.otherwise = NULL;
	make_members(s, n);
	return 0;
}
