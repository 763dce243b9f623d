#include "schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "mem.h"
#include "schema_impl.h"

struct chunk {
	struct chunk *before;
	max_align_t start[];
};

void *schema_alloc(struct schema *s, size_t n, size_t size)
{
	struct chunk *c;
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes) ||
	    __builtin_add_overflow(bytes, sizeof *c, &bytes))
		bytes = SIZE_MAX;
	c = mem_array(1, bytes);
	c->before = s->memory;
	s->memory = c;
	return c->start;
}

static void put_step(struct buf *b, const struct json *name)
{
	struct buf text = {0};
	struct slice step = json_text(name, &text);

	for (size_t i = 0; i < step.len; i++) {
		unsigned char c = (unsigned char)step.ptr[i];

		if (c == '~' || c == '/')
			buf_str(b, c == '~' ? "~0" : "~1");
		else if (c < 0x20 || c == 0x7f)
			buf_fmt(b, "\\u%04x", c);
		else
			buf_byte(b, step.ptr[i]);
	}
	buf_free(&text);
}

/* A value's place is looked for from the top: it lies inside of each value on the way. */
static void put_pointer(const struct schema *s, const struct json *at, struct buf *b)
{
	const struct json *v = s->root;

	buf_byte(b, '#');
	while (v != at && (v->type == JSON_ARRAY || v->type == JSON_OBJECT)) {
		const struct json *i = json_first(v);
		size_t index = 0;

		for (; json_next(i) <= at; i = json_next(i))
			index++;
		buf_byte(b, '/');
		if (v->type == JSON_ARRAY)
			buf_fmt(b, "%zu", index);
		else
			put_step(b, i);
		if (i == at)
			return;
		v = v->type == JSON_ARRAY ? i : json_value(i);
	}
}

int schema_err(const struct schema *s, const struct json *at, struct err *e, const char *fmt, ...)
{
	struct buf where = {0};
	char what[ERR_MAX];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(what, sizeof what, fmt, ap) < 0)
		what[0] = '\0';
	va_end(ap);
	put_pointer(s, at, &where);
	err_set(e, "%s: %s", buf_cstr(&where), what);
	buf_free(&where);
	return -1;
}

struct schema_node *schema_node_at(struct schema *s, const struct json *v)
{
	struct schema_node **slot = &s->node_of[schema_place(s, v)], *n = *slot;

	if (n)
		return n;
	n = *slot = schema_alloc(s, 1, sizeof *n);
	n->at = v;
	n->types = SCHEMA_ANY_TYPE;
	n->never = v->type == JSON_FALSE;
	n->string.most = n->array.most = n->object.most = n->array.most_contained = SIZE_MAX;
	n->array.least_contained = 1;
	if (s->last)
		s->last->next = n;
	s->last = n;
	s->node_count++;
	return n;
}

/* Reading a node makes further ones, behind it. */
static int read_all(struct schema *s, struct err *e)
{
	for (struct schema_node *n = s->top; n; n = n->next) {
		if (n->at->type == JSON_TRUE || n->at->type == JSON_FALSE)
			continue;
		if (n->at->type != JSON_OBJECT)
			return schema_err(s, n->at, e, "a schema must be an object or a boolean");
		if (schema_read(s, n, e) < 0)
			return -1;
	}
	return 0;
}

/* The schemas that n applies to the same value, one after another; some may be NULL. */
static bool same_value(const struct schema_node *n, size_t i, struct schema_node **child)
{
	struct schema_node *const singles[] = {
	    n->logic.ref, n->logic.not, n->logic.condition, n->logic.then, n->logic.otherwise};
	const struct schema_list *lists[] = {&n->logic.all, &n->logic.any, &n->logic.one};
	size_t single_count = sizeof singles / sizeof *singles;

	if (i < single_count) {
		*child = singles[i];
		return true;
	}
	i -= single_count;
	for (size_t k = 0; k < 3; k++) {
		if (i < lists[k]->count) {
			*child = lists[k]->nodes[i];
			return true;
		}
		i -= lists[k]->count;
	}
	*child = i < n->object.dependent_count ? n->object.dependents[i].node : NULL;
	return i < n->object.dependent_count;
}

enum walk { WALK_NEW, WALK_OPEN, WALK_DONE };

/*
 * A circle of schemas for one and the same value has no end. References can make it as long as
 * the document, so the way back is kept in the nodes and not on the stack.
 */
static int find_circle(struct schema *s, struct schema_node *n, struct err *e)
{
	struct schema_node *child;

	n->walk.state = WALK_OPEN;
	while (n) {
		if (!same_value(n, n->walk.child++, &child)) {
			n->walk.state = WALK_DONE;
			n = n->walk.from;
			continue;
		}
		if (!child || child->walk.state == WALK_DONE)
			continue;
		if (child->walk.state == WALK_OPEN)
			return schema_err(s, n->at, e,
			    "refers back to itself for the same value, without an end");
		child->walk.state = WALK_OPEN;
		child->walk.from = n;
		n = child;
	}
	return 0;
}

static int find_circles(struct schema *s, struct err *e)
{
	for (struct schema_node *n = s->top; n; n = n->next)
		if (n->walk.state == WALK_NEW && find_circle(s, n, e) < 0)
			return -1;
	return 0;
}

static int compile(struct schema *s, const struct json *root, struct err *e)
{
	struct slice raw = json_raw(root);

	/* Room for two strings of a text, to compare them. */
	s->run.text.max = 2 * JSON_TEXT_MAX;
	s->text = mem_copy(raw.ptr, raw.len);
	s->root = json_parse(&s->doc, slice_make(s->text, raw.len), e);
	if (!s->root)
		return -1;
	s->node_of = schema_alloc(s, s->root->span, sizeof(struct schema_node *));
	s->resource_of = schema_alloc(s, s->root->span, sizeof *s->resource_of);
	if (schema_scan_root(s, e) < 0)
		return -1;
	s->top = schema_node_at(s, s->root);
	if (read_all(s, e) < 0)
		return -1;
	return find_circles(s, e);
}

struct schema *schema_compile(const struct json *root, struct err *e)
{
	struct schema *s = mem_array(1, sizeof *s);
	struct err cause;

	if (compile(s, root, &cause) == 0)
		return s;
	err_set(e, "%s", cause.text);
	schema_free(s);
	return NULL;
}

void schema_free(struct schema *s)
{
	if (!s)
		return;
	for (struct schema_pattern *p = s->patterns; p; p = p->before)
		regex_free(p->regex);
	for (struct chunk *c = s->memory, *before; c; c = before) {
		before = c->before;
		free(c);
	}
	free(s->resources);
	free(s->anchors);
	buf_free(&s->run.text);
	buf_free(&s->run.out);
	free(s->run.words);
	json_doc_free(&s->doc);
	free(s->text);
	free(s);
}

const struct json *schema_json(const struct schema *s)
{
	return s->root;
}

const struct json *schema_resolve(const struct schema *s, const struct json *node)
{
	const struct schema_node *n;

	if (node < s->root || node >= s->root + s->root->span)
		return node;
	n = s->node_of[schema_place(s, node)];
	/* No circle has passed the compiler. */
	while (n && n->logic.ref)
		n = n->logic.ref;
	return n ? n->at : node;
}
