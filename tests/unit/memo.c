#include "memo.h"

#include <stdlib.h>

#include "check.h"
#include "timestamp.h"

static struct memo memo;
static struct json_doc doc;
static struct words words;
static struct err e;

/* As a line that was read; quotes are written as '. */
static int read_memo(const char *text)
{
	static char line[4096];
	const struct json *root;
	size_t n = strlen(text);

	for (size_t i = 0; i <= n; i++)
		line[i] = text[i] == '\'' ? '"' : text[i];
	root = json_parse(&doc, slice_str(line), &e);
	if (!CHECK(root != NULL))
		exit(1);
	return memo_read(&memo, root, NULL, &words, &e);
}

static bool refuses(const char *text, const char *why)
{
	if (read_memo(text) < 0 && strstr(e.text, why))
		return true;
	printf("# %s: %s\n", text, e.text);
	return false;
}

static void good_ones(void)
{
	const struct memory_record *r = &memo.record;

	check_test("npc and text are enough; the id is made of both, and put first");
	CHECK(read_memo("{'npc':'bob','text':'a \\u006dill'}") == 0);
	CHECK_SLICE(r->npc, "bob");
	CHECK_SLICE(r->text, "a mill");
	CHECK(r->id.len == 32 && r->time == TIMESTAMP_NONE && r->recalled == TIMESTAMP_NONE);
	CHECK(r->importance == 0 && r->session == 0 && !r->vector && !r->keys && r->recalls == 0);
	CHECK_SLICE(r->id, "46beb1ed742cc44a5f26b0e4c6d0e4e9");
	CHECK_SLICE(r->json,
	    "{\"id\":\"46beb1ed742cc44a5f26b0e4c6d0e4e9\",\"npc\":\"bob\",\"text\":\"a "
	    "\\u006dill\"}");

	check_test("the id tells where npc ends and text begins");
	{
		struct buf a = {0}, b = {0};

		memo_id(&a, slice_str("ab"), slice_str("c"));
		memo_id(&b, slice_str("a"), slice_str("bc"));
		CHECK(a.len == 32 && b.len == 32 && !slice_eq(buf_all(&a), buf_all(&b)));
		buf_free(&a);
		buf_free(&b);
	}

	check_test("all members");
	CHECK(read_memo(
		  "{'id':'m\\n','npc':'b\\u00f6b','text':'x','time':1.5,'importance':7.5,'session':"
		  "'s','embedding':[3,-4],'embedding_model':'mo','recalled':'1970-01-01T00:00:02Z',"
		  "'recalls':3,'tags':['a', 'b']}") == 0);
	CHECK_SLICE(r->id, "m\n");
	CHECK_SLICE(r->npc,
	    "b\xc3\xb6"
	    "b");
	CHECK(r->time == 1500 && r->importance == 7.5 && r->session != 0);
	CHECK(r->dimensions == 2 && r->vector[0] == 3 && r->vector[1] == -4);
	CHECK_SLICE(r->model, "mo");
	CHECK(r->recalled == 2000 && r->recalls == 3);
	CHECK_SLICE(r->json,
	    "{\"id\":\"m\\n\",\"npc\":\"b\\u00f6b\",\"text\":\"x\",\"time\":1.5,\"importance\":7."
	    "5,\"session\":\"s\",\"tags\":[\"a\", \"b\"]}");

	check_test("with an id, and nothing to take off, it is kept as it is");
	CHECK(read_memo("{ 'id' : 'm', 'npc':'b','text':'x' , 'time' : null}") == 0);
	CHECK_SLICE(r->json, "{ \"id\" : \"m\", \"npc\":\"b\",\"text\":\"x\" , \"time\" : null}");
	CHECK(r->time == TIMESTAMP_NONE);

	check_test("null is not there");
	CHECK(read_memo("{'id':null,'npc':'bob','text':'a mill','importance':null,'session':null,"
			"'embedding':null,'keys':null,'recalled':null,'recalls':null}") == 0);
	CHECK_SLICE(r->id, "46beb1ed742cc44a5f26b0e4c6d0e4e9");
	CHECK(!r->vector && !r->keys && r->importance == 0);

	check_test("sessions: the same is the same, and another is another");
	CHECK(read_memo("{'npc':'b','text':'x','session':'s1'}") == 0);
	{
		uint32_t first = r->session;

		CHECK(read_memo("{'npc':'b','text':'y','session':'s\\u0031'}") == 0);
		CHECK(r->session == first);
		CHECK(read_memo("{'npc':'b','text':'y','session':2}") == 0);
		CHECK(r->session != first && r->session != 0);
	}

	check_test("keys: their folded first words, each once");
	CHECK(read_memo("{'npc':'b','text':'x','keys':['Old bridge','OLD mill','K\\u00f6nig']}") ==
	    0);
	CHECK(r->keys && r->keys->n == 2 && !r->keys->constant);
	CHECK_SLICE(r->keys->word[0], "old");
	CHECK(read_memo("{'npc':'b','text':'x','constant':true}") == 0);
	CHECK(r->keys && r->keys->constant && r->keys->n == 0);
	CHECK(read_memo("{'npc':'b','text':'x'}") == 0 && !r->keys);
}

static void bad_ones(void)
{
	check_test("what is wrong is named");
	CHECK(refuses("[]", "must be an object, not array"));
	CHECK(refuses("{}", "\"npc\""));
	CHECK(refuses("{'npc':'b'}", "\"text\""));
	CHECK(refuses("{'npc':'b','text':' \\n\\t'}", "\"text\" is empty"));
	CHECK(refuses("{'npc':'','text':'x'}", "0 bytes"));
	CHECK(refuses("{'npc':'b','text':'x','id':5}", "\"id\" must be a string, not number"));
	CHECK(refuses("{'npc':'b','text':'x','time':'soon'}", "\"time\""));
	CHECK(refuses("{'npc':'b','text':'x','importance':0.5}", "from 1 to 10"));
	CHECK(refuses("{'npc':'b','text':'x','importance':1e999}", "from 1 to 10"));
	CHECK(refuses("{'npc':'b','text':'x','session':{}}", "\"session\""));
	CHECK(refuses("{'npc':'b','text':'x','embedding':[0]}", "\"embedding\""));
	CHECK(refuses("{'npc':'b','text':'x','embedding':[1],'embedding_model':1}", "_model"));
	CHECK(refuses("{'npc':'b','text':'x','recalls':2.5}", "\"recalls\""));
	CHECK(refuses("{'npc':'b','text':'x','keys':'k'}", "keys"));

	check_test("after a bad one a good one is good");
	CHECK(read_memo("{'npc':'b','text':'x'}") == 0 && memo.record.importance == 0);
}

static void lifted_ones(void)
{
	struct lifted l = {0};
	struct slice line = slice_str("{\"npc\":\"b\",\"text\":\"x\",\"embedding\":[0.5,0.25,0.125,"
				      "1.5],\"x\":1}");
	const struct json *root = json_parse(&doc, lifted_text(&l, line), &e);

	check_test("a vector that was lifted before");
	CHECK(root && memo_read(&memo, root, &l, &words, &e) == 0);
	CHECK(memo.record.dimensions == 4 && memo.record.vector[3] == 1.5F);
	CHECK(lifted_all_taken(&l));
	lifted_free(&l);
}

int main(void)
{
	if (words_open(&words, "en", &e) < 0)
		return 1;
	good_ones();
	bad_ones();
	lifted_ones();
	memo_free(&memo);
	json_doc_free(&doc);
	words_close(&words);
	return check_done();
}
