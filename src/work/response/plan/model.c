/*
 * model.c: a part as a mixed-integer program in CPLEX LP text. Columns are named by the place of what they are:
 *
 *	x12   units of arc 12                 y7     lot 7 is mobilised         s3     units that line 3 lacks
 *	p3_1  member 1 serves line 3          u3     line 3 gets enough to be of use
 *	z5    group 5 is taken                b      the worst burden per share, in thousands
 *
 * Points are divided by MODEL_SCALE and money by a thousand, to keep the engine's numbers in a range it can work with.
 */
#include "base/report.h"
#include "work/response/plan/plan_int.h"

#include <inttypes.h>
#include <math.h>

#define MODEL_SCALE 1e6
#define NAME_BYTES  48

struct model {
	const struct plan_problem *p;
	const struct plan_arcs *a;
	const struct part *part;
	const struct tally *t;
	const struct prices *prices;
	struct buf *b;
	unsigned row, term;
};

static void row_begin(struct model *m)
{
	buf_addf(m->b, " r%u:", m->row++);
	m->term = 0;
}

/* A row whose price is asked for. */
static void row_begin_named(struct model *m, const char *what, size_t i)
{
	buf_addf(m->b, " %s%zu:", what, i);
	m->term = 0;
}

/* One term; a new line now and then, because readers of LP text have short ones. */
static void term(struct model *m, double factor, const char *column)
{
	if (factor == 0)
		return;
	buf_addf(m->b, " %c %.15g %s", factor < 0 ? '-' : '+', fabs(factor), column);
	if (++m->term % 6 == 0)
		buf_byte(m->b, '\n');
}

static void row_end(struct model *m, const char *relation, double right)
{
	buf_addf(m->b, " %s %.15g\n", relation, right);
}

static const char *name(char text[NAME_BYTES], char what, size_t i)
{
	snprintf(text, NAME_BYTES, "%c%zu", what, i);
	return text;
}

static const char *name_of(char text[NAME_BYTES], const char *what, size_t i)
{
	snprintf(text, NAME_BYTES, "%s%zu", what, i);
	return text;
}

static const char *name_at(char text[NAME_BYTES], size_t line, size_t member)
{
	snprintf(text, NAME_BYTES, "p%zu_%zu", line, member);
	return text;
}

/* ---- which columns there are ---- */

static const struct plan_lot *lot_of(const struct model *m, size_t arc)
{
	return &m->p->lot[m->a->arc[m->part->arc[arc]].lot];
}

/* Whether it goes at all matters. */
static bool has_y(const struct plan_lot *k)
{
	return k->group == 0 && (k->mobilisation > 0 || k->min_lot > 1);
}

/* Somebody who may serve this line does not serve beside somebody else. */
static bool line_parts_members(const struct model *m, size_t line)
{
	for (size_t i = 0; i < m->part->n_arc; i++)
		if (m->a->arc[m->part->arc[i]].line == line &&
			m->p->member[lot_of(m, i)->member].n_not_with)
			return true;
	return false;
}

static bool has_p(const struct model *m, size_t line)
{
	return m->p->line[line].max_contributors || line_parts_members(m, line);
}

static uint64_t members_of(const struct model *m, size_t line)
{
	uint64_t who = 0;

	for (size_t i = 0; i < m->part->n_arc; i++)
		if (m->a->arc[m->part->arc[i]].line == line)
			who |= UINT64_C(1) << lot_of(m, i)->member;
	return who;
}

/* ---- the objective ---- */

static double money(const struct model *m, int64_t minor, size_t member)
{
	double points = (double)score_cost(m->p, minor) / MODEL_SCALE;

	return m->prices ? points + m->prices->burden[member] * (double)minor : points;
}

/* The price of carrying one unit. */
static double carriage(const struct model *m, const struct plan_arc *a)
{
	size_t r = tally_lift_of(m->p, a);

	return m->prices && r < m->p->n_lift ? m->prices->lift[r] * (double)a->lift_kg : 0;
}

