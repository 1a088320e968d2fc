/* standing_write.c: from the settled facts to one status for each party (docs/standing.md §7). */
#include "base/limits.h"
#include "base/report.h"
#include "pact/standing_int.h"

/* What a party's status rests on. */
struct carry {
	enum status status;
	uint32_t fact;			   /* NO_FACT */
	const struct accession *accession; /* whose ratifiers are shown; NULL */
	int64_t withdraw_ms;
	bool on_roll;
};

/* Of the accessions of a term: one in effect (as member before as observer, the earliest), else the
 * last that is witnessed. */
static const struct accession *accession_of_term(
	const struct work *w, const struct party_work *p, unsigned term)
{
	const struct accession *best = NULL;
	int rank = 0;

	for (uint32_t i = p->accession_from; i < p->accession_to; i++) {
		const struct accession *a = &w->accession[i];
		const struct fact *f = &w->fact[a->fact];
		if (f->term != term || f->lapsed || !a->witnessed)
			continue;
		int r = !a->effective ? 1 : f->act->body.observer ? 2 : 3;
		if (r > rank || (r == 1 && rank == 1)) {
			best = a;
			rank = r;
		}
	}
	return best;
}

static bool is_observer(const struct work *w, const struct accession *a)
{
	return w->fact[a->fact].act->body.observer;
}

/* Status by the acts of one term; MENTIONED if there are none. */
static struct carry carry_of_term(const struct work *w, const struct party_work *p, unsigned term)
{
	struct carry c = {STATUS_MENTIONED, NO_FACT, accession_of_term(w, p, term), 0, false};
	bool has_signed = p->sign != NO_FACT && w->fact[p->sign].term == term;

	if (has_signed && w->in_force) {
		c = (struct carry){STATUS_MEMBER, p->sign, NULL, 0, true};
	} else if (c.accession && c.accession->effective) {
		bool observer = is_observer(w, c.accession);
		c.status = observer ? STATUS_OBSERVER : STATUS_MEMBER;
		c.fact = c.accession->fact;
		c.on_roll = !observer;
	} else if (has_signed) {
		c = (struct carry){STATUS_SIGNED, p->sign, NULL, 0, false};
	} else if (c.accession) {
		c.status = STATUS_APPLIED;
		c.fact = c.accession->fact;
	}
	return c;
}

static bool is_known(const struct work *w, const struct hash *charter)
{
	if (hash_eq(charter, &w->in->founding->hash))
		return true;
	for (size_t i = 0; i < w->n_amended; i++)
		if (hash_eq(charter, &w->amended[i].charter->hash))
			return true;
	for (size_t i = 0; i < w->in->n_known; i++)
		if (hash_eq(charter, &w->in->known[i]))
			return true;
	return false;
}

static uint32_t interest_of_term(const struct work *w, const struct party_work *p, unsigned term)
{
	for (uint32_t i = p->to; i-- > p->from;) {
		const struct fact *f = &w->fact[i];
		if (f->act->body.kind != ACT_INTEREST || f->term != term || f->lapsed)
			continue;
		if (is_known(w, &f->act->body.charter))
			return i;
	}
	return NO_FACT;
}

/* The last term before the present one from which there was something to withdraw. */
static bool ended_term(const struct work *w, const struct party_work *p, unsigned *ret)
{
	for (unsigned t = p->terms; t-- > 0;) {
		if (carry_of_term(w, p, t).fact != NO_FACT || (p->founder && t == 0)) {
			*ret = t;
			return true;
		}
	}
	return false;
}

/* Withdrawn: the earliest date that was named counts, so a notice can be shortened but never made
 * longer. */
static bool carry_of_withdrawal(const struct work *w, const struct party_work *p, struct carry *ret)
{
	unsigned term;

	if (!ended_term(w, p, &term))
		return false;
	struct carry c = carry_of_term(w, p, term);
	c.status = STATUS_WITHDRAWING;
	c.fact = NO_FACT;
	for (uint32_t i = p->from; i < p->to; i++) {
		const struct fact *f = &w->fact[i];
		if (f->act->body.kind != ACT_WITHDRAW || !f->counts || f->term < term)
			continue;
		if (c.fact == NO_FACT || f->act->body.effective_ms < c.withdraw_ms) {
			c.fact = i;
			c.withdraw_ms = f->act->body.effective_ms;
		}
	}
	*ret = c;
	return true;
}

static struct carry carry_of(const struct work *w, const struct party_work *p)
{
	struct carry c = carry_of_term(w, p, p->terms);

	if (c.status == STATUS_MENTIONED && !carry_of_withdrawal(w, p, &c)) {
		c.fact = p->founder ? NO_FACT : interest_of_term(w, p, p->terms);
		if (p->founder)
			c.status = STATUS_DECLARED;
		else if (c.fact != NO_FACT)
			c.status = STATUS_INTERESTED;
	}
	if (p->suspended && (c.status == STATUS_MEMBER || c.status == STATUS_OBSERVER ||
				    c.status == STATUS_WITHDRAWING)) {
		c.status = STATUS_SUSPENDED;
		c.on_roll = false;
	}
	return c;
}

static unsigned unwitnessed_count(const struct work *w, const struct party_work *p)
{
	unsigned n = 0;

	for (uint32_t i = p->from; i < p->to; i++)
		n += act_rules[w->fact[i].act->body.kind].constitutional && !w->fact[i].lapsed &&
		     !fact_witnessed_at_home(w, i);
	return n;
}

