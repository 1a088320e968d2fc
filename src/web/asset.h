/*
 * asset.h: files that are part of the program: style sheet, icon, and the web shell (ui/) if it was
 * built. embed.py makes the table at build time. The path holds the file's hash, so a browser may keep
 * what it has got for ever; only the shell's page, "ui/index.html", has a path without one.
 */
#ifndef WEB_ASSET_H
#define WEB_ASSET_H

#include "net/server.h"

struct asset {
	const char *name; /* "style.css" */
	const char *path; /* "/a/0123456789abcdef/style.css" */
	const char *type;
	const uint8_t *begin, *end;
	const uint8_t *gzip, *gzip_end; /* the same, compressed; NULL if that is not smaller */
};
extern const struct asset assets[]; /* ends with name == NULL */

/* By name; asserted to be there. */
const struct asset *asset_named(const char *name);
/* By path; NULL. */
const struct asset *asset_at(struct slice path);
struct slice asset_bytes(const struct asset *a);
/* The page of the web shell; NULL if this program was built without it. */
const struct asset *asset_shell(void);
/* Answers 200 with it, compressed if the client takes that (RFC 9110 §12.5.3). */
void asset_answer(struct request *req, const struct asset *a);

#endif
