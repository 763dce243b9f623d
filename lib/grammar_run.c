#include <stdlib.h>

#include "grammar.h"
#include "grammar_impl.h"
#include "mem.h"

/* ---- draws */

struct grammar_deck {
	size_t taken; /* how many of its bits are set */
	size_t last;
};

/* The text of a push is a row of lengths (size_t) each with its bytes behind it, in run.text. */
struct grammar_push {
	struct slice name; /* NULL once popped */
	uint64_t hash;
	size_t at, n;
	struct grammar_deck deck;
	uint64_t drawn;
};

struct grammar_array {
	const struct json *v;
	struct grammar_deck deck;
	uint64_t drawn;
};

static bool is_drawn(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> i % 64 & 1;
}

static void flip(uint64_t *bits, size_t i)
{
	bits[i / 64] ^= UINT64_C(1) << i % 64;
}

/* The bit k of those that are not set. */
static size_t pick(const uint64_t *bits, size_t k)
{
	size_t word = 0;
	uint64_t left;

	for (;; word++) {
		size_t n = (size_t)__builtin_popcountll(~bits[word]);

		if (k < n)
			break;
		k -= n;
	}
	for (left = ~bits[word]; k > 0; k--)
		left &= left - 1;
	return word * 64 + (size_t)__builtin_ctzll(left);
}

static size_t pick_weighted(
    struct rng *rng, const uint64_t *bits, const struct grammar_rule *rules, size_t n)
{
	double total = 0, at;
	size_t last = 0;

	for (size_t i = 0; i < n; i++)
		total += is_drawn(bits, i) ? 0 : rules[i].weight;
	at = rng_unit(rng) * total;
	for (size_t i = 0; i < n; i++) {
		if (is_drawn(bits, i))
			continue;
		last = i;
		if (at < rules[i].weight)
			break;
		at -= rules[i].weight;
	}
	return last;
}

/* One of n, none twice before all were drawn; rules is NULL where all weigh the same. */
static size_t deal(struct rng *rng, struct grammar_deck *d, uint64_t *bits, size_t n,
    const struct grammar_rule *rules)
{
	bool again = d->taken == n;
	size_t got, last = d->last;

	if (n == 1)
		return 0;
	if (again) {
		memset(bits, 0, (n + 63) / 64 * sizeof *bits);
		d->taken = 0;
		flip(bits, last);
	}
	if (rules)
		got = pick_weighted(rng, bits, rules, n);
	else
		got = pick(bits, rng_below(rng, n - d->taken - again));
	if (again)
		flip(bits, last);
	flip(bits, got);
	d->taken++;
	d->last = got;
	return got;
}

/* ---- the row */

static const struct json *step_into(const struct json *v, struct slice part)
{
	size_t i = 0;

	if (!json_is(v, JSON_ARRAY))
		return json_get_slice(v, part);
	if (part.len == 0 || part.len > 9)
		return NULL;
	for (size_t k = 0; k < part.len; k++) {
		if (part.ptr[k] < '0' || part.ptr[k] > '9')
			return NULL;
		i = i * 10 + (size_t)(part.ptr[k] - '0');
	}
	return json_at(v, i);
}

static const struct json *row_at(const struct json *row, struct slice path)
{
	while (row && path.ptr)
		row = step_into(row, slice_split(&path, '/'));
	return row;
}

static bool is_plain(const struct json *v)
{
	return v && v->type != JSON_NULL && v->type != JSON_ARRAY && v->type != JSON_OBJECT;
}

static bool has_text(const struct json *v)
{
	return json_is(v, JSON_ARRAY) ? v->count > 0 && is_plain(json_first(v)) : is_plain(v);
}

static const struct json *row_member(
    const struct grammar_run *run, const struct grammar_reference *r)
{
	const struct json *v;

	if (!(run->names[r->head / 64 % 4] >> r->head % 64 & 1))
		return NULL;
	v = row_at(run->row, r->name);
	return has_text(v) ? v : NULL;
}

static void note_names(struct grammar_run *run)
{
	const struct json *row = run->row;

	memset(run->names, 0, sizeof run->names);
	if (!json_is(row, JSON_OBJECT))
		return;
	for (const struct json *i = json_first(row); i != json_end(row); i = json_next(i)) {
		uint64_t h = grammar_hash(slice_make(i->ptr, i->len));

		if (i->escaped)
			memset(run->names, 0xff, sizeof run->names);
		run->names[h / 64 % 4] |= UINT64_C(1) << h % 64;
	}
}

