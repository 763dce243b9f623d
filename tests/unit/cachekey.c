#include "cachekey.h"

#include "check.h"

static struct cachekey maker;

/* The key of a line, in digits; "" where it has none. */
static const char *key(const char *text)
{
	static char hex[4][ADDRESS_HEX + 1];
	static unsigned turn;
	char *to = hex[turn++ % 4];
	struct json_doc doc = {0};
	struct address a;
	struct line l;
	struct err e;
	const struct json *root = json_parse(&doc, slice_str(text), &e);

	to[0] = '\0';
	if (!root || line_read(&l, root, &e) < 0) {
		printf("# %s: %s\n", text, e.text);
		check_state.bad = true;
	} else if (cachekey_make(&maker, &l, &a, &e) == 0) {
		address_hex(&a, to);
	}
	json_doc_free(&doc);
	return to;
}

static const char *body(const char *members)
{
	char text[512];

	if (snprintf(text, sizeof text, "{\"custom_id\":\"a\",\"body\":{%s}}", members) < 0)
		return "";
	return key(text);
}

static bool same(const char *a, const char *b)
{
	return *a && strcmp(a, b) == 0;
}

static bool differ(const char *a, const char *b)
{
	return *a && *b && strcmp(a, b) != 0;
}

static void what_counts(void)
{
	static const char *const left_out[] = {"\"stream\":true", "\"stream_options\":{\"a\":1}",
	    "\"user\":\"u\"", "\"safety_identifier\":\"s\"", "\"metadata\":{\"a\":\"b\"}",
	    "\"store\":true", "\"service_tier\":\"flex\"", "\"prompt_cache_key\":\"k\"",
	    "\"us\\u0065r\":\"u\""};
	static const char *const kept[] = {"\"model\":\"n\"", "\"temperature\":0",
	    "\"temperature\":null", "\"temperature\":1", "\"temperature\":1.5",
	    "\"seed\":9007199254740993", "\"seed\":9007199254740992", "\"x\":{\"user\":\"u\"}",
	    "\"x\":{\"user\":\"v\"}", "\"Stream\":true", "\"m\":\"\\u00e9\"", "\"m\":\"e\\u0301\"",
	    "\"m\":\"\"", "\"m\":[]", "\"m\":{}", "\"m\":false"};
	char base[ADDRESS_HEX + 1], seen[64][ADDRESS_HEX + 1];
	size_t n = 0;

	snprintf(base, sizeof base, "%s", body(""));
	check_test("what does not shape the answer is left out");
	for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
		CHECK(same(base, body(left_out[i])));

	check_test("all else counts: absent, null and default, every digit, no normalisation");
	CHECK(*base);
	snprintf(seen[n++], sizeof *seen, "%s", base);
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		snprintf(seen[n], sizeof *seen, "%s", body(kept[i]));
		for (size_t j = 0; j < n; j++)
			CHECK(differ(seen[j], seen[n]));
		n++;
	}
}

static void spelling(void)
{
	check_test("order, blanks, escapes and the spelling of numbers do not");
	CHECK(same(body("\"a\":1,\"b\":[1.0,\"\\u0041\\/\"]"),
	    body(" \"b\" : [ 1 , \"A/\" ] , \"a\" : 1 ")));
	CHECK(same(key("{\"custom_id\":\"a\",\"body\":{\"m\":1},\"row\":{\"id\":\"x\"}}"),
	    key("{\"body\":{\"m\":1},\"recipe\":\"r\",\"x\":7,\"custom_id\":\"b\"}")));
	CHECK(differ(body("\"a\":[1,2]"), body("\"a\":[2,1]")));
}

static void urls(void)
{
	check_test("the url counts, and its default is the same as none");
	CHECK(same(body(""),
	    key("{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\","
		"\"body\":{}}")));
	CHECK(same(body(""), key("{\"custom_id\":\"a\",\"url\":null,\"body\":{}}")));
	CHECK(
	    differ(body(""), key("{\"custom_id\":\"a\",\"url\":\"/v1/embeddings\",\"body\":{}}")));

	check_test("no key: a number too large, a url that is none, another method");
	CHECK(!*body("\"a\":1e999"));
	CHECK(!*key("{\"custom_id\":\"a\",\"url\":7,\"body\":{}}"));
	CHECK(!*key("{\"custom_id\":\"a\",\"method\":\"GET\",\"body\":{}}"));
}

static const char *command(const char *first, const char *second, const char *third)
{
	char words[3][32];
	char *argv[4] = {words[0], second ? words[1] : NULL, third ? words[2] : NULL, NULL};

	snprintf(words[0], sizeof words[0], "%s", first);
	snprintf(words[1], sizeof words[1], "%s", second ? second : "");
	snprintf(words[2], sizeof words[2], "%s", third ? third : "");
	cachekey_command(&maker, argv);
	return body("");
}

static void namespaces(void)
{
	const char *named;

	check_test("npc-llm is one namespace, whatever its path and options");
	cachekey_name(&maker, "npc-llm");
	named = body("");
	CHECK(same(named, command("npc-llm", "-j", "8")));
	CHECK(same(named, command("/usr/bin/npc-llm", NULL, NULL)));
	CHECK(same(command("npc-llm", NULL, NULL), command("../npc-llm", "-k", NULL)));

	check_test("any other command is its own, by its words");
	CHECK(differ(command("npc-llm", NULL, NULL), command("npc-dice", NULL, NULL)));
	CHECK(differ(command("npc-dice", "-s", "1"), command("npc-dice", "-s", "2")));
	CHECK(differ(command("npc-dice", NULL, NULL), command("/bin/npc-dice", NULL, NULL)));
	CHECK(differ(command("a", "b c", NULL), command("a", "b", "c")));
	CHECK(differ(command("npc-llm x", NULL, NULL), command("npc-llm", "x", NULL)));
	CHECK(same(command("npc-dice", "-s", "1"), command("npc-dice", "-s", "1")));

	check_test("a name that was chosen is no command");
	command("npc-dice", NULL, NULL);
	cachekey_free(&maker);
	named = body("");
	CHECK(same(named, command("npc-llm", NULL, NULL)));
	cachekey_name(&maker, "npc-dice");
	named = body("");
	CHECK(differ(named, command("npc-dice", NULL, NULL)));
}

/* Keys that are in somebody's store already: they may not change unless the version does. */
static void for_ever(void)
{
	check_test("keys stay what they are");
	cachekey_name(&maker, "npc-llm");
	CHECK_SLICE(slice_str(body("\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
				   "\"hi\"}],\"temperature\":0.70,\"n\":1")),
	    "6867b559f2c45ffabe8197f03838a437dc967fabf8e0b31b68c5836ada83ee54");
}

int main(void)
{
	what_counts();
	spelling();
	urls();
	namespaces();
	for_ever();
	cachekey_free(&maker);
	return check_done();
}
