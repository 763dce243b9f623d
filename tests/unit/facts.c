#include "facts.h"

#include <stdlib.h>

#include "check.h"

static struct json_doc doc;
static char got[4096]; /* "fact: given/stated" of each, with blanks between */

static int put(void *ctx, const struct facts_found *found, struct err *e)
{
	size_t len = strlen(got);
	int n = snprintf(got + len, sizeof got - len, "%s%s:%.*s/%.*s", len ? " " : "", found->fact,
	    SLICE_FMT(found->given), SLICE_FMT(found->stated));

	(void)ctx;
	return n > 0 ? 0 : err_set(e, "too long");
}

static struct facts *new (void)
{
	static const char *const names[] = {"occupation", "home"};
	static const char *const known[] = {"miller", "weaver", "master miller", "goldsmith",
	    "night porter", "night", "ship's carpenter"};
	struct facts *f = facts_new(2, names);

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		facts_know(f, 0, slice_str(known[i]));
	facts_know(f, 1, slice_str("the Salt Wharf"));
	facts_know(f, 1, slice_str("Mole End"));
	return f;
}

static const char row_of_ada[] =
    "{\"id\":\"a\",\"name\":\"Ada de Brown\",\"pronouns\":\"she/her\",\"age\":41,"
    "\"occupation\":\"master weaver\",\"home\":\"the Salt Wharf\"}";

static void begin(struct facts *f, uint32_t number, const char *row)
{
	struct buf scratch = {0};
	const struct json *root = json_parse(&doc, slice_str(row), NULL);
	const struct json *name = json_get_type(root, "name", JSON_STRING);

	if (!CHECK(root != NULL))
		exit(1);
	facts_begin(f, number, root, name ? json_text(name, &scratch) : (struct slice){0});
	buf_free(&scratch);
}

static void prose(struct facts *f, const char *text)
{
	struct wordhash w = {0};

	wordhash_add(&w, slice_str(text));
	facts_prose(f, w.word, w.n);
	wordhash_free(&w);
}

static const char *resolve(struct facts *f)
{
	struct err e;

	*got = '\0';
	CHECK(facts_resolve(f, put, NULL, &e) == 0);
	return got;
}

/* What a text says against Ada's row. */
static void says(const char *text, const char *want)
{
	struct facts *f = new ();

	begin(f, 0, row_of_ada);
	prose(f, text);
	facts_end(f);
	if (!CHECK_SLICE(slice_str(resolve(f)), want))
		printf("# %s\n", text);
	facts_free(f);
}

#define GOLDSMITH "occupation:master weaver/goldsmith"

static void occupations(void)
{
	static const char *const claims[] = {"Ada is a goldsmith.", "Brown is now the goldsmith",
	    "Everybody sleeps. She works as a goldsmith and sings.", "I am a goldsmith.",
	    "\"I'm a goldsmith,\" says she.", "She sings and works as a goldsmith.",
	    "Ada, who is a goldsmith, sings.",
	    "She has long been rich, since she became a Goldsmith!",
	    "She still works as a goldsmith", "She is a goldsmith. She is a goldsmith.",
	    "Her father died. Ada is a goldsmith.", "Her father died. She is a goldsmith.",
	    "doing the work of a goldsmith", "all that a goldsmith must know",
	    "earns her living as a goldsmith"};
	static const char *const silent[] = {"Her father is a goldsmith.",
	    "Ada says that her father works as a goldsmith.", "Ada was a goldsmith.",
	    "She would like to be a goldsmith.", "He is a goldsmith.", "Ada knows a goldsmith.",
	    "Ada is a weaver.", "Ada is a master weaver.",
	    "Ada, master weaver, is a goldsmith at heart.",
	    "She is a master weaver; the goldsmith is not.", "Ada is a goldsmith's daughter.",
	    "Her sister sings. She is a goldsmith.", "Ada loves. A goldsmith.",
	    "Ada's cat is a goldsmith.", "She is a, goldsmith", "The goldsmith knows it.",
	    "set up as a goldsmith", "Ada sees her cousin and is a goldsmith.", "is a goldsmith",
	    "Ada is", "Ada is a", "Ada works as", "she became a", "the work of a", "", "a", "I'm",
	    "I'm a"};

	check_test("another occupation that is plainly stated");
	for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
		says(claims[i], GOLDSMITH);
	check_test("… and what is said of others, of the past, or of nobody");
	for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
		says(silent[i], "");

	check_test("the longest known value counts; one that is not known says nothing");
	says("Ada is a night porter.", "occupation:master weaver/night porter");
	says("Ada is a master miller.", "occupation:master weaver/master miller");
	says("She works as a ship’s carpenter.", "occupation:master weaver/ship's carpenter");
	says("Ada is a night owl.", "occupation:master weaver/night");
	says("Ada is a joy.", "");

	check_test("general statements count only where the occupation is mentioned nowhere");
	says("All that a goldsmith must know. A master weaver knows better.", "");
	says("All that a goldsmith must know. A weaver knows better.", GOLDSMITH);
}

