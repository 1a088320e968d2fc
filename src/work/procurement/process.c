/* process.c: see process.h. */
#include "work/procurement/process.h"

#include "base/enc.h"
#include "base/report.h"

static const char *const names[PROCESS_STATES] = {"proposed", "agreed", "keyed", "open", "closed",
	"opened", "evaluating", "awardProposed", "standstill", "awarded", "contracted",
	"implementing", "complete", "cancelled", "unsuccessful"};

#define POLICIES_MAX 32 /* of one procurement that are looked at */

const char *process_state_name(enum process_state s)
{
	return names[s];
}

size_t process_index(const struct process *p, const struct id *member)
{
	for (size_t i = 0; i < p->n_participant; i++)
		if (id_eq(&p->participant[i], member))
			return i;
	return SIZE_MAX;
}

bool process_has(const struct process *p, const struct id *member)
{
	return process_index(p, member) != SIZE_MAX;
}

/* ---- who may say what ---- */

bool process_may_write(const struct process *p, const struct row *r)
{
	const struct id *author = &r->object.owner;
	struct id buyer;

	switch (r->kind) {
	case P_TENDER:
	case P_ANSWER:
	case P_AWARD:
	case P_SHARE:
	case P_RULING:
		return id_eq(author, &p->lead);
	case P_CONTRACT:
		return get_id(&r->doc, json_root(&r->doc), "buyer", &buyer) &&
		       id_eq(&buyer, author) && process_has(p, author);
	case P_NEED:
	case P_POOL:
	case P_PARTICIPATION:
	case P_VOTE:
	case P_AGREEMENT:
	case P_CONSENT:
	case P_QUESTION:
	case P_SEAL:
	case P_CONFIRM:
	case P_CONFLICT:
	case P_SCORE:
	case P_AWARD_CONSENT:
	case P_COMPLAINT:
	case P_DELIVERY:
	case P_TRANSACTION:
	case P_KINDS:
		break;
	}
	return process_has(p, author);
}

const struct row *process_next(const struct process *p, enum pkind k, const struct row *after)
{
	for (size_t i = after ? (size_t)(after - p->rows->row) + 1 : 0; i < p->rows->n; i++)
		if (p->rows->row[i].kind == k && process_may_write(p, &p->rows->row[i]))
			return &p->rows->row[i];
	return NULL;
}

static const struct row *last_of(const struct process *p, enum pkind k)
{
	const struct row *last = NULL;

	for (const struct row *r = process_next(p, k, NULL); r; r = process_next(p, k, r))
		last = r;
	return last;
}

static bool text_is(const struct row *r, const char *key, const char *value)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);

	return r && slice_is(get_text(&r->doc, json_root(&r->doc), key, &arena), value);
}

/* ---- the parts ---- */

static int agreement_read(struct process *p, struct arena *arena, struct why *why)
{
	const struct row *a = NULL;
	json_ref list;

	for (size_t i = 0; i < p->rows->n; i++)
		if (p->rows->row[i].kind == P_AGREEMENT)
			a = &p->rows->row[i];
	if (!a)
		return why_set(why, E_MISSING, "", "no such procurement");
	p->agreement = a;
	p->id = a->object;
	MUST(get_id(&a->doc, json_root(&a->doc), "lead", &p->lead));
	list = json_get(&a->doc, json_root(&a->doc), "participants");
	p->participant = arena_array(arena, struct id, json_count(&a->doc, list) + 1);
	for
		EACH(&a->doc, v, list)
	MUST(id_parse(json_string(&a->doc, v, arena), &p->participant[p->n_participant++]) == 0);
	/* In byte order: holders of the key have numbers that everybody gives alike. */
	qsort(p->participant, p->n_participant, sizeof(struct id), id_cmp);
	return 0;
}

static void consents_read(struct process *p)
{
	for (const struct row *r = process_next(p, P_CONSENT, NULL); r;
		r = process_next(p, P_CONSENT, r)) {
		struct consent *c = &p->consent[process_index(p, &r->object.owner)];
		json_ref root = json_root(&r->doc);
		uint8_t box[GROUP_BYTES];
		struct hash leaf;

		c->ever |= get_bool(&r->doc, root, "agrees");
		if (!get_bytes(&r->doc, root, "leaf", leaf.b, 32) ||
			!hash_eq(&leaf, &p->agreement->leaf))
			continue; /* of another version */
		c->signed_ = get_bool(&r->doc, root, "agrees");
		c->refused = !c->signed_;
		c->has_box = get_bytes(&r->doc, root, "box", box, sizeof(box)) &&
			     point_decode(slice_of(box, sizeof(box)), &c->box, "box", NULL) == 0;
	}
	for (size_t i = 0; i < p->n_participant; i++)
		p->n_consent += p->consent[i].signed_;
}

