#include "rules.h"

#include <stdlib.h>

#include "json.h"
#include "mem.h"
#include "ndjson.h"

static char *copy(const struct json *v, size_t *len)
{
	struct buf b = {0};
	char *text;

	if (!v)
		return NULL;
	if (v->type == JSON_STRING)
		json_unescape(v, &b);
	else
		json_compact(v, &b);
	text = mem_copy(b.ptr ? b.ptr : "", b.len);
	*len = b.len;
	buf_free(&b);
	return text;
}

static int add(struct rules *r, struct slice line, struct json_doc *doc, struct err *e)
{
	const struct json *root = json_parse(doc, line, e);
	struct rule rule = {0};
	size_t unused;

	if (!root)
		return -1;
	if (root->type != JSON_OBJECT)
		return err_set(e, "not an object");
	rule.match = copy(json_get(root, "match"), &rule.match_len);
	rule.content = copy(json_get(root, "content"), &rule.content_len);
	rule.fault = copy(json_get(root, "fault"), &unused);
	rule.finish = copy(json_get(root, "finish"), &unused);
	r->list = mem_more(r->list, r->n, &r->cap, sizeof *r->list);
	r->list[r->n++] = rule;
	return 0;
}

int rules_read(struct rules *r, const char *path, struct err *e)
{
	char *operands[] = {mem_copy(path, strlen(path)), NULL};
	struct json_doc doc = {0};
	struct ndjson_in in;
	struct slice line;
	enum ndjson_got got;
	int status = 0;

	ndjson_in_init(&in, operands, NDJSON_MAX_LINE, NULL);
	while (status == 0 && (got = ndjson_next(&in, &line, e)) != NDJSON_END) {
		if (got != NDJSON_LINE)
			status = -1;
		else if (add(r, line, &doc, e) < 0)
			status = err_wrap(e, "%s:%lu", path, in.line);
	}
	ndjson_in_free(&in);
	json_doc_free(&doc);
	free(operands[0]);
	return status;
}

const struct rule *rules_find(const struct rules *r, struct slice body)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct rule *rule = &r->list[i];

		if (!rule->match ||
		    (body.len && memmem(body.ptr, body.len, rule->match, rule->match_len)))
			return rule;
	}
	return NULL;
}

void rules_free(struct rules *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->list[i].match);
		free(r->list[i].content);
		free(r->list[i].fault);
		free(r->list[i].finish);
	}
	free(r->list);
	*r = (struct rules){0};
}
