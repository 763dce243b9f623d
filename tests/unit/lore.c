#include "lore.h"

#include "recall_test.h"

static struct lore lore;

/* What the texts (up to NULL) bring up in the collections, as "id:key id:key". */
static const char *bring(const char *npcs, ...)
{
	static struct buf out;
	int64_t collection[8];
	size_t n = 0;
	struct slice rest = slice_str(npcs);
	va_list ap;
	const char *text;

	buf_clear(&out);
	must(memory_snapshot(store, &e), "memory_snapshot");
	while (rest.ptr) {
		struct memory_collection c;

		CHECK(memory_collection(store, slice_split(&rest, ' '), &c, &e) == 1);
		collection[n++] = c.number;
	}
	va_start(ap, npcs);
	lore_begin(&lore, slice_str(va_arg(ap, const char *)));
	while ((text = va_arg(ap, const char *)))
		lore_more(&lore, slice_str(text));
	va_end(ap);
	must(lore_search(&lore, store, collection, n, &e), "lore_search");
	for (size_t i = 0; i < lore.n; i++) {
		struct memory_row r;

		CHECK(memory_row(store, lore.hit[i].row, false, &r, &e) == 1);
		buf_fmt(
		    &out, "%s%.*s:%.*s", i ? " " : "", SLICE_FMT(r.id), SLICE_FMT(lore.hit[i].key));
		CHECK(lore.hit[i].constant == (lore.hit[i].key.len == 0));
	}
	memory_release(store);
	return buf_cstr(&out);
}

#define BRINGS(want, ...) same_text(bring("lore", __VA_ARGS__, NULL), want, __FILE__, __LINE__)

static void whole_words(void)
{
	check_test("a key is found as whole words, whatever the case");
	new_store();
	put_all("{\"npc\":\"lore\",\"id\":\"b\",\"text\":\"It fell.\",\"keys\":[\"Bridge\",\"old "
		"ford\"]}",
	    "{\"npc\":\"lore\",\"id\":\"x\",\"text\":\"Just a bridge.\"}",
	    "{\"npc\":\"lore\",\"id\":\"o\",\"text\":\"One.\",\"keys\":[\"O'Brien\",\"caf\\u00e9\"]"
	    "}",
	    NULL);
	BRINGS("b:Bridge", "Where is the BRIDGE?");
	BRINGS("b:Bridge", "bridge");
	BRINGS("", "Two bridges, a drawbridge and abridged tales");
	BRINGS("b:old ford", "at the old... Ford!");
	BRINGS("", "the ford is old");
	BRINGS("", "old stone ford");
	BRINGS("", "");
	BRINGS("o:O'Brien",
	    "o\xe2\x80\x99"
	    "brien's hat");
	BRINGS("", "Brien");
	BRINGS("o:caf\xc3\xa9", "the cafe\xcc\x81");

	check_test("… in any text, and not from one into the next");
	BRINGS("b:old ford", "nothing", "the old ford");
	BRINGS("", "so old", "ford it");

	check_test("… many words, bad UTF-8, NUL");
	BRINGS("b:Bridge o:O'Brien", "\xff\xfe bridge\xc3 O'Brien \xed\xa0\x80 old");

	check_test("… anywhere in a script without spaces");
	put_all("{\"npc\":\"lore\",\"id\":\"j\",\"text\":\"x\",\"keys\":["
		"\"\xe6\x9d\xb1\xe4\xba\xac\"]}",
	    NULL);
	BRINGS("j:\xe6\x9d\xb1\xe4\xba\xac",
	    "\xe7\xa7\x81\xe3\x81\xaf\xe6\x9d\xb1\xe4\xba\xac\xe3\x81\xab");
	BRINGS("", "\xe4\xba\xac\xe6\x9d\xb1");
}

static void by_case(void)
{
	check_test("case_sensitive: as it is written, as a whole word");
	new_store();
	put_all("{\"npc\":\"lore\",\"id\":\"r\",\"text\":\"A name.\",\"keys\":[\" Rose \"],"
		"\"case_sensitive\":true}",
	    "{\"npc\":\"lore\",\"id\":\"c\",\"text\":\"A language.\",\"keys\":[\"C++\"],"
	    "\"case_sensitive\":true}",
	    NULL);
	BRINGS("r: Rose ", "Rose came");
	BRINGS("r: Rose ", "It was (Rose), she said");
	BRINGS("", "a rose");
	BRINGS("", "Rosemary gave a rose");
	BRINGS("", "MacRose gave a rose");
	BRINGS("r: Rose ", "Rosemary and Rose");
	BRINGS("", "rose", "Rosemary");
	BRINGS("c:C++", "I know C++.");
	BRINGS("", "I know c++, not C.");
}

