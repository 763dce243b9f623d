#include "secret.h"

#include "check.h"

static const char key[] = "sk-Zab/12345678";

static void mask_text(void)
{
	char text[] = "a sk-Zab/12345678sk-Zab/12345678 and sk-Zab/1234567";

	check_test("each occurrence is masked, a part is not");
	secret_mask(slice_str(key), text, strlen(text));
	CHECK_SLICE(slice_str(text), "a ****************************** and sk-Zab/1234567");
}

static void short_secrets(void)
{
	char text[] = "none of them";
	struct secret_held h = {0};
	struct slice now;

	check_test("a short one is none");
	secret_mask(slice_str("none"), text, strlen(text));
	secret_mask((struct slice){0}, text, strlen(text));
	CHECK_SLICE(slice_str(text), "none of them");
	now = secret_pass(&h, slice_str("none"), slice_str("a non"));
	CHECK_SLICE(now, "a non");
	now = secret_rest(&h);
	CHECK_SLICE(now, "");
	secret_held_free(&h);
}

static void mask_json(const char *name, const char *in, const char *want)
{
	struct json_doc doc = {0};
	struct buf text = {0}, scratch = {0};
	const struct json *root;

	check_test(name);
	buf_str(&text, in);
	root = json_parse(&doc, buf_all(&text), NULL);
	if (CHECK(root != NULL))
		secret_mask_json(slice_str(key), root, &scratch);
	CHECK_SLICE(buf_all(&text), want);
	CHECK(json_parse(&doc, buf_all(&text), NULL) != NULL);
	json_doc_free(&doc);
	buf_free(&text);
	buf_free(&scratch);
}

/* The text in pieces of n bytes, what comes out at once and at the end. */
static void in_pieces(const char *in, const char *want)
{
	for (size_t n = 1; n <= strlen(in); n++) {
		struct secret_held h = {0};
		struct buf out = {0};

		for (size_t at = 0; at < strlen(in); at += n) {
			size_t left = strlen(in) - at;

			buf_slice(&out,
			    secret_pass(
				&h, slice_str(key), slice_make(in + at, left < n ? left : n)));
			CHECK(!memmem(out.ptr ? out.ptr : "", out.len, key, strlen(key)));
		}
		buf_slice(&out, secret_rest(&h));
		CHECK_SLICE(buf_all(&out), want);
		CHECK(secret_rest(&h).len == 0);
		secret_held_free(&h);
		buf_free(&out);
	}
}

int main(void)
{
	struct secret_held h = {0};
	struct slice now;

	mask_text();
	short_secrets();
	mask_json("escaped, within a string", "{\"a\":[\"x\",\"my sk-Zab\\/12345678!\\n\"]}",
	    "{\"a\":[\"x\",\"**********************\"]}");
	mask_json(
	    "escaped, as a name", "{\"\\u0073k-Zab/12345678\":1}", "{\"********************\":1}");
	mask_json("other escapes stay", "[\"a\\nb\",\"sk-\\\"\"]", "[\"a\\nb\",\"sk-\\\"\"]");

	check_test("in pieces of every size");
	in_pieces("it is sk-Zab/12345678, sk-Zab/12345678 or sk-sk-Zab/12345678",
	    "it is ***************, *************** or sk-***************");
	check_test("what only begins like it comes whole");
	in_pieces("sk- sk-Zab/1234567x sk-Zab", "sk- sk-Zab/1234567x sk-Zab");
	check_test("only what may be its beginning is held back");
	now = secret_pass(&h, slice_str(key), slice_str("tasks"));
	CHECK_SLICE(now, "task");
	now = secret_pass(&h, slice_str(key), slice_str("k?"));
	CHECK_SLICE(now, "sk?");
	secret_held_free(&h);
	return check_done();
}
