#include "filter.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "diag.h"
#include "num.h"

#ifndef NPC_VERSION
#define NPC_VERSION "0.1.0"
#endif

void filter_init(struct filter *f, const char *argv0, const char *usage, const char *help)
{
	diag_init(argv0);
	*f = (struct filter){.usage = usage, .help = help, .max_line = NDJSON_MAX_LINE};
}

/* Help that cannot be written is an error like any other output. */
static _Noreturn void print_and_exit(const char *text, const char *more)
{
	if (printf("%s\n%s", text, more) < 0 || fflush(stdout) != 0)
		diag_die(DIAG_STOPPED, "cannot write standard output");
	exit(DIAG_OK);
}

static _Noreturn void print_help(const struct filter *f)
{
	char usage[1024];

	if (snprintf(usage, sizeof usage, "usage: %s", f->usage) < 0)
		diag_die(DIAG_STOPPED, "cannot write standard output");
	print_and_exit(usage, f->help);
}

static _Noreturn void print_version(void)
{
	char version[128];

	if (snprintf(version, sizeof version, "%s %s", diag_program(), NPC_VERSION) < 0)
		diag_die(DIAG_STOPPED, "cannot write standard output");
	print_and_exit(version, "");
}

static void set_max_line(struct filter *f, const char *value)
{
	struct err e;
	uint64_t bytes;

	if (num_size(slice_str(value), &bytes, &e) < 0)
		filter_usage(f, "--max-line: %s", e.text);
	if (bytes < 1 || bytes > JSON_TEXT_MAX)
		filter_usage(
		    f, "--max-line: '%s' is not from 1 to %zu bytes", value, JSON_TEXT_MAX);
	f->max_line = (size_t)bytes;
}

void filter_option(struct filter *f, int option, const char *value)
{
	switch (option) {
	case 'h':
		print_help(f);
	case 'V':
		print_version();
	case FILTER_STATS:
		f->stats_path = value;
		break;
	case FILTER_MAX_LINE:
		set_max_line(f, value);
		break;
	default:
		filter_usage(f, NULL);
	}
}

const char *filter_option_name(const struct option *options, int option)
{
	while (options->name && options->val != option)
		options++;
	return options->name ? options->name : "";
}

void filter_usage(const struct filter *f, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (fmt) {
		va_start(ap, fmt);
		if (vsnprintf(text, sizeof text, fmt, ap) >= 0)
			diag_warn("%s", text);
		va_end(ap);
	}
	fprintf(stderr, "usage: %s\n", f->usage);
	exit(DIAG_USAGE);
}

void filter_begin(struct filter *f)
{
	stats_begin(&f->stats, f->stats_path, diag_program());
	ndjson_out_init(&f->out, STDOUT_FILENO);
}

static _Noreturn void cannot_write(const char *why)
{
	diag_die(DIAG_STOPPED, "standard output: %s", why);
}

void filter_fail(struct filter *f, const char *fmt, ...)
{
	char text[ERR_MAX + 256];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) >= 0)
		diag_warn("%s:%lu: %s", f->in.name, f->in.line, text);
	va_end(ap);
	f->failed++;
}

void filter_put(struct filter *f)
{
	struct err e;

	if (ndjson_end(&f->out, &e) < 0)
		cannot_write(e.text);
}

void filter_flush(struct filter *f)
{
	struct err e;

	if (ndjson_flush(&f->out, &e) < 0)
		cannot_write(e.text);
}

static void unreadable(struct filter *f, const char *why)
{
	if (f->out.failed)
		cannot_write(why);
	diag_warn("%s", why);
	f->unreadable = true;
}

static void wait_for_input(struct filter *f, const struct filter_reader *r)
{
	struct pollfd p = {.fd = f->in.fd, .events = POLLIN};

	r->idle(r->ctx);
	if (!f->out.regular)
		filter_flush(f);
	/* An error is for the next read to tell. */
	(void)!poll(&p, 1, -1);
}

void filter_read(struct filter *f, char *const *operands, const struct filter_reader *r)
{
	struct err e;
	struct slice line;
	enum ndjson_got got;

	filter_begin(f);
	ndjson_in_init(&f->in, operands, f->max_line, &f->out);
	f->in.nowait = r->idle != NULL;
	while ((got = ndjson_next(&f->in, &line, &e)) != NDJSON_END) {
		if (got == NDJSON_LINE) {
			f->lines++;
			r->line(r->ctx, line);
		} else if (got == NDJSON_UNREADABLE) {
			unreadable(f, e.text);
		} else if (got == NDJSON_WAIT) {
			wait_for_input(f, r);
		} else if (got == NDJSON_TOO_LONG) {
			f->lines++;
			f->failed++;
			diag_warn("%s", e.text);
			r->bad(r->ctx, e.text);
		}
	}
	ndjson_in_free(&f->in);
}

const struct json *filter_parse(struct filter *f, struct slice text, struct err *e)
{
	const struct json *root = json_parse(&f->doc, text, e);

	if (root)
		return root;
	filter_fail(f, "%s", e->text);
	err_wrap(e, "%s:%lu", f->in.name, f->in.line);
	return NULL;
}

/* A run over lines that are JSON. */
struct parsed {
	struct filter *filter;
	void (*record)(void *ctx, const struct json *root);
	void (*bad)(void *ctx, const char *message);
	void *ctx;
};

static void parse_line(void *ctx, struct slice line)
{
	const struct parsed *p = ctx;
	struct err e;
	const struct json *root = filter_parse(p->filter, line, &e);

	if (root)
		p->record(p->ctx, root);
	else
		p->bad(p->ctx, e.text);
}

static void bad_line(void *ctx, const char *message)
{
	const struct parsed *p = ctx;

	p->bad(p->ctx, message);
}

void filter_run(struct filter *f, char *const *operands,
    void (*record)(void *ctx, const struct json *root), void (*bad)(void *ctx, const char *message),
    void *ctx)
{
	struct parsed p = {f, record, bad, ctx};
	struct filter_reader r = {.line = parse_line, .bad = bad_line, .ctx = &p};

	filter_read(f, operands, &r);
}

int filter_end(struct filter *f)
{
	struct err e;

	filter_flush(f);
	/* NFS and some disks report what they could not store only here. */
	if (close(STDOUT_FILENO) < 0)
		cannot_write("cannot close");
	if (stats_end(&f->stats, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	ndjson_out_free(&f->out);
	json_doc_free(&f->doc);
	if (f->unreadable)
		return DIAG_USAGE;
	return f->failed ? DIAG_SOME_FAILED : DIAG_OK;
}
