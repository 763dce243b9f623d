/*
 * decimal: JSON numbers (RFC 8259, section 6) taken exactly as they are written. Nothing is
 * rounded to binary, and nothing is spelt out: 1e400 and 1e-1000000 cost no more than their text.
 * Numbers and exponents may be of any length.
 *
 * A decimal borrows from the text that it was parsed from. {0} is zero.
 *
 *	struct decimal price, step;
 *
 *	decimal_parse(slice_str("19.99"), &price);
 *	decimal_parse(slice_str("0.01"), &step);
 *	decimal_multiple(&price, &step);	// true, where doubles say false
 */
#ifndef DECIMAL_H
#define DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"

/* The value is 0.DIGITS * 10^(point + exponent). */
struct decimal {
	struct slice digits; /* from the first that is not 0 to the last; a '.' may be among them */
	struct slice exponent; /* its digits as written, without leading zeros */
	size_t count; /* of digits, without the '.'; none is zero */
	int64_t point;
	bool negative;
	bool exponent_negative;
};

/* 0, or -1 when the text is not a JSON number. */
int decimal_parse(struct slice text, struct decimal *d);

/* Below 0, 0 or above 0, as a is less than, equal to or more than b. */
int decimal_cmp(const struct decimal *a, const struct decimal *b);

/* 1.0 and 1e3 are integers. */
bool decimal_is_integer(const struct decimal *d);

/*
 * Is a an integer times of? False when of is zero. Time grows with the product of both lengths:
 * who takes of from a stranger limits its count.
 */
bool decimal_multiple(const struct decimal *a, const struct decimal *of);

/* An integer of 0 or more as a size, SIZE_MAX when it is larger; false for any other number. */
bool decimal_size(const struct decimal *d, size_t *n);

/* Equal numbers have equal hashes, however they are written. */
uint32_t decimal_hash(const struct decimal *d);

#endif
