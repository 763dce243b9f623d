#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A cut must not leave half a UTF-8 character, nor may the text end in a stray lead byte. */
static void trim(char *text)
{
	size_t n = strlen(text);

	if (n < ERR_MAX - 1)
		return;
	while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
		n--;
	if (n > 0 && (unsigned char)text[n - 1] >= 0xc0)
		n--;
	text[n] = '\0';
}

__attribute__((format(printf, 2, 0))) static void fill(struct err *e, const char *fmt, va_list ap)
{
	if (vsnprintf(e->text, sizeof e->text, fmt, ap) < 0)
		e->text[0] = '\0';
	trim(e->text);
}

int err_set(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	fill(e, fmt, ap);
	va_end(ap);
	return -1;
}

static void append(struct err *e, const char *tail)
{
	size_t n = strlen(e->text);

	if (snprintf(e->text + n, sizeof e->text - n, ": %s", tail) < 0)
		e->text[n] = '\0';
	trim(e->text);
}

int err_sys(struct err *e, int errnum, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	fill(e, fmt, ap);
	va_end(ap);
	append(e, strerror(errnum));
	return -1;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	struct err inner;
	va_list ap;

	if (!e)
		return -1;
	inner = *e;
	va_start(ap, fmt);
	fill(e, fmt, ap);
	va_end(ap);
	append(e, inner.text);
	return -1;
}
