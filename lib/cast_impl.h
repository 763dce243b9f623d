/*
 * cast_impl: what the files of cast share, for no one else: cast_load.c and cast_special.c read,
 * cast.c draws.
 */
#ifndef CAST_IMPL_H
#define CAST_IMPL_H

#include "cast.h"
#include "datafile.h"

/* A table as the world names it: a file of its own, or a part of the world's. */
struct cast_source {
	struct datafile file;
	struct buf where; /* how messages about it begin; with a NUL after it */
	const struct json *json;
};

struct cast_band {
	unsigned from, to; /* years, both included */
};

struct cast {
	const struct conf *conf;
	const struct world *world;
	uint64_t seed;
	struct table_field *fields;
	struct table **tables; /* of the fields; owned here, borrowed there */
	struct cast_source *sources; /* of the fields */
	uint64_t *keys; /* of the fields */
	size_t n, cap;

	struct cast_band *bands; /* for each entry of the age bands */
	uint32_t *lists; /* for each entry of the pronouns: the list of given names */
	uint32_t *cultures; /* for each entry of the cultures: its number in names */
	struct names *names;

	/* For each trait (by its id) those that it is not drawn with: clashes[at[i]] to at[i + 1]. */
	size_t *clashes_at;
	uint32_t *clashes;
	size_t clashes_n, clashes_cap;

	struct cast_source ocean, ties;
	double level_sums[CAST_LEVELS];
	struct slice words[CAST_FACTORS][CAST_LEVELS];
	struct buf words_text; /* of those that had escapes */
	uint64_t age_key, ocean_keys[CAST_FACTORS];

	struct cast_person cache[CAST_CACHE]; /* a person without picks is none */
};

/* Reads what age bands, pronouns, traits and ocean have besides; the fields are loaded. */
int cast_load_special(struct cast *c, struct err *e);

#endif
