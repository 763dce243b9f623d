/* npc-cast: who exists. A world and a seed in, rows out; no model. */

#include <stdio.h>

#include "cast.h"
#include "conf.h"
#include "diag.h"
#include "filter.h"
#include "jw.h"
#include "num.h"
#include "taken.h"
#include "ties.h"
#include "world.h"

static const char usage[] = "npc-cast [-n N] [-w WORLD] [-s SEED] [--taken FILE]... [--skip K] "
			    "[--edges] [--list]";
static const char help[] =
    "  -n, --rows N          makes N rows (20)\n"
    "  -w, --world WORLD     from this world: a name or a path (NPC_WORLD, else " WORLD_DEFAULT ")\n"
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
	struct buf name; /* scratch */
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

/*
 * The name that a row bears: its own, or where an earlier cast has that already, the first of its
 * further ones that is free. A row that came before belongs to that earlier cast itself.
 */
static struct slice name_of(struct program *p, const struct cast_person *person)
{
	const struct names *names = cast_names(p->cast);
	const struct names_pick *pick = &person->name;

	buf_clear(&p->name);
	names_put(names, pick, names_regular(pick), &p->name);
	if (person->row < p->taken.highest)
		return buf_all(&p->name);
	for (uint64_t i = 0; taken_has(&p->taken, buf_all(&p->name), NULL); i++) {
		buf_clear(&p->name);
		names_put(names, pick, names_conflict(pick, i), &p->name);
	}
	return buf_all(&p->name);
}

static void put_id(struct buf *b, const char *member, uint64_t row)
{
	jw_name(b, member);
	buf_byte(b, '"');
	cast_put_id(b, row);
	buf_byte(b, '"');
}

static void put_field(const struct program *p, const struct cast_person *person, size_t field)
{
	struct buf *b = &p->filter.out.buf;

	jw_name_slice(b, cast_field_at(p->cast, field)->name);
	jw_json(b, cast_entry(p->cast, person, field)->value);
}

static void put_traits(struct program *p, const struct cast_person *person)
{
	struct buf *b = &p->filter.out.buf;

	jw_name(b, "traits");
	jw_array(b);
	for (uint32_t i = 0; i < CAST_TRAITS_N; i++)
		jw_json(b, cast_trait(p->cast, person, i)->value);
	jw_array_end(b);
}

static void put_ocean(struct program *p, const struct cast_person *person)
{
	struct buf *b = &p->filter.out.buf;

	jw_name(b, "ocean");
	jw_object(b);
	for (unsigned f = 0; f < CAST_FACTORS; f++) {
		jw_name(b, cast_factor(f));
		jw_object(b);
		jw_member_int(b, "level", person->level[f] + 1);
		jw_member_str(b, "word", cast_words(p->cast, f, person->level[f]));
		jw_object_end(b);
	}
	jw_object_end(b);
}

/* What anybody may know of a person. */
static void put_public(struct program *p, const struct cast_person *person)
{
	struct buf *b = &p->filter.out.buf;

	jw_member_str(b, "name", name_of(p, person));
	put_field(p, person, CAST_PRONOUNS);
	jw_member_int(b, "age", person->age);
	put_field(p, person, CAST_AGE_BAND);
	put_field(p, person, CAST_PEOPLE);
	put_field(p, person, CAST_CULTURE);
	put_field(p, person, CAST_CLASS);
	put_field(p, person, CAST_OCCUPATION);
	put_field(p, person, CAST_HOME);
	put_field(p, person, CAST_FACTION);
	put_traits(p, person);
}

static void put_feelings(struct program *p, const struct tie *tie)
{
	struct buf *b = &p->filter.out.buf;

	jw_member_str(b, "kind", ties_kind(p->ties, tie));
	jw_name(b, "weight");
	jw_double(b, tie->feeling / 10.0);
	jw_name(b, "back");
	jw_double(b, tie->back / 10.0);
}

static void put_ties(struct program *p, const struct tie *tie, int n)
{
	struct buf *b = &p->filter.out.buf;

	jw_name(b, "ties");
	jw_array(b);
	for (int i = 0; i < n; i++) {
		jw_object(b);
		put_id(b, "to", tie[i].to);
		put_feelings(p, &tie[i]);
		jw_object_end(b);
	}
	jw_array_end(b);
}

static void put_row(
    struct program *p, const struct cast_person *person, const struct tie *tie, int n)
{
	struct buf *b = &p->filter.out.buf;

	jw_object(b);
	put_id(b, "id", person->row);
	jw_member_str(b, "world", world_name(p->world));
	put_public(p, person);
	put_field(p, person, CAST_FLAW);
	put_field(p, person, CAST_GOAL);
	put_field(p, person, CAST_FEAR);
	put_field(p, person, CAST_QUIRK);
	put_field(p, person, CAST_SPEECH);
	put_ocean(p, person);
	for (size_t f = CAST_KNOWN; f < cast_fields(p->cast); f++)
		put_field(p, person, f);
	put_ties(p, tie, n);
	jw_object_end(b);
	filter_put(&p->filter);
}

static void put_end(struct program *p, const char *member, const struct cast_person *person)
{
	struct buf *b = &p->filter.out.buf;

	jw_name(b, member);
	jw_object(b);
	put_id(b, "id", person->row);
	put_public(p, person);
	put_field(p, person, CAST_QUIRK);
	put_field(p, person, CAST_SPEECH);
	jw_object_end(b);
}

static void put_edge(struct program *p, const struct cast_person *from, const struct tie *tie)
{
	struct buf *b = &p->filter.out.buf;
	const struct cast_person *to;
	struct err e;

	jw_object(b);
	jw_name(b, "id");
	buf_byte(b, '"');
	cast_put_id(b, from->row);
	buf_byte(b, '_');
	cast_put_id(b, tie->to);
	buf_byte(b, '"');
	jw_member_str(b, "world", world_name(p->world));
	put_feelings(p, tie);
	put_end(p, "from", from);
	to = ties_other(p->ties, tie, &e);
	if (!to)
		diag_die(DIAG_USAGE, "%s", e.text);
	put_end(p, "to", to);
	jw_object_end(b);
	filter_put(&p->filter);
}

static void make_row(struct program *p, uint64_t row)
{
	struct tie tie[TIES_MOST];
	struct err e;
	int n = ties_draw(p->ties, row, tie, &e);
	const struct cast_person *person = n < 0 ? NULL : cast_person(p->cast, row, &e);

	if (!person) {
		filter_stop(p, e.text);
	}
	p->tied += (uint64_t)n;
	if (!p->edges) {
		put_row(p, person, tie, n);
		return;
	}
	for (int i = 0; i < n; i++)
		put_edge(p, person, &tie[i]);
}
