/* look.c: see look.h. */
#include "work/cyber/look.h"

#include "work/cyber/canon.h"
#include "work/cyber/list.h"

struct look look_of(const struct stix *s, int64_t digest)
{
	return (struct look){.bytes = s->bytes,
		.type = s->type,
		.uuid = &s->uuid,
		.key = slice_of(s->version_key.text, s->version_key.n),
		.digest = digest};
}

static int same_text(struct db *db, const struct own_version *v, const struct look *x, bool *ret,
	struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct buf a CLEANUP_BUF = BUF(4 * MIB), b CLEANUP_BUF = BUF(4 * MIB);
	struct list_row row = {.log = v->log, .seq = v->seq, .at = v->at, .n = v->n};
	struct slice bytes;
	struct stix old, now;
	int rc = stix_list_bytes(db, &row, 1, &arena, &bytes, why);

	*ret = false;
	if (rc < 0 || stix_read(&old, &arena, bytes, NULL) < 0 ||
		stix_read(&now, &arena, x->bytes, NULL) < 0)
		return rc;
	jcs_value(&old.doc, old.root, &arena, &a);
	jcs_value(&now.doc, now.root, &arena, &b);
	*ret = slice_eq(buf_slice(&a), buf_slice(&b));
	return 0;
}

int look_up(struct db *db, int64_t root, const struct id *self, const struct stix_uuid *source,
	const struct look *x, struct arena *arena, bool *ret_here, struct why *rule,
	struct why *why)
{
	struct own_version *v;
	bool same, any, met = true, revoked = false;
	size_t n;
	int rc = stix_store_any(db, x->uuid, &any, why);

	*ret_here = false;
	if (rc < 0 || !any)
		return rc;
	rc = stix_store_own(db, root, self, source, x->type, x->uuid, arena, &v, &n, why);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (v[i].revoked && slice_cmp(v[i].version_key, x->key) < 0)
			return why_set(rule, E_STATE, "/modified",
				"the object has been revoked: it has no later versions");
		revoked = revoked || (v[i].revoked && slice_cmp(v[i].version_key, x->key) > 0);
		if (!slice_eq(v[i].version_key, x->key))
			continue;
		same = v[i].digest == x->digest;
		if (!same)
			rc = same_text(db, &v[i], x, &same, why);
		if (rc == 0 && same && x->wish)
			rc = wish_met(x->wish, db, x->label, v[i].log, v[i].seq, &met, why);
		if (rc < 0)
			return rc;
		*ret_here = *ret_here || same;
		if (same && met)
			return 1;
		/* What has no versions is what was said of it last. */
		if (!same && x->key.n)
			return why_set(rule, E_CONFLICT, "/modified",
				"another object with this id and version is here");
	}
	/* Others would have it without what revokes it. */
	if (rc == 0 && *ret_here && revoked)
		return why_set(rule, E_STATE, "/modified",
			"the object has been revoked since: it goes to nobody else");
	return rc;
}

int look_mark_read(struct db *db, int64_t root, struct look_mark *ret, struct why *why)
{
	int rc = stix_store_turn(db, root, &ret->turn, why);

	return rc < 0 ? rc : stix_store_newest(db, root, &ret->newest, why);
}

bool look_mark_eq(const struct look_mark *a, const struct look_mark *b)
{
	return a->turn == b->turn && a->newest == b->newest;
}

int look_any(struct db *db, int64_t root, const struct id *self, bool *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT 1 FROM cyber_batch WHERE root = $1 AND author = $2 LIMIT 1");
	int rc;

	db_bind_i64(s, 1, root);
	db_bind_blob(s, 2, id_slice(self));
	rc = db_step(s, why);
	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}
