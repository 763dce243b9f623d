/*
 * completion: what an endpoint of the OpenAI kind says: chat and text completions, embeddings,
 * the list of models, errors. Each function puts one JSON object.
 */
#ifndef COMPLETION_H
#define COMPLETION_H

#include "ask.h"
#include "buf.h"

/* The whole answer to a chat or text request; null_content: the message has none. */
void completion_put(struct buf *b, const struct ask *a, bool null_content);

/*
 * Vectors of dim numbers for the strings of "input". A text's vector is the sum of its words'
 * vectors, of length 1: the same for the same text, near for texts that share words.
 */
void completion_embeddings(struct buf *b, const struct ask *a, uint64_t dim);

void completion_models(struct buf *b);

/* {"error":{"message","type","param","code"}}; code NULL is null. */
void completion_error(struct buf *b, const char *message, const char *type, const char *code);

/* The members that every answer begins with: opens the object. */
void completion_head(struct buf *b, const struct ask *a, const char *object);

/* "usage", unless it is not wanted. */
void completion_usage(struct buf *b, const struct ask *a);

/* "tool_calls", as it stands in a message or in a delta. */
void completion_tool(struct buf *b, const struct ask *a, bool delta);

#endif
