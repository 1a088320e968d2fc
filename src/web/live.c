/*
 * live.c: see live.h.
 *
 *	invariants (under the lock)
 *	1. Events next-N … next-1 lie in the ring; a viewer's place is at most `next`.
 *	2. A viewer is on the list from live_open until its stream's end; nobody else frees it.
 *	3. `over` is set once; the stream then says why and ends.
 */
#include "web/live.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "net/client.h"
#include "node/news.h"
#include "web/live_name.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>

#define LIVE_MAGIC   0x4c495645u
#define VIEWER_MAGIC 0x56494557u
/* The shortest time between two looks: what comes meanwhile is told together. */
#define LOOK_MS 50
/* What a viewer is given in one go; also what its connection keeps as a buffer. */
#define PIECE_BYTES   (8 * KIB)
#define WAIT_MS	      5000
#define POSITION_HEAD "event: position\nid: "

enum event_for { FOR_ALL, FOR_PACT, FOR_RECORDS, FOR_ONE };

struct event {
	struct shared *text; /* owned */
	enum event_for who;
	int64_t coalition, level, account;
	struct hash charter; /* of FOR_RECORDS: by whose ladder that is its level */
	bool position;
};

enum viewer_over { OVER_NOT, OVER_SESSION, OVER_STOPPING, OVER_ANEW };

struct viewer {
	uint32_t magic;
	struct live *live;
	struct viewer *prev, *next;
	uint64_t at; /* number of the event to come */
	uint64_t beat;
	bool greeted, reset;
	bool told; /* something since its last position: of one that reads no logs */
	enum viewer_over over;
	enum caller_kind kind;
	bool pact, records;
	int64_t account, generation, until_ms;
	struct hash session;
	char token[TOKEN_ID + 1];
	int64_t only; /* coalition row; 0: all */
	char network
		[ADDRESS_NETWORK]; /* whom the front names; "" without one: then the listener counts */
	size_t n_level;
	struct news_reader level
		[]; /* by coalition; NEWS_SECRET: everything; NEWS_PUBLIC: nothing with a label */
};

struct live {
	uint32_t magic;
	const struct node *node; /* borrowed */
	struct db *db;		 /* owned; the herald's */
	struct news *news;	 /* owned; the herald's */
	void (*wake)(void *ctx);
	void *ctx;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool poked, recheck, stop;
	struct buf
		position; /* owned; of the last batch: the herald's news_position() as it was then */
	struct event ring[LIMIT_LIVE_EVENTS];
	uint64_t next, beats, charters;
	uint8_t key[AEAD_KEY]; /* of this process: live_name.h */
	uint64_t
		floor; /* what was told before this was judged by a charter that is not in force any more */
	struct viewer *viewers;
	unsigned n_viewers;
};

/* ---- the ring ---- */

/* Lock held. Takes *text over. */
static void ring_push(struct live *l, struct buf *text, struct event e)
{
	struct event *slot = &l->ring[l->next % LIMIT_LIVE_EVENTS];

	shared_drop(&slot->text);
	*slot = e;
	slot->text = shared_new(text);
	l->next++;
}

static enum event_for item_for(const struct news_item *i)
{
	return i->kind == NEWS_RECORD ? FOR_RECORDS : i->kind == NEWS_MUCH ? FOR_ALL : FOR_PACT;
}

/* Lock held. */
static void item_push(struct live *l, const struct news_item *i)
{
	struct buf b = BUF(64 * KIB);
	struct json_out o = json_out(&b);

	buf_addf(&b, "event: %s\ndata: ", live_topic(i));
	live_print(i, &o);
	buf_str(&b, "\n\n");
	ring_push(l, &b,
		(struct event){.who = item_for(i),
			.coalition = i->coalition,
			.level = i->level,
			.charter = i->charter});
	buf_free(&b);
}

/* Lock held; the herald only. */
static void position_take(struct live *l)
{
	buf_clear(&l->position);
	buf_str(&l->position, news_position(l->news));
}

/* Lock held. */
static void position_push(struct live *l)
{
	struct buf b = BUF(128 * KIB);

	buf_addf(&b, POSITION_HEAD "%s\ndata: {}\n\n", buf_cstr(&l->position));
	ring_push(l, &b, (struct event){.who = FOR_ALL, .level = NEWS_PUBLIC, .position = true});
	buf_free(&b);
}

