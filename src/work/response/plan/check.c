/* check.c: every rule of the problem again, and the value, from the takes alone. Written apart from what puts packages together, so that a fault there shows here. */
#include "work/response/plan/plan_int.h"

struct checking {
	const struct plan_problem *p;
	const struct plan_arcs *a;
	const int64_t *take;
	int64_t *of_lot, *of_line, *of_member; /* units; thousandths; minor units */
	uint64_t *there;		       /* per line: members that serve it */
	struct why *why;
};

static int broken(struct checking *c, struct slice what, const char *rule)
{
	return why_set(c->why, E_VERIFY, "package", "%.*s: %s", SLICE_FMT(what), rule);
}

static int lots_check(struct checking *c)
{
	for (size_t k = 0; k < c->p->n_lot; k++) {
		const struct plan_lot *lot = &c->p->lot[k];
		int64_t n = c->of_lot[k];
		if (n > 0 && n < lot->min_lot)
			return broken(c, lot->id, "less is taken than it goes with");
		if (n > 0)
			c->of_member[lot->member] += lot->mobilisation;
		if (!lot->group)
			continue;
		for (size_t o = 0; o < c->p->n_lot; o++)
			if (c->p->lot[o].group == lot->group &&
				(n > 0 ? c->of_lot[o] != c->p->lot[o].quantity || n != lot->quantity
				       : c->of_lot[o] != 0))
				return broken(c, lot->id, "its offer is taken whole or not at all");
	}
	for (size_t i = 0; i < c->a->n_cap; i++) {
		int64_t sum = 0;
		for (size_t j = 0; j < c->a->cap[i].n; j++)
			sum += c->of_lot[c->a->cap[i].lot[j]];
		if (sum > c->a->cap[i].max)
			return broken(c, c->p->lot[c->a->cap[i].lot[0]].id,
				"what is to stay at home would go");
	}
	return 0;
}

static int lift_check(struct checking *c)
{
	for (size_t r = 0; r < c->p->n_lift; r++) {
		const struct plan_lift *lift = &c->p->lift[r];
		int64_t kg = 0;
		for (size_t i = 0; i < c->a->n; i++) {
			const struct plan_arc *a = &c->a->arc[i];
			const struct plan_lot *k = &c->p->lot[a->lot];
			if (c->take[i] && a->lift_kg && k->member == lift->member &&
				slice_eq(k->way[a->way].mode, lift->mode))
				kg += c->take[i] * a->lift_kg;
		}
		if (kg > lift->kg)
			return broken(c, c->p->member[lift->member].label,
				"more has to be carried than can be");
	}
	return 0;
}

static bool is_on(const struct checking *c, uint64_t there, struct slice label)
{
	for (size_t m = 0; m < c->p->n_member; m++)
		if (there & UINT64_C(1) << m && slice_eq(c->p->member[m].label, label))
			return true;
	return false;
}

static int lines_check(struct checking *c)
{
	for (size_t l = 0; l < c->p->n_line; l++) {
		const struct plan_line *line = &c->p->line[l];
		uint64_t there = c->there[l];
		if (c->of_line[l] > 0 && c->of_line[l] < line->min_useful * PLAN_EFFECT)
			return broken(c, line->type, "less comes than is of use");
		if (line->max_contributors && __builtin_popcountll(there) > line->max_contributors)
			return broken(c, line->type, "more members serve it than may");
		for (size_t m = 0; m < c->p->n_member; m++)
			for (size_t i = 0;
				there & UINT64_C(1) << m && i < c->p->member[m].n_not_with; i++)
				if (is_on(c, there, c->p->member[m].not_with[i]))
					return broken(c, c->p->member[m].label,
						"it does not serve beside that member");
	}
	return 0;
}

static void value_of(struct checking *c, struct arena *arena, wide late, struct plan_value *ret)
{
	int64_t *shortfall = arena_array(arena, int64_t, c->p->n_line + 1);
	struct plan_value v = {.shortfall = shortfall, .member_cost = c->of_member};

	for (size_t l = 0; l < c->p->n_line; l++) {
		int64_t open = c->p->line[l].quantity * PLAN_EFFECT - c->of_line[l];
		shortfall[l] = open > 0 ? open : 0;
		v.unmet_points += shortfall[l] * score_unmet(c->p, &c->p->line[l]);
	}
	for (size_t m = 0; m < c->p->n_member; m++) {
		int64_t burden = score_per_share(c->of_member[m], c->p->member[m].share);
		v.cost += c->of_member[m];
		v.burden = burden > v.burden ? burden : v.burden;
	}
	v.late_points = score_fit(late);
	v.cost_points = score_cost(c->p, v.cost);
	v.burden_points = score_burden(c->p, v.burden);
	v.points = v.unmet_points + v.late_points + v.cost_points + v.burden_points;
	*ret = v;
}

int plan_check(const struct plan_problem *p, const struct plan_arcs *a, const int64_t *take,
	struct arena *arena, struct plan_value *ret, struct why *why)
{
	struct checking c = {.p = p,
		.a = a,
		.take = take,
		.of_lot = arena_array(arena, int64_t, p->n_lot + 1),
		.of_line = arena_array(arena, int64_t, p->n_line + 1),
		.of_member = arena_array(arena, int64_t, p->n_member + 1),
		.there = arena_array(arena, uint64_t, p->n_line + 1),
		.why = why};
	wide late = 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct plan_arc *arc = &a->arc[i];
		if (take[i] < 0)
			return broken(&c, p->lot[arc->lot].id, "less than nothing is taken");
		/* At once: what comes below is right as long as no lot gives more than it has (PLAN_COST_MAX). */
		if (take[i] > p->lot[arc->lot].quantity - c.of_lot[arc->lot])
			return broken(&c, p->lot[arc->lot].id, "more is taken than there is");
		c.of_lot[arc->lot] += take[i];
		c.of_line[arc->line] += take[i] * arc->effect;
		c.of_member[p->lot[arc->lot].member] += take[i] * arc->unit_cost;
		if (take[i])
			c.there[arc->line] |= UINT64_C(1) << p->lot[arc->lot].member;
		late += (wide)take[i] * score_late(p, &p->line[arc->line], arc);
	}
	int rc = lots_check(&c);
	if (rc == 0)
		rc = lift_check(&c);
	if (rc == 0)
		rc = lines_check(&c);
	if (rc < 0)
		return rc;
	value_of(&c, arena, late, ret);
	return 0;
}

int plan_without(const struct plan_problem *p, struct slice label, struct arena *arena,
	struct plan_problem *ret, struct why *why)
{
	struct plan_lot *lot = arena_array(arena, struct plan_lot, p->n_lot + 1);
	size_t n = 0;
	bool known = false;

	for (size_t m = 0; m < p->n_member; m++)
		known = known || slice_eq(p->member[m].label, label);
	if (!known)
		return why_set(
			why, E_MISSING, "member", "%.*s is not in this plan", SLICE_FMT(label));
	for (size_t k = 0; k < p->n_lot; k++)
		if (!slice_eq(p->member[p->lot[k].member].label, label))
			lot[n++] = p->lot[k];
	*ret = *p;
	ret->lot = lot;
	ret->n_lot = n;
	return 0;
}
