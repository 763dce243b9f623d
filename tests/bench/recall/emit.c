/*
 * Made memories, or questions, as lines for npc-recall.
 *
 *	emit memories|questions [-f none|array|base64] [-w] [-i] [PLAN…]
 *
 * -f is how vectors are written (none); -w gives questions a text, which is empty otherwise; -i mixes the
 * collections: one memory of each in turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "jw.h"
#include "made.h"
#include "mem.h"
#include "ndjson.h"
#include "vector.h"

static struct made_plan plan;
static struct made *made;
static const char *form = "none";
static bool with_words, mixed;
static struct ndjson_out out;
static struct buf text;
static float *vector;

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "emit: %s\n", what);
	exit(1);
}

static void end_line(void)
{
	struct err e;

	if (ndjson_end(&out, &e) < 0)
		fail(e.text);
}

static void put_vector(struct buf *b)
{
	char digits[32];

	jw_name(b, "embedding");
	if (strcmp(form, "base64") == 0) {
		buf_byte(b, '"');
		vector_write(vector, plan.dimensions, b);
		buf_byte(b, '"');
		return;
	}
	/* As long as services write them, and exact. */
	jw_array(b);
	for (size_t i = 0; i < plan.dimensions; i++)
		jw_raw(b,
		    slice_make(digits,
			(size_t)snprintf(digits, sizeof digits, "%.9g", (double)vector[i])));
	jw_array_end(b);
}

static void put_memory(uint64_t i)
{
	struct buf *b = &out.buf;
	char name[24];

	jw_object(b);
	made_id(i, name);
	jw_member_cstr(b, "id", name);
	made_npc(i / plan.each, name);
	jw_member_cstr(b, "npc", name);
	buf_clear(&text);
	made_text(made, i, &text);
	jw_member_str(b, "text", buf_all(&text));
	jw_member_int(b, "time", (int64_t)(1000000 + i % plan.each * 40));
	jw_member_int(b, "session", (int64_t)(i % plan.each / 20));
	jw_member_int(b, "importance", (int64_t)(1 + i % 9));
	if (strcmp(form, "none") != 0) {
		made_vector(made, i, vector);
		put_vector(b);
	}
	jw_object_end(b);
	end_line();
}

static void put_question(uint64_t q)
{
	struct buf *b = &out.buf;
	char name[24];

	jw_object(b);
	jw_name(b, "id");
	jw_cstr(b, (snprintf(name, sizeof name, "q%llu", (unsigned long long)q), name));
	made_npc(q % plan.collections, name);
	jw_member_cstr(b, "npc", name);
	buf_clear(&text);
	if (with_words)
		made_question_text(made, q, &text);
	jw_member_str(b, "text", buf_all(&text));
	if (strcmp(form, "none") != 0) {
		made_question_vector(made, q, vector);
		put_vector(b);
	}
	jw_object_end(b);
	end_line();
}

int main(int argc, char **argv)
{
	const char *what;
	struct err e;
	int c;

	plan = made_usual;
	while ((c = made_option(argc, argv, "f:wi", &plan)) != -1)
		switch (c) {
		case 'f':
			form = optarg;
			break;
		case 'w':
			with_words = true;
			break;
		default:
			mixed = true;
		}
	what = argv[optind] ? argv[optind] : "";
	made = made_new(&plan);
	vector = mem_array(plan.dimensions, sizeof *vector);
	ndjson_out_init(&out, STDOUT_FILENO);
	if (strcmp(what, "memories") == 0)
		for (uint64_t i = 0; i < plan.collections * plan.each; i++)
			put_memory(
			    mixed ? i % plan.collections * plan.each + i / plan.collections : i);
	else if (strcmp(what, "questions") == 0)
		for (uint64_t q = 0; q < plan.questions; q++)
			put_question(q);
	else
		fail("memories or questions?");
	if (ndjson_flush(&out, &e) < 0)
		fail(e.text);
	return 0;
}
