#include "tmpl.h"

#include <stdint.h>
#include <stdlib.h>

#include "mem.h"
#include "tmpl_impl.h"
#include "utf8.h"

struct open_section {
	size_t op, at;
	struct slice name;
};

struct parser {
	struct tmpl *t;
	size_t unit;
	struct slice src;
	struct slice open, close; /* the delimiters */
	struct open_section sections[TMPL_SECTIONS];
	size_t depth;
	const struct tmpl_loader *loader;
	struct err *e;
};

struct tag {
	char kind; /* '#', '^', '/', '!', '>', '=', or '&' for a value */
	size_t at, end; /* in the source, delimiters included */
	struct slice text; /* the name, trimmed */
};

static struct tmpl_unit *unit_of(const struct parser *p)
{
	return &p->t->units[p->unit];
}

/* ---- errors */

static size_t line_at(struct slice src, size_t at, size_t *column)
{
	size_t line = 1, begin = 0;

	for (size_t i = 0; i < at; i++)
		if (src.ptr[i] == '\n') {
			line++;
			begin = i + 1;
		}
	*column = utf8_count(src.ptr + begin, at - begin) + 1;
	return line;
}

/* Puts the place before what e says, then the places that led to it. */
static int fail_at(const struct parser *p, size_t at)
{
	size_t unit = p->unit;

	for (;;) {
		const struct tmpl_unit *u = &p->t->units[unit];
		size_t column, line = line_at(slice_make(u->text, u->len), at, &column);

		err_wrap(p->e, "%s:%zu:%zu", u->name, line, column);
		if (unit == 0)
			return -1;
		at = u->from_at;
		unit = u->from;
	}
}

static int fail(const struct parser *p, size_t at, const char *what)
{
	err_set(p->e, "%s", what);
	return fail_at(p, at);
}

/* ---- what a unit is made of */

static struct tmpl_op *add_op(struct tmpl_unit *u, enum tmpl_op_kind kind)
{
	struct tmpl_op *op;

	u->ops = mem_more(u->ops, u->n_ops, &u->ops_cap, sizeof *u->ops);
	op = &u->ops[u->n_ops++];
	*op = (struct tmpl_op){.kind = kind, .end = u->n_ops};
	return op;
}

static void add_text(struct tmpl_unit *u, size_t from, size_t to)
{
	struct tmpl_op *op = add_op(u, TMPL_TEXT);

	op->fresh = from == 0 || u->text[from - 1] == '\n';
	op->text = slice_make(u->text + from, to - from);
}

static void add_part(struct tmpl_unit *u, struct slice part)
{
	u->parts = mem_more(u->parts, u->n_parts, &u->parts_cap, sizeof *u->parts);
	u->parts[u->n_parts++] = part;
}

static int add_name(struct parser *p, const struct tag *tag, enum tmpl_op_kind kind)
{
	struct tmpl_unit *u = unit_of(p);
	struct slice rest = tag->text;
	struct tmpl_op *op = add_op(u, kind);

	op->part = u->n_parts;
	if (slice_is(rest, "."))
		return 0;
	while (rest.ptr) {
		struct slice part = slice_split(&rest, '.');

		if (part.len == 0)
			return fail(p, tag->at, "a name with an empty part");
		add_part(u, part);
	}
	op->parts = u->n_parts - op->part;
	return 0;
}

static size_t add_unit(struct tmpl *t, struct slice name, struct slice text)
{
	struct tmpl_unit *u;

	t->units = mem_more(t->units, t->n_units, &t->units_cap, sizeof *t->units);
	u = &t->units[t->n_units];
	*u = (struct tmpl_unit){.name_len = name.len, .len = text.len};
	u->name = mem_copy(name.ptr, name.len);
	u->text = mem_copy(text.ptr, text.len);
	return t->n_units++;
}

/* ---- messages */

