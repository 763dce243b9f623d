/*
 * png: the chunks of a PNG (ISO/IEC 15948), read, checked, and written anew with other texts. The
 * pixels are carried, never decoded.
 *
 *	if (png_check(file, &e) < 0)
 *		…				// e says in words what is wrong with it
 *	if (png_text(file, "ccv3", &text))
 *		…				// borrows from file
 *	png_with(file, texts, 2, &b);		// file has been checked
 *
 * A picture is checked when its signature is right, every chunk lies within the file and has the
 * right CRC, IHDR stands first and makes sense, image data is there in one run, and IEND ends it.
 * Bytes after IEND are somebody's, and stay. Whether the image data can be decoded is not looked at.
 */
#ifndef PNG_H
#define PNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "slice.h"

/* The largest file that is read, in bytes. */
#define PNG_MAX ((size_t)64 << 20)

/* What a tEXt chunk holds. The keyword has 1 to 79 characters of Latin-1; neither holds a NUL. */
struct png_text {
	const char *keyword;
	struct slice text;
};

int png_check(struct slice file, struct err *e);

/* The text of the first tEXt chunk with that keyword. The file has been checked. */
bool png_text(struct slice file, const char *keyword, struct slice *text);

/*
 * Puts the file on b with these texts before its IEND. tEXt, zTXt and iTXt chunks with the same
 * keywords are left out; everything else passes byte for byte. The file has been checked.
 */
void png_with(struct slice file, const struct png_text *texts, size_t n, struct buf *b);

/* The beginning of a file, and a chunk with its length and CRC: for who makes a picture. */
void png_begin(struct buf *b);
void png_chunk(struct buf *b, const char type[4], struct slice data);

#endif
