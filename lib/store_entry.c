/*
 * The bytes of an entry: a header of STORE_HEAD bytes, all numbers little-endian, and the payload.
 *
 *	 0	magic			 64	created
 *	 8	version, 4 bytes	 72	expires
 *	12	codec, 4 bytes		 80	tokens: in, cached, out
 *	16	key, 32 bytes		104	XXH3-64 of the payload as it stands here
 *	48	length of the payload	112	XXH3-64 of the header up to here
 *	56	raw length		120	when it was marked as used
 *
 * The mark is the one thing that is written in place, together with the file's time, which is what
 * counts. It is there so that a reader need not ask for that time: minutes since 1970, and their
 * complement.
 */
#include <xxhash.h>

#include "store_impl.h"

enum { CODEC_NONE, CODEC_ZSTD, LEVEL = 3 };
enum { AT_VERSION = 8, AT_CODEC = 12, AT_KEY = 16, AT_NUMBERS = 48, NUMBERS = 8, AT_SUM = 112 };

static const int64_t minute = 60 * STORE_SECOND;

static const char magic[8] = "npcentry";

void store_mark_put(char to[8], int64_t at)
{
	uint32_t minutes = (uint32_t)(at / minute);

	store_put32(to, minutes);
	store_put32(to + 4, ~minutes);
}

/* false: it is none. */
static bool read_mark(const char *from, int64_t *at)
{
	uint32_t minutes = store_get32(from);

	if (minutes != ~store_get32(from + 4) || minutes > INT64_MAX / minute)
		return false;
	*at = minutes * minute;
	return true;
}

static void write_head(char *to, const struct address *key, const struct store_head *h)
{
	const struct store_info *i = &h->info;
	const uint64_t numbers[NUMBERS] = {h->length, h->raw, (uint64_t)i->created,
	    (uint64_t)i->expires, i->tokens_in, i->tokens_cached, i->tokens_out, h->sum};

	memcpy(to, magic, sizeof magic);
	store_put32(to + AT_VERSION, STORE_VERSION);
	store_put32(to + AT_CODEC, h->codec);
	memcpy(to + AT_KEY, key->bytes, ADDRESS_SIZE);
	for (int n = 0; n < NUMBERS; n++)
		store_put64(to + AT_NUMBERS + 8 * n, numbers[n]);
	store_put64(to + AT_SUM, XXH3_64bits(to, AT_SUM));
	store_mark_put(to + STORE_AT_MARK, h->marked);
}

static size_t blocks(size_t payload)
{
	return (STORE_HEAD + payload + STORE_BLOCK - 1) / STORE_BLOCK;
}

/* Packs the payload to where it goes. 0: it would save no disk block, or cannot be packed. */
static size_t pack(struct store *s, struct buf *b, size_t at, struct slice payload)
{
	size_t n, bound = ZSTD_compressBound(payload.len);

	if (blocks(payload.len) < 2)
		return 0;
	if (!s->pack)
		s->pack = ZSTD_createCCtx();
	if (!s->pack || !buf_room(b, STORE_HEAD + bound))
		return 0;
	n = ZSTD_compressCCtx(
	    s->pack, b->ptr + at + STORE_HEAD, bound, payload.ptr, payload.len, LEVEL);
	return ZSTD_isError(n) || blocks(n) >= blocks(payload.len) ? 0 : n;
}

int store_entry_put(struct store *s, struct buf *b, const struct address *key, struct slice payload,
    const struct store_info *info, struct err *e)
{
	struct store_head h = {.info = *info, .raw = payload.len, .marked = store_now(s)};
	size_t at = b->len, packed;

	if (payload.len > STORE_PAYLOAD_MAX)
		return err_set(e, "larger than %zu bytes", STORE_PAYLOAD_MAX);
	packed = pack(s, b, at, payload);
	h.codec = packed ? CODEC_ZSTD : CODEC_NONE;
	h.length = packed ? packed : payload.len;
	if (!buf_room(b, STORE_HEAD + h.length))
		return err_set(e, "larger than %zu bytes", b->max);
	if (!packed && payload.len)
		memcpy(b->ptr + at + STORE_HEAD, payload.ptr, payload.len);
	h.sum = XXH3_64bits(b->ptr + at + STORE_HEAD, h.length);
	write_head(b->ptr + at, key, &h);
	b->len = at + STORE_HEAD + h.length;
	return 0;
}