static void objective(struct model *m)
{
	char text[NAME_BYTES];

	buf_addf(m->b, "Minimize\n points:");
	for (size_t i = 0; i < m->part->n_arc; i++) {
		const struct plan_arc *a = &m->a->arc[m->part->arc[i]];
		const struct plan_lot *k = lot_of(m, i);
		double f = (double)score_late(m->p, &m->p->line[a->line], a) / MODEL_SCALE +
			   money(m, a->unit_cost, k->member) + carriage(m, a);
		term(m, f, name(text, 'x', m->part->arc[i]));
	}
	for (size_t i = 0; i < m->part->n_lot; i++) {
		const struct plan_lot *k = &m->p->lot[m->part->lot[i]];
		if (has_y(k))
			term(m, money(m, k->mobilisation, k->member),
				name(text, 'y', m->part->lot[i]));
		else if (k->group)
			term(m, money(m, k->mobilisation, k->member),
				name(text, 'z', (size_t)k->group));
	}
	for (size_t i = 0; i < m->part->n_line; i++)
		term(m,
			(double)score_unmet(m->p, &m->p->line[m->part->line[i]]) * PLAN_EFFECT /
				MODEL_SCALE,
			name(text, 's', m->part->line[i]));
	if (!m->prices)
		term(m, (double)score_burden(m->p, THOUSAND) / MODEL_SCALE, "b");
	buf_addf(m->b, "\nSubject To\n");
}

/* ---- rows ---- */

static void cover(struct model *m, size_t line)
{
	const struct plan_line *l = &m->p->line[line];
	double most = 0;
	char text[NAME_BYTES];

	row_begin(m);
	for (size_t i = 0; i < m->part->n_arc; i++)
		if (m->a->arc[m->part->arc[i]].line == line)
			term(m, (double)m->a->arc[m->part->arc[i]].effect / PLAN_EFFECT,
				name(text, 'x', m->part->arc[i]));
	term(m, 1, name(text, 's', line));
	row_end(m, ">=", (double)l->quantity);
	if (!l->min_useful)
		return;
	for (int side = 0; side < 2; side++) {
		row_begin(m);
		for (size_t i = 0; i < m->part->n_arc; i++) {
			const struct plan_arc *a = &m->a->arc[m->part->arc[i]];
			if (a->line != line)
				continue;
			term(m, (double)a->effect / PLAN_EFFECT, name(text, 'x', m->part->arc[i]));
			most += side ? 0
				     : (double)(a->effect * lot_of(m, i)->quantity) / PLAN_EFFECT;
		}
		term(m, side ? -most : -(double)l->min_useful, name(text, 'u', line));
		row_end(m, side ? "<=" : ">=", 0);
	}
}

static void supply_row(
	struct model *m, size_t lot, const char *relation, double units, double right)
{
	const struct plan_lot *k = &m->p->lot[lot];
	char text[NAME_BYTES];

	row_begin(m);
	for (size_t i = 0; i < m->part->n_arc; i++)
		if (m->a->arc[m->part->arc[i]].lot == lot)
			term(m, 1, name(text, 'x', m->part->arc[i]));
	if (units != 0)
		term(m, -units,
			k->group ? name(text, 'z', (size_t)k->group) : name(text, 'y', lot));
	row_end(m, relation, right);
}

static bool lot_has_arc(const struct model *m, size_t lot)
{
	for (size_t i = 0; i < m->part->n_arc; i++)
		if (m->a->arc[m->part->arc[i]].lot == lot)
			return true;
	return false;
}

