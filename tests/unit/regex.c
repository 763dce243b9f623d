/* regex: ECMAScript's reading of patterns, and bounds that hold. */
#include "regex.h"

#include <stdlib.h>

#include "buf.h"
#include "check.h"

#define TEXT(s)                                                                                    \
	{                                                                                          \
		s, sizeof(s) - 1                                                                   \
	}

static const struct {
	struct slice pattern, text;
	int found;
} cases[] = {
    {TEXT("a"), TEXT("xay"), 1},
    {TEXT(""), TEXT(""), 1},
    {TEXT("^$"), TEXT(""), 1},
    {TEXT("^a$"), TEXT("a\n"), 0},
    {TEXT("a$"), TEXT("ba"), 1},
    {TEXT("^b"), TEXT("a\nb"), 0},
    {TEXT("a$"), TEXT("a\nb"), 0},
    {TEXT("^.$"), TEXT("\n"), 0},
    {TEXT("^.$"), TEXT("\r"), 0},
    {TEXT("^.$"), TEXT("\xe2\x80\xa8"), 0},
    {TEXT("^.$"), TEXT("\xc2\x85"), 1},
    {TEXT("^.$"), TEXT("\xf0\x9f\x90\xb2"), 1},
    {TEXT("^..$"), TEXT("\xf0\x9f\x90\xb2"), 0},
    {TEXT("^\\d$"), TEXT("7"), 1},
    {TEXT("^\\d$"), TEXT("\xd9\xa7"), 0},
    {TEXT("^\\D$"), TEXT("\xd9\xa7"), 1},
    {TEXT("^\\w+$"), TEXT("a_Z9"), 1},
    {TEXT("^\\w$"), TEXT("\xc3\xa9"), 0},
    {TEXT("^\\W$"), TEXT("\xc3\xa9"), 1},
    {TEXT("^[\\w\xc3\xa9]+$"), TEXT("\x63\xc3\xa9"), 1},
    {TEXT("^\\s$"), TEXT("\xc2\xa0"), 1},
    {TEXT("^\\s$"), TEXT("\xef\xbb\xbf"), 1},
    {TEXT("^\\s$"), TEXT("\xe2\x80\xa9"), 1},
    {TEXT("^\\s$"), TEXT("\v"), 1},
    {TEXT("^\\s$"), TEXT("\xc2\x85"), 0},
    {TEXT("^\\S$"), TEXT("\xc2\xa0"), 0},
    {TEXT("^\\S$"), TEXT("x"), 1},
    {TEXT("^[\\s]$"), TEXT("\xe3\x80\x80"), 1},
    {TEXT("^[^\\s]$"), TEXT("\xe3\x80\x80"), 0},
    {TEXT("^[\\S]$"), TEXT("\xc2\xa0"), 0},
    {TEXT("^[\\S]$"), TEXT("\xf0\x9f\x90\xb2"), 1},
    {TEXT("^[^\\S]$"), TEXT(" "), 1},
    {TEXT("^[\\D\\S]$"), TEXT("5"), 1},
    {TEXT("\\bfoo\\b"), TEXT("a foo."), 1},
    {TEXT("\\bfoo\\b"), TEXT("afoo"), 0},
    {TEXT("\\Bo"), TEXT("foo"), 1},
    {TEXT("^\\/$"), TEXT("/"), 1},
    {TEXT("^\\-\\_\\ \\\"\\'\\@\\#\\%\\:$"), TEXT("-_ \"'@#%:"), 1},
    {TEXT("^\\cA\\cz$"), TEXT("\x01\x1a"), 1},
    {TEXT("^[\\cJ]$"), TEXT("\n"), 1},
    {TEXT("^\\0$"), TEXT("\0"), 1},
    {TEXT("^a\\0b$"), TEXT("a\0b"), 1},
    {TEXT("b"), TEXT("a\0b"), 1},
    {TEXT("^\0$"), TEXT("\0"), 1},
    {TEXT("^[^a]$"), TEXT("\0"), 1},
    {TEXT("^\\t\\n\\v\\f\\r$"), TEXT("\t\n\v\f\r"), 1},
    {TEXT("^\\v$"), TEXT("\n"), 0},
    {TEXT("^[\\b]$"), TEXT("\b"), 1},
    {TEXT("^\\x41\\u0042\\u{43}\\u{00044}$"), TEXT("ABCD"), 1},
    {TEXT("^\\ud83d\\udc32$"), TEXT("\xf0\x9f\x90\xb2"), 1},
    {TEXT("^[\\ud83d\\udc32]$"), TEXT("\xf0\x9f\x90\xb2"), 1},
    {TEXT("^\\u{1f432}$"), TEXT("\xf0\x9f\x90\xb2"), 1},
    {TEXT("^[\\u{1f400}-\\u{1f4ff}]$"), TEXT("\xf0\x9f\x90\xb2"), 1},
    {TEXT("\\ud83d"), TEXT("\xf0\x9f\x90\xb2"), 0},
    {TEXT("[\\ud800-\\udfff]"), TEXT("\xf0\x9f\x90\xb2"), 0},
    {TEXT("^[^\\ud800-\\udfff]$"), TEXT("\xf0\x9f\x90\xb2"), 1},
    {TEXT("^[\\u0000-\\ud83d]$"), TEXT("a"), 1},
    {TEXT("^[\\ud83d-\\uffff]$"), TEXT("\xef\xbf\xbd"), 1},
    {TEXT("^[^]$"), TEXT("\n"), 1},
    {TEXT("[]"), TEXT("a"), 0},
    {TEXT("a[]|b"), TEXT("b"), 1},
    {TEXT("^[]]$"), TEXT("]"), 0},
    {TEXT("^[\\]]$"), TEXT("]"), 1},
    {TEXT("^a]}$"), TEXT("a]}"), 1},
    {TEXT("^[[:alpha:]]$"), TEXT("p]"), 1},
    {TEXT("^[[:alpha:]]$"), TEXT("z]"), 0},
    {TEXT("^[a&&b]+$"), TEXT("a&b"), 1},
    {TEXT("^[a-]+$"), TEXT("a-"), 1},
    {TEXT("^[-a]+$"), TEXT("a-"), 1},
    {TEXT("^[\\w-.]+$"), TEXT("a-.b"), 1},
    {TEXT("^[\\w.-]+@x$"), TEXT("a.b-c@x"), 1},
    {TEXT("^[+--]+$"), TEXT("+,-"), 1},
    {TEXT("^[a-\\d]+$"), TEXT("a-5"), 1},
    {TEXT("^[.*+?(){}|^$/]+$"), TEXT(".*+?(){}|^$/"), 1},
    {TEXT("^[^^]$"), TEXT("^"), 0},
    {TEXT("^[\xc3\xa0-\xc3\xbf]+$"), TEXT("\xc3\xa9\xc3\xbc"), 1},
    {TEXT("^\\p{L}+$"), TEXT("\xc3\xa9\xce\xb1"), 1},
    {TEXT("^\\p{Letter}+$"), TEXT("\xc3\xa9\xce\xb1"), 1},
    {TEXT("^\\p{L}$"), TEXT("5"), 0},
    {TEXT("^\\P{L}$"), TEXT("5"), 1},
    {TEXT("^\\p{Lu}\\p{Lowercase_Letter}$"), TEXT("\xc3\x89\xc3\xa9"), 1},
    {TEXT("^\\p{gc=Nd}\\p{General_Category=Decimal_Number}\\p{digit}$"),
	TEXT("1\xd9\xa7"
	     "3"),
	1},
    {TEXT("^\\p{Script=Greek}\\p{sc=Cyrillic}\\p{scx=Han}$"), TEXT("\xce\xb1\xd0\xb6\xe4\xb8\x80"),
	1},
    {TEXT("^\\p{Alphabetic}\\p{White_Space}\\p{ASCII}\\p{Any}\\p{Assigned}$"), TEXT("a aaa"), 1},
    {TEXT("^\\p{Emoji}$"), TEXT("\xf0\x9f\x90\xb2"), 1},
    {TEXT("^[\\p{L}\\p{N}_]+$"),
	TEXT("\xc3\xa9"
	     "5_"),
	1},
    {TEXT("^[^\\p{L}]$"), TEXT("\xc3\xa9"), 0},
    {TEXT("^\\p{Cased_Letter}$"), TEXT("a"), 1},
    {TEXT("^(a)(b)\\2\\1$"), TEXT("abba"), 1},
    {TEXT("^(?<x>a|b)\\k<x>$"), TEXT("bb"), 1},
    {TEXT("^(?<x>a|b)\\k<x>$"), TEXT("ba"), 0},
    {TEXT("^(?:(a)|b)\\1$"), TEXT("b"), 1},
    {TEXT("^(?=.*\\d)(?!.*x)a.+$"), TEXT("ab5"), 1},
    {TEXT("^(?=.*\\d)(?!.*x)a.+$"), TEXT("ax5"), 0},
    {TEXT("(?<=\\$)\\d"), TEXT("$5"), 1},
    {TEXT("(?<!\\$)\\d"), TEXT("$5"), 0},
    {TEXT("^a{2}b{1,}c{0,2}?$"), TEXT("aabbc"), 1},
    {TEXT("^a{2}$"), TEXT("aaa"), 0},
    {TEXT("^a{02,03}$"), TEXT("aaa"), 1},
    {TEXT("^\\{a\\}$"), TEXT("{a}"), 1},
    {TEXT("^a+?b*?c??$"), TEXT("aabc"), 1},
    {TEXT("^(?:a|b)+$|^c"), TEXT("cx"), 1},
    {TEXT("a|"), TEXT("zzz"), 1},
    {TEXT("^a b#c$"), TEXT("a b#c"), 1},
    {TEXT("^(?:\xd0\xb6|z)$"), TEXT("\xd0\xb6"), 1},
    {TEXT("^\xf0\x9f\x90\xb2*$"), TEXT("\xf0\x9f\x90\xb2\xf0\x9f\x90\xb2"), 1},
};

