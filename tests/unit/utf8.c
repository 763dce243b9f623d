#include "utf8.h"

#include "check.h"

static void checking(void)
{
	check_test("good UTF-8 is told from bad");
	CHECK(utf8_check("plain text, longer than a word", 30) == 30);
	CHECK(utf8_check("0123456789\xc3\xa9z", 13) == 13);
	CHECK(utf8_check("0123456789\xc3", 11) == 10);
	CHECK(utf8_check("\xc0\x80", 2) == 0 && utf8_check("\xed\xa0\x80", 3) == 0);
	CHECK(utf8_check("\xf4\x8f\xbf\xbf", 4) == 4 && utf8_check("\xf4\x90\x80\x80", 4) == 0);
	CHECK(utf8_check("a\0b\xff", 4) == 3 && utf8_check("", 0) == 0);
}

static void counting(void)
{
	char text[512];
	size_t len = 0;

	check_test("code points are counted, at any length and place");
	for (size_t i = 0; i < 100; i++) {
		static const uint32_t kinds[] = {'a', 0xe9, 0x20ac, 0x1f600};

		CHECK(utf8_count(text, len) == i);
		len += utf8_encode(kinds[i * 7 % 4], text + len);
	}
}

static void cutting(void)
{
	check_test("a cut never splits a character");
	CHECK(utf8_cut("a\xe2\x82\xacz", 0) == 0 && utf8_cut("a\xe2\x82\xacz", 1) == 1);
	CHECK(utf8_cut("a\xe2\x82\xacz", 2) == 1 && utf8_cut("a\xe2\x82\xacz", 3) == 1);
	CHECK(utf8_cut("a\xe2\x82\xacz", 4) == 4);
}

static void round_trip(void)
{
	bool same = true;

	check_test("every code point is written and read back");
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		char bytes[4];
		uint32_t back = 0;
		size_t n;

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		n = utf8_encode(cp, bytes);
		same = same && utf8_decode(bytes, n, &back) == n && back == cp;
	}
	CHECK(same);
}

static void folding(void)
{
	check_test("case is folded for the alphabets of names, and upper case is its way back");
	CHECK(utf8_fold('A') == 'a' && utf8_fold('z') == 'z' && utf8_fold('[') == '[');
	CHECK(utf8_fold(0xc9) == 0xe9 && utf8_fold(0xd7) == 0xd7 && utf8_fold(0xdf) == 0xdf);
	CHECK(utf8_fold(0x141) == 0x142 && utf8_fold(0x160) == 0x161 && utf8_fold(0x17d) == 0x17e);
	CHECK(utf8_fold(0x178) == 0xff && utf8_fold(0x130) == 0x130 && utf8_fold(0x138) == 0x138);
	CHECK(utf8_fold(0x391) == 0x3b1 && utf8_fold(0x3c2) == 0x3c3 && utf8_fold(0x42f) == 0x44f);
	CHECK(utf8_fold(0x401) == 0x451 && utf8_fold(0x4e2d) == 0x4e2d);
	for (uint32_t cp = 'a'; cp < 0x530; cp++)
		if (utf8_upper(cp) != cp)
			CHECK(utf8_fold(utf8_upper(cp)) == cp);
}

int main(void)
{
	checking();
	counting();
	cutting();
	round_trip();
	folding();
	return check_done();
}
