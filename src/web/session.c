/* session.c: see session.h. */
#include "web/session.h"

#include "base/enc.h"
#include "base/report.h"
#include "base/utf8.h"

#define AGENT_MAX 200
#define COLUMNS                                                                                    \
	"digest, account, generation, method, made_ms, seen_ms, confirmed_ms, address, agent, roles"

static void row_read(struct stmt *s, struct arena *arena, struct session *ret)
{
	MUST(db_blob(s, 0).n == 32);
	memcpy(ret->digest.b, db_blob(s, 0).p, 32);
	ret->account = db_i64(s, 1);
	ret->generation = db_i64(s, 2);
	ret->method = arena_copy(arena, db_text(s, 3));
	ret->made_ms = db_i64(s, 4);
	ret->seen_ms = db_i64(s, 5);
	ret->confirmed_ms = db_i64(s, 6);
	ret->address = arena_copy(arena, db_text(s, 7));
	ret->agent = arena_copy(arena, db_text(s, 8));
	ret->narrowed = db_text(s, 9).n > 0;
	/* Written by roles_print: what cannot be read is no role. */
	if (!ret->narrowed || roles_parse(db_text(s, 9), &ret->roles, NULL) < 0)
		ret->roles = (struct roles){0};
}

static struct hash digest_of(struct slice secret)
{
	const struct slice pieces[] = {SLICE("entente-session/1\n"), secret};

	return hash_of(pieces, 2);
}

bool session_is_over(const struct session *s, const struct account *a, int64_t now_ms)
{
	return s->seen_ms + SESSION_IDLE_MS <= now_ms || s->made_ms + SESSION_LIFE_MS <= now_ms ||
	       a->disabled || s->generation != a->generation;
}

/* "-": none at all, which is another thing than all that the account has. */
static void narrowed_print(const struct roles *roles, struct buf *b)
{
	if (roles)
		roles_print(roles, b);
	if (roles && b->n == 0)
		buf_str(b, "-");
}

int session_new(const struct node *node, struct db *db, const struct account *a, const char *method,
	const struct roles *roles, const char *address, struct slice agent,
	char ret_secret[SESSION_SECRET + 1], struct why *why)
{
	uint8_t raw[32];
	char secret[SESSION_SECRET + 1];
	int64_t now_ms = env_now_ms(&node->env);
	struct buf shown CLEANUP_BUF = BUF(4 * AGENT_MAX), less CLEANUP_BUF = BUF(4096);
	struct hash digest;

	env_random(&node->env, raw, sizeof(raw));
	base32_encode(raw, sizeof(raw), secret);
	explicit_bzero(raw, sizeof(raw));
	digest = digest_of(slice_str(secret));
	utf8_show(&shown, agent, AGENT_MAX);
	narrowed_print(roles, &less);
	struct stmt *s = db_stmt(db, "INSERT INTO session (" COLUMNS ") "
				     "VALUES ($1, $2, $3, $4, $5, $5, $5, $6, $7, $8)");
	db_bind_blob(s, 1, slice_of(digest.b, 32));
	db_bind_i64(s, 2, a->row);
	db_bind_i64(s, 3, a->generation);
	db_bind_text(s, 4, slice_str(method));
	db_bind_i64(s, 5, now_ms);
	db_bind_text(s, 6, slice_str(address));
	db_bind_text(s, 7, buf_slice(&shown));
	db_bind_text(s, 8, less.n ? buf_slice(&less) : SLICE(""));
	int rc = db_run(s, why);
	if (rc == 0)
		rc = session_sweep(db, now_ms, why);
	if (rc == 0)
		memcpy(ret_secret, secret, sizeof(secret));
	explicit_bzero(secret, sizeof(secret));
	return rc;
}

static int load(struct db *db, const struct hash *digest, struct arena *arena, struct session *ret,
	struct account *ret_account, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT " COLUMNS " FROM session WHERE digest = $1");
	int rc;

	db_bind_blob(s, 1, slice_of(digest->b, 32));
	rc = db_step(s, why);
	if (rc == DB_ROW)
		row_read(s, arena, ret);
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_AUTH, "", "nobody is signed in");
	if (rc < 0)
		return rc;
	return account_get_row(db, ret->account, arena, ret_account, why);
}

int session_find(const struct node *node, struct db *db, struct slice secret, struct arena *arena,
	struct session *ret, struct account *ret_account, struct why *why)
{
	struct hash digest = digest_of(secret);
	struct session s;
	struct account a;
	int rc = secret.n == SESSION_SECRET ? load(db, &digest, arena, &s, &a, why)
					    : why_set(why, E_AUTH, "", "nobody is signed in");

	if (rc == 0 && session_is_over(&s, &a, env_now_ms(&node->env)))
		return why_set(why, E_AUTH, "", "the session is over: sign in again");
	if (rc < 0)
		return rc;
	*ret = s;
	*ret_account = a;
	return 0;
}

int session_lives(const struct node *node, struct db *db, const struct hash *digest, bool *ret,
	struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * 1024);
	struct session s;
	struct account a;
	int rc = load(db, digest, &arena, &s, &a, why);

	if (rc < 0 && rc != E_AUTH)
		return rc;
	*ret = rc == 0 && !session_is_over(&s, &a, env_now_ms(&node->env));
	return 0;
}

int session_seen(struct db *db, const struct hash *digest, int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "UPDATE session SET seen_ms = $2 WHERE digest = $1");

	db_bind_blob(s, 1, slice_of(digest->b, 32));
	db_bind_i64(s, 2, now_ms);
	return db_run(s, why);
}

int session_confirm(struct db *db, const struct hash *digest, int64_t now_ms, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "UPDATE session SET confirmed_ms = $2, seen_ms = $2 WHERE digest = $1");

	db_bind_blob(s, 1, slice_of(digest->b, 32));
	db_bind_i64(s, 2, now_ms);
	return db_run(s, why);
}

int session_end(struct db *db, const struct hash *digest, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM session WHERE digest = $1");

	db_bind_blob(s, 1, slice_of(digest->b, 32));
	return db_run(s, why);
}

int session_sweep(struct db *db, int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM session WHERE seen_ms < $1 OR made_ms < $2");

	db_bind_i64(s, 1, now_ms - SESSION_IDLE_MS);
	db_bind_i64(s, 2, now_ms - SESSION_LIFE_MS);
	return db_run(s, why);
}

int session_list(const struct node *node, struct db *db, const struct account *a, size_t limit,
	struct arena *arena, struct session **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT " COLUMNS
			    " FROM session WHERE account = $1 ORDER BY made_ms DESC LIMIT $2");
	struct session *out = arena_array(arena, struct session, limit + 1);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, a->row);
	db_bind_i64(s, 2, (int64_t)limit);
	while ((rc = db_step(s, why)) == DB_ROW && n < limit) {
		row_read(s, arena, &out[n]);
		n += !session_is_over(&out[n], a, env_now_ms(&node->env));
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}

void session_id(const struct session *s, char ret[SESSION_ID + 1])
{
	hex_encode(s->digest.b, SESSION_ID / 2, ret);
}

void session_csrf(struct slice secret, char ret[SESSION_CSRF + 1])
{
	const struct slice pieces[] = {SLICE("entente-csrf/1\n"), secret};
	struct hash h = hash_of(pieces, 2);

	hex_encode(h.b, 32, ret);
}

bool session_confirmed(const struct session *s, int64_t now_ms)
{
	return s->confirmed_ms + SESSION_CONFIRM_MS > now_ms;
}