static void test_cases(void)
{
	check_test("patterns as ECMAScript reads them");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = {""};
		struct regex *r = regex_compile(cases[i].pattern, &e);
		int found = r ? regex_search(r, cases[i].text, &e) : -2;

		if (!CHECK(found == cases[i].found))
			printf("# %.*s on %.*s: %d %s\n", SLICE_FMT(cases[i].pattern),
			    SLICE_FMT(cases[i].text), found, e.text);
		regex_free(r);
	}
}

static void test_errors(void)
{
	static const struct slice bad[] = {TEXT("("), TEXT(")"), TEXT("a)(?:b"), TEXT("(a"),
	    TEXT("["), TEXT("[a"), TEXT("[a\\"), TEXT("\\"), TEXT("*"), TEXT("a**"), TEXT("a++"),
	    TEXT("a??+"), TEXT("+"), TEXT("(?:*)"), TEXT("^*"), TEXT("a|*"), TEXT("(?i)a"),
	    TEXT("(?>a)"), TEXT("(?#x)"), TEXT("(*ACCEPT)"), TEXT("(?P<n>a)"), TEXT("(?|a)"),
	    TEXT("(?R)"), TEXT("\\A"), TEXT("\\Z"), TEXT("\\z"), TEXT("\\Q"), TEXT("\\K"),
	    TEXT("\\R"), TEXT("\\h"), TEXT("\\N"), TEXT("\\X"), TEXT("\\C"), TEXT("\\a"),
	    TEXT("\\e"), TEXT("\\G"), TEXT("\\01"), TEXT("\\1"), TEXT("(a)\\2"), TEXT("\\k<x>"),
	    TEXT("\\k"), TEXT("\\u12"), TEXT("\\u{}"), TEXT("\\u{110000}"), TEXT("\\u{12"),
	    TEXT("\\x4"), TEXT("\\c"), TEXT("\\c1"), TEXT("\\p"), TEXT("\\pL"), TEXT("\\p{}"),
	    TEXT("\\p{L"), TEXT("\\p{^L}"), TEXT("\\p{Nonsense}"), TEXT("\\p{Script=Nonsense}"),
	    TEXT("{1}"), TEXT("a{1"), TEXT("a{,5}"), TEXT("a{2,1}"), TEXT("a{100000}"),
	    TEXT("x{a}"), TEXT("[b-a]"), TEXT("[\\q]"), TEXT("(?<>a)"), TEXT("(?<1>a)"),
	    TEXT("(?<a"), TEXT("(?<a>x)(?<a>y)"), TEXT("(?"), TEXT("\xff"),
	    TEXT("\\u{fffffffffffffffff}")};

	check_test("what is not ECMAScript's is an error that says so");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = {""};
		struct regex *r = regex_compile(bad[i], &e);

		if (!CHECK(!r && e.text[0]))
			printf("# %.*s\n", SLICE_FMT(bad[i]));
		regex_free(r);
	}
}

