#include "recallopts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "num.h"
#include "timestamp.h"

const char recallopts_help[] =
    "  add       stores memories, or what embedding requests made of them\n"
    "  query     adds to each query what is remembered\n"
    "  embed     asks for the embeddings of memories, or with -q of queries\n"
    "  get       prints the memories with these ids\n"
    "  list      prints all memories\n"
    "  forget    removes memories\n"
    "  stat      tells what is stored\n"
    "  check     reads and checks everything, and makes anew what can be\n"
    "  compact   makes the file as small as it can be\n"
    "  export    prints everything; import stores it again\n"
    "  -m, --memory FILE         the database (NPC_MEMORY)\n"
    "      --npc NAME            only this collection; may be repeated\n"
    "      --where JSON          only what has this: {\"kind\":\"rumour\"}\n"
    "      --since TIME, --until TIME  only what is of then (--before is --until)\n"
    "  -k, --count N             query: so many memories (5)\n"
    "      --mode lexical|vector|hybrid  query: how they are found (hybrid)\n"
    "      --min-score SCORE     query: none with less\n"
    "      --budget TOKENS       query: no more than this, all together\n"
    "      --at TIME             query: now, for recency (the query's time)\n"
    "      --relevance WEIGHT, --recency WEIGHT, --importance WEIGHT\n"
    "                            query: what counts how much (1, 0.0001, 0.0001)\n"
    "      --half-life TIME      query: after which recency is half (138h)\n"
    "      --explain             query: with the parts of each score\n"
    "      --touch               query: notes what was recalled\n"
    "      --sync full|normal    add, import: what a power cut may not take (full)\n"
    "      --lang LANGUAGE       add, import: of a new database (en)\n"
    "  -q, --queries             embed: queries, not memories\n"
    "      --batch N             embed: so many in a request (64)\n"
    "      --model MODEL         embed: the model (NPC_EMBED_MODEL)\n"
    "      --dimensions N        embed: so many numbers each (the model's)\n"
    "      --keep N              forget: all but the N of each npc most worth keeping\n"
    "  -n, --dry-run             forget: only prints what would go\n"
    "      --npcs                stat: a line for each collection\n"
    "      --rebuild             check: makes everything anew that can be\n"
    "      --max-line SIZE       the longest line that is read (16M)\n"
    "      --stats FILE          writes counts and times, as JSON (- is standard error)\n"
    "  -h, --help                -V, --version\n";

enum {
	NPC = 0x100,
	WHERE,
	SINCE,
	UNTIL,
	BEFORE,
	MODE,
	MIN_SCORE,
	BUDGET,
	AT,
	RELEVANCE,
	RECENCY,
	IMPORTANCE,
	HALF_LIFE,
	EXPLAIN,
	TOUCH,
	SYNC,
	LANG,
	BATCH,
	MODEL,
	DIMENSIONS,
	KEEP,
	NPCS,
	REBUILD
};

const struct option recallopts_long[] = {{"memory", required_argument, NULL, 'm'},
    {"npc", required_argument, NULL, NPC}, {"where", required_argument, NULL, WHERE},
    {"since", required_argument, NULL, SINCE}, {"until", required_argument, NULL, UNTIL},
    {"before", required_argument, NULL, BEFORE}, {"count", required_argument, NULL, 'k'},
    {"mode", required_argument, NULL, MODE}, {"min-score", required_argument, NULL, MIN_SCORE},
    {"budget", required_argument, NULL, BUDGET}, {"at", required_argument, NULL, AT},
    {"relevance", required_argument, NULL, RELEVANCE},
    {"recency", required_argument, NULL, RECENCY},
    {"importance", required_argument, NULL, IMPORTANCE},
    {"half-life", required_argument, NULL, HALF_LIFE}, {"explain", no_argument, NULL, EXPLAIN},
    {"touch", no_argument, NULL, TOUCH}, {"sync", required_argument, NULL, SYNC},
    {"lang", required_argument, NULL, LANG}, {"queries", no_argument, NULL, 'q'},
    {"batch", required_argument, NULL, BATCH}, {"model", required_argument, NULL, MODEL},
    {"dimensions", required_argument, NULL, DIMENSIONS}, {"keep", required_argument, NULL, KEEP},
    {"dry-run", no_argument, NULL, 'n'}, {"npcs", no_argument, NULL, NPCS},
    {"rebuild", no_argument, NULL, REBUILD}, FILTER_LINE_OPTIONS, FILTER_OPTIONS, {0}};

