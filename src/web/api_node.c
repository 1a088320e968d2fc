/* api_node.c: partners, troubles, audit, settings and search. */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "node/audit.h"
#include "node/browse.h"
#include "node/record.h"
#include "node/status.h"
#include "node/wordfold.h"

/* ---- partners ---- */

struct peer {
	struct id id;
	const char *label;
	struct id coalition[LIMIT_COALITIONS];
	size_t n_coalition;
	bool forked;
};

static struct peer *peer_of(struct peer *list, size_t *n, const struct id *id)
{
	for (size_t i = 0; i < *n; i++)
		if (id_eq(&list[i].id, id))
			return &list[i];
	list[*n].id = *id;
	return &list[(*n)++];
}

static void gather(struct call *c, const struct world *w, struct peer *list, size_t *n, size_t max)
{
	for (size_t i = 0; i < w->n_party && *n < max; i++) {
		const struct standing_party *p = standing_find(&w->standing, &w->party[i].id);

		if (id_eq(&w->party[i].id, &c->node->self))
			continue;
		struct peer *peer = peer_of(list, n, &w->party[i].id);
		if (!peer->label)
			peer->label = world_party_label(w, &peer->id, c->arena);
		if (peer->n_coalition < LIMIT_COALITIONS)
			peer->coalition[peer->n_coalition++] = w->coalition.id;
		peer->forked = peer->forked || (p && p->forked);
	}
}

static int put_peer(
	struct call *c, const struct peer *p, const struct peer_health *health, size_t n)
{
	const struct peer_health none = {0}, *h = &none;
	struct root_chain chain;

	for (size_t i = 0; i < n; i++)
		if (id_eq(&health[i].peer, &p->id))
			h = &health[i];
	int rc = root_chain_load(c->db, &p->id, c->arena, &chain, &c->why);
	if (rc < 0 && rc != E_MISSING)
		return rc;
	json_open(&c->o, '{');
	put_id(&c->o, "id", &p->id);
	json_put_cstr(&c->o, "label", p->label);
	json_open_at(&c->o, "coalitions", '[');
	for (size_t i = 0; i < p->n_coalition; i++)
		put_coalition(&c->o, NULL, &p->coalition[i]);
	json_close(&c->o);
	json_open_at(&c->o, "endpoints", '[');
	for (size_t i = 0; rc == 0 && chain.n && i < root_latest(&chain)->n_endpoint; i++)
		json_put_string(&c->o, NULL, root_latest(&chain)->endpoint[i]);
	json_close(&c->o);
	put_time(&c->o, "last_ok", h->last_ok_ms);
	put_time(&c->o, "last_try", h->last_try_ms);
	json_put_i64(&c->o, "failures", h->failures);
	json_put_string(&c->o, "error", h->text);
	json_put_bool(&c->o, "forked", p->forked);
	json_close(&c->o);
	c->why = (struct why){0};
	return 0;
}

int api_peers(struct call *c)
{
	enum { PEERS_MAX = LIMIT_COALITIONS * 4 };
	struct peer *list = arena_array(c->arena, struct peer, PEERS_MAX + 1);
	struct peer_health *health;
	struct coalition *coalition;
	size_t n = 0, n_health, n_coalition;

	TRY(coalition_list(c->db, c->arena, &coalition, &n_coalition, &c->why));
	TRY(peer_health_list(c->db, c->arena, &health, &n_health, &c->why));
	for (size_t i = 0; i < n_coalition; i++) {
		struct world w;

		TRY(world_load(&w, c->node, c->db, &coalition[i].id, c->arena, &c->why));
		gather(c, &w, list, &n, PEERS_MAX);
	}
	page_open(c);
	for (size_t i = 0; i < n; i++)
		TRY(put_peer(c, &list[i], health, n_health));
	page_close(c, SLICE_NONE);
	return 0;
}

int api_refusals(struct call *c)
{
	page_open(c);
	TRY(status_part_json(&c->world, c->db, &c->reader, STATUS_REFUSALS, NULL, &c->o, &c->why));
	page_close(c, SLICE_NONE);
	return 0;
}

int api_flags(struct call *c)
{
	page_open(c);
	TRY(status_part_json(&c->world, c->db, &c->reader, STATUS_FLAGS, NULL, &c->o, &c->why));
	page_close(c, SLICE_NONE);
	return 0;
}

/* ---- audit ---- */

static int plain_query(struct call *c, const char *name, struct slice *ret)
{
	*ret = request_query(c->req, name);
	for (size_t i = 0; i < ret->n; i++)
		if (ret->n > 128 || ret->p[i] < ' ' || ret->p[i] >= 0x7e)
			return why_set(
				&c->why, E_INVALID, name, "is the beginning of a plain word");
	if (!ret->n)
		*ret = SLICE("");
	return 0;
}

