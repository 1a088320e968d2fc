/*
 * model.c: a part as a mixed-integer program in CPLEX LP text. Columns are named by the place of what they are:
 *
 *	x12   units of arc 12                 y7     lot 7 is mobilised         s3     units that line 3 lacks
 *	p3_1  member 1 serves line 3          u3     line 3 gets enough to be of use
 *	z5    group 5 is taken                b      the worst burden per share, in thousands
 *
 * What is said once for a sum is said again for each lot of it ("no more than can be of use there, and none without the mark"): for whole numbers that is the same, but the
 * relaxation, which the bound and the prices come from, is then nearly as high as the optimum. No package is lost that another one does not beat:
 *
 *	1. More of a lot on a line than `useful` is never better: what is above it can stay at home, as the line is full without it, and the lot still goes with its least.
 *	2. Of a member whose lots there go one by one, no more than fills the line: any unit above can stay.
 *
 * Points are divided by MODEL_SCALE and money by a thousand, to keep the engine's numbers in a range it can work with.
 */
#include "base/report.h"
#include "work/response/plan/plan_int.h"

#include <inttypes.h>
#include <math.h>

#define NAME_BYTES 48

struct model {
	const struct plan_problem *p;
	const struct plan_arcs *a;
	const struct part *part;
	const struct tally *t;
	const struct prices *prices;
	struct buf *b;
	uint32_t *by_line,
		*line_from; /* arcs of the part line by line: of line l from line_from[l] to before line_from[l + 1] */
	uint32_t *by_lot, *lot_from;
	uint64_t *marked; /* per line: members of whom it matters that they serve it */
	unsigned row, term;
};

/* ---- text ---- */

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

static const char *name_at(char text[NAME_BYTES], size_t line, size_t member)
{
	snprintf(text, NAME_BYTES, "p%zu_%zu", line, member);
	return text;
}

/* Terms of the arcs in a span of by_line or by_lot, each with `factor`. */
static void terms(struct model *m, const uint32_t *arc, size_t n, double factor)
{
	char text[NAME_BYTES];

	for (size_t i = 0; i < n; i++)
		term(m, factor, name(text, 'x', arc[i]));
}

/* ---- which arcs and columns there are ---- */

static const struct plan_arc *arc_of(const struct model *m, size_t i)
{
	return &m->a->arc[m->part->arc[i]];
}

static const struct plan_lot *lot_of(const struct model *m, const struct plan_arc *a)
{
	return &m->p->lot[a->lot];
}

static size_t line_n(const struct model *m, size_t line)
{
	return m->line_from[line + 1] - m->line_from[line];
}

static size_t lot_n(const struct model *m, size_t lot)
{
	return m->lot_from[lot + 1] - m->lot_from[lot];
}

static bool apart(const struct plan_problem *p, size_t a, size_t b)
{
	for (size_t i = 0; i < p->member[a].n_not_with; i++)
		if (slice_eq(p->member[a].not_with[i], p->member[b].label))
			return true;
	return false;
}

/* All of them if not all may serve it; else those of whom one does not serve beside another. */
static uint64_t members_marked(const struct model *m, size_t line)
{
	int64_t most = m->p->line[line].max_contributors;
	uint64_t who = 0, marked = 0;

	for (size_t i = 0; i < line_n(m, line); i++)
		who |= UINT64_C(1)
		       << lot_of(m, &m->a->arc[m->by_line[m->line_from[line] + i]])->member;
	if (most && __builtin_popcountll(who) > most)
		return who;
	for (size_t i = 0; i < m->p->n_member; i++)
		for (size_t j = 0; m->p->member[i].n_not_with && j < m->p->n_member; j++)
			if (who & UINT64_C(1) << i && who & UINT64_C(1) << j && apart(m->p, i, j))
				marked |= UINT64_C(1) << i | UINT64_C(1) << j;
	return marked;
}

