#include "facts_impl.h"

#include <stdlib.h>

#include "mem.h"

/* Where the reading of a text stands. */
struct scan {
	struct facts *f;
	const struct wordhash_word *word;
	size_t n;
	const struct facts_word *const *class;
	bool ours; /* the sentence's subject is the person */
	uint32_t others; /* who else has come up in this sentence: FACTS_OTHERS ... */
	uint32_t others_before; /* ... and in the one before */
};

static bool is_class(const struct scan *s, size_t i, uint32_t class)
{
	return i < s->n && (s->class[i] -> class &class);
}

/* Is word i within the sentence and the clause of the one before it? */
static bool joined(const struct scan *s, size_t i)
{
	return i < s->n && !(s->word[i].flags & WORDHASH_BREAK);
}

/* A pronoun means the person only while nobody else has come up whom it could mean. */
static bool clear(const struct scan *s, uint32_t rivals)
{
	return !(s->others & rivals) && !(s->others_before & rivals & ~(uint32_t)FACTS_EITHER);
}

/* Does word i name the person? */
static bool subject(const struct scan *s, size_t i)
{
	const struct facts *f = s->f;

	if (i >= s->n)
		return false;
	if (is_class(s, i, FACTS_I | FACTS_I_AM))
		return true;
	for (size_t k = 0; k < f->n_subjects; k++)
		if (f->subject[k] == s->word[i].hash)
			return k < f->n_names || clear(s, f->rivals[k]);
	return false;
}

/* Is the verb at i the person's? What stands before it says so. */
static bool ours_at(const struct scan *s, size_t i)
{
	while (i > 0 && joined(s, i) && is_class(s, i - 1, FACTS_ADVERB))
		i--;
	if (i == 0 || !joined(s, i))
		return false;
	if (i > 1 && is_class(s, i - 1, FACTS_WHO))
		return subject(s, i - 2);
	return subject(s, i - 1) || (s->ours && !s->others && is_class(s, i - 1, FACTS_LINK));
}

static size_t past_adverbs(const struct scan *s, size_t i)
{
	while (joined(s, i) && is_class(s, i, FACTS_ADVERB))
		i++;
	return i;
}

bool facts_stands(const struct wordhash *phrase, const struct wordhash_word *word, size_t n)
{
	if (phrase->n == 0 || n < phrase->n)
		return false;
	for (size_t i = 0; i < phrase->n; i++)
		if (word[i].hash != phrase->word[i].hash ||
		    (i > 0 && (word[i].flags & WORDHASH_BREAK)))
			return false;
	return true;
}

/* A sentence may be as long as a line; this far it is looked at from where something is stated. */
enum { BESIDE = 64 };

/* Is what is given mentioned in the sentence that word i stands in? */
static bool mentioned_beside(const struct scan *s, size_t fact, size_t i)
{
	const struct wordhash *own = &s->f->fact[fact].now;
	size_t from = i, to = i + 1;

	while (from > 0 && i - from < BESIDE && !(s->word[from].flags & WORDHASH_SENTENCE))
		from--;
	while (to < s->n && to - i < BESIDE && !(s->word[to].flags & WORDHASH_SENTENCE))
		to++;
	for (; from < to; from++)
		if (facts_stands(own, s->word + from, to - from))
			return true;
	return false;
}

/* "weaver" says nothing against "master weaver": is this one of the given value's own phrases? */
static bool within_own(const struct wordhash *own, const struct wordhash_word *word, size_t n)
{
	const struct wordhash phrase = {(struct wordhash_word *)(uintptr_t)word, n, n};

	for (size_t i = 0; i < own->n; i++)
		if (facts_stands(&phrase, own->word + i, own->n - i))
			return true;
	return false;
}

/* What stands from word i on may be a value of the fact. */
static void claim(struct scan *s, size_t fact, size_t i, bool weak)
{
	struct facts *f = s->f;
	struct facts_claim *c;

	if (fact >= f->n || i >= s->n || f->fact[fact].now.n == 0 || mentioned_beside(s, fact, i))
		return;
	c = facts_new_claim(f, fact);
	c->weak = weak;
	for (size_t k = 1; k <= FACTS_PHRASE && i + k <= s->n; k++) {
		if (k > 1 && !joined(s, i + k - 1))
			break;
		if (!within_own(&f->fact[fact].now, s->word + i, k))
			c->phrase[k - 1] = wordhash_phrase(s->word + i, k);
	}
}

/* A number at i, in digits or words; how many words it takes, 0 for none. */
static size_t number_at(const struct scan *s, size_t i, uint32_t *number)
{
	if (i >= s->n)
		return 0;
	if (s->word[i].flags & WORDHASH_NUMBER) {
		*number = s->word[i].number;
		return 1;
	}
	if (!is_class(s, i, FACTS_SMALL | FACTS_TENS))
		return 0;
	*number = s->class[i]->number;
	if (!is_class(s, i, FACTS_TENS) || !joined(s, i + 1) || !is_class(s, i + 1, FACTS_SMALL) ||
		s->class[i + 1] -> number > 9)
		return 1;
	*number += s->class[i + 1]->number;
	return 2;
}

