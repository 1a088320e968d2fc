/* bundle_carry.c: a bundle file as a transport: questions of a puller answered from its sections. */
#include "base/limits.h"
#include "base/report.h"
#include "peer/bundle_int.h"
#include "peer/payload.h"

#include <inttypes.h>

/* Only as much of a tile as was asked for: the file has it as wide as its writer's head made it. */
static int carry_tile(struct carry *c, const struct bundle_section *s, const struct tile_path *tile,
	struct slice query, struct buf *ret, struct why *why)
{
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_BUNDLE_BYTES);
	uint64_t first = tile->n * TILE_WIDTH, from = first, seq = first;
	struct slice rest, entry;
	int rc = bundle_section_read(c->file, s, &bytes, why);

	if (rc < 0)
		return rc;
	if (!tile->entries) {
		buf_slice_add(
			ret, slice_sub(buf_slice(&bytes), 0, tile->width * sizeof(struct hash)));
		return 0;
	}
	if (query.n > 0 && (slice_u64(peer_query(query, "from"), &from) < 0 || from < first))
		return why_set(why, E_SYNTAX, "from", "no entry of the bundle");
	rest = buf_slice(&bytes);
	while (seq < first + tile->width && (rc = bundle_next(&rest, &entry, why)) == 1) {
		if (entry.n > LIMIT_ENTRY_BYTES)
			return why_set(why, E_SYNTAX, "entries", "an entry of %zu bytes", entry.n);
		if (seq++ >= from)
			bundle_add(ret, entry.n > 0 ? entry : SLICE_NONE);
	}
	return rc < 0 ? rc : 0;
}

/* ---- contents ---- */

static bool section_has(const struct bundle_section *s, const struct log_id *log, uint64_t seq)
{
	return s->from <= seq && seq <= s->to && log_id_eq(&s->log, log);
}

static const struct bundle_section *payload_section(
	const struct carry *c, const struct log_id *log, uint64_t seq)
{
	if (c->opened != NULL && section_has(c->opened, log, seq))
		return c->opened;
	for (size_t i = 0; i < c->file->payloads.n; i++) {
		const struct bundle_section *s = &c->file->section.p[c->file->payloads.p[i]];

		if (section_has(s, log, seq))
			return s;
	}
	return NULL;
}

static int open_frames(struct carry *c, const struct bundle_section *s, struct why *why)
{
	struct buf sealed CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	int rc;

	if (c->opened == s)
		return 0;
	c->opened = NULL;
	buf_clear(&c->frames);
	if ((rc = bundle_section_read(c->file, s, &sealed, why)) < 0 ||
		(rc = seal_open(&c->node->seal_key, buf_slice(&sealed), &c->frames, why)) < 0)
		return rc;
	c->opened = s;
	c->rest = buf_slice(&c->frames);
	c->found = 0;
	return 0;
}

/* 1 = found, 0 = there is none. */
static int frame_find(struct carry *c, const struct log_id *log, uint64_t seq,
	struct payload_frame *ret, struct why *why)
{
	const struct bundle_section *s = payload_section(c, log, seq);
	struct slice rest;
	int rc;

	if (s == NULL)
		return 0;
	if ((rc = open_frames(c, s, why)) < 0)
		return rc;
	/* Frames and questions both rise: go on behind the one found last, if that is not too far. */
	rest = seq > c->found ? c->rest : buf_slice(&c->frames);
	while ((rc = payload_frame_next(&rest, ret, why)) == 1 && ret->seq < seq) {
		c->found = ret->seq;
		c->rest = rest;
	}
	return rc == 1 ? ret->seq == seq : rc;
}

static int carry_payloads(struct carry *c, const struct log_id *log, struct slice body,
	struct buf *ret, struct why *why)
{
	uint64_t seq[LIMIT_PAYLOADS_PER_REQUEST];
	struct payload_answer head = {0};
	struct payload_frame f;
	size_t n;
	int rc = payload_request_parse(body, seq, &n, &head.next, why);

