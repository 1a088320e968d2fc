/* remote.c: the table of remotes; see remote.h. */
#include "work/cyber/remote.h"

#include "base/report.h"
#include "crypt/seal.h"

const char remote_schema[] =
	"CREATE TABLE cyber_remote (\n"
	"	name TEXT NOT NULL PRIMARY KEY,\n"
	"	coalition BLOB NOT NULL,\n"
	"	mode INTEGER NOT NULL,\n"
	"	url TEXT NOT NULL,\n"
	"	collection TEXT NOT NULL,\n"
	"	push INTEGER NOT NULL,\n"
	"	pin BLOB NOT NULL,\n"
	"	secret BLOB NOT NULL,\n" /* the Authorization header, sealed; empty: none */
	"	label TEXT NOT NULL,\n"
	"	everybody INTEGER NOT NULL,\n"
	"	member BLOB NOT NULL,\n"
	"	every_ms INTEGER NOT NULL,\n"
	"	after TEXT NOT NULL,\n"
	"	next TEXT NOT NULL,\n"
	"	sent INTEGER NOT NULL,\n"
	"	next_ms INTEGER NOT NULL,\n"
	"	last_ms INTEGER NOT NULL,\n"
	"	objects INTEGER NOT NULL,\n"
	"	error TEXT NOT NULL\n"
	");\n";

#define COLUMNS                                                                                                       \
	"r.name, r.coalition, r.mode, r.url, r.collection, r.push, r.pin, r.secret, r.label, r.everybody, r.member, " \
	"r.every_ms, r.after, r.next, r.sent, r.next_ms, r.last_ms, r.objects, r.error, c.id FROM cyber_remote r "    \
	"JOIN coalition c ON c.coalition = r.coalition"

static bool word_valid(struct slice s, size_t max)
{
	if (s.n < 1 || s.n > max)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= 'A' && s.p[i] <= 'Z') &&
			!(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-' && s.p[i] != '_' &&
			s.p[i] != '.')
			return false;
	return true;
}

/* Behind one of these the host has ended. */
bool remote_is_here(struct slice url)
{
	static const char *const here[] = {"http://127.0.0.1", "http://[::1]", "http://localhost"};

	for (size_t i = 0; i < sizeof(here) / sizeof(*here); i++) {
		size_t n = strlen(here[i]);

		if (slice_starts(url, here[i]) && url.n > n && (url.p[n] == ':' || url.p[n] == '/'))
			return slice_find(url, '@') < 0;
	}
	return false;
}

static int remote_check(const struct remote *r, struct why *why)
{
	if (!word_valid(r->name, REMOTE_NAME_MAX))
		return why_set(why, E_INVALID, "name", "a name is 1 to %d of [A-Za-z0-9._-]",
			REMOTE_NAME_MAX);
	if ((!slice_starts(r->url, "https://") && !remote_is_here(r->url)) ||
		r->url.n > REMOTE_URL_MAX || r->url.p[r->url.n - 1] != '/' ||
		slice_find(r->url, '?') >= 0 || slice_find(r->url, '@') >= 0)
		return why_set(why, E_INVALID, "url",
			"expected the URL of an API root: https://…/ (http:// only on this machine)");
	for (size_t i = 0; i < r->url.n; i++)
		if (r->url.p[i] <= ' ' || r->url.p[i] >= 0x7f)
			return why_set(why, E_INVALID, "url", "an odd character");
	if (!word_valid(r->collection, 128))
		return why_set(
			why, E_INVALID, "collection", "expected the id or alias of a collection");
	if (r->every_ms && r->every_ms < REMOTE_EVERY_LEAST_MS)
		return why_set(why, E_INVALID, "every", "not more often than every %d s",
			REMOTE_EVERY_LEAST_MS / 1000);
	for (size_t i = 0; i < r->authorization.n; i++)
		if (r->authorization.p[i] < ' ' || r->authorization.p[i] >= 0x7f)
			return why_set(why, E_INVALID, "token", "an odd character");
	return 0;
}

