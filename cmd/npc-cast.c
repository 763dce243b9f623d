/* npc-cast: who exists. A world and a seed in, rows out; no model. */

#include <stdio.h>

#include "cast.h"
#include "conf.h"
#include "diag.h"
#include "filter.h"
#include "num.h"
#include "sheet.h"
#include "taken.h"
#include "ties.h"
#include "world.h"

static const char usage[] = "npc-cast [-n N] [-w WORLD] [-s SEED] [--taken FILE]... [--skip K] "
			    "[--edges] [--list]";
static const char help[] =
    "  -n, --rows N          makes N rows (20)\n"
    "  -w, --world WORLD     from this world: a name or a path (NPC_WORLD, else " WORLD_DEFAULT
    ")\n"
    "  -s, --seed SEED       another seed makes another cast (1)\n"
    "      --taken FILE      goes on after the rows of an earlier cast, and avoids their names\n"
    "      --skip K          leaves out the first K rows\n"
    "      --edges           prints a row for each tie, with both its ends, and not the people\n"
    "      --list            lists the worlds\n"
    "      --stats FILE      writes counts and times, as JSON (- is standard error)\n"
    "  -h, --help            -V, --version\n";

enum { TAKEN = 0x100, SKIP, EDGES, LIST };

static const struct option options[] = {{"rows", required_argument, NULL, 'n'},
    {"world", required_argument, NULL, 'w'}, {"seed", required_argument, NULL, 's'},
    {"taken", required_argument, NULL, TAKEN}, {"skip", required_argument, NULL, SKIP},
    {"edges", no_argument, NULL, EDGES}, {"list", no_argument, NULL, LIST}, FILTER_OPTIONS, {0}};

struct program {
	struct filter filter;
	struct conf conf;
	const char *world_name;
	uint64_t n, seed, skip;
	bool edges, list;
	struct world *world;
	struct taken taken;
	struct cast *cast;
	struct ties *ties;
	struct sheet sheet;
	uint64_t tied;
};

static uint64_t number(const struct program *p, const char *option, const char *text, uint64_t most)
{
	struct err e;
	uint64_t n;

	if (num_uint(slice_str(text), 0, most, &n, &e) < 0)
		filter_usage(&p->filter, "%s: %s", option, e.text);
	return n;
}

static void take(struct program *p, char *path)
{
	struct err e;

	if (taken_read(&p->taken, path, &e) < 0)
		diag_die(DIAG_USAGE, "--taken: %s", e.text);
}

static void read_options(struct program *p, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "n:w:s:" FILTER_LETTERS, options, NULL)) != -1)
		switch (c) {
		case 'n':
			p->n = number(p, "-n", optarg, TAKEN_NUMBER_MAX);
			break;
		case 'w':
			p->world_name = optarg;
			break;
		case 's':
			p->seed = number(p, "-s", optarg, UINT64_MAX);
			break;
		case TAKEN:
			take(p, optarg);
			break;
		case SKIP:
			p->skip = number(p, "--skip", optarg, TAKEN_NUMBER_MAX);
			break;
		case EDGES:
			p->edges = true;
			break;
		case LIST:
			p->list = true;
			break;
		default:
			filter_option(&p->filter, c, optarg);
		}
	if (optind < argc)
		filter_usage(&p->filter, "'%s': no operands are read", argv[optind]);
}

/* The rows that are done are good: they are printed before the program gives up. */
static _Noreturn void give_up(struct program *p, const char *why)
{
	struct err e;

	ndjson_undo(&p->filter.out);
	if (ndjson_flush(&p->filter.out, &e) < 0)
		diag_die(DIAG_STOPPED, "standard output: %s", e.text);
	diag_die(DIAG_USAGE, "%s", why);
}

static void make_edge(struct program *p, const struct cast_person *from, const struct tie *tie)
{
	struct err e;
	const struct cast_person *to = ties_other(p->ties, from->row, tie, &e);

	if (!to)
		give_up(p, e.text);
	sheet_edge(&p->sheet, &p->filter.out.buf, from, to, tie);
	filter_put(&p->filter);
}

static void make_row(struct program *p, uint64_t row)
{
	struct tie tie[TIES_MOST];
	struct err e;
	int n = ties_draw(p->ties, row, tie, &e);
	const struct cast_person *person = n < 0 ? NULL : cast_person(p->cast, row, &e);

	if (!person)
		give_up(p, e.text);
	p->tied += (uint64_t)n;
	for (int i = 0; p->edges && i < n; i++)
		make_edge(p, person, &tie[i]);
	if (p->edges)
		return;
	sheet_row(&p->sheet, &p->filter.out.buf, person, tie, n);
	filter_put(&p->filter);
}

/* Without rows to make, no table is read: an empty run is a quick one. */
static void make_rows(struct program *p)
{
	uint64_t first = p->taken.highest + p->skip;
	struct err e;

	if (p->n == 0)
		return;
	p->cast = cast_load(&p->conf, p->world, p->seed, &e);
	if (!p->cast)
		diag_die(DIAG_USAGE, "%s", e.text);
	p->ties = ties_load(p->cast, &p->taken, &e);
	if (!p->ties)
		diag_die(DIAG_USAGE, "%s", e.text);
	p->sheet = (struct sheet){world_name(p->world), p->cast, p->ties, &p->taken, {0}};
	for (uint64_t i = 0; i < p->n; i++)
		make_row(p, first + i);
}

static void put_text(struct program *p, const char *before, const char *member, struct world *w)
{
	struct buf *b = &p->filter.out.buf;
	const struct json *v = json_get_type(world_json(w), member, JSON_STRING);

	if (!v)
		return;
	buf_str(b, before);
	json_unescape(v, b);
}

/* A world that can't be read does not hide the others. */
static int list_world(void *ctx, struct slice name, struct err *e)
{
	struct program *p = ctx;
	struct world *w = world_load(&p->conf, name, e);

	if (!w) {
		diag_warn("%s", e->text);
		p->filter.failed++;
		return 0;
	}
	buf_fmt(&p->filter.out.buf, "%-16.*s", SLICE_FMT(name));
	put_text(p, " ", "title", w);
	put_text(p, ": ", "description", w);
	filter_put(&p->filter);
	world_free(w);
	return 0;
}

static void list_worlds(struct program *p)
{
	struct err e;

	if (conf_each(&p->conf, "worlds", ".json", list_world, p, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
}

static void load_world(struct program *p)
{
	struct err e;

	if (!p->world_name)
		p->world_name = conf_get(&p->conf, "NPC_WORLD");
	p->world =
	    world_load(&p->conf, slice_str(p->world_name ? p->world_name : WORLD_DEFAULT), &e);
	if (!p->world)
		diag_die(DIAG_USAGE, "%s", e.text);
}

static int end(struct program *p)
{
	if (!p->list) {
		stats_int(&p->filter.stats, "rows", p->n);
		stats_int(&p->filter.stats, "ties", p->tied);
	}
	ties_free(p->ties);
	cast_free(p->cast);
	taken_free(&p->taken);
	world_free(p->world);
	conf_free(&p->conf);
	sheet_free(&p->sheet);
	return filter_end(&p->filter);
}

int main(int argc, char **argv)
{
	struct program p = {.n = 20, .seed = 1};
	struct err e;

	filter_init(&p.filter, argv[0], usage, help);
	read_options(&p, argc, argv);
	if (conf_load(&p.conf, &e) < 0)
		diag_die(DIAG_USAGE, "%s", e.text);
	filter_begin(&p.filter);
	if (p.list) {
		list_worlds(&p);
	} else {
		load_world(&p);
		make_rows(&p);
	}
	return end(&p);
}
