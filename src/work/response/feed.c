/* feed.c: the table of feeds, and which alerts of a document are new; see feed.h. */
#include "work/response/feed.h"

#include "base/limits.h"
#include "base/vec.h"
#include "work/response/alert.h"
#include "work/response/cap_feed.h"
#include "work/response/response_int.h"

bool feed_url_ok(struct slice url)
{
	return slice_starts(url, "https://") || slice_starts(url, "http://127.0.0.1:") ||
	       slice_starts(url, "http://127.0.0.1/") || slice_starts(url, "http://[::1]");
}

int feed_put(struct db *db, int64_t coalition, const struct feed *f, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO response_feed (coalition, url, label, audience, every_ms, etag, next_ms, last_ok_ms, last_error, taken) "
		"VALUES ($1, $2, $3, $4, $5, '', 0, 0, '', 0) ON CONFLICT (coalition, url) DO UPDATE SET label = excluded.label, "
		"audience = excluded.audience, every_ms = excluded.every_ms, etag = '', next_ms = 0");

	if (!feed_url_ok(f->url))
		return why_set(why, E_INVALID, "url",
			"is no https:// address (http:// only on this machine)");
	if (f->url.n > 2000)
		return why_set(why, E_LIMIT, "url", "is longer than 2000 bytes");
	db_bind_i64(s, 1, coalition);
	db_bind_text(s, 2, f->url);
	db_bind_text(s, 3, f->label);
	db_bind_text(s, 4, f->audience);
	db_bind_i64(s, 5, f->every_ms);
	return db_run(s, why);
}

int feed_remove(struct db *db, int64_t coalition, struct slice url, struct why *why)
{
	struct stmt *link =
		db_stmt(db, "DELETE FROM response_feed_link WHERE feed IN "
			    "(SELECT row FROM response_feed WHERE coalition = $1 AND url = $2)");
	int rc;

	db_bind_i64(link, 1, coalition);
	db_bind_text(link, 2, url);
	rc = db_run(link, why);
	if (rc < 0)
		return rc;
	struct stmt *s = db_stmt(db, "DELETE FROM response_feed WHERE coalition = $1 AND url = $2");
	db_bind_i64(s, 1, coalition);
	db_bind_text(s, 2, url);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		rc = why_set(why, E_MISSING, "url", "no such feed is read");
	return rc;
}

int feed_list(struct db *db, int64_t coalition, struct arena *arena, struct feed **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT row, url, label, audience, every_ms, etag, next_ms, last_ok_ms, last_error, taken FROM response_feed "
		"WHERE coalition = $1 ORDER BY url LIMIT 1000");
	VEC(struct feed) found = {0};
	int rc;

	db_bind_i64(s, 1, coalition);
	while ((rc = db_step(s, why)) == DB_ROW) {
		struct feed f = {.row = db_i64(s, 0),
			.url = arena_copy(arena, db_text(s, 1)),
			.label = arena_copy(arena, db_text(s, 2)),
			.audience = arena_copy(arena, db_text(s, 3)),
			.every_ms = db_i64(s, 4),
			.etag = arena_copy(arena, db_text(s, 5)),
			.next_ms = db_i64(s, 6),
			.last_ok_ms = db_i64(s, 7),
			.last_error = arena_copy(arena, db_text(s, 8)),
			.taken = db_i64(s, 9)};
		vec_push(&found, f);
	}
	db_reset(s);
	*ret = arena_array(arena, struct feed, found.n + 1);
	if (found.n)
		memcpy(*ret, found.p, found.n * sizeof(*found.p));
	*ret_n = found.n;
	vec_free(&found);
	return rc;
}

void feed_tell(const struct feed *f, const char *key, struct json_out *o)
{
	char text[UTC_TEXT_LEN + 1];

	json_open_at(o, key, '{');
	json_put_string(o, "url", f->url);
	json_put_string(o, "label", f->label);
	json_put_i64(o, "every_minutes", f->every_ms / 60000);
	utc_format(f->last_ok_ms, text);
	json_put_cstr(o, "last_ok", f->last_ok_ms ? text : NULL);
	json_put_string(o, "last_error", f->last_error);
	json_put_i64(o, "taken", f->taken);
	json_close(o);
}

/* ---- links that were followed ---- */

#define WEEK_MS (7LL * 86400000)
#define HOUR_MS 3600000LL

static struct hash link_name(const struct cap_feed_item *item, int64_t now_ms)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_XML_BYTES + 64);

	buf_addf(&b, "%lld ", (long long)(item->updated_ms ? item->updated_ms : now_ms / HOUR_MS));
	buf_slice_add(&b, item->link);
	return hash_bytes(buf_slice(&b));
}