/* Is the line at *at, literal text up to end, a border? Then *at goes behind it. */
static const char *border(const struct parser *p, size_t *at, size_t end)
{
	static const char *const roles[] = {"system", "user", "assistant"};
	const char *line = p->src.ptr + *at;
	const char *lf = memchr(line, '\n', end - *at);
	struct slice word;

	if (!lf && end < p->src.len)
		return NULL;
	word = slice_make(line, lf ? (size_t)(lf - line) : end - *at);
	if (word.len == 0 || *line != '@')
		return NULL;
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (slice_is(slice_trim(slice_make(line + 1, word.len - 1)), roles[i]) &&
		    word.ptr[1] == roles[i][0]) {
			*at = lf ? *at + word.len + 1 : end;
			return roles[i];
		}
	return NULL;
}

/* What came before the first border must render as nothing. */
static int drop_prologue(struct parser *p, size_t at)
{
	struct tmpl_unit *u = unit_of(p);

	for (size_t i = 0; i < u->n_ops; i++)
		if (u->ops[i].kind != TMPL_TEXT || slice_trim(u->ops[i].text).len > 0)
			return fail(p, at,
			    "something other than white space stands before the first message");
	u->n_ops = 0;
	return 0;
}

static int begin_message(struct parser *p, const char *role, size_t at)
{
	struct tmpl *t = p->t;

	if (p->depth > 0)
		return fail(p, at, "a message cannot begin inside a section");
	if (t->n_messages == 0 && drop_prologue(p, at) < 0)
		return -1;
	t->messages = mem_more(t->messages, t->n_messages, &t->messages_cap, sizeof *t->messages);
	t->messages[t->n_messages++] = (struct tmpl_message){role, unit_of(p)->n_ops};
	return 0;
}

/* The template's literal text from … to, which may hold borders. */
static int top_text(struct parser *p, size_t from, size_t to)
{
	size_t at = from;

	if (at > 0 && p->src.ptr[at - 1] != '\n')
		at = tmpl_next_line(p->src, at, to);
	while (at < to) {
		size_t begin = at;
		const char *role = border(p, &at, to);

		if (!role) {
			at = tmpl_next_line(p->src, at, to);
			continue;
		}
		if (begin > from)
			add_text(unit_of(p), from, begin);
		if (begin_message(p, role, begin) < 0)
			return -1;
		from = at;
	}
	if (to > from)
		add_text(unit_of(p), from, to);
	return 0;
}

/* ---- tags */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t find(struct slice src, size_t at, struct slice what)
{
	const char *hit = memmem(src.ptr + at, src.len - at, what.ptr, what.len);

	return hit ? (size_t)(hit - src.ptr) : SIZE_MAX;
}

