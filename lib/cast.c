#include "cast.h"

#include <stdlib.h>

#include "cast_impl.h"
#include "mem.h"
#include "rng.h"

/* How often a trait is drawn anew before the table is walked for one that agrees. */
enum { TRAIT_ATTEMPTS = 64 };

/* What the row has, of the fields that the table's conditions ask for. */
static void put_circumstances(
    struct buf *b, const struct cast *c, const struct cast_person *p, size_t field)
{
	const char *between = " (";

	for (size_t f = 0; f < field; f++) {
		if (!table_asks(c->tables[field], f))
			continue;
		buf_fmt(b, "%s%.*s: %.*s", between, SLICE_FMT(c->fields[f].name),
		    SLICE_FMT(cast_text(c, p, f)));
		between = ", ";
	}
	if (between[0] == ',')
		buf_byte(b, ')');
}

static int nothing_fits(
    const struct cast *c, const struct cast_person *p, size_t field, struct err *e)
{
	struct buf b = {0};

	buf_fmt(&b, "%s/entries: ", c->sources[field].where.ptr);
	buf_str(&b, field == CAST_TRAITS ? "no five that agree for " : "no entry fits ");
	cast_put_id(&b, p->row);
	put_circumstances(&b, c, p, field);
	err_set(e, "%s", buf_cstr(&b));
	buf_free(&b);
	return -1;
}

static bool clash(const struct cast *c, uint32_t a, uint32_t b)
{
	const struct table *t = c->tables[CAST_TRAITS];
	uint32_t left = table_at(t, a)->id, right = table_at(t, b)->id;

	if (left == right)
		return true;
	for (size_t i = c->clashes_at[left]; i < c->clashes_at[left + 1]; i++)
		if (c->clashes[i] == right)
			return true;
	return false;
}

static bool agrees(const struct cast *c, const struct table_pick *traits, uint32_t entry)
{
	for (uint32_t i = 0; i < traits->n; i++)
		if (clash(c, traits->entry[i], entry))
			return false;
	return true;
}

/* Where chance finds none, the first from a random place on that will do. */
static uint32_t walk_traits(const struct cast *c, const struct cast_person *p, uint64_t key)
{
	const struct table *t = c->tables[CAST_TRAITS];
	size_t n = table_size(t), from = (size_t)(rng_at(key, p->row) % n);

	for (size_t i = 0; i < n; i++) {
		uint32_t entry = (uint32_t)((from + i) % n);

		if (table_at(t, entry)->weight > 0 && table_fits(t, entry, p->picks) &&
		    agrees(c, &p->picks[CAST_TRAITS], entry))
			return entry;
	}
	return TABLE_NONE;
}

static uint32_t draw_trait(const struct cast *c, const struct cast_person *p, uint32_t place)
{
	uint64_t key = rng_at(c->keys[CAST_TRAITS], place);

	for (uint64_t attempt = 0; attempt < TRAIT_ATTEMPTS; attempt++) {
		double u = table_place(rng_at(key, attempt), p->row);
		uint32_t entry = table_draw(c->tables[CAST_TRAITS], u, p->picks);

		if (entry == TABLE_NONE || agrees(c, &p->picks[CAST_TRAITS], entry))
			return entry;
	}
	return walk_traits(c, p, key);
}

static int draw_field(const struct cast *c, struct cast_person *p, size_t field, struct err *e)
{
	struct table_pick *pick = &p->picks[field];
	uint32_t wanted = field == CAST_TRAITS ? CAST_TRAITS_N : 1;

	for (pick->n = 0; pick->n < wanted; pick->n++) {
		uint32_t entry = field == CAST_TRAITS
		    ? draw_trait(c, p, pick->n)
		    : table_draw(c->tables[field], table_place(c->keys[field], p->row), p->picks);

		if (entry == TABLE_NONE)
			return nothing_fits(c, p, field, e);
		pick->entry[pick->n] = entry;
	}
	return 0;
}

static unsigned draw_level(const struct cast *c, unsigned factor, uint64_t row)
{
	double at = table_place(c->ocean_keys[factor], row) * c->level_sums[CAST_LEVELS - 1];
	unsigned level = 0;

	while (level < CAST_LEVELS - 1 && c->level_sums[level] <= at)
		level++;
	return level;
}

static unsigned draw_age(const struct cast *c, const struct cast_person *p)
{
	const struct cast_band *band = &c->bands[p->picks[CAST_AGE_BAND].entry[0]];
	unsigned years = band->to - band->from + 1;
	unsigned more = (unsigned)(table_place(c->age_key, p->row) * years);

	return band->from + (more < years ? more : years - 1);
}

int cast_draw(struct cast *c, uint64_t row, struct cast_person *p, struct err *e)
{
	p->row = row;
	for (size_t field = 0; field < c->n; field++)
		if (draw_field(c, p, field, e) < 0)
			return -1;
	p->age = draw_age(c, p);
	for (unsigned f = 0; f < CAST_FACTORS; f++)
		p->level[f] = draw_level(c, f, row);
	p->name = names_pick(c->names, c->cultures[p->picks[CAST_CULTURE].entry[0]],
	    c->lists[p->picks[CAST_PRONOUNS].entry[0]], row);
	return 0;
}

const struct cast_person *cast_person(struct cast *c, uint64_t row, struct err *e)
{
	struct cast_person *p = &c->cache[row % CAST_CACHE];

	if (p->picks && p->row == row)
		return p;
	if (!p->picks)
		p->picks = mem_array(c->n, sizeof *p->picks);
	if (cast_draw(c, row, p, e) == 0)
		return p;
	free(p->picks);
	p->picks = NULL;
	return NULL;
}

size_t cast_fields(const struct cast *c)
{
	return c->n;
}

const struct table_field *cast_field_at(const struct cast *c, size_t field)
{
	return &c->fields[field];
}

const struct table_entry *cast_entry(
    const struct cast *c, const struct cast_person *p, size_t field)
{
	return table_at(c->tables[field], p->picks[field].entry[0]);
}

const struct table_entry *cast_trait(const struct cast *c, const struct cast_person *p, uint32_t i)
{
	return table_at(c->tables[CAST_TRAITS], p->picks[CAST_TRAITS].entry[i]);
}

bool cast_same(const struct cast *c, size_t field, uint32_t a, uint32_t b)
{
	return table_at(c->tables[field], a)->id == table_at(c->tables[field], b)->id;
}

uint64_t cast_seed(const struct cast *c)
{
	return c->seed;
}

const struct names *cast_names(const struct cast *c)
{
	return c->names;
}

struct slice cast_words(const struct cast *c, unsigned factor, unsigned level)
{
	return c->words[factor][level];
}

const struct json *cast_ties(const struct cast *c, const char **where)
{
	*where = c->ties.where.ptr;
	return c->ties.json;
}

void cast_put_id(struct buf *b, uint64_t row)
{
	buf_fmt(b, "npc-%04llu", (unsigned long long)row + 1);
}
