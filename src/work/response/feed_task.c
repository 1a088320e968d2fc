/* feed_task.c: the feeds that are due are read, one after the other, each with its own verdict. */
#include "work/response/feed.h"

#include "base/limits.h"
#include "net/client.h"

#include <limits.h>

#define ANSWER_MAX (8 * MIB)
#define FETCH_MS   20000

struct reading {
	struct task *t;
	struct client *client;
	struct arena *arena;
	struct feed *feed;
};

static bool stopping(void *ctx)
{
	return task_stopping(((struct reading *)ctx)->t);
}

/* *ret_etag "" and *ret empty if it has not changed. */
static int get(struct reading *r, struct slice url, const char *etag, struct slice *ret,
	struct slice *ret_etag, struct why *why)
{
	struct buf body CLEANUP_BUF = BUF(ANSWER_MAX);
	const char *match = arena_printf(r->arena, "If-None-Match: %s", etag);
	const char *const headers[] = {
		"Accept: application/cap+xml, application/atom+xml, application/rss+xml, application/xml, text/xml",
		*etag ? match : NULL, NULL};
	struct client_call call = {.method = "GET",
		.url = arena_string(r->arena, url),
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
	*ret = arena_copy(r->arena, buf_slice(&body));
	*ret_etag = arena_copy(r->arena, slice_str(answer.etag));
	return 0;
}

static int fetch_link(void *ctx, struct slice url, struct slice *ret, struct why *why)
{
	struct reading *r = ctx;
	struct slice etag;

	if (task_stopping(r->t) || !feed_url_ok(url))
		return why_set(why, E_DENIED, "", "is not followed");
	return get(r, url, "", ret, &etag, why);
}

static int take(struct reading *r, const struct id *coalition, struct slice bytes,
	struct draft **ret, size_t *ret_n, struct why *why)
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
		.ctx = r};
	/* Links are followed in here, so no transaction is held open; a snapshot is not needed: what is written twice is refused by nobody and shown once. */
	int rc = world_load(&w, r->t->node, r->t->db, coalition, r->arena, why);

	return rc < 0 ? rc : feed_take(&taking, bytes, ret, ret_n, why);
}

static int note_result(struct reading *r, struct slice etag, int64_t taken, const struct why *error,
	struct why *why)
{
	struct stmt *s = db_stmt(r->t->db,
		"UPDATE response_feed SET next_ms = $2, last_ok_ms = CASE WHEN $3 = '' THEN $4 ELSE last_ok_ms END, last_error = $3, "
		"etag = $5, taken = taken + $6 WHERE row = $1");
	int64_t now = env_now_ms(&r->t->node->env);
	int rc = db_begin(r->t->db, why);

	if (rc < 0)
		return rc;
	db_bind_i64(s, 1, r->feed->row);
	db_bind_i64(s, 2, now + r->feed->every_ms);
	db_bind_text(s, 3, slice_str(error->text));
	db_bind_i64(s, 4, now);
	db_bind_text(s, 5, etag);
	db_bind_i64(s, 6, taken);
	rc = db_run(s, why);
	if (rc < 0) {
		db_rollback(r->t->db);
		return rc;
	}
	return db_commit(r->t->db, why);
}

static int feed_read(struct reading *r, const struct id *coalition, struct why *why)
{
	struct slice bytes = SLICE_NONE, etag = r->feed->etag;
	struct why error = {0};
	struct draft *d = NULL;
	struct written w;
	size_t n = 0;
	int64_t taken = 0;
	int rc = get(r, r->feed->url, arena_string(r->arena, r->feed->etag), &bytes, &etag, &error);

	if (rc == 0 && bytes.n)
		rc = take(r, coalition, bytes, &d, &n, &error);
	for (size_t i = 0; rc == 0 && i < n && !task_stopping(r->t); i++) {
		rc = queue_write(r->t->queue, coalition, &d[i], 1, &w, &error);
		taken += rc == 0;
	}
	return note_result(r, rc < 0 ? SLICE("") : etag, taken, &error, why);
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
		struct reading r = {.t = t, .arena = &each, .feed = &list[i]};

		if (list[i].next_ms <= env_now_ms(&t->node->env)) {
			r.client = client_new(&options);
			rc = feed_read(&r, &c->id, why);
			client_free(&r.client);
			list[i].next_ms = env_now_ms(&t->node->env) + list[i].every_ms;
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
