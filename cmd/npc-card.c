/* npc-card: character cards into pictures, and out of them. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base64.h"
#include "diag.h"
#include "emblem.h"
#include "filter.h"
#include "fs.h"
#include "jw.h"
#include "png.h"

static const char usage[] =
    "npc-card -o DIR [--picture FILE|DIR] [CARDS...], or npc-card --read PNG...";
static const char help[] =
    "  -o, --output DIR      the folder for the pictures: ID.png\n"
    "      --picture PATH    into this PNG, or that called ID.png in this folder; where there is\n"
    "                        none, one is made up\n"
    "  -r, --read            writes the cards that stand in PNGs, a line each\n"
    "      --max-line SIZE   the longest line that is read (16M)\n"
    "      --stats FILE      writes counts and times, as JSON (- is standard error)\n"
    "  -h, --help            -V, --version\n";

enum { PICTURE = 0x100 };

static const struct option options[] = {{"output", required_argument, NULL, 'o'},
    {"picture", required_argument, NULL, PICTURE}, {"read", no_argument, NULL, 'r'},
    FILTER_LINE_OPTIONS, FILTER_OPTIONS, {0}};

struct program {
	struct filter filter;
	const char *out;
	const char *picture;
	bool pictures; /* picture is a folder */
	bool read;
	struct buf given; /* the picture for all */
	struct buf own; /* the picture at hand, where it is not that */
	struct buf texts[2];
	struct buf made;
	struct buf path;
	size_t written;
};

/* ---- into pictures */

static int load(const char *path, struct buf *b, struct err *e)
{
	if (fs_slurp(path, PNG_MAX, b, e) < 0)
		return -1;
	return png_check(buf_all(b), e) < 0 ? err_wrap(e, "%s", path) : 0;
}

/* The picture's folder may have none for this id; anything else that stands there must be a good one. */
static int find_picture(struct program *p, struct slice id, struct slice *picture, struct err *e)
{
	struct stat st;

	*picture = buf_all(&p->given);
	if (p->picture && !p->pictures)
		return 0;
	buf_clear(&p->own);
	buf_clear(&p->path);
	if (p->pictures) {
		buf_fmt(&p->path, "%s/%.*s.png", p->picture, SLICE_FMT(id));
		if (stat(buf_cstr(&p->path), &st) == 0) {
			if (load(buf_cstr(&p->path), &p->own, e) < 0)
				return -1;
			*picture = buf_all(&p->own);
			return 0;
		}
	}
	emblem_put(&p->own, id);
	*picture = buf_all(&p->own);
	return 0;
}

/* The texts of a line's cards: how many there are, or -1. */
static int read_cards(
    struct program *p, const struct json *root, struct png_text *texts, struct err *e)
{
	static const char *const keywords[] = {"chara", "ccv3"};
	int n = 0;

	for (int i = 0; i < 2; i++) {
		const struct json *card = json_get(root, keywords[i]);

		if (!card)
			continue;
		if (card->type != JSON_OBJECT)
			return err_set(e, "\"%s\" must be an object, a card", keywords[i]);
		buf_clear(&p->texts[n]);
		base64_put(&p->texts[n], json_raw(card));
		if (p->texts[n].over)
			return err_set(e, "\"%s\" is too long", keywords[i]);
		texts[n] = (struct png_text){keywords[i], buf_all(&p->texts[n])};
		n++;
	}
	return n ? n : err_set(e, "the line has neither \"chara\" nor \"ccv3\"");
}