/* The name in the text of a position. */
static struct slice position_of(const struct event *e)
{
	struct slice text = shared_bytes(e->text), name = SLICE_NONE;

	MUST(e->position && slice_take(&text, POSITION_HEAD) && slice_cut(&text, '\n', &name));
	return name;
}

static void position_put(const struct live *l, struct slice name, bool pact, struct buf *ret)
{
	if (pact)
		buf_slice_add(ret, name);
	else
		live_name_seal(l->key, &l->node->env, name, ret);
}

/* ---- a viewer ---- */

/* May this viewer know that the event was? */
static bool is_for(const struct viewer *v, const struct event *e)
{
	if (v->only && e->coalition && e->coalition != v->only)
		return false;
	switch (e->who) {
	case FOR_ALL:
		return true;
	case FOR_ONE:
		return v->account == e->account;
	case FOR_PACT:
		return v->pact;
	case FOR_RECORDS:
		break;
	}
	/* NEWS_SECRET reaches all levels, so also what bears none of the ladder's. Of another ladder than the viewer's: nothing, and all viewers come anew (look). */
	const struct news_item i = {
		.coalition = e->coalition, .level = e->level, .charter = e->charter};
	return v->records && news_for(&i, v->level, v->n_level, NULL);
}

static void say_over(const struct viewer *v, struct buf *b)
{
	if (v->over == OVER_SESSION)
		buf_str(b, "event: bye\ndata: {\"why\":\"session\"}\n\n");
	if (v->over == OVER_STOPPING)
		buf_str(b, "event: bye\ndata: {\"why\":\"stopping\"}\n\n");
	/* What was not for the viewer by the old ladder may be by the new one. */
	if (v->over == OVER_ANEW)
		buf_str(b, "event: reset\ndata: {}\n\n");
}

static void position_say(struct viewer *v, struct slice name, struct buf *b)
{
	buf_str(b, POSITION_HEAD);
	position_put(v->live, name, v->pact, b);
	buf_str(b, "\ndata: {}\n\n");
	v->told = false;
}

static void greet(struct viewer *v, struct buf *b)
{
	struct live *l = v->live;

	buf_str(b, "retry: 2000\n\n");
	if (v->reset)
		buf_str(b, "event: reset\ndata: {}\n\n");
	v->told = v->reset;
	/* Where the ring ends now: the viewer starts behind it. */
	if (v->at == l->next)
		position_say(v, buf_slice(&l->position), b);
	v->greeted = true;
}

static void say(struct viewer *v, const struct event *e, struct buf *b)
{
	if (!e->position || v->pact) {
		buf_slice_add(b, shared_bytes(e->text));
		v->told = true;
	} else if (v->told) {
		position_say(v, position_of(e), b);
	}
}

/* On a server thread: no waiting but for the lock, no SQL. */
static int viewer_read(void *ctx, struct buf *b)
{
	struct viewer *v = ctx;
	struct live *l = v->live;
	int more = 1;

	MUST(v->magic == VIEWER_MAGIC);
	pthread_mutex_lock(&l->lock);
	if (!v->greeted)
		greet(v, b);
	if (l->next - v->at > LIMIT_LIVE_EVENTS) { /* overtaken */
		buf_str(b, "event: reset\ndata: {}\n\n");
		v->at = l->next - 1; /* a position: each batch ends with one */
		v->told = true;
	}
	while (v->at < l->next && b->n < PIECE_BYTES) {
		const struct event *e = &l->ring[v->at++ % LIMIT_LIVE_EVENTS];

		if (is_for(v, e))
			say(v, e, b);
	}
	if (b->n == 0 && v->beat != l->beats)
		buf_str(b, ":\n\n");
	v->beat = l->beats;
	if (v->over != OVER_NOT && v->at == l->next) {
		say_over(v, b);
		more = 0;
	}
	pthread_mutex_unlock(&l->lock);
	return more;
}

