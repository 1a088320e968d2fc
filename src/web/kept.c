/*
 * kept.c: see kept.h.
 *
 *	key new        → row with status 0 → the route runs → the answer, or (failed for want of rights, by the disk) no row
 *	row, status 0  → another one is at it, or was when the process died: 409, for the day; look before you try with a new key
 *	row, answered  → the answer of then; of records only where it is, and it is read anew
 *	row, hushed    → 409: something has been erased since, and no answer that was kept then says any more what it said
 */
#include "web/kept.h"

#include "base/limits.h"
#include "base/report.h"

static struct slice key_of(struct call *c)
{
	return strcmp(c->route->method, "POST") == 0 ? request_header(c->req, "Idempotency-Key")
						     : SLICE_NONE;
}

static int key_check(struct call *c, struct slice key)
{
	bool ok = key.n <= KEPT_KEY_MAX;

	for (size_t i = 0; ok && i < key.n; i++) {
		uint8_t k = key.p[i];

		ok = (k >= 'a' && k <= 'z') || (k >= 'A' && k <= 'Z') || (k >= '0' && k <= '9') ||
		     k == '_' || k == '-';
	}
	if (!ok)
		return why_set(&c->why, E_INVALID, "Idempotency-Key", "1 to %d of A-Z a-z 0-9 _ -",
			KEPT_KEY_MAX);
	if (c->route->flags & (API_NO_KEY | API_FILE))
		return why_set(&c->why, E_INVALID, "Idempotency-Key", "this route takes none");
	return 0;
}

static struct hash request_hash(struct call *c)
{
	struct hash body = hash_bytes(c->req->body);
	const struct slice pieces[] = {slice_str(c->req->method), SLICE("\n"), c->req->path,
		SLICE("?"), c->req->query, SLICE("\n"), slice_of(body.b, 32)};

	return hash_of(pieces, sizeof(pieces) / sizeof(*pieces));
}

/* True if the key is new, and then it is taken. */
static int take(struct call *c, struct slice key, const struct hash *request, bool *ret_new)
{
	int64_t now_ms = env_now_ms(&c->node->env);
	struct stmt *s = db_stmt(c->db, "DELETE FROM kept_answer WHERE made_ms < $1");

	db_bind_i64(s, 1, now_ms - KEPT_MS);
	TRY(db_run(s, &c->why));
	s = db_stmt(c->db,
		"INSERT INTO kept_answer (account, name, request, made_ms, status, type, head, body) "
		"VALUES ($1, $2, $3, $4, 0, '', '', $5) ON CONFLICT (account, name) DO NOTHING");
	db_bind_i64(s, 1, caller_account(&c->caller));
	db_bind_text(s, 2, key);
	db_bind_blob(s, 3, slice_of(request->b, 32));
	db_bind_i64(s, 4, now_ms);
	db_bind_blob(s, 5, SLICE_NONE);
	TRY(db_run(s, &c->why));
	*ret_new = db_changes(c->db) == 1;
	return 0;
}

/* A key is a row that stays for a day, and its answer may be large: refused before anything runs. */
static int room_check(struct call *c)
{
	struct stmt *s = db_stmt(c->db,
		"SELECT count(*), CAST(sum(size) AS BIGINT), min(made_ms) FROM kept_answer WHERE account = $1");
	int64_t n = 0, bytes = 0, oldest_ms = 0;

	db_bind_i64(s, 1, caller_account(&c->caller));
	int rc = db_step(s, &c->why);
	if (rc == DB_ROW) {
		n = db_i64(s, 0);
		bytes = db_i64(s, 1);
		oldest_ms = db_i64(s, 2);
	}
	db_reset(s);
	if (rc < 0 || (n <= LIMIT_KEPT_ANSWERS && bytes < (int64_t)LIMIT_KEPT_BYTES))
		return rc < 0 ? rc : 0;
	c->retry_ms = oldest_ms + KEPT_MS - env_now_ms(&c->node->env);
	return why_set(&c->why, E_BUSY, "Idempotency-Key",
		"your keys of the last 24 hours have more than %d answers or %zu MiB of them: wait, or ask without a key",
		LIMIT_KEPT_ANSWERS, LIMIT_KEPT_BYTES / MIB);
}

/* An answer without a word is one that had none, or is read anew, or has been hushed (account_answers_hush). */
static int hushed_check(struct call *c)
{
	if (c->out.n > 0 || c->status == 204 || (c->route->flags & API_AGAIN && c->location))
		return 0;
	return why_set(&c->why, E_STATE, "Idempotency-Key",
		"this was answered with status %u; what was said is not kept, because something has been erased since: look what is there",
		c->status);
}

static int load(struct call *c, struct slice key, const struct hash *request)
{
	struct stmt *s = db_stmt(c->db, "SELECT request, status, type, head, body FROM kept_answer "
					"WHERE account = $1 AND name = $2");
	int rc;

	db_bind_i64(s, 1, caller_account(&c->caller));
	db_bind_text(s, 2, key);
	rc = db_step(s, &c->why);
	if (rc == DB_DONE) {
		rc = why_set(&c->why, E_CONFLICT, "Idempotency-Key", "try again");
	} else if (rc == DB_ROW && !slice_eq(db_blob(s, 0), slice_of(request->b, 32))) {
		rc = why_set(
			&c->why, E_INVALID, "Idempotency-Key", "the key was for another request");
	} else if (rc == DB_ROW && db_i64(s, 1) == 0) {
		rc = why_set(&c->why, E_CONFLICT, "Idempotency-Key",
			"a request with this key is running, or was when the node stopped: look what is there");
	} else if (rc == DB_ROW) {
		c->status = (unsigned)db_i64(s, 1);
		c->type = db_text(s, 2).n ? arena_string(&c->req->arena, db_text(s, 2)) : NULL;
		c->location = db_text(s, 3).n ? arena_string(c->arena, db_text(s, 3)) : NULL;
		buf_slice_add(&c->out, db_blob(s, 4));
		rc = hushed_check(c);
	}
	db_reset(s);
	return rc;
}

