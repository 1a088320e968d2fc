/* token.c: see token.h. */
#include "node/token.h"

#include "base/enc.h"
#include "base/utf8.h"

#define NAME_MAX_BYTES 64
#define COLUMNS                                                                                    \
	"token.id, token.name, token.account, account.name, token.roles, token.clearance, "        \
	"token.made_ms, token.until_ms, token.used_ms, token.revoked"
#define FROM " FROM token JOIN account ON account.row = token.account "

static void row_read(struct stmt *s, struct arena *arena, struct token *ret)
{
	*ret = (struct token){.id = arena_copy(arena, db_text(s, 0)),
		.name = arena_copy(arena, db_text(s, 1)),
		.account = db_i64(s, 2),
		.owner = arena_copy(arena, db_text(s, 3)),
		.clearance = arena_copy(arena, db_text(s, 5)),
		.made_ms = db_i64(s, 6),
		.until_ms = db_i64(s, 7),
		.used_ms = db_i64(s, 8),
		.revoked = db_i64(s, 9) != 0};
	if (db_text(s, 4).n == 0 || roles_parse(db_text(s, 4), &ret->roles, NULL) < 0)
		ret->roles = (struct roles){0};
}

const char *token_state(const struct token *t, int64_t now_ms)
{
	return t->revoked ? "revoked" : t->until_ms <= now_ms ? "expired" : "live";
}

static int wish_check(const struct token_wish *w, int64_t now_ms, struct why *why)
{
	if (w->name.n == 0 || w->name.n > NAME_MAX_BYTES || utf8_bad_at(w->name) >= 0)
		return why_set(
			why, E_INVALID, "/name", "a token's name is 1 to %d bytes", NAME_MAX_BYTES);
	if (!utf8_is_line(w->name))
		return why_set(why, E_INVALID, "/name", "a token's name has no control characters");
	if (w->until_ms <= now_ms || w->until_ms > now_ms + TOKEN_LIFE_MS)
		return why_set(
			why, E_INVALID, "/until", "a token ends within a year, and not before now");
	for (int i = 0; i < AREAS; i++)
		if (w->roles.of[i] > w->account->roles.of[i])
			return why_set(why, E_DENIED, "/roles",
				"a token is never worth more than its owner: %s",
				area_name((enum area)i));
	return w->clearance.n ? clearance_word_check(w->clearance, why) : 0;
}

int token_new(const struct node *node, struct db *db, const struct token_wish *w,
	char ret_secret[TOKEN_TEXT + 1], struct arena *arena, struct token *ret, struct why *why)
{
	uint8_t secret[32], id[10];
	char text[TOKEN_TEXT + 1] = TOKEN_PREFIX, id_text[TOKEN_ID + 1];
	struct buf roles CLEANUP_BUF = BUF(4096);
	int64_t now_ms = env_now_ms(&node->env);
	struct stmt *s;
	int rc = wish_check(w, now_ms, why);

	if (rc < 0)
		return rc;
	env_random(&node->env, secret, sizeof(secret));
	env_random(&node->env, id, sizeof(id));
	base32_encode(secret, sizeof(secret), text + strlen(TOKEN_PREFIX));
	base32_encode(id, sizeof(id), id_text);
	explicit_bzero(secret, sizeof(secret));
	struct hash digest = hash_bytes(slice_str(text));
	roles_print(&w->roles, &roles);
	s = db_stmt(db,
		"INSERT INTO token (id, account, name, digest, roles, clearance, made_ms, "
		"until_ms, used_ms, revoked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)");
	db_bind_text(s, 1, slice_str(id_text));
	db_bind_i64(s, 2, w->account->row);
	db_bind_text(s, 3, w->name);
	db_bind_blob(s, 4, slice_of(digest.b, 32));
	db_bind_text(s, 5, buf_slice(&roles));
	db_bind_text(s, 6, w->clearance);
	db_bind_i64(s, 7, now_ms);
	db_bind_i64(s, 8, w->until_ms);
	rc = db_run(s, why);
	if (rc == 0)
		rc = token_get(db, slice_str(id_text), arena, ret, why);
	if (rc == 0)
		memcpy(ret_secret, text, sizeof(text));
	explicit_bzero(text, sizeof(text));
	return rc;
}

static int read_one(struct stmt *s, struct arena *arena, struct token *ret, struct why *why)
{
	struct token t;
	int rc = db_step(s, why);

	if (rc == DB_ROW)
		row_read(s, arena, &t);
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "there is no such token");
	if (rc < 0)
		return rc;
	*ret = t;
	return 0;
}

int token_get(
	struct db *db, struct slice id, struct arena *arena, struct token *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT " COLUMNS FROM "WHERE token.id = $1");

	if (id.n != TOKEN_ID || utf8_bad_at(id) >= 0)
		return why_set(why, E_MISSING, "", "there is no such token");
	db_bind_text(s, 1, id);
	return read_one(s, arena, ret, why);
}

int token_check(struct db *db, struct slice text, int64_t now_ms, struct arena *arena,
	struct token *ret, struct account *ret_account, struct why *why)
{
	struct hash digest = hash_bytes(text);
	struct token t;
	struct account a;
	struct stmt *s = db_stmt(db, "SELECT " COLUMNS FROM "WHERE token.digest = $1");
	int rc = E_MISSING;

	if (text.n == TOKEN_TEXT && slice_starts(text, TOKEN_PREFIX)) {
		db_bind_blob(s, 1, slice_of(digest.b, 32));
		rc = read_one(s, arena, &t, why);
	}
	if (rc == 0)
		rc = account_get_row(db, t.account, arena, &a, why);
	if (rc == E_MISSING || (rc == 0 && (t.revoked || t.until_ms <= now_ms || a.disabled)))
		return why_set(
			why, E_AUTH, "Authorization", "the token does not hold, or not any more");
	if (rc < 0)
		return rc;
	*ret = t;
	*ret_account = a;
	return 0;
}

int token_used(struct db *db, struct slice id, int64_t now_ms, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "UPDATE token SET used_ms = $2 WHERE id = $1 AND used_ms < $2");

	db_bind_text(s, 1, id);
	db_bind_i64(s, 2, now_ms);
	return db_run(s, why);
}

int token_list(struct db *db, int64_t account, struct slice after, size_t limit,
	struct arena *arena, struct token **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT " COLUMNS FROM "WHERE ($1 = 0 OR token.account = $1) "
				     "AND token.id > $2 ORDER BY token.id LIMIT $3");
	struct token *out = arena_array(arena, struct token, limit + 1);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, account);
	db_bind_text(s, 2, after);
	db_bind_i64(s, 3, (int64_t)limit);
	while ((rc = db_step(s, why)) == DB_ROW && n < limit)
		row_read(s, arena, &out[n++]);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}

int token_revoke(struct db *db, struct slice id, struct why *why)
{
	struct stmt *s = db_stmt(db, "UPDATE token SET revoked = 1 WHERE id = $1");
	int rc;

	if (id.n != TOKEN_ID || utf8_bad_at(id) >= 0)
		return why_set(why, E_MISSING, "", "there is no such token");
	db_bind_text(s, 1, id);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		return why_set(why, E_MISSING, "", "there is no such token");
	return rc;
}
