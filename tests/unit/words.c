#include "words.h"

#include <libstemmer.h>
#include <locale.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "check.h"
#include "rng.h"
#include "utf8.h"
#include "words_impl.h"

static struct words en, none, fr;

static void open_it(struct words *w, const char *language)
{
	struct err e = {""};

	if (!CHECK(words_open(w, language, &e) == 0)) {
		printf("# %s\n", e.text);
		exit(1);
	}
}

/* The terms with a space between two; a stop word has a - behind it, a character 1 and two 2. */
static struct slice shown(const struct words *w)
{
	static struct buf b;

	buf_clear(&b);
	for (size_t i = 0; i < w->n; i++) {
		if (i)
			buf_byte(&b, ' ');
		buf_slice(&b, words_text(w, i));
		if (w->term[i].stop)
			buf_byte(&b, '-');
		if (w->term[i].kind != WORDS_WORD)
			buf_byte(&b, w->term[i].kind == WORDS_TWO ? '2' : '1');
	}
	return buf_all(&b);
}

static void splits(struct words *w, const char *text, const char *want)
{
	words_split(w, slice_str(text));
	CHECK_SLICE(shown(w), want);
}

static void folds(struct words *w, const char *text, const char *want)
{
	words_fold(w, slice_str(text));
	CHECK_SLICE(shown(w), want);
}

static void same(struct words *w, const char *a, const char *b)
{
	char *copy;
	struct slice s;

	words_split(w, slice_str(a));
	s = shown(w);
	copy = malloc(s.len + 1);
	memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	splits(w, b, copy);
	free(copy);
}

static void repeat(struct buf *text, const char *what, size_t bytes)
{
	buf_clear(text);
	while (text->len < bytes)
		buf_str(text, what);
}

static void plain(void)
{
	check_test("words are parted, folded and stemmed, in the order of the text");
	splits(&en, "The miller owes me FOUR marks.", "the- miller owe me- four mark");
	splits(&en, "fire-sword", "fire sword");
	splits(&en, "  npc:bob (x_y) AND/OR \"NEAR\"*", "npc bob x y and- or- near");
	splits(&en, "npc-0007 3rd R2D2 3.14", "npc 0007 3rd r2d2 3 14");
	splits(&none, "The millers owe", "the millers owe");
	folds(&en, "The Millers owe", "the millers owe");

	check_test("what has no words has no terms");
	splits(&en, "", "");
	splits(&en, " \t\r\n-–—…!?()'\"''", "");
	splits(&en, "🗡️🔥👩‍👩‍👧🏽🇩🇪 ☠ ★ € ©", "");
	splits(&en, "\xcc\x81\xe0\xb8\xb4", "");
	splits(&en, "1\xef\xb8\x8f\xe2\x83\xa3 a\xe2\x83\x9d", "1 a-");
	words_split(&en, (struct slice){0});
	CHECK(en.n == 0);

	check_test("NUL and bytes that are not UTF-8 part words");
	words_split(&en, slice_make("a sword\0b\xff\xfehelm\xe2\x80", 18));
	CHECK_SLICE(shown(&en), "a- sword b helm");
	words_split(&en, slice_make("caf\xc3", 4));
	CHECK_SLICE(shown(&en), "caf");

	check_test("English stems");
	splits(&en, "swords running happily generously relational debts",
	    "sword run happili generous relat debt");
}

