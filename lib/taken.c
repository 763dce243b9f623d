#include "taken.h"

#include "json.h"
#include "ndjson.h"
#include "num.h"

/* The number of an id npc-NUMBER; 0 for any other id. */
static int id_number(const struct json *id, uint64_t *number, struct err *e)
{
	static const char prefix[] = "npc-";
	const size_t len = sizeof prefix - 1;
	struct slice text;

	*number = 0;
	if (!json_is(id, JSON_STRING) || id->escaped)
		return 0;
	text = slice_make(id->ptr, id->len);
	if (text.len == len || !slice_starts(text, prefix))
		return 0;
	text = slice_make(text.ptr + len, text.len - len);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return 0;
	return num_uint(text, 0, TAKEN_NUMBER_MAX, number, e);
}

static int add_row(struct taken *t, const struct json *row, struct err *e)
{
	const struct json *name;
	struct buf scratch = {0};
	uint64_t number;

	if (!json_is(row, JSON_OBJECT))
		return err_set(e, "wanted a row (an object), found %s", json_type_name(row));
	if (id_number(json_get(row, "id"), &number, e) < 0)
		return err_wrap(e, "id");
	if (number > t->highest)
		t->highest = number;
	name = json_get_type(row, "name", JSON_STRING);
	if (name)
		fold_add(&t->names, json_text(name, &scratch), number);
	buf_free(&scratch);
	return 0;
}

static int add_line(struct taken *t, struct json_doc *doc, struct slice line, struct err *e)
{
	const struct json *row = json_parse(doc, line, e);

	return row ? add_row(t, row, e) : -1;
}

int taken_read(struct taken *t, char *path, struct err *e)
{
	char *operands[] = {path, NULL};
	struct json_doc doc = {0};
	struct ndjson_in in;
	struct slice line;
	enum ndjson_got got;
	int status = 0;

	ndjson_in_init(&in, operands, NDJSON_MAX_LINE, NULL);
	while (status == 0 && (got = ndjson_next(&in, &line, e)) != NDJSON_END) {
		if (got != NDJSON_LINE) {
			status = -1;
		} else if (add_line(t, &doc, line, e) < 0) {
			status = err_wrap(e, "%s:%lu", in.name, in.line);
		}
	}
	ndjson_in_free(&in);
	json_doc_free(&doc);
	return status;
}

bool taken_has(struct taken *t, struct slice name, uint64_t *number)
{
	return fold_find(&t->names, name, number);
}

void taken_free(struct taken *t)
{
	fold_free(&t->names);
	t->highest = 0;
}
