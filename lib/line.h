/*
 * line: the request and response lines that pass between programs: the input and output lines of
 * OpenAI's Batch API, plus what is carried along (recipe, row and any other member) and meta.
 *
 *	{"custom_id":"npc-0007","body":{…},"recipe":"character","row":{…}}
 *	{"id":"…","custom_id":"npc-0007","response":{"status_code":200,"request_id":"…","body":{…}},
 *	 "error":null,"recipe":"character","row":{…},"meta":{…}}
 *
 * A struct line borrows from the document that it was read from.
 *
 *	struct line l;
 *	if (line_read(&l, root, &e) < 0)
 *		line_put_error(&out.buf, &l, "invalid_request_line", e.text);
 *	else if (l.kind != LINE_REQUEST)
 *		jw_raw(&out.buf, text);		// passes untouched
 */
#ifndef LINE_H
#define LINE_H

#include "buf.h"
#include "err.h"
#include "json.h"

enum line_kind {
	LINE_REQUEST,
	LINE_RESPONSE, /* custom_id, and response or error */
	LINE_DELTA /* custom_id, and delta or delta_reasoning: a piece of a streamed answer */
};

/* Members that are not there, or null, are NULL. */
struct line {
	enum line_kind kind;
	const struct json *root;
	const struct json *custom_id; /* a string; NULL only in a response that has null there */
	const struct json *body; /* of a request: an object */
	const struct json *response; /* an object */
	const struct json *error;
	const struct json *recipe; /* a string that is a plain name */
	const struct json *row; /* an object */
};

/*
 * Fills l, as far as it goes even on failure. Errors: no object, a custom_id that is no string, a
 * recipe that is no plain name, a response that is no object; of a request also no custom_id, no
 * body that is an object, a row that is no object (a response just loses such a row).
 */
int line_read(struct line *l, const struct json *root, struct err *e);

/* The plain text of the first choice of a response's body, or NULL where there is none. */
const struct json *line_content(const struct line *l);

/*
 * Begins a response line for a request, up to and without its "response" member: the id, and the
 * request's custom_id (null when it has none).
 */
void line_begin(struct buf *b, const struct line *request, struct slice id);

/* Puts a response of null, and the error. */
void line_failed(struct buf *b, const char *code, const char *message);

/* Puts every member of the request that is carried, and ends the line with "meta". */
void line_end(struct buf *b, const struct line *request, const char *source);

/*
 * The two halves of line_end(), for who keeps what is carried until the answer is there: the
 * members with commas between them, without one before the first; and the end, where at most the
 * attempts and milliseconds that are not negative are told.
 */
void line_carry(struct buf *b, const struct line *request);
void line_meta(struct buf *b, const char *source, int64_t attempts, int64_t ms);

/* A whole response line that says that there is no answer. l may hold nothing but zeros. */
void line_put_error(struct buf *b, const struct line *l, const char *code, const char *message);

#endif