int remote_add(const struct node *node, struct db *db, const struct remote *r, struct why *why)
{
	struct buf sealed CLEANUP_BUF = BUF(64 * KIB);
	struct stmt *s;
	int rc = remote_check(r, why);

	if (rc == 0 && r->authorization.n)
		rc = seal_to(node->seal_key.pub, r->authorization, &sealed, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db,
		"INSERT INTO cyber_remote (name, coalition, mode, url, collection, push, pin, secret, label, everybody, member, "
		"every_ms, after, next, sent, next_ms, last_ms, objects, error) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', '', 0, 0, 0, 0, '') ON CONFLICT (name) DO NOTHING");
	db_bind_text(s, 1, r->name);
	db_bind_blob(s, 2, id_slice(&r->coalition));
	db_bind_i64(s, 3, r->mode);
	db_bind_text(s, 4, r->url);
	db_bind_text(s, 5, r->collection);
	db_bind_i64(s, 6, r->push);
	db_bind_blob(s, 7, r->has_pin ? slice_of(r->pin.b, 32) : SLICE_NONE);
	db_bind_blob(s, 8, buf_slice(&sealed));
	db_bind_text(s, 9, r->label);
	db_bind_i64(s, 10, r->all);
	db_bind_blob(s, 11, slice_of(r->member, r->n_member * sizeof(*r->member)));
	db_bind_i64(s, 12, r->every_ms);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		rc = why_set(why, E_CONFLICT, "name", "there is a remote of that name");
	return rc;
}

int remote_remove(struct db *db, struct slice name, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM cyber_remote WHERE name = $1");
	int rc;

	db_bind_text(s, 1, name);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		rc = why_set(why, E_MISSING, "name", "no such remote");
	return rc;
}

static void row_read(
	struct stmt *s, struct arena *arena, struct remote *r, struct slice *ret_secret)
{
	struct slice member = db_blob(s, 10);

	*r = (struct remote){.name = arena_copy(arena, db_text(s, 0)),
		.mode = (enum mode)db_i64(s, 2),
		.url = arena_copy(arena, db_text(s, 3)),
		.collection = arena_copy(arena, db_text(s, 4)),
		.push = db_i64(s, 5) != 0,
		.has_pin = db_blob(s, 6).n == 32,
		.label = arena_copy(arena, db_text(s, 8)),
		.all = db_i64(s, 9) != 0,
		.n_member = member.n / sizeof(struct id),
		.every_ms = db_i64(s, 11),
		.after = arena_copy(arena, db_text(s, 12)),
		.next = arena_copy(arena, db_text(s, 13)),
		.sent = db_i64(s, 14),
		.next_ms = db_i64(s, 15),
		.last_ms = db_i64(s, 16),
		.objects = (uint64_t)db_i64(s, 17),
		.error = arena_copy(arena, db_text(s, 18)),
		.root = db_i64(s, 19) * 4 + db_i64(s, 2)};
	MUST(db_blob(s, 1).n == sizeof(r->coalition.b));
	memcpy(r->coalition.b, db_blob(s, 1).p, sizeof(r->coalition.b));
	if (r->has_pin)
		memcpy(r->pin.b, db_blob(s, 6).p, 32);
	r->member = arena_array(arena, struct id, r->n_member + 1);
	if (r->n_member)
		memcpy(r->member, member.p, r->n_member * sizeof(struct id));
	*ret_secret = arena_copy(arena, db_blob(s, 7));
}

int remote_list(
	struct db *db, struct arena *arena, struct remote **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT " COLUMNS " ORDER BY r.name LIMIT $1");
	struct remote *r = arena_array(arena, struct remote, REMOTES_MAX);
	struct slice secret;
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, REMOTES_MAX);
	while ((rc = db_step(s, why)) == DB_ROW)
		row_read(s, arena, &r[n++], &secret);
	db_reset(s);
	*ret = r;
	*ret_n = n;
	return rc;
}

int remote_get(const struct node *node, struct db *db, struct slice name, struct arena *arena,
	struct remote *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT " COLUMNS " WHERE r.name = $1");
	struct buf plain CLEANUP_BUF = BUF(64 * KIB);
	struct slice secret = SLICE_NONE;
	int rc;

	db_bind_text(s, 1, name);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		row_read(s, arena, ret, &secret);
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "name", "no such remote: entente cyber remote list");
	if (rc < 0 || secret.n == 0)
		return rc < 0 ? rc : 0;
	rc = seal_open(&node->seal_key, secret, &plain, why);
	if (rc == 0)
		ret->authorization = arena_copy(arena, buf_slice(&plain));
	explicit_bzero(plain.p, plain.n);
	return rc;
}

int remote_note(struct db *db, const struct remote *r, struct why *why)
{
	struct stmt *s;
	int rc = db_begin(db, why);

	if (rc < 0)
		return rc;
	s = db_stmt(db,
		"UPDATE cyber_remote SET after = $2, next = $3, sent = $4, next_ms = $5, last_ms = $6, objects = $7, error = $8 WHERE name = $1");
	db_bind_text(s, 1, r->name);
	db_bind_text(s, 2, r->after);
	db_bind_text(s, 3, r->next);
	db_bind_i64(s, 4, r->sent);
	db_bind_i64(s, 5, r->next_ms);
	db_bind_i64(s, 6, r->last_ms);
	db_bind_i64(s, 7, (int64_t)r->objects);
	db_bind_text(s, 8, r->error);
	rc = db_run(s, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, why);
}
