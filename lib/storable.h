/*
 * storable: is an answer finished, so that it may be kept, and given again for ever?
 *
 * It is when its status is 200, it holds no error, every choice has ended of itself (finish_reason
 * stop, tool_calls, …; Anthropic's stop_reason; the Responses API's status), and every choice holds
 * something: content, tool calls, text. Embeddings must have numbers in them. An answer that was cut
 * at a limit is kept only when told so. What is not known to be finished is not.
 *
 *	struct storable s;
 *	storable_judge(&s, &response, false);
 *	if (s.why == STORABLE)
 *		store_put(…, json_raw(s.body), …);	// and s.use, the tokens that it cost
 *	else
 *		count[s.why]++;				// storable_name(s.why)
 */
#ifndef STORABLE_H
#define STORABLE_H

#include <stdbool.h>

#include "json.h"
#include "line.h"
#include "money.h"

enum storable_why {
	STORABLE,
	STORABLE_FAILED, /* an error, or a status that is not 200 */
	STORABLE_UNFINISHED, /* nothing says that it has ended */
	STORABLE_TRUNCATED, /* it was cut at a limit */
	STORABLE_FILTERED,
	STORABLE_EMPTY,
	STORABLE_WHYS
};

struct storable {
	enum storable_why why;
	const struct json *body; /* of a status 200; else NULL */
	struct money_use use; /* zeros where the answer does not say */
};

void storable_judge(struct storable *s, const struct line *response, bool truncated);

/* "failed", "unfinished", …: as statistics have it. */
const char *storable_name(enum storable_why why);

#endif
