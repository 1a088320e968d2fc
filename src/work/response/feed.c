/* feed.c: the table of feeds, and which alerts of a document are new; see feed.h. */
#include "work/response/feed.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "net/client.h"
#include "work/response/alert.h"
#include "work/response/cap_feed.h"
#include "work/response/take.h"

bool feed_url_ok(struct slice url)
{
	return slice_starts(url, "https://") || slice_starts(url, "http://127.0.0.1:") ||
	       slice_starts(url, "http://127.0.0.1/") || slice_starts(url, "http://[::1]");
}

bool feed_link_ok(struct slice feed, struct slice link)
{
	return feed_url_ok(link) &&
	       (slice_starts(link, "https://") || !slice_starts(feed, "https://"));
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
		"SELECT row, url, label, audience, every_ms, etag, next_ms, last_ok_ms, last_error, taken, "
		"known, expired, refused, failed, unread, refused_why FROM response_feed "
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
			.taken = db_i64(s, 9),
			.known = db_i64(s, 10),
			.over = db_i64(s, 11),
			.refused = db_i64(s, 12),
			.failed = db_i64(s, 13),
			.left = db_i64(s, 14),
			.refused_why = arena_copy(arena, db_text(s, 15))};
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
	json_open_at(o, "passed_over", '{');
	json_put_i64(o, "known", f->known);
	json_put_i64(o, "over", f->over);
	json_put_i64(o, "refused", f->refused);
	json_put_i64(o, "unreachable", f->failed);
	json_put_i64(o, "next_time", f->left);
	json_close(o);
	json_put_string(o, "refused_why", f->refused_why);
	json_close(o);
}

/* ---- links that were followed ---- */

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

/* Why not, of the first in a reading: the others are counted. */
static void refused_note(struct feed_taken *taken, const struct take_found *f)
{
	struct buf b CLEANUP_BUF = BUF(2 * KIB), shown CLEANUP_BUF = BUF(2 * KIB);
	const struct cap_text *name = &f->alert.identifier;

	if (taken->refused++ > 0)
		return;
	if (name->text.n) {
		utf8_show(&b, name->text, 60);
		buf_addf(&b, ", ");
	}
	buf_addf(&b, "%s, %s%s%s", take_word(f->verdict), f->why.where, f->why.where[0] ? ": " : "",
		f->why.text);
	utf8_show(&shown, buf_slice(&b), 200);
	snprintf(taken->refused_why, sizeof(taken->refused_why), "%s", buf_cstr(&shown));
}

static void odd_note(struct feed_taken *taken, const struct cap_feed *feed)
{
	const struct why *w = &feed->odd_why;

	taken->refused += feed->odd;
	snprintf(taken->refused_why, sizeof(taken->refused_why), "%s%s%s", w->where,
		w->where[0] ? ": " : "", w->text);
}

/* One broken alert must not keep the others of its feed from us. */
static int one(const struct feed_taking *t, struct arena *arena, struct slice bytes,
	struct slice envelope, struct feed_taken *taken, struct why *why)
{
	struct taking_in in = {.view = t->view,
		.label = t->feed->label,
		.audience = t->feed->audience,
		.envelope = envelope,
		.now_ms = t->now_ms,
		.keep = t->keep,
		.ctx = t->ctx};
	struct take_found f;
	int rc = take_in(&in, arena, bytes, &f, why);

	if (rc < 0)
		return rc;
	taken->kept += f.verdict == TAKE_NEW;
	taken->known += f.verdict == TAKE_KNOWN;
	taken->over += f.verdict == TAKE_OVER;
	if (f.verdict >= TAKE_UNREADABLE)
		refused_note(taken, &f);
	return 0;
}

/* RFC 3986 §5.1: the feed's address, what the feed says it is, what the entry says. */
static int link_join(const struct feed_taking *t, const struct cap_feed *feed,
	const struct cap_feed_item *item, struct arena *arena, struct slice *ret, struct why *why)
{
	int rc = url_join(t->feed->url, feed->base, arena, ret, why);

	if (rc == 0)
		rc = url_join(*ret, item->base, arena, ret, why);
	return rc < 0 ? rc : url_join(*ret, item->link, arena, ret, why);
}

/* What is linked and not known yet: fetched, looked at, and noted as followed once it has come. */
static int linked(const struct feed_taking *t, const struct cap_feed *feed,
	const struct cap_feed_item *item, struct arena *arena, size_t *fetched,
	struct feed_taken *taken, struct why *why)
{
	struct slice url, alert;
	bool seen;
	int rc = feed_link_seen(t->view->db, t->feed, item, t->now_ms, &seen, why);

	taken->known += rc == 0 && seen;
	if (rc < 0 || seen)
		return rc;
	if (++*fetched > FEED_TAKE_MAX || t->enough(t->ctx)) {
		taken->cut = true;
		return 0;
	}
	if (link_join(t, feed, item, arena, &url, &taken->last_why) < 0 ||
		t->fetch(t->ctx, url, arena, &alert, &taken->last_why) < 0) {
		taken->failed++;
		return 0;
	}
	rc = one(t, arena, alert, SLICE_NONE, taken, why);
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
	if (feed.odd)
		odd_note(&taken, &feed);
	first = feed.n ? (size_t)(t->now_ms / t->feed->every_ms) * FEED_TAKE_MAX % feed.n : 0;
	for (size_t i = 0; rc == 0 && !taken.cut && i < feed.n; i++) {
		const struct cap_feed_item *item = &feed.item[(first + i) % feed.n];

		taken.left = feed.n - i;
		if (item->bytes.n && (taken.kept >= FEED_TAKE_MAX || t->enough(t->ctx)))
			taken.cut = true;
		else if (item->bytes.n)
			rc = one(t, &each, item->bytes, feed.distributionStatus, &taken, why);
		else if (t->fetch)
			rc = linked(t, &feed, item, &each, &fetched, &taken, why);
		arena_reset(&each);
	}
	taken.left = taken.cut ? taken.left : 0;
	if (rc == 0)
		*ret = taken;
	return rc;
}
