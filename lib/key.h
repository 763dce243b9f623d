/*
 * key: a secret that authenticates, from where it may come: an environment variable or the config
 * file (NAME), a file that nobody else can read (NAME_FILE), or what a command prints (NAME_CMD, run
 * by sh with an empty standard input). Never from the command line. Errors never show it.
 *
 *	struct buf key = {0};
 *	switch (key_find(&conf, "NPC_API_KEY", &key, &e)) {
 *	case 1:		// buf_cstr(&key): one line of visible characters
 *	case 0:		// none of them is set
 *	case -1:	// set, and no good
 *	}
 *	key_free(&key);		// wiped
 */
#ifndef KEY_H
#define KEY_H

#include <stdbool.h>

#include "buf.h"
#include "conf.h"
#include "err.h"

/* Is any of the three set? Runs nothing. */
bool key_is_set(const struct conf *c, const char *name);

int key_find(const struct conf *c, const char *name, struct buf *key, struct err *e);

void key_free(struct buf *key);

#endif