static void supply(struct model *m, size_t lot)
{
	const struct plan_lot *k = &m->p->lot[lot];
	char text[NAME_BYTES];

	if (!lot_has_arc(m, lot)) {
		/* A group with a lot that can go nowhere cannot be taken. */
		if (k->group && k->quantity) {
			row_begin(m);
			term(m, 1, name(text, 'z', (size_t)k->group));
			row_end(m, "<=", 0);
		}
		return;
	}
	if (k->group) {
		supply_row(m, lot, "=", (double)k->quantity, 0);
	} else if (has_y(k)) {
		supply_row(m, lot, "<=", (double)k->quantity, 0);
		if (k->min_lot > 1)
			supply_row(m, lot, ">=", (double)k->min_lot, 0);
	} else {
		supply_row(m, lot, "<=", 0, (double)k->quantity);
	}
}

static bool part_has_lot(const struct part *part, size_t lot)
{
	size_t low = 0, high = part->n_lot;

	while (low < high) {
		size_t mid = (low + high) / 2;
		if (part->lot[mid] < lot)
			low = mid + 1;
		else
			high = mid;
	}
	return low < part->n_lot && part->lot[low] == lot;
}

static bool cap_has(const struct plan_cap *c, size_t lot)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->lot[i] == lot)
			return true;
	return false;
}

static void caps(struct model *m)
{
	char text[NAME_BYTES];

	for (size_t c = 0; c < m->a->n_cap; c++) {
		if (m->a->cap[c].n == 0 || !part_has_lot(m->part, m->a->cap[c].lot[0]))
			continue;
		row_begin(m);
		for (size_t i = 0; i < m->part->n_arc; i++)
			if (cap_has(&m->a->cap[c], m->a->arc[m->part->arc[i]].lot))
				term(m, 1, name(text, 'x', m->part->arc[i]));
		if (m->term)
			row_end(m, "<=", (double)m->a->cap[c].max);
		else
			buf_addf(m->b, " 0 s%u <= 0\n", m->part->line[0]);
	}
}

static void lift(struct model *m)
{
	char text[NAME_BYTES];

	for (size_t r = 0; r < m->p->n_lift; r++) {
		bool any = false;
		for (size_t i = 0; i < m->part->n_arc && !any; i++)
			any = tally_lift_of(m->p, &m->a->arc[m->part->arc[i]]) == r;
		if (!any)
			continue;
		row_begin_named(m, "lift", r);
		for (size_t i = 0; i < m->part->n_arc; i++) {
			const struct plan_arc *a = &m->a->arc[m->part->arc[i]];
			if (tally_lift_of(m->p, a) == r)
				term(m, (double)a->lift_kg, name(text, 'x', m->part->arc[i]));
		}
		row_end(m, "<=", (double)(m->p->lift[r].kg - (m->t ? m->t->lift[r] : 0)));
	}
}

/* Units of one member on one line need its mark; as many as could make sense, to keep the relaxation tight. */
static void link(struct model *m, size_t line, size_t member)
{
	const struct plan_line *l = &m->p->line[line];
	int64_t all = 0, least = PLAN_EFFECT, largest = 1;
	char text[NAME_BYTES];

	row_begin(m);
	for (size_t i = 0; i < m->part->n_arc; i++) {
		const struct plan_arc *a = &m->a->arc[m->part->arc[i]];
		const struct plan_lot *k = lot_of(m, i);
		if (a->line != line || k->member != member)
			continue;
		term(m, 1, name(text, 'x', m->part->arc[i]));
		all += k->quantity;
		least = a->effect < least ? a->effect : least;
		int64_t whole = k->group ? k->quantity : k->min_lot;
		largest = whole > largest ? whole : largest;
	}
	int64_t most = (l->quantity * PLAN_EFFECT + least - 1) / least + largest;
	term(m, -(double)(most < all ? most : all), name_at(text, line, member));
	row_end(m, "<=", 0);
}

static bool apart(const struct plan_problem *p, size_t a, size_t b)
{
	for (size_t i = 0; i < p->member[a].n_not_with; i++)
		if (slice_eq(p->member[a].not_with[i], p->member[b].label))
			return true;
	return false;
}

