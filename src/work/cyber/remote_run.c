/*
 * remote_run.c: one round with another TAXII server. A pull: ask for a page → all of it is strict JSON → its objects into the log → keep the
 * position → next page. A push: a page of ours → POST → what was refused is told → keep the position.
 */
#include "work/cyber/remote.h"

#include "work/cyber/marking.h"

#include "base/enc.h"
#include "base/map.h"
#include "base/report.h"
#include "node/fold.h"

#define TAXII_TYPE "application/taxii+json;version=2.1"
/* Objects that are asked for and sent at once, and what an answer may be. */
#define PULL_LIMIT  1000
#define PUSH_LIMIT  500
#define PUSH_BYTES  (4 * MIB)
#define ANSWER_MAX  (64 * MIB)
#define DEADLINE_MS 120000
/* Pages of one round that nobody waits for. */
#define PAGES_MAX 100000
#define AFTER_MAX 64
#define NEXT_MAX  1024

struct talk {
	struct remote_run *run;
	struct remote *r;
	struct client *client;
	struct arena arena; /* of one page */
	struct buf body;
	struct client_answer answer;
	struct map seen; /* hashes of this round's pages */
	int64_t begun_ms;
	struct why *why;
};

static void talk_end(struct talk *t)
{
	client_free(&t->client);
	map_free(&t->seen);
	arena_free(&t->arena);
	buf_free(&t->body);
}
#define CLEANUP_TALK __attribute__((cleanup(talk_end)))

static struct talk talk_begin(struct remote_run *run, struct remote *r, struct why *why)
{
	const struct client_options o = {.pins = &r->pin,
		.n_pins = r->has_pin,
		.allow = run->node->conf.allow,
		.n_allow = run->node->conf.n_allow,
		.allow_plain_http = remote_is_here(r->url)};

	struct talk t = {.run = run,
		.r = r,
		.client = client_new(&o),
		.arena = ARENA(LIMIT_REQUEST_ARENA),
		.body = BUF(ANSWER_MAX),
		.begun_ms = env_mono_ms(&run->node->env),
		.why = why};

	return t;
}

/* Is there time for another page? */
static bool goes_on(struct talk *t)
{
	struct remote_run *run = t->run;

	if (!run->turns)
		return run->pages < PAGES_MAX;
	run->more = run->pages >= LIMIT_REMOTE_ROUND_PAGES ||
		    env_mono_ms(&run->node->env) - t->begun_ms >= LIMIT_REMOTE_ROUND_MS;
	return !run->more;
}

/* ---- one request ---- */

static int refused(struct talk *t)
{
	struct json_doc doc;
	struct slice text = SLICE_NONE;
	unsigned status = t->answer.status;
	int code = status == 401 || status == 403   ? E_DENIED
		   : status == 404		    ? E_MISSING
		   : status == 429 || status == 503 ? E_BUSY
						    : E_NET;

	if (json_read(&doc, &t->arena, buf_slice(&t->body), &json_limits_partner, NULL) == 0) {
		text = json_string(&doc, json_get(&doc, json_root(&doc), "description"), &t->arena);
		if (!text.n)
			text = json_string(
				&doc, json_get(&doc, json_root(&doc), "title"), &t->arena);
	}
	return why_set(t->why, code, "server", "answered %u%s%.*s", status, text.n ? ": " : "",
		SLICE_FMT(slice_sub(text, 0, 200)));
}

static int ask(
	struct talk *t, const char *method, const char *url, struct slice body, unsigned expected)
{
	struct buf header CLEANUP_BUF = BUF(64 * KIB);
	const char *headers[3] = {"Accept: " TAXII_TYPE, NULL, NULL};
	struct client_call call = {.method = method,
		.url = url,
		.body = body,
		.content_type = body.n ? TAXII_TYPE : NULL,
		.headers = headers,
		.deadline_ms = DEADLINE_MS,
		.answer_max = ANSWER_MAX,
		.want = "X-TAXII-Date-Added-Last",
		.stop = t->run->stop,
		.stop_ctx = t->run->stop_ctx};
	int rc;

