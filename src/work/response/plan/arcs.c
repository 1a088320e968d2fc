/* arcs.c: which lot can serve which line, by which way, when and for how much; and for all else the first rule that forbids it. */
#include "base/clock.h"
#include "base/report.h"
#include "work/response/plan/plan_int.h"

#include <math.h>

#define EARTH_KM 6371.0088 /* mean radius, IUGG */
#define DEGREE	 (M_PI / 180 / 1e7)

const char *const plan_rules[PLAN_RULES] = {"type", "excluded", "not ready", "caveat",
	"requirement", "window", "no place or way", "too late", "nothing left"};
const struct plan_policy plan_policy_usual = {
	.unmet = 10000000, .late = 10000, .cost = 1000, .burden = 20};

int64_t plan_distance_km(struct plan_point a, struct plan_point b)
{
	double lat1 = (double)a.lat * DEGREE, lat2 = (double)b.lat * DEGREE;
	double dlat = (lat2 - lat1) / 2, dlon = (double)(b.lon - a.lon) * DEGREE / 2;
	double h = sin(dlat) * sin(dlat) + cos(lat1) * cos(lat2) * sin(dlon) * sin(dlon);

	return (int64_t)llround(2 * EARTH_KM * asin(sqrt(h < 0 ? 0 : h > 1 ? 1 : h)));
}

/* ---- one lot and one line ---- */

/* "FLOOD" is served by "FLOOD" and all below it. */
static bool type_is(struct slice have, struct slice asked)
{
	return slice_eq(have, asked) || (have.n > asked.n && have.p[asked.n] == '.' &&
						memcmp(have.p, asked.p, asked.n) == 0);
}

/* What its owner says one unit is worth instead of what is asked; 0: nothing is said. */
static int64_t declared(const struct plan_lot *k, const struct plan_line *l)
{
	int64_t best = 0;

	for (size_t i = 0; i < k->n_substitute; i++)
		if (k->substitute[i].effect > best && type_is(k->substitute[i].type, l->type))
			best = k->substitute[i].effect;
	return best;
}

/* Thousandths that one unit counts for; 0: it is something else. A substitute is one that whoever asks accepts, and counts as its owner declares, else wholly. */
static int64_t effect_of(const struct plan_lot *k, const struct plan_line *l)
{
	int64_t worth;

	if (k->only_line)
		return k->only_line == l->line ? k->effect : 0;
	if (type_is(k->type, l->type))
		return PLAN_EFFECT;
	for (size_t i = 0; i < l->n_accepts; i++)
		if (type_is(k->type, l->accepts[i])) {
			worth = declared(k, l);
			return worth ? worth : PLAN_EFFECT;
		}
	return 0;
}

static bool among(const struct slice *list, size_t n, struct slice one)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(list[i], one))
			return true;
	return false;
}

static bool caveat_meets(const struct plan_caveat *c, const struct plan_line *l)
{
	switch (c->what) {
	case FORBIDS_AREA:
		return among(l->area, l->n_area, c->value);
	case FORBIDS_TYPE:
		return type_is(l->type, c->value);
	case FORBIDS_EVENT:
		return slice_eq(l->event, c->value);
	}
	return false;
}

struct fit {
	enum plan_rule rule; /* that forbids it; PLAN_RULES: none */
	struct slice detail;
	bool approval;
};

static struct fit refuse(enum plan_rule rule, struct slice detail)
{
	return (struct fit){.rule = rule, .detail = detail};
}

