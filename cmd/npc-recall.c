/* npc-recall: what characters remember: memories in, queries in, queries with what is remembered out. */

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "adder.h"
#include "asker.h"
#include "conf.h"
#include "diag.h"
#include "filter.h"
#include "keeper.h"
#include "mem.h"
#include "recallopts.h"
#include "timestamp.h"
#include "wanted.h"

static const char usage[] = "npc-recall [-m FILE] add|query|embed|get|list|forget|stat|check|"
			    "compact|export|import [OPTION...] [FILE... | ID...]";

struct program {
	struct filter filter;
	struct recallopts options;
	struct conf conf;
	struct memory *memory;
	struct adder adder;
	struct asker asker;
	struct wanted wanted;
	struct keeper keeper;
	struct slice *id; /* that are named */
};

static _Noreturn void stop(const struct err *e)
{
	diag_die(DIAG_STOPPED, "%s", e->text);
}

/* ---- the database */

static const char *database(const struct program *p)
{
	const char *path = p->options.memory.path;

	return path ? path : conf_get(&p->conf, "NPC_MEMORY");
}

static void open_memory(struct program *p, bool write, bool must_exist)
{
	struct memory_options *o = &p->options.memory;
	struct err e;

	o->path = database(p);
	o->write = write;
	o->must_exist = must_exist;
	if (!o->path)
		filter_usage(&p->filter, "%s: which database? -m FILE or NPC_MEMORY names it",
		    p->options.name);
	p->memory = memory_open(o, &e);
	if (!p->memory && !(o->empty && *o->empty))
		stop(&e);
}

/* Before the first memory is added there may be no database, or one that is only being made. */
static void open_if_any(struct program *p)
{
	bool empty = false;

	if (!database(p) || (access(database(p), F_OK) < 0 && errno == ENOENT))
		return;
	p->options.memory.empty = &empty;
	open_memory(p, false, true);
	p->options.memory.empty = NULL;
}

static int end(struct program *p)
{
	stats_int(&p->filter.stats, "lines", p->filter.lines);
	stats_int(&p->filter.stats, "failed", p->filter.failed);
	memory_close(p->memory);
	recallopts_free(&p->options);
	conf_free(&p->conf);
	return filter_end(&p->filter);
}

/* ---- add, import */

/* What has been stored is said at once. */
static void say_stored(struct program *p)
{
	struct buf *acks = &p->adder.acks;

	if (acks->len == 0)
		return;
	buf_put(&p->filter.out.buf, acks->ptr, acks->len - 1);
	buf_reset(acks, ADDER_BYTES);
	filter_put(&p->filter);
	filter_flush(&p->filter);
}

static void commit_batch(void *ctx)
{
	struct program *p = ctx;
	struct err e;

	if (adder_commit(&p->adder, &e) < 0)
		stop(&e);
	say_stored(p);
}

static void add_line(void *ctx, struct slice text)
{
	struct program *p = ctx;
	struct err e;

	if (adder_line(&p->adder, text, &e) < 0)
		stop(&e);
	if (!adder_full(&p->adder))
		return;
	if (adder_next(&p->adder, &e) < 0)
		stop(&e);
	say_stored(p);
}

static void add_bad(void *ctx, const char *message)
{
	struct program *p = ctx;

	adder_bad(&p->adder, message);
}

static void failed(void *ctx, const char *why)
{
	struct program *p = ctx;

	filter_fail(&p->filter, "%s", why);
}

static void tell_without(uint64_t n, const char *what, const struct err *why)
{
	if (n)
		diag_warn(
		    "%llu of the %s have no embedding: %s", (unsigned long long)n, what, why->text);
}

static int add(struct program *p, char **operands)
{
	struct filter_reader reader = {add_line, add_bad, commit_batch, p};
	struct adder *a = &p->adder;

	open_memory(p, true, false);
	*a = (struct adder){.memory = p->memory, .failed = failed, .ctx = p};
	filter_read(&p->filter, operands, &reader);
	commit_batch(p);
	tell_without(a->without, "memories", &a->why);
	adder_stats(a, &p->filter.stats);
	adder_free(a);
	return end(p);
}

/* ---- query */

