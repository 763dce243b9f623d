/*
 * cast: who exists. From a world's tables and a seed, a person for every row number; the same one
 * whenever it is asked for, whatever was asked before.
 *
 * Fields are drawn in the order of enum cast_field, then whatever other tables the world names, in
 * its order; a table's "when" may look at what stands before it. In the world file each field's
 * member of "tables" is the name of a table (tables/NAME.json) or the table itself. Tables with
 * more in them: pronouns (each entry's "given" names the list of given names), age (bands: each
 * entry has "from" and "to", years), traits ("opposites" and "alike": not drawn together), ocean
 * ("weights" and five words for each factor), banned (names not to be used; may be missing), ties
 * (read by the module of that name).
 *
 *	struct cast *c = cast_load(&conf, world, seed, &e);
 *	const struct cast_person *p = cast_person(c, row, &e);
 *	struct slice home = cast_text(c, p, CAST_HOME);
 *	cast_free(c);
 *
 * Rows are numbered from 0. The world must outlive the cast. Errors name file and pointer; a person
 * fails only where no entry of a table fits, or no five traits agree.
 */
#ifndef CAST_H
#define CAST_H

#include <stdint.h>

#include "conf.h"
#include "err.h"
#include "names.h"
#include "table.h"
#include "world.h"

enum cast_field {
	CAST_CULTURE,
	CAST_PEOPLE,
	CAST_PRONOUNS,
	CAST_AGE_BAND,
	CAST_CLASS,
	CAST_OCCUPATION,
	CAST_HOME,
	CAST_FACTION,
	CAST_TRAITS,
	CAST_FLAW,
	CAST_GOAL,
	CAST_FEAR,
	CAST_QUIRK,
	CAST_SPEECH,
	CAST_KNOWN /* further fields begin here */
};

enum { CAST_TRAITS_N = 5, CAST_FACTORS = 5, CAST_LEVELS = 5 };

/* The people last asked for that are kept at hand; a person's neighbours must fit. */
enum { CAST_CACHE = 256 };

struct cast;

struct cast_person {
	uint64_t row;
	struct table_pick *picks; /* one for each field */
	unsigned age; /* years */
	unsigned level[CAST_FACTORS]; /* of the five factors, 0 to CAST_LEVELS - 1 */
	struct names_pick name;
};

struct cast *cast_load(
    const struct conf *conf, const struct world *world, uint64_t seed, struct err *e);

/* NULL is allowed. */
void cast_free(struct cast *c);

/* Good until a row with the same remainder by CAST_CACHE is asked for. */
const struct cast_person *cast_person(struct cast *c, uint64_t row, struct err *e);

/* The same into a person of the caller's, whose picks have room for cast_fields(). */
int cast_draw(struct cast *c, uint64_t row, struct cast_person *p, struct err *e);

/* The fields: how many, what they are called, their tables, the place for messages. */
size_t cast_fields(const struct cast *c);
const struct table_field *cast_field_at(const struct cast *c, size_t field);

/* The entry that a person has drawn; of the traits, the first. */
const struct table_entry *cast_entry(
    const struct cast *c, const struct cast_person *p, size_t field);

/* One of the CAST_TRAITS_N traits. */
const struct table_entry *cast_trait(const struct cast *c, const struct cast_person *p, uint32_t i);

static inline struct slice cast_text(
    const struct cast *c, const struct cast_person *p, size_t field)
{
	return cast_entry(c, p, field)->text;
}

/* Have two entries of a field the same value? */
bool cast_same(const struct cast *c, size_t field, uint32_t a, uint32_t b);

uint64_t cast_seed(const struct cast *c);
const struct names *cast_names(const struct cast *c);

/* A factor's name ("openness"), and the words for a level of it. */
const char *cast_factor(unsigned factor);
struct slice cast_words(const struct cast *c, unsigned factor, unsigned level);

/* The ties table, and the beginning of messages about it. */
const struct json *cast_ties(const struct cast *c, const char **where);

/* Puts the id: "npc-" and the row's number from 1 on, four digits or more. */
void cast_put_id(struct buf *b, uint64_t row);

#endif
