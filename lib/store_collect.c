/*
 * The automatic collection. Once the counters are over the store's size, a round begins: a cutoff
 * is found such that what was last used before it is a sixteenth of the store (and what it is over
 * its size). Keys are hashes: a few folders are as good a sample as all. Each put that finds the
 * store over its size then goes through one folder, or as many small ones as it takes, and removes
 * what is below the cutoff, a bounded number of entries; so all of the store gives way evenly.
 * What a folder holds is counted anew on the way.
 */
#include <stdlib.h>

#include "mem.h"
#include "store_impl.h"

/*
 * The sum is seen every so many puts. One looks at so many entries at most, but for the last
 * folder's, and removes so many, or a part of a folder.
 */
enum {
	SEEN = 16,
	LOOKED_AT = 4096,
	REMOVED = 128,
	REMOVED_PART = 16,
	SAMPLE = 2048,
	SPARE_PART = 16
};

static int by_age(const void *a, const void *b)
{
	const struct store_file *x = a, *y = b;

	return (x->mtime > y->mtime) - (x->mtime < y->mtime);
}

/* The time before which there are as many bytes of the sample as shall go. */
static int64_t cutoff_of(struct store_files *sample, double part, int64_t now)
{
	double all = 0, below = 0;
	size_t i;

	for (i = 0; i < sample->n; i++) {
		sample->file[i].mtime = store_used(&sample->file[i], now);
		all += (double)sample->file[i].size;
	}
	qsort(sample->file, sample->n, sizeof *sample->file, by_age);
	for (i = 0; i < sample->n && below < all * part; i++)
		below += (double)sample->file[i].size;
	return i ? sample->file[i - 1].mtime + 1 : 0;
}

/* false: nothing is over, once it is counted. */
static bool begin(struct store *s, struct store_round *round)
{
	struct store_files sample = {0};
	struct store_totals t;
	double keep = (double)(s->max_size - s->max_size / SPARE_PART);
	unsigned i;
	bool over = false;

	for (i = 0; i < STORE_FOLDERS && sample.n < SAMPLE; i++)
		if (store_survey(s, i, &sample, NULL) < 0)
			goto out;
	if (store_accounts_sum(s, &t, NULL, NULL) < 0 || t.bytes <= s->max_size)
		goto out;
	*round = (struct store_round){
	    .cutoff = cutoff_of(&sample, ((double)t.bytes - keep) / (double)t.bytes, store_now(s))};
	over = true;
out:
	free(sample.file);
	return over;
}

/* Those below the cutoff come first. */
static size_t part_old(struct store_files *files, int64_t cutoff, int64_t now)
{
	size_t n = 0;

	for (size_t i = 0; i < files->n; i++)
		if (store_used(&files->file[i], now) < cutoff) {
			struct store_file f = files->file[n];

			files->file[n++] = files->file[i];
			files->file[i] = f;
		}
	return n;
}

/* 1: done with this folder; 0: it has more; -1: failed. */
static int sweep(struct store *s, const struct store_round *round, size_t *looked, size_t *left)
{
	struct store_files files = {0};
	struct store_report r = {0};
	size_t old, may;
	int status = store_survey(s, (unsigned)round->next, &files, NULL);

	*looked += files.n;
	old = part_old(&files, round->cutoff, store_now(s));
	may = *left > files.n / REMOVED_PART ? *left : files.n / REMOVED_PART;
	may = old < may ? old : may;
	if (status == 0)
		status = store_remove(s, files.file, may, &r, NULL);
	*left -= may < *left ? may : *left;
	free(files.file);
	return status < 0 ? -1 : may == old;
}

static bool is_over(struct store *s)
{
	struct store_totals t;

	return store_accounts_sum(s, &t, NULL, NULL) == 0 && t.bytes > s->max_size;
}

static void run(struct store *s, struct store_round *round)
{
	size_t looked = 0, left = REMOVED;
	struct store_report r = {0};

	/* A cutoff of the future is from before the clock was set back. */
	if (round->next >= STORE_FOLDERS || round->cutoff > store_now(s)) {
		store_sweep_temps(s, &r, NULL);
		if (!begin(s, round))
			return;
	}
	while (round->next < STORE_FOLDERS && looked < LOOKED_AT && left && is_over(s)) {
		int done = sweep(s, round, &looked, &left);

		if (done < 0)
			break;
		round->next += (uint64_t)done;
	}
	store_round_write(s, round, NULL);
}

/* The sum is not looked at for each put: a few entries over is not over. */
static bool is_time(struct store *s, uint64_t size)
{
	bool due =
	    s->unseen == 0 || s->unseen >= SEEN || s->unseen_bytes + size > s->max_size / 1024;

	s->unseen = due ? 1 : s->unseen + 1;
	s->unseen_bytes = due ? 0 : s->unseen_bytes + size;
	return due;
}

/* Nobody is told of a failure: the put has succeeded, and gc says what cannot be removed. */
void store_collect(struct store *s, uint64_t size)
{
	struct store_totals t;
	struct store_round round;

	if (!is_time(s, size) || !is_over(s) || store_lock_collector(s, false, NULL) != 0)
		return;
	if (store_accounts_sum(s, &t, &round, NULL) == 0)
		run(s, &round);
	store_unlock_collector(s);
}
