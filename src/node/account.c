/* account.c: accounts and their certificates; the tables of everything that hangs on them. totp.c has the second factor. */
#include "node/account.h"

#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"

const char account_schema_1[] =
	"CREATE TABLE account (\n"
	"	row ROWKEY,\n"
	"	name TEXT NOT NULL UNIQUE,\n"
	"	shown TEXT NOT NULL,\n"
	"	password TEXT NOT NULL,\n" /* password.h; '' none */
	"	roles TEXT NOT NULL,\n"
	"	clearance TEXT NOT NULL,\n"
	"	totp BLOB NOT NULL,\n"	   /* sealed; empty: none */
	"	totp_new BLOB NOT NULL,\n" /* not yet in force */
	"	totp_step INTEGER NOT NULL,\n"
	"	disabled INTEGER NOT NULL,\n"
	"	generation INTEGER NOT NULL,\n"
	"	made_ms INTEGER NOT NULL,\n"
	"	signed_in_ms INTEGER NOT NULL\n"
	");\n"
	"CREATE TABLE account_pin (\n"
	"	pin BLOB NOT NULL PRIMARY KEY,\n"
	"	account INTEGER NOT NULL REFERENCES account (row),\n"
	"	name TEXT NOT NULL,\n"
	"	made_ms INTEGER NOT NULL\n"
	") CLUSTERED;\n"
	"CREATE INDEX account_pin_account ON account_pin (account);\n"
	"CREATE TABLE token (\n"
	"	id TEXT NOT NULL PRIMARY KEY,\n"
	"	account INTEGER NOT NULL REFERENCES account (row),\n"
	"	name TEXT NOT NULL,\n"
	"	digest BLOB NOT NULL UNIQUE,\n"
	"	roles TEXT NOT NULL,\n"
	"	clearance TEXT NOT NULL,\n" /* '': its owner's */
	"	made_ms INTEGER NOT NULL,\n"
	"	until_ms INTEGER NOT NULL,\n"
	"	used_ms INTEGER NOT NULL,\n"
	"	revoked INTEGER NOT NULL\n"
	");\n"
	"CREATE INDEX token_account ON token (account, id);\n"
	"CREATE TABLE session (\n"
	"	digest BLOB NOT NULL PRIMARY KEY,\n" /* of the secret in the cookie */
	"	account INTEGER NOT NULL REFERENCES account (row),\n"
	"	generation INTEGER NOT NULL,\n"
	"	method TEXT NOT NULL,\n"
	"	made_ms INTEGER NOT NULL,\n"
	"	seen_ms INTEGER NOT NULL,\n"
	"	confirmed_ms INTEGER NOT NULL,\n"
	"	address TEXT NOT NULL,\n"
	"	agent TEXT NOT NULL\n"
	") CLUSTERED;\n"
	"CREATE INDEX session_account ON session (account, made_ms);\n"
	/* Failures at signing in, by what is waited for: a name or an address, hashed. */
	"CREATE TABLE guard (\n"
	"	subject BLOB NOT NULL PRIMARY KEY,\n"
	"	failures INTEGER NOT NULL,\n"
	"	until_ms INTEGER NOT NULL,\n"
	"	last_ms INTEGER NOT NULL\n"
	") CLUSTERED;\n"
	/* Answers to requests with an Idempotency-Key; status 0: still running. */
	"CREATE TABLE kept_answer (\n"
	"	account INTEGER NOT NULL,\n"
	"	name TEXT NOT NULL,\n"
	"	request BLOB NOT NULL,\n"
	"	made_ms INTEGER NOT NULL,\n"
	"	status INTEGER NOT NULL,\n"
	"	type TEXT NOT NULL,\n"
	"	head TEXT NOT NULL,\n"
	"	body BLOB NOT NULL,\n"
	"	PRIMARY KEY (account, name)\n"
	");\n"
	/* Files that somebody has sent and perhaps not yet used. */
	"CREATE TABLE upload (\n"
	"	account INTEGER NOT NULL,\n"
	"	sha256 BLOB NOT NULL,\n"
	"	size INTEGER NOT NULL,\n"
	"	made_ms INTEGER NOT NULL,\n"
	"	PRIMARY KEY (account, sha256)\n"
	") CLUSTERED;\n"
	/* Signed acts that wait for a second officer. */
	"CREATE TABLE act_waiting (\n"
	"	id TEXT NOT NULL PRIMARY KEY,\n"
	"	coalition BLOB NOT NULL,\n"
	"	kind TEXT NOT NULL,\n"
	"	officer BLOB NOT NULL,\n"
	"	account INTEGER NOT NULL,\n"
	"	made_ms INTEGER NOT NULL,\n"
	"	file BLOB NOT NULL\n"
	");\n";

