/*
 * verdict: what came of an attempt to call a model, judged: whether it is an answer, and whether
 * another attempt may help.
 *
 * The status decides first: an HTML 404 is a 404. A success must also be JSON and have what an
 * answer of its kind must have (choices for a chat or a completion, data for embeddings): empty,
 * cut and foreign successes occur. Errors, retries and dead keys are told from one another by the
 * status and, where that says too little, by the error object's code and type.
 *
 *	struct verdict v;
 *	verdict_judge(&v, &call, root, &e, url, &hint);	// root: parsed, or NULL
 *	if (v.kind == VERDICT_RETRY && attempts <= retries)
 *		…
 *	else if (v.code)
 *		line_failed(b, v.code, v.why.text);
 *	else
 *		…				// the server's own answer, good or bad
 */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>

#include "err.h"
#include "hint.h"
#include "http.h"
#include "json.h"
#include "slice.h"

enum verdict_kind {
	VERDICT_GOOD,
	VERDICT_FINAL, /* no good, and another attempt would be no better */
	VERDICT_RETRY,
	VERDICT_NO_KEY, /* the key is no good: nor is another call */
	VERDICT_NO_QUOTA /* its quota is used up for good */
};

struct verdict {
	enum verdict_kind kind;
	const char *code; /* of the error; NULL where the server's answer is to be shown */
	bool endpoint; /* it speaks against the endpoint, as opposed to the request */
	bool limited; /* the server refused for a rate or load: 429, 503 */
	struct err why; /* where code is set; for the last two kinds, too */
};

/* parse says why root is NULL, and may be NULL. */
void verdict_judge(struct verdict *v, const struct http_call *c, const struct json *root,
    const struct err *parse, struct slice url, const struct hint *hint);

/* The message of an error object, as servers write it, or NULL. */
const struct json *verdict_message(const struct json *root);

#endif
