/* pattern_match.c: the question put to all observations: which fulfil which [ ], then how they combine. */
#include "work/cyber/pattern_int.h"

static int by_first(const void *a, const void *b, void *ctx)
{
	const struct observed *seen = ctx;
	const size_t *x = a, *y = b;
	int order = pattern_time_cmp(seen->observation.p[*x].first, seen->observation.p[*y].first);

	return order ? order : (*x > *y) - (*x < *y);
}

static void finish(struct leaf_set *set, const struct observed *seen)
{
	if (set->n > 1)
		qsort_r(set->at, set->n, sizeof(*set->at), by_first, (void *)(uintptr_t)seen);
	set->room = mem_zero_alloc(set->n + 1, sizeof(*set->room));
	for (size_t i = 0; i < set->n; i++)
		if (__builtin_add_overflow(set->room[i], seen->observation.p[set->at[i]].number,
			    &set->room[i + 1]))
			set->room[i + 1] = UINT64_MAX;
}

/* The observations that fulfil one [ ]. */
static int fill(struct evaluation *e, const struct expr *x, struct leaf_set *set)
{
	set->at = mem_zero_alloc(e->seen->observation.n + 1, sizeof(*set->at));
	for (size_t i = 0; i < e->seen->observation.n; i++) {
		int rc;

		e->in = &e->seen->observation.p[i];
		rc = pattern_holds(e, x);
		arena_reset(e->arena);
		if (rc < 0)
			return rc;
		if (rc == 1)
			set->at[set->n++] = i;
	}
	finish(set, e->seen);
	return 0;
}

/* One [ ] without more: the first observation that fulfils it will do, and nothing needs to be kept. */
static int match_one(struct pattern *p, struct evaluation *e, struct pattern_verdict *ret)
{
	for (size_t i = 0; i < e->seen->observation.n; i++) {
		int rc;

		e->in = &e->seen->observation.p[i];
		rc = pattern_holds(e, p->leaf.p[0]);
		if (e->arena->used)
			arena_reset(e->arena);
		if (rc < 0)
			return rc;
		if (rc == 1) {
			if (!p->at)
				p->at = mem_zero_alloc(1, sizeof(*p->at));
			p->at[0] = i;
			*ret = (struct pattern_verdict){true, p->at, 1};
			return 0;
		}
	}
	return 0;
}

static int match_all(struct pattern *p, struct evaluation *e, struct pattern_verdict *ret)
{
	struct leaf_set *set = mem_zero_alloc(p->leaf.n, sizeof(*set));
	int rc = 0;

	for (size_t i = 0; i < p->leaf.n && rc == 0; i++)
		rc = fill(e, p->leaf.p[i], &set[i]);
	if (rc == 0)
		rc = pattern_bind(p, e->seen, set, ret, e->why);
	for (size_t i = 0; i < p->leaf.n; i++) {
		mem_free(set[i].at);
		mem_free(set[i].room);
	}
	mem_free(set);
	return rc;
}

int pattern_match(struct pattern *p, const struct observed *seen, struct pattern_verdict *ret,
	struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_OBSERVED_BYTES);
	struct evaluation e = {.seen = seen,
		.arena = &scratch,
		.text_left = LIMIT_PATTERN_TEXT_STEPS + LIMIT_PATTERN_TEXT_PER_BYTE * seen->bytes,
		.why = why};
	struct pattern_verdict verdict = {0};
	int rc =
		p->root->kind == SEEN_ONE ? match_one(p, &e, &verdict) : match_all(p, &e, &verdict);

	if (rc == 0)
		*ret = verdict;
	return rc;
}
