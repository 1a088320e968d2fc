/*
 * audit.c: see audit.h.
 *
 *	hash of a row = SHA-256("entente-audit/1\n" ‖ prev ‖ be64 row ‖ be64 time ‖ who ‖ 0 ‖ what ‖ 0 ‖ about)
 *	prev of the first row = 32 zero bytes
 */
#include "node/audit.h"

#include <inttypes.h>

const char audit_schema_1[] = "CREATE TABLE audit (\n"
			      "	row INTEGER NOT NULL PRIMARY KEY,\n" /* 1, 2, 3 … */
			      "	at_ms INTEGER NOT NULL,\n"
			      "	who TEXT NOT NULL,\n"
			      "	what TEXT NOT NULL,\n"
			      "	about TEXT NOT NULL,\n"
			      "	hash BLOB NOT NULL\n"
			      ");\n";

struct audit_row {
	int64_t row, at_ms;
	struct slice who, what, about;
};

static struct hash row_hash(const struct hash *prev, const struct audit_row *r)
{
	struct buf numbers CLEANUP_BUF = BUF(16);

	buf_be64(&numbers, (uint64_t)r->row);
	buf_be64(&numbers, (uint64_t)r->at_ms);
	const struct slice pieces[] = {SLICE("entente-audit/1\n"), slice_of(prev->b, 32),
		buf_slice(&numbers), r->who, slice_of("", 1), r->what, slice_of("", 1), r->about};
	return hash_of(pieces, sizeof(pieces) / sizeof(*pieces));
}

static int last_row(struct db *db, int64_t *ret_row, struct hash *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT row, hash FROM audit ORDER BY row DESC LIMIT 1");
	int rc = db_step(s, why);

	*ret_row = 0;
	*ret = (struct hash){0};
	if (rc == DB_ROW && db_blob(s, 1).n == 32) {
		*ret_row = db_i64(s, 0);
		memcpy(ret->b, db_blob(s, 1).p, 32);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int audit_add(struct db *db, int64_t now_ms, const char *who, const char *what, struct slice about,
	struct why *why)
{
	struct audit_row r = {
		.at_ms = now_ms, .who = slice_str(who), .what = slice_str(what), .about = about};
	struct hash prev, hash;
	int rc = last_row(db, &r.row, &prev, why);

	if (rc < 0)
		return rc;
	r.row++;
	hash = row_hash(&prev, &r);
	struct stmt *s = db_stmt(db, "INSERT INTO audit (row, at_ms, who, what, about, hash) "
				     "VALUES ($1, $2, $3, $4, $5, $6)");
	db_bind_i64(s, 1, r.row);
	db_bind_i64(s, 2, r.at_ms);
	db_bind_text(s, 3, r.who);
	db_bind_text(s, 4, r.what);
	db_bind_text(s, 5, r.about);
	db_bind_blob(s, 6, slice_of(hash.b, 32));
	return db_run(s, why);
}

/* Checks up to `limit` rows behind *row; 1 = there may be more. */
static int verify_page(
	struct db *db, int64_t *row, struct hash *prev, int64_t limit, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT row, at_ms, who, what, about, hash FROM audit "
				     "WHERE row > $1 ORDER BY row LIMIT $2");
	int64_t seen = 0;
	int rc;

	db_bind_i64(s, 1, *row);
	db_bind_i64(s, 2, limit);
	while ((rc = db_step(s, why)) == DB_ROW) {
		struct audit_row r = {.row = db_i64(s, 0),
			.at_ms = db_i64(s, 1),
			.who = db_text(s, 2),
			.what = db_text(s, 3),
			.about = db_text(s, 4)};
		struct hash want = row_hash(prev, &r);
		char where[32];

		snprintf(where, sizeof(where), "row %" PRId64, r.row);
		if (r.row != *row + 1)
			rc = why_set(why, E_VERIFY, where, "a row of the audit trail is missing");
		else if (!slice_eq(db_blob(s, 5), slice_of(want.b, 32)))
			rc = why_set(why, E_VERIFY, where,
				"the row does not belong to the chain: it was changed");
		if (rc < 0)
			break;
		*prev = want;
		*row = r.row;
		seen++;
	}
	db_reset(s);
	return rc < 0 ? rc : seen == limit;
}

int audit_verify(struct db *db, uint64_t *ret_rows, struct why *why)
{
	struct hash prev = {0};
	int64_t row = 0;
	int rc;

	while ((rc = verify_page(db, &row, &prev, 1000, why)) == 1)
		;
	if (rc < 0)
		return rc;
	*ret_rows = (uint64_t)row;
	return 0;
}
