#include "names.h"

#include <stdio.h>
#include <stdlib.h>

#include "fold.h"
#include "mem.h"
#include "rng.h"

enum { NAMES_LEAST = NAMES_GROUP };

/* A name's place in names.text. */
struct word {
	uint32_t at, len;
};

struct list {
	struct word *words;
	size_t n, cap;
	uint64_t key;
};

struct culture {
	char *where;
	struct list family;
	struct list *given; /* one for each list */
	uint64_t window_key; /* for the places within a window */
};

struct names {
	uint64_t key;
	struct buf text;
	char **lists; /* what the lists of given names are called */
	size_t lists_n, lists_cap;
	struct culture *cultures;
	size_t n, cap;
	struct fold banned;
	struct fold given; /* the given names of all cultures */
};

struct names *names_new(uint64_t seed)
{
	struct names *n = mem_array(1, sizeof *n);

	n->key = rng_key(seed, slice_str("name"));
	return n;
}

static void free_culture(const struct names *n, struct culture *c)
{
	for (size_t i = 0; i < n->lists_n; i++)
		free(c->given[i].words);
	free(c->given);
	free(c->family.words);
	free(c->where);
}

void names_free(struct names *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->n; i++)
		free_culture(n, &n->cultures[i]);
	for (size_t i = 0; i < n->lists_n; i++)
		free(n->lists[i]);
	free(n->cultures);
	free(n->lists);
	fold_free(&n->banned);
	fold_free(&n->given);
	buf_free(&n->text);
	free(n);
}

uint32_t names_list(struct names *n, struct slice list)
{
	for (size_t i = 0; i < n->lists_n; i++)
		if (slice_is(list, n->lists[i]))
			return (uint32_t)i;
	n->lists = mem_more(n->lists, n->lists_n, &n->lists_cap, sizeof *n->lists);
	n->lists[n->lists_n] = mem_copy(list.ptr, list.len);
	return (uint32_t)n->lists_n++;
}

void names_ban(struct names *n, struct slice name)
{
	fold_add(&n->banned, name, 0);
}

static struct slice text_of(const struct names *n, struct word w)
{
	return slice_make(n->text.ptr + w.at, w.len);
}

/* Is one of its words banned, or all of it? */
static bool is_banned(struct names *n, struct slice name)
{
	struct slice rest = name;

	if (fold_find(&n->banned, name, NULL))
		return true;
	while (rest.len)
		if (fold_find(&n->banned, slice_split(&rest, ' '), NULL))
			return true;
	return false;
}

static const char *fault(struct slice name, bool given)
{
	if (name.len == 0)
		return "an empty name";
	if (name.ptr[0] == ' ' || name.ptr[name.len - 1] == ' ')
		return "a name with a blank at an end";
	if (given && memchr(name.ptr, ' ', name.len))
		return "a given name with a blank in it";
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] < ' ')
			return "a name with a control character";
	return NULL;
}

static int add_word(struct names *n, struct list *list, const struct json *v, bool given,
    const char *where, struct err *e)
{
	size_t at = n->text.len;
	struct slice name;
	const char *wrong;

	if (!json_is(v, JSON_STRING))
		return err_set(e, "%s/%zu: wanted a name (a string), found %s", where, list->n,
		    json_type_name(v));
	json_unescape(v, &n->text);
	name = buf_from(&n->text, at);
	wrong = fault(name, given);
	if (wrong)
		return err_set(e, "%s/%zu: %s", where, list->n, wrong);
	if (n->text.over || n->text.len > UINT32_MAX)
		return err_set(e, "%s: too many names", where);
	list->words = mem_more(list->words, list->n, &list->cap, sizeof *list->words);
	list->words[list->n++] = (struct word){(uint32_t)at, (uint32_t)name.len};
	return 0;
}

static int add_words(struct names *n, struct list *list, const struct json *v, bool given,
    const char *where, struct err *e)
{
	if (!json_is(v, JSON_ARRAY))
		return err_set(
		    e, v ? "%s: wanted an array of names" : "%s: no such list of names", where);
	for (const struct json *w = json_first(v); w != json_end(v); w = json_next(w))
		if (add_word(n, list, w, given, where, e) < 0)
			return -1;
	return 0;
}

static int add_lists(struct names *n, struct culture *c, const struct json *json, struct err *e)
{
	const struct json *given = json_get(json, "given");
	struct buf where = {0};
	int status = 0;

	for (size_t i = 0; i < n->lists_n && status == 0; i++) {
		buf_clear(&where);
		buf_fmt(&where, "%s/given/%s", c->where, n->lists[i]);
		status = add_words(
		    n, &c->given[i], json_get(given, n->lists[i]), true, buf_cstr(&where), e);
	}
	if (status == 0) {
		buf_clear(&where);
		buf_fmt(&where, "%s/family", c->where);
		status =
		    add_words(n, &c->family, json_get(json, "family"), false, buf_cstr(&where), e);
	}
	buf_free(&where);
	return status;
}

int names_add(struct names *n, struct slice culture, const char *where, const struct json *json,
    struct err *e)
{
	uint64_t key = rng_key(n->key, culture);
	struct culture *c;

