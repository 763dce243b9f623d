/*
 * tmpl_impl: what a compiled template is made of, for tmpl.c, which makes it, and tmpl_render.c,
 * which renders it. Nobody else includes this.
 */
#ifndef TMPL_IMPL_H
#define TMPL_IMPL_H

#include "tmpl.h"

enum tmpl_op_kind { TMPL_TEXT, TMPL_VALUE, TMPL_SECTION, TMPL_INVERTED, TMPL_PARTIAL };

struct tmpl_op {
	enum tmpl_op_kind kind;
	bool fresh; /* a line of the source begins with this text; this partial stands alone */
	size_t end; /* sections: the first op behind; all others: the next op */
	size_t part, parts; /* the name, in the unit's parts; no parts: the context itself */
	size_t unit; /* TMPL_PARTIAL: which */
	struct slice text; /* TMPL_TEXT: what; TMPL_PARTIAL: what its lines begin with */
};

/* One text, compiled: the template itself (unit 0) or a partial. */
struct tmpl_unit {
	char *name;
	size_t name_len;
	char *text;
	size_t len;
	struct tmpl_op *ops;
	size_t n_ops, ops_cap;
	struct slice *parts;
	size_t n_parts, parts_cap;
	size_t from, from_at; /* the unit that asked for it first, and where in its text */
};

struct tmpl_message {
	const char *role;
	size_t first; /* op of unit 0; it ends where the next message begins */
};

struct tmpl {
	struct tmpl_unit *units;
	size_t n_units, units_cap;
	struct tmpl_message *messages;
	size_t n_messages, messages_cap;
};

/* Where the next line begins, or end. */
static inline size_t tmpl_next_line(struct slice src, size_t at, size_t end)
{
	const char *lf = memchr(src.ptr + at, '\n', end - at);

	return lf ? (size_t)(lf - src.ptr) + 1 : end;
}

#endif
