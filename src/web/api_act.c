/* api_act.c: acts: listed, prepared for an officer's key, and taken back signed. */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"
#include "node/browse.h"
#include "node/public.h"
#include "node/sense.h"

#define WAITING_MS     DAY_MS
#define WAITING_MAX    256
#define PREPARED_BYTES (2 * MIB)

/* ---- listing ---- */

/* Whom the act is about, if that is in its body. */
static void put_about(struct call *c, const struct act_seen *a)
{
	if (a->has_body && a->body.has_member)
		put_party(c, "about", &a->body.member);
	else if (a->has_body && a->body.has_about)
		put_party(c, "about", &a->body.about);
	else
		json_put_null(&c->o, "about");
}

static void put_act(struct call *c, const struct act_seen *a, bool body)
{
	json_open(&c->o, '{');
	put_id(&c->o, "member", &a->log.member);
	json_put_cstr(&c->o, "label", world_party_label(&c->world, &a->log.member, c->arena));
	json_put_u64(&c->o, "epoch", a->log.epoch);
	json_put_u64(&c->o, "seq", a->seq);
	put_hash(&c->o, "leaf", &a->leaf);
	json_put_string(&c->o, "kind", a->kind);
	json_put_cstr(&c->o, "mode", mode_name(a->mode));
	put_time(&c->o, "time", a->time_ms);
	if (a->has_officer)
		put_id(&c->o, "officer", &a->officer);
	else
		json_put_null(&c->o, "officer");
	put_about(c, a);
	json_put_u64(&c->o, "witnessed", a->witnessed);
	json_put_u64(&c->o, "witnesses_needed", a->need);
	if (body)
		json_put_string(&c->o, "body", a->text);
	json_close(&c->o);
}

static int after_read(struct call *c, const struct api_page *p, struct act_query *q)
{
	int64_t number[3];
	struct slice rest;

	q->limit = p->limit;
	q->has_after = p->after.p != NULL;
	if (!q->has_after)
		return 0;
	TRY(cursor_read(c, p->after, number, 3, &rest));
	q->after_ms = number[0];
	q->after_log = number[1];
	q->after_seq = number[2];
	return 0;
}

static struct slice after_make(struct call *c, const struct act_seen *a)
{
	const int64_t number[] = {a->time_ms, a->log_row, (int64_t)a->seq};

	return cursor_make(c, number, 3, SLICE_NONE);
}

int api_acts(struct call *c)
{
	struct api_page p;
	struct act_query q = {.kind = request_query(c->req, "kind")};
	struct slice member = request_query(c->req, "member");
	struct act_seen *list;
	size_t n;
	bool more;

	TRY(call_page(c, &p));
	TRY(after_read(c, &p, &q));
	q.has_member = member.n > 0;
	if (q.has_member && id_parse(member, &q.member) < 0)
		return why_set(&c->why, E_INVALID, "member", "is no id of a member");
	if (q.kind.n && act_kind_of(q.kind) == ACT_NONE)
		return why_set(&c->why, E_INVALID, "kind", "is no kind of act");
	TRY(act_browse(&c->world, c->db, &q, c->arena, &list, &n, &more, &c->why));
	page_open(c);
	for (size_t i = 0; i < n; i++)
		put_act(c, &list[i], false);
	page_close(c, more ? after_make(c, &list[n - 1]) : SLICE_NONE);
	return 0;
}

int api_act(struct call *c)
{
	struct act_query q = {.has_leaf = true, .limit = 1};
	struct act_seen *list;
	size_t n = 0;
	bool more;

	if (hex_decode(c->param[1], q.leaf.b, sizeof(q.leaf.b)) == 0)
		TRY(act_browse(&c->world, c->db, &q, c->arena, &list, &n, &more, &c->why));
	if (n == 0)
		return why_set(&c->why, E_MISSING, "", "there is no such act");
	put_act(c, &list[0], true);
	return 0;
}

/* ---- statements ---- */