/* What a search for the pattern in n times the unit and the end gives. */
static int search(const char *pattern, const char *unit, size_t n, const char *end)
{
	struct err e;
	struct regex *r = regex_compile(slice_str(pattern), &e);
	struct buf text = {0};
	int found;

	if (!r)
		return -2;
	for (size_t i = 0; i < n; i++)
		buf_str(&text, unit);
	buf_str(&text, end);
	found = regex_search(r, buf_all(&text), &e);
	/* After a search that ran away the next one is as good. */
	if (found < 0)
		CHECK(regex_search(r, slice_str(""), &e) >= 0);
	regex_free(r);
	buf_free(&text);
	return found;
}

static void test_bounds(void)
{
	check_test("patterns that run away hit a bound");
	CHECK(search("^(a+)+$", "a", 40, "!") == -1);
	CHECK(search("(x+x+)+y", "x", 5000, "") <= 0);
	CHECK(search("(x+x+)+[yz]", "x", 5000, "") == -1);
	CHECK(search("^(a|aa)+$", "a", 60, "!") == -1);
	CHECK(search("(a*)*[bc]", "a", 30000, "") == -1);
	CHECK(search("a*a*a*a*a*[bc]", "a", 2000, "") == -1);
	CHECK(search("a+[bc]", "a", 4000000, "") == -1);
	CHECK(search("(.*)(.*)(.*)(.*)(.*)[^.]\\1", ".", 300, "") == -1);
}

static void test_long(void)
{
	check_test("what is plain is searched for in any length");
	CHECK(search("^[a-z]+$", "a", 10000000, "") == 1);
	CHECK(search("^[a-z]+$", "a", 10000000, "!") == 0);
	CHECK(search("@", "a", 10000000, "") == 0);
	CHECK(search("@", "a", 10000000, "@") == 1);
	CHECK(search("[@#]", "a", 10000000, "@") == 1);
	CHECK(search("a+[bc]", "a", 10000, "") == 0);
	CHECK(search("^(?:[a-z]+ ?)*$", "word ", 4000, "end") == 1);
	CHECK(search("\\S", " ", 10000000, "x") == 1);
}

int main(void)
{
	test_cases();
	test_errors();
	test_bounds();
	test_long();
	return check_done();
}