int api_audit(struct call *c)
{
	struct api_page p;
	struct slice who, what, rest;
	struct audit_row *list;
	int64_t before = 0;
	size_t n;

	TRY(call_page(c, &p));
	TRY(plain_query(c, "who", &who));
	TRY(plain_query(c, "what", &what));
	if (p.after.p)
		TRY(cursor_read(c, p.after, &before, 1, &rest));
	TRY(audit_browse(c->db, before, who, what, p.limit + 1, c->arena, &list, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n && i < p.limit; i++) {
		json_open(&c->o, '{');
		json_put_i64(&c->o, "row", list[i].row);
		put_time(&c->o, "time", list[i].at_ms);
		json_put_string(&c->o, "who", list[i].who);
		json_put_string(&c->o, "what", list[i].what);
		json_put_string(&c->o, "about", list[i].about);
		json_close(&c->o);
	}
	page_close(c,
		n > p.limit ? cursor_make(c, &list[p.limit - 1].row, 1, SLICE_NONE) : SLICE_NONE);
	return 0;
}

int api_audit_verify(struct call *c)
{
	static const char *const known[] = {NULL};
	uint64_t rows = 0;
	struct why found = {0};

	TRY(call_only(c, known));
	int rc = audit_verify(c->db, &rows, &found);
	if (rc < 0 && rc != E_VERIFY) {
		c->why = found;
		return rc;
	}
	json_open(&c->o, '{');
	json_put_u64(&c->o, "rows", rows);
	json_put_bool(&c->o, "ok", rc == 0);
	json_put_cstr(&c->o, "where", found.where);
	json_put_cstr(&c->o, "text", found.text);
	json_close(&c->o);
	return 0;
}

/* ---- settings ---- */

int api_settings(struct call *c)
{
	const struct conf *conf = &c->node->conf;

	json_open(&c->o, '{');
	json_put_cstr(&c->o, "label", conf->label);
	put_id(&c->o, "member", &c->node->self);
	json_put_cstr(&c->o, "listen", conf->listen);
	json_put_cstr(&c->o, "peer_listen", conf->peer_listen);
	/* Not the address: there may be a password in it. */
	json_put_cstr(&c->o, "database", db_is_postgres(c->db) ? "postgres" : "sqlite");
	json_open_at(&c->o, "allow", '[');
	for (size_t i = 0; i < conf->n_allow; i++)
		json_put_cstr(&c->o, NULL, conf->allow[i]);
	json_close(&c->o);
	json_put_i64(&c->o, "poll_ms", conf->poll_ms);
	json_put_u64(&c->o, "connections", conf->connections);
	json_put_cstr(&c->o, "tls", conf_tls_name(conf->tls));
	json_put_cstr(&c->o, "version", ENTENTE_VERSION);
	put_time(&c->o, "started", c->api->started_ms);
	json_put_bool(&c->o, "signs", !(c->node->unfit && *c->node->unfit));
	json_put_bool(&c->o, "public", conf->is_public);
	json_close(&c->o);
	return 0;
}

/* ---- search ---- */

/* Hits of one answer; and of the newest so many, those whose title fits come first. */
#define SEARCH_MAX 50

struct searching {
	struct call *c;
	struct slice words; /* as typed */
	enum mode mode;
	size_t left;
};

/* Letters of ASCII alike in both cases; enough to find a label or an office. */
static bool holds(struct slice text, struct slice words)
{
	for (size_t at = 0; words.n && at + words.n <= text.n; at++)
		if (strncasecmp((const char *)text.p + at, (const char *)words.p, words.n) == 0)
			return true;
	return false;
}

/* Every word that was typed is in it, the last one perhaps only begun: as search_query() asks of the whole text. */
static bool title_fits(struct slice title, struct slice words)
{
	struct buf have CLEANUP_BUF = BUF(title.n + 1), want CLEANUP_BUF = BUF(words.n + 1);
	struct slice rest, word, other;

	words_fold(&have, title);
	words_fold(&want, words);
	for (rest = buf_slice(&want); slice_cut(&rest, ' ', &word);) {
		struct slice there = buf_slice(&have);
		bool found = false;

		while (!found && slice_cut(&there, ' ', &other))
			found = rest.n ? slice_eq(other, word)
				       : other.n >= word.n && memcmp(other.p, word.p, word.n) == 0;
		if (!found)
			return false;
	}
	return true;
}

/* `kind` of a record, else none. */
static void put_hit(struct searching *s, const struct world *w, const char *type, struct slice kind,
	const char *id, struct slice title, struct slice label, const char *mode, int64_t time_ms)
{
	struct json_out *o = &s->c->o;

	json_open(o, '{');
	json_put_cstr(o, "type", type);
	put_text(o, "kind", kind);
	put_coalition(o, "coalition", &w->coalition.id);
	json_put_string(o, "coalition_name", w->coalition.founding.name);
	json_put_cstr(o, "id", id);
	json_put_string(o, "title", title);
	put_text(o, "label", label);
	json_put_cstr(o, "mode", mode);
	put_time(o, "time", time_ms);
	json_close(o);
	s->left--;
}

/* What is called so comes before what only says so; of each the newest first. */
static int search_records(struct searching *s, const struct world *w)
{
	struct call *c = s->c;
	struct reader r = caller_reader(&c->caller, w, c->shown);
	struct reader looking = reader_unnoted(&r);
	struct record_query q = {.mode = s->mode, .text = s->words, .limit = SEARCH_MAX};
	struct record *list;
	size_t n;

	TRY(record_list(w, c->db, &looking, &q, c->arena, &list, &n, &c->why));
	for (int called = 1; called >= 0; called--)
		for (size_t i = 0; i < n && s->left; i++) {
			struct slice title = record_title(&list[i], c->arena);
			char id[OBJECT_TEXT + 1];

			if (title_fits(title, s->words) != called)
				continue;
			object_format(&list[i].object, id);
			put_hit(s, w, "record", list[i].kind, id, title, list[i].label,
				mode_name(list[i].mode), list[i].time_ms);
			readings_records(&r, w, &list[i], 1);
		}
	return 0;
}

static void search_parties(struct searching *s, const struct world *w)
{
	for (size_t i = 0; i < w->n_party && s->left; i++) {
		const char *label = world_party_label(w, &w->party[i].id, s->c->arena);
		char id[ID_TEXT + 1];

		id_format(&w->party[i].id, id);
		if (holds(slice_str(label), s->words) || holds(slice_str(id), s->words))
			put_hit(s, w, "party", SLICE_NONE, id, slice_str(label), SLICE_NONE, NULL,
				0);
	}
}

static int search_statements(struct searching *s, const struct world *w)
{
	/* The newest ones; older ones are in the list of statements. */
	struct act_query q = {.kind = SLICE("statement/1"), .mode = s->mode, .limit = 500};
	struct act_seen *list;
	size_t n;
	bool more;

	TRY(act_browse(w, s->c->db, &q, s->c->arena, &list, &n, &more, &s->c->why));
	for (size_t i = 0; i < n && s->left; i++) {
		const struct act_body *b = &list[i].body;
		const struct hash *leaf = &list[i].leaf;

		if (!list[i].has_body ||
			!(holds(b->prose, s->words) || holds(b->speaker, s->words) ||
				holds(b->about_label, s->words)))
			continue;
		char id[65];
		hex_encode(leaf->b, 32, id);
		put_hit(s, w, "statement", SLICE_NONE, id,
			slice_str(arena_printf(s->c->arena, "%.*s: %.*s", SLICE_FMT(b->speaker),
				SLICE_FMT(b->about_label))),
			SLICE_NONE, mode_name(list[i].mode), list[i].time_ms);
	}
	return 0;
}

static int search_one(struct searching *s, const struct id *coalition)
{
	const struct roles *roles = &s->c->caller.roles;
	struct world w;

	TRY(world_load(&w, s->c->node, s->c->db, coalition, s->c->arena, &s->c->why));
	if (roles->of[AREA_RECORDS] >= ROLE_READER && s->left)
		TRY(search_records(s, &w));
	if (roles->of[AREA_PACT] >= ROLE_READER && s->left) {
		search_parties(s, &w);
		TRY(search_statements(s, &w));
	}
	return 0;
}

int api_search(struct call *c)
{
	struct slice limit = request_query(c->req, "limit");
	struct searching s = {.c = c, .words = slice_trim(request_query(c->req, "q"))};
	uint64_t left = 20;
	struct coalition *list;
	size_t n;

	if (limit.n && (slice_u64(limit, &left) < 0 || left < 1 || left > SEARCH_MAX))
		return why_set(&c->why, E_INVALID, "limit", "is a number from 1 to %d", SEARCH_MAX);
	if (s.words.n > 256 || utf8_bad_at(s.words) >= 0 || slice_find(s.words, 0) >= 0)
		return why_set(&c->why, E_INVALID, "q", "is at most 256 bytes of UTF-8");
	TRY(call_query_mode(c, &s.mode));
	s.left = (size_t)left;
	TRY(coalition_list(c->db, c->arena, &list, &n, &c->why));
	json_open(&c->o, '{');
	json_open_at(&c->o, "items", '[');
	for (size_t i = 0; i < n && s.words.n; i++)
		TRY(search_one(&s, &list[i].id));
	c->shown->how = "list";
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}
