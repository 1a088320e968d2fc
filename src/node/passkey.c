/* passkey.c: see passkey.h. */
#include "node/passkey.h"

#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"
#include "crypt/webauthn.h"
#include "node/audit.h"
#include "node/signin.h"

#define NAME_BYTES 100
#define COLUMNS	   "id, account, name, rp, backed_up, made_ms, used_ms, suspect_ms"

const char account_schema_2[] =
	"CREATE TABLE passkey (\n"
	"	id BLOB NOT NULL PRIMARY KEY,\n" /* the credential's */
	"	account INTEGER NOT NULL REFERENCES account (row),\n"
	"	name TEXT NOT NULL,\n"
	"	rp TEXT NOT NULL,\n"
	"	algorithm TEXT NOT NULL,\n"
	"	key BLOB NOT NULL,\n" /* pk.h */
	"	counter INTEGER NOT NULL,\n"
	"	backed_up INTEGER NOT NULL,\n"
	"	made_ms INTEGER NOT NULL,\n"
	"	used_ms INTEGER NOT NULL,\n"
	"	suspect_ms INTEGER NOT NULL\n"
	") CLUSTERED;\n"
	"CREATE INDEX passkey_account ON passkey (account, made_ms);\n"
	/* Challenges that have been answered and not yet expired. */
	"CREATE TABLE challenge_used (\n"
	"	digest BLOB NOT NULL PRIMARY KEY,\n"
	"	until_ms INTEGER NOT NULL\n"
	") CLUSTERED;\n"
	/* Who somebody is at the provider (oidc.h). */
	"CREATE TABLE account_subject (\n"
	"	issuer TEXT NOT NULL,\n"
	"	subject TEXT NOT NULL,\n"
	"	account INTEGER NOT NULL REFERENCES account (row),\n"
	"	made_ms INTEGER NOT NULL,\n"
	"	PRIMARY KEY (issuer, subject)\n"
	") CLUSTERED;\n"
	"CREATE INDEX account_subject_account ON account_subject (account);\n"
	/* Roles of a session that has less than its account; '': all of them. */
	"ALTER TABLE session ADD COLUMN roles TEXT NOT NULL DEFAULT '';\n";

void passkey_handle(const struct node *node, int64_t account, uint8_t ret[PASSKEY_HANDLE])
{
	char row[32];

	snprintf(row, sizeof(row), "%lld", (long long)account);
	const struct slice pieces[] = {SLICE("entente-user-handle/1\n"),
		slice_of(node->self.b, sizeof(node->self.b)), slice_str(row)};
	struct hash h = hash_mac(slice_of(node->seal_key.sec, sizeof(node->seal_key.sec)), pieces,
		sizeof(pieces) / sizeof(*pieces));
	memcpy(ret, h.b, PASSKEY_HANDLE);
}

struct challenge passkey_register_challenge(int64_t account, const struct passkey_site *site)
{
	return (struct challenge){"passkey registration", account, slice_str(site->origin)};
}

struct challenge passkey_assert_challenge(int64_t account, const struct passkey_site *site)
{
	return (struct challenge){"passkey", account, slice_str(site->origin)};
}

/* ---- the table ---- */

static void row_read(struct stmt *s, struct arena *arena, struct passkey *ret)
{
	*ret = (struct passkey){.id = arena_copy(arena, db_blob(s, 0)),
		.account = db_i64(s, 1),
		.name = arena_copy(arena, db_text(s, 2)),
		.rp_id = arena_copy(arena, db_text(s, 3)),
		.backed_up = db_i64(s, 4) != 0,
		.made_ms = db_i64(s, 5),
		.used_ms = db_i64(s, 6),
		.suspect_ms = db_i64(s, 7)};
}

