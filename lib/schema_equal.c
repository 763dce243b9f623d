#include "mem.h"
#include "schema_impl.h"

enum { SMALL_OBJECT = 16 };

/* Both halves of the product, so that every bit of the word reaches every bit of the hash. */
static uint64_t mix(uint64_t h, uint64_t word)
{
	unsigned __int128 product = (unsigned __int128)(h ^ word) * 0x9e3779b97f4a7c15u;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The last bytes, 8 at most; they may have been read before. */
static uint64_t last_word(struct slice text)
{
	const unsigned char *p = (const unsigned char *)text.ptr;
	uint64_t word = 0;
	uint32_t low, high;

	if (text.len >= sizeof word) {
		memcpy(&word, p + text.len - sizeof word, sizeof word);
	} else if (text.len >= sizeof low) {
		memcpy(&low, p, sizeof low);
		memcpy(&high, p + text.len - sizeof high, sizeof high);
		word = (uint64_t)high << 32 | low;
	} else if (text.len) {
		word = p[0] | (uint64_t)p[text.len / 2] << 8 | (uint64_t)p[text.len - 1] << 16;
	}
	return word;
}

uint32_t schema_hash_text(struct slice text)
{
	uint64_t h = text.len, word;

	for (size_t i = 0; i + sizeof word < text.len; i += sizeof word) {
		memcpy(&word, text.ptr + i, sizeof word);
		h = mix(h, word);
	}
	return (uint32_t)mix(h, last_word(text));
}

static uint32_t hash_string(struct schema_run *r, const struct json *v)
{
	size_t had = r->text.len;
	uint32_t h = schema_hash_text(json_text(v, &r->text));

	r->text.len = had;
	return h;
}

static uint32_t hash_number(const struct json *v)
{
	struct decimal d;

	return decimal_parse(json_raw(v), &d) < 0 ? 0 : decimal_hash(&d);
}

/* Members are added up: their order does not count. */
static uint32_t hash_object(struct schema_run *r, const struct json *v)
{
	uint64_t h = 0;

	for (const struct json *i = json_first(v); i != json_end(v); i = json_next(i))
		h += mix(hash_string(r, i), schema_hash(r, json_value(i)));
	return (uint32_t)mix(h, JSON_OBJECT);
}

static uint32_t hash_array(struct schema_run *r, const struct json *v)
{
	uint64_t h = JSON_ARRAY;

	for (const struct json *i = json_first(v); i != json_end(v); i = json_next(i))
		h = mix(h, schema_hash(r, i));
	return (uint32_t)h;
}

uint32_t schema_hash(struct schema_run *r, const struct json *v)
{
	switch (v->type) {
	case JSON_NUMBER:
		return hash_number(v);
	case JSON_STRING:
		return hash_string(r, v);
	case JSON_ARRAY:
		return hash_array(r, v);
	case JSON_OBJECT:
		return hash_object(r, v);
	default:
		return v->type;
	}
}

size_t schema_words(struct schema_run *r, size_t n)
{
	size_t at = r->words_used;

	if (n > r->words_cap - at) {
		r->words_cap = (at + n) * 2;
		r->words = mem_grow(r->words, r->words_cap, sizeof *r->words);
	}
	if (n)
		memset(r->words + at, 0, n * sizeof *r->words);
	r->words_used += n;
	return at;
}

/*
 * A hash table among the words: slots of a hash and, below it, one more than how far the value
 * stands behind base. Slots are twice the values or more.
 */
struct table {
	size_t at, mask;
	const struct json *base;
};

static struct table make_table(struct schema_run *r, const struct json *base)
{
	size_t slots = 4;

	while (slots < (size_t)base->count * 2)
		slots *= 2;
	return (struct table){schema_words(r, slots), slots - 1, base};
}

/* The value that equals v, or NULL, after v has been added where add says so. */
static const struct json *look_up(
    struct schema_run *r, const struct table *t, const struct json *v, bool add)
{
	uint32_t hash = schema_hash(r, v);
	size_t i = hash & t->mask;
	uint64_t slot;

	for (; (slot = r->words[t->at + i]) != 0; i = (i + 1) & t->mask) {
		const struct json *other = t->base + ((uint32_t)slot - 1);

		if (slot >> 32 == hash && schema_equal(r, other, v))
			return other;
	}
	if (add)
		r->words[t->at + i] = (uint64_t)hash << 32 | ((uint64_t)(v - t->base) + 1);
	return NULL;
}

static size_t index_of(const struct json *array, const struct json *v)
{
	size_t n = 0;

	for (const struct json *i = json_first(array); i != v; i = json_next(i))
		n++;
	return n;
}

bool schema_unique(struct schema_run *r, const struct json *array, size_t *first, size_t *second)
{
	size_t had = r->words_used;
	struct table t;
	const struct json *twin = NULL, *i;

	if (array->count < 2)
		return true;
	t = make_table(r, array);
	for (i = json_first(array); i != json_end(array); i = json_next(i)) {
		twin = look_up(r, &t, i, true);
		if (twin)
			break;
	}
	r->words_used = had;
	if (!twin)
		return true;
	*first = index_of(array, twin);
	*second = index_of(array, i);
	return false;
}

static bool equal_strings(struct schema_run *r, const struct json *a, const struct json *b)
{
	size_t had = r->text.len, middle;
	bool same;

	if (!a->escaped && !b->escaped)
		return a->len == b->len && memcmp(a->ptr, b->ptr, a->len) == 0;
	json_unescape(a, &r->text);
	middle = r->text.len;
	json_unescape(b, &r->text);
	same = slice_eq(slice_make(r->text.ptr + had, middle - had), buf_from(&r->text, middle));
	r->text.len = had;
	return same;
}

static bool equal_numbers(const struct json *a, const struct json *b)
{
	struct decimal x, y;

	if (a->len == b->len && memcmp(a->ptr, b->ptr, a->len) == 0)
		return true;
	return decimal_parse(json_raw(a), &x) == 0 && decimal_parse(json_raw(b), &y) == 0 &&
	    decimal_cmp(&x, &y) == 0;
}

static bool equal_arrays(struct schema_run *r, const struct json *a, const struct json *b)
{
	const struct json *i = json_first(a), *k = json_first(b);

	for (; i != json_end(a); i = json_next(i), k = json_next(k))
		if (!schema_equal(r, i, k))
			return false;
	return true;
}

static const struct json *find_name(
    struct schema_run *r, const struct json *object, const struct json *name)
{
	const struct json *i = json_first(object);

	while (i != json_end(object) && !equal_strings(r, i, name))
		i = json_next(i);
	return i != json_end(object) ? i : NULL;
}

/* From the member from of a on; b has as many members as a. */
static bool equal_in_any_order(
    struct schema_run *r, const struct json *a, const struct json *from, const struct json *b)
{
	size_t had = r->words_used;
	struct table t = {0};
	bool same = true;

	if (b->count > SMALL_OBJECT) {
		t = make_table(r, b);
		for (const struct json *k = json_first(b); k != json_end(b); k = json_next(k))
			look_up(r, &t, k, true);
	}
	for (const struct json *i = from; same && i != json_end(a); i = json_next(i)) {
		const struct json *k = t.base ? look_up(r, &t, i, false) : find_name(r, b, i);

		same = k && schema_equal(r, json_value(i), json_value(k));
	}
	r->words_used = had;
	return same;
}

/* Most often both have their members in the same order. */
static bool equal_objects(struct schema_run *r, const struct json *a, const struct json *b)
{
	const struct json *i = json_first(a), *k = json_first(b);

	for (; i != json_end(a); i = json_next(i), k = json_next(k)) {
		if (!equal_strings(r, i, k))
			return equal_in_any_order(r, a, i, b);
		if (!schema_equal(r, json_value(i), json_value(k)))
			return false;
	}
	return true;
}

bool schema_equal(struct schema_run *r, const struct json *a, const struct json *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case JSON_NUMBER:
		return equal_numbers(a, b);
	case JSON_STRING:
		return equal_strings(r, a, b);
	case JSON_ARRAY:
		return a->count == b->count && equal_arrays(r, a, b);
	case JSON_OBJECT:
		return a->count == b->count && equal_objects(r, a, b);
	default:
		return true;
	}
}

/* Most numbers are integers that one can see. */
bool schema_is_integer(const struct json *v)
{
	struct decimal d;
	uint32_t i = v->ptr[0] == '-';

	while (i < v->len && v->ptr[i] >= '0' && v->ptr[i] <= '9')
		i++;
	return i == v->len || (decimal_parse(json_raw(v), &d) == 0 && decimal_is_integer(&d));
}
