/*
 * digest: the filter behind --digest. Reads request lines on standard input and writes
 * {"custom_id","digest"} for each, the digest being that which the server echoes when the body is
 * sent as it stands on the line. Returns an exit status.
 */
#ifndef DIGEST_H
#define DIGEST_H

int digest_lines(void);

#endif
