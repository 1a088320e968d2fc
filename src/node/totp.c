/* totp.c: the second factor of an account. The secret lies sealed with the node's seal key: a copy of the database is not enough. */
#include "node/account.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"

static int secret_seal(const struct node *node, const uint8_t secret[TOTP_SECRET], struct buf *ret,
	struct why *why)
{
	return seal_to(node->seal_key.pub, slice_of(secret, TOTP_SECRET), ret, why);
}

static int secret_open(
	const struct node *node, struct slice sealed, uint8_t ret[TOTP_SECRET], struct why *why)
{
	struct buf plain = BUF(TOTP_SECRET);
	int rc = seal_open(&node->seal_key, sealed, &plain, why);

	if (rc == 0 && plain.n != TOTP_SECRET)
		rc = why_set(why, E_VERIFY, "totp", "the stored secret has another size");
	if (rc == 0)
		memcpy(ret, plain.p, TOTP_SECRET);
	else
		why_prefix(why, "the code's secret was not sealed by this node's present seal key");
	buf_wipe(&plain);
	return rc;
}

int account_totp_new(const struct node *node, struct db *db, int64_t row, uint8_t ret[TOTP_SECRET],
	struct why *why)
{
	uint8_t secret[TOTP_SECRET];
	struct buf sealed CLEANUP_BUF = BUF(KIB);
	struct stmt *s;
	int rc;

	env_random(&node->env, secret, sizeof(secret));
	rc = secret_seal(node, secret, &sealed, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "UPDATE account SET totp_new = $2 WHERE row = $1");
	db_bind_i64(s, 1, row);
	db_bind_blob(s, 2, buf_slice(&sealed));
	rc = db_run(s, why);
	if (rc == 0)
		memcpy(ret, secret, sizeof(secret));
	explicit_bzero(secret, sizeof(secret));
	return rc;
}

/* One of the two, opened; E_STATE if there is none. */
static int secret_load(const struct node *node, struct stmt *s, int64_t row,
	uint8_t ret[TOTP_SECRET], int64_t *ret_step, struct why *why)
{
	int rc;

	db_bind_i64(s, 1, row);
	rc = db_step(s, why);
	if (rc == DB_ROW && db_blob(s, 0).n > 0) {
		*ret_step = db_i64(s, 1);
		rc = secret_open(node, db_blob(s, 0), ret, why);
	} else if (rc >= 0) {
		rc = why_set(
			why, E_STATE, "", "this account has no second factor to enter a code of");
	}
	db_reset(s);
	return rc;
}

int account_totp_enable(
	const struct node *node, struct db *db, int64_t row, struct slice code, struct why *why)
{
	uint8_t secret[TOTP_SECRET];
	int64_t step = 0, last = 0;
	struct stmt *s = db_stmt(db, "SELECT totp_new, totp_step FROM account WHERE row = $1");
	int rc = secret_load(node, s, row, secret, &last, why);

	if (rc == 0)
		rc = totp_check(secret, code, env_now_ms(&node->env), 0, &step, why);
	explicit_bzero(secret, sizeof(secret));
	if (rc < 0)
		return rc;
	s = db_stmt(db,
		"UPDATE account SET totp = totp_new, totp_new = $2, totp_step = $3 WHERE row = $1");
	db_bind_i64(s, 1, row);
	db_bind_blob(s, 2, SLICE_NONE);
	db_bind_i64(s, 3, step);
	return db_run(s, why);
}

int account_totp_drop(struct db *db, int64_t row, struct why *why)
{
	struct stmt *s = db_stmt(db, "UPDATE account SET totp = $2, totp_new = $2 WHERE row = $1");

	db_bind_i64(s, 1, row);
	db_bind_blob(s, 2, SLICE_NONE);
	return db_run(s, why);
}

int account_totp_use(
	const struct node *node, struct db *db, int64_t row, struct slice code, struct why *why)
{
	uint8_t secret[TOTP_SECRET];
	int64_t step = 0, last = 0;
	struct stmt *s = db_stmt(db, "SELECT totp, totp_step FROM account WHERE row = $1");
	int rc = secret_load(node, s, row, secret, &last, why);

	if (rc == 0)
		rc = totp_check(secret, code, env_now_ms(&node->env), last, &step, why);
	explicit_bzero(secret, sizeof(secret));
	if (rc < 0)
		return rc;
	s = db_stmt(db, "UPDATE account SET totp_step = $2 WHERE row = $1");
	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, step);
	return db_run(s, why);
}

void account_totp_uri(const struct node *node, struct slice name, const uint8_t secret[TOTP_SECRET],
	struct buf *ret)
{
	char text[BASE32_LEN(TOTP_SECRET) + 1];

	base32_encode(secret, TOTP_SECRET, text);
	for (char *p = text; *p; p++) /* authenticators want capitals */
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	buf_str(ret, "otpauth://totp/entente%20");
	buf_percent(ret, slice_str(node->conf.label));
	buf_byte(ret, ':');
	buf_percent(ret, name);
	buf_addf(ret, "?secret=%s&issuer=entente%%20", text);
	buf_percent(ret, slice_str(node->conf.label));
	explicit_bzero(text, sizeof(text));
}