/* Who has which record open to change it (web/api_editing.c). */
const char account_schema_3[] = "CREATE TABLE editing (\n"
				"	object TEXT NOT NULL,\n"
				"	editor TEXT NOT NULL,\n" /* a page */
				"	account INTEGER NOT NULL,\n"
				"	since_ms INTEGER NOT NULL,\n"
				"	seen_ms INTEGER NOT NULL,\n"
				"	PRIMARY KEY (object, editor)\n"
				") CLUSTERED;\n";

/* What one person's kept answers take is asked for each new one (web/kept.c), and the old ones go. */
const char account_schema_5[] =
	"ALTER TABLE kept_answer ADD COLUMN size INTEGER NOT NULL DEFAULT 0;\n"
	"CREATE INDEX kept_answer_account ON kept_answer (account, made_ms, size);\n"
	"CREATE INDEX kept_answer_made ON kept_answer (made_ms);\n";

/* ---- reading ---- */

#define ACCOUNT_COLUMNS                                                                            \
	"account.row, account.name, account.shown, account.password, account.roles, "              \
	"account.clearance, account.totp, account.disabled, account.generation, account.made_ms, " \
	"account.signed_in_ms"

static void row_read(struct stmt *s, struct arena *arena, struct account *ret)
{
	*ret = (struct account){.row = db_i64(s, 0),
		.name = arena_copy(arena, db_text(s, 1)),
		.shown = arena_copy(arena, db_text(s, 2)),
		.password = arena_copy(arena, db_text(s, 3)),
		.clearance = arena_copy(arena, db_text(s, 5)),
		.totp = db_blob(s, 6).n > 0,
		.disabled = db_i64(s, 7) != 0,
		.generation = db_i64(s, 8),
		.made_ms = db_i64(s, 9),
		.signed_in_ms = db_i64(s, 10)};
	/* Written by roles_print: what cannot be read is no role. */
	if (db_text(s, 4).n == 0 || roles_parse(db_text(s, 4), &ret->roles, NULL) < 0)
		ret->roles = (struct roles){0};
}

static int read_one(struct stmt *s, struct arena *arena, struct account *ret, struct why *why)
{
	struct account a;
	int rc = db_step(s, why);

	if (rc == DB_ROW)
		row_read(s, arena, &a);
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "there is no such user");
	if (rc < 0)
		return rc;
	*ret = a;
	return 0;
}

int account_any(struct db *db, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT 1 FROM account LIMIT 1");
	int rc = db_step(s, why);

	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = rc == DB_ROW;
	return 0;
}

int account_get(
	struct db *db, struct slice name, struct arena *arena, struct account *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE name = $1");

	if (account_name_check(name, NULL) < 0)
		return why_set(why, E_MISSING, "", "there is no such user");
	db_bind_text(s, 1, name);
	return read_one(s, arena, ret, why);
}

int account_get_row(
	struct db *db, int64_t row, struct arena *arena, struct account *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE row = $1");

	db_bind_i64(s, 1, row);
	return read_one(s, arena, ret, why);
}

int account_by_pin(struct db *db, const struct hash *pin, struct arena *arena, struct account *ret,
	struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT " ACCOUNT_COLUMNS " FROM account_pin p "
				     "JOIN account ON account.row = p.account WHERE p.pin = $1");

	db_bind_blob(s, 1, slice_of(pin->b, 32));
	return read_one(s, arena, ret, why);
}