	if (t->r->authorization.n) {
		buf_addf(&header, "Authorization: %.*s", SLICE_FMT(t->r->authorization));
		headers[1] = buf_cstr(&header);
	}
	buf_clear(&t->body);
	rc = client_request(t->client, &call, &t->answer, &t->body, t->why);
	if (header.p)
		explicit_bzero(header.p, header.n);
	if (rc < 0)
		return rc;
	return t->answer.status == expected ? 0 : refused(t);
}

/* ---- pull ---- */

static const char *page_url(struct talk *t)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);

	buf_addf(&b, "%.*scollections/%.*s/objects/?limit=%d", SLICE_FMT(t->r->url),
		SLICE_FMT(t->r->collection), PULL_LIMIT);
	if (t->r->after.n)
		buf_addf(&b, "&added_after=%.*s", SLICE_FMT(t->r->after));
	if (t->r->next.n) {
		buf_str(&b, "&next=");
		buf_percent(&b, t->r->next);
	}
	MUST(!buf_over(&b));
	return arena_string(&t->arena, buf_slice(&b));
}

/* `more` and `next`, from the frame of the envelope: a page of 64 MiB is not read as a whole for them. */
static int frame_read(
	struct talk *t, const struct source *from, bool *ret_more, struct slice *ret_next)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	const struct json_limits limits = {LIMIT_STIX_DEPTH + 4, LIMIT_STIX_NODES};
	struct json_doc doc;
	struct slice next;
	int rc = json_read(&doc, &arena, from->in.outer, &limits, t->why);

	if (rc < 0)
		return rc;
	*ret_more = json_true(&doc, json_get(&doc, json_root(&doc), "more"));
	next = json_string(&doc, json_get(&doc, json_root(&doc), "next"), &arena);
	if (next.n > NEXT_MAX)
		return why_set(t->why, E_LIMIT, "next", "is longer than %d bytes", NEXT_MAX);
	*ret_next = arena_copy(&t->arena, next);
	return 0;
}

static void counts_add(struct ingest_result *all, const struct ingest_result *page)
{
	for (int v = 0; v < VERDICTS; v++)
		all->n[v] += page->n[v];
	all->objects += page->objects;
	all->entries += page->entries;
	all->held_again += page->held_again;
}

static int page_take(struct talk *t, struct source *from)
{
	struct ingest in = {.node = t->run->node,
		.db = t->run->db,
		.coalition = t->r->coalition,
		.mode = t->r->mode,
		.label = t->r->label,
		.all = t->r->all,
		.member = t->r->member,
		.n_member = t->r->n_member,
		.write = t->run->write,
		.ctx = t->run->ctx};
	struct ingest_result result = {0};
	int rc = ingest_run(&in, from, &t->arena, &result, t->why);

	counts_add(&t->run->result, &result);
	t->r->objects += result.n[VERDICT_WRITTEN] + result.n[VERDICT_HELD] - result.held_again;
	return rc;
}

/* Longer than the page: lives as long as the remote's other texts. */
static void keep(struct slice *place, char *room, size_t size, struct slice text)
{
	size_t n = text.n < size ? text.n : 0;

	if (n)
		memmove(room, text.p, n);
	*place = slice_of(room, n);
}

/* There is more, and this page was a step towards it? A token may stay the same from page to page; what is behind it may not. */
static int step_check(struct talk *t, uint64_t objects)
{
	int64_t hash = stix_digest(buf_slice(&t->body));
	bool again = map_put(&t->seen, slice_of(&hash, sizeof(hash)), t) != NULL;

	if (objects && !again)
		return 0;
	/* From the beginning of this round, the next time: this token leads nowhere. */
	t->r->next = SLICE_NONE;
	return why_set(t->why, E_NET, "server", "says that there is more, and %s",
		again ? "gives a page again that it has given in this round"
		      : "gives a page without objects");
}

static int pull_page(
	struct talk *t, char next_room[NEXT_MAX + 1], char last[AFTER_MAX + 1], bool *ret_more)
{
	struct slice next = SLICE_NONE;
	uint64_t before = t->run->result.objects;
	struct source from;
	int rc = ask(t, "GET", page_url(t), SLICE_NONE, 200);

