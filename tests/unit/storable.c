#include "storable.h"

#include "check.h"

static struct json_doc doc;
static struct storable got;

static enum storable_why judge(const char *text, bool truncated)
{
	struct line l;
	struct err e;
	const struct json *root = json_parse(&doc, slice_str(text), &e);

	if (!root || line_read(&l, root, &e) < 0) {
		printf("# %s: %s\n", text, e.text);
		check_state.bad = true;
		return STORABLE_WHYS;
	}
	storable_judge(&got, &l, truncated);
	return got.why;
}

/* A whole line around a body. */
static enum storable_why of(const char *body)
{
	struct buf b = {0};
	enum storable_why why;

	buf_fmt(&b,
	    "{\"custom_id\":\"a\",\"response\":{\"status_code\":200,\"body\":%s},\"error\":null}",
	    body);
	why = judge(buf_cstr(&b), false);
	buf_free(&b);
	return why;
}

static enum storable_why message(const char *reason, const char *members)
{
	struct buf b = {0};
	enum storable_why why;

	buf_fmt(&b, "{\"choices\":[{\"finish_reason\":%s,\"message\":{%s}}]}", reason, members);
	why = of(buf_cstr(&b));
	buf_free(&b);
	return why;
}

static void statuses(void)
{
	check_test("only a status of 200, and no error");
	CHECK(judge("{\"custom_id\":\"a\",\"response\":null,\"error\":{\"code\":\"timeout\"}}",
		  false) == STORABLE_FAILED);
	CHECK(judge("{\"custom_id\":\"a\",\"response\":{\"status_code\":429,\"body\":{\"choices\":"
		    "[{\"finish_reason\":\"stop\",\"text\":\"x\"}]}}}",
		  false) == STORABLE_FAILED);
	CHECK(judge("{\"custom_id\":\"a\",\"response\":{\"status_code\":\"200\",\"body\":{}}}",
		  false) == STORABLE_FAILED);
	CHECK(judge("{\"custom_id\":\"a\",\"response\":{\"status_code\":200}}", false) ==
	    STORABLE_FAILED);
	CHECK(got.body == NULL);
	CHECK(of("\"text\"") == STORABLE_FAILED);
	CHECK(of("{\"error\":{\"message\":\"x\"},\"choices\":[{\"finish_reason\":\"stop\","
		 "\"text\":\"x\"}]}") == STORABLE_FAILED);
	CHECK(of("{\"error\":null,\"choices\":[{\"finish_reason\":\"stop\",\"text\":\"x\"}]}") ==
	    STORABLE);
	CHECK(of("{}") == STORABLE_UNFINISHED);
}

static void ends(void)
{
	static const char *const good[] = {
	    "\"stop\"", "\"st\\u006fp\"", "\"tool_calls\"", "\"end_turn\"", "\"function_call\""};

	check_test("only what has ended of itself");
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK(message(good[i], "\"content\":\"x\"") == STORABLE);
	CHECK(message("\"length\"", "\"content\":\"x\"") == STORABLE_TRUNCATED);
	CHECK(message("\"content_filter\"", "\"content\":\"x\"") == STORABLE_FILTERED);
	CHECK(message("null", "\"content\":\"x\"") == STORABLE_UNFINISHED);
	CHECK(message("\"error\"", "\"content\":\"x\"") == STORABLE_UNFINISHED);
	CHECK(message("7", "\"content\":\"x\"") == STORABLE_UNFINISHED);
	CHECK(of("{\"choices\":[{\"message\":{\"content\":\"x\"}}]}") == STORABLE_UNFINISHED);
	CHECK(of("{\"choices\":[]}") == STORABLE_EMPTY);
	CHECK(of("{\"choices\":[{\"finish_reason\":\"stop\",\"text\":\"a\"},"
		 "{\"finish_reason\":\"length\",\"text\":\"b\"}]}") == STORABLE_TRUNCATED);

	check_test("what was cut at a limit, where it is wanted");
	CHECK(judge("{\"custom_id\":\"a\",\"response\":{\"status_code\":200,\"body\":{\"choices\":"
		    "[{\"finish_reason\":\"length\",\"text\":\"x\"}]}}}",
		  true) == STORABLE);
	CHECK(judge("{\"custom_id\":\"a\",\"response\":{\"status_code\":200,\"body\":{\"choices\":"
		    "[{\"finish_reason\":\"length\",\"text\":\"\"}]}}}",
		  true) == STORABLE_EMPTY);
}

static void contents(void)
{
	check_test("only with something in it");
	CHECK(message("\"stop\"", "\"content\":\"\"") == STORABLE_EMPTY);
	CHECK(message("\"stop\"", "\"content\":\" \\n\"") == STORABLE_EMPTY);
	CHECK(message("\"stop\"", "\"content\":null,\"reasoning\":\"hm\"") == STORABLE_EMPTY);
	CHECK(message("\"stop\"", "\"content\":null,\"refusal\":\"no\"") == STORABLE_EMPTY);
	CHECK(message("\"stop\"", "\"content\":[]") == STORABLE_EMPTY);
	CHECK(message("\"stop\"", "\"content\":[{\"type\":\"text\",\"text\":\"\"}]") ==
	    STORABLE_EMPTY);
	CHECK(message("\"stop\"", "\"content\":[{\"type\":\"text\",\"text\":\"a\"}]") == STORABLE);
	CHECK(message("\"tool_calls\"", "\"content\":null,\"tool_calls\":[{}]") == STORABLE);
	CHECK(message("\"tool_calls\"", "\"content\":null,\"tool_calls\":[]") == STORABLE_EMPTY);
	CHECK(of("{\"choices\":[{\"finish_reason\":\"stop\"}]}") == STORABLE_EMPTY);
}

static void kinds(void)
{
	check_test("embeddings, Anthropic's messages, the Responses API");
	CHECK(of("{\"data\":[{\"embedding\":[0.5]},{\"embedding\":\"AAAA\"}]}") == STORABLE);
	CHECK(of("{\"data\":[{\"embedding\":[0.5]},{\"embedding\":[]}]}") == STORABLE_EMPTY);
	CHECK(of("{\"data\":[{}]}") == STORABLE_EMPTY);
	CHECK(of("{\"data\":[]}") == STORABLE_EMPTY);
	CHECK(
	    of("{\"stop_reason\":\"end_turn\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}") ==
	    STORABLE);
	CHECK(of("{\"stop_reason\":\"refusal\",\"content\":[{\"text\":\"a\"}]}") ==
	    STORABLE_FILTERED);
	CHECK(of("{\"stop_reason\":\"end_turn\",\"content\":[]}") == STORABLE_EMPTY);
	CHECK(of("{\"status\":\"completed\",\"output\":[{}]}") == STORABLE);
	CHECK(of("{\"status\":\"in_progress\",\"output\":[{}]}") == STORABLE_UNFINISHED);
	CHECK(of("{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":"
		 "\"max_output_tokens\"},\"output\":[{}]}") == STORABLE_TRUNCATED);
}

static void costs(void)
{
	check_test("what it cost, and its name for statistics");
	CHECK(of("{\"choices\":[{\"finish_reason\":\"stop\",\"text\":\"x\"}],\"usage\":"
		 "{\"prompt_tokens\":7,\"completion_tokens\":3}}") == STORABLE);
	CHECK(got.use.in == 7 && got.use.out == 3 && json_is(got.body, JSON_OBJECT));
	CHECK(strcmp(storable_name(STORABLE_EMPTY), "empty") == 0);
}

int main(void)
{
	statuses();
	ends();
	contents();
	kinds();
	costs();
	json_doc_free(&doc);
	return check_done();
}
