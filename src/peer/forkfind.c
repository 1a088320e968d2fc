/* forkfind.c: see forkfind.h. */
#include "peer/forkfind.h"

#include "base/limits.h"
#include "base/report.h"
#include "pact/forkkeep.h"

/* A tree_reader over the tiles of a partner; the last tile of each level is kept. */
struct remote {
	const struct tile_source *source;
	uint64_t size;
	struct {
		bool set;
		uint64_t n;
		unsigned width;
		uint8_t hashes[TILE_WIDTH * sizeof(struct hash)];
	} tile[TILE_LEVELS];
};

static int remote_tile(struct remote *r, unsigned level, uint64_t n, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(sizeof(r->tile[0].hashes));
	unsigned width = tile_width_at(level, n, r->size);
	int rc;

	if (r->tile[level].set && r->tile[level].n == n)
		return 0;
	rc = r->source->read(r->source->ctx,
		&(struct tile_path){.level = level, .n = n, .width = width}, &b, why);
	if (rc < 0)
		return rc;
	if (b.n != width * sizeof(struct hash))
		return why_set(why, E_VERIFY, "tile", "a tile has not the width asked for");
	memcpy(r->tile[level].hashes, b.p, b.n);
	r->tile[level].n = n;
	r->tile[level].width = width;
	r->tile[level].set = true;
	return 0;
}

static int remote_read(void *ctx, unsigned level, uint64_t index, struct hash *ret, struct why *why)
{
	struct remote *r = ctx;
	unsigned tile_level = level / TILE_HEIGHT, height = level % TILE_HEIGHT;
	uint64_t first = index << height;
	int rc = remote_tile(r, tile_level, first / TILE_WIDTH, why);

	if (rc < 0)
		return rc;
	*ret = tile_subtree(slice_of(r->tile[tile_level].hashes,
				    r->tile[tile_level].width * sizeof(struct hash)),
		(unsigned)(first % TILE_WIDTH), height);
	return 0;
}

int tiles_consistency(const struct tile_source *source, uint64_t size, uint64_t head_size,
	struct tree_proof *ret, struct why *why)
{
	struct remote *remote CLEANUP_FREE = mem_new(struct remote);
	struct tree_reader tree = {remote_read, remote};

	remote->source = source;
	remote->size = head_size;
	return tree_consistency(&tree, size, head_size, ret, why);
}

/* Mine, for the descent: opens and ends a read transaction around each read, so that none stays
 * open while the partner is asked. */
struct mine {
	struct log_reader reader;
	struct tree_reader tree;
	struct db *db;
};

static int mine_read(void *ctx, unsigned level, uint64_t index, struct hash *ret, struct why *why)
{
	struct mine *m = ctx;
	int rc = db_begin_read(m->db, why);

	if (rc < 0)
		return rc;
	rc = m->tree.read(m->tree.ctx, level, index, ret, why);
	db_rollback(m->db);
	return rc;
}

static int subtree_differs(const struct tree_reader *a, const struct tree_reader *b, unsigned level,
	uint64_t index, bool *ret, struct why *why)
{
	struct hash x, y;
	int rc;

	if ((rc = a->read(a->ctx, level, index, &x, why)) < 0 ||
		(rc = b->read(b->ctx, level, index, &y, why)) < 0)
		return rc;
	*ret = !hash_eq(&x, &y);
	return 0;
}

/* First leaf below `size` in which the trees differ; E_VERIFY if there is none. */
static int first_difference(const struct tree_reader *a, const struct tree_reader *b, uint64_t size,
	uint64_t *ret, struct why *why)
{
	uint64_t at = 0;
	bool differs = false;
	int rc;

	while (at < size) {
		unsigned level = 0;

		/* The largest perfect subtree that starts here and ends inside. */
		while (level < 62 && (at & (1ull << level)) == 0 && at + (2ull << level) <= size)
			level++;
		rc = subtree_differs(a, b, level, at >> level, &differs, why);
		if (rc < 0)
			return rc;
		if (!differs) {
			at += 1ull << level;
			continue;
		}
		while (level-- > 0) {
			rc = subtree_differs(a, b, level, at >> level, &differs, why);
			if (rc < 0)
				return rc;
			if (!differs)
				at += 1ull << level;
		}
		*ret = at;
		return 0;
	}
	return why_set(why, E_VERIFY, "tree", "the tiles do not lead to the root that was signed");
}

static void fork_swap(struct fork *f)
{
	struct fork g = *f;

	f->a = g.b;
	f->b = g.a;
	f->leaf_a = g.leaf_b;
	f->leaf_b = g.leaf_a;
	f->proof_a = g.proof_b;
	f->proof_b = g.proof_a;
	f->note_a = g.note_b;
	f->note_b = g.note_a;
}

static int mine_note(
	struct db *db, const struct log *log, struct arena *arena, struct fork *f, struct why *why)
{
	struct note note;
	uint64_t size;
	int rc = db_begin_read(db, why);

	if (rc < 0)
		return rc;
	rc = head_get(db, log->row, arena, &size, &f->note_a, why);
	db_rollback(db);
	if (rc < 0 || (rc = note_parse(&note, arena, f->note_a, why)) < 0)
		return rc;
	return checkpoint_parse(&f->a, note.text, why);
}

