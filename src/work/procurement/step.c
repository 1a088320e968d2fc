/* step.c: what is due; see step.h. */
#include "work/procurement/step.h"

#include "base/enc.h"
#include "base/report.h"

#include <stdarg.h>

/* ---- writing ---- */

int step_record(const struct seat *s, const struct process *p, enum pkind k,
	const struct object_id *object, struct slice json, struct written *ret, struct why *why)
{
	struct draft d = {.mode = p->agreement->mode,
		.kind = slice_str(pkind_table[k].kind),
		.label = p->agreement->label,
		.member = p->participant,
		.n_member = p->n_participant,
		.media = SLICE("application/json"),
		.content = json};

	if (object) {
		d.has_object = true;
		d.object = *object;
	}
	if (k == P_CONFIRM) {
		d.member = &s->node->self;
		d.n_member = 1;
	}
	return s->write(s->ctx, &d, ret, why);
}

static void record_open(struct json_out *o, const struct process *p)
{
	char object[OBJECT_TEXT + 1];

	object_format(&p->id, object);
	json_open(o, '{');
	json_put_cstr(o, "procurement", object);
}

static int send_pieces(
	const struct seat *s, const struct process *p, struct slice message, struct why *why)
{
	size_t parts = (message.n + LIMIT_SEAL_PIECE - 1) / LIMIT_SEAL_PIECE;
	struct hash h = hash_bytes(message);
	struct written w;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < parts; i++) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
		struct json_out o = json_out(&b);
		char hex[65];

		hex_encode(h.b, 32, hex);
		record_open(&o, p);
		json_put_cstr(&o, "hash", hex);
		json_put_u64(&o, "part", i);
		json_put_u64(&o, "parts", parts);
		json_put_string(&o, "data",
			slice_sub(message, i * LIMIT_SEAL_PIECE, (i + 1) * LIMIT_SEAL_PIECE));
		json_close(&o);
		rc = buf_over(&b) ? why_set(why, E_LIMIT, "", "a piece does not fit into a record")
				  : step_record(s, p, P_SEAL, NULL, buf_slice(&b), &w, why);
	}
	return rc;
}

int step_send(const struct seat *s, const struct process *p, const struct slice *message, size_t n,
	struct arena *arena, struct why *why)
{
	size_t i = 0;
	(void)arena;

	while (i < n) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
		struct json_out o = json_out(&b);
		struct written w;
		size_t bytes = 0, first = i;
		int rc;