/* What goes wrong with a place to write to is wrong for all that come. */
static void write_picture(struct program *p, struct slice id)
{
	struct fs_temp t;
	struct err e;

	buf_clear(&p->path);
	buf_fmt(&p->path, "%s/%.*s.png", p->out, SLICE_FMT(id));
	if (fs_temp_open(&t, buf_cstr(&p->path), &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	if (fs_write(t.fd, p->made.ptr, p->made.len, &e) < 0) {
		fs_temp_drop(&t);
		diag_die(DIAG_STOPPED, "%s: %s", buf_cstr(&p->path), e.text);
	}
	if (fs_temp_commit(&t, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	p->written++;
}

static int make_picture(struct program *p, const struct json *root, struct slice *id, struct err *e)
{
	const struct json *named = json_get_type(root, "id", JSON_STRING);
	struct png_text texts[2];
	struct slice picture;
	int n;

	if (!named || !slice_row_id(slice_make(named->ptr, named->len)))
		return err_set(e, "\"id\" must be 1 to 64 of A-Z a-z 0-9 _ -");
	*id = slice_make(named->ptr, named->len);
	n = read_cards(p, root, texts, e);
	if (n < 0 || find_picture(p, *id, &picture, e) < 0)
		return -1;
	buf_clear(&p->made);
	png_with(picture, texts, (size_t)n, &p->made);
	return p->made.over ? err_set(e, "the picture grew too large") : 0;
}

static void record(void *ctx, const struct json *root)
{
	struct program *p = ctx;
	struct slice id = {0};
	struct err e;

	if (make_picture(p, root, &id, &e) < 0)
		filter_fail(&p->filter, "%s", e.text);
	else
		write_picture(p, id);
}

static void bad_line(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

static void write_all(struct program *p, char *const *operands)
{
	struct stat st;
	struct err e;

	if (!p->out)
		filter_usage(&p->filter, "-o DIR is needed, or --read");
	if (fs_mkdirs(p->out, &e) < 0)
		diag_die(DIAG_STOPPED, "%s", e.text);
	if (p->picture) {
		p->pictures = stat(p->picture, &st) == 0 && S_ISDIR(st.st_mode);
		if (!p->pictures && load(p->picture, &p->given, &e) < 0)
			diag_die(DIAG_USAGE, "--picture: %s", e.text);
	}
	filter_run(&p->filter, operands, record, bad_line, p);
}

/* ---- out of pictures */

/* Puts the card of a picture on the output. */
static int read_picture(struct program *p, const char *path, struct err *e)
{
	struct slice text;
	const struct json *card;

	if (fs_slurp(path, PNG_MAX, &p->own, e) < 0) {
		p->filter.unreadable = true;
		return -1;
	}
	if (png_check(buf_all(&p->own), e) < 0)
		return err_wrap(e, "%s", path);
	if (!png_text(buf_all(&p->own), "ccv3", &text) &&
	    !png_text(buf_all(&p->own), "chara", &text))
		return err_set(e, "%s: no character is in it", path);
	if (base64_get(text, &p->made, e) < 0)
		return err_wrap(e, "%s: its card", path);
	card = json_parse(&p->filter.doc, buf_all(&p->made), e);
	if (!card)
		return err_wrap(e, "%s: its card", path);
	if (card->type != JSON_OBJECT)
		return err_set(e, "%s: its card is no object", path);
	json_compact(card, &p->filter.out.buf);
	return 0;
}

static void read_all(struct program *p, char *const *operands)
{
	static char *const input[] = {"-", NULL};
	struct err e;

	if (p->out || p->picture)
		filter_usage(&p->filter, "--read writes no pictures");
	filter_begin(&p->filter);
	for (char *const *path = *operands ? operands : input; *path; path++) {
		buf_clear(&p->own);
		buf_clear(&p->made);
		p->filter.lines++;
		if (read_picture(p, *path, &e) < 0) {
			diag_warn("%s", e.text);
			p->filter.failed++;
		} else {
			filter_put(&p->filter);
			p->written++;
		}
	}
}

static int end(struct program *p)
{
	stats_int(&p->filter.stats, "cards", p->filter.lines);
	stats_int(&p->filter.stats, "written", p->written);
	stats_int(&p->filter.stats, "failed", p->filter.failed);
	buf_free(&p->given);
	buf_free(&p->own);
	buf_free(&p->texts[0]);
	buf_free(&p->texts[1]);
	buf_free(&p->made);
	buf_free(&p->path);
	return filter_end(&p->filter);
}

int main(int argc, char **argv)
{
	struct program p = {0};
	int c;

	filter_init(&p.filter, argv[0], usage, help);
	while ((c = getopt_long(argc, argv, "o:r" FILTER_LETTERS, options, NULL)) != -1)
		switch (c) {
		case 'o':
			p.out = optarg;
			break;
		case 'r':
			p.read = true;
			break;
		case PICTURE:
			p.picture = optarg;
			break;
		default:
			filter_option(&p.filter, c, optarg);
		}
	if (p.read)
		read_all(&p, argv + optind);
	else
		write_all(&p, argv + optind);
	return end(&p);
}