int passkey_list(struct db *db, int64_t account, struct arena *arena, struct passkey **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT " COLUMNS " FROM passkey WHERE account = $1 "
				     "ORDER BY made_ms, id LIMIT $2");
	struct passkey *out = arena_array(arena, struct passkey, LIMIT_PASSKEYS);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, account);
	db_bind_i64(s, 2, LIMIT_PASSKEYS);
	while ((rc = db_step(s, why)) == DB_ROW && n < LIMIT_PASSKEYS)
		row_read(s, arena, &out[n++]);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}

static int name_check(struct slice name, struct why *why)
{
	if (name.n == 0 || name.n > NAME_BYTES || utf8_bad_at(name) >= 0)
		return why_set(why, E_INVALID, "/name",
			"a passkey's name is 1 to %d bytes of UTF-8", NAME_BYTES);
	if (!utf8_is_line(name))
		return why_set(
			why, E_INVALID, "/name", "a passkey's name has no control characters");
	return 0;
}

static int insert(struct db *db, const struct passkey *k, const struct webauthn_credential *c,
	struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO passkey (id, account, name, rp, algorithm, key, counter, backed_up, "
		"made_ms, used_ms, suspect_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0) "
		"ON CONFLICT (id) DO NOTHING");
	int rc;

	db_bind_blob(s, 1, k->id);
	db_bind_i64(s, 2, k->account);
	db_bind_text(s, 3, k->name);
	db_bind_text(s, 4, k->rp_id);
	db_bind_text(s, 5, slice_str(pk_alg_name(c->key.alg)));
	db_bind_blob(s, 6, c->key.der);
	db_bind_i64(s, 7, c->said.counter);
	db_bind_i64(s, 8, c->said.backed_up);
	db_bind_i64(s, 9, k->made_ms);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		return why_set(why, E_CONFLICT, "/attestation", "this passkey is known already");
	return rc;
}

/* The challenge that the browser signed, used up; *ret is its text. */
static int challenge_take(const struct node *node, struct db *db, const struct challenge *c,
	struct slice client_data, struct arena *arena, struct slice *ret, struct why *why)
{
	int rc = webauthn_challenge(client_data, arena, ret, why);

	return rc < 0 ? rc : challenge_use(node, db, c, *ret, why);
}

int passkey_add(const struct node *node, struct db *db, const struct passkey_new *p,
	struct arena *arena, struct passkey *ret, struct why *why)
{
	const struct challenge asked = passkey_register_challenge(p->account->row, &p->site);
	struct webauthn_expect e = {.origin = p->site.origin, .rp_id = p->site.rp_id};
	struct webauthn_credential c;
	struct passkey *list;
	size_t n;
	int rc = name_check(p->name, why);

	if (rc == 0)
		rc = passkey_list(db, p->account->row, arena, &list, &n, why);
	if (rc == 0 && n == LIMIT_PASSKEYS)
		rc = why_set(why, E_LIMIT, "", "a person has at most %d passkeys", LIMIT_PASSKEYS);
	if (rc == 0)
		rc = challenge_take(node, db, &asked, p->client_data, arena, &e.challenge, why);
	if (rc == 0)
		rc = webauthn_register(&e, p->client_data, p->attestation, arena, &c, why);
	if (rc < 0)
		return rc;
	struct passkey k = {.id = arena_copy(arena, c.id),
		.account = p->account->row,
		.name = p->name,
		.rp_id = slice_str(p->site.rp_id),
		.backed_up = c.said.backed_up,
		.made_ms = env_now_ms(&node->env)};
	rc = insert(db, &k, &c, why);
	if (rc == 0)
		*ret = k;
	return rc;
}

static int one_changed(struct db *db, int rc, struct why *why)
{
	if (rc == 0 && db_changes(db) == 0)
		return why_set(why, E_MISSING, "", "there is no such passkey");
	return rc;
}

int passkey_rename(
	struct db *db, int64_t account, struct slice id, struct slice name, struct why *why)
{
	struct stmt *s = db_stmt(db, "UPDATE passkey SET name = $3 WHERE id = $1 AND account = $2");
	int rc = name_check(name, why);