enum {
	ADDS = RECALL_ADD | RECALL_IMPORT,
	PICKS = RECALL_GET | RECALL_LIST | RECALL_FORGET | RECALL_EXPORT,
	FILTERS = RECALL_QUERY | RECALL_LIST | RECALL_FORGET
};

/* What an option is for, where not for all. */
static const struct {
	int option;
	unsigned commands;
} scopes[] = {{NPC, RECALL_QUERY | PICKS}, {WHERE, FILTERS}, {SINCE, FILTERS}, {UNTIL, FILTERS},
    {BEFORE, FILTERS}, {'k', RECALL_QUERY}, {MODE, RECALL_QUERY}, {MIN_SCORE, RECALL_QUERY},
    {BUDGET, RECALL_QUERY}, {AT, RECALL_QUERY}, {RELEVANCE, RECALL_QUERY}, {RECENCY, RECALL_QUERY},
    {IMPORTANCE, RECALL_QUERY}, {HALF_LIFE, RECALL_QUERY}, {EXPLAIN, RECALL_QUERY},
    {TOUCH, RECALL_QUERY}, {SYNC, ADDS}, {LANG, ADDS}, {'q', RECALL_EMBED}, {BATCH, RECALL_EMBED},
    {MODEL, RECALL_EMBED}, {DIMENSIONS, RECALL_EMBED}, {KEEP, RECALL_FORGET}, {'n', RECALL_FORGET},
    {NPCS, RECALL_STAT}, {REBUILD, RECALL_CHECK},
    {FILTER_MAX_LINE, ADDS | RECALL_QUERY | RECALL_EMBED}};

static const char *const commands[] = {"add", "import", "query", "embed", "get", "list", "forget",
    "stat", "check", "compact", "export"};

void recallopts_init(struct recallopts *o)
{
	*o = (struct recallopts){.batch = 64,
	    .recall = {.k = 5,
		.relevance = RECALL_RELEVANCE,
		.recency = RECALL_RECENCY,
		.importance = RECALL_IMPORTANCE,
		.half_life = RECALL_HALF_LIFE,
		.at = TIMESTAMP_NONE,
		.since = TIMESTAMP_NONE,
		.until = TIMESTAMP_NONE}};
}

/* ---- values */

static int set_uint(uint64_t *out, const char *value, uint64_t least, uint64_t most, struct err *e)
{
	return num_uint(slice_str(value), least, most, out, e) < 0 ? -1 : 1;
}

static int set_count(size_t *out, const char *value, uint64_t least, uint64_t most, struct err *e)
{
	uint64_t n;

	if (num_uint(slice_str(value), least, most, &n, e) < 0)
		return -1;
	*out = (size_t)n;
	return 1;
}

static int set_number(double *out, const char *value, double least, struct err *e)
{
	struct json_doc doc = {0};
	const struct json *v = json_parse(&doc, slice_str(value), NULL);
	bool good = json_is(v, JSON_NUMBER);

	if (good)
		*out = json_double(v);
	json_doc_free(&doc);
	if (!good || !isfinite(*out) || *out < least)
		return err_set(
		    e, "'%s' is not a number%s", value, least < 0 ? "" : " of 0 or more");
	return 1;
}

static int set_weight(struct recallopts *o, double *weight, const char *value, struct err *e)
{
	o->recall.weighed = true;
	return set_number(weight, value, 0, e);
}

static int set_time(int64_t *ms, const char *value, struct err *e)
{
	return timestamp_read(slice_str(value), ms, e) < 0 ? -1 : 1;
}

static int set_half_life(int64_t *ms, const char *value, struct err *e)
{
	int64_t ns;

	if (num_duration(slice_str(value), &ns, e) < 0)
		return -1;
	*ms = ns / 1000000;
	return *ms < 1 ? err_set(e, "'%s' is less than a millisecond", value) : 1;
}

static int set_mode(enum recall_mode *mode, const char *value, struct err *e)
{
	if (strcmp(value, "hybrid") == 0)
		*mode = RECALL_HYBRID;
	else if (strcmp(value, "lexical") == 0)
		*mode = RECALL_LEXICAL;
	else if (strcmp(value, "vector") == 0)
		*mode = RECALL_VECTOR;
	else
		return err_set(e, "'%s' is not lexical, vector or hybrid", value);
	return 1;
}

