#include "distinct.h"

#include <math.h>
#include <stdlib.h>

#include "mem.h"

enum { FIRST_SLOTS = 1024, BITS = 16, REGISTERS = 1 << BITS };

/* The register is chosen by the upper bits, so that the table's order, by the lower, is no matter. */
static void mark(uint8_t *registers, uint64_t hash)
{
	uint64_t rest = hash << BITS;
	uint8_t rank = (uint8_t)(rest ? __builtin_clzll(rest) + 1 : 64 - BITS + 1);
	uint8_t *r = registers + (hash >> (64 - BITS));

	if (*r < rank)
		*r = rank;
}

static bool insert(uint64_t *slots, size_t cap, uint64_t hash)
{
	size_t at = hash & (cap - 1);

	while (slots[at] && slots[at] != hash)
		at = (at + 1) & (cap - 1);
	if (slots[at])
		return false;
	slots[at] = hash;
	return true;
}

static void grow(struct distinct *d)
{
	size_t cap = d->cap ? d->cap * 2 : FIRST_SLOTS;
	uint64_t *slots = mem_array(cap, sizeof *slots);

	for (size_t i = 0; i < d->cap; i++)
		if (d->slots[i])
			insert(slots, cap, d->slots[i]);
	free(d->slots);
	d->slots = slots;
	d->cap = cap;
}

static void estimate_from_now_on(struct distinct *d)
{
	d->registers = mem_array(REGISTERS, 1);
	for (size_t i = 0; i < d->cap; i++)
		if (d->slots[i])
			mark(d->registers, d->slots[i]);
	if (d->zero)
		mark(d->registers, 0);
	free(d->slots);
	d->slots = NULL;
	d->cap = 0;
}

static void put(struct distinct *d, uint64_t hash)
{
	if (d->registers) {
		mark(d->registers, hash);
		return;
	}
	if (hash == 0) {
		d->zero = true;
		return;
	}
	if (2 * d->n >= d->cap)
		grow(d);
	d->n += insert(d->slots, d->cap, hash);
	if (d->n > DISTINCT_EXACT)
		estimate_from_now_on(d);
}

static void put_waiting(struct distinct *d)
{
	for (size_t i = 0; i < d->n_waiting; i++)
		put(d, d->waiting[i]);
	d->n_waiting = 0;
}

/* The table is larger than the processor's caches: what takes time is to wait for a slot. */
void distinct_add(struct distinct *d, uint64_t hash)
{
	if (d->slots)
		__builtin_prefetch(&d->slots[hash & (d->cap - 1)]);
	d->waiting[d->n_waiting++] = hash;
	if (d->n_waiting == DISTINCT_WAITING)
		put_waiting(d);
}

/*
 * No correction for small counts: it stops being exact at sixteen times the registers, where the raw
 * estimate has no bias to speak of; nor for large ones, as hashes are 64 bits.
 */
static uint64_t estimate(const uint8_t *registers)
{
	const double m = REGISTERS, alpha = 0.7213 / (1 + 1.079 / m);
	double sum = 0;

	for (size_t i = 0; i < REGISTERS; i++)
		sum += ldexp(1, -registers[i]);
	return (uint64_t)llround(alpha * m * m / sum);
}

uint64_t distinct_count(struct distinct *d, bool *estimated)
{
	put_waiting(d);
	if (estimated)
		*estimated = d->registers != NULL;
	return d->registers ? estimate(d->registers) : d->n + d->zero;
}

void distinct_free(struct distinct *d)
{
	free(d->slots);
	free(d->registers);
	*d = (struct distinct){0};
}