static void accession_write(
	const struct work *w, const struct accession *a, struct standing_party *ret)
{
	const struct standing_act *act = w->fact[a->fact].act;
	const struct charter *c = charter_in_force(w, &act->body.charter);

	ret->required = a->required;
	ret->n_required = a->n_required;
	ret->need = c ? accession_need(a, act, c) : (unsigned)a->n_required;
	ret->ratified = arena_array(w->arena, struct id, a->n_required);
	ret->n_ratified = ratifiers_of(w, a, ret->ratified);
	ret->clearance = act->body.clearance;
}

static void suspenders_write(const struct work *w, struct standing_party *ret)
{
	uint32_t by[LIMIT_MEMBERS];
	size_t n = suspenders_of(w, &ret->id, by, LIMIT_MEMBERS);

	ret->suspended_by = arena_array(w->arena, struct id, n);
	for (size_t i = 0; i < n; i++)
		ret->suspended_by[i] = w->fact[by[i]].act->author;
	ret->n_suspended_by = n;
}

static struct slice charter_label(const struct charter *c, const struct id *id)
{
	for (size_t i = 0; i < c->n_member; i++)
		if (id_eq(&c->member[i].id, id))
			return c->member[i].label;
	return SLICE_NONE;
}

/* The charter's, else its own: of its last accession or introduction of itself. */
static struct slice own_label(
	const struct work *w, const struct standing *s, const struct party_work *p)
{
	struct slice label = charter_label(s->charter, &p->id);

	if (label.n == 0)
		label = charter_label(w->in->founding, &p->id);
	for (uint32_t i = p->to; label.n == 0 && i-- > p->from;) {
		const struct act_body *b = &w->fact[i].act->body;
		if (b->kind == ACT_ACCEDE ||
			(b->kind == ACT_INTRODUCTION && id_eq(&b->member, &p->id)))
			label = b->label;
	}
	return label;
}

static bool is_forked(const struct work *w, const struct id *id)
{
	for (size_t i = 0; i < w->in->n_fork; i++)
		if (id_eq(&w->in->fork[i].author, id))
			return true;
	return false;
}

static void party_write(const struct work *w, const struct standing *s, const struct party_work *p,
	struct standing_party *ret, bool *ret_on_roll)
{
	struct carry c = carry_of(w, p);

	*ret = (struct standing_party){.id = p->id, .founder = p->founder, .status = c.status};
	if (c.fact != NO_FACT) {
		const struct standing_act *a = w->fact[c.fact].act;
		ret->epoch = a->epoch;
		ret->seq = a->seq;
		ret->leaf = a->leaf;
	}
	if (c.accession)
		accession_write(w, c.accession, ret);
	suspenders_write(w, ret);
	ret->withdraw_ms = c.withdraw_ms;
	ret->label = own_label(w, s, p);
	ret->forked = is_forked(w, &p->id);
	ret->unwitnessed = unwitnessed_count(w, p);
	*ret_on_roll = c.on_roll;
}

/* Who is introduced by founders and members but has done nothing. */
static void mentioned_write(const struct work *w, struct standing *s)
{
	size_t known = s->n_party, n = known, introductions = 0;

	for (uint32_t i = 0; i < w->n_fact; i++)
		introductions += w->fact[i].act->body.kind == ACT_INTRODUCTION;
	struct standing_party *out =
		arena_array(w->arena, struct standing_party, known + introductions);

	memcpy(out, s->party, known * sizeof(*out));
	for (uint32_t i = 0; i < w->n_fact; i++) {
		const struct standing_act *a = w->fact[i].act;
		const struct party_work *by = &w->party[w->fact[i].party];
		if (a->body.kind != ACT_INTRODUCTION ||
			!(by->founder || standing_is_member(s, &by->id)))
			continue;
		size_t at = 0;
		while (at < n && !id_eq(&out[at].id, &a->body.member))
			at++;
		if (at == n)
			out[n++] = (struct standing_party){
				.id = a->body.member, .forked = is_forked(w, &a->body.member)};
		if (out[at].label.n == 0)
			out[at].label = a->body.label;
	}
	qsort(out, n, sizeof(*out), id_cmp); /* the id comes first in the struct */
	s->party = out;
	s->n_party = n;
}

void standing_write(const struct work *w, struct standing *s)
{
	_Static_assert(offsetof(struct standing_party, id) == 0, "sorted by id_cmp");

	s->in_force = w->in_force;
	s->need = w->in->founding->force ? w->in->founding->force : (unsigned)w->n_founder;
	s->signed_by = arena_array(w->arena, struct id, w->n_founder);
	s->party = arena_array(w->arena, struct standing_party, w->n_party);
	s->member = arena_array(w->arena, struct id, w->n_party);
	for (uint32_t i = 0; i < w->n_party; i++) {
		const struct party_work *p = &w->party[i];
		bool on_roll;
		if (p->sign != NO_FACT)
			s->signed_by[s->n_signed++] = p->id;
		party_write(w, s, p, &s->party[s->n_party++], &on_roll);
		if (on_roll)
			s->member[s->n_member++] = p->id;
	}
	mentioned_write(w, s);
}
