#include "sse.h"

#include <stdlib.h>

#include "check.h"

/* Every event as "TYPE[ID]=DATA;", LF in data as '/'. */
static int note(void *ctx, const struct sse_event *ev, struct err *e)
{
	struct buf *b = ctx;

	if (slice_is(ev->data, "stop"))
		return err_set(e, "told to stop");
	buf_fmt(b, "%.*s[%.*s]=", SLICE_FMT(ev->type), SLICE_FMT(ev->id));
	for (size_t i = 0; i < ev->data.len; i++)
		buf_byte(b, ev->data.ptr[i] == '\n' ? '/' : ev->data.ptr[i]);
	buf_byte(b, ';');
	return 0;
}

static const struct {
	const char *name;
	const char *bytes;
	const char *want;
	bool cut;
} cases[] = {
    {"one event", "data: hello\n\n", "message[]=hello;", false},
    {"no space after the colon", "data:hello\n\n", "message[]=hello;", false},
    {"only one space is taken", "data:  hello \n\n", "message[]= hello ;", false},
    {"lines are joined", "data: a\ndata: b\ndata:\ndata: c\n\n", "message[]=a/b//c;", false},
    {"an empty datum", "data\n\n", "message[]=;", false},
    {"two empty data", "data\ndata\n\n", "message[]=/;", false},
    {"CRLF", "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", "message[]=a/b;message[]=c;", false},
    {"CR", "data: a\rdata: b\r\rdata: c\r\r", "message[]=a/b;message[]=c;", false},
    {"mixed ends", "data: a\rdata: b\n\r\ndata: c\r\n\n", "message[]=a/b;message[]=c;", false},
    {"a comment", ": keep-alive\n\ndata: a\n: more\n\n:\n\n", "message[]=a;", false},
    {"types", "event: ping\ndata: 1\n\ndata: 2\n\n", "ping[]=1;message[]=2;", false},
    {"an empty type is none", "event: x\nevent:\ndata: 1\n\n", "message[]=1;", false},
    {"a type without data is forgotten", "event: x\n\ndata: 1\n\n", "message[]=1;", false},
    {"an id stays", "id: 7\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\n",
	"message[7]=1;message[7]=2;message[]=3;", false},
    {"unknown fields", "foo: 1\nDATA: 2\n data: 3\ndata: 4\n\n", "message[]=4;", false},
    {"colons in data", "data: {\"a\":1}\n\n", "message[]={\"a\":1};", false},
    {"a byte order mark",
	"\xef\xbb\xbf"
	"data: a\n\n",
	"message[]=a;", false},
    {"one mark only",
	"\xef\xbb\xbf\xef\xbb\xbf"
	"data: a\n\n",
	"", false},
    {"half a mark is text",
	"\xef\xbb"
	"data: a\ndata: b\n\n",
	"message[]=b;", false},
    {"a mark that is no mark", "\xef\xbb\n\ndata: b\n\n", "message[]=b;", false},
    {"cut in an event", "data: a\n\ndata: b\n", "message[]=a;", true},
    {"cut in a line", "data: a\n\ndat", "message[]=a;", true},
    {"empty", "", "", false},
    {"blank lines", "\n\n\r\n\r\r", "", false},
    {"cut after CR", "data: a\r", "", true},
    {"done", "data: {}\n\ndata: [DONE]\n\n", "message[]={};message[]=[DONE];", false},
};

/* Fed in pieces of so many bytes, each in memory of its own size. */
static void feed(size_t i, size_t piece)
{
	struct sse s = {0};
	struct buf got = {0};
	struct err e;
	size_t len = strlen(cases[i].bytes);

	for (size_t at = 0; at < len; at += piece) {
		size_t n = len - at < piece ? len - at : piece;
		char *exact = malloc(n);

		memcpy(exact, cases[i].bytes + at, n);
		CHECK(sse_feed(&s, slice_make(exact, n), note, &got, &e) == 0);
		free(exact);
	}
	CHECK_SLICE(buf_all(&got), cases[i].want);
	CHECK(sse_cut(&s) == cases[i].cut);
	buf_free(&got);
	sse_free(&s);
}

static int feed_text(struct sse *s, const char *text, struct buf *got, struct err *e)
{
	return sse_feed(s, slice_str(text), note, got, e);
}

static void limits(void)
{
	struct sse s = {.max = 16};
	struct buf got = {0};
	struct err e = {""};

	check_test("a line that is too long, at once and in pieces");
	CHECK(feed_text(&s, "data: 0123456789\n\n", &got, &e) == 0);
	CHECK(feed_text(&s, "data: 01234567890\n\n", &got, &e) == -1 && strstr(e.text, "16 bytes"));
	sse_free(&s);
	CHECK(s.max == 16);
	for (int i = 0; i < 16; i++)
		CHECK(feed_text(&s, "x", &got, &e) == 0);
	CHECK(feed_text(&s, "x", &got, &e) == -1);
	sse_free(&s);

	check_test("an event of lines that are too many");
	CHECK(feed_text(&s, "data: 1234567\ndata: 1234567\n", &got, &e) == 0);
	CHECK(feed_text(&s, "data:\ndata:\n", &got, &e) == -1 && strstr(e.text, "event"));
	sse_free(&s);

	check_test("but any number of small ones");
	for (int i = 0; i < 1000; i++)
		CHECK(feed_text(&s, ":c\n\ndata: 1234567\n\n", &got, &e) == 0);

	check_test("the receiver may end it");
	buf_clear(&got);
	CHECK(feed_text(&s, "data: a\n\ndata: stop\n\ndata: b\n\n", &got, &e) == -1);
	CHECK_SLICE(buf_all(&got), "message[]=a;");
	CHECK(strcmp(e.text, "told to stop") == 0);
	sse_free(&s);

	check_test("retry, and an id with a NUL");
	CHECK(feed_text(&s, "retry: 2500\n", &got, &e) == 0 && s.retry_ms == 2500);
	CHECK(feed_text(&s, "retry: 2x\nretry:\n", &got, &e) == 0 && s.retry_ms == 2500);
	buf_clear(&got);
	CHECK(sse_feed(&s, slice_make("id: a\0b\ndata: 1\n\n", 17), note, &got, &e) == 0);
	CHECK_SLICE(buf_all(&got), "message[]=1;");
	sse_free(&s);
	buf_free(&got);
}

int main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		check_test(cases[i].name);
		for (size_t piece = 1; piece < 40; piece++)
			feed(i, piece);
	}
	limits();
	return check_done();
}
