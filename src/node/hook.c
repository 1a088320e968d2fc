/* hook.c: see hook.h. */
#include "node/hook.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"

#include <inttypes.h>

const char hook_schema_1[] = "CREATE TABLE hook (\n"
			     "	id TEXT NOT NULL PRIMARY KEY,\n"
			     "	name TEXT NOT NULL,\n"
			     "	url TEXT NOT NULL,\n"
			     "	secret BLOB NOT NULL,\n" /* sealed with the node's seal key */
			     "	account INTEGER NOT NULL REFERENCES account (row),\n"
			     "	roles TEXT NOT NULL,\n"
			     "	clearance TEXT NOT NULL,\n"
			     "	pin BLOB NOT NULL,\n"
			     "	play INTEGER NOT NULL,\n"
			     "	disabled INTEGER NOT NULL,\n"
			     "	made_ms INTEGER NOT NULL\n"
			     ");\n"
			     "CREATE TABLE letter (\n"
			     "	row ROWKEY,\n"
			     "	hook TEXT NOT NULL,\n"
			     "	event TEXT NOT NULL,\n"
			     "	topic TEXT NOT NULL,\n"
			     "	body TEXT NOT NULL,\n"
			     "	state INTEGER NOT NULL,\n"
			     "	tries INTEGER NOT NULL,\n"
			     "	made_ms INTEGER NOT NULL,\n"
			     "	next_ms INTEGER NOT NULL,\n"
			     "	done_ms INTEGER NOT NULL,\n"
			     "	status INTEGER NOT NULL,\n"
			     "	error TEXT NOT NULL,\n"
			     "	UNIQUE (hook, event)\n"
			     ");\n"
			     "CREATE INDEX letter_waiting ON letter (state, hook, row);\n";

/* ---- hooks ---- */

static bool url_ok(struct slice u)
{
	struct slice host = u;
	if (u.n > HOOK_URL || !slice_take(&host, "https://"))
		return false;
	for (size_t i = 0; i < u.n; i++)
		if (u.p[i] <= ' ' || u.p[i] >= 0x7f || strchr("#\\\"<>^`{|}", u.p[i]))
			return false;
	struct slice rest = host, name = SLICE_NONE;
	if (!slice_cut_exact(&rest, '/', &name))
		name = host;
	return name.n > 0 && slice_find(name, '@') < 0;
}

int hook_url_check(struct slice url, const char *where, struct why *why)
{
	return url_ok(url) ? 0
			   : why_set(why, E_INVALID, where, "is an https URL without a user in it");
}

static int hook_check(const struct roles *may, const struct hook *h, struct why *why)
{
	struct roles both = roles_both(&h->roles, may);
	if (h->name.n == 0 || h->name.n > HOOK_NAME || utf8_bad_at(h->name) >= 0)
		return why_set(why, E_INVALID, "/name", "a name has 1 to %d bytes", HOOK_NAME);
	if (hook_url_check(h->url, "/url", why) < 0)
		return E_INVALID;
	if (!roles_eq(&both, &h->roles))
		return why_set(why, E_INVALID, "/roles", "are not above those of who makes it");
	if (h->clearance.n == 0)
		return 0;
	return clearance_word_check(h->clearance, why) < 0
		       ? why_set(why, E_INVALID, "/clearance", "is a class, or *")
		       : 0;
}

static void hook_bind(struct stmt *s, const struct hook *h, struct buf *roles)
{
	roles_print(&h->roles, roles);
	db_bind_text(s, 1, slice_str(h->id));
	db_bind_text(s, 2, h->name);
	db_bind_text(s, 3, h->url);
	db_bind_text(s, 4, buf_slice(roles));
	db_bind_text(s, 5, h->clearance.n ? h->clearance : SLICE(""));
	db_bind_i64(s, 6, h->play);
	db_bind_i64(s, 7, h->disabled);
	db_bind_blob(s, 8, h->has_pin ? slice_of(h->pin.b, 32) : SLICE(""));
}

