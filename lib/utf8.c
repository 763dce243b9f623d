#include "utf8.h"

#include <string.h>

static const uint64_t high_bits = 0x8080808080808080u;

/* Nearly all text is ASCII, so it is passed eight bytes at a time. */
static size_t ascii_run(const char *ptr, size_t len)
{
	size_t i = 0;
	uint64_t word;

	for (; len - i >= sizeof word; i += sizeof word) {
		memcpy(&word, ptr + i, sizeof word);
		if (word & high_bits)
			break;
	}
	while (i < len && !(ptr[i] & 0x80))
		i++;
	return i;
}

size_t utf8_decode(const char *ptr, size_t len, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)ptr;
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n;
	uint32_t c;

	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len < n)
		return 0;
	c = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*cp = c;
	return n;
}

size_t utf8_check(const char *ptr, size_t len)
{
	size_t i = 0;
	uint32_t cp;

	for (;;) {
		size_t n;

		i += ascii_run(ptr + i, len - i);
		if (i == len)
			return len;
		n = utf8_decode(ptr + i, len - i, &cp);
		if (n == 0)
			return i;
		i += n;
	}
}

size_t utf8_count(const char *ptr, size_t len)
{
	const uint64_t ones = 0x0101010101010101u;
	size_t n = len, i = 0;
	uint64_t word;

	for (; len - i >= sizeof word; i += sizeof word) {
		memcpy(&word, ptr + i, sizeof word);
		n -= (size_t)__builtin_popcountll(word >> 7 & ~word >> 6 & ones);
	}
	for (; i < len; i++)
		n -= ((unsigned char)ptr[i] & 0xc0) == 0x80;
	return n;
}

size_t utf8_encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

size_t utf8_cut(const char *ptr, size_t len)
{
	while (len > 0 && ((unsigned char)ptr[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/*
 * In these blocks an upper-case letter stands at an even (or odd) place and its lower case just
 * after it. U+0130, U+0131, U+0138, U+0149, U+0178 and U+017F are not in such pairs.
 */
static int pair_parity(uint32_t cp)
{
	if ((cp >= 0x100 && cp <= 0x12f) || (cp >= 0x132 && cp <= 0x137) ||
	    (cp >= 0x14a && cp <= 0x177) || (cp >= 0x460 && cp <= 0x481) ||
	    (cp >= 0x48a && cp <= 0x4bf) || (cp >= 0x4d0 && cp <= 0x52f))
		return 0;
	if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17e) ||
	    (cp >= 0x4c1 && cp <= 0x4ce))
		return 1;
	return -1;
}

uint32_t utf8_fold(uint32_t cp)
{
	int parity;

	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
	if (cp >= 0xc0 && cp <= 0xde)
		return cp == 0xd7 ? cp : cp + 32;
	parity = pair_parity(cp);
	if (parity >= 0)
		return (int)(cp & 1) == parity ? cp + 1 : cp;
	if (cp == 0x178)
		return 0xff;
	if (cp == 0x17f)
		return 's';
	if ((cp >= 0x391 && cp <= 0x3ab && cp != 0x3a2) || (cp >= 0x410 && cp <= 0x42f))
		return cp + 32;
	if (cp == 0x3c2)
		return 0x3c3;
	if (cp >= 0x400 && cp <= 0x40f)
		return cp + 80;
	return cp;
}

uint32_t utf8_upper(uint32_t cp)
{
	int parity;

	if (cp < 0x80)
		return cp >= 'a' && cp <= 'z' ? cp - 32 : cp;
	if (cp >= 0xe0 && cp <= 0xfe)
		return cp == 0xf7 ? cp : cp - 32;
	if (cp == 0xff)
		return 0x178;
	parity = pair_parity(cp);
	if (parity >= 0)
		return (int)(cp & 1) == parity ? cp : cp - 1;
	if ((cp >= 0x3b1 && cp <= 0x3cb && cp != 0x3c2) || (cp >= 0x430 && cp <= 0x44f))
		return cp - 32;
	if (cp >= 0x450 && cp <= 0x45f)
		return cp - 80;
	return cp;
}
