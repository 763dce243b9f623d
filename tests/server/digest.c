#include "digest.h"

#include <unistd.h>

#include "diag.h"
#include "json.h"
#include "jw.h"
#include "ndjson.h"
#include "seen.h"

static int put_digest(
    struct json_doc *doc, struct slice line, struct ndjson_out *out, struct err *e)
{
	const struct json *root = json_parse(doc, line, e);
	const struct json *body = json_get(root, "body"), *id = json_get(root, "custom_id");

	if (!root)
		return -1;
	if (!body || !id)
		return err_set(e, "no body or no custom_id");
	jw_object(&out->buf);
	jw_member_json(&out->buf, "custom_id", id);
	jw_name(&out->buf, "digest");
	buf_fmt(&out->buf, "\"%016llx\"", (unsigned long long)seen_digest(json_raw(body)));
	jw_object_end(&out->buf);
	return ndjson_end(out, e);
}

int digest_lines(void)
{
	struct ndjson_in in;
	struct ndjson_out out;
	struct json_doc doc = {0};
	enum ndjson_got got;
	struct slice line;
	struct err e;

	ndjson_out_init(&out, STDOUT_FILENO);
	ndjson_in_init(&in, NULL, NDJSON_MAX_LINE, &out);
	while ((got = ndjson_next(&in, &line, &e)) != NDJSON_END)
		if (got != NDJSON_LINE || put_digest(&doc, line, &out, &e) < 0)
			diag_die(DIAG_STOPPED, "line %lu: %s", in.line, e.text);
	if (ndjson_flush(&out, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	ndjson_in_free(&in);
	ndjson_out_free(&out);
	json_doc_free(&doc);
	return DIAG_OK;
}
