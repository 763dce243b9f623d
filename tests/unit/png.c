#include "png.h"

#include <stdlib.h>

#include "base64.h"
#include "check.h"
#include "emblem.h"
#include "rng.h"

static struct buf picture;

static void refuse(struct slice file, const char *why)
{
	struct err e = {""};

	CHECK(png_check(file, &e) == -1);
	if (!CHECK(strstr(e.text, why) != NULL))
		printf("# %s\n", e.text);
}

/* ---- base64 */

static void base64_both_ways(void)
{
	/* RFC 4648, section 10. */
	static const char *const vectors[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
	    {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
	struct buf b = {0};
	struct err e;

	check_test("base64: the vectors of the RFC, both ways");
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		buf_clear(&b);
		base64_put(&b, slice_str(vectors[i][0]));
		CHECK_SLICE(buf_all(&b), vectors[i][1]);
		buf_clear(&b);
		CHECK(base64_get(slice_str(vectors[i][1]), &b, &e) == 0);
		CHECK_SLICE(buf_all(&b), vectors[i][0]);
	}
	check_test("base64: all bytes come back");
	for (size_t len = 0; len < 600; len++) {
		struct buf text = {0}, back = {0};

		buf_clear(&b);
		for (size_t i = 0; i < len; i++)
			buf_byte(&b, (char)(i * 7 + len));
		base64_put(&text, buf_all(&b));
		CHECK(base64_get(buf_all(&text), &back, &e) == 0);
		CHECK(slice_eq(buf_all(&b), buf_all(&back)));
		buf_free(&text);
		buf_free(&back);
	}
	check_test("base64: anything else is refused");
	static const char *const bad[] = {"Z", "Zg",
	    "Zg=", "Zg==Zg==", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", " Zm9", "Zm-_",
	    "Zm9v=", "=Zm9", "Zm=v"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		buf_clear(&b);
		CHECK(base64_get(slice_str(bad[i]), &b, &e) == -1);
	}
	buf_free(&b);
}

/* ---- texts */

/* The chunks of a picture but those texts, as they stand. */
static void rest_of(struct slice file, struct buf *b)
{
	size_t at = 8;

	buf_clear(b);
	while (at < file.len) {
		const unsigned char *p = (const unsigned char *)file.ptr + at;
		size_t len =
		    12 + ((size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]);

		if (memcmp(p + 4, "tEXtchara", 10) != 0 && memcmp(p + 4, "tEXtccv3", 9) != 0)
			buf_put(b, file.ptr + at, len);
		at += len;
	}
}

static void texts(void)
{
	static const struct png_text two[] = {{"chara", {"AAAA", 4}}, {"ccv3", {"BBBBCCCC", 8}}};
	static const struct png_text other[] = {{"chara", {"", 0}}, {"ccv3", {"DDDD", 4}}};
	struct buf with = {0}, again = {0}, rest = {0}, rest_again = {0};
	struct slice text;
	struct err e;

	check_test("a plain picture has no texts");
	CHECK(png_check(buf_all(&picture), &e) == 0);
	CHECK(!png_text(buf_all(&picture), "chara", &text));
	check_test("texts stand before IEND, and are found");
	png_with(buf_all(&picture), two, 2, &with);
	CHECK(png_check(buf_all(&with), &e) == 0);
	CHECK(png_text(buf_all(&with), "chara", &text));
	CHECK_SLICE(text, "AAAA");
	CHECK(png_text(buf_all(&with), "ccv3", &text));
	CHECK_SLICE(text, "BBBBCCCC");
	CHECK(
	    !png_text(buf_all(&with), "char", &text) && !png_text(buf_all(&with), "chara2", &text));
	check_test("old texts of the same keywords go, and nothing else");
	png_with(buf_all(&with), other, 2, &again);
	CHECK(png_check(buf_all(&again), &e) == 0);
	CHECK(png_text(buf_all(&again), "chara", &text) && text.len == 0);
	CHECK(png_text(buf_all(&again), "ccv3", &text));
	CHECK_SLICE(text, "DDDD");
	rest_of(buf_all(&with), &rest);
	rest_of(buf_all(&again), &rest_again);
	CHECK(slice_eq(buf_all(&rest), buf_all(&rest_again)));
	CHECK(slice_eq(buf_all(&rest), buf_from(&picture, 8)));
	buf_free(&with);
	buf_free(&again);
	buf_free(&rest);
	buf_free(&rest_again);
}

/* Chunks that decoders know nothing of, texts of other keywords, and bytes after the end. */
static void strange_pictures(void)
{
	static const struct png_text one[] = {{"chara", {"NEW0", 4}}};
	struct buf b = {0}, with = {0}, want = {0};
	struct slice head = slice_make(picture.ptr, 33), tail = buf_from(&picture, 33);
	struct slice text;
	struct err e;

	check_test(
	    "compressed and international texts of the keyword go; the rest stays byte for byte");
	buf_slice(&b, head);
	png_chunk(&b, "zTXt", slice_make("chara\0\0x", 8));
	png_chunk(&b, "iTXt", slice_make("chara\0\0\0\0\0x", 11));
	png_chunk(&b, "tEXt", slice_make("chara\0OLD0", 10));
	png_chunk(&b, "tEXt", slice_make("charades\0OLD1", 13));
	png_chunk(&b, "tEXt", slice_make("chara", 5));
	png_chunk(&b, "prVt", slice_make("chara\0mine", 10));
	png_chunk(&b, "tEXt", slice_make("chara\0OLD2", 10));
	buf_slice(&b, tail);
	buf_str(&b, "after the end");
	CHECK(png_check(buf_all(&b), &e) == 0);
	CHECK(png_text(buf_all(&b), "chara", &text));
	CHECK_SLICE(text, "OLD0");
	png_with(buf_all(&b), one, 1, &with);
	buf_slice(&want, head);
	png_chunk(&want, "tEXt", slice_make("charades\0OLD1", 13));
	png_chunk(&want, "tEXt", slice_make("chara", 5));
	png_chunk(&want, "prVt", slice_make("chara\0mine", 10));
	buf_put(&want, tail.ptr, tail.len - 12);
	png_chunk(&want, "tEXt", slice_make("chara\0NEW0", 10));
	buf_put(&want, tail.ptr + tail.len - 12, 12);
	buf_str(&want, "after the end");
	CHECK(slice_eq(buf_all(&with), buf_all(&want)));
	check_test("what would be too large is marked");
	struct buf small = {.max = 100};
	png_with(buf_all(&b), one, 1, &small);
	CHECK(small.over);
	buf_free(&small);
	buf_free(&b);
	buf_free(&with);
	buf_free(&want);
}

/* ---- damage */

/* A picture of these chunks, made and refused. */
static void refuse_chunks(const char *types, struct slice header, const char *why)
{
	struct buf b = {0};

	png_begin(&b);
	for (const char *type = types; *type; type += 4)
		png_chunk(&b, type, memcmp(type, "IHDR", 4) == 0 ? header : (struct slice){0});
	refuse(buf_all(&b), why);
	buf_free(&b);
}

static void bad_headers(void)
{
	char h[13] = {0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0};
	struct slice good = slice_make(h, sizeof h);
	static const struct {
		int at;
		char value;
		const char *why;
	} wrong[] = {{3, 0, "0 by 1"}, {4, (char)0x80, "by 2147483649"}, {8, 3, "with 3 bits"},
	    {8, 4, "colour type 2"}, {8, 40, "with 40 bits"}, {9, 1, "colour type 1"},
	    {9, (char)200, "colour type 200"}, {10, 1, "compression"}, {11, 1, "filter"},
	    {12, 2, "interlacing"}};

	check_test("headers that no picture has");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char kept = h[wrong[i].at];

		h[wrong[i].at] = wrong[i].value;
		refuse_chunks("IHDRIDATIEND", good, wrong[i].why);
		h[wrong[i].at] = kept;
	}
	refuse_chunks("IHDRIDATIEND", slice_make(h, 12), "12 bytes instead of 13");
	check_test("chunks that do not stand as they must");
	refuse_chunks("IDATIHDRIEND", good, "where IHDR must stand");
	refuse_chunks("IHDRIHDRIDATIEND", good, "two headers");
	refuse_chunks("IHDRIEND", good, "no image data");
	refuse_chunks("IHDRtIMEIEND", good, "no image data");
	refuse_chunks("IHDRIDATtIMEIDATIEND", good, "does not stand together");
	refuse_chunks("IHDRIDAT", good, "without IEND");
	refuse_chunks("IHDR", good, "without IEND");
	refuse_chunks("IHDRIDATI\0NDIEND", good, "no chunk");
	refuse_chunks("", good, "without IEND");
}

