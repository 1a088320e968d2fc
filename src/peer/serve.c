/*
 * serve.c: from a request to its answer: who asks, for what, in which coalition. Logs are served in
 * serve_log.c, contents in serve_payload.c, the long poll in serve_heads.c.
 *
 *	invariants
 *	1. Nobody but a party of the coalition learns that it exists here.
 *	2. Everything but POST proof runs in one read transaction, so an answer is of one moment.
 *	3. Bytes of an entry or of content leave only after pact/release.h has said yes.
 */
#include "peer/serve_int.h"

#include "base/limits.h"
#include "base/report.h"
#include "peer/forkfind.h"
#include "peer/heads.h"
#include "json/json.h"

static void answer_problem(struct peer_answer *a, const struct why *why)
{
	struct json_out o;
	int code = why->code < 0 ? why->code : E_IO;

	buf_clear(&a->body);
	a->status = why_http(code);
	a->type = "application/problem+json";
	o = json_out(&a->body);
	json_open(&o, '{');
	json_put_cstr(&o, "title", why_name(code));
	json_put_u64(&o, "status", a->status);
	/* Details of a 404 or of a failure here are nobody's business. */
	if (code != E_MISSING && code != E_IO)
		json_put_cstr(&o, "detail", why->text);
	json_close(&o);
}

static int notes_add(struct serving *s, struct stmt *st, struct why *why)
{
	int rc;

	db_bind_i64(st, 1, s->world.coalition.row);
	db_bind_blob(st, 2, id_slice(&s->path.log.member));
	while ((rc = db_step(st, why)) == DB_ROW)
		frame32_add(&s->answer->body, db_blob(st, 2));
	db_reset(st);
	return rc;
}

static int serve_roots(struct serving *s, struct why *why)
{
	root_digests list = {0};
	int rc = heads_roots(s->db, s->world.coalition.row, &list, why);

	s->answer->type = "text/plain; charset=utf-8";
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		root_digest_print(&s->answer->body, &list.p[i]);
	vec_free(&list);
	return rc;
}

/* One member's, which are bounded: those of all are not. */
static int serve_root(struct serving *s, struct why *why)
{
	/* Twins last: each stands behind what it has to be compared with. */
	struct stmt *st = db_stmt(s->db,
		"SELECT r.member, r.version, r.note FROM root r JOIN party p ON p.member = r.member "
		"WHERE p.coalition = $1 AND r.member = $2 ORDER BY r.version");
	int rc = notes_add(s, st, why);

	if (rc < 0)
		return rc;
	if (s->answer->body.n == 0)
		return why_set(why, E_MISSING, "", "no party of this coalition");
	st = db_stmt(s->db,
		"SELECT t.member, t.version, t.note FROM root_twin t JOIN party p ON p.member = t.member "
		"WHERE p.coalition = $1 AND t.member = $2 ORDER BY t.version");
	return notes_add(s, st, why);
}

static int serve_proofs(struct serving *s, struct why *why)
{
	struct fork_row *fork;
	size_t n;
	int rc = fork_list(s->db, s->world.coalition.row, s->arena, &fork, &n, why);

	/* What is kept of a log is bounded, not how many logs have forked: rather some than an answer that nobody takes. */
	for (size_t i = 0; rc >= 0 && i < n; i++)
		if (s->answer->body.n + fork[i].proof.n + 4 <= LIMIT_PEER_ANSWER)
			frame32_add(&s->answer->body, fork[i].proof);
	return rc;
}

static int serve_get(struct serving *s, struct why *why)
{
	switch (s->path.resource) {
	case PEER_HEADS:
		return serve_heads(s, why);
	case PEER_PROOFS:
		return serve_proofs(s, why);
	case PEER_ROOTS:
		return serve_roots(s, why);
	case PEER_ROOT:
		return serve_root(s, why);
	case PEER_CHARTER:
		s->answer->type = "text/plain; charset=utf-8";
		buf_slice_add(&s->answer->body, s->world.coalition.founding.text);
		return 0;
	case PEER_CHECKPOINT:
		return serve_checkpoint(s, why);
	case PEER_TILE:
		return serve_tile(s, why);
	case PEER_PAYLOADS:
		return serve_payloads(s, why);
	case PEER_FILE:
		return serve_file(s, why);
	case PEER_PROOF: /* in a write transaction: take_proof */
		break;
	}
	return why_set(why, E_MISSING, "", "no such thing");
}