int account_list(struct db *db, struct slice after, size_t limit, struct arena *arena,
	struct account **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT " ACCOUNT_COLUMNS " FROM account WHERE name > $1 ORDER BY name LIMIT $2");
	struct account *out = arena_array(arena, struct account, limit + 1);
	size_t n = 0;
	int rc;

	db_bind_text(s, 1, after);
	db_bind_i64(s, 2, (int64_t)limit);
	while ((rc = db_step(s, why)) == DB_ROW && n < limit)
		row_read(s, arena, &out[n++]);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}

/* ---- checks ---- */

int account_name_check(struct slice name, struct why *why)
{
	bool ok = name.n >= 1 && name.n <= ACCOUNT_NAME_MAX;

	for (size_t i = 0; ok && i < name.n; i++) {
		uint8_t c = name.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		ok = plain || (i > 0 && (c == '.' || c == '_' || c == '-'));
	}
	if (!ok)
		return why_set(why, E_INVALID, "/name",
			"a user name is 1 to %d of a-z, 0-9, '.', '_', '-', and begins with a letter or digit",
			ACCOUNT_NAME_MAX);
	return 0;
}

static int shown_check(struct slice text, struct why *why)
{
	if (text.n > ACCOUNT_SHOWN_MAX || utf8_bad_at(text) >= 0)
		return why_set(why, E_INVALID, "/display",
			"a name to be shown is at most %d bytes of UTF-8", ACCOUNT_SHOWN_MAX);
	if (!utf8_is_line(text))
		return why_set(
			why, E_INVALID, "/display", "a name to be shown has no control characters");
	return 0;
}

int account_password_hash(const struct node *node, struct slice name, struct slice pass,
	char ret[PASSWORD_TEXT + 1], struct why *why)
{
	int rc = password_rule(pass, name, why);

	return rc < 0 ? rc : password_hash(pass, password_cost_default, &node->env, ret, why);
}

/* ---- writing ---- */

int account_add(struct db *db, const struct account_new *a, int64_t now_ms, int64_t *ret_row,
	struct why *why)
{
	struct buf roles CLEANUP_BUF = BUF(4 * KIB);
	struct slice shown = a->shown.n ? a->shown : a->name;
	struct stmt *s;
	int rc = account_name_check(a->name, why);

	if (rc == 0)
		rc = shown_check(shown, why);
	if (rc == 0 && a->clearance.n)
		rc = clearance_word_check(a->clearance, why);
	if (rc < 0)
		return rc;
	roles_print(&a->roles, &roles);
	s = db_stmt(db,
		"INSERT INTO account (name, shown, password, roles, clearance, totp, totp_new, "
		"totp_step, disabled, generation, made_ms, signed_in_ms) "
		"VALUES ($1, $2, $3, $4, $5, $6, $6, 0, 0, 1, $7, 0) "
		"ON CONFLICT (name) DO NOTHING RETURNING row");
	db_bind_text(s, 1, a->name);
	db_bind_text(s, 2, shown);
	db_bind_text(s, 3, slice_str(a->password));
	db_bind_text(s, 4, buf_slice(&roles));
	db_bind_text(s, 5, a->clearance);
	db_bind_blob(s, 6, SLICE_NONE);
	db_bind_i64(s, 7, now_ms);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret_row = db_i64(s, 0);
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_CONFLICT, "/name", "there is a user of that name already");
	return rc < 0 ? rc : 0;
}

int account_set_password(struct db *db, int64_t row, const char *hash, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "UPDATE account SET password = $2, generation = generation + 1 WHERE row = $1");

	db_bind_i64(s, 1, row);
	db_bind_text(s, 2, slice_str(hash));
	return db_run(s, why);
}

/* Somebody else must be left who can put things right. */
static int another_administrator(struct db *db, int64_t row, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "SELECT 1 FROM account WHERE row <> $1 AND disabled = 0 AND roles LIKE $2");
	int rc;

	db_bind_i64(s, 1, row);
	db_bind_text(s, 2, SLICE("%node=administrator%"));
	rc = db_step(s, why);
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_STATE, "/roles",
			"nobody else administers this node: make another administrator first");
	return rc < 0 ? rc : 0;
}

static bool administers(const struct account *a)
{
	return !a->disabled && a->roles.of[AREA_NODE] == ROLE_ADMINISTRATOR;
}

int account_set_roles(
	struct db *db, const struct account *a, const struct roles *roles, struct why *why)
{
	struct buf text CLEANUP_BUF = BUF(4 * KIB);
	struct stmt *s;
	int rc = 0;

