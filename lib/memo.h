/*
 * memo: a memory as a line tells it, made ready for the database.
 *
 *	{"id":"m1","npc":"bob","text":"The miller owes me four marks.","time":"1348-05-02T20:00:00Z",
 *	 "importance":7,"kind":"debt","tags":["money"],"session":"s3","embedding":[…]}
 *
 * npc and text are required: a string of 1 to 255 bytes, and one of anything but white space. id is a
 * string of 1 to 255 bytes, by default 32 hexadecimal digits of BLAKE2b over npc and text. time is RFC
 * 3339 or seconds; importance a number from 1 to 10; session a string or number: what was said at one
 * time. embedding is the vector (vector.h) and embedding_model the model it is of: both are taken off.
 * recalled and recalls (a time and a count) are what an export says of how often it was recalled;
 * taken off too. keys, secondary_keys, selective_logic, constant, case_sensitive, enabled,
 * insertion_order: see lore.h. Members that are null are not there. All others are kept, as they are
 * written.
 *
 *	struct memo memo = {0};
 *	if (memo_read(&memo, object, &lifted, words, &e) < 0)
 *		…			// e says which member is wrong
 *	memory_put(m, &memo.record, &put, &e);
 *	memo_free(&memo);
 *
 * The record borrows from the memo, and from the object and what was lifted; it is good until the next
 * memo_read().
 */
#ifndef MEMO_H
#define MEMO_H

#include "buf.h"
#include "err.h"
#include "json.h"
#include "lifted.h"
#include "memory.h"

struct memo {
	struct memory_record record;
	struct memory_keys keys;
	struct buf text, json, floats, id;
	struct slice *word; /* of keys */
	size_t words_cap;
	struct buf folded;
};

/* lifted may be NULL. words folds the keys. */
int memo_read(struct memo *memo, const struct json *object, struct lifted *lifted,
    struct words *words, struct err *e);

/* The id that a memory without one gets, put on b. */
void memo_id(struct buf *b, struct slice npc, struct slice text);

void memo_free(struct memo *memo);

#endif
