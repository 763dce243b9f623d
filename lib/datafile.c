#include "datafile.h"

#include "fs.h"

static int load(
    struct datafile *d, const struct conf *c, const char *kind, struct slice name, struct err *e)
{
	if (conf_find(c, kind, name, ".json", &d->path, e) < 0 ||
	    fs_slurp(buf_cstr(&d->path), DATAFILE_MAX, &d->text, e) < 0)
		return -1;
	d->root = json_parse(&d->doc, buf_all(&d->text), e);
	if (!d->root)
		return err_wrap(e, "%s", datafile_path(d));
	if (!json_is(d->root, JSON_OBJECT))
		return err_set(
		    e, "%s: wanted an object, found %s", datafile_path(d), json_type_name(d->root));
	return 0;
}

int datafile_load(
    struct datafile *d, const struct conf *c, const char *kind, struct slice name, struct err *e)
{
	*d = (struct datafile){0};
	if (load(d, c, kind, name, e) == 0)
		return 0;
	datafile_free(d);
	return -1;
}

void datafile_free(struct datafile *d)
{
	json_doc_free(&d->doc);
	buf_free(&d->text);
	buf_free(&d->path);
	d->root = NULL;
}