static void put_statement(struct call *c, const struct act_seen *a, bool is_public)
{
	const struct act_body *b = &a->body;

	json_open(&c->o, '{');
	json_put_string(&c->o, "about", b->about_label);
	json_put_string(&c->o, "speaker", b->speaker);
	json_put_string(&c->o, "said", b->said);
	json_put_string(&c->o, "where", b->where);
	json_put_cstr(&c->o, "claim", claim_name(b->claim));
	json_put_string(&c->o, "quote", b->prose);
	if (b->source.n)
		json_put_string(&c->o, "source", b->source);
	if (b->file.n)
		json_put_string(&c->o, "file", b->file);
	if (b->lang.n)
		json_put_string(&c->o, "lang", b->lang);
	put_id(&c->o, "recorded_by", &a->log.member);
	json_put_cstr(
		&c->o, "recorded_by_label", world_party_label(&c->world, &a->log.member, c->arena));
	json_put_cstr(&c->o, "mode", mode_name(a->mode));
	json_put_u64(&c->o, "seq", a->seq);
	put_hash(&c->o, "leaf", &a->leaf);
	put_time(&c->o, "recorded", a->time_ms);
	json_put_bool(&c->o, "public", is_public);
	json_close(&c->o);
}

int api_statements(struct call *c)
{
	struct api_page p;
	struct act_query q = {
		.kind = SLICE("statement/1"), .about = request_query(c->req, "about")};
	struct act_seen *list;
	struct hash *leaf;
	size_t n, n_leaf;
	bool more;

	TRY(call_page(c, &p));
	TRY(after_read(c, &p, &q));
	TRY(call_query_mode(c, &q.mode));
	TRY(act_browse(&c->world, c->db, &q, c->arena, &list, &n, &more, &c->why));
	TRY(public_leaves(&c->world, c->db, c->arena, &leaf, &n_leaf, &c->why));
	page_open(c);
	for (size_t i = 0; i < n; i++)
		if (list[i].has_body)
			put_statement(c, &list[i], public_has(leaf, n_leaf, &list[i].leaf));
	page_close(c, more ? after_make(c, &list[n - 1]) : SLICE_NONE);
	return 0;
}

static int statement_read(struct call *c, struct act_body *b, enum mode *ret_mode)
{
	static const char *const known[] = {"about", "speaker", "said", "where", "claim", "quote",
		"source", "file", "lang", "mode", NULL};
	struct slice claim;

	TRY(call_only(c, known));
	TRY(call_need(c, "about", 256, &b->about_label));
	TRY(call_need(c, "speaker", 512, &b->speaker));
	TRY(call_need(c, "said", 64, &b->said));
	TRY(call_need(c, "where", 512, &b->where));
	TRY(call_need(c, "claim", 32, &claim));
	TRY(call_need(c, "quote", LIMIT_STATEMENT_BYTES, &b->prose));
	TRY(call_want(c, "source", 2048, &b->source));
	TRY(call_want(c, "file", 64, &b->file));
	TRY(call_want(c, "lang", 64, &b->lang));
	TRY(call_mode(c, ret_mode));
	if (claim_parse(claim, &b->claim) < 0)
		return why_set(&c->why, E_INVALID, "/claim",
			"is member, will-join, not-decided, not-member, left or other");
	/* A party, if it is one; any name otherwise. */
	b->has_about = call_party(c, "about", &b->about) == 0;
	if (b->has_about && id_parse(b->about_label, &(struct id){0}) == 0)
		b->about_label = slice_str(world_party_label(&c->world, &b->about, c->arena));
	c->why = (struct why){0};
	return 0;
}

void put_written(struct call *c, const char *kind, const struct written *w)
{
	json_open(&c->o, '{');
	if (kind)
		json_put_cstr(&c->o, "kind", kind);
	json_put_u64(&c->o, "seq", w->seq);
	put_hash(&c->o, "leaf", &w->leaf);
	put_object(&c->o, "object", &w->object);
	json_close(&c->o);
}

/* The model speaks of lines and quotes the field; here it is a member of the request. */
static const char *member_of(struct call *c, const struct why *why)
{
	struct slice text = slice_str(why->text), field;

	if (!slice_take(&text, "\"") || !slice_cut_exact(&text, '"', &field))
		return slice_starts(slice_str(why->text), "the prose") ? "/quote" : "";
	if (slice_is(field, "about-label"))
		return "/about";
	return arena_printf(c->arena, "/%.*s", SLICE_FMT(field));
}

static int body_checked(struct call *c, const struct act_body *body, struct slice *ret_text)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct act_body again;
	struct why why = {0};

	act_body_print(body, &b);
	*ret_text = arena_copy(c->arena, buf_slice(&b));
	if (buf_over(&b))
		return why_set(&c->why, E_LIMIT, "", "the act would be too large");
	int rc = act_body_parse(&again, c->arena, body->kind, *ret_text, &why);
	if (rc < 0)
		return why_set(&c->why, E_INVALID, member_of(c, &why), "%s", why.text);
	return 0;
}