int fork_find(struct db *db, const struct log *log, const struct receipt_head *other,
	const struct tile_source *source, struct buf *ret_proof, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct remote *remote CLEANUP_FREE = mem_new(struct remote);
	struct mine *mine CLEANUP_FREE = mem_new(struct mine);
	struct tree_reader a = {mine_read, mine}, b = {remote_read, remote};
	struct fork f = {.b = other->cp, .note_b = other->note};
	int rc;

	MUST(!db_in_transaction(db));
	if ((rc = mine_note(db, log, &arena, &f, why)) < 0)
		return rc;
	if (f.a.size == f.b.size && f.b.size == 0)
		return why_set(why, E_VERIFY, "head", "a head of an empty log has another root");
	remote->source = source;
	remote->size = f.b.size;
	mine->db = db;
	mine->tree = log_reader(&mine->reader, db, log);
	rc = first_difference(&a, &b, f.a.size < f.b.size ? f.a.size : f.b.size, &f.index, why);
	if (rc < 0)
		return rc;
	f.has_index = true;
	if ((rc = a.read(a.ctx, 0, f.index, &f.leaf_a, why)) < 0 ||
		(rc = b.read(b.ctx, 0, f.index, &f.leaf_b, why)) < 0 ||
		(rc = tree_inclusion(&a, f.index, f.a.size, &f.proof_a, why)) < 0 ||
		(rc = tree_inclusion(&b, f.index, f.b.size, &f.proof_b, why)) < 0)
		return rc;
	/* One order, so that two who find the same fork write the same proof. */
	if (hash_cmp(&f.leaf_a, &f.leaf_b) > 0)
		fork_swap(&f);
	fork_print(&f, ret_proof);
	if (buf_over(ret_proof))
		return why_set(why, E_LIMIT, "fork", "the proof is too long");
	return 0;
}

int fork_prefix(struct db *db, const struct log *log, const struct receipt_head *other,
	uint64_t size, const struct tile_source *source, struct why *why)
{
	struct remote *remote CLEANUP_FREE = mem_new(struct remote);
	struct mine *mine CLEANUP_FREE = mem_new(struct mine);
	struct tree_reader a = {mine_read, mine}, b = {remote_read, remote};
	struct tree_proof proof;
	struct hash root;
	int rc;

	MUST(!db_in_transaction(db) && size <= log->size && size <= other->cp.size);
	if (size == 0)
		return 0;
	remote->source = source;
	remote->size = other->cp.size;
	mine->db = db;
	mine->tree = log_reader(&mine->reader, db, log);
	if ((rc = tree_root_at(&a, size, &root, why)) < 0 ||
		(rc = tree_consistency(&b, size, other->cp.size, &proof, why)) < 0)
		return rc;
	return tree_check_consistency(
		size, other->cp.size, &root, &other->cp.root, proof.node, proof.n, why);
}

/* Either note may be signed by any key that speaks for the log. *ret: the proof with nothing but their signatures. */
static int check_with_chain(const struct fork *f, const struct root_chain *chain,
	struct fork_by *ret_by, struct buf *ret, struct why *why)
{
	const struct pubkey *key[ROOT_SPEAKERS_MAX];
	uint64_t size = f->a.size > f->b.size ? f->a.size : f->b.size;
	size_t n = root_log_keys(
		chain, &f->a.log.coalition, f->a.log.epoch, size, key, ROOT_SPEAKERS_MAX);
	struct fork_by by = {.cut = fork_cut(f)};
	int rc = fork_check_keys(f, key, n, &by.a, &by.b, why);

	if (rc == 0)
		rc = fork_strip(f, by.a, by.b, ret, why);
	if (rc == 0)
		*ret_by = by;
	return rc;
}

/* A proof that holds. */
struct examined {
	struct fork fork;
	struct root_chain chain;
	struct fork_by by;
	struct buf bare; /* owned */
};

static void examined_end(struct examined *x)
{
	buf_free(&x->bare);
}
#define CLEANUP_EXAMINED __attribute__((cleanup(examined_end)))

static int examine(const struct world *w, struct db *db, struct slice proof, struct arena *arena,
	struct examined *x, struct why *why)
{
	const struct log_id *log = &x->fork.a.log;
	bool party = false;
	int rc;

	*x = (struct examined){.bare = BUF(LIMIT_FORK_BYTES)};
	if (proof.n > LIMIT_FORK_BYTES)
		return why_set(
			why, E_LIMIT, "fork", "a proof is at most %zu bytes", LIMIT_FORK_BYTES);
	if ((rc = fork_parse(&x->fork, arena, proof, why)) < 0)
		return rc;
	/* Whoever holds both heads can find the index; without it the whole log would have to be void. */
	if (!x->fork.has_index)
		return why_set(why, E_INVALID, "fork",
			"a proof has to name the index at which the stories part");
	for (size_t i = 0; i < w->n_party; i++)
		party = party || id_eq(&w->party[i].id, &log->member);
	party = party || id_eq(&w->node->self, &log->member);
	if (!party || !id_eq(&log->coalition, &w->coalition.id))
		return why_set(why, E_MISSING, "fork", "a proof about a log that is not followed");
	rc = root_chain_load(db, &log->member, arena, &x->chain, why);
	return rc < 0 ? rc : check_with_chain(&x->fork, &x->chain, &x->by, &x->bare, why);
}

int fork_examine(const struct world *w, struct db *db, struct slice proof, struct arena *arena,
	struct why *why)
{
	struct examined x CLEANUP_EXAMINED = {0};

	return examine(w, db, proof, arena, &x, why);
}

int fork_receive(const struct world *w, struct db *db, struct slice proof, struct arena *arena,
	bool *ret_news, struct why *why)
{
	struct examined x CLEANUP_EXAMINED = {0};
	struct log log;
	int rc = examine(w, db, proof, arena, &x, why);

	if (rc < 0 || (rc = log_open(db, &x.fork.a.log, &log, why)) < 0 ||
		(rc = fork_keep(db, &log, &x.chain, &x.by, buf_slice(&x.bare), ret_news, why)) <
			0 ||
		!*ret_news)
		return rc;
	return log_freeze(db, &log, x.by.cut, why);
}