/* The lead's last sheet that reconciles. */
static void scores_read(struct process *p)
{
	for (const struct row *r = process_next(p, P_SCORE, NULL); r;
		r = process_next(p, P_SCORE, r))
		if (id_eq(&r->object.owner, &p->lead) && text_is(r, "phase", "reconciled"))
			p->scores = r;
}

struct hash award_digest(const struct row *award)
{
	static const char *const keys[] = {"model", "root", "paid", "lines"};
	struct slice piece[4];

	for (size_t i = 0; i < 4; i++)
		piece[i] = json_raw(
			&award->doc, json_get(&award->doc, json_root(&award->doc), keys[i]));
	return hash_of(piece, 4);
}

static void award_read(struct process *p)
{
	bool agrees[LIMIT_MEMBERS] = {false}, objects[LIMIT_MEMBERS] = {false}, final;

	p->award = p->award_last = last_of(p, P_AWARD);
	p->share = last_of(p, P_SHARE);
	if (text_is(p->award, "status", "cancelled"))
		p->award = NULL; /* there is none again, and may be another */
	final = text_is(p->award, "status", "active");
	for (const struct row *r = process_next(p, P_AWARD_CONSENT, NULL); p->award && r;
		r = process_next(p, P_AWARD_CONSENT, r)) {
		size_t i = process_index(p, &r->object.owner);
		struct hash leaf;

		/* A consent is to a solution and its price: the award's state may move on. */
		struct hash digest = award_digest(p->award);
		if (!get_bytes(&r->doc, json_root(&r->doc), "award", leaf.b, 32) ||
			!hash_eq(&leaf, &digest))
			continue;
		/* What was agreed to and is final nobody takes back. */
		agrees[i] = get_bool(&r->doc, json_root(&r->doc), "agrees") || (final && agrees[i]);
		objects[i] = !agrees[i];
	}
	for (size_t i = 0; i < p->n_participant; i++) {
		p->n_award_agrees += agrees[i];
		p->n_award_objects += objects[i];
	}
}

/* Admitted, and neither decided nor withdrawn: blocks the award. */
static void complaints_read(struct process *p)
{
	for (const struct row *r = process_next(p, P_COMPLAINT, NULL); r;
		r = process_next(p, P_COMPLAINT, r)) {
		const struct row *last = NULL;

		for (const struct row *d = process_next(p, P_RULING, NULL); d;
			d = process_next(p, P_RULING, d)) {
			struct object_id about;

			if (get_object(&d->doc, json_root(&d->doc), "complaint", &about) &&
				object_id_eq(&about, &r->object))
				last = d;
		}
		p->n_complaints_open += text_is(last, "ruling", "admitted");
	}
}

/* ---- the key and the bids ---- */

static bool of_sid(struct slice message, const struct hash *sid)
{
	char line[80] = "sid ";
	struct slice rest = message, head;

	hex_encode(sid->b, 32, line + 4);
	return slice_cut(&rest, '\n', &head) && slice_cut(&rest, '\n', &head) &&
	       slice_is(head, line);
}

/* Has this participant ever given this key to send shares to? */
static bool box_given(const struct process *p, size_t i, const struct point *box)
{
	for (const struct row *r = process_next(p, P_CONSENT, NULL); r;
		r = process_next(p, P_CONSENT, r)) {
		uint8_t b[GROUP_BYTES];
		struct point given;

		if (id_eq(&r->object.owner, &p->participant[i]) &&
			get_bool(&r->doc, json_root(&r->doc), "agrees") &&
			get_bytes(&r->doc, json_root(&r->doc), "box", b, sizeof(b)) &&
			point_decode(slice_of(b, sizeof(b)), &given, "box", NULL) == 0 &&
			point_eq(&given, box))
			return true;
	}
	return false;
}

static bool policy_fits(
	const struct process *p, const struct seal_policy *policy, struct arena *arena)
{
	if (policy->n != p->n_participant ||
		!id_eq(&policy->holder[policy->lead - 1].member, &p->lead) ||
		!slice_eq(policy->ocid,
			get_text(&p->agreement->doc, json_root(&p->agreement->doc), "ocid", arena)))
		return false;
	for (size_t i = 0; i < p->n_participant; i++)
		if (!id_eq(&policy->holder[i].member, &p->participant[i]) ||
			!box_given(p, i, &policy->holder[i].box))
			return false;
	return true;
}

