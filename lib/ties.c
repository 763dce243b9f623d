#include "ties.h"

#include "rng.h"
#include "ties_impl.h"

enum {
	NEAR = 128, /* rows back that neighbours come from */
	FAR_IN = 16, /* one tie in so many is to anyone */
	LOOKS = 4, /* people looked at for each tie: who has most in common is taken */
	ATTEMPTS = 24,
	KIN_IN_TEN = 8 /* how often there is a tie of kinship, where there are kin */
};

/* The two people of a tie in the making. */
struct pair {
	const struct cast_person *self, *other;
	bool kin;
};

/* What a row's ties are drawn with. */
struct draw {
	struct rng rng;
	const struct cast_person *self;
	struct tie *tie;
	int n;
};

struct slice ties_kind(const struct ties *t, const struct tie *tie)
{
	return table_at(t->table, tie->kind)->text;
}

const struct cast_person *ties_other(
    struct ties *t, uint64_t row, const struct tie *tie, struct err *e)
{
	if (row - tie->to < CAST_CACHE)
		return cast_person(t->cast, tie->to, e);
	return cast_draw(t->cast, tie->to, &t->far, e) < 0 ? NULL : &t->far;
}

static bool have_same(
    const struct ties *t, const struct cast_person *a, const struct cast_person *b, size_t field)
{
	const struct table_pick *left = &a->picks[field], *right = &b->picks[field];

	for (uint32_t i = 0; i < left->n; i++)
		for (uint32_t j = 0; j < right->n; j++)
			if (cast_same(t->cast, field, left->entry[i], right->entry[j]))
				return true;
	return false;
}

static bool are_kin(const struct cast_person *a, const struct cast_person *b)
{
	return a->name.culture == b->name.culture && a->name.family == b->name.family;
}

/* Is the row of this cast, as far as the taken rows tell? */
static bool is_ours(struct ties *t, const struct cast_person *p)
{
	uint64_t number;

	if (p->row >= t->taken->highest)
		return true;
	buf_clear(&t->name);
	names_put(cast_names(t->cast), &p->name, names_regular(&p->name), &t->name);
	return taken_has(t->taken, buf_all(&t->name), &number) && number == p->row + 1;
}

static bool is_tied(const struct draw *d, uint64_t row)
{
	for (int i = 0; i < d->n; i++)
		if (d->tie[i].to == row)
			return true;
	return false;
}

static bool fits(const struct ties *t, const struct draw *d, const struct pair *pair, size_t i)
{
	const struct ties_kind *k = &t->kinds[i];
	int64_t years = (int64_t)pair->other->age - (int64_t)pair->self->age;

	if (!(k->weight > 0) || (k->no_kin && pair->kin) ||
	    (!k->any_years && (years < k->years[0] || years > k->years[1])) ||
	    pair->self->age < k->least_age || pair->other->age < k->least_age)
		return false;
	for (int n = 0; k->once && n < d->n; n++)
		if (d->tie[n].kind == i)
			return false;
	for (unsigned s = 0; s < k->same_n; s++)
		if (!have_same(t, pair->self, pair->other, k->same[s]))
			return false;
	return table_fits(t->table, (uint32_t)i, pair->self->picks);
}

static int draw_feeling(struct rng *rng, const int range[2])
{
	return range[0] + (int)rng_below(rng, (uint64_t)(range[1] - range[0] + 1));
}

/* Adds a tie between the two, of kinship or not; false where no such kind fits them. */
static bool tie_to(struct ties *t, struct draw *d, const struct pair *pair, bool kinship)
{
	size_t n = table_size(t->table), i = 0;
	double sum = 0, at;

	for (size_t k = 0; k < n; k++) {
		if (t->kinds[k].kin == kinship && fits(t, d, pair, k))
			sum += t->kinds[k].weight;
		t->sums[k] = sum;
	}
	if (!(sum > 0))
		return false;
	at = rng_unit(&d->rng) * sum;
	while (i < n - 1 && t->sums[i] <= at)
		i++;
	d->tie[d->n++] = (struct tie){
	    .to = pair->other->row,
	    .kind = (uint32_t)i,
	    .feeling = draw_feeling(&d->rng, t->kinds[i].feeling),
	    .back = draw_feeling(&d->rng, t->kinds[i].back),
	};
	return true;
}

