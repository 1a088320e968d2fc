/* api_coalition.c: coalitions, their standing and parties. */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "node/browse.h"
#include "node/status.h"

#include <limits.h>

/* ---- coalitions ---- */

/* The class that this caller is cleared for here. */
static void put_clearance(struct call *c, const struct reader *r, const struct charter *charter)
{
	if (r->no_clearance)
		json_put_null(&c->o, "clearance");
	else if (r->clearance_level == UINT_MAX)
		json_put_cstr(&c->o, "clearance", CLEARANCE_ALL);
	else
		json_put_string(&c->o, "clearance", charter->ladder[r->clearance_level]);
}

static int put_one(struct call *c, const struct id *id)
{
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct world w;

	TRY(world_load(&w, c->node, c->db, id, &scratch, &c->why));
	struct reader r = caller_reader(&c->caller, &w, NULL);
	json_open(&c->o, '{');
	put_coalition(&c->o, "id", id);
	json_put_string(&c->o, "name", w.coalition.founding.name);
	json_put_bool(&c->o, "in_force", w.standing.in_force);
	json_put_bool(&c->o, "self_is_member", w.self_is_member);
	json_put_u64(&c->o, "members", w.standing.n_member);
	json_put_u64(&c->o, "parties", w.n_party);
	json_open_at(&c->o, "charter", '{');
	json_put_u64(&c->o, "version", w.standing.charter->version);
	put_hash(&c->o, "hash", &w.standing.charter->hash);
	json_close(&c->o);
	put_clearance(c, &r, w.standing.charter);
	json_close(&c->o);
	return 0;
}

int api_coalitions(struct call *c)
{
	struct coalition *list;
	size_t n;

	TRY(coalition_list(c->db, c->arena, &list, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n; i++)
		TRY(put_one(c, &list[i].id));
	page_close(c, SLICE_NONE);
	return 0;
}

int api_status(struct call *c)
{
	struct coalition *list;
	size_t n;

	TRY(coalition_list(c->db, c->arena, &list, &n, &c->why));
	json_open(&c->o, '{');
	put_id(&c->o, "member", &c->node->self);
	json_put_cstr(&c->o, "label", c->node->conf.label);
	json_open_at(&c->o, "coalitions", '[');
	for (size_t i = 0; i < n; i++) {
		struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
		struct world w;

		TRY(world_load(&w, c->node, c->db, &list[i].id, &scratch, &c->why));
		struct reader r = caller_reader(&c->caller, &w, NULL);
		TRY(status_json_for(&w, c->db, &r, &c->o, &c->why));
	}
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

int api_coalition(struct call *c)
{
	return status_json_for(&c->world, c->db, &c->reader, &c->o, &c->why);
}

/* ---- parties ---- */

int api_parties(struct call *c)
{
	page_open(c);
	TRY(status_part_json(&c->world, c->db, &c->reader, STATUS_PARTIES, NULL, &c->o, &c->why));
	page_close(c, SLICE_NONE);
	return 0;
}

static void put_officers(struct call *c, const struct root *r)
{
	json_open_at(&c->o, "officers", '[');
	for (size_t i = 0; i < r->n_officer; i++) {
		json_open(&c->o, '{');
		put_id(&c->o, "id", &r->officer[i].id);
		put_scopes(c, "scopes", r->officer[i].scopes);
		put_time(&c->o, "until", r->officer[i].until_ms);
		json_close(&c->o);
	}
	json_close(&c->o);
}

static int put_keys(struct call *c, const struct id *member)
{
	struct root_chain chain;
	struct buf words CLEANUP_BUF = BUF(KIB);
	int rc = root_chain_load(c->db, member, c->arena, &chain, &c->why);

	if (rc == E_MISSING || (rc == 0 && chain.n == 0)) {
		json_put_null(&c->o, "keys");
		return 0;
	}
	TRY(rc);
	const struct root *r = root_latest(&chain);
	root_fingerprint_words(&chain.version[0].hash, &words);
	json_open_at(&c->o, "keys", '{');
	json_put_u64(&c->o, "version", r->version);
	put_hash(&c->o, "fingerprint", &chain.version[0].hash);
	json_put_string(&c->o, "words", buf_slice(&words));
	json_put_u64(&c->o, "threshold", r->threshold);
	json_put_u64(&c->o, "root_keys", r->n_key);
	put_officers(c, r);
	put_words(c, "endpoints", r->endpoint, r->n_endpoint);
	json_open_at(&c->o, "tls", '[');
	for (size_t i = 0; i < r->n_tls; i++)
		put_hash(&c->o, NULL, &r->tls[i]);
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

int api_party(struct call *c)
{
	struct id member;

	if (id_parse(c->param[1], &member) < 0)
		return why_set(&c->why, E_MISSING, "", "there is no such party here");
	TRY(status_part_json(
		&c->world, c->db, &c->reader, STATUS_PARTIES, &member, &c->o, &c->why));
	/* The object goes on. */
	MUST(c->out.n > 0 && c->out.p[c->out.n - 1] == '}');
	buf_cut(&c->out, c->out.n - 1);
	c->o.closer[c->o.depth++] = '}';
	c->o.comma = true;
	TRY(put_keys(c, &member));
	json_close(&c->o);
	return 0;
}

int api_fork(struct call *c)
{
	struct fork_row *fork;
	struct hash digest;
	size_t n;

	TRY(fork_list(c->db, c->world.coalition.row, c->arena, &fork, &n, &c->why));
	if (hex_decode(c->param[1], digest.b, sizeof(digest.b)) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		struct hash h = hash_bytes(fork[i].proof);

		if (!hash_eq(&h, &digest))
			continue;
		buf_slice_add(&c->out, fork[i].proof);
		call_attach(c, "text/plain; charset=utf-8", "fork.txt");
		return 0;
	}
	return why_set(&c->why, E_MISSING, "", "there is no such proof");
}
