#include "verdict.h"

#include <stdlib.h>

#include "check.h"

static struct json_doc doc;
static struct verdict v;
static struct http_call call;

static const char *const kinds[] = {"good", "final", "retry", "no key", "no quota"};

/* Judges an answer, NULL or JSON or not; what came of it is in v. */
static void judge(enum http_outcome outcome, int status, const char *answer, const char *url,
    enum hint_retry retry)
{
	struct hint hint = {.retry = retry};
	const struct json *root = NULL;
	struct err e;

	buf_clear(&call.answer);
	buf_str(&call.answer, answer);
	call.outcome = outcome;
	call.status = status;
	if (call.answer.len)
		root = json_parse(&doc, buf_all(&call.answer), &e);
	memset(&v, 0x55, sizeof v);
	verdict_judge(&v, &call, root, &e, slice_str(url), &hint);
}

static void came(enum verdict_kind kind, const char *code, bool endpoint, bool limited)
{
	if (!CHECK(v.kind == kind))
		printf("# %s, not %s\n", kinds[v.kind % 5], kinds[kind]);
	CHECK(code ? v.code && strcmp(v.code, code) == 0 : v.code == NULL);
	CHECK(v.endpoint == endpoint && v.limited == limited);
}

static const char chat[] = "/v1/chat/completions";

static void statuses(void)
{
	static const struct {
		int status;
		enum verdict_kind kind;
		bool endpoint, limited;
	} cases[] = {
	    {300, VERDICT_FINAL, false, false},
	    {307, VERDICT_FINAL, false, false},
	    {400, VERDICT_FINAL, false, false},
	    {401, VERDICT_NO_KEY, false, false},
	    {402, VERDICT_NO_QUOTA, false, false},
	    {403, VERDICT_FINAL, false, false},
	    {404, VERDICT_FINAL, false, false},
	    {407, VERDICT_FINAL, false, false},
	    {408, VERDICT_RETRY, false, false},
	    {409, VERDICT_RETRY, false, false},
	    {410, VERDICT_FINAL, false, false},
	    {422, VERDICT_FINAL, false, false},
	    {428, VERDICT_FINAL, false, false},
	    {429, VERDICT_RETRY, false, true},
	    {499, VERDICT_FINAL, false, false},
	    {500, VERDICT_RETRY, true, false},
	    {503, VERDICT_RETRY, true, true},
	    {529, VERDICT_RETRY, true, false},
	    {599, VERDICT_RETRY, true, false},
	};
	static const char *const answers[] = {"", "<html>", "{\"error\":{\"code\":\"x\"}}", "[]",
	    "{\"choices\":[{\"message\":{\"content\":\"\"}}]}"};

	check_test("a refusal is judged by its status, whatever came with it, cut or whole");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t k = 0; k < 2 * sizeof answers / sizeof *answers; k++) {
			judge(k % 2 ? HTTP_CUT : HTTP_ANSWERED, cases[i].status, answers[k / 2],
			    chat, HINT_UNSAID);
			came(cases[i].kind, NULL, cases[i].endpoint, cases[i].limited);
		}
	check_test("a server that says so is not asked again");
	judge(HTTP_ANSWERED, 503, "", chat, HINT_NO_RETRY);
	came(VERDICT_FINAL, NULL, true, true);
	judge(HTTP_ANSWERED, 429, "", chat, HINT_NO_RETRY);
	came(VERDICT_FINAL, NULL, false, true);
	judge(HTTP_ANSWERED, 503, "", chat, HINT_RETRY);
	came(VERDICT_RETRY, NULL, true, true);
	judge(HTTP_ANSWERED, 400, "", chat, HINT_RETRY);
	came(VERDICT_FINAL, NULL, false, false);
}

