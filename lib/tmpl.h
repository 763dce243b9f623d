/*
 * tmpl: Mustache templates, compiled once and rendered many times. Source: mustache(5) and the
 * Mustache specification (1.4): interpolation, sections, inverted sections, comments,
 * partials and set delimiters, with its rules for standalone lines. No lambdas, no inheritance
 * ({{<x}} and {{$x}} are errors), no dynamic partials.
 *
 * A prompt is text, so nothing is HTML-escaped: {{x}}, {{{x}}} and {{&x}} render the same. A string
 * renders as its text, a number or a literal as it is written, an object or an array as its JSON
 * as it is written; null, and what is not there, as nothing. Values are never looked at for tags.
 * False, for a section, are: what is not there, null, false, an empty array and the empty string;
 * 0 and an empty object are true. A name's parts are separated by dots and may hold blanks.
 *
 * Messages: a line of the template itself that is just @system, @user or @assistant (blanks may
 * follow) begins a message. Borders are found in literal text when the template is compiled: in a
 * value or in a partial such a line is text. Before the first border only white space, comments
 * and delimiters may stand, and none may stand in a section. Line feeds at both ends of a message
 * are dropped when it is rendered.
 *
 * Compiling fails, with "file:line:column: …" (from 1, in characters), for what is not closed, what
 * closes wrongly, a bad name or delimiter, a partial that the loader does not have, text that is not
 * UTF-8. Inside a partial its name stands for the file, after the place that asked for it.
 * Rendering fails when more than TMPL_PARTIALS partials stand in one another, or the output is full.
 *
 * Ownership: the template owns copies of all texts. Rendering allocates nothing but what the
 * output needs, and one template may be rendered in several threads.
 *
 *	struct tmpl *t = tmpl_compile(text, "prompt.mustache", &loader, &e);
 *	if (tmpl_render_messages(t, (const struct json *[]){world, row}, 2, &body, &scratch, &e) < 0)
 *		…
 *	tmpl_free(t);
 */
#ifndef TMPL_H
#define TMPL_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "err.h"
#include "json.h"
#include "slice.h"

/* How many partials may stand in one another when rendering, and sections within one text. */
enum { TMPL_PARTIALS = 64, TMPL_SECTIONS = 64 };

struct tmpl;

/*
 * Where partials come from: load puts the text of the partial with that name on text and returns 0,
 * or says in e why not and returns -1. The name is what the template says: the owner checks it.
 */
struct tmpl_loader {
	int (*load)(void *ctx, struct slice name, struct buf *text, struct err *e);
	void *ctx;
};

/* Where loader is NULL a partial is an error. */
struct tmpl *tmpl_compile(
    struct slice text, const char *file, const struct tmpl_loader *loader, struct err *e);

void tmpl_free(struct tmpl *t);

/* Has it at least one border? */
bool tmpl_has_messages(const struct tmpl *t);

/*
 * Renders it as one text onto out; messages stand one after the other, without their borders.
 * stack[n - 1] is the context that is asked first; NULL in the stack is an empty one. On failure
 * out is as it was.
 */
int tmpl_render(const struct tmpl *t, const struct json *const *stack, size_t n, struct buf *out,
    struct err *e);

/*
 * Puts [{"role":"system","content":"…"},…] on out. Messages of white space alone are left out; a
 * template without a border is one message of the user. scratch is overwritten.
 */
int tmpl_render_messages(const struct tmpl *t, const struct json *const *stack, size_t n,
    struct buf *out, struct buf *scratch, struct err *e);

#endif
