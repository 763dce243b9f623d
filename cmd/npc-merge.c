/* npc-merge: response lines in, rows out, filled in. */

#include <stdlib.h>

#include "answer.h"
#include "canon.h"
#include "conf.h"
#include "diag.h"
#include "filter.h"
#include "fs.h"
#include "jw.h"
#include "line.h"
#include "loaded.h"
#include "mem.h"
#include "recipe.h"
#include "rejects.h"
#include "rows.h"

static const char usage[] = "npc-merge [-r RECIPE | -s SCHEMA | --text FIELD] [-b BASE] "
			    "[--rejects FILE] [--left] [RESPONSES...]";
static const char help[] =
    "  -r, --recipe RECIPE   checks against this recipe, whatever the lines name\n"
    "  -s, --schema SCHEMA   checks against the JSON Schema in this file\n"
    "      --text FIELD      takes the answer as text, into this member of the row\n"
    "  -b, --base BASE       takes the rows from this file, joined by id\n"
    "      --left            prints the rows of BASE that nobody answered as they are\n"
    "      --rejects FILE    writes the rows whose answers are no good, to be asked again\n"
    "      --max-line SIZE   the longest line that is read (16M)\n"
    "      --stats FILE      writes counts and times, as JSON (- is standard error)\n"
    "  -h, --help            -V, --version\n";

enum { TEXT = 0x100, LEFT, REJECTS };

static const struct option options[] = {{"recipe", required_argument, NULL, 'r'},
    {"schema", required_argument, NULL, 's'}, {"text", required_argument, NULL, TEXT},
    {"base", required_argument, NULL, 'b'}, {"left", no_argument, NULL, LEFT},
    {"rejects", required_argument, NULL, REJECTS}, FILTER_LINE_OPTIONS, FILTER_OPTIONS, {0}};

enum { SCHEMA_FILE_MAX = 8 << 20, CONTRADICTED_MAX = 64 };

/* How an answer is taken: as JSON that meets a schema, or as text for one member. */
struct rule {
	struct schema *schema;
	struct slice field;
};

/* A member that answers gave another value than the row has, and how often. */
struct contradicted {
	char *name;
	size_t count;
};

struct merge {
	struct filter filter;
	struct conf conf;
	const char *recipe_name, *schema_path, *text_field, *base_path, *rejects_path;
	bool left;
	struct loaded recipes;
	struct schema *schema;
	struct rows base;
	struct json_doc row_doc; /* of the base's row at hand */
	struct answer answer;
	struct rejects rejects;
	struct buf scratch, canon;
	size_t responses, unmatched, contradictions;
	struct contradicted contradicted[CONTRADICTED_MAX];
	size_t n_contradicted;
};

static void read_options(struct merge *m, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "r:s:b:" FILTER_LETTERS, options, NULL)) != -1)
		switch (c) {
		case 'r':
			m->recipe_name = optarg;
			break;
		case 's':
			m->schema_path = optarg;
			break;
		case TEXT:
			m->text_field = optarg;
			break;
		case 'b':
			m->base_path = optarg;
			break;
		case LEFT:
			m->left = true;
			break;
		case REJECTS:
			m->rejects_path = optarg;
			break;
		default:
			filter_option(&m->filter, c, optarg);
		}
	if ((m->recipe_name != NULL) + (m->schema_path != NULL) + (m->text_field != NULL) > 1)
		filter_usage(&m->filter, "only one of -r, -s and --text can be given");
	if (m->left && !m->base_path)
		filter_usage(&m->filter, "--left needs -b BASE");
}

static void *load_recipe(void *ctx, struct slice name, struct err *e)
{
	const struct merge *m = ctx;

	return recipe_load(&m->conf, name, RECIPE_SCHEMA, e);
}

static void drop_recipe(void *thing)
{
	recipe_free(thing);
}

static struct schema *load_schema(const char *path)
{
	struct buf text = {0};
	struct json_doc doc = {0};
	struct err e;
	const struct json *root = NULL;
	struct schema *schema;

