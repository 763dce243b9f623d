/*
 * mem: checked allocation.
 *
 * Every function returns memory that the caller frees with free(), or ends the program with a
 * message and status 3: running out of memory is the one error that is not handed back. Sizes
 * are counts times element sizes, checked for overflow.
 *
 *	struct tie *ties = mem_array(n, sizeof *ties);
 */
#ifndef MEM_H
#define MEM_H

#include <stddef.h>

/* Zeroed memory for n elements of size bytes; a valid pointer for n = 0 too. */
void *mem_array(size_t n, size_t size);

/* Moves old (which may be NULL) to room for n elements; what is new is not initialised. */
void *mem_grow(void *old, size_t n, size_t size);

/*
 * Room for at least one more than n elements in an array of *cap, doubling *cap as needed;
 * returns the array, moved or not.
 */
void *mem_more(void *old, size_t n, size_t *cap, size_t size);

/* A copy of len bytes with a NUL after them. */
char *mem_copy(const char *ptr, size_t len);

#endif
