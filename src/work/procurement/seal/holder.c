/* holder.c: see holder.h. */
#include "work/procurement/seal/holder.h"

#include "base/report.h"

void holder_set(const struct seal_replay *r, const struct hash *tender, struct arena *arena,
	struct seal_close *ret)
{
	struct close_leaf *leaf = arena_array(arena, struct close_leaf, r->n_line + 1);
	struct seal_hours hours = seal_policy_hours(&r->policy);

	for (size_t i = 0; i < r->n_line; i++) {
		const struct tally_line *line = &r->line[i];

		leaf[i].leaf = line->commit->leaf;
		leaf[i].state = !line->counted				 ? LEAF_HELD
				: !line->active				 ? LEAF_COUNTED
				: replay_sealed(r, line->commit) != NULL ? LEAF_IN_FORCE
									 : LEAF_MISSING;
	}
	seal_close_make(ret, tender, &hours, leaf, r->n_line, arena);
}

static bool has_viewed(const struct seal_replay *r, uint32_t me)
{
	for (size_t i = 0; i < r->n_view; i++)
		if (r->view[i].i == me)
			return true;
	return false;
}

static bool has_signed(const struct seal_replay *r, uint32_t me)
{
	for (size_t i = 0; i < r->n_close; i++)
		if (r->close[i].signed_by & 1ULL << (me - 1))
			return true;
	return false;
}

bool holder_is_done(const struct seal_replay *r, uint32_t me)
{
	return r->closed || has_viewed(r, me) || has_signed(r, me);
}

bool holder_may_share(const struct seal_replay *r, uint32_t me)
{
	for (size_t i = 0; i < r->n_close; i++)
		if (&r->close[i] != r->closed && (r->close[i].shared_by & 1ULL << (me - 1)))
			return false;
	return r->closed != NULL;
}

/* ---- the hours ---- */

/* The lead's turn is at once when all have said what they know; the others' come one after the other, so that they do not split. */
static int64_t turn_ms(const struct seal_replay *r, const struct seal_hours *h, uint32_t i)
{
	int64_t end = (int64_t)(h->deadline_ms + r->policy.grace_ms);
	int64_t place = i < r->policy.lead ? (int64_t)i : (int64_t)i - 1;
	uint64_t viewed = 0;

	for (size_t v = 0; v < r->n_view; v++)
		viewed |= 1ULL << (r->view[v].i - 1);
	if (i == r->policy.lead)
		return end + (bits_count(viewed) < r->policy.n ? PROCUREMENT_TAKEOVER_MS : 0);
	return end + PROCUREMENT_TAKEOVER_MS * (1 + place);
}

static bool hours_eq(const struct seal_hours *a, const struct seal_hours *b)
{
	return a->deadline_ms == b->deadline_ms && a->open_ms == b->open_ms &&
	       a->fallback_ms == b->fallback_ms;
}

/* The first hours, or later ones that k holders have signed. */
static bool hours_stand(const struct seal_replay *r, const struct seal_hours *h)
{
	if (hours_eq(h, &r->first))
		return true;
	for (size_t i = 0; i < r->told.n; i++)
		if (r->told.of[i].stands && hours_eq(h, &r->told.of[i].hours))
			return true;
	return false;
}

/* ---- the tender ---- */

static size_t tender_place(const struct seal_tenders *t, const struct hash *leaf)
{
	for (size_t i = 0; i < t->n; i++)
		if (hash_eq(&t->of[i].leaf, leaf))
			return i;
	return SIZE_MAX;
}

/* The newest that was written before the deadline; if none was, the first. */
static const struct hash *tender_of(const struct seal_tenders *t, uint64_t deadline_ms)
{
	const struct seal_tender *found = &t->of[0];

	MUST(t->n > 0);
	for (size_t i = 0; i < t->n; i++)
		if (t->of[i].time_ms <= (int64_t)deadline_ms)
			found = &t->of[i];
	return &found->leaf;
}

/* ---- is a closing one to sign? ---- */

