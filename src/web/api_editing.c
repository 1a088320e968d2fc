/*
 * api_editing.c: who else has the same record open to change it. A page says so every few seconds while its form stands there and is told of the others;
 * whoever is silent for long is gone. It keeps nobody from writing: If-Match does that, at the end. Here people see each other at the beginning.
 *
 * In the store, not in memory, because several processes may serve one node; no fold looks at it, and nothing of it leaves the node.
 */
#include "web/api_int.h"

#include "base/enc.h"
#include "node/record.h"

#define SILENT_MS   30000
#define EDITOR_TEXT 32
#define SHOWN_MAX   20

static int sweep(struct call *c, int64_t now_ms)
{
	struct stmt *s = db_stmt(c->db, "DELETE FROM editing WHERE seen_ms < $1");

	db_bind_i64(s, 1, now_ms - SILENT_MS);
	return db_run(s, &c->why);
}

static int here(struct call *c, const char *object, struct slice editor, int64_t now_ms)
{
	struct stmt *s = db_stmt(c->db,
		"INSERT INTO editing (object, editor, account, since_ms, seen_ms) "
		"VALUES ($1, $2, $3, $4, $4) "
		"ON CONFLICT (object, editor) DO UPDATE SET seen_ms = excluded.seen_ms "
		"WHERE editing.account = excluded.account");

	db_bind_text(s, 1, slice_str(object));
	db_bind_text(s, 2, editor);
	db_bind_i64(s, 3, caller_account(&c->caller));
	db_bind_i64(s, 4, now_ms);
	return db_run(s, &c->why);
}

static int gone(struct call *c, const char *object, struct slice editor)
{
	struct stmt *s = db_stmt(
		c->db, "DELETE FROM editing WHERE object = $1 AND editor = $2 AND account = $3");

	db_bind_text(s, 1, slice_str(object));
	db_bind_text(s, 2, editor);
	db_bind_i64(s, 3, caller_account(&c->caller));
	return db_run(s, &c->why);
}

static int put_others(struct call *c, const char *object, struct slice editor)
{
	struct stmt *s = db_stmt(c->db,
		"SELECT a.name, a.shown, e.since_ms, e.account FROM editing e "
		"JOIN account a ON a.row = e.account "
		"WHERE e.object = $1 AND e.editor <> $2 ORDER BY e.since_ms, e.editor LIMIT $3");
	int rc;

	db_bind_text(s, 1, slice_str(object));
	db_bind_text(s, 2, editor);
	db_bind_i64(s, 3, SHOWN_MAX);
	json_open(&c->o, '{');
	json_open_at(&c->o, "others", '[');
	while ((rc = db_step(s, &c->why)) == DB_ROW) {
		json_open(&c->o, '{');
		json_put_string(&c->o, "name", db_text(s, 0));
		json_put_string(&c->o, "display", db_text(s, 1));
		put_time(&c->o, "since", db_i64(s, 2));
		/* The same person in another tab is another editor as well. */
		json_put_bool(&c->o, "self", db_i64(s, 3) == caller_account(&c->caller));
		json_close(&c->o);
	}
	db_reset(s);
	json_close(&c->o);
	json_close(&c->o);
	return rc < 0 ? rc : 0;
}

int api_record_editing(struct call *c)
{
	static const char *const known[] = {"editor", "done", NULL};
	uint8_t raw[EDITOR_TEXT / 2];
	char object[OBJECT_TEXT + 1];
	int64_t now_ms = env_now_ms(&c->node->env);
	struct slice editor;
	struct record r;
	bool done;

	TRY(call_only(c, known));
	TRY(call_need(c, "editor", EDITOR_TEXT, &editor));
	TRY(call_want_bool(c, "done", &done));
	if (hex_decode(editor, raw, sizeof(raw)) < 0)
		return why_set(
			&c->why, E_INVALID, "/editor", "is 32 hex digits, chosen by the page");
	TRY(call_read(c));
	int rc = record_of_path(c, c->param[1], &r);
	call_read_end(c);
	TRY(rc);
	if (!id_eq(&r.object.owner, &c->node->self))
		return why_set(&c->why, E_DENIED, "", "only its owner changes a record");
	object_format(&r.object, object);
	TRY(call_begin(c));
	rc = sweep(c, now_ms);
	if (rc == 0)
		rc = done ? gone(c, object, editor) : here(c, object, editor, now_ms);
	if (rc == 0)
		rc = put_others(c, object, editor);
	return call_commit(c, rc);
}