	n->cultures = mem_more(n->cultures, n->n, &n->cap, sizeof *n->cultures);
	c = &n->cultures[n->n++];
	*c = (struct culture){.where = mem_copy(where, strlen(where))};
	c->given = mem_array(n->lists_n, sizeof *c->given);
	c->window_key = rng_key(key, slice_str("window"));
	c->family.key = rng_key(key, slice_str("family"));
	for (size_t i = 0; i < n->lists_n; i++)
		c->given[i].key = rng_key(rng_key(key, slice_str("given")), slice_str(n->lists[i]));
	return add_lists(n, c, json, e);
}

/* Keeps the given names that are neither banned nor in an earlier list of the culture. */
static void settle_given(struct names *n, struct culture *c)
{
	struct fold seen = {0};

	for (size_t i = 0; i < n->lists_n; i++) {
		struct list *list = &c->given[i];
		size_t kept = 0;

		for (size_t w = 0; w < list->n; w++) {
			struct slice name = text_of(n, list->words[w]);

			if (is_banned(n, name) || !fold_add(&seen, name, 0))
				continue;
			fold_add(&n->given, name, 0);
			list->words[kept++] = list->words[w];
		}
		list->n = kept;
	}
	fold_free(&seen);
}

static void settle_family(struct names *n, struct culture *c, struct fold *seen)
{
	size_t kept = 0;

	for (size_t w = 0; w < c->family.n; w++) {
		struct slice name = text_of(n, c->family.words[w]), rest = name;

		if (is_banned(n, name) || fold_find(&n->given, slice_split(&rest, ' '), NULL) ||
		    !fold_add(seen, name, 0))
			continue;
		c->family.words[kept++] = c->family.words[w];
	}
	c->family.n = kept;
}

static int too_few(const struct culture *c, const char *list, size_t left, struct err *e)
{
	return err_set(e, "%s/%s: %zu names can be used, at least %d are needed", c->where, list,
	    left, NAMES_LEAST);
}

static int check_counts(const struct names *n, const struct culture *c, struct err *e)
{
	if (c->family.n < NAMES_LEAST)
		return too_few(c, "family", c->family.n, e);
	for (size_t i = 0; i < n->lists_n; i++) {
		char list[64];

		if (c->given[i].n >= NAMES_LEAST)
			continue;
		if (snprintf(list, sizeof list, "given/%s", n->lists[i]) < 0)
			list[0] = '\0';
		return too_few(c, list, c->given[i].n, e);
	}
	return 0;
}

int names_settle(struct names *n, struct err *e)
{
	struct fold families = {0};
	int status = 0;

	for (size_t i = 0; i < n->n; i++)
		settle_given(n, &n->cultures[i]);
	for (size_t i = 0; i < n->n && status == 0; i++) {
		settle_family(n, &n->cultures[i], &families);
		status = check_counts(n, &n->cultures[i], e);
	}
	fold_free(&families);
	return status;
}

struct names_pick names_pick(const struct names *n, uint32_t culture, uint32_t list, uint64_t row)
{
	const struct culture *c = &n->cultures[culture];
	const struct list *given = &c->given[list];
	uint64_t groups = c->family.n / NAMES_GROUP, rounds = given->n / NAMES_GROUP;
	uint64_t window = row / NAMES_WINDOW;
	uint64_t place =
	    rng_permute(rng_at(c->window_key, window), row % NAMES_WINDOW, NAMES_WINDOW);
	uint64_t turn = window / groups;
	struct names_pick p = {.culture = culture, .list = list};

	p.generation = turn / rounds;
	p.family = (uint32_t)rng_permute(
	    c->family.key, window % groups * NAMES_GROUP + place / NAMES_GROUP, c->family.n);
	p.given = (uint32_t)rng_permute(rng_at(given->key, p.family),
	    turn % rounds * NAMES_GROUP + place % NAMES_GROUP, given->n);
	return p;
}

/*
 * The extension in bijective notation: its digits, 1 to the base, have no leading zeros, so each
 * string of them stands for one number. Each digit goes through a permutation of its own, so that
 * the middle names of a generation differ; the given name itself is not among them.
 */
static void put_middles(
    const struct names *n, const struct names_pick *p, uint64_t extension, struct buf *b)
{
	const struct list *given = &n->cultures[p->culture].given[p->list];
	uint64_t base = given->n - 1;
	uint64_t key = rng_at(rng_at(given->key ^ n->key, p->family), p->given);

	for (uint64_t digit = 0; extension > 0; digit++) {
		uint64_t at = rng_permute(rng_at(key, digit), (extension - 1) % base, base);

		buf_byte(b, ' ');
		buf_slice(b, text_of(n, given->words[at < p->given ? at : at + 1]));
		extension = (extension - 1) / base;
	}
}

void names_put(const struct names *n, const struct names_pick *p, uint64_t extension, struct buf *b)
{
	const struct culture *c = &n->cultures[p->culture];

	buf_slice(b, text_of(n, c->given[p->list].words[p->given]));
	put_middles(n, p, extension, b);
	buf_byte(b, ' ');
	buf_slice(b, text_of(n, c->family.words[p->family]));
}

uint64_t names_regular(const struct names_pick *p)
{
	return 2 * p->generation;
}

/* Odd, where the regular ones are even; Cantor's pairing gives each two numbers one of their own. */
uint64_t names_conflict(const struct names_pick *p, uint64_t attempt)
{
	uint64_t sum = p->generation + attempt;

	return 2 * (sum * (sum + 1) / 2 + attempt) + 1;
}
