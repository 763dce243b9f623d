/* english, word by word. */
#include "english.h"

#include "check.h"

struct pair {
	const char *from, *to;
};

static void run(const char *name, void (*change)(struct buf *, size_t), const struct pair *pairs)
{
	struct buf b = {0};

	check_test(name);
	for (; pairs->from; pairs++) {
		buf_clear(&b);
		buf_str(&b, "an old ");
		buf_str(&b, pairs->from);
		change(&b, strlen("an old "));
		CHECK_SLICE(buf_from(&b, strlen("an old ")), pairs->to);
		CHECK(b.len >= 7 && memcmp(b.ptr, "an old ", 7) == 0);
	}
	buf_free(&b);
}

static const struct pair capitals[] = {{"", ""}, {"ida ida", "Ida ida"}, {"Ida", "Ida"},
    {"élan", "Élan"}, {"ñu", "Ñu"}, {"жук", "Жук"}, {"1st", "1st"}, {"\"so", "\"so"},
    {"\xff", "\xff"}, {NULL, NULL}};

static const struct pair all_capitals[] = {{"", ""},
    {"the miller's old-fashioned élan", "The Miller's Old-Fashioned Élan"}, {" a  b", " A  B"},
    {NULL, NULL}};

static const struct pair articles[] = {{"", ""}, {"miller", "a miller"}, {"apple", "an apple"},
    {"Egg", "an Egg"}, {"ill omen", "an ill omen"}, {"old man", "an old man"},
    {"uncle", "an uncle"}, {"unicorn", "a unicorn"}, {"university", "a university"},
    {"unimportant man", "an unimportant man"}, {"uninvited guest", "an uninvited guest"},
    {"used cart", "a used cart"}, {"usurper", "a usurper"}, {"usher", "an usher"},
    {"one-eyed cat", "a one-eyed cat"}, {"onerous debt", "an onerous debt"}, {"onion", "an onion"},
    {"European", "a European"}, {"hour", "an hour"}, {"honest man", "an honest man"},
    {"heir", "an heir"}, {"heron", "a heron"}, {"house", "a house"}, {"utopia", "a utopia"},
    {"utter fool", "an utter fool"}, {"18-year-old", "an 18-year-old"},
    {"8 pound fish", "an 8 pound fish"}, {"80", "an 80"}, {"11", "an 11"}, {"110", "a 110"},
    {"1", "a 1"}, {"Österreicher", "an Österreicher"}, {"ñu", "a ñu"}, {"żur", "a żur"},
    {NULL, NULL}};

static const struct pair plurals[] = {{"", ""}, {"miller", "millers"}, {"box", "boxes"},
    {"church", "churches"}, {"dish", "dishes"}, {"glass", "glasses"}, {"waltz", "waltzes"},
    {"berry", "berries"}, {"toy", "toys"}, {"old child", "old children"},
    {"fisherman", "fishermen"}, {"woman", "women"}, {"human", "humans"}, {"shaman", "shamans"},
    {"knife", "knives"}, {"roof", "roofs"}, {"monarch", "monarchs"}, {"hero", "heroes"},
    {"piano", "pianos"}, {"sheep", "sheep"}, {"y", "ys"}, {"18", "18s"}, {"café", "cafés"},
    {NULL, NULL}};

static const struct pair pasts[] = {{"", ""}, {"walk home", "walked home"}, {"bake", "baked"},
    {"carry water", "carried water"}, {"play", "played"}, {"stop", "stopped"},
    {"beg alms", "begged alms"}, {"fix", "fixed"}, {"plow", "plowed"}, {"visit", "visited"},
    {"rain", "rained"}, {"go", "went"}, {"steal a hen", "stole a hen"}, {"quit", "quit"},
    {"1", "1"},
    {"\xc3\xa9",
	"\xc3\xa9"
	"ed"},
    {NULL, NULL}};

static void test_full(void)
{
	struct buf b = {.max = 4};

	check_test("a full buffer is marked over and keeps what it has");
	buf_str(&b, "apes");
	english_article(&b, 0);
	CHECK(b.over);
	CHECK_SLICE(buf_all(&b), "apes");
	buf_free(&b);
}

int main(void)
{
	run("a first letter becomes a capital", english_capitalize, capitals);
	run("every word begins with a capital", english_capitalize_all, all_capitals);
	run("a or an, by the sound", english_article, articles);
	run("plurals", english_plural, plurals);
	run("the past tense", english_past, pasts);
	test_full();
	return check_done();
}
