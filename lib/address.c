#include "address.h"

#include <sodium/core.h>
#include <stdint.h>

/* Without sodium_init() it is the portable BLAKE2b, the slowest; a second call does nothing. */
void address_begin(struct address_maker *m)
{
	(void)!sodium_init();
	crypto_generichash_blake2b_init(&m->state, NULL, 0, ADDRESS_SIZE);
}

static void add(struct address_maker *m, const void *ptr, size_t len)
{
	crypto_generichash_blake2b_update(&m->state, ptr, len);
}

void address_field(struct address_maker *m, struct slice field)
{
	unsigned char length[8];
	uint64_t n = field.len;

	for (int i = 0; i < 8; i++, n >>= 8)
		length[i] = (unsigned char)n;
	add(m, length, sizeof length);
	if (field.len)
		add(m, field.ptr, field.len);
}

void address_end(struct address_maker *m, struct address *a)
{
	crypto_generichash_blake2b_final(&m->state, a->bytes, ADDRESS_SIZE);
}

void address_hex(const struct address *a, char hex[ADDRESS_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < ADDRESS_SIZE; i++) {
		*hex++ = digits[a->bytes[i] >> 4];
		*hex++ = digits[a->bytes[i] & 15];
	}
	*hex = '\0';
}

/* -1: none, a capital too: an address is written in one way. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool address_parse(struct address *a, struct slice hex)
{
	if (hex.len != ADDRESS_HEX)
		return false;
	for (int i = 0; i < ADDRESS_SIZE; i++) {
		int high = digit(hex.ptr[2 * i]), low = digit(hex.ptr[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		a->bytes[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}
