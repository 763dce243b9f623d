#include "figures.h"

#include <stdlib.h>

#include "jw.h"
#include "mem.h"

void figures_add(struct figures *f, struct figure figure)
{
	if (f->n == f->cap)
		f->figure = mem_more(f->figure, f->n, &f->cap, sizeof *f->figure);
	f->figure[f->n++] = figure;
}

const struct figure *figures_find(const struct figures *f, struct slice name)
{
	for (size_t i = 0; i < f->n; i++)
		if (slice_is(name, f->figure[i].name))
			return &f->figure[i];
	return NULL;
}

void figures_json(const struct figures *f, struct buf *b)
{
	jw_object(b);
	for (size_t i = 0; i < f->n; i++) {
		const struct figure *g = &f->figure[i];

		jw_name(b, g->name);
		if (g->none)
			jw_null(b);
		else if (g->unit == FIGURES_COUNT)
			jw_int(b, (int64_t)g->value);
		else
			jw_double(b, g->value);
	}
	jw_name(b, "estimated");
	jw_array(b);
	for (size_t i = 0; i < f->n; i++)
		if (f->figure[i].estimated)
			jw_cstr(b, f->figure[i].name);
	jw_array_end(b);
	jw_object_end(b);
}

static void put_value(struct buf *b, const struct figure *g)
{
	struct buf text = {0};

	if (g->none)
		buf_str(&text, "-");
	else if (g->unit == FIGURES_COUNT)
		buf_fmt(&text, "%.0f", g->value);
	else if (g->unit == FIGURES_SHARE)
		buf_fmt(&text, "%.2f %%", 100 * g->value);
	else
		buf_fmt(&text, "%.3f", g->value);
	buf_fmt(b, "%12s", buf_cstr(&text));
	buf_free(&text);
}

static int label_width(const struct figures *f)
{
	size_t width = 0;

	for (size_t i = 0; i < f->n; i++)
		if (strlen(f->figure[i].label) > width)
			width = strlen(f->figure[i].label);
	return (int)width;
}

void figures_table(const struct figures *f, struct buf *b)
{
	int width = label_width(f);

	for (size_t i = 0; i < f->n; i++) {
		const struct figure *g = &f->figure[i];

		buf_fmt(b, "%s%-*s ", i ? "\n" : "", width, g->label);
		put_value(b, g);
		if (g->estimated)
			buf_str(b, "  (estimated)");
	}
}

static bool is_op(char c)
{
	return c == '<' || c == '>' || c == '=';
}

static int read_value(struct figures_condition *c, struct slice text)
{
	struct json_doc doc = {0};
	const struct json *v = json_parse(&doc, text, NULL);
	bool number = json_is(v, JSON_NUMBER);

	if (number)
		c->value = json_double(v);
	json_doc_free(&doc);
	return number ? 0 : -1;
}

int figures_condition(struct figures_condition *c, struct slice text, struct err *e)
{
	size_t from = 0, to;

	*c = (struct figures_condition){0};
	while (from < text.len && !is_op(text.ptr[from]))
		from++;
	for (to = from; to < text.len && is_op(text.ptr[to]) && to - from < 2; to++)
		c->op[to - from] = text.ptr[to];
	c->name = slice_trim(slice_make(text.ptr, from));
	if (c->name.len == 0 || to == from || strcmp(c->op, "=") == 0 || c->op[1] == '<' ||
	    c->op[1] == '>' ||
	    read_value(c, slice_trim(slice_make(text.ptr + to, text.len - to))) < 0)
		return err_set(
		    e, "'%.*s' is not NAME, one of < <= > >= ==, and a number", SLICE_FMT(text));
	return 0;
}

bool figures_holds(const struct figures_condition *c, const struct figure *figure)
{
	double v = figure->value;

	if (figure->none)
		return false;
	if (c->op[0] == '=')
		return v == c->value;
	if (c->op[1] == '=' && v == c->value)
		return true;
	return c->op[0] == '<' ? v < c->value : v > c->value;
}

void figures_free(struct figures *f)
{
	free(f->figure);
	*f = (struct figures){0};
}
