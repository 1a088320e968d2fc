/* fold.c: entries become rows of the index; pure over the entry, so order of arrival does not matter and a rebuild makes the same again. */
#include "work/response/store.h"

#include "base/limits.h"
#include "work/response/response_int.h"

static void folding_bind(struct stmt *s, const struct folding *f)
{
	db_bind_i64(s, 1, f->log->row);
	db_bind_i64(s, 2, (int64_t)f->seq);
	db_bind_i64(s, 3, (int64_t)f->at);
	db_bind_i64(s, 4, f->fold->world->coalition.row);
	db_bind_i64(s, 5, f->mode);
	db_bind_blob(s, 6, id_slice(&f->object.owner));
	db_bind_blob(s, 7, id_slice(&f->object.name));
	db_bind_text(s, 8, f->label);
	db_bind_i64(s, 9, f->audience);
}

int index_put(struct db *db, const struct index_row *row, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO response_item (log, seq, at, coalition, mode, object_owner, object_name, label, audience, kind, leaf, "
		"thread_owner, thread_name, target_owner, target_name) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (log, seq, at) DO NOTHING");

	folding_bind(s, row->f);
	db_bind_i64(s, 10, row->kind);
	db_bind_blob(s, 11, slice_of(row->f->leaf.b, 32));
	db_bind_blob(s, 12, id_slice(&row->links.thread.owner));
	db_bind_blob(s, 13, id_slice(&row->links.thread.name));
	db_bind_blob(s, 14, id_slice(&row->links.target.owner));
	db_bind_blob(s, 15, id_slice(&row->links.target.name));
	return db_run(s, why);
}

static int word_at(struct slice s, const char *const *words)
{
	int i = 0;

	while (words[i] && !slice_is(s, words[i]))
		i++;
	return i;
}

static int ref_put(struct db *db, const struct folding *f, int64_t ord, const struct cap_ref *ref,
	struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO response_alert_ref (log, seq, at, ord, coalition, mode, owner, identifier, sender, sent_ms) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (log, seq, at, ord) DO NOTHING");

	db_bind_i64(s, 1, f->log->row);
	db_bind_i64(s, 2, (int64_t)f->seq);
	db_bind_i64(s, 3, (int64_t)f->at);
	db_bind_i64(s, 4, ord);
	db_bind_i64(s, 5, f->fold->world->coalition.row);
	db_bind_i64(s, 6, f->mode);
	db_bind_blob(s, 7, id_slice(&f->object.owner));
	db_bind_text(s, 8, ref->identifier);
	db_bind_text(s, 9, ref->sender);
	db_bind_i64(s, 10, ref->sent_ms);
	return db_run(s, why);
}

static bool named_before(const struct cap_ref *list, size_t n, const struct cap_ref *ref)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].sent_ms == ref->sent_ms &&
			slice_eq(list[i].identifier, ref->identifier))
			return true;
	return false;
}

/* Only what can take another's place (store_schema.c): `ord` counts the others, too. */
static int refs_put(struct db *db, const struct folding *f, const struct cap_alert *a,
	struct arena *arena, struct why *why)
{
	struct cap_ref *kept = arena_array(arena, struct cap_ref, AID_REFS_MAX), ref;
	struct slice rest = a->references.text;
	size_t n = 0;
	int64_t ord = 0;
	int rc = 0, got;

	if (!slice_is(a->msgType.text, "Update") && !slice_is(a->msgType.text, "Cancel"))
		return 0;
	while (rc == 0 && ord < AID_REFS_MAX && (got = cap_ref_next(&rest, &ref)) != 0) {
		if (got < 0)
			continue;
		if (slice_eq(ref.sender, a->sender.text) && !named_before(kept, n, &ref)) {
			kept[n++] = ref;
			rc = ref_put(db, f, ord, &ref, why);
		}
		ord++;
	}
	return rc;
}

int index_alert_put(struct db *db, const struct folding *f, const struct cap_alert *a,
	struct arena *arena, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO response_alert (log, seq, at, coalition, mode, object_owner, object_name, label, audience, identifier, "
		"sender, sent_ms, expires_ms, msg_type) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
		"ON CONFLICT (log, seq, at) DO NOTHING");
	int rc;

	folding_bind(s, f);
	db_bind_text(s, 10, a->identifier.text);
	db_bind_text(s, 11, a->sender.text);
	db_bind_i64(s, 12, a->sent.ms);
	db_bind_i64(s, 13, cap_expires_ms(a));
	db_bind_i64(s, 14, word_at(a->msgType.text, cap_msgType));
	rc = db_run(s, why);
	return rc < 0 ? rc : refs_put(db, f, a, arena, why);
}

int index_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why)
{
	static const char *const sql[] = {
		"DELETE FROM response_item WHERE log = $1 AND seq = $2 AND at = $3",
		"DELETE FROM response_alert WHERE log = $1 AND seq = $2 AND at = $3",
		"DELETE FROM response_alert_ref WHERE log = $1 AND seq = $2 AND at = $3"};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < 3; i++) {
		struct stmt *s = db_stmt(db, sql[i]);

		db_bind_i64(s, 1, log_row);
		db_bind_i64(s, 2, (int64_t)seq);
		db_bind_i64(s, 3, (int64_t)at);
		rc = db_run(s, why);
	}
	return rc;
}

/* Law 7 at the edge: what CAP says of itself must be what the entry says. */
enum mode alert_mode(const struct cap_alert *a)
{
	if (slice_is(a->status.text, "Actual"))
		return MODE_REAL;
	return slice_is(a->status.text, "Exercise") ? MODE_EXERCISE : MODE_TEST;
}

bool alert_name_ok(const struct cap_alert *a)
{
	return a->identifier.text.n <= ALERT_NAME_MAX && a->sender.text.n <= ALERT_NAME_MAX;
}

static int alert_fold(const struct folding *f, struct arena *arena, struct why *why)
{
	struct cap_notes *notes = arena_new(arena, struct cap_notes);
	struct index_row row = {.f = f, .kind = AID_ALERT};
	struct cap_alert a;
	int rc;

	/* An exercise that is said to be real, or the other way round, is in no list; nor is what has a name that no list can hold. */
	if (cap_read(&a, arena, f->content, notes, NULL) < 0 || alert_mode(&a) != f->mode ||
		!alert_name_ok(&a))
		return 0;
	rc = index_put(f->fold->db, &row, why);
	return rc < 0 ? rc : index_alert_put(f->fold->db, f, &a, arena, why);
}

int response_fold(const struct folding *f, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct index_row row = {.f = f, .kind = aid_kind_of(f->kind)};
	union aid_any a;

	if (row.kind == AID_ALERT)
		return alert_fold(f, &arena, why);
	if (row.kind == AID_KINDS || aid_read(row.kind, &a, &arena, f->content, 0, NULL) < 0)
		return 0;
	row.links = aid_links_of(row.kind, &a);
	return index_put(f->fold->db, &row, why);
}

int response_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why)
{
	return index_drop(db, log_row, seq, at, why);
}
