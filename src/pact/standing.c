/*
 * standing.c: from a set of acts to who is a member. docs/standing.md is the specification ("fold
 * version 1"); the section numbers in the comments are its.
 */
#include "base/limits.h"
#include "base/report.h"
#include "pact/standing_int.h"

#define FOLD_VERSION 1
#define DUMP_MAX                                                                                   \
	(64 * MIB) /* a line per party and per named ratifier; parties are bounded by what the     \
		      node follows */

/* ---- §2: what is admitted ---- */

static bool settles(enum act_kind kind)
{
	return kind == ACT_SIGN || kind == ACT_INTEREST || kind == ACT_ACCEDE ||
	       kind == ACT_RATIFY || kind == ACT_WITHDRAW || kind == ACT_SUSPEND ||
	       kind == ACT_RESUME || kind == ACT_INTRODUCTION;
}

static bool about_itself(const struct standing_act *a)
{
	return (a->body.kind == ACT_SUSPEND || a->body.kind == ACT_RESUME) &&
	       id_eq(&a->body.member, &a->author);
}

static bool forked_away(const struct standing_input *in, const struct standing_act *a)
{
	for (size_t i = 0; i < in->n_fork; i++) {
		const struct standing_fork *f = &in->fork[i];
		if (f->epoch == a->epoch && a->seq >= f->cut && id_eq(&f->author, &a->author))
			return true;
	}
	return false;
}

static int place_cmp(const void *a, const void *b)
{
	const struct standing_act *x = *(const struct standing_act *const *)a,
				  *y = *(const struct standing_act *const *)b;
	int order = id_cmp(&x->author, &y->author);

	if (order != 0)
		return order;
	if (x->epoch != y->epoch)
		return x->epoch < y->epoch ? -1 : 1;
	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return hash_cmp(&x->leaf, &y->leaf);
}

static int object_cmp(const void *a, const void *b)
{
	const struct standing_act *x = *(const struct standing_act *const *)a,
				  *y = *(const struct standing_act *const *)b;
	int order = id_cmp(&x->author, &y->author);

	if (order == 0)
		order = id_cmp(&x->object.name, &y->object.name);
	return order != 0 ? order : place_cmp(a, b);
}

/* Drops equal neighbours of an array sorted by place. */
static size_t places_distinct(const struct standing_act **act, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (kept == 0 || place_cmp(&act[kept - 1], &act[i]) != 0)
			act[kept++] = act[i];
	return kept;
}

/* Of the acts of one author with one object id, the first counts. */
static size_t objects_distinct(const struct standing_act **act, size_t n)
{
	size_t kept = 0;

	qsort(act, n, sizeof(*act), object_cmp);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !id_eq(&act[kept - 1]->author, &act[i]->author) ||
			!id_eq(&act[kept - 1]->object.name, &act[i]->object.name))
			act[kept++] = act[i];
	qsort(act, kept, sizeof(*act), place_cmp);
	return kept;
}

static void facts_admit(struct work *w)
{
	const struct standing_input *in = w->in;
	const struct standing_act **act =
		arena_array(w->arena, const struct standing_act *, in->n_act);
	size_t n = 0;

	for (size_t i = 0; i < in->n_act; i++) {
		const struct standing_act *a = &in->act[i];
		if (a->mode == MODE_REAL && settles(a->body.kind) && a->signature_ok &&
			id_eq(&a->object.owner, &a->author) && !about_itself(a) &&
			!forked_away(in, a))
			act[n++] = a;
	}
	if (n > 1)
		qsort(act, n, sizeof(*act), place_cmp);
	n = places_distinct(act, n);
	n = objects_distinct(act, n);
	MUST(n < NO_FACT);
	w->fact = arena_array(w->arena, struct fact, n);
	w->n_fact = (uint32_t)n;
	for (size_t i = 0; i < n; i++)
		w->fact[i].act = act[i];
}

/* ---- §1: witnesses ---- */

static int cosign_cmp(const void *a, const void *b)
{
	const struct standing_cosign *x = a, *y = b;
	int order = id_cmp(&x->author, &y->author);

	if (order != 0)
		return order;
	if (x->epoch != y->epoch)
		return x->epoch < y->epoch ? -1 : 1;
	order = id_cmp(&x->witness, &y->witness);
	return order != 0 ? order : (x->size < y->size) - (x->size > y->size);
}

