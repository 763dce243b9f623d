#include "emblem.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "mem.h"
#include "png.h"
#include "rng.h"

/* The field of cells stands in the middle, its right half being the left one's mirror image. */
enum {
	CELL = 60,
	COLUMNS = 5,
	ROWS = 7,
	LEFT = (EMBLEM_WIDTH - COLUMNS * CELL) / 2,
	TOP = (EMBLEM_HEIGHT - ROWS * CELL) / 2,
	BANDS = 24 /* of the ground */
};

enum shape { NOTHING, DISC, SQUARE, DIAMOND, RING, ARCH, SHAPES };

/* The palette: the ground from top to bottom, then two colours for the shapes. */
enum { FIRST = BANDS, SECOND, COLOURS };

struct emblem {
	enum shape shape[ROWS][COLUMNS];
	uint8_t colour[ROWS][COLUMNS];
};

static void draw_cells(struct emblem *m, uint64_t key)
{
	for (int row = 0; row < ROWS; row++)
		for (int column = 0; column <= COLUMNS / 2; column++) {
			uint64_t bits = rng_at(key, (uint64_t)(row * COLUMNS + column));
			int mirror = COLUMNS - 1 - column;

			/* Two in five stay empty. */
			m->shape[row][column] =
			    bits % 5 < 2 ? NOTHING : (enum shape)(1 + (bits >> 8) % (SHAPES - 1));
			m->colour[row][column] = (uint8_t)((bits >> 16) % 3 ? FIRST : SECOND);
			m->shape[row][mirror] = m->shape[row][column];
			m->colour[row][mirror] = m->colour[row][column];
		}
}

/* Is a point of a cell within its shape? x and y are from the cell's middle, in pixels. */
static bool within(enum shape shape, int x, int y)
{
	int square = x * x + y * y, reach = CELL / 2 - 4;

	switch (shape) {
	case DISC:
		return square <= reach * reach;
	case SQUARE:
		return abs(x) <= reach - 2 && abs(y) <= reach - 2;
	case DIAMOND:
		return abs(x) + abs(y) <= reach;
	case RING:
		return square <= reach * reach && square >= reach * reach / 4;
	case ARCH:
		return abs(x) <= reach && y <= reach && (y >= 0 || square <= reach * reach);
	default:
		return false;
	}
}

static uint8_t pixel(const struct emblem *m, int x, int y)
{
	int column = (x - LEFT) / CELL, row = (y - TOP) / CELL;

	if (x >= LEFT && y >= TOP && column < COLUMNS && row < ROWS &&
	    within(
		m->shape[row][column], (x - LEFT) % CELL - CELL / 2, (y - TOP) % CELL - CELL / 2))
		return m->colour[row][column];
	return (uint8_t)(y * BANDS / EMBLEM_HEIGHT);
}

/* Hue, saturation and lightness, each from 0 to 1, as red, green and blue. */
static void put_colour(char *rgb, double hue, double saturation, double lightness)
{
	static const double turn[] = {0, 8, 4};
	double spread = saturation * fmin(lightness, 1 - lightness);

	for (int i = 0; i < 3; i++) {
		double k = fmod(turn[i] + hue * 12, 12);
		double part = fmax(-1, fmin(fmin(k - 3, 9 - k), 1));

		rgb[i] = (char)(unsigned char)((lightness - spread * part) * 255 + 0.5);
	}
}

static void put_palette(struct buf *b, uint64_t key)
{
	double hue = rng_unit_at(key, 1);
	char palette[3 * COLOURS];

	for (int i = 0; i < BANDS; i++)
		put_colour(palette + 3 * i, hue, 0.3, 0.92 - 0.2 * i / BANDS);
	put_colour(palette + 3 * FIRST, fmod(hue + 0.06, 1), 0.5, 0.34);
	put_colour(palette + 3 * SECOND, fmod(hue + 0.4 + 0.2 * rng_unit_at(key, 2), 1), 0.6, 0.5);
	png_chunk(b, "PLTE", slice_make(palette, sizeof palette));
}

/* Each line begins with its filter: none. */
static void put_pixels(struct buf *b, const struct emblem *m)
{
	uLong size = (uLong)(EMBLEM_WIDTH + 1) * EMBLEM_HEIGHT, packed_size = compressBound(size);
	Bytef *plain = mem_array(size, 1), *packed = mem_array(packed_size, 1);

	for (int y = 0; y < EMBLEM_HEIGHT; y++)
		for (int x = 0; x < EMBLEM_WIDTH; x++)
			plain[y * (EMBLEM_WIDTH + 1) + 1 + x] = pixel(m, x, y);
	/* It cannot fail: the room is enough, and mem would have said if there were no memory. */
	if (compress2(packed, &packed_size, plain, size, Z_DEFAULT_COMPRESSION) == Z_OK)
		png_chunk(b, "IDAT", slice_make((const char *)packed, packed_size));
	free(plain);
	free(packed);
}

void emblem_put(struct buf *b, struct slice name)
{
	static const char header[] = {0, 0, EMBLEM_WIDTH >> 8, (char)(EMBLEM_WIDTH & 255), 0, 0,
	    EMBLEM_HEIGHT >> 8, EMBLEM_HEIGHT & 255, 8, 3, 0, 0, 0};
	uint64_t key = rng_key(0, name);
	struct emblem m;

	draw_cells(&m, rng_key(key, slice_str("cells")));
	png_begin(b);
	png_chunk(b, "IHDR", slice_make(header, sizeof header));
	put_palette(b, key);
	put_pixels(b, &m);
	png_chunk(b, "IEND", (struct slice){0});
}