	if (fs_slurp(path, SCHEMA_FILE_MAX, &text, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	root = json_parse(&doc, buf_all(&text), &e);
	schema = root ? schema_compile(root, &e) : NULL;
	if (!schema)
		diag_die(DIAG_USAGE, "%s: %s", path, e.text);
	json_doc_free(&doc);
	buf_free(&text);
	return schema;
}

/* The rule for a line: the command's, or that of the recipe that the line names. */
static int find_rule(struct merge *m, const struct line *l, struct rule *rule, struct err *e)
{
	struct slice name = slice_str(m->recipe_name ? m->recipe_name : "");
	const struct recipe *r;

	*rule = (struct rule){m->schema, {0}};
	if (m->text_field)
		rule->field = slice_str(m->text_field);
	if (m->schema || m->text_field)
		return 0;
	if (!m->recipe_name && !l->recipe)
		return err_set(e, "no recipe: neither on the line nor by -r, -s or --text");
	if (!m->recipe_name)
		name = slice_make(l->recipe->ptr, l->recipe->len);
	r = loaded_get(&m->recipes, name, e);
	if (!r)
		return -1;
	*rule = (struct rule){r->schema, r->name};
	return 0;
}

static _Noreturn void cannot_reject(struct merge *m, const struct err *e)
{
	rejects_drop(&m->rejects);
	diag_die(DIAG_STOPPED, "%s", e->text);
}

static void reject_failed(struct merge *m, const struct line *l, const struct json *row,
    struct slice code, struct slice why)
{
	struct err e;

	if (rejects_failed(&m->rejects, row, l ? l->custom_id : NULL, code, why, &e) < 0)
		cannot_reject(m, &e);
}

static void reject_bad(struct merge *m, const struct json *row)
{
	struct err e;

	if (rejects_bad(&m->rejects, row, buf_all(&m->answer.why), &e) < 0)
		cannot_reject(m, &e);
}

static bool same_value(struct merge *m, const struct json *a, const struct json *b)
{
	size_t half;

	if (slice_eq(json_raw(a), json_raw(b)))
		return true;
	buf_clear(&m->canon);
	if (canon_put(&m->canon, a, NULL) < 0)
		return false;
	half = m->canon.len;
	buf_byte(&m->canon, '\n');
	if (canon_put(&m->canon, b, NULL) < 0 || m->canon.over || m->canon.len != 2 * half + 1)
		return false;
	return memcmp(m->canon.ptr, m->canon.ptr + half + 1, half) == 0;
}

static void note_contradiction(struct merge *m, struct slice name)
{
	size_t i = 0;

	m->contradictions++;
	while (i < m->n_contradicted && !slice_is(name, m->contradicted[i].name))
		i++;
	if (i == CONTRADICTED_MAX)
		return;
	if (i == m->n_contradicted)
		m->contradicted[m->n_contradicted++].name = mem_copy(name.ptr, name.len);
	m->contradicted[i].count++;
}

/* One member of the answer; where the row has it too, the row wins. */
static void add_member(
    struct merge *m, const struct json *row, struct slice name, const struct json *value)
{
	struct buf *b = &m->filter.out.buf;
	const struct json *there = json_get_slice(row, name);

	if (there) {
		if (!same_value(m, there, value))
			note_contradiction(m, name);
		return;
	}
	jw_name_slice(b, name);
	json_compact(value, b);
}

static void put_merged(struct merge *m, const struct json *row, const struct rule *rule)
{
	struct buf *b = &m->filter.out.buf;
	const struct json *answer = m->answer.root;

	rejects_open_row(b, row);
	for (const struct json *n = answer ? json_first(answer) : NULL;
	     answer && n != json_end(answer); n = json_next(n)) {
		buf_clear(&m->scratch);
		add_member(m, row, json_text(n, &m->scratch), json_value(n));
	}
	if (!answer && json_get_slice(row, rule->field))
		note_contradiction(m, rule->field);
	else if (!answer) {
		jw_name_slice(b, rule->field);
		jw_str(b, m->answer.text);
	}
	jw_object_end(b);
	filter_put(&m->filter);
}

/*
 * The row of a response: the one it carries, or the base's. Only a failed line need not have one.
 * False: said, and accounted for.
 */
static bool find_row(struct merge *m, const struct line *l, const struct json **row)
{
	struct slice id;
	size_t i;

	*row = l->row;
	if (!m->base_path && !l->row && !l->error) {
		filter_fail(
		    &m->filter, "cannot merge: the line carries no row, and there is no -b");
		reject_failed(m, l, NULL, slice_str("invalid_response"), slice_str("no row"));
		return false;
	}
	if (!m->base_path)
		return true;
	buf_clear(&m->scratch);
	id = l->custom_id ? json_text(l->custom_id, &m->scratch) : (struct slice){0};
	if (!rows_find(&m->base, id, &i)) {
		m->unmatched++;
		filter_fail(&m->filter, "'%.*s' answers no row of %s", SLICE_FMT(id), m->base_path);
		return false;
	}
	if (rows_marked(&m->base, i)) {
		m->unmatched++;
		filter_fail(&m->filter, "'%.*s' is answered twice", SLICE_FMT(id));
		return false;
	}
	rows_mark(&m->base, i);
	*row = json_parse(&m->row_doc, rows_text(&m->base, i), NULL);
	return true;
}

static void merge(struct merge *m, const struct line *l, const struct json *row)
{
	struct slice id = l->custom_id ? json_raw(l->custom_id) : slice_str("null");
	struct rule rule = {0};
	struct err e;
	enum answer_verdict verdict;

	if (!l->error && find_rule(m, l, &rule, &e) < 0) {
		filter_fail(&m->filter, "cannot merge %.*s: %s", SLICE_FMT(id), e.text);
		reject_failed(m, l, row, slice_str("invalid_response"), slice_str(e.text));
		return;
	}
	verdict = answer_read(&m->answer, l, rule.schema);
	if (verdict == ANSWER_GOOD && m->answer.root && m->answer.root->type != JSON_OBJECT) {
		buf_str(&m->answer.why, "The answer must be a JSON object.");
		verdict = ANSWER_BAD;
	}
	if (verdict == ANSWER_GOOD) {
		put_merged(m, row, &rule);
		return;
	}
	filter_fail(&m->filter, "cannot merge %.*s: %.*s%s%.*s", SLICE_FMT(id),
	    SLICE_FMT(m->answer.code), verdict == ANSWER_FAILED ? ": " : "",
	    SLICE_FMT(buf_all(&m->answer.why)));
	if (verdict == ANSWER_FAILED)
		reject_failed(m, l, row, m->answer.code, buf_all(&m->answer.why));
	else
		reject_bad(m, row);
}

static void record(void *ctx, const struct json *root)
{
	struct merge *m = ctx;
	struct line l;
	struct err e;
	const struct json *row;
	int status = line_read(&l, root, &e);

	if (status == 0 && l.kind == LINE_DELTA)
		return;
	m->responses++;
	if (status == 0 && l.kind == LINE_REQUEST)
		status = err_set(&e, "a request that nobody has answered");
	if (status < 0) {
		filter_fail(&m->filter, "cannot merge: %s", e.text);
		reject_failed(m, &l, l.row, slice_str("invalid_response"), slice_str(e.text));
		return;
	}
	if (find_row(m, &l, &row))
		merge(m, &l, row);
}

static void bad_line(void *ctx, const char *message)
{
	struct merge *m = ctx;

	m->responses++;
	reject_failed(m, NULL, NULL, slice_str("invalid_response"), slice_str(message));
}

/* One line of the base; what cannot be a row is a reject at once. */
static void add_base(struct merge *m, const struct ndjson_in *in, struct slice line)
{
	struct err e;
	const struct json *row = json_parse(&m->row_doc, line, &e), *id;

	buf_clear(&m->scratch);
	id = json_get_type(row, "id", JSON_STRING);
	if (row && !id)
		err_set(&e, "a row must be an object with a string id");
	else if (row) {
		struct slice name = json_text(id, &m->scratch);

		if (rows_add(&m->base, name, line))
			return;
		err_set(&e, "the id '%.*s' is used twice, or too long", SLICE_FMT(name));
	}
	diag_warn("%s:%lu: %s", in->name, in->line, e.text);
	m->filter.failed++;
	reject_failed(m, NULL, json_is(row, JSON_OBJECT) ? row : NULL, slice_str("invalid_row"),
	    slice_str(e.text));
}

static void read_base(struct merge *m)
{
	char *const operands[] = {(char *)(uintptr_t)m->base_path, NULL};
	struct ndjson_in in;
	struct slice line;
	struct err e;
	enum ndjson_got got;

	ndjson_in_init(&in, operands, m->filter.max_line, NULL);
	while ((got = ndjson_next(&in, &line, &e)) != NDJSON_END) {
		if (got == NDJSON_UNREADABLE)
			diag_die(DIAG_USAGE, "%s", e.text);
		if (got == NDJSON_LINE) {
			add_base(m, &in, line);
			continue;
		}
		diag_warn("%s", e.text);
		m->filter.failed++;
		reject_failed(m, NULL, NULL, slice_str("invalid_row"), slice_str(e.text));
	}
	ndjson_in_free(&in);
}

static void load(struct merge *m)
{
	struct err e;

	m->recipes = (struct loaded){.load = load_recipe, .drop = drop_recipe, .ctx = m};
	if (m->recipe_name && !loaded_get(&m->recipes, slice_str(m->recipe_name), &e))
		diag_die(DIAG_USAGE, "%s", e.text);
	if (m->schema_path)
		m->schema = load_schema(m->schema_path);
	if (rejects_open(&m->rejects, m->rejects_path, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	if (m->base_path)
		read_base(m);
}

/* The rows of the base that no response came for. */
static void put_unanswered(struct merge *m)
{
	for (size_t i = 0; i < m->base.count; i++) {
		struct slice text = rows_text(&m->base, i);

		if (rows_marked(&m->base, i))
			continue;
		if (m->left) {
			jw_raw(&m->filter.out.buf, text);
			filter_put(&m->filter);
			continue;
		}
		m->filter.failed++;
		reject_failed(m, NULL, json_parse(&m->row_doc, text, NULL), slice_str("no_answer"),
		    slice_str("no response line had this id"));
	}
}

static void put_stats(struct merge *m)
{
	struct stats *s = &m->filter.stats;

	stats_int(s, "responses", m->responses);
	stats_int(s, "rows_out", m->filter.out.records);
	stats_int(s, "rejects", m->rejects.bad + m->rejects.failed);
	stats_int(s, "rejects_bad", m->rejects.bad);
	stats_int(s, "rejects_failed", m->rejects.failed);
	stats_int(s, "unmatched", m->unmatched);
	stats_int(s, "contradictions", m->contradictions);
	jw_name(&s->buf, "contradicted");
	jw_object(&s->buf);
	for (size_t i = 0; i < m->n_contradicted; i++) {
		stats_int(s, m->contradicted[i].name, m->contradicted[i].count);
		free(m->contradicted[i].name);
	}
	jw_object_end(&s->buf);
	stats_int(s, "bytes_in", m->filter.in.bytes);
}

static int end(struct merge *m)
{
	struct err e;

	put_unanswered(m);
	put_stats(m);
	if (rejects_close(&m->rejects, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	loaded_free(&m->recipes);
	schema_free(m->schema);
	rows_free(&m->base);
	json_doc_free(&m->row_doc);
	answer_free(&m->answer);
	conf_free(&m->conf);
	buf_free(&m->scratch);
	buf_free(&m->canon);
	return filter_end(&m->filter);
}

int main(int argc, char **argv)
{
	struct merge m = {0};
	struct err e;

	filter_init(&m.filter, argv[0], usage, help);
	read_options(&m, argc, argv);
	if (conf_load(&m.conf, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	load(&m);
	filter_run(&m.filter, argv + optind, record, bad_line, &m);
	return end(&m);
}
