#include "jw.h"
#include "tmpl.h"
#include "tmpl_impl.h"

/* The context stack, and what the lines of partials begin with, grow on the C stack. */
struct frame {
	const struct json *v;
	const struct frame *up;
};

struct indent {
	struct slice text;
	const struct indent *up;
};

struct scope {
	const struct tmpl_unit *unit;
	const struct frame *top; /* above the caller's stack */
	const struct indent *indent;
	size_t partials;
};

struct run {
	const struct tmpl *t;
	const struct json *const *stack;
	size_t n;
	struct buf *out;
	struct err *e;
};

static const struct json *current(const struct run *r, const struct frame *top)
{
	if (top)
		return top->v;
	return r->n ? r->stack[r->n - 1] : NULL;
}

/* Only the first part is looked for down the stack; the rest stands inside or nowhere. */
static const struct json *look_up(
    const struct run *r, const struct scope *s, const struct tmpl_op *op)
{
	const struct slice *part = s->unit->parts + op->part;
	const struct json *v = NULL;

	if (op->parts == 0)
		return current(r, s->top);
	for (const struct frame *f = s->top; f && !v; f = f->up)
		v = json_get_slice(f->v, *part);
	for (size_t i = r->n; i > 0 && !v; i--)
		v = json_get_slice(r->stack[i - 1], *part);
	for (size_t i = 1; i < op->parts && v; i++)
		v = json_get_slice(v, part[i]);
	return v;
}

static bool is_false(const struct json *v)
{
	if (!v)
		return true;
	switch ((enum json_type)v->type) {
	case JSON_NULL:
	case JSON_FALSE:
		return true;
	case JSON_STRING:
		return v->len == 0;
	case JSON_ARRAY:
		return v->count == 0;
	default:
		return false;
	}
}

static void put_indent(struct buf *out, const struct indent *in)
{
	if (!in)
		return;
	put_indent(out, in->up);
	buf_slice(out, in->text);
}

static void put_text(struct buf *out, const struct indent *in, const struct tmpl_op *op)
{
	struct slice src = op->text;
	bool fresh = op->fresh;

	if (!in) {
		buf_slice(out, src);
		return;
	}
	for (size_t at = 0, end; at < src.len || fresh; at = end, fresh = at < src.len) {
		if (fresh)
			put_indent(out, in);
		end = tmpl_next_line(src, at, src.len);
		buf_put(out, src.ptr + at, end - at);
	}
}

static void put_value(struct buf *out, const struct json *v)
{
	if (!v || v->type == JSON_NULL)
		return;
	if (v->type == JSON_STRING)
		json_unescape(v, out);
	else
		buf_slice(out, json_raw(v));
}

static int render(const struct run *r, const struct scope *s, size_t first, size_t end);

static int render_inside(
    const struct run *r, const struct scope *s, size_t at, const struct json *v)
{
	struct frame f = {v, s->top};
	struct scope in = *s;

	in.top = &f;
	return render(r, &in, at + 1, s->unit->ops[at].end);
}

static int render_section(const struct run *r, const struct scope *s, size_t at)
{
	const struct tmpl_op *op = &s->unit->ops[at];
	const struct json *v = look_up(r, s, op);

	if (op->kind == TMPL_INVERTED)
		return is_false(v) ? render(r, s, at + 1, op->end) : 0;
	if (is_false(v))
		return 0;
	if (v->type != JSON_ARRAY)
		return render_inside(r, s, at, v);
	for (const struct json *i = json_first(v); i != json_end(v); i = json_next(i))
		if (render_inside(r, s, at, i) < 0)
			return -1;
	return 0;
}

static int render_partial(const struct run *r, const struct scope *s, const struct tmpl_op *op)
{
	struct indent in = {op->text, s->indent};
	struct scope inside = *s;

	inside.unit = &r->t->units[op->unit];
	if (++inside.partials > TMPL_PARTIALS)
		return err_set(r->e,
		    "%s: partial \"%s\": more than %d partials stand in one another",
		    r->t->units[0].name, inside.unit->name, TMPL_PARTIALS);
	if (!op->fresh)
		inside.indent = NULL;
	else if (op->text.len > 0)
		inside.indent = &in;
	return render(r, &inside, 0, inside.unit->n_ops);
}

static int render(const struct run *r, const struct scope *s, size_t first, size_t end)
{
	for (size_t i = first; i < end; i = s->unit->ops[i].end) {
		const struct tmpl_op *op = &s->unit->ops[i];
		int got = 0;

		switch (op->kind) {
		case TMPL_TEXT:
			put_text(r->out, s->indent, op);
			break;
		case TMPL_VALUE:
			put_value(r->out, look_up(r, s, op));
			break;
		case TMPL_PARTIAL:
			got = render_partial(r, s, op);
			break;
		default:
			got = render_section(r, s, i);
		}
		if (got < 0)
			return -1;
		if (r->out->over)
			return err_set(r->e, "%s: more than %zu bytes", r->t->units[0].name,
			    r->out->max ? r->out->max : BUF_MAX);
	}
	return 0;
}

static int render_ops(const struct run *r, size_t first, size_t end)
{
	struct scope s = {.unit = &r->t->units[0]};

	return render(r, &s, first, end);
}

int tmpl_render(
    const struct tmpl *t, const struct json *const *stack, size_t n, struct buf *out, struct err *e)
{
	struct run r = {t, stack, n, out, e};
	size_t before = out->len;
	bool over = out->over;

	if (render_ops(&r, 0, t->units[0].n_ops) == 0)
		return 0;
	out->len = before;
	out->over = over;
	return -1;
}

static struct slice trim_lines(struct slice s)
{
	while (s.len && (s.ptr[0] == '\n' || s.ptr[0] == '\r')) {
		s.ptr++;
		s.len--;
	}
	while (s.len && (s.ptr[s.len - 1] == '\n' || s.ptr[s.len - 1] == '\r'))
		s.len--;
	return s;
}

static void put_message(struct buf *out, const char *role, struct slice text)
{
	if (slice_trim(text).len == 0)
		return;
	jw_object(out);
	jw_member_cstr(out, "role", role);
	jw_member_str(out, "content", trim_lines(text));
	jw_object_end(out);
}

int tmpl_render_messages(const struct tmpl *t, const struct json *const *stack, size_t n,
    struct buf *out, struct buf *scratch, struct err *e)
{
	static const struct tmpl_message whole = {"user", 0};
	const struct tmpl_message *m = t->n_messages ? t->messages : &whole;
	size_t count = t->n_messages ? t->n_messages : 1, before = out->len;
	struct run r = {t, stack, n, scratch, e};
	bool over = out->over;

	jw_array(out);
	for (size_t i = 0; i < count; i++) {
		buf_clear(scratch);
		if (render_ops(&r, m[i].first, i + 1 < count ? m[i + 1].first : t->units[0].n_ops) <
		    0)
			goto fail;
		put_message(out, m[i].role, buf_all(scratch));
	}
	jw_array_end(out);
	if (!out->over)
		return 0;
	err_set(e, "%s: more than %zu bytes", t->units[0].name, out->max ? out->max : BUF_MAX);
fail:
	out->len = before;
	out->over = over;
	return -1;
}