static void index_make(struct model *m, struct arena *arena)
{
	const struct part *part = m->part;

	m->by_line = arena_array(arena, uint32_t, part->n_arc + 1);
	m->by_lot = arena_array(arena, uint32_t, part->n_arc + 1);
	m->line_from = arena_array(arena, uint32_t, m->p->n_line + 2);
	m->lot_from = arena_array(arena, uint32_t, m->p->n_lot + 2);
	m->marked = arena_array(arena, uint64_t, m->p->n_line + 1);
	for (size_t i = 0; i < part->n_arc; i++) {
		m->line_from[arc_of(m, i)->line + 2]++;
		m->lot_from[arc_of(m, i)->lot + 2]++;
	}
	for (size_t i = 2; i < m->p->n_line + 2; i++)
		m->line_from[i] += m->line_from[i - 1];
	for (size_t i = 2; i < m->p->n_lot + 2; i++)
		m->lot_from[i] += m->lot_from[i - 1];
	for (size_t i = 0; i < part->n_arc; i++) {
		m->by_line[m->line_from[arc_of(m, i)->line + 1]++] = part->arc[i];
		m->by_lot[m->lot_from[arc_of(m, i)->lot + 1]++] = part->arc[i];
	}
	for (size_t i = 0; i < part->n_line; i++)
		m->marked[part->line[i]] = members_marked(m, part->line[i]);
}

/* Whether it goes at all matters. */
static bool has_y(const struct plan_lot *k)
{
	return k->group == 0 && (k->mobilisation > 0 || k->min_lot > 1);
}

/* A lot's mark: its own, or that of the offer that is taken whole. */
static const char *mark_name(char text[NAME_BYTES], const struct plan_lot *k, size_t lot)
{
	return k->group ? name(text, 'z', (size_t)k->group) : name(text, 'y', lot);
}

/* Of the part's lots, the next one after j that has the mark of lot i: of the same offer. n_lot: none. */
static size_t mark_next(const struct model *m, size_t i, size_t j)
{
	int64_t group = m->p->lot[m->part->lot[i]].group;

	for (j++; group && j < m->part->n_lot; j++)
		if (m->p->lot[m->part->lot[j]].group == group)
			return j;
	return m->part->n_lot;
}

/* It has a mark, and is the first one with it: a column is named once in a row. */
static bool starts_mark(const struct model *m, size_t i)
{
	const struct plan_lot *k = &m->p->lot[m->part->lot[i]];

	for (size_t j = 0; k->group && j < i; j++)
		if (m->p->lot[m->part->lot[j]].group == k->group)
			return false;
	return k->group || has_y(k);
}

/* Thousandths that a line may need. */
static int64_t need(const struct plan_line *l)
{
	return PLAN_EFFECT * (l->min_useful > l->quantity ? l->min_useful : l->quantity);
}

/* Units of its lot that can be of use on its line (rule 1 above). */
static int64_t useful(const struct model *m, const struct plan_arc *a)
{
	const struct plan_lot *k = lot_of(m, a);
	int64_t fill = (need(&m->p->line[a->line]) + a->effect - 1) / a->effect;

	if (k->group)
		return k->quantity;
	fill = fill < k->min_lot ? k->min_lot : fill;
	return fill < k->quantity ? fill : k->quantity;
}

/* The arcs by which one lot can serve one line stand together: how many, from this place on. */
static size_t ways_n(const struct model *m, const uint32_t *arc, size_t n)
{
	size_t i = 1;

	while (i < n && m->a->arc[arc[i]].lot == m->a->arc[arc[0]].lot &&
		m->a->arc[arc[i]].line == m->a->arc[arc[0]].line)
		i++;
	return i;
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
	return m->prices && a->lift < m->p->n_lift ? m->prices->lift[a->lift] * (double)a->lift_kg
						   : 0;
}

