/* confirm.c: two officers before a share leaves the node; see step.h. */
#include "base/enc.h"
#include "base/report.h"
#include "work/procurement/step.h"

void confirm_message(const struct hash *sid, const struct seal_close *close, struct buf *b)
{
	buf_str(b, "entente-open/2\nsid ");
	buf_hex(b, sid->b, 32);
	buf_str(b, "\nroot ");
	buf_hex(b, close->root.b, 32);
	buf_str(b, "\nactive ");
	buf_hex(b, close->active.b, 32);
	buf_byte(b, '\n');
}

/* This node's own root document, as it is now. */
static int own_root(
	const struct seat *s, struct arena *arena, const struct root **ret, struct why *why)
{
	struct root_chain *chain = arena_new(arena, struct root_chain);
	int rc = root_chain_load(s->db, &s->node->self, arena, chain, why);

	if (rc == 0)
		*ret = root_latest(chain);
	return rc;
}

static const struct root_officer *officer_of(
	const struct root *root, const struct pubkey *key, int64_t now_ms)
{
	for (size_t i = 0; i < root->n_officer; i++) {
		const struct root_officer *o = &root->officer[i];

		if (pubkey_eq(&o->key, key) && (o->scopes & SCOPE_OPEN_BIDS) &&
			(o->until_ms == 0 || now_ms < o->until_ms))
			return o;
	}
	return NULL;
}

int step_confirmed(const struct seat *s, const struct process *p, struct arena *arena,
	unsigned *ret_have, unsigned *ret_need, struct why *why)
{
	const struct seal_replay *r = p->replay;
	struct buf message CLEANUP_BUF = BUF(1 * KIB);
	struct pubkey seen[ROOT_OFFICERS_MAX];
	int64_t now_ms = env_now_ms(&s->node->env);
	const struct root *root = NULL;
	unsigned have = 0, able = 0;
	int rc = own_root(s, arena, &root, why);

	if (rc < 0)
		return rc;
	MUST(root != NULL);
	for (size_t i = 0; i < root->n_officer; i++)
		able += (root->officer[i].scopes & SCOPE_OPEN_BIDS) != 0;
	/* Two where two are named for it: a key that has run out makes the other's word no weightier. */
	*ret_need = able >= 2 ? 2 : 1;
	*ret_have = 0;
	if (!r || !r->closed)
		return 0;
	confirm_message(&r->policy.sid, &r->closed->close, &message);
	for (const struct row *c = process_next(p, P_CONFIRM, NULL); c;
		c = process_next(p, P_CONFIRM, c)) {
		json_ref at = json_root(&c->doc);
		struct signature sig;
		struct pubkey key;
		struct hash of;
		bool again = false;

		if (!id_eq(&c->object.owner, &s->node->self) ||
			!get_bytes(&c->doc, at, "root", of.b, 32) ||
			!hash_eq(&of, &r->closed->close.root) ||
			!get_bytes(&c->doc, at, "key", key.b, 32) ||
			base64_decode_exact(get_text(&c->doc, at, "signature", arena), sig.b, 64) <
				0)
			continue;
		for (unsigned i = 0; i < have; i++)
			again |= pubkey_eq(&seen[i], &key);
		if (again || have == ROOT_OFFICERS_MAX || !officer_of(root, &key, now_ms) ||
			!sign_check(&key, buf_slice(&message), &sig))
			continue;
		seen[have++] = key;
	}
	*ret_have = have;
	return 0;
}

int step_confirm(const struct seat *s, const struct process *p, const struct seckey *officer,
	struct arena *arena, struct why *why)
{
	struct buf message CLEANUP_BUF = BUF(1 * KIB), b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	char object[OBJECT_TEXT + 1], hex[65], id[ID_TEXT + 1], sig[BASE64_LEN(64) + 1];
	const struct root_officer *who;
	const struct root *root = NULL;
	struct signature signature;
	struct written w;
	int rc = own_root(s, arena, &root, why);

	if (rc < 0)
		return rc;
	if (!p->replay || !p->replay->closed)
		return why_set(why, E_STATE, "",
			"the set of bids is not closed yet: there is no root to confirm");
	if (env_now_ms(&s->node->env) < (int64_t)p->replay->policy.open_ms)
		return why_set(why, E_STATE, "", "the hour of the opening has not come");
	MUST(root != NULL);
	who = officer_of(root, &officer->pub, env_now_ms(&s->node->env));
	if (!who)
		return why_set(why, E_DENIED, "",
			"the root document does not name this officer for opening bids");
	confirm_message(&p->replay->policy.sid, &p->replay->closed->close, &message);
	signature = sign_bytes(officer, buf_slice(&message));
	object_format(&p->id, object);
	json_open(&o, '{');
	json_put_cstr(&o, "procurement", object);
	hex_encode(p->replay->closed->close.root.b, 32, hex);
	json_put_cstr(&o, "root", hex);
	id_format(&who->id, id);
	json_put_cstr(&o, "officer", id);
	hex_encode(officer->pub.b, 32, hex);
	json_put_cstr(&o, "key", hex);
	base64_encode(signature.b, 64, sig);
	json_put_cstr(&o, "signature", sig);
	json_close(&o);
	return step_record(s, p, P_CONFIRM, NULL, buf_slice(&b), &w, why);
}
