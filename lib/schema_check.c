#include "schema_impl.h"

/*
 * One pass over a value and the schemas that hold for it. Without explanations every function
 * returns at the first failure; with them it goes on, so that more than one can be told.
 *
 * Marks are bits among the run's words, one for each member or element of the value: which of
 * them some keyword has evaluated, for unevaluatedProperties and unevaluatedItems. They are kept
 * only below a schema that asks. What a failed schema has marked must not count: so whatever may
 * fail without its parent failing gets marks of its own, which are added up when it succeeds.
 */
enum {
	/*
	 * Levels of schemas in one another while checking: JSON_DEPTH values, some schemas for
	 * each. A level takes some 600 bytes of stack.
	 */
	DEPTH_MAX = 4000,
	STEPS_MIN = 1 << 20,
	STEPS_PER_VALUE = 1024,
	STEPS_PER_NODE = 16
};

static size_t mark_words(const struct json *v)
{
	return ((size_t)v->count + 63) / 64;
}

static bool is_marked(const struct schema_run *r, size_t marks, size_t i)
{
	return r->words[marks + i / 64] >> i % 64 & 1;
}

/* Gives the marks that were made in words from at on to marks. */
static void add_marks(struct schema_run *r, size_t marks, size_t at, const struct json *v)
{
	for (size_t i = 0; i < mark_words(v); i++)
		r->words[marks + i] |= r->words[at + i];
}

/* A check that may fail while the one around it succeeds. */
static bool check_apart(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	size_t had = r->words_used, own;
	bool good;

	if (marks == SCHEMA_NO_MARKS)
		return schema_fits(r, n, v, marks);
	own = schema_words(r, mark_words(v));
	good = schema_fits(r, n, v, own);
	if (good)
		add_marks(r, marks, own, v);
	r->words_used = had;
	return good;
}

bool schema_fits_quietly(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	bool explain = r->explain, good;

	r->explain = false;
	good = check_apart(r, n, v, marks);
	r->explain = explain && !r->broken;
	return good;
}

/* enum and const */

static bool is_among(struct schema_run *r, const struct schema_values *all, const struct json *v)
{
	uint32_t hash;

	if (!(all->types & 1u << v->type))
		return false;
	hash = schema_hash(r, v);
	for (size_t i = 0; i < all->count; i++)
		if (all->hashes[i] == hash && schema_equal(r, all->values[i], v))
			return true;
	return false;
}

static bool say_values(struct schema_run *r, const struct schema_values *all, const struct json *v,
    enum schema_weight weight, const char *keyword)
{
	size_t i;

	schema_say(r, weight, all->count == 1 ? "must be " : "must be one of ");
	for (i = 0; i < all->count && !schema_line_is_long(r); i++) {
		if (i)
			schema_say_text(r, ", ");
		schema_say_value(r, all->values[i]);
	}
	if (i < all->count)
		schema_say_text(r, ", …");
	schema_say_text(r, keyword);
	return schema_say_found(r, v);
}

static bool check_values(struct schema_run *r, const struct schema_node *n, const struct json *v)
{
	if (n->values.constant && !is_among(r, n->values.constant, v))
		return say_values(r, n->values.constant, v, SCHEMA_WRONG_CONST, " (const)");
	if (n->values.any && !is_among(r, n->values.any, v))
		return say_values(r, n->values.any, v,
		    n->values.any->count == 1 ? SCHEMA_WRONG_CONST : SCHEMA_WRONG_VALUE, " (enum)");
	return true;
}

/* Schemas for the same value */

static bool check_all(
    struct schema_run *r, const struct schema_list *all, const struct json *v, size_t marks)
{
	bool good = true;

	for (size_t i = 0; i < all->count && (good || r->explain); i++)
		good = schema_fits(r, all->nodes[i], v, marks) && good;
	return good;
}

static bool has_type(unsigned types, const struct json *v)
{
	return types & 1u << v->type ||
	    (v->type == JSON_NUMBER && types & SCHEMA_INTEGER && schema_is_integer(v));
}

/* Where alternatives differ in their types and none has v's, their types are all there is to say. */
static unsigned wanted_types(const struct schema_list *list, const struct json *v)
{
	unsigned all = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct schema_node *n = list->nodes[i];
		unsigned types = n->types;

		for (; n->logic.ref; n = n->logic.ref)
			types = types == SCHEMA_ANY_TYPE ? n->logic.ref->types : types;
		if (n->never)
			continue;
		if (has_type(types, v))
			return 0;
		all |= types;
	}
	return all;
}

struct attempt {
	struct buf text;
	unsigned score;
	size_t number; /* from 1; 0 is none yet */
};

