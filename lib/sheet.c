#include "sheet.h"

#include "jw.h"

/*
 * The name that a row bears: its own, or where an earlier cast has that already, the first of its
 * further ones that is free. A row that came before belongs to that earlier cast itself.
 */
static struct slice name_of(struct sheet *s, const struct cast_person *person)
{
	const struct names *names = cast_names(s->cast);
	const struct names_pick *pick = &person->name;

	buf_clear(&s->name);
	names_put(names, pick, names_regular(pick), &s->name);
	if (person->row < s->taken->highest)
		return buf_all(&s->name);
	for (uint64_t i = 0; taken_has(s->taken, buf_all(&s->name), NULL); i++) {
		buf_clear(&s->name);
		names_put(names, pick, names_conflict(pick, i), &s->name);
	}
	return buf_all(&s->name);
}

static void put_id(struct buf *b, const char *member, uint64_t row)
{
	jw_name(b, member);
	buf_byte(b, '"');
	cast_put_id(b, row);
	buf_byte(b, '"');
}

static void put_field(
    struct sheet *s, struct buf *b, const struct cast_person *person, size_t field)
{
	jw_name_slice(b, cast_field_at(s->cast, field)->name);
	jw_json(b, cast_entry(s->cast, person, field)->value);
}

static void put_traits(struct sheet *s, struct buf *b, const struct cast_person *person)
{
	jw_name(b, "traits");
	jw_array(b);
	for (uint32_t i = 0; i < CAST_TRAITS_N; i++)
		jw_json(b, cast_trait(s->cast, person, i)->value);
	jw_array_end(b);
}

static void put_ocean(struct sheet *s, struct buf *b, const struct cast_person *person)
{
	jw_name(b, "ocean");
	jw_object(b);
	for (unsigned f = 0; f < CAST_FACTORS; f++) {
		jw_name(b, cast_factor(f));
		jw_object(b);
		jw_member_int(b, "level", person->level[f] + 1);
		jw_member_str(b, "word", cast_words(s->cast, f, person->level[f]));
		jw_object_end(b);
	}
	jw_object_end(b);
}

/* What anybody may know of a person. */
static void put_public(struct sheet *s, struct buf *b, const struct cast_person *person)
{
	jw_member_str(b, "name", name_of(s, person));
	put_field(s, b, person, CAST_PRONOUNS);
	jw_member_int(b, "age", person->age);
	put_field(s, b, person, CAST_AGE_BAND);
	put_field(s, b, person, CAST_PEOPLE);
	put_field(s, b, person, CAST_CULTURE);
	put_field(s, b, person, CAST_CLASS);
	put_field(s, b, person, CAST_OCCUPATION);
	put_field(s, b, person, CAST_HOME);
	put_field(s, b, person, CAST_FACTION);
	put_traits(s, b, person);
}

static void put_feelings(struct sheet *s, struct buf *b, const struct tie *tie)
{
	jw_member_str(b, "kind", ties_kind(s->ties, tie));
	jw_name(b, "weight");
	jw_double(b, tie->feeling / 10.0);
	jw_name(b, "back");
	jw_double(b, tie->back / 10.0);
}

static void put_ties(struct sheet *s, struct buf *b, const struct tie *tie, int n)
{
	jw_name(b, "ties");
	jw_array(b);
	for (int i = 0; i < n; i++) {
		jw_object(b);
		put_id(b, "to", tie[i].to);
		put_feelings(s, b, &tie[i]);
		jw_object_end(b);
	}
	jw_array_end(b);
}

void sheet_row(
    struct sheet *s, struct buf *b, const struct cast_person *person, const struct tie *tie, int n)
{
	jw_object(b);
	put_id(b, "id", person->row);
	jw_member_str(b, "world", s->world);
	put_public(s, b, person);
	put_field(s, b, person, CAST_FLAW);
	put_field(s, b, person, CAST_GOAL);
	put_field(s, b, person, CAST_FEAR);
	put_field(s, b, person, CAST_QUIRK);
	put_field(s, b, person, CAST_SPEECH);
	put_ocean(s, b, person);
	for (size_t f = CAST_KNOWN; f < cast_fields(s->cast); f++)
		put_field(s, b, person, f);
	put_ties(s, b, tie, n);
	jw_object_end(b);
}

static void put_end(
    struct sheet *s, struct buf *b, const char *member, const struct cast_person *person)
{
	jw_name(b, member);
	jw_object(b);
	put_id(b, "id", person->row);
	put_public(s, b, person);
	put_field(s, b, person, CAST_QUIRK);
	put_field(s, b, person, CAST_SPEECH);
	jw_object_end(b);
}

void sheet_edge(struct sheet *s, struct buf *b, const struct cast_person *from,
    const struct cast_person *to, const struct tie *tie)
{
	jw_object(b);
	jw_name(b, "id");
	buf_byte(b, '"');
	cast_put_id(b, from->row);
	buf_byte(b, '_');
	cast_put_id(b, to->row);
	buf_byte(b, '"');
	jw_member_str(b, "world", s->world);
	put_feelings(s, b, tie);
	put_end(s, b, "from", from);
	put_end(s, b, "to", to);
	jw_object_end(b);
}

void sheet_free(struct sheet *s)
{
	buf_free(&s->name);
}
