/*
 * standing_members.c: terms and the fixpoint (docs/standing.md §4, §5). Who is suspended is given;
 * everything else follows from facts that only ever become true, so the order in which they are
 * looked at does not matter.
 */
#include "base/report.h"
#include "pact/standing_int.h"

const struct charter *charter_in_force(const struct work *w, const struct hash *hash)
{
	if (!w->in_force)
		return NULL;
	if (hash_eq(hash, &w->in->founding->hash))
		return w->in->founding;
	for (size_t i = 0; i < w->n_amended; i++)
		if (w->amended[i].in_force && hash_eq(hash, &w->amended[i].charter->hash))
			return w->amended[i].charter;
	return NULL;
}

bool beyond(const struct standing_act *a, const struct cut *cut)
{
	return a->epoch > cut->epoch || (a->epoch == cut->epoch && a->seq >= cut->size);
}

bool fact_witnessed_at_home(const struct work *w, uint32_t fact)
{
	const struct party_work *p = &w->party[w->fact[fact].party];
	const struct accession *home = NULL;

	for (uint32_t i = p->accession_from; i < p->accession_to && w->accession[i].fact <= fact;
		i++)
		if (!w->fact[w->accession[i].fact].lapsed)
			home = &w->accession[i];
	if (home)
		return act_witnessed(w, w->fact[fact].act, home->required, home->n_required);
	return act_witnessed(w, w->fact[fact].act, w->founder, w->n_founder);
}

/* Marks what is void by suspension, and numbers the terms: each withdrawal that counts ends one. */
static void terms_number(struct work *w, struct party_work *p)
{
	p->terms = 0;
	p->first_withdraw = NO_FACT;
	p->ever_member = p->ever_observer = false;
	for (uint32_t i = p->from; i < p->to; i++)
		w->fact[i].lapsed = p->suspended && beyond(w->fact[i].act, &p->cut);
	for (uint32_t i = p->from; i < p->to; i++) {
		struct fact *f = &w->fact[i];
		f->term = p->terms;
		f->counts = f->act->body.kind == ACT_WITHDRAW && !f->lapsed &&
			    fact_witnessed_at_home(w, i);
		if (!f->counts)
			continue;
		if (p->first_withdraw == NO_FACT)
			p->first_withdraw = i;
		p->terms++;
	}
	/* What brought the coalition into force is not undone by anything later. */
	if (p->sign != NO_FACT && w->in_force)
		p->ever_member = true;
}

/* Was the author a member when it made this act, and did a quorum of those who must know witness
 * it? */
static bool made_by_member(const struct work *w, uint32_t fact)
{
	const struct fact *f = &w->fact[fact];
	const struct party_work *p = &w->party[f->party];

	if (!w->in_force)
		return false;
	if (p->sign != NO_FACT && p->sign < fact && w->fact[p->sign].term == f->term &&
		act_witnessed(w, f->act, w->founder, w->n_founder))
		return true;
	if (!p->ever_member)
		return false;
	for (uint32_t i = p->accession_from; i < p->accession_to && w->accession[i].fact < fact;
		i++) {
		const struct accession *a = &w->accession[i];
		const struct fact *basis = &w->fact[a->fact];
		if (a->effective && !basis->act->body.observer && basis->term == f->term &&
			act_witnessed(w, f->act, a->required, a->n_required))
			return true;
	}
	return false;
}

/* Is the act inside the causal cut that `by` states? */
static bool seen_by(const struct standing_act *by, const struct standing_act *a)
{
	for (size_t i = 0; i < by->n_seen; i++) {
		const struct entry_seen *s = &by->seen[i];
		if (id_eq(&s->member, &a->author) &&
			(s->epoch > a->epoch || (s->epoch == a->epoch && a->seq < s->size)))
			return true;
	}
	return false;
}

/* May an accession leave this member of the charter out: had it withdrawn, or had relations with it
 * been suspended, as far as the accession saw? */
static bool excused(const struct work *w, const struct standing_act *accede,
	const struct charter *c, const struct id *member)
{
	const struct party_work *p = party_of(w, member);
	const struct id *last = NULL;
	uint32_t from, to;
	unsigned n = 0;

	if (p && p->first_withdraw != NO_FACT && seen_by(accede, w->fact[p->first_withdraw].act))
		return true;
	suspensions_about(w, member, &from, &to);
	for (uint32_t i = from; i < to; i++) {
		const struct fact *f = &w->fact[w->by_target[i]];
		if (f->act->body.kind != ACT_SUSPEND || !f->counts ||
			(last && id_eq(last, &f->act->author)))
			continue;
		if (!seen_by(accede, f->act))
			continue;
		last = &f->act->author;
		n++;
	}
	return n >= c->suspension;
}

/* The accession names all members of the charter that it may not leave out, and nobody who never
 * was one. */
