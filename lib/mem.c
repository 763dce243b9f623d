#include "mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The one place below diag that writes and ends: nothing could be allocated to report it with. */
static _Noreturn void out_of_memory(void)
{
	static const char text[] = "out of memory\n";

	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(3);
	_exit(3);
}

void *mem_array(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *mem_grow(void *old, size_t n, size_t size)
{
	void *p;

	if (size && n > SIZE_MAX / size)
		out_of_memory();
	p = realloc(old, n && size ? n * size : 1);
	if (!p)
		out_of_memory();
	return p;
}

void *mem_more(void *old, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return old;
	if (n > SIZE_MAX / 2 - 8)
		out_of_memory();
	*cap = n < 8 ? 8 : n * 2;
	return mem_grow(old, *cap, size);
}

char *mem_copy(const char *ptr, size_t len)
{
	char *p = mem_grow(NULL, len + 1, 1);

	if (len)
		memcpy(p, ptr, len);
	p[len] = '\0';
	return p;
}
