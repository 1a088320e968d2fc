/* process.c: see process.h. */
#include "work/procurement/process.h"

#include "base/enc.h"
#include "base/map.h"
#include "base/report.h"

static const char *const names[PROCESS_STATES] = {"proposed", "agreed", "keyed", "open", "closed",
	"opened", "evaluating", "awardProposed", "standstill", "awarded", "contracted",
	"implementing", "complete", "cancelled", "unsuccessful"};

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

const struct row *process_version(const struct process *p, enum pkind k, const struct row *after)
{
	for (size_t i = after ? (size_t)(after - p->rows->row) + 1 : 0; i < p->rows->n; i++)
		if (p->rows->row[i].kind == k && process_may_write(p, &p->rows->row[i]))
			return &p->rows->row[i];
	return NULL;
}

const struct row *process_next(const struct process *p, enum pkind k, const struct row *after)
{
	const struct row *r = process_version(p, k, after);

	while (r && r->old)
		r = process_version(p, k, r);
	return r;
}

struct map process_by_object(const struct process *p, enum pkind k)
{
	struct map m = {0};

	for (const struct row *r = process_next(p, k, NULL); r; r = process_next(p, k, r))
		(void)map_put(&m, slice_of(&r->object, sizeof(r->object)), (void *)(uintptr_t)r);
	return m;
}

const struct row *process_named(const struct map *objects, const struct row *r, const char *member)
{
	struct object_id object;

	return get_object(&r->doc, json_root(&r->doc), member, &object)
		       ? map_get(objects, slice_of(&object, sizeof(object)))
		       : NULL;
}

static const struct row *last_of(const struct process *p, enum pkind k)
{
	const struct row *last = NULL;

	for (const struct row *r = process_next(p, k, NULL); r; r = process_next(p, k, r))
		last = r;
	return last;
}

/* Once the tender is closed its rules are those that k holders have closed it with, whatever the lead writes afterwards: no others, also where it has taken those back. */
static void tender_fix(struct process *p)
{
	const struct row *closed = NULL;

	if (!p->replay || !p->replay->closed)
		return;
	for (const struct row *r = process_version(p, P_TENDER, NULL); r;
		r = process_version(p, P_TENDER, r))
		if (object_id_eq(&r->object, &p->tender_last->object) &&
			hash_eq(&r->leaf, &p->replay->closed->close.tender))
			closed = r;
	p->tender = closed;
}

static bool text_is(const struct row *r, const char *key, const char *value)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);

	return r && slice_is(get_text(&r->doc, json_root(&r->doc), key, &arena), value);
}

/* ---- the parts ---- */