/* All rules that do not depend on the way. */
static struct fit fit_of(
	const struct plan_problem *p, const struct plan_lot *k, const struct plan_line *l)
{
	struct fit f = {.rule = PLAN_RULES, .approval = k->approval};

	if (among(l->excluded, l->n_excluded, p->member[k->member].label))
		return refuse(RULE_EXCLUDED, SLICE_NONE);
	if (k->not_ready.n)
		return refuse(RULE_READY, k->not_ready);
	for (size_t i = 0; i < k->n_caveat; i++) {
		if (!caveat_meets(&k->caveat[i], l))
			continue;
		if (!k->caveat[i].approval)
			return refuse(RULE_CAVEAT, k->caveat[i].value);
		f.approval = true;
	}
	for (size_t i = 0; !k->as_offered && i < l->n_wants; i++)
		if (!among(k->has, k->n_has, l->wants[i]))
			return refuse(RULE_WANTS, l->wants[i]);
	if (k->self_sufficiency_hours < l->self_sufficiency_hours)
		return refuse(RULE_WANTS, SLICE("self-sufficiency"));
	if (k->quantity <= 0 || k->quantity < k->min_lot)
		return refuse(RULE_NONE_LEFT, SLICE_NONE);
	return f;
}

/* ---- arcs ---- */

struct making {
	const struct plan_problem *p;
	struct plan_arcs *out;
	size_t arcs_max, refusals_max, refusals_of_line;
	size_t each; /* arcs that one member may have; SIZE_MAX: as many as it likes */
	size_t of_member[PLAN_MEMBERS_MAX];
	struct arena *arena;
};

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* When it would be there by this way. */
static int64_t arrival(const struct plan_problem *p, const struct plan_lot *k,
	const struct plan_way *w, int64_t km)
{
	int64_t start = later(p->now_ms, k->from_ms);

	if (k->arrives_ms)
		return later(k->arrives_ms, p->now_ms);
	return start + (k->notice_minutes + w->load_minutes + km * 60 / w->speed_kmh) * MINUTE_MS;
}

/* Row of p->lift that it takes from; n_lift: none. */
static size_t lift_row(const struct plan_problem *p, size_t member, struct slice mode)
{
	for (size_t i = 0; i < p->n_lift; i++)
		if (p->lift[i].member == member && slice_eq(p->lift[i].mode, mode))
			return i;
	return p->n_lift;
}

static void arc_add(struct making *m, struct plan_arc arc)
{
	if (m->out->n == m->arcs_max) {
		struct plan_arc *more = arena_array(m->arena, struct plan_arc, 2 * m->arcs_max);
		memcpy(more, m->out->arc, m->out->n * sizeof(arc));
		m->out->arc = more;
		m->arcs_max *= 2;
	}
	m->out->arc[m->out->n++] = arc;
}

static void refusal_add(struct making *m, size_t lot, size_t line, struct fit f)
{
	if (m->refusals_of_line++ >= PLAN_REFUSALS_EACH)
		return;
	if (m->out->n_refusal == m->refusals_max) {
		struct plan_refusal *more =
			arena_array(m->arena, struct plan_refusal, 2 * m->refusals_max);
		memcpy(more, m->out->refusal, m->out->n_refusal * sizeof(*more));
		m->out->refusal = more;
		m->refusals_max *= 2;
	}
	m->out->refusal[m->out->n_refusal++] =
		(struct plan_refusal){(uint32_t)lot, (uint32_t)line, f.rule, f.detail};
}

/* Can all of it be paid for in numbers? */
static bool has_cost(const struct plan_lot *k, int64_t unit_cost)
{
	return (wide)k->quantity * unit_cost + k->mobilisation <= PLAN_COST_MAX;
}

