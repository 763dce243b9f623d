/*
 * answer: what a response line holds, judged. A good answer is JSON that meets the schema, or text
 * where there is no schema. A bad one came, but is not what was asked for: why is then written
 * for the model, so that it can be asked again. A failed one never came; why is for people.
 *
 * Models wrap what they are asked for: a leading <think>…</think> block and a code fence around
 * all of the rest are taken off. Nothing else is mended.
 *
 *	struct answer a = {0};
 *	switch (answer_read(&a, &line, recipe->schema)) {
 *	case ANSWER_GOOD:	// a.root, or a.text where schema is NULL
 *	case ANSWER_BAD:	// a.why
 *	case ANSWER_FAILED:	// a.code and a.why
 *	}
 *	answer_free(&a);
 *
 * What it points to is good until the next answer_read(), and while the line's document is.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "buf.h"
#include "json.h"
#include "line.h"
#include "schema.h"

enum answer_verdict { ANSWER_GOOD, ANSWER_BAD, ANSWER_FAILED };

struct answer {
	const struct json *root; /* with a schema */
	struct slice text; /* without what it was wrapped in */
	struct slice code; /* "timeout", "status_429", … */
	struct buf why;
	struct buf code_text, content;
	struct json_doc doc;
};

enum answer_verdict answer_read(struct answer *a, const struct line *l, struct schema *schema);

void answer_free(struct answer *a);

#endif