static void agreement_take(struct process *p, const struct row *a, struct arena *arena)
{
	json_ref list = json_get(&a->doc, json_root(&a->doc), "participants");

	p->agreement = a;
	p->id = a->object;
	MUST(get_id(&a->doc, json_root(&a->doc), "lead", &p->lead));
	p->participant = arena_array(arena, struct id, json_count(&a->doc, list) + 1);
	for
		EACH(&a->doc, v, list)
	MUST(id_parse(json_string(&a->doc, v, arena), &p->participant[p->n_participant++]) == 0);
	/* In byte order: holders of the key have numbers that everybody gives alike. */
	qsort(p->participant, p->n_participant, sizeof(struct id), id_cmp);
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

static bool before(const struct row *a, const struct row *b)
{
	return a->epoch != b->epoch ? a->epoch < b->epoch : a->seq < b->seq;
}

/* A procurement has one tender: that which the lead's log has first. Another that comes beside it, when bids are in, takes its place for nobody. */
static void tender_read(struct process *p)
{
	const struct row *first = NULL;

	for (const struct row *r = process_version(p, P_TENDER, NULL); r;
		r = process_version(p, P_TENDER, r))
		if (!first || before(r, first))
			first = r;
	for (const struct row *r = process_next(p, P_TENDER, NULL); r;
		r = process_next(p, P_TENDER, r))
		if (object_id_eq(&r->object, &first->object))
			p->tender = p->tender_last = r;
}

/* The lead's first sheet that reconciles, by its log, whatever hours it bears: with it prices are shown, so what it writes later is written in their knowledge. */
static void scores_read(struct process *p)
{
	for (const struct row *r = process_version(p, P_SCORE, NULL); r;
		r = process_version(p, P_SCORE, r))
		if (id_eq(&r->object.owner, &p->lead) && text_is(r, "phase", "reconciled") &&
			(!p->scores || before(r, p->scores)))
			p->scores = r;
}

struct hash award_digest(const struct row *award)
{
	static const char *const keys[] = {"model", "root", "paid", "lines", "standstillUntil"};
	struct slice piece[5];

	for (size_t i = 0; i < 5; i++)
		piece[i] = json_raw(
			&award->doc, json_get(&award->doc, json_root(&award->doc), keys[i]));
	return hash_of(piece, 5);
}

static void award_read(struct process *p)
{
	p->award = p->award_last = last_of(p, P_AWARD);
	p->share = last_of(p, P_SHARE);
	if (text_is(p->award, "status", "cancelled"))
		p->award = NULL; /* there is none again, and may be another */
}

/* ---- complaints ---- */

/* All, in the order in which they were filed: rows stand in order of time, so the first that is met of each is its first version. */
static void complaints_read(struct process *p, struct map *at, struct arena *arena)
{
	size_t max = 0;

	for (const struct row *r = process_version(p, P_COMPLAINT, NULL); r;
		r = process_version(p, P_COMPLAINT, r))
		max++;
	p->complaint = arena_array(arena, struct complaint, max + 1);
	for (const struct row *r = process_version(p, P_COMPLAINT, NULL); r;
		r = process_version(p, P_COMPLAINT, r)) {
		struct slice key = slice_of(&r->object, sizeof(r->object));
		struct complaint *c = map_get(at, key);

		if (!c) {
			c = &p->complaint[p->n_complaint++];
			*c = (struct complaint){.row = r, .filed_ms = r->time_ms};
			(void)map_put(at, key, c);
		}
		if (!r->old)
			c->row = r;
	}
}

/* Rulings and awards are all in the lead's log, and so are before one another whatever hours they bear. A ruling that is written together with an award is not before it. */
static int by_place(const void *a, const void *b)
{
	const struct row *const *x = a, *const *y = b;

	if (before(*x, *y) || before(*y, *x))
		return before(*x, *y) ? -1 : 1;
	if ((*x)->kind != (*y)->kind)
		return (*x)->kind == P_AWARD ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

static size_t lead_log(const struct process *p, struct arena *arena, const struct row ***ret)
{
	const struct row **list = arena_array(arena, const struct row *, p->rows->n + 1);
	size_t n = 0;

	for (const struct row *r = process_version(p, P_RULING, NULL); r;
		r = process_version(p, P_RULING, r))
		list[n++] = r;
	for (const struct row *r = process_version(p, P_AWARD, NULL); r;
		r = process_version(p, P_AWARD, r))
		list[n++] = r;
	qsort(list, n, sizeof(*list), by_place);
	*ret = list;
	return n;
}

static void rule(struct process *p, const struct map *at, const struct row *ruling)
{
	struct object_id about;
	struct complaint *c = NULL;

	if (get_object(&ruling->doc, json_root(&ruling->doc), "complaint", &about))
		c = map_get(at, slice_of(&about, sizeof(about)));
	if (!c)
		return;
	p->n_complaints_open -= text_is(c->ruling, "ruling", "admitted");
	p->n_complaints_open += text_is(ruling, "ruling", "admitted");
	c->ruling = ruling;
}

/* The lead's log once from its beginning: each version of an award is judged by the rulings before it, and by no other. */
static void rulings_read(struct process *p, struct arena *arena)
{
	bool *against = arena_array(arena, bool, p->rows->n + 1);
	struct map at = {0};
	const struct row **said;
	size_t n = lead_log(p, arena, &said), first = 0;

	memset(against, 0, p->rows->n + 1);
	complaints_read(p, &at, arena);
	for (size_t i = 0; i < n; i++) {
		/* The earliest that nothing has been said about yet. */
		while (first < p->n_complaint && p->complaint[first].ruling)
			first++;
		if (said[i]->kind == P_RULING)
			rule(p, &at, said[i]);
		else
			against[said[i] - p->rows->row] =
				p->n_complaints_open ||
				(first < p->n_complaint &&
					p->complaint[first].filed_ms < said[i]->time_ms);
	}
	for (size_t i = 0; i < p->n_complaint; i++)
		p->n_complaints_unanswered += !p->complaint[i].ruling;
	p->stood_against = against;
	map_free(&at);
}

/* ---- when an award is final ---- */

static bool is_award(const struct row *version, const struct hash *digest)
{
	struct hash theirs = award_digest(version);

	return hash_eq(&theirs, digest);
}

/* When bids could be opened: nobody has proposed anything before, whatever hour his record bears. */
static int64_t opening_of(const struct process *p)
{
	if (p->replay && p->replay->has_key)
		return (int64_t)p->replay->policy.open_ms;
	return p->tender ? get_time(&p->tender->doc, json_root(&p->tender->doc), "openAt", 0) : 0;
}

static const struct row *award_proposal(const struct process *p, const struct row *award)
{
	struct hash digest = award_digest(award);
	int64_t until = get_time(&award->doc, json_root(&award->doc), "standstillUntil", 0), days,
		opening = opening_of(p);

	if (!p->tender)
		return NULL;
	days = get_int(&p->tender->doc, json_root(&p->tender->doc), "standstillDays", 0);

	for (const struct row *r = process_version(p, P_AWARD, NULL); r;
		r = process_version(p, P_AWARD, r))
		if ((days == 0 || text_is(r, "status", "pending")) &&
			(r->time_ms > opening ? r->time_ms : opening) + days * DAY_MS <=
				until + PROCUREMENT_CLOCKS_APART_MS &&
			is_award(r, &digest))
			return r;
	return NULL;
}

const struct row *process_proposal(const struct process *p)
{
	return award_proposal(p, p->award);
}

/* A participant's word on the award, of versions from this hour on. Hours are those of the records, which no log can turn back. */
struct word {
	int64_t from_ms;
	size_t order, by; /* in the order of the records; whose */
	bool yes;
};

static int by_hour(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	if (x->from_ms != y->from_ms)
		return x->from_ms < y->from_ms ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Sorted by the hour. Who has agreed is believed where clocks differ, who objects wherever his is before. */
static size_t words_read(
	const struct process *p, const struct hash *digest, struct arena *arena, struct word **ret)
{
	struct word *list;
	size_t n = 0;

	for (const struct row *r = process_next(p, P_AWARD_CONSENT, NULL); r;
		r = process_next(p, P_AWARD_CONSENT, r))
		n++;
	list = arena_array(arena, struct word, n + 1);
	n = 0;
	for (const struct row *r = process_next(p, P_AWARD_CONSENT, NULL); r;
		r = process_next(p, P_AWARD_CONSENT, r)) {
		bool yes = get_bool(&r->doc, json_root(&r->doc), "agrees");
		struct hash named;

		/* A consent is to a solution and its price: the award's state may move on. */
		if (!get_bytes(&r->doc, json_root(&r->doc), "award", named.b, 32) ||
			!hash_eq(&named, digest))
			continue;
		list[n] = (struct word){r->time_ms + (yes ? -PROCUREMENT_CLOCKS_APART_MS : 1), n,
			process_index(p, &r->object.owner), yes};
		n++;
	}
	qsort(list, n, sizeof(*list), by_hour);
	*ret = list;
	return n;
}

/* Of each participant the word that is last in its log, of those taken so far. */
struct heard {
	const struct word *last[LIMIT_MEMBERS];
	size_t agree, object;
};

static void hear(struct heard *h, const struct word *w)
{
	const struct word *last = h->last[w->by];

	if (last && last->order > w->order)
		return;
	if (last)
		*(last->yes ? &h->agree : &h->object) -= 1;
	*(w->yes ? &h->agree : &h->object) += 1;
	h->last[w->by] = w;
}

/* The version by which this award became final, NULL: none; into `heard` what counts of it. After tender_fix(). */
static const struct row *final_of(
	const struct process *p, const struct row *award, struct arena *arena, struct heard *heard)
{
	const struct row *proposal = award_proposal(p, award), *found = NULL;
	struct hash digest = award_digest(award);
	int64_t until = get_time(&award->doc, json_root(&award->doc), "standstillUntil", 0);
	struct word *word;
	size_t n = words_read(p, &digest, arena, &word), at = 0;

	*heard = (struct heard){.agree = 0};
	for (const struct row *r = process_version(p, P_AWARD, NULL);
		r && proposal && !found && text_is(award, "status", "active");
		r = process_version(p, P_AWARD, r)) {
		for (; at < n && word[at].from_ms <= r->time_ms; at++)
			hear(heard, &word[at]);
		if (heard->agree == p->n_participant && r->time_ms >= until &&
			(r == proposal || before(proposal, r)) &&
			!p->stood_against[r - p->rows->row] && text_is(r, "status", "active") &&
			is_award(r, &digest))
			found = r;
	}
	/* What was agreed to and is final nobody takes back. */
	for (; at < n && !found; at++)
		hear(heard, &word[at]);
	return found;
}

static void final_read(struct process *p, struct arena *arena)
{
	struct heard heard;

	if (!p->award)
		return;
	p->award_final = final_of(p, p->award, arena, &heard);
	p->n_award_agrees = heard.agree;
	p->n_award_objects = heard.object;
}

/* Digests of awards that a participant has agreed to, each with the bits of those who have: only what all have agreed to is worth asking about. */
static void agreed_read(const struct process *p, struct map *ret, struct arena *arena)
{
	for (const struct row *r = process_next(p, P_AWARD_CONSENT, NULL); r;
		r = process_next(p, P_AWARD_CONSENT, r)) {
		struct hash named;
		uint64_t *by;

		if (!get_bool(&r->doc, json_root(&r->doc), "agrees") ||
			!get_bytes(&r->doc, json_root(&r->doc), "award", named.b, 32))
			continue;
		by = map_get(ret, slice_of(named.b, sizeof(named.b)));
		if (!by) {
			by = arena_new(arena, uint64_t);
			*by = 0;
			(void)map_put(ret, slice_of(named.b, sizeof(named.b)), by);
		}
		*by |= 1ULL << process_index(p, &r->object.owner);
	}
}

void process_finals(
	const struct process *p, int64_t now_ms, struct arena *arena, struct finals *ret)
{
	struct map agreed = {0};

	*ret = (struct finals){0};
	agreed_read(p, &agreed, arena);
	for (const struct row *r = process_version(p, P_AWARD, NULL); r;
		r = process_version(p, P_AWARD, r)) {
		struct hash digest = award_digest(r);
		uint64_t *by = map_get(&agreed, slice_of(digest.b, sizeof(digest.b)));
		struct heard heard;
		const struct row *f;

		if (!by || bits_count(*by) < p->n_participant || !text_is(r, "status", "active"))
			continue;
		*by = 0; /* each award is asked about once */
		f = get_time(&r->doc, json_root(&r->doc), "standstillUntil", 0) <= now_ms
			    ? final_of(p, r, arena, &heard)
			    : NULL;
		if (!f)
			continue;
		if ((ret->n & (ret->n - 1)) == 0) {
			struct final *more =
				arena_array(arena, struct final, ret->n ? 2 * ret->n : 1);

			if (ret->n)
				memcpy(more, ret->of, ret->n * sizeof(*more));
			ret->of = more;
		}
		ret->of[ret->n++] = (struct final){digest, f};
	}
	map_free(&agreed);
}

bool finals_has(const struct finals *f, const struct row *version)
{
	struct hash digest = award_digest(version);

	for (size_t i = 0; i < f->n; i++)
		if (hash_eq(&f->of[i].digest, &digest))
			return !before(version, f->of[i].by);
	return false;
}

/* ---- the state ---- */

bool contract_is_signed(const struct row *contract)
{
	return text_is(contract, "status", "active") || text_is(contract, "status", "terminated");
}

static enum process_state after_award(const struct process *p, int64_t now_ms, int64_t *ret_next)
{
	size_t contracts = 0, signed_ = 0, moving = 0, buyers = 0;
	int64_t standstill =
		get_time(&p->award->doc, json_root(&p->award->doc), "standstillUntil", 0);

	/* Whatever the lead calls it: without everybody's agreement it is a proposal. */
	if (p->n_award_agrees < p->n_participant)
		return PROCESS_AWARD_PROPOSED;
	/* Nor is it final before the hour that all have agreed to, or over what stood against it then. */
	if (!p->award_final || now_ms < standstill) {
		if (now_ms < standstill)
			*ret_next = standstill;
		return PROCESS_STANDSTILL;
	}
	for (const struct row *r = process_next(p, P_CONTRACT, NULL); r;
		r = process_next(p, P_CONTRACT, r)) {
		contracts++;
		signed_ += contract_is_signed(r);
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
	if (text_is(p->agreement_last, "status", "complete"))
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
	if (text_is(p->agreement_last, "status", "cancelled") ||
		text_is(p->tender_last, "status", "cancelled"))
		return PROCESS_CANCELLED;
	if (text_is(p->tender_last, "status", "unsuccessful") ||
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
	/* A sheet that somebody writes before the opening is of nothing yet. */
	if ((brief ? now_ms >= open : p->replay && replay_open(p->replay)) &&
		(p->scores || process_next(p, P_SCORE, NULL)))
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

struct process *process_under(
	const struct rows *rows, const struct row *version, bool brief, struct arena *arena)
{
	struct process *p = arena_new(arena, struct process);

	p->rows = rows;
	agreement_take(p, version, arena);
	consents_read(p);
	tender_read(p);
	if (!brief)
		process_rounds(p, arena);
	p->stands = stands(p, brief);
	return p;
}

static int read(const struct rows *rows, bool brief, int64_t now_ms, struct arena *arena,
	struct process *ret, struct why *why)
{
	struct process *p = process_agreed(rows, brief, arena);

	if (!p)
		return why_set(why, E_MISSING, "", "no such procurement");
	scores_read(p);
	award_read(p);
	rulings_read(p, arena);
	tender_fix(p);
	final_read(p, arena);
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