/* What it made is read where it is now; it may have been recalled or erased. */
static int again(struct call *c)
{
	struct call get = *c;
	unsigned status = c->status;

	get.route =
		api_find("GET", slice_str(c->location), c->arena, get.param, &get.n_param, NULL);
	MUST(get.route != NULL);
	get.o = json_out(&get.out);
	TRY(db_begin_read(c->db, &c->why));
	struct id id;
	int rc = coalition_parse(get.param[0], &id) < 0
			 ? E_MISSING
			 : world_load(&get.world, c->node, c->db, &id, c->arena, &get.why);
	if (rc == 0) {
		get.has_world = true;
		get.reader = caller_reader(&get.caller, &get.world, get.shown);
		rc = get.route->run(&get);
	}
	db_rollback(c->db);
	c->out = get.out;
	c->why = get.why;
	c->status = status;
	return rc;
}

int kept_begin(struct call *c, bool *ret_done)
{
	struct slice key = key_of(c);
	bool is_new = false;

	if (key.n == 0 || !caller_account(&c->caller))
		return 0;
	TRY(key_check(c, key));
	struct hash request = request_hash(c);
	TRY(db_begin(c->db, &c->why));
	int rc = take(c, key, &request, &is_new);
	if (rc == 0 && is_new)
		rc = room_check(c);
	else if (rc == 0)
		rc = load(c, key, &request);
	if (rc < 0) {
		db_rollback(c->db);
		return rc;
	}
	TRY(db_commit(c->db, &c->why));
	if (is_new)
		return 0;
	if (c->status >= 400) { /* a problem of then */
		c->req->response.status = c->status;
		response_text(c->req, c->status, c->type, buf_slice(&c->out));
		c->raw = true;
	} else if (c->route->flags & API_AGAIN && c->location) {
		TRY(again(c));
	}
	response_header(c->req, "Idempotency-Replayed", "true");
	*ret_done = true;
	return 0;
}

/* The outcome is worth keeping if the same request would have it again. */
static bool worth_keeping(int rc, const struct call *c)
{
	if (c->raw || c->problem == 401 || c->problem == 403)
		return false;
	return rc == 0 || rc == E_SYNTAX || rc == E_INVALID || rc == E_MISSING ||
	       rc == E_CONFLICT || rc == E_VERIFY || rc == E_STATE || rc == E_LIMIT;
}

static int forget(struct call *c, struct slice key, struct why *why)
{
	struct stmt *s = db_stmt(c->db, "DELETE FROM kept_answer WHERE account = $1 AND name = $2");

	db_bind_i64(s, 1, caller_account(&c->caller));
	db_bind_text(s, 2, key);
	return db_run(s, why);
}

static int keep(struct call *c, struct slice key, struct why *why)
{
	struct stmt *s = db_stmt(c->db,
		"UPDATE kept_answer SET status = $3, type = $4, head = $5, body = $6, size = $7 "
		"WHERE account = $1 AND name = $2");
	bool body = !(c->route->flags & API_AGAIN && c->location);

	db_bind_i64(s, 1, caller_account(&c->caller));
	db_bind_text(s, 2, key);
	db_bind_i64(s, 3, c->status ? c->status : c->route->status ? c->route->status : 200);
	db_bind_text(s, 4, slice_str(c->type));
	db_bind_text(s, 5, slice_str(c->location));
	db_bind_blob(s, 6, body ? buf_slice(&c->out) : SLICE_NONE);
	db_bind_i64(s, 7, body ? (int64_t)c->out.n : 0);
	return db_run(s, why);
}

static int keep_problem(struct call *c, struct slice key, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);
	struct json_out o = json_out(&b);
	unsigned status = c->problem ? c->problem : why_http(c->why.code);
	struct stmt *s = db_stmt(c->db,
		"UPDATE kept_answer SET status = $3, type = $4, body = $5, size = $6 "
		"WHERE account = $1 AND name = $2");

	json_open(&o, '{');
	json_put_cstr(&o, "type", "about:blank");
	json_put_cstr(&o, "title", c->title ? c->title : why_name(c->why.code));
	json_put_i64(&o, "status", status);
	json_put_cstr(&o, "detail", c->why.text);
	if (c->why.where[0])
		json_put_cstr(&o, "pointer", c->why.where);
	json_close(&o);
	db_bind_i64(s, 1, caller_account(&c->caller));
	db_bind_text(s, 2, key);
	db_bind_i64(s, 3, status);
	db_bind_text(s, 4, SLICE("application/problem+json"));
	db_bind_blob(s, 5, buf_slice(&b));
	db_bind_i64(s, 6, (int64_t)b.n);
	return db_run(s, why);
}

void kept_end(struct call *c, int rc)
{
	struct slice key = key_of(c);
	struct why why = {0};

	if (key.n == 0 || !caller_account(&c->caller))
		return;
	int done = db_begin(c->db, &why);
	if (done == 0 && (!worth_keeping(rc, c) || c->out.n > KEPT_BODY_MAX))
		done = forget(c, key, &why);
	else if (done == 0)
		done = rc == 0 ? keep(c, key, &why) : keep_problem(c, key, &why);
	if (done == 0)
		done = db_commit(c->db, &why);
	db_rollback(c->db);
	if (done < 0)
		report(REPORT_WARN, "pages: an answer is not kept: %s", why.text);
}
