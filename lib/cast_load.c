#include <stdlib.h>

#include "cast_impl.h"
#include "mem.h"
#include "rng.h"

/* What the world calls the tables of the known fields, and the rows the fields. */
static const struct {
	const char *table, *member;
} known[CAST_KNOWN] = {
    {"culture", "culture"},
    {"people", "people"},
    {"pronouns", "pronouns"},
    {"age", "age_band"},
    {"class", "class"},
    {"occupation", "occupation"},
    {"home", "home"},
    {"faction", "faction"},
    {"traits", "traits"},
    {"flaw", "flaw"},
    {"goal", "goal"},
    {"fear", "fear"},
    {"quirk", "quirk"},
    {"speech", "speech"},
};

static int source_load(
    struct cast *c, struct cast_source *s, struct slice name, const struct json *v, struct err *e)
{
	struct buf text = {0};
	int status = 0;

	buf_fmt(&s->where, "%s: /tables/%.*s", world_path(c->world), SLICE_FMT(name));
	buf_cstr(&s->where);
	if (json_is(v, JSON_OBJECT)) {
		s->json = v;
		return 0;
	}
	if (!json_is(v, JSON_STRING))
		return err_set(e, "%s: wanted a table or the name of one, found %s", s->where.ptr,
		    json_type_name(v));
	status = datafile_load(&s->file, c->conf, "tables", json_text(v, &text), e);
	buf_free(&text);
	if (status < 0)
		return err_wrap(e, "%s", s->where.ptr);
	s->json = s->file.root;
	buf_clear(&s->where);
	buf_fmt(&s->where, "%s: ", datafile_path(&s->file));
	buf_cstr(&s->where);
	return 0;
}

static void source_free(struct cast_source *s)
{
	datafile_free(&s->file);
	buf_free(&s->where);
}

static const struct json *world_tables(const struct cast *c)
{
	return json_get_type(world_json(c->world), "tables", JSON_OBJECT);
}

/* The table that the world must name. */
static const struct json *need(const struct cast *c, const char *table, struct err *e)
{
	const struct json *v = json_get(world_tables(c), table);

	if (!v)
		err_set(e, "%s: /tables: the world lacks the table \"%s\"", world_path(c->world),
		    table);
	return v;
}

static void make_room(struct cast *c)
{
	if (c->n < c->cap)
		return;
	c->cap = c->cap ? 2 * c->cap : 32;
	c->fields = mem_grow(c->fields, c->cap, sizeof *c->fields);
	c->tables = mem_grow(c->tables, c->cap, sizeof *c->tables);
	c->sources = mem_grow(c->sources, c->cap, sizeof *c->sources);
	c->keys = mem_grow(c->keys, c->cap, sizeof *c->keys);
}

static int add_field(
    struct cast *c, struct slice table, struct slice member, const struct json *v, struct err *e)
{
	struct cast_source source = {0};
	struct table *made = NULL;

	if (source_load(c, &source, table, v, e) == 0)
		made = table_compile(source.where.ptr, source.json, c->fields, c->n, e);
	if (!made) {
		source_free(&source);
		return -1;
	}
	make_room(c);
	c->fields[c->n] = (struct table_field){member, made};
	c->tables[c->n] = made;
	c->sources[c->n] = source;
	c->keys[c->n++] = rng_key(c->seed, member);
	return 0;
}

static int load_known(struct cast *c, struct err *e)
{
	for (size_t i = 0; i < CAST_KNOWN; i++) {
		const struct json *v = need(c, known[i].table, e);

		if (!v ||
		    add_field(c, slice_str(known[i].table), slice_str(known[i].member), v, e) < 0)
			return -1;
	}
	return 0;
}

/* Tables that are read elsewhere, and members of a row that no table may take. */
static bool is_special(const struct json *name)
{
	static const char *const special[] = {"ocean", "ties", "banned"};

	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (json_str_is(name, special[i]))
			return true;
	for (size_t i = 0; i < CAST_KNOWN; i++)
		if (json_str_is(name, known[i].table))
			return true;
	return false;
}

static bool is_reserved(const struct json *name)
{
	return json_str_is(name, "id") || json_str_is(name, "world") || json_str_is(name, "name") ||
	    json_str_is(name, "age_band");
}

