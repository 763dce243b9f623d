#include "fold.h"

#include <stdlib.h>

#include "mem.h"
#include "rng.h"
#include "utf8.h"

struct fold_slot {
	uint64_t hash; /* 0: empty */
	uint64_t number;
	size_t at, len; /* in text */
};

/* Puts the folded text on the end of f->text, where it stays only if it is kept. */
static struct slice put_folded(struct fold *f, struct slice text)
{
	size_t start = f->text.len, at = 0;

	f->text.max = SIZE_MAX / 2;
	while (at < text.len) {
		uint32_t cp;
		size_t n = utf8_decode(text.ptr + at, text.len - at, &cp);

		if (n == 0) {
			buf_byte(&f->text, text.ptr[at++]);
			continue;
		}
		buf_utf8(&f->text, utf8_fold(cp));
		at += n;
	}
	return buf_from(&f->text, start);
}

static uint64_t hash_of(struct slice folded)
{
	uint64_t h = rng_key(0, folded);

	return h ? h : 1;
}

/* The slot that holds the text, or the empty one where it would go. cap > n. */
static struct fold_slot *slot_of(const struct fold *f, struct slice folded, uint64_t hash)
{
	size_t i = hash & (f->cap - 1);

	for (;; i = (i + 1) & (f->cap - 1)) {
		struct fold_slot *s = &f->slots[i];

		if (s->hash == 0)
			return s;
		if (s->hash == hash && slice_eq(slice_make(f->text.ptr + s->at, s->len), folded))
			return s;
	}
}

static void grow(struct fold *f)
{
	struct fold old = *f;

	f->cap = old.cap ? old.cap * 2 : 64;
	f->slots = mem_array(f->cap, sizeof *f->slots);
	for (size_t i = 0; i < old.cap; i++) {
		size_t at = old.slots[i].hash & (f->cap - 1);

		if (old.slots[i].hash == 0)
			continue;
		while (f->slots[at].hash)
			at = (at + 1) & (f->cap - 1);
		f->slots[at] = old.slots[i];
	}
	free(old.slots);
}

bool fold_add(struct fold *f, struct slice text, uint64_t number)
{
	size_t start = f->text.len;
	struct slice folded;
	struct fold_slot *s;
	uint64_t hash;

	if (f->n >= f->cap / 4 * 3)
		grow(f);
	folded = put_folded(f, text);
	hash = hash_of(folded);
	s = slot_of(f, folded, hash);
	if (s->hash) {
		f->text.len = start;
		return false;
	}
	*s = (struct fold_slot){hash, number, start, folded.len};
	f->n++;
	return true;
}

bool fold_find(struct fold *f, struct slice text, uint64_t *number)
{
	size_t start = f->text.len;
	const struct fold_slot *s;
	struct slice folded;

	if (f->n == 0)
		return false;
	folded = put_folded(f, text);
	s = slot_of(f, folded, hash_of(folded));
	f->text.len = start;
	if (!s->hash)
		return false;
	if (number)
		*number = s->number;
	return true;
}

void fold_free(struct fold *f)
{
	free(f->slots);
	buf_free(&f->text);
	*f = (struct fold){0};
}
