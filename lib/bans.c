#include "bans.h"

#include "datafile.h"

static void sift(struct bans *b, uint64_t hash)
{
	b->sieve[(hash >> 6) % BANS_SIEVE] |= UINT64_C(1) << (hash & 63);
}

static bool may_begin(const struct bans *b, uint64_t hash)
{
	return b->sieve[(hash >> 6) % BANS_SIEVE] >> (hash & 63) & 1;
}

static int add(struct bans *b, struct slice text, struct err *e)
{
	struct wordhash w = {0};
	uint64_t hash;
	int status = 0;

	wordhash_add(&w, text);
	if (w.n == 0 || w.n > BANS_PHRASE) {
		status = err_set(e, "wanted 1 to %d words, found %zu", BANS_PHRASE, w.n);
	} else {
		hash = wordhash_phrase(w.word, w.n);
		/* One that is there already stays as it was written first. */
		rows_add(&b->entries, slice_make((const char *)&hash, sizeof hash), text);
		sift(b, w.word[0].hash);
		if (w.n > b->longest)
			b->longest = w.n;
	}
	wordhash_free(&w);
	return status;
}

static int add_all(struct bans *b, const struct json *root, struct err *e)
{
	const struct json *entries = json_get_type(root, "entries", JSON_ARRAY);
	struct buf scratch = {0};
	size_t i = 0;
	int status = 0;

	if (!entries)
		return err_set(e, "/entries: wanted an array");
	for (const struct json *v = json_first(entries); v != json_end(entries) && status == 0;
	     v = json_next(v), i++) {
		const struct json *text =
		    json_is(v, JSON_OBJECT) ? json_get_type(v, "value", JSON_STRING) : v;

		buf_clear(&scratch);
		status = json_is(text, JSON_STRING) ? add(b, json_text(text, &scratch), e)
						    : err_set(e, "wanted a string");
		if (status < 0)
			err_wrap(e, "/entries/%zu", i);
	}
	buf_free(&scratch);
	return status;
}

int bans_load(struct bans *b, const struct conf *c, struct slice name, struct err *e)
{
	struct datafile d;
	int status;

	if (datafile_load(&d, c, "tables", name, e) < 0)
		return -1;
	status = add_all(b, d.root, e);
	if (status < 0)
		err_wrap(e, "%s", datafile_path(&d));
	datafile_free(&d);
	return status;
}

/* The words of the longest entry that stands at word; 0 where there is none. */
static size_t at(
    const struct bans *b, const struct wordhash_word *word, size_t n, struct slice *entry)
{
	size_t found = 0;
	uint64_t hash = 0;

	if (!may_begin(b, word->hash))
		return 0;
	for (size_t k = 1; k <= n && k <= b->longest; k++) {
		size_t i;

		if (k > 1 && (word[k - 1].flags & WORDHASH_BREAK))
			break;
		hash = wordhash_step(hash, word[k - 1].hash);
		if (!rows_find(&b->entries, slice_make((const char *)&hash, sizeof hash), &i))
			continue;
		found = k;
		*entry = rows_text(&b->entries, i);
	}
	return found;
}

static bool capital(struct slice entry)
{
	struct wordhash w = {0};
	bool yes;

	wordhash_add(&w, entry);
	yes = w.word[0].flags & WORDHASH_CAPITAL;
	wordhash_free(&w);
	return yes;
}

size_t bans_count(const struct bans *b, const struct wordhash_word *word, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		struct slice entry;
		size_t len = at(b, word + i, n - i, &entry);

		if (len == 0 || (!(word[i].flags & WORDHASH_CAPITAL) && capital(entry)))
			continue;
		count += len;
		i += len - 1;
	}
	return count;
}

bool bans_find(
    const struct bans *b, const struct wordhash_word *word, size_t n, struct slice *entry)
{
	for (size_t i = 0; i < n; i++)
		if (at(b, word + i, n - i, entry))
			return true;
	return false;
}

void bans_free(struct bans *b)
{
	rows_free(&b->entries);
	*b = (struct bans){0};
}
