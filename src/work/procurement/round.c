/*
 * round.c: a tender's key may be begun several times, each time with a policy of the lead: which of them stands; see process.h.
 *
 *	1. A round is *made* when all holders have countersigned its policy and certified its key. A round that is not made is nothing beside one that is.
 *	2. Of rounds that are made one that k holders have closed stands: nothing that is shown afterwards undoes it. Else the one stands whose first bid was held earliest: the hour of the r-th receipt of a commit that counts. With fewer than r holders who lie, an
 *	   honest one is among any r, and it takes bids under one round only (step_commit): so a certificate that somebody has kept back, and shows when bids are in, brings a
 *	   round into being that no bid counts in, and none can any more once the deadline is over.
 *	3. Where no bid counts yet, the round stands for which the most holders have given a receipt; then the one that the lead's log has first.
 *
 * No clock here, no order of arrival: what is signed by k holders and more says it all.
 */
#include "base/enc.h"
#include "base/report.h"
#include "work/procurement/making.h"

#define POLICIES_MAX	    32 /* of one procurement that are looked at */
#define POLICIES_HANDED_MAX 8  /* of them that are not in the lead's log */

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
		if (!id_eq(&policy->holder[i].member, &p->participant[i]))
			return false;
	return true;
}

static bool boxes_given(const struct process *p, const struct seal_policy *policy)
{
	for (size_t i = 0; i < policy->n; i++)
		if (!box_given(p, i, &policy->holder[i].box))
			return false;
	return true;
}

struct round {
	struct seal_replay *replay;
	struct slice *message, *mine;
	size_t n_message, n_mine;
};

/* What makes a key stands in many logs alike, and once in a transcript. */
static bool is_new(struct map *have, struct slice message)
{
	return (!making_is(message) && !slice_is(msg_type(message), "policy")) ||
	       !map_put(have, message, have);
}

/* Messages of one policy; shares in records dated before the opening are left out: they are refused. */
static void messages_of(const struct making *making, const struct seal_policy *policy,
	const struct said *all, size_t n, struct arena *arena, struct round *ret)
{
	struct seal_told told;
	struct seal_hours hours;
	struct slice *list;
	struct map have = {0};
	size_t m = 0, k = 0;

	/* Room for those of this policy and for its own text, whatever else others have written. */
	for (size_t i = 0; i < n; i++)
		m += of_sid(all[i].text, &policy->sid) || slice_eq(all[i].text, policy->text);
	list = arena_array(arena, struct slice, m + 1);
	ret->mine = arena_array(arena, struct slice, m + 1);
	m = 0;
	for (size_t i = 0; i < n; i++)
		if (of_sid(all[i].text, &policy->sid))
			list[m++] = all[i].text;
	if (!replay_closed_hours(policy, list, m, arena, &hours)) {
		seal_postponed(policy, list, m, arena, &told);
		hours = told.hours;
	}
	for (size_t i = 0; i < n; i++) {
		bool early = slice_is(msg_type(all[i].text), "open.share") &&
			     all[i].in->time_ms < (int64_t)hours.open_ms;

		if (early || (!slice_eq(all[i].text, policy->text) &&
				     !of_sid(all[i].text, &policy->sid)))
			continue;
		if (all[i].in->mine)
			ret->mine[ret->n_mine++] = all[i].text;
		if (making_counts(making, policy, &all[i]) && is_new(&have, all[i].text))
			list[k++] = all[i].text;
	}
	map_free(&have);
	ret->message = list;
	ret->n_message = k;
}

static int by_log(const void *a, const void *b)
{
	const struct said *const *x = a, *const *y = b;

	if ((*x)->in->epoch != (*y)->in->epoch)
		return (*x)->in->epoch < (*y)->in->epoch ? -1 : 1;
	return (*x)->in->seq < (*y)->in->seq ? -1 : (*x)->in->seq > (*y)->in->seq;
}

/* Those that the lead's log has no longer, or not yet, and others bear: first what most do. */
struct handed {
	const struct said *said;
	unsigned others;
};

static int by_others(const void *a, const void *b)
{
	const struct handed *x = a, *y = b;

	if (x->others != y->others)
		return x->others > y->others ? -1 : 1;
	return slice_cmp(x->said->text, y->said->text);
}

static size_t policies_handed(const struct making *making, const struct said *all, size_t n,
	struct arena *arena, const struct said **ret)
{
	struct handed *list = arena_array(arena, struct handed, n + 1);
	size_t m = 0, kept = 0;

	for (size_t i = 0; i < n; i++)
		if (slice_is(msg_type(all[i].text), "policy"))
			list[m++] =
				(struct handed){&all[i], making_policy_others(making, all[i].text)};
	if (m)
		qsort(list, m, sizeof(*list), by_others);
	for (size_t i = 0; i < m && list[i].others > 1 && kept < POLICIES_HANDED_MAX; i++)
		if (i == 0 || !slice_eq(list[i].said->text, list[i - 1].said->text))
			ret[kept++] = list[i].said;
	return kept;
}