	if (rc < 0)
		return rc;
	db_bind_blob(s, 1, id);
	db_bind_i64(s, 2, account);
	db_bind_text(s, 3, name);
	return one_changed(db, db_run(s, why), why);
}

int passkey_drop(struct db *db, int64_t account, struct slice id, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM passkey WHERE id = $1 AND account = $2");
	int rc;

	db_bind_blob(s, 1, id);
	db_bind_i64(s, 2, account);
	rc = one_changed(db, db_run(s, why), why);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "UPDATE account SET generation = generation + 1 WHERE row = $1");
	db_bind_i64(s, 1, account);
	return db_run(s, why);
}

/* ---- answers ---- */

struct known {
	struct passkey passkey;
	struct pk key;
	int64_t counter;
};

static int known_load(
	struct db *db, struct slice id, struct arena *arena, struct known *ret, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "SELECT " COLUMNS ", algorithm, key, counter FROM passkey WHERE id = $1");
	int rc;

	db_bind_blob(s, 1, id);
	rc = db_step(s, why);
	if (rc == DB_ROW) {
		row_read(s, arena, &ret->passkey);
		MUST(pk_alg_parse(db_text(s, 8), &ret->key.alg) == 0);
		ret->key.der = arena_copy(arena, db_blob(s, 9));
		ret->counter = db_i64(s, 10);
	}
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_AUTH, "", "this passkey is not known here");
	return rc < 0 ? rc : 0;
}

static int used_write(struct db *db, const struct known *k, const struct webauthn_said *said,
	int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "UPDATE passkey SET counter = $2, backed_up = $3, used_ms = $4 WHERE id = $1");

	db_bind_blob(s, 1, k->passkey.id);
	db_bind_i64(s, 2, said->counter);
	db_bind_i64(s, 3, said->backed_up);
	db_bind_i64(s, 4, now_ms);
	return db_run(s, why);
}

/* Level 2 §7.2 step 21. Those that do not count say 0 always. */
static bool counts_back(const struct known *k, const struct webauthn_said *said)
{
	return (said->counter != 0 || k->counter != 0) && (int64_t)said->counter <= k->counter;
}

static int suspect(struct db *db, const struct known *k, const struct account *a,
	const struct webauthn_said *said, int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "UPDATE passkey SET suspect_ms = $2 WHERE id = $1");
	struct buf who CLEANUP_BUF = BUF(2 * ACCOUNT_NAME_MAX), about CLEANUP_BUF = BUF(KIB);
	int rc;

	db_bind_blob(s, 1, k->passkey.id);
	db_bind_i64(s, 2, now_ms);
	rc = db_run(s, why);
	if (rc < 0)
		return rc;
	buf_addf(&who, "user:%.*s", SLICE_FMT(a->name));
	buf_addf(&about, "%.*s: counter %lld after %lld: somebody else has a copy of it",
		SLICE_FMT(k->passkey.name), (long long)said->counter, (long long)k->counter);
	return audit_add(db, now_ms, buf_cstr(&who), "passkey copied", buf_slice(&about), why);
}

struct attempt {
	const struct node *node;
	struct db *db;
	const struct passkey_answer *answer;
	struct arena *arena;
	struct known known;
	struct account account;
	bool has_account;
};

static int handle_check(const struct attempt *t, struct why *why)
{
	uint8_t handle[PASSKEY_HANDLE];

	passkey_handle(t->node, t->account.row, handle);
	if (t->answer->handle.n && !slice_eq(t->answer->handle, slice_of(handle, sizeof(handle))))
		return why_set(why, E_AUTH, "", "this passkey is somebody else's");
	return 0;
}

