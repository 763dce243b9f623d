#include "where.h"

#include "decimal.h"

enum where_operator { EQ, NE, GT, GTE, LT, LTE, IN, NIN, NO_OPERATOR };

static const char *const operators[] = {
    [EQ] = "$eq",
    [NE] = "$ne",
    [GT] = "$gt",
    [GTE] = "$gte",
    [LT] = "$lt",
    [LTE] = "$lte",
    [IN] = "$in",
    [NIN] = "$nin",
};

/* The two arguments of a "%.*s": as much of a name as a message has use for, as it is written. */
#define NAME_FMT(v) ((v)->len > 100 ? 100 : (int)(v)->len), (v)->ptr

static enum where_operator operator_of(const struct json *name)
{
	enum where_operator o = EQ;

	while (o < NO_OPERATOR && !json_str_is(name, operators[o]))
		o++;
	return o;
}

static bool is_boolean(const struct json *v)
{
	return v->type == JSON_TRUE || v->type == JSON_FALSE;
}

/* Only strings, numbers and booleans are equal to anything. */
static int read_value(const struct json *v, struct err *e)
{
	if (v->type == JSON_STRING || v->type == JSON_NUMBER || is_boolean(v))
		return 0;
	return err_set(e, "a string, a number or a boolean was due, not %s", json_type_name(v));
}

static int read_list(const struct json *list, struct err *e)
{
	if (list->type != JSON_ARRAY || list->count == 0)
		return err_set(e, "an array of one value or more was due");
	for (const struct json *v = json_first(list); v != json_end(list); v = json_next(v))
		if (read_value(v, e) < 0)
			return -1;
	return 0;
}

static int read_operand(const struct json *name, const struct json *v, struct err *e)
{
	switch (operator_of(name)) {
	case NO_OPERATOR:
		return err_set(e, "no such operator");
	case IN:
	case NIN:
		return read_list(v, e);
	case EQ:
	case NE:
		return read_value(v, e);
	default:
		if (v->type == JSON_STRING || v->type == JSON_NUMBER)
			return 0;
		return err_set(e, "a number or a string was due, not %s", json_type_name(v));
	}
}

/* What a member must be: a value, or operators. */
static int read_condition(const struct json *v, struct err *e)
{
	if (v->type != JSON_OBJECT)
		return read_value(v, e);
	if (v->count == 0)
		return err_set(e, "an operator was due");
	for (const struct json *name = json_first(v); name != json_end(v); name = json_next(name))
		if (read_operand(name, json_value(name), e) < 0)
			return err_wrap(e, "%.*s", NAME_FMT(name));
	return 0;
}

static bool joins(const struct json *name)
{
	return json_str_is(name, "$and") || json_str_is(name, "$or");
}

static bool is_operator(const struct json *name)
{
	struct buf scratch = {0};
	bool yes = slice_starts(json_text(name, &scratch), "$");

	buf_free(&scratch);
	return yes;
}

static int read_filter(const struct json *v, struct err *e);

static int read_filters(const struct json *name, const struct json *list, struct err *e)
{
	if (list->type != JSON_ARRAY || list->count == 0)
		return err_set(e, "%.*s: an array of one filter or more was due", NAME_FMT(name));
	for (const struct json *v = json_first(list); v != json_end(list); v = json_next(v))
		if (read_filter(v, e) < 0)
			return -1;
	return 0;
}

static int read_member(const struct json *name, struct err *e)
{
	if (joins(name))
		return read_filters(name, json_value(name), e);
	if (is_operator(name))
		return err_set(e, "%.*s: no such operator here", NAME_FMT(name));
	if (read_condition(json_value(name), e) < 0)
		return err_wrap(e, "%.*s", NAME_FMT(name));
	return 0;
}

static int read_filter(const struct json *v, struct err *e)
{
	if (v->type != JSON_OBJECT)
		return err_set(e, "a filter must be an object, not %s", json_type_name(v));
	for (const struct json *name = json_first(v); name != json_end(v); name = json_next(name))
		if (read_member(name, e) < 0)
			return -1;
	return 0;
}

int where_read(struct where *w, struct slice text, struct err *e)
{
	const struct json *root;

	w->root = NULL;
	buf_clear(&w->text);
	buf_slice(&w->text, text);
	if (w->text.over)
		return err_set(e, "a filter of more than %zu bytes", BUF_MAX);
	root = json_parse(&w->doc, buf_all(&w->text), e);
	if (!root || read_filter(root, e) < 0)
		return -1;
	w->root = root;
	return 0;
}

