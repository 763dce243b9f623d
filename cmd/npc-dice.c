/* npc-dice: request lines in, response lines out: answers without a model. */

#include <stdio.h>
#include <stdlib.h>

#include "conf.h"
#include "diag.h"
#include "dice.h"
#include "filter.h"
#include "jw.h"
#include "line.h"
#include "loaded.h"
#include "mem.h"
#include "num.h"
#include "recipe.h"
#include "world.h"

static const char usage[] = "npc-dice [-s SEED] [REQUESTS...]";
static const char help[] =
    "  -s, --seed SEED       another seed, other answers (1)\n"
    "      --max-line SIZE   the longest line that is read (16M)\n"
    "      --stats FILE      writes counts and times, as JSON (- is standard error)\n"
    "  -h, --help            -V, --version\n";

static const struct option options[] = {
    {"seed", required_argument, NULL, 's'}, FILTER_LINE_OPTIONS, FILTER_OPTIONS, {0}};

/* Schemas that requests bring along, compiled; a longer one than that is not kept. */
enum { SCHEMAS = 8, SCHEMA_KEPT = 1 << 20 };

struct brought {
	char *text;
	size_t len;
	struct schema *schema;
};

struct thrower {
	struct filter filter;
	struct conf conf;
	bool configured; /* the configuration has been read */
	uint64_t seed;
	struct loaded recipes, worlds;
	struct brought brought[SCHEMAS];
	size_t next; /* of brought: to be replaced next */
	struct dice dice;
	struct buf answer;
	size_t answered, passed;
};

/* A world's symbols; NULL where it has none. */
struct symbols {
	struct grammar *grammar;
};

static void *load_recipe(void *ctx, struct slice name, struct err *e)
{
	const struct thrower *t = ctx;

	return recipe_load(&t->conf, name, RECIPE_SCHEMA | RECIPE_DICE, e);
}

static void drop_recipe(void *thing)
{
	recipe_free(thing);
}

static void drop_symbols(void *thing)
{
	struct symbols *s = thing;

	if (s)
		grammar_free(s->grammar);
	free(s);
}

static void *load_symbols(void *ctx, struct slice name, struct err *e)
{
	const struct thrower *t = ctx;
	struct world *w = world_load(&t->conf, name, e);
	const struct json *dice = w ? json_get(world_json(w), "dice") : NULL;
	struct symbols *s = NULL;

	if (w)
		s = mem_array(1, sizeof *s);
	if (dice && !(s->grammar = grammar_compile(dice, world_path(w), e))) {
		drop_symbols(s);
		s = NULL;
	}
	world_free(w);
	return s;
}