static struct grammar_array *array_of(struct grammar_run *run, const struct json *v)
{
	for (size_t i = 0; i < run->n_arrays; i++)
		if (run->arrays[i].v == v)
			return &run->arrays[i];
	run->arrays = mem_more(run->arrays, run->n_arrays, &run->arrays_cap, sizeof *run->arrays);
	run->arrays[run->n_arrays] = (struct grammar_array){.v = v};
	return &run->arrays[run->n_arrays++];
}

static const struct json *draw_element(struct grammar_run *run, const struct json *v)
{
	struct grammar_array *a;

	if (v->count > 64)
		return json_at(v, rng_below(run->rng, v->count));
	a = array_of(run, v);
	return json_at(v, deal(run->rng, &a->deck, &a->drawn, v->count, NULL));
}

static int put_member(struct grammar_run *run, const struct grammar_reference *r,
    const struct json *v, struct buf *out, struct err *e)
{
	if (v->type == JSON_ARRAY)
		v = draw_element(run, v);
	if (!is_plain(v))
		return err_set(e, "%s: #%.*s#: an element in the row has no text", run->g->file,
		    SLICE_FMT(r->name));
	if (v->type == JSON_STRING)
		json_unescape(v, out);
	else
		buf_slice(out, json_raw(v));
	return 0;
}

static bool names(struct slice key, const struct json *v)
{
	if (v->type == JSON_STRING)
		return json_str_eq(v, key);
	return is_plain(v) && slice_eq(json_raw(v), key);
}

static const struct grammar_fork *find_fork(
    const struct grammar_fork *forks, size_t n, const struct json *v)
{
	for (size_t i = 0; i < n; i++)
		if (names(forks[i].key, v))
			return &forks[i];
	return NULL;
}

/* The case that the row chooses, else the one named "". */
static const struct grammar_fork *choose(
    const struct grammar_run *run, const struct grammar *g, const struct grammar_symbol *s)
{
	const struct json *v = row_at(run->row, s->by);
	const struct grammar_fork *found = NULL;

	if (json_is(v, JSON_ARRAY))
		for (const struct json *i = json_first(v); i != json_end(v) && !found;
		     i = json_next(i))
			found = find_fork(g->forks + s->first, s->n, i);
	else if (v)
		found = find_fork(g->forks + s->first, s->n, v);
	for (size_t i = 0; i < s->n && !found; i++)
		if (g->forks[s->first + i].key.len == 0)
			found = &g->forks[s->first + i];
	return found;
}

/* ---- what was pushed */

static struct grammar_push *find_push(struct grammar_run *run, const struct grammar_reference *r)
{
	for (size_t i = run->n_pushed; i > 0; i--) {
		struct grammar_push *push = &run->pushed[i - 1];

		if (push->hash == r->hash && push->name.ptr && slice_eq(push->name, r->name))
			return push;
	}
	return NULL;
}

/* What lies on top and is gone gives its room back; what lies deeper waits. */
static int pop(struct grammar_run *run, const struct grammar_reference *r, struct err *e)
{
	struct grammar_push *push = find_push(run, r);

	if (!push)
		return err_set(
		    e, "%s: [%.*s:POP]: it was not pushed", run->g->file, SLICE_FMT(r->name));
	push->name.ptr = NULL;
	while (run->n_pushed > 0 && !run->pushed[run->n_pushed - 1].name.ptr)
		run->text.len = run->pushed[--run->n_pushed].at;
	return 0;
}

static void put_pushed(struct grammar_run *run, struct grammar_push *push, struct buf *out)
{
	size_t i = deal(run->rng, &push->deck, &push->drawn, push->n, NULL), at = push->at, len;

	for (;; i--, at += len) {
		memcpy(&len, run->text.ptr + at, sizeof len);
		at += sizeof len;
		if (i == 0)
			break;
	}
	buf_put(out, run->text.ptr + at, len);
}

/* ---- expansion */

static int expand_nodes(struct grammar_run *run, const struct grammar *g, size_t first, size_t end,
    struct buf *out, struct err *e);