		if (message[i].n > LIMIT_SEAL_PIECE) {
			rc = send_pieces(s, p, message[i++], why);
			if (rc < 0)
				return rc;
			continue;
		}
		record_open(&o, p);
		json_open_at(&o, "messages", '[');
		for (; i < n && i < first + 60 && bytes + message[i].n <= LIMIT_SEAL_PIECE; i++) {
			json_put_string(&o, NULL, message[i]);
			bytes += message[i].n;
		}
		json_close(&o);
		json_close(&o);
		rc = step_record(s, p, P_SEAL, NULL, buf_slice(&b), &w, why);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void did(struct step_did *d, struct arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void did(struct step_did *d, struct arena *arena, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (d->n < STEP_DID_MAX)
		d->line[d->n++] = arena_string(arena, slice_str(text));
}

static int send_one(const struct seat *s, const struct process *p, const struct buf *b,
	struct arena *arena, struct why *why)
{
	struct slice one = buf_slice(b);

	return step_send(s, p, &one, 1, arena, why);
}

/* ---- the policy ---- */

static int log_key_of(const struct seat *s, const struct id *member, struct arena *arena,
	struct pubkey *ret, struct why *why)
{
	struct root_chain *chain = arena_new(arena, struct root_chain);
	int rc;

	if (id_eq(member, &s->node->self)) {
		*ret = s->node->log_key.pub;
		return 0;
	}
	rc = root_chain_load(s->db, member, arena, chain, why);
	if (rc < 0)
		return rc;
	*ret = root_latest(chain)->log_key;
	return 0;
}

/* What the tender and the consents say the policy is. */
static int policy_fill(const struct seat *s, const struct process *p, struct arena *arena,
	struct seal_policy *ret, struct why *why)
{
	const struct json_doc *doc = &p->tender->doc;
	json_ref root = json_root(doc);
	uint64_t size = 0;

	ret->ocid = get_text(&p->agreement->doc, json_root(&p->agreement->doc), "ocid", arena);
	ret->n = (uint32_t)p->n_participant;
	ret->k = (uint32_t)get_int(doc, root, "threshold", 0);
	ret->r = ret->n - ret->k + 1;
	ret->lead = (uint32_t)process_index(p, &p->lead) + 1;
	ret->deadline_ms = (uint64_t)get_time(doc, root, "deadline", 0);
	ret->grace_ms = (uint64_t)get_int(doc, root, "graceMinutes", 0) * 60000;
	ret->open_ms = (uint64_t)get_time(doc, root, "openAt", 0);
	ret->fallback_ms = (uint64_t)get_time(doc, root, "fallbackAt", 0);
	for
		EACH(doc, v, json_get(doc, root, "padding"))
	if (slice_u64(json_number(doc, v), &size) == 0 && ret->n_padding < SEAL_PADDINGS)
		ret->padding[ret->n_padding++] = size;
	for (size_t i = 0; i < p->n_participant; i++) {
		ret->holder[i].member = p->participant[i];
		ret->holder[i].box = p->consent[i].box;
		int rc = log_key_of(s, &p->participant[i], arena, &ret->holder[i].key, why);
		if (rc < 0)
			return rc;
		if (!p->consent[i].has_box)
			return why_set(why, E_STATE, "",
				"a participant has given no key to send shares to");
	}
	return seal_policy_check(ret, why);
}

static int policy_make(const struct seat *s, const struct process *p, struct arena *arena,
	struct step_did *d, struct why *why)
{
	struct seal_policy *policy = arena_new(arena, struct seal_policy);
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	int rc = policy_fill(s, p, arena, policy, why);

	if (rc < 0)
		return rc;
	seal_policy_print(policy, &s->node->log_key, &b);
	rc = send_one(s, p, &b, arena, why);
	if (rc == 0)
		did(d, arena, "policy: %u holders, any %u open", policy->n, policy->k);
	return rc;
}

/* A holder countersigns only what the tender says, with the keys that it knows its partners by. */
static int policy_same(
	const struct seat *s, const struct process *p, struct arena *arena, struct why *why)
{
	struct seal_policy *mine = arena_new(arena, struct seal_policy);
	const struct seal_policy *theirs = &p->replay->policy;
	int rc = policy_fill(s, p, arena, mine, why);

	if (rc < 0)
		return rc;
	if (mine->k != theirs->k || mine->deadline_ms != theirs->deadline_ms ||
		mine->grace_ms != theirs->grace_ms || mine->open_ms != theirs->open_ms ||
		mine->fallback_ms != theirs->fallback_ms || mine->n_padding != theirs->n_padding ||
		memcmp(mine->padding, theirs->padding,
			mine->n_padding * sizeof(mine->padding[0])) != 0)
		return why_set(why, E_STATE, "", "the policy is not what the tender says");
	for (uint32_t i = 0; i < mine->n; i++)
		if (!pubkey_eq(&mine->holder[i].key, &theirs->holder[i].key))
			return why_set(why, E_VERIFY, "",
				"the policy names another key of holder %u", i + 1);
	return 0;
}

/* ---- the key ---- */

static int key_step(const struct seat *s, const struct process *p, uint32_t me, struct arena *arena,
	struct step_did *d, struct why *why)
{
	const struct seal_replay *r = p->replay;
	uint64_t bit = 1ULL << (me - 1);
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	int rc;

	if (!(r->countersigned & bit)) {
		rc = policy_same(s, p, arena, why);
		if (rc < 0)
			return rc;
		seal_countersign_print(&r->policy, me, &s->node->log_key, &b);
		rc = send_one(s, p, &b, arena, why);
		if (rc == 0)
			did(d, arena, "countersigned the policy");
		if (rc < 0)
			return rc;
		buf_clear(&b);
	}
	if (!(r->dealt & bit)) {
		rc = dkg_deal(&r->policy, me, &s->node->log_key, &s->node->env, &b, why);
		if (rc == 0)
			rc = send_one(s, p, &b, arena, why);
		if (rc == 0)
			did(d, arena, "dealt shares of the key");
		return rc;
	}
	if (bits_count(r->dealt) < r->policy.n || bits_count(r->countersigned) < r->policy.n ||
		(r->certified & bit))
		return 0;
	struct dkg_key *key = arena_new(arena, struct dkg_key);
	struct scalar box = dkg_box(s->node->seal_key.sec, r->policy.ocid), x;
	uint32_t culprit = 0;
	rc = dkg_finish(&r->policy, r->deal, me, &box, key, &x, &culprit, why);
	if (rc == E_VERIFY && culprit) {
		dkg_complain(&r->policy, &r->deal[culprit - 1], me, &box, &s->node->log_key,
			&s->node->env, &b);
		did(d, arena, "complained of the share that holder %u dealt", culprit);
	} else if (rc == 0) {
		dkg_cert_print(&r->policy, me, key, &s->node->log_key, &b);
		did(d, arena, "certified the key");
	}
	scalar_wipe(&x);
	scalar_wipe(&box);
	return b.n ? send_one(s, p, &b, arena, why) : rc;
}

/* ---- later hours ---- */

/* The lead has written a tender with a later deadline: a holder signs it as it signed the first, while bids are still taken. */
static int postpone_step(const struct seat *s, const struct process *p, uint32_t me, int64_t now_ms,
	struct arena *arena, struct step_did *d, struct why *why)
{
	const struct seal_replay *r = p->replay;
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct seal_hours wish;
	json_ref root = json_root(&p->tender->doc);

	wish.deadline_ms = (uint64_t)get_time(&p->tender->doc, root, "deadline", 0);
	wish.open_ms = (uint64_t)get_time(&p->tender->doc, root, "openAt", 0);
	wish.fallback_ms = (uint64_t)get_time(&p->tender->doc, root, "fallbackAt", 0);
	if (wish.deadline_ms <= r->policy.deadline_ms || now_ms > (int64_t)r->policy.deadline_ms ||
		seal_hours_check(&wish, &r->policy, NULL) < 0)
		return 0;
	for (size_t i = 0; i < r->told.n; i++)
		if (memcmp(&r->told.of[i].hours, &wish, sizeof(wish)) == 0 &&
			(r->told.of[i].signed_by & 1ULL << (me - 1)))
			return 0;
	seal_postpone_print(&r->policy, me, &wish, (uint64_t)now_ms, &s->node->log_key, &b);
	did(d, arena, "signed the later deadline");
	return send_one(s, p, &b, arena, why);
}

/* ---- the closing ---- */

/* Signs what is complete as far as this node knows, once; says what is missing from what is not. */
static int sign_or_dissent(const struct seat *s, const struct process *p, uint32_t me,
	const struct replay_close *c, bool signed_one, struct arena *arena, struct step_did *d,
	struct why *why)
{
	const struct seal_replay *r = p->replay;
	struct hash *missing = arena_array(arena, struct hash, r->n_line + 1);
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < r->n_line; i++)
		if (!seal_close_has(&c->close, &r->line[i].commit->leaf))
			missing[n++] = r->line[i].commit->leaf;
	if (n == 0 && c->n_dropped == 0) {
		if (signed_one)
			return 0;
		seal_cosig_print(&r->policy, me, &c->close, &s->node->log_key, &b);
		did(d, arena, "cosigned the closing of holder %u", c->close.i);
	} else if (n > 0 && !(c->dissent & 1ULL << (me - 1))) {
		seal_dissent_print(
			&r->policy, me, &c->close.root, missing, n, &s->node->log_key, &b);
		did(d, arena, "dissented from the closing of holder %u: %zu commits are missing",
			c->close.i, n);
	} else {
		return 0;
	}
	rc = send_one(s, p, &b, arena, why);
	return rc;
}

/* In the order of their numbers, beginning behind the lead, others close when nothing good has come: one after the other, so that they do not split. */
static int64_t turn_ms(const struct seal_policy *p, uint32_t me)
{
	int64_t end = (int64_t)(p->deadline_ms + p->grace_ms);

	if (me == p->lead)
		return end;
	return end + PROCUREMENT_TAKEOVER_MS * (me < p->lead ? (int64_t)me : (int64_t)me - 1);
}

struct closing_seen {
	bool mine, good, signed_one; /* is one of them by me, complete, signed by me? */
};

/* Says to each closing that is here what this node knows of it: also when another stands already, so that who has left out a bid is told so by all who held it. */
static int closes_judge(const struct seat *s, const struct process *p, uint32_t me,
	struct arena *arena, struct step_did *d, struct closing_seen *ret, struct why *why)
{
	const struct seal_replay *r = p->replay;
	uint64_t bit = 1ULL << (me - 1);

