/* step.c: what is due; see step.h. */
#include "work/procurement/step.h"

#include "base/enc.h"
#include "base/report.h"
#include "work/procurement/making.h"

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

/* Another round, once agreement or tender say something else than at the last: it is for the members to leave out who has spoilt that one, or to try again with him. */
static int policy_again(const struct seat *s, const struct process *p, struct arena *arena,
	struct step_did *d, struct why *why)
{
	struct seal_policy *policy = arena_new(arena, struct seal_policy);
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	int rc = policy_fill(s, p, arena, policy, why);

	if (rc < 0)
		return rc;
	seal_policy_print(policy, &s->node->log_key, &b);
	return slice_eq(buf_slice(&b), p->replay->policy.text) ? 0
							       : policy_make(s, p, arena, d, why);
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
	/* Somebody has dealt badly, or twice: nothing comes of this round, and the lead may begin another. */
	if (r->dealt_badly | r->dealt_twice)
		return id_eq(&s->node->self, &p->lead) ? policy_again(s, p, arena, d, why) : 0;
	if (!(r->dealt & bit)) {
		rc = dkg_deal(&r->policy, me, &s->node->log_key, &s->node->env, &b, why);
		if (rc == 0)
			rc = send_one(s, p, &b, arena, why);
		if (rc == 0)
			did(d, arena, "dealt shares of the key");
		return rc;
	}
	if (bits_count(r->dealt) < r->policy.n || bits_count(r->countersigned) < r->policy.n ||
		((r->said_cert | r->complained) & bit))
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

/* The key is made: from now on no holder can take back alone what it is made of; see making.h. */
static int keep_step(const struct seat *s, const struct process *p, struct arena *arena,
	struct step_did *d, struct why *why)
{
	struct slice *message;
	size_t n = making_lacks(p, arena, &message);

	if (n)
		did(d, arena, "kept what the key is made of: %zu messages of others", n);
	return step_send(s, p, message, n, arena, why);
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

/* All versions of the tender that are here, in the order of the lead's log. */
static void tenders_of(const struct process *p, struct arena *arena, struct seal_tenders *ret)
{
	struct seal_tender *list = arena_array(arena, struct seal_tender, p->rows->n + 1);
	size_t n = 0;

	for (const struct row *r = process_version(p, P_TENDER, NULL); r;
		r = process_version(p, P_TENDER, r))
		if (object_id_eq(&r->object, &p->tender->object))
			list[n++] = (struct seal_tender){r->leaf, r->time_ms};
	*ret = (struct seal_tenders){list, n};
}

/* Sealed bids each alone, as doors write them: then readers see that they are the same. */
static int show_send(const struct seat *s, const struct process *p, const struct holder_next *next,
	struct arena *arena, struct why *why)
{
	struct slice *other = arena_array(arena, struct slice, next->n_show);
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < next->n_show; i++)
		if (slice_is(msg_type(next->show[i]), "bid.sealed"))
			rc = step_send(s, p, &next->show[i], 1, arena, why);
		else
			other[n++] = next->show[i];
	return rc == 0 ? step_send(s, p, other, n, arena, why) : rc;
}

static int close_step(const struct seat *s, const struct process *p, uint32_t me, int64_t now_ms,
	struct arena *arena, struct step_did *d, struct why *why)
{
	const struct seal_replay *r = p->replay;
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct seal_tenders tenders;
	struct holder_next next;
	int rc;

	tenders_of(p, arena, &tenders);
	holder_next(r, me, &tenders, &(struct seal_mine){p->mine, p->n_mine}, now_ms, arena, &next);
	d->again_ms = next.again_ms;
	if (next.n_show) {
		did(d, arena, "handed on %zu messages that others may lack", next.n_show);
		rc = show_send(s, p, &next, arena, why);
		if (rc < 0)
			return rc;
	}
	if (next.what == HOLDER_WAITS || next.what == HOLDER_SHOWS)
		return 0;
	holder_print(&next, &r->policy, me, &s->node->log_key, &b);
	switch (next.what) {
	case HOLDER_VIEWS:
		did(d, arena, "said which bids are known here: %zu commits", next.set.n);
		break;
	case HOLDER_CLOSES:
		did(d, arena, "closed with %zu commits", next.set.n);
		break;
	case HOLDER_COSIGNS:
		did(d, arena, "cosigned the closing of holder %u", next.of->close.i);
		break;
	case HOLDER_DISSENTS:
		did(d, arena,
			"dissented from the closing of holder %u: %zu commits are missing, or do not count there",
			next.of->close.i, next.n_missing);
		break;
	case HOLDER_SHOWS:
	case HOLDER_WAITS:
		break;
	}
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

	if (rc < 0 || have < need || !holder_may_share(r, me))
		return rc;
	rc = dkg_finish(&r->policy, r->deal, me, &box, key, &x, &culprit, why);
	scalar_wipe(&box);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < r->n_bid; i++) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

		if (!r->bid[i].sealed || (r->bid[i].shares & 1ULL << (me - 1)))
			continue;
		seal_share_print(&r->policy, me, &x, key, &r->closed->close, r->bid[i].sealed,
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
	/* Who does not see all that it has said says nothing more: it would say it again, sign a second closing, or share under two; and nobody reads beyond its part. */
	if (p->rows->left_mine)
		return 0;
	if (index == SIZE_MAX || !p->tender || !p->stands || p->award ||
		p->state == PROCESS_CANCELLED || p->state == PROCESS_UNSUCCESSFUL)
		return 0;
	if (!r) {
		if (id_eq(&s->node->self, &p->lead))
			rc = policy_make(s, p, arena, &d, why);
	} else if (!r->has_key) {
		rc = key_step(s, p, me, arena, &d, why);
	} else {
		rc = keep_step(s, p, arena, &d, why);
		if (rc == 0 && !holder_is_done(r, me))
			rc = postpone_step(s, p, me, now_ms, arena, &d, why);
		if (rc == 0)
			rc = close_step(s, p, me, now_ms, arena, &d, why);
		if (rc == 0 && r->closed && now_ms < (int64_t)r->policy.open_ms)
			d.again_ms = (int64_t)r->policy.open_ms;
		else if (rc == 0 && r->closed && d.n == 0)
			rc = share_step(s, p, me, arena, &d, why);
	}
	*ret = d;
	return rc;
}
