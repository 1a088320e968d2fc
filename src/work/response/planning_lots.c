/* planning_lots.c: members' capabilities as lots: what is there, less what stays at home and what is promised already; and why one cannot be counted on. */
#include "work/response/planning_int.h"

/* What nothing is said about costs and weighs nothing. */
static int64_t or_none(int64_t v)
{
	return v > 0 ? v < PLAN_AMOUNT_MAX ? v : PLAN_AMOUNT_MAX : 0;
}

/* Beside whom any of its capabilities does not serve, the member does not. */
static void apart_add(struct gathering *g, struct plan_member *m, struct slice whom)
{
	struct slice *list;

	for (size_t i = 0; i < m->n_not_with; i++)
		if (slice_eq(m->not_with[i], whom))
			return;
	list = arena_array(g->v->arena, struct slice, m->n_not_with + 1);
	if (m->n_not_with)
		memcpy(list, m->not_with, m->n_not_with * sizeof(*list));
	list[m->n_not_with] = whom;
	m->not_with = list;
	m->n_not_with++;
}

/* The words of a partner's caveats: what a plan can heed. The others are shown with the capability. */
static void caveats_make(struct gathering *g, const struct joined_capability *j, struct plan_lot *k)
{
	struct plan_caveat *list = arena_array(g->v->arena, struct plan_caveat, j->c.caveats.n + 1);
	struct slice *apart = arena_array(g->v->arena, struct slice, j->c.caveats.n + 1);
	struct plan_member *m = &g->member[k->member];
	size_t n_apart = 0;

	for (size_t i = 0; i < j->c.caveats.n; i++) {
		const struct aid_caveat *c = &AID_LIST(struct aid_caveat, j->c.caveats)[i];
		bool approval = c->polarity == POLARITY_NEEDS_APPROVAL;
		if (c->polarity == POLARITY_REQUIRE)
			continue;
		if (c->kind == CAVEAT_GEOGRAPHIC && c->area.n)
			list[k->n_caveat++] = (struct plan_caveat){FORBIDS_AREA, c->area, approval};
		else if (c->kind == CAVEAT_TASK && c->type.n)
			list[k->n_caveat++] = (struct plan_caveat){FORBIDS_TYPE, c->type, approval};
		else if (c->kind == CAVEAT_PARTNER && !approval)
			apart[n_apart++] =
				slice_str(world_party_label(g->v->world, &c->member, g->v->arena));
	}
	k->caveat = list;
	for (size_t i = 0; i < n_apart; i++)
		apart_add(g, m, apart[i]);
}

static void ways_make(struct gathering *g, const struct joined_capability *j, struct plan_lot *k)
{
	struct plan_way *way = arena_array(g->v->arena, struct plan_way, 9);

	for (size_t i = 0; i < j->c.transport_modes.n && k->n_way < 8; i++) {
		const struct aid_mode_of_transport *t =
			&AID_LIST(struct aid_mode_of_transport, j->c.transport_modes)[i];
		if (t->speed_kmh < 1 || t->speed_kmh > 2000)
			continue;
		way[k->n_way++] = (struct plan_way){.mode = slice_str(aid_transports[t->mode]),
			.speed_kmh = t->speed_kmh,
			.load_minutes = or_none(t->load_hours) * 60,
			.organic = t->organic};
	}
	k->way = way;
}

static void crew_make(struct gathering *g, const struct aid_crew *crew, struct plan_lot *k)
{
	if (!crew)
		return;
	struct slice *has = arena_array(
		g->v->arena, struct slice, 2 * crew->certifications.n + crew->languages.n + 1);
	for (size_t i = 0; i < crew->certifications.n; i++) {
		const struct aid_certification *c =
			&AID_LIST(struct aid_certification, crew->certifications)[i];
		if (c->valid_until && c->valid_until < g->o->now_ms)
			continue;
		has[k->n_has++] = c->scheme;
		has[k->n_has++] = slice_str(arena_printf(
			g->v->arena, "%.*s %.*s", SLICE_FMT(c->scheme), SLICE_FMT(c->level)));
	}
	for (size_t i = 0; i < crew->languages.n; i++)
		has[k->n_has++] = slice_str(arena_printf(g->v->arena, "lang:%.*s",
			SLICE_FMT(AID_LIST(struct slice, crew->languages)[i])));
	k->has = has;
}

static void substitutes_make(
	struct gathering *g, const struct joined_capability *j, struct plan_lot *k)
{
	struct plan_substitute *list =
		arena_array(g->v->arena, struct plan_substitute, j->c.substitutes.n + 1);

	for (size_t i = 0; i < j->c.substitutes.n; i++) {
		const struct aid_substitute *s =
			&AID_LIST(struct aid_substitute, j->c.substitutes)[i];
		if (s->effectiveness > 0 && s->effectiveness <= 100)
			list[k->n_substitute++] = (struct plan_substitute){
				s->type, s->effectiveness * (PLAN_EFFECT / 100)};
	}
	k->substitute = list;
}

/* ---- how many, and whether ---- */

static const char *why_not(const struct joined_capability *j, int64_t now_ms, bool stated)
{
	const struct aid_readiness *q = j->readiness ? &j->readiness->a->readiness : NULL;

	if (j->c.state == CAPABILITY_DRAFT || j->c.state == CAPABILITY_SUSPENDED ||
		j->c.state == CAPABILITY_WITHDRAWN)
		return "not declared";
	if (stated)
		return j->c.quantity < 0 ? "no quantity" : "";
	if (!q)
		return "no report";
	if (readiness_stale(q, now_ms))
		return "report is stale";
	if (q->state != READY && q->state != LIMITED)
		return "not ready";
	return j->c.quantity < 0 && q->quantity_available < 0 ? "quantity not released" : "";
}