/* One of those in the window of names who share the family name. 1: tied. */
static int tie_to_kin(struct ties *t, struct draw *d, struct err *e)
{
	uint64_t row = d->self->row, first = row / NAMES_WINDOW * NAMES_WINDOW;
	const struct cast_person *kin[NAMES_WINDOW];
	size_t n = 0, from;

	for (uint64_t r = first; r < row; r++) {
		const struct cast_person *p = cast_person(t->cast, r, e);

		if (!p)
			return -1;
		if (are_kin(d->self, p) && is_ours(t, p))
			kin[n++] = p;
	}
	if (n == 0 || rng_below(&d->rng, 10) >= KIN_IN_TEN)
		return 0;
	from = rng_below(&d->rng, n);
	for (size_t i = 0; i < n; i++) {
		struct pair pair = {d->self, kin[(from + i) % n], true};

		if (tie_to(t, d, &pair, true))
			return 1;
	}
	return 0;
}

static int in_common(const struct ties *t, const struct cast_person *a, const struct cast_person *b)
{
	return 4 * have_same(t, a, b, CAST_HOME) + 2 * have_same(t, a, b, CAST_FACTION) +
	    have_same(t, a, b, CAST_OCCUPATION);
}

/* The one of a few neighbours that self has most in common with. */
static const struct cast_person *choose_near(struct ties *t, struct draw *d, struct err *e)
{
	uint64_t row = d->self->row, reach = row < NEAR ? row : NEAR;
	const struct cast_person *best = NULL;
	int most = -1;

	for (int i = 0; i < LOOKS; i++) {
		const struct cast_person *p =
		    cast_person(t->cast, row - 1 - rng_below(&d->rng, reach), e);
		int common;

		if (!p)
			return NULL;
		common = in_common(t, d->self, p);
		if (common > most && !is_tied(d, p->row)) {
			best = p;
			most = common;
		}
	}
	return best ? best : cast_person(t->cast, row - 1, e);
}

static const struct cast_person *choose(struct ties *t, struct draw *d, struct err *e)
{
	uint64_t row = d->self->row;

	if (row <= NEAR || rng_below(&d->rng, FAR_IN) > 0)
		return choose_near(t, d, e);
	if (cast_draw(t->cast, rng_below(&d->rng, row - NEAR), &t->far, e) < 0)
		return NULL;
	return &t->far;
}

/* 1: tied, 0: nobody suits, -1: an error. */
static int try_tie(struct ties *t, struct draw *d, const struct cast_person *other)
{
	struct pair pair = {d->self, other, are_kin(d->self, other)};

	if (is_tied(d, other->row) || !is_ours(t, other))
		return 0;
	return tie_to(t, d, &pair, false);
}

static int tie_to_someone(struct ties *t, struct draw *d, struct err *e)
{
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		const struct cast_person *other = choose(t, d, e);

		if (!other)
			return -1;
		if (try_tie(t, d, other))
			return 1;
	}
	return 0;
}

/* The last resort of a row that has none yet: the nearest before it whom anything fits. */
static int tie_to_nearest(struct ties *t, struct draw *d, struct err *e)
{
	uint64_t row = d->self->row, reach = row < NEAR ? row : NEAR;
	bool anyone = false;

	for (uint64_t back = 1; back <= reach; back++) {
		const struct cast_person *p = cast_person(t->cast, row - back, e);

		if (!p)
			return -1;
		anyone = anyone || is_ours(t, p);
		if (try_tie(t, d, p))
			return 1;
	}
	if (!anyone)
		return 0;
	buf_clear(&t->name);
	cast_put_id(&t->name, row);
	return err_set(
	    e, "%s/entries: no entry fits %s and anyone before", t->where, buf_cstr(&t->name));
}

/* One tie in 20 rows of 60, two in 25, three in 15. */
static int draw_count(struct rng *rng)
{
	uint64_t at = rng_below(rng, 60);

	return at < 20 ? 1 : at < 45 ? 2 : 3;
}

int ties_draw(struct ties *t, uint64_t row, struct tie tie[TIES_MOST], struct err *e)
{
	struct draw d = {.rng = {rng_at(t->key, row)}, .tie = tie};
	int wanted, got;

	if (row == 0)
		return 0;
	d.self = cast_person(t->cast, row, e);
	if (!d.self)
		return -1;
	wanted = draw_count(&d.rng);
	got = tie_to_kin(t, &d, e);
	while (got >= 0 && d.n < wanted && (uint64_t)d.n < row) {
		got = tie_to_someone(t, &d, e);
		if (got == 0)
			break;
	}
	if (got >= 0 && d.n == 0)
		got = tie_to_nearest(t, &d, e);
	return got < 0 ? -1 : d.n;
}