static void apostrophes(void)
{
	check_test("an English word that leans on another goes with its apostrophe");
	splits(&en, "what's Bob's the king's", "what- bob the- king");
	splits(&en, "I'm I'd she'll we're they've I'd've", "i- i- she- we- they- i-");
	splits(&en, "She'll find the shell in hell", "she- find the- shell in- hell");
	folds(&en, "BOB'S bobs", "bob bobs");
	folds(&none, "Bob's", "bob");

	check_test("any other apostrophe within a word is dropped");
	splits(&en, "don't can't won't", "dont- cant- wont-");
	splits(&en, "O'Shea D'Lorean o'revel", "oshea dlorean orevel");
	splits(&en, "O'Brien's rock'n'roll o'clock ma'am", "obrien rocknrol oclock maam");
	splits(&en, "couldn't've 'tis the dogs' 'quoted'", "couldnt- tis- the- dog quot");
	splits(&en, "5'10 a''b x'\xc2\xa9 it's's", "5 10 a- b x it-");

	check_test("all kinds of apostrophe are one");
	same(&en, "What's O'Brien's don't", "What’s O‘Brien‛s don´t");
	same(&en, "Hawai'i d'Artagnan", "Hawaiʻi dʼArtagnan");
	same(&en, "don't don't", "don＇t ＤＯＮ’Ｔ");

	check_test("in French it stands between two words");
	splits(
	    &fr, "L'amour est aujourd’hui à l'hôpital", "l- amour est- aujourd hui a- l- hopital");
	folds(&fr, "l'épée", "l epee");
}

static void forms(void)
{
	check_test("composed, decomposed and bare are one in English");
	same(&en, "caf\xc3\xa9 r\xc3\xa9sum\xc3\xa9", "cafe\xcc\x81 re\xcc\x81sume\xcc\x81");
	same(&en, "café Ångström naïve Škoda ậ", "cafe Angstrom naive Skoda a");
	same(&en,
	    "\xc3\x89"
	    "COLE",
	    "e\xcc\x81"
	    "cole");

	check_test("composed and decomposed are one elsewhere, and have no accents in the end");
	splits(&fr, "l'été répété", "l- ete repet");
	same(&fr, "\xc3\xa9t\xc3\xa9", "e\xcc\x81te\xcc\x81");
	same(&fr, "\xc3\x89t\xc3\xa9", "E\xcc\x81te\xcc\x81");

	check_test("full width, ligatures, signs and cases are folded");
	splits(&none, "ＦＵＬＬ１２３ ﬁre Straße STRASSE ① ½ ǅ",
	    "full123 fire strasse strasse 1 1 2 dz");
	splits(&none, "İstanbul ΣΊΣΥΦΟΣ Ёлка ŉ", "istanbul σισυφοσ елка n");
	splits(&none, "ᾳ α ά", "α α α");
	same(&none, "\xce\xb1\xcd\x85\xcc\x81", "\xce\xb1\xcc\x81\xcd\x85");

	check_test("what cannot be seen is not there, but a space of no width is one");
	splits(&en,
	    "so\xc2\xadrc\xe2\x80\x8d"
	    "ery\xef\xb8\x8f \xe2\x80\x8fking",
	    "sorceri king");
	splits(&en,
	    "fire\xe2\x80\x8bsword dark\xc2\xa0"
	    "age",
	    "fire sword dark age");

	check_test("a word is cut, and the rest of it left out");
	{
		char text[400], want[WORDS_LONGEST + 20];

		memset(text, 'b', sizeof text);
		memcpy(text + 300, " end", 5);
		memset(want, 'b', WORDS_LONGEST);
		memcpy(want + WORDS_LONGEST, " end", 5);
		splits(&none, text, want);
		/* Never within a character. */
		for (int i = 1; i < 300; i += 3)
			memcpy(text + i, "\xe2\xb1\xad", 3);
		words_split(&none, slice_make(text, 301));
		CHECK(none.n == 1 && none.term[0].len == WORDS_LONGEST - 1);
	}
}

