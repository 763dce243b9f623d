#include "facts_impl.h"

#include <stdlib.h>

#include "mem.h"

enum { LOOK_BACK = 64 };

/* Other names of the same fact. */
static const char *const same[][2] = {
    {"profession", "occupation"}, {"job", "occupation"}, {"residence", "home"}};

struct facts *facts_new(size_t n, const char *const *names)
{
	struct facts *f = mem_array(1, sizeof *f);

	facts_fill(f->table);
	f->n = n;
	f->occupation = f->home = FACTS_MAX;
	for (size_t i = 0; i < n; i++) {
		f->fact[i].name = names[i];
		if (slice_is(slice_str(names[i]), "occupation"))
			f->occupation = i;
		else if (slice_is(slice_str(names[i]), "home"))
			f->home = i;
	}
	return f;
}

/* The words of a value, without the article that it may begin with. */
static void value_words(const struct facts *f, struct wordhash *w, struct slice value)
{
	wordhash_clear(w);
	wordhash_add(w, value);
	if (w->n < 2 || !(facts_class(f->table, w->word[0].hash)->class & FACTS_ARTICLE))
		return;
	memmove(w->word, w->word + 1, (w->n - 1) * sizeof *w->word);
	w->n--;
}

/* The number of a value, which is added if it is new. */
static uint32_t number_of(struct facts_fact *fact, const struct wordhash *w, struct slice value)
{
	uint64_t hash = wordhash_phrase(w->word, w->n);
	struct slice key = slice_make((const char *)&hash, sizeof hash);
	size_t i;

	if (rows_find(&fact->values, key, &i))
		return (uint32_t)i;
	if (!rows_add(&fact->values, key, value))
		return FACTS_NONE;
	return (uint32_t)fact->values.count - 1;
}

void facts_know(struct facts *f, size_t fact, struct slice value)
{
	value_words(f, &f->scan, value);
	if (f->scan.n)
		number_of(&f->fact[fact], &f->scan, value);
}

static void make_room(struct facts *f, size_t rows)
{
	size_t cap = f->cap;

	if (rows <= cap)
		return;
	cap = rows > 2 * cap ? rows : 2 * cap;
	f->ages = mem_grow(f->ages, cap, sizeof *f->ages);
	for (size_t i = 0; i < f->n; i++)
		f->fact[i].own = mem_grow(f->fact[i].own, cap, sizeof *f->fact[i].own);
	f->cap = cap;
}

static void begin_fact(struct facts *f, struct facts_fact *fact, const struct json *row)
{
	const struct json *v = json_get_type(row, fact->name, JSON_STRING);
	uint32_t *own = &fact->own[f->rows - 1];

	*own = FACTS_NONE;
	fact->mentioned_now = false;
	wordhash_clear(&fact->now);
	if (!v)
		return;
	buf_clear(&f->scratch);
	value_words(f, &fact->now, json_text(v, &f->scratch));
	if (fact->now.n == 0)
		return;
	buf_clear(&f->scratch);
	*own = number_of(fact, &fact->now, json_text(v, &f->scratch));
	fact->given++;
}

static void add_subjects(struct facts *f, bool names)
{
	const uint64_t he = wordhash_hash(slice_str("he")), she = wordhash_hash(slice_str("she"));

	for (size_t i = 0; i < f->scan.n && f->n_subjects < FACTS_SUBJECTS; i++) {
		uint64_t hash = f->scan.word[i].hash;

		if (names && !(f->scan.word[i].flags & WORDHASH_CAPITAL))
			continue;
		f->rivals[f->n_subjects] = hash == he ? FACTS_HE | FACTS_EITHER
		    : hash == she                     ? FACTS_SHE | FACTS_EITHER
						      : FACTS_OTHERS;
		f->subject[f->n_subjects++] = hash;
	}
}