/* Nothing is read before a request needs it: a program without work ends as quickly as it can. */
static void configure(struct thrower *t)
{
	struct err e;

	if (t->configured)
		return;
	if (conf_load(&t->conf, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	t->recipes = (struct loaded){.load = load_recipe, .drop = drop_recipe, .ctx = t};
	t->worlds = (struct loaded){.load = load_symbols, .drop = drop_symbols, .ctx = t};
	t->configured = true;
}

/* ---- what a request is answered from */

static void drop_brought(struct brought *b)
{
	schema_free(b->schema);
	free(b->text);
	*b = (struct brought){0};
}

static struct schema *compile_brought(
    struct thrower *t, const struct json *root, struct slice text, struct err *e)
{
	struct brought *b = &t->brought[t->next++ % SCHEMAS];

	drop_brought(b);
	b->schema = schema_compile(root, e);
	if (!b->schema) {
		err_wrap(e, "the request's schema");
		return NULL;
	}
	if (text.len <= SCHEMA_KEPT) {
		b->text = mem_copy(text.ptr, text.len);
		b->len = text.len;
	}
	return b->schema;
}

/* Of the schema in the body; requests of one run mostly bring the same text. */
static struct schema *brought_schema(struct thrower *t, const struct json *root, struct err *e)
{
	struct slice text = json_raw(root);

	for (size_t i = 0; i < SCHEMAS; i++) {
		const struct brought *b = &t->brought[i];

		if (b->text && slice_eq(slice_make(b->text, b->len), text))
			return b->schema;
	}
	return compile_brought(t, root, text, e);
}

static const struct json *schema_in(const struct json *body)
{
	const struct json *format = json_get(body, "response_format");

	return json_get(json_get(format, "json_schema"), "schema");
}

/* The world that the row names; else the usual one. */
static int world_symbols(
    struct thrower *t, const struct json *row, const struct grammar **world, struct err *e)
{
	const struct json *named = json_get(row, "world");
	const char *usual = conf_get(&t->conf, "NPC_WORLD");
	struct slice name = slice_str(usual ? usual : WORLD_DEFAULT);
	const struct symbols *s;

	if (named) {
		name = slice_make(named->ptr, named->len);
		if (named->type != JSON_STRING || !slice_plain_name(name))
			return err_set(e, "the row's \"world\" must be a plain name ([a-z0-9-]+)");
	}
	s = loaded_get(&t->worlds, name, e);
	if (!s)
		return -1;
	*world = s->grammar;
	return 0;
}

/* The recipe's rules, with its schema where the request brings none. */
static int use_recipe(
    struct thrower *t, const struct line *l, struct dice_throw *dice, struct err *e)
{
	struct slice name = slice_make(l->recipe->ptr, l->recipe->len);
	const struct recipe *r = loaded_get(&t->recipes, name, e);

	if (!r)
		return -1;
	if (!dice->schema)
		dice->schema = r->schema;
	dice->recipe = r->dice;
	return r->dice ? world_symbols(t, l->row, &dice->world, e) : 0;
}

static int prepare(struct thrower *t, const struct line *l, struct dice_throw *dice, struct err *e)
{
	const struct json *schema = schema_in(l->body);

	if (!schema && !l->recipe)
		return err_set(e, "the request has neither a recipe nor a schema");
	configure(t);
	if (schema && !(dice->schema = brought_schema(t, schema, e)))
		return -1;
	if (l->recipe && use_recipe(t, l, dice, e) < 0)
		return -1;
	dice->row = l->row;
	dice->key = dice_key(&t->dice, t->seed, l->body, l->row);
	return 0;
}

/* ---- the response */

/* What a tokenizer would make of it, roughly: four bytes to a token. */
static int64_t tokens(size_t bytes)
{
	return (int64_t)((bytes + 3) / 4);
}

static void put_usage(struct buf *b, const struct json *body, size_t answer)
{
	const struct json *messages = json_get(body, "messages");
	int64_t prompt = tokens(messages ? json_raw(messages).len : 0);

	jw_name(b, "usage");
	jw_object(b);
	jw_member_int(b, "prompt_tokens", prompt);
	jw_member_int(b, "completion_tokens", tokens(answer));
	jw_member_int(b, "total_tokens", prompt + tokens(answer));
	jw_object_end(b);
}

static void put_choice(struct buf *b, struct slice answer)
{
	jw_name(b, "choices");
	jw_array(b);
	jw_object(b);
	jw_member_int(b, "index", 0);
	jw_name(b, "message");
	jw_object(b);
	jw_member_cstr(b, "role", "assistant");
	jw_member_str(b, "content", answer);
	jw_object_end(b);
	jw_member_cstr(b, "finish_reason", "stop");
	jw_object_end(b);
	jw_array_end(b);
}

static void put_completion(
    struct buf *b, const struct json *body, struct slice id, struct slice answer)
{
	const struct json *model = json_get_type(body, "model", JSON_STRING);

	jw_object(b);
	jw_member_str(b, "id", id);
	jw_member_cstr(b, "object", "chat.completion");
	jw_member_int(b, "created", 0);
	jw_name(b, "model");
	jw_raw(b, model ? json_raw(model) : slice_str("\"npc-dice\""));
	put_choice(b, answer);
	put_usage(b, body, answer.len);
	jw_object_end(b);
}

static void put_response(struct thrower *t, const struct line *l, uint64_t key)
{
	struct buf *b = &t->filter.out.buf;
	char text[32];
	int len = snprintf(text, sizeof text, "dice-%016llx", (unsigned long long)key);
	struct slice id = slice_make(text, (size_t)len);

	line_begin(b, l, id);
	jw_name(b, "response");
	jw_object(b);
	jw_member_int(b, "status_code", 200);
	jw_member_str(b, "request_id", id);
	jw_name(b, "body");
	put_completion(b, l->body, id, buf_all(&t->answer));
	jw_object_end(b);
	jw_name(b, "error");
	jw_null(b);
	line_end(b, l, "dice");
	filter_put(&t->filter);
}

static void put_error(struct thrower *t, const struct line *l, const char *code, const char *why)
{
	filter_fail(&t->filter, "%s", why);
	line_put_error(&t->filter.out.buf, l, code, why);
	filter_put(&t->filter);
}

static void answer(struct thrower *t, const struct line *l)
{
	struct dice_throw dice = {0};
	struct err e;

	if (prepare(t, l, &dice, &e) < 0 || dice_answer(&t->dice, &dice, &t->answer, &e) < 0) {
		put_error(t, l, "no_rule", e.text);
		return;
	}
	put_response(t, l, dice.key);
	t->answered++;
}

static void record(void *ctx, const struct json *root)
{
	struct thrower *t = ctx;
	struct line l;
	struct err e;

	if (line_read(&l, root, &e) < 0) {
		put_error(t, &l, "invalid_request_line", e.text);
	} else if (l.kind != LINE_REQUEST) {
		jw_raw(&t->filter.out.buf, json_raw(root));
		filter_put(&t->filter);
		t->passed++;
	} else {
		answer(t, &l);
	}
}

/* The message has been said already. */
static void bad_line(void *ctx, const char *message)
{
	struct thrower *t = ctx;
	struct line nothing = {0};

	line_put_error(&t->filter.out.buf, &nothing, "invalid_request_line", message);
	filter_put(&t->filter);
}

static int end(struct thrower *t)
{
	struct stats *s = &t->filter.stats;

	stats_int(s, "requests", t->filter.lines - t->passed);
	stats_int(s, "answered", t->answered);
	stats_int(s, "passed", t->passed);
	stats_int(s, "failed", t->filter.failed);
	stats_int(s, "bytes_in", t->filter.in.bytes);
	for (size_t i = 0; i < SCHEMAS; i++)
		drop_brought(&t->brought[i]);
	loaded_free(&t->recipes);
	loaded_free(&t->worlds);
	conf_free(&t->conf);
	dice_free(&t->dice);
	buf_free(&t->answer);
	return filter_end(&t->filter);
}

static void set_seed(struct thrower *t, const char *text)
{
	struct err e;

	if (num_uint(slice_str(text), 0, UINT64_MAX, &t->seed, &e) < 0)
		filter_usage(&t->filter, "-s: %s", e.text);
}

int main(int argc, char **argv)
{
	struct thrower t = {.seed = 1};
	int c;

	filter_init(&t.filter, argv[0], usage, help);
	while ((c = getopt_long(argc, argv, "s:" FILTER_LETTERS, options, NULL)) != -1)
		if (c == 's')
			set_seed(&t, optarg);
		else
			filter_option(&t.filter, c, optarg);
	filter_run(&t.filter, argv + optind, record, bad_line, &t);
	return end(&t);
}