static void viewer_end(void *ctx)
{
	struct viewer *v = ctx;
	struct live *l = v->live;

	MUST(v->magic == VIEWER_MAGIC);
	pthread_mutex_lock(&l->lock);
	if (v->prev)
		v->prev->next = v->next;
	else
		l->viewers = v->next;
	if (v->next)
		v->next->prev = v->prev;
	l->n_viewers--;
	pthread_mutex_unlock(&l->lock);
	v->magic = 0;
	mem_free(v);
}

/* ---- opening ---- */

static int levels_fill(struct viewer *v, const struct coalition *list, size_t n,
	const struct caller *caller, const struct node *node, struct db *db, struct arena *arena,
	struct why *why)
{
	for (size_t i = 0; i < n; i++) {
		struct world w;
		int rc = world_try(&w, node, db, &list[i].id, arena, why);

		if (rc < 0)
			return rc;
		if (rc == 1)
			continue;
		struct reader r = caller_reader(caller, &w, NULL);
		v->level[v->n_level++] = (struct news_reader){.coalition = w.coalition.row,
			.charter = w.standing.charter->hash,
			.level = r.no_clearance			 ? NEWS_PUBLIC
				 : r.clearance_level == UINT_MAX ? NEWS_SECRET
								 : (int64_t)r.clearance_level};
	}
	return 0;
}

static int only_of(
	struct request *req, const struct coalition *list, size_t n, int64_t *ret, struct why *why)
{
	struct slice text = request_query(req, "coalition");
	struct id id;

	*ret = 0;
	if (!text.n)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (coalition_parse(text, &id) == 0 && id_eq(&list[i].id, &id)) {
			*ret = list[i].row;
			return 0;
		}
	return why_set(why, E_MISSING, "coalition", "this node is not party to such a coalition");
}

static int viewer_make(struct api *a, struct db *db, struct request *req,
	const struct caller *caller, struct viewer **ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct coalition *list;
	size_t n;
	int rc = coalition_list(db, &arena, &list, &n, why);

	if (rc < 0)
		return rc;
	struct viewer *v = mem_zero_alloc(1, sizeof(*v) + n * sizeof(v->level[0]));
	v->magic = VIEWER_MAGIC;
	v->live = a->live;
	v->kind = caller->kind;
	if (a->place.front)
		snprintf(v->network, sizeof(v->network), "%s", caller_network(&a->place, req));
	v->pact = caller->roles.of[AREA_PACT] >= ROLE_READER;
	v->records = caller->roles.of[AREA_RECORDS] >= ROLE_READER;
	v->account = caller_account(caller);
	v->generation = caller->account.generation;
	if (caller->kind == CALLER_SESSION) {
		v->session = caller->session.digest;
		v->until_ms = caller->session.made_ms + SESSION_LIFE_MS;
	}
	if (caller->kind == CALLER_TOKEN) {
		snprintf(v->token, sizeof(v->token), "%.*s", SLICE_FMT(caller->token.id));
		v->until_ms = caller->token.until_ms;
	}
	rc = only_of(req, list, n, &v->only, why);
	if (rc == 0)
		rc = levels_fill(v, list, n, caller, a->node, db, &arena, why);
	if (rc < 0) {
		mem_free(v);
		return rc;
	}
	*ret = v;
	return 0;
}

/*
 * Where a viewer that has seen this position goes on; it is reset if nobody knows. Jobs and partners leave a position as it is, so of several with one name the
 * oldest counts: something may be told twice, nothing is missed. Lock held.
 */
static void place_viewer(struct live *l, struct viewer *v, struct slice last)
{
	struct buf plain CLEANUP_BUF = BUF(KIB);
	uint64_t from;

	v->at = l->next;
	v->beat = l->beats;
	if (!last.n)
		return;
	/* One that this process has not sealed is of before its start: nobody says whether anything has happened since. */
	v->reset = !v->pact && !live_name_open(l->key, last, &plain);
	if (v->reset)
		return;
	last = v->pact ? last : buf_slice(&plain);
	from = l->next > LIMIT_LIVE_EVENTS ? l->next - LIMIT_LIVE_EVENTS : 0;
	from = from > l->floor ? from : l->floor;
	for (uint64_t n = from; n < l->next; n++) {
		const struct event *e = &l->ring[n % LIMIT_LIVE_EVENTS];

		if (!e->position || !slice_eq(position_of(e), last))
			continue;
		v->at = n + 1;
		return;
	}
	/* As it was at the start of this process, and nothing has happened since. */
	v->reset = !slice_eq(last, buf_slice(&l->position));
}

