/*
 * question: a query as a line tells it, made ready for recall, and answered.
 *
 *	{"id":"q1","npc":["bob","lore"],"text":"Who owes you money?","turns":["Good evening."],
 *	 "time":"1348-05-03T08:00:00Z"}
 *
 * id is a string, npc a string or an array of strings, text a string (it may be empty). turns: what was
 * said last, strings or objects with text, content or mes; keys are looked for there. time, or else at,
 * is the query's own clock: RFC 3339 or seconds. embedding is its vector, embedding_model the model that
 * it is of. Any other member is the caller's business.
 *
 * The answer is the query as it was, with two members at its end (its own of these names are left out):
 *
 *	{…,"recall":[{"id":…,"npc":…,"text":…,"score":…,"why":…}],"mode":"hybrid"}
 *
 *	struct question q = {.npc = npcs, .npcs = n};		// for queries that name none
 *	if (question_read(&q, object, &e) < 0)
 *		…						// e says which member is wrong
 *	recall_run(r, &q.query, &e);
 *	question_put(object, r, &out);
 *	question_free(&q);
 */
#ifndef QUESTION_H
#define QUESTION_H

#include "buf.h"
#include "err.h"
#include "json.h"
#include "recall.h"
#include "slice.h"

struct question {
	const struct slice *npc; /* the caller's */
	size_t npcs;
	struct recall_query query; /* borrows from q, and from the object */
	struct slice *names, *turns;
	size_t names_cap, turns_cap;
	struct buf text, floats;
};

int question_read(struct question *q, const struct json *object, struct err *e);

void question_put(const struct json *object, struct recall *r, struct buf *b);

/* The error line of a query that cannot be used; object may be NULL, or something that is none. */
void question_put_bad(const struct json *object, const char *why, struct buf *b);

void question_free(struct question *q);

#endif
