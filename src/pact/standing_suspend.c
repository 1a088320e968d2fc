/*
 * standing_suspend.c: who is suspended (docs/standing.md §6). A suspension voids what the suspended
 * party does afterwards, its own suspensions of others among it, so two sides that suspend each
 * other would make a circle. It is cut by settling the suspension with more members behind it
 * first, founders before all others; equal numbers are settled together.
 */
#include "base/limits.h"
#include "base/report.h"
#include "pact/standing_int.h"

/* First place in by_target whose target is not below (strict: is above) this one. */
static uint32_t target_bound(const struct work *w, const struct id *target, bool strict)
{
	uint32_t low = 0, high = w->n_by_target;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = id_cmp(&w->fact[w->by_target[mid]].act->body.member, target);
		if (order < 0 || (strict && order == 0))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void suspensions_about(
	const struct work *w, const struct id *target, uint32_t *ret_from, uint32_t *ret_to)
{
	*ret_from = target_bound(w, target, false);
	*ret_to = target_bound(w, target, true);
}

size_t suspenders_of(const struct work *w, const struct id *target, uint32_t *ret, size_t max)
{
	uint32_t from, to, last = NO_FACT;
	size_t n = 0;

	/* A register of its author: the last that counts decides. Who has withdrawn since has no
	 * say any more. */
	suspensions_about(w, target, &from, &to);
	for (uint32_t i = from; i < to; i++) {
		uint32_t fact = w->by_target[i];
		const struct fact *f = &w->fact[fact];
		if (f->counts)
			last = fact;
		if (i + 1 < to && w->fact[w->by_target[i + 1]].party == f->party)
			continue;
		if (last != NO_FACT && w->fact[last].act->body.kind == ACT_SUSPEND &&
			w->fact[last].term == w->party[f->party].terms && n < max)
			ret[n++] = last;
		last = NO_FACT;
	}
	return n;
}

unsigned suspension_need(const struct work *w, const struct party_work *p)
{
	const struct charter *best = w->in->founding;

	/* A party is bound by the version of the charter that it has put its own name to. */
	for (uint32_t i = p->from; i < p->to; i++) {
		const struct fact *f = &w->fact[i];
		enum act_kind kind = f->act->body.kind;
		bool own = (kind == ACT_SIGN && f->counts) ||
			   (kind == ACT_ACCEDE && w->accession[f->accession].effective);
		const struct charter *c = own ? charter_in_force(w, &f->act->body.charter) : NULL;
		if (c && (c->version > best->version ||
				 (c->version == best->version &&
					 hash_cmp(&c->hash, &best->hash) < 0)))
			best = c;
	}
	return best->suspension;
}

static int cut_cmp(const void *a, const void *b)
{
	const struct cut *x = a, *y = b;

	if (x->epoch != y->epoch)
		return x->epoch < y->epoch ? -1 : 1;
	return (x->size > y->size) - (x->size < y->size);
}

/* One suspension that has its number. */
struct verdict {
	size_t voters;
	struct cut
		cut; /* the entries from here on are those that `need` members do not recognise */
};

static bool verdict_on(
	const struct work *w, const struct party_work *p, bool founders_only, struct verdict *ret)
{
	uint32_t by[LIMIT_MEMBERS];
	struct cut cuts[LIMIT_MEMBERS];
	size_t n, kept = 0;
	unsigned need = suspension_need(w, p);

	if (p->suspended || (!p->ever_member && !p->ever_observer))
		return false;
	n = suspenders_of(w, &p->id, by, LIMIT_MEMBERS);
	for (size_t i = 0; i < n; i++) {
		const struct fact *f = &w->fact[by[i]];
		if (founders_only && !w->party[f->party].founder)
			continue;
		cuts[kept++] = (struct cut){f->act->body.log_epoch, f->act->body.cut};
	}
	if (need == 0 || kept < need)
		return false;
	qsort(cuts, kept, sizeof(cuts[0]), cut_cmp);
	*ret = (struct verdict){kept, cuts[need - 1]};
	return true;
}

/* Settles those with the most members behind them; false if there is none. */
static bool round_settle(struct work *w, bool founders_only)
{
	struct verdict *v = arena_array(w->arena, struct verdict, w->n_party);
	size_t most = 0;

	for (uint32_t i = 0; i < w->n_party; i++)
		if (verdict_on(w, &w->party[i], founders_only, &v[i]) && v[i].voters > most)
			most = v[i].voters;
	for (uint32_t i = 0; i < w->n_party && most > 0; i++) {
		if (v[i].voters != most)
			continue;
		w->party[i].suspended = true;
		w->party[i].cut = v[i].cut;
	}
	return most > 0;
}

void suspensions_settle(struct work *w)
{
	members_compute(w);
	for (int founders_only = 1; founders_only >= 0; founders_only--)
		while (round_settle(w, founders_only))
			members_compute(w);
}
