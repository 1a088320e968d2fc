/* bundle_int.h: sections of a bundle file. Private to src/peer. */
#ifndef PEER_BUNDLE_INT_H
#define PEER_BUNDLE_INT_H

#include "base/map.h"
#include "base/vec.h"
#include "peer/bundle.h"
#include "peer/path.h"

#define BUNDLE_MAGIC	"entente-bundle/1\n"
#define BUNDLE_MANIFEST "manifest"

struct bundle_manifest {
	struct id coalition, from, to;
	int64_t time_ms;
};
void bundle_manifest_print(struct buf *b, const struct bundle_manifest *m);
MUST_USE int bundle_manifest_parse(struct slice text, struct bundle_manifest *ret, struct why *why);

/* ---- reading (bundle_read.c) ---- */

struct bundle_section {
	uint64_t at; /* of its bytes in the file */
	uint64_t length, deflated;
	unsigned width; /* of a tile */
	/* of payloads */
	struct log_id log;
	uint64_t from, to;
};

struct bundle_file {
	int fd; /* borrowed */
	uint64_t size;
	struct map by_path; /* path, of a tile that of the full one → index + 1 */
	VEC(struct bundle_section) section;
	VEC(size_t) payloads; /* sections with contents, as they stand in the file */
};

/* Goes through the whole file: framing, ceilings, trailer. */
MUST_USE int bundle_file_open(
	struct bundle_file *ret, int fd, bundle_progress progress, void *ctx, struct why *why);
void bundle_file_close(struct bundle_file *f);
/* NULL if there is none. */
const struct bundle_section *bundle_file_find(const struct bundle_file *f, struct slice path);
/* Appends the inflated bytes. */
MUST_USE int bundle_section_read(const struct bundle_file *f, const struct bundle_section *s,
	struct buf *ret, struct why *why);

/* ---- the transport over it (bundle_carry.c) ---- */

struct carry {
	const struct bundle_file *file;
	const struct node *node;
	/* Contents opened last. */
	const struct bundle_section *opened;
	struct buf frames; /* owned */
	struct slice rest; /* of frames, behind that of seq `found` */
	uint64_t found;
};
struct transport carry_transport(
	struct carry *c, const struct bundle_file *file, const struct node *node);
void carry_end(struct carry *c);

#endif
