/* version.c: see version.h. */
#include "node/version.h"

#include "log/store.h"

/* The newest version of an object: log, seq, kind. */
static struct stmt *newest(struct db *db, int64_t coalition_row, const struct object_id *object)
{
	struct stmt *s = db_stmt(db,
		"SELECT log, seq, kind FROM item WHERE coalition = $1 AND object_owner = $2 AND object_name = $3 "
		"ORDER BY epoch DESC, seq DESC, at DESC LIMIT 1");

	db_bind_i64(s, 1, coalition_row);
	db_bind_blob(s, 2, slice_of(object->owner.b, sizeof(object->owner.b)));
	db_bind_blob(s, 3, slice_of(object->name.b, sizeof(object->name.b)));
	return s;
}

int version_now(struct db *db, int64_t coalition_row, const struct object_id *object,
	struct version *ret, struct why *why)
{
	struct stmt *s = newest(db, coalition_row, object);
	int rc = db_step(s, why);

	if (rc == DB_ROW)
		*ret = (struct version){
			.given = true, .log_row = db_i64(s, 0), .seq = (uint64_t)db_i64(s, 1)};
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "there is no such record here");
	return rc < 0 ? rc : 0;
}

int version_still(struct db *db, int64_t coalition_row, const struct object_id *object,
	const struct version *seen, struct why *why)
{
	struct version now;

	if (!seen->given)
		return 0;
	int rc = version_now(db, coalition_row, object, &now, why);
	if (rc < 0)
		return rc;
	if (now.log_row != seen->log_row || now.seq != seen->seq)
		return why_set(
			why, E_CONFLICT, "If-Match", "somebody has changed it since: get it again");
	return 0;
}

int version_veiled(struct db *db, const struct version *of, bool *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct slice bytes;
	struct entry e;
	int rc = log_entry(db, of->log_row, of->seq, &arena, &bytes, why);

	if (rc == 0)
		rc = entry_parse(&e, &arena, bytes, why);
	if (rc == 0)
		*ret = e.kind.n == 0;
	return rc;
}

int version_stays(struct db *db, int64_t coalition_row, const struct object_id *object,
	struct slice kind, struct why *why)
{
	struct stmt *s = newest(db, coalition_row, object);
	int rc = db_step(s, why);

	if (rc == DB_ROW && !slice_eq(db_text(s, 2), kind))
		rc = why_set(why, E_STATE, "/object", "is a %.*s and stays one",
			SLICE_FMT(db_text(s, 2)));
	db_reset(s);
	return rc < 0 ? rc : 0;
}