static int load_further(struct cast *c, struct err *e)
{
	const struct json *tables = world_tables(c);

	for (const struct json *m = json_first(tables); m != json_end(tables); m = json_next(m)) {
		struct slice name = slice_make(m->ptr, m->len);

		if (is_special(m))
			continue;
		if (is_reserved(m) || m->escaped || m->len == 0)
			return err_set(e, "%s: /tables/%.*s: no table can have this name",
			    world_path(c->world), SLICE_FMT(name));
		if (add_field(c, name, name, json_value(m), e) < 0)
			return -1;
	}
	return 0;
}

static int ban(struct cast *c, const struct json *v, struct err *e)
{
	struct cast_source source = {0};
	struct table *t = NULL;

	if (source_load(c, &source, slice_str("banned"), v, e) == 0)
		t = table_compile(source.where.ptr, source.json, NULL, 0, e);
	for (size_t i = 0; t && i < table_size(t); i++)
		names_ban(c->names, table_at(t, i)->text);
	source_free(&source);
	if (!t)
		return -1;
	table_free(t);
	return 0;
}

static int add_culture(struct cast *c, size_t entry, struct err *e)
{
	struct slice culture = table_at(c->tables[CAST_CULTURE], entry)->text;
	struct datafile file = {0};
	struct buf text = {0};
	int status;

	if (!slice_plain_name(culture))
		return err_set(e, "%s/entries/%zu: '%.*s' is not a name of a culture ([a-z0-9-]+)",
		    c->sources[CAST_CULTURE].where.ptr, entry, SLICE_FMT(culture));
	buf_fmt(&text, "names-%.*s", SLICE_FMT(culture));
	status = datafile_load(&file, c->conf, "tables", buf_all(&text), e);
	if (status == 0) {
		buf_clear(&text);
		buf_fmt(&text, "%s: ", datafile_path(&file));
		status = names_add(c->names, culture, buf_cstr(&text), file.root, e);
		datafile_free(&file);
	} else {
		err_wrap(e, "%s/entries/%zu", c->sources[CAST_CULTURE].where.ptr, entry);
	}
	buf_free(&text);
	return status;
}

static int load_names(struct cast *c, struct err *e)
{
	const struct table *t = c->tables[CAST_CULTURE];
	const struct json *banned = json_get(world_tables(c), "banned");
	uint32_t n = 0;

	if (banned && ban(c, banned, e) < 0)
		return -1;
	c->cultures = mem_array(table_size(t), sizeof *c->cultures);
	for (size_t i = 0; i < table_size(t); i++) {
		uint32_t first = table_at(t, i)->id;

		if (first != i) {
			c->cultures[i] = c->cultures[first];
			continue;
		}
		if (add_culture(c, i, e) < 0)
			return -1;
		c->cultures[i] = n++;
	}
	return names_settle(c->names, e);
}

static int load_source(struct cast *c, const char *name, struct cast_source *s, struct err *e)
{
	const struct json *v = need(c, name, e);

	return v ? source_load(c, s, slice_str(name), v, e) : -1;
}

static int load(struct cast *c, struct err *e)
{
	if (!world_tables(c))
		return err_set(e, "%s: the world has no object \"tables\"", world_path(c->world));
	if (load_known(c, e) < 0 || load_further(c, e) < 0 ||
	    load_source(c, "ocean", &c->ocean, e) < 0 || load_source(c, "ties", &c->ties, e) < 0)
		return -1;
	c->names = names_new(c->seed);
	return cast_load_special(c, e) < 0 ? -1 : load_names(c, e);
}

struct cast *cast_load(
    const struct conf *conf, const struct world *world, uint64_t seed, struct err *e)
{
	struct cast *c = mem_array(1, sizeof *c);

	c->conf = conf;
	c->world = world;
	c->seed = seed;
	c->age_key = rng_key(seed, slice_str("age"));
	if (load(c, e) == 0)
		return c;
	cast_free(c);
	return NULL;
}

void cast_free(struct cast *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CAST_CACHE; i++)
		free(c->cache[i].picks);
	for (size_t i = c->n; i > 0; i--) {
		table_free(c->tables[i - 1]);
		source_free(&c->sources[i - 1]);
	}
	source_free(&c->ocean);
	source_free(&c->ties);
	names_free(c->names);
	buf_free(&c->words_text);
	free(c->bands);
	free(c->lists);
	free(c->cultures);
	free(c->clashes_at);
	free(c->clashes);
	free(c->fields);
	free(c->tables);
	free(c->sources);
	free(c->keys);
	free(c);
}
