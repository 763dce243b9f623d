#include "tally.h"

#include <stdio.h>
#include <string.h>

#include "jw.h"

static void count_code(struct tally *t, const char *code)
{
	size_t i = 0;

	while (i < TALLY_CODES - 1 && t->codes[i].code && strcmp(t->codes[i].code, code) != 0)
		i++;
	t->codes[i].code = code;
	t->codes[i].n++;
}

void tally_add(struct tally *t, const struct caller_result *r)
{
	t->done++;
	t->good += r->good;
	t->failed += !r->good;
	t->tried += !r->good && r->sent;
	t->attempts += r->attempts;
	money_use_add(&t->used, r->use);
	t->cost = money_add(t->cost, r->cost);
	if (r->code)
		count_code(t, r->code);
	else
		t->status[r->status > 0 && r->status < 600 ? r->status : 0]++;
	if (r->sent)
		histogram_add(&t->latency, (uint64_t)(r->ns / 1000));
}

static void put_counts(const struct tally *t, struct stats *s)
{
	char name[16];

	jw_name(&s->buf, "status");
	jw_object(&s->buf);
	for (unsigned i = 0; i < 600; i++)
		if (t->status[i] && snprintf(name, sizeof name, "%u", i) > 0)
			stats_int(s, name, t->status[i]);
	jw_object_end(&s->buf);
	jw_name(&s->buf, "errors");
	jw_object(&s->buf);
	for (size_t i = 0; i < TALLY_CODES && t->codes[i].code; i++)
		stats_int(s, t->codes[i].code, t->codes[i].n);
	jw_object_end(&s->buf);
}

static void put_ms(struct stats *s, const char *name, uint64_t us)
{
	jw_name(&s->buf, name);
	jw_double(&s->buf, (double)us / 1000);
}

static void put_latency(const struct histogram *h, struct stats *s)
{
	jw_name(&s->buf, "latency_ms");
	jw_object(&s->buf);
	put_ms(s, "p50", histogram_at(h, 0.5));
	put_ms(s, "p90", histogram_at(h, 0.9));
	put_ms(s, "p99", histogram_at(h, 0.99));
	put_ms(s, "max", h->max);
	jw_object_end(&s->buf);
}

void tally_put(const struct tally *t, struct stats *s)
{
	stats_int(s, "requests", t->done);
	stats_int(s, "good", t->good);
	stats_int(s, "failed", t->failed);
	stats_int(s, "passed", t->passed);
	stats_int(s, "attempts", t->attempts);
	put_counts(t, s);
	put_latency(&t->latency, s);
	stats_int(s, "tokens_in", (uint64_t)t->used.in);
	stats_int(s, "tokens_cached", (uint64_t)t->used.cached);
	stats_int(s, "tokens_out", (uint64_t)t->used.out);
	jw_name(&s->buf, "cost");
	jw_double(&s->buf, (double)t->cost / (double)MONEY_UNIT);
}