static int set_sync(bool *normal, const char *value, struct err *e)
{
	*normal = strcmp(value, "normal") == 0;
	if (!*normal && strcmp(value, "full") != 0)
		return err_set(e, "'%s' is not full or normal", value);
	return 1;
}

static int set_where(struct recallopts *o, const char *value, struct err *e)
{
	if (o->recall.where)
		return err_set(e, "only one can be given: {\"$and\":[…]} holds many");
	o->recall.where = &o->where;
	return where_read(&o->where, slice_str(value), e) < 0 ? -1 : 1;
}

static int add_npc(struct recallopts *o, const char *value)
{
	o->npc = mem_more(o->npc, o->npcs, &o->npcs_cap, sizeof *o->npc);
	o->npc[o->npcs++] = slice_str(value);
	return 1;
}

static int set_name(const char **name, const char *value, struct err *e)
{
	*name = value;
	return *value ? 1 : err_set(e, "it is empty");
}

static int set_flag(struct recallopts *o, int option)
{
	switch (option) {
	case EXPLAIN:
		o->recall.explain = true;
		return 1;
	case TOUCH:
		o->touch = true;
		return 1;
	case 'q':
		o->queries = true;
		return 1;
	case 'n':
		o->dry_run = true;
		return 1;
	case NPCS:
		o->by_npc = true;
		return 1;
	case REBUILD:
		o->rebuild = true;
		return 1;
	default:
		return 0;
	}
}

static int set_ranking(struct recallopts *o, int option, const char *value, struct err *e)
{
	struct recall_options *r = &o->recall;

	switch (option) {
	case 'k':
		return set_count(&r->k, value, 0, 100000, e);
	case MODE:
		return set_mode(&r->mode, value, e);
	case MIN_SCORE:
		return set_number(&r->min_score, value, -INFINITY, e);
	case BUDGET:
		return set_uint(&r->budget, value, 1, INT32_MAX, e);
	case AT:
		return set_time(&r->at, value, e);
	case RELEVANCE:
		return set_weight(o, &r->relevance, value, e);
	case RECENCY:
		return set_weight(o, &r->recency, value, e);
	case IMPORTANCE:
		return set_weight(o, &r->importance, value, e);
	case HALF_LIFE:
		return set_half_life(&r->half_life, value, e);
	default:
		return set_flag(o, option);
	}
}

static int set_value(struct recallopts *o, int option, const char *value, struct err *e)
{
	switch (option) {
	case 'm':
		return set_name(&o->memory.path, value, e);
	case NPC:
		return add_npc(o, value);
	case WHERE:
		return set_where(o, value, e);
	case SINCE:
		return set_time(&o->recall.since, value, e);
	case UNTIL:
	case BEFORE:
		return set_time(&o->recall.until, value, e);
	case SYNC:
		return set_sync(&o->memory.normal, value, e);
	case LANG:
		return set_name(&o->memory.language, value, e);
	case BATCH:
		return set_uint(&o->batch, value, 1, 2048, e);
	case MODEL:
		return set_name(&o->model, value, e);
	case DIMENSIONS:
		return set_uint(&o->dimensions, value, 1, 16384, e);
	case KEEP:
		return set_count(&o->keep, value, 1, INT32_MAX, e);
	default:
		return set_ranking(o, option, value, e);
	}
}

int recallopts_set(struct recallopts *o, int option, const char *value, struct err *e)
{
	for (size_t i = 0; recallopts_long[i].name; i++)
		if (recallopts_long[i].val == option)
			o->given |= UINT64_C(1) << i;
	switch (set_value(o, option, value, e)) {
	case 1:
		return 1;
	case 0:
		return 0;
	default:
		return err_wrap(e, "--%s", filter_option_name(recallopts_long, option));
	}
}

/* ---- the command */

static unsigned commands_of(int option)
{
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
		if (scopes[i].option == option)
			return scopes[i].commands;
	return ~0U;
}

int recallopts_command(struct recallopts *o, const char *name, struct err *e)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(name, commands[i]) == 0) {
			o->command = 1U << i;
			o->name = commands[i];
		}
	if (!o->command)
		return err_set(e, "'%s' is no command", name);
	for (size_t i = 0; recallopts_long[i].name; i++)
		if (o->given >> i & 1 && !(commands_of(recallopts_long[i].val) & o->command))
			return err_set(e, "--%s is not for %s", recallopts_long[i].name, o->name);
	return 0;
}

void recallopts_free(struct recallopts *o)
{
	where_free(&o->where);
	free(o->npc);
}
