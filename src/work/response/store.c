/* store.c: see store.h. */
#include "work/response/store.h"

#include "base/limits.h"
#include "base/vec.h"

/* $N = 1 for this node's own people, else 0; then the member; then thirteen of the clearance. */
#define SEEN(t, self, member) "(" self " = 1 OR " RELEASE_SQL(t ".audience", member) ")"
#define CLEARED(t)                                                                                 \
	RELEASE_CLASSES_SQL(t ".label", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15",      \
		"$16", "$17", "$18", "$19", "$20")
#define CLASSES_AT 8
#define PLACE	   " AND " SEEN("t", "$6", "$7") " AND " CLEARED("t")
#define SELECT                                                                                     \
	"SELECT DISTINCT t.object_owner, t.object_name, t.kind FROM response_item t WHERE t.coalition = $1 AND t.mode = $2 "
#define ORDER " ORDER BY t.object_owner, t.object_name LIMIT $5"

/* $1 coalition, $2 mode, $3 and $4 what is asked for, $5 limit, $6 self, $7 member, $8 to $20 classes. */
static void view_bind(struct stmt *s, const struct aid_view *v)
{
	db_bind_i64(s, 1, v->world->coalition.row);
	db_bind_i64(s, 2, v->mode);
	db_bind_i64(s, 5, AID_MANY + 1);
	db_bind_i64(s, 6, v->who->self);
	db_bind_blob(s, 7, id_slice(&v->who->member));
	release_classes_bind(s, CLASSES_AT, v->who, v->world->standing.charter, v->arena);
}

static struct object_id object_of(struct stmt *s, int col)
{
	struct object_id id;

	memcpy(id.owner.b, db_blob(s, col).p, 16);
	memcpy(id.name.b, db_blob(s, col + 1).p, 16);
	return id;
}

static int parse(const struct aid_view *v, struct aid_record *r)
{
	if (r->kind == AID_ALERT) {
		struct cap_alert *a = arena_new(v->arena, struct cap_alert);
		struct cap_notes *notes = arena_new(v->arena, struct cap_notes);

		r->alert = a;
		return cap_read(a, v->arena, r->r.content, notes, NULL);
	}
	union aid_any *a = arena_new(v->arena, union aid_any);

	r->a = a;
	return aid_read(r->kind, a, v->arena, r->r.content, 0, NULL);
}

/* The record and what it says. E_MISSING also for what is recalled or erased. */
static int load(const struct aid_view *v, const struct object_id *object, struct aid_record *ret,
	struct why *why)
{
	struct aid_record r = {0};
	int rc = record_get(v->world, v->db, v->who, object, v->arena, &r.r, why);

	if (rc < 0)
		return rc;
	r.kind = aid_kind_of(r.r.kind);
	if (r.r.state != ITEM_LIVE || r.kind == AID_KINDS || r.r.mode != v->mode ||
		parse(v, &r) < 0)
		return why_set(why, E_MISSING, "", "no such record");
	*ret = r;
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct aid_record *x = a, *y = b;
	int c;

	if (x->r.time_ms != y->r.time_ms)
		return x->r.time_ms < y->r.time_ms ? -1 : 1;
	c = id_cmp(&x->r.object.owner, &y->r.object.owner);
	return c ? c : id_cmp(&x->r.object.name, &y->r.object.name);
}

/* Runs a bound query for objects and loads each. */
static int objects_load(const struct aid_view *v, struct stmt *s, struct aid_record **ret,
	size_t *ret_n, struct why *why)
{
	VEC(struct object_id) found = {0};
	struct aid_record *out;
	size_t n = 0;
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW)
		vec_push(&found, object_of(s, 0));
	db_reset(s);
	if (rc == 0 && found.n > AID_MANY)
		rc = why_set(why, E_LIMIT, "", "more than %d records", AID_MANY);
	out = arena_array(v->arena, struct aid_record, found.n + 1);
	for (size_t i = 0; rc == 0 && i < found.n; i++) {
		rc = load(v, &found.p[i], &out[n], why);
		if (rc == 0)
			n++;
		else if (rc == E_MISSING)
			rc = 0;
	}
	vec_free(&found);
	if (rc < 0)
		return rc;
	if (n > 1)
		qsort(out, n, sizeof(*out), by_time);
	*ret = out;
	*ret_n = n;
	return 0;
}

static size_t keep(struct aid_record *list, size_t n, enum aid_kind kind)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++)
		if (list[i].kind == kind)
			list[out++] = list[i];
	return out;
}

int aid_list(const struct aid_view *v, enum aid_kind kind, struct aid_record **ret, size_t *ret_n,
	struct why *why)
{
	struct stmt *s = db_stmt(v->db, SELECT "AND t.kind = $3 AND $4 = 1" PLACE ORDER);
	size_t n;
	int rc;

	view_bind(s, v);
	db_bind_i64(s, 3, kind);
	db_bind_i64(s, 4, 1);
	rc = objects_load(v, s, ret, &n, why);
	if (rc == 0)
		*ret_n = keep(*ret, n, kind);
	return rc;
}

static void object_bind(struct stmt *s, const struct object_id *o)
{
	db_bind_blob(s, 3, id_slice(&o->owner));
	db_bind_blob(s, 4, id_slice(&o->name));
}

int aid_thread(const struct aid_view *v, const struct object_id *request, struct aid_record **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s =
		db_stmt(v->db, SELECT "AND t.thread_owner = $3 AND t.thread_name = $4" PLACE ORDER);

	view_bind(s, v);
	object_bind(s, request);
	return objects_load(v, s, ret, ret_n, why);
}