enum verdict { VERDICT_GOOD, VERDICT_WAIT, VERDICT_LACKS, VERDICT_BAD };

struct judging {
	const struct seal_replay *r;
	uint32_t me;
	const struct seal_tenders *tenders;
	struct arena *arena;
	struct hash *missing;
	size_t n_missing;
};

static void lacks(struct judging *j, const struct hash *leaf)
{
	for (size_t i = 0; i < j->n_missing; i++)
		if (hash_eq(&j->missing[i], leaf))
			return;
	j->missing[j->n_missing++] = *leaf;
}

/* What this holder knew when the grace was over must be there. A tree that is full may leave out what does not count. */
static void view_judge(struct judging *j, const struct seal_close *c, const struct seal_close *view)
{
	for (size_t i = 0; i < view->n; i++) {
		const struct close_leaf *mine = &view->leaf[i],
					*theirs = seal_close_find(c, &mine->leaf);

		if (!theirs) {
			if (leaf_counts(mine->state) || c->n < LIMIT_SEAL_COMMITS)
				lacks(j, &mine->leaf);
		} else if ((leaf_counts(mine->state) && !leaf_counts(theirs->state)) ||
			   (mine->state == LEAF_IN_FORCE && theirs->state == LEAF_MISSING)) {
			lacks(j, &mine->leaf);
		}
	}
}

static void receipts_judge(struct judging *j, const struct seal_close *c)
{
	for (size_t i = 0; i < j->r->n_line && c->n < LIMIT_SEAL_COMMITS; i++)
		if ((j->r->line[i].held & 1ULL << (j->me - 1)) &&
			!seal_close_find(c, &j->r->line[i].commit->leaf))
			lacks(j, &j->r->line[i].commit->leaf);
}

/* Does what is in force follow from what counts there; and is what counts known here? */
static enum verdict force_judge(struct judging *j, const struct seal_close *c)
{
	struct tally_line *line = arena_array(j->arena, struct tally_line, c->n + 1);
	enum leaf_state *said = arena_array(j->arena, enum leaf_state, c->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct tally_line *here = replay_line(j->r, &c->leaf[i].leaf);

		if (!leaf_counts(c->leaf[i].state))
			continue;
		if (!here || !seal_counts(here, &j->r->policy, c->hours.deadline_ms))
			return VERDICT_WAIT;
		if (c->leaf[i].state == LEAF_IN_FORCE && !replay_sealed(j->r, here->commit))
			return VERDICT_WAIT;
		line[n] = *here;
		line[n].counted = true;
		said[n++] = c->leaf[i].state;
	}
	seal_settle(line, n);
	for (size_t i = 0; i < n; i++)
		if (line[i].active != (said[i] >= LEAF_IN_FORCE))
			return VERDICT_BAD;
	return VERDICT_GOOD;
}

/* May the award go by this tender and these hours, given what this holder has said that it knows? */
static enum verdict rules_judge(const struct judging *j, const struct seal_close *c)
{
	size_t place = tender_place(j->tenders, &c->tender);

	if (!hours_stand(j->r, &c->hours) || place == SIZE_MAX)
		return VERDICT_WAIT;
	if (j->tenders->of[place].time_ms > (int64_t)c->hours.deadline_ms && place > 0)
		return VERDICT_BAD;
	for (size_t i = 0; i < j->r->n_view; i++) {
		const struct seal_close *view = &j->r->view[i];
		size_t mine = tender_place(j->tenders, &view->tender);

		if (view->i == j->me && (c->hours.deadline_ms < view->hours.deadline_ms ||
						(mine != SIZE_MAX && place < mine)))
			return VERDICT_BAD;
	}
	return VERDICT_GOOD;
}

static enum verdict judge(struct judging *j, const struct seal_close *c)
{
	enum verdict v;

	j->n_missing = 0;
	j->missing = arena_array(j->arena, struct hash, j->r->n_line + LIMIT_SEAL_COMMITS + 1);
	receipts_judge(j, c);
	for (size_t i = 0; i < j->r->n_view; i++)
		if (j->r->view[i].i == j->me)
			view_judge(j, c, &j->r->view[i]);
	if (j->n_missing)
		return VERDICT_LACKS;
	v = rules_judge(j, c);
	return v == VERDICT_GOOD ? force_judge(j, c) : v;
}

