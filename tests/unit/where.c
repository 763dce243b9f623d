#include "where.h"

#include <stdlib.h>

#include "check.h"

static struct where where;
static struct json_doc doc;

static void filter(const char *text)
{
	struct err e = {""};

	if (!CHECK(where_read(&where, slice_str(text), &e) == 0))
		printf("# %s: %s\n", text, e.text);
}

/* Does the filter that was read hold for the object? */
static bool holds(const char *object)
{
	struct err e = {""};
	const struct json *root = json_parse(&doc, slice_str(object), &e);

	if (!CHECK(root != NULL))
		printf("# %s: %s\n", object, e.text);
	return root && where_holds(&where, root);
}

static void equality(void)
{
	check_test("no filter, and an empty one: everything passes");
	CHECK(holds("{\"a\":1}") && holds("[]"));
	filter("{}");
	CHECK(holds("{\"a\":1}") && holds("{}"));

	check_test("a member with a value");
	filter("{\"kind\":\"rumour\"}");
	CHECK(holds("{\"kind\":\"rumour\"}"));
	CHECK(holds("{\"text\":\"x\",\"k\\u0069nd\":\"r\\u0075mour\"}"));
	CHECK(!holds("{\"kind\":\"rumours\"}") && !holds("{\"kind\":\"Rumour\"}"));
	CHECK(!holds("{}") && !holds("{\"kind\":null}") &&
	    !holds("{\"kind\":{\"kind\":\"rumour\"}}"));
	CHECK(!holds("[\"kind\",\"rumour\"]") && !holds("\"kind\""));
	filter("{\"k\\u0069nd\":{\"$e\\u0071\":\"r\\u0075m\\u0000\"}}");
	CHECK(holds("{\"kind\":\"rum\\u0000\"}") && !holds("{\"kind\":\"rum\"}"));
	filter("{\"a\":\"\"}");
	CHECK(holds("{\"a\":\"\"}") && !holds("{\"a\":\"b\"}"));
	filter("{\"\":1}");
	CHECK(holds("{\"\":1}") && !holds("{\"a\":1}"));

	check_test("numbers by what they are, not by how they are written");
	filter("{\"n\":1}");
	CHECK(holds("{\"n\":1}") && holds("{\"n\":1.0}") && holds("{\"n\":100e-2}"));
	CHECK(!holds("{\"n\":\"1\"}") && !holds("{\"n\":true}") &&
	    !holds("{\"n\":1.0000000000000000001}"));
	filter("{\"n\":-0}");
	CHECK(holds("{\"n\":0}") && holds("{\"n\":0e9}"));
	filter("{\"n\":1e400}");
	CHECK(holds("{\"n\":10e399}") && !holds("{\"n\":1e401}"));

	check_test("true and false are equal to themselves alone");
	filter("{\"a\":true}");
	CHECK(holds("{\"a\":true}") && !holds("{\"a\":false}") && !holds("{\"a\":1}") &&
	    !holds("{\"a\":\"true\"}"));
	filter("{\"a\":{\"$eq\":false}}");
	CHECK(holds("{\"a\":false}") && !holds("{\"a\":true}") && !holds("{\"a\":0}") &&
	    !holds("{\"a\":null}") && !holds("{}"));

	check_test("more than one member: all of them");
	filter("{\"a\":1,\"b\":\"x\"}");
	CHECK(holds("{\"b\":\"x\",\"a\":1}") && !holds("{\"a\":1}") && !holds("{\"b\":\"x\"}"));
}

static void order(void)
{
	check_test("greater and less");
	filter("{\"n\":{\"$gt\":5}}");
	CHECK(holds("{\"n\":5.1}") && !holds("{\"n\":5}") && !holds("{\"n\":-6}"));
	filter("{\"n\":{\"$gte\":5}}");
	CHECK(holds("{\"n\":5e0}") && holds("{\"n\":1e9}") && !holds("{\"n\":4.999}"));
	filter("{\"n\":{\"$lt\":5}}");
	CHECK(holds("{\"n\":-6}") && !holds("{\"n\":5.0}"));
	filter("{\"n\":{\"$lte\":5}}");
	CHECK(holds("{\"n\":5}") && !holds("{\"n\":5.0001}"));
	filter("{\"n\":{\"$gte\":5,\"$lt\":9}}");
	CHECK(
	    holds("{\"n\":5}") && holds("{\"n\":8}") && !holds("{\"n\":9}") && !holds("{\"n\":4}"));
	filter("{\"n\":{\"$lte\":9007199254740992}}");
	CHECK(holds("{\"n\":9007199254740992}") && !holds("{\"n\":9007199254740993}"));

	check_test("strings by their bytes");
	filter("{\"t\":{\"$gte\":\"1348-05-02\",\"$lt\":\"1348-06\"}}");
	CHECK(holds("{\"t\":\"1348-05-02\"}") && holds("{\"t\":\"1348-05-31T20:00\"}"));
	CHECK(!holds("{\"t\":\"1348-05\"}") && !holds("{\"t\":\"1348-06\"}"));
	filter("{\"t\":{\"$gt\":\"z\"}}");
	CHECK(holds("{\"t\":\"\\u00e9\"}") && !holds("{\"t\":\"Z\"}") &&
	    holds("{\"t\":\"z\\u0000\"}"));

	check_test("no type precedes another; what is not there precedes nothing");
	filter("{\"n\":{\"$gte\":0}}");
	CHECK(!holds("{\"n\":\"1\"}") && !holds("{\"n\":true}") && !holds("{\"n\":null}") &&
	    !holds("{}") && !holds("{\"n\":[1]}") && !holds("{\"n\":{}}"));
	filter("{\"n\":{\"$lt\":\"z\"}}");
	CHECK(!holds("{\"n\":1}") && !holds("{\"n\":false}") && !holds("{}") &&
	    !holds("{\"n\":[\"a\"]}"));
}