static void damage(void)
{
	struct slice file = buf_all(&picture);
	char *bytes = picture.ptr;

	check_test("any length cut off is refused");
	for (size_t len = 0; len < file.len; len += len < 300 || len + 50 > file.len ? 1 : 97)
		refuse(slice_make(file.ptr, len), len < 8 ? "not a PNG" : "");
	check_test("any byte changed is refused");
	for (size_t i = 0; i < file.len; i += i < 300 || i + 50 > file.len ? 1 : 97) {
		bytes[i] = (char)(bytes[i] ^ 0x41);
		refuse(file, i < 8 ? "not a PNG" : "");
		bytes[i] = (char)(bytes[i] ^ 0x41);
	}
	check_test("lengths beyond reason");
	bytes[8] = (char)0xFF;
	refuse(file, "says that it has 4278190093 bytes");
	bytes[8] = 0x7F;
	refuse(file, "should have 2130706445 bytes");
	bytes[8] = 0;
	CHECK(png_check(file, NULL) == 0);
	check_test("other things are no PNG");
	refuse(slice_str(""), "not a PNG");
	refuse(slice_str("GIF89a; and so on and on"), "not a PNG");
	refuse((struct slice){0}, "not a PNG");
}

/* Whatever passes the check must be read and written without a fault; the sanitizers tell. */
static void thrown_dice(void)
{
	static const struct png_text one[] = {{"chara", {"AAAA", 4}}};
	struct rng rng = {42};
	struct buf with = {0};
	struct slice text;
	struct err e;
	int passed = 0;

	check_test("chunks thrown by dice are refused, or read and written");
	for (int round = 0; round < 4000; round++) {
		static const char *const types[] = {
		    "IHDR", "IDAT", "IDAT", "IEND", "tEXt", "zTXt", "iTXt", "PLTE", "aaaa"};
		char h[13] = {0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0}, data[40];
		struct buf b = {0};
		int n = 1 + (int)rng_below(&rng, 6);

		png_begin(&b);
		png_chunk(&b, "IHDR", slice_make(h, sizeof h));
		for (int i = 0; i < n; i++) {
			size_t len = rng_below(&rng, sizeof data);

			memcpy(data, "chara", 6);
			for (size_t k = rng_below(&rng, 7); k < sizeof data; k++)
				data[k] = (char)rng_next(&rng);
			png_chunk(&b, types[rng_below(&rng, 9)], slice_make(data, len));
		}
		png_chunk(&b, "IEND", (struct slice){0});
		if (rng_below(&rng, 4) == 0)
			b.ptr[rng_below(&rng, b.len)] = (char)rng_next(&rng);
		if (rng_below(&rng, 4) == 0)
			b.len = rng_below(&rng, b.len + 1);
		/* A block of its own size, so that a read beyond it is seen. */
		char *exact = malloc(b.len ? b.len : 1);
		struct slice file = slice_make(exact, b.len);

		memcpy(exact, b.ptr, b.len);
		if (png_check(file, &e) == 0) {
			passed++;
			png_text(file, "chara", &text);
			buf_clear(&with);
			png_with(file, one, 1, &with);
			CHECK(png_check(buf_all(&with), &e) == 0);
			CHECK(png_text(buf_all(&with), "chara", &text) && slice_is(text, "AAAA"));
		}
		free(exact);
		buf_free(&b);
	}
	CHECK(passed > 100 && passed < 3900);
	buf_free(&with);
}

/* ---- pictures made from names */

static void emblems(void)
{
	struct buf a = {0}, b = {0};
	struct err e;

	check_test("the same name has the same picture, another one another");
	emblem_put(&a, slice_str("npc-0001"));
	CHECK(slice_eq(buf_all(&a), buf_all(&picture)));
	for (int i = 2; i < 30; i++) {
		char name[16];

		buf_clear(&b);
		emblem_put(
		    &b, slice_make(name, (size_t)snprintf(name, sizeof name, "npc-%04d", i)));
		CHECK(png_check(buf_all(&b), &e) == 0 && b.len < 10000);
		CHECK(!slice_eq(buf_all(&a), buf_all(&b)));
	}
	buf_clear(&b);
	emblem_put(&b, (struct slice){0});
	CHECK(png_check(buf_all(&b), &e) == 0);
	buf_free(&a);
	buf_free(&b);
}

int main(void)
{
	emblem_put(&picture, slice_str("npc-0001"));
	base64_both_ways();
	texts();
	strange_pictures();
	bad_headers();
	damage();
	thrown_dice();
	emblems();
	buf_free(&picture);
	return check_done();
}
