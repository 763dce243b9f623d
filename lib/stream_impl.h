/*
 * stream_impl: between the files of stream: what has come so far, choice by choice. stream.c takes
 * events apart, stream_put.c writes the answer.
 */
#ifndef STREAM_IMPL_H
#define STREAM_IMPL_H

#include "stream.h"

/* What the server says about a tool call comes once; its arguments come in pieces. */
struct stream_call {
	int64_t index;
	bool named;
	struct buf id, type, name, arguments;
};

/* A text that may never have been mentioned, or only as null. */
struct stream_text {
	bool said;
	struct buf buf;
};

enum { STREAM_CONTENT, STREAM_REASONING_CONTENT, STREAM_REASONING, STREAM_REFUSAL, STREAM_TEXTS };

extern const char *const stream_text_names[STREAM_TEXTS];

struct stream_choice {
	int64_t index;
	struct buf role;
	struct stream_text texts[STREAM_TEXTS];
	struct buf finish; /* the reason, as written; empty: none yet */
	struct buf logprobs[2]; /* elements of "content" and of "refusal", as written */
	bool has_logprobs;
	bool has_function; /* "function_call", from before there were tools */
	struct stream_call function;
	struct stream_call *calls;
	size_t calls_len, calls_cap;
};

extern const char *const stream_logprob_names[2];

#endif
