#include "wordhash.h"

#include "check.h"

static struct wordhash w;

static size_t take(const char *text)
{
	wordhash_clear(&w);
	wordhash_add(&w, slice_str(text));
	return w.n;
}

/* Are the words of both the same? */
static bool same(const char *a, const char *b)
{
	struct wordhash x = {0}, y = {0};
	bool equal;

	wordhash_add(&x, slice_str(a));
	wordhash_add(&y, slice_str(b));
	equal = x.n == y.n;
	for (size_t i = 0; equal && i < x.n; i++)
		equal = x.word[i].hash == y.word[i].hash;
	wordhash_free(&x);
	wordhash_free(&y);
	return equal;
}

static void what_is_a_word(void)
{
	check_test("letters and digits make words, the rest parts them");
	CHECK(take("He is a miller.") == 4);
	CHECK(take("") == 0 && take(" \n\t.,;-–—…!?\"“”„«»¿") == 0);
	CHECK(take("a") == 1 && take("a b") == 2 && take("--a--b--") == 2);
	CHECK(take("forty-one 41 4,1") == 5);
	CHECK(same("rope, tar & salt", "Rope (tar) SALT!"));

	check_test("an apostrophe within a word belongs to it, either kind");
	CHECK(take("miller's") == 1 && take("'tis the millers'") == 3);
	CHECK(same("miller's", "miller’s") && !same("miller's", "millers"));
	CHECK(same("'quoted'", "quoted") && same("‘quoted’", "quoted"));

	check_test("case is folded, beyond ASCII too");
	CHECK(same("ŁÓDŹ Ärger Ωmega ЖУК", "łódź ärger ωmega жук"));
	CHECK(!same("lodz", "łódź") && !same("ab", "ba") && !same("a b", "ab"));
	CHECK(take("日本、東京。") == 2);

	check_test("bad bytes and NULs part words and break nothing");
	wordhash_clear(&w);
	wordhash_add(&w, slice_make("a\0b\xff\xc3 c\xe2\x80", 8));
	CHECK(w.n == 3 && w.word[2].hash == wordhash_hash(slice_str("c")));
}

static void flags(void)
{
	check_test("flags tell sentences, breaks, capitals and numbers");
	CHECK(take("Ada sleeps, and Bo eats. 41 of them (in all)") == 10);
	CHECK(w.word[0].flags == (WORDHASH_CAPITAL | WORDHASH_SENTENCE | WORDHASH_BREAK));
	CHECK(w.word[1].flags == 0);
	CHECK(w.word[2].flags == WORDHASH_BREAK);
	CHECK(w.word[3].flags == WORDHASH_CAPITAL);
	CHECK(w.word[5].flags == (WORDHASH_NUMBER | WORDHASH_SENTENCE | WORDHASH_BREAK));
	CHECK(w.word[5].number == 41);
	CHECK(w.word[8].flags == WORDHASH_BREAK);
	CHECK(take("Élan élan") == 2);
	CHECK((w.word[0].flags & WORDHASH_CAPITAL) && !(w.word[1].flags & WORDHASH_CAPITAL));

	check_test("a number has nine digits at the most, and no letters");
	CHECK(take("999999999 9999999999 4x x4 4'4 007") == 6);
	CHECK((w.word[0].flags & WORDHASH_NUMBER) && w.word[0].number == 999999999);
	for (size_t i = 1; i < 5; i++)
		CHECK(!(w.word[i].flags & WORDHASH_NUMBER));
	CHECK((w.word[5].flags & WORDHASH_NUMBER) && w.word[5].number == 7);

	check_test("what is added begins anew");
	take("one");
	wordhash_add(&w, slice_str("two"));
	CHECK(w.n == 2 && (w.word[1].flags & WORDHASH_SENTENCE));
}

static void phrases(void)
{
	uint64_t ab, ba;

	check_test("a phrase's hash depends on the words and their order");
	take("salt herring salt");
	ab = wordhash_phrase(w.word, 2);
	ba = wordhash_phrase(w.word + 1, 2);
	CHECK(ab != ba && ab != wordhash_phrase(w.word, 1) && wordhash_phrase(w.word, 0) == 0);
	CHECK(ab == wordhash_step(wordhash_step(0, w.word[0].hash), w.word[1].hash));
	CHECK(wordhash_hash(slice_str("  Salt herring")) == w.word[0].hash);
	CHECK(wordhash_hash(slice_str("")) == 0 && wordhash_hash(slice_str("...")) == 0);
}

int main(void)
{
	what_is_a_word();
	flags();
	phrases();
	wordhash_free(&w);
	return check_done();
}
