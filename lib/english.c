#include "english.h"

#include "utf8.h"

struct pair {
	const char *from, *to;
};

/* Puts text in place of the len bytes at byte at. */
static void replace(struct buf *b, size_t at, size_t len, struct slice text)
{
	if (text.len > len && !buf_room(b, text.len - len))
		return;
	memmove(b->ptr + at + text.len, b->ptr + at + len, b->len - at - len);
	memcpy(b->ptr + at, text.ptr, text.len);
	b->len += text.len - len;
}

static void insert(struct buf *b, size_t at, const char *text)
{
	replace(b, at, 0, slice_str(text));
}

void english_capitalize(struct buf *b, size_t at)
{
	char upper[4];
	uint32_t cp;
	size_t len;

	if (at >= b->len)
		return;
	len = utf8_decode(b->ptr + at, b->len - at, &cp);
	if (len > 0 && utf8_upper(cp) != cp)
		replace(b, at, len, slice_make(upper, utf8_encode(utf8_upper(cp), upper)));
}

void english_capitalize_all(struct buf *b, size_t at)
{
	bool begins = true;

	for (size_t i = at; i < b->len; i++) {
		if (begins)
			english_capitalize(b, i);
		begins = memchr(" \t\r\n-", b->ptr[i], 5) != NULL;
	}
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_vowel(char c)
{
	return c && strchr("aeiou", c);
}

static bool ends_with(struct slice s, const char *tail)
{
	size_t n = strlen(tail);

	return s.len >= n && memcmp(s.ptr + s.len - n, tail, n) == 0;
}

/* ---- articles */

static bool starts_like(struct slice s, const char *head)
{
	for (size_t i = 0; head[i]; i++)
		if (i >= s.len || lower(s.ptr[i]) != head[i])
			return false;
	return true;
}

/* Of two heads that fit, the one that stands first. */
static const struct {
	const char *head;
	bool an;
} sounds[] = {{"hour", true}, {"honest", true}, {"honor", true}, {"honour", true}, {"heir", true},
    {"unin", true}, {"unim", true}, {"unid", true}, {"uni", false}, {"use", false}, {"usu", false},
    {"usa", false}, {"uti", false}, {"uto", false}, {"ute", false}, {"ura", false}, {"uri", false},
    {"oner", true}, {"one", false}, {"once", false}, {"eu", false}, {"ewe", false},
    {"ubiq", false}};

/* 8, 80 and 800 are spoken with a vowel first, and so are 11 and 18, but not 110. */
static bool number_takes_an(struct slice s)
{
	size_t digits = 0;

	while (digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9')
		digits++;
	if (s.ptr[0] == '8')
		return true;
	return digits % 3 == 2 && (starts_like(s, "11") || starts_like(s, "18"));
}

/* a to u with a mark: U+00E0 to U+00FC, without ç, ð, ñ and the division sign. */
static bool is_marked_vowel(struct slice s)
{
	uint32_t cp;

	if (utf8_decode(s.ptr, s.len, &cp) != 2)
		return false;
	cp = utf8_fold(cp);
	return cp >= 0xe0 && cp <= 0xfc && cp != 0xe7 && cp != 0xf0 && cp != 0xf1 && cp != 0xf7;
}

static bool takes_an(struct slice s)
{
	if (s.ptr[0] >= '0' && s.ptr[0] <= '9')
		return number_takes_an(s);
	for (size_t i = 0; i < sizeof sounds / sizeof *sounds; i++)
		if (starts_like(s, sounds[i].head))
			return sounds[i].an;
	return is_vowel(lower(s.ptr[0])) || is_marked_vowel(s);
}

void english_article(struct buf *b, size_t at)
{
	struct slice s;

	if (at >= b->len)
		return;
	s = buf_from(b, at);
	insert(b, at, takes_an(s) ? "an " : "a ");
}

/* ---- plurals */

/* Whole words: compounds of them (rooftop) seldom go the same way. */
static const struct pair plurals[] = {{"child", "children"}, {"foot", "feet"}, {"tooth", "teeth"},
    {"goose", "geese"}, {"mouse", "mice"}, {"louse", "lice"}, {"ox", "oxen"}, {"person", "people"},
    {"die", "dice"}, {"sheep", "sheep"}, {"deer", "deer"}, {"fish", "fish"}, {"knife", "knives"},
    {"life", "lives"}, {"wife", "wives"}, {"midwife", "midwives"}, {"housewife", "housewives"},
    {"wolf", "wolves"}, {"leaf", "leaves"}, {"loaf", "loaves"}, {"thief", "thieves"},
    {"half", "halves"}, {"calf", "calves"}, {"shelf", "shelves"}, {"elf", "elves"},
    {"self", "selves"}, {"hero", "heroes"}, {"potato", "potatoes"}, {"tomato", "tomatoes"},
    {"echo", "echoes"}, {"cargo", "cargoes"}, {"veto", "vetoes"}, {"torpedo", "torpedoes"},
    {"stomach", "stomachs"}, {"monarch", "monarchs"}, {"patriarch", "patriarchs"},
    {"matriarch", "matriarchs"}, {"quiz", "quizzes"}};

/* Words that only look as if a man stood at their end. */
static const char *const no_men[] = {
    "human", "german", "roman", "shaman", "norman", "ottoman", "talisman", "caiman"};

static const struct pair *find_pair(const struct pair *pairs, size_t n, struct slice word)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(word, pairs[i].from))
			return &pairs[i];
	return NULL;
}

