/* planning.c: the problem from records; see planning.h. */
#include "work/response/planning_int.h"

#include "base/clock.h"
#include "base/limits.h"

#define GRACE_MINUTES (48 * 60)
/* Of a request without an end: what costs per day is counted for so long. */
#define USUAL_DAYS 7

/* ---- members ---- */

static bool wanted(const struct gathering *g, const struct id *member, struct slice label)
{
	if (g->o->without.n && slice_eq(label, g->o->without))
		return false;
	/* What it says that it would bring stands for all that it has. */
	if (g->o->stated.n && slice_eq(label, g->o->with))
		return false;
	return standing_is_member(&g->v->world->standing, member) ||
	       (g->o->with.n && slice_eq(label, g->o->with));
}

size_t gathering_member(struct gathering *g, const struct id *member)
{
	struct slice label = slice_str(world_party_label(g->v->world, member, g->v->arena));

	for (size_t i = 0; i < g->n_member; i++)
		if (id_eq(&g->id[i], member))
			return i;
	if (!wanted(g, member, label))
		return SIZE_MAX;
	if (g->n_member == PLAN_MEMBERS_MAX) {
		g->p->left_out++;
		return SIZE_MAX;
	}
	g->brought = g->brought || (g->o->with.n && slice_eq(label, g->o->with));
	g->id[g->n_member] = *member;
	g->member[g->n_member].id = label;
	g->member[g->n_member].label = label;
	return g->n_member++;
}

/* Parts to millionths; all alike if none are given. A member without a part bears what it offers and is not compared. */
static void shares_set(struct gathering *g)
{
	int64_t sum = 0;

	for (size_t i = 0; i < g->o->n_share; i++)
		sum += g->o->share[i].part;
	for (size_t m = 0; m < g->n_member; m++) {
		if (sum == 0)
			g->member[m].share = 1000000 / (int64_t)g->n_member;
		for (size_t i = 0; sum > 0 && i < g->o->n_share; i++)
			if (slice_eq(g->o->share[i].label, g->member[m].label))
				g->member[m].share = g->o->share[i].part * 1000000 / sum;
	}
}

static bool among(const int64_t *list, size_t n, int64_t one)
{
	for (size_t i = 0; one && i < n; i++)
		if (list[i] == one)
			return true;
	return false;
}

/* More lots than a plan can hold: each member has its share, so that nobody's many leave the others without one. An offer that is taken whole stays whole or is not looked at. */
static void lots_fit(struct gathering *g)
{
	size_t of[PLAN_MEMBERS_MAX] = {0}, n = 0, n_cut = 0, each;
	int64_t cut[PLAN_MEMBERS_MAX]; /* of each member the group that its share ends in */

	if (g->n_lot <= PLAN_LOTS_MAX)
		return;
	each = PLAN_LOTS_MAX / g->n_member;
	for (size_t i = 0; i < g->n_lot; i++)
		if (of[g->lot[i].member]++ == each)
			cut[n_cut++] = g->lot[i].group;
	memset(of, 0, sizeof(of));
	for (size_t i = 0; i < g->n_lot; i++) {
		if (of[g->lot[i].member]++ >= each || among(cut, n_cut, g->lot[i].group))
			g->p->left_out++;
		else
			g->lot[n++] = g->lot[i];
	}
	g->n_lot = n;
}

/* ---- lines ---- */

static struct slice *texts(const struct shape_list *list, const char *prefix, struct arena *arena,
	struct slice *ret, size_t *n)
{
	for (size_t i = 0; i < list->n; i++)
		ret[(*n)++] = slice_str(arena_printf(
			arena, "%s%.*s", prefix, SLICE_FMT(AID_LIST(struct slice, *list)[i])));
	return ret;
}

static struct slice *labels(const struct gathering *g, const struct shape_list *ids)
{
	struct slice *list = arena_array(g->v->arena, struct slice, ids->n + 1);

	for (size_t i = 0; i < ids->n; i++)
		list[i] = slice_str(
			world_party_label(g->v->world, &AID_LIST(struct id, *ids)[i], g->v->arena));
	return list;
}

