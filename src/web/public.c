/*
 * public.c: the door to the public.
 *
 *	invariants
 *	1. Whatever is answered is made of a file that publicfile_check has accepted: of what a stranger could check as well.
 *	2. A view is made anew when the store has changed, and at the latest after a minute; so is the reason why there is none. What is being answered keeps its
 *	   view.
 *	3. No cookie, token or account is looked at, so nobody gets more than anybody.
 *	4. One request at a time makes views, outside the lock; whoever needs one meanwhile is parked and holds no worker, and what is there is shown.
 */
#include "web/public.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "log/proof.h"
#include "node/world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <strings.h>

/* A withdrawal takes effect by the clock. */
#define FRESH_MS 60000

/* Counted, so that it outlives its place in the table. */
struct held {
	atomic_uint refs;
	struct public_view *view; /* owned */
};

struct kept {
	struct id coalition;
	struct hash state;
	int64_t made_ms;   /* 0: never */
	struct held *held; /* one reference; NULL: nothing is public */
	struct why failed; /* with code < 0: this instead */
};

struct public_door {
	const struct node *node; /* borrowed */
	struct rate *rate;	 /* borrowed */
	pthread_mutex_t lock;
	struct kept kept[LIMIT_COALITIONS]; /* under lock */
	size_t n_kept;
	bool making; /* under lock */
};

/* One request while it is answered. */
struct showing {
	struct public_door *door;
	struct db *db;
	struct held *held[LIMIT_COALITIONS]; /* a reference each */
	size_t n;
	bool makes; /* it is the one that makes views */
};

static void view_free(struct public_view **v)
{
	if (!*v)
		return;
	arena_free(&(*v)->arena);
	mem_free(*v);
	*v = NULL;
}

static void held_drop(struct held **h)
{
	if (*h && atomic_fetch_sub(&(*h)->refs, 1) == 1) {
		view_free(&(*h)->view);
		mem_free(*h);
	}
	*h = NULL;
}

static struct held *held_new(struct public_view *v)
{
	if (!v)
		return NULL;
	struct held *h = mem_new(struct held);
	h->refs = 1;
	h->view = v;
	return h;
}

struct public_door *public_door_new(const struct node *node, struct rate *rate)
{
	struct public_door *d = mem_new(struct public_door);
	d->node = node;
	d->rate = rate;
	pthread_mutex_init(&d->lock, NULL);
	return d;
}

void public_door_free(struct public_door **p)
{
	struct public_door *d = *p;
	*p = NULL;
	if (!d)
		return;
	for (size_t i = 0; i < d->n_kept; i++)
		held_drop(&d->kept[i].held);
	pthread_mutex_destroy(&d->lock);
	mem_free(d);
}

/* ---- views ---- */

static int view_read(struct public_view *v, struct slice bytes, struct why *why)
{
	v->bytes = arena_copy(&v->arena, bytes);
	int rc = publicfile_parse(&v->f, &v->arena, v->bytes, why);
	if (rc == 0)
		rc = publicfile_check(&v->f, &v->arena, &v->c, why);
	return rc < 0 ? why_set(why, E_STATE, "",
				"what this node would show does not verify: %.200s", why->text)
		      : 0;
}

/* NULL if nothing is public. */
static int view_make(struct public_door *d, struct db *db, const struct id *coalition,
	struct public_view **ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct world w;
	int rc = db_begin_read(db, why);
	if (rc < 0)
		return rc;
	rc = world_load(&w, d->node, db, coalition, &arena, why);
	if (rc == 0)
		rc = public_gather(&w, db, &arena, &b, why);
	db_rollback(db);
	*ret = NULL;
	if (rc < 0)
		return rc == E_MISSING ? 0 : rc;
	struct public_view *v = mem_new(struct public_view);
	v->arena = ARENA(LIMIT_PUBLIC_ARENA);
	v->now_ms = env_now_ms(&d->node->env);
	coalition_format(coalition, v->coalition);
	rc = view_read(v, buf_slice(&b), why);
	if (rc < 0) {
		view_free(&v);
		return rc;
	}
	*ret = v;
	return 0;
}