/*
 * Whatever makes the key counts only from the log of the holder whose it is. A policy names signing keys, and anybody can write one with keys of his own making for all; what cannot be made
 * is another member's log: there each holder countersigns with the keys that it knows its partners by.
 */
static bool of_its_holder(const struct seal_policy *policy, const struct said *m)
{
	static const char *const making[] = {"countersign", "dkg.r1", "dkg.cmp", "dkg.cert", NULL};
	struct slice type = msg_type(m->text), rest = m->text, line, word;
	uint64_t i = 0;
	size_t k = 0;

	while (making[k] && !slice_is(type, making[k]))
		k++;
	if (!making[k])
		return true;
	return slice_cut(&rest, '\n', &line) && slice_cut(&rest, '\n', &line) &&
	       slice_cut(&rest, '\n', &line) && slice_cut(&line, ' ', &word) &&
	       slice_is(word, "holder") && slice_u64(line, &i) == 0 && i >= 1 && i <= policy->n &&
	       id_eq(&policy->holder[i - 1].member, &m->in->object.owner);
}

/* Messages of one policy; shares in records dated before the opening are left out: they are refused. */
static void messages_of(const struct seal_policy *policy, const struct said *all, size_t n,
	struct arena *arena, struct slice **ret, size_t *ret_n)
{
	struct slice *list = arena_array(arena, struct slice, n + 1);
	struct seal_told told;
	size_t m = 0, k = 0;

	for (size_t i = 0; i < n; i++)
		if (slice_is(msg_type(all[i].text), "policy.postpone"))
			list[m++] = all[i].text;
	seal_postponed(policy, list, m, arena, &told);
	for (size_t i = 0; i < n; i++) {
		bool early = slice_is(msg_type(all[i].text), "open.share") &&
			     all[i].in->time_ms < (int64_t)told.hours.open_ms;

		if (slice_eq(all[i].text, policy->text) ||
			(of_sid(all[i].text, &policy->sid) && !early &&
				of_its_holder(policy, &all[i])))
			list[k++] = all[i].text;
	}
	*ret = list;
	*ret_n = k;
}

static int by_log(const void *a, const void *b)
{
	const struct said *const *x = a, *const *y = b;

	if ((*x)->in->epoch != (*y)->in->epoch)
		return (*x)->in->epoch < (*y)->in->epoch ? -1 : 1;
	return (*x)->in->seq < (*y)->in->seq ? -1 : (*x)->in->seq > (*y)->in->seq;
}

/* The lead's first policies in the order of its log, whatever hours it gives them; more than a few are nobody's honest doing. */
static size_t policies(const struct process *p, const struct said *all, size_t n,
	struct arena *arena, const struct said ***ret)
{
	const struct said **list = arena_array(arena, const struct said *, n + 1);
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (slice_is(msg_type(all[i].text), "policy") &&
			id_eq(&all[i].in->object.owner, &p->lead))
			list[m++] = &all[i];
	if (m)
		qsort(list, m, sizeof(*list), by_log);
	*ret = list;
	return m < POLICIES_MAX ? m : POLICIES_MAX;
}

/* The first policy whose key was made stands; before, the newest. */
static void seal_read(struct process *p, struct arena *arena)
{
	struct seal_policy *policy = arena_new(arena, struct seal_policy);
	const struct said **of;
	struct said *all;
	struct slice *list;
	size_t n, m, found;

	process_messages(p->rows, arena, &all, &n);
	found = policies(p, all, n, arena, &of);
	for (size_t i = 0; i < found; i++) {
		struct seal_replay *r;

		if (seal_policy_parse(policy, of[i]->text, NULL) < 0 ||
			!policy_fits(p, policy, arena))
			continue;
		messages_of(policy, all, n, arena, &list, &m);
		r = arena_new(arena, struct seal_replay);
		if (seal_replay(list, m, arena, r, NULL) < 0)
			continue;
		/* A key without all countersignatures is one that somebody has not looked at. */
		r->has_key = r->has_key && bits_count(r->countersigned) == policy->n;
		p->replay = r;
		p->message = list;
		p->n_message = m;
		if (r->has_key)
			return;
	}
}

/* ---- the state ---- */

static enum process_state after_award(const struct process *p, int64_t now_ms, int64_t *ret_next)
{
	size_t contracts = 0, signed_ = 0, moving = 0, buyers = 0;
	int64_t standstill =
		get_time(&p->award->doc, json_root(&p->award->doc), "standstillUntil", 0);

