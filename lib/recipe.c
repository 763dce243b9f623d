#include "recipe.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"

enum { PART_MAX = 8 << 20 };

/* The text of FOLDER/prompt.mustache; its path is put on path. */
static int read_prompt(const struct recipe *r, struct buf *path, struct buf *text, struct err *e)
{
	buf_fmt(path, "%s/prompt.mustache", r->folder);
	return fs_slurp(buf_cstr(path), PART_MAX, text, e);
}

struct partials {
	const struct recipe *recipe;
	const struct conf *conf;
};

static int load_partial(void *ctx, struct slice name, struct buf *text, struct err *e)
{
	const struct partials *p = ctx;
	struct buf path = {0};
	int status;

	if (!slice_plain_name(name))
		return err_set(e, "'%.*s' is not a partial's name ([a-z0-9-]+)", SLICE_FMT(name));
	buf_fmt(&path, "%s/%.*s.mustache", p->recipe->folder, SLICE_FMT(name));
	status = 0;
	if (access(buf_cstr(&path), F_OK) < 0) {
		buf_clear(&path);
		status = conf_find(p->conf, "partials", name, ".mustache", &path, e);
	}
	if (status == 0)
		status = fs_slurp(buf_cstr(&path), PART_MAX, text, e);
	buf_free(&path);
	return status;
}

static int load_prompt(struct recipe *r, const struct conf *c, struct err *e)
{
	struct partials partials = {r, c};
	struct tmpl_loader loader = {load_partial, &partials};
	struct buf path = {0}, text = {0};
	int status = read_prompt(r, &path, &text, e);

	if (status == 0) {
		r->prompt = tmpl_compile(buf_all(&text), buf_cstr(&path), &loader, e);
		status = r->prompt ? 0 : -1;
	}
	buf_free(&path);
	buf_free(&text);
	return status;
}

/* Parses FOLDER/file; d->root stays NULL where it is not there. */
static int load_part(const struct recipe *r, const struct conf *c, const char *file,
    struct datafile *d, struct err *e)
{
	struct buf path = {0};
	int status = 0;

	*d = (struct datafile){0};
	buf_fmt(&path, "%s/%s", r->folder, file);
	if (access(buf_cstr(&path), F_OK) == 0)
		status = datafile_load(d, c, "recipes", buf_all(&path), e);
	buf_free(&path);
	return status;
}

static int load_schema(struct recipe *r, const struct conf *c, struct err *e)
{
	struct datafile d;
	int status = load_part(r, c, "schema.json", &d, e);

	if (status == 0 && d.root) {
		r->schema = schema_compile(d.root, e);
		status = r->schema ? 0 : err_wrap(e, "%s", datafile_path(&d));
	}
	datafile_free(&d);
	return status;
}

static int load_dice(struct recipe *r, const struct conf *c, struct err *e)
{
	struct datafile d;
	int status = load_part(r, c, "dice.json", &d, e);

	if (status == 0 && d.root) {
		r->dice = grammar_compile(d.root, datafile_path(&d), e);
		status = r->dice ? 0 : -1;
	}
	datafile_free(&d);
	return status;
}

static struct recipe *find(const struct conf *c, struct slice name, struct err *e)
{
	struct buf path = {0};
	struct recipe *r = NULL;
	char *slash;

	if (conf_find(c, "recipes", name, "", &path, e) == 0) {
		while (path.len > 1 && path.ptr[path.len - 1] == '/')
			path.len--;
		r = mem_array(1, sizeof *r);
		r->folder = mem_copy(path.ptr, path.len);
		slash = strrchr(r->folder, '/');
		r->name = slice_str(slash ? slash + 1 : r->folder);
	}
	buf_free(&path);
	if (r && !slice_plain_name(r->name)) {
		err_set(e, "%s: a recipe's name must be plain ([a-z0-9-]+)", r->folder);
		recipe_free(r);
		return NULL;
	}
	return r;
}

struct recipe *recipe_load(const struct conf *c, struct slice name, unsigned parts, struct err *e)
{
	struct recipe *r = find(c, name, e);

	if (!r)
		return NULL;
	if (access(r->folder, X_OK) < 0) {
		err_set(e, "%s: no such recipe", r->folder);
		goto fail;
	}
	if (((parts & RECIPE_PROMPT) && load_prompt(r, c, e) < 0) ||
	    ((parts & RECIPE_SCHEMA) && load_schema(r, c, e) < 0) ||
	    ((parts & RECIPE_BODY) && load_part(r, c, "body.json", &r->body, e) < 0) ||
	    ((parts & RECIPE_DICE) && load_dice(r, c, e) < 0))
		goto fail;
	return r;
fail:
	recipe_free(r);
	return NULL;
}

void recipe_free(struct recipe *r)
{
	if (!r)
		return;
	tmpl_free(r->prompt);
	schema_free(r->schema);
	grammar_free(r->dice);
	datafile_free(&r->body);
	free(r->folder);
	free(r);
}

int recipe_describe(const struct conf *c, struct slice name, struct buf *text, struct err *e)
{
	struct recipe *r = find(c, name, e);
	struct buf path = {0}, prompt = {0};
	struct slice head;
	char *end;
	int status = r ? read_prompt(r, &path, &prompt, e) : -1;

	head = slice_trim(buf_all(&prompt));
	end = head.len ? memmem(head.ptr, head.len, "}}", 2) : NULL;
	if (status == 0 && end && slice_starts(head, "{{!")) {
		head = slice_trim(slice_make(head.ptr + 3, (size_t)(end - head.ptr) - 3));
		for (size_t i = 0; i < head.len; i++)
			buf_byte(text, head.ptr[i] == '\n' ? ' ' : head.ptr[i]);
	}
	buf_free(&path);
	buf_free(&prompt);
	recipe_free(r);
	return status;
}