static void secondary(void)
{
	check_test("secondary keys decide");
	new_store();
#define SECOND(id, logic)                                                                          \
	"{\"npc\":\"lore\",\"id\":\"" id "\",\"text\":\"x\",\"keys\":[\"king\"],"                  \
	"\"secondary_keys\":[\"gold\",\"old crown\"]" logic "}"
	put_all(SECOND("any", ""), SECOND("all", ",\"selective_logic\":\"and_all\""),
	    SECOND("none", ",\"selective_logic\":\"not_any\""),
	    SECOND("notall", ",\"selective_logic\":\"not_all\""),
	    SECOND("off", ",\"selective\":false"), NULL);
	BRINGS("none:king notall:king off:king", "the king");
	BRINGS("any:king notall:king off:king", "the king", "gold");
	BRINGS("any:king notall:king off:king", "the king has an old crown");
	BRINGS("any:king all:king off:king", "gold king, old crown");
	BRINGS("", "gold, old crown");

	check_test("… and empty ones do not");
	new_store();
	put_all("{\"npc\":\"lore\",\"id\":\"a\",\"text\":\"x\",\"keys\":[\"king\"],\"secondary_"
		"keys\":[],"
		"\"selective_logic\":\"and_all\"}",
	    NULL);
	BRINGS("a:king", "king");
}

static void in_order(void)
{
	check_test("constant ones first, then by their order, then as they were added");
	new_store();
	put_all("{\"npc\":\"lore\",\"id\":\"a\",\"text\":\"x\",\"keys\":[\"key\"]}",
	    "{\"npc\":\"lore\",\"id\":\"b\",\"text\":\"x\",\"keys\":[\"key\"],\"insertion_order\":-"
	    "1.5}",
	    "{\"npc\":\"lore\",\"id\":\"c\",\"text\":\"x\",\"keys\":[\"key\"],\"insertion_order\":"
	    "101}",
	    "{\"npc\":\"lore\",\"id\":\"d\",\"text\":\"x\",\"keys\":[\"key\",\"none\"]}",
	    "{\"npc\":\"lore\",\"id\":\"e\",\"text\":\"x\",\"constant\":true,\"insertion_order\":"
	    "1}",
	    "{\"npc\":\"lore\",\"id\":\"f\",\"text\":\"x\",\"constant\":true,\"keys\":[\"key\"]}",
	    "{\"npc\":\"lore\",\"id\":\"g\",\"text\":\"x\",\"constant\":true,\"enabled\":false}",
	    "{\"npc\":\"lore\",\"id\":\"h\",\"text\":\"x\",\"keys\":[\"key\"],\"enabled\":false}",
	    NULL);
	BRINGS("f: e: c:key a:key d:key b:key", "the key");
	BRINGS("f: e:", "nothing");
	BRINGS("f: e:", "");
}

static void recursion(void)
{
	check_test("what was brought up brings up more, to a depth");
	new_store();
	put_all("{\"npc\":\"lore\",\"id\":\"k0\",\"text\":\"then one\",\"keys\":[\"zero\"]}",
	    "{\"npc\":\"lore\",\"id\":\"k1\",\"text\":\"then two\",\"keys\":[\"one\"]}",
	    "{\"npc\":\"lore\",\"id\":\"k2\",\"text\":\"then three\",\"keys\":[\"two\"]}",
	    "{\"npc\":\"lore\",\"id\":\"k3\",\"text\":\"then four\",\"keys\":[\"three\"]}",
	    "{\"npc\":\"lore\",\"id\":\"k4\",\"text\":\"then zero\",\"keys\":[\"four\"]}", NULL);
	BRINGS("k0:zero k1:one k2:two k3:three", "zero");
	BRINGS("k0:zero k1:one k2:two k3:three k4:four", "zero four");

	check_test("… unless one of the two says no");
	new_store();
	put_all("{\"npc\":\"lore\",\"id\":\"a\",\"text\":\"one\",\"keys\":[\"zero\"],"
		"\"prevent_recursion\":true}",
	    "{\"npc\":\"lore\",\"id\":\"b\",\"text\":\"two\",\"keys\":[\"zero\"]}",
	    "{\"npc\":\"lore\",\"id\":\"c\",\"text\":\"x\",\"keys\":[\"one\"]}",
	    "{\"npc\":\"lore\",\"id\":\"d\",\"text\":\"x\",\"keys\":[\"two\"],\"exclude_"
	    "recursion\":true}",
	    "{\"npc\":\"lore\",\"id\":\"e\",\"text\":\"x\",\"keys\":[\"two\"]}", NULL);
	BRINGS("a:zero b:zero e:two", "zero");
	BRINGS("d:two e:two", "two");

	check_test("… a key of before with a secondary one of later, and constant text");
	new_store();
	put_all("{\"npc\":\"lore\",\"id\":\"a\",\"text\":\"x\",\"keys\":[\"zero\"],"
		"\"secondary_keys\":[\"late\"]}",
	    "{\"npc\":\"lore\",\"id\":\"b\",\"text\":\"It is late.\",\"constant\":true}", NULL);
	BRINGS("b: a:zero", "zero");

	check_test("… from one collection into another");
	put_all("{\"npc\":\"bob\",\"id\":\"z\",\"text\":\"I sank at zero.\",\"keys\":[\"ship\"]}",
	    NULL);
	same_text(bring("bob", "my ship", NULL), "z:ship", __FILE__, __LINE__);
	same_text(bring("bob lore", "my ship", NULL), "b: a:zero z:ship", __FILE__, __LINE__);
	same_text(bring("lore", "my ship", NULL), "b:", __FILE__, __LINE__);
}

