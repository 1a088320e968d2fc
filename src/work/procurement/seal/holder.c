/* holder.c: see holder.h. */
#include "work/procurement/seal/holder.h"

#include "base/map.h"
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
	return (r->bound & 1ULL << (me - 1)) != 0;
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

/* The lead's turn is at once when all have said what they know, and lasts until the others' begin; theirs come one after the other, so that they do not split. */
static int64_t turn_ms(const struct seal_replay *r, const struct seal_hours *h, uint32_t i)
{
	int64_t end = (int64_t)(h->deadline_ms + r->policy.grace_ms);
	int64_t place = i < r->policy.lead ? (int64_t)i : (int64_t)i - 1;
	uint64_t viewed = 0;

	for (size_t v = 0; v < r->n_view; v++)
		viewed |= 1ULL << (r->view[v].i - 1);
	if (i == r->policy.lead)
		return end + (bits_count(viewed) < r->policy.n ? PROCUREMENT_TAKEOVER_MS : 0);
	return end + PROCUREMENT_TAKEOVER_MS * (2 + place);
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

/* Does a closing or view say less of a commit than `mine`? What does not count asks nothing of anybody but of who has receipted it. */
static bool falls_short(const struct close_leaf *mine, const struct seal_close *c)
{
	const struct close_leaf *theirs = seal_close_find(c, &mine->leaf);

	return leaf_counts(mine->state) &&
	       (!theirs || !leaf_counts(theirs->state) ||
		       (mine->state == LEAF_IN_FORCE && theirs->state == LEAF_MISSING));
}

/* What this holder knew when the grace was over must be there. */
static void view_judge(struct judging *j, const struct seal_close *c, const struct seal_close *view)
{
	for (size_t i = 0; i < view->n; i++)
		if (falls_short(&view->leaf[i], c))
			lacks(j, &view->leaf[i].leaf);
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
		/* Also what stands here already: who has signed it may have shown that to this holder alone. */
		if (v == VERDICT_GOOD && !signed_one && (!r->closed || c == r->closed))
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

/* ---- what others have to be shown ---- */

struct showing {
	const struct seal_replay *r;
	uint32_t me;
	struct map mine; /* texts that are in this holder's log */
	const struct seal_close *view[LIMIT_SEAL_HOLDERS];
	size_t n_view;
	struct arena *arena;
	struct slice *text; /* to hand on */
	size_t n, room, bytes, bytes_max;
};

/* The other holders' views, one of each: an honest one has written no more. */
static size_t views_of(
	const struct seal_replay *r, uint32_t me, const struct seal_close *ret[LIMIT_SEAL_HOLDERS])
{
	uint64_t seen = 1ULL << (me - 1);
	size_t n = 0;

	for (size_t i = 0; i < r->n_view; i++) {
		uint64_t bit = 1ULL << (r->view[i].i - 1);

		if (!(seen & bit))
			ret[n++] = &r->view[i];
		seen |= bit;
	}
	return n;
}

static bool is_mine(const struct showing *s, struct slice text)
{
	return map_has(&s->mine, text);
}

static void show(struct showing *s, struct slice text)
{
	if (is_mine(s, text))
		return;
	if (s->n == s->room) {
		struct slice *more = arena_array(s->arena, struct slice, 2 * s->room + 16);

		if (s->n)
			memcpy(more, s->text, s->n * sizeof(*more));
		s->text = more;
		s->room = 2 * s->room + 16;
	}
	s->text[s->n++] = text;
	s->bytes += text.n;
	(void)map_put(&s->mine, text, s);
}

static void showing_begin(struct showing *s, const struct seal_mine *mine)
{
	const struct seal_replay *r = s->r;

	for (size_t i = 0; i < mine->n; i++)
		(void)map_put(&s->mine, mine->of[i], s);
	s->n_view = views_of(r, s->me, s->view);
	s->bytes_max = LIMIT_PROCESS_BYTES / r->policy.n / SEAL_SHOWN_PART;
	/* What has been shown already. */
	for (size_t i = 0; i < r->n_receipt; i++)
		if (r->receipt[i].i != s->me && is_mine(s, r->receipt[i].text))
			s->bytes += r->receipt[i].text.n;
	for (size_t i = 0; i < r->n_line; i++) {
		const struct tally_line *line = &r->line[i];
		const struct bid_sealed *sealed;

		if ((line->held & 1ULL << (s->me - 1)) || !is_mine(s, line->commit->text))
			continue;
		sealed = replay_sealed(r, line->commit);
		s->bytes += line->commit->text.n +
			    (sealed && is_mine(s, sealed->text) ? sealed->text.n : 0);
	}
}

static unsigned denied_by(const struct showing *s, const struct close_leaf *leaf)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->n_view; i++)
		n += falls_short(leaf, s->view[i]);
	return n;
}

