#include "embedded.h"

#include <stdlib.h>

#include "check.h"

static struct embedded d;
static struct err e;
static char line[1 << 16];

/* With two memories, and that data; quotes are written as '. */
static void read_data(const char *data)
{
	int n = snprintf(line, sizeof line,
	    "{'custom_id':'c','response':{'status_code':200,'body':{'data':%s,'model':'m\\u006f'}},"
	    "'error':null,'memories':[{'npc':'b','text':'x'},{'npc':'b','text':'y'}]}",
	    data);

	for (int i = 0; i < n; i++)
		line[i] = line[i] == '\'' ? '"' : line[i];
	if (!CHECK(embedded_read(&d, slice_make(line, (size_t)n), "memories", &e) == 0) ||
	    !CHECK(d.kind == EMBEDDED_RECORDS && d.records->count == 2))
		exit(1);
}

static bool has(size_t i, float first, size_t dimensions)
{
	size_t n;
	const float *x = embedded_vector(&d, i, &n);

	return x && n == dimensions && x[0] == first;
}

static bool has_none(size_t i)
{
	size_t n;

	return embedded_vector(&d, i, &n) == NULL;
}

static void vectors(void)
{
	check_test("vectors by index, short or long or as base64");
	read_data("[{'index':1,'embedding':[1,2]},{'index':0,'embedding':[3,4]}]");
	CHECK(has(0, 3, 2) && has(1, 1, 2));
	CHECK_SLICE(d.model, "mo");
	read_data("[{'index':1,'embedding':[0.5,0.25,0.125,0.5]},{'index':0,'embedding':"
		  "[1.5,0.25,0.125,0.5]}]");
	CHECK(has(0, 1.5F, 4) && has(1, 0.5F, 4));
	read_data("[{'index':1,'embedding':'AACAPwAAAEA='},{'index':0,'embedding':"
		  "[0.50000000,0.25000000]}]");
	CHECK(has(0, 0.5F, 2) && has(1, 1, 2));

	check_test("without an index anywhere, by place");
	read_data("[{'embedding':[1,2]},{'embedding':[3,4]}]");
	CHECK(has(0, 1, 2) && has(1, 3, 2));

	check_test("one that is none is missing for its record alone");
	read_data("[{'index':0,'embedding':[1,null]},{'index':1,'embedding':[3,4]}]");
	CHECK(has_none(0) && has(1, 3, 2));
	read_data("[{'index':1,'embedding':[3,4]}]");
	CHECK(has_none(0) && has(1, 3, 2) && strstr(d.why.text, "1 embeddings for 2"));

	check_test("what contradicts itself is not believed at all");
	read_data("[{'index':0,'embedding':[1,2]},{'index':0,'embedding':[3,4]}]");
	CHECK(has_none(0) && has_none(1) && strstr(d.why.text, "two embeddings"));
	read_data("[{'index':0,'embedding':[1,2]},{'index':2,'embedding':[3,4]}]");
	CHECK(has_none(0) && has_none(1));
	read_data("[{'index':0,'embedding':[1,2]},{'index':1,'embedding':[3,4,5]}]");
	CHECK(has_none(0) && has_none(1) && strstr(d.why.text, "2 and of 3"));
	read_data("[{'index':0,'embedding':[1,2]},{'index':1.0,'embedding':[3,4]}]");
	CHECK(has_none(0) && has_none(1));
	read_data("{}");
	CHECK(has_none(0) && has_none(1));

	check_test("after a bad one a good one is good");
	read_data("[{'index':1,'embedding':[1,2]},{'index':0,'embedding':[3,4]}]");
	CHECK(has(0, 3, 2) && has(1, 1, 2) && d.asked);
}

static enum embedded_kind kind_of(const char *text)
{
	if (!CHECK(embedded_read(&d, slice_str(text), "memories", &e) == 0))
		exit(1);
	return d.kind;
}

static void kinds(void)
{
	check_test("what a line is");
	CHECK(kind_of("{\"npc\":\"b\",\"text\":\"x\"}") == EMBEDDED_PLAIN);
	CHECK(kind_of("{\"custom_id\":\"a row's own\",\"npc\":\"b\"}") == EMBEDDED_PLAIN);
	CHECK(kind_of("{\"memories\":[{}]}") == EMBEDDED_PLAIN);
	CHECK(kind_of("{\"custom_id\":\"c\",\"body\":{},\"memories\":[{}]}") == EMBEDDED_REQUEST);
	CHECK(kind_of("{\"custom_id\":\"c\",\"response\":{}}") == EMBEDDED_RESPONSE);
	CHECK(
	    kind_of("{\"custom_id\":\"c\",\"response\":{},\"queries\":[{}]}") == EMBEDDED_RESPONSE);
	CHECK(
	    kind_of("{\"custom_id\":\"c\",\"response\":{},\"memories\":[]}") == EMBEDDED_RESPONSE);
	CHECK(kind_of("{\"custom_id\":\"c\",\"delta\":\"x\"}") == EMBEDDED_RESPONSE);
	CHECK(kind_of("{\"custom_id\":null,\"error\":{\"code\":\"x\",\"message\":\"m\\n\"},"
		      "\"memories\":[{}]}") == EMBEDDED_RECORDS);
	CHECK_SLICE(slice_str(d.why.text), "m\n");
	CHECK(has_none(0) && d.asked);
	CHECK(
	    kind_of("{\"custom_id\":\"c\",\"response\":{\"status_code\":200,\"body\":{\"data\":[]"
		    "}},\"memories\":[{}],\"meta\":{\"source\":\"recall\"}}") == EMBEDDED_RECORDS);
	CHECK(!d.asked);
	CHECK(embedded_read(&d, slice_str("{"), "memories", &e) < 0);
	CHECK(embedded_read(&d, slice_str("[]"), "memories", &e) < 0);

	check_test("numbers that are not for a vector stand where they stood");
	CHECK(kind_of("{\"custom_id\":\"c\",\"response\":{},\"memories\":[{\"x\":{\"embedding\":[1,"
		      "2,3,4,5,6,7,8,9,10]}}]}") == EMBEDDED_RECORDS);
	CHECK(json_get(json_get(json_first(d.records), "x"), "embedding")->count == 10);
}

/* A response of many: what is allocated while reading must not move under what was read before. */
static void many(void)
{
	enum { MANY = 300 };
	struct buf b = {0};

	check_test("many vectors, of all forms");
	buf_str(&b, "{\"custom_id\":\"c\",\"response\":{\"body\":{\"data\":[");
	for (int i = 0; i < MANY; i++)
		buf_fmt(&b,
		    i % 2 ? "%s{\"index\":%d,\"embedding\":[%d.000000,0.5000000]}"
			  : "%s{\"index\":%d,\"embedding\":[%d,1]}",
		    i ? "," : "", i, i + 1);
	buf_str(&b, "]}},\"memories\":[{}");
	for (int i = 1; i < MANY; i++)
		buf_str(&b, ",{}");
	buf_str(&b, "]}");
	CHECK(embedded_read(&d, buf_all(&b), "memories", &e) == 0 && d.records->count == MANY);
	for (size_t i = 0; i < MANY; i++)
		CHECK(has(i, (float)i + 1, 2));
	buf_free(&b);
}

int main(void)
{
	vectors();
	kinds();
	many();
	embedded_free(&d);
	return check_done();
}