/* Where the closing delimiter is; in {{{x}}} and {{=x=}} a byte must stand before it. */
static size_t find_close(const struct parser *p, size_t at, char before)
{
	size_t hit = find(p->src, at, p->close);

	while (before && hit != SIZE_MAX && (hit == at || p->src.ptr[hit - 1] != before))
		hit = find(p->src, hit + 1, p->close);
	return hit;
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

static char byte_at(struct slice src, size_t at)
{
	return at < src.len ? src.ptr[at] : '\0';
}

/* Blanks before the sigil are let pass, but a brace must follow its delimiter at once. */
static int read_tag(const struct parser *p, size_t at, struct tag *tag)
{
	static const char sigils[] = "#^/!>=&<$";
	size_t in = at + p->open.len, close;
	char before = '\0';

	*tag = (struct tag){.kind = '&', .at = at};
	if (byte_at(p->src, in) == '{') {
		before = '}';
		in++;
	} else {
		while (is_space(byte_at(p->src, in)))
			in++;
		if (in < p->src.len && memchr(sigils, p->src.ptr[in], sizeof sigils - 1))
			tag->kind = p->src.ptr[in++];
		if (tag->kind == '=')
			before = '=';
	}
	close = find_close(p, in, before);
	if (close == SIZE_MAX)
		return fail(p, at, "this tag is not closed");
	tag->end = close + p->close.len;
	tag->text = slice_trim(slice_make(p->src.ptr + in, close - in - (before != '\0')));
	return 0;
}

/* A name over two lines, or with a tag inside, is a tag that somebody forgot to close. */
static int check_name(const struct parser *p, const struct tag *tag)
{
	if (tag->kind == '!' || tag->kind == '=')
		return 0;
	if (tag->text.len == 0)
		return fail(p, tag->at, "a tag without a name");
	if (find(tag->text, 0, p->open) != SIZE_MAX || memchr(tag->text.ptr, '\n', tag->text.len))
		return fail(
		    p, tag->at, "this tag is not closed before the next one or the line's end");
	if (tag->kind == '<' || tag->kind == '$')
		return fail(p, tag->at, "templates have no inheritance");
	return 0;
}

/*
 * Does the tag stand alone on its line(s)? Then the text before it ends at *from, where its line
 * begins, and what follows begins at *to, behind the line's end.
 */
static bool standalone(const struct parser *p, const struct tag *tag, size_t *from, size_t *to)
{
	size_t at = tag->at, end = tag->end;

	if (tag->kind == '&')
		return false;
	while (at > 0 && is_blank(p->src.ptr[at - 1]))
		at--;
	while (is_blank(byte_at(p->src, end)))
		end++;
	if (at > 0 && p->src.ptr[at - 1] != '\n')
		return false;
	if (byte_at(p->src, end) == '\r' && byte_at(p->src, end + 1) == '\n')
		end++;
	if (end < p->src.len && p->src.ptr[end] != '\n')
		return false;
	*from = at;
	*to = end < p->src.len ? end + 1 : end;
	return true;
}

static int open_section(struct parser *p, const struct tag *tag)
{
	struct tmpl_unit *u = unit_of(p);

	if (p->depth == TMPL_SECTIONS)
		return fail(p, tag->at, "too many sections stand in one another");
	p->sections[p->depth++] = (struct open_section){u->n_ops, tag->at, tag->text};
	return add_name(p, tag, tag->kind == '#' ? TMPL_SECTION : TMPL_INVERTED);
}

static int close_section(struct parser *p, const struct tag *tag)
{
	const struct open_section *s;
	size_t column;

	if (p->depth == 0) {
		err_set(p->e, "\"%.*s\" is closed but was not opened", SLICE_FMT(tag->text));
		return fail_at(p, tag->at);
	}
	s = &p->sections[--p->depth];
	if (!slice_eq(s->name, tag->text)) {
		err_set(p->e, "\"%.*s\" is closed where \"%.*s\" of line %zu is open",
		    SLICE_FMT(tag->text), SLICE_FMT(s->name), line_at(p->src, s->at, &column));
		return fail_at(p, tag->at);
	}
	unit_of(p)->ops[s->op].end = unit_of(p)->n_ops;
	return 0;
}

static int set_delimiters(struct parser *p, const struct tag *tag)
{
	struct slice open = tag->text, close;
	size_t n = 0;

	while (n < open.len && !is_space(open.ptr[n]))
		n++;
	close = slice_trim(slice_make(open.ptr + n, open.len - n));
	open.len = n;
	for (size_t i = 0; i < close.len; i++)
		if (is_space(close.ptr[i]))
			close.len = 0;
	if (open.len == 0 || close.len == 0 || memchr(tag->text.ptr, '=', tag->text.len))
		return fail(
		    p, tag->at, "delimiters are two words without \"=\", as in {{=<% %>=}}");
	p->open = open;
	p->close = close;
	return 0;
}

/* A unit is known by its name before it is read, so that a partial may ask for itself. */
static int find_unit(struct parser *p, const struct tag *tag, size_t *unit)
{
	struct buf text = {0};
	int got;

	for (*unit = 1; *unit < p->t->n_units; ++*unit) {
		const struct tmpl_unit *u = &p->t->units[*unit];

		if (slice_eq(slice_make(u->name, u->name_len), tag->text))
			return 0;
	}
	if (p->loader)
		got = p->loader->load(p->loader->ctx, tag->text, &text, p->e);
	else
		got = err_set(p->e, "there are no partials here");
	if (got == 0 && text.over)
		got = err_set(p->e, "longer than %zu bytes", text.max);
	if (got == 0) {
		*unit = add_unit(p->t, tag->text, buf_all(&text));
		p->t->units[*unit].from = p->unit;
		p->t->units[*unit].from_at = tag->at;
	} else {
		err_wrap(p->e, "partial \"%.*s\"", SLICE_FMT(tag->text));
		fail_at(p, tag->at);
	}
	buf_free(&text);
	return got == 0 ? 0 : -1;
}

/* Where it does not stand alone, indent.ptr is NULL. */
static int add_partial(struct parser *p, const struct tag *tag, struct slice indent)
{
	struct tmpl_op *op;
	size_t unit;

	if (find_unit(p, tag, &unit) < 0)
		return -1;
	op = add_op(unit_of(p), TMPL_PARTIAL);
	op->unit = unit;
	op->fresh = indent.ptr != NULL;
	op->text = indent;
	return 0;
}

static int do_tag(struct parser *p, const struct tag *tag, struct slice indent)
{
	switch (tag->kind) {
	case '!':
		return 0;
	case '=':
		return set_delimiters(p, tag);
	case '#':
	case '^':
		return open_section(p, tag);
	case '/':
		return close_section(p, tag);
	case '>':
		return add_partial(p, tag, indent);
	default:
		return add_name(p, tag, TMPL_VALUE);
	}
}

/* ---- a whole text */

/* alone: a standalone tag, or nothing, follows. */
static int do_text(struct parser *p, size_t from, size_t to, bool alone)
{
	if (p->unit == 0)
		return top_text(p, from, to);
	if (to > from)
		add_text(unit_of(p), from, to);
	/* A line that begins with a tag has no text of its own to be indented. */
	if (!alone && (to == 0 || p->src.ptr[to - 1] == '\n'))
		add_text(unit_of(p), to, to);
	return 0;
}

/* Text up to the next tag, and that tag; *at goes behind it. */
static int step(struct parser *p, size_t *at)
{
	size_t begin = find(p->src, *at, p->open), end, from;
	struct slice indent = {0};
	bool alone = false;
	struct tag tag;

	if (begin == SIZE_MAX) {
		from = *at;
		*at = p->src.len;
		return do_text(p, from, p->src.len, true);
	}
	if (read_tag(p, begin, &tag) < 0 || check_name(p, &tag) < 0)
		return -1;
	end = tag.end;
	if (standalone(p, &tag, &begin, &end)) {
		indent = slice_make(p->src.ptr + begin, tag.at - begin);
		alone = true;
	}
	if (do_text(p, *at, begin, alone) < 0)
		return -1;
	*at = end;
	return do_tag(p, &tag, indent);
}

static int parse_unit(struct parser *p)
{
	const struct tmpl_unit *u = unit_of(p);
	size_t good = utf8_check(u->text, u->len), at = 0;

	p->src = slice_make(u->text, u->len);
	p->open = slice_str("{{");
	p->close = slice_str("}}");
	p->depth = 0;
	if (good < u->len)
		return fail(p, good, "this is not UTF-8");
	while (at < p->src.len)
		if (step(p, &at) < 0)
			return -1;
	if (p->depth > 0) {
		const struct open_section *s = &p->sections[p->depth - 1];

		err_set(p->e, "section \"%.*s\" is not closed", SLICE_FMT(s->name));
		return fail_at(p, s->at);
	}
	return 0;
}

struct tmpl *tmpl_compile(
    struct slice text, const char *file, const struct tmpl_loader *loader, struct err *e)
{
	struct tmpl *t = mem_array(1, sizeof *t);
	struct parser p = {.t = t, .loader = loader, .e = e};

	add_unit(t, slice_str(file), text);
	for (; p.unit < t->n_units; p.unit++)
		if (parse_unit(&p) < 0) {
			tmpl_free(t);
			return NULL;
		}
	return t;
}

void tmpl_free(struct tmpl *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_units; i++) {
		free(t->units[i].name);
		free(t->units[i].text);
		free(t->units[i].ops);
		free(t->units[i].parts);
	}
	free(t->units);
	free(t->messages);
	free(t);
}

bool tmpl_has_messages(const struct tmpl *t)
{
	return t->n_messages > 0;
}
