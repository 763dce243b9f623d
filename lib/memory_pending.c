#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "memory_impl.h"

void memory_pending_clear(struct memory_pending *p)
{
	p->n = p->n_gone = p->n_terms = 0;
	p->counted = 0;
	buf_clear(&p->text);
	buf_clear(&p->terms);
	buf_clear(&p->codes);
	if (p->slots)
		memset(p->slot, 0, p->slots * sizeof *p->slot);
}

void memory_pending_free(struct memory_pending *p)
{
	free(p->memory);
	free(p->gone);
	free(p->term);
	free(p->slot);
	buf_free(&p->text);
	buf_free(&p->terms);
	buf_free(&p->codes);
	*p = (struct memory_pending){0};
}

/* FNV-1a with a last stir. */
static uint32_t hash(struct slice text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001b3);
	return (uint32_t)(h ^ h >> 32);
}

static struct slice term_text(const struct memory_pending *p, uint32_t i)
{
	return slice_make(p->text.ptr + p->term[i].at, p->term[i].len);
}

/* The slot where the term is, or would be. */
static size_t find(const struct memory_pending *p, struct slice text)
{
	size_t i = hash(text) & (p->slots - 1);

	while (p->slot[i] && !slice_eq(term_text(p, p->slot[i] - 1), text))
		i = (i + 1) & (p->slots - 1);
	return i;
}

static void grow(struct memory_pending *p)
{
	free(p->slot);
	p->slots = p->slots ? p->slots * 2 : 4096;
	p->slot = mem_array(p->slots, sizeof *p->slot);
	for (uint32_t i = 0; i < p->n_terms; i++)
		p->slot[find(p, term_text(p, i))] = i + 1;
}

static uint32_t term_number(struct memory_pending *p, struct slice text)
{
	size_t at;

	if (p->n_terms * 2 >= p->slots)
		grow(p);
	at = find(p, text);
	if (p->slot[at])
		return p->slot[at] - 1;
	p->term = mem_more(p->term, p->n_terms, &p->term_cap, sizeof *p->term);
	p->term[p->n_terms] =
	    (struct memory_pending_term){.at = (uint32_t)p->text.len, .len = (uint32_t)text.len};
	buf_slice(&p->text, text);
	p->slot[at] = (uint32_t)++p->n_terms;
	return (uint32_t)p->n_terms - 1;
}

static uint32_t flags_of(const struct words_term *t)
{
	return (t->stop ? MEMORY_TERM_STOP : 0) | (t->kind == WORDS_WORD ? 0 : MEMORY_TERM_GRAM);
}

void memory_pending_text(
    struct memory *m, struct slice text, int64_t delta, bool keep, uint32_t *length)
{
	struct memory_pending *p = &m->pending;
	uint32_t kept = 0;

	words_split(&m->words, text);
	p->counted++;
	for (size_t i = 0; i < m->words.n; i++) {
		uint32_t number = term_number(p, words_text(&m->words, i));
		uint32_t term = number << 2 | flags_of(&m->words.term[i]);

		if (p->term[number].seen != p->counted)
			p->term[number].delta += delta;
		p->term[number].seen = p->counted;
		kept += !m->words.term[i].stop;
		if (keep)
			buf_put(&p->terms, (const char *)&term, sizeof term);
	}
	*length = kept ? kept : (uint32_t)m->words.n;
}