static void say_age(struct scan *s, uint32_t age)
{
	struct facts *f = s->f;
	struct buf text = {0};

	if (f->ages[f->rows - 1] == FACTS_NONE || f->ages[f->rows - 1] == age)
		return;
	buf_fmt(&text, "%u", age);
	facts_say(f, f->n, buf_all(&text));
	buf_free(&text);
}

/* "is 40 years old", "is forty.": i is where the number would stand. */
static void age_after_be(struct scan *s, size_t i)
{
	uint32_t age;
	size_t n = number_at(s, i, &age);
	bool article = false;

	if (n == 0 && is_class(s, i, FACTS_ARTICLE) && joined(s, i + 1)) {
		article = true;
		n = number_at(s, ++i, &age);
	}
	if (n == 0 || !joined(s, i))
		return;
	i += n;
	if (joined(s, i) && is_class(s, i, FACTS_YEAR)) {
		if (joined(s, i + 1) && is_class(s, i + 1, FACTS_OLD))
			say_age(s, age);
		else if (joined(s, i + 1) && is_class(s, i + 1, FACTS_OF) &&
		    is_class(s, i + 2, FACTS_OLD))
			say_age(s, age);
	} else if (!article && !joined(s, i) && age >= 2 && age < 200) {
		say_age(s, age);
	}
}

/* The verbs that a sentence about the person may have. */
static void verb(struct scan *s, size_t i)
{
	const size_t occupation = s->f->occupation;
	size_t next = past_adverbs(s, i + 1);
	uint32_t age;

	if (!joined(s, next))
		return;
	if (is_class(s, i, FACTS_BE | FACTS_I_AM)) {
		age_after_be(s, next);
		if (is_class(s, next, FACTS_ARTICLE) && joined(s, next + 1))
			claim(s, occupation, next + 1, false);
	}
	if (is_class(s, i, FACTS_BECAME) && is_class(s, next, FACTS_ARTICLE))
		claim(s, occupation, next + 1, false);
	if (is_class(s, i, FACTS_WORKS) && is_class(s, next, FACTS_AS) &&
	    is_class(s, next + 1, FACTS_ARTICLE) && joined(s, next + 2))
		claim(s, occupation, next + 2, false);
	if (is_class(s, i, FACTS_LIVES) && is_class(s, next, FACTS_PLACE))
		claim(s, s->f->home, next + 1 + is_class(s, next + 1, FACTS_ARTICLE), false);
	if (is_class(s, i, FACTS_AGED) && number_at(s, next, &age))
		say_age(s, age);
}

/* "His home is in": i is the possessive. */
static void dwelling(struct scan *s, size_t i)
{
	size_t next = i + 1;

	if (!joined(s, next) || !is_class(s, next, FACTS_DWELLING))
		return;
	next = past_adverbs(s, next + 1);
	if (joined(s, next) && is_class(s, next, FACTS_BE))
		next = past_adverbs(s, next + 1);
	if (joined(s, next) && is_class(s, next, FACTS_PLACE))
		claim(s, s->f->home, next + 1 + is_class(s, next + 1, FACTS_ARTICLE), false);
}

/* "the work of a", "earns as a", "what a": i is the article. */
static void general(struct scan *s, size_t i)
{
	if (i == 0 || !joined(s, i) || !joined(s, i + 1))
		return;
	if (is_class(s, i - 1, FACTS_GENERAL) ||
	    (i > 1 && is_class(s, i - 1, FACTS_OF) && is_class(s, i - 2, FACTS_WORK)) ||
	    (i > 1 && is_class(s, i - 1, FACTS_AS) && is_class(s, i - 2, FACTS_LIFE)))
		claim(s, s->f->occupation, i + 1, true);
}

static void classify(struct facts *f, const struct wordhash_word *word, size_t n)
{
	if (f->class_cap < n) {
		f->class = mem_grow(f->class, n, sizeof *f->class);
		f->class_cap = n;
	}
	for (size_t i = 0; i < n; i++)
		f->class[i] = facts_class(f->table, word[i].hash);
}

static void begin_sentence(struct scan *s, size_t i)
{
	s->others_before = s->others;
	s->others = 0;
	s->ours = subject(s, i);
	if (is_class(s, i, FACTS_POSSESSIVE) && !s->others_before)
		dwelling(s, i);
}

void facts_claims(struct facts *f, const struct wordhash_word *word, size_t n)
{
	const uint32_t verbs =
	    FACTS_BE | FACTS_I_AM | FACTS_WORKS | FACTS_BECAME | FACTS_LIVES | FACTS_AGED;
	struct scan s = {.f = f, .word = word, .n = n};

	classify(f, word, n);
	s.class = f->class;
	for (size_t i = 0; i < n; i++) {
		if (word[i].flags & WORDHASH_SENTENCE)
			begin_sentence(&s, i);
		if (s.class[i] -> class == 0)
			continue;
		if (is_class(&s, i, verbs) && (ours_at(&s, i) || is_class(&s, i, FACTS_I_AM)))
			verb(&s, i);
		if (is_class(&s, i, FACTS_A))
			general(&s, i);
		s.others |= s.class[i]->class & FACTS_OTHERS;
	}
}
