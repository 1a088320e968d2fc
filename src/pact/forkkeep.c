/* forkkeep.c: see forkkeep.h. */
#include "pact/forkkeep.h"

#include "base/limits.h"
#include "base/vec.h"
#include "pact/pactdb_int.h"

/* One proof as far as keeping it goes. Not `known`: no key of the chain has signed it, and its cut is what was stored. */
struct kept {
	struct hash digest;
	bool known, alone;
	struct pubkey key; /* if alone */
	uint64_t cut;
};
typedef VEC(struct kept) kept_list;

static struct kept kept_of(const struct fork_by *by, const struct hash *digest)
{
	return (struct kept){.digest = *digest,
		.known = true,
		.alone = pubkey_eq(by->a, by->b),
		.key = *by->a,
		.cut = by->cut};
}

/* Nothing can follow from x that does not follow from y. */
static bool needless(const struct kept *x, const struct kept *y)
{
	if (!y->known)
		return !x->known && y->cut <= x->cut;
	if (y->alone && !(x->known && x->alone && pubkey_eq(&x->key, &y->key)))
		return false;
	return y->cut <= x->cut;
}

static int row_read(
	struct stmt *s, const struct root_chain *chain, struct kept *ret, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(1 * MIB);
	struct fork_by by;
	struct fork f;
	struct hash digest;
	int rc = column_hash(s, 0, &digest, why);

	if (rc < 0)
		return rc;
	*ret = (struct kept){.digest = digest, .cut = (uint64_t)db_i64(s, 1)};
	if (chain != NULL && fork_parse(&f, &scratch, db_blob(s, 2), NULL) == 0 &&
		fork_signers(&f, chain, &by, NULL) == 0)
		*ret = kept_of(&by, &digest);
	return 0;
}

/* Calls each for the proofs of a log, the lowest cut first. */
static int rows_each(struct db *db, int64_t log_row, const struct root_chain *chain,
	void (*each)(void *ctx, const struct kept *k), void *ctx, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "SELECT digest, cut, proof FROM fork WHERE log = $1 ORDER BY cut, digest");
	struct kept k;
	int rc;

	db_bind_i64(s, 1, log_row);
	while ((rc = db_step(s, why)) == DB_ROW) {
		if ((rc = row_read(s, chain, &k, why)) < 0)
			break;
		each(ctx, &k);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int drop(struct db *db, const kept_list *list, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < list->n; i++) {
		struct stmt *s = db_stmt(db, "DELETE FROM fork WHERE digest = $1");

		db_bind_blob(s, 1, hash_slice(&list->p[i].digest));
		rc = db_run(s, why);
	}
	return rc;
}

struct keeping {
	struct kept one;
	bool needed;
	kept_list drop; /* owned */
};

static void keep_beside(void *ctx, const struct kept *k)
{
	struct keeping *g = ctx;

	if (needless(&g->one, k))
		g->needed = false;
	else if (needless(k, &g->one))
		vec_push(&g->drop, *k);
}

int fork_keep(struct db *db, const struct log *log, const struct root_chain *chain,
	const struct fork_by *by, struct slice proof, bool *ret_news, struct why *why)
{
	struct hash digest = hash_bytes(proof);
	struct keeping g = {.one = kept_of(by, &digest), .needed = true};
	int rc = rows_each(db, log->row, chain, keep_beside, &g, why);

	if (rc == 0 && g.needed)
		rc = drop(db, &g.drop, why);
	if (rc == 0 && g.needed)
		rc = fork_put(db, log->row, by->cut, proof, why);
	vec_free(&g.drop);
	if (rc == 0)
		*ret_news = g.needed;
	return rc;
}

struct trimming {
	kept_list keep, drop; /* owned */
};

static void trim_one(void *ctx, const struct kept *k)
{
	struct trimming *t = ctx;
	size_t n = 0;

	for (size_t i = 0; i < t->keep.n; i++) {
		if (needless(k, &t->keep.p[i])) {
			vec_push(&t->drop, *k);
			return;
		}
	}
	/* Of one cut, what two keys have told may come after what one has. */
	for (size_t i = 0; i < t->keep.n; i++) {
		if (needless(&t->keep.p[i], k))
			vec_push(&t->drop, t->keep.p[i]);
		else
			t->keep.p[n++] = t->keep.p[i];
	}
	t->keep.n = n;
	vec_push(&t->keep, *k);
}

static int log_trim(struct db *db, int64_t row, struct trimming *t, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(PACTDB_ROOT_ARENA);
	struct root_chain chain;
	struct log log;
	int rc = log_load_row(db, row, &log, why);

	if (rc == 0)
		rc = root_chain_load(db, &log.id.member, &arena, &chain, why);
	if (rc < 0 && rc != E_MISSING)
		return rc;
	t->keep.n = 0;
	return rows_each(db, row, rc == 0 ? &chain : NULL, trim_one, t, why);
}

typedef VEC(int64_t) row_list;

static int rows_of_many(struct db *db, row_list *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT log FROM fork GROUP BY log HAVING count(*) > 1 ORDER BY log");
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW)
		vec_push(ret, db_i64(s, 0));
	db_reset(s);
	return rc;
}

static int trim_all(struct db *db, const kept_list *list, struct why *why)
{
	int rc = db_begin(db, why);

	if (rc < 0)
		return rc;
	rc = drop(db, list, why);
	if (rc == 0)
		rc = stamp_all(db, why);
	if (rc == 0)
		return db_commit(db, why);
	db_rollback(db);
	return rc;
}

int forks_trim(struct db *db, struct why *why)
{
	struct trimming t = {0};
	row_list row = {0};
	int rc = rows_of_many(db, &row, why);

	for (size_t i = 0; rc == 0 && i < row.n; i++)
		rc = log_trim(db, row.p[i], &t, why);
	if (rc == 0 && t.drop.n > 0)
		rc = trim_all(db, &t.drop, why);
	vec_free(&row);
	vec_free(&t.keep);
	vec_free(&t.drop);
	return rc;
}