static int by_stamp(const void *a, const void *b)
{
	const struct bid_receipt *const *x = a, *const *y = b;

	if ((*x)->time_ms != (*y)->time_ms)
		return (*x)->time_ms < (*y)->time_ms ? -1 : 1;
	return (*x)->i < (*y)->i ? -1 : (*x)->i > (*y)->i;
}

/* The r earliest receipts of a commit, of each holder the first: those by which it counts. */
static size_t receipts_of(const struct seal_replay *r, const struct hash *leaf,
	const struct bid_receipt *ret[LIMIT_SEAL_HOLDERS])
{
	size_t low = 0, high = r->n_receipt, n = 0;

	/* They are sorted by leaf, holder and time. */
	while (low < high) {
		size_t at = low + (high - low) / 2;

		if (hash_cmp(&r->receipt[at].leaf, leaf) < 0)
			low = at + 1;
		else
			high = at;
	}
	for (; low < r->n_receipt && hash_eq(&r->receipt[low].leaf, leaf); low++)
		if (n == 0 || ret[n - 1]->i != r->receipt[low].i)
			ret[n++] = &r->receipt[low];
	qsort(ret, n, sizeof(ret[0]), by_stamp);
	return n < r->policy.r ? n : r->policy.r;
}

/* All that makes a commit count and, if it is in force here, opens it; nothing of it where there is no room for all. */
static void line_show(struct showing *s, const struct close_leaf *leaf)
{
	const struct bid_receipt *receipt[LIMIT_SEAL_HOLDERS];
	const struct tally_line *line = replay_line(s->r, &leaf->leaf);
	const struct bid_sealed *sealed = NULL;
	size_t n, bytes;

	if (!line)
		return;
	n = receipts_of(s->r, &leaf->leaf, receipt);
	if (leaf->state == LEAF_IN_FORCE)
		sealed = replay_sealed(s->r, line->commit);
	bytes = is_mine(s, line->commit->text) ? 0 : line->commit->text.n;
	bytes += sealed && !is_mine(s, sealed->text) ? sealed->text.n : 0;
	for (size_t i = 0; i < n; i++)
		bytes += is_mine(s, receipt[i]->text) ? 0 : receipt[i]->text.n;
	if (s->bytes + bytes > s->bytes_max)
		return;
	show(s, line->commit->text);
	for (size_t i = 0; i < n; i++)
		show(s, receipt[i]->text);
	if (sealed)
		show(s, sealed->text);
}

struct denied {
	const struct close_leaf *leaf;
	unsigned by;
};

static int by_denied(const void *a, const void *b)
{
	const struct denied *x = a, *y = b;

	if (x->by != y->by)
		return x->by > y->by ? -1 : 1;
	return hash_cmp(&x->leaf->leaf, &y->leaf->leaf);
}