static void unspaced(void)
{
	struct buf marked = {0};

	check_test("scripts without spaces: each character, and each two");
	splits(&en, "東京都", "東1 京1 東京2 都1 京都2");
	splits(&en, "カメラ、本", "カ1 メ1 カメ2 ラ1 メラ2 本1");
	splits(&en, "한국 어", "한1 국1 한국2 어1");
	splits(&en, "iPhone手机3月", "iphon 手1 机1 手机2 3 月1");
	splits(&en, "ပုဂံ ខ្មែរ ລາວ", "ပု1 ဂံ1 ပုဂံ2 ខ្1 មែ1 ខ្មែ2 រ1 មែរ2 ລ1 າ1 ລາ2 ວ1 າວ2");
	splits(&en, "สวัสดี ๑๒", "ส1 วั1 สวั2 ส1 วัส2 ดี1 สดี2 ๑๒");
	folds(&en, "東京", "東1 京1");
	repeat(&marked, "\xe0\xb8\xb4", 120);
	memcpy(marked.ptr, "\xe0\xb8\xaa", 3);
	memcpy(marked.ptr + 60, "\xe0\xb8\xaa", 3);
	words_split(&en, buf_all(&marked));
	CHECK(en.n == 3 && en.term[0].len == 60 && en.term[2].len == 120);
	memcpy(marked.ptr + 60, "\xe0\xb8\xb4", 3);
	words_split(&en, buf_all(&marked));
	CHECK(en.n == 1 && en.term[0].len == 63);
	buf_free(&marked);

	check_test("… in all their forms");
	same(&en, "ﾊﾟﾝ", "パン");
	same(&en, "\xe3\x83\x91", "\xe3\x83\x8f\xe3\x82\x9a");
	same(&en, "\xea\xb0\x81", "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8");
	same(&en, "각", "\xea\xb0\x80\xe1\x86\xa8");

	check_test("a part of such a text is found in it");
	{
		const char *text = "昔々あるところにお爺さんとお婆さんがいました";

		for (const char *at = text; *at; at += 3) {
			bool found = false;
			char two[7] = "";

			memcpy(two, at, at[3] ? 6 : 3);
			words_split(&none, slice_str(two));
			words_split(&en, slice_str(text));
			for (size_t i = 0; i < en.n && !found; i++)
				found = slice_eq(words_text(&none, none.n - 1), words_text(&en, i));
			CHECK(found);
		}
	}
}

static bool listed(const char *list, struct slice word)
{
	for (struct slice rest = slice_str(list); rest.ptr;)
		if (slice_eq(slice_split(&rest, ' '), word))
			return true;
	return false;
}

/* The words that a list's words begin with are stop words only where they are in it. */
static bool no_other_is_stopped(const struct words *w)
{
	const struct words_stop *stop = &w->language->stop;

	for (struct slice rest = slice_str(stop->list); rest.ptr;) {
		struct slice word = slice_split(&rest, ' ');

		for (size_t n = 1; n < word.len; n++) {
			struct slice part = slice_make(word.ptr, n);

			if (words_stop_has(stop, part) != listed(stop->list, part))
				return false;
		}
	}
	return true;
}

static void stop_words(void)
{
	static const char *const with[] = {
	    "en", "de", "fr", "es", "it", "pt", "nl", "ru", "english", "german", "porter", "rus"};
	struct words w;

	check_test("stop words are flagged, by what they are before stemming");
	splits(&en, "to be or not to be", "to- be- or- not- to- be-");
	splits(&en, "being bees were we're", "be- bee were- we-");
	splits(&en, "THE Ｔｈｅ thé", "the- the- the-");
	folds(&en, "the", "the");
	splits(&none, "the", "the");

	check_test("each list's words are one word each, folded, and known as such");
	for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
		struct slice rest;
		size_t n = 0;

		open_it(&w, with[i]);
		CHECK(w.language->stop.list);
		for (rest = slice_str(w.language->stop.list); rest.ptr; n++) {
			struct slice word = slice_split(&rest, ' ');

			words_split(&w, word);
			if (!CHECK(w.n == 1 && w.term[0].stop))
				printf("# %s: %.*s\n", with[i], SLICE_FMT(word));
			for (struct slice others = rest; others.ptr;)
				CHECK(!slice_eq(slice_split(&others, ' '), word));
		}
		CHECK(n >= 100 && n <= 180);
		CHECK(no_other_is_stopped(&w));
		words_split(&w, slice_str("sword château épée мельник mühle"));
		for (size_t k = 0; k < w.n; k++)
			CHECK(!w.term[k].stop);
		words_close(&w);
	}
}

