/*
 * pull_fetch.c: from a head to entries in the store: steps 7 to 10.
 *
 *	few entries:   bundles, leaf hashes from their bytes (from a hash tile where one is withheld), root checked, stored in pieces
 *	many entries:  hash tiles of all leaves first, root checked, then bundle after bundle against those leaves
 *
 * Either way the signed root has vouched for every leaf before the first entry is stored, and
 * memory is bounded: the bytes of one span, or 32 bytes a leaf.
 */
#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "node/want.h"
#include "peer/pull_int.h"

#include <inttypes.h>

/* Entries of a catch-up that is taken in one go, and of one transaction. */
#define SPAN_ENTRIES  4096
#define PIECE_ENTRIES 1024

struct fetch {
	struct round *r;
	const struct receipt_head *head;
	struct receipt_span span;
	struct hash *leaf; /* owned; of the span */
	/* Entries in memory: leaf[at..at + bytes.n). */
	size_t at;
	VEC(struct slice) bytes;
	VEC(struct buf) bundle; /* owned: what `bytes` points into */
	struct intake *intake;
};

static void fetch_drop(struct fetch *f)
{
	for (size_t i = 0; i < f->bundle.n; i++)
		buf_free(&f->bundle.p[i]);
	f->bundle.n = 0;
	f->bytes.n = 0;
}

static void fetch_end(struct fetch *f)
{
	fetch_drop(f);
	vec_free(&f->bundle);
	vec_free(&f->bytes);
	mem_free(f->leaf);
}

static void tile_url(
	struct buf *b, const struct log_id *log, const struct tile_path *tile, uint64_t from)
{
	peer_path_print(b, &(struct peer_path){.resource = PEER_TILE,
				   .coalition = log->coalition,
				   .log = *log,
				   .tile = *tile});
	if (tile->entries && from != tile->n * TILE_WIDTH)
		buf_addf(b, "?from=%" PRIu64, from);
	MUST(!buf_over(b));
}

static int read_tile(void *ctx, const struct tile_path *p, struct buf *ret, struct why *why)
{
	struct pull_tiles *t = ctx;
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX);
	size_t before = ret->n;
	int rc;

	tile_url(&path, &t->log, p, 0);
	rc = pull_get(t->r, buf_cstr(&path), TILE_WIDTH * sizeof(struct hash), ret, why);
	if (rc < 0)
		return rc;
	if (ret->n - before != p->width * sizeof(struct hash))
		return why_set(why, E_VERIFY, "tile", "a tile has not the width asked for");
	return 0;
}

struct tile_source pull_tiles(struct pull_tiles *ctx, struct round *r, const struct log_id *log)
{
	ctx->r = r;
	ctx->log = *log;
	return (struct tile_source){ctx, read_tile};
}

/* Level-0 tile n of the head's tree. */
static int leaf_tile(struct fetch *f, uint64_t n, struct buf *ret, struct why *why)
{
	struct pull_tiles t = {f->r, f->head->cp.log};

	return read_tile(&t,
		&(struct tile_path){.n = n, .width = tile_width_at(0, n, f->head->cp.size)}, ret,
		why);
}

/* Entries [from, end of the bundle) of bundle n into f->bytes. */
static int fetch_bundle(struct fetch *f, uint64_t n, uint64_t from, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX), empty = BUF(LIMIT_BUNDLE_BYTES);
	struct tile_path p = {
		.entries = true, .n = n, .width = tile_width_at(0, n, f->head->cp.size)};
	size_t count = 0, expected = (size_t)(n * TILE_WIDTH + p.width - from);
	struct slice rest, entry;
	struct buf *b;
	int rc;

	vec_push(&f->bundle, empty);
	b = &f->bundle.p[f->bundle.n - 1];
	tile_url(&path, &f->head->cp.log, &p, from);
	if ((rc = pull_get(f->r, buf_cstr(&path), LIMIT_BUNDLE_BYTES, b, why)) < 0)
		return rc;
	rest = buf_slice(b);
	while ((rc = bundle_next(&rest, &entry, why)) == 1) {
		if (entry.n > LIMIT_ENTRY_BYTES || count == expected)
			return why_set(why, E_SYNTAX, "bundle",
				"a bundle has more in it than was asked for");
		vec_push(&f->bytes, entry.n > 0 ? entry : SLICE_NONE);
		count++;
	}
	if (rc == 0 && count != expected)
		rc = why_set(why, E_SYNTAX, "bundle", "a bundle is not complete");
	return rc;
}

