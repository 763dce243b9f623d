#include "setting.h"

#include <stdlib.h>

#include "jw.h"
#include "mem.h"
#include "world.h"

struct setting {
	struct buf text;
	struct json_doc doc;
	const struct json *root;
};

static void put_list(struct buf *b, const struct json *world, const char *member)
{
	const struct json *object = json_get_type(world, member, JSON_OBJECT);

	if (!object)
		return;
	jw_name(b, member);
	jw_array(b);
	for (const struct json *n = json_first(object); n != json_end(object); n = json_next(n)) {
		jw_object(b);
		jw_name(b, "name");
		jw_raw(b, json_raw(n));
		jw_name(b, "text");
		jw_raw(b, json_raw(json_value(n)));
		jw_object_end(b);
	}
	jw_array_end(b);
}

static void put_world(struct buf *b, const struct json *world)
{
	static const char *const plain[] = {"title", "description", "era", "time_period"};

	jw_name(b, "setting");
	jw_object(b);
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		const struct json *v = json_get(world, plain[i]);

		if (!v)
			continue;
		jw_name(b, plain[i]);
		jw_raw(b, json_raw(v));
	}
	put_list(b, world, "detail");
	put_list(b, world, "guardrails");
	jw_object_end(b);
}

struct setting *setting_load(
    const struct conf *c, struct slice name, const struct json *schema, struct err *e)
{
	struct world *w = world_load(c, name, e);
	struct setting *s;

	if (!w)
		return NULL;
	s = mem_array(1, sizeof *s);
	jw_object(&s->text);
	put_world(&s->text, world_json(w));
	jw_name(&s->text, "schema");
	if (schema)
		jw_raw(&s->text, json_raw(schema));
	else
		jw_null(&s->text);
	jw_object_end(&s->text);
	world_free(w);
	s->root = json_parse(&s->doc, buf_all(&s->text), e);
	if (s->root)
		return s;
	setting_free(s);
	return NULL;
}

const struct json *setting_json(const struct setting *s)
{
	return s->root;
}

void setting_free(struct setting *s)
{
	if (!s)
		return;
	json_doc_free(&s->doc);
	buf_free(&s->text);
	free(s);
}