/* The place of a coalition; the oldest makes room. Under lock. */
static struct kept *kept_of(struct public_door *d, const struct id *coalition)
{
	struct kept *oldest = &d->kept[0];
	for (size_t i = 0; i < d->n_kept; i++) {
		if (id_eq(&d->kept[i].coalition, coalition))
			return &d->kept[i];
		if (d->kept[i].made_ms < oldest->made_ms)
			oldest = &d->kept[i];
	}
	if (d->n_kept < LIMIT_COALITIONS)
		oldest = &d->kept[d->n_kept++];
	held_drop(&oldest->held);
	*oldest = (struct kept){.coalition = *coalition};
	return oldest;
}

static bool is_fresh(const struct kept *k, const struct hash *state, int64_t now_ms)
{
	return k->made_ms != 0 && hash_eq(&k->state, state) && now_ms >= k->made_ms &&
	       now_ms - k->made_ms < FRESH_MS;
}

/* What is kept, if it is still so: PUBLIC_PARK otherwise. Under lock. */
static int kept_take(struct kept *k, const struct hash *state, int64_t now_ms, struct held **ret,
	struct why *why)
{
	if (!is_fresh(k, state, now_ms))
		return PUBLIC_PARK;
	if (k->failed.code < 0) {
		*why = k->failed;
		return k->failed.code;
	}
	*ret = k->held;
	if (*ret)
		(*ret)->refs++;
	return 0;
}

/* Outside the lock, by the one that may. */
static int view_renew(
	struct showing *s, const struct id *coalition, const struct hash *state, struct why *why)
{
	struct public_door *d = s->door;
	struct public_view *fresh = NULL;
	struct why failed = {0};
	int rc = view_make(d, s->db, coalition, &fresh, &failed);
	/* Follows from what is stored, and not from this moment. */
	bool lasts = rc == 0 || rc == E_LIMIT || rc == E_STATE;
	if (!lasts) {
		*why = failed;
		return rc;
	}
	if (rc == 0)
		failed = (struct why){0};
	pthread_mutex_lock(&d->lock);
	struct kept *k = kept_of(d, coalition);
	held_drop(&k->held);
	*k = (struct kept){.coalition = *coalition,
		.state = *state,
		.made_ms = env_now_ms(&d->node->env),
		.held = held_new(fresh),
		.failed = failed};
	pthread_mutex_unlock(&d->lock);
	return 0;
}

/* The present view, held until the end of the showing, or NULL. PUBLIC_PARK: another is making one. */
static int view_get(
	struct showing *s, const struct id *coalition, struct public_view **ret, struct why *why)
{
	struct public_door *d = s->door;
	struct held *held = NULL;
	struct hash state;
	struct why missing = {0};
	int64_t stamp;
	*ret = NULL;
	/* What is not here takes nobody's place. */
	int rc = coalition_stamp(s->db, coalition, &stamp, &missing);
	if (rc == E_MISSING)
		return 0;
	if (rc < 0)
		*why = missing;
	if (rc == 0)
		rc = public_state(s->db, coalition, &state, why);
	if (rc < 0)
		return rc;
	for (;;) {
		pthread_mutex_lock(&d->lock);
		rc = kept_take(
			kept_of(d, coalition), &state, env_now_ms(&d->node->env), &held, why);
		if (rc == PUBLIC_PARK && !s->makes && !d->making)
			s->makes = d->making = true;
		pthread_mutex_unlock(&d->lock);
		if (rc != PUBLIC_PARK || !s->makes)
			break;
		rc = view_renew(s, coalition, &state, why);
		if (rc < 0)
			break;
	}
	if (held) {
		s->held[s->n++] = held;
		*ret = held->view;
	}
	return rc;
}

static void showing_end(struct showing *s)
{
	for (size_t i = 0; i < s->n; i++)
		held_drop(&s->held[i]);
	if (!s->makes)
		return;
	pthread_mutex_lock(&s->door->lock);
	s->door->making = false;
	pthread_mutex_unlock(&s->door->lock);
}

/* ---- paths ---- */

enum what { SHOW_INDEX, SHOW_PAGE, SHOW_ATOM, SHOW_JSON, SHOW_FILE, SHOW_ENTRY, SHOW_PROOF };

struct wanted {
	enum what what;
	bool has_lang;
	enum public_lang lang;
	struct id coalition;
	struct hash leaf;
};

