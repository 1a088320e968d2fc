/* need.c: see need.h. */
#include "work/response/need.h"

#include "base/enc.h"
#include "base/limits.h"
#include "work/response/alert.h"
#include "work/response/dossier.h"
#include "work/response/tell.h"
#include "work/response/waiting.h"

#include <inttypes.h>

/* Of each member the newest, so that nobody's many hide another's one. */
#define REQUESTS_EACH 50
#define ALERTS_EACH   30
/* An acceptance is an alarm in the last quarter of the time that it leaves. */
#define LAST_PART 4

struct looking {
	struct needs *n;
	const struct aid_view *v; /* its arena is for one request or alert */
	enum need_level act;	  /* for who may not act it is a look */
	int64_t now_ms;
	const struct aid_record
		*thread; /* the request whose title is told; NULL: only of what the need is about */
	char coalition[COAL_TEXT + 1];
};

static const char *party(const struct looking *l, const struct id *id)
{
	return world_party_label(l->v->world, id, l->n->arena);
}

static bool own(const struct looking *l, const struct aid_record *r)
{
	return id_eq(&r->r.author, &l->v->world->node->self);
}

/* `of`: whose label it bears, and what it is about. */
static void say(struct looking *l, enum need_level level, const struct aid_record *of,
	const char *text, const char *words, const char *place, const char *who, struct slice what)
{
	need_about(l->n, &of->r.object,
		&(struct need){.level = level,
			.area = AREA_RESPONSE,
			.mode = l->v->mode,
			.label = of->r.label,
			.leaf = of->r.leaf,
			.named = {l->thread ? l->thread->r.label : SLICE_NONE,
				l->thread ? l->thread->r.leaf : (struct hash){{0}}},
			.text = text,
			.words = words,
			.place = place,
			.value = {{"who", slice_str(who)}, {"what", what}}});
}

/* ---- alerts ---- */

/* Members that have not read it in time, with commas; NULL: there is none. */
static const char *late_members(const struct looking *l, const struct alert_ack *ack, size_t n)
{
	const char *all = NULL;

	for (size_t i = 0; i < n; i++)
		if (ack[i].escalation)
			all = arena_printf(l->v->arena, "%s%s%s", all ? all : "", all ? ", " : "",
				party(l, &ack[i].member));
	return all;
}

static void alert_say(
	struct looking *l, const struct aid_record *r, const struct alert_ack *ack, size_t n_ack)
{
	const char *place = arena_printf(l->v->arena, "work/response/%s/alerts", l->coalition);
	const char *late = own(l, r) ? late_members(l, ack, n_ack) : NULL;
	struct slice called = cap_title(r->alert),
		     title = called.n ? called : r->alert->identifier.text;

	if (late)
		say(l, l->act == NEED_ACT ? NEED_ALARM : l->act, r, "need.response.unread",
			"{who}: our alert has not been acknowledged in time: {what}", place, late,
			title);
	for (size_t i = 0; i < n_ack; i++) {
		if (!id_eq(&ack[i].member, &l->v->world->node->self) || ack[i].read_ms)
			continue;
		if (ack[i].escalation)
			say(l, NEED_ALARM, r, "need.response.late",
				"An alert from {who} is not acknowledged, and late: {what}", place,
				party(l, &r->r.author), title);
		else
			say(l, l->act, r, "need.response.alert",
				"An alert from {who} waits to be acknowledged: {what}", place,
				party(l, &r->r.author), title);
	}
}

static int alert_look(struct looking *l, const struct aid_alert *a, struct why *why)
{
	struct alert_ack *ack;
	struct aid_record r;
	size_t n;
	int rc = aid_get(l->v, AID_ALERT, &a->object, &r, why);

	if (rc == 0)
		rc = alert_acks(l->v, &a->object, l->now_ms, &ack, &n, why);
	if (rc == 0)
		alert_say(l, &r, ack, n);
	return rc;
}

/* What cannot be read any more, or is more than fits, is passed over: it must not hide the rest. */
static int passed_over(int rc)
{
	return rc == E_MISSING || rc == E_LIMIT ? 0 : rc;
}

static int alerts_look(struct looking *l, struct why *why)
{
	struct arena list_arena CLEANUP_ARENA = ARENA(LIMIT_AID_PAGE_ARENA);
	struct aid_view view = *l->v;
	struct aid_alert *list;
	size_t n, of_owner = 0;

	view.arena = &list_arena;
	int rc = alert_list(&view, l->now_ms, true, &list, &n, why);
	for (size_t m = 0; rc == 0 && m < l->v->world->n_party; m++) {
		of_owner = 0;
		for (size_t i = 0; rc == 0 && i < n && of_owner < ALERTS_EACH; i++) {
			if (!id_eq(&list[i].object.owner, &l->v->world->party[m].id))
				continue;
			of_owner++;
			rc = passed_over(alert_look(l, &list[i], why));
			arena_reset(l->v->arena);
		}
	}
	return rc;
}

