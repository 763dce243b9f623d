/*
 * utf8: UTF-8 (RFC 3629) checked, counted, decoded, written and folded. Overlong forms,
 * surrogates and values above U+10FFFF are bad. Nothing depends on the locale.
 */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes from ptr on are good UTF-8: len when all are, else the first bad one's offset. */
size_t utf8_check(const char *ptr, size_t len);

/* The number of code points in text that is known to be good. */
size_t utf8_count(const char *ptr, size_t len);

/* Reads one code point at ptr (len > 0) into *cp; its length in bytes, 0 when it is bad. */
size_t utf8_decode(const char *ptr, size_t len, uint32_t *cp);

/* Writes cp (no surrogate, at most U+10FFFF) to out; its length in bytes, 1 to 4. */
size_t utf8_encode(uint32_t cp, char out[4]);

/*
 * The largest n <= len at which good text can be cut without splitting a character.
 */
size_t utf8_cut(const char *ptr, size_t len);

/*
 * Simple case folding and its way back, for the alphabets of names: Latin to U+017F, Greek and
 * Cyrillic. Any other code point is returned as it is.
 */
uint32_t utf8_fold(uint32_t cp);
uint32_t utf8_upper(uint32_t cp);

#endif
