/*
 * Words in stock FTS5: the query's words in quotes, OR between them, the bm25() that it has.
 *
 *	fts answers FILE MEMORIES QUESTIONS	each question with `recall`, as npc-recall has it
 *	fts time FILE MEMORIES QUESTIONS	the median microseconds of processor of a question: the
 *						collection filtered after the match, and as an
 *						indexed column
 *
 * MEMORIES and QUESTIONS are NDJSON as npc-recall takes them. FILE is made anew, and left there.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "json.h"
#include "jw.h"
#include "made.h"
#include "mem.h"
#include "ndjson.h"
#include "sqlite.h"

static sqlite3 *db;
static double took[100000];
static size_t n_took;

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "fts: %s\n", what);
	exit(1);
}

/* Each line of the file, parsed. */
static void for_lines(char *path, void (*each)(void *ctx, const struct json *), void *ctx)
{
	char *operands[] = {path, NULL};
	struct json_doc doc = {0};
	struct ndjson_in in;
	struct slice line;
	struct err e;
	enum ndjson_got got;

	ndjson_in_init(&in, operands, NDJSON_MAX_LINE, NULL);
	while ((got = ndjson_next(&in, &line, &e)) != NDJSON_END) {
		const struct json *v = got == NDJSON_LINE ? json_parse(&doc, line, &e) : NULL;

		if (!v)
			fail(e.text);
		each(ctx, v);
	}
	ndjson_in_free(&in);
	json_doc_free(&doc);
}

static struct slice text_of(const struct json *v, const char *name)
{
	static struct buf scratch;

	v = json_get_type(v, name, JSON_STRING);
	if (!v)
		fail("a line without the members that it needs");
	buf_clear(&scratch);
	return json_text(v, &scratch);
}

/* A name as one token. */
static void put_token(struct slice npc, struct buf *b)
{
	buf_str(b, "npc");
	for (size_t i = 0; i < npc.len; i++)
		buf_byte(b, isalnum((unsigned char)npc.ptr[i]) ? npc.ptr[i] : 'x');
}

static void bind(sqlite3_stmt *s, int at, struct slice text)
{
	sqlite3_bind_text64(s, at, text.ptr, text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void insert(void *ctx, const struct json *memory)
{
	sqlite3_stmt *s = ctx;
	struct buf token = {0};

	put_token(text_of(memory, "npc"), &token);
	bind(s, 1, text_of(memory, "text"));
	bind(s, 2, text_of(memory, "npc"));
	bind(s, 3, buf_all(&token));
	bind(s, 4, text_of(memory, "id"));
	sqlite_step(s);
	buf_free(&token);
}

/* Letters, digits and all beyond ASCII make words. */
static void put_words(struct slice text, struct buf *b)
{
	bool inside = false, any = false;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		bool part = isalnum(c) || c >= 0x80;

		if (part && !inside)
			buf_str(b, any ? " OR \"" : "\"");
		if (part)
			buf_byte(b, (char)c);
		if (!part && inside)
			buf_byte(b, '"');
		any = any || part;
		inside = part;
	}
	buf_str(b, inside ? "\"" : "");
}

struct asking {
	sqlite3_stmt *s;
	bool indexed;
	struct ndjson_out *out; /* NULL: only the time is wanted */
};

static void tell(struct asking *a, const struct json *question)
{
	struct buf *b = &a->out->buf;
	struct err e;

	jw_object(b);
	jw_member_json(b, "id", json_get(question, "id"));
	if (json_get(question, "relevant"))
		jw_member_json(b, "relevant", json_get(question, "relevant"));
	jw_name(b, "recall");
	jw_array(b);
	while (sqlite_step(a->s)) {
		jw_object(b);
		jw_member_cstr(b, "id", (const char *)sqlite3_column_text(a->s, 0));
		jw_object_end(b);
	}
	jw_array_end(b);
	jw_object_end(b);
	if (ndjson_end(a->out, &e) < 0)
		fail(e.text);
}

static void ask(void *ctx, const struct json *question)
{
	struct asking *a = ctx;
	struct buf match = {0};
	int64_t from = clock_cpu();

	if (a->indexed) {
		buf_str(&match, "token:");
		put_token(text_of(question, "npc"), &match);
		buf_str(&match, " AND text:(");
	}
	put_words(text_of(question, "text"), &match);
	buf_str(&match, a->indexed ? ")" : "");
	bind(a->s, 1, buf_all(&match));
	bind(a->s, 2, text_of(question, "npc"));
	if (a->out) {
		tell(a, question);
	} else {
		while (sqlite_step(a->s))
			;
		if (n_took < sizeof took / sizeof *took)
			took[n_took++] = (double)(clock_cpu() - from) / 1000;
	}
	buf_free(&match);
}

static void fill(char *path)
{
	sqlite3_stmt *s;

	sqlite_do(db,
	    "CREATE VIRTUAL TABLE memory USING fts5(text, npc UNINDEXED, token, id UNINDEXED);"
	    "BEGIN");
	s = sqlite_prepare(db, "INSERT INTO memory VALUES (?, ?, ?, ?)");
	for_lines(path, insert, s);
	sqlite3_finalize(s);
	sqlite_do(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA mmap_size = 1000000000");
}

/* The collection's word, where it is indexed, has no weight. */
static void ask_all(char *path, bool indexed, struct ndjson_out *out)
{
	struct asking a = {.indexed = indexed, .out = out};

	n_took = 0;
	a.s = sqlite_prepare(db,
	    "SELECT id FROM memory WHERE memory MATCH ? AND npc = ?"
	    " ORDER BY bm25(memory, 1.0, 0.0, 0.0, 0.0) LIMIT 10");
	for_lines(path, ask, &a);
	sqlite3_finalize(a.s);
}

int main(int argc, char **argv)
{
	struct ndjson_out out;
	struct err e;

	if (argc != 5)
		return 2;
	db = sqlite_new(argv[2]);
	fill(argv[3]);
	if (strcmp(argv[1], "answers") == 0) {
		ndjson_out_init(&out, STDOUT_FILENO);
		ask_all(argv[4], false, &out);
		if (ndjson_flush(&out, &e) < 0)
			fail(e.text);
		return 0;
	}
	ask_all(argv[4], false, NULL);
	printf("%.2f ", made_median(took, n_took));
	ask_all(argv[4], true, NULL);
	printf("%.2f\n", made_median(took, n_took));
	sqlite3_close(db);
	return 0;
}
