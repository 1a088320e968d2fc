/* bundle_write.c: everything a reader may have, written down as the answers to what it would ask. */
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "peer/bundle_int.h"
#include "peer/heads.h"
#include "peer/payload.h"
#include "peer/serve.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>
#include <zlib.h>

struct writer {
	const struct node *node;
	struct db *db;
	struct id coalition, reader;
	uint8_t seal[32]; /* the reader's */
	int fd;
	struct hasher *hash; /* owned */
	uint64_t written;
	bundle_progress progress;
	void *ctx;
	uint64_t done, all; /* entries */
};

static int write_bytes(struct writer *w, struct slice bytes, struct why *why)
{
	int rc;

	if (bytes.n > LIMIT_BUNDLE_FILE - w->written)
		return why_set(
			why, E_LIMIT, "bundle", "a bundle is at most %zu bytes", LIMIT_BUNDLE_FILE);
	rc = fd_write_all(w->fd, bytes.p, bytes.n);
	if (rc < 0)
		return why_set(why, E_IO, "bundle", "%s", strerror(-rc));
	if (w->hash != NULL)
		hash_add(w->hash, bytes);
	w->written += bytes.n;
	return 0;
}

/* Deflates into `ret`; false if that makes it no shorter, or so short that no reader would believe it. */
static bool deflate_all(struct slice from, struct buf *ret)
{
	z_stream z = {0};
	uint8_t *to = buf_room(ret, from.n);
	int rc;

	if (to == NULL || from.n < 64 ||
		deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	z.next_in = (z_const Bytef *)(uintptr_t)from.p;
	z.avail_in = (uInt)from.n;
	z.next_out = to;
	z.avail_out = (uInt)from.n;
	rc = deflate(&z, Z_FINISH);
	buf_cut(ret, z.total_out);
	deflateEnd(&z);
	return rc == Z_STREAM_END && ret->n < from.n &&
	       (from.n <= LIMIT_BUNDLE_PLAIN || from.n / LIMIT_BUNDLE_RATIO <= ret->n);
}

static int write_section(
	struct writer *w, const char *path, struct slice bytes, bool deflate, struct why *why)
{
	struct buf head CLEANUP_BUF = BUF(4 * KIB), deflated CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	struct slice body = bytes;
	int rc;

	MUST(bytes.n <= LIMIT_PEER_ANSWER && strlen(path) <= PEER_PATH_MAX);
	if (deflate && deflate_all(bytes, &deflated))
		body = buf_slice(&deflated);
	buf_be32(&head, (uint32_t)strlen(path));
	buf_str(&head, path);
	buf_be64(&head, bytes.n);
	buf_be64(&head, body.n);
	rc = write_bytes(w, buf_slice(&head), why);
	return rc < 0 ? rc : write_bytes(w, body, why);
}

static int write_sealed(struct writer *w, const char *path, struct slice plain, struct why *why)
{
	struct buf sealed CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	int rc = seal_to(w->seal, plain, &sealed, why);

	return rc < 0 ? rc : write_section(w, path, buf_slice(&sealed), false, why);
}

/* ---- asking as the reader would ---- */

static int ask(struct writer *w, const char *method, const char *path, struct slice body,
	struct peer_answer *ret, struct why *why)
{
	struct peer_request req = {.method = method,
		.path = slice_str(path),
		.body = body,
		.known = true,
		.caller = w->reader,
		.expired = true};

	MUST(peer_serve(w->node, w->db, &req, ret) == PEER_ANSWER);
	if (ret->status == 200 || ret->status == 404)
		return 0;
	buf_free(&ret->body);
	if (ret->fd >= 0)
		close(ret->fd);
	return why_set(why, E_IO, "bundle", "asking for %s fails with %u", path, ret->status);
}

/* An answer as it is, if there is one. */
static int copy(struct writer *w, const struct peer_path *p, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX);
	struct peer_answer a;
	int rc;

	peer_path_print(&path, p);
	if ((rc = ask(w, "GET", buf_cstr(&path), SLICE_NONE, &a, why)) < 0)
		return rc;
	if (a.status == 200)
		rc = write_section(w, buf_cstr(&path), buf_slice(&a.body), true, why);
	else if (p->resource == PEER_HEADS)
		rc = why_set(why, E_DENIED, "reader", "the reader is no party of this coalition");
	buf_free(&a.body);
	return rc;
}

/* Root documents, member by member. */
static int copy_roots(struct writer *w, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX);
	struct peer_path p = {.resource = PEER_ROOTS, .coalition = w->coalition};
	struct root_digest d;
	struct peer_answer a;
	struct slice rest;
	int rc;

	peer_path_print(&path, &p);
	if ((rc = ask(w, "GET", buf_cstr(&path), SLICE_NONE, &a, why)) < 0)
		return rc;
	if (a.status == 200)
		rc = write_section(w, buf_cstr(&path), buf_slice(&a.body), true, why);
	p.resource = PEER_ROOT;
	rest = a.status == 200 ? buf_slice(&a.body) : SLICE_NONE;
	while (rc >= 0 && (rc = root_digest_next(&rest, &d, why)) == 1) {
		p.log.member = d.member;
		rc = copy(w, &p, why);
	}
	buf_free(&a.body);
	return rc;
}