/* ---- leaf hashes ---- */

/* From the bytes just fetched: leaves of the span from `at` on, which lie in bundle n. */
static int leaves_from_bytes(struct fetch *f, uint64_t n, size_t at, struct why *why)
{
	struct buf tile CLEANUP_BUF = BUF(TILE_WIDTH * sizeof(struct hash));
	int rc;

	for (size_t i = at; i < f->bytes.n; i++) {
		uint64_t seq = f->span.log.size + i;

		if (f->bytes.p[i].p != NULL) {
			f->leaf[i] = hash_leaf(f->bytes.p[i]);
			continue;
		}
		if (tile.n == 0 && (rc = leaf_tile(f, n, &tile, why)) < 0)
			return rc;
		memcpy(f->leaf[i].b, tile.p + (seq % TILE_WIDTH) * sizeof(struct hash),
			sizeof(struct hash));
	}
	return 0;
}

/* All bundles of a short span, and its leaves from them. */
static int fetch_short(struct fetch *f, struct why *why)
{
	uint64_t seq = f->span.log.size, end = f->head->cp.size;
	int rc;

	while (seq < end) {
		uint64_t n = seq / TILE_WIDTH;
		size_t at = f->bytes.n;

		if ((rc = fetch_bundle(f, n, seq, why)) < 0 ||
			(rc = leaves_from_bytes(f, n, at, why)) < 0)
			return rc;
		seq = f->span.log.size + f->bytes.n;
	}
	MUST(f->bytes.n == f->span.n);
	return receipt_span_check(&f->span, NULL, why);
}

/*
 * The leaves of the span, and no more than those: of what lies behind them, which may be as much as the author likes to sign, a few tiles prove that the span
 * is the beginning of it.
 */
static int fetch_leaves(struct fetch *f, struct why *why)
{
	uint64_t seq = f->span.log.size, end = seq + f->span.n;
	struct pull_tiles tiles;
	struct tile_source source = pull_tiles(&tiles, f->r, &f->head->cp.log);
	struct tree_proof proof;
	size_t kept = 0;
	int rc;

	while (seq < end) {
		struct buf tile CLEANUP_BUF = BUF(TILE_WIDTH * sizeof(struct hash));
		uint64_t n = seq / TILE_WIDTH;

		if ((rc = leaf_tile(f, n, &tile, why)) < 0)
			return rc;
		for (; seq < end && seq / TILE_WIDTH == n; seq++)
			memcpy(f->leaf[kept++].b, tile.p + (seq % TILE_WIDTH) * sizeof(struct hash),
				sizeof(struct hash));
	}
	if (end == f->head->cp.size)
		return receipt_span_check(&f->span, NULL, why);
	if ((rc = tiles_consistency(&source, end, f->head->cp.size, &proof, why)) < 0)
		return rc;
	return receipt_span_prove(&f->span, &proof, why);
}

/* ---- storing ---- */

static struct intake *intake_of(struct pull *p, int64_t row)
{
	struct intake *free_one = &p->intake[0];

	for (size_t i = 0; i < INTAKE_LOGS; i++) {
		if (p->intake[i].row == row)
			return &p->intake[i];
		if (p->intake[i].row == 0)
			free_one = &p->intake[i];
	}
	return free_one;
}

static const struct charter *charter_now(const struct world *w)
{
	return w->standing.charter != NULL ? w->standing.charter : &w->coalition.founding;
}

