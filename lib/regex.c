#include "regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "mem.h"
#include "regex_impl.h"
#include "utf8.h"

/*
 * PCRE2 counts backtracking steps anew for each place where a match could begin, and does not
 * count the characters that one repeat runs over. So the steps at one place are limited by how
 * many places there are, and in long texts the characters that lie before each place that was
 * really tried are added up too (a callout at the pattern's start sees those).
 */
enum {
	STEPS = 1 << 25, /* in all */
	STEPS_MAX = 1000000, /* at one place */
	STEPS_MIN = 2000, /* the same, in the longest texts */
	STEPS_ANCHORED = 5000000, /* where there is but one place; a few for each byte are added */
	HEAP_KIB = 8192,
	LONG_TEXT = 32768 /* from here on, in bytes, characters are counted */
};

#define REACH_MAX ((uint64_t)1 << 30)

struct regex {
	pcre2_code *code;
	pcre2_match_context *context;
	pcre2_match_data *data;
	uint64_t reach;
	bool anchored;
};

static int count_reach(pcre2_callout_block *block, void *arg)
{
	struct regex *r = arg;

	r->reach += block->subject_length - block->start_match;
	return r->reach > REACH_MAX ? PCRE2_ERROR_CALLOUT : 0;
}

static int pcre2_err(struct err *e, int code)
{
	PCRE2_UCHAR text[256];

	pcre2_get_error_message(code, text, sizeof text);
	return err_set(e, "not a usable regular expression: %s", (const char *)text);
}

static pcre2_code *compile(struct slice pattern, struct err *e)
{
	struct buf out = {0};
	uint32_t options =
	    PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C;
	pcre2_code *code = NULL;
	PCRE2_SIZE at;
	bool backrefs;
	int error;

	if (regex_ecma(pattern, &out, &backrefs, e) == 0) {
		if (!backrefs)
			options |= PCRE2_NO_AUTO_CAPTURE;
		code = pcre2_compile((PCRE2_SPTR)out.ptr, out.len, options, &error, &at, NULL);
		if (!code)
			pcre2_err(e, error);
	}
	buf_free(&out);
	return code;
}

static void *checked(void *p)
{
	return p ? p : mem_grow(NULL, SIZE_MAX, 2);
}

struct regex *regex_compile(struct slice pattern, struct err *e)
{
	pcre2_code *code = compile(pattern, e);
	struct regex *r;
	uint32_t options = 0;

	if (!code)
		return NULL;
	r = mem_array(1, sizeof *r);
	r->code = code;
	r->context = checked(pcre2_match_context_create(NULL));
	r->data = checked(pcre2_match_data_create(1, NULL));
	pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
	r->anchored = options & PCRE2_ANCHORED;
	pcre2_set_heap_limit(r->context, HEAP_KIB);
	return r;
}

static void set_limits(struct regex *r, size_t len)
{
	size_t steps = STEPS_ANCHORED + len;

	if (!r->anchored) {
		steps = len < STEPS / STEPS_MIN ? STEPS / (len + 1) : STEPS_MIN;
		steps = steps > STEPS_MAX ? STEPS_MAX : steps;
	}
	r->reach = 0;
	pcre2_set_match_limit(r->context, steps < UINT32_MAX ? (uint32_t)steps : UINT32_MAX);
	pcre2_set_callout(r->context, r->anchored || len < LONG_TEXT ? NULL : count_reach, r);
}

int regex_search(struct regex *r, struct slice text, struct err *e)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.len ? text.ptr : "");
	int rc;

	set_limits(r, text.len);
	rc = pcre2_match(r->code, subject, text.len, 0, PCRE2_NO_UTF_CHECK, r->data, r->context);
	if (rc >= 0)
		return 1;
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	/* The memory of a search that ran away is not kept. */
	pcre2_match_data_free(r->data);
	r->data = checked(pcre2_match_data_create(1, NULL));
	if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT ||
	    rc == PCRE2_ERROR_CALLOUT)
		return err_set(e, "the regular expression takes too many steps on this text");
	return pcre2_err(e, rc);
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_match_data_free(r->data);
	pcre2_match_context_free(r->context);
	pcre2_code_free(r->code);
	free(r);
}