static void objective(struct model *m)
{
	char text[NAME_BYTES];

	buf_addf(m->b, "Minimize\n points:");
	for (size_t i = 0; i < m->part->n_arc; i++) {
		const struct plan_arc *a = arc_of(m, i);
		double late = (double)score_late(m->p, &m->p->line[a->line], a) / MODEL_SCALE;
		term(m, late + money(m, a->unit_cost, lot_of(m, a)->member) + carriage(m, a),
			name(text, 'x', m->part->arc[i]));
	}
	for (size_t i = 0; i < m->part->n_lot; i++) {
		const struct plan_lot *k = &m->p->lot[m->part->lot[i]];
		double start = 0;
		if (!starts_mark(m, i))
			continue;
		for (size_t j = i; j < m->part->n_lot; j = mark_next(m, i, j))
			start += money(m, m->p->lot[m->part->lot[j]].mobilisation,
				m->p->lot[m->part->lot[j]].member);
		term(m, start, mark_name(text, k, m->part->lot[i]));
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

/* ---- rows of a line ---- */

static void covered_terms(struct model *m, size_t line)
{
	char text[NAME_BYTES];

	for (size_t i = 0; i < line_n(m, line); i++) {
		uint32_t arc = m->by_line[m->line_from[line] + i];
		term(m, (double)m->a->arc[arc].effect / PLAN_EFFECT, name(text, 'x', arc));
	}
}

/* Units of each lot of one member (or of all: n_member) on a line are none without the mark. */
static void marked_rows(struct model *m, size_t line, size_t member, const char *mark)
{
	const uint32_t *arc = &m->by_line[m->line_from[line]];

	for (size_t i = 0, n; i < line_n(m, line); i += n) {
		const struct plan_arc *a = &m->a->arc[arc[i]];
		n = ways_n(m, arc + i, line_n(m, line) - i);
		if (member < m->p->n_member && lot_of(m, a)->member != member)
			continue;
		row_begin(m);
		terms(m, arc + i, n, 1);
		term(m, -(double)useful(m, a), mark);
		row_end(m, "<=", 0);
	}
}

static void cover(struct model *m, size_t line)
{
	const struct plan_line *l = &m->p->line[line];
	char text[NAME_BYTES];

	row_begin(m);
	covered_terms(m, line);
	term(m, 1, name(text, 's', line));
	row_end(m, ">=", (double)l->quantity);
	if (!l->min_useful)
		return;
	row_begin(m);
	covered_terms(m, line);
	term(m, -(double)l->min_useful, name(text, 'u', line));
	row_end(m, ">=", 0);
	marked_rows(m, line, m->p->n_member, name(text, 'u', line));
	/* Nothing comes: all is missing. */
	row_begin(m);
	term(m, 1, name(text, 's', line));
	term(m, (double)l->quantity, name(text, 'u', line));
	row_end(m, ">=", (double)l->quantity);
}

/* Rule 2 above. */
static void filled(struct model *m, size_t line, size_t member)
{
	const uint32_t *arc = &m->by_line[m->line_from[line]];
	int64_t least = PLAN_EFFECT, all = 0;
	char text[NAME_BYTES];

	for (size_t i = 0, n; i < line_n(m, line); i += n) {
		const struct plan_arc *a = &m->a->arc[arc[i]];
		n = ways_n(m, arc + i, line_n(m, line) - i);
		if (lot_of(m, a)->member != member)
			continue;
		if (lot_of(m, a)->group || lot_of(m, a)->min_lot > 1)
			return;
		least = a->effect < least ? a->effect : least;
		all += useful(m, a);
	}
	int64_t fill = (need(&m->p->line[line]) + least - 1) / least;
	if (all <= fill)
		return;
	row_begin(m);
	for (size_t i = 0; i < line_n(m, line); i++)
		if (lot_of(m, &m->a->arc[arc[i]])->member == member)
			terms(m, arc + i, 1, 1);
	term(m, -(double)fill, name_at(text, line, member));
	row_end(m, "<=", 0);
}

static void contributors(struct model *m, size_t line)
{
	int64_t most = m->p->line[line].max_contributors;
	uint64_t marked = m->marked[line];
	char text[NAME_BYTES];

	for (size_t i = 0; i < m->p->n_member; i++) {
		if (!(marked & UINT64_C(1) << i))
			continue;
		marked_rows(m, line, i, name_at(text, line, i));
		filled(m, line, i);
	}
	for (size_t i = 0; i < m->p->n_member; i++)
		for (size_t j = 0; j < m->p->n_member; j++) {
			if (!(marked & UINT64_C(1) << i) || !(marked & UINT64_C(1) << j) ||
				!apart(m->p, i, j))
				continue;
			row_begin(m);
			term(m, 1, name_at(text, line, i));
			term(m, 1, name_at(text, line, j));
			row_end(m, "<=", 1);
		}
	if (!most || __builtin_popcountll(marked) <= most)
		return;
	row_begin(m);
	for (size_t i = 0; i < m->p->n_member; i++)
		if (marked & UINT64_C(1) << i)
			term(m, 1, name_at(text, line, i));
	row_end(m, "<=", (double)most);
}

/* ---- rows of a lot ---- */

static void supply_row(
	struct model *m, size_t lot, const char *relation, double units, double right)
{
	const struct plan_lot *k = &m->p->lot[lot];
	char text[NAME_BYTES];

	row_begin(m);
	terms(m, &m->by_lot[m->lot_from[lot]], lot_n(m, lot), 1);
	if (units != 0)
		term(m, -units, mark_name(text, k, lot));
	row_end(m, relation, right);
}

/* Where less than all of it is of use on a line, the mark stands for that. */
static void supply_by_line(struct model *m, size_t lot)
{
	const uint32_t *arc = &m->by_lot[m->lot_from[lot]];
	char text[NAME_BYTES];

	for (size_t i = 0, n; i < lot_n(m, lot); i += n) {
		const struct plan_arc *a = &m->a->arc[arc[i]];
		n = ways_n(m, arc + i, lot_n(m, lot) - i);
		if (useful(m, a) == m->p->lot[lot].quantity)
			continue;
		row_begin(m);
		terms(m, arc + i, n, 1);
		term(m, -(double)useful(m, a), name(text, 'y', lot));
		row_end(m, "<=", 0);
	}
}

static void supply(struct model *m, size_t lot)
{
	const struct plan_lot *k = &m->p->lot[lot];
	char text[NAME_BYTES];

	if (lot_n(m, lot) == 0) {
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
		supply_by_line(m, lot);
	} else {
		supply_row(m, lot, "<=", 0, (double)k->quantity);
	}
}

/* ---- rows of what is shared ---- */

static void caps(struct model *m)
{
	for (size_t c = 0; c < m->a->n_cap; c++) {
		const struct plan_cap *cap = &m->a->cap[c];
		size_t n = 0;
		for (size_t i = 0; i < cap->n; i++)
			n += lot_n(m, cap->lot[i]);
		if (n == 0)
			continue;
		row_begin(m);
		for (size_t i = 0; i < cap->n; i++)
			terms(m, &m->by_lot[m->lot_from[cap->lot[i]]], lot_n(m, cap->lot[i]), 1);
		row_end(m, "<=", (double)cap->max);
	}
}

static void lift(struct model *m)
{
	char text[NAME_BYTES];

	for (size_t r = 0; r < m->p->n_lift; r++) {
		size_t n = 0;
		for (size_t i = 0; i < m->part->n_arc; i++) {
			if (arc_of(m, i)->lift != r)
				continue;
			if (n++ == 0)
				row_begin_named(m, "lift", r);
			term(m, (double)arc_of(m, i)->lift_kg, name(text, 'x', m->part->arc[i]));
		}
		if (n)
			row_end(m, "<=", (double)(m->p->lift[r].kg - (m->t ? m->t->lift[r] : 0)));
	}
}

static void burden(struct model *m, size_t member)
{
	int64_t share = m->p->member[member].share;
	char text[NAME_BYTES];
	bool any = false;

	for (size_t i = 0; i < m->part->n_arc && !any; i++)
		any = lot_of(m, arc_of(m, i))->member == member;
	if (!any || !share)
		return;
	row_begin_named(m, "burden", member);
	for (size_t i = 0; i < m->part->n_arc; i++)
		if (lot_of(m, arc_of(m, i))->member == member)
			term(m, (double)arc_of(m, i)->unit_cost / (double)THOUSAND,
				name(text, 'x', m->part->arc[i]));
	for (size_t i = 0; i < m->part->n_lot; i++) {
		const struct plan_lot *k = &m->p->lot[m->part->lot[i]];
		int64_t start = 0;
		if (!starts_mark(m, i))
			continue;
		for (size_t j = i; j < m->part->n_lot; j = mark_next(m, i, j))
			if (m->p->lot[m->part->lot[j]].member == member)
				start += m->p->lot[m->part->lot[j]].mobilisation;
		term(m, (double)start / (double)THOUSAND, mark_name(text, k, m->part->lot[i]));
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
			useful(m, arc_of(m, i)));
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
		if (has_y(k) && lot_n(m, m->part->lot[i]))
			buf_addf(m->b, " %s\n", name(text, 'y', m->part->lot[i]));
		else if (k->group && k->quantity)
			buf_addf(m->b, " %s\n", name(text, 'z', (size_t)k->group));
	}
	for (size_t i = 0; i < m->part->n_line; i++) {
		size_t line = m->part->line[i];
		for (size_t j = 0; j < m->p->n_member; j++)
			if (m->marked[line] & UINT64_C(1) << j)
				buf_addf(m->b, " %s\n", name_at(text, line, j));
		if (m->p->line[line].min_useful)
			buf_addf(m->b, " %s\n", name(text, 'u', line));
	}
}

void model_print(const struct plan_problem *p, const struct plan_arcs *a, const struct part *part,
	const struct tally *t, const struct prices *prices, struct arena *scratch, struct buf *ret)
{
	struct model m = {.p = p, .a = a, .part = part, .t = t, .prices = prices, .b = ret};

	MUST(t || prices);
	index_make(&m, scratch);
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
