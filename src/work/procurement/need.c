/* need.c: see need.h. */
#include "work/procurement/need.h"

#include "base/clock.h"
#include "work/procurement/process.h"

/* Of each member the newest, so that nobody's many hide another's one. */
#define PROCESSES_EACH 30
#define PROCESS_ARENA  (2 * GIB)

struct looking {
	struct needs *n;
	const struct world *w;
	struct db *db;
	const struct reader *who;
	struct arena *arena; /* for one procurement */
	enum mode mode;
	enum need_level act; /* for who may not act it is a look */
	int64_t now_ms;
	char coalition[COAL_TEXT + 1];
};

/* One procurement. */
struct one {
	struct looking *l;
	const struct process *p;
	bool lead;
};

static void say(const struct one *o, enum need_level level, const struct row *of, const char *text,
	const char *words, const char *page, const char *more)
{
	const struct looking *l = o->l;
	const struct row *a = o->p->agreement;
	char object[OBJECT_TEXT + 1];

	object_format(&o->p->id, object);
	need_about(l->n, &of->object,
		&(struct need){.level = level,
			.area = AREA_PROCUREMENT,
			.mode = l->mode,
			.label = of->label,
			.leaf = of->leaf,
			.named = {a->label, a->leaf},
			.text = text,
			.words = words,
			.place = arena_printf(l->arena, "work/procurement/%s/process/%s%s",
				l->coalition, object, page),
			.value = {
				{"what", get_text(&a->doc, json_root(&a->doc), "title", l->arena)},
				{"who", slice_str(world_party_label(
						l->w, &of->object.owner, l->arena))},
				{more ? "until" : NULL, slice_str(more ? more : "")}}});
}

static bool own(const struct one *o, const struct row *r)
{
	return id_eq(&r->object.owner, &o->l->w->node->self);
}

static bool is(const struct one *o, const struct row *r, const char *key, const char *word)
{
	return slice_is(get_text(&r->doc, json_root(&r->doc), key, o->l->arena), word);
}

static void agreement_say(const struct one *o)
{
	uint64_t me = 1ULL << process_index(o->p, &o->l->w->node->self);

	if (!((o->p->last_signed | o->p->last_refused) & me))
		say(o, o->l->act, o->p->agreement_last, "need.procurement.sign",
			"{who} proposes to buy together, and we have not signed: {what}", "", NULL);
}

/* How many of this node's officers have confirmed is known from the messages; that none has is known from its own records. */
static void opening_say(const struct one *o)
{
	int64_t open = get_time(&o->p->tender->doc, json_root(&o->p->tender->doc), "openAt", 0);

	if (!open || o->l->now_ms < open)
		return;
	for (const struct row *r = process_next(o->p, P_CONFIRM, NULL); r;
		r = process_next(o->p, P_CONFIRM, r))
		if (own(o, r))
			return;
	say(o, o->l->act, o->p->tender, "need.procurement.open",
		"Bids can be opened, and our officers have not confirmed it: {what}", "/opening",
		NULL);
}

static void award_say(const struct one *o)
{
	struct hash digest = award_digest(o->p->award), named;

	for (const struct row *r = process_next(o->p, P_AWARD_CONSENT, NULL); r;
		r = process_next(o->p, P_AWARD_CONSENT, r))
		if (own(o, r) && get_bytes(&r->doc, json_root(&r->doc), "award", named.b, 32) &&
			hash_eq(&named, &digest))
			return;
	say(o, o->l->act, o->p->award, "need.procurement.award",
		"{who} proposes an award, and we have not said whether we agree: {what}", "/lab",
		NULL);
}

/* A complaint that the lead has not decided. */
static void complaints_say(const struct one *o)
{
	for (size_t i = 0; o->lead && i < o->p->n_complaint; i++) {
		const struct complaint *c = &o->p->complaint[i];

		if (!c->ruling || is(o, c->ruling, "ruling", "admitted"))
			say(o, o->l->act, c->row, "need.procurement.complaint",
				"A complaint waits to be decided on: {what}", "/evaluation", NULL);
	}
}

static void standstill_say(const struct one *o)
{
	const struct row *a = o->p->award;
	int64_t until = get_time(&a->doc, json_root(&a->doc), "standstillUntil", 0);
	char text[UTC_TEXT_LEN + 1];

	complaints_say(o);
	if (o->l->now_ms < until) {
		utc_format(until, text);
		say(o, NEED_LOOK, a, "need.procurement.standstill",
			"Standstill until {until}: {what}", "/lab",
			arena_string(o->l->arena, slice_str(text)));
	} else if (o->lead && o->p->n_complaints_open + o->p->n_complaints_unanswered == 0) {
		say(o, o->l->act, a, "need.procurement.finish",
			"The standstill is over; the award waits to be made final: {what}", "/lab",
			NULL);
	}
}