/* What a line has come to: some records, without a line end after the last. */
static void put_records(struct program *p)
{
	if (p->filter.out.buf.len > p->filter.out.whole)
		filter_put(&p->filter);
}

static void query_line(void *ctx, struct slice text)
{
	struct program *p = ctx;
	struct err e;

	if (asker_line(&p->asker, text, &p->filter.out.buf, &e) < 0)
		stop(&e);
	put_records(p);
}

static void bad_query(void *ctx, const char *message)
{
	struct program *p = ctx;

	question_put_bad(NULL, message, &p->filter.out.buf);
	filter_put(&p->filter);
}

static int query(struct program *p, char **operands)
{
	struct filter_reader reader = {.line = query_line, .bad = bad_query, .ctx = p};
	struct recallopts *o = &p->options;
	struct asker *a = &p->asker;

	/* That something was recalled may be lost at a power cut: no query waits for the disk. */
	o->memory.normal = true;
	open_memory(p, o->touch, true);
	*a = (struct asker){.memory = p->memory,
	    .recall = recall_new(p->memory, &o->recall),
	    .question = {.npc = o->npc, .npcs = o->npcs},
	    .touch = o->touch,
	    .at = o->recall.at,
	    .failed = failed,
	    .ctx = p};
	filter_read(&p->filter, operands, &reader);
	tell_without(a->without, "queries", &a->why);
	asker_stats(a, &p->filter.stats);
	asker_free(a);
	return end(p);
}

/* ---- embed */

static void embed_line(void *ctx, struct slice text)
{
	struct program *p = ctx;
	struct err e;
	const struct json *row = filter_parse(&p->filter, text, &e);

	if (!row)
		wanted_bad(&p->wanted, e.text, &p->filter.out.buf);
	else if (wanted_add(&p->wanted, row, &p->filter.out.buf, &e) < 0)
		stop(&e);
	put_records(p);
}

static void embed_bad(void *ctx, const char *message)
{
	struct program *p = ctx;

	wanted_bad(&p->wanted, message, &p->filter.out.buf);
	put_records(p);
}

static void embed_rest(void *ctx)
{
	struct program *p = ctx;

	wanted_end(&p->wanted, &p->filter.out.buf);
	put_records(p);
}

static int embed(struct program *p, char **operands)
{
	const struct recallopts *o = &p->options;
	/*
	 * Which memories share a request must not depend on when they come, or no answer of the past is
	 * found again; but no query waits for another.
	 */
	struct filter_reader reader = {embed_line, embed_bad, o->queries ? embed_rest : NULL, p};
	const char *model = o->model ? o->model : conf_get(&p->conf, "NPC_EMBED_MODEL");
	struct wanted *w = &p->wanted;
	struct err e;

	if (!o->queries)
		open_if_any(p);
	*w =
	    (struct wanted){.memory = p->memory, .queries = o->queries, .failed = failed, .ctx = p};
	w->embedder = (struct embedder){.model = model, .dimensions = o->dimensions};
	w->embedder.batch = (size_t)o->batch;
	if (wanted_begin(w, &e) < 0)
		stop(&e);
	filter_read(&p->filter, operands, &reader);
	embed_rest(p);
	wanted_stats(w, &p->filter.stats);
	wanted_free(w);
	return end(p);
}

/* ---- get, list, export, forget, stat */

static void put_record(void *ctx)
{
	struct program *p = ctx;

	filter_put(&p->filter);
}

static void missing(void *ctx, struct slice id)
{
	struct program *p = ctx;

	diag_warn("no memory '%.*s'", SLICE_FMT(id));
	p->filter.failed++;
}

static void pick(struct program *p, char **operands)
{
	const struct recallopts *o = &p->options;
	struct keeper *k = &p->keeper;
	size_t cap = 0;

	*k = (struct keeper){.out = &p->filter.out.buf, .put = put_record, .missing = missing};
	k->ctx = p;
	k->pick = (struct pick){.npc = o->npc,
	    .npcs = o->npcs,
	    .where = o->recall.where,
	    .since = o->recall.since,
	    .until = o->recall.until};
	for (; *operands; operands++) {
		p->id = mem_more(p->id, k->pick.ids, &cap, sizeof *p->id);
		p->id[k->pick.ids++] = slice_str(*operands);
	}
	k->pick.id = p->id;
}