static bool lang_take(struct slice *rest, enum public_lang *ret)
{
	for (int i = 0; i < PUBLIC_LANGS; i++) {
		if (rest->n < 3 || rest->p[2] != '/' || !slice_starts(*rest, public_lang_name[i]))
			continue;
		*rest = slice_sub(*rest, 3, rest->n);
		*ret = (enum public_lang)i;
		return true;
	}
	return false;
}

static bool leaf_take(struct slice rest, struct wanted *w)
{
	struct slice hex = slice_sub(rest, 0, 64);
	if (hex_decode(hex, w->leaf.b, sizeof(w->leaf.b)) < 0)
		return false;
	rest = slice_sub(rest, 64, rest.n);
	w->what = slice_is(rest, ".entry") ? SHOW_ENTRY : SHOW_PROOF;
	return slice_is(rest, ".entry") || slice_is(rest, ".proof");
}

static bool path_read(struct slice rest, struct wanted *w)
{
	*w = (struct wanted){.what = SHOW_INDEX};
	w->has_lang = lang_take(&rest, &w->lang);
	if (rest.n == 0)
		return true;
	if (rest.n < COAL_TEXT || coalition_parse(slice_sub(rest, 0, COAL_TEXT), &w->coalition) < 0)
		return false;
	rest = slice_sub(rest, COAL_TEXT, rest.n);
	w->what = SHOW_PAGE;
	if (rest.n == 0)
		return true;
	if (slice_is(rest, ".atom")) {
		w->what = SHOW_ATOM;
		return true;
	}
	if (w->has_lang)
		return false;
	w->what = slice_is(rest, ".json") ? SHOW_JSON : SHOW_FILE;
	if (slice_is(rest, ".json") || slice_is(rest, ".public"))
		return true;
	return slice_take(&rest, "/") && leaf_take(rest, w);
}

/* The first of the browser's languages that there is (its own order; weights are mostly that order). */
static enum public_lang lang_wanted(struct request *req)
{
	struct slice list = request_header(req, "Accept-Language"), one;
	while (slice_cut(&list, ',', &one)) {
		one = slice_trim(one);
		for (int i = 0; one.n >= 2 && i < PUBLIC_LANGS; i++)
			if (strncasecmp((const char *)one.p, public_lang_name[i], 2) == 0 &&
				(one.n == 2 || one.p[2] == '-' || one.p[2] == ';'))
				return (enum public_lang)i;
	}
	return PUBLIC_EN;
}

/* ---- answers ---- */

static void respond(struct request *req, const char *type, const char *save_as, struct buf *b)
{
	struct hash h = hash_bytes(buf_slice(b));
	char etag[40] = "\"";
	hex_encode(h.b, 16, etag + 1);
	etag[33] = '"';
	etag[34] = '\0';
	response_header(req, "ETag", etag);
	response_header(req, "Cache-Control", "public, no-cache");
	response_header(req, "Vary", "Accept-Language");
	if (request_has(req, etag)) {
		req->response.status = 304;
		return;
	}
	if (save_as)
		response_header(req, "Content-Disposition",
			arena_printf(&req->arena, "attachment; filename=\"%s\"", save_as));
	req->response.status = 200;
	req->response.type = type;
	req->response.shared = shared_new(b);
}

static const struct public_entry *entry_find(
	const struct public_view *v, const struct hash *leaf, const struct public_log **ret)
{
	for (size_t i = 0; i < v->f.n_log; i++)
		for (size_t j = 0; j < v->f.log[i].n_entry; j++)
			if (hash_eq(&v->f.log[i].entry[j].leaf, leaf)) {
				*ret = &v->f.log[i];
				return &v->f.log[i].entry[j];
			}
	return NULL;
}

static void proof_print(const struct public_log *log, const struct public_entry *e, struct buf *b)
{
	struct log_proof p = {.index = e->entry.seq, .note = log->head};
	struct slice rest = e->hashes, line;
	while (slice_cut_exact(&rest, '\n', &line))
		MUST(base64_decode_exact(line, p.proof.node[p.proof.n++].b, sizeof(struct hash)) ==
			0);
	log_proof_print(&p, b);
}