	*ret = (struct closing_seen){false, false, false};
	for (size_t i = 0; i < r->n_close; i++) {
		ret->mine |= r->close[i].close.i == me;
		ret->signed_one |= (r->close[i].signed_by & bit) != 0;
	}
	for (size_t i = 0; i < r->n_close; i++) {
		int rc;

		ret->good |= r->close[i].n_dropped == 0;
		if (r->close[i].signed_by & bit)
			continue;
		rc = sign_or_dissent(s, p, me, &r->close[i], ret->signed_one, arena, d, why);
		if (rc < 0)
			return rc;
		ret->signed_one |= r->close[i].n_dropped == 0;
	}
	return 0;
}

static int close_step(const struct seat *s, const struct process *p, uint32_t me, int64_t now_ms,
	struct arena *arena, struct step_did *d, struct why *why)
{
	const struct seal_replay *r = p->replay;
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct closing_seen seen;
	int rc = closes_judge(s, p, me, arena, d, &seen, why);

	if (rc < 0 || r->closed || seen.mine || seen.good || seen.signed_one)
		return rc;
	if (now_ms < turn_ms(&r->policy, me)) {
		d->again_ms = turn_ms(&r->policy, me);
		return 0;
	}
	seal_close_print(&r->policy, me, r->line, r->n_line, &s->node->log_key, &b);
	did(d, arena, "closed with %zu commits", r->n_line);
	return send_one(s, p, &b, arena, why);
}

/* ---- the opening ---- */

static int share_step(const struct seat *s, const struct process *p, uint32_t me,
	struct arena *arena, struct step_did *d, struct why *why)
{
	const struct seal_replay *r = p->replay;
	struct slice *message = arena_array(arena, struct slice, r->n_bid + 1);
	struct scalar box = dkg_box(s->node->seal_key.sec, r->policy.ocid), x;
	struct dkg_key *key = arena_new(arena, struct dkg_key);
	unsigned have, need;
	uint32_t culprit;
	size_t n = 0;
	int rc = step_confirmed(s, p, arena, &have, &need, why);

