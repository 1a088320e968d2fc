/* confirm.c: two officers before a share leaves the node, and what suppliers bring to the door; see step.h. */
#include "base/enc.h"
#include "base/report.h"
#include "work/procurement/step.h"

void confirm_message(const struct hash *sid, const struct hash *root, struct buf *b)
{
	buf_str(b, "entente-open/1\nsid ");
	buf_hex(b, sid->b, 32);
	buf_str(b, "\nroot ");
	buf_hex(b, root->b, 32);
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
	confirm_message(&r->policy.sid, &r->closed->close.root, &message);
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
	confirm_message(&p->replay->policy.sid, &p->replay->closed->close.root, &message);
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

/* ---- suppliers ---- */

static int door_open(
	const struct seat *s, const struct process *p, uint32_t *ret_me, struct why *why)
{
	size_t index = process_index(p, &s->node->self);

	if (index == SIZE_MAX || !p->replay || !p->replay->has_key || p->state == PROCESS_CANCELLED)
		return why_set(why, E_STATE, "", "this tender takes no bids here now");
	*ret_me = (uint32_t)index + 1;
	return 0;
}

/* Commits that this holder has receipted. Others' doors are theirs to fill. */
static size_t receipted(const struct seal_replay *r, uint32_t me)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_line; i++)
		n += (r->line[i].held & 1ULL << (me - 1)) != 0;
	return n;
}

/* Does so much more fit into what this node may have there, with room for what closing and opening ask of it? */
static int room_check(const struct seat *s, const struct process *p, size_t more, struct why *why)
{
	uint64_t part = procure_store_part(p->n_participant), used = more;
	size_t rows = 0, rows_max = LIMIT_PROCESS_ROWS / p->n_participant;

	for (size_t i = 0; i < p->rows->n; i++)
		if (id_eq(&p->rows->row[i].object.owner, &s->node->self)) {
			used += p->rows->row[i].body.n + sizeof(struct row);
			rows++;
		}
	if (used / LIMIT_DOOR_THOUSANDTHS >= part / 1000 ||
		rows / LIMIT_DOOR_THOUSANDTHS >= rows_max / 1000 + 1)
		return why_set(why, E_LIMIT, "",
			"no more bids are taken at this door: what it may keep of this tender is full");
	return 0;
}

int step_commit(const struct seat *s, const struct process *p, struct slice commit, int64_t now_ms,
	struct arena *arena, struct slice *ret_receipt, struct why *why)
{
	const struct seal_replay *r = p->replay;
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct slice message[2];
	struct bid_commit c;
	uint32_t me;
	int rc = door_open(s, p, &me, why);

	if (rc == 0)
		rc = bid_commit_parse(&c, &r->policy, commit, why);
	if (rc < 0)
		return rc;
	/* The same again gets the same receipt: nothing is written twice. */
	for (size_t i = 0; i < r->n_receipt; i++)
		if (r->receipt[i].i == me && hash_eq(&r->receipt[i].leaf, &c.leaf)) {
			*ret_receipt = r->receipt[i].text;
			return 0;
		}
	if (now_ms > (int64_t)r->policy.deadline_ms)
		return why_set(why, E_STATE, "", "the deadline is over");
	/* round.c, rule 2: a holder's receipts are of one round, or they would say nothing about which one stands. */
	if (p->held_elsewhere & 1ULL << (me - 1))
		return why_set(why, E_STATE, "",
			"this node has taken bids under another key of this tender: try another member's");
	if (receipted(r, me) >= LIMIT_SEAL_COMMITS)
		return why_set(why, E_LIMIT, "",
			"no more bids are taken at this door: there are %d", LIMIT_SEAL_COMMITS);
	rc = room_check(s, p, commit.n, why);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < r->n_commit; i++)
		if (bid_name_eq(&r->commit[i].name, &c.name) &&
			!hash_eq(&r->commit[i].leaf, &c.leaf))
			return why_set(
				why, E_CONFLICT, "seq", "another commitment bears this number");
	bid_receipt_print(&r->policy, me, &c.leaf, (uint64_t)now_ms, &s->node->log_key, &b);
	*ret_receipt = arena_copy(arena, buf_slice(&b));
	message[0] = commit;
	message[1] = *ret_receipt;
	return step_send(s, p, message, 2, arena, why);
}

int step_sealed(const struct seat *s, const struct process *p, struct slice sealed, int64_t now_ms,
	struct arena *arena, struct why *why)
{
	const struct seal_replay *r = p->replay;
	struct bid_sealed b;
	uint32_t me;
	int rc = door_open(s, p, &me, why);

	if (rc == 0)
		rc = bid_sealed_parse(&b, &r->policy, arena, sealed, why);
	if (rc < 0)
		return rc;
	if (now_ms > (int64_t)(r->policy.deadline_ms + r->policy.grace_ms))
		return why_set(why, E_STATE, "", "the deadline and the grace are over");
	for (size_t i = 0; i < r->n_sealed; i++)
		if (hash_eq(&r->sealed[i].hash, &b.hash))
			return 0;
	rc = room_check(s, p, sealed.n, why);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < r->n_commit; i++)
		if (bid_fits(&b, &r->commit[i], NULL) == 0)
			return step_send(s, p, &sealed, 1, arena, why);
	return why_set(why, E_STATE, "hash",
		"nobody has committed to this bid: send its commitment first");
}

int step_selfopen(const struct seat *s, const struct process *p, struct slice message,
	int64_t now_ms, struct arena *arena, struct why *why)
{
	const struct seal_replay *r = p->replay;
	struct bid_selfopen o;
	struct point k;
	uint32_t me;
	int rc = door_open(s, p, &me, why);

	if (rc == 0)
		rc = bid_selfopen_parse(&o, &r->policy, message, why);
	if (rc < 0)
		return rc;
	if (now_ms < (int64_t)r->policy.fallback_ms || !r->closed)
		return why_set(why, E_STATE, "", "bidders open themselves from the fallback on");
	for (size_t i = 0; i < p->n_message; i++)
		if (slice_eq(p->message[i], message))
			return 0;
	for (size_t i = 0; i < r->n_bid; i++)
		if (r->bid[i].sealed &&
			bid_selfopen_key(&o, r->bid[i].sealed, &r->key.y, &k, why) == 0)
			return step_send(s, p, &message, 1, arena, why);
	return why_set(why, E_VERIFY, "r", "opens no bid that is in force");
}