	if (rc < 0)
		return rc;
	payload_answer_add(ret, &head);
	for (size_t i = 0; i < n; i++) {
		if ((rc = frame_find(c, log, seq[i], &f, why)) < 0)
			return rc;
		if (rc == 0)
			continue;
		if (head.count > 0 && ret->n + f.plain.n > LIMIT_PAYLOADS_ANSWER) {
			head.next = seq[i];
			break;
		}
		payload_frame_add(ret, &f, payload_bucket(f.plain.n));
		head.count++;
	}
	payload_answer_set(ret, &head);
	return 0;
}

/* ---- files ---- */

static int file_piece(
	struct carry *c, struct slice path, uint64_t at, struct buf *ret, struct why *why)
{
	struct buf name CLEANUP_BUF = BUF(2 * PEER_PATH_MAX),
			sealed CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	const struct bundle_section *s;
	int rc;

	buf_slice_add(&name, path);
	buf_addf(&name, "?from=%" PRIu64, at);
	s = bundle_file_find(c->file, buf_slice(&name));
	if (s == NULL)
		return 0;
	if ((rc = bundle_section_read(c->file, s, &sealed, why)) < 0 ||
		(rc = seal_open(&c->node->seal_key, buf_slice(&sealed), ret, why)) < 0)
		return rc;
	return 1;
}

static int carry_file(struct carry *c, struct slice path, struct slice query,
	const struct peer_call *call, unsigned *ret_status, struct why *why)
{
	uint64_t from = 0, at;
	int rc;

	if (query.n > 0 && slice_u64(peer_query(query, "from"), &from) < 0)
		return why_set(why, E_SYNTAX, "from", "no number of bytes");
	MUST(call->sink != NULL);
	*ret_status = 404;
	for (at = from - from % LIMIT_FILE_CHUNK;; at += LIMIT_FILE_CHUNK) {
		struct buf piece CLEANUP_BUF = BUF(LIMIT_FILE_CHUNK);
		struct slice rest;

		if ((rc = file_piece(c, path, at, &piece, why)) <= 0)
			return rc;
		*ret_status = 200;
		rest = buf_slice(&piece);
		if (at < from)
			rest = slice_sub(rest, (size_t)(from - at), rest.n);
		if (rest.n > 0 && call->sink(call->sink_ctx, rest) != 0)
			return why_set(why, E_NET, "", "stopped");
		if (piece.n < LIMIT_FILE_CHUNK)
			return 0;
	}
}

/* ---- the transport ---- */

static int carry_section(struct carry *c, struct peer_path *p, struct slice query, struct buf *ret,
	unsigned *ret_status, struct why *why)
{
	struct buf name CLEANUP_BUF = BUF(PEER_PATH_MAX);
	struct tile_path tile = p->tile;
	const struct bundle_section *s;

	if (p->resource == PEER_TILE)
		p->tile.width = TILE_WIDTH;
	peer_path_print(&name, p);
	s = bundle_file_find(c->file, buf_slice(&name));
	*ret_status = 404;
	if (s == NULL || (p->resource == PEER_TILE && tile.width > s->width))
		return 0;
	*ret_status = 200;
	if (p->resource == PEER_TILE)
		return carry_tile(c, s, &tile, query, ret, why);
	return bundle_section_read(c->file, s, ret, why);
}

static int carry_call(void *ctx, const struct id *peer, const struct peer_call *call,
	unsigned *ret_status, struct buf *ret_body, struct why *why)
{
	struct carry *c = ctx;
	struct slice path = slice_str(call->path), query = SLICE_NONE;
	ptrdiff_t mark = slice_find(path, '?');
	struct peer_path p;
	int rc;

	(void)peer;
	if (mark >= 0) {
		query = slice_sub(path, (size_t)mark + 1, path.n);
		path = slice_sub(path, 0, (size_t)mark);
	}
	MUST(peer_path_parse(path, &p) == 0);
	*ret_status = 200;
	if (p.resource == PEER_PAYLOADS)
		rc = carry_payloads(c, &p.log, call->body, ret_body, why);
	else if (p.resource == PEER_FILE)
		rc = carry_file(c, path, query, call, ret_status, why);
	else
		rc = carry_section(c, &p, query, ret_body, ret_status, why);
	if (rc >= 0 && ret_body->n > call->answer_max && call->sink == NULL)
		rc = why_set(why, E_LIMIT, "", "the answer is too long");
	return rc;
}

