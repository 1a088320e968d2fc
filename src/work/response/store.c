/* store.c: see store.h. */
#include "work/response/store.h"

#include "base/limits.h"
#include "base/vec.h"
#include "work/response/response_int.h"

/* $N = 1 for this node's own people, else 0; then the member; then thirteen of the clearance. */
#define SEEN(t, self, member) "(" self " = 1 OR " RELEASE_SQL(t ".audience", member) ")"
#define CLEARED(t)                                                                                 \
	RELEASE_CLASSES_SQL(t ".label", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15",      \
		"$16", "$17", "$18", "$19", "$20")
#define CLASSES_AT 8
#define PLACE	   " AND " SEEN("t", "$6", "$7") " AND " CLEARED("t")
#define SELECT                                                                                     \
	"SELECT t.object_owner, t.object_name FROM response_item t JOIN log l ON l.id = t.log "    \
	"WHERE t.coalition = $1 AND t.mode = $2 "
#define ORDER                                                                                      \
	" GROUP BY t.object_owner, t.object_name "                                                 \
	"ORDER BY t.object_owner, max(l.epoch) DESC, max(t.seq) DESC, t.object_name"

/* $1 coalition, $2 mode, $3 and $4 what is asked for, $5 one, $6 self, $7 member, $8 to $20 classes. */
static void view_bind(struct stmt *s, const struct aid_view *v)
{
	db_bind_i64(s, 1, v->world->coalition.row);
	db_bind_i64(s, 2, v->mode);
	db_bind_i64(s, 5, 1);
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
		if (cap_read(a, v->arena, r->r.content, notes, NULL) < 0)
			return E_SYNTAX;
		return alert_mode(a) == v->mode ? 0 : E_INVALID; /* law 7 */
	}
	union aid_any *a = arena_new(v->arena, union aid_any);

	r->a = a;
	return aid_read(r->kind, a, v->arena, r->r.content, 0, NULL);
}

/* What a record says. E_MISSING also for what is recalled or erased. */
static int loaded(const struct aid_view *v, const struct record *from, struct aid_record *ret,
	struct why *why)
{
	struct aid_record r = {.r = *from, .kind = aid_kind_of(from->kind)};

	if (r.r.state != ITEM_LIVE || r.kind == AID_KINDS || r.r.mode != v->mode ||
		parse(v, &r) < 0)
		return why_set(why, E_MISSING, "", "no such record");
	*ret = r;
	return 0;
}

static int load(const struct aid_view *v, const struct object_id *object, struct aid_record *ret,
	struct why *why)
{
	struct record r;
	int rc = record_get(v->world, v->db, v->who, object, v->arena, &r, why);

	return rc < 0 ? rc : loaded(v, &r, ret, why);
}

/* ---- lists ---- */

static int by_time(const void *a, const void *b)
{
	const struct aid_record *x = a, *y = b;
	int c;

	if (x->r.time_ms != y->r.time_ms)
		return x->r.time_ms < y->r.time_ms ? -1 : 1;
	c = id_cmp(&x->r.object.owner, &y->r.object.owner);
	return c ? c : id_cmp(&x->r.object.name, &y->r.object.name);
}

/* What has been taken of each owner, so that none takes the place of the others. */
struct share {
	struct id owner;
	size_t n, bytes;
};

struct taking {
	const struct aid_view *v;
	enum aid_kind kind; /* AID_KINDS: any of ours */
	VEC(struct aid_record) found;
	VEC(struct share) share;
	size_t start, most;	 /* of the arena */
	const struct id *theirs; /* readers of the last record, and our copy of them */
	struct id *audience;
};

static struct taking taking_start(const struct aid_view *v, enum aid_kind kind)
{
	return (struct taking){.v = v,
		.kind = kind,
		.start = v->arena->used,
		.most = (v->arena->max - v->arena->used) / 2};
}

static void taking_free(struct taking *t)
{
	vec_free(&t->found);
	vec_free(&t->share);
}

#define CLEANUP_TAKING __attribute__((cleanup(taking_free)))

