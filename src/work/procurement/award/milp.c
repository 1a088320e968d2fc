/* milp.c: the model as rows and columns (CPLEX LP text), and the answer back; see solve.h, model.h. */
#include "base/limits.h"
#include "base/report.h"
#include "work/procurement/award/solve.h"

#include <inttypes.h>
#include <math.h>

/* ---- columns: a letter and a number: x bundle, q quantity and z use of a tier, h rebate, y supplier, u unawarded, a split lot, g spend ---- */

struct rows {
	struct buf text, one;
	uint32_t n, k;
};

static void put(struct rows *r, char letter, uint32_t i, int64_t coefficient)
{
	if (coefficient == 0)
		return;
	/* Few terms a line: readers of the format have lines of a bounded length. */
	buf_addf(&r->one, "%s%c %" PRIu64 " %c%u", r->k % 6 == 5 ? "\n  " : " ",
		coefficient < 0 ? '-' : '+',
		coefficient < 0 ? (uint64_t)-coefficient : (uint64_t)coefficient, letter, i);
	r->k++;
}

static void row_end(struct rows *r, const char *sense, int64_t right)
{
	if (r->k) {
		buf_addf(&r->text, " r%u:", r->n);
		buf_slice_add(&r->text, buf_slice(&r->one));
		buf_addf(&r->text, " %s %" PRId64 "\n", sense, right);
		r->n++;
	}
	buf_clear(&r->one);
	r->k = 0;
}

/* The objective; of the first round it is a row of the second. */
static void cost_terms(const struct award_model *m, struct rows *r)
{
	for (uint32_t i = 0; i < m->n_bundle; i++)
		put(r, 'x', i, m->bundle[i].cost);
	for (uint32_t i = 0; i < m->n_tier; i++)
		put(r, 'q', i, m->tier[i].cost);
	for (uint32_t i = 0; i < m->n_rebate; i++)
		put(r, 'h', i, -m->rebate[i].rebate);
	for (uint32_t i = 0; i < m->n_supplier; i++)
		put(r, 'y', i, m->per_supplier);
	for (uint32_t i = 0; i < m->n_lot; i++)
		put(r, 'u', i, m->lot[i].reserve);
}

static void rank_terms(const struct award_model *m, struct rows *r)
{
	for (uint32_t i = 0; i < m->n_bundle; i++)
		put(r, 'x', i, m->bundle[i].rank);
	for (uint32_t i = 0; i < m->n_tier; i++)
		put(r, 'z', i, m->tier[i].rank);
}

static void bounds_print(const struct award_model *m, struct buf *b)
{
	buf_str(b, "Bounds\n");
	for (uint32_t i = 0; i < m->n_tier; i++)
		buf_addf(b, " 0 <= q%u <= %" PRId64 "\n", i, m->tier[i].hi);
	for (uint32_t i = 0; i < m->n_lot; i++)
		buf_addf(b, " 0 <= u%u <= %" PRId64 "\n", i, m->lot[i].demand);
	for (uint32_t i = 0; i < m->n_supplier; i++)
		if (m->supplier[i].cap)
			buf_addf(b, " 0 <= g%u <= %" PRId64 "\n", i, m->supplier[i].cap);
}

static void names(struct buf *b, char letter, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		buf_addf(b, " %c%u\n", letter, i);
}

static bool has_lot(const struct model_bundle *b, uint32_t lot)
{
	for (uint32_t i = 0; i < b->n_lot; i++)
		if (b->lot[i] == lot)
			return true;
	return false;
}

/* (1) and (4). */
static void lot_rows(const struct award_model *m, uint32_t l, struct rows *r)
{
	const struct model_lot *lot = &m->lot[l];

	for (uint32_t i = 0; i < m->n_bundle; i++)
		if (has_lot(&m->bundle[i], l))
			put(r, 'x', i, lot->demand);
	for (uint32_t i = 0; i < m->n_tier; i++)
		if (m->tier[i].lot == l)
			put(r, 'q', i, 1);
	put(r, 'u', l, 1);
	row_end(r, "=", lot->demand);
	if (lot->min_suppliers < 2 && !lot->max_suppliers)
		return;
	for (int bound = 0; bound < 2; bound++) {
		int64_t times = bound == 0	     ? lot->min_suppliers
				: lot->max_suppliers ? lot->max_suppliers
						     : m->n_supplier;

		for (uint32_t i = 0; i < m->n_tier; i++)
			if (m->tier[i].lot == l)
				put(r, 'z', i, 1);
		put(r, 'a', l, -times);
		row_end(r, bound == 0 ? ">=" : "<=", 0);
	}
}

