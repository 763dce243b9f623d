/*
 * setting: a world as the templates of prompts see it.
 *
 *	{"setting":{"title":"…","description":"…","era":"…","time_period":"…",
 *	 "detail":[{"name":"Environment","text":"…"},…],"guardrails":[{"name":…,"text":…},…]},
 *	 "schema":{…}}
 *
 * Objects of texts become lists, since a template cannot walk an object. schema is there when the
 * prompt itself has to say what is wanted, else null. Made to be the context that is asked first,
 * so that no row can pose as the setting.
 *
 *	struct setting *s = setting_load(&conf, name, NULL, &e);
 *	tmpl_render_messages(prompt, (const struct json *[]){row, setting_json(s)}, 2, …);
 *	setting_free(s);
 */
#ifndef SETTING_H
#define SETTING_H

#include "conf.h"
#include "err.h"
#include "json.h"
#include "slice.h"

struct setting;

/* name is a world's, as world_load() takes it; schema may be NULL and is copied. */
struct setting *setting_load(
    const struct conf *c, struct slice name, const struct json *schema, struct err *e);

/* The object at the top. */
const struct json *setting_json(const struct setting *s);

void setting_free(struct setting *s);

#endif
