/* npc-prompt: rows in, request lines out. */

#include <stdio.h>
#include <stdlib.h>

#include "conf.h"
#include "diag.h"
#include "filter.h"
#include "jw.h"
#include "line.h"
#include "loaded.h"
#include "mem.h"
#include "recipe.h"
#include "setting.h"
#include "world.h"

static const char usage[] = "npc-prompt -r RECIPE [-w WORLD] [-m MODEL] [-p NAME=JSON]... "
			    "[--format FORMAT] [--bare] [ROWS...]";
static const char help[] =
    "  -r, --recipe RECIPE   what is asked for: a recipe's name, or its folder\n"
    "  -w, --world WORLD     the setting, whatever world the rows name\n"
    "  -m, --model MODEL     the model (NPC_MODEL; else the recipe's body may name one)\n"
    "  -p, --param NAME=JSON sets a member of the request's body; repeatable\n"
    "      --format FORMAT   how the schema is sent: json_schema, json_object or none\n"
    "      --bare            leaves out row and recipe, for services that are strict\n"
    "      --list            lists the recipes\n"
    "      --max-line SIZE   the longest line that is read (16M)\n"
    "      --stats FILE      writes counts and times, as JSON (- is standard error)\n"
    "  -h, --help            -V, --version\n";

enum { FORMAT = 0x100, BARE, LIST };

static const struct option options[] = {{"recipe", required_argument, NULL, 'r'},
    {"world", required_argument, NULL, 'w'}, {"model", required_argument, NULL, 'm'},
    {"param", required_argument, NULL, 'p'}, {"format", required_argument, NULL, FORMAT},
    {"bare", no_argument, NULL, BARE}, {"list", no_argument, NULL, LIST}, FILTER_LINE_OPTIONS,
    FILTER_OPTIONS, {0}};

struct param {
	struct slice name;
	const struct json *value;
	struct json_doc doc;
};

struct prompt {
	struct filter filter;
	struct conf conf;
	struct recipe *recipe;
	struct loaded settings;
	const char *recipe_name, *world, *model, *format;
	bool bare, list;
	struct param *params;
	size_t n_params, params_cap;
	struct buf tail; /* the body's members after its messages: the same for every row */
	struct buf scratch;
};

static struct param *find_param(const struct prompt *p, struct slice name)
{
	for (size_t i = 0; i < p->n_params; i++)
		if (slice_eq(p->params[i].name, name))
			return p->params + i;
	return NULL;
}

/* The same name again: the last one counts. */
static void add_param(struct prompt *p, const char *text)
{
	struct slice value = slice_str(text), name = slice_split(&value, '=');
	struct param *param = find_param(p, name);
	struct err e;

	if (!value.ptr || name.len == 0)
		filter_usage(&p->filter, "-p: '%s' is not NAME=JSON", text);
	if (slice_is(name, "messages"))
		filter_usage(&p->filter, "-p: the messages come from the recipe");
	if (!param) {
		p->params = mem_more(p->params, p->n_params, &p->params_cap, sizeof *p->params);
		param = p->params + p->n_params++;
		*param = (struct param){.name = name};
	}
	param->value = json_parse(&param->doc, value, &e);
	if (!param->value)
		filter_usage(&p->filter, "-p %s: %s", text, e.text);
}

static void set_format(struct prompt *p, const char *format)
{
	static const char *const known[] = {"json_schema", "json_object", "none"};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(format, known[i]) == 0) {
			p->format = format;
			return;
		}
	filter_usage(
	    &p->filter, "--format: '%s' is none of json_schema, json_object, none", format);
}

static void read_options(struct prompt *p, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "r:w:m:p:" FILTER_LETTERS, options, NULL)) != -1)
		switch (c) {
		case 'r':
			p->recipe_name = optarg;
			break;
		case 'w':
			p->world = optarg;
			break;
		case 'm':
			p->model = optarg;
			break;
		case 'p':
			add_param(p, optarg);
			break;
		case FORMAT:
			set_format(p, optarg);
			break;
		case BARE:
			p->bare = true;
			break;
		case LIST:
			p->list = true;
			break;
		default:
			filter_option(&p->filter, c, optarg);
		}
}

static int print_recipe(void *ctx, struct slice name, struct err *e)
{
	const struct prompt *p = ctx;
	struct buf what = {0};
	int status = recipe_describe(&p->conf, name, &what, e);

	if (status == 0 && printf("%-16.*s %.*s\n", SLICE_FMT(name), SLICE_FMT(buf_all(&what))) < 0)
		status = err_set(e, "cannot write standard output");
	buf_free(&what);
	return status;
}

