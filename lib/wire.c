#include "wire.h"

#include "num.h"

static const char *const verbs[] = {"get", "put", "hit", "miss", "done", "failed"};

enum { VERBS = sizeof verbs / sizeof *verbs };

static bool has_key(enum wire_verb verb)
{
	return verb == WIRE_GET || verb == WIRE_PUT;
}

static bool has_entry(enum wire_verb verb)
{
	return verb == WIRE_PUT || verb == WIRE_HIT;
}

static int take_verb(struct slice word, enum wire_verb *verb)
{
	for (unsigned i = 0; i < VERBS; i++)
		if (slice_is(word, verbs[i])) {
			*verb = (enum wire_verb)i;
			return 0;
		}
	return -1;
}

/* A word that is not there is no number, no key and no length. */
static int take_words(struct slice line, struct wire *m, uint64_t *length, struct err *e)
{
	if (take_verb(slice_split(&line, ' '), &m->verb) < 0)
		return err_set(e, "it begins with no word of the protocol");
	if (num_uint(slice_split(&line, ' '), 0, UINT64_MAX, &m->number, e) < 0)
		return err_wrap(e, "the message's number");
	if (has_key(m->verb) && !address_parse(&m->key, slice_split(&line, ' ')))
		return err_set(e, "the key is not %d hex digits", ADDRESS_HEX);
	if (has_entry(m->verb) && num_uint(slice_split(&line, ' '), 0, WIRE_ENTRY, length, e) < 0)
		return err_wrap(e, "the entry's length");
	if (m->verb == WIRE_FAILED)
		m->bytes = line;
	else if (line.ptr)
		return err_set(e, "more words than %s has", verbs[m->verb]);
	return 0;
}

int wire_take(struct slice *rest, struct wire *m, struct err *e)
{
	size_t seen = rest->len < WIRE_LINE ? rest->len : WIRE_LINE, head;
	const char *end = seen ? memchr(rest->ptr, '\n', seen) : NULL;
	uint64_t length = 0;

	if (!end)
		return seen < WIRE_LINE ? 0 : err_set(e, "a line longer than %d bytes", WIRE_LINE);
	*m = (struct wire){0};
	head = (size_t)(end - rest->ptr) + 1;
	if (take_words(slice_make(rest->ptr, head - 1), m, &length, e) < 0)
		return -1;
	if (has_entry(m->verb)) {
		if (rest->len - head <= length)
			return 0;
		if (rest->ptr[head + length] != '\n')
			return err_set(e, "the entry is longer than it said");
		m->bytes = slice_make(rest->ptr + head, (size_t)length);
		head += (size_t)length + 1;
	}
	rest->ptr += head;
	rest->len -= head;
	return 1;
}

static void put_text(struct buf *b, struct slice text)
{
	size_t len = text.len < WIRE_TEXT ? text.len : WIRE_TEXT;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		buf_byte(b, c < ' ' || c == 0x7f ? '?' : text.ptr[i]);
	}
}

void wire_put(struct buf *b, const struct wire *m)
{
	char hex[ADDRESS_HEX + 1];

	buf_fmt(b, "%s %llu", verbs[m->verb], (unsigned long long)m->number);
	if (has_key(m->verb)) {
		address_hex(&m->key, hex);
		buf_fmt(b, " %s", hex);
	}
	if (m->verb == WIRE_FAILED) {
		buf_byte(b, ' ');
		put_text(b, m->bytes);
	}
	if (has_entry(m->verb)) {
		buf_fmt(b, " %zu\n", m->bytes.len);
		buf_slice(b, m->bytes);
	}
}
