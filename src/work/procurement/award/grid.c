/* grid.c: see grid.h. First in proportion, rows and columns by turns; then whole numbers by column; what the rows are still off goes along chains of common columns. */
#include "work/procurement/award/grid.h"

#include "base/report.h"

#define ROUNDS                                                                                     \
	24 /* of scaling by turns: a few halve the distance each; what is left is exchanged */
#define FINE 4096 /* fractions of a unit that scaling keeps */

/* ---- one line ---- */

struct rest {
	int128 rest;
	size_t i;
};

static int rest_cmp(const void *a, const void *b)
{
	const struct rest *x = a, *y = b;

	if (x->rest != y->rest)
		return x->rest > y->rest ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

void parts_divide(int64_t total, const int64_t *weight, size_t n, int64_t *ret)
{
	struct rest *rest = mem_zero_alloc(n + 1, sizeof(*rest));
	int64_t left = total;
	int128 sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += weight[i];
	MUST(sum > 0 && total >= 0);
	for (size_t i = 0; i < n; i++) {
		int128 part = (int128)total * weight[i];

		ret[i] = (int64_t)(part / sum);
		rest[i] = (struct rest){part % sum, i};
		left -= ret[i];
	}
	qsort(rest, n, sizeof(*rest), rest_cmp);
	MUST(left >= 0 && (size_t)left < n + 1);
	for (size_t i = 0; i < (size_t)left; i++)
		ret[rest[i].i]++;
	mem_free(rest);
}

/* ---- in proportion ---- */

/* The cells of a line, which lie `step` apart, so that they add up to the sum, fractions dropped; a line without anything stays so. */
static void line_scale(int64_t *cell, size_t step, size_t n, int64_t sum)
{
	int128 have = 0;

	for (size_t i = 0; i < n; i++)
		have += cell[i * step];
	for (size_t i = 0; have && i < n; i++)
		cell[i * step] = (int64_t)((int128)sum * FINE * cell[i * step] / have);
}

static void scale(const struct grid *g, int64_t *cell)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (size_t r = 0; r < g->rows; r++)
			line_scale(cell + r * g->cols, 1, g->cols, g->row[r]);
		for (size_t c = 0; c < g->cols; c++)
			line_scale(cell + c, g->cols, g->rows, g->col[c]);
	}
}

/* Whole numbers that add up, by what scaling gave; by the weights, where it left nothing. */
static int columns_round(const struct grid *g, struct arena *arena, int64_t *cell, struct why *why)
{
	int64_t *line = arena_array(arena, int64_t, g->rows + 1),
		*part = arena_array(arena, int64_t, g->rows + 1);

	for (size_t c = 0; c < g->cols; c++) {
		int128 fine = 0, plain = 0;

		for (size_t r = 0; r < g->rows; r++) {
			fine += cell[r * g->cols + c];
			plain += g->weight[r * g->cols + c];
		}
		if (plain == 0 && g->col[c] > 0)
			return why_set(why, E_INVALID, "", "column %zu has a sum and no weight", c);
		for (size_t r = 0; r < g->rows; r++)
			line[r] = fine ? cell[r * g->cols + c] : g->weight[r * g->cols + c];
		if (plain)
			parts_divide(g->col[c], line, g->rows, part);
		for (size_t r = 0; r < g->rows; r++)
			cell[r * g->cols + c] = plain ? part[r] : 0;
	}
	return 0;
}

/* ---- what the rows are off ---- */

struct search {
	const struct grid *g;
	int64_t *cell, *off; /* off: what a row has too much; negative: too little */
	size_t *from, *via, *queue;
};
#define NONE SIZE_MAX