/* Lock held. */
static unsigned viewers_of(const struct live *l, const char *network)
{
	unsigned n = 0;

	for (const struct viewer *v = l->viewers; *network && v; v = v->next)
		n += strcmp(v->network, network) == 0;
	return n;
}

static int viewer_add(struct live *l, struct viewer *v, struct slice last, struct why *why)
{
	int rc = 0;

	pthread_mutex_lock(&l->lock);
	if (l->n_viewers >= LIMIT_LIVE_VIEWERS || l->stop ||
		viewers_of(l, v->network) >= LIMIT_CONNECTIONS_PER_ADDRESS) {
		rc = why_set(why, E_BUSY, "", "there are too many viewers at this moment");
	} else {
		place_viewer(l, v, last);
		v->next = l->viewers;
		if (v->next)
			v->next->prev = v;
		l->viewers = v;
		l->n_viewers++;
	}
	pthread_mutex_unlock(&l->lock);
	return rc;
}

static int check_caller(
	struct api *a, struct db *db, struct request *req, struct caller *ret, struct why *why)
{
	int rc = caller_find(&a->place, db, req, &req->arena, ret, why);

	if (rc == 0 && ret->kind == CALLER_NOBODY)
		return caller_may(ret, AREA_PACT, ROLE_READER, why);
	if (rc == 0 && ret->roles.of[AREA_RECORDS] < ROLE_READER)
		return caller_may(ret, AREA_PACT, ROLE_READER, why);
	return rc;
}

static int open_viewer(
	struct api *a, struct db *db, struct request *req, int64_t *ret_retry_ms, struct why *why)
{
	struct caller caller;
	struct viewer *v;
	int rc;

	if (!a->live)
		return why_set(why, E_STATE, "", "this process tells no events");
	if (!rate_take(a->rate, slice_str(caller_network(&a->place, req)),
		    LIMIT_CALLER_REQUESTS_MINUTE, ret_retry_ms))
		return why_set(why, E_BUSY, "", "too many requests");
	rc = check_caller(a, db, req, &caller, why);
	if (rc == 0)
		rc = db_begin_read(db, why);
	if (rc < 0)
		return rc;
	rc = viewer_make(a, db, req, &caller, &v, why);
	db_rollback(db);
	if (rc == 0) {
		/* A source that comes back brings the header; the first one of a page knows where the page began (Session.events). */
		struct slice last = request_header(req, "Last-Event-ID");

		rc = viewer_add(a->live, v, last.n ? last : request_query(req, "after"), why);
		if (rc < 0)
			mem_free(v);
	}
	if (rc < 0)
		return rc;
	req->response.status = 200;
	req->response.type = "text/event-stream";
	req->response.stream = viewer_read;
	req->response.stream_end = viewer_end;
	req->response.stream_ctx = v;
	return 0;
}

void live_open(struct api *a, struct db *db, struct request *req)
{
	struct why why = {0};
	int64_t retry_ms = 0;

	if (open_viewer(a, db, req, &retry_ms, &why) < 0) {
		api_problem(req, &why, NULL, 0, retry_ms);
		return;
	}
	response_header(req, "Cache-Control", "no-store");
	/* A front that gathers before it passes on would make it late. */
	response_header(req, "X-Accel-Buffering", "no");
}

const char *live_position(struct live *l, bool pact, struct arena *arena)
{
	struct buf text CLEANUP_BUF = BUF(KIB);

	if (!l)
		return NULL;
	pthread_mutex_lock(&l->lock);
	position_put(l, buf_slice(&l->position), pact, &text);
	pthread_mutex_unlock(&l->lock);
	return arena_string(arena, buf_slice(&text));
}

unsigned live_viewers(struct live *l)
{
	unsigned n;

	pthread_mutex_lock(&l->lock);
	n = l->n_viewers;
	pthread_mutex_unlock(&l->lock);
	return n;
}

/* ---- are they still who they were? ---- */