/* Of what `set` counts, that which another's view does not. */
static void set_show(struct showing *s, const struct seal_close *set)
{
	struct denied *d = arena_array(s->arena, struct denied, set->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++) {
		unsigned by = denied_by(s, &set->leaf[i]);

		if (by)
			d[n++] = (struct denied){&set->leaf[i], by};
	}
	qsort(d, n, sizeof(*d), by_denied);
	for (size_t i = 0; i < n; i++)
		line_show(s, d[i].leaf);
}

/* Fills next->show: see holder.h, 4. */
static void shows(const struct seal_replay *r, uint32_t me, const struct seal_mine *mine,
	struct arena *arena, struct holder_next *next)
{
	struct showing s = {.r = r, .me = me, .arena = arena};

	showing_begin(&s, mine);
	for (size_t i = 0; i < r->told.n_said; i++)
		if (r->told.said[i].bears)
			show(&s, r->told.said[i].text);
	if (next->what == HOLDER_COSIGNS)
		show(&s, next->of->close.text);
	if (next->what == HOLDER_CLOSES)
		set_show(&s, &next->set);
	for (size_t i = 0; i < r->n_close; i++)
		if (r->close[i].close.i == me)
			set_show(&s, &r->close[i].close);
	for (size_t i = 0; i < r->n_view; i++)
		if (r->view[i].i == me)
			set_show(&s, &r->view[i]);
	map_free(&s.mine);
	next->show = s.text;
	next->n_show = s.n;
	if (next->what == HOLDER_WAITS && s.n)
		next->what = HOLDER_SHOWS;
}

/* Has somebody said that more counts than `set` has? */
static bool is_short(const struct seal_replay *r, uint32_t me, const struct seal_close *set)
{
	const struct seal_close *view[LIMIT_SEAL_HOLDERS];
	size_t n = views_of(r, me, view);

	for (size_t v = 0; v < n; v++)
		for (size_t i = 0; i < view[v]->n; i++)
			if (falls_short(&view[v]->leaf[i], set))
				return true;
	return false;
}

/* What is due, but for what is to be shown. */
static void act(const struct seal_replay *r, uint32_t me, const struct seal_tenders *tenders,
	int64_t now_ms, struct arena *arena, struct holder_next *ret)
{
	struct judging j = {.r = r, .me = me, .tenders = tenders, .arena = arena};
	struct seal_hours hours = seal_policy_hours(&r->policy);
	int64_t end = (int64_t)(hours.deadline_ms + r->policy.grace_ms), turn;
	const struct hash *tender = tender_of(tenders, hours.deadline_ms);
	bool signed_one = has_signed(r, me);
	struct seen seen = {.mine = false};

	*ret = (struct holder_next){.what = HOLDER_WAITS};
	/* Also where it is closed: from its view others see what this holder has to be shown. */
	if (!has_viewed(r, me) && !signed_one) {
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
	holder_set(r, tender, arena, &ret->set);
	if (me == r->policy.lead && is_short(r, me, &ret->set))
		turn = end + 2 * PROCUREMENT_TAKEOVER_MS;
	/* Something that only has to arrive here is worth as long again as all turns take. */
	if (seen.waits)
		turn += PROCUREMENT_TAKEOVER_MS * (int64_t)r->policy.n;
	if (now_ms < turn) {
		ret->again_ms = turn;
		return;
	}
	ret->what = HOLDER_CLOSES;
}

void holder_next(const struct seal_replay *r, uint32_t me, const struct seal_tenders *tenders,
	const struct seal_mine *mine, int64_t now_ms, struct arena *arena, struct holder_next *ret)
{
	act(r, me, tenders, now_ms, arena, ret);
	if (r->n_view || r->told.n_said || ret->what == HOLDER_COSIGNS)
		shows(r, me, mine, arena, ret);
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
	case HOLDER_SHOWS:
	case HOLDER_WAITS:
		break;
	}
	/* Asked only when something is due. */
	MUST(next->what != HOLDER_WAITS && next->what != HOLDER_SHOWS);
}