/* Is it this person's, unsuspected, for this site? */
static int owner_check(struct attempt *t, struct why *why)
{
	const struct passkey *k = &t->known.passkey;
	int rc = known_load(t->db, t->answer->id, t->arena, &t->known, why);

	if (rc == 0)
		rc = account_get_row(t->db, k->account, t->arena, &t->account, why);
	if (rc < 0)
		return rc;
	t->has_account = true;
	if (t->account.disabled || (t->answer->account && t->answer->account != k->account))
		return why_set(why, E_AUTH, "", "this passkey is not known here");
	if (!slice_is(k->rp_id, t->answer->site.rp_id))
		return why_set(
			why, E_AUTH, "", "this passkey was made for another address of this node");
	if (k->suspect_ms)
		return why_set(why, E_AUTH, "",
			"somebody else has a copy of this passkey: remove it and make another");
	return handle_check(t, why);
}

static int answer_check(struct attempt *t, struct webauthn_said *ret, struct why *why)
{
	const struct passkey_answer *a = t->answer;
	const struct challenge asked = passkey_assert_challenge(a->account, &a->site);
	struct webauthn_expect e = {.origin = a->site.origin, .rp_id = a->site.rp_id};
	int rc =
		challenge_take(t->node, t->db, &asked, a->client_data, t->arena, &e.challenge, why);

	if (rc == 0)
		rc = owner_check(t, why);
	if (rc == 0)
		rc = webauthn_assert(&e, &t->known.key, a->client_data, a->authenticator_data,
			a->signature, t->arena, ret, why);
	return rc;
}

/* A refusal is an answer, and is written down; a store that fails is none. */
static bool is_refusal(int rc)
{
	return rc == E_AUTH || rc == E_SYNTAX || rc == E_INVALID || rc == E_VERIFY || rc == E_LIMIT;
}

/* In a write transaction. *ret_verdict is what to answer. */
static int settle(struct attempt *t, const char *address, const char *purpose, int *ret_verdict,
	struct why *verdict_why, struct why *why)
{
	int64_t now_ms = env_now_ms(&t->node->env);
	struct webauthn_said said = {0};
	int rc = 0, verdict = answer_check(t, &said, verdict_why);

	if (verdict < 0 && !is_refusal(verdict)) {
		if (why)
			*why = *verdict_why;
		return verdict;
	}
	if (verdict == 0 && counts_back(&t->known, &said)) {
		rc = suspect(t->db, &t->known, &t->account, &said, now_ms, why);
		verdict = why_set(verdict_why, E_AUTH, "",
			"somebody else has a copy of this passkey: it is refused from now on");
	} else if (verdict == 0) {
		rc = used_write(t->db, &t->known, &said, now_ms, why);
	} else {
		/* Whatever does not hold: nobody is signed in; the words say what it was. */
		verdict = verdict_why->code = E_AUTH;
	}
	if (rc == 0)
		rc = signin_outcome(t->node, t->db, t->has_account ? &t->account : NULL, address,
			purpose,
			arena_printf(t->arena, "passkey %.*s", SLICE_FMT(t->known.passkey.name)),
			verdict == 0, why);
	*ret_verdict = verdict;
	return rc;
}

int signin_passkey(const struct node *node, struct db *db, const struct passkey_answer *answer,
	const char *address, const char *purpose, struct arena *arena, struct account *ret,
	int64_t *ret_retry_ms, struct why *why)
{
	struct attempt t = {.node = node, .db = db, .answer = answer, .arena = arena};
	struct why verdict_why = {0};
	int verdict = 0, rc = signin_address_check(node, db, address, ret_retry_ms, why);

	if (rc == 0)
		rc = db_begin(db, why);
	if (rc < 0)
		return rc;
	rc = settle(&t, address, purpose, &verdict, &verdict_why, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	rc = db_commit(db, why);
	if (rc < 0)
		return rc;
	if (verdict < 0) {
		if (why)
			*why = verdict_why;
		return verdict;
	}
	*ret = t.account;
	return 0;
}
