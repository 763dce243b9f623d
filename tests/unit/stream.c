#include "stream.h"

#include <stdlib.h>

#include "check.h"
#include "fs.h"

/*
 * A case in the file: a line "# NAME", the data of its events, a line each, then what is wanted,
 * after "=> ": COMPLETE or CUT, the deltas (index, text/reasoning), and on the line after it the body.
 * Instead of these, "=> refused JSON" or "=> bad WORDS".
 */
static void note(void *ctx, const struct stream_delta *d)
{
	struct buf *b = ctx;

	buf_fmt(b, " %d:%.*s/%.*s", (int)d->index, SLICE_FMT(d->text), SLICE_FMT(d->reasoning));
}

struct play {
	struct stream s;
	struct buf deltas;
	struct buf got;
	enum stream_got last;
	struct err e;
};

/* In memory of its own size, so that reading past it is seen. */
static void event(struct play *p, struct slice data)
{
	char *exact = malloc(data.len);

	memcpy(exact, data.ptr, data.len);
	p->last = stream_event(&p->s, slice_make(exact, data.len), note, &p->deltas, &p->e);
	free(exact);
}

static void outcome(struct play *p, struct slice want, struct slice *rest)
{
	buf_clear(&p->got);
	if (p->last == STREAM_BAD) {
		CHECK(slice_starts(want, "bad "));
		CHECK(strstr(p->e.text, strndupa(want.ptr + 4, want.len - 4)));
		return;
	}
	if (p->last == STREAM_REFUSED) {
		buf_fmt(&p->got, "refused %.*s", SLICE_FMT(stream_refusal(&p->s)));
		CHECK_SLICE(buf_all(&p->got), strndupa(want.ptr, want.len));
		return;
	}
	buf_str(&p->got, stream_complete(&p->s, 0) ? "COMPLETE" : "CUT");
	buf_slice(&p->got, buf_all(&p->deltas));
	CHECK_SLICE(buf_all(&p->got), strndupa(want.ptr, want.len));
	want = slice_split(rest, '\n');
	buf_clear(&p->got);
	stream_put(&p->s, &p->got);
	CHECK_SLICE(buf_all(&p->got), strndupa(want.ptr, want.len));
}

/* What is put is JSON, whatever came. */
static void is_json(const struct stream *s)
{
	struct json_doc doc = {0};
	struct buf b = {0};
	struct err e;

	stream_put(s, &b);
	if (!CHECK(json_parse(&doc, buf_all(&b), &e)))
		printf("# %s: %.*s\n", e.text, SLICE_FMT(buf_all(&b)));
	buf_free(&b);
	json_doc_free(&doc);
}

static void cases(const char *path)
{
	static char title[200];
	struct play p = {0};
	struct buf b = {0};
	int n = 0;
	struct err e;

	if (!CHECK(fs_slurp(path, 1 << 20, &b, &e) == 0))
		return;
	for (struct slice rest = buf_all(&b); rest.ptr && rest.len > 0;) {
		struct slice line = slice_split(&rest, '\n');

		if (slice_starts(line, "# ")) {
			check_close();
			check_state.name = NULL;
			snprintf(title, sizeof title, "%.*s", SLICE_FMT(line));
			check_test(title + 2);
			stream_clear(&p.s);
			buf_clear(&p.deltas);
		} else if (slice_starts(line, "=> ")) {
			outcome(&p, slice_make(line.ptr + 3, line.len - 3), &rest);
			is_json(&p.s);
			n++;
		} else if (line.len > 0) {
			event(&p, line);
		}
	}
	CHECK(n > 10);
	stream_free(&p.s);
	buf_free(&p.deltas);
	buf_free(&p.got);
	buf_free(&b);
}

static enum stream_got give(struct stream *s, const char *data, struct err *e)
{
	return stream_event(s, slice_str(data), NULL, NULL, e);
}

static void limits(void)
{
	struct stream s = {.max = 100};
	struct err e;
	char text[100];

	check_test("more than the cap, of all events together");
	for (int i = 0; i < 3; i++)
		CHECK(give(&s, "{\"choices\":[{\"index\":0}]}     ", &e) == STREAM_MORE);
	CHECK(give(&s, "{\"choices\":[{\"index\":0}]}     ", &e) == STREAM_BAD);
	CHECK(strstr(e.text, "100 bytes"));
	stream_free(&s);

	check_test("choices and calls without end");
	s.max = 0;
	for (int i = 0; i < STREAM_CHOICES; i++) {
		snprintf(
		    text, sizeof text, "{\"choices\":[{\"index\":%d}]}", i * 7 % STREAM_CHOICES);
		CHECK(give(&s, text, &e) == STREAM_MORE);
	}
	CHECK(s.choices_len == STREAM_CHOICES);
	CHECK(give(&s, "{\"choices\":[{\"index\":-1}]}", &e) == STREAM_BAD);
	stream_clear(&s);
	for (int i = 0; i < STREAM_CALLS; i++) {
		snprintf(text, sizeof text,
		    "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":%d}]}}]}", i);
		CHECK(give(&s, text, &e) == STREAM_MORE);
	}
	CHECK(give(&s, "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":999}]}}]}", &e) ==
	    STREAM_BAD);
	stream_clear(&s);
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof text, "{\"extra%d\":1}", i);
		CHECK(give(&s, text, &e) == STREAM_MORE);
	}
	CHECK(s.extras_len < 100);
	is_json(&s);
	stream_clear(&s);

	check_test("complete means as many choices as were asked for");
	give(&s, "{\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}", &e);
	CHECK(stream_complete(&s, 0) && stream_complete(&s, 1) && !stream_complete(&s, 2));
	give(&s, "{\"choices\":[{\"index\":0,\"delta\":{}}]}", &e);
	CHECK(!stream_complete(&s, 2));
	give(&s, "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}", &e);
	CHECK(stream_complete(&s, 2) && !stream_complete(&s, 3));
	stream_clear(&s);
	CHECK(!stream_complete(&s, 0));
	CHECK(give(&s, " [DONE]", &e) == STREAM_DONE && s.done && !stream_complete(&s, 0));
	stream_free(&s);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		cases(argv[i]);
	limits();
	return check_done();
}