static bool picks_anything(const struct program *p)
{
	const struct pick *k = &p->keeper.pick;

	return k->ids || k->npcs || k->where || k->since != TIMESTAMP_NONE ||
	    k->until != TIMESTAMP_NONE || p->options.keep;
}

static int keep(struct program *p, char **operands)
{
	const struct recallopts *o = &p->options;
	struct keeper *k = &p->keeper;
	struct err e;
	int status = 0;

	pick(p, operands);
	if (o->command == RECALL_GET && k->pick.ids == 0)
		filter_usage(&p->filter, "get: which ID?");
	if (o->command == RECALL_FORGET && !picks_anything(p))
		filter_usage(&p->filter, "forget: which? ID, --npc, --where, --before or --keep");
	open_memory(p, o->command == RECALL_FORGET && !o->dry_run, true);
	k->memory = p->memory;
	filter_begin(&p->filter);
	if (o->command == RECALL_FORGET)
		status = keeper_forget(k, o->keep, o->dry_run, &e);
	else if (o->command == RECALL_STAT)
		status = keeper_stat(k, o->by_npc, &e);
	else
		status = keeper_print(k, o->command == RECALL_EXPORT, &e);
	if (status < 0)
		stop(&e);
	stats_int(&p->filter.stats, "records", p->filter.out.records);
	keeper_free(k);
	free(p->id);
	return end(p);
}

/* ---- check, compact */

static void finding(void *ctx, const char *what)
{
	(void)ctx;
	diag_warn("%s", what);
}

/* What check finds wrong counts as failed, though it is made anew. */
static int mend(struct program *p)
{
	const struct recallopts *o = &p->options;
	struct err e;
	int status;

	p->options.memory.rebuild = o->command == RECALL_CHECK;
	open_memory(p, true, true);
	filter_begin(&p->filter);
	if (o->command == RECALL_COMPACT)
		status = memory_compact(p->memory, &e);
	else
		status = keeper_check(p->memory, o->rebuild, finding, p, &p->filter.failed, &e);
	if (status < 0)
		stop(&e);
	return end(p);
}

enum { NO_OPERANDS = RECALL_LIST | RECALL_EXPORT | RECALL_STAT | RECALL_CHECK | RECALL_COMPACT };

static int dispatch(struct program *p, char **operands)
{
	struct err e;

	if (conf_load(&p->conf, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	if (*operands && p->options.command & NO_OPERANDS)
		filter_usage(&p->filter, "%s: '%s' is one too many", p->options.name, *operands);
	switch (p->options.command) {
	case RECALL_ADD:
	case RECALL_IMPORT:
		return add(p, operands);
	case RECALL_QUERY:
		return query(p, operands);
	case RECALL_EMBED:
		return embed(p, operands);
	case RECALL_CHECK:
	case RECALL_COMPACT:
		return mend(p);
	default:
		return keep(p, operands);
	}
}

static void read_options(struct program *p, int argc, char **argv, const char *letters)
{
	struct err e;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, letters, recallopts_long, NULL)) != -1) {
		int status = recallopts_set(&p->options, option, optarg, &e);

		if (status < 0)
			filter_usage(&p->filter, "%s", e.text);
		if (status == 0)
			filter_option(&p->filter, option, optarg);
	}
}

int main(int argc, char **argv)
{
	struct program *p = mem_array(1, sizeof *p);
	const char *command;
	struct err e;
	int status;

	/* A block's codes are 100 KB, taken and given back for each: not to the system. */
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
	mallopt(M_MMAP_THRESHOLD, 64 << 20);
	filter_init(&p->filter, argv[0], usage, recallopts_help);
	recallopts_init(&p->options);
	read_options(p, argc, argv, "+" RECALLOPTS_LETTERS);
	if (optind == argc)
		filter_usage(&p->filter, "which command?");
	/* Messages about options begin with the program's name. */
	command = argv[optind];
	argc -= optind;
	argv += optind;
	argv[0] = (char *)(uintptr_t)diag_program();
	read_options(p, argc, argv, RECALLOPTS_LETTERS);
	if (recallopts_command(&p->options, command, &e) < 0)
		filter_usage(&p->filter, "%s", e.text);
	status = dispatch(p, argv + optind);
	free(p);
	return status;
}