/* Drafts wait for a second person, whoever asks: who wrote one may not be who approves it. */
static int drafts_look(struct looking *l, struct why *why)
{
	struct alert_draft *draft;
	size_t n;
	int rc = alert_draft_list(l->v, &draft, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		const char *number = arena_printf(l->n->arena, "%" PRId64, draft[i].number);

		need_add(l->n, arena_printf(l->n->arena, "need.response.draft %s", number),
			&(struct need){.level = l->act,
				.area = AREA_RESPONSE,
				.mode = l->v->mode,
				.label = arena_copy(l->n->arena, draft[i].label),
				.text = "need.response.draft",
				.value = {{"what", slice_str(number)}},
				.words = arena_printf(l->n->arena,
					"Draft %s of an alert waits for a second person", number),
				.place = arena_printf(
					l->n->arena, "work/response/%s/alerts", l->coalition)});
	}
	arena_reset(l->v->arena);
	return rc;
}

/* Acceptances that a second officer confirms. */
static int seconds_look(struct looking *l, struct why *why)
{
	struct waiting *list;
	size_t n;
	int rc = waiting_list(l->v, &list, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		char hex[65];

		hex_encode(list[i].hash.b, 32, hex);
		need_add(l->n, arena_printf(l->n->arena, "need.response.second %s", hex),
			&(struct need){.level = l->act,
				.area = AREA_RESPONSE,
				.mode = l->v->mode,
				.label = arena_copy(l->n->arena, list[i].label),
				.text = "need.response.second",
				.value = {{"who", arena_copy(l->n->arena, list[i].proposed_by)}},
				.words = arena_printf(l->n->arena,
					"An acceptance that %.*s has proposed waits for a second officer",
					SLICE_FMT(list[i].proposed_by)),
				.place = arena_printf(
					l->n->arena, "work/response/%s", l->coalition)});
	}
	arena_reset(l->v->arena);
	return rc;
}

/* ---- requests ---- */

struct asked {
	struct looking *l;
	const struct dossier *d;
	const char *place;
	struct slice title;
	bool ours;
};

static void request_unanswered(const struct asked *q)
{
	const struct aid_request *r = &q->d->request.a->request;

	if (q->ours || r->offers_due <= q->l->now_ms || q->d->state == REQUEST_COVERED ||
		q->d->state == REQUEST_EXECUTING)
		return;
	for (size_t i = 0; i < q->d->n_offer; i++)
		if (own(q->l, q->d->offer[i].record))
			return;
	say(q->l, q->l->act, &q->d->request, "need.response.request",
		"{who} asks for help, and nothing has been answered: {what}", q->place,
		party(q->l, &q->d->request.r.author), q->title);
}

/* Decided on, or nothing that it could cover is open. */
static bool offer_waits(const struct asked *q, const struct offer_view *o)
{
	const struct aid_offer_item *item = o->record->a->offer.items.p;

	if (o->state != OFFER_IS_FIRM && o->state != OFFER_IS_PROVISIONAL)
		return false;
	for (size_t i = 0; i < o->record->a->offer.items.n; i++)
		for (size_t k = 0; k < q->d->n_line; k++)
			if (q->d->line[k].line->line == item[i].line &&
				q->d->line[k].state < LINE_ACCEPTED)
				return true;
	return false;
}

static void offers_waiting(const struct asked *q)
{
	for (size_t i = 0; q->ours && i < q->d->n_offer; i++)
		if (offer_waits(q, &q->d->offer[i]))
			say(q->l, q->l->act, q->d->offer[i].record, "need.response.offer",
				"An offer of {who} waits to be decided on: {what}", q->place,
				party(q->l, &q->d->offer[i].record->r.author), q->title);
}

static bool lapses_soon(const struct acceptance_view *a, int64_t now_ms)
{
	int64_t until = a->record->a->acceptance.commit_by;

	return (until - now_ms) * LAST_PART < until - a->record->r.time_ms;
}