/* The shortest chain of rows from `start` to one that lacks something, each giving in a column in which the next may have; NONE. */
static size_t chain_find(struct search *s, size_t start)
{
	size_t head = 0, tail = 0;

	for (size_t r = 0; r < s->g->rows; r++)
		s->from[r] = NONE;
	s->from[start] = start;
	s->queue[tail++] = start;
	while (head < tail) {
		size_t r = s->queue[head++];

		for (size_t c = 0; c < s->g->cols; c++) {
			if (s->cell[r * s->g->cols + c] == 0)
				continue;
			for (size_t to = 0; to < s->g->rows; to++) {
				if (s->from[to] != NONE || s->g->weight[to * s->g->cols + c] == 0)
					continue;
				s->from[to] = r;
				s->via[to] = c;
				if (s->off[to] < 0)
					return to;
				s->queue[tail++] = to;
			}
		}
	}
	return NONE;
}

/* As much as everybody along the chain has. A shortest chain uses no column twice, so one step takes nothing from another. */
static void chain_move(struct search *s, size_t start, size_t end)
{
	int64_t most = s->off[start] < -s->off[end] ? s->off[start] : -s->off[end];

	for (size_t to = end; to != start; to = s->from[to]) {
		int64_t has = s->cell[s->from[to] * s->g->cols + s->via[to]];

		most = has < most ? has : most;
	}
	for (size_t to = end; to != start; to = s->from[to]) {
		s->cell[s->from[to] * s->g->cols + s->via[to]] -= most;
		s->cell[to * s->g->cols + s->via[to]] += most;
	}
	s->off[start] -= most;
	s->off[end] += most;
}

static int64_t exchange(const struct grid *g, struct arena *arena, int64_t *cell)
{
	struct search s = {.g = g,
		.cell = cell,
		.off = arena_array(arena, int64_t, g->rows + 1),
		.from = arena_array(arena, size_t, g->rows + 1),
		.via = arena_array(arena, size_t, g->rows + 1),
		.queue = arena_array(arena, size_t, g->rows + 1)};
	int64_t left = 0;

	for (size_t r = 0; r < g->rows; r++) {
		s.off[r] = -g->row[r];
		for (size_t c = 0; c < g->cols; c++)
			s.off[r] += cell[r * g->cols + c];
	}
	for (size_t r = 0; r < g->rows; r++) {
		size_t end = NONE;

		while (s.off[r] > 0 && (end = chain_find(&s, r)) != NONE)
			chain_move(&s, r, end);
		left += s.off[r] > 0 ? s.off[r] : 0;
	}
	return left;
}

static int grid_check(const struct grid *g, struct why *why)
{
	int128 rows = 0, cols = 0;

	for (size_t i = 0; i < g->rows * g->cols; i++)
		if (g->weight[i] < 0 || g->weight[i] > MONEY_MAX)
			return why_set(why, E_LIMIT, "", "a weight is out of range");
	for (size_t r = 0; r < g->rows; r++) {
		if (g->row[r] < 0)
			return why_set(why, E_INVALID, "", "a row's sum is negative");
		rows += g->row[r];
	}
	for (size_t c = 0; c < g->cols; c++) {
		if (g->col[c] < 0)
			return why_set(why, E_INVALID, "", "a column's sum is negative");
		cols += g->col[c];
	}
	if (rows > MONEY_MAX)
		return why_set(why, E_LIMIT, "", "the total is out of range");
	return rows == cols
		       ? 0
		       : why_set(why, E_INVALID, "", "rows and columns add up to different sums");
}

int grid_fill(const struct grid *g, struct arena *arena, int64_t *ret_cell, int64_t *ret_left,
	struct why *why)
{
	int64_t *cell = arena_array(arena, int64_t, g->rows * g->cols + 1);
	int rc = grid_check(g, why);

	if (rc < 0)
		return rc;
	memcpy(cell, g->weight, g->rows * g->cols * sizeof(*cell));
	scale(g, cell);
	rc = columns_round(g, arena, cell, why);
	if (rc < 0)
		return rc;
	*ret_left = exchange(g, arena, cell);
	memcpy(ret_cell, cell, g->rows * g->cols * sizeof(*cell));
	return 0;
}