int feed_link_seen(struct db *db, const struct feed *f, const struct cap_feed_item *item,
	int64_t now_ms, bool *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT 1 FROM response_feed_link WHERE feed = $1 AND link = $2");
	struct hash name = link_name(item, now_ms);
	int rc;

	db_bind_i64(s, 1, f->row);
	db_bind_blob(s, 2, slice_of(name.b, 32));
	rc = db_step(s, why);
	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int link_write(struct db *db, const struct feed *f, const struct hash *name, int64_t now_ms,
	struct why *why)
{
	struct stmt *old =
		db_stmt(db, "DELETE FROM response_feed_link WHERE feed = $1 AND seen_ms < $2");
	int rc;

	db_bind_i64(old, 1, f->row);
	db_bind_i64(old, 2, now_ms - WEEK_MS);
	rc = db_run(old, why);
	if (rc < 0)
		return rc;
	struct stmt *s = db_stmt(db, "INSERT INTO response_feed_link (feed, link, seen_ms) "
				     "VALUES ($1, $2, $3) ON CONFLICT (feed, link) DO NOTHING");
	db_bind_i64(s, 1, f->row);
	db_bind_blob(s, 2, slice_of(name->b, 32));
	db_bind_i64(s, 3, now_ms);
	return db_run(s, why);
}

int feed_link_note(struct db *db, const struct feed *f, const struct cap_feed_item *item,
	int64_t now_ms, struct why *why)
{
	struct hash name = link_name(item, now_ms);
	int rc = db_begin(db, why);

	if (rc < 0)
		return rc;
	rc = link_write(db, f, &name, now_ms, why);
	if (rc == 0)
		return db_commit(db, why);
	db_rollback(db);
	return rc;
}

/* ---- what is new ---- */

static int one(const struct feed_taking *t, struct arena *arena, struct slice bytes,
	struct feed_taken *taken, struct why *why)
{
	struct cap_notes *notes = arena_new(arena, struct cap_notes);
	struct alert_draft readers = {.label = t->feed->label, .audience = t->feed->audience};
	struct draft d = {
		.kind = SLICE("response/alert/1"), .media = SLICE(CAP_MEDIA), .content = bytes};
	struct aid_view v = *t->view;
	struct cap_alert a;
	bool has;
	int rc;

	v.arena = arena;
	/* One broken alert must not keep the others of its feed from us. */
	if (bytes.n > LIMIT_PAYLOAD_CONTENT || cap_read(&a, arena, bytes, notes, NULL) < 0 ||
		!a.identifier.text.n || !a.sender.text.n || !alert_name_ok(&a) || !a.sent.ms ||
		!a.status.text.n || !a.msgType.text.n || cap_expires_ms(&a) <= t->now_ms)
		return 0;
	v.mode = readers.mode = alert_mode(&a);
	rc = alert_has(
		&v, &v.world->node->self, a.sender.text, a.identifier.text, a.sent.ms, &has, why);
	if (rc < 0 || has)
		return rc;
	rc = alert_draft_readers(&readers, arena, &d, why);
	if (rc == 0)
		rc = t->keep(t->ctx, &d, why);
	taken->kept += rc == 0;
	return rc;
}

/* What is linked and not known yet: fetched, looked at, and noted as followed once it has come. */
static int linked(const struct feed_taking *t, const struct cap_feed_item *item,
	struct arena *arena, size_t *fetched, struct feed_taken *taken, struct why *why)
{
	struct slice alert;
	bool seen;
	int rc = feed_link_seen(t->view->db, t->feed, item, t->now_ms, &seen, why);

	if (rc < 0 || seen)
		return rc;
	if (++*fetched > FEED_TAKE_MAX || t->enough(t->ctx)) {
		taken->cut = true;
		return 0;
	}
	if (t->fetch(t->ctx, item->link, arena, &alert, &taken->last_why) < 0) {
		taken->failed++;
		return 0;
	}
	rc = one(t, arena, alert, taken, why);
	return rc < 0 ? rc : feed_link_note(t->view->db, t->feed, item, t->now_ms, why);
}

int feed_take(
	const struct feed_taking *t, struct slice bytes, struct feed_taken *ret, struct why *why)
{
	struct arena each CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct feed_taken taken = {0};
	struct cap_feed feed;
	size_t fetched = 0, first;
	int rc = cap_feed_read(&feed, t->view->arena, bytes, why);

	if (rc < 0)
		return rc;
	first = feed.n ? (size_t)(t->now_ms / t->feed->every_ms) * FEED_TAKE_MAX % feed.n : 0;
	for (size_t i = 0; rc == 0 && !taken.cut && i < feed.n; i++) {
		const struct cap_feed_item *item = &feed.item[(first + i) % feed.n];

		if (item->bytes.n && (taken.kept >= FEED_TAKE_MAX || t->enough(t->ctx)))
			taken.cut = true;
		else if (item->bytes.n)
			rc = one(t, &each, item->bytes, &taken, why);
		else if (t->fetch)
			rc = linked(t, item, &each, &fetched, &taken, why);
		arena_reset(&each);
	}
	if (rc == 0)
		*ret = taken;
	return rc;
}