static void languages(void)
{
	struct words w = {0};
	struct err e = {""};

	check_test("languages by name and by ISO letters");
	open_it(&w, "german");
	splits(&w, "Häuser für die Straße", "haus fur- die- strass");
	words_close(&w);
	open_it(&w, "de");
	splits(&w, "Häuser für die Straße", "haus fur- die- strass");
	words_close(&w);
	open_it(&w, "sv");
	splits(&w, "svärden och", "svard och");
	words_close(&w);

	check_test("others are refused, and those that there are named");
	CHECK(words_open(&w, "klingon", &e) == -1);
	CHECK(strstr(e.text, "klingon") && strstr(e.text, "arabic, ") &&
	    strstr(e.text, "yiddish, or none"));
	words_close(&w);
	CHECK(words_open(&w, "", &e) == -1);
	CHECK(words_open(&w, "EN", &e) == -1);
	words_close(&w);
}

/* ---- Texts made by chance. */

static struct rng chance = {5};

static uint32_t any_of(const uint32_t *first, const uint32_t *last, size_t n)
{
	size_t i = rng_below(&chance, n);

	return first[i] + (uint32_t)rng_below(&chance, last[i] - first[i] + 1);
}

/* Letters that change, marks that change places, signs; few of what is folded in more than one way. */
static uint32_t any_letter(void)
{
	static const uint32_t first[] = {' ', 'a', 'A', 0xc0, 0x100, 0x1e00, 0x300, 0x300, 0x323,
	    0x345, 0x386, 0x1f00, 0x400, 0x5d0, 0x591, 0x622, 0x64b, 0x915, 0x93c, 0x9be, 0xe01,
	    0x1100, 0x1161, 0x11a8, 0xac00, 0x3041, 0x3099, 0x2126, 0xfb1d, 0xfb50, 0xff01, 0xff66,
	    0x1d15e, 0x1f600, 0xa0, 0x2e80, 0xf900, 0x10400};
	static const uint32_t last[] = {' ', 'z', 'Z', 0x17f, 0x24f, 0x1eff, 0x36f, 0x304, 0x323,
	    0x345, 0x3ce, 0x1fff, 0x45f, 0x5ea, 0x5bd, 0x64a, 0x655, 0x93b, 0x94d, 0x9d7, 0xe5b,
	    0x1112, 0x1175, 0x11c2, 0xac50, 0x30ff, 0x309a, 0x212b, 0xfb4f, 0xfdfb, 0xff5e, 0xffdc,
	    0x1d172, 0x1f64f, 0x217f, 0x33ff, 0xfad9, 0x1044f};

	return any_of(first, last, sizeof first / sizeof *first);
}