/*
 * Checks v against one alternative, and keeps its explanation when it comes nearer than the best
 * so far.
 */
static void explain_one(struct schema_run *r, const struct schema_node *n, const struct json *v,
    struct attempt *best, size_t number)
{
	size_t had = r->out.len, base_depth = r->base_depth;
	unsigned failures = r->failures, score = r->score;

	r->failures = r->score = 0;
	r->base_depth = schema_path_depth(r->path);
	check_apart(r, n, v, SCHEMA_NO_MARKS);
	if (r->broken)
		return;
	if (best->number == 0 || r->score < best->score) {
		buf_clear(&best->text);
		buf_slice(&best->text, buf_from(&r->out, had));
		best->score = r->score;
		best->number = number;
	}
	r->out.len = had;
	r->explain = true;
	r->base_depth = base_depth;
	r->failures = failures;
	r->score = score;
}

/* None of the alternatives fits: what is wrong with the one that is nearest. */
static bool explain_none(
    struct schema_run *r, const struct schema_list *list, const struct json *v, const char *keyword)
{
	struct attempt best = {0};
	unsigned types;

	if (!r->explain || r->broken)
		return false;
	types = wanted_types(list, v);
	if (types) {
		schema_say(r, SCHEMA_WRONG_TYPE, "must be ");
		schema_say_types(r, types);
		schema_say_text(r, " ");
		schema_say_text(r, keyword);
		return schema_say_found(r, v);
	}
	for (size_t i = 0; i < list->count; i++)
		explain_one(r, list->nodes[i], v, &best, i + 1);
	if (!r->broken) {
		if (list->count > 1)
			schema_say(r, SCHEMA_PLAIN,
			    "fits none of %zu alternatives %s; the nearest is number %zu, but for:",
			    list->count, keyword, best.number);
		schema_say_lines(r, buf_all(&best.text), best.score);
	}
	buf_free(&best.text);
	return false;
}

static bool check_any(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	bool good = false;

	for (size_t i = 0; i < n->logic.any.count; i++) {
		if (!schema_fits_quietly(r, n->logic.any.nodes[i], v, marks))
			continue;
		good = true;
		if (marks == SCHEMA_NO_MARKS)
			break;
	}
	return good || explain_none(r, &n->logic.any, v, "(anyOf)");
}

static bool check_one_of(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	size_t first = 0;

	for (size_t i = 0; i < n->logic.one.count; i++) {
		if (!schema_fits_quietly(r, n->logic.one.nodes[i], v, marks))
			continue;
		if (first)
			return schema_say(r, SCHEMA_PLAIN,
			    "must fit exactly one of %zu alternatives (oneOf), but fits number %zu "
			    "and number %zu",
			    n->logic.one.count, first, i + 1);
		first = i + 1;
	}
	return first || explain_none(r, &n->logic.one, v, "(oneOf)");
}

static bool check_condition(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	const struct schema_node *next;

	if (!n->logic.then && !n->logic.otherwise && marks == SCHEMA_NO_MARKS)
		return true;
	next = schema_fits_quietly(r, n->logic.condition, v, marks) ? n->logic.then
								    : n->logic.otherwise;
	return !next || schema_fits(r, next, v, marks);
}

static bool check_not(struct schema_run *r, const struct schema_node *n, const struct json *v)
{
	if (!schema_fits_quietly(r, n->logic.not, v, SCHEMA_NO_MARKS))
		return true;
	schema_say(r, SCHEMA_PLAIN, "must not fit ");
	schema_say_value(r, n->logic.not ->at);
	schema_say_text(r, " (not)");
	return schema_say_found(r, v);
}

static bool check_logic(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	bool good = !n->logic.ref || schema_fits(r, n->logic.ref, v, marks);

	if (n->logic.all.count && (good || r->explain))
		good = check_all(r, &n->logic.all, v, marks) && good;
	if (n->logic.any.count && (good || r->explain))
		good = check_any(r, n, v, marks) && good;
	if (n->logic.one.count && (good || r->explain))
		good = check_one_of(r, n, v, marks) && good;
	if (n->logic.condition && (good || r->explain))
		good = check_condition(r, n, v, marks) && good;
	if (n->logic.not &&(good || r->explain))
		good = check_not(r, n, v) && good;
	return good;
}

/* What no keyword has evaluated */

static bool check_rest_of_object(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	const struct schema_node *child = n->object.unevaluated;
	size_t index = 0;
	bool good = true;

	for (const struct json *i = json_first(v); i != json_end(v) && (good || r->explain);
	     i = json_next(i), index++) {
		if (is_marked(r, marks, index))
			continue;
		if (child->never)
			good =
			    schema_say_unknown(r, n, i, " is not allowed (unevaluatedProperties)");
		else
			good = schema_fits_member(r, child, i) && good;
	}
	return good;
}

