#include <math.h>
#include <stdlib.h>

#include "mem.h"
#include "rng.h"
#include "ties_impl.h"

static int range_error(
    const struct ties *t, size_t i, const char *name, const char *wanted, struct err *e)
{
	return err_set(e, "%s/entries/%zu/%s: wanted [least, most]%s", t->where, i, name, wanted);
}

static bool is_range(const struct json *v)
{
	return json_is(v, JSON_ARRAY) && v->count == 2 && json_is(json_at(v, 0), JSON_NUMBER) &&
	    json_is(json_at(v, 1), JSON_NUMBER);
}

static int read_feeling(
    const struct ties *t, size_t i, const char *name, int range[2], struct err *e)
{
	const struct json *v = json_get(table_at(t->table, i)->json, name);
	double least, most;

	range[0] = -10;
	range[1] = 10;
	if (!v)
		return 0;
	if (!is_range(v))
		return range_error(t, i, name, " of -1 to 1", e);
	least = json_double(json_at(v, 0));
	most = json_double(json_at(v, 1));
	if (!(least >= -1 && least <= most && most <= 1))
		return range_error(t, i, name, " of -1 to 1", e);
	range[0] = (int)lround(least * 10);
	range[1] = (int)lround(most * 10);
	return 0;
}

static int read_years(struct ties *t, size_t i, struct ties_kind *k, struct err *e)
{
	const struct json *v = json_get(table_at(t->table, i)->json, "years");

	k->any_years = !v;
	if (!v)
		return 0;
	if (!is_range(v) || !json_int(json_at(v, 0), &k->years[0]) ||
	    !json_int(json_at(v, 1), &k->years[1]) || k->years[0] > k->years[1])
		return range_error(t, i, "years", ", whole numbers", e);
	return 0;
}

static int read_same(struct ties *t, size_t i, struct ties_kind *k, struct err *e)
{
	const struct json *v = json_get(table_at(t->table, i)->json, "same");

	if (!v)
		return 0;
	if (!json_is(v, JSON_ARRAY) || v->count > TIES_SAME_MOST)
		return err_set(e, "%s/entries/%zu/same: wanted an array of at most %d fields",
		    t->where, i, TIES_SAME_MOST);
	for (const struct json *w = json_first(v); w != json_end(v); w = json_next(w)) {
		size_t f = 0;

		while (f < cast_fields(t->cast) && !json_str_eq(w, cast_field_at(t->cast, f)->name))
			f++;
		if (f == cast_fields(t->cast))
			return err_set(e, "%s/entries/%zu/same: there is no field %.*s", t->where,
			    i, SLICE_FMT(json_raw(w)));
		k->same[k->same_n++] = (uint32_t)f;
	}
	return 0;
}

static int read_bool(const struct ties *t, size_t i, const char *name, int *out, struct err *e)
{
	const struct json *v = json_get(table_at(t->table, i)->json, name);

	*out = v ? v->type == JSON_TRUE : -1;
	if (v && v->type != JSON_TRUE && v->type != JSON_FALSE)
		return err_set(e, "%s/entries/%zu/%s: wanted true or false, found %s", t->where, i,
		    name, json_type_name(v));
	return 0;
}

static int read_flags(struct ties *t, size_t i, struct ties_kind *k, struct err *e)
{
	const struct json *least = json_get(table_at(t->table, i)->json, "least_age");
	int kin, once;

	if (read_bool(t, i, "kin", &kin, e) < 0 || read_bool(t, i, "once", &once, e) < 0)
		return -1;
	k->kin = kin == 1;
	k->no_kin = kin == 0;
	k->once = once == 1;
	if (least && (!json_is(least, JSON_NUMBER) || !json_int(least, &k->least_age)))
		return err_set(
		    e, "%s/entries/%zu/least_age: wanted a whole number of years", t->where, i);
	return 0;
}

static int read_kind(struct ties *t, size_t i, struct err *e)
{
	struct ties_kind *k = &t->kinds[i];

	k->weight = table_at(t->table, i)->weight;
	if (read_feeling(t, i, "feeling", k->feeling, e) < 0 ||
	    read_feeling(t, i, "back", k->back, e) < 0 || read_years(t, i, k, e) < 0 ||
	    read_same(t, i, k, e) < 0)
		return -1;
	return read_flags(t, i, k, e);
}

static int load(struct ties *t, struct err *e)
{
	const struct json *json = cast_ties(t->cast, &t->where);

	t->table =
	    table_compile(t->where, json, cast_field_at(t->cast, 0), cast_fields(t->cast), e);
	if (!t->table)
		return -1;
	t->kinds = mem_array(table_size(t->table), sizeof *t->kinds);
	t->sums = mem_array(table_size(t->table), sizeof *t->sums);
	for (size_t i = 0; i < table_size(t->table); i++)
		if (read_kind(t, i, e) < 0)
			return -1;
	return 0;
}

struct ties *ties_load(struct cast *c, struct taken *taken, struct err *e)
{
	struct ties *t = mem_array(1, sizeof *t);

	t->cast = c;
	t->taken = taken;
	t->key = rng_key(cast_seed(c), slice_str("ties"));
	t->far.picks = mem_array(cast_fields(c), sizeof *t->far.picks);
	if (load(t, e) == 0)
		return t;
	ties_free(t);
	return NULL;
}

void ties_free(struct ties *t)
{
	if (!t)
		return;
	table_free(t->table);
	free(t->kinds);
	free(t->sums);
	free(t->far.picks);
	buf_free(&t->name);
	free(t);
}