static void contributors(struct model *m, size_t line)
{
	uint64_t who = members_of(m, line);
	char text[NAME_BYTES];

	if (!has_p(m, line) || who == 0)
		return;
	for (size_t i = 0; i < m->p->n_member; i++)
		if (who & UINT64_C(1) << i)
			link(m, line, i);
	for (size_t i = 0; i < m->p->n_member; i++)
		for (size_t j = 0; j < m->p->n_member; j++) {
			if (!(who & UINT64_C(1) << i) || !(who & UINT64_C(1) << j) ||
				!apart(m->p, i, j))
				continue;
			row_begin(m);
			term(m, 1, name_at(text, line, i));
			term(m, 1, name_at(text, line, j));
			row_end(m, "<=", 1);
		}
	if (!m->p->line[line].max_contributors)
		return;
	row_begin(m);
	for (size_t i = 0; i < m->p->n_member; i++)
		if (who & UINT64_C(1) << i)
			term(m, 1, name_at(text, line, i));
	row_end(m, "<=", (double)m->p->line[line].max_contributors);
}

static void burden(struct model *m, size_t member)
{
	int64_t share = m->p->member[member].share;
	char text[NAME_BYTES];
	bool any = false;

	for (size_t i = 0; i < m->part->n_arc && !any; i++)
		any = lot_of(m, i)->member == member;
	if (!any || !share)
		return;
	row_begin_named(m, "burden", member);
	for (size_t i = 0; i < m->part->n_arc; i++)
		if (lot_of(m, i)->member == member)
			term(m, (double)m->a->arc[m->part->arc[i]].unit_cost / (double)THOUSAND,
				name(text, 'x', m->part->arc[i]));
	for (size_t i = 0; i < m->part->n_lot; i++) {
		const struct plan_lot *k = &m->p->lot[m->part->lot[i]];
		if (k->member != member)
			continue;
		if (has_y(k))
			term(m, (double)k->mobilisation / (double)THOUSAND,
				name(text, 'y', m->part->lot[i]));
		else if (k->group)
			term(m, (double)k->mobilisation / (double)THOUSAND,
				name(text, 'z', (size_t)k->group));
	}
	term(m, -(double)share / 1e6, "b");
	row_end(m, "<=", -(double)m->t->cost[member] / (double)THOUSAND);
}

/* ---- bounds and kinds ---- */

static int64_t burden_now(const struct model *m)
{
	int64_t worst = 0;

	for (size_t i = 0; i < m->p->n_member; i++) {
		int64_t b = score_per_share(m->t->cost[i], m->p->member[i].share);
		worst = b > worst ? b : worst;
	}
	return worst;
}

static void bounds(struct model *m)
{
	char text[NAME_BYTES];

	buf_addf(m->b, "Bounds\n");
	for (size_t i = 0; i < m->part->n_arc; i++)
		buf_addf(m->b, " %s <= %" PRId64 "\n", name(text, 'x', m->part->arc[i]),
			lot_of(m, i)->quantity);
	for (size_t i = 0; i < m->part->n_line; i++)
		buf_addf(m->b, " %s <= %" PRId64 "\n", name(text, 's', m->part->line[i]),
			m->p->line[m->part->line[i]].quantity);
	if (!m->prices)
		buf_addf(m->b, " b >= %.15g\n", (double)burden_now(m) / (double)THOUSAND);
	buf_addf(m->b, "General\n");
	for (size_t i = 0; i < m->part->n_arc; i++)
		buf_addf(m->b, " %s\n", name(text, 'x', m->part->arc[i]));
}

/* A column that no row names must not be declared. */
static void binaries(struct model *m)
{
	char text[NAME_BYTES];

	buf_addf(m->b, "Binary\n");
	for (size_t i = 0; i < m->part->n_lot; i++) {
		const struct plan_lot *k = &m->p->lot[m->part->lot[i]];
		if (has_y(k) && lot_has_arc(m, m->part->lot[i]))
			buf_addf(m->b, " %s\n", name(text, 'y', m->part->lot[i]));
		else if (k->group && k->quantity)
			buf_addf(m->b, " %s\n", name(text, 'z', (size_t)k->group));
	}
	for (size_t i = 0; i < m->part->n_line; i++) {
		size_t line = m->part->line[i];
		uint64_t who = has_p(m, line) ? members_of(m, line) : 0;
		for (size_t j = 0; j < m->p->n_member; j++)
			if (who & UINT64_C(1) << j)
				buf_addf(m->b, " %s\n", name_at(text, line, j));
		if (m->p->line[line].min_useful)
			buf_addf(m->b, " %s\n", name(text, 'u', line));
	}
}