struct check {
	struct viewer *viewer; /* compared, not followed: it may be gone */
	enum caller_kind kind;
	struct hash session;
	char token[TOKEN_ID + 1];
	int64_t account, generation, until_ms;
	bool over;
};

static struct check *checks_take(struct live *l, size_t *ret_n)
{
	struct check *list;
	size_t n = 0;

	pthread_mutex_lock(&l->lock);
	list = mem_zero_alloc(l->n_viewers + 1u, sizeof(*list));
	for (struct viewer *v = l->viewers; v; v = v->next) {
		list[n] = (struct check){.viewer = v,
			.kind = v->kind,
			.session = v->session,
			.account = v->account,
			.generation = v->generation,
			.until_ms = v->until_ms};
		memcpy(list[n++].token, v->token, sizeof(v->token));
	}
	pthread_mutex_unlock(&l->lock);
	*ret_n = n;
	return list;
}

static int check_one(struct live *l, struct check *c, struct arena *arena, struct why *why)
{
	int64_t now_ms = env_now_ms(&l->node->env);
	struct account a;
	struct token t;
	bool lives = true, any = false;
	int rc = 0;

	if (c->kind == CALLER_LOCAL) {
		rc = account_any(l->db, &any, why);
		lives = !any;
	}
	if (c->kind == CALLER_SESSION)
		rc = session_lives(l->node, l->db, &c->session, &lives, why);
	if (rc == 0 && c->kind == CALLER_TOKEN) {
		rc = token_get(l->db, slice_str(c->token), arena, &t, why);
		lives = rc == 0 && !t.revoked;
	}
	if (rc == 0 && c->account) {
		rc = account_get_row(l->db, c->account, arena, &a, why);
		lives = lives && rc == 0 && !a.disabled && a.generation == c->generation;
	}
	c->over = !lives || (c->until_ms && c->until_ms <= now_ms);
	return rc;
}

/* True if somebody was ended. */
static bool check_all(struct live *l)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct why why = {0};
	size_t n;
	bool any = false;
	struct check *list CLEANUP_FREE = checks_take(l, &n);

	for (size_t i = 0; i < n; i++) {
		arena_reset(&arena);
		if (check_one(l, &list[i], &arena, &why) < 0 && why.code != E_MISSING) {
			report(REPORT_WARN, "live: %s", why.text);
			return false;
		}
	}
	pthread_mutex_lock(&l->lock);
	for (struct viewer *v = l->viewers; v; v = v->next)
		for (size_t i = 0; i < n; i++)
			if (list[i].over && list[i].viewer == v &&
				hash_eq(&list[i].session, &v->session) && v->over == OVER_NOT) {
				v->over = OVER_SESSION;
				any = true;
			}
	pthread_mutex_unlock(&l->lock);
	return any;
}

/* ---- the herald ---- */

/* True if there is something to be sent. */
static bool look(struct live *l, struct arena *arena)
{
	struct news_item *list;
	struct why why = {0};
	size_t n;
	bool any;

	arena_reset(arena);
	if (news_look(l->news, l->db, arena, &list, &n, &why) < 0) {
		report(REPORT_WARN, "live: %s", why.text);
		return false;
	}
	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < n; i++)
		item_push(l, &list[i]);
	any = n > 0 || !slice_is(buf_slice(&l->position), news_position(l->news));
	if (any) {
		position_take(l);
		position_push(l);
	}
	if (news_charters(l->news) != l->charters) {
		/* Other classes: everybody comes back and is looked at anew, and goes on behind the last position. */
		l->charters = news_charters(l->news);
		l->floor = any ? l->next - 1 : l->next;
		any = true;
		for (struct viewer *v = l->viewers; v; v = v->next)
			v->over = v->over == OVER_NOT ? OVER_ANEW : v->over;
	}
	pthread_mutex_unlock(&l->lock);
	return any;
}

