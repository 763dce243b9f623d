/* The tables with more in them than values: years, lists of given names, clashes, levels. */
#include <math.h>
#include <stdlib.h>

#include "cast_impl.h"
#include "mem.h"
#include "rng.h"

static const char *const factors[CAST_FACTORS] = {
    "openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"};

/* The years that a band may speak of: enough for those who outlive empires. */
enum { MOST_YEARS = 1000000 };

const char *cast_factor(unsigned factor)
{
	return factors[factor];
}

static int read_year(const struct cast *c, size_t i, const char *name, unsigned *out, struct err *e)
{
	const struct json *v = json_get(table_at(c->tables[CAST_AGE_BAND], i)->json, name);
	int64_t years;

	if (!json_is(v, JSON_NUMBER) || !json_int(v, &years) || years < 0 || years > MOST_YEARS)
		return err_set(e, "%s/entries/%zu/%s: wanted an age in years, 0 to %d",
		    c->sources[CAST_AGE_BAND].where.ptr, i, name, MOST_YEARS);
	*out = (unsigned)years;
	return 0;
}

static int load_bands(struct cast *c, struct err *e)
{
	size_t n = table_size(c->tables[CAST_AGE_BAND]);

	c->bands = mem_array(n, sizeof *c->bands);
	for (size_t i = 0; i < n; i++) {
		struct cast_band *band = &c->bands[i];

		if (read_year(c, i, "from", &band->from, e) < 0 ||
		    read_year(c, i, "to", &band->to, e) < 0)
			return -1;
		if (band->from > band->to)
			return err_set(e, "%s/entries/%zu: \"from\" is greater than \"to\"",
			    c->sources[CAST_AGE_BAND].where.ptr, i);
	}
	return 0;
}

static int load_lists(struct cast *c, struct err *e)
{
	const struct table *t = c->tables[CAST_PRONOUNS];
	struct buf text = {0};

	c->lists = mem_array(table_size(t), sizeof *c->lists);
	for (size_t i = 0; i < table_size(t); i++) {
		const struct json *given =
		    json_get_type(table_at(t, i)->json, "given", JSON_STRING);

		if (!given) {
			buf_free(&text);
			return err_set(e,
			    "%s/entries/%zu/given: wanted the name of a list of given names",
			    c->sources[CAST_PRONOUNS].where.ptr, i);
		}
		c->lists[i] = names_list(c->names, json_text(given, &text));
		buf_clear(&text);
	}
	buf_free(&text);
	return 0;
}

/* Clashes count both ways, whichever of the two tells. */
struct clash {
	uint32_t a, b;
};

struct clashes {
	struct clash *pairs;
	size_t n, cap;
};

static void add_clash(struct clashes *list, uint32_t a, uint32_t b)
{
	list->pairs = mem_more(list->pairs, list->n, &list->cap, sizeof *list->pairs);
	list->pairs[list->n++] = (struct clash){a, b};
}

/* Traits that the table does not have can't be drawn, and so can't clash. */
static int read_clashes(
    const struct cast *c, size_t entry, const char *member, struct clashes *list, struct err *e)
{
	const struct table *t = c->tables[CAST_TRAITS];
	const struct json *v = json_get(table_at(t, entry)->json, member);
	struct buf text = {0};

	if (!v)
		return 0;
	if (!json_is(v, JSON_ARRAY))
		return err_set(e, "%s/entries/%zu/%s: wanted an array of traits, found %s",
		    c->sources[CAST_TRAITS].where.ptr, entry, member, json_type_name(v));
	for (const struct json *w = json_first(v); w != json_end(v); w = json_next(w)) {
		uint32_t self = table_at(t, entry)->id, other = TABLE_NONE;

		if (json_is(w, JSON_STRING))
			other = table_find(t, json_text(w, &text));
		buf_clear(&text);
		if (other == TABLE_NONE)
			continue;
		add_clash(list, self, other);
		add_clash(list, other, self);
	}
	buf_free(&text);
	return 0;
}

