/* subject.c: who of a provider's people is whose account; see oidc.h. */
#include "node/oidc.h"

#include "base/limits.h"
#include "base/utf8.h"

int oidc_account(struct db *db, struct slice issuer, struct slice subject, struct arena *arena,
	struct account *ret, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "SELECT account FROM account_subject WHERE issuer = $1 AND subject = $2");
	int64_t row = 0;
	int rc;

	if (utf8_bad_at(subject) >= 0 || memchr(subject.p, 0, subject.n))
		return why_set(why, E_MISSING, "", "nobody is known by that here");
	db_bind_text(s, 1, issuer);
	db_bind_text(s, 2, subject);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		row = db_i64(s, 0);
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "nobody is known by that here");
	return rc < 0 ? rc : account_get_row(db, row, arena, ret, why);
}

/* Printable: it stands in the audit and in addresses. OpenID Connect Core §2 says ASCII. */
static int subject_check(struct slice subject, struct why *why)
{
	bool ok = subject.n > 0 && subject.n <= OIDC_SUBJECT_MAX;

	for (size_t i = 0; ok && i < subject.n; i++)
		ok = subject.p[i] >= ' ' && subject.p[i] < 0x7f;
	return ok ? 0
		  : why_set(why, E_INVALID, "/subject",
			    "a subject is 1 to %d printable ASCII characters, as the provider says it",
			    OIDC_SUBJECT_MAX);
}

int oidc_subject_add(struct db *db, int64_t account, struct slice issuer, struct slice subject,
	int64_t now_ms, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct oidc_subject *list;
	struct stmt *s;
	size_t n = 0;
	int rc = subject_check(subject, why);

	if (rc == 0)
		rc = oidc_subject_list(db, account, &arena, &list, &n, why);
	if (rc < 0)
		return rc;
	if (n == LIMIT_SUBJECTS)
		return why_set(
			why, E_LIMIT, "", "an account has at most %d subjects", LIMIT_SUBJECTS);
	s = db_stmt(db, "INSERT INTO account_subject (issuer, subject, account, made_ms) "
			"VALUES ($1, $2, $3, $4) ON CONFLICT (issuer, subject) DO NOTHING");
	db_bind_text(s, 1, issuer);
	db_bind_text(s, 2, subject);
	db_bind_i64(s, 3, account);
	db_bind_i64(s, 4, now_ms);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		return why_set(why, E_CONFLICT, "/subject", "this subject is somebody's already");
	return rc;
}

int oidc_subject_drop(
	struct db *db, int64_t account, struct slice issuer, struct slice subject, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM account_subject WHERE account = $1 AND "
				     "issuer = $2 AND subject = $3");
	int rc;

	db_bind_i64(s, 1, account);
	db_bind_text(s, 2, issuer);
	db_bind_text(s, 3, subject);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		return why_set(why, E_MISSING, "", "there is no such subject");
	if (rc < 0)
		return rc;
	s = db_stmt(db, "UPDATE account SET generation = generation + 1 WHERE row = $1");
	db_bind_i64(s, 1, account);
	return db_run(s, why);
}

int oidc_subject_list(struct db *db, int64_t account, struct arena *arena,
	struct oidc_subject **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT issuer, subject, made_ms FROM account_subject "
				     "WHERE account = $1 ORDER BY issuer, subject LIMIT $2");
	struct oidc_subject *out = arena_array(arena, struct oidc_subject, LIMIT_SUBJECTS);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, account);
	db_bind_i64(s, 2, LIMIT_SUBJECTS);
	while ((rc = db_step(s, why)) == DB_ROW && n < LIMIT_SUBJECTS) {
		out[n].issuer = arena_copy(arena, db_text(s, 0));
		out[n].subject = arena_copy(arena, db_text(s, 1));
		out[n++].made_ms = db_i64(s, 2);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}