static void wait_until(struct live *l, int64_t ms)
{
	struct timespec until = mono_after(ms);

	pthread_mutex_lock(&l->lock);
	while (!l->poked && !l->recheck && !l->stop &&
		pthread_cond_timedwait(&l->change, &l->lock, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&l->lock);
}

static void nap(struct live *l)
{
	struct timespec t = {.tv_nsec = LOOK_MS * 1000000L};

	(void)l;
	nanosleep(&t, NULL);
}

static void *herald(void *arg)
{
	struct live *l = arg;
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	int64_t beat_ms = env_mono_ms(&l->node->env), checked_ms = beat_ms;

	for (;;) {
		wait_until(l, WAIT_MS);
		pthread_mutex_lock(&l->lock);
		bool stop = l->stop, recheck = l->recheck;
		l->poked = l->recheck = false;
		pthread_mutex_unlock(&l->lock);
		if (stop)
			return NULL;
		int64_t now = env_mono_ms(&l->node->env);
		bool any = look(l, &arena);
		if (recheck || now - checked_ms >= LIVE_CHECK_MS) {
			any = check_all(l) || any;
			checked_ms = now;
		}
		if (now - beat_ms >= LIVE_BEAT_MS) {
			pthread_mutex_lock(&l->lock);
			l->beats++;
			pthread_mutex_unlock(&l->lock);
			beat_ms = now;
			any = true;
		}
		if (any)
			l->wake(l->ctx);
		nap(l);
	}
}

int live_start(struct live **ret, const struct node *node, void (*wake)(void *ctx), void *ctx,
	struct why *why)
{
	struct live *l = mem_new(struct live);
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	pthread_condattr_t attr;
	int rc = node_db(node, &l->db, why);

	l->magic = LIVE_MAGIC;
	l->node = node;
	l->wake = wake;
	l->ctx = ctx;
	l->news = news_new(node);
	l->position = BUF(LIVE_NAME_MAX + 1);
	env_random(&node->env, l->key, sizeof(l->key));
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->change, &attr);
	pthread_condattr_destroy(&attr);
	if (rc == 0) {
		struct news_item *list;
		size_t n;

		/* What is there already is not news. */
		rc = news_look(l->news, l->db, &arena, &list, &n, why);
		position_take(l);
	}
	if (rc == 0 && pthread_create(&l->thread, NULL, herald, l) != 0)
		rc = why_set(why, E_IO, "", "no thread could be started");
	if (rc < 0) {
		news_free(&l->news);
		buf_free(&l->position);
		db_close(&l->db);
		mem_free(l);
		return rc;
	}
	l->charters = news_charters(l->news);
	*ret = l;
	return 0;
}

void live_end_all(struct live *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	for (struct viewer *v = l->viewers; v; v = v->next)
		v->over = OVER_STOPPING;
	pthread_mutex_unlock(&l->lock);
	l->wake(l->ctx);
}

void live_stop(struct live **lp)
{
	struct live *l = *lp;

	*lp = NULL;
	if (!l)
		return;
	MUST(l->magic == LIVE_MAGIC);
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	pthread_cond_signal(&l->change);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	MUST(l->n_viewers == 0);
	for (size_t i = 0; i < LIMIT_LIVE_EVENTS; i++)
		shared_drop(&l->ring[i].text);
	news_free(&l->news);
	buf_free(&l->position);
	db_close(&l->db);
	pthread_cond_destroy(&l->change);
	pthread_mutex_destroy(&l->lock);
	l->magic = 0;
	mem_free(l);
}

static void signal_herald(struct live *l, bool recheck)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->poked = true;
	l->recheck = l->recheck || recheck;
	pthread_cond_signal(&l->change);
	pthread_mutex_unlock(&l->lock);
}

void live_poke(struct live *l)
{
	signal_herald(l, false);
}

void live_recheck(struct live *l)
{
	signal_herald(l, true);
}

void live_job(struct live *l, int64_t account, struct slice json)
{
	struct buf b = BUF(64 * KIB);

	if (!l)
		return;
	buf_addf(&b, "event: job\ndata: %.*s\n\n", SLICE_FMT(json));
	pthread_mutex_lock(&l->lock);
	ring_push(l, &b, (struct event){.who = FOR_ONE, .account = account, .level = NEWS_PUBLIC});
	/* So that the ring's last one is a place to go on from. */
	position_push(l);
	pthread_mutex_unlock(&l->lock);
	buf_free(&b);
	l->wake(l->ctx);
}