static void dead(void)
{
	static const struct {
		int status;
		const char *answer;
		enum verdict_kind kind;
		const char *why;
	} cases[] = {
	    {429, "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"pay\"}}",
		VERDICT_NO_QUOTA, "pay"},
	    {429, "{\"error\":{\"type\":\"insufficient_quota\"}}", VERDICT_NO_QUOTA,
		"the quota is used up"},
	    {403, "{\"error\":{\"code\":\"billing_not_active\"}}", VERDICT_NO_QUOTA,
		"the quota is used up"},
	    {400, "{\"error\":{\"code\":\"billing_hard_limit_reached\"}}", VERDICT_NO_QUOTA,
		"the quota is used up"},
	    {500, "{\"error\":{\"type\":\"insufficient_balance\"}}", VERDICT_NO_QUOTA,
		"the quota is used up"},
	    {402, "{\"error\":\"no money\"}", VERDICT_NO_QUOTA, "no money"},
	    {402, "<html>", VERDICT_NO_QUOTA, "the quota is used up"},
	    {401, "", VERDICT_NO_KEY, "the key is refused"},
	    {401, "{\"message\":\"who \\u00fc are\"}", VERDICT_NO_KEY, "who \xc3\xbc are"},
	    {401, "{\"error\":null,\"message\":\"m\"}", VERDICT_NO_KEY, "m"},
	    {401, "{\"error\":{\"message\":7},\"message\":\"m\"}", VERDICT_NO_KEY,
		"the key is refused"},
	    {401, "{\"error\":{\"message\":\"\"}}", VERDICT_NO_KEY, "the key is refused"},
	    {401, "{\"error\":{\"code\":\"insufficient_quota\"}}", VERDICT_NO_QUOTA,
		"the quota is used up"},
	    {403, "{\"error\":{\"code\":\"invalid_api_key\"}}", VERDICT_NO_KEY,
		"the key is refused"},
	    {403, "{\"error\":{\"type\":\"account_deactivated\"}}", VERDICT_NO_KEY,
		"the key is refused"},
	    {400, "{\"error\":{\"code\":\"invalid_api_key\"}}", VERDICT_FINAL, ""},
	    {429, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}", VERDICT_RETRY, ""},
	    {429, "{\"code\":\"insufficient_quota\"}", VERDICT_RETRY, ""},
	    {429, "{\"error\":\"insufficient_quota\"}", VERDICT_RETRY, ""},
	};
	struct buf b = {0};

	check_test(
	    "a dead key and a dead quota are told from what passes, with the server's words");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		judge(HTTP_ANSWERED, cases[i].status, cases[i].answer, chat, HINT_UNSAID);
		if (!CHECK(v.kind == cases[i].kind && v.code == NULL))
			printf(
			    "# %d %s: %s\n", cases[i].status, cases[i].answer, kinds[v.kind % 5]);
		CHECK_SLICE(slice_str(v.why.text), cases[i].why);
	}
	check_test("a message as long as a page is not told");
	buf_str(&b, "{\"error\":{\"message\":\"");
	for (int i = 0; i < ERR_MAX / 2; i++)
		buf_byte(&b, 'x');
	buf_str(&b, "\"}}");
	judge(HTTP_ANSWERED, 401, buf_cstr(&b), chat, HINT_UNSAID);
	CHECK_SLICE(slice_str(v.why.text), "the key is refused");
	buf_free(&b);
}