/* One arc for each way that is in time; an offer that says when it comes has one way at most. Returns how many, and in *f why there is none. */
static size_t ways_add(struct making *m, size_t lot, size_t line, int64_t effect, struct fit *f)
{
	static const struct plan_way own = {.speed_kmh = 1};
	const struct plan_problem *p = m->p;
	const struct plan_lot *k = &p->lot[lot];
	const struct plan_line *l = &p->line[line];
	bool placed = k->home.lat != PLAN_NOWHERE && l->place.lat != PLAN_NOWHERE;
	int64_t km = placed ? plan_distance_km(k->home, l->place) : 0;
	int64_t unit_cost = k->per_unit + k->per_unit_km * km;
	size_t n = 0, ways = k->n_way ? k->n_way : k->arrives_ms ? 1 : 0;

	*f = refuse(RULE_PLACE, SLICE_NONE);
	if (!placed && !k->arrives_ms)
		return 0;
	if (!has_cost(k, unit_cost)) {
		*f = refuse(RULE_READY, SLICE("costs are out of range"));
		return 0;
	}
	for (size_t i = 0; i < ways; i++) {
		const struct plan_way *w = k->n_way ? &k->way[i] : &own;
		int64_t at = arrival(p, k, w, km);
		int64_t late = at > l->needed_by_ms
				       ? (at - l->needed_by_ms + MINUTE_MS - 1) / MINUTE_MS
				       : 0;

		if (k->until_ms && k->until_ms < later(l->needed_until_ms, at)) {
			*f = refuse(RULE_WINDOW, SLICE_NONE);
			continue;
		}
		if (late > p->grace_minutes) {
			*f = refuse(RULE_LATE, w->mode);
			continue;
		}
		size_t lift = k->n_way && !w->organic && k->weight_kg
				      ? lift_row(p, k->member, w->mode)
				      : p->n_lift;
		arc_add(m, (struct plan_arc){.lot = (uint32_t)lot,
				   .line = (uint32_t)line,
				   .way = (uint32_t)i,
				   .arrives_ms = at,
				   .late_minutes = late,
				   .effect = effect,
				   .unit_cost = unit_cost,
				   .lift_kg = lift < p->n_lift ? k->weight_kg : 0,
				   .lift = (uint32_t)lift});
		n++;
	}
	return n;
}

/* Takes the arcs from `from` on away again if their member has too many with them. */
static bool is_too_many(struct making *m, size_t member, size_t from)
{
	size_t n = m->out->n - from;

	if (n > m->each - m->of_member[member]) {
		m->out->n = from;
		m->out->left_out++;
		return true;
	}
	m->of_member[member] += n;
	return false;
}

static int line_arcs(struct making *m, size_t line, struct why *why)
{
	const struct plan_problem *p = m->p;

	m->refusals_of_line = 0;
	for (size_t lot = 0; lot < p->n_lot; lot++) {
		int64_t effect = effect_of(&p->lot[lot], &p->line[line]);
		if (effect == 0)
			continue;
		struct fit f = effect < p->line[line].min_effect
				       ? refuse(RULE_TYPE, p->lot[lot].type)
				       : fit_of(p, &p->lot[lot], &p->line[line]);
		bool approval = f.approval;
		size_t from = m->out->n;
		if (f.rule == PLAN_RULES && ways_add(m, lot, line, effect, &f)) {
			for (size_t i = from; i < m->out->n; i++)
				m->out->arc[i].approval = approval;
			if (is_too_many(m, p->lot[lot].member, from))
				continue;
			if (m->out->n > PLAN_ARCS_MAX)
				return why_set(why, E_LIMIT, "", "more than %d possibilities",
					PLAN_ARCS_MAX);
			continue;
		}
		refusal_add(m, lot, line, f);
	}
	return 0;
}

/* ---- caps ---- */

static void caps_make(const struct plan_problem *p, struct arena *arena, struct plan_arcs *ret)
{
	ret->cap = arena_array(arena, struct plan_cap, p->n_reserve + 1);
	for (size_t i = 0; i < p->n_reserve; i++) {
		const struct plan_reserve *r = &p->reserve[i];
		uint32_t *lot = arena_array(arena, uint32_t, p->n_lot + 1);
		size_t n = 0;
		int64_t sum = 0;

		for (size_t k = 0; k < p->n_lot; k++) {
			if (p->lot[k].member != r->member || !type_is(p->lot[k].type, r->type))
				continue;
			lot[n++] = (uint32_t)k;
			sum += p->lot[k].quantity;
		}
		ret->cap[ret->n_cap++] = (struct plan_cap){
			.lot = lot, .n = n, .max = sum > r->quantity ? sum - r->quantity : 0};
	}
}

/* ---- is it a problem? ---- */

static bool amount(int64_t v, int64_t min)
{
	return v >= min && v <= PLAN_AMOUNT_MAX;
}

