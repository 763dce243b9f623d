#include <stdlib.h>

#include "lore_impl.h"
#include "mem.h"
#include "rng.h"

void lore_text_begin(struct lore_text *t)
{
	buf_reset(&t->raw, 1 << 20);
	buf_clear(&t->names);
	t->raw.max = t->names.max = SIZE_MAX / 2;
	t->parts = t->read = t->words = t->places = 0;
	if (t->slots)
		memset(t->slot, 0xff, t->slots * sizeof *t->slot);
}

void lore_text_add(struct lore_text *t, struct slice text)
{
	if (t->parts == t->parts_cap)
		t->part = mem_more(t->part, t->parts, &t->parts_cap, sizeof *t->part);
	t->part[t->parts++] = (struct lore_part){t->raw.len, text.len, 0};
	buf_slice(&t->raw, text);
}

static struct slice part_text(const struct lore_text *t, size_t i)
{
	return slice_make(t->raw.ptr + t->part[i].at, t->part[i].len);
}

/* The slot that holds the word, or the empty one where it would go. */
static uint32_t *slot_of(const struct lore_text *t, struct slice word, uint64_t hash)
{
	size_t i = hash & (t->slots - 1);

	for (;; i = (i + 1) & (t->slots - 1)) {
		uint32_t at = t->slot[i];

		if (at == LORE_NONE)
			return &t->slot[i];
		if (t->word[at].hash == hash && slice_eq(lore_text_word(t, at), word))
			return &t->slot[i];
	}
}

static void grow(struct lore_text *t)
{
	t->slots = t->slots ? t->slots * 2 : 128;
	free(t->slot);
	t->slot = mem_array(t->slots, sizeof *t->slot);
	memset(t->slot, 0xff, t->slots * sizeof *t->slot);
	for (size_t i = 0; i < t->words; i++)
		*slot_of(t, lore_text_word(t, i), t->word[i].hash) = (uint32_t)i;
}

static uint32_t number_of(struct lore_text *t, struct slice word)
{
	uint64_t hash = rng_key(0, word);
	uint32_t *slot;

	if (2 * t->words >= t->slots)
		grow(t);
	slot = slot_of(t, word, hash);
	if (*slot != LORE_NONE)
		return *slot;
	if (t->words == t->words_cap)
		t->word = mem_more(t->word, t->words, &t->words_cap, sizeof *t->word);
	t->word[t->words] = (struct lore_word){t->names.len, word.len, hash, LORE_NONE};
	buf_slice(&t->names, word);
	*slot = (uint32_t)t->words;
	return (uint32_t)t->words++;
}

static void put_place(struct lore_text *t, uint32_t word)
{
	struct lore_place p = {word, LORE_NONE};

	if (t->places == t->places_cap)
		t->place = mem_more(t->place, t->places, &t->places_cap, sizeof *t->place);
	if (word != LORE_NONE) {
		p.before = t->word[word].last;
		t->word[word].last = (uint32_t)t->places;
	}
	t->place[t->places++] = p;
}

void lore_text_read(struct lore_text *t, struct words *w)
{
	for (; t->read < t->parts; t->read++) {
		words_fold(w, part_text(t, t->read));
		for (size_t i = 0; i < w->n; i++)
			put_place(t, number_of(t, words_text(w, i)));
		put_place(t, LORE_NONE);
		t->part[t->read].end = t->places;
	}
}

/* The numbers of the key's words; 0: it has none, or one that stands in no text. */
static size_t read_key(struct lore_text *t, struct words *w, struct slice key)
{
	words_fold(w, key);
	if (t->slots == 0)
		return 0;
	if (w->n > t->sequence_cap) {
		t->sequence = mem_grow(t->sequence, w->n, sizeof *t->sequence);
		t->sequence_cap = w->n;
	}
	for (size_t i = 0; i < w->n; i++) {
		struct slice word = words_text(w, i);

		t->sequence[i] = *slot_of(t, word, rng_key(0, word));
		if (t->sequence[i] == LORE_NONE)
			return 0;
	}
	return w->n;
}

static bool stands_at(const struct lore_text *t, size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (at + i >= t->places || t->place[at + i].word != t->sequence[i])
			return false;
	return true;
}

static bool stands(const struct lore_text *t, size_t n, size_t end)
{
	for (uint32_t at = t->word[t->sequence[0]].last; at != LORE_NONE; at = t->place[at].before)
		if (at < end && stands_at(t, at, n))
			return true;
	return false;
}

/* Where the character begins that ends before at; at least min. */
static size_t back(struct slice text, size_t at, size_t min)
{
	do
		at--;
	while (at > min && ((unsigned char)text.ptr[at] & 0xC0U) == 0x80);
	return at;
}

static size_t ahead(struct slice text, size_t at)
{
	do
		at++;
	while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0U) == 0x80);
	return at;
}

/*
 * Does the character beside a key's edge carry on the word that the edge is of? Then both together
 * are one word, and another one than the edge alone.
 */
static bool joined(struct lore_text *t, struct words *w, struct slice edge, struct slice both)
{
	words_fold(w, edge);
	if (w->n != 1)
		return false;
	buf_clear(&t->edge);
	buf_slice(&t->edge, words_text(w, 0));
	words_fold(w, both);
	return w->n == 1 && !slice_eq(words_text(w, 0), buf_all(&t->edge));
}

static bool parted(struct lore_text *t, struct words *w, struct slice text, size_t from, size_t to)
{
	if (from > 0) {
		size_t left = back(text, from, 0), right = ahead(text, from);

		if (joined(t, w, slice_make(text.ptr + from, right - from),
			slice_make(text.ptr + left, right - left)))
			return false;
	}
	if (to < text.len) {
		size_t left = back(text, to, from), right = ahead(text, to);

		if (joined(t, w, slice_make(text.ptr + left, to - left),
			slice_make(text.ptr + left, right - left)))
			return false;
	}
	return true;
}

/* Do the key's very bytes stand in the text, without a word that goes on beside them? */
static bool written(struct lore_text *t, struct words *w, struct slice key, struct slice text)
{
	const char *from = text.ptr;

	while (from) {
		size_t at = (size_t)(from - text.ptr);

		from = memmem(from, text.len - at, key.ptr, key.len);
		if (!from)
			return false;
		at = (size_t)(from - text.ptr);
		if (parted(t, w, text, at, at + key.len))
			return true;
		from++;
	}
	return false;
}

bool lore_text_has(struct lore_text *t, struct words *w, struct slice key, bool exact, size_t parts)
{
	size_t n;

	if (parts > t->read)
		parts = t->read;
	if (parts == 0)
		return false;
	key = slice_trim(key);
	n = read_key(t, w, key);
	if (n == 0 || !stands(t, n, t->part[parts - 1].end))
		return false;
	if (!exact)
		return true;
	for (size_t i = 0; i < parts; i++)
		if (written(t, w, key, part_text(t, i)))
			return true;
	return false;
}

void lore_text_free(struct lore_text *t)
{
	buf_free(&t->raw);
	buf_free(&t->names);
	buf_free(&t->edge);
	free(t->part);
	free(t->word);
	free(t->slot);
	free(t->place);
	free(t->sequence);
	*t = (struct lore_text){0};
}