static void successes(void)
{
	static const struct {
		const char *url, *answer, *lacks; /* NULL: good */
	} cases[] = {
	    {chat, "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}", NULL},
	    {chat, "{\"choices\":[{\"message\":{\"content\":null}}],\"error\":null}", NULL},
	    {chat, "{\"choices\":[{\"message\":{\"reasoning_content\":\"a\"}}]}", NULL},
	    {chat, "{\"choices\":[{\"message\":{\"reasoning\":\"a\"}}]}", NULL},
	    {chat, "{\"choices\":[{\"message\":{\"function_call\":{}}}]}", NULL},
	    {chat, "{\"choices\":[{\"message\":{\"audio\":{}}}]}", NULL},
	    {chat, "{\"choices\":[{\"message\":{\"role\":\"assistant\"}}]}",
		"without a message in its choices"},
	    {chat, "{\"choices\":[{\"message\":{\"tool_calls\":[]}}]}", NULL},
	    {chat, "{\"choices\":[{\"message\":{\"refusal\":\"no\"}}],\"error\":{}}", NULL},
	    {"/v1/chat/completions?a=1", "{\"choices\":[]}", "without choices"},
	    {chat, "{\"choices\":[]}", "without choices"},
	    {chat, "{\"choices\":{}}", "without choices"},
	    {chat, "{}", "without choices"},
	    {chat, "{\"choices\":[{\"message\":{}}]}", "without a message in its choices"},
	    {chat, "{\"choices\":[{\"text\":\"a\"}]}", "without a message in its choices"},
	    {chat, "{\"choices\":[{\"message\":{\"content\":\"\"}},{\"message\":\"a\"}]}",
		"without a message in its choices"},
	    {chat, "{\"choices\":[7]}", "without a message in its choices"},
	    {chat, "[]", "without an object around it"},
	    {chat, "\"text\"", "without an object around it"},
	    {chat, "{\"error\":{\"message\":\"overloaded\"}}", "an error with status 200"},
	    {chat, "{\"error\":null}", "without choices"},
	    {chat, "", "an empty answer"},
	    {chat, "{\"choices\":[", ""},
	    {chat, "data: {}", ""},
	    {"/v1/completions", "{\"choices\":[{\"text\":\"\"}]}", NULL},
	    {"/v1/completions", "{\"choices\":[{\"message\":{\"content\":\"\"}}]}",
		"without choices with text"},
	    {"/v1/completions", "{\"choices\":[{\"text\":\"\"}]}", NULL},
	    {"/v1/completions?x", "{\"choices\":[]}", "without choices with text"},
	    {"/v1/embeddings", "{\"data\":[{\"embedding\":[1]}]}", NULL},
	    {"/v1/embeddings", "{\"data\":[{}]}", "without data with embeddings"},
	    {"/v1/embeddings", "{\"data\":[{\"embedding\":[1]}]}", NULL},
	    {"/v1/embeddings", "{\"data\":[]}", "without data with embeddings"},
	    {"/v1/embeddings?v=/x", "{}", "without data with embeddings"},
	    {"/v1/moderations", "{}", NULL},
	    {"/v1/moderations", "[]", "without an object around it"},
	    {"/v1/x?y=/chat/completions", "{}", NULL},
	    {"", "{}", NULL},
	};

	/* Good ones stand before empty ones: what a document leaves behind must not be believed. */
	check_test("a success must have what an answer of its kind must have");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		judge(HTTP_ANSWERED, 200, cases[i].answer, cases[i].url, HINT_UNSAID);
		if (!CHECK((v.kind == VERDICT_GOOD) == !cases[i].lacks))
			printf("# %s\n", cases[i].answer);
		if (!cases[i].lacks) {
			came(VERDICT_GOOD, NULL, false, false);
			continue;
		}
		came(VERDICT_RETRY, "invalid_response", true, false);
		if (!CHECK(strstr(v.why.text, cases[i].lacks)))
			printf("# %s\n", v.why.text);
		CHECK(!*cases[i].answer || strstr(v.why.text, cases[i].answer));
	}
	check_test("of a foreign answer only the beginning is told");
	judge(HTTP_ANSWERED, 204,
	    "<html>6789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
	    "123456789 123456789 and more",
	    chat, HINT_NO_RETRY);
	came(VERDICT_RETRY, "invalid_response", true, false);
	CHECK(strstr(v.why.text, "begins: <html>") && strstr(v.why.text, "123456789 ") &&
	    !strstr(v.why.text, "and"));
}

static void broken(void)
{
	static const struct {
		enum http_outcome outcome;
		int status;
		const char *code;
		enum verdict_kind kind;
	} cases[] = {
	    {HTTP_UNREACHED, 0, "connect_failed", VERDICT_RETRY},
	    {HTTP_UNTRUSTED, 0, "connect_failed", VERDICT_FINAL},
	    {HTTP_TIMEOUT, 0, "timeout", VERDICT_RETRY},
	    {HTTP_TIMEOUT, 401, "timeout", VERDICT_RETRY},
	    {HTTP_STALLED, 200, "stalled", VERDICT_RETRY},
	    {HTTP_CUT, 0, "invalid_response", VERDICT_RETRY},
	    {HTTP_CUT, 200, "invalid_response", VERDICT_RETRY},
	    {HTTP_CUT, 299, "invalid_response", VERDICT_RETRY},
	    {HTTP_TOO_LARGE, 200, "invalid_response", VERDICT_RETRY},
	    {HTTP_REFUSED, 200, "invalid_response", VERDICT_RETRY},
	};

	check_test("what is no answer has a code, and why");
	err_set(&call.why, "for 100%% %s", "a reason");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		judge(cases[i].outcome, cases[i].status, "{}", chat, HINT_UNSAID);
		came(cases[i].kind, cases[i].code, true, false);
		CHECK_SLICE(slice_str(v.why.text), "for 100% a reason");
	}
}

int main(void)
{
	statuses();
	dead();
	successes();
	broken();
	buf_free(&call.answer);
	json_doc_free(&doc);
	return check_done();
}