/* (2): groups in order of their first bid. */
static void group_rows(const struct award_model *m, struct rows *r)
{
	for (uint32_t i = 0; i < m->n_bundle; i++) {
		uint32_t group = m->bundle[i].group;
		bool first = group > 0;

		for (uint32_t k = 0; first && k < i; k++)
			first = m->bundle[k].group != group;
		for (uint32_t k = i; first && k < m->n_bundle; k++)
			if (m->bundle[k].group == group)
				put(r, 'x', k, 1);
		row_end(r, "<=", 1);
	}
}

/* (3) and σ of (4). */
static void tier_rows(const struct award_model *m, struct rows *r)
{
	for (uint32_t i = 0; i < m->n_tier; i++) {
		const struct model_tier *t = &m->tier[i];
		const struct model_lot *lot = &m->lot[t->lot];
		bool first = true;

		put(r, 'q', i, 1);
		put(r, 'z', i, -t->lo);
		row_end(r, ">=", 0);
		put(r, 'q', i, 1);
		put(r, 'z', i, -t->hi);
		row_end(r, "<=", 0);
		for (uint32_t k = 0; first && k < i; k++)
			first = m->tier[k].lot != t->lot || m->tier[k].supplier != t->supplier;
		if (!first)
			continue;
		for (uint32_t k = i; k < m->n_tier; k++)
			if (m->tier[k].lot == t->lot && m->tier[k].supplier == t->supplier)
				put(r, 'z', k, 1);
		row_end(r, "<=", 1);
		for (uint32_t k = i; lot->share_max && k < m->n_tier; k++)
			if (m->tier[k].lot == t->lot && m->tier[k].supplier == t->supplier)
				put(r, 'q', k, 1);
		row_end(r, "<=", muldiv_floor(lot->demand, lot->share_max, 1000));
	}
}

/* (5) with what needs y; (6) to (9) of one supplier. */
static void supplier_rows(const struct award_model *m, uint32_t s, struct rows *r)
{
	bool counts = m->min_suppliers || m->max_suppliers || m->per_supplier;

	for (uint32_t i = 0; counts && i < m->n_bundle; i++)
		if (m->bundle[i].supplier == s) {
			put(r, 'x', i, 1);
			put(r, 'y', s, -1);
			row_end(r, "<=", 0);
		}
	for (uint32_t i = 0; counts && i < m->n_tier; i++)
		if (m->tier[i].supplier == s) {
			put(r, 'z', i, 1);
			put(r, 'y', s, -1);
			row_end(r, "<=", 0);
		}
	/* y is no more than what is bought: for Wmin. */
	for (uint32_t i = 0; m->min_suppliers && i < m->n_bundle; i++)
		if (m->bundle[i].supplier == s)
			put(r, 'x', i, 1);
	for (uint32_t i = 0; m->min_suppliers && i < m->n_tier; i++)
		if (m->tier[i].supplier == s)
			put(r, 'z', i, 1);
	if (m->min_suppliers)
		put(r, 'y', s, -1);
	row_end(r, ">=", 0);
	for (uint32_t i = 0; i < m->n_bundle; i++)
		if (m->bundle[i].supplier == s)
			put(r, 'x', i, m->bundle[i].price);
	for (uint32_t i = 0; i < m->n_tier; i++)
		if (m->tier[i].supplier == s)
			put(r, 'q', i, m->tier[i].price);
	put(r, 'g', s, -1);
	row_end(r, "=", 0);
	if (!m->supplier[s].capacity)
		return;
	for (uint32_t i = 0; i < m->n_bundle; i++)
		if (m->bundle[i].supplier == s)
			put(r, 'x', i, m->bundle[i].n_lot);
	for (uint32_t i = 0; i < m->n_tier; i++)
		if (m->tier[i].supplier == s)
			put(r, 'z', i, 1);
	row_end(r, "<=", m->supplier[s].capacity);
}

/* Lots of one critical group: of each supplier at most one. */
static void critical_rows(const struct award_model *m, struct rows *r)
{
	for (uint32_t l = 0; l < m->n_lot; l++) {
		uint32_t group = m->lot[l].critical;
		bool first = group > 0;

		for (uint32_t k = 0; first && k < l; k++)
			first = m->lot[k].critical != group;
		for (uint32_t s = 0; first && s < m->n_supplier; s++) {
			for (uint32_t i = 0; i < m->n_bundle; i++) {
				int64_t in = 0;

				for (uint32_t k = 0;
					m->bundle[i].supplier == s && k < m->bundle[i].n_lot; k++)
					in += m->lot[m->bundle[i].lot[k]].critical == group;
				put(r, 'x', i, in);
			}
			for (uint32_t i = 0; i < m->n_tier; i++)
				if (m->tier[i].supplier == s &&
					m->lot[m->tier[i].lot].critical == group)
					put(r, 'z', i, 1);
			row_end(r, "<=", 1);
		}
	}
}

