/* api_msel.c: the script as a sheet, in and out. */
#include "work/training/api_int.h"

#include "work/training/import.h"
#include "work/training/limits.h"

static int members_query(struct call *c, struct audience *a)
{
	struct slice all = request_query(c->req, "audience"), one;
	struct id *id;

	*a = (struct audience){0};
	if (!all.n)
		return 0;
	a->given = true;
	a->all = slice_is(all, "all");
	id = arena_array(c->arena, struct id, LIMIT_MEMBERS);
	while (!a->all && slice_cut(&all, ',', &one))
		if (a->n == LIMIT_MEMBERS || id_parse(one, &id[a->n++]) < 0)
			return why_set(&c->why, E_INVALID, "audience", "is all, or ids of members");
	a->member = id;
	return 0;
}

int api_training_msel_in(struct call *c)
{
	struct import_wish w = {.bytes = c->req->body,
		.sheet = request_query(c->req, "sheet"),
		.header = request_query(c->req, "header"),
		.map = request_query(c->req, "map"),
		.theirs_wins = slice_is(request_query(c->req, "conflicts"), "sheet")};
	bool write = slice_is(request_query(c->req, "write"), "1");
	struct audience a;
	struct printer p;
	struct import im;
	struct plan plan;
	struct desk d;
	struct view v;
	int rc;

	w.options.split = slice_is(request_query(c->req, "split"), "1");
	TRY(members_query(c, &a));
	TRY(import_options(request_query(c->req, "order"), request_query(c->req, "zone"),
		&w.options, &c->why));
	TRY(call_read(c));
	rc = call_view(c, &v);
	d = call_desk(c);
	if (rc == 0)
		rc = import_read(&d, &v, &w, &im, &c->why);
	if (rc == 0 && write)
		rc = plan_import(&d, &v, &im, &a, &plan, &c->why);
	call_read_end(c);
	TRY(rc);
	if (write)
		TRY(call_plan(c, &plan, "training import"));
	p = call_printer(c);
	print_import(&p, &im, write);
	return 0;
}

static int grid_of(struct call *c, struct grid *g, struct view *v)
{
	TRY(call_view(c, v));
	msel_grid(g, v, slice_is(request_query(c->req, "player"), "1"), c->arena);
	return 0;
}

int api_training_msel_csv(struct call *c)
{
	struct grid g;
	struct view v;

	TRY(grid_of(c, &g, &v));
	csv_write(&c->out, &g);
	call_attach(c, "text/csv; charset=utf-8", "msel.csv");
	return 0;
}

int api_training_msel_xlsx(struct call *c)
{
	struct grid g;
	struct view v;

	TRY(grid_of(c, &g, &v));
	TRY(xlsx_write(&c->out, &g, &c->why));
	call_attach(c, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"msel.xlsx");
	return 0;
}