static void cosigns_sort(struct work *w)
{
	size_t n = w->in->n_cosign, kept = 0;

	w->cosign = arena_array(w->arena, struct standing_cosign, n);
	if (n == 0)
		return;
	memcpy(w->cosign, w->in->cosign, n * sizeof(*w->cosign));
	qsort(w->cosign, n, sizeof(*w->cosign), cosign_cmp);
	for (size_t i = 0; i < n; i++) {
		const struct standing_cosign *c = &w->cosign[i],
					     *last = kept ? &w->cosign[kept - 1] : NULL;
		if (last && id_eq(&last->author, &c->author) && last->epoch == c->epoch &&
			id_eq(&last->witness, &c->witness))
			continue; /* the largest comes first */
		w->cosign[kept++] = *c;
	}
	w->n_cosign = kept;
}

static uint64_t cosigned_size(
	const struct work *w, const struct standing_act *a, const struct id *witness)
{
	size_t low = 0, high = w->n_cosign;
	const struct standing_cosign key = {a->author, a->epoch, *witness, UINT64_MAX};

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (cosign_cmp(&w->cosign[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == w->n_cosign)
		return 0;
	const struct standing_cosign *c = &w->cosign[low];
	bool found = id_eq(&c->author, &a->author) && c->epoch == a->epoch &&
		     id_eq(&c->witness, witness);
	return found ? c->size : 0;
}

bool act_witnessed(
	const struct work *w, const struct standing_act *a, const struct id *roll, size_t n)
{
	unsigned need = witness_quorum((unsigned)n + !id_in(roll, n, &a->author)), have = 0;

	for (size_t i = 0; i < n && have < need; i++)
		if (!id_eq(&roll[i], &a->author) && cosigned_size(w, a, &roll[i]) > a->seq)
			have++;
	return have >= need;
}

/* ---- parties ---- */

bool id_in(const struct id *sorted, size_t n, const struct id *id)
{
	return n > 0 && bsearch(id, sorted, n, sizeof(*sorted), id_cmp) != NULL;
}

static size_t ids_distinct(struct id *id, size_t n)
{
	size_t kept = 0;

	if (n > 1)
		qsort(id, n, sizeof(*id), id_cmp);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !id_eq(&id[kept - 1], &id[i]))
			id[kept++] = id[i];
	return kept;
}

struct party_work *party_of(const struct work *w, const struct id *id)
{
	uint32_t low = 0, high = w->n_party;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = id_cmp(&w->party[mid].id, id);
		if (order == 0)
			return &w->party[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void founders_list(struct work *w)
{
	const struct charter *c = w->in->founding;

	w->founder = arena_array(w->arena, struct id, c->n_member);
	for (size_t i = 0; i < c->n_member; i++)
		w->founder[i] = c->member[i].id;
	w->n_founder = ids_distinct(w->founder, c->n_member);
}

/* Founders and all authors of facts. */
static void parties_list(struct work *w)
{
	struct id *id = arena_array(w->arena, struct id, w->n_founder + w->n_fact);
	size_t n = 0;
	uint32_t at = 0;

	for (; n < w->n_founder; n++)
		id[n] = w->founder[n];
	for (uint32_t i = 0; i < w->n_fact; i++)
		if (i == 0 || !id_eq(&w->fact[i - 1].act->author, &w->fact[i].act->author))
			id[n++] = w->fact[i].act->author;
	n = ids_distinct(id, n);
	w->party = arena_array(w->arena, struct party_work, n);
	w->n_party = (uint32_t)n;
	for (uint32_t i = 0; i < w->n_party; i++) {
		struct party_work *p = &w->party[i];
		p->id = id[i];
		p->founder = id_in(w->founder, w->n_founder, &p->id);
		p->sign = NO_FACT;
		p->from = at;
		for (; at < w->n_fact && id_eq(&w->fact[at].act->author, &p->id); at++)
			w->fact[at].party = i;
		p->to = at;
	}
	MUST(at == w->n_fact);
}

static void accessions_list(struct work *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n_fact; i++)
		n += w->fact[i].act->body.kind == ACT_ACCEDE;
	w->accession = arena_array(w->arena, struct accession, n);
	for (uint32_t i = 0; i < w->n_party; i++) {
		struct party_work *p = &w->party[i];
		p->accession_from = w->n_accession;
		for (uint32_t f = p->from; f < p->to; f++) {
			const struct act_body *b = &w->fact[f].act->body;
			if (b->kind != ACT_ACCEDE)
				continue;
			struct accession *a = &w->accession[w->n_accession];
			w->fact[f].accession = w->n_accession++;
			a->fact = f;
			a->required = arena_array(w->arena, struct id, b->n_ratifier);
			if (b->n_ratifier > 0)
				memcpy(a->required, b->ratifier,
					b->n_ratifier * sizeof(*a->required));
			a->n_required = ids_distinct(a->required, b->n_ratifier);
			a->names_author = id_in(a->required, a->n_required, &p->id);
			a->witnessed = act_witnessed(w, w->fact[f].act, a->required, a->n_required);
		}
		p->accession_to = w->n_accession;
	}
}

/* qsort has no context; facts are sorted through pointers and turned back into indices. */
static int ratify_cmp(const void *a, const void *b)
{
	const struct fact *x = *(const struct fact *const *)a, *y = *(const struct fact *const *)b;
	int order = hash_cmp(&x->act->body.accession, &y->act->body.accession);
	return order != 0 ? order : (x > y) - (x < y);
}

static int suspend_cmp(const void *a, const void *b)
{
	const struct fact *x = *(const struct fact *const *)a, *y = *(const struct fact *const *)b;
	int order = id_cmp(&x->act->body.member, &y->act->body.member);
	return order != 0 ? order : (x > y) - (x < y);
}

static uint32_t *facts_index(struct work *w, enum act_kind one, enum act_kind other,
	int (*cmp)(const void *, const void *), uint32_t *ret_n)
{
	const struct fact **f = arena_array(w->arena, const struct fact *, w->n_fact);
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n_fact; i++)
		if (w->fact[i].act->body.kind == one || w->fact[i].act->body.kind == other)
			f[n++] = &w->fact[i];
	if (n > 1)
		qsort(f, n, sizeof(*f), cmp);
	uint32_t *out = arena_array(w->arena, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
		out[i] = (uint32_t)(f[i] - w->fact);
	*ret_n = n;
	return out;
}

/* ---- §3: the founders ---- */

static void founders_sign(struct work *w)
{
	const struct charter *c = w->in->founding;

	for (uint32_t i = 0; i < w->n_party; i++) {
		struct party_work *p = &w->party[i];
		for (uint32_t f = p->from; p->founder && f < p->to && p->sign == NO_FACT; f++) {
			const struct standing_act *a = w->fact[f].act;
			if (a->body.kind == ACT_SIGN && hash_eq(&a->body.charter, &c->hash) &&
				act_witnessed(w, a, w->founder, w->n_founder))
				p->sign = f;
		}
		w->n_signed += p->sign != NO_FACT;
	}
	w->in_force = w->n_founder > 0 && w->n_signed >= (c->force ? c->force : w->n_founder);
}

/* Charters that could follow the founding one: each hash once, in order of hash. */
static int amended_cmp(const void *a, const void *b)
{
	return hash_cmp(&((const struct amendment *)a)->charter->hash,
		&((const struct amendment *)b)->charter->hash);
}

static void amendments_list(struct work *w)
{
	size_t n = w->in->n_amended, kept = 0;

	w->amended = arena_array(w->arena, struct amendment, n);
	for (size_t i = 0; i < n; i++)
		w->amended[i].charter = &w->in->amended[i];
	if (n > 1)
		qsort(w->amended, n, sizeof(*w->amended), amended_cmp);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || amended_cmp(&w->amended[kept - 1], &w->amended[i]) != 0)
			w->amended[kept++] = w->amended[i];
	w->n_amended = kept;
}

/* The highest version in force; of two with one number, the lower hash. */
static const struct charter *charter_newest(const struct work *w)
{
	const struct charter *best = w->in->founding;

	for (size_t i = 0; i < w->n_amended; i++)
		if (w->amended[i].in_force && w->amended[i].charter->version > best->version)
			best = w->amended[i].charter;
	return best;
}

int standing_compute(
	struct standing *ret, struct arena *arena, const struct standing_input *in, struct why *why)
{
	struct work w = {.arena = arena, .in = in};
	struct standing s = {0};

	if (in->founding->fold != FOLD_VERSION)
		return why_set(why, E_STATE, "fold", "fold version %u is not known to this program",
			in->founding->fold);
	facts_admit(&w);
	cosigns_sort(&w);
	founders_list(&w);
	parties_list(&w);
	accessions_list(&w);
	amendments_list(&w);
	w.by_accession = facts_index(&w, ACT_RATIFY, ACT_RATIFY, ratify_cmp, &w.n_by_accession);
	w.by_target = facts_index(&w, ACT_SUSPEND, ACT_RESUME, suspend_cmp, &w.n_by_target);
	founders_sign(&w);
	suspensions_settle(&w);
	s.charter = charter_newest(&w);
	if (s.charter->fold != FOLD_VERSION)
		return why_set(why, E_STATE, "fold",
			"the charter in force asks for fold version %u", s.charter->fold);
	standing_write(&w, &s);
	struct buf dump CLEANUP_BUF = BUF(DUMP_MAX);
	standing_dump(&s, &dump);
	if (buf_over(&dump))
		return why_set(
			why, E_LIMIT, "standing", "over %zu bytes of text", (size_t)DUMP_MAX);
	s.digest = hash_bytes(buf_slice(&dump));
	*ret = s;
	return 0;
}