static bool check_rest_of_array(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	const struct schema_node *child = n->array.unevaluated;
	size_t index = 0;
	bool good = true;

	for (const struct json *i = json_first(v); i != json_end(v) && (good || r->explain);
	     i = json_next(i), index++) {
		if (is_marked(r, marks, index))
			continue;
		if (child->never)
			good = schema_say(r, SCHEMA_PLAIN,
			    "the element %zu (from 0) is not allowed (unevaluatedItems)", index);
		else
			good = schema_fits_element(r, child, i, index) && good;
	}
	return good;
}

/* Everything but unevaluatedProperties and unevaluatedItems. */
static bool check_keywords(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	unsigned uses = n->uses;
	bool good = true;

	if (uses & SCHEMA_VALUES && !check_values(r, n, v))
		return false;
	if (v->type == JSON_OBJECT && uses & SCHEMA_OBJECT)
		good = schema_fits_object(r, n, v, marks);
	else if (v->type == JSON_STRING && uses & SCHEMA_STRING)
		good = schema_fits_string(r, n, v);
	else if (v->type == JSON_ARRAY && uses & SCHEMA_ARRAY)
		good = schema_fits_array(r, n, v, marks);
	else if (v->type == JSON_NUMBER && uses & SCHEMA_NUMBER)
		good = schema_fits_number(r, n, v);
	if (uses & SCHEMA_LOGIC && (good || r->explain))
		good = check_logic(r, n, v, marks) && good;
	return good;
}

/*
 * A schema that asks for the rest sees the marks of its own keywords only; once it fits, all of
 * the value is evaluated.
 */
static bool check_with_rest(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	size_t had = r->words_used, own = schema_words(r, mark_words(v));
	bool good = check_keywords(r, n, v, own);

	if (good && v->type == JSON_OBJECT)
		good = check_rest_of_object(r, n, v, own);
	else if (good)
		good = check_rest_of_array(r, n, v, own);
	r->words_used = had;
	if (good && marks != SCHEMA_NO_MARKS && v->count)
		memset(r->words + marks, 0xff, mark_words(v) * sizeof *r->words);
	return good;
}

static bool enter(struct schema_run *r)
{
	if (r->broken)
		return false;
	if (r->depth == DEPTH_MAX)
		return schema_say_broken(r, "too many schemas hold for it in one another");
	if (r->steps == 0)
		return schema_say_broken(r, "the schema takes too many steps");
	r->depth++;
	r->steps--;
	return true;
}

bool schema_fits(
    struct schema_run *r, const struct schema_node *n, const struct json *v, size_t marks)
{
	bool rest, good;

	if (n->never)
		return schema_say(r, SCHEMA_WRONG_TYPE, "must not be there (false)");
	if (!enter(r))
		return false;
	rest = (v->type == JSON_OBJECT && n->object.unevaluated) ||
	    (v->type == JSON_ARRAY && n->array.unevaluated);
	if (!has_type(n->types, v)) {
		schema_say(r, SCHEMA_WRONG_TYPE, "must be ");
		schema_say_types(r, n->types);
		schema_say_text(r, " (type)");
		good = schema_say_found(r, v);
	} else if (rest) {
		good = check_with_rest(r, n, v, marks);
	} else {
		good = !n->uses || check_keywords(r, n, v, marks);
	}
	r->depth--;
	return good;
}

static bool run(struct schema *s, const struct json *v, bool explain)
{
	struct schema_run *r = &s->run;

	r->steps = STEPS_MIN +
	    (uint64_t)v->span * (STEPS_PER_VALUE + STEPS_PER_NODE * (uint64_t)s->node_count);
	r->path = NULL;
	r->depth = 0;
	r->broken = false;
	r->explain = explain;
	r->line = false;
	r->failures = r->score = 0;
	r->base_depth = r->words_used = 0;
	buf_clear(&r->text);
	buf_clear(&r->out);
	return schema_fits(r, s->top, v, SCHEMA_NO_MARKS) && !r->broken;
}

int schema_check(struct schema *s, const struct json *v, struct buf *why)
{
	struct schema_run *r = &s->run;
	int rc = run(s, v, false) ? 1 : r->broken ? -1 : 0;

	if (rc == 0 && why) {
		run(s, v, true);
		/* Explaining looks at more than checking, and may be too much where that was not. */
		if (r->broken) {
			buf_clear(&r->out);
			buf_str(
			    &r->out, "/: does not fit; what is wrong takes too many steps to tell");
		}
	}
	if (why)
		buf_slice(why, buf_all(&r->out));
	return rc;
}