static void read_numbers(const char *ptr, struct store_head *h)
{
	const char *at = ptr + AT_NUMBERS;

	h->codec = store_get32(ptr + AT_CODEC);
	h->length = store_get64(at);
	h->raw = store_get64(at + 8);
	h->info.created = (int64_t)store_get64(at + 16);
	h->info.expires = (int64_t)store_get64(at + 24);
	h->info.tokens_in = store_get64(at + 32);
	h->info.tokens_cached = store_get64(at + 40);
	h->info.tokens_out = store_get64(at + 48);
	h->sum = store_get64(at + 56);
}

enum store_flaw store_head_read(
    const struct address *key, const char *ptr, size_t len, uint64_t size, struct store_head *h)
{
	if (len < AT_CODEC)
		return STORE_SHORT;
	if (memcmp(ptr, magic, sizeof magic) != 0)
		return STORE_FOREIGN;
	if (store_get32(ptr + AT_VERSION) != STORE_VERSION)
		return STORE_OTHER_VERSION;
	if (len < STORE_HEAD)
		return STORE_SHORT;
	if (store_get64(ptr + AT_SUM) != XXH3_64bits(ptr, AT_SUM))
		return STORE_BAD_HEAD;
	if (memcmp(ptr + AT_KEY, key->bytes, ADDRESS_SIZE) != 0)
		return STORE_OTHER_KEY;
	if (!read_mark(ptr + STORE_AT_MARK, &h->marked))
		return STORE_BAD_MARK;
	read_numbers(ptr, h);
	h->info.stored = size;
	if (size - STORE_HEAD != h->length)
		return STORE_BAD_LENGTH;
	if (h->codec > CODEC_ZSTD || h->raw > STORE_PAYLOAD_MAX ||
	    (h->codec == CODEC_NONE && h->raw != h->length))
		return STORE_BAD_HEAD;
	return STORE_WHOLE;
}

bool store_payload_good(const struct store_head *h, struct slice entry)
{
	return XXH3_64bits(entry.ptr + STORE_HEAD, entry.len - STORE_HEAD) == h->sum;
}

bool store_payload_put(
    const struct store_head *h, struct slice entry, ZSTD_DCtx *unpack, struct buf *b)
{
	struct slice in = slice_make(entry.ptr + STORE_HEAD, entry.len - STORE_HEAD);
	char *to = h->raw ? buf_room(b, h->raw) : "";
	size_t n = in.len;

	if (!to)
		return false;
	if (h->codec == CODEC_NONE)
		memcpy(to, in.ptr, in.len);
	else if (unpack)
		n = ZSTD_decompressDCtx(unpack, to, h->raw, in.ptr, in.len);
	else
		n = ZSTD_decompress(to, h->raw, in.ptr, in.len);
	if (ZSTD_isError(n) || n != h->raw)
		return false;
	b->len += n;
	return true;
}

bool store_read_entry(
    const struct address *key, struct slice entry, struct buf *payload, struct store_info *info)
{
	struct store_head h;

	if (store_head_read(key, entry.ptr, entry.len, entry.len, &h) != STORE_WHOLE ||
	    !store_payload_good(&h, entry) || !store_payload_put(&h, entry, NULL, payload))
		return false;
	*info = h.info;
	return true;
}

const char *store_flaw_text(enum store_flaw flaw)
{
	static const char *const text[] = {
	    [STORE_WHOLE] = "whole",
	    [STORE_SHORT] = "cut short",
	    [STORE_FOREIGN] = "not an entry",
	    [STORE_OTHER_VERSION] = "of another version",
	    [STORE_BAD_HEAD] = "its header is damaged",
	    [STORE_BAD_MARK] = "its mark is damaged",
	    [STORE_OTHER_KEY] = "another's, under this name",
	    [STORE_BAD_LENGTH] = "its length is wrong",
	    [STORE_BAD_PAYLOAD] = "its payload is damaged",
	};

	return text[flaw];
}
