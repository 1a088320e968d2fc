/* device.c: see device.h. */
#include "node/device.h"

#include "base/enc.h"

const char account_schema_4[] = "CREATE TABLE device (\n"
				"	digest BLOB NOT NULL,\n" /* of the secret in the cookie */
				"	account INTEGER NOT NULL REFERENCES account (row),\n"
				"	used_ms INTEGER NOT NULL,\n"
				"	PRIMARY KEY (digest, account)\n"
				") CLUSTERED;\n"
				"CREATE INDEX device_account ON device (account, used_ms);\n";

static struct hash digest_of(struct slice secret)
{
	const struct slice pieces[] = {SLICE("entente-device/1\n"), secret};

	return hash_of(pieces, 2);
}

int device_find(struct db *db, struct slice secret, struct slice name, int64_t now_ms,
	bool *ret_known, struct hash *ret_digest, struct why *why)
{
	struct hash digest = digest_of(secret);
	struct stmt *s;
	int rc;

	*ret_known = false;
	if (secret.n != DEVICE_SECRET)
		return 0;
	s = db_stmt(db, "SELECT 1 FROM device d JOIN account a ON a.row = d.account "
			"WHERE d.digest = $1 AND a.name = $2 AND d.used_ms > $3");
	db_bind_blob(s, 1, slice_of(digest.b, 32));
	db_bind_text(s, 2, name);
	db_bind_i64(s, 3, now_ms - DEVICE_FORGET_MS);
	rc = db_step(s, why);
	db_reset(s);
	*ret_known = rc == DB_ROW;
	*ret_digest = digest;
	return rc < 0 ? rc : 0;
}

static int is_ours(struct db *db, struct slice secret, bool *ret, struct why *why)
{
	struct hash digest = digest_of(secret);
	struct stmt *s = db_stmt(db, "SELECT 1 FROM device WHERE digest = $1 LIMIT 1");
	int rc;

	db_bind_blob(s, 1, slice_of(digest.b, 32));
	rc = db_step(s, why);
	db_reset(s);
	*ret = rc == DB_ROW && secret.n == DEVICE_SECRET;
	return rc < 0 ? rc : 0;
}

static int devices_forget(struct db *db, int64_t account, int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM device WHERE used_ms <= $1");
	int rc;

	db_bind_i64(s, 1, now_ms - DEVICE_FORGET_MS);
	rc = db_run(s, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "DELETE FROM device WHERE account = $1 AND digest NOT IN (SELECT digest "
			"FROM device WHERE account = $1 ORDER BY used_ms DESC, digest LIMIT $2)");
	db_bind_i64(s, 1, account);
	db_bind_i64(s, 2, DEVICES_MAX);
	return db_run(s, why);
}

int device_note(const struct node *node, struct db *db, int64_t account, struct slice secret,
	char ret_secret[DEVICE_SECRET + 1], struct why *why)
{
	int64_t now_ms = env_now_ms(&node->env);
	struct stmt *s;
	uint8_t raw[32];
	bool ours;
	int rc = is_ours(db, secret, &ours, why);

	if (rc < 0)
		return rc;
	if (ours) {
		memcpy(ret_secret, secret.p, DEVICE_SECRET);
		ret_secret[DEVICE_SECRET] = '\0';
	} else {
		env_random(&node->env, raw, sizeof(raw));
		base32_encode(raw, sizeof(raw), ret_secret);
		explicit_bzero(raw, sizeof(raw));
	}
	struct hash digest = digest_of(slice_str(ret_secret));
	s = db_stmt(db, "INSERT INTO device (digest, account, used_ms) VALUES ($1, $2, $3) "
			"ON CONFLICT (digest, account) DO UPDATE SET used_ms = excluded.used_ms");
	db_bind_blob(s, 1, slice_of(digest.b, 32));
	db_bind_i64(s, 2, account);
	db_bind_i64(s, 3, now_ms);
	rc = db_run(s, why);
	return rc < 0 ? rc : devices_forget(db, account, now_ms, why);
}