static struct slice normal_form(struct slice text, utf8proc_option_t how, utf8proc_uint8_t **own)
{
	utf8proc_ssize_t n =
	    utf8proc_map((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len, own, how);

	CHECK(n >= 0);
	return slice_make((const char *)*own, (size_t)n);
}

/* Are these the same terms? The first must be copied: w has but one text. */
static void same_terms(struct words *w, struct slice a, struct slice b)
{
	struct buf first = {0};

	words_split(w, a);
	buf_slice(&first, shown(w));
	words_split(w, b);
	if (!CHECK(slice_eq(buf_all(&first), shown(w)))) {
		printf("# %.*s: %.*s\n", SLICE_FMT(a), SLICE_FMT(buf_all(&first)));
		printf("# %.*s: %.*s\n", SLICE_FMT(b), SLICE_FMT(shown(w)));
	}
	buf_free(&first);
}

static void any_normal_form(void)
{
	struct buf text = {0};
	utf8proc_uint8_t *c, *d;
	struct slice composed, decomposed;

	check_test("canonically equivalent texts have the same terms, in every language");
	for (int i = 0; i < 20000; i++) {
		struct words *w = i % 3 == 0 ? &en : i % 3 == 1 ? &fr : &none;

		buf_clear(&text);
		for (uint64_t n = rng_below(&chance, 12); n > 0; n--)
			buf_utf8(&text, any_letter());
		composed = normal_form(buf_all(&text), UTF8PROC_COMPOSE | UTF8PROC_STABLE, &c);
		decomposed = normal_form(buf_all(&text), UTF8PROC_DECOMPOSE | UTF8PROC_STABLE, &d);
		same_terms(w, buf_all(&text), composed);
		same_terms(w, buf_all(&text), decomposed);
		free(c);
		free(d);
	}

	check_test("thirty marks on one letter are put in order");
	repeat(&text, "\xd6\xb4\xd6\xb0", 60);
	memcpy(text.ptr, "\xd7\x90", 2);
	composed = normal_form(buf_all(&text), UTF8PROC_COMPOSE | UTF8PROC_STABLE, &c);
	same_terms(&none, buf_all(&text), composed);
	free(c);

	check_test("what is not ASCII is as utf8proc has it");
	for (int i = 0; i < 20000; i++) {
		struct buf got = {0};
		struct slice want;

		buf_clear(&text);
		for (uint64_t n = rng_below(&chance, 12); n > 0; n--) {
			uint32_t cp = any_letter();

			/* The first is no more than a mark here, the others apostrophes. */
			if (cp < 0x80 || cp == 0x345 || cp == 0x37a ||
			    (cp >= 0x1f80 && cp <= 0x1fff) || cp == 0x149 || cp == 0xb4 ||
			    cp == 0xff07 || (cp >= 0x2010 && cp <= 0x2029))
				cp = 0x4e00;
			buf_utf8(&text, cp == 0x2bb || cp == 0x2bc || cp == 0x200b ? 0x4e00 : cp);
		}
		words_normal(&got, buf_all(&text), true);
		want = normal_form(buf_all(&text),
		    UTF8PROC_COMPOSE | UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
			UTF8PROC_IGNORE,
		    &c);
		if (!CHECK(slice_eq(buf_all(&got), want)))
			printf("# %.*s: %.*s, want %.*s\n", SLICE_FMT(buf_all(&text)),
			    SLICE_FMT(buf_all(&got)), SLICE_FMT(want));
		free(c);
		buf_free(&got);
	}
	buf_free(&text);
}

/* What must be true of every result. */
static bool sound(const struct words *w, bool stem)
{
	size_t last = 0;

	for (size_t i = 0; i < w->n; i++) {
		const struct words_term *t = &w->term[i];
		struct slice s = words_text(w, i);
		uint32_t cp;

		if (t->len == 0 || t->len > WORDS_LONGEST || t->at + t->len > w->text.len)
			return false;
		if (t->kind != WORDS_TWO && t->at < last)
			return false;
		if ((t->stop || t->kind == WORDS_TWO) && !stem)
			return false;
		last = t->at + t->len;
		if (utf8_check(s.ptr, s.len) != s.len)
			return false;
		for (size_t k = 0; k < s.len; k += utf8_decode(s.ptr + k, s.len - k, &cp))
			if (utf8_decode(s.ptr + k, s.len - k, &cp) == 0 ||
			    (cp < 0x80 && !(cp >= 'a' && cp <= 'z') && !(cp >= '0' && cp <= '9')) ||
			    (cp >= 0x300 && cp <= 0x36f))
				return false;
	}
	return true;
}

/* In memory of its own, so that a sanitizer sees what is read beyond. */
static void try_any(struct words *w, const struct buf *text)
{
	char *copy = malloc(text->len + !text->len);

	if (text->len)
		memcpy(copy, text->ptr, text->len);
	words_split(w, slice_make(copy, text->len));
	CHECK(sound(w, true));
	words_fold(w, slice_make(copy, text->len));
	CHECK(sound(w, false));
	free(copy);
}

static void any_bytes(void)
{
	struct buf text = {0};
	struct words w;

	check_test("any bytes, in every language there is");
	for (const char **name = sb_stemmer_list(); *name; name++) {
		open_it(&w, *name);
		for (int i = 0; i < 400; i++) {
			uint64_t how = rng_below(&chance, 4);

			buf_clear(&text);
			for (uint64_t n = rng_below(&chance, 60); n > 0; n--)
				if (how == 0)
					buf_byte(&text, (char)rng_below(&chance, 256));
				else if (how == 1)
					buf_utf8(&text, (uint32_t)rng_below(&chance, 0x3ffff));
				else if (how == 2)
					buf_utf8(&text, any_letter());
				else
					buf_byte(&text, "aelrstdv's' "[rng_below(&chance, 12)]);
			try_any(&w, &text);
		}
		words_close(&w);
	}
	buf_free(&text);
}

static void long_texts(void)
{
	enum { MUCH = 1 << 20 };
	static const char *const what[] = {"a", "a'", "a's ", "'", "\xc3\xa9", "\xcc\x81",
	    "\xcc\x81\xcc\xa3", "e\xcc\x81\xcc\xa3", "\xe1\x85\xa1", "\xe1\x84\x80\xe1\x85\xa1",
	    "\xef\xb7\xba", "\xe6\x9d\xb1", "\xe6\x9d\xb1\xe3\x82\x99", "\xe0\xb8\xb4", "\xff",
	    "\xe2\x80\x99", "\xe0\xa6\xbe", "\xf0\x9f\x98\x80"};
	struct buf text = {0};

	check_test("a megabyte of the same");
	for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
		repeat(&text, what[i], MUCH);
		try_any(&fr, &text);
		try_any(&en, &text);
	}
	repeat(&text, "a", MUCH);
	words_split(&en, buf_all(&text));
	CHECK(en.n == 1 && en.term[0].len == WORDS_LONGEST);
	repeat(&text, "e\xcc\x81\xcc\x81\xcc\x81\xcc\xa3\xcc\x81\xcc\xa3\xcc\x81", 200);
	words_split(&fr, buf_all(&text));
	CHECK(fr.n == 1);