static int begin_intake(struct fetch *f, struct why *why)
{
	struct round *r = f->r;
	int rc;

	f->intake = intake_of(r->p, f->span.log.row);
	if ((rc = db_begin_read(r->db, why)) < 0)
		return rc;
	rc = intake_load(
		f->intake, r->db, &f->span.log, charter_now(&r->w), env_now_ms(&r->node->env), why);
	db_rollback(r->db);
	return rc;
}

/* Cuts *admitted to what this day of the node's clock still takes. */
static int cut_to_day(struct fetch *f, size_t *admitted, struct why *why)
{
	struct round *r = f->r;
	size_t room;
	int rc = db_begin_read(r->db, why);

	if (rc < 0)
		return rc;
	rc = received_room(r->db, f->span.log.row, charter_now(&r->w), f->bytes.p, *admitted,
		env_now_ms(&r->node->env), &room, why);
	db_rollback(r->db);
	if (rc < 0 || room == *admitted)
		return rc;
	*admitted = room;
	*f->intake = (struct intake){0}; /* it has counted more than is stored */
	return 0;
}

/* Stores what is in memory. PULL_LAGGING if the quota ends there; 1 entry less than offered also if
 * the log is frozen. */
static int store(struct fetch *f, bool *ret_more, enum receipt_step *ret_step, struct why *why)
{
	struct round *r = f->r;
	size_t n = f->bytes.n;
	size_t admitted = intake_admit(
		f->intake, charter_now(&r->w), env_now_ms(&r->node->env), f->bytes.p, n);
	size_t stored = 0;
	int rc = cut_to_day(f, &admitted, why);

	*ret_more = false;
	if (rc < 0)
		return rc;
	for (size_t done = 0; done < admitted; done += stored) {
		size_t piece = admitted - done < PIECE_ENTRIES ? admitted - done : PIECE_ENTRIES;

		rc = receipt_entries(r->node, r->db, &f->span, f->at + done, f->bytes.p + done,
			piece, &stored, ret_step, why);
		if (rc < 0)
			return rc;
		r->res.entries += stored;
		if (stored < piece)
			return 0; /* frozen meanwhile */
	}
	f->at += admitted;
	fetch_drop(f);
	*ret_step = RECEIPT_STORE;
	if ((rc = intake_save(f->intake, r->db, why)) < 0)
		return rc;
	if (admitted == n) {
		*ret_more = true;
		return 0;
	}
	*ret_step = RECEIPT_QUOTA;
	round_refuse(r, RECEIPT_QUOTA,
		&(struct why){.code = E_LIMIT,
			.text = "lagging by policy: the author is over the charter's quota of a day"});
	return PULL_LAGGING;
}

static int store_long(struct fetch *f, enum receipt_step *ret_step, struct why *why)
{
	bool more = true;
	int rc = 0;

	while (more && rc == 0 && f->at < f->span.n) {
		while (f->bytes.n < PIECE_ENTRIES && f->at + f->bytes.n < f->span.n) {
			uint64_t seq = f->span.log.size + f->at + f->bytes.n;

			*ret_step = RECEIPT_TREE;
			if ((rc = fetch_bundle(f, seq / TILE_WIDTH, seq, why)) < 0)
				return rc;
		}
		/* The last bundle of a span that is only a part may reach beyond it. */
		if (f->bytes.n > f->span.n - f->at)
			f->bytes.n = f->span.n - f->at;
		rc = store(f, &more, ret_step, why);
	}
	return rc;
}

int pull_entries(struct round *r, const struct log *log, const struct receipt_head *head,
	enum receipt_step *ret_step, struct why *why)
{
	uint64_t missing = head->cp.size - log->size;
	size_t n = missing < LIMIT_PULL_LEAVES ? (size_t)missing : LIMIT_PULL_LEAVES;
	struct fetch f = {.r = r, .head = head};
	bool more;
	int rc;