/* ---- what is next ---- */

struct seen {
	bool mine, good,
		waits; /* a closing by me; one that I could sign, or have signed; one of which something is still to come */
};

/* Answers to what is here; false if there is nothing to answer. */
static bool answer(struct judging *j, int64_t now_ms, bool signed_one, struct holder_next *next,
	struct seen *seen)
{
	const struct seal_replay *r = j->r;
	uint64_t bit = 1ULL << (j->me - 1);

	for (size_t i = 0; i < r->n_close; i++) {
		const struct replay_close *c = &r->close[i];
		enum verdict v;

		seen->mine |= c->close.i == j->me;
		seen->good |= (c->signed_by & bit) != 0;
		if ((c->signed_by & bit) || now_ms < turn_ms(r, &c->close.hours, c->close.i))
			continue;
		v = judge(j, &c->close);
		seen->good |= v == VERDICT_GOOD;
		seen->waits |= v == VERDICT_WAIT;
		if (v == VERDICT_GOOD && !signed_one && !r->closed)
			*next = (struct holder_next){.what = HOLDER_COSIGNS, .of = c};
		else if (v == VERDICT_LACKS && !(c->dissent & bit))
			*next = (struct holder_next){.what = HOLDER_DISSENTS,
				.of = c,
				.missing = j->missing,
				.n_missing = j->n_missing};
		if (next->what != HOLDER_WAITS)
			return true;
	}
	return false;
}

void holder_next(const struct seal_replay *r, uint32_t me, const struct seal_tenders *tenders,
	int64_t now_ms, struct arena *arena, struct holder_next *ret)
{
	struct judging j = {.r = r, .me = me, .tenders = tenders, .arena = arena};
	struct seal_hours hours = seal_policy_hours(&r->policy);
	int64_t end = (int64_t)(hours.deadline_ms + r->policy.grace_ms), turn;
	const struct hash *tender = tender_of(tenders, hours.deadline_ms);
	bool signed_one = has_signed(r, me);
	struct seen seen = {.mine = false};

	*ret = (struct holder_next){.what = HOLDER_WAITS};
	if (!r->closed && !has_viewed(r, me) && !signed_one) {
		if (now_ms < end) {
			ret->again_ms = end;
		} else {
			ret->what = HOLDER_VIEWS;
			holder_set(r, tender, arena, &ret->set);
		}
		return;
	}
	if (answer(&j, now_ms, signed_one, ret, &seen) || r->closed || signed_one || seen.good)
		return;
	turn = turn_ms(r, &hours, me);
	/* Something that only has to arrive here is worth as long again as all turns take. */
	if (seen.waits)
		turn += PROCUREMENT_TAKEOVER_MS * (int64_t)r->policy.n;
	if (now_ms < turn) {
		ret->again_ms = turn;
		return;
	}
	ret->what = HOLDER_CLOSES;
	holder_set(r, tender, arena, &ret->set);
}

void holder_print(const struct holder_next *next, const struct seal_policy *p, uint32_t me,
	const struct seckey *key, struct buf *ret)
{
	switch (next->what) {
	case HOLDER_VIEWS:
		seal_close_print(CLOSE_VIEW, p, me, &next->set, key, ret);
		return;
	case HOLDER_CLOSES:
		seal_close_print(CLOSE_SEAL, p, me, &next->set, key, ret);
		return;
	case HOLDER_COSIGNS:
		seal_cosig_print(p, me, &next->of->close, key, ret);
		return;
	case HOLDER_DISSENTS:
		seal_dissent_print(
			p, me, &next->of->close, next->missing, next->n_missing, key, ret);
		return;
	case HOLDER_WAITS:
		break;
	}
	/* Asked only when something is due. */
	MUST(next->what != HOLDER_WAITS);
}