static int compare_strings(const struct json *a, const struct json *b)
{
	struct buf x = {0}, y = {0};
	int order = slice_cmp(json_text(a, &x), json_text(b, &y));

	buf_free(&x);
	buf_free(&y);
	return order;
}

/* Numbers as they are written: rounded to doubles, long ones could be equal that are not. */
static int compare_numbers(const struct json *a, const struct json *b)
{
	struct decimal x, y;

	decimal_parse(slice_make(a->ptr, a->len), &x);
	decimal_parse(slice_make(b->ptr, b->len), &y);
	return decimal_cmp(&x, &y);
}

/* False where there is no order. */
static bool compare(const struct json *a, const struct json *b, int *order)
{
	if (a->type != b->type || (a->type != JSON_STRING && a->type != JSON_NUMBER))
		return false;
	*order = a->type == JSON_STRING ? compare_strings(a, b) : compare_numbers(a, b);
	return true;
}

static bool equals(const struct json *a, const struct json *b)
{
	int order;

	if (is_boolean(a))
		return a->type == b->type;
	return compare(a, b, &order) && order == 0;
}

/* Is the value, or an element of it, equal to this? */
static bool has(const struct json *value, const struct json *operand)
{
	if (!value)
		return false;
	if (value->type != JSON_ARRAY)
		return equals(value, operand);
	for (const struct json *v = json_first(value); v != json_end(value); v = json_next(v))
		if (equals(v, operand))
			return true;
	return false;
}

static bool has_one_of(const struct json *value, const struct json *list)
{
	for (const struct json *v = json_first(list); v != json_end(list); v = json_next(v))
		if (has(value, v))
			return true;
	return false;
}

static bool precedes(enum where_operator o, const struct json *value, const struct json *operand)
{
	int order;

	if (!value || !compare(value, operand, &order))
		return false;
	switch (o) {
	case GT:
		return order > 0;
	case GTE:
		return order >= 0;
	case LT:
		return order < 0;
	default:
		return order <= 0;
	}
}

/* The operators are known to be some of ours. */
static bool operator_holds(
    enum where_operator o, const struct json *value, const struct json *operand)
{
	switch (o) {
	case EQ:
		return has(value, operand);
	case NE:
		return !has(value, operand);
	case IN:
		return has_one_of(value, operand);
	case NIN:
		return !has_one_of(value, operand);
	default:
		return precedes(o, value, operand);
	}
}

static bool condition_holds(const struct json *condition, const struct json *value)
{
	if (condition->type != JSON_OBJECT)
		return has(value, condition);
	for (const struct json *name = json_first(condition); name != json_end(condition);
	     name = json_next(name))
		if (!operator_holds(operator_of(name), value, json_value(name)))
			return false;
	return true;
}

/* A member that is null is not there. */
static const struct json *find(const struct json *object, struct slice name)
{
	while (json_is(object, JSON_OBJECT)) {
		const struct json *v = json_get_slice(object, name);
		struct slice first;

		if (v && v->type != JSON_NULL)
			return v;
		first = slice_split(&name, '.');
		if (!name.ptr)
			return NULL;
		object = json_get_slice(object, first);
	}
	return NULL;
}

static bool filter_holds(const struct json *filter, const struct json *object);

static bool any_holds(const struct json *list, const struct json *object)
{
	for (const struct json *v = json_first(list); v != json_end(list); v = json_next(v))
		if (filter_holds(v, object))
			return true;
	return false;
}

static bool all_hold(const struct json *list, const struct json *object)
{
	for (const struct json *v = json_first(list); v != json_end(list); v = json_next(v))
		if (!filter_holds(v, object))
			return false;
	return true;
}

static bool member_holds(const struct json *name, const struct json *object)
{
	struct buf scratch = {0};
	bool holds;

	if (json_str_is(name, "$and"))
		return all_hold(json_value(name), object);
	if (json_str_is(name, "$or"))
		return any_holds(json_value(name), object);
	holds = condition_holds(json_value(name), find(object, json_text(name, &scratch)));
	buf_free(&scratch);
	return holds;
}

static bool filter_holds(const struct json *filter, const struct json *object)
{
	for (const struct json *name = json_first(filter); name != json_end(filter);
	     name = json_next(name))
		if (!member_holds(name, object))
			return false;
	return true;
}

bool where_holds(const struct where *w, const struct json *object)
{
	return !w->root || filter_holds(w->root, object);
}

void where_free(struct where *w)
{
	buf_free(&w->text);
	json_doc_free(&w->doc);
	w->root = NULL;
}
