#include "packed.h"

#include <stdlib.h>
#include <zstd.h>

#include "mem.h"

enum { LEVEL = 3, OUT_SIZE = 128 * 1024 };

void packed_open(struct packed *p)
{
	*p = (struct packed){.encoder = ZSTD_createCCtx(), .out_buf = mem_array(OUT_SIZE, 1)};
	if (p->encoder)
		p->failed = ZSTD_CCtx_setParameter(p->encoder, ZSTD_c_compressionLevel, LEVEL);
}

/* What comes out is only counted. */
static size_t pack(struct packed *p, ZSTD_inBuffer *in, ZSTD_EndDirective how)
{
	ZSTD_outBuffer out = {p->out_buf, OUT_SIZE, 0};
	size_t left = ZSTD_compressStream2(p->encoder, &out, in, how);

	p->out += out.pos;
	if (ZSTD_isError(left))
		p->failed = left;
	return left;
}

void packed_add(struct packed *p, struct slice text)
{
	ZSTD_inBuffer in = {text.ptr, text.len, 0};

	while (p->encoder && in.pos < in.size && !ZSTD_isError(p->failed))
		pack(p, &in, ZSTD_e_continue);
	p->in += text.len;
}

int packed_end(struct packed *p, struct err *e)
{
	ZSTD_inBuffer in = {0};
	size_t left = 1;

	while (p->encoder && left && !ZSTD_isError(p->failed))
		left = pack(p, &in, ZSTD_e_end);
	if (!p->encoder)
		return err_set(e, "cannot pack: out of memory");
	if (ZSTD_isError(p->failed))
		return err_set(e, "cannot pack: %s", ZSTD_getErrorName(p->failed));
	return 0;
}

void packed_free(struct packed *p)
{
	ZSTD_freeCCtx(p->encoder);
	free(p->out_buf);
	*p = (struct packed){0};
}
