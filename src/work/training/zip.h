/*
 * zip.h: archives in memory, over libzip: what a workbook is packed in. Bombs are refused by size, by ratio and in all; nothing is unpacked to disk,
 * no name in an archive is ever a path here.
 *
 *	struct zip_in *z;
 *	rc = zip_in_open(&z, bytes, why);
 *	rc = zip_in_read(z, "xl/workbook.xml", &buf, why);
 *	zip_in_close(&z);
 */
#ifndef TRAINING_ZIP_H
#define TRAINING_ZIP_H

#include "base/buf.h"
#include "base/why.h"

struct zip_in;
MUST_USE int zip_in_open(struct zip_in **ret, struct slice bytes, struct why *why);
void zip_in_close(struct zip_in **z); /* NULL is fine */
/* A member by its name, case as written. E_MISSING if there is none. `ret` is initialised by the caller. */
MUST_USE int zip_in_read(struct zip_in *z, const char *name, struct buf *ret, struct why *why);
/* How many members' names begin so. */
size_t zip_in_count(struct zip_in *z, const char *prefix);

struct zip_member {
	const char *name;
	struct slice bytes;
};
/* Appends an archive; the same members give the same bytes. */
MUST_USE int zip_write(struct buf *b, const struct zip_member *m, size_t n, struct why *why);

#endif
