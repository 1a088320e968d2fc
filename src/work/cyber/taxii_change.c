/*
 * taxii_change.c: POST and DELETE. What is put into an inbox goes to whom the inbox is for, with the label of the inbox or a tighter one (ingest.h); it is on disk
 * when the answer says so. What is deleted is withdrawn: a signed record takes it back at every member that has it.
 */
#include "work/cyber/taxii.h"

#include "work/cyber/ingest.h"
#include "work/cyber/sco.h"
#include "work/cyber/withdraw.h"

#include "base/report.h"
#include "node/audit.h"

/* ---- POST ---- */

static int write_drafts(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
	struct written *ret, struct why *why)
{
	struct taxii *t = ctx;

	return queue_write(t->api->queue, coalition, d, n, ret, why);
}

static bool went_in(const struct ingest_told *x)
{
	return x->verdict != VERDICT_REFUSED;
}

static void told_put(struct json_out *o, const struct ingest_told *x, const char *now)
{
	char text[64];

	json_open(o, '{');
	if (x->id.n) {
		json_put_string(o, "id", x->id);
	} else {
		/* It has none that could be read: which one it was. */
		snprintf(text, sizeof(text), "object %zu", x->index);
		json_put_cstr(o, "id", text);
	}
	if (x->version.n)
		json_put_string(o, "version", x->version);
	else
		json_put_cstr(o, "version", now);
	if (*x->text) {
		struct buf message CLEANUP_BUF = BUF(1 * KIB);

		buf_addf(&message, "%s%s%s", x->where, *x->where ? ": " : "", x->text);
		json_put_string(o, "message", buf_slice(&message));
	}
	json_close(o);
}

static void told_list(struct json_out *o, const struct ingest_result *r, bool good, const char *now)
{
	uint64_t all = r->n[VERDICT_WRITTEN] + r->n[VERDICT_ALREADY] + r->n[VERDICT_HELD], n = 0;
	bool any = false;

	for (size_t i = 0; i < r->n_told; i++)
		n += went_in(&r->told[i]);
	/* Clients take a list of successes for all of them: whole or not at all. Of failures the reasons count. */
	if (good && n < all)
		return;
	for (size_t i = 0; i < r->n_told; i++) {
		if (went_in(&r->told[i]) != good)
			continue;
		if (!any)
			json_open_at(o, good ? "successes" : "failures", '[');
		any = true;
		told_put(o, &r->told[i], now);
	}
	if (any)
		json_close(o);
}

static void status_print(
	const struct ingest_result *r, const char *id, const char *now, struct buf *b)
{
	struct json_out o = json_out(b);
	uint64_t good = r->n[VERDICT_WRITTEN] + r->n[VERDICT_ALREADY] + r->n[VERDICT_HELD];

	json_open(&o, '{');
	json_put_cstr(&o, "id", id);
	json_put_cstr(&o, "status", "complete");
	json_put_cstr(&o, "request_timestamp", now);
	json_put_u64(&o, "total_count", r->objects);
	json_put_u64(&o, "success_count", good);
	told_list(&o, r, true, now);
	json_put_u64(&o, "failure_count", r->n[VERDICT_REFUSED]);
	told_list(&o, r, false, now);
	json_put_u64(&o, "pending_count", 0);
	json_close(&o);
}

static int status_keep(
	struct taxii *t, const struct stix_uuid *id, int64_t now_ms, struct slice body)
{
	struct stmt *s;
	int rc = db_begin(t->db, &t->why);

	if (rc < 0)
		return rc;
	s = db_stmt(t->db,
		"INSERT INTO cyber_status (id, root, account, made_ms, body) VALUES ($1, $2, $3, $4, $5)");
	db_bind_blob(s, 1, slice_of(id->b, 16));
	db_bind_i64(s, 2, cyber_root(&t->world.coalition, t->mode));
	db_bind_i64(s, 3, caller_account(&t->client->caller));
	db_bind_i64(s, 4, now_ms);
	db_bind_text(s, 5, body);
	rc = db_run(s, &t->why);
	if (rc == 0) {
		s = db_stmt(t->db, "DELETE FROM cyber_status WHERE made_ms <= $1");
		db_bind_i64(s, 1, now_ms - LIMIT_TAXII_STATUS_MS);
		rc = db_run(s, &t->why);
	}
	if (rc < 0) {
		db_rollback(t->db);
		return rc;
	}
	return db_commit(t->db, &t->why);
}

static int status_answer(struct taxii *t, const struct ingest_result *r)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB), name CLEANUP_BUF = BUF(80);
	int64_t now_ms = env_now_ms(&t->api->node->env);
	char now[WHEN_US_TEXT + 1];
	uint8_t random[16];
	struct stix_uuid id;
	int rc;

	env_random(&t->api->node->env, random, sizeof(random));
	id = uuid_v4(random);
	stix_id_print(&name, SLICE("x"), &id);
	when_us_format(now_ms * 1000, now);
	status_print(r, buf_cstr(&name) + 3, now, &b);
	MUST(!buf_over(&b));
	rc = status_keep(t, &id, now_ms, buf_slice(&b));
	if (rc == 0)
		taxii_answer(t, 202, &b);
	return rc;
}

