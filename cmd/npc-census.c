/* npc-census: rows in, a report on the cast out. */

#include <stdlib.h>

#include "census.h"
#include "conf.h"
#include "datafile.h"
#include "diag.h"
#include "filter.h"
#include "jw.h"
#include "mem.h"
#include "num.h"

static const char usage[] = "npc-census [--json] [--findings FILE] [--fail-if CONDITION]... "
			    "[--text PATHS] [--facts MEMBERS] [--ban TABLE]... [ROWS...]";
static const char help[] =
    "      --json            prints one JSON object, not a table\n"
    "      --findings FILE   writes what was found, a line each\n"
    "      --list N          lists N findings of each kind below the table (10)\n"
    "      --fail-if COND    exit 1 where a figure is so: 'near_duplicates>0.01'\n"
    "      --text PATHS      the members that are prose, with commas between them\n"
    "      --facts MEMBERS   what the prose should mention (occupation,home)\n"
    "      --name MEMBER     where the name is (name)\n"
    "      --ties MEMBER     where the ties are (ties)\n"
    "      --min-words N     compares texts of N words or more (40)\n"
    "      --ban TABLE       words that are worn out, besides banned-names\n"
    "      --max-line SIZE   the longest line that is read (16M)\n"
    "      --stats FILE      writes counts and times, as JSON (- is standard error)\n"
    "  -h, --help            -V, --version\n";

enum { JSON = 0x100, FINDINGS, LIST, FAIL_IF, TEXT, FACTS, NAME, TIES, MIN_WORDS, BAN };

static const struct option options[] = {{"json", no_argument, NULL, JSON},
    {"findings", required_argument, NULL, FINDINGS}, {"list", required_argument, NULL, LIST},
    {"fail-if", required_argument, NULL, FAIL_IF}, {"text", required_argument, NULL, TEXT},
    {"facts", required_argument, NULL, FACTS}, {"name", required_argument, NULL, NAME},
    {"ties", required_argument, NULL, TIES}, {"min-words", required_argument, NULL, MIN_WORDS},
    {"ban", required_argument, NULL, BAN}, FILTER_LINE_OPTIONS, FILTER_OPTIONS, {0}};

enum { LISTED = 10, COMPARED_WORDS = 40, OPTION_MOST = 64 };

/* Paths and conditions, as often as they may be given. */
struct given {
	const char *at[OPTION_MOST];
	size_t n;
};

struct program {
	struct filter filter;
	struct conf conf;
	struct census_config config;
	struct census *census;
	struct bans bans;
	struct findings findings;
	const char *findings_path;
	size_t listed;
	bool json;
	struct given conditions, ban;
	struct figures figures;
	size_t met; /* conditions that make the run fail */
};

static uint64_t number(const struct program *p, const char *option, const char *text)
{
	struct err e;
	uint64_t n;

	if (num_uint(slice_str(text), 0, UINT32_MAX, &n, &e) < 0)
		filter_usage(&p->filter, "%s: %s", option, e.text);
	return n;
}

static void again(const struct program *p, struct given *g, const char *option, const char *text)
{
	if (g->n == OPTION_MOST)
		filter_usage(&p->filter, "%s: more than %d of them", option, OPTION_MOST);
	g->at[g->n++] = text;
}

/* Cuts "a,b" into strings, in place; none for "". */
static size_t cut(
    const struct program *p, const char *option, char *text, const char **at, size_t most)
{
	size_t n = 0;

	while (*text) {
		char *comma = strchr(text, ',');

		if (comma)
			*comma = '\0';
		if (n == most || *text == '\0')
			filter_usage(&p->filter, "%s: wanted at most %zu names, none of them empty",
			    option, most);
		at[n++] = text;
		if (!comma)
			break;
		text = comma + 1;
	}
	return n;
}

static void read_option(struct program *p, int option, char *value)
{
	struct census_config *c = &p->config;

	switch (option) {
	case JSON:
		p->json = true;
		break;
	case FINDINGS:
		p->findings_path = value;
		break;
	case LIST:
		p->listed = number(p, "--list", value);
		break;
	case FAIL_IF:
		again(p, &p->conditions, "--fail-if", value);
		break;
	case TEXT:
		c->n_texts = cut(p, "--text", value, c->text, CENSUS_TEXTS_MAX);
		break;
	case FACTS:
		c->n_facts = cut(p, "--facts", value, c->fact, FACTS_MAX);
		break;
	case NAME:
		c->name = value;
		break;
	case TIES:
		c->ties = value;
		break;
	case MIN_WORDS:
		c->min_words = number(p, "--min-words", value);
		break;
	case BAN:
		again(p, &p->ban, "--ban", value);
		break;
	default:
		filter_option(&p->filter, option, value);
	}
}

