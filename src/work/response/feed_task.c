/* feed_task.c: the feeds that are due are read, one after the other, each with its own verdict. */
#include "work/response/feed.h"

#include "base/limits.h"
#include "net/client.h"

#include <limits.h>

#define ANSWER_MAX (8 * MIB)
#define FETCH_MS   20000
/* One feed's turn, and how soon it goes on if that was not enough: others wait no longer. */
#define TURN_MS 60000
#define MORE_MS 10000

struct reading {
	struct task *t;
	struct client *client;
	struct arena *arena;
	struct feed *feed;
	const struct id *coalition;
	int64_t until_ms;
};

static bool stopping(void *ctx)
{
	return task_stopping(((struct reading *)ctx)->t);
}

/* A tag goes back to the server in a header: what cannot stand there is none. */
static struct slice etag_ok(const char *etag)
{
	for (const char *p = etag; *p; p++)
		if (*p <= ' ' || *p > '~')
			return SLICE("");
	return slice_str(etag);
}

/* *ret_etag "" and *ret empty if it has not changed. */
static int get(struct reading *r, struct slice url, const char *etag, struct arena *arena,
	struct slice *ret, struct slice *ret_etag, struct why *why)
{
	struct buf body CLEANUP_BUF = BUF(ANSWER_MAX);
	const char *match = arena_printf(arena, "If-None-Match: %s", etag);
	const char *const headers[] = {
		"Accept: application/cap+xml, application/atom+xml, application/rss+xml, application/xml, text/xml",
		*etag ? match : NULL, NULL};
	struct client_call call = {.method = "GET",
		.url = arena_string(arena, url),
		.headers = headers,
		.deadline_ms = FETCH_MS,
		.answer_max = ANSWER_MAX,
		.stop = stopping,
		.stop_ctx = r};
	struct client_answer answer;
	int rc = client_request(r->client, &call, &answer, &body, why);

	if (rc < 0)
		return rc;
	if (answer.status == 304) {
		*ret = SLICE_NONE;
		return 0;
	}
	if (answer.status != 200)
		return why_set(why, E_NET, "", "answers with status %u", answer.status);
	*ret = arena_copy(arena, buf_slice(&body));
	*ret_etag = arena_copy(arena, etag_ok(answer.etag));
	return 0;
}

static int fetch_link(
	void *ctx, struct slice url, struct arena *arena, struct slice *ret, struct why *why)
{
	struct reading *r = ctx;
	struct slice etag;

	if (task_stopping(r->t) || !feed_link_ok(r->feed->url, url))
		return why_set(why, E_DENIED, "", "is not followed");
	return get(r, url, "", arena, ret, &etag, why);
}

static int keep(void *ctx, const struct draft *d, struct why *why)
{
	struct reading *r = ctx;
	struct written w;

	return queue_write(r->t->queue, r->coalition, d, 1, &w, why);
}

static bool enough(void *ctx)
{
	struct reading *r = ctx;

	return task_stopping(r->t) || env_now_ms(&r->t->node->env) >= r->until_ms;
}

static int take(struct reading *r, struct slice bytes, struct feed_taken *ret, struct why *why)
{
	struct reader self = {.self = true,
		.member = r->t->node->self,
		.is_party = true,
		.is_member = true,
		.clearance_level = UINT_MAX};
	struct world w;
	struct aid_view v = {.world = &w, .db = r->t->db, .who = &self, .arena = r->arena};
	struct feed_taking taking = {.view = &v,
		.feed = r->feed,
		.now_ms = env_now_ms(&r->t->node->env),
		.fetch = fetch_link,
		.keep = keep,
		.enough = enough,
		.ctx = r};
	/* Links are followed in here, so no transaction is held open; a snapshot is not needed: what is written twice is refused by nobody and shown once. */
	int rc = world_load(&w, r->t->node, r->t->db, r->coalition, r->arena, why);

	r->until_ms = taking.now_ms + TURN_MS;
	return rc < 0 ? rc : feed_take(&taking, bytes, ret, why);
}