static struct plan_point point_of(const struct aid_place *p)
{
	return place_is(p) ? (struct plan_point){p->lat, p->lon}
			   : (struct plan_point){PLAN_NOWHERE, 0};
}

static void area_add(const struct aid_place *p, struct slice *list, size_t *n)
{
	if (p && p->name.n)
		list[(*n)++] = p->name;
}

/* What is not covered yet: commits and open acceptances are taken off. What is on its way, there or done was committed before, and is in that already. */
static int64_t open_of(const struct line_view *l)
{
	int64_t taken = l->committed + l->accepted;

	return l->line->quantity > taken ? l->line->quantity - taken : 0;
}

static void line_make(struct gathering *g, const struct line_view *from, struct plan_line *ret)
{
	const struct aid_request *r = &g->p->dossier.request.a->request;
	const struct aid_line *a = from->line;
	struct arena *arena = g->v->arena;
	struct slice *area = arena_array(arena, struct slice, 3),
		     *wants = arena_array(
			     arena, struct slice, a->certifications.n + a->languages.n + 1);
	struct plan_line l = {.line = a->line, .type = a->type, .event = g->event};

	l.quantity = open_of(from);
	l.min_useful = a->min_useful < l.quantity ? a->min_useful : l.quantity;
	l.needed_by_ms = a->needed_by ? a->needed_by : g->o->now_ms + DAY_MS;
	l.needed_until_ms = a->needed_until ? a->needed_until : l.needed_by_ms;
	l.place = point_of(place_is(a->location) ? a->location : r->location);
	area_add(a->location, area, &l.n_area);
	area_add(r->location, area, &l.n_area);
	l.area = area;
	/* A request's priority, 1 the highest, and the line's own weight. */
	int64_t weight = (a->weight > 0 ? a->weight : 1) *
			 (r->priority > 0 && r->priority < 5 ? 5 - r->priority : 1);
	l.weight = weight > PLAN_WEIGHT_MAX ? PLAN_WEIGHT_MAX : weight;
	l.max_contributors = a->max_contributors > 0 ? a->max_contributors : 0;
	l.min_effect = a->min_effectiveness > 0 ? a->min_effectiveness * (PLAN_EFFECT / 100) : 0;
	l.accepts = AID_LIST(struct slice, a->substitutes);
	l.n_accepts = a->substitutes.n;
	l.excluded = labels(g, &a->excluded_members);
	l.n_excluded = a->excluded_members.n;
	texts(&a->certifications, "", arena, wants, &l.n_wants);
	texts(&a->languages, "lang:", arena, wants, &l.n_wants);
	l.wants = wants;
	l.self_sufficiency_hours = a->self_sufficiency_hours > 0 ? a->self_sufficiency_hours : 0;
	*ret = l;
}

static void lines_make(struct gathering *g)
{
	const struct dossier *d = &g->p->dossier;
	struct plan_line *line = arena_array(g->v->arena, struct plan_line, d->n_line + 1);
	size_t n = 0;

	g->days = 1;
	for (size_t i = 0; i < d->n_line; i++) {
		if (d->line[i].state == LINE_WITHDRAWN ||
			d->line[i].state == LINE_SHORTFALL_ACCEPTED ||
			d->line[i].state == LINE_UNABLE_TO_FILL || open_of(&d->line[i]) == 0)
			continue;
		line_make(g, &d->line[i], &line[n]);
		int64_t span = line[n].needed_until_ms - line[n].needed_by_ms,
			days = span > 0 ? (span + DAY_MS - 1) / DAY_MS : USUAL_DAYS;
		g->days = days > g->days ? days : g->days;
		n++;
	}
	g->p->problem.line = line;
	g->p->problem.n_line = n;
}

/* ---- all of it ---- */

/* Everything that a package follows from, in one text; its hash names the problem. */
static struct hash hash_problem(const struct planning *p)
{
	struct hasher *h = hash_start();

	planning_canonical(p, h);
	return hash_end(&h);
}