static bool names_the_members(
	const struct work *w, const struct accession *a, const struct charter *c)
{
	const struct standing_act *act = w->fact[a->fact].act;

	if (a->names_author || a->n_required == 0)
		return false;
	for (size_t i = 0; i < c->n_member; i++) {
		const struct id *m = &c->member[i].id;
		if (!id_eq(m, &act->author) && !id_in(a->required, a->n_required, m) &&
			!excused(w, act, c, m))
			return false;
	}
	for (size_t i = 0; i < a->n_required; i++) {
		const struct party_work *p = party_of(w, &a->required[i]);
		if (!charter_has_member(c, &a->required[i]) && !(p && p->ever_member))
			return false;
	}
	return true;
}

/* First of the ratifications of this leaf in by_accession. */
static uint32_t ratifications_from(const struct work *w, const struct hash *leaf)
{
	uint32_t low = 0, high = w->n_by_accession;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (hash_cmp(&w->fact[w->by_accession[mid]].act->body.accession, leaf) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t ratifiers_of(const struct work *w, const struct accession *a, struct id *ret)
{
	const struct standing_act *act = w->fact[a->fact].act;
	const struct id *last = NULL;
	size_t n = 0;

	for (uint32_t i = ratifications_from(w, &act->leaf); i < w->n_by_accession; i++) {
		const struct fact *f = &w->fact[w->by_accession[i]];
		const struct act_body *b = &f->act->body;
		if (!hash_eq(&b->accession, &act->leaf))
			break;
		if (!f->counts || (last && id_eq(last, &f->act->author)))
			continue;
		if (!id_eq(&b->member, &act->author) || !hash_eq(&b->charter, &act->body.charter) ||
			!id_in(a->required, a->n_required, &f->act->author))
			continue;
		last = &f->act->author;
		if (ret)
			ret[n] = *last;
		n++;
	}
	return n;
}

unsigned accession_need(
	const struct accession *a, const struct standing_act *act, const struct charter *c)
{
	unsigned need = act->body.observer ? c->observers_need : c->accession;
	return need == 0 || need > a->n_required ? (unsigned)a->n_required : need;
}

static bool takes_effect(const struct work *w, const struct accession *a)
{
	const struct fact *f = &w->fact[a->fact];
	const struct charter *c = charter_in_force(w, &f->act->body.charter);

	if (!c || f->lapsed || !a->witnessed || (f->act->body.observer && !c->observers))
		return false;
	return ratifiers_of(w, a, NULL) >= accession_need(a, f->act, c) &&
	       names_the_members(w, a, c);
}

static bool has_signed(const struct work *w, const struct id *member, const struct hash *charter)
{
	const struct party_work *p = party_of(w, member);

	for (uint32_t i = p ? p->from : 0; p && i < p->to; i++)
		if (w->fact[i].counts && w->fact[i].act->body.kind == ACT_SIGN &&
			hash_eq(&w->fact[i].act->body.charter, charter))
			return true;
	return false;
}

static bool comes_into_force(const struct work *w, const struct charter *c)
{
	const struct charter *prior = c->has_prev ? charter_in_force(w, &c->prev) : NULL;

	if (!prior || prior->version == UINT32_MAX || c->version != prior->version + 1 ||
		c->n_member == 0)
		return false;
	for (size_t i = 0; i < prior->n_member; i++) {
		const struct party_work *p = party_of(w, &prior->member[i].id);
		if (!charter_has_member(c, &prior->member[i].id) &&
			!(p && p->first_withdraw != NO_FACT))
			return false;
	}
	for (size_t i = 0; i < c->n_member; i++)
		if (!has_signed(w, &c->member[i].id, &c->hash))
			return false;
	return true;
}

/* One pass over everything that is still false; true if something became true. */
static bool step(struct work *w)
{
	bool moved = false;

	for (uint32_t i = 0; i < w->n_fact; i++) {
		struct fact *f = &w->fact[i];
		enum act_kind kind = f->act->body.kind;
		if (f->counts || f->lapsed)
			continue;
		if (kind != ACT_RATIFY && kind != ACT_SUSPEND && kind != ACT_RESUME &&
			kind != ACT_SIGN)
			continue;
		f->counts = made_by_member(w, i);
		moved |= f->counts;
	}
	for (uint32_t i = 0; i < w->n_accession; i++) {
		struct accession *a = &w->accession[i];
		const struct fact *f = &w->fact[a->fact];
		if (a->effective || !takes_effect(w, a))
			continue;
		a->effective = moved = true;
		if (f->act->body.observer)
			w->party[f->party].ever_observer = true;
		else
			w->party[f->party].ever_member = true;
	}
	for (size_t i = 0; i < w->n_amended; i++) {
		if (w->amended[i].in_force || !comes_into_force(w, w->amended[i].charter))
			continue;
		w->amended[i].in_force = moved = true;
	}
	return moved;
}

void members_compute(struct work *w)
{
	for (uint32_t i = 0; i < w->n_party; i++)
		terms_number(w, &w->party[i]);
	for (uint32_t i = 0; i < w->n_accession; i++)
		w->accession[i].effective = false;
	for (size_t i = 0; i < w->n_amended; i++)
		w->amended[i].in_force = false;
	while (step(w))
		continue;
}