static int deeper(struct grammar_run *run, const struct grammar_reference *r, struct err *e)
{
	if (++run->depth > GRAMMAR_DEPTH)
		return err_set(e, "%s: #%.*s#: more than %d levels deep", run->g->file,
		    SLICE_FMT(r->name), GRAMMAR_DEPTH);
	if (++run->steps > GRAMMAR_STEPS)
		return err_set(e, "%s: #%.*s#: more than %d expansions", run->g->file,
		    SLICE_FMT(r->name), GRAMMAR_STEPS);
	return 0;
}

static int expand_list(
    struct grammar_run *run, const struct grammar *g, size_t list, struct buf *out, struct err *e)
{
	const struct grammar_list *l = &g->lists[list];
	const struct grammar_rule *rules = g->rules + l->first;
	bool own = g == run->g;
	struct grammar_deck *deck = run->decks + list + (own ? 0 : run->g->n_lists);
	uint64_t *bits = run->drawn + l->bits + (own ? 0 : run->g->words);
	size_t i = deal(run->rng, deck, bits, l->n, l->weighted ? rules : NULL);

	return expand_nodes(run, g, rules[i].first, rules[i].end, out, e);
}

static int expand_symbol(
    struct grammar_run *run, const struct grammar *g, size_t symbol, struct buf *out, struct err *e)
{
	const struct grammar_symbol *s = &g->symbols[symbol];
	const struct grammar_fork *f;

	if (!s->by.ptr)
		return expand_list(run, g, s->list, out, e);
	f = choose(run, g, s);
	if (!f)
		return err_set(e, "%s: #%.*s#: no case for what the row has at \"%.*s\"", g->file,
		    SLICE_FMT(s->name), SLICE_FMT(s->by));
	return expand_list(run, g, f->list, out, e);
}

static size_t symbol_in(
    const struct grammar *g, const struct grammar *home, const struct grammar_reference *r)
{
	return g == home ? r->symbol : grammar_find(g, r->name, r->hash);
}

/* home is the grammar that the reference stands in, or NULL. */
static int look_up(struct grammar_run *run, const struct grammar *home,
    const struct grammar_reference *r, struct buf *out, struct err *e)
{
	struct grammar_push *push = find_push(run, r);
	const struct json *v;
	size_t symbol;

	if (push) {
		put_pushed(run, push, out);
		return 0;
	}
	v = row_member(run, r);
	if (v)
		return put_member(run, r, v, out, e);
	symbol = symbol_in(run->g, home, r);
	if (symbol != GRAMMAR_NONE)
		return expand_symbol(run, run->g, symbol, out, e);
	symbol = run->world ? symbol_in(run->world, home, r) : GRAMMAR_NONE;
	if (symbol != GRAMMAR_NONE)
		return expand_symbol(run, run->world, symbol, out, e);
	if (!run->lenient)
		return err_set(e, "%s: #%.*s#: there is no such symbol",
		    home ? home->file : run->g->file, SLICE_FMT(r->name));
	buf_str(out, "((");
	buf_slice(out, r->name);
	buf_str(out, "))");
	return 0;
}

static int expand_reference(struct grammar_run *run, const struct grammar *home,
    const struct grammar_reference *r, struct buf *out, struct err *e)
{
	if (deeper(run, r, e) < 0 || look_up(run, home, r, out, e) < 0)
		return -1;
	run->depth--;
	return 0;
}

static int too_much(const struct grammar *g, struct slice name, struct err *e)
{
	return err_set(e, "%s: [%.*s:…]: too much was pushed", g->file, SLICE_FMT(name));
}

/* Parts are expanded onto work, where a push inside a push finds its own place behind. */
static int push_parts(struct grammar_run *run, const struct grammar *g, size_t node, struct err *e)
{
	const struct grammar_node *nodes = g->nodes;
	struct grammar_push push = {.name = nodes[node].ref.name, .hash = nodes[node].ref.hash};
	size_t from = run->work.len, end = nodes[node].end;

	for (size_t i = node + 1; i < end; i = nodes[i].end, push.n++) {
		size_t at = run->work.len, len = 0;

		buf_put(&run->work, (const char *)&len, sizeof len);
		if (run->work.over)
			return too_much(g, push.name, e);
		if (expand_nodes(run, g, i + 1, nodes[i].end, &run->work, e) < 0)
			return -1;
		len = run->work.len - at - sizeof len;
		memcpy(run->work.ptr + at, &len, sizeof len);
	}
	push.at = run->text.len;
	buf_slice(&run->text, buf_from(&run->work, from));
	run->work.len = from;
	if (run->text.over || run->n_pushed == GRAMMAR_PUSHED)
		return too_much(g, push.name, e);
	run->pushed = mem_more(run->pushed, run->n_pushed, &run->pushed_cap, sizeof *run->pushed);
	run->pushed[run->n_pushed++] = push;
	return 0;
}