/* Who the person is: the words of the name that are written with a capital, and the pronouns. */
static void find_subjects(struct facts *f, const struct json *row, struct slice name)
{
	const struct json *pronouns = json_get_type(row, "pronouns", JSON_STRING);

	f->n_subjects = 0;
	wordhash_clear(&f->scan);
	wordhash_add(&f->scan, name);
	add_subjects(f, true);
	f->n_names = f->n_subjects;
	wordhash_clear(&f->scan);
	buf_clear(&f->scratch);
	wordhash_add(
	    &f->scan, pronouns ? json_text(pronouns, &f->scratch) : slice_str("he she they"));
	add_subjects(f, false);
}

void facts_begin(struct facts *f, uint32_t number, const struct json *row, struct slice name)
{
	int64_t age;
	const struct json *given = json_get(row, "age");

	make_room(f, (size_t)number + 1);
	for (; f->rows < number; f->rows++) {
		f->ages[f->rows] = FACTS_NONE;
		for (size_t i = 0; i < f->n; i++)
			f->fact[i].own[f->rows] = FACTS_NONE;
	}
	f->rows = (size_t)number + 1;
	f->ages[number] = FACTS_NONE;
	if (given && json_int(given, &age) && age >= 0 && age < FACTS_NONE)
		f->ages[number] = (uint32_t)age;
	for (size_t i = 0; i < f->n; i++)
		begin_fact(f, &f->fact[i], row);
	find_subjects(f, row, name);
	f->first_claim = f->n_claims;
}

static void mention(struct facts_fact *fact, const struct wordhash_word *word, size_t n)
{
	uint64_t first = fact->now.n ? fact->now.word[0].hash : 0;

	for (size_t i = 0; i < n && !fact->mentioned_now; i++)
		if (word[i].hash == first && facts_stands(&fact->now, word + i, n - i))
			fact->mentioned_now = true;
}

void facts_prose(struct facts *f, const struct wordhash_word *word, size_t n)
{
	for (size_t i = 0; i < f->n; i++)
		mention(&f->fact[i], word, n);
	facts_claims(f, word, n);
}

struct facts_claim *facts_new_claim(struct facts *f, size_t fact)
{
	if (f->n_claims == f->claims_cap)
		f->claim = mem_more(f->claim, f->n_claims, &f->claims_cap, sizeof *f->claim);
	f->claim[f->n_claims] =
	    (struct facts_claim){.row = (uint32_t)f->rows - 1, .fact = (uint16_t)fact};
	return &f->claim[f->n_claims++];
}

void facts_say(struct facts *f, size_t fact, struct slice said)
{
	struct facts_claim *c = facts_new_claim(f, fact);

	f->said.max = SIZE_MAX / 2;
	c->said_at = f->said.len;
	c->said_len = (uint32_t)said.len;
	buf_slice(&f->said, said);
}

static bool contains(const struct wordhash *all, const struct wordhash *part)
{
	for (size_t i = 0; i < all->n; i++)
		if (facts_stands(part, all->word + i, all->n - i))
			return true;
	return false;
}

/* An age as a number, or as the first number in a text. */
static void member_age(struct facts *f, const struct json *value)
{
	uint32_t own = f->ages[f->rows - 1];
	double n = json_is(value, JSON_NUMBER) ? json_double(value) : -1;

	wordhash_clear(&f->scan);
	buf_clear(&f->scratch);
	if (json_is(value, JSON_STRING))
		wordhash_add(&f->scan, json_text(value, &f->scratch));
	for (size_t i = 0; i < f->scan.n && n < 0; i++)
		if (f->scan.word[i].flags & WORDHASH_NUMBER)
			n = f->scan.word[i].number;
	if (own == FACTS_NONE || n < 0 || n == own)
		return;
	buf_clear(&f->scratch);
	facts_say(
	    f, f->n, json_is(value, JSON_STRING) ? json_text(value, &f->scratch) : json_raw(value));
}