	if (rc == 0)
		rc = stix_source_open(&from, -1, buf_slice(&t->body), t->why);
	if (rc < 0)
		return rc;
	rc = frame_read(t, &from, ret_more, &next);
	if (rc == 0)
		rc = page_take(t, &from);
	if (rc == 0 && *ret_more)
		rc = step_check(t, t->run->result.objects - before);
	stix_source_close(&from);
	if (rc < 0)
		return rc;
	if (t->answer.wanted[0] && when_check(slice_str(t->answer.wanted)) == 0)
		snprintf(last, AFTER_MAX + 1, "%.*s", AFTER_MAX, t->answer.wanted);
	if (*ret_more && !next.n && (!t->answer.wanted[0] || slice_is(t->r->after, last)))
		return why_set(
			t->why, E_NET, "server", "says that there is more and not how to get it");
	keep(&t->r->next, next_room, NEXT_MAX + 1, *ret_more ? next : SLICE_NONE);
	return 0;
}

int remote_pull(struct remote_run *run, struct remote *r, struct why *why)
{
	struct talk t CLEANUP_TALK = talk_begin(run, r, why);
	static _Thread_local char next_room[NEXT_MAX + 1], after_room[AFTER_MAX + 1];
	char last[AFTER_MAX + 1] = "";
	bool more = true;
	int rc = 0;

	keep(&r->next, next_room, sizeof(next_room), r->next);
	keep(&r->after, after_room, sizeof(after_room), r->after);
	while (rc == 0 && more && goes_on(&t)) {
		bool resumed = r->next.n > 0;

		arena_reset(&t.arena);
		rc = pull_page(&t, next_room, last, &more);
		/* A token that the server has forgotten: once more from where this round began. */
		if (rc == E_NET && resumed && (t.answer.status == 400 || t.answer.status == 410)) {
			r->next = SLICE_NONE;
			rc = pull_page(&t, next_room, last, &more);
		}
		if (rc < 0)
			break;
		run->pages++;
		/* With `next` the filter stays the same to the end of the round. */
		if (!r->next.n && last[0])
			keep(&r->after, after_room, sizeof(after_room), slice_str(last));
		rc = remote_note(run->db, r, why);
	}
	return rc;
}

/* ---- push ---- */

static int page_send(struct talk *t, const struct list_row *row, size_t n)
{
	struct buf b CLEANUP_BUF = BUF(PUSH_BYTES + 4 * LIMIT_STIX_BYTES);
	struct slice *bytes = arena_array(&t->arena, struct slice, n + 1);
	struct json_doc doc;
	int64_t failed = 0;
	const char *url = arena_printf(&t->arena, "%.*scollections/%.*s/objects/",
		SLICE_FMT(t->r->url), SLICE_FMT(t->r->collection));
	int rc = stix_list_bytes(t->run->db, row, n, &t->arena, bytes, t->why);

	buf_str(&b, "{\"objects\":[");
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (i)
			buf_byte(&b, ',');
		buf_slice_add(&b, bytes[i]);
	}
	buf_str(&b, "]}");
	MUST(!buf_over(&b));
	if (rc == 0)
		rc = ask(t, "POST", url, buf_slice(&b), 202);
	if (rc < 0)
		return rc;
	const struct json_limits limits = {LIMIT_JSON_DEPTH, LIMIT_STIX_NODES};
	if (json_read(&doc, &t->arena, buf_slice(&t->body), &limits, NULL) == 0 &&
		json_i64(&doc, json_get(&doc, json_root(&doc), "failure_count"), &failed) == 0 &&
		failed > 0)
		t->run->refused += (uint64_t)failed;
	t->run->sent += n;
	t->r->objects += n;
	return 0;
}

/* Everybody in the coalition may have it: what is for some of them, or was held back for this member alone, is not for strangers. */
static int released_to_all(
	struct talk *t, const struct world *w, const struct list_row *row, bool *ret)
{
	struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
	struct slice kind, label;
	struct id *member;
	size_t n;
	int rc = fold_readers(
		t->run->db, row->log, row->seq, &arena, &member, &n, &kind, &label, t->why);

	*ret = rc == 0;
	for (size_t i = 0; *ret && i < w->standing.n_party; i++) {
		const struct id *party = &w->standing.party[i].id;
		bool has = !standing_is_member(&w->standing, party) ||
			   id_eq(party, &t->run->node->self);

		for (size_t k = 0; !has && k < n; k++)
			has = id_eq(&member[k], party);
		*ret = has;
	}
	return rc == E_MISSING ? 0 : rc;
}

