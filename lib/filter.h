/*
 * filter: what every program does the same: the options that all have, the loop over operands and
 * lines, messages that name file and line, and the end with its exit status. For cmd/ only: it
 * prints and exits.
 *
 *	int main(int argc, char **argv)
 *	{
 *		struct filter f;
 *
 *		filter_init(&f, argv[0], usage, help);
 *		while ((c = getopt_long(argc, argv, "r:" FILTER_LETTERS, options, NULL)) != -1)
 *			switch (c) {
 *			case 'r': …
 *			default: filter_option(&f, c, optarg);
 *			}
 *		filter_run(&f, argv + optind, record, bad_line, &state);
 *		return filter_end(&f);
 *	}
 */
#ifndef FILTER_H
#define FILTER_H

#include <getopt.h>
#include <stddef.h>

#include "json.h"
#include "ndjson.h"
#include "stats.h"

#define FILTER_LETTERS "hV"

enum { FILTER_MAX_LINE = 0x1000, FILTER_STATS };

/* For the program's array of long options; the first for all, the second where lines are read. */
/* clang-format off */
#define FILTER_OPTIONS \
	{"help", no_argument, NULL, 'h'}, \
	{"version", no_argument, NULL, 'V'}, \
	{"stats", required_argument, NULL, FILTER_STATS}
#define FILTER_LINE_OPTIONS \
	{"max-line", required_argument, NULL, FILTER_MAX_LINE}
/* clang-format on */

struct filter {
	struct ndjson_in in;
	struct ndjson_out out;
	struct json_doc doc;
	struct stats stats;
	const char *usage; /* one line, after "usage: " */
	const char *help; /* the options, a line each */
	const char *stats_path;
	size_t max_line; /* bytes */
	size_t lines; /* read, the bad ones too */
	size_t failed; /* records */
	bool unreadable; /* an operand could not be read */
};

void filter_init(struct filter *f, const char *argv0, const char *usage, const char *help);

/* The options that all programs have; anything else is wrong usage. */
void filter_option(struct filter *f, int option, const char *value);

/* The long name of what getopt_long() gave for an option with a letter or without. */
const char *filter_option_name(const struct option *options, int option);

/* Wrong usage: a message where fmt is given, the usage line, and exit 2. */
__attribute__((format(printf, 2, 3))) _Noreturn void filter_usage(
    const struct filter *f, const char *fmt, ...);

/*
 * After the options: begins the statistics and the output. filter_run() does it; a program that
 * reads no lines calls it itself.
 */
void filter_begin(struct filter *f);

/*
 * Calls record for each line that is JSON. A line that is not, or is too long, is told and counted
 * as failed; bad gets the message, with file and line. Either may write to f->out.
 */
void filter_run(struct filter *f, char *const *operands,
    void (*record)(void *ctx, const struct json *root), void (*bad)(void *ctx, const char *message),
    void *ctx);

/* Lines as they are, for who parses them itself, or has something to end before it waits. */
struct filter_reader {
	void (*line)(void *ctx, struct slice text);
	/* A line that is too long; it has been told and counted. */
	void (*bad)(void *ctx, const char *message);
	/* No more input is at hand. Not called for what is always at hand, a regular file. */
	void (*idle)(void *ctx);
	void *ctx;
};
void filter_read(struct filter *f, char *const *operands, const struct filter_reader *r);

/*
 * What of a line is JSON. NULL: it is not; that is told and counted, and e has the message, with
 * file and line.
 */
const struct json *filter_parse(struct filter *f, struct slice text, struct err *e);

/* Says why the record at hand failed, with its file and line, and counts it. */
__attribute__((format(printf, 2, 3))) void filter_fail(struct filter *f, const char *fmt, ...);

/* Ends the record in f->out, or exits 3 when it cannot be written. */
void filter_put(struct filter *f);

/* Writes all ended records, or exits 3. */
void filter_flush(struct filter *f);

/* Flushes, writes the statistics, frees; the exit status. */
int filter_end(struct filter *f);

#endif
