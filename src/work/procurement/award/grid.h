/*
 * grid.h: whole numbers in rows and columns: each column adds up to its sum, and each row as nearly as can be. Who gets how much of what two suppliers deliver; who pays how much to
 * whom, so that each supplier has its price and each member pays its share.
 *
 *	struct grid g = {.rows = members, .cols = suppliers, .weight = w, .row = pays, .col = prices};
 *	rc = grid_fill(&g, arena, cell, &left, why);
 *
 * Cells are laid out row by row. Where a weight is 0 nothing is put. The result follows from the numbers alone: everybody computes the same.
 */
#ifndef AWARD_GRID_H
#define AWARD_GRID_H

#include "base/arena.h"
#include "work/procurement/award/money.h"

struct grid {
	size_t rows, cols;
	const int64_t *weight; /* ≥ 0: in proportion to what, before the rows' sums are looked at */
	const int64_t *row, *col; /* ≥ 0; of equal total */
};
/*
 * *ret_left: what the rows are off in all, because no column joins who has too much with who has too little; 0 where all fits. E_INVALID: the totals differ, or a column
 * has a sum and no weight. E_LIMIT: a number above MONEY_MAX.
 */
MUST_USE int grid_fill(const struct grid *g, struct arena *arena, int64_t *ret_cell,
	int64_t *ret_left, struct why *why);

/* Divides `total` by weights (not all 0) into whole parts: floors, and what is left to the largest remainders, of equal ones to the first. */
void parts_divide(int64_t total, const int64_t *weight, size_t n, int64_t *ret);

#endif