static int by_first(const void *left, const void *right)
{
	const struct clash *a = left, *b = right;

	return (a->a > b->a) - (a->a < b->a);
}

static void index_clashes(struct cast *c, struct clashes *list)
{
	size_t n = table_size(c->tables[CAST_TRAITS]), at = 0;

	if (list->n)
		qsort(list->pairs, list->n, sizeof *list->pairs, by_first);
	c->clashes_at = mem_array(n + 1, sizeof *c->clashes_at);
	c->clashes = mem_array(list->n, sizeof *c->clashes);
	for (size_t i = 0; i < n; i++) {
		c->clashes_at[i] = at;
		for (; at < list->n && list->pairs[at].a == i; at++)
			c->clashes[at] = list->pairs[at].b;
	}
	c->clashes_at[n] = at;
}

static int load_clashes(struct cast *c, struct err *e)
{
	size_t n = table_size(c->tables[CAST_TRAITS]);
	struct clashes list = {0};
	int status = 0;

	for (size_t i = 0; i < n && status == 0; i++) {
		status = read_clashes(c, i, "opposites", &list, e);
		if (status == 0)
			status = read_clashes(c, i, "alike", &list, e);
	}
	if (status == 0)
		index_clashes(c, &list);
	free(list.pairs);
	return status;
}

static int read_levels(struct cast *c, struct err *e)
{
	const struct json *v = json_get_type(c->ocean.json, "weights", JSON_ARRAY);
	double sum = 0;
	size_t i = 0;

	if (!v || v->count != CAST_LEVELS)
		return err_set(e, "%s/weights: wanted an array of %d weights", c->ocean.where.ptr,
		    CAST_LEVELS);
	for (const struct json *w = json_first(v); w != json_end(v); w = json_next(w)) {
		double weight = json_is(w, JSON_NUMBER) ? json_double(w) : -1;

		if (!(weight >= 0) || isinf(weight))
			return err_set(e,
			    "%s/weights/%zu: %.*s is not a weight (a number from 0 up)",
			    c->ocean.where.ptr, i, SLICE_FMT(json_raw(w)));
		sum += weight;
		c->level_sums[i++] = sum;
	}
	if (!(sum > 0) || isinf(sum))
		return err_set(e, "%s/weights: all weights are 0%s", c->ocean.where.ptr,
		    sum > 0 ? ", or too large" : "");
	return 0;
}

static int read_words(struct cast *c, unsigned factor, struct err *e)
{
	const struct json *v = json_get_type(c->ocean.json, factors[factor], JSON_ARRAY);
	size_t i = 0;

	if (!v || v->count != CAST_LEVELS)
		return err_set(e, "%s/%s: wanted an array of words for the %d levels",
		    c->ocean.where.ptr, factors[factor], CAST_LEVELS);
	for (const struct json *w = json_first(v); w != json_end(v); w = json_next(w)) {
		if (!json_is(w, JSON_STRING))
			return err_set(e, "%s/%s/%zu: wanted a string, found %s",
			    c->ocean.where.ptr, factors[factor], i, json_type_name(w));
		c->words[factor][i++] = json_text(w, &c->words_text);
	}
	return 0;
}

static int load_ocean(struct cast *c, struct err *e)
{
	uint64_t key = rng_key(c->seed, slice_str("ocean"));

	if (read_levels(c, e) < 0)
		return -1;
	/* Room for all, so that no word moves while others are added. */
	buf_room(&c->words_text, c->ocean.json->len);
	for (unsigned f = 0; f < CAST_FACTORS; f++) {
		c->ocean_keys[f] = rng_key(key, slice_str(factors[f]));
		if (read_words(c, f, e) < 0)
			return -1;
	}
	return 0;
}

int cast_load_special(struct cast *c, struct err *e)
{
	if (load_bands(c, e) < 0 || load_lists(c, e) < 0 || load_clashes(c, e) < 0)
		return -1;
	return load_ocean(c, e);
}