	MUST(head->cp.size > log->size);
	f.leaf = mem_zero_alloc(n, sizeof(*f.leaf));
	f.span = (struct receipt_span){.log = *log, .head = head, .leaf = f.leaf, .n = n};
	f.span.author = id_eq(&log->id.member, &r->p->o.peer) && !r->p->o.transport.carried;
	*ret_step = RECEIPT_QUOTA;
	rc = begin_intake(&f, why);
	if (rc >= 0)
		*ret_step = RECEIPT_TREE;
	if (rc >= 0 && missing <= SPAN_ENTRIES) {
		rc = fetch_short(&f, why);
		if (rc >= 0)
			rc = store(&f, &more, ret_step, why);
	} else if (rc >= 0) {
		rc = fetch_leaves(&f, why);
		if (rc >= 0)
			rc = store_long(&f, ret_step, why);
	}
	fetch_end(&f);
	return rc;
}

/* ---- entries that were withheld ---- */

struct holes {
	uint64_t seq[TILE_WIDTH];
	size_t n;
};

static int hole_note(void *ctx, uint64_t seq, struct slice bytes, struct why *why)
{
	struct holes *h = ctx;

	(void)why;
	if (bytes.p == NULL && h->n < TILE_WIDTH)
		h->seq[h->n++] = seq;
	return 0;
}

/* entry[i] is that of seq `from` + i; empty: still withheld. */
static int holes_fill(struct round *r, const struct log *log, uint64_t from,
	const struct slice *entry, size_t n, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	bool author = id_eq(&log->id.member, &r->p->o.peer) && !r->p->o.transport.carried;
	struct holes h = {.n = 0};
	struct fold fold;
	struct world w;
	int rc;

	if ((rc = log_each(r->db, log->row, from, from + n, hole_note, &h, why)) < 0 ||
		(rc = world_load(&w, r->node, r->db, &log->id.coalition, &arena, why)) < 0 ||
		(rc = fold_begin(&fold, &w, r->db, &arena, why)) < 0)
		return rc;
	for (size_t i = 0; rc >= 0 && i < h.n; i++) {
		struct slice bytes = entry[h.seq[i] - from];
		bool wanted;

		/* What a mirror lacks is no reason not to ask the author. */
		if (bytes.n == 0 && author)
			rc = want_header_later(r->node, r->db, log->row, h.seq[i], why);
		if (bytes.n == 0)
			continue;
		/* The header asks for the content again if that is for this node. */
		if ((rc = log_fill(r->db, log->row, h.seq[i], bytes, why)) >= 0 &&
			(rc = want_drop(r->db, log->row, h.seq[i], why)) >= 0)
			rc = fold_header_late(&fold, log, h.seq[i], bytes, &wanted, why);
	}
	return rc < 0 ? rc : fold_end(&fold, why);
}

int pull_withheld(struct round *r, const struct log *log, uint64_t seq, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX),
			answer CLEANUP_BUF = BUF(LIMIT_BUNDLE_BYTES);
	struct tile_path p = {.entries = true, .n = seq / TILE_WIDTH};
	struct slice rest, entry[TILE_WIDTH];
	size_t n = 0;
	int rc;

	p.width = tile_width_at(0, p.n, log->size);
	tile_url(&path, &log->id, &p, seq);
	rc = pull_get(r, buf_cstr(&path), LIMIT_BUNDLE_BYTES, &answer, why);
	if (rc < 0) /* the partner may have less of this log */
		return rc == E_MISSING ? 0 : rc;
	rest = buf_slice(&answer);
	while ((rc = bundle_next(&rest, &entry[n], why)) == 1)
		if (++n > p.n * TILE_WIDTH + p.width - seq || n == TILE_WIDTH)
			break;
	if (rc < 0 || n == 0)
		return rc;
	if (rest.n > 0 || n > p.n * TILE_WIDTH + p.width - seq)
		return why_set(
			why, E_SYNTAX, "bundle", "a bundle has more in it than was asked for");
	if ((rc = db_begin(r->db, why)) < 0)
		return rc;
	if ((rc = holes_fill(r, log, seq, entry, n, why)) < 0) {
		db_rollback(r->db);
		return rc;
	}
	return db_commit(r->db, why);
}
