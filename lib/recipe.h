/*
 * recipe: a folder that says how one kind of content is asked for, checked and, without a model,
 * thrown with dice:
 *
 *	NAME/prompt.mustache	the messages; partials are NAME.mustache beside it, or in partials/
 *	NAME/schema.json	what the answer must be; without it, plain text
 *	NAME/body.json		the rest of the request's body: temperature, token limit, …
 *	NAME/dice.json		a grammar
 *
 * Only the parts that are asked for are read; each is compiled once. A part that is not there is
 * NULL, but a prompt that is asked for must be. The recipe owns everything in it.
 *
 *	struct recipe *r = recipe_load(&conf, slice_str("character"), RECIPE_SCHEMA, &e);
 *	if (r && r->schema && schema_check(r->schema, answer, &why) == 0)
 *		…
 *	recipe_free(r);
 */
#ifndef RECIPE_H
#define RECIPE_H

#include "buf.h"
#include "conf.h"
#include "datafile.h"
#include "err.h"
#include "grammar.h"
#include "schema.h"
#include "tmpl.h"

enum { RECIPE_PROMPT = 1, RECIPE_SCHEMA = 2, RECIPE_BODY = 4, RECIPE_DICE = 8 };

struct recipe {
	struct slice name; /* the folder's own name */
	struct tmpl *prompt;
	struct schema *schema;
	struct datafile body; /* .root is NULL where there is none */
	struct grammar *dice;
	char *folder;
};

/* name is a plain name, or a folder's path (with a slash in it). */
struct recipe *recipe_load(const struct conf *c, struct slice name, unsigned parts, struct err *e);

void recipe_free(struct recipe *r);

/*
 * Puts what a recipe is for, in one line, on text: the comment that its prompt begins with.
 * Nothing where there is none.
 */
int recipe_describe(const struct conf *c, struct slice name, struct buf *text, struct err *e);

#endif