static int expand_push(struct grammar_run *run, const struct grammar *g, size_t node, struct err *e)
{
	if (deeper(run, &g->nodes[node].ref, e) < 0 || push_parts(run, g, node, e) < 0)
		return -1;
	run->depth--;
	return 0;
}

/* Its actions, itself, its modifiers; and what it pushed is gone again. */
static int expand_tag(
    struct grammar_run *run, const struct grammar *g, size_t at, struct buf *out, struct err *e)
{
	const struct grammar_node *node = &g->nodes[at];
	size_t from = out->len;

	if (expand_nodes(run, g, at + 1, node->end, out, e) < 0 ||
	    expand_reference(run, g, &node->ref, out, e) < 0)
		return -1;
	for (size_t i = 0; i < node->n_modifiers && !out->over; i++)
		grammar_modifiers[node->modifiers[i]].apply(out, from);
	for (size_t i = at + 1; i < node->end; i = g->nodes[i].end)
		if (g->nodes[i].kind == GRAMMAR_NODE_PUSH && pop(run, &g->nodes[i].ref, e) < 0)
			return -1;
	return 0;
}

static int expand_nodes(struct grammar_run *run, const struct grammar *g, size_t first, size_t end,
    struct buf *out, struct err *e)
{
	for (size_t i = first; i < end; i = g->nodes[i].end) {
		const struct grammar_node *node = &g->nodes[i];
		int got = 0;

		if (node->kind == GRAMMAR_NODE_TEXT)
			buf_slice(out, node->ref.name);
		else if (node->kind == GRAMMAR_NODE_SYMBOL)
			got = expand_tag(run, g, i, out, e);
		else if (node->kind == GRAMMAR_NODE_PUSH)
			got = expand_push(run, g, i, e);
		else
			got = pop(run, &node->ref, e);
		if (got < 0)
			return -1;
		if (out->over)
			return err_set(e, "%s: the text grows beyond %zu bytes", g->file, out->max);
	}
	return 0;
}

/* ---- runs */

void grammar_begin(struct grammar_run *run, const struct grammar *g, const struct grammar *world,
    const struct json *row, struct rng *rng)
{
	size_t lists = g->n_lists + (world ? world->n_lists : 0);
	size_t words = g->words + (world ? world->words : 0);

	run->g = g;
	run->world = world;
	run->row = row;
	run->rng = rng;
	if (run->decks_cap < lists) {
		run->decks = mem_grow(run->decks, lists, sizeof *run->decks);
		run->decks_cap = lists;
	}
	if (run->drawn_cap < words) {
		run->drawn = mem_grow(run->drawn, words, sizeof *run->drawn);
		run->drawn_cap = words;
	}
	if (lists > 0) {
		memset(run->decks, 0, lists * sizeof *run->decks);
		memset(run->drawn, 0, words * sizeof *run->drawn);
	}
	run->n_arrays = run->n_pushed = 0;
	run->text.max = run->work.max = GRAMMAR_LENGTH;
	buf_clear(&run->text);
	buf_clear(&run->work);
	note_names(run);
}

int grammar_expand(struct grammar_run *run, struct slice symbol, struct buf *out, struct err *e)
{
	struct grammar_reference r = grammar_refer(symbol);
	size_t before = out->len, max = out->max;
	bool over = out->over;
	int got;

	run->depth = run->steps = 0;
	r.symbol = GRAMMAR_NONE;
	if ((max ? max : BUF_MAX) - before > GRAMMAR_LENGTH)
		out->max = before + GRAMMAR_LENGTH;
	got = expand_reference(run, NULL, &r, out, e);
	if (got == 0 && out->over)
		got = err_set(e, "%s: the text grows beyond %zu bytes", run->g->file, out->max);
	out->max = max;
	if (got < 0) {
		out->len = before;
		out->over = over;
	}
	return got;
}

void grammar_run_free(struct grammar_run *run)
{
	free(run->decks);
	free(run->drawn);
	free(run->arrays);
	free(run->pushed);
	buf_free(&run->text);
	buf_free(&run->work);
	*run = (struct grammar_run){0};
}