static const char *read_one(const char *line)
{
	static struct buf folded;
	struct json_doc doc = {0};
	bool constant;
	const char *got = e.text;

	buf_clear(&folded);
	if (lore_read(json_parse(&doc, slice_str(line), &e), memory_words(store), &folded,
		&constant, &e) == 0) {
		for (size_t i = 0; i < folded.len; i++)
			if (folded.ptr[i] == '\0')
				folded.ptr[i] = ';';
		if (constant)
			buf_str(&folded, "constant");
		got = buf_cstr(&folded);
	}
	json_doc_free(&doc);
	return got;
}

#define READS(line, want) same_text(read_one(line), want, __FILE__, __LINE__)

static void reading(void)
{
	check_test("the first words of keys, folded, each once");
	READS("{\"keys\":[\"Old Bridge\",\"old mill\",\"B\\u00fccher\",\"the \\\"King\\\"\"]}",
	    "old;bucher;the;");
	READS("{\"keys\":[\"\",\"!?\",\"\\ud83d\\ude00\"]}", "");
	READS("{\"keys\":null,\"constant\":true}", "constant");
	READS("{\"keys\":[\"a\"],\"constant\":true,\"enabled\":false}", "");
	READS("{\"text\":\"x\"}", "");

	check_test("what is wrong is told");
	READS("{\"keys\":\"a\"}", "\"keys\" must be an array of strings, not string");
	READS("{\"keys\":[\"a\",1]}", "\"keys\" must be an array of strings, and holds number");
	READS("{\"secondary_keys\":[null]}",
	    "\"secondary_keys\" must be an array of strings, and holds null");
	READS("{\"selective_logic\":\"or\"}",
	    "\"selective_logic\" must be \"and_any\", \"and_all\", \"not_any\" or \"not_all\"");
	READS("{\"constant\":1}", "\"constant\" must be true or false, not number");
	READS("{\"enabled\":\"no\"}", "\"enabled\" must be true or false, not string");
	READS("{\"case_sensitive\":[]}", "\"case_sensitive\" must be true or false, not array");
	READS("{\"prevent_recursion\":{}}",
	    "\"prevent_recursion\" must be true or false, not object");
	READS(
	    "{\"exclude_recursion\":0}", "\"exclude_recursion\" must be true or false, not number");
	READS("{\"insertion_order\":\"1\"}", "\"insertion_order\" must be a number");
	READS("{\"insertion_order\":1e999}", "\"insertion_order\" must be a number");
}

static void many(void)
{
	struct buf line = {0}, text = {0};

	check_test("thousands of keys, and a text of thousands of words");
	new_store();
	must(memory_begin(store, &e), "memory_begin");
	for (int i = 0; i < 300; i++) {
		buf_clear(&line);
		buf_fmt(&line, "{\"npc\":\"lore\",\"id\":\"m%d\",\"text\":\"x\",\"keys\":[", i);
		for (int j = 0; j < 10; j++)
			buf_fmt(&line, "%s\"all word%d\"", j ? "," : "", i * 10 + j);
		buf_str(&line, "]}");
		put_memory(buf_all(&line));
	}
	must(memory_commit(store, &e), "memory_commit");
	for (int i = 0; i < 20000; i++)
		buf_fmt(&text, "all %s%d ", i == 15000 ? "word" : "other", i == 15000 ? 42 : i);
	BRINGS("m4:all word42", buf_cstr(&text));
	buf_free(&line);
	buf_free(&text);
}

int main(void)
{
	whole_words();
	by_case();
	secondary();
	in_order();
	recursion();
	reading();
	many();
	lore_free(&lore);
	lore_free(&lore);
	end_store();
	return check_done();
}