static struct share *share_of(struct taking *t, const struct id *owner)
{
	for (size_t i = t->share.n; i-- > 0;)
		if (id_eq(&t->share.p[i].owner, owner))
			return &t->share.p[i];
	vec_push(&t->share, ((struct share){.owner = *owner}));
	return &t->share.p[t->share.n - 1];
}

/* No more of him? Of one's own nothing may be missing: promises are counted with it. */
static bool share_full(const struct taking *t, const struct share *s)
{
	return (s->n >= LIMIT_AID_OWNER_MANY || s->bytes >= LIMIT_AID_OWNER_BYTES) &&
	       !id_eq(&s->owner, &t->v->world->node->self);
}

static void leave_out(const struct taking *t)
{
	if (t->v->left_out)
		++*t->v->left_out;
}

/* From the memory of a page into that of the view, and what it says. False: it is none that is shown. */
static bool adopt(struct taking *t, const struct record *from, struct aid_record *ret)
{
	struct arena *arena = t->v->arena;
	struct aid_record r = {.r = *from, .kind = aid_kind_of(from->kind)};

	if (from->state != ITEM_LIVE || r.kind == AID_KINDS || from->mode != t->v->mode ||
		(t->kind != AID_KINDS && r.kind != t->kind))
		return false;
	r.r.kind = slice_str(aid_kinds[r.kind].kind);
	r.r.label = arena_copy(arena, from->label);
	r.r.media = arena_copy(arena, from->media);
	r.r.content = arena_copy(arena, from->content);
	if (t->theirs != from->audience) {
		t->theirs = from->audience;
		t->audience = arena_array(arena, struct id, from->n_audience + 1);
		if (from->n_audience)
			memcpy(t->audience, from->audience, from->n_audience * sizeof(struct id));
	}
	r.r.audience = t->audience;
	if (parse(t->v, &r) < 0)
		return false;
	*ret = r;
	return true;
}

static int take(struct taking *t, const struct record *from, struct why *why)
{
	struct share *s = share_of(t, &from->author);
	size_t before = t->v->arena->used;
	struct aid_record r;

	if (share_full(t, s)) {
		leave_out(t);
		return 0;
	}
	if (adopt(t, from, &r)) {
		vec_push(&t->found, r);
		s->n++;
	}
	s->bytes += t->v->arena->used - before;
	return t->v->arena->used - t->start > t->most
		       ? why_set(why, E_LIMIT, "", "the records are more than fit into %zu MiB",
				 t->most / MIB)
		       : 0;
}

static void taking_end(struct taking *t, struct aid_record **ret, size_t *ret_n)
{
	vec_sort(&t->found, by_time);
	*ret = arena_array(t->v->arena, struct aid_record, t->found.n + 1);
	if (t->found.n)
		memcpy(*ret, t->found.p, t->found.n * sizeof(**ret));
	*ret_n = t->found.n;
}

/* ---- of a kind: by the node's own pages, newest first ---- */

#define ROWS 500

static struct record_query query_of(
	const struct aid_view *v, enum aid_kind kind, const struct id *owner, size_t limit)
{
	struct record_query q = {.mode = v->mode,
		.kind = slice_str(aid_kinds[kind].kind),
		.has_owner = owner != NULL,
		.limit = limit};

	if (owner)
		q.owner = *owner;
	return q;
}

static void query_on(struct record_query *q, const struct record *last)
{
	q->has_after = true;
	q->after_ms = last->time_ms;
	q->after = last->object;
}

/* A page of rows brings contents up to some bytes only; the rest one by one. */
static int content_of(
	const struct aid_view *v, struct record *r, struct arena *arena, struct why *why)
{
	int rc = r->cut ? record_get(v->world, v->db, v->who, &r->object, arena, r, why) : 0;

	return rc == E_VERIFY || rc == E_MISSING ? 0 : rc;
}

static int rows_take(struct taking *t, struct record *row, size_t n, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct arena one CLEANUP_ARENA = ARENA(LIMIT_AID_PAGE_ARENA);

		if (row[i].cut && !share_full(t, share_of(t, &row[i].author)))
			rc = content_of(t->v, &row[i], &one, why);
		if (rc == 0)
			rc = take(t, &row[i], why);
		t->theirs = row[i].cut ? NULL : t->theirs;
	}
	return rc;
}