/* Whether the caller is a party, and no more: polls come by the hundred, and most have nothing to be told. */
static int find_caller(struct serving *s, struct why *why)
{
	struct stmt *st =
		db_stmt(s->db, "SELECT c.id FROM coalition c JOIN party p ON p.coalition = c.id "
			       "WHERE c.coalition = $1 AND p.member = $2");
	int rc;

	db_bind_blob(st, 1, id_slice(&s->path.coalition));
	db_bind_blob(st, 2, id_slice(&s->req->caller));
	rc = db_step(st, why);
	if (rc == DB_ROW)
		s->world = (struct world){.node = s->node,
			.coalition = {.row = db_i64(st, 0), .id = s->path.coalition}};
	db_reset(st);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "no party of this coalition");
	return rc < 0 ? rc : 0;
}

/* What is the same for every party needs no standing. */
static bool is_for_all(const struct serving *s)
{
	switch (s->path.resource) {
	case PEER_HEADS:
	case PEER_PROOFS:
	case PEER_ROOTS:
	case PEER_ROOT:
	case PEER_CHECKPOINT:
		return true;
	case PEER_TILE:
		return !s->path.tile.entries;
	case PEER_PROOF:
	case PEER_CHARTER:
	case PEER_PAYLOADS:
	case PEER_FILE:
		break;
	}
	return false;
}

static int load_caller(struct serving *s, struct why *why)
{
	const struct standing_party *party;
	bool known = false;
	int rc = world_load(&s->world, s->node, s->db, &s->path.coalition, s->arena, why);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < s->world.n_party; i++)
		known = known || id_eq(&s->world.party[i].id, &s->req->caller);
	if (!known)
		return why_set(why, E_MISSING, "", "no party of this coalition");
	s->reader = world_reader(&s->world, &s->req->caller);
	party = standing_find(&s->world.standing, &s->req->caller);
	for (size_t i = 0; party != NULL && i < party->n_suspended_by; i++)
		s->cut_off = s->cut_off || id_eq(&party->suspended_by[i], &s->node->self);
	return 0;
}

static int serve_reading(struct serving *s, struct why *why)
{
	int rc = db_begin_read(s->db, why), end;

	if (rc < 0)
		return rc;
	rc = is_for_all(s) ? find_caller(s, why) : load_caller(s, why);
	if (rc == 0)
		rc = serve_get(s, why);
	if (rc < 0) {
		db_rollback(s->db);
		return rc;
	}
	end = db_commit(s->db, why);
	return end < 0 ? end : rc;
}

/* May be bytes of anybody, thousands of times a minute: looked at without the lock that writers wait for. */
static int examine_proof(struct serving *s, struct why *why)
{
	int rc = db_begin_read(s->db, why);

	if (rc < 0)
		return rc;
	rc = load_caller(s, why);
	if (rc == 0)
		rc = fork_examine(&s->world, s->db, s->req->body, s->arena, why);
	db_rollback(s->db);
	return rc;
}

static int take_proof(struct serving *s, struct why *why)
{
	bool news = false;
	int rc = examine_proof(s, why);

	if (rc < 0 || (rc = db_begin(s->db, why)) < 0)
		return rc;
	rc = load_caller(s, why);
	if (rc == 0)
		rc = fork_receive(&s->world, s->db, s->req->body, s->arena, &news, why);
	if (rc < 0) {
		db_rollback(s->db);
		return rc;
	}
	s->answer->status = 204;
	rc = db_commit(s->db, why);
	s->answer->wrote = rc == 0 && news;
	return rc;
}

static bool method_fits(const struct serving *s)
{
	return strcmp(s->req->method, peer_path_is_post(s->path.resource) ? "POST" : "GET") == 0;
}

int peer_serve(const struct node *node, struct db *db, const struct peer_request *req,
	struct peer_answer *ret)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct serving s = {.node = node, .db = db, .req = req, .arena = &arena, .answer = ret};
	struct why why = {0};
	int rc;

	*ret = (struct peer_answer){.status = 200,
		.type = "application/octet-stream",
		.body = BUF(LIMIT_PEER_ANSWER),
		.fd = -1};
	if (!req->known || peer_path_parse(req->path, &s.path) < 0 || !method_fits(&s))
		rc = why_set(&why, E_MISSING, "", "no such thing");
	else if (s.path.resource == PEER_PROOF)
		rc = take_proof(&s, &why);
	else
		rc = serve_reading(&s, &why);
	if (rc == PEER_PARK)
		return PEER_PARK;
	if (rc >= 0 && buf_over(&ret->body))
		rc = why_set(&why, E_LIMIT, "", "the answer is too long");
	if (rc < 0)
		answer_problem(ret, &why);
	return PEER_ANSWER;
}