int hook_add(const struct node *node, struct db *db, const struct account *by,
	const struct roles *may, struct hook *h, struct why *why)
{
	struct buf sealed CLEANUP_BUF = BUF(KIB), roles CLEANUP_BUF = BUF(KIB);
	uint8_t id[HOOK_ID / 2];
	int64_t n = 0;
	int rc = hook_check(may, h, why);
	if (rc < 0)
		return rc;
	struct stmt *s = db_stmt(db, "SELECT count(*) FROM hook");
	if ((rc = db_step(s, why)) == DB_ROW)
		n = db_i64(s, 0);
	db_reset(s);
	if (rc < 0)
		return rc;
	if (n >= HOOKS_MAX)
		return why_set(why, E_LIMIT, "", "there are %d webhooks already", HOOKS_MAX);
	env_random(&node->env, id, sizeof(id));
	hex_encode(id, sizeof(id), h->id);
	env_random(&node->env, h->secret, sizeof(h->secret));
	rc = seal_to(node->seal_key.pub, slice_of(h->secret, sizeof(h->secret)), &sealed, why);
	if (rc < 0)
		return rc;
	h->account = by->row;
	h->made_ms = env_now_ms(&node->env);
	s = db_stmt(db,
		"INSERT INTO hook (id, name, url, roles, clearance, play, disabled, pin, secret, account, made_ms) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
	hook_bind(s, h, &roles);
	db_bind_blob(s, 9, buf_slice(&sealed));
	db_bind_i64(s, 10, h->account);
	db_bind_i64(s, 11, h->made_ms);
	return db_run(s, why);
}

static bool tells_otherwise(const struct hook *a, const struct hook *b)
{
	return !slice_eq(a->url, b->url) || !roles_eq(&a->roles, &b->roles) ||
	       !slice_eq(a->clearance, b->clearance) || a->play != b->play ||
	       a->has_pin != b->has_pin || !hash_eq(&a->pin, &b->pin);
}

/* What was written for an address in another's name is not for this one. */
static int letters_drop(struct db *db, const char *hook, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM letter WHERE hook = $1 AND state <> $2");
	db_bind_text(s, 1, slice_str(hook));
	db_bind_i64(s, 2, OUT_SENT);
	return db_run(s, why);
}

int hook_change(struct db *db, const struct account *by, const struct roles *may,
	const struct hook *before, struct hook *h, struct why *why)
{
	struct buf roles CLEANUP_BUF = BUF(KIB);
	bool other = h->account != by->row && tells_otherwise(before, h);
	int rc = hook_check(may, h, why);
	if (rc == 0 && other)
		rc = letters_drop(db, h->id, why);
	if (rc < 0)
		return rc;
	if (other) {
		h->account = by->row;
		h->made_by = by->name;
	}
	struct stmt *s = db_stmt(db,
		"UPDATE hook SET name = $2, url = $3, roles = $4, clearance = $5, play = $6, disabled = $7, pin = $8, account = $9 WHERE id = $1");
	hook_bind(s, h, &roles);
	db_bind_i64(s, 9, h->account);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		return why_set(why, E_MISSING, "", "there is no such webhook");
	return rc;
}

int hook_drop(struct db *db, struct slice id, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM letter WHERE hook = $1");
	db_bind_text(s, 1, id);
	int rc = db_run(s, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "DELETE FROM hook WHERE id = $1");
	db_bind_text(s, 1, id);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		return why_set(why, E_MISSING, "", "there is no such webhook");
	return rc;
}

static int hook_read(const struct node *node, struct stmt *s, struct arena *arena, struct hook *ret,
	struct why *why)
{
	struct buf plain CLEANUP_BUF = BUF(KIB);
	*ret = (struct hook){.name = arena_copy(arena, db_text(s, 1)),
		.url = arena_copy(arena, db_text(s, 2)),
		.clearance = arena_copy(arena, db_text(s, 4)),
		.play = db_i64(s, 5) != 0,
		.disabled = db_i64(s, 6) != 0,
		.account = db_i64(s, 8),
		.made_ms = db_i64(s, 9),
		.made_by = arena_copy(arena, db_text(s, 10)),
		.has_pin = db_blob(s, 11).n == 32};
	if (ret->has_pin)
		memcpy(ret->pin.b, db_blob(s, 11).p, 32);
	snprintf(ret->id, sizeof(ret->id), "%.*s", SLICE_FMT(db_text(s, 0)));
	int rc = db_text(s, 3).n ? roles_parse(db_text(s, 3), &ret->roles, why) : 0;
	if (rc == 0)
		rc = seal_open(&node->seal_key, db_blob(s, 7), &plain, why);
	if (rc == 0 && plain.n != HOOK_SECRET)
		rc = why_set(why, E_VERIFY, "hook", "a webhook's secret is damaged");
	if (rc == 0)
		memcpy(ret->secret, plain.p, HOOK_SECRET);
	buf_wipe(&plain);
	return rc;
}

#define HOOK_SELECT                                                                                                            \
	"SELECT h.id, h.name, h.url, h.roles, h.clearance, h.play, h.disabled, h.secret, h.account, h.made_ms, a.name, h.pin " \
	"FROM hook h JOIN account a ON a.row = h.account "

int hook_get(const struct node *node, struct db *db, struct slice id, struct arena *arena,
	struct hook *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, HOOK_SELECT "WHERE h.id = $1");
	db_bind_text(s, 1, id);
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		rc = hook_read(node, s, arena, ret, why);
	else if (rc == DB_DONE)
		rc = why_set(why, E_MISSING, "", "there is no such webhook");
	db_reset(s);
	return rc;
}