static int show_leaf(struct request *req, const struct public_view *v, const struct wanted *w,
	struct buf *b, struct why *why)
{
	const struct public_log *log;
	const struct public_entry *e = entry_find(v, &w->leaf, &log);
	char hex[65];
	if (!e)
		return why_set(why, E_MISSING, "", "no such page");
	hex_encode(w->leaf.b, 32, hex);
	if (w->what == SHOW_ENTRY)
		buf_slice_add(b, e->bytes);
	else
		proof_print(log, e, b);
	respond(req, "text/plain; charset=utf-8",
		arena_printf(
			&req->arena, "%.16s.%s", hex, w->what == SHOW_ENTRY ? "entry" : "proof"),
		b);
	return 0;
}

static int show_view(struct request *req, const struct public_view *v, const struct wanted *w,
	struct buf *b, struct why *why)
{
	switch (w->what) {
	case SHOW_PAGE:
		public_page(b, v, w->lang);
		break;
	case SHOW_ATOM:
		public_atom(b, v, w->lang);
		break;
	case SHOW_JSON:
		public_json(b, v);
		break;
	case SHOW_FILE:
		buf_slice_add(b, v->bytes);
		break;
	case SHOW_ENTRY:
	case SHOW_PROOF:
		return show_leaf(req, v, w, b, why);
	case SHOW_INDEX:
		MUST(false);
	}
	if (buf_over(b))
		return why_set(why, E_LIMIT, "", "the page would be too large");
	static const char *const type[] = {
		[SHOW_PAGE] = "text/html; charset=utf-8",
		[SHOW_ATOM] = "application/atom+xml; charset=utf-8",
		[SHOW_JSON] = "application/json",
		[SHOW_FILE] = "application/vnd.entente.public",
	};
	respond(req, type[w->what],
		w->what == SHOW_FILE ? arena_printf(&req->arena, "%s.public", v->coalition) : NULL,
		b);
	return 0;
}

static int show_index(struct showing *s, struct request *req, const struct wanted *w, struct buf *b,
	struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct public_view *list[LIMIT_COALITIONS];
	struct coalition *c;
	size_t n, shown = 0;
	int rc = coalition_list(s->db, &arena, &c, &n, why);
	for (size_t i = 0; rc == 0 && i < n && i < LIMIT_COALITIONS; i++) {
		rc = view_get(s, &c[i].id, &list[shown], why);
		/* One that cannot be shown does not hide the others. */
		rc = rc == E_LIMIT || rc == E_STATE ? 0 : rc;
		shown += rc == 0 && list[shown];
	}
	if (rc != 0)
		return rc;
	public_index(b, list, shown, s->door->node->conf.label, w->lang);
	respond(req, "text/html; charset=utf-8", NULL, b);
	return 0;
}

static int show(struct showing *s, struct request *req, const struct wanted *w, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_API_ANSWER);
	struct public_view *v = NULL;
	if (w->what == SHOW_INDEX)
		return show_index(s, req, w, &b, why);
	int rc = view_get(s, &w->coalition, &v, why);
	if (rc == 0 && !v)
		return why_set(why, E_MISSING, "", "no such page");
	return rc != 0 ? rc : show_view(req, v, w, &b, why);
}

int public_answer(struct public_door *d, struct db *db, struct request *req, struct slice rest,
	const char *network, bool *ret_made, struct why *why)
{
	struct showing s = {.door = d, .db = db};
	struct wanted w;
	int64_t wait_ms;
	*ret_made = false;
	if (!d->node->conf.is_public || !path_read(rest, &w))
		return why_set(why, E_MISSING, "", "no such page");
	const char *key = arena_printf(&req->arena, "public %s", network);
	if (req->round == 0 &&
		!rate_take(d->rate, slice_str(key), LIMIT_STRANGER_REQUESTS_MINUTE, &wait_ms))
		return why_set(why, E_BUSY, "", "more than %d requests a minute",
			LIMIT_STRANGER_REQUESTS_MINUTE);
	if (!w.has_lang)
		w.lang = lang_wanted(req);
	int rc = show(&s, req, &w, why);
	*ret_made = s.makes;
	showing_end(&s);
	if (rc == PUBLIC_PARK && req->expired)
		return why_set(why, E_BUSY, "", "the register is being made: again in a moment");
	return rc;
}