static void unequal(void)
{
	check_test("$ne and $nin hold for what is not there");
	filter("{\"a\":{\"$ne\":1}}");
	CHECK(!holds("{\"a\":1.0}") && holds("{\"a\":2}") && holds("{\"a\":\"1\"}") &&
	    holds("{}") && holds("{\"a\":null}") && holds("{\"a\":{}}"));
	filter("{\"a\":{\"$nin\":[1,\"x\",true]}}");
	CHECK(!holds("{\"a\":1}") && !holds("{\"a\":\"x\"}") && !holds("{\"a\":true}"));
	CHECK(holds("{\"a\":2}") && holds("{\"a\":false}") && holds("{}") && holds("{\"a\":null}"));
	filter("{\"a\":{\"$in\":[1,\"x\",true]}}");
	CHECK(holds("{\"a\":1}") && holds("{\"a\":\"x\"}") && holds("{\"a\":true}"));
	CHECK(!holds("{\"a\":2}") && !holds("{\"a\":false}") && !holds("{}") &&
	    !holds("{\"a\":null}"));

	check_test("an array has what one of its elements is");
	filter("{\"tags\":\"war\"}");
	CHECK(holds("{\"tags\":[\"mill\",\"war\"]}") && !holds("{\"tags\":[]}") &&
	    !holds("{\"tags\":[\"wars\",null,[\"war\"],{\"war\":1}]}"));
	filter("{\"tags\":{\"$ne\":\"war\"}}");
	CHECK(!holds("{\"tags\":[\"mill\",\"war\"]}") && holds("{\"tags\":[\"mill\"]}") &&
	    holds("{\"tags\":[]}"));
	filter("{\"tags\":{\"$in\":[\"war\",3]}}");
	CHECK(holds("{\"tags\":[1,2,3.0]}") && holds("{\"tags\":[\"war\"]}") &&
	    !holds("{\"tags\":[1]}"));
	filter("{\"tags\":{\"$nin\":[\"war\",3]}}");
	CHECK(!holds("{\"tags\":[1,2,3.0]}") && !holds("{\"tags\":[\"war\"]}") &&
	    holds("{\"tags\":[1]}"));
}

static void joined(void)
{
	check_test("$or and $and, in one another");
	filter("{\"$or\":[{\"kind\":\"rumour\"},{\"tags\":\"war\"}]}");
	CHECK(holds("{\"kind\":\"rumour\"}") && holds("{\"tags\":[\"war\"]}") && !holds("{}"));
	filter("{\"$and\":[{\"a\":1},{\"b\":2}]}");
	CHECK(holds("{\"a\":1,\"b\":2}") && !holds("{\"a\":1}") && !holds("{\"b\":2}"));
	filter("{\"$and\":[{\"$or\":[{\"a\":1},{\"a\":2}]},{\"b\":{\"$gt\":0}}],\"c\":true}");
	CHECK(holds("{\"a\":2,\"b\":1,\"c\":true}") && !holds("{\"a\":3,\"b\":1,\"c\":true}") &&
	    !holds("{\"a\":2,\"b\":0,\"c\":true}") && !holds("{\"a\":2,\"b\":1}"));
	filter("{\"$or\":[{\"a\":1},{}]}");
	CHECK(holds("{}"));

	check_test("a name with dots looks into objects");
	filter("{\"place.town\":\"York\"}");
	CHECK(holds("{\"place\":{\"town\":\"York\"}}") && holds("{\"place.town\":\"York\"}"));
	CHECK(!holds("{\"place\":\"York\"}") && !holds("{\"town\":\"York\"}"));
	CHECK(!holds("{\"place\":[{\"town\":\"York\"}]}") && !holds("{\"place\":{\"town\":{}}}"));

	check_test("… unless a member has just that name");
	CHECK(!holds("{\"place.town\":\"Hull\",\"place\":{\"town\":\"York\"}}"));
	CHECK(holds("{\"place.town\":null,\"place\":{\"town\":\"York\"}}"));
	filter("{\"a.b.c\":1}");
	CHECK(holds("{\"a\":{\"b\":{\"c\":1}}}") && holds("{\"a\":{\"b.c\":1}}"));
	filter("{\".\":1}");
	CHECK(holds("{\"\":{\"\":1}}") && holds("{\".\":1}") && !holds("{\"\":1}"));
	filter("{\"a.\":1}");
	CHECK(holds("{\"a\":{\"\":1}}") && !holds("{\"a\":1}"));
}