static int audit_line(struct taxii *t, const char *what, const char *about)
{
	int rc = db_begin(t->db, &t->why);

	if (rc < 0)
		return rc;
	rc = audit_add(t->db, env_now_ms(&t->api->node->env),
		caller_who(&t->client->caller, t->arena), what, slice_str(about), &t->why);
	if (rc < 0) {
		db_rollback(t->db);
		return rc;
	}
	return db_commit(t->db, &t->why);
}

static int post_from(struct taxii *t, struct source *from)
{
	struct ingest in = {.node = t->api->node,
		.db = t->db,
		.coalition = t->coalition,
		.mode = t->mode,
		.label = t->collection.label,
		.all = t->collection.all,
		.member = t->collection.member,
		.n_member = t->collection.n_member,
		.source = &t->collection.id,
		.tell_all = true,
		.write = write_drafts,
		.ctx = t};
	struct ingest_result result = {0};
	char id[37];
	int rc;

	collection_id_print(&t->collection, id);
	rc = audit_line(t, "taxii post", id);
	if (rc == 0)
		rc = ingest_run(&in, from, t->arena, &result, &t->why);
	if (result.entries)
		t->api->wrote(t->api->ctx);
	return rc < 0 ? rc : status_answer(t, &result);
}

/* An envelope has objects, and they are a list; a bundle is no payload of TAXII. */
static int envelope_check(struct taxii *t, const struct source *s)
{
	if (s->in.frame == SPLIT_BUNDLE)
		return why_set(&t->why, E_INVALID, "/type",
			"a bundle is no TAXII payload: {\"objects\": […]}, without type and id");
	if (s->in.frame != SPLIT_ENVELOPE || !s->in.has_objects || s->in.n == 0)
		return why_set(&t->why, E_INVALID, "/objects", "an envelope has objects");
	return 0;
}

int taxii_post(struct taxii *t)
{
	struct source from;
	int rc = taxii_collection(t);

	if (rc == 0 && !taxii_may_write(t, &t->collection))
		rc = why_set(&t->why, E_DENIED, "", "nothing may be put into this collection");
	if (rc < 0)
		return rc;
	rc = stix_source_open(&from, t->req->body_fd, t->req->body, &t->why);
	if (rc < 0)
		return rc;
	rc = envelope_check(t, &from);
	if (rc == 0)
		rc = post_from(t, &from);
	stix_source_close(&from);
	return rc;
}

/* ---- DELETE ---- */

static int audit_deletion(void *ctx, struct why *why)
{
	struct taxii *t = ctx;
	int rc = audit_line(t, "taxii delete", arena_string(t->arena, t->part[3]));

	if (rc < 0)
		*why = t->why;
	return rc;
}

static int withdraw_all(struct taxii *t, const struct list_query *q)
{
	const struct withdrawing x = {.node = t->api->node,
		.db = t->db,
		.world = &t->world,
		.reader = &t->reader,
		.mode = t->mode,
		.audit = audit_deletion,
		.write = write_drafts,
		.ctx = t};
	size_t n;
	int rc = withdraw_found(&x, q, &n, &t->why);

	if (n)
		t->api->wrote(t->api->ctx);
	return rc == 0 && n == 0 ? why_set(&t->why, E_MISSING, "", "no such object") : rc;
}

/* (read, write): (0, 0) 404, (1, 0) and (0, 1) 403. */
static int delete_allowed(struct taxii *t)
{
	bool read = taxii_may_read(t, &t->collection), write = taxii_may_write(t, &t->collection);

	if (read && write)
		return 0;
	return read || write
		       ? why_set(&t->why, E_DENIED, "", "nothing may be taken from this collection")
		       : why_set(&t->why, E_MISSING, "", "no such collection");
}

int taxii_delete(struct taxii *t)
{
	struct list_query q = {
		.limit = LIST_LIMIT, .id = &t->part[3], .n_id = 1, .versions = VERSION_ALL};
	int rc = taxii_query_read(t, "version spec_version");

	if (rc == 0)
		rc = taxii_collection(t);
	if (rc == 0)
		rc = delete_allowed(t);
	if (rc < 0)
		return rc;
	collection_query(&t->collection, cyber_root(&t->world.coalition, t->mode), &q);
	if (t->query.has_version && !t->query.all) {
		q.versions = VERSION_EXACT;
		q.exact = t->query.version;
		q.n_exact = t->query.n_version;
		q.exact_last = t->query.last;
		q.exact_first = t->query.first;
	}
	rc = t->query.none ? why_set(&t->why, E_MISSING, "", "no such object")
			   : withdraw_all(t, &q);
	if (rc < 0)
		return rc;
	t->req->response.status = 200;
	t->req->response.type = TAXII_TYPE;
	response_header(t->req, "Cache-Control", "no-store");
	return 0;
}