	/* Whatever the lead calls it: without everybody's agreement it is a proposal. */
	if (p->n_award_agrees < p->n_participant)
		return PROCESS_AWARD_PROPOSED;
	if (text_is(p->award, "status", "pending")) {
		if (now_ms < standstill)
			*ret_next = standstill;
		return PROCESS_STANDSTILL;
	}
	for (const struct row *r = process_next(p, P_CONTRACT, NULL); r;
		r = process_next(p, P_CONTRACT, r)) {
		contracts++;
		signed_ += text_is(r, "status", "active") || text_is(r, "status", "terminated");
	}
	for (const struct row *r = process_next(p, P_DELIVERY, NULL); r;
		r = process_next(p, P_DELIVERY, r))
		moving++;
	for (const struct row *r = process_next(p, P_TRANSACTION, NULL); r;
		r = process_next(p, P_TRANSACTION, r))
		moving++;
	if (p->share)
		buyers = json_count(&p->share->doc,
			json_get(&p->share->doc, json_root(&p->share->doc), "lines"));
	if (text_is(p->agreement, "status", "complete"))
		return PROCESS_COMPLETE;
	if (moving)
		return PROCESS_IMPLEMENTING;
	return contracts && signed_ == contracts && signed_ >= buyers && buyers ? PROCESS_CONTRACTED
										: PROCESS_AWARDED;
}

static enum process_state state_of(
	const struct process *p, bool brief, int64_t now_ms, int64_t *ret_next)
{
	int64_t deadline, closed, open;

	*ret_next = 0;
	if (text_is(p->agreement, "status", "cancelled") ||
		text_is(p->tender, "status", "cancelled"))
		return PROCESS_CANCELLED;
	if (text_is(p->tender, "status", "unsuccessful") ||
		text_is(p->award, "status", "unsuccessful"))
		return PROCESS_UNSUCCESSFUL;
	if (!p->stands)
		return PROCESS_PROPOSED;
	if (p->award)
		return after_award(p, now_ms, ret_next);
	if (!p->tender)
		return PROCESS_AGREED;
	deadline = get_time(&p->tender->doc, json_root(&p->tender->doc), "deadline", 0);
	closed = deadline +
		 60000 * get_int(&p->tender->doc, json_root(&p->tender->doc), "graceMinutes", 0);
	open = get_time(&p->tender->doc, json_root(&p->tender->doc), "openAt", 0);
	/* Once the key stands, its policy's hours are those that holders act by: a tender that says others is a postponement that k have not signed yet. */
	if (p->replay && p->replay->has_key) {
		deadline = (int64_t)p->replay->policy.deadline_ms;
		closed = deadline + (int64_t)p->replay->policy.grace_ms;
		open = (int64_t)p->replay->policy.open_ms;
	}
	if (p->scores || process_next(p, P_SCORE, NULL))
		return PROCESS_EVALUATING;
	if (!brief && (!p->replay || !p->replay->has_key))
		return PROCESS_AGREED;
	if (!text_is(p->tender, "status", "open"))
		return PROCESS_KEYED;
	if (now_ms < deadline) {
		*ret_next = deadline;
		return PROCESS_OPEN;
	}
	*ret_next = now_ms < closed ? closed : now_ms < open ? open : 0;
	if (!brief && replay_open(p->replay))
		return PROCESS_OPENED;
	return PROCESS_CLOSED;
}

/* In brief the messages are not here: a tender that is open, in a procurement that all have signed once, is taken to have its key. */
static bool stands(const struct process *p, bool brief)
{
	size_t ever = 0;

	if (!brief)
		return p->n_consent == p->n_participant || (p->replay && p->replay->has_key);
	for (size_t i = 0; i < p->n_participant; i++)
		ever += p->consent[i].ever;
	return p->n_consent == p->n_participant ||
	       (ever == p->n_participant && text_is(p->tender, "status", "open"));
}

static int read(const struct rows *rows, bool brief, int64_t now_ms, struct arena *arena,
	struct process *ret, struct why *why)
{
	struct process *p = arena_new(arena, struct process);
	int rc;

	p->rows = rows;
	rc = agreement_read(p, arena, why);
	if (rc < 0)
		return rc;
	consents_read(p);
	p->tender = last_of(p, P_TENDER);
	scores_read(p);
	award_read(p);
	complaints_read(p);
	if (!brief)
		seal_read(p, arena);
	p->stands = stands(p, brief);
	p->state = state_of(p, brief, now_ms, &p->next_ms);
	*ret = *p;
	return 0;
}

int process_read(const struct rows *rows, int64_t now_ms, struct arena *arena, struct process *ret,
	struct why *why)
{
	return read(rows, false, now_ms, arena, ret, why);
}

int process_read_brief(const struct rows *rows, int64_t now_ms, struct arena *arena,
	struct process *ret, struct why *why)
{
	return read(rows, true, now_ms, arena, ret, why);
}
