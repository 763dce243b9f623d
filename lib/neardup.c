#include "neardup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "buf.h"
#include "fs.h"
#include "mem.h"
#include "minhash.h"

/* An estimate that far below still has a chance of one in a thousand to be above in truth. */
#define ESTIMATE_LEAST (NEARDUP_LEAST - 0.15)

enum { SPILL = 256 * 1024, FEW = 16, KEY_BITS = 32, RADIX_BITS = 8, RADIX = 1 << RADIX_BITS };

struct text {
	uint64_t at; /* in the file, bytes */
	uint32_t row, n;
	uint32_t kind;
};

/* The shingles of a text, sorted, each once. */
struct set {
	size_t of; /* which text; SIZE_MAX: none yet */
	uint64_t *shingle;
	size_t n, cap;
};

struct neardup {
	int fd;
	struct buf spill; /* not yet written */
	uint64_t written;
	struct text *text;
	struct minhash *sketch;
	size_t n, text_cap, sketch_cap;
	struct set a, b;
	uint64_t comparisons, verifications; /* that may still be made */
	uint8_t *near; /* by row */
	size_t rows; /* the highest row and one */
};

static int open_unnamed(const char *folder, struct err *e)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	struct buf path = {0};

	if (fd >= 0)
		return fd;
	/* Not every file system knows files without a name. */
	buf_fmt(&path, "%s/npc-census-XXXXXX", folder);
	buf_cstr(&path);
	fd = mkostemp(path.ptr, O_CLOEXEC);
	if (fd >= 0)
		unlink(path.ptr);
	else
		err_sys(e, errno, "cannot make a file in %s", folder);
	buf_free(&path);
	return fd;
}

struct neardup *neardup_new(const char *folder, struct err *e)
{
	struct neardup *d;
	int fd = open_unnamed(folder, e);

	if (fd < 0)
		return NULL;
	d = mem_array(1, sizeof *d);
	d->fd = fd;
	d->a.of = d->b.of = SIZE_MAX;
	return d;
}

static int write_out(struct neardup *d, struct err *e)
{
	if (fs_write(d->fd, d->spill.ptr, d->spill.len, e) < 0)
		return err_wrap(e, "temporary file");
	d->written += d->spill.len;
	buf_clear(&d->spill);
	return 0;
}