static int event_find(struct gathering *g, struct why *why)
{
	struct aid_record incident;
	int rc = aid_get(
		g->v, AID_INCIDENT, &g->p->dossier.request.a->request.incident, &incident, why);

	if (rc == 0)
		g->event = incident.a->incident.event_type;
	else if (rc != E_MISSING)
		return rc;
	return 0;
}

/* Is there anything to be said of what `with` would bring? */
static int with_check(const struct gathering *g, struct why *why)
{
	const struct world *w = g->v->world;

	if (g->o->with.n == 0 || g->brought)
		return 0;
	for (size_t i = 0; i < w->n_party; i++)
		if (slice_is(g->o->with, world_party_label(w, &w->party[i].id, g->v->arena)) &&
			standing_is_member(&w->standing, &w->party[i].id))
			return 0;
	return why_set(why, E_STATE, "with",
		"%.*s is no member, and only members release records: a table has to say what it would bring",
		SLICE_FMT(g->o->with));
}

int planning_gather(struct planning *ret, const struct aid_view *v, const struct object_id *request,
	const struct planning_options *o, struct why *why)
{
	struct planning p = {.options = *o};
	struct aid_view counting = *v;
	struct gathering g = {.v = &counting, .o = o, .p = &p};
	const struct aid_request *r;

	counting.left_out = &p.left_out;

	g.member = arena_array(v->arena, struct plan_member, PLAN_MEMBERS_MAX + 1);
	int rc = dossier_load(&p.dossier, &counting, request, o->now_ms, why);
	if (rc == 0)
		rc = event_find(&g, why);
	if (rc < 0)
		return rc;
	r = &p.dossier.request.a->request;
	p.problem.now_ms = o->now_ms;
	p.problem.grace_minutes = o->grace_minutes ? o->grace_minutes : GRACE_MINUTES;
	p.problem.policy = plan_policy_usual;
	p.problem.currency =
		r->funding && r->funding->currency.n ? r->funding->currency : SLICE("EUR");
	lines_make(&g);
	rc = o->from == PLAN_FROM_OFFERS ? gathering_offers(&g, why) : gathering_lots(&g, why);
	if (rc == 0 && o->stated.n)
		rc = gathering_stated(&g, why);
	if (rc == 0)
		rc = with_check(&g, why);
	if (rc < 0)
		return rc;
	lots_fit(&g);
	shares_set(&g);
	p.problem.lot = g.lot;
	p.problem.n_lot = g.n_lot;
	p.problem.member = g.member;
	p.problem.n_member = g.n_member;
	rc = plan_arcs_make(&p.problem, v->arena, &p.arcs, why);
	if (rc < 0)
		return rc;
	p.left_out += p.arcs.left_out;
	p.problem_hash = hash_problem(&p);
	*ret = p;
	return 0;
}

int planning_solve(struct planning *p, struct arena *arena, struct why *why)
{
	if (p->options.wall_ms <= 0)
		return plan_greedy(&p->problem, &p->arcs, arena, &p->package, why);
	return plan_solve(&p->problem, &p->arcs,
		&(struct plan_options){.engine = "glpk",
			.wall_ms = p->options.wall_ms,
			.gap_ppm = p->options.gap_ppm,
			.progress = p->options.progress,
			.ctx = p->options.ctx},
		arena, &p->package, why);
}

struct planning_line planning_line_of(const struct planning *p, size_t line)
{
	const struct plan_line *l = &p->problem.line[line];
	struct planning_line r = {0};
	int64_t asked = l->quantity * PLAN_EFFECT, got = asked - p->package.value.shortfall[line],
		on_time = 0;

	for (size_t i = 0; i < p->arcs.n; i++) {
		const struct plan_arc *a = &p->arcs.arc[i];
		if (!p->package.take[i] || a->line != line)
			continue;
		on_time += a->late_minutes ? 0 : p->package.take[i] * a->effect;
		if (a->arrives_ms > r.arrives_ms)
			r.arrives_ms = a->arrives_ms;
		if (!r.first_ms || a->arrives_ms < r.first_ms)
			r.first_ms = a->arrives_ms;
	}
	r.covered_permille = got * 1000 / asked;
	r.on_time_permille = (on_time < asked ? on_time : asked) * 1000 / asked;
	return r;
}
