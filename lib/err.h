/*
 * err: what went wrong, in words, owned by the caller.
 *
 * A library function that can fail takes a struct err *, fills it and returns -1 (or NULL); it
 * never prints. Text is one line without a full stop, the innermost cause last:
 * "cast.ndjson: cannot open: No such file or directory". Longer text is cut at a character.
 * A NULL struct err * is allowed: the cause is then dropped.
 *
 *	struct err e;
 *	if (fs_slurp(path, max, &b, &e) < 0)
 *		diag_die(2, "%s", e.text);
 */
#ifndef ERR_H
#define ERR_H

enum { ERR_MAX = 1024 };

struct err {
	char text[ERR_MAX];
};

/* Sets the text; always returns -1, so that "return err_set(…)" reads well. */
__attribute__((format(printf, 2, 3))) int err_set(struct err *e, const char *fmt, ...);

/* The same, with ": " and the name of the errno value errnum added. */
__attribute__((format(printf, 3, 4))) int err_sys(struct err *e, int errnum, const char *fmt, ...);

/* Puts "prefix: " before the text that is there; always returns -1. */
__attribute__((format(printf, 2, 3))) int err_wrap(struct err *e, const char *fmt, ...);

#endif
