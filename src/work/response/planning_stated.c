/* planning_stated.c: what a candidate says that it would bring: a table, no records. Taken as it stands; the rules for who may serve what are those for everybody. */
#include "work/response/planning_int.h"

#include "work/response/csv.h"

static int row_bad(unsigned line, const struct why *from, struct why *why)
{
	return why_set(why, E_INVALID, "stated", "line %u, %s: %s", line,
		from->where[0] == '/' ? from->where + 1 : from->where, from->text);
}

static int row_read(struct gathering *g, const struct csv_row *head, const struct csv_row *row,
	struct aid_capability *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	/* Of its own: a long heading is said again for each row. */
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct slice *field = arena_array(&arena, struct slice, head->n + 1);
	struct why bad = {0};
	union aid_any a;
	size_t n = 0;

	for (size_t i = 0; i < head->n && i < row->n; i++)
		/* Whose object it would be is nothing yet. */
		if (row->cell[i].n && !slice_is(head->cell[i], "object"))
			field[n++] = slice_str(arena_printf(&arena, "%.*s=%.*s",
				SLICE_FMT(head->cell[i]), SLICE_FMT(row->cell[i])));
	int rc = shape_compose(
		aid_kinds[AID_CAPABILITY].shape, field, n, g->o->now_ms, &arena, &b, &bad);
	if (rc == 0)
		rc = aid_read(AID_CAPABILITY, &a, g->v->arena,
			arena_copy(g->v->arena, buf_slice(&b)), SHAPE_STRICT, &bad);
	if (rc < 0)
		return row_bad(row->line, &bad, why);
	*ret = a.capability;
	return 0;
}

static size_t member_make(struct gathering *g)
{
	struct plan_member *m = &g->member[g->n_member];

	/* Its id is of no use here, and it may have none: members meet by their labels. */
	g->id[g->n_member] = (struct id){{0}};
	m->id = m->label = g->o->with;
	g->brought = true;
	return g->n_member++;
}

int gathering_stated(struct gathering *g, struct why *why)
{
	struct plan_lot *lot;
	struct csv csv;
	int rc = aid_csv_read(&csv, g->v->arena, g->o->stated, why);

	if (rc < 0)
		return rc;
	if (g->o->with.n == 0)
		return why_set(why, E_INVALID, "with", "whoever would bring that is not named");
	if (csv.n < 2)
		return why_set(why, E_INVALID, "stated", "there is nothing in it");
	if (g->n_member == PLAN_MEMBERS_MAX || csv.n > PLAN_LOTS_MAX)
		return why_set(why, E_LIMIT, "stated", "too many members or rows");
	lot = arena_array(g->v->arena, struct plan_lot, g->n_lot + csv.n);
	if (g->n_lot)
		memcpy(lot, g->lot, g->n_lot * sizeof(*lot));
	g->lot = lot;
	size_t member = member_make(g);
	for (size_t i = 1; rc == 0 && i < csv.n; i++) {
		struct joined_capability j = {0};
		rc = row_read(g, &csv.row[0], &csv.row[i], &j.c, why);
		if (rc == 0)
			gathering_lot(g, &j, member,
				slice_str(arena_printf(g->v->arena, "stated#%u", csv.row[i].line)),
				true);
	}
	return rc;
}