void model_print(const struct plan_problem *p, const struct plan_arcs *a, const struct part *part,
	const struct tally *t, const struct prices *prices, struct buf *ret)
{
	struct model m = {.p = p, .a = a, .part = part, .t = t, .prices = prices, .b = ret};

	MUST(t || prices);

	objective(&m);
	for (size_t i = 0; i < part->n_line; i++)
		cover(&m, part->line[i]);
	for (size_t i = 0; i < part->n_lot; i++)
		supply(&m, part->lot[i]);
	caps(&m);
	lift(&m);
	for (size_t i = 0; i < part->n_line; i++)
		contributors(&m, part->line[i]);
	for (size_t i = 0; !prices && i < p->n_member; i++)
		burden(&m, i);
	bounds(&m);
	binaries(&m);
	buf_addf(ret, "End\n");
}

void prices_alike(const struct plan_problem *p, struct arena *arena, struct prices *ret)
{
	int64_t shares = score_shares(p);

	ret->lift = arena_array(arena, double, p->n_lift + 1);
	ret->burden = arena_array(arena, double, p->n_member + 1);
	/* Shares add up to no more than their sum, so the worst burden is no less than all cost over it. */
	for (size_t i = 0; i < p->n_member; i++)
		if (p->member[i].share && shares)
			ret->burden[i] = (double)score_burden(p, THOUSAND) / MODEL_SCALE /
					 (double)THOUSAND * 1e6 / (double)shares;
}

bool prices_read(
	const struct plan_problem *p, const struct solver_answer *relaxed, struct prices *io)
{
	double weight = 0, whole = (double)score_burden(p, THOUSAND) / MODEL_SCALE;
	char text[NAME_BYTES];

	if (!relaxed->optimal)
		return false;
	for (size_t i = 0; i < p->n_lift; i++)
		io->lift[i] = fmax(0, -solver_price(relaxed, name_of(text, "lift", i)));
	for (size_t i = 0; i < p->n_member; i++) {
		io->burden[i] = fmax(0, -solver_price(relaxed, name_of(text, "burden", i)));
		weight += io->burden[i] * (double)p->member[i].share / 1e6;
	}
	/* Their weighed sum must not be more than the burden's own price, or the bound would be none. */
	double fit = weight > whole ? whole / weight : 1;
	for (size_t i = 0; i < p->n_member; i++)
		io->burden[i] *= fit / (double)THOUSAND;
	return true;
}

double prices_lift_worth(const struct plan_problem *p, const struct prices *w)
{
	double sum = 0;

	for (size_t i = 0; i < p->n_lift; i++)
		sum += w->lift[i] * (double)p->lift[i].kg;
	return sum;
}

bool model_read(const struct part *part, const struct solver_answer *answer, int64_t *ret_take)
{
	char text[NAME_BYTES];

	for (size_t i = 0; i < part->n_arc; i++) {
		double v = solver_value(answer, name(text, 'x', part->arc[i]));
		double whole = round(v);
		if (fabs(v - whole) > 1e-4 || whole < 0 || whole > (double)PLAN_AMOUNT_MAX)
			return false;
		ret_take[i] = (int64_t)whole;
	}
	return true;
}

int64_t model_bound(double bound)
{
	/* The engine's own tolerance, and that money is rounded. */
	double points = (bound - fabs(bound) * 1e-7) * MODEL_SCALE - 1000;

	return points <= 0 ? 0 : points > 9e18 ? INT64_MAX : (int64_t)points;
}
