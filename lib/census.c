#include "census_impl.h"

#include <stdlib.h>

#include "mem.h"

static char *joined(const char *a, const char *b)
{
	struct buf text = {0};
	char *copy;

	buf_str(&text, a);
	buf_str(&text, b);
	copy = mem_copy(text.ptr, text.len);
	buf_free(&text);
	return copy;
}

struct census *census_new(const struct census_config *config, struct err *e)
{
	struct neardup *near = neardup_new(config->folder, e);
	struct census *c;

	if (!near)
		return NULL;
	c = mem_array(1, sizeof *c);
	c->config = config;
	c->near = near;
	c->facts = facts_new(config->n_facts, config->fact);
	packed_open(&c->packed);
	for (size_t i = 0; i < config->n_facts; i++) {
		c->mention[i] = joined("mentions_", config->fact[i]);
		c->mention_label[i] = joined("prose mentions ", config->fact[i]);
	}
	for (size_t i = 0; i < config->n_texts; i++)
		rows_add(&c->kinds, slice_str(config->text[i]), slice_str(config->text[i]));
	return c;
}

void census_know(struct census *c, size_t fact, struct slice value)
{
	facts_know(c->facts, fact, value);
}

/* A name that an earlier row bears is a finding; so is one that is worn out. */
static int add_name(struct census *c, uint32_t row, struct slice name, struct err *e)
{
	struct slice rest = name, entry;
	uint64_t other;

	c->named++;
	fold_add(&c->first_names, slice_split(&rest, ' '), row);
	if (!fold_add(&c->names, name, row) && fold_find(&c->names, name, &other)) {
		findings_begin(c->config->findings, "duplicate_name", census_id(c, row));
		findings_str(c->config->findings, "name", name);
		findings_str(c->config->findings, "other", census_id(c, (uint32_t)other));
		if (findings_end(c->config->findings, e) < 0)
			return -1;
	}
	wordhash_clear(&c->scan);
	wordhash_add(&c->scan, name);
	if (!bans_find(c->config->bans, c->scan.word, c->scan.n, &entry))
		return 0;
	findings_begin(c->config->findings, "banned_name", census_id(c, row));
	findings_str(c->config->findings, "name", name);
	findings_str(c->config->findings, "banned", entry);
	return findings_end(c->config->findings, e);
}

/* The row's place among the people. */
static int add_person(struct census *c, const struct json *root, struct err *e)
{
	const struct json *id = json_get_type(root, "id", JSON_STRING);
	const struct json *name = json_get_type(root, c->config->name, JSON_STRING);
	struct slice text, its_name;
	size_t at;

	if (!id)
		return err_set(e, "a row must be an object with a string id");
	buf_clear(&c->text);
	json_unescape(id, &c->text);
	at = c->text.len;
	if (name)
		json_unescape(name, &c->text);
	text = slice_make(c->text.ptr, at);
	its_name = buf_from(&c->text, at);
	if (!slice_row_id(text))
		return err_set(
		    e, "the id '%.*s' is not 1 to 64 of A-Z a-z 0-9 _ -", SLICE_FMT(text));
	if (!rows_add(&c->people, text, its_name))
		return err_set(e, "the id '%.*s' is used twice", SLICE_FMT(text));
	return 0;
}

int census_row(struct census *c, const struct json *root, struct err *e)
{
	uint32_t row = (uint32_t)c->people.count;
	struct slice name;

	if (add_person(c, root, e) < 0)
		return 1;
	name = rows_text(&c->people, row);
	if (name.len && add_name(c, row, name, e) < 0)
		return -1;
	facts_begin(c->facts, row, root, name);
	if (census_prose(c, row, root, e) < 0)
		return -1;
	facts_end(c->facts);
	bonds_add(&c->bonds, row, json_get(root, c->config->ties));
	return 0;
}

void census_free(struct census *c)
{
	if (!c)
		return;
	rows_free(&c->people);
	fold_free(&c->names);
	fold_free(&c->first_names);
	facts_free(c->facts);
	bonds_free(&c->bonds);
	neardup_free(c->near);
	rows_free(&c->kinds);
	for (size_t i = 0; i < CENSUS_GRAMS; i++)
		distinct_free(&c->distinct[i]);
	repeats_free(&c->openings);
	packed_free(&c->packed);
	for (size_t i = 0; i < FACTS_MAX; i++) {
		free(c->mention[i]);
		free(c->mention_label[i]);
	}
	wordhash_free(&c->scan);
	buf_free(&c->text);
	free(c->shingle);
	free(c);
}