void facts_member(struct facts *f, struct slice name, const struct json *value)
{
	size_t i = 0;

	if (slice_is(name, "age")) {
		member_age(f, value);
		return;
	}
	for (size_t k = 0; k < sizeof same / sizeof *same; k++)
		if (slice_is(name, same[k][0]))
			name = slice_str(same[k][1]);
	while (i < f->n && !slice_is(name, f->fact[i].name))
		i++;
	if (i == f->n || !json_is(value, JSON_STRING) || f->fact[i].now.n == 0)
		return;
	buf_clear(&f->scratch);
	value_words(f, &f->scan, json_text(value, &f->scratch));
	if (f->scan.n && !contains(&f->scan, &f->fact[i].now) &&
	    !contains(&f->fact[i].now, &f->scan)) {
		buf_clear(&f->scratch);
		facts_say(f, i, json_text(value, &f->scratch));
	}
}

/* A weak claim means nothing where the given value stands somewhere in the row. */
void facts_end(struct facts *f)
{
	size_t kept = f->first_claim;

	for (size_t i = f->first_claim; i < f->n_claims; i++)
		if (!f->claim[i].weak || !f->fact[f->claim[i].fact].mentioned_now)
			f->claim[kept++] = f->claim[i];
	f->n_claims = kept;
	for (size_t i = 0; i < f->n; i++)
		f->fact[i].mentioned += f->fact[i].mentioned_now;
}

uint64_t facts_given(const struct facts *f, size_t fact)
{
	return f->fact[fact].given;
}

uint64_t facts_mentioned(const struct facts *f, size_t fact)
{
	return f->fact[fact].mentioned;
}

/* What the claim says, if it is a value that the fact can have: the longest one. */
static bool stated(const struct facts *f, const struct facts_claim *c, struct slice *text)
{
	size_t i;

	if (c->said_len) {
		*text = slice_make(f->said.ptr + c->said_at, c->said_len);
		return true;
	}
	for (size_t k = FACTS_PHRASE; k-- > 0;) {
		struct slice key = slice_make((const char *)&c->phrase[k], sizeof c->phrase[k]);

		if (!c->phrase[k] || !rows_find(&f->fact[c->fact].values, key, &i))
			continue;
		*text = rows_text(&f->fact[c->fact].values, i);
		return true;
	}
	return false;
}

/* Has the same been said of the row before? A text that says it a thousand times says it once. */
static bool said_before(const struct facts *f, size_t i, struct slice text)
{
	const struct facts_claim *c = &f->claim[i];
	struct slice other;

	for (size_t k = i; k-- > 0 && i - k <= LOOK_BACK && f->claim[k].row == c->row;)
		if (f->claim[k].fact == c->fact && stated(f, &f->claim[k], &other) &&
		    slice_eq(other, text))
			return true;
	return false;
}

int facts_resolve(struct facts *f,
    int (*found)(void *ctx, const struct facts_found *found, struct err *e), void *ctx,
    struct err *e)
{
	for (size_t i = 0; i < f->n_claims; i++) {
		const struct facts_claim *c = &f->claim[i];
		const struct facts_fact *fact = &f->fact[c->fact];
		struct facts_found one = {.row = c->row, .fact = "age"};

		if (!stated(f, c, &one.stated) || said_before(f, i, one.stated))
			continue;
		buf_clear(&f->scratch);
		if (c->fact == f->n) {
			buf_fmt(&f->scratch, "%u", f->ages[c->row]);
			one.given = buf_all(&f->scratch);
		} else {
			one.fact = fact->name;
			if (fact->own[c->row] != FACTS_NONE)
				one.given = rows_text(&fact->values, fact->own[c->row]);
		}
		if (found(ctx, &one, e) < 0)
			return -1;
	}
	return 0;
}

void facts_free(struct facts *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++) {
		rows_free(&f->fact[i].values);
		free(f->fact[i].own);
		wordhash_free(&f->fact[i].now);
	}
	free(f->ages);
	free(f->claim);
	buf_free(&f->said);
	buf_free(&f->scratch);
	wordhash_free(&f->scan);
	free(f->class);
	free(f);
}
