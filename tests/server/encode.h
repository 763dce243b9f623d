/*
 * encode: content encodings. gzip (RFC 1952) is compressed; Brotli (RFC 7932) and zstd (RFC 8878)
 * are stored, which every decoder must read as well. Each replaces the text in b.
 */
#ifndef ENCODE_H
#define ENCODE_H

#include "buf.h"
#include "err.h"

int encode_gzip(struct buf *b, struct err *e);
void encode_br(struct buf *b);
void encode_zstd(struct buf *b);

#endif