int neardup_add(struct neardup *d, uint32_t row, uint32_t kind, const uint64_t *shingles, size_t n,
    struct err *e)
{
	if (n == 0)
		return 0;
	if (d->n == d->text_cap)
		d->text = mem_more(d->text, d->n, &d->text_cap, sizeof *d->text);
	if (d->n == d->sketch_cap)
		d->sketch = mem_more(d->sketch, d->n, &d->sketch_cap, sizeof *d->sketch);
	d->text[d->n] = (struct text){d->written + d->spill.len, row, (uint32_t)n, kind};
	minhash_make(&d->sketch[d->n], shingles, n);
	d->n++;
	if (row >= d->rows)
		d->rows = (size_t)row + 1;
	buf_put(&d->spill, (const char *)shingles, n * sizeof *shingles);
	if (d->spill.over)
		return err_set(e, "a text of %zu words is too long to be compared", n);
	return d->spill.len < SPILL ? 0 : write_out(d, e);
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int read_all(int fd, char *ptr, size_t len, uint64_t at, struct err *e)
{
	while (len) {
		ssize_t n = pread(fd, ptr, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_sys(e, n < 0 ? errno : EIO, "temporary file: cannot read");
		ptr += n;
		len -= (size_t)n;
		at += (size_t)n;
	}
	return 0;
}

static int read_set(struct neardup *d, struct set *s, size_t i, struct err *e)
{
	const struct text *t = &d->text[i];
	size_t n = 0;

	if (s->of == i)
		return 0;
	s->of = SIZE_MAX;
	if (s->cap < t->n) {
		s->shingle = mem_grow(s->shingle, t->n, sizeof *s->shingle);
		s->cap = t->n;
	}
	if (read_all(d->fd, (char *)s->shingle, t->n * sizeof *s->shingle, t->at, e) < 0)
		return -1;
	qsort(s->shingle, t->n, sizeof *s->shingle, by_value);
	for (size_t k = 0; k < t->n; k++)
		if (n == 0 || s->shingle[n - 1] != s->shingle[k])
			s->shingle[n++] = s->shingle[k];
	s->n = n;
	s->of = i;
	return 0;
}

static double jaccard(const struct set *a, const struct set *b)
{
	size_t i = 0, j = 0, both = 0;

	while (i < a->n && j < b->n) {
		uint64_t x = a->shingle[i], y = b->shingle[j];

		both += x == y;
		i += x <= y;
		j += y <= x;
	}
	return (double)both / (double)(a->n + b->n - both);
}

/* What two texts came to be compared by. */
struct search {
	struct neardup *d;
	unsigned band;
	int (*found)(void *ctx, const struct neardup_pair *pair, struct err *e);
	void *ctx;
	struct neardup_result *result;
};

/* Whether a band before this one has brought the two together already. */
static bool met_before(const struct search *s, const struct minhash *a, const struct minhash *b)
{
	for (unsigned band = 0; band < s->band; band++)
		if (minhash_band(a, band) == minhash_band(b, band))
			return true;
	return false;
}

static int verify(struct search *s, size_t i, size_t j, double *similarity, struct err *e)
{
	struct neardup *d = s->d;

	if (d->verifications == 0) {
		s->result->partial = true;
		return 0;
	}
	d->verifications--;
	if (read_set(d, &d->a, i, e) < 0 || read_set(d, &d->b, j, e) < 0)
		return -1;
	*similarity = jaccard(&d->a, &d->b);
	return 0;
}

/* i is before j. */
static int compare(struct search *s, size_t i, size_t j, struct err *e)
{
	struct neardup *d = s->d;
	const struct minhash *a = &d->sketch[i], *b = &d->sketch[j];
	const struct text *x = &d->text[i], *y = &d->text[j];
	double similarity = minhash_similarity(a, b);
	struct neardup_pair pair;

	if (similarity < ESTIMATE_LEAST || x->row == y->row || met_before(s, a, b))
		return 0;
	if (verify(s, i, j, &similarity, e) < 0)
		return -1;
	if (!(similarity > NEARDUP_LEAST))
		return 0;
	pair = (struct neardup_pair){y->row, x->row, x->kind, similarity};
	s->result->pairs++;
	d->near[x->row] = d->near[y->row] = 1;
	return s->found(s->ctx, &pair, e);
}

/* All texts with one band alike. What is in key is the text, in its lower half. */
static int compare_run(struct search *s, const uint64_t *key, size_t n, struct err *e)
{
	struct neardup *d = s->d;
	uint64_t all = (uint64_t)n * (n - 1) / 2;
	bool within = all <= d->comparisons;

	if (within)
		d->comparisons -= all;
	else
		s->result->partial = true;
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			if (j - i > FEW && (!within || d->verifications == 0)) {
				s->result->partial = true;
				break;
			}
			if (compare(s, (uint32_t)key[i], (uint32_t)key[j], e) < 0)
				return -1;
		}
	return 0;
}

/* By the upper half, stable. Returns which of the two arrays holds the result. */
static uint64_t *sort(uint64_t *from, uint64_t *to, size_t n)
{
	for (unsigned shift = 64 - KEY_BITS; shift < 64; shift += RADIX_BITS) {
		size_t count[RADIX] = {0}, at = 0;
		uint64_t *swap = from;

		for (size_t i = 0; i < n; i++)
			count[from[i] >> shift & (RADIX - 1)]++;
		for (size_t i = 0; i < RADIX; i++) {
			size_t here = count[i];

			count[i] = at;
			at += here;
		}
		for (size_t i = 0; i < n; i++)
			to[count[from[i] >> shift & (RADIX - 1)]++] = from[i];
		from = to;
		to = swap;
	}
	return from;
}

static int search_band(struct search *s, uint64_t *room, struct err *e)
{
	struct neardup *d = s->d;
	uint64_t *key;
	size_t end;

	for (size_t i = 0; i < d->n; i++) {
		uint32_t band = d->text[i].kind << 24 | minhash_band(&d->sketch[i], s->band);

		room[i] = (uint64_t)band << KEY_BITS | i;
	}
	key = sort(room, room + d->n, d->n);
	for (size_t i = 0; i < d->n; i = end) {
		for (end = i + 1; end < d->n && key[end] >> KEY_BITS == key[i] >> KEY_BITS;)
			end++;
		if (end - i > 1 && compare_run(s, key + i, end - i, e) < 0)
			return -1;
	}
	return 0;
}

int neardup_find(struct neardup *d,
    int (*found)(void *ctx, const struct neardup_pair *pair, struct err *e), void *ctx,
    struct neardup_result *result, struct err *e)
{
	struct search s = {.d = d, .found = found, .ctx = ctx, .result = result};
	uint64_t *room;
	int status = 0;

	*result = (struct neardup_result){0};
	if (write_out(d, e) < 0)
		return -1;
	d->comparisons = ((uint64_t)1 << 26) + 64 * (uint64_t)d->n;
	d->verifications = ((uint64_t)1 << 16) + (uint64_t)d->n;
	d->near = mem_array(d->rows, 1);
	room = mem_array(2 * d->n, sizeof *room);
	for (s.band = 0; s.band < MINHASH_BANDS && status == 0; s.band++)
		status = search_band(&s, room, e);
	for (size_t i = 0; i < d->rows; i++)
		result->rows += d->near[i];
	free(room);
	return status;
}

void neardup_free(struct neardup *d)
{
	if (!d)
		return;
	close(d->fd);
	buf_free(&d->spill);
	free(d->text);
	free(d->sketch);
	free(d->a.shingle);
	free(d->b.shingle);
	free(d->near);
	free(d);
}