int hook_list(const struct node *node, struct db *db, struct arena *arena, struct hook **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db, HOOK_SELECT "ORDER BY h.made_ms, h.id LIMIT $1");
	struct hook *out = arena_array(arena, struct hook, HOOKS_MAX);
	size_t n = 0;
	int rc;
	db_bind_i64(s, 1, HOOKS_MAX);
	while ((rc = db_step(s, why)) == DB_ROW && n < HOOKS_MAX) {
		rc = hook_read(node, s, arena, &out[n], why);
		if (rc < 0)
			break;
		n++;
	}
	db_reset(s);
	*ret = out;
	*ret_n = n;
	return rc < 0 ? rc : 0;
}

/* ---- letters ---- */

int letter_add(struct db *db, const char *hook, const char event[HOOK_EVENT + 1],
	struct slice topic, struct slice body, int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO letter (hook, event, topic, body, state, tries, made_ms, next_ms, done_ms, status, error) "
		"VALUES ($1, $2, $3, $4, 0, 0, $5, $5, 0, 0, '') ON CONFLICT (hook, event) DO NOTHING");
	db_bind_text(s, 1, slice_str(hook));
	db_bind_text(s, 2, slice_str(event));
	db_bind_text(s, 3, topic);
	db_bind_text(s, 4, body);
	db_bind_i64(s, 5, now_ms);
	int rc = db_run(s, why);
	if (rc < 0)
		return rc;
	/* Nobody listens for very long: the oldest becomes a dead letter, which is swept in time. */
	s = db_stmt(db,
		"UPDATE letter SET state = 2, done_ms = $2, error = 'too many wait' WHERE row = "
		"(SELECT min(row) FROM letter WHERE hook = $1 AND state = 0) AND "
		"(SELECT count(*) FROM letter WHERE hook = $1 AND state = 0) > $3");
	db_bind_text(s, 1, slice_str(hook));
	db_bind_i64(s, 2, now_ms);
	db_bind_i64(s, 3, HOOK_WAITING);
	return db_run(s, why);
}

#define LETTER_SELECT                                                                              \
	"SELECT row, hook, event, topic, body, state, tries, made_ms, next_ms, done_ms, status, error FROM letter "

static void letter_read(struct stmt *s, struct arena *arena, struct letter *ret)
{
	*ret = (struct letter){.row = db_i64(s, 0),
		.topic = arena_copy(arena, db_text(s, 3)),
		.body = arena_copy(arena, db_text(s, 4)),
		.state = (enum out_state)db_i64(s, 5),
		.tries = db_i64(s, 6),
		.made_ms = db_i64(s, 7),
		.next_ms = db_i64(s, 8),
		.done_ms = db_i64(s, 9),
		.status = db_i64(s, 10),
		.error = arena_copy(arena, db_text(s, 11))};
	snprintf(ret->hook, sizeof(ret->hook), "%.*s", SLICE_FMT(db_text(s, 1)));
	snprintf(ret->event, sizeof(ret->event), "%.*s", SLICE_FMT(db_text(s, 2)));
}

static int letter_first(
	struct db *db, const char *hook, struct arena *arena, struct letter *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, LETTER_SELECT "WHERE state = 0 AND hook = $1 ORDER BY row LIMIT 1");
	db_bind_text(s, 1, slice_str(hook));
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		letter_read(s, arena, ret);
	db_reset(s);
	return rc == DB_DONE ? why_set(why, E_MISSING, "", "no letter waits") : rc < 0 ? rc : 0;
}

