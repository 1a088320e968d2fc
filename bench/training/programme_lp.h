/* programme_lp.h: a programme as a mixed-integer program (CPLEX LP text) with the very rules and the very value of search_run(), for a solver to be measured against. */
#ifndef BENCH_PROGRAMME_LP_H
#define BENCH_PROGRAMME_LP_H

#include "work/training/programme.h"

struct lp_option {
	const struct programme_entry *entry;
	int64_t start, cost;
	size_t venue;
};
struct lp {
	struct lp_option *option; /* x0, x1 … */
	size_t n, rows;
};
void lp_print(const struct programme *p, struct arena *arena, struct lp *ret, struct buf *b);
int64_t lp_worth(const struct programme_entry *e);

#endif
