#include "census_impl.h"

static int found_near(void *ctx, const struct neardup_pair *pair, struct err *e)
{
	struct census *c = ctx;
	struct findings *f = c->config->findings;

	findings_begin(f, "near_duplicate", census_id(c, pair->row));
	findings_str(f, "other", census_id(c, pair->other));
	findings_str(f, "member", rows_text(&c->kinds, pair->kind));
	findings_number(f, "similarity", pair->similarity);
	return findings_end(f, e);
}

static int found_contradiction(void *ctx, const struct facts_found *found, struct err *e)
{
	struct census *c = ctx;
	struct findings *f = c->config->findings;

	findings_begin(f, "contradiction", census_id(c, found->row));
	findings_str(f, "fact", slice_str(found->fact));
	findings_str(f, "given", found->given);
	findings_str(f, "stated", found->stated);
	return findings_end(f, e);
}

static int found_bond(void *ctx, const struct bonds_found *found, struct err *e)
{
	struct census *c = ctx;
	struct findings *f = c->config->findings;
	bool dangling = !found->is.ptr;

	findings_begin(f, dangling ? "dangling_tie" : "misnamed_tie", census_id(c, found->row));
	findings_str(f, "to", found->to.len ? found->to : (struct slice){0});
	if (!dangling) {
		findings_str(f, "name", found->name);
		findings_str(f, "is", found->is);
	}
	return findings_end(f, e);
}

int census_end(struct census *c, struct err *e)
{
	c->repeated_openings = repeats_count(&c->openings);
	if (packed_end(&c->packed, e) < 0 ||
	    facts_resolve(c->facts, found_contradiction, c, e) < 0 ||
	    bonds_resolve(&c->bonds, &c->people, found_bond, c, e) < 0)
		return -1;
	return neardup_find(c->near, found_near, c, &c->near_result, e);
}

static void count(struct figures *f, const char *name, const char *label, uint64_t n)
{
	figures_add(f, (struct figure){name, label, FIGURES_COUNT, (double)n, false, false});
}

/* A ratio of nothing is none. */
static void ratio(struct figures *f, enum figures_unit unit, const char *name, const char *label,
    double part, uint64_t of)
{
	figures_add(
	    f, (struct figure){name, label, unit, of ? part / (double)of : 0, of == 0, false});
}

static void share(
    struct figures *f, const char *name, const char *label, uint64_t part, uint64_t of)
{
	ratio(f, FIGURES_SHARE, name, label, (double)part, of);
}

static void distinct_figures(struct census *c, struct figures *f)
{
	static const char *const name[] = {"distinct_1", "distinct_2", "distinct_3"};
	static const char *const label[] = {
	    "distinct words", "distinct pairs of words", "distinct word triples"};

	for (size_t i = 0; i < CENSUS_GRAMS; i++) {
		bool estimated;
		uint64_t n = distinct_count(&c->distinct[i], &estimated);

		/* An estimate can be a little above what there is. */
		share(f, name[i], label[i], n < c->all[i] ? n : c->all[i], c->all[i]);
		f->figure[f->n - 1].estimated = estimated;
	}
}

void census_figures(struct census *c, uint64_t bad_rows, struct figures *f)
{
	const struct findings *found = c->config->findings;

	count(f, "rows", "rows", c->people.count);
	count(f, "bad_rows", "bad rows", bad_rows);
	count(f, "named", "rows with a name", c->named);
	share(f, "unique_names", "different names", c->names.n, c->named);
	share(f, "unique_first_names", "different first names", c->first_names.n, c->named);
	count(f, "duplicate_names", "names that an earlier row has",
	    findings_count(found, "duplicate_name"));
	count(f, "banned_names", "names from the ban list", findings_count(found, "banned_name"));
	count(f, "texts", "texts", c->texts);
	count(f, "words", "words", c->words);
	distinct_figures(c, f);
	ratio(f, FIGURES_NUMBER, "compression_ratio", "compression ratio", (double)c->packed.in,
	    c->packed.in ? c->packed.out : 0);
	share(f, "same_openings", "texts with another's first words", c->repeated_openings,
	    c->openings.n);
	count(f, "banned_words", "words from the ban list", c->banned_words);
	ratio(f, FIGURES_NUMBER, "banned_per_thousand", "of a thousand words, banned",
	    1000 * (double)c->banned_words, c->words);
	share(f, "near_duplicates", "rows with a near-duplicate", c->near_result.rows,
	    c->compared_rows);
	count(f, "near_duplicate_pairs", "pairs of near-duplicates", c->near_result.pairs);
	f->figure[f->n - 1].estimated = c->near_result.partial;
	for (size_t i = 0; i < c->config->n_facts; i++)
		share(f, c->mention[i], c->mention_label[i], facts_mentioned(c->facts, i),
		    facts_given(c->facts, i));
	count(f, "contradictions", "contradictions", findings_count(found, "contradiction"));
	count(f, "ties", "ties", c->bonds.n);
	count(f, "dangling_ties", "ties to nobody", c->bonds.dangling);
	count(f, "misnamed_ties", "ties with a wrong name", c->bonds.misnamed);
	share(f, "reciprocity", "ties that go both ways", c->bonds.mutual, c->bonds.n);
}