static void whole_rows(const struct award_model *m, struct rows *r)
{
	if (m->forced)
		put(r, m->forced <= m->n_bundle ? 'x' : 'z',
			m->forced - 1 - (m->forced <= m->n_bundle ? 0 : m->n_bundle), 1);
	row_end(r, ">=", 1);
	for (uint32_t s = 0; m->min_suppliers && s < m->n_supplier; s++)
		put(r, 'y', s, 1);
	row_end(r, ">=", m->min_suppliers);
	for (uint32_t s = 0; m->max_suppliers && s < m->n_supplier; s++)
		put(r, 'y', s, 1);
	row_end(r, "<=", m->max_suppliers);
	for (uint32_t k = 0; k < m->n_nation; k++) {
		for (uint32_t s = 0; m->nation_cap[k] && s < m->n_supplier; s++)
			if (m->supplier[s].nation == k)
				put(r, 'g', s, 1);
		row_end(r, "<=", muldiv_floor(m->estimate, m->nation_cap[k], 1000));
	}
	for (uint32_t s = 0; m->third_cap && s < m->n_supplier; s++)
		if (m->supplier[s].third)
			put(r, 'g', s, 1);
	row_end(r, "<=", muldiv_floor(m->estimate, m->third_cap, 1000));
	for (uint32_t i = 0; i < m->n_rebate; i++) {
		put(r, 'g', m->rebate[i].supplier, 1);
		put(r, 'h', i, -m->rebate[i].threshold);
		row_end(r, ">=", 0);
	}
}

void milp_print(const struct award_model *m, bool second, int64_t cost_limit, struct buf *ret)
{
	struct rows r = {.text = BUF(ret->max), .one = BUF(16 * MIB)};

	buf_str(&r.text, "Minimize\n obj:");
	if (second)
		rank_terms(m, &r);
	else
		cost_terms(m, &r);
	if (r.k == 0)
		put(&r, 'u', 0, 0);
	buf_slice_add(&r.text, buf_slice(&r.one));
	buf_str(&r.text, "\nSubject To\n");
	buf_clear(&r.one);
	r.k = 0;
	for (uint32_t l = 0; l < m->n_lot; l++)
		lot_rows(m, l, &r);
	group_rows(m, &r);
	tier_rows(m, &r);
	for (uint32_t s = 0; s < m->n_supplier; s++)
		supplier_rows(m, s, &r);
	critical_rows(m, &r);
	whole_rows(m, &r);
	if (second) {
		cost_terms(m, &r);
		row_end(&r, "<=", cost_limit);
	}
	buf_slice_add(ret, buf_slice(&r.text));
	bounds_print(m, ret);
	buf_str(ret, "Generals\n");
	names(ret, 'q', m->n_tier);
	names(ret, 'u', m->n_lot);
	buf_str(ret, "Binaries\n");
	names(ret, 'x', m->n_bundle);
	names(ret, 'z', m->n_tier);
	names(ret, 'h', m->n_rebate);
	/* Only what stands in a row: a reader complains of the others. */
	if (m->min_suppliers || m->max_suppliers || m->per_supplier)
		names(ret, 'y', m->n_supplier);
	for (uint32_t i = 0; i < m->n_lot; i++)
		if (m->lot[i].min_suppliers >= 2 || m->lot[i].max_suppliers)
			buf_addf(ret, " a%u\n", i);
	buf_str(ret, "End\n");
	if (buf_over(&r.text) || buf_over(&r.one))
		ret->over = true;
	buf_free(&r.text);
	buf_free(&r.one);
}

/* ---- the answer ---- */

/* "x12": the number, if the letter is this one and there are so many. */
static bool numbered(struct slice name, const char *letter, uint32_t n, uint64_t *ret)
{
	return slice_take(&name, letter) && slice_u64(name, ret) == 0 && *ret < n;
}

struct award_solution *milp_solution(
	const struct award_model *m, const struct solver_answer *a, struct arena *arena)
{
	struct award_solution *s = solution_new(m, arena);

	for (size_t i = 0; i < a->n_value; i++) {
		const struct solver_value *v = &a->value[i];
		uint64_t at;

		if (numbered(v->column, "x", m->n_bundle, &at))
			s->bundle[at] = v->value > 0.5;
		else if (numbered(v->column, "q", m->n_tier, &at) && fabs(v->value) < 1e17)
			s->tier[at] = (int64_t)llround(v->value);
	}
	return s;
}