int letter_take(struct db *db, const char *hook, int64_t now_ms, int64_t lease_ms,
	struct arena *arena, struct letter *ret, struct why *why)
{
	int rc = db_begin(db, why);
	if (rc < 0)
		return rc;
	rc = letter_first(db, hook, arena, ret, why);
	if (rc == 0 && ret->next_ms > now_ms)
		rc = why_set(why, E_MISSING, "", "no letter is due");
	if (rc == 0) {
		struct stmt *s = db_stmt(
			db, "UPDATE letter SET tries = tries + 1, next_ms = $2 WHERE row = $1");
		db_bind_i64(s, 1, ret->row);
		db_bind_i64(s, 2, now_ms + lease_ms);
		rc = db_run(s, why);
	}
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	ret->tries++;
	return db_commit(db, why);
}

int letter_done(struct db *db, const struct letter *l, enum out_state state, int64_t next_ms,
	int64_t now_ms, int64_t status, const char *error, struct why *why)
{
	int rc = db_begin(db, why);
	if (rc < 0)
		return rc;
	struct stmt *s = db_stmt(db,
		"UPDATE letter SET state = $2, next_ms = $3, done_ms = $4, status = $5, error = $6 WHERE row = $1");
	db_bind_i64(s, 1, l->row);
	db_bind_i64(s, 2, state);
	db_bind_i64(s, 3, next_ms);
	db_bind_i64(s, 4, state == OUT_WAITING ? 0 : now_ms);
	db_bind_i64(s, 5, status);
	db_bind_text(s, 6, slice_str(error));
	rc = db_run(s, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, why);
}

int letter_due(struct db *db, int64_t *ret_ms, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT coalesce(min(l.next_ms), $1) FROM letter l JOIN hook h ON h.id = l.hook WHERE h.disabled = 0 "
		"AND l.row IN (SELECT min(row) FROM letter WHERE state = 0 GROUP BY hook)");
	db_bind_i64(s, 1, INT64_MAX);
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret_ms = db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int letter_list(struct db *db, const char *hook, int state, int64_t before, size_t limit,
	struct arena *arena, struct letter **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db, LETTER_SELECT
		"WHERE hook = $1 AND ($2 < 0 OR state = $2) AND ($3 = 0 OR row < $3) ORDER BY row DESC LIMIT $4");
	struct letter *out = arena_array(arena, struct letter, limit + 1);
	size_t n = 0;
	int rc;
	db_bind_text(s, 1, slice_str(hook));
	db_bind_i64(s, 2, state);
	db_bind_i64(s, 3, before);
	db_bind_i64(s, 4, (int64_t)limit);
	while ((rc = db_step(s, why)) == DB_ROW && n < limit)
		letter_read(s, arena, &out[n++]);
	db_reset(s);
	*ret = out;
	*ret_n = n;
	return rc < 0 ? rc : 0;
}

int letter_again(struct db *db, const char *hook, int64_t row, int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT state FROM letter WHERE hook = $1 AND row = $2");
	int64_t state = -1;
	db_bind_text(s, 1, slice_str(hook));
	db_bind_i64(s, 2, row);
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		state = db_i64(s, 0);
	db_reset(s);
	if (rc < 0)
		return rc;
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "there is no such letter");
	if (state != OUT_DEAD)
		return why_set(why, E_STATE, "", "the letter is not dead");
	s = db_stmt(db,
		"UPDATE letter SET state = 0, tries = 0, next_ms = $2, done_ms = 0, error = '' WHERE row = $1");
	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, now_ms);
	return db_run(s, why);
}

int letter_sweep(struct db *db, int64_t before_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM letter WHERE state <> 0 AND done_ms < $1");
	db_bind_i64(s, 1, before_ms);
	return db_run(s, why);
}

int64_t hook_backoff_ms(const struct env *env, int64_t tries)
{
	int64_t wait = 2000;
	for (int64_t i = 1; i < tries && wait < HOUR_MS; i++)
		wait *= 2;
	if (wait > HOUR_MS)
		wait = HOUR_MS;
	return wait - wait / 4 + (int64_t)env_below(env, (uint64_t)wait / 4 + 1);
}

void hook_sign(const uint8_t secret[HOOK_SECRET], int64_t unix_s, struct slice body,
	char ret[HOOK_SIGNATURE])
{
	char time[32], hex[65];
	snprintf(time, sizeof(time), "%" PRId64, unix_s);
	const struct slice pieces[] = {slice_str(time), SLICE("."), body};
	struct hash mac = hash_mac(slice_of(secret, HOOK_SECRET), pieces, 3);
	hex_encode(mac.b, 32, hex);
	snprintf(ret, HOOK_SIGNATURE, "t=%s,v1=%s", time, hex);
}