/* Behind those the lead's first policies in the order of its log, whatever hours it gives them; more than a few are nobody's honest doing. */
static size_t policies(const struct making *making, const struct said *all, size_t n,
	struct arena *arena, const struct said ***ret)
{
	const struct said **list =
		arena_array(arena, const struct said *, n + POLICIES_HANDED_MAX + 1);
	size_t handed = policies_handed(making, all, n, arena, list), m = handed;

	for (size_t i = 0; i < n; i++)
		if (slice_is(msg_type(all[i].text), "policy") &&
			id_eq(&all[i].in->object.owner, &making->p->lead))
			list[m++] = &all[i];
	if (m > handed)
		qsort(list + handed, m - handed, sizeof(*list), by_log);
	*ret = list;
	return m < POLICIES_MAX ? m : POLICIES_MAX;
}

/* What speaks for a round. */
struct worth {
	bool made;
	bool closed;
	uint64_t held_ms; /* UINT64_MAX: no bid counts */
	uint64_t held_by; /* bits of holders who have given a receipt */
};

static struct worth worth_of(const struct seal_replay *r)
{
	struct worth w = {.made = r->has_key, .closed = r->closed != NULL, .held_ms = UINT64_MAX};

	for (size_t i = 0; i < r->n_receipt; i++)
		w.held_by |= 1ULL << (r->receipt[i].i - 1);
	for (size_t i = 0; i < r->n_line; i++)
		if (r->line[i].counted && r->line[i].held_ms < w.held_ms)
			w.held_ms = r->line[i].held_ms;
	return w;
}

/* Does `a` stand rather than `b`, which the lead's log has before it? While none is made the newest is the one to be made. */
static bool worth_more(const struct worth *a, const struct worth *b)
{
	if (a->made != b->made || !a->made)
		return a->made >= b->made;
	if (a->closed != b->closed)
		return a->closed;
	if (a->held_ms != b->held_ms)
		return a->held_ms < b->held_ms;
	return a->held_ms == UINT64_MAX && bits_count(a->held_by) > bits_count(b->held_by);
}

/* The messages of one round, replayed; false if its policy is none. */
static bool round_read(const struct making *making, const struct said *policy_said,
	const struct said *all, size_t n, struct arena *arena, struct round *ret)
{
	struct seal_policy *policy = arena_new(arena, struct seal_policy);

	if (seal_policy_parse(policy, policy_said->text, NULL) < 0 ||
		!policy_fits(making->p, policy, arena) || !making_policy_counts(making, policy))
		return false;
	*ret = (struct round){.mine = NULL};
	messages_of(making, policy, all, n, arena, ret);
	ret->replay = arena_new(arena, struct seal_replay);
	if (seal_replay(ret->message, ret->n_message, arena, ret->replay, NULL) < 0)
		return false;
	/* A key without all countersignatures is one that somebody has not looked at. */
	ret->replay->has_key &= bits_count(ret->replay->countersigned) == policy->n;
	/* Who has countersigned has looked at its box key, and a consent that is taken back afterwards undoes nothing. */
	return ret->replay->has_key || boxes_given(making->p, policy);
}

/* Is the last of these among those before it? */
static bool is_known(const struct hash *sid, size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (hash_eq(&sid[i], &sid[before]))
			return true;
	return false;
}

void process_rounds(struct process *p, struct arena *arena)
{
	struct worth best = {.made = false};
	struct hash sid[POLICIES_MAX];
	uint64_t held_by = 0;
	const struct said **of;
	struct making making;
	struct said *all;
	size_t n, found, known = 0;

	process_messages(p->rows, arena, &all, &n);
	making_read(p, all, n, arena, &making);
	found = policies(&making, all, n, arena, &of);
	for (size_t i = 0; i < found; i++) {
		struct round round;
		struct worth w;

		/* The same again, or signed another time, is the same round, and none beside it. */
		sid[known] = hash_bytes(msg_body(of[i]->text));
		if (is_known(sid, known) || !round_read(&making, of[i], all, n, arena, &round))
			continue;
		known++;
		w = worth_of(round.replay);
		if (p->replay && !worth_more(&w, &best)) {
			held_by |= w.made ? w.held_by : 0;
			continue;
		}
		held_by |= best.made ? best.held_by : 0;
		best = w;
		p->replay = round.replay;
		p->message = round.message;
		p->n_message = round.n_message;
		p->mine = round.mine;
		p->n_mine = round.n_mine;
	}
	p->held_elsewhere = held_by;
	making_free(&making);
}