/* The window that reaches furthest among those that are not over, and what is there in that one. */
static void window_set(const struct aid_readiness *q, int64_t now_ms, struct plan_lot *k)
{
	int64_t quantity = -1;

	for (size_t i = 0; q && i < q->windows.n; i++) {
		const struct aid_window *w = &AID_LIST(struct aid_window, q->windows)[i];
		if (w->until <= now_ms || w->until < k->until_ms)
			continue;
		k->from_ms = w->from;
		k->until_ms = w->until;
		quantity = w->quantity;
	}
	if (quantity >= 0 && quantity < k->quantity)
		k->quantity = quantity;
}

/* Promised to somebody else, as far as the reader sees, while this request needs it. */
static int64_t promised(const struct gathering *g, const struct object_id *capability)
{
	int64_t units = 0, end = g->o->now_ms;

	for (size_t l = 0; l < g->p->problem.n_line; l++)
		if (g->p->problem.line[l].needed_until_ms > end)
			end = g->p->problem.line[l].needed_until_ms;
	for (size_t i = 0; i < g->n_commit; i++) {
		const struct aid_commit *c = &g->commit[i].a->commit;
		/* Only its owner promises it: what others write of it binds nothing. */
		if (c->decision == COMMIT_REFUSE ||
			!id_eq(&g->commit[i].r.author, &capability->owner))
			continue;
		for (size_t k = 0; k < c->items.n; k++) {
			const struct aid_committed_item *it =
				&AID_LIST(struct aid_committed_item, c->items)[k];
			if (object_id_eq(&it->capability, capability) && it->from <= end &&
				(!it->until || it->until >= g->o->now_ms))
				units += it->quantity;
		}
	}
	return units;
}

static int64_t units_of(const struct gathering *g, const struct joined_capability *j)
{
	const struct aid_readiness *q = j->readiness ? &j->readiness->a->readiness : NULL;
	int64_t units = j->c.quantity;

	if (q && q->quantity_available >= 0 && (units < 0 || q->quantity_available < units))
		units = q->quantity_available;
	units -= or_none(j->c.reserve) + promised(g, &j->record.r.object);
	return units > 0 ? units : 0;
}

static int64_t notice_of(const struct joined_capability *j)
{
	const struct aid_readiness *q = j->readiness ? &j->readiness->a->readiness : NULL;

	return or_none(q && q->notice_minutes >= 0 ? q->notice_minutes : j->c.notice_minutes);
}

static void costs_set(
	const struct gathering *g, const struct aid_cost_rate *rate, struct plan_lot *k)
{
	if (!rate)
		return;
	if (rate->currency.n && !slice_eq(rate->currency, g->p->problem.currency)) {
		/* No rate of exchange decides anything here. */
		k->not_ready = slice_str(
			arena_printf(g->v->arena, "costs in %.*s", SLICE_FMT(rate->currency)));
		return;
	}
	k->mobilisation = or_none(rate->mobilisation);
	k->per_unit = or_none(or_none(rate->per_day) * g->days);
	k->per_unit_km = or_none(rate->per_km);
}

void gathering_lot(struct gathering *g, const struct joined_capability *j, size_t member,
	struct slice id, bool stated)
{
	const struct aid_readiness *q = j->readiness ? &j->readiness->a->readiness : NULL;
	const struct aid_place *at = q && place_is(q->location) ? q->location : j->c.home;
	struct plan_lot k = {.member = member, .id = id, .name = j->c.name, .type = j->c.type};

	k.home = place_is(at) ? (struct plan_point){at->lat, at->lon}
			      : (struct plan_point){PLAN_NOWHERE, 0};
	k.not_ready = slice_str(why_not(j, g->o->now_ms, stated));
	k.quantity = units_of(g, j);
	k.min_lot = j->c.indivisible ? k.quantity : or_none(j->c.min_lot);
	k.notice_minutes = notice_of(j);
	window_set(q, g->o->now_ms, &k);
	ways_make(g, j, &k);
	caveats_make(g, j, &k);
	crew_make(g, j->c.crew, &k);
	substitutes_make(g, j, &k);
	k.weight_kg = j->c.footprint ? or_none(j->c.footprint->weight_kg) : 0;
	k.self_sufficiency_hours = or_none(j->c.self_sufficiency_hours);
	costs_set(g, j->c.cost_rate, &k);
	g->lot[g->n_lot++] = k;
}

int gathering_lots(struct gathering *g, struct why *why)
{
	struct joined_capability *list;
	struct aid_record *commit;
	size_t n;
	int rc = capability_list(g->v, NULL, &list, &n, why);

	if (rc == 0)
		rc = aid_list(g->v, AID_COMMIT, NULL, &commit, &g->n_commit, why);
	if (rc < 0)
		return rc;
	g->commit = commit;
	g->lot = arena_array(g->v->arena, struct plan_lot, n + 1);
	for (size_t i = 0; i < n; i++) {
		size_t member = gathering_member(g, &list[i].record.r.author);
		char *id = arena_alloc(g->v->arena, OBJECT_TEXT + 1);
		object_format(&list[i].record.r.object, id);
		if (member != SIZE_MAX)
			gathering_lot(g, &list[i], member, slice_str(id), false);
	}
	return 0;
}
