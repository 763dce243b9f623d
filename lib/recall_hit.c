#include <math.h>

#include "jw.h"
#include "mem.h"
#include "recall_impl.h"

/* The row as it stands in the database: 1: it passes; 0: not. */
static int look(
    struct recall *r, int64_t row, struct memory_row *m, const struct json **memory, struct err *e)
{
	int got = memory_row(r->m, row, false, m, e);

	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(e, "damaged: memory %lld is not there", (long long)row);
	*memory = json_parse(&r->doc, m->json, e);
	if (!*memory)
		return err_wrap(e, "damaged: memory %lld", (long long)row);
	return !lore_disabled(*memory) && (!r->o.where || where_holds(r->o.where, *memory));
}

/* Takes its tokens off the budget; false where there are not that many left. */
static bool fits(struct recall *r, const struct json *memory)
{
	const struct json *text = json_get_type(memory, "text", JSON_STRING);
	uint64_t tokens;

	if (r->o.budget == 0 || !text)
		return true;
	buf_clear(&r->scratch);
	tokens = ((uint64_t)json_text(text, &r->scratch).len + 3) / 4;
	if (tokens > r->o.budget - r->tokens)
		return false;
	r->tokens += tokens;
	return true;
}

static int add_hit(struct recall *r, size_t at, const struct memory_row *m,
    const struct lore_hit *lore, struct err *e)
{
	struct buf *b = &r->text;
	struct recall_hit h = {.row = m->row, .at = at, .lore = lore != NULL};

	if (r->vectors && at != RECALL_NOWHERE && recall_rescore(r, at, e) < 0)
		return -1;
	if (r->hits == r->hits_cap)
		r->hit = mem_more(r->hit, r->hits, &r->hits_cap, sizeof *r->hit);
	h.npc = b->len;
	buf_slice(b, m->npc);
	h.id = b->len;
	buf_slice(b, m->id);
	h.json = b->len;
	buf_slice(b, m->json);
	h.key = b->len;
	if (lore)
		buf_slice(b, lore->key);
	h.end = b->len;
	if (b->over)
		return err_set(e, "more is recalled than there is room for");
	r->hit[r->hits++] = h;
	return 0;
}

static int take_lore(struct recall *r, const struct lore_hit *lore, struct err *e)
{
	size_t at = recall_place(r, lore->row);
	const struct json *memory;
	struct memory_row m;
	int got;

	if (at != RECALL_NOWHERE)
		r->state[at] |= RECALL_IS_LORE;
	got = look(r, lore->row, &m, &memory, e);
	if (got == 1 && fits(r, memory))
		return add_hit(r, at, &m, lore, e);
	return got < 0 ? -1 : 0;
}

int recall_lore(struct recall *r, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < r->parts; i++)
		if (r->part[i].triggers > 0)
			r->collection[n++] = r->part[i].collection;
	r->hits = r->lore.n = 0;
	r->tokens = 0;
	buf_reset(&r->text, 1 << 20);
	if (n > 0) {
		lore_begin(&r->lore, r->q->text);
		for (size_t i = 0; i < r->q->turns; i++)
			lore_more(&r->lore, r->q->turn[i]);
		if (lore_search(&r->lore, r->m, r->collection, n, e) < 0)
			return -1;
		for (size_t i = 0; i < r->lore.n; i++)
			if (take_lore(r, &r->lore.hit[i], e) < 0)
				return -1;
	}
	r->lores = r->hits;
	r->lores_end = r->text.len;
	r->lores_tokens = r->tokens;
	return 0;
}

static double score_of(const struct recall *r, size_t at, struct recall_parts *p)
{
	*p = (struct recall_parts){0};
	if (at == RECALL_NOWHERE || !recall_candidate(r, at))
		return 0;
	return fmax(recall_score(r, at, p), 0);
}

/* One of the ranked: 1: it is the last; 0: go on. */
static int take_ranked(struct recall *r, size_t at, struct err *e)
{
	const struct json *memory;
	struct recall_parts p;
	struct memory_row m;
	int got;

	if (score_of(r, at, &p) < r->o.min_score)
		return 1;
	if (r->state[at] & (RECALL_IS_LORE | RECALL_LEFT_OUT))
		return 0;
	got = look(r, r->row[at], &m, &memory, e);
	if (got == 0) {
		r->state[at] |= RECALL_LEFT_OUT;
		r->left_out = true;
	}
	if (got != 1)
		return got;
	if (!fits(r, memory))
		return 1;
	if (add_hit(r, at, &m, NULL, e) < 0)
		return -1;
	return r->hits - r->lores == r->o.k;
}

int recall_walk(struct recall *r, struct err *e)
{
	r->left_out = false;
	r->hits = r->lores;
	r->text.len = r->lores_end;
	r->tokens = r->lores_tokens;
	for (size_t i = 0; i < r->best.n; i++) {
		int got = take_ranked(r, r->n - 1 - r->best.best[i].number, e);

		if (got != 0)
			return got;
	}
	return 0;
}

/* ---- what is told of it */

static struct slice part_of(const struct recall *r, size_t from, size_t to)
{
	return slice_make(buf_from(&r->text, from).ptr, to - from);
}

static void put_why(struct recall *r, const struct recall_hit *h, struct buf *b)
{
	unsigned state = h->at == RECALL_NOWHERE ? 0 : r->state[h->at];
	const char *why = state & RECALL_BY_WORDS ? "words" : "recency";

	if (state & RECALL_BY_VECTOR)
		why = state & RECALL_BY_WORDS ? "words and vector" : "vector";
	if (h->lore)
		why = h->key < h->end ? "key " : "constant";
	buf_clear(&r->scratch);
	buf_str(&r->scratch, why);
	buf_slice(&r->scratch, part_of(r, h->key, h->end));
	jw_member_str(b, "why", buf_all(&r->scratch));
}

/* Six digits: what is behind them is the noise of floats. */
static void put_number(struct buf *b, const char *name, double x)
{
	jw_name(b, name);
	jw_double(b, round(x * 1e6) / 1e6);
}

static void put_explained(
    const struct recall *r, size_t at, const struct recall_parts *p, struct buf *b)
{
	jw_name(b, "explain");
	jw_object(b);
	if (at != RECALL_NOWHERE) {
		if (r->words)
			put_number(b, "words", (double)r->score[at]);
		if (r->vectors && r->cosine[at] > RECALL_NO_VECTOR)
			put_number(b, "vector", recall_cosine(r, at));
	}
	put_number(b, "relevance", p->relevance);
	put_number(b, "recency", p->recency);
	put_number(b, "importance", p->importance);
	jw_object_end(b);
}

void recall_put(struct recall *r, size_t i, struct buf *b)
{
	static const char *const names[] = {"text", "time", "importance"};
	const struct recall_hit *h = &r->hit[i];
	/* It was parsed before, when it was taken. */
	const struct json *memory = json_parse(&r->doc, part_of(r, h->json, h->key), NULL);
	struct recall_parts p;
	double score = score_of(r, h->at, &p);

	jw_object(b);
	jw_member_str(b, "id", part_of(r, h->id, h->json));
	jw_member_str(b, "npc", part_of(r, h->npc, h->id));
	for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
		const struct json *v = json_get(memory, names[j]);

		if (v && v->type != JSON_NULL)
			jw_member_json(b, names[j], v);
	}
	put_number(b, "score", score);
	put_why(r, h, b);
	if (r->o.explain)
		put_explained(r, h->at, &p, b);
	jw_object_end(b);
}
