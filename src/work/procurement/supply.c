/* supply.c: what suppliers bring to the door, and how much of it there is room for; see step.h. */
#include "base/map.h"
#include "base/report.h"
#include "work/procurement/step.h"

static int door_open(
	const struct seat *s, const struct process *p, uint32_t *ret_me, struct why *why)
{
	size_t index = process_index(p, &s->node->self);

	if (index == SIZE_MAX || !p->replay || !p->replay->has_key ||
		p->state == PROCESS_CANCELLED || p->state == PROCESS_UNSUCCESSFUL)
		return why_set(why, E_STATE, "", "this tender takes no bids here now");
	/* Who does not see all that it has said would say it again: two receipts of different hours for one commit, say. */
	if (p->rows->left_mine)
		return why_set(why, E_LIMIT, "",
			"no more bids are taken at this door: what it may keep of this tender is full");
	*ret_me = (uint32_t)index + 1;
	return 0;
}

/* ---- room ---- */

/* What one bidder has at this door. */
struct places {
	size_t taken, owed; /* all acts here; bidders who have but one, and so have a place more */
	size_t mine;	    /* acts of the bidder who is asked about */
};

static struct places places_of(
	const struct seal_replay *r, uint32_t me, const struct pubkey *bidder)
{
	struct map acts = {0};
	struct places p = {0};

	for (size_t i = 0; i < r->n_line; i++) {
		const struct pubkey *by = &r->line[i].commit->name.bidder;

		if (!(r->line[i].held & 1ULL << (me - 1)))
			continue; /* others' doors are theirs to fill */
		uintptr_t n = (uintptr_t)map_get(&acts, PART(*by)) + 1;
		map_put(&acts, PART(*by), (void *)n);
		p.taken++;
		p.owed += n == 1 ? 1 : 0;
		p.owed -= n == 2 ? 1 : 0;
	}
	if (bidder)
		p.mine = (size_t)(uintptr_t)map_get(&acts, PART(*bidder));
	map_free(&acts);
	return p;
}

/*
 * taken + owed ≤ LIMIT_SEAL_COMMITS, always: whoever has bid can replace or withdraw once, however many strangers come with keys of a minute ago. A new bid takes two places, the second
 * act of a bidder the one that was kept for it, further acts what is free.
 */
static int place_check(const struct places *p, struct why *why)
{
	size_t wants = p->mine == 0 ? 2 : p->mine == 1 ? 0 : 1;

	if (p->taken + p->owed + wants <= LIMIT_SEAL_COMMITS)
		return 0;
	return why_set(why, E_LIMIT, "",
		p->mine ? "no more versions of this bidder are taken at this door: it is full"
			: "no new bids are taken at this door: it is full; who has bid can replace or withdraw it, and other members' doors may have room");
}

/* What records of this node have of its part of the procurement. */
static void used_of(
	const struct process *p, const struct id *self, uint64_t *ret_bytes, size_t *ret_rows)
{
	*ret_bytes = 0;
	*ret_rows = 0;
	for (size_t i = 0; i < p->rows->n; i++)
		if (id_eq(&p->rows->row[i].object.owner, self)) {
			*ret_bytes += p->rows->row[i].took;
			(*ret_rows)++;
		}
}

/* Does so much more fit into what this node may have there, with room for what closing and opening ask of it, and of new bids for what is owed to those that are here? */
static int room_check(
	const struct seat *s, const struct process *p, size_t more, bool known, struct why *why)
{
	uint64_t part = p->rows->own_bytes, used;
	uint64_t may = known ? LIMIT_DOOR_THOUSANDTHS : LIMIT_DOOR_NEW_THOUSANDTHS;
	size_t rows, rows_max = p->rows->own_rows;

	used_of(p, &s->node->self, &used, &rows);
	more = more * LIMIT_DOOR_TAKES + sizeof(struct row);
	if ((used + more) / may >= part / 1000 || rows / may >= rows_max / 1000 + 1)
		return why_set(why, E_LIMIT, "",
			"no more bids are taken at this door: what it may keep of this tender is full");
	return 0;
}

void step_door_room(const struct process *p, const struct id *self, struct door_room *ret)
{
	size_t index = process_index(p, self), rows;
	uint64_t may = p->rows->own_bytes / 1000 * LIMIT_DOOR_NEW_THOUSANDTHS;
	uint64_t used;
	struct places here;

	*ret = (struct door_room){0};
	if (index == SIZE_MAX || !p->replay)
		return;
	here = places_of(p->replay, (uint32_t)index + 1, NULL);
	used_of(p, self, &used, &rows);
	ret->taken = here.taken;
	ret->commits = (LIMIT_SEAL_COMMITS - here.taken - here.owed) / 2;
	ret->bytes = used < may ? (may - used) / LIMIT_DOOR_TAKES : 0;
}

size_t step_door_acts(const struct process *p, const struct id *self, const struct pubkey *bidder)
{
	size_t index = process_index(p, self);

	return index == SIZE_MAX ? 0 : places_of(p->replay, (uint32_t)index + 1, bidder).mine;
}

/* ---- messages ---- */

int step_commit(const struct seat *s, const struct process *p, struct slice commit, int64_t now_ms,
	struct arena *arena, struct slice *ret_receipt, struct why *why)
{
	const struct seal_replay *r = p->replay;
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct slice message[2];
	struct places places;
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
	/* Whoever has said what it knows, or signed a closing, has nothing to add to it: also when a later deadline comes to light. */
	if (holder_is_done(r, me))
		return why_set(why, E_STATE, "", "this node has closed the tender");
	/* round.c, rule 2: a holder's receipts are of one round, or they would say nothing about which one stands. */
	if (p->held_elsewhere & 1ULL << (me - 1))
		return why_set(why, E_STATE, "",
			"this node has taken bids under another key of this tender: try another member's");
	places = places_of(r, me, &c.name.bidder);
	rc = place_check(&places, why);
	if (rc == 0)
		rc = room_check(s, p, commit.n, places.mine > 0, why);
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
	if (holder_is_done(r, me))
		return why_set(why, E_STATE, "", "this node has closed the tender");
	for (size_t i = 0; i < r->n_sealed; i++)
		if (hash_eq(&r->sealed[i].hash, &b.hash))
			return 0;
	/* What was committed to here has its place. */
	rc = room_check(s, p, sealed.n, places_of(r, me, &b.name.bidder).mine > 0, why);
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
			/* A bidder can sign the same in ever new bytes: what is open already is not kept again. */
			return r->bid[i].state == BID_SEALED
				       ? step_send(s, p, &message, 1, arena, why)
				       : 0;
	return why_set(why, E_VERIFY, "r", "opens no bid that is in force");
}
