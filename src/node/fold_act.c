/* fold_act.c: acts go to the pact's tables, where standing is computed from them. */
#include "node/fold_int.h"

/* Is this very document in the chain that is known? It may have come by another way, and newer ones with it. */
static bool root_known(struct fold_at *at, struct slice plain)
{
	struct note *note = arena_new(at->scratch, struct note);
	struct root *r = arena_new(at->scratch, struct root);
	struct root_chain chain;

	if (note_parse(note, at->scratch, plain, NULL) < 0 || root_parse(r, note->text, NULL) < 0 ||
		root_chain_load(at->f->db, &r->member, at->scratch, &chain, NULL) < 0)
		return false;
	return r->version <= chain.n && hash_eq(&chain.version[r->version - 1].hash, &r->hash);
}

/*
 * A root document that does not fit the chain known here is no rule of the log's. It is shown as refused; the act is kept all the same: whether it is one of those
 * that judge its author's acts is settled by the log (pact/pactdb_chain.c).
 */
static int fold_root(struct fold_at *at, struct slice plain, struct why *why)
{
	struct world *w = at->f->world;
	struct id member;
	struct why rule = {0};
	int rc;

	if (at->f->rebuilding) /* root documents are no tables of the fold */
		return 0;
	rc = root_put(at->f->db, plain, &member, &rule);
	if (rc == 0 || (fold_rule(rc) && root_known(at, plain)))
		return 0;
	if (!fold_rule(rc)) {
		if (why)
			*why = rule;
		return rc;
	}
	return refusal_put(at->f->db, w->coalition.row, &at->log->id.member, "root", &rule,
		env_now_ms(&w->node->env), why);
}

int fold_act(struct fold_at *at, struct slice plain, struct why *why)
{
	struct fold *f = at->f;
	enum act_kind kind = act_kind_of(at->kind);
	struct act_body *body = arena_new(at->scratch, struct act_body);
	struct charter *charter = arena_new(at->scratch, struct charter);
	struct why rule = {0};
	struct hash leaf;
	int rc;

	f->acts_changed = true;
	f->folded++;
	if (kind == ACT_ROOT) {
		if ((rc = fold_root(at, plain, why)) < 0)
			return rc;
	} else if (kind == ACT_CHARTER) {
		rc = charter_parse(charter, at->scratch, plain, &rule);
		if (rc == 0)
			return charter_put(f->db, f->world->coalition.row, plain, why);
	} else {
		rc = act_body_parse(body, at->scratch, kind, plain, &rule);
	}
	if (rc < 0)
		return fold_flag(f, at->log, at->seq, 0, "act", &rule, why);
	leaf = hash_leaf(at->bytes);
	return act_put(f->db, at->log->row, at->seq, at->kind, &leaf, at->bytes, plain, why);
}
