#include "census_impl.h"

#include "mem.h"

/* What npc-cast makes, and what only says how an answer went: no prose, unless it is asked for. */
static const char *const given[] = {"id", "world", "name", "pronouns", "age", "age_band", "people",
    "culture", "class", "occupation", "home", "faction", "traits", "flaw", "goal", "fear", "quirk",
    "speech", "ocean", "ties", "feedback", "error"};

/* A member whose texts are being read. */
struct member {
	uint32_t row, kind;
	size_t least; /* words that a text must have */
	size_t words;
};

static bool is_given(const struct census *c, struct slice name)
{
	const struct census_config *config = c->config;

	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		if (slice_is(name, given[i]))
			return true;
	for (size_t i = 0; i < config->n_facts; i++)
		if (slice_is(name, config->fact[i]))
			return true;
	return slice_is(name, config->name) || slice_is(name, config->ties);
}

static void add_shingle(struct census *c, uint64_t hash)
{
	if (c->n_shingles == c->shingles_cap)
		c->shingle =
		    mem_more(c->shingle, c->n_shingles, &c->shingles_cap, sizeof *c->shingle);
	c->shingle[c->n_shingles++] = hash;
}

static void count_grams(struct census *c)
{
	const struct wordhash_word *w = c->scan.word;
	const size_t n = c->scan.n;

	for (size_t i = 0; i < n; i++) {
		uint64_t hash = 0;

		for (size_t k = 0; k < CENSUS_GRAMS && i + k < n; k++) {
			hash = wordhash_step(hash, w[i + k].hash);
			distinct_add(&c->distinct[k], hash);
			c->all[k]++;
		}
		if (i + CENSUS_GRAMS <= n)
			add_shingle(c, hash);
	}
}

static void read_text(struct census *c, struct member *m, const struct json *v)
{
	struct slice text;

	buf_clear(&c->text);
	text = json_text(v, &c->text);
	wordhash_clear(&c->scan);
	wordhash_add(&c->scan, text);
	if (c->scan.n == 0 || c->scan.n < m->least)
		return;
	c->texts++;
	c->words += c->scan.n;
	m->words += c->scan.n;
	count_grams(c);
	if (c->scan.n >= CENSUS_OPENING)
		repeats_add(&c->openings,
		    wordhash_step(wordhash_phrase(c->scan.word, CENSUS_OPENING), m->kind));
	packed_add(&c->packed, text);
	packed_add(&c->packed, slice_str("\n"));
	c->banned_words += bans_count(c->config->bans, c->scan.word, c->scan.n);
	facts_prose(c->facts, c->scan.word, c->scan.n);
}

/* All texts in v. True: they are long enough together to be compared. */
static int read_member(
    struct census *c, struct member *m, const struct json *v, bool *compared, struct err *e)
{
	c->n_shingles = 0;
	/* A value's parts follow it: no need to climb. */
	for (const struct json *p = v; p != v + v->span; p++)
		if (p->type == JSON_STRING && !p->name)
			read_text(c, m, p);
	if (m->words < c->config->min_words || c->n_shingles == 0)
		return 0;
	*compared = true;
	return neardup_add(c->near, m->row, m->kind, c->shingle, c->n_shingles, e);
}

/* The number of a member's name. Those beyond the last are one kind. */
static uint32_t kind_of(struct census *c, struct slice name)
{
	static const struct slice others = {"(others)", sizeof "(others)" - 1};
	size_t i;

	if (rows_find(&c->kinds, name, &i))
		return (uint32_t)i;
	if (c->kinds.count == NEARDUP_KINDS - 1)
		rows_add(&c->kinds, others, others);
	if (c->kinds.count < NEARDUP_KINDS && rows_add(&c->kinds, name, name))
		return (uint32_t)c->kinds.count - 1;
	return NEARDUP_KINDS - 1;
}

/* What was filled in may state what is given once more. */
static void check_members(struct census *c, const struct json *name)
{
	const struct json *end = name + name->span;

	for (const struct json *p = name; p != end; p++)
		if (p->name) {
			buf_clear(&c->text);
			facts_member(c->facts, json_text(p, &c->text), json_value(p));
		}
}

static const struct json *at_path(const struct json *root, const char *path)
{
	struct slice rest = slice_str(path);

	while (root && rest.ptr)
		root = json_get_slice(root, slice_split(&rest, '.'));
	return root;
}

int census_prose(struct census *c, uint32_t row, const struct json *root, struct err *e)
{
	const struct census_config *config = c->config;
	bool compared = false;

	for (size_t i = 0; i < config->n_texts; i++) {
		const struct json *v = at_path(root, config->text[i]);
		struct member m = {.row = row, .kind = (uint32_t)i, .least = 1};

		if (v && read_member(c, &m, v, &compared, e) < 0)
			return -1;
	}
	for (const struct json *n = json_first(root); n != json_end(root); n = json_next(n)) {
		struct member m = {.row = row, .least = CENSUS_WORDS};
		struct slice name;

		buf_clear(&c->text);
		name = json_text(n, &c->text);
		if (is_given(c, name))
			continue;
		check_members(c, n);
		if (config->n_texts)
			continue;
		buf_clear(&c->text);
		m.kind = kind_of(c, json_text(n, &c->text));
		if (read_member(c, &m, json_value(n), &compared, e) < 0)
			return -1;
	}
	c->compared_rows += compared;
	return 0;
}
