/* api_wish.c: from "ratify Bulgaria" to the body of an act. What the command line has in cmd_act.c, asked for as JSON. */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"

static int wish_accede(struct call *c, struct act_body *b)
{
	static const char *const known[] = {
		"kind", "mode", "observer", "clearance", "label", "text", NULL};
	const struct standing *s = &c->world.standing;

	TRY(call_only(c, known));
	if (s->n_member == 0)
		return why_set(
			&c->why, E_STATE, "", "this node knows of no member yet who could ratify");
	b->charter = s->charter->hash;
	b->ratifier = s->member;
	b->n_ratifier = s->n_member;
	TRY(call_want_bool(c, "observer", &b->observer));
	TRY(call_want(c, "clearance", 512, &b->clearance));
	TRY(call_want(c, "label", 64, &b->label));
	TRY(call_want(c, "text", LIMIT_STATEMENT_BYTES, &b->prose));
	if (!b->clearance.n)
		b->clearance = s->charter->ladder[0];
	if (!b->label.n)
		b->label = slice_str(c->node->conf.label);
	return 0;
}

static int wish_ratify(struct call *c, struct act_body *b, const struct entry_ref **ret_ref)
{
	static const char *const known[] = {"kind", "mode", "member", NULL};
	struct entry_ref *ref = arena_new(c->arena, struct entry_ref);

	TRY(call_only(c, known));
	TRY(call_party(c, "member", &b->member));
	const struct standing_party *p = standing_find(&c->world.standing, &b->member);
	if (!p || hash_is_zero(&p->leaf) || p->n_required == 0)
		return why_set(&c->why, E_STATE, "/member",
			"has made no accession that this node knows and that is witnessed");
	b->has_member = true;
	b->charter = c->world.standing.charter->hash;
	b->accession = p->leaf;
	*ref = (struct entry_ref){
		.member = b->member, .epoch = p->epoch, .seq = p->seq, .leaf = p->leaf};
	*ret_ref = ref;
	return 0;
}

static int wish_withdraw(struct call *c, struct act_body *b)
{
	static const char *const known[] = {"kind", "mode", "effective", "text", NULL};

	TRY(call_only(c, known));
	TRY(call_want_time(c, "effective", &b->effective_ms));
	TRY(call_want(c, "text", LIMIT_STATEMENT_BYTES, &b->prose));
	if (!b->effective_ms)
		b->effective_ms = env_now_ms(&c->node->env);
	return 0;
}

/* Up to where this node has followed that log. */
static int wish_suspend(struct call *c, struct act_body *b)
{
	static const char *const known[] = {"kind", "mode", "member", "reason", NULL};
	struct log *log;
	size_t n;
	bool found = false;

	TRY(call_only(c, known));
	TRY(call_party(c, "member", &b->member));
	TRY(call_want(c, "reason", 512, &b->reason));
	b->has_member = true;
	TRY(world_logs(&c->world, c->db, c->arena, &log, &n, &c->why));
	for (size_t i = 0; i < n; i++) {
		if (!id_eq(&log[i].id.member, &b->member))
			continue;
		b->log_epoch = log[i].id.epoch;
		b->cut = log[i].size;
		b->root = log[i].root;
		found = true;
	}
	if (!found)
		return why_set(&c->why, E_STATE, "/member", "nothing of its log is here yet");
	return 0;
}

static int wish_plain(struct call *c)
{
	static const char *const known[] = {"kind", "mode", NULL};

	return call_only(c, known);
}

/* The founding charter, or one that is proposed. */
static int wish_sign(struct call *c, struct act_body *b)
{
	static const char *const known[] = {"kind", "mode", "charter", NULL};
	struct slice hex = SLICE_NONE;

	TRY(call_only(c, known));
	b->charter = c->world.coalition.founding.hash;
	TRY(call_want(c, "charter", 64, &hex));
	if (hex.n > 0 && hex_decode(hex, b->charter.b, sizeof(b->charter.b)) < 0)
		return why_set(&c->why, E_INVALID, "/charter", "is no hash of a charter");
	return 0;
}