int api_statement_new(struct call *c)
{
	struct act_body body = {.kind = ACT_STATEMENT};
	struct draft d = {.kind = SLICE("statement/1"), .all = true, .media = SLICE(ACT_MEDIA)};
	struct written w;

	TRY(statement_read(c, &body, &d.mode));
	TRY(body_checked(c, &body, &d.content));
	TRY(call_write(c, &d, "statement", arena_string(c->arena, body.about_label), &w));
	put_written(c, NULL, &w);
	return 0;
}

/* ---- prepare ---- */

static int draft_of(struct call *c, const struct act_body *body, enum mode mode,
	const struct entry_ref *ref, struct draft *ret)
{
	*ret = (struct draft){.mode = mode,
		.kind = slice_str(act_rules[body->kind].kind),
		.all = true,
		.media = SLICE(ACT_MEDIA),
		.ref = ref,
		.n_ref = ref ? 1 : 0};
	return body_checked(c, body, &ret->content);
}

/* "ratify-BGR.prepared"; a label is anything, so only what is harmless in a file name. */
static const char *file_name(struct call *c, const struct act_body *body)
{
	struct buf b CLEANUP_BUF = BUF(128);
	struct slice rest = slice_str(act_rules[body->kind].kind), word;

	if (slice_cut(&rest, '/', &word))
		buf_slice_add(&b, word);
	if (body->has_member) {
		buf_byte(&b, '-');
		for (const char *p = world_party_label(&c->world, &body->member, c->arena);
			*p && b.n < 60; p++)
			if ((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
				(*p >= 'a' && *p <= 'z'))
				buf_byte(&b, (uint8_t)*p);
	}
	buf_str(&b, ".prepared");
	return arena_string(c->arena, buf_slice(&b));
}

static int prepare(
	struct call *c, const struct act_body *body, enum mode mode, const struct entry_ref *ref)
{
	struct draft d;
	struct log log;

	TRY(draft_of(c, body, mode, ref, &d));
	TRY(world_own_log(&c->world, c->db, &log, &c->why));
	TRY(world_seen(&c->world, c->db, c->arena, &d.act_seen, &d.n_act_seen, &c->why));
	TRY(draft_prepare(&d, &c->world, &log.id, c->arena, &c->out, &c->why));
	call_attach(c, "text/plain; charset=utf-8", file_name(c, body));
	if (c->world.standing.charter->two_person & act_rules[body->kind].scope)
		response_header(c->req, "X-Entente-Two-Person", "true");
	return 0;
}

int api_act_prepare(struct call *c)
{
	struct act_body body = {0};
	const struct entry_ref *ref = NULL;
	enum mode mode;

	TRY(call_read(c));
	int rc = wish_read(c, &body, &mode, &ref);
	if (rc == 0)
		rc = prepare(c, &body, mode, ref);
	call_read_end(c);
	return rc;
}

int api_act_interest(struct call *c)
{
	static const char *const known[] = {"mode", NULL};
	struct act_body body = {.kind = ACT_INTEREST, .charter = c->world.coalition.founding.hash};
	struct draft d;
	struct written w;
	enum mode mode;

	TRY(call_only(c, known));
	TRY(call_mode(c, &mode));
	TRY(draft_of(c, &body, mode, NULL, &d));
	TRY(call_write(c, &d, "act interest/1", "", &w));
	put_written(c, "interest/1", &w);
	return 0;
}

/* ---- submit ---- */

struct waiting {
	char id[33]; /* of the prepared act, whoever signed it */
	bool found;
	struct id officer;
	int64_t account;
};

/* The same prepared act has the same salt and entry: what stands before the signature. */
static void waiting_id(struct slice file, char ret[33])
{
	ptrdiff_t at = slice_search(file, SLICE("\nsignature "));
	struct hash h = hash_bytes(at < 0 ? file : slice_sub(file, 0, (size_t)at));

	hex_encode(h.b, 16, ret);
}

static int waiting_load(struct call *c, struct waiting *w)
{
	struct stmt *s = db_stmt(
		c->db, "SELECT officer, account FROM act_waiting WHERE id = $1 AND made_ms > $2");
	int rc;

	db_bind_text(s, 1, slice_str(w->id));
	db_bind_i64(s, 2, env_now_ms(&c->node->env) - WAITING_MS);
	rc = db_step(s, &c->why);
	w->found = rc == DB_ROW;
	if (w->found && db_blob(s, 0).n == 16) {
		memcpy(w->officer.b, db_blob(s, 0).p, 16);
		w->account = db_i64(s, 1);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int waiting_drop(struct call *c, const char *id, bool *ret_was)
{
	struct stmt *s = db_stmt(c->db, "DELETE FROM act_waiting WHERE id = $1");

	db_bind_text(s, 1, slice_str(id));
	TRY(db_run(s, &c->why));
	*ret_was = db_changes(c->db) > 0;
	return 0;
}

static int waiting_sweep(struct call *c)
{
	struct stmt *s = db_stmt(c->db, "DELETE FROM act_waiting WHERE made_ms <= $1");

	db_bind_i64(s, 1, env_now_ms(&c->node->env) - WAITING_MS);
	return db_run(s, &c->why);
}

static int waiting_put(
	struct call *c, const struct waiting *w, const struct draft *d, struct slice file)
{
	struct stmt *s = db_stmt(c->db,
		"INSERT INTO act_waiting (id, coalition, kind, officer, account, made_ms, file) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING");

	TRY(call_begin(c));
	int rc = waiting_sweep(c);
	if (rc == 0) {
		db_bind_text(s, 1, slice_str(w->id));
		db_bind_blob(s, 2, id_slice(&c->world.coalition.id));
		db_bind_text(s, 3, d->kind);
		db_bind_blob(s, 4, id_slice(&d->officer));
		db_bind_i64(s, 5, caller_account(&c->caller));
		db_bind_i64(s, 6, env_now_ms(&c->node->env));
		db_bind_blob(s, 7, file);
		rc = db_run(s, &c->why);
	}
	if (rc == 0)
		rc = call_audit(c, "act first officer", w->id);
	return call_commit(c, rc);
}

/* What stands in the file, for people: all before the salt. */
static void put_waiting(struct call *c, const char *id, struct slice kind, struct slice by,
	const struct id *officer, int64_t made_ms, struct slice file)
{
	json_open(&c->o, '{');
	json_put_cstr(&c->o, "id", id);
	json_put_string(&c->o, "kind", kind);
	json_put_string(&c->o, "by", by);
	put_id(&c->o, "officer", officer);
	put_time(&c->o, "made", made_ms);
	json_put_string(&c->o, "text", file);
	json_close(&c->o);
}

static int second_officer(struct call *c, const struct waiting *w, const struct draft *d)
{
	if (id_eq(&w->officer, &d->officer))
		return why_set(&c->why, E_STATE, "",
			"a second officer has to sign it: this is the first again");
	if (w->account == caller_account(&c->caller))
		return why_set(&c->why, E_STATE, "", "a second person has to submit it");
	return 0;
}

/* Signature, scope and all rules, before the first of two waits. */
static int draft_holds(struct call *c, const struct draft *d)
{
	struct root_chain own;

	TRY(call_read(c));
	int rc = root_chain_load(c->db, &c->node->self, c->arena, &own, &c->why);
	if (rc == 0)
		rc = draft_check(d, &c->world, &own, &c->why);
	call_read_end(c);
	return rc;
}

/* *ret_second: the signature that waits for this one; NULL if this is the first, which waits now. */
static int submit_two(
	struct call *c, const struct draft *d, struct slice file, const char **ret_second)
{
	struct waiting w = {0};

	*ret_second = NULL;
	waiting_id(file, w.id);
	TRY(draft_holds(c, d));
	TRY(waiting_load(c, &w));
	if (!w.found) {
		TRY(waiting_put(c, &w, d, file));
		c->status = 202;
		put_waiting(c, w.id, d->kind, c->caller.account.name, &d->officer,
			env_now_ms(&c->node->env), file);
		return 0;
	}
	TRY(second_officer(c, &w, d));
	*ret_second = arena_printf(c->arena, "%s", w.id);
	return 0;
}

/* Only now: while nothing was written the first signature waits on. */
static int waiting_done(struct call *c, const char *id)
{
	bool was;

	TRY(call_begin(c));
	int rc = waiting_drop(c, id, &was);
	if (rc == 0)
		rc = call_audit(c, "act second officer", id);
	return call_commit(c, rc);
}

/* What has been written is not written once more, and what makes no sense by now not at all: an old file may come back after the act was undone. */
static int draft_still_sensible(struct call *c, const struct draft *d)
{
	TRY(call_read(c));
	int rc = draft_sense(d, &c->world, c->db, &c->why);
	call_read_end(c);
	return rc;
}

int api_act_submit(struct call *c)
{
	struct slice file = c->req->body;
	struct draft d;
	struct written w;
	struct id coalition;
	const char *second = NULL;

	TRY(prepared_read(file, c->arena, &d, &coalition, &c->why));
	if (!id_eq(&coalition, &c->world.coalition.id))
		return why_set(&c->why, E_INVALID, "", "the act is for another coalition");
	TRY(draft_still_sensible(c, &d));
	enum act_kind kind = act_kind_of(d.kind);
	bool two = c->world.standing.charter->two_person & act_rules[kind].scope;
	if (two)
		TRY(submit_two(c, &d, file, &second));
	if (two && !second)
		return 0;
	char officer[ID_TEXT + 1];
	id_format(&d.officer, officer);
	TRY(call_write(c, &d, arena_printf(c->arena, "act %s", act_rules[kind].kind),
		arena_printf(c->arena, "officer %s", officer), &w));
	/* It is written: that the first signature waits on until its day is over undoes nothing. */
	if (second && waiting_done(c, second) < 0)
		report(REPORT_WARN, "the first signature of an act that is written waits on: %s",
			c->why.text);
	put_written(c, act_rules[kind].kind, &w);
	return 0;
}

/* ---- those that wait ---- */

int api_acts_pending(struct call *c)
{
	struct stmt *s = db_stmt(c->db,
		"SELECT w.id, w.kind, a.name, w.officer, w.made_ms, w.file FROM act_waiting w "
		"JOIN account a ON a.row = w.account WHERE w.coalition = $1 AND w.made_ms > $2 "
		"ORDER BY w.made_ms DESC, w.id LIMIT $3");
	struct id officer = {0};
	int rc;

	db_bind_blob(s, 1, id_slice(&c->world.coalition.id));
	db_bind_i64(s, 2, env_now_ms(&c->node->env) - WAITING_MS);
	db_bind_i64(s, 3, WAITING_MAX);
	page_open(c);
	while ((rc = db_step(s, &c->why)) == DB_ROW) {
		if (db_blob(s, 3).n == 16)
			memcpy(officer.b, db_blob(s, 3).p, 16);
		put_waiting(c, arena_string(c->arena, db_text(s, 0)), db_text(s, 1), db_text(s, 2),
			&officer, db_i64(s, 4), db_blob(s, 5));
	}
	db_reset(s);
	page_close(c, SLICE_NONE);
	return rc;
}

/* For the second officer: the same act, with the names of those who may sign it. */
int api_act_pending_file(struct call *c)
{
	struct stmt *s = db_stmt(c->db, "SELECT kind, file FROM act_waiting WHERE id = $1 AND "
					"coalition = $2 AND made_ms > $3");
	struct slice file = SLICE_NONE, kind = SLICE_NONE, name;
	int rc;

	if (c->param[1].n != 32 || utf8_bad_at(c->param[1]) >= 0)
		return why_set(&c->why, E_MISSING, "", "no such act waits");
	db_bind_text(s, 1, c->param[1]);
	db_bind_blob(s, 2, id_slice(&c->world.coalition.id));
	db_bind_i64(s, 3, env_now_ms(&c->node->env) - WAITING_MS);
	rc = db_step(s, &c->why);
	if (rc == DB_ROW) {
		kind = arena_copy(c->arena, db_text(s, 0));
		file = arena_copy(c->arena, db_blob(s, 1));
	}
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(&c->why, E_MISSING, "", "no such act waits");
	TRY(rc < 0 ? rc : 0);
	TRY(prepared_again(file, &c->world, c->db, c->arena, &c->out, &c->why));
	if (!slice_cut(&kind, '/', &name))
		name = SLICE("act");
	call_attach(c, "text/plain; charset=utf-8",
		arena_printf(c->arena, "%.*s-second.prepared", SLICE_FMT(name)));
	return 0;
}

int api_act_pending_drop(struct call *c)
{
	struct waiting w = {0};
	bool was = false;

	if (c->param[1].n != 32)
		return why_set(&c->why, E_MISSING, "", "no such act waits");
	memcpy(w.id, c->param[1].p, 32);
	TRY(waiting_load(c, &w));
	if (!w.found)
		return why_set(&c->why, E_MISSING, "", "no such act waits");
	TRY(call_begin(c));
	int rc = waiting_drop(c, w.id, &was);
	if (rc == 0)
		rc = call_audit(c, "act waiting dropped", w.id);
	return call_commit(c, rc);
}
