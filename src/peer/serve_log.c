/* serve_log.c: checkpoints, tiles and entry bundles. Hashes go to every party (law 6), the bytes of
 * an entry only where pact/release.h says so. */
#include "base/limits.h"
#include "base/report.h"
#include "node/write.h"
#include "peer/serve_int.h"

int serve_checkpoint(struct serving *s, struct why *why)
{
	struct slice note;
	struct log log;
	uint64_t size;
	int rc = log_load(s->db, &s->path.log, &log, why);

	if (rc < 0)
		return rc;
	s->answer->type = "text/plain; charset=utf-8";
	if (id_eq(&log.id.member, &s->node->self))
		return node_head(s->node, s->db, &log, &s->answer->body, why);
	if ((rc = head_get(s->db, log.row, s->arena, &size, &note, why)) < 0)
		return rc;
	buf_slice_add(&s->answer->body, note);
	return 0;
}

/* The same, of the readers that it has by all that was granted later. */
static int granted(struct serving *s, const struct log *log, uint64_t seq, const struct entry *e,
	bool *ret, struct why *why)
{
	struct arena one CLEANUP_ARENA = ARENA(SERVE_ENTRY_ARENA);
	struct why missing = {0};
	struct slice kind, label;
	struct id *member;
	size_t n;
	int rc = fold_readers(s->db, log->row, seq, &one, &member, &n, &kind, &label, &missing);

	*ret = false;
	if (rc == E_MISSING)
		return 0;
	if (rc < 0) {
		*why = missing;
		return rc;
	}
	*ret = release_header(&s->reader, e, member, n);
	return 0;
}

/* May the caller have the bytes of this entry? One that does not even parse is flagged everywhere
 * and kept as evidence: it names no audience, so nobody but its author's partners by leaf hash
 * alone. */
static int entry_released(struct serving *s, const struct log *log, uint64_t seq,
	struct slice bytes, bool *ret, struct why *why)
{
	struct arena one CLEANUP_ARENA = ARENA(SERVE_ENTRY_ARENA);
	struct why missing = {0};
	struct id *audience = NULL;
	struct entry e;
	size_t n = 0;
	int rc = entry_parse(&e, &one, bytes, NULL);

	*ret = false;
	if (rc < 0)
		return 0;
	if (e.audience == AUDIENCE_ALL && !act_is_public_to_parties(e.kind)) {
		rc = fold_roll(s->db, log->row, &e.roll, &one, &audience, &n, &missing);
		if (rc < 0 && rc != E_MISSING) {
			*why = missing;
			return rc;
		}
		*ret = release_header(&s->reader, &e, audience, n);
	} else {
		*ret = release_header(&s->reader, &e, e.member, e.n_member);
	}
	if (s->cut_off && !act_is_public_to_parties(e.kind) && e.audience != AUDIENCE_VEILED &&
		!release_takes_back(e.kind))
		*ret = false;
	else if (!*ret)
		return granted(s, log, seq, &e, ret, why);
	return 0;
}

struct bundle {
	struct slice entry[TILE_WIDTH];
	size_t n;
	struct arena *arena;
};

static int bundle_collect(void *ctx, uint64_t seq, struct slice bytes, struct why *why)
{
	struct bundle *b = ctx;

	(void)seq;
	(void)why;
	MUST(b->n < TILE_WIDTH);
	b->entry[b->n++] = bytes.p != NULL ? arena_copy(b->arena, bytes) : SLICE_NONE;
	return 0;
}

static int serve_entries(struct serving *s, const struct log *log, struct why *why)
{
	const struct tile_path *p = &s->path.tile;
	uint64_t first = p->n * TILE_WIDTH, end = first + p->width, from;
	struct slice from_text = peer_query(s->req->query, "from");
	struct bundle b = {.arena = s->arena};
	int rc;

	if (p->n > INT64_MAX / TILE_WIDTH || end > log->size)
		return why_set(why, E_MISSING, "", "the log is not that long");
	if (from_text.p != NULL) {
		if (slice_u64(from_text, &from) < 0 || from < first || from >= end)
			return why_set(why, E_SYNTAX, "from", "from is an entry of the bundle");
		first = from;
	}
	rc = log_each(s->db, log->row, first, end, bundle_collect, &b, why);
	if (rc < 0)
		return rc;
	if (b.n != end - first)
		return why_set(why, E_IO, "entry", "entries of the log are gone");
	for (size_t i = 0; i < b.n; i++) {
		bool released = false;

		s->answer->decided += b.entry[i].p != NULL;
		if (b.entry[i].p != NULL)
			rc = entry_released(s, log, first + i, b.entry[i], &released, why);
		if (rc < 0)
			return rc;
		bundle_add(&s->answer->body, released ? b.entry[i] : SLICE_NONE);
	}
	return 0;
}

int serve_tile(struct serving *s, struct why *why)
{
	struct log log;
	int rc = log_load(s->db, &s->path.log, &log, why);

	if (rc < 0)
		return rc;
	if (s->path.tile.entries)
		return serve_entries(s, &log, why);
	return log_tile(s->db, log.row, &s->path.tile, &s->answer->body, why);
}