	if (administers(a) && roles->of[AREA_NODE] != ROLE_ADMINISTRATOR)
		rc = another_administrator(db, a->row, why);
	if (rc < 0)
		return rc;
	roles_print(roles, &text);
	s = db_stmt(
		db, "UPDATE account SET roles = $2, generation = generation + 1 WHERE row = $1");
	db_bind_i64(s, 1, a->row);
	db_bind_text(s, 2, buf_slice(&text));
	return db_run(s, why);
}

int account_set_disabled(struct db *db, const struct account *a, bool disabled, struct why *why)
{
	struct stmt *s;
	int rc = disabled && administers(a) ? another_administrator(db, a->row, why) : 0;

	if (rc < 0)
		return rc;
	s = db_stmt(
		db, "UPDATE account SET disabled = $2, generation = generation + 1 WHERE row = $1");
	db_bind_i64(s, 1, a->row);
	db_bind_i64(s, 2, disabled);
	return db_run(s, why);
}

int account_set_clearance(struct db *db, int64_t row, struct slice clearance, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"UPDATE account SET clearance = $2, generation = generation + 1 WHERE row = $1");
	int rc = clearance.n ? clearance_word_check(clearance, why) : 0;

	if (rc < 0)
		return rc;
	db_bind_i64(s, 1, row);
	db_bind_text(s, 2, clearance);
	return db_run(s, why);
}

int account_set_shown(struct db *db, int64_t row, struct slice shown, struct why *why)
{
	struct stmt *s = db_stmt(db, "UPDATE account SET shown = $2 WHERE row = $1");
	int rc = shown_check(shown, why);

	if (rc < 0)
		return rc;
	db_bind_i64(s, 1, row);
	db_bind_text(s, 2, shown);
	return db_run(s, why);
}

int account_answers_hush(struct db *db, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "UPDATE kept_answer SET body = $1, size = 0 WHERE length(body) > 0");

	db_bind_blob(s, 1, SLICE(""));
	return db_run(s, why);
}

/* ---- certificates ---- */

int account_pin_add(struct db *db, int64_t row, const struct hash *pin, struct slice name,
	int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "INSERT INTO account_pin (pin, account, name, made_ms) "
				     "VALUES ($1, $2, $3, $4) ON CONFLICT (pin) DO NOTHING");
	int rc = shown_check(name, why);

	if (rc < 0)
		return why ? why_set(why, rc, "/name",
				     "a name is at most %d bytes of UTF-8 without controls",
				     ACCOUNT_SHOWN_MAX)
			   : rc;
	db_bind_blob(s, 1, slice_of(pin->b, 32));
	db_bind_i64(s, 2, row);
	db_bind_text(s, 3, name);
	db_bind_i64(s, 4, now_ms);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		return why_set(why, E_CONFLICT, "/pem", "this certificate is somebody's already");
	return rc;
}

int account_pin_drop(struct db *db, int64_t row, const struct hash *pin, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM account_pin WHERE pin = $1 AND account = $2");
	int rc;

	db_bind_blob(s, 1, slice_of(pin->b, 32));
	db_bind_i64(s, 2, row);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		return why_set(why, E_MISSING, "", "there is no such certificate");
	if (rc < 0)
		return rc;
	s = db_stmt(db, "UPDATE account SET generation = generation + 1 WHERE row = $1");
	db_bind_i64(s, 1, row);
	return db_run(s, why);
}

#define PINS_MAX 64

int account_pin_list(struct db *db, int64_t row, struct arena *arena, struct account_pin **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT pin, name, made_ms FROM account_pin WHERE account = $1 "
			    "ORDER BY made_ms, pin LIMIT $2");
	struct account_pin *out = arena_array(arena, struct account_pin, PINS_MAX);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, PINS_MAX);
	while ((rc = db_step(s, why)) == DB_ROW && n < PINS_MAX) {
		MUST(db_blob(s, 0).n == 32);
		memcpy(out[n].pin.b, db_blob(s, 0).p, 32);
		out[n].name = arena_copy(arena, db_text(s, 1));
		out[n++].made_ms = db_i64(s, 2);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}
