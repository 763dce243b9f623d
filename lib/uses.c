#include "uses.h"

struct slice uses_model(const struct json *body, struct buf *scratch)
{
	const struct json *model = json_get_type(body, "model", JSON_STRING);

	buf_clear(scratch);
	return model ? json_text(model, scratch) : slice_str("");
}

static bool is_named(const struct uses *u, size_t i, struct slice model)
{
	return slice_eq(slice_make(u->models[i].name, u->models[i].len), model);
}

/* Mostly the same as before. */
static struct store_use *find(struct uses *u, struct slice model)
{
	size_t i;

	if (u->n && is_named(u, u->last, model))
		return &u->models[u->last].use;
	if (model.len > USES_NAME)
		model.len = 0;
	for (i = 0; i < u->n; i++)
		if (is_named(u, i, model))
			break;
	if (i == USES_MODELS)
		return find(u, slice_str(""));
	if (i == u->n) {
		/* The last place is for all that find none. */
		if (i == USES_MODELS - 1)
			model.len = 0;
		if (model.len)
			memcpy(u->models[i].name, model.ptr, model.len);
		u->models[i].len = model.len;
		u->n++;
	}
	u->last = i;
	return &u->models[i].use;
}

void uses_hit(struct uses *u, struct slice model, size_t bytes, const struct store_info *info)
{
	struct store_use *use = find(u, model);

	use->hits++;
	use->bytes += bytes;
	use->tokens_in += info->tokens_in;
	use->tokens_cached += info->tokens_cached;
	use->tokens_out += info->tokens_out;
}

void uses_miss(struct uses *u, struct slice model)
{
	find(u, model)->misses++;
}

int uses_save(struct uses *u, struct store *s, struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < u->n && status == 0; i++)
		status = store_count(
		    s, slice_make(u->models[i].name, u->models[i].len), &u->models[i].use, e);
	*u = (struct uses){0};
	return status;
}
