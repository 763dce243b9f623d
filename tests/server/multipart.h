/*
 * multipart: the parts of a form (RFC 7578), as they come with a file.
 *
 *	if (multipart_part(&request, "purpose", &value, NULL))
 */
#ifndef MULTIPART_H
#define MULTIPART_H

#include <stdbool.h>

#include "request.h"
#include "slice.h"

/* The content of the part of that name, and its file's name where it has one; false: not there. */
bool multipart_part(
    const struct request *q, const char *name, struct slice *value, struct slice *filename);

#endif
