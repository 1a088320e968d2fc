/*
 * Paths of tiles (the first line) and entry bundles (the rest): one spelling of each, and framing
 * that covers all bytes.
 */
#include "base/limits.h"
#include "base/report.h"
#include "log/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void path(struct slice text)
{
	struct buf again CLEANUP_BUF = BUF(KIB);
	struct tile_path p;

	if (tile_path_parse(text, &p) < 0)
		return;
	MUST(p.level < TILE_LEVELS && p.width >= 1 && p.width <= TILE_WIDTH);
	MUST(!p.entries || p.level == 0);
	tile_path_print(&again, &p);
	MUST(slice_eq(text, buf_slice(&again)));
	/* Such a tile exists in some tree. */
	MUST(tile_width_at(p.level, p.n, UINT64_MAX) > 0);
}

static void bundle(struct slice bytes)
{
	struct buf again CLEANUP_BUF = BUF(MIB);
	struct slice rest = bytes, entry;
	struct why why = {0};
	size_t covered = 0;
	int rc;

	while ((rc = bundle_next(&rest, &entry, &why)) == 1) {
		covered += 2 + entry.n;
		MUST(rest.n == bytes.n - covered);
		if (entry.n <= LIMIT_ENTRY_BYTES) {
			bundle_add(&again, entry);
		} else {
			buf_be16(&again, (uint16_t)entry.n);
			buf_slice_add(&again, entry);
		}
	}
	MUST(rc == why.code);
	if (rc == 0)
		MUST(covered == bytes.n &&
			(buf_over(&again) || slice_eq(buf_slice(&again), bytes)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), line;

	path(rest);
	if (slice_cut(&rest, '\n', &line))
		path(line);
	bundle(rest);
	return 0;
}
