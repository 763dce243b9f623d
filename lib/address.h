/*
 * address: content addresses: BLAKE2b-256 (RFC 7693, from libsodium) over fields, each preceded by
 * its length as eight bytes, little-endian, so that no two lists of fields are the same bytes.
 *
 *	struct address_maker m;
 *	struct address a;
 *	address_begin(&m);
 *	address_field(&m, slice_str("npc-llm"));
 *	address_field(&m, buf_all(&canonical));
 *	address_end(&m, &a);
 *	address_hex(&a, hex);			// ADDRESS_HEX digits and a NUL
 *
 * Nothing here fails or allocates; a struct address is plain bytes, to be copied and compared.
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <sodium/crypto_generichash_blake2b.h>
#include <stdbool.h>

#include "slice.h"

enum { ADDRESS_SIZE = 32, ADDRESS_HEX = 2 * ADDRESS_SIZE };

struct address {
	unsigned char bytes[ADDRESS_SIZE];
};

struct address_maker {
	crypto_generichash_blake2b_state state;
};

void address_begin(struct address_maker *m);
void address_field(struct address_maker *m, struct slice field);
void address_end(struct address_maker *m, struct address *a);

/* Lower-case digits and a NUL. */
void address_hex(const struct address *a, char hex[ADDRESS_HEX + 1]);

/* false: not ADDRESS_HEX lower-case digits. */
bool address_parse(struct address *a, struct slice hex);

static inline bool address_eq(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, ADDRESS_SIZE) == 0;
}

#endif
