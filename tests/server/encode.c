#include "encode.h"

#include <stdint.h>
#include <zlib.h>

static void replace(struct buf *b, struct buf *with)
{
	buf_free(b);
	*b = *with;
}

int encode_gzip(struct buf *b, struct err *e)
{
	struct buf out = {0};
	z_stream z = {0};
	char *room;
	int status;

	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return err_set(e, "cannot begin to compress");
	z.next_in = (Bytef *)b->ptr;
	z.avail_in = (uInt)b->len;
	z.avail_out = (uInt)deflateBound(&z, b->len);
	room = buf_room(&out, z.avail_out);
	z.next_out = (Bytef *)room;
	status = room ? deflate(&z, Z_FINISH) : Z_MEM_ERROR;
	out.len = z.total_out;
	deflateEnd(&z);
	if (status != Z_STREAM_END) {
		buf_free(&out);
		return err_set(e, "cannot compress");
	}
	replace(b, &out);
	return 0;
}

static void put_little_endian(struct buf *b, uint64_t n, unsigned bytes)
{
	for (; bytes > 0; bytes--, n >>= 8)
		buf_byte(b, (char)(n & 0xff));
}

void encode_br(struct buf *b)
{
	struct buf out = {0};

	for (size_t at = 0, n; at < b->len; at += n) {
		/* The first block's bits stand behind one that says how large the window is. */
		unsigned shift = at == 0;

		n = b->len - at < 65536 ? b->len - at : 65536;
		put_little_endian(&out, (uint64_t)(n - 1) << (3 + shift) | 1u << (19 + shift), 3);
		buf_put(&out, b->ptr + at, n);
	}
	buf_byte(&out, b->len ? 3 : 6);
	replace(b, &out);
}

void encode_zstd(struct buf *b)
{
	struct buf out = {0};

	put_little_endian(&out, 0xfd2fb528, 4);
	put_little_endian(&out, 0xe0, 1);
	put_little_endian(&out, b->len, 8);
	for (size_t at = 0, n; at < b->len; at += n) {
		n = b->len - at < 65536 ? b->len - at : 65536;
		put_little_endian(&out, (uint64_t)n << 3 | (at + n == b->len), 3);
		buf_put(&out, b->ptr + at, n);
	}
	replace(b, &out);
}