static int wish_resume(struct call *c, struct act_body *b)
{
	static const char *const known[] = {"kind", "mode", "member", NULL};

	TRY(call_only(c, known));
	b->has_member = true;
	return call_party(c, "member", &b->member);
}

static int leaf_read(struct call *c, json_ref ref, size_t at, struct hash *ret)
{
	struct slice text = json_string(&c->doc, ref, c->arena);

	if (hex_decode(text, ret->b, sizeof(ret->b)) < 0)
		return why_set(&c->why, E_INVALID, arena_printf(c->arena, "/leaves/%zu", at),
			"is no leaf hash");
	return 0;
}

static int wish_publish(struct call *c, struct act_body *b)
{
	static const char *const known[] = {"kind", "mode", "leaves", "withdraw", NULL};
	json_ref list = json_get(&c->doc, c->body, "leaves");
	size_t n = 0, kept = 0;

	TRY(call_only(c, known));
	TRY(call_want_bool(c, "withdraw", &b->withdrawn));
	b->leaves = arena_array(c->arena, struct hash, LIMIT_ENTRY_REFS);
	for (json_ref v = json_first(&c->doc, list); v; v = json_next(&c->doc, v), n++) {
		if (n == LIMIT_ENTRY_REFS)
			return why_set(&c->why, E_INVALID, "/leaves", "names more than %d",
				LIMIT_ENTRY_REFS);
		TRY(leaf_read(c, v, n, &b->leaves[n]));
	}
	if (n == 0)
		return why_set(&c->why, E_INVALID, "/leaves",
			"names the leaves of own acts and statements");
	qsort(b->leaves, n, sizeof(*b->leaves), hash_cmp);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !hash_eq(&b->leaves[kept - 1], &b->leaves[i]))
			b->leaves[kept++] = b->leaves[i];
	b->n_leaves = kept;
	return 0;
}

int wish_read(
	struct call *c, struct act_body *ret, enum mode *ret_mode, const struct entry_ref **ret_ref)
{
	static const struct {
		const char *word;
		enum act_kind kind;
	} words[] = {{"sign", ACT_SIGN}, {"interest", ACT_INTEREST}, {"accede", ACT_ACCEDE},
		{"ratify", ACT_RATIFY}, {"withdraw", ACT_WITHDRAW}, {"suspend", ACT_SUSPEND},
		{"resume", ACT_RESUME}, {"publish", ACT_PUBLISH}};
	struct act_body b = {0};
	struct slice kind;
	int rc = 0;

	TRY(call_need(c, "kind", 32, &kind));
	TRY(call_mode(c, ret_mode));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (slice_is(kind, words[i].word))
			b.kind = words[i].kind;
	*ret_ref = NULL;
	if (b.kind == ACT_SIGN) {
		rc = wish_sign(c, &b);
	} else if (b.kind == ACT_INTEREST) {
		b.charter = c->world.coalition.founding.hash;
		rc = wish_plain(c);
	} else if (b.kind == ACT_ACCEDE) {
		rc = wish_accede(c, &b);
	} else if (b.kind == ACT_RATIFY) {
		rc = wish_ratify(c, &b, ret_ref);
	} else if (b.kind == ACT_WITHDRAW) {
		rc = wish_withdraw(c, &b);
	} else if (b.kind == ACT_SUSPEND) {
		rc = wish_suspend(c, &b);
	} else if (b.kind == ACT_RESUME) {
		rc = wish_resume(c, &b);
	} else if (b.kind == ACT_PUBLISH) {
		rc = wish_publish(c, &b);
	} else {
		rc = why_set(&c->why, E_INVALID, "/kind",
			"is sign, interest, accede, ratify, withdraw, suspend, resume or publish");
	}
	if (rc == 0)
		*ret = b;
	return rc;
}