int aid_list(const struct aid_view *v, enum aid_kind kind, const struct id *owner,
	struct aid_record **ret, size_t *ret_n, struct why *why)
{
	struct arena page CLEANUP_ARENA = ARENA(LIMIT_AID_PAGE_ARENA);
	struct taking t CLEANUP_TAKING = taking_start(v, kind);
	struct record_query q = query_of(v, kind, owner, ROWS);
	struct record *row;
	size_t n = ROWS;
	int rc = 0;

	while (rc == 0 && n == ROWS) {
		rc = record_list(v->world, v->db, v->who, &q, &page, &row, &n, why);
		if (rc == 0)
			rc = rows_take(&t, row, n, why);
		if (rc == 0 && n)
			query_on(&q, &row[n - 1]);
		arena_reset(&page);
		t.theirs = NULL;
	}
	if (rc == 0)
		taking_end(&t, ret, ret_n);
	return rc;
}

void aid_page_free(struct aid_page *page)
{
	arena_free(&page->arena);
}

int aid_page(const struct aid_view *v, enum aid_kind kind, const struct id *owner, size_t limit,
	struct aid_page *page, struct why *why)
{
	struct arena rows CLEANUP_ARENA = ARENA(LIMIT_AID_PAGE_ARENA);
	struct record_query q = query_of(v, kind, owner, limit);
	struct aid_view inside = *v;
	struct record *row;
	size_t n, i;
	int rc;

	arena_free(&page->arena);
	page->arena = ARENA(LIMIT_AID_PAGE_ARENA);
	inside.arena = &page->arena;
	struct taking t CLEANUP_TAKING = taking_start(&inside, kind);
	q.has_after = page->after;
	q.after_ms = page->after_ms;
	q.after = page->after_object;
	rc = record_list(v->world, v->db, v->who, &q, &rows, &row, &n, why);
	page->p = arena_array(&page->arena, struct aid_record, limit);
	page->n = 0;
	for (i = 0; rc == 0 && i < n && page->arena.used < LIMIT_AID_PAGE_BYTES; i++) {
		struct arena one CLEANUP_ARENA = ARENA(LIMIT_AID_PAGE_ARENA);

		t.theirs = NULL;
		rc = content_of(v, &row[i], &one, why);
		page->n += rc == 0 && adopt(&t, &row[i], &page->p[page->n]);
	}
	if (rc < 0)
		return rc;
	page->more = i < n || n == limit;
	page->after = i > 0;
	if (i > 0) {
		page->after_ms = row[i - 1].time_ms;
		page->after_object = row[i - 1].object;
	}
	return 0;
}

/* ---- by what they name: by the index, of each owner the newest first ---- */

/* Up to RECORDS_MANY of them, but for those of whose owner there are enough. */
static int some_take(struct taking *t, const struct object_id *object, size_t n, struct why *why)
{
	struct arena some CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct object_id wanted[RECORDS_MANY];
	struct record *r = arena_array(&some, struct record, RECORDS_MANY);
	size_t n_wanted = 0;
	int rc;

	for (size_t i = 0; i < n; i++)
		if (share_full(t, share_of(t, &object[i].owner)))
			leave_out(t);
		else
			wanted[n_wanted++] = object[i];
	rc = record_get_many(t->v->world, t->v->db, t->v->who, wanted, n_wanted, &some, r, why);
	for (size_t i = 0; rc == 0 && i < n_wanted; i++) {
		t->theirs = NULL;
		if (r[i].kind.n)
			rc = take(t, &r[i], why);
	}
	t->theirs = NULL;
	return rc;
}

