/*
 * emblem: a plain picture for whoever has none: a mirrored pattern of shapes on a calm ground,
 * made from a name, so that the same name has the same picture everywhere, and another name most
 * likely another one. A PNG of EMBLEM_WIDTH by EMBLEM_HEIGHT pixels and a few kilobytes.
 *
 *	emblem_put(&b, slice_str("npc-0007"));
 */
#ifndef EMBLEM_H
#define EMBLEM_H

#include "buf.h"
#include "slice.h"

/* Two to three, as front ends show a character. */
enum { EMBLEM_WIDTH = 400, EMBLEM_HEIGHT = 600 };

void emblem_put(struct buf *b, struct slice name);

#endif