static void homes_and_ages(void)
{
	check_test("another home that is plainly stated");
	says("She lives at Mole End.", "home:the Salt Wharf/Mole End");
	says("Her home is in Mole End", "home:the Salt Wharf/Mole End");
	says("Ada now lives on the Mole End", "home:the Salt Wharf/Mole End");
	says("She lives at the Salt Wharf.", "");
	says("She lives near Mole End, at the Salt Wharf.", "");
	says("She was born at Mole End. Her aunt lives at Mole End.", "");
	says("She lives", "");
	says("Her home", "");
	says("She lives in the", "");

	check_test("another age that is plainly stated");
	says("Ada is 40 years old.", "age:41/40");
	says("She is a forty-year-old woman.", "age:41/40");
	says("She is a forty-two year old woman.", "age:41/42");
	says("She is forty.", "age:41/40");
	says("I am only nineteen, sir.", "age:41/19");
	says("Ada, aged 7, sings.", "");
	says("Ada aged 7 sings.", "age:41/7");
	says("Ada is forty-one. She is 41 years old, a 41 year old.", "");
	says("She is one of three. She is twenty paces off. She is two years older. She is 1.", "");
	says("Her son is twelve. She is", "");
	says("She is a forty", "");
	says("She is sixty years of age.", "age:41/60");
}

static void member(const char *name, const char *value, const char *want)
{
	struct facts *f = new ();
	struct json_doc d = {0};

	begin(f, 0, row_of_ada);
	facts_member(f, slice_str(name), json_parse(&d, slice_str(value), NULL));
	facts_end(f);
	CHECK_SLICE(slice_str(resolve(f)), want);
	json_doc_free(&d);
	facts_free(f);
}

static void members(void)
{
	check_test("a filled-in member with another value, known or not");
	member("occupation", "\"tinker\"", "occupation:master weaver/tinker");
	member("job", "\"a goldsmith\"", "occupation:master weaver/a goldsmith");
	member("residence", "\"Mole End\"", "home:the Salt Wharf/Mole End");
	member("age", "40", "age:41/40");
	member("age", "\"about 50\"", "age:41/about 50");
	member("occupation", "\"weaver\"", "");
	member("occupation", "\"a Master Weaver of the guild\"", "");
	member("home", "\"Salt Wharf\"", "");
	member("age", "41.0", "");
	member("age", "\"old\"", "");
	member("age", "null", "");
	member("home", "[1]", "");
	member("occupation", "\"\"", "");
	member("hometown", "\"Mole End\"", "");
}

static void rows(void)
{
	struct facts *f = new ();

	check_test("mentions are counted in rows; a row without a fact has none to contradict");
	begin(f, 0, row_of_ada);
	prose(f, "A master weaver. The Salt, Wharf.");
	prose(f, "A MASTER WEAVER at the salt wharf.");
	facts_end(f);
	begin(f, 2, "{\"id\":\"b\",\"occupation\":7,\"home\":\"\"}");
	prose(f, "She is a goldsmith. She lives at Mole End. She is 12 years old.");
	facts_end(f);
	begin(f, 3, "{\"id\":\"c\",\"occupation\":\"tinker\",\"age\":-4}");
	prose(f, "They are a goldsmith. She is 12 years old.");
	facts_end(f);
	CHECK(facts_given(f, 0) == 2 && facts_mentioned(f, 0) == 1);
	CHECK(facts_given(f, 1) == 1 && facts_mentioned(f, 1) == 1);
	CHECK_SLICE(slice_str(resolve(f)), "occupation:tinker/goldsmith");
	facts_free(f);

	check_test("a value of a later row is known in an earlier one");
	f = new ();
	begin(f, 0, row_of_ada);
	prose(f, "Ada is a bell ringer of the old kind.");
	facts_end(f);
	CHECK_SLICE(slice_str(resolve(f)), "");
	begin(f, 1, "{\"id\":\"b\",\"occupation\":\"bell ringer\"}");
	facts_end(f);
	CHECK_SLICE(slice_str(resolve(f)), "occupation:master weaver/bell ringer");
	facts_free(f);

	check_test("no facts at all: ages only");
	f = facts_new(0, NULL);
	begin(f, 0, row_of_ada);
	prose(f, "Ada is a goldsmith. She is forty.");
	facts_end(f);
	CHECK_SLICE(slice_str(resolve(f)), "age:41/40");
	facts_free(f);
}

int main(void)
{
	occupations();
	homes_and_ages();
	members();
	rows();
	json_doc_free(&doc);
	return check_done();
}