	if (rc < 0 || have < need)
		return rc;
	rc = dkg_finish(&r->policy, r->deal, me, &box, key, &x, &culprit, why);
	scalar_wipe(&box);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < r->n_bid; i++) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

		if (!r->bid[i].sealed || (r->bid[i].shares & 1ULL << (me - 1)))
			continue;
		seal_share_print(&r->policy, me, &x, key, &r->closed->close.root, r->bid[i].sealed,
			&s->node->log_key, &s->node->env, &b);
		message[n++] = arena_copy(arena, buf_slice(&b));
	}
	scalar_wipe(&x);
	if (n == 0)
		return 0;
	did(d, arena, "gave shares of %zu bids", n);
	return step_send(s, p, message, n, arena, why);
}

int step_run(const struct seat *s, const struct process *p, int64_t now_ms, struct arena *arena,
	struct step_did *ret, struct why *why)
{
	struct step_did d = {.n = 0};
	const struct seal_replay *r = p->replay;
	size_t index = process_index(p, &s->node->self);
	uint32_t me = (uint32_t)index + 1;
	int rc = 0;

	*ret = d;
	if (index == SIZE_MAX || !p->tender || !p->stands || p->award ||
		p->state == PROCESS_CANCELLED || p->state == PROCESS_UNSUCCESSFUL)
		return 0;
	if (!r) {
		if (id_eq(&s->node->self, &p->lead))
			rc = policy_make(s, p, arena, &d, why);
	} else if (!r->has_key) {
		rc = key_step(s, p, me, arena, &d, why);
	} else if (now_ms < (int64_t)(r->policy.deadline_ms + r->policy.grace_ms)) {
		d.again_ms = (int64_t)(r->policy.deadline_ms + r->policy.grace_ms);
		rc = postpone_step(s, p, me, now_ms, arena, &d, why);
	} else if (!r->closed) {
		rc = close_step(s, p, me, now_ms, arena, &d, why);
	} else {
		struct closing_seen seen;

		rc = closes_judge(s, p, me, arena, &d, &seen, why);
		if (rc == 0 && now_ms < (int64_t)r->policy.open_ms)
			d.again_ms = (int64_t)r->policy.open_ms;
		else if (rc == 0)
			rc = share_step(s, p, me, arena, &d, why);
	}
	*ret = d;
	return rc;
}
