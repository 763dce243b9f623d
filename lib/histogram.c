#include "histogram.h"

/* Below HISTOGRAM_PARTS each value has its bucket; above, each power of two has that many. */
static unsigned bucket_of(uint64_t value)
{
	unsigned shift;

	if (value > UINT32_MAX)
		value = UINT32_MAX;
	if (value < HISTOGRAM_PARTS)
		return (unsigned)value;
	shift = 58 - (unsigned)__builtin_clzll(value);
	return shift * HISTOGRAM_PARTS + (unsigned)(value >> shift);
}

static uint64_t largest_in(unsigned bucket)
{
	unsigned shift = bucket < 2 * HISTOGRAM_PARTS ? 0 : bucket / HISTOGRAM_PARTS - 1;

	return (((uint64_t)bucket - shift * HISTOGRAM_PARTS + 1) << shift) - 1;
}

void histogram_add(struct histogram *h, uint64_t value)
{
	h->count[bucket_of(value)]++;
	h->n++;
	if (value > h->max)
		h->max = value;
}

uint64_t histogram_at(const struct histogram *h, double share)
{
	double want = share * (double)h->n;
	uint64_t seen = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->count[i];
		if (h->count[i] && (double)seen >= want)
			return largest_in(i) < h->max ? largest_in(i) : h->max;
	}
	return h->max;
}