struct transport carry_transport(
	struct carry *c, const struct bundle_file *file, const struct node *node)
{
	*c = (struct carry){.file = file, .node = node, .frames = BUF(LIMIT_PEER_ANSWER)};
	return (struct transport){.ctx = c, .call = carry_call, .carried = true};
}

void carry_end(struct carry *c)
{
	buf_free(&c->frames);
	c->opened = NULL;
}

/* ---- import ---- */

#define IMPORT_ROUNDS 100000

static int read_manifest(const struct bundle_file *f, const struct node *node,
	struct bundle_manifest *ret, struct why *why)
{
	const struct bundle_section *s = bundle_file_find(f, SLICE(BUNDLE_MANIFEST));
	struct buf text CLEANUP_BUF = BUF(4 * KIB);
	int rc;

	if (s == NULL)
		return why_set(why, E_SYNTAX, BUNDLE_MANIFEST, "the bundle has no manifest");
	if ((rc = bundle_section_read(f, s, &text, why)) < 0 ||
		(rc = bundle_manifest_parse(buf_slice(&text), ret, why)) < 0)
		return rc;
	if (!id_eq(&ret->to, &node->self))
		return why_set(why, E_DENIED, "bundle", "the bundle is for another party");
	return 0;
}

static int check_known(
	const struct node *node, struct db *db, const struct bundle_manifest *m, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct world w;
	int rc = db_begin_read(db, why);

	if (rc < 0)
		return rc;
	rc = world_load(&w, node, db, &m->coalition, &arena, why);
	db_rollback(db);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < w.n_party; i++)
		if (id_eq(&w.party[i].id, &m->from))
			return 0;
	return why_set(why, E_MISSING, "bundle", "its writer is no party that is known here");
}

static int import_rounds(struct pull *pull, struct db *db, bundle_progress progress, void *ctx,
	struct bundle_result *ret, struct why *why)
{
	for (unsigned i = 0; i < IMPORT_ROUNDS; i++) {
		struct pull_result r = {0};
		int rc = pull_step(pull, db, &r, why);

		if (rc < 0)
			return rc;
		ret->entries += r.entries;
		ret->payloads += r.payloads;
		ret->files += r.files;
		if (progress != NULL)
			progress(ctx, ret->entries + ret->payloads, 0, "importing");
		if (!r.progress)
			return 0;
	}
	return why_set(why, E_STATE, "bundle", "there is no end to it");
}

int bundle_import(const struct node *node, struct db *db, int fd, bundle_progress progress,
	void *ctx, struct bundle_result *ret, struct why *why)
{
	struct bundle_result result = {0};
	struct bundle_manifest m;
	struct bundle_file file;
	struct carry carry;
	struct pull *pull;
	int rc = bundle_file_open(&file, fd, progress, ctx, why);

	if (rc < 0)
		return rc;
	if ((rc = read_manifest(&file, node, &m, why)) < 0 ||
		(rc = check_known(node, db, &m, why)) < 0) {
		bundle_file_close(&file);
		return rc;
	}
	pull = pull_new(&(struct pull_options){.node = node,
		.coalition = m.coalition,
		.peer = m.from,
		.transport = carry_transport(&carry, &file, node)});
	result.coalition = m.coalition;
	result.from = m.from;
	rc = import_rounds(pull, db, progress, ctx, &result, why);
	pull_free(&pull);
	carry_end(&carry);
	bundle_file_close(&file);
	if (rc < 0)
		return rc;
	*ret = result;
	return 0;
}