static bool becomes_men(struct slice word)
{
	if (!ends_with(word, "man"))
		return false;
	for (size_t i = 0; i < sizeof no_men / sizeof *no_men; i++)
		if (starts_like(word, no_men[i]) && word.len == strlen(no_men[i]))
			return false;
	return true;
}

static bool ends_in_consonant_y(struct slice word)
{
	return word.len > 1 && word.ptr[word.len - 1] == 'y' && !is_vowel(word.ptr[word.len - 2]);
}

static bool hisses(struct slice word)
{
	return ends_with(word, "s") || ends_with(word, "x") || ends_with(word, "z") ||
	    ends_with(word, "ch") || ends_with(word, "sh");
}

void english_plural(struct buf *b, size_t at)
{
	size_t begin = b->len;
	const struct pair *p;
	struct slice word;

	while (begin > at && is_letter(b->ptr[begin - 1]))
		begin--;
	if (at >= b->len)
		return;
	word = buf_from(b, begin);
	p = find_pair(plurals, sizeof plurals / sizeof *plurals, word);
	if (p)
		replace(b, begin, word.len, slice_str(p->to));
	else if (becomes_men(word))
		b->ptr[b->len - 2] = 'e';
	else if (ends_in_consonant_y(word))
		replace(b, b->len - 1, 1, slice_str("ies"));
	else
		buf_str(b, hisses(word) ? "es" : "s");
}

/* ---- the past tense */

static const struct pair pasts[] = {{"be", "was"}, {"bear", "bore"}, {"beat", "beat"},
    {"become", "became"}, {"begin", "began"}, {"bind", "bound"}, {"bite", "bit"}, {"bleed", "bled"},
    {"break", "broke"}, {"bring", "brought"}, {"build", "built"}, {"burn", "burned"},
    {"buy", "bought"}, {"catch", "caught"}, {"choose", "chose"}, {"come", "came"}, {"cut", "cut"},
    {"dig", "dug"}, {"do", "did"}, {"draw", "drew"}, {"drink", "drank"}, {"drive", "drove"},
    {"eat", "ate"}, {"fall", "fell"}, {"feed", "fed"}, {"feel", "felt"}, {"fight", "fought"},
    {"find", "found"}, {"flee", "fled"}, {"fly", "flew"}, {"forget", "forgot"},
    {"forgive", "forgave"}, {"get", "got"}, {"give", "gave"}, {"go", "went"}, {"grow", "grew"},
    {"have", "had"}, {"hear", "heard"}, {"hide", "hid"}, {"hit", "hit"}, {"hold", "held"},
    {"hurt", "hurt"}, {"keep", "kept"}, {"know", "knew"}, {"lay", "laid"}, {"lead", "led"},
    {"leave", "left"}, {"lend", "lent"}, {"let", "let"}, {"lie", "lied"}, {"lose", "lost"},
    {"make", "made"}, {"mean", "meant"}, {"meet", "met"}, {"pay", "paid"}, {"put", "put"},
    {"quit", "quit"}, {"read", "read"}, {"ride", "rode"}, {"rise", "rose"}, {"run", "ran"},
    {"say", "said"}, {"see", "saw"}, {"seek", "sought"}, {"sell", "sold"}, {"send", "sent"},
    {"set", "set"}, {"shake", "shook"}, {"shine", "shone"}, {"shoot", "shot"}, {"shut", "shut"},
    {"sing", "sang"}, {"sink", "sank"}, {"sit", "sat"}, {"sleep", "slept"}, {"speak", "spoke"},
    {"spend", "spent"}, {"spin", "spun"}, {"stand", "stood"}, {"steal", "stole"},
    {"stick", "stuck"}, {"strike", "struck"}, {"swear", "swore"}, {"sweep", "swept"},
    {"swim", "swam"}, {"swing", "swung"}, {"take", "took"}, {"teach", "taught"}, {"tear", "tore"},
    {"tell", "told"}, {"think", "thought"}, {"throw", "threw"}, {"understand", "understood"},
    {"wake", "woke"}, {"wear", "wore"}, {"weave", "wove"}, {"weep", "wept"}, {"win", "won"},
    {"wind", "wound"}, {"write", "wrote"}};

static size_t vowel_groups(struct slice word)
{
	size_t n = 0;

	for (size_t i = 0; i < word.len; i++)
		n += is_vowel(word.ptr[i]) && (i == 0 || !is_vowel(word.ptr[i - 1]));
	return n;
}

/* "stop", "beg": one syllable that ends in consonant, vowel, consonant. */
static bool doubles(struct slice w)
{
	char last, middle, before;

	if (w.len < 3)
		return false;
	last = w.ptr[w.len - 1];
	middle = w.ptr[w.len - 2];
	before = w.ptr[w.len - 3];
	if (is_vowel(last) || strchr("wxy", last) || !is_vowel(middle))
		return false;
	return !is_vowel(before) && vowel_groups(w) == 1;
}

void english_past(struct buf *b, size_t at)
{
	size_t end = at;
	const struct pair *p;
	struct slice word;

	while (end < b->len && is_letter(b->ptr[end]))
		end++;
	if (end == at)
		return;
	word = slice_make(b->ptr + at, end - at);
	p = find_pair(pasts, sizeof pasts / sizeof *pasts, word);
	if (p)
		replace(b, at, word.len, slice_str(p->to));
	else if (ends_with(word, "e"))
		insert(b, end, "d");
	else if (ends_in_consonant_y(word))
		replace(b, end - 1, 1, slice_str("ied"));
	else if (doubles(word))
		replace(b, end, 0, slice_make((char[]){word.ptr[word.len - 1], 'e', 'd'}, 3));
	else
		insert(b, end, "ed");
}
