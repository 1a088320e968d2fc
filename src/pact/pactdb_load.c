/* pactdb_load.c: from the tables to what standing is computed of, and the statements that stand
 * beside it. */
#include "base/limits.h"
#include "base/report.h"
#include "pact/forkcut.h"
#include "pact/pactdb_int.h"

/* What computing takes for each act: facts, indices, parties and who is mentioned. */
#define COMPUTE_ACT 1024

static int cosigns_load(struct db *db, const struct coalition *c, struct arena *arena,
	struct standing_input *in, struct why *why)
{
	size_t n = 0, max = 0;
	struct standing_cosign *out = NULL;
	struct stmt *s = db_stmt(db,
		"SELECT l.member, l.epoch, k.witness, k.size FROM cosign k JOIN log l ON l.id = k.log"
		" WHERE l.coalition = $1 ORDER BY l.member, l.epoch, k.witness");
	int rc;

	db_bind_blob(s, 1, id_slice(&c->id));
	while ((rc = db_step(s, why)) == DB_ROW) {
		if (n == max)
			out = array_grow(arena, out, n, &max, sizeof(*out));
		if ((rc = column_id(s, 0, &out[n].author, why)) < 0 ||
			(rc = column_id(s, 2, &out[n].witness, why)) < 0)
			break;
		out[n].epoch = (uint32_t)db_i64(s, 1);
		out[n++].size = (uint64_t)db_i64(s, 3);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	in->cosign = out;
	in->n_cosign = n;
	return 0;
}

/* All root documents of a member, kept while its forks come: each of its logs and keys may have one, and a chain is long. */
struct fork_author {
	struct id member;
	bool known, has;
	struct root_chain chain;
	struct arena arena; /* of the chain; owned */
};

static int author_load(
	struct fork_author *a, struct db *db, const struct id *member, struct why *why)
{
	int rc;

	if (a->known && id_eq(&a->member, member))
		return 0;
	a->known = false;
	arena_reset(&a->arena);
	rc = root_chain_load(db, member, &a->arena, &a->chain, why);
	if (rc < 0 && rc != E_MISSING)
		return rc;
	a->member = *member;
	a->known = true;
	a->has = rc == 0;
	return 0;
}

/* The cut as the author's root documents have it by now; as it was stored if they know nothing of the key. */
static int fork_effect(struct db *db, const struct fork_row *row, const struct log_id *log,
	struct fork_author *author, uint64_t *ret, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(PACTDB_ROOT_ARENA);
	struct fork f;
	int rc = author_load(author, db, &log->member, why);

	if (rc < 0)
		return rc;
	*ret = row->cut;
	if (!author->has || fork_parse(&f, &scratch, row->proof, NULL) < 0)
		return 0;
	uint64_t cut = fork_cut_by(&f, &author->chain);
	if (cut != UINT64_MAX)
		*ret = cut;
	return 0;
}

int forks_load(struct db *db, const struct coalition *c, struct arena *arena,
	struct standing_input *in, struct why *why)
{
	struct fork_author author = {.arena = ARENA(PACTDB_ROOT_ARENA)};
	struct fork_row *row;
	size_t n;
	int rc = fork_list(db, c->row, arena, &row, &n, why);

	if (rc < 0)
		return rc;
	struct standing_fork *out = arena_array(arena, struct standing_fork, n);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct log log;
		if ((rc = log_load_row(db, row[i].log_row, &log, why)) < 0)
			break;
		rc = fork_effect(db, &row[i], &log.id, &author, &out[i].cut, why);
		out[i].author = log.id.member;
		out[i].epoch = log.id.epoch;
	}
	arena_free(&author.arena);
	if (rc < 0)
		return rc;
	in->fork = out;
	in->n_fork = n;
	return 0;
}

int standing_load(struct db *db, const struct coalition *c, struct arena *arena,
	struct standing *ret, struct why *why)
{
	/* A copy: the standing points at the charter in force, and *c may move. */
	struct charter *founding = arena_new(arena, struct charter);
	struct standing_input in = {.founding = founding};
	int rc;

	*founding = c->founding;
	if ((rc = forks_load(db, c, arena, &in, why)) < 0 ||
		(rc = acts_load(db, c, arena, &in, why)) < 0 ||
		(rc = amended_load(db, c, arena, &in, why)) < 0 ||
		(rc = cosigns_load(db, c, arena, &in, why)) < 0)
		return rc;
	if (in.n_act * COMPUTE_ACT > arena->max - arena->used)
		return why_set(why, E_LIMIT, "standing", "no room for %zu acts", in.n_act);
	if ((rc = standing_compute(ret, arena, &in, why)) < 0)
		return rc;
	return proposals_load(db, c, &in, arena, ret, why);
}

static int statement_read(struct stmt *s, struct arena *arena, struct statement *ret,
	enum act_kind *ret_kind, struct why *why)
{
	struct slice entry = arena_copy(arena, db_blob(s, 3)),
		     body = arena_copy(arena, db_blob(s, 4));
	struct entry e;
	int rc;

	if ((rc = column_id(s, 0, &ret->author, why)) < 0 ||
		(rc = column_hash(s, 2, &ret->leaf, why)) < 0 ||
		(rc = act_read(entry, body, arena, &e, &ret->body, ret_kind, why)) < 0)
		return rc;
	ret->seq = (uint64_t)db_i64(s, 1);
	ret->time_ms = e.time_ms;
	ret->mode = e.mode;
	return 0;
}

int statement_list(struct db *db, const struct coalition *c, size_t limit, struct arena *arena,
	struct statement **ret, size_t *ret_n, size_t *ret_more, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT l.member, a.seq, a.leaf, a.entry, a.body FROM act a JOIN log l ON l.id = a.log"
		" WHERE l.coalition = $1 AND a.kind = 'statement/1'"
		" ORDER BY a.time_ms DESC, l.member, l.epoch, a.seq LIMIT $2");
	struct statement *out = arena_array(arena, struct statement, limit);
	size_t n = 0, rows = 0;
	int64_t all = 0;
	int rc = 0;

	db_bind_blob(s, 1, id_slice(&c->id));
	db_bind_i64(s, 2, (int64_t)limit);
	while (rows < limit && (rc = db_step(s, why)) == DB_ROW) {
		enum act_kind kind;
		rows++;
		if ((rc = statement_read(s, arena, &out[n], &kind, why)) < 0)
			break;
		n += kind == ACT_STATEMENT;
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "SELECT COUNT(*) FROM act a JOIN log l ON l.id = a.log"
			" WHERE l.coalition = $1 AND a.kind = 'statement/1'");
	db_bind_blob(s, 1, id_slice(&c->id));
	if ((rc = rows_counted(s, &all, why)) < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	*ret_more = (uint64_t)all > rows ? (size_t)all - rows : 0;
	return 0;
}
