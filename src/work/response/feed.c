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
	struct stmt *s = db_stmt(db, "DELETE FROM response_feed WHERE coalition = $1 AND url = $2");
	int rc;

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

/* ---- what is new ---- */

static int one(const struct feed_taking *t, struct slice bytes, struct draft *out, size_t *n,
	struct why *why)
{
	struct cap_notes *notes = arena_new(t->view->arena, struct cap_notes);
	struct alert_draft readers = {.label = t->feed->label, .audience = t->feed->audience};
	struct aid_view v = *t->view;
	struct cap_alert a;
	bool has;
	int rc;

	/* One broken alert must not keep the others of its feed from us. */
	if (cap_read(&a, v.arena, bytes, notes, NULL) < 0 || !a.identifier.text.n ||
		!a.sender.text.n || !a.sent.ms || !a.status.text.n || !a.msgType.text.n ||
		cap_expires_ms(&a) <= t->now_ms || bytes.n > LIMIT_PAYLOAD_CONTENT ||
		*n == FEED_TAKE_MAX)
		return 0;
	v.mode = readers.mode = alert_mode(&a);
	rc = alert_has(
		&v, &v.world->node->self, a.sender.text, a.identifier.text, a.sent.ms, &has, why);
	if (rc < 0 || has)
		return rc;
	for (size_t i = 0; i < *n; i++)
		if (slice_eq(out[i].content, bytes))
			return 0;
	out[*n] = (struct draft){
		.kind = SLICE("response/alert/1"), .media = SLICE(CAP_MEDIA), .content = bytes};
	rc = alert_draft_readers(&readers, v.arena, &out[*n], why);
	*n += rc == 0;
	return rc;
}

int feed_take(const struct feed_taking *t, struct slice bytes, struct draft **ret, size_t *ret_n,
	struct why *why)
{
	struct draft *out = arena_array(t->view->arena, struct draft, FEED_TAKE_MAX);
	struct cap_feed feed;
	size_t n = 0, fetched = 0;
	int rc = cap_feed_read(&feed, t->view->arena, bytes, why);

	for (size_t i = 0; rc == 0 && i < feed.n; i++) {
		struct slice alert = feed.item[i].bytes;

		if (!alert.n && t->fetch && fetched++ < FEED_TAKE_MAX &&
			t->fetch(t->ctx, feed.item[i].link, &alert, NULL) < 0)
			continue;
		if (alert.n)
			rc = one(t, alert, out, &n, why);
	}
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}