/* Runs a bound query for objects, each owner's together, and takes each. */
static int objects_take(struct taking *t, struct stmt *s, struct why *why)
{
	VEC(struct object_id) found = {0};
	size_t of_owner = 0;
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW) {
		struct object_id id = object_of(s, 0);
		bool again = found.n && id_eq(&found.p[found.n - 1].owner, &id.owner);

		of_owner = again ? of_owner + 1 : 0;
		if (of_owner < LIMIT_AID_OWNER_MANY || id_eq(&id.owner, &t->v->world->node->self))
			vec_push(&found, id);
		else
			leave_out(t);
	}
	db_reset(s);
	for (size_t i = 0; rc == 0 && i < found.n; i += RECORDS_MANY)
		rc = some_take(t, &found.p[i],
			found.n - i < RECORDS_MANY ? found.n - i : RECORDS_MANY, why);
	vec_free(&found);
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
	struct taking t CLEANUP_TAKING = taking_start(v, AID_KINDS);
	struct stmt *s = db_stmt(v->db,
		SELECT "AND t.thread_owner = $3 AND t.thread_name = $4 AND $5 = 1" PLACE ORDER);
	int rc;

	view_bind(s, v);
	object_bind(s, request);
	rc = objects_take(&t, s, why);
	if (rc == 0)
		taking_end(&t, ret, ret_n);
	return rc;
}

int aid_about(const struct aid_view *v, const struct object_id *target, enum aid_kind kind,
	const struct id *owner, struct aid_record **ret, size_t *ret_n, struct why *why)
{
	struct taking t CLEANUP_TAKING = taking_start(v, kind);
	struct stmt *s = db_stmt(v->db,
		SELECT "AND t.target_owner = $3 AND t.target_name = $4 AND $5 = 1 AND t.kind = $21 "
		       "AND ($22 = 0 OR t.object_owner = $23)" PLACE ORDER);
	int rc;

	view_bind(s, v);
	object_bind(s, target);
	db_bind_i64(s, 21, kind);
	db_bind_i64(s, 22, owner != NULL);
	db_bind_blob(s, 23, owner ? id_slice(owner) : SLICE(""));
	rc = objects_take(&t, s, why);
	if (rc == 0)
		taking_end(&t, ret, ret_n);
	return rc;
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

/* Where in its log the version of this leaf stands; as where a history goes on from, so that it is the first. */
static int version_place(const struct aid_view *v, const struct object_id *object,
	const struct hash *leaf, struct record_after *ret, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT l.epoch, t.seq, t.at FROM response_item t JOIN log l ON l.id = t.log "
		"WHERE t.coalition = $1 AND t.mode = $2 AND t.object_owner = $3 "
		"AND t.object_name = $4 AND $5 = 1 AND t.leaf = $21" PLACE);
	int rc;

	view_bind(s, v);
	object_bind(s, object);
	db_bind_blob(s, 21, slice_of(leaf->b, 32));
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = (struct record_after){.object = *object,
			.set = true,
			.epoch = (uint32_t)db_i64(s, 0),
			.seq = (uint64_t)db_i64(s, 1),
			.at = (uint64_t)db_i64(s, 2) + 1};
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "no such version");
	return rc < 0 ? rc : 0;
}

int aid_version(const struct aid_view *v, enum aid_kind kind, const struct object_id *object,
	const struct hash *leaf, struct aid_record *ret, struct why *why)
{
	struct record_after after;
	struct record *list;
	struct aid_record r;
	size_t n;
	bool more;
	int rc = version_place(v, object, leaf, &after, why);

	if (rc == 0)
		rc = record_history(
			v->world, v->db, v->who, &after, 1, v->arena, &list, &n, &more, why);
	if (rc == 0 && (n == 0 || !hash_eq(&list[0].leaf, leaf)))
		rc = why_set(why, E_MISSING, "", "no such version");
	if (rc == 0)
		rc = loaded(v, &list[0], &r, why);
	if (rc == 0 && r.kind != kind)
		rc = why_set(
			why, E_MISSING, "", "no such version among the %s", aid_kinds[kind].word);
	if (rc == 0)
		*ret = r;
	return rc;
}

