/*
 * wire: the line protocol between npc-cache and a helper program that knows a remote store.
 *
 *	get NUMBER KEY LF			asks; NUMBER is the asker's own, KEY 64 hex digits
 *	put NUMBER KEY LENGTH LF BYTES LF	stores
 *	hit NUMBER LENGTH LF BYTES LF		the answers, one for each, in any order
 *	miss NUMBER LF
 *	done NUMBER LF
 *	failed NUMBER TEXT LF			TEXT says why, for people
 *
 * NUMBER and LENGTH are decimal, without a sign; one blank stands between words. Nothing that comes
 * from the other side is trusted: a line has at most WIRE_LINE bytes, an entry WIRE_ENTRY.
 *
 *	struct slice rest = buf_all(&in);
 *	struct wire m;
 *	while ((got = wire_take(&rest, &m, &e)) > 0)
 *		…				// m.bytes borrows from in
 *	if (got < 0)
 *		…				// nonsense: where the next message begins, nobody knows
 *
 *	wire_put(&out, &(struct wire){.verb = WIRE_MISS, .number = m.number});
 *
 * It is documented for others in npc-cache-redis(1).
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdint.h>

#include "address.h"
#include "buf.h"
#include "err.h"
#include "slice.h"

enum {
	WIRE_LINE = 512, /* with its LF */
	WIRE_TEXT = 400, /* of a failure; longer ones are cut */
	WIRE_ENTRY = 64 << 20,
	WIRE_MESSAGE = WIRE_ENTRY + WIRE_LINE + 1 /* the longest */
};

enum wire_verb { WIRE_GET, WIRE_PUT, WIRE_HIT, WIRE_MISS, WIRE_DONE, WIRE_FAILED };

struct wire {
	enum wire_verb verb;
	uint64_t number;
	struct address key; /* of get and put */
	struct slice bytes; /* the entry of put and hit, the text of failed */
};

/*
 * Takes the message at the head of *rest off it: 1. 0: it is not whole yet, and *rest is as it was.
 * -1: it is none.
 */
int wire_take(struct slice *rest, struct wire *m, struct err *e);

/*
 * Puts the message without its last LF, which is for whoever ends records (outlet_end()). Control
 * bytes in a failure's text, which would end the line, become '?'.
 */
void wire_put(struct buf *b, const struct wire *m);

#endif