static int lot_check(const struct plan_problem *p, const struct plan_lot *k, struct why *why)
{
	bool fine = k->member < p->n_member && amount(k->quantity, 0) && amount(k->min_lot, 0) &&
		    amount(k->notice_minutes, 0) && amount(k->weight_kg, 0) &&
		    amount(k->mobilisation, 0) && amount(k->per_unit, 0) &&
		    amount(k->per_unit_km, 0) && k->n_way <= 8;

	for (size_t i = 0; fine && i < k->n_way; i++)
		fine = k->way[i].speed_kmh >= 1 && k->way[i].speed_kmh <= 2000 &&
		       amount(k->way[i].load_minutes, 0);
	for (size_t i = 0; fine && i < k->n_substitute; i++)
		fine = k->substitute[i].effect >= 1 && k->substitute[i].effect <= PLAN_EFFECT;
	return fine ? 0
		    : why_set(why, E_INVALID, "lot", "%.*s has a number that is out of range",
			      SLICE_FMT(k->id));
}

static int problem_check(const struct plan_problem *p, struct why *why)
{
	if (p->n_lot > PLAN_LOTS_MAX || p->n_line > PLAN_LINES_MAX ||
		p->n_member > PLAN_MEMBERS_MAX || p->n_lift > PLAN_LIFTS_MAX)
		return why_set(why, E_LIMIT, "",
			"more than %d lots, %d lines, %d members or %d limits of lift",
			PLAN_LOTS_MAX, PLAN_LINES_MAX, PLAN_MEMBERS_MAX, PLAN_LIFTS_MAX);
	if (score_shares(p) > 1000000)
		return why_set(
			why, E_INVALID, "share", "the members' shares are more than the whole");
	for (size_t i = 0; i < p->n_lot; i++) {
		int rc = lot_check(p, &p->lot[i], why);
		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < p->n_line; i++) {
		const struct plan_line *l = &p->line[i];
		if (!amount(l->quantity, 1) || !amount(l->min_useful, 0) || l->weight < 1 ||
			l->weight > PLAN_WEIGHT_MAX || l->max_contributors < 0)
			return why_set(why, E_INVALID, "line",
				"line %lld has a number that is out of range", (long long)l->line);
	}
	for (size_t i = 0; i < p->n_reserve; i++)
		if (p->reserve[i].member >= p->n_member || !amount(p->reserve[i].quantity, 0))
			return why_set(why, E_INVALID, "reserve", "a reserve is out of range");
	for (size_t i = 0; i < p->n_lift; i++)
		if (p->lift[i].member >= p->n_member || !amount(p->lift[i].kg, 0))
			return why_set(why, E_INVALID, "lift", "a lift is out of range");
	return 0;
}

static int arcs_fill(const struct plan_problem *p, size_t each, struct arena *arena,
	struct plan_arcs *ret, struct why *why)
{
	struct plan_arcs out = {0};
	struct making m = {.p = p,
		.out = &out,
		.arcs_max = 256,
		.refusals_max = 256,
		.each = each,
		.arena = arena};
	int rc = 0;

	out.arc = arena_array(arena, struct plan_arc, m.arcs_max);
	out.refusal = arena_array(arena, struct plan_refusal, m.refusals_max);
	for (size_t line = 0; rc == 0 && line < p->n_line; line++)
		rc = line_arcs(&m, line, why);
	if (rc == 0)
		*ret = out;
	return rc;
}

int plan_arcs_make(
	const struct plan_problem *p, struct arena *arena, struct plan_arcs *ret, struct why *why)
{
	struct plan_arcs out;
	struct why none = {0};
	int rc = problem_check(p, why);

	if (rc < 0)
		return rc;
	/* If all of it is too much each member has a share, or one with very many would leave everybody without a plan. */
	rc = arcs_fill(p, SIZE_MAX, arena, &out, &none);
	if (rc == E_LIMIT)
		rc = arcs_fill(p, PLAN_ARCS_MAX / p->n_member, arena, &out, why);
	if (rc < 0)
		return rc;
	caps_make(p, arena, &out);
	*ret = out;
	return 0;
}