	check_test("20,000 words are as many terms");
	buf_clear(&text);
	for (unsigned i = 0; i < 20000; i++)
		buf_fmt(&text, "%u ", i);
	words_split(&en, buf_all(&text));
	CHECK(en.n == 20000);
	CHECK_SLICE(words_text(&en, 12345), "12345");
	buf_free(&text);
}

static void nothing_is_remembered(void)
{
	struct buf text = {0}, first = {0};
	struct words w;

	check_test("what was split before decides nothing");
	for (int i = 0; i < 4000; i++) {
		buf_clear(&text);
		for (uint64_t n = rng_below(&chance, i % 2 ? 12 : 90); n > 0; n--)
			buf_byte(&text, "etaoinsrhldings'  "[rng_below(&chance, i % 2 ? 18 : 15)]);
		words_split(&en, buf_all(&text));
		buf_clear(&first);
		buf_slice(&first, shown(&en));
		if (i % 100 < 2) {
			open_it(&w, "en");
			words_split(&w, buf_all(&text));
			CHECK(slice_eq(buf_all(&first), shown(&w)));
			words_close(&w);
		}
		/* Again, by the slow way too. */
		same_terms(&en, buf_all(&text), buf_all(&text));
		buf_str(&text, " …");
		words_split(&en, buf_all(&text));
		CHECK(slice_eq(buf_all(&first), shown(&en)));
	}
	buf_free(&text);
	buf_free(&first);

	for (size_t i = 0; i < WORDS_KNOWN; i++)
		CHECK(en.language->known[i].len <= WORDS_KNOWN_LONGEST &&
		    en.language->known[i].stem_len <= WORDS_KNOWN_LONGEST + 1);

	check_test("nor does the locale");
	for (const char *const *l = (const char *const[]){"", "C.UTF-8", "tr_TR.UTF-8", "C", NULL};
	     *l; l++) {
		setlocale(LC_ALL, *l);
		splits(&en, "INIT ÎLE Straße won’t", "init ile strass wont-");
	}
}

int main(void)
{
	open_it(&en, "en");
	open_it(&none, "none");
	open_it(&fr, "fr");
	plain();
	apostrophes();
	forms();
	unspaced();
	stop_words();
	languages();
	any_normal_form();
	any_bytes();
	long_texts();
	nothing_is_remembered();
	words_close(&en);
	words_close(&none);
	words_close(&fr);
	return check_done();
}