int aid_was(const struct aid_view *v, const struct object_id *object, const struct hash *leaf,
	bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT t.leaf FROM response_item t WHERE t.coalition = $1 AND t.mode = $2 AND t.object_owner = $3 "
		"AND t.object_name = $4 AND $5 = 1" PLACE);
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
	struct aid_record *list, *found = NULL;
	size_t n;
	int rc = aid_list(v, AID_REQUEST, NULL, &list, &n, why);

	if (rc < 0)
		return rc;
	while (n-- > 0) {
		const struct aid_request *q = &list[n].a->request;

		if (!slice_eq(q->code, code) || q->state == REQUEST_CLOSED ||
			q->state == REQUEST_CANCELLED)
			continue;
		/* Nobody draws an answer that is meant for another to himself by taking his code. */
		if (found && !id_eq(&found->r.author, &list[n].r.author))
			return why_set(why, E_CONFLICT, "",
				"several members ask under the code %.*s: name the request by its id",
				SLICE_FMT(q->code));
		found = found ? found : &list[n];
	}
	if (!found)
		return why_set(why, E_MISSING, "", "no open request has the code %.*s",
			(int)(code.n > 20 ? 20 : code.n), (const char *)code.p);
	*ret = *found;
	return 0;
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

/* Of the version that counts: the newest that he may see, whatever it is. Whoever makes another thing of an alert has taken it away. */
#define ALERT_NEWEST                                                                               \
	" AND NOT EXISTS (SELECT 1 FROM item newer WHERE newer.coalition = i.coalition "           \
	"AND newer.object_owner = i.object_owner AND newer.object_name = i.object_name "           \
	"AND (newer.epoch, newer.seq, newer.at) > (i.epoch, i.seq, i.at) AND " SEEN(               \
		"newer", "$6", "$7") ")"

int alert_list(const struct aid_view *v, int64_t now_ms, bool only_active, struct aid_alert **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT t.object_owner, t.object_name, t.identifier, t.sender, t.sent_ms, t.expires_ms, t.msg_type, "
		"CASE WHEN EXISTS (SELECT 1 FROM response_alert_ref r JOIN response_alert n ON n.log = r.log AND n.seq = r.seq "
		"AND n.at = r.at WHERE r.coalition = t.coalition AND r.owner = t.object_owner AND r.mode = t.mode AND r.identifier = t.identifier "
		"AND r.sender = t.sender AND r.sent_ms = t.sent_ms AND n.sender = t.sender AND n.mode = t.mode AND n.msg_type IN (1, 2) "
		"AND " SEEN("n", "$6", "$7") " AND " CLEARED(
			"n") ") THEN 1 ELSE 0 END FROM response_alert t JOIN item i ON i.log = t.log AND i.seq = t.seq AND i.at = t.at "
			     "WHERE t.coalition = $1 AND t.mode = $2 "
			     "AND t.expires_ms > $3 AND $4 = 1 AND $5 = 1" PLACE ALERT_NEWEST
			     " ORDER BY t.sent_ms DESC, t.object_owner, t.object_name");
	struct taking t CLEANUP_TAKING = taking_start(v, AID_ALERT);
	VEC(struct aid_alert) found = {0};
	int rc;

	view_bind(s, v);
	db_bind_i64(s, 3, only_active ? now_ms : -1);
	db_bind_i64(s, 4, 1);
	while ((rc = db_step(s, why)) == DB_ROW) {
		struct object_id object = object_of(s, 0);
		struct share *of = share_of(&t, &object.owner);

		if (of->n >= LIMIT_AID_OWNER_MANY) {
			leave_out(&t);
			continue;
		}
		struct aid_alert a = alert_read(s, v->arena, now_ms);
		if (!a.active && only_active)
			continue;
		vec_push(&found, a);
		of->n++;
	}
	db_reset(s);
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
	struct slice identifier, int64_t sent_ms, int64_t after_ms, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT 1 FROM response_alert WHERE coalition = $1 AND mode = $2 AND object_owner = $3 AND sender = $4 "
		"AND identifier = $5 AND sent_ms = $6 AND expires_ms > $7 LIMIT 1");
	int rc;

	db_bind_i64(s, 1, v->world->coalition.row);
	db_bind_i64(s, 2, v->mode);
	db_bind_blob(s, 3, id_slice(author));
	db_bind_text(s, 4, sender);
	db_bind_text(s, 5, identifier);
	db_bind_i64(s, 6, sent_ms);
	db_bind_i64(s, 7, after_ms);
	rc = db_step(s, why);
	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}