int aid_about(const struct aid_view *v, const struct object_id *target, struct aid_record **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s =
		db_stmt(v->db, SELECT "AND t.target_owner = $3 AND t.target_name = $4" PLACE ORDER);

	view_bind(s, v);
	object_bind(s, target);
	return objects_load(v, s, ret, ret_n, why);
}

int aid_get(const struct aid_view *v, enum aid_kind kind, const struct object_id *object,
	struct aid_record *ret, struct why *why)
{
	struct aid_record r;
	int rc = load(v, object, &r, why);

	if (rc == 0 && kind != AID_KINDS && r.kind != kind)
		rc = why_set(
			why, E_MISSING, "", "no such record among the %s", aid_kinds[kind].word);
	if (rc == 0)
		*ret = r;
	return rc;
}

int aid_was(const struct aid_view *v, const struct object_id *object, const struct hash *leaf,
	bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT t.leaf FROM response_item t WHERE t.coalition = $1 AND t.mode = $2 AND t.object_owner = $3 "
		"AND t.object_name = $4" PLACE " LIMIT $5");
	int rc;

	view_bind(s, v);
	object_bind(s, object);
	*ret = false;
	while ((rc = db_step(s, why)) == DB_ROW)
		*ret = *ret || slice_eq(db_blob(s, 0), slice_of(leaf->b, 32));
	db_reset(s);
	return rc;
}

int aid_by_code(
	const struct aid_view *v, struct slice code, struct aid_record *ret, struct why *why)
{
	struct aid_record *list;
	size_t n;
	int rc = aid_list(v, AID_REQUEST, &list, &n, why);

	if (rc < 0)
		return rc;
	while (n-- > 0) {
		const struct aid_request *q = &list[n].a->request;

		if (slice_eq(q->code, code) && q->state != REQUEST_CLOSED &&
			q->state != REQUEST_CANCELLED) {
			*ret = list[n];
			return 0;
		}
	}
	return why_set(why, E_MISSING, "", "no open request has the code %.*s",
		(int)(code.n > 20 ? 20 : code.n), (const char *)code.p);
}

/* ---- alerts ---- */

static struct aid_alert alert_read(struct stmt *s, struct arena *arena, int64_t now_ms)
{
	struct aid_alert a = {.object = object_of(s, 0),
		.identifier = arena_copy(arena, db_text(s, 2)),
		.sender = arena_copy(arena, db_text(s, 3)),
		.sent_ms = db_i64(s, 4),
		.expires_ms = db_i64(s, 5),
		.msgType = (int)db_i64(s, 6),
		.superseded = db_i64(s, 7) != 0};

	a.active = !a.superseded && a.msgType <= 1 && a.expires_ms > now_ms;
	return a;
}

int alert_list(const struct aid_view *v, int64_t now_ms, bool only_active, struct aid_alert **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT t.object_owner, t.object_name, t.identifier, t.sender, t.sent_ms, t.expires_ms, t.msg_type, "
		"CASE WHEN EXISTS (SELECT 1 FROM response_alert_ref r JOIN response_alert n ON n.log = r.log AND n.seq = r.seq "
		"AND n.at = r.at WHERE r.coalition = t.coalition AND r.owner = t.object_owner AND r.identifier = t.identifier "
		"AND r.sender = t.sender AND r.sent_ms = t.sent_ms AND n.sender = t.sender AND n.mode = t.mode AND n.msg_type IN (1, 2) "
		"AND " SEEN("n", "$6", "$7") " AND " CLEARED(
			"n") ") THEN 1 ELSE 0 END FROM response_alert t WHERE t.coalition = $1 AND t.mode = $2 "
			     "AND t.expires_ms > $3 AND $4 = 1" PLACE
			     " ORDER BY t.sent_ms DESC, t.object_owner, t.object_name, t.log, t.seq LIMIT $5");
	VEC(struct aid_alert) found = {0};
	int rc;

	view_bind(s, v);
	db_bind_i64(s, 3, only_active ? now_ms : -1);
	db_bind_i64(s, 4, 1);
	while ((rc = db_step(s, why)) == DB_ROW) {
		struct aid_alert a = alert_read(s, v->arena, now_ms);

		if (a.active || !only_active)
			vec_push(&found, a);
	}
	db_reset(s);
	if (rc == 0 && found.n > AID_MANY)
		rc = why_set(why, E_LIMIT, "", "more than %d alerts", AID_MANY);
	if (rc == 0) {
		*ret = arena_array(v->arena, struct aid_alert, found.n + 1);
		if (found.n)
			memcpy(*ret, found.p, found.n * sizeof(*found.p));
		*ret_n = found.n;
	}
	vec_free(&found);
	return rc;
}

int alert_has(const struct aid_view *v, const struct id *author, struct slice sender,
	struct slice identifier, int64_t sent_ms, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT 1 FROM response_alert WHERE coalition = $1 AND mode = $2 AND object_owner = $3 AND sender = $4 "
		"AND identifier = $5 AND sent_ms = $6 LIMIT 1");
	int rc;

	db_bind_i64(s, 1, v->world->coalition.row);
	db_bind_i64(s, 2, v->mode);
	db_bind_blob(s, 3, id_slice(author));
	db_bind_text(s, 4, sender);
	db_bind_text(s, 5, identifier);
	db_bind_i64(s, 6, sent_ms);
	rc = db_step(s, why);
	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}