static int copy_tiles(struct writer *w, const struct log *log, uint64_t size, struct why *why)
{
	struct peer_path p = {.resource = PEER_TILE, .coalition = w->coalition, .log = log->id};
	int rc = 0;

	for (unsigned level = 0; rc >= 0 && level < TILE_LEVELS; level++) {
		for (uint64_t n = 0; rc >= 0; n++) {
			unsigned width = tile_width_at(level, n, size);

			if (width == 0)
				break;
			p.tile = (struct tile_path){.level = level, .n = n, .width = width};
			rc = copy(w, &p, why);
			if (rc < 0 || level > 0)
				continue;
			p.tile.entries = true;
			rc = copy(w, &p, why);
			w->done += width;
			if (w->progress != NULL)
				w->progress(w->ctx, w->done, w->all, "entries");
		}
	}
	return rc;
}

/* ---- contents ---- */

/* Frames of one answer, sealed. *ret_next: where to go on. */
static int copy_payloads_from(struct writer *w, const struct log *log, uint64_t from, uint64_t to,
	uint64_t *ret_next, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX), body CLEANUP_BUF = BUF(256);
	struct payload_answer head;
	struct peer_answer a;
	struct slice frames;
	int rc;

	peer_path_print(&path,
		&(struct peer_path){
			.resource = PEER_PAYLOADS, .coalition = w->coalition, .log = log->id});
	buf_addf(&body, "from %" PRIu64 " to %" PRIu64 "\n", from, to);
	if ((rc = ask(w, "POST", buf_cstr(&path), buf_slice(&body), &a, why)) < 0)
		return rc;
	frames = buf_slice(&a.body);
	rc = payload_answer_parse(&frames, &head, why);
	*ret_next = rc >= 0 && head.next <= to ? head.next : to + 1;
	buf_addf(&path, "?from=%" PRIu64 "&to=%" PRIu64, from, *ret_next - 1);
	if (rc >= 0 && head.count > 0)
		rc = write_sealed(w, buf_cstr(&path), frames, why);
	buf_free(&a.body);
	if (rc >= 0 && *ret_next <= from)
		rc = why_set(why, E_IO, "bundle", "contents of the log cannot be read");
	return rc;
}

static int copy_payloads(struct writer *w, const struct log *log, uint64_t size, struct why *why)
{
	int rc = 0;

	for (uint64_t from = 0, next = 0; rc >= 0 && from < size; from = next) {
		uint64_t to = from + LIMIT_PAYLOADS_PER_REQUEST - 1;

		rc = copy_payloads_from(w, log, from, to < size ? to : size - 1, &next, why);
		if (w->progress != NULL)
			w->progress(w->ctx, next, size, "contents");
	}
	return rc;
}

/* ---- files ---- */

static int copy_pieces(
	struct writer *w, const char *path, const struct peer_answer *a, struct why *why)
{
	uint8_t *piece CLEANUP_FREE = mem_zero_alloc(1, LIMIT_FILE_CHUNK);
	uint64_t at = 0;

	for (;;) {
		struct buf name CLEANUP_BUF = BUF(PEER_PATH_MAX);
		size_t n = 0;
		int rc;

		while (n < LIMIT_FILE_CHUNK) {
			ssize_t got =
				pread(a->fd, piece + n, LIMIT_FILE_CHUNK - n, (off_t)(at + n));

			if (got < 0 && errno == EINTR)
				continue;
			if (got < 0)
				return why_set(why, E_IO, "file", "%s", strerror(errno));
			if (got == 0)
				break;
			n += (size_t)got;
		}
		buf_addf(&name, "%s?from=%" PRIu64, path, at);
		rc = write_sealed(w, buf_cstr(&name), slice_of(piece, n), why);
		if (rc < 0 || n < LIMIT_FILE_CHUNK)
			return rc;
		at += n;
		if (w->progress != NULL)
			w->progress(w->ctx, at, a->fd_size, "files");
	}
}

static int copy_file(struct writer *w, const struct peer_path *p, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX);
	struct peer_answer a;
	int rc;

	peer_path_print(&path, p);
	if ((rc = ask(w, "GET", buf_cstr(&path), SLICE_NONE, &a, why)) < 0)
		return rc;
	if (a.status == 200 && a.fd >= 0)
		rc = copy_pieces(w, buf_cstr(&path), &a, why);
	if (a.fd >= 0)
		close(a.fd);
	buf_free(&a.body);
	return rc;
}