/* Does this member pay for a part of it? */
static bool pays(const struct one *o)
{
	const struct row *s = o->p->share;
	struct id member;

	for
		EACH(&s->doc, line, json_get(&s->doc, json_root(&s->doc), "lines"))
	if (get_id(&s->doc, line, "member", &member) && id_eq(&member, &o->l->w->node->self))
		return rec_quantity(&s->doc, line, "quantity") > 0;
	return false;
}

static void contract_say(const struct one *o)
{
	const struct row *pending = NULL;
	bool any = false;

	if (!o->p->share && o->lead)
		say(o, o->l->act, o->p->award, "need.procurement.shares",
			"The award is final; who pays how much has not been written: {what}",
			"/shares", NULL);
	if (!o->p->share || !pays(o))
		return;
	for (const struct row *r = process_next(o->p, P_CONTRACT, NULL); r;
		r = process_next(o->p, P_CONTRACT, r)) {
		any = any || own(o, r);
		pending = own(o, r) && is(o, r, "status", "pending") ? r : pending;
	}
	if (!any || pending)
		say(o, o->l->act, pending ? pending : o->p->share, "need.procurement.contract",
			"Our contracts are not signed: {what}", "/contracts", NULL);
}

static bool has_ended(enum process_state s)
{
	return s == PROCESS_COMPLETE || s == PROCESS_CANCELLED || s == PROCESS_UNSUCCESSFUL;
}

static void process_say(const struct one *o)
{
	/* A newer version than that which counts waits for all whom this one names. */
	if (o->p->agreement_last != o->p->agreement && !has_ended(o->p->state))
		agreement_say(o);
	switch (o->p->state) {
	case PROCESS_PROPOSED:
		agreement_say(o);
		break;
	case PROCESS_CLOSED:
		opening_say(o);
		break;
	case PROCESS_EVALUATING:
		/* Any participant can write a sheet: the lead's alone says that bids are open. */
		if (!o->p->scores)
			opening_say(o);
		break;
	case PROCESS_AWARD_PROPOSED:
		award_say(o);
		complaints_say(o);
		break;
	case PROCESS_STANDSTILL:
		standstill_say(o);
		break;
	case PROCESS_AWARDED:
	case PROCESS_CONTRACTED:
	case PROCESS_IMPLEMENTING:
		/* One member's deliveries do not sign another's contract. */
		contract_say(o);
		break;
	case PROCESS_AGREED:
	case PROCESS_KEYED:
	case PROCESS_OPEN:
	case PROCESS_OPENED:
	case PROCESS_COMPLETE:
	case PROCESS_CANCELLED:
	case PROCESS_UNSUCCESSFUL:
	case PROCESS_STATES:
		break;
	}
}

static int process_look(struct looking *l, const struct object_id *id, struct why *why)
{
	struct process *p = arena_new(l->arena, struct process);
	struct one o = {.l = l, .p = p};
	struct rows rows;
	int rc = procure_store_process(l->w, l->db, l->who, id, ROWS_BRIEF, l->arena, &rows, why);

	if (rc == 0)
		rc = process_read_brief(&rows, l->now_ms, l->arena, p, why);
	if (rc < 0 || !process_has(p, &l->w->node->self))
		return rc;
	o.lead = id_eq(&p->lead, &l->w->node->self);
	process_say(&o);
	return 0;
}

static int processes_of(struct looking *l, const struct id *owner, struct why *why)
{
	struct arena list_arena CLEANUP_ARENA = ARENA(2 * LIMIT_PAGE_BYTES);
	struct rows list;
	int rc = procure_store_of(l->w, l->db, l->who, owner, P_AGREEMENT, l->mode, PROCESSES_EACH,
		&list_arena, &list, why);

	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		rc = process_look(l, &list.row[i].object, why);
		/* One that cannot be read, or is more than fits, hides no other. */
		rc = rc == E_IO ? rc : 0;
		arena_reset(l->arena);
	}
	return rc;
}

int procurement_needs(struct needs *n, const struct world *w, struct db *db,
	const struct reader *who, const struct roles *roles, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(PROCESS_ARENA);
	struct reader reader = needs_reader(w, who);
	struct looking l = {.n = n,
		.w = w,
		.db = db,
		.who = &reader,
		.arena = &arena,
		.act = roles->of[AREA_PROCUREMENT] >= ROLE_OFFICER ? NEED_ACT : NEED_LOOK,
		.now_ms = env_now_ms(&w->node->env)};
	int rc = 0;

	if (roles->of[AREA_PROCUREMENT] < ROLE_READER)
		return 0;
	coalition_format(&w->coalition.id, l.coalition);
	for (l.mode = MODE_REAL; rc == 0 && l.mode <= MODE_TEST; l.mode++)
		for (size_t i = 0; rc == 0 && i < w->n_party; i++)
			rc = processes_of(&l, &w->party[i].id, why);
	return rc;
}