static int note_result(struct reading *r, struct slice etag, bool looked,
	const struct feed_taken *taken, const struct why *error, struct why *why)
{
	struct stmt *s = db_stmt(r->t->db,
		"UPDATE response_feed SET next_ms = $2, last_ok_ms = CASE WHEN $3 = '' THEN $4 ELSE last_ok_ms END, last_error = $3, "
		"etag = $5, taken = taken + $6 WHERE row = $1");
	struct stmt *passed = db_stmt(r->t->db,
		"UPDATE response_feed SET known = $2, expired = $3, refused = $4, failed = $5, unread = $6, refused_why = $7 WHERE row = $1");
	int64_t now = env_now_ms(&r->t->node->env);
	int rc = db_begin(r->t->db, why);

	if (rc < 0)
		return rc;
	r->feed->next_ms =
		now + (taken->cut && r->feed->every_ms > MORE_MS ? MORE_MS : r->feed->every_ms);
	db_bind_i64(s, 1, r->feed->row);
	db_bind_i64(s, 2, r->feed->next_ms);
	db_bind_text(s, 3, slice_str(error->text));
	db_bind_i64(s, 4, now);
	db_bind_text(s, 5, etag);
	db_bind_i64(s, 6, (int64_t)taken->kept);
	rc = db_run(s, why);
	/* Nothing was read: what the last reading passed over stands. */
	if (rc == 0 && looked) {
		db_bind_i64(passed, 1, r->feed->row);
		db_bind_i64(passed, 2, (int64_t)taken->known);
		db_bind_i64(passed, 3, (int64_t)taken->over);
		db_bind_i64(passed, 4, (int64_t)taken->refused);
		db_bind_i64(passed, 5, (int64_t)taken->failed);
		db_bind_i64(passed, 6, (int64_t)taken->left);
		db_bind_text(passed, 7, slice_str(taken->refused_why));
		rc = db_run(passed, why);
	}
	if (rc < 0) {
		db_rollback(r->t->db);
		return rc;
	}
	return db_commit(r->t->db, why);
}

/* The tag is kept only when everything was taken: with it the server says that there is nothing new. */
static int feed_read(struct reading *r, struct why *why)
{
	struct slice bytes = SLICE_NONE, etag = r->feed->etag;
	struct why error = {0};
	struct feed_taken taken = {0};
	int rc = get(r, r->feed->url, arena_string(r->arena, r->feed->etag), r->arena, &bytes,
		&etag, &error);

	if (rc == 0 && bytes.n)
		rc = take(r, bytes, &taken, &error);
	if (rc == 0 && taken.failed)
		(void)why_set(&error, E_NET, "", "%zu of its links could not be followed: %s",
			taken.failed, taken.last_why.text);
	return note_result(r, rc < 0 || taken.failed || taken.cut ? SLICE("") : etag,
		rc == 0 && bytes.n, &taken, &error, why);
}

static int coalition_read(
	struct task *t, const struct coalition *c, int64_t *ret_next_ms, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct client_options options = {.allow = t->node->conf.allow,
		.n_allow = t->node->conf.n_allow,
		.allow_plain_http = true};
	struct feed *list;
	size_t n;
	int rc = feed_list(t->db, c->row, &arena, &list, &n, why);

	for (size_t i = 0; rc == 0 && i < n && !task_stopping(t); i++) {
		struct arena each CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
		struct reading r = {.t = t, .arena = &each, .feed = &list[i], .coalition = &c->id};

		if (list[i].next_ms <= env_now_ms(&t->node->env)) {
			r.client = client_new(&options);
			rc = feed_read(&r, why);
			client_free(&r.client);
		}
		if (list[i].next_ms < *ret_next_ms)
			*ret_next_ms = list[i].next_ms;
	}
	return rc;
}

int feed_task(struct task *t, int64_t *ret_wait_ms, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	int64_t next = env_now_ms(&t->node->env) + TASK_EVERY_MS, wait;
	struct coalition *c;
	size_t n;
	int rc = coalition_list(t->db, &arena, &c, &n, why);

	for (size_t i = 0; rc == 0 && i < n && !task_stopping(t); i++)
		rc = coalition_read(t, &c[i], &next, why);
	wait = next - env_now_ms(&t->node->env);
	*ret_wait_ms = wait < 1000 ? 1000 : wait;
	return rc;
}