static void acceptances_waiting(const struct asked *q)
{
	for (size_t i = 0; i < q->d->n_acceptance; i++) {
		const struct acceptance_view *a = &q->d->acceptance[i];
		const char *who = party(q->l, &a->record->r.author);

		if (a->state != ACCEPTANCE_OPEN || !a->offer || !own(q->l, a->offer))
			continue;
		if (lapses_soon(a, q->l->now_ms))
			say(q->l, NEED_ALARM, a->record, "need.response.lapse",
				"{who} has accepted our offer; it lapses soon if we do not commit: {what}",
				q->place, who, q->title);
		else
			say(q->l, q->l->act, a->record, "need.response.commit",
				"{who} has accepted our offer and waits for our commitment: {what}",
				q->place, who, q->title);
	}
}

static void deployment_look(const struct asked *q, const struct deployment_view *d)
{
	bool mine = own(q->l, d->record);
	const struct aid_record *x = d->extension;

	if (!mine && !q->ours)
		return;
	if (x && !d->extension_answer && !own(q->l, x) && d->status < D_RELEASED)
		say(q->l, q->l->act, x, "need.response.extension",
			"{who} asks for a longer deployment: {what}", q->place,
			party(q->l, &x->r.author), q->title);
	if (d->check_in && d->check_in->a->check_in.next_report &&
		d->check_in->a->check_in.next_report < q->l->now_ms && d->status < D_RELEASED)
		say(q->l, mine ? q->l->act : NEED_LOOK, d->record, "need.response.silent",
			"A team of {who} has not reported when it was to: {what}", q->place,
			party(q->l, &d->record->r.author), q->title);
	for (size_t i = 0; q->ours && i < d->n_claim; i++)
		if (!d->claim[i].decision && !d->claim[i].settlement)
			say(q->l, q->l->act, d->claim[i].record, "need.response.claim",
				"{who} claims costs, and nothing has been decided: {what}",
				q->place, party(q->l, &d->claim[i].record->r.author), q->title);
}

static int request_look(struct looking *l, const struct object_id *object, struct why *why)
{
	struct dossier d;
	char text[OBJECT_TEXT + 1];
	int rc = dossier_load(&d, l->v, object, l->now_ms, why);

	if (rc < 0)
		return rc;
	object_format(object, text);
	l->thread = &d.request;
	struct asked q = {.l = l,
		.d = &d,
		.place = arena_printf(
			l->v->arena, "work/response/%s/request/%s", l->coalition, text),
		.title = d.request.a->request.title,
		.ours = own(l, &d.request)};
	if (d.state < REQUEST_IS_CLOSED) {
		request_unanswered(&q);
		offers_waiting(&q);
		acceptances_waiting(&q);
	}
	/* Teams come home and claims are decided after a request is closed, too. */
	for (size_t i = 0; i < d.n_deployment; i++)
		deployment_look(&q, &d.deployment[i]);
	l->thread = NULL;
	return 0;
}

static int requests_of(struct looking *l, const struct id *owner, struct why *why)
{
	struct aid_page page CLEANUP_AID_PAGE = {0};
	int rc = aid_page(l->v, AID_REQUEST, owner, REQUESTS_EACH, &page, why);

	for (size_t i = 0; rc == 0 && i < page.n; i++) {
		if (page.p[i].a->request.state == REQUEST_CANCELLED)
			continue;
		rc = passed_over(request_look(l, &page.p[i].r.object, why));
		arena_reset(l->v->arena);
	}
	return rc;
}

static int mode_look(struct looking *l, struct why *why)
{
	const struct world *w = l->v->world;
	int rc = alerts_look(l, why);

	if (rc == 0)
		rc = drafts_look(l, why);
	if (rc == 0)
		rc = seconds_look(l, why);
	for (size_t i = 0; rc == 0 && i < w->n_party; i++)
		rc = requests_of(l, &w->party[i].id, why);
	return rc;
}

int response_needs(struct needs *n, const struct world *w, struct db *db, const struct reader *who,
	const struct roles *roles, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_AID_PAGE_ARENA);
	struct reader reader = needs_reader(w, who);
	struct aid_view v = {.world = w, .db = db, .who = &reader, .arena = &arena};
	struct looking l = {.n = n,
		.v = &v,
		.act = roles->of[AREA_RESPONSE] >= ROLE_CONTRIBUTOR ? NEED_ACT : NEED_LOOK,
		.now_ms = env_now_ms(&w->node->env)};
	int rc = 0;

	if (roles->of[AREA_RESPONSE] < ROLE_READER)
		return 0;
	coalition_format(&w->coalition.id, l.coalition);
	for (v.mode = MODE_REAL; rc == 0 && v.mode <= MODE_TEST; v.mode++)
		rc = mode_look(&l, why);
	return rc;
}