static void refuse(const char *text, const char *why)
{
	struct err e = {""};

	CHECK(where_read(&where, slice_str(text), &e) == -1);
	if (!CHECK(strstr(e.text, why) && !strchr(e.text, '\n')))
		printf("# %s: %s\n", text, e.text);
}

static void errors(void)
{
	check_test("filters that are none");
	refuse("", "not JSON");
	refuse("{\"a\":1", "not JSON");
	refuse("{\"a\":1,\"a\":2}", "twice");
	refuse("[]", "an object, not array");
	refuse("\"kind\"", "an object, not string");
	refuse("null", "an object, not null");

	check_test("operators that are none");
	refuse("{\"$not\":{\"a\":1}}", "$not: no such operator here");
	refuse("{\"$eq\":1}", "$eq: no such operator here");
	refuse("{\"\\u0024not\":1}", "no such operator here");
	refuse("{\"a\":{\"$not\":1}}", "a: $not: no such operator");
	refuse("{\"a\":{\"$exists\":true}}", "a: $exists: no such operator");
	refuse("{\"a\":{\"b\":1}}", "a: b: no such operator");
	refuse("{\"a\":{\"$and\":[{\"b\":1}]}}", "a: $and: no such operator");
	refuse("{\"a\":{}}", "a: an operator was due");

	check_test("operands of the wrong type");
	refuse("{\"a\":null}", "a: a string, a number or a boolean was due, not null");
	refuse("{\"a\":[1]}", "a: a string, a number or a boolean was due, not array");
	refuse(
	    "{\"a\":{\"$eq\":{}}}", "a: $eq: a string, a number or a boolean was due, not object");
	refuse("{\"a\":{\"$ne\":[1]}}", "a: $ne: ");
	refuse("{\"a\":{\"$gt\":true}}", "a: $gt: a number or a string was due, not boolean");
	refuse("{\"a\":{\"$lte\":null}}", "a: $lte: a number or a string was due, not null");
	refuse("{\"a\":{\"$in\":1}}", "a: $in: an array of one value or more was due");
	refuse("{\"a\":{\"$in\":[]}}", "a: $in: an array of one value or more was due");
	refuse("{\"a\":{\"$nin\":[1,[2]]}}",
	    "a: $nin: a string, a number or a boolean was due, not array");
	refuse("{\"a\":{\"$gt\":1,\"$lt\":[]}}", "a: $lt: ");
	refuse("{\"$or\":[]}", "$or: an array of one filter or more was due");
	refuse("{\"$and\":{}}", "$and: an array of one filter or more was due");
	refuse("{\"$or\":[{\"a\":1},2]}", "a filter must be an object, not number");
	refuse("{\"$or\":[{\"a\":{\"$x\":1}}]}", "a: $x: ");

	check_test("after an error the next filter is read as ever");
	filter("{\"a\":1}");
	CHECK(holds("{\"a\":1}") && !holds("{\"a\":2}"));
}

static void deep(void)
{
	struct buf b = {0};
	struct err e = {""};

	check_test("a filter of many levels");
	for (int i = 0; i < 250; i++)
		buf_str(&b, i % 2 ? "{\"$or\":[" : "{\"$and\":[");
	buf_str(&b, "{\"a\":1}");
	for (int i = 0; i < 250; i++)
		buf_str(&b, "]}");
	CHECK(where_read(&where, buf_all(&b), &e) == 0);
	CHECK(holds("{\"a\":1}") && !holds("{\"a\":2}"));

	check_test("… and of more than there may be");
	buf_clear(&b);
	for (int i = 0; i < 300; i++)
		buf_str(&b, "{\"$or\":[");
	CHECK(where_read(&where, buf_all(&b), &e) == -1 && strstr(e.text, "not JSON"));

	check_test("a name of a thousand dots");
	buf_clear(&b);
	buf_str(&b, "{\"a");
	for (int i = 0; i < 1000; i++)
		buf_str(&b, ".a");
	buf_str(&b, "\":1}");
	CHECK(where_read(&where, buf_all(&b), &e) == 0);
	CHECK(!holds("{\"a\":{\"a\":{\"a\":1}}}"));

	check_test("a long name in an error is cut");
	buf_clear(&b);
	buf_str(&b, "{\"");
	for (int i = 0; i < 5000; i++)
		buf_str(&b, "\xc3\xa9");
	buf_str(&b, "\":{\"$no\":1}}");
	CHECK(
	    where_read(&where, buf_all(&b), &e) == -1 && strstr(e.text, ": $no: no such operator"));
	buf_free(&b);
}

int main(void)
{
	equality();
	order();
	unequal();
	joined();
	errors();
	deep();
	where_free(&where);
	json_doc_free(&doc);
	return check_done();
}