static int list_recipes(struct prompt *p)
{
	struct err e;

	if (conf_each(&p->conf, "recipes", "", print_recipe, p, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	if (fflush(stdout) != 0)
		diag_die(DIAG_STOPPED, "cannot write standard output");
	conf_free(&p->conf);
	return DIAG_OK;
}

static bool sends_schema(const struct prompt *p)
{
	return p->recipe->schema && strcmp(p->format, "json_schema") == 0;
}

static void *load_setting(void *ctx, struct slice name, struct err *e)
{
	const struct prompt *p = ctx;
	const struct schema *schema = p->recipe->schema;

	return setting_load(
	    &p->conf, name, schema && !sends_schema(p) ? schema_json(schema) : NULL, e);
}

static void drop_setting(void *thing)
{
	setting_free(thing);
}

static void put_format(struct prompt *p)
{
	struct buf *b = &p->tail;

	if (!p->recipe->schema || strcmp(p->format, "none") == 0 ||
	    find_param(p, slice_str("response_format")))
		return;
	jw_name(b, "response_format");
	jw_object(b);
	jw_member_cstr(b, "type", p->format);
	if (sends_schema(p)) {
		jw_name(b, "json_schema");
		jw_object(b);
		jw_member_str(b, "name", p->recipe->name);
		jw_name(b, "strict");
		jw_bool(b, true);
		jw_name(b, "schema");
		json_compact(schema_json(p->recipe->schema), b);
		jw_object_end(b);
	}
	jw_object_end(b);
}

/* Everything of the body but its messages, ready to be copied behind them. */
static void make_tail(struct prompt *p)
{
	const struct json *body = p->recipe->body.root;
	struct buf text = {0};

	jw_object(&p->tail);
	for (const struct json *n = body ? json_first(body) : NULL; body && n != json_end(body);
	     n = json_next(n)) {
		struct slice name = json_text(n, &text);

		if (find_param(p, name) || (p->model && slice_is(name, "model")))
			continue;
		jw_name_slice(&p->tail, name);
		json_compact(json_value(n), &p->tail);
	}
	if (p->model && !find_param(p, slice_str("model")))
		jw_member_cstr(&p->tail, "model", p->model);
	put_format(p);
	for (size_t i = 0; i < p->n_params; i++) {
		jw_name_slice(&p->tail, p->params[i].name);
		json_compact(p->params[i].value, &p->tail);
	}
	jw_object_end(&p->tail);
	buf_free(&text);
}

/* The error line of a row that cannot be used; row is NULL where there is none. */
static void put_failed(struct prompt *p, const struct json *row, const char *why)
{
	struct buf *b = &p->filter.out.buf;
	struct line nothing = {.custom_id = json_get_type(row, "id", JSON_STRING)};

	line_begin(b, &nothing, slice_str(""));
	line_failed(b, "invalid_row", why);
	if (!p->bare) {
		jw_member_str(b, "recipe", p->recipe->name);
		if (json_is(row, JSON_OBJECT)) {
			jw_name(b, "row");
			jw_raw(b, json_raw(row));
		}
	}
	line_end(b, &nothing, "none");
	filter_put(&p->filter);
}

static int check_id(struct prompt *p, const struct json *row, struct err *e)
{
	const struct json *id = json_get(row, "id");

	buf_clear(&p->scratch);
	if (row->type != JSON_OBJECT)
		return err_set(e, "a row must be an object, not %s", json_type_name(row));
	if (!id)
		return err_set(e, "a row must have an id");
	if (id->type != JSON_STRING || !slice_row_id(json_text(id, &p->scratch)))
		return err_set(e, "a row's id must be a string of 1 to 64 of A-Z a-z 0-9 _ -");
	return 0;
}

static const struct setting *setting_of(struct prompt *p, const struct json *row, struct err *e)
{
	const struct json *named = json_get(row, "world");
	struct slice name = slice_str(p->world ? p->world : WORLD_DEFAULT);
	const char *usual;

	if (!p->world && named) {
		if (named->type != JSON_STRING ||
		    !slice_plain_name(slice_make(named->ptr, named->len))) {
			err_set(e, "a row's world must be a plain name ([a-z0-9-]+)");
			return NULL;
		}
		name = slice_make(named->ptr, named->len);
	} else if (!p->world) {
		usual = conf_get(&p->conf, "NPC_WORLD");
		if (usual)
			name = slice_str(usual);
	}
	return loaded_get(&p->settings, name, e);
}

/* The setting is asked before the row, so that no row can pose as it. */
static int put_request(
    struct prompt *p, const struct json *row, const struct setting *setting, struct err *e)
{
	struct buf *b = &p->filter.out.buf;

	jw_object(b);
	jw_name(b, "custom_id");
	jw_raw(b, json_raw(json_get(row, "id")));
	jw_member_cstr(b, "method", "POST");
	jw_member_cstr(b, "url", "/v1/chat/completions");
	jw_name(b, "body");
	jw_object(b);
	jw_name(b, "messages");
	if (tmpl_render_messages(p->recipe->prompt,
		(const struct json *[]){row, setting_json(setting)}, 2, b, &p->scratch, e) < 0)
		return -1;
	if (p->tail.len > sizeof "{}" - 1)
		jw_raw(b, slice_make(p->tail.ptr + 1, p->tail.len - 1));
	else
		jw_object_end(b);
	if (!p->bare) {
		jw_member_str(b, "recipe", p->recipe->name);
		jw_name(b, "row");
		jw_raw(b, json_raw(row));
	}
	jw_object_end(b);
	return b->over ? err_set(e, "the request grew too large") : 0;
}

/* What failed before it came here is accounted for at the end, like what fails here. */
static bool is_response(const struct json *root)
{
	struct line l;

	return json_get(root, "custom_id") && line_read(&l, root, NULL) == 0 &&
	    l.kind == LINE_RESPONSE;
}

static void record(void *ctx, const struct json *row)
{
	struct prompt *p = ctx;
	const struct setting *setting;
	struct err e;

	if (is_response(row)) {
		jw_json(&p->filter.out.buf, row);
		filter_put(&p->filter);
		return;
	}
	if (check_id(p, row, &e) == 0 && (setting = setting_of(p, row, &e)) != NULL &&
	    put_request(p, row, setting, &e) == 0) {
		filter_put(&p->filter);
		return;
	}
	ndjson_undo(&p->filter.out);
	filter_fail(&p->filter, "%s", e.text);
	put_failed(p, row, e.text);
}

static void bad_line(void *ctx, const char *message)
{
	put_failed(ctx, NULL, message);
}

/* What is wrong with recipe or world is found before the first row is read. */
static void load(struct prompt *p)
{
	struct err e;

	if (!p->recipe_name)
		filter_usage(&p->filter, "a recipe is needed: -r RECIPE (--list lists them)");
	p->recipe = recipe_load(
	    &p->conf, slice_str(p->recipe_name), RECIPE_PROMPT | RECIPE_SCHEMA | RECIPE_BODY, &e);
	if (!p->recipe)
		diag_die(DIAG_USAGE, "%s", e.text);
	p->settings = (struct loaded){.load = load_setting, .drop = drop_setting, .ctx = p};
	if (p->world && !loaded_get(&p->settings, slice_str(p->world), &e))
		diag_die(DIAG_USAGE, "%s", e.text);
	if (!p->model)
		p->model = conf_get(&p->conf, "NPC_MODEL");
	make_tail(p);
}

static int end(struct prompt *p)
{
	stats_int(&p->filter.stats, "rows_in", p->filter.lines);
	stats_int(&p->filter.stats, "requests", p->filter.out.records - p->filter.failed);
	stats_int(&p->filter.stats, "failed", p->filter.failed);
	stats_int(&p->filter.stats, "bytes_in", p->filter.in.bytes);
	for (size_t i = 0; i < p->n_params; i++)
		json_doc_free(&p->params[i].doc);
	free(p->params);
	loaded_free(&p->settings);
	recipe_free(p->recipe);
	conf_free(&p->conf);
	buf_free(&p->tail);
	buf_free(&p->scratch);
	return filter_end(&p->filter);
}

int main(int argc, char **argv)
{
	struct prompt p = {.format = "json_schema"};
	struct err e;

	filter_init(&p.filter, argv[0], usage, help);
	read_options(&p, argc, argv);
	if (conf_load(&p.conf, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	if (p.list)
		return list_recipes(&p);
	load(&p);
	filter_run(&p.filter, argv + optind, record, bad_line, &p);
	return end(&p);
}
