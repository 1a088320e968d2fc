/*
 * signin.c: see signin.h.
 *
 *	guards (read) → account (read) → Argon2id, outside of any transaction → guards, code, audit (one write)
 *
 * A failure is counted before the answer goes out; two attempts at once may both be looked at, and then both count.
 */
#include "node/signin.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "net/client.h"
#include "node/audit.h"
#include "node/device.h"

struct guard {
	struct hash subject;
	int64_t limit; /* failures that cost nothing */
	int64_t failures, until_ms;
};

/* Hashed, so that what people type by mistake (a password as the name) is not kept. */
static struct hash subject_of(const char *what, struct slice name)
{
	const struct slice pieces[] = {
		SLICE("entente-guard/1\n"), slice_str(what), SLICE("\n"), name};

	return hash_of(pieces, sizeof(pieces) / sizeof(*pieces));
}

static int guard_load(struct db *db, struct guard *g, int64_t now_ms, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT failures, until_ms, last_ms FROM guard WHERE subject = $1");
	int rc;

	g->failures = g->until_ms = 0;
	db_bind_blob(s, 1, slice_of(g->subject.b, 32));
	rc = db_step(s, why);
	if (rc == DB_ROW && db_i64(s, 2) + SIGNIN_FORGET_MS > now_ms) {
		g->failures = db_i64(s, 0);
		g->until_ms = db_i64(s, 1);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int guard_fail(struct db *db, struct guard *g, int64_t now_ms, struct why *why)
{
	struct stmt *s;
	int rc = guard_load(db, g, now_ms, why);

	if (rc < 0)
		return rc;
	g->failures++;
	if (g->failures >= g->limit) {
		int64_t wait = SIGNIN_WAIT_MS;

		for (int64_t i = g->limit; i < g->failures && wait < SIGNIN_WAIT_MAX_MS; i++)
			wait *= 2;
		g->until_ms = now_ms + (wait < SIGNIN_WAIT_MAX_MS ? wait : SIGNIN_WAIT_MAX_MS);
	}
	s = db_stmt(db,
		"INSERT INTO guard (subject, failures, until_ms, last_ms) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, "
		"until_ms = excluded.until_ms, last_ms = excluded.last_ms");
	db_bind_blob(s, 1, slice_of(g->subject.b, 32));
	db_bind_i64(s, 2, g->failures);
	db_bind_i64(s, 3, g->until_ms);
	db_bind_i64(s, 4, now_ms);
	return db_run(s, why);
}

static int guard_drop(struct db *db, const struct guard *g, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM guard WHERE subject = $1");

	db_bind_blob(s, 1, slice_of(g->subject.b, 32));
	return db_run(s, why);
}

/* What nobody has asked about for a day. */
static int guards_forget(struct db *db, int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM guard WHERE last_ms < $1");

	db_bind_i64(s, 1, now_ms - SIGNIN_FORGET_MS);
	return db_run(s, why);
}

struct attempt {
	const struct node *node;
	struct db *db;
	const struct signin *in;
	int64_t now_ms;
	struct guard name, address;
	bool own; /* `name` is that of a device or session of the account, and alone counts */
	bool known;
	struct account account;
};

static int guards_ask(struct attempt *t, int64_t *ret_retry_ms, struct why *why)
{
	int rc = guard_load(t->db, &t->name, t->now_ms, why);

	if (rc == 0 && !t->own)
		rc = guard_load(t->db, &t->address, t->now_ms, why);
	if (rc < 0)
		return rc;
	int64_t until =
		t->name.until_ms > t->address.until_ms ? t->name.until_ms : t->address.until_ms;
	if (until <= t->now_ms)
		return 0;
	*ret_retry_ms = until - t->now_ms;
	return why_set(why, E_BUSY, "", "too many failures: wait %lld s",
		(long long)((*ret_retry_ms + 999) / 1000));
}

static int audit_attempt(struct attempt *t, const char *outcome, struct why *why)
{
	char who[ACCOUNT_NAME_MAX + 8], what[64], about[128];

	/* A name that does not exist may be anything, also a password. */
	snprintf(who, sizeof(who), "user:%.*s", t->known ? (int)t->account.name.n : 1,
		t->known ? (const char *)t->account.name.p : "?");
	snprintf(what, sizeof(what), "%s %s", t->in->purpose, outcome);
	snprintf(about, sizeof(about), "from %s", t->in->address);
	return audit_add(t->db, t->now_ms, who, what, slice_str(about), why);
}

static int failed(struct attempt *t, struct why *why)
{
	struct why other = {0};
	int rc = guard_fail(t->db, &t->name, t->now_ms, &other);

	if (rc == 0)
		rc = guard_fail(t->db, &t->address, t->now_ms, &other);
	if (rc == 0)
		rc = guards_forget(t->db, t->now_ms, &other);
	if (rc == 0)
		rc = audit_attempt(t, "failed", &other);
	if (rc < 0 && why)
		*why = other;
	return rc;
}

static int succeeded(struct attempt *t, struct why *why)
{
	struct stmt *s;
	int rc = guard_drop(t->db, &t->name, why);

	if (rc == 0)
		rc = audit_attempt(t, "done", why);
	if (rc < 0)
		return rc;
	s = db_stmt(t->db, "UPDATE account SET signed_in_ms = $2 WHERE row = $1");
	db_bind_i64(s, 1, t->account.row);
	db_bind_i64(s, 2, t->now_ms);
	return db_run(s, why);
}

/* The password holds (`rc` 0) or not: codes and counts, in a write transaction. *ret_verdict is what to answer. */
static int settle(struct attempt *t, int *ret_verdict, struct why *verdict_why, struct why *why)
{
	int verdict = *ret_verdict;

	if (verdict == 0 && t->account.totp && t->in->code.n == 0) {
		*ret_verdict = why_set(verdict_why, E_AUTH, "code", "a code is needed as well");
		return 0;
	}
	if (verdict == 0 && t->account.totp)
		verdict =
			account_totp_use(t->node, t->db, t->account.row, t->in->code, verdict_why);
	*ret_verdict = verdict;
	if (verdict == 0)
		return succeeded(t, why);
	return verdict == E_AUTH ? failed(t, why) : 0;
}

static int account_find(struct attempt *t, struct arena *arena, struct why *why)
{
	int rc = account_get(t->db, t->in->name, arena, &t->account, why);

	t->known = rc == 0;
	return rc == E_MISSING ? 0 : rc;
}

static int verdict_of(const struct attempt *t, struct why *why)
{
	int rc;

	if (!t->known || t->account.password.n == 0) {
		password_waste(t->in->password);
		return why_set(why, E_AUTH, "", "the name or the password does not hold");
	}
	rc = password_check(t->account.password, t->in->password, why);
	if (rc == 0 && t->account.disabled)
		return why_set(why, E_AUTH, "", "the name or the password does not hold");
	return rc;
}

/* Of IPv6 all that one subscriber has. */
static struct guard address_guard(const char *address)
{
	char network[ADDRESS_NETWORK];

	address_network(address, network);
	return (struct guard){.subject = subject_of("address", slice_str(network)),
		.limit = SIGNIN_ADDRESS_FAILURES};
}

/* What waits after failures: the name, or the device or session that is known to be the account's. */
static int guard_of(struct attempt *t, struct why *why)
{
	const struct signin *in = t->in;
	struct hash digest;
	int rc = 0;

	if (in->session) {
		t->own = true;
		digest = *in->session;
	} else {
		rc = device_find(t->db, in->device, in->name, t->now_ms, &t->own, &digest, why);
	}
	if (rc == 0 && t->own) {
		const struct slice pieces[] = {slice_of(digest.b, 32), SLICE("\n"), in->name};

		digest = hash_of(pieces, 3);
		t->name.subject =
			subject_of(in->session ? "session" : "device", slice_of(digest.b, 32));
	}
	return rc;
}

int signin_password(const struct node *node, struct db *db, const struct signin *in,
	struct arena *arena, struct account *ret, int64_t *ret_retry_ms, struct why *why)
{
	struct attempt t = {.node = node,
		.db = db,
		.in = in,
		.now_ms = env_now_ms(&node->env),
		.name = {.subject = subject_of("name", in->name), .limit = SIGNIN_NAME_FAILURES},
		.address = address_guard(in->address)};
	struct why verdict_why = {0};
	int verdict, rc = guard_of(&t, why);

	if (rc == 0)
		rc = guards_ask(&t, ret_retry_ms, why);
	if (rc == 0)
		rc = account_find(&t, arena, why);
	if (rc < 0)
		return rc;
	verdict = verdict_of(&t, &verdict_why);
	rc = db_begin(db, why);
	if (rc < 0)
		return rc;
	rc = settle(&t, &verdict, &verdict_why, why);
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

int signin_certificate(const struct node *node, struct db *db, const struct hash *pin,
	const char *address, const char *purpose, struct arena *arena, struct account *ret,
	struct why *why)
{
	const struct signin in = {.address = address, .purpose = purpose};
	struct attempt t = {.node = node, .db = db, .in = &in, .now_ms = env_now_ms(&node->env)};
	struct account a;
	int rc = account_by_pin(db, pin, arena, &a, why);

	if (rc == E_MISSING || (rc == 0 && a.disabled))
		return why_set(why, E_AUTH, "", "this certificate is nobody's here");
	if (rc == 0)
		rc = db_begin(db, why);
	if (rc < 0)
		return rc;
	t.account = a;
	t.known = true;
	t.name.subject = subject_of("name", a.name);
	rc = succeeded(&t, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	rc = db_commit(db, why);
	if (rc == 0)
		*ret = a;
	return rc;
}

/* ---- other ways in ---- */

int signin_address_check(const struct node *node, struct db *db, const char *address,
	int64_t *ret_retry_ms, struct why *why)
{
	struct attempt t = {.db = db,
		.now_ms = env_now_ms(&node->env),
		.name = address_guard(address),
		.address = address_guard(address)};

	return guards_ask(&t, ret_retry_ms, why);
}

int signin_outcome(const struct node *node, struct db *db, const struct account *a,
	const char *address, const char *purpose, const char *by, bool held, struct why *why)
{
	int64_t now_ms = env_now_ms(&node->env);
	struct buf who CLEANUP_BUF = BUF(2 * ACCOUNT_NAME_MAX), what CLEANUP_BUF = BUF(KIB),
		       about CLEANUP_BUF = BUF(4 * KIB);
	struct guard g = address_guard(address);
	struct stmt *s;

	buf_addf(&who, "user:%.*s", a ? (int)a->name.n : 1, a ? (const char *)a->name.p : "?");
	buf_addf(&what, "%s %s", purpose, held ? "done" : "failed");
	buf_addf(&about, "from %s by %s", address, by);
	int rc = audit_add(db, now_ms, buf_cstr(&who), buf_cstr(&what), buf_slice(&about), why);
	if (rc == 0 && !held)
		rc = guard_fail(db, &g, now_ms, why);
	if (rc == 0 && !held)
		rc = guards_forget(db, now_ms, why);
	if (rc < 0 || !held)
		return rc;
	s = db_stmt(db, "UPDATE account SET signed_in_ms = $2 WHERE row = $1");
	db_bind_i64(s, 1, a->row);
	db_bind_i64(s, 2, now_ms);
	return db_run(s, why);
}

int signin_locked(
	struct db *db, struct slice name, int64_t now_ms, int64_t *ret_until_ms, struct why *why)
{
	struct guard g = {.subject = subject_of("name", name)};
	int rc = guard_load(db, &g, now_ms, why);

	if (rc < 0)
		return rc;
	*ret_until_ms = g.until_ms > now_ms ? g.until_ms : 0;
	return 0;
}

int signin_unlock(struct db *db, struct slice name, struct why *why)
{
	struct guard g = {.subject = subject_of("name", name)};

	return guard_drop(db, &g, why);
}