/* Under each entry that names it, as it will be asked for: which of them the reader may have, peer_serve says. */
static int copy_files(struct writer *w, struct why *why)
{
	struct stmt *st = db_stmt(w->db,
		"SELECT f.sha256, l.member, l.epoch, f.seq FROM item_file f JOIN log l ON l.id = f.log "
		"WHERE l.coalition = $1 ORDER BY f.sha256, l.member, l.epoch, f.seq");
	VEC(struct peer_path) list = {0};
	int rc;

	db_bind_blob(st, 1, id_slice(&w->coalition));
	while ((rc = db_step(st, why)) == DB_ROW) {
		struct peer_path p = {.resource = PEER_FILE, .coalition = w->coalition};

		MUST(db_blob(st, 0).n == sizeof(p.file.b) &&
			db_blob(st, 1).n == sizeof(p.log.member.b));
		memcpy(p.file.b, db_blob(st, 0).p, sizeof(p.file.b));
		memcpy(p.log.member.b, db_blob(st, 1).p, sizeof(p.log.member.b));
		p.log.coalition = w->coalition;
		p.log.epoch = (uint32_t)db_i64(st, 2);
		p.seq = (uint64_t)db_i64(st, 3);
		vec_push(&list, p);
	}
	db_reset(st);
	for (size_t i = 0; rc >= 0 && i < list.n; i++)
		rc = copy_file(w, &list.p[i], why);
	vec_free(&list);
	return rc < 0 ? rc : 0;
}

/* ---- all of it ---- */

struct exported {
	struct log log;
	uint64_t size; /* of the head that is in the bundle */
};

static int list_logs(struct writer *w, struct arena *arena, struct exported **ret, size_t *ret_n,
	struct why *why)
{
	struct world world = {.node = w->node, .coalition.id = w->coalition};
	struct exported *list;
	struct log *log;
	size_t n;
	int rc = world_logs(&world, w->db, arena, &log, &n, why);

	if (rc < 0)
		return rc;
	list = arena_array(arena, struct exported, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct slice note;

		list[i] = (struct exported){.log = log[i], .size = log[i].size};
		/* Of others' logs a head may be known that is older than the entries held. */
		if (!id_eq(&log[i].id.member, &w->node->self) &&
			head_get(w->db, log[i].row, arena, &list[i].size, &note, NULL) < 0)
			list[i].size = 0;
		w->all += list[i].size;
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

static int find_seal(struct writer *w, struct arena *arena, struct why *why)
{
	struct root_chain chain;
	int rc = root_chain_load(w->db, &w->reader, arena, &chain, why);

	if (rc < 0)
		return rc;
	memcpy(w->seal, root_latest(&chain)->seal, sizeof(w->seal));
	return 0;
}

static int write_front(struct writer *w, struct why *why)
{
	static const enum peer_resource front[] = {PEER_PROOFS, PEER_CHARTER, PEER_HEADS};
	struct buf manifest CLEANUP_BUF = BUF(4 * KIB);
	int rc = write_bytes(w, SLICE(BUNDLE_MAGIC), why);

	bundle_manifest_print(&manifest, &(struct bundle_manifest){.coalition = w->coalition,
						 .from = w->node->self,
						 .to = w->reader,
						 .time_ms = env_now_ms(&w->node->env)});
	if (rc >= 0)
		rc = write_section(w, BUNDLE_MANIFEST, buf_slice(&manifest), false, why);
	if (rc >= 0)
		rc = copy_roots(w, why);
	for (size_t i = 0; rc >= 0 && i < sizeof(front) / sizeof(front[0]); i++)
		rc = copy(w, &(struct peer_path){.resource = front[i], .coalition = w->coalition},
			why);
	return rc;
}

static int write_end(struct writer *w, struct why *why)
{
	static const uint8_t zero[4];
	struct hash hash;
	int rc = write_bytes(w, slice_of(zero, sizeof(zero)), why);

	if (rc < 0)
		return rc;
	hash = hash_end(&w->hash);
	return write_bytes(w, slice_of(hash.b, sizeof(hash.b)), why);
}

static int write_all(struct writer *w, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct exported *list = NULL;
	size_t n = 0;
	int rc = find_seal(w, &arena, why);

	/* Heads first: by then logs may have grown, and a wider tile than a head needs does no harm. */
	if (rc < 0 || (rc = write_front(w, why)) < 0 ||
		(rc = list_logs(w, &arena, &list, &n, why)) < 0)
		return rc;
	for (size_t i = 0; rc >= 0 && i < n; i++)
		if ((rc = copy_tiles(w, &list[i].log, list[i].size, why)) >= 0)
			rc = copy_payloads(w, &list[i].log, list[i].size, why);
	if (rc < 0 || (rc = copy_files(w, why)) < 0)
		return rc;
	return write_end(w, why);
}

int bundle_export(const struct node *node, struct db *db, const struct id *coalition,
	const struct id *reader, int fd, bundle_progress progress, void *ctx, struct why *why)
{
	struct writer w = {.node = node,
		.db = db,
		.coalition = *coalition,
		.reader = *reader,
		.fd = fd,
		.hash = hash_start(),
		.progress = progress,
		.ctx = ctx};
	int rc;

	if (id_eq(reader, &node->self)) {
		hash_drop(&w.hash);
		return why_set(why, E_INVALID, "reader", "a bundle is for somebody else");
	}
	rc = write_all(&w, why);
	if (w.hash != NULL)
		hash_drop(&w.hash);
	return rc;
}