/* The values of a fact that the tables of worlds have: occupations-*, homes-*. */
static int know_table(void *ctx, struct slice name, struct err *e)
{
	struct program *p = ctx;
	struct buf scratch = {0};
	struct datafile d;
	size_t fact = 0, len = 0;
	const struct json *entries;

	for (; fact < p->config.n_facts; fact++) {
		len = strlen(p->config.fact[fact]);
		if (slice_starts(name, p->config.fact[fact]) && name.len > len + 2 &&
		    memcmp(name.ptr + len, "s-", 2) == 0)
			break;
	}
	if (fact == p->config.n_facts)
		return 0;
	if (datafile_load(&d, &p->conf, "tables", name, e) < 0)
		return -1;
	entries = json_get_type(d.root, "entries", JSON_ARRAY);
	for (const struct json *v = entries ? json_first(entries) : NULL;
	     entries && v != json_end(entries); v = json_next(v)) {
		const struct json *text = json_is(v, JSON_OBJECT) ? json_get(v, "value") : v;

		buf_clear(&scratch);
		if (json_is(text, JSON_STRING))
			census_know(p->census, fact, json_text(text, &scratch));
	}
	buf_free(&scratch);
	datafile_free(&d);
	return 0;
}

static void check_conditions(struct program *p)
{
	struct figures_condition c;
	struct err e;

	census_figures(p->census, 0, &p->figures);
	for (size_t i = 0; i < p->conditions.n; i++) {
		if (figures_condition(&c, slice_str(p->conditions.at[i]), &e) < 0)
			filter_usage(&p->filter, "--fail-if: %s", e.text);
		if (!figures_find(&p->figures, c.name))
			filter_usage(
			    &p->filter, "--fail-if: there is no figure '%.*s'", SLICE_FMT(c.name));
	}
	figures_free(&p->figures);
}

static void load(struct program *p)
{
	const char *folder = getenv("TMPDIR");
	struct err e;

	if (conf_load(&p->conf, &e) < 0 ||
	    bans_load(&p->bans, &p->conf, slice_str("banned-names"), &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	for (size_t i = 0; i < p->ban.n; i++)
		if (bans_load(&p->bans, &p->conf, slice_str(p->ban.at[i]), &e) < 0)
			diag_die(DIAG_USAGE, "--ban: %s", e.text);
	p->config.bans = &p->bans;
	p->config.findings = &p->findings;
	p->config.folder = folder && *folder ? folder : "/tmp";
	p->census = census_new(&p->config, &e);
	if (!p->census)
		diag_die(DIAG_STOPPED, "%s", e.text);
	check_conditions(p);
	if (conf_each(&p->conf, "tables", ".json", know_table, p, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	if (findings_open(&p->findings, p->findings_path, p->listed, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
}

static _Noreturn void give_up(struct program *p, const struct err *e)
{
	findings_drop(&p->findings);
	diag_die(DIAG_STOPPED, "%s", e->text);
}

static void record(void *ctx, const struct json *root)
{
	struct program *p = ctx;
	struct err e;
	int status = census_row(p->census, root, &e);

	if (status < 0)
		give_up(p, &e);
	if (status > 0)
		filter_fail(&p->filter, "%s", e.text);
}

/* The filter has told and counted it. */
static void bad_line(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

static void judge(struct program *p)
{
	for (size_t i = 0; i < p->conditions.n; i++) {
		const char *text = p->conditions.at[i];
		struct figures_condition c;
		const struct figure *f;

		figures_condition(&c, slice_str(text), NULL);
		f = figures_find(&p->figures, c.name);
		if (!f->none && !figures_holds(&c, f))
			continue;
		p->met++;
		if (f->none)
			diag_warn("fails '%s': there was nothing to measure", text);
		else
			diag_warn("fails '%s': %s is %.6g", text, f->name, f->value);
	}
}

static void report(struct program *p)
{
	struct buf *b = &p->filter.out.buf;
	struct err e;

	if (census_end(p->census, &e) < 0)
		give_up(p, &e);
	census_figures(p->census, p->filter.failed, &p->figures);
	if (p->json) {
		figures_json(&p->figures, b);
	} else {
		figures_table(&p->figures, b);
		findings_list(&p->findings, b);
	}
	filter_put(&p->filter);
}

static int end(struct program *p)
{
	struct err e;
	int status;

	if (findings_close(&p->findings, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	judge(p);
	stats_int(&p->filter.stats, "rows_in", p->filter.lines);
	stats_int(&p->filter.stats, "bad_rows", p->filter.failed);
	stats_int(&p->filter.stats, "bytes_in", p->filter.in.bytes);
	figures_free(&p->figures);
	census_free(p->census);
	bans_free(&p->bans);
	conf_free(&p->conf);
	status = filter_end(&p->filter);
	return status == DIAG_OK && p->met ? DIAG_SOME_FAILED : status;
}

int main(int argc, char **argv)
{
	struct program p = {.listed = LISTED,
	    .config = {.name = "name",
		.ties = "ties",
		.fact = {"occupation", "home"},
		.n_facts = 2,
		.min_words = COMPARED_WORDS}};
	int c;

	filter_init(&p.filter, argv[0], usage, help);
	while ((c = getopt_long(argc, argv, FILTER_LETTERS, options, NULL)) != -1)
		read_option(&p, c, optarg);
	load(&p);
	filter_run(&p.filter, argv + optind, record, bad_line, &p);
	report(&p);
	return end(&p);
}