/* All its markings are Traffic Light, or statements of this member's own. */
static int markings_say_so(
	struct talk *t, const struct world *w, const struct stix *s, struct arena *arena, bool *ret)
{
	struct marking m;
	int rc = 0;

	*ret = true;
	marking_read(s, arena, &m);
	for (size_t i = 0; rc == 0 && *ret && i < m.n_other; i++)
		rc = ingest_marking_known(
			w, t->run->node, t->run->db, t->r->root, m.other[i], ret, t->why);
	return rc;
}

/* Those of a page that may leave the coalition, in their order. */
static int rows_released(struct talk *t, const struct world *w, struct list_row *row, size_t *n)
{
	struct list_walk k CLEANUP_WALK = stix_walk(t->run->db, row, *n);
	const struct list_row *of = NULL;
	size_t kept = 0;
	bool all = false, known;
	int rc;

	while ((rc = stix_walk_next(&k, t->why)) > 0) {
		const struct list_row *one = &row[k.at];

		if (!of || one->log != of->log || one->seq != of->seq)
			rc = released_to_all(t, w, one, &all);
		of = one;
		if (rc >= 0 && all)
			rc = markings_say_so(t, w, &k.s, &k.arena, &known);
		if (rc < 0)
			return rc;
		if (all && known)
			row[kept++] = *one;
	}
	*n = kept;
	return rc;
}

/* What goes out of the coalition is this member's own, for everybody in it, in the lowest class, and neither marked nor labelled tighter than TLP:GREEN. */
static int page_find(
	struct talk *t, struct list_row **row, size_t *n, int64_t *ret_last, bool *more)
{
	struct list_query q = {.root = t->r->root,
		.after = t->r->sent,
		.has_author = true,
		.author = t->run->node->self,
		.tlp_most = TLP_GREEN,
		.limit = PUSH_LIMIT,
		.bytes = PUSH_BYTES};
	struct world w;
	int rc = db_begin_read(t->run->db, t->why);

	if (rc == 0)
		rc = world_load(&w, t->run->node, t->run->db, &t->r->coalition, &t->arena, t->why);
	if (rc == 0) {
		struct reader self = world_reader(&w, &t->run->node->self);

		self.clearance_level = 0;
		rc = stix_list_page(&w, t->run->db, &self, &q, &t->arena, row, n, more, t->why);
	}
	*ret_last = rc == 0 && *n ? (*row)[*n - 1].added : 0;
	if (rc == 0)
		rc = rows_released(t, &w, *row, n);
	db_rollback(t->run->db);
	return rc;
}

/* Servers ask who it is before they take much; and one that may not be written to is known before anything is sent. */
static int collection_ask(struct talk *t)
{
	const char *url = arena_printf(&t->arena, "%.*scollections/%.*s/", SLICE_FMT(t->r->url),
		SLICE_FMT(t->r->collection));
	struct json_doc doc;
	int rc = ask(t, "GET", url, SLICE_NONE, 200);

	if (rc == 0)
		rc = json_read(&doc, &t->arena, buf_slice(&t->body), &json_limits_partner, t->why);
	if (rc < 0)
		return rc;
	return json_true(&doc, json_get(&doc, json_root(&doc), "can_write"))
		       ? 0
		       : why_set(t->why, E_DENIED, "collection", "nothing may be put into it");
}

int remote_push(struct remote_run *run, struct remote *r, struct why *why)
{
	struct talk t CLEANUP_TALK = talk_begin(run, r, why);
	bool more = true;
	int rc = 0;

	while (rc == 0 && more && goes_on(&t)) {
		struct list_row *row = NULL;
		int64_t last = 0;
		size_t n = 0;

		arena_reset(&t.arena);
		rc = page_find(&t, &row, &n, &last, &more);
		if (rc < 0 || last == 0)
			break;
		if (n && run->sent == 0)
			rc = collection_ask(&t);
		if (rc == 0 && n)
			rc = page_send(&t, row, n);
		if (rc < 0)
			break;
		run->pages++;
		r->sent = last;
		rc = remote_note(run->db, r, why);
	}
	return rc;
}
