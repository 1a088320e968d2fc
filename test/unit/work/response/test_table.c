/* test_table.c: records as tables and back: what fewer know stays with them, what has not changed is not written, and many rows need no more memory than one. */
#include "scene.h"

#include "work/response/export.h"
#include "work/response/table.h"

static const int all[] = {0, 1, 2};

struct desk {
	struct reading *r;
	struct aid_view v;
};

static struct desk desk_open(struct league *l, size_t i)
{
	struct desk d = {.r = reading_start(l, i)};

	d.v = (struct aid_view){.world = &d.r->world,
		.db = d.r->db,
		.who = &d.r->self,
		.arena = &d.r->arena,
		.mode = MODE_REAL};
	return d;
}

static struct table_import *taken_in(struct desk *d, struct league *l, struct slice text)
{
	static struct id everybody[3];
	struct table_import *t = arena_new(d->v.arena, struct table_import);
	struct draft *open = arena_new(d->v.arena, struct draft),
		     *restricted = arena_new(d->v.arena, struct draft);

	for (size_t i = 0; i < 3; i++)
		everybody[i] = l->m[i].id;
	*open = (struct draft){.mode = MODE_REAL,
		.label = SLICE("league RESTRICTED"),
		.member = everybody,
		.n_member = 3};
	*restricted = *open;
	restricted->n_member = 1;
	t->kind = AID_CAPABILITY;
	t->open = open;
	t->restricted = restricted;
	t->restricted_column = table_restricted_default;
	assert_ok(table_import(t, &d->v, text, &why));
	return t;
}

static struct slice replaced(struct arena *arena, struct slice s, const char *from, const char *to)
{
	ptrdiff_t at = slice_search(s, slice_str(from));

	assert_true(at >= 0);
	return slice_str(arena_printf(arena, "%.*s%s%.*s", (int)at, (const char *)s.p, to,
		(int)(s.n - (size_t)at - strlen(from)),
		(const char *)s.p + (size_t)at + strlen(from)));
}

/* A table is told joined. Changed and taken in again it gives away nothing of what stood in the part for few. */
static void what_fewer_know_stays_with_them(void **state)
{
	struct league *l = *state;
	struct object_id c = said(l, 1, AID_CAPABILITY, all, 3, "type=HCP", "name=Pumps",
		"kind=module", "notice_minutes=600", NULL);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);

	said(l, 1, AID_CAPABILITY_DETAIL, (int[]){1}, 1, naming("of", &c), "quantity=3",
		"notice_minutes=45", "mission_statement=Only by night", NULL);
	struct desk d = desk_open(l, 1);
	assert_ok(export_csv(&d.v, AID_CAPABILITY, &b, &why));
	assert_true(slice_search(buf_slice(&b), SLICE("Only by night")) >= 0);
	struct table_import *t = taken_in(&d, l, buf_slice(&b));
	assert_int_equal(t->n_problem, 0);
	assert_int_equal(t->same, 1);
	assert_int_equal(t->n_draft, 0);
	t = taken_in(&d, l, replaced(d.v.arena, buf_slice(&b), "Pumps", "Large pumps"));
	assert_int_equal(t->n_problem, 0);
	assert_int_equal(t->n_draft, 1);
	assert_int_equal(t->draft[0].n_member, 3);
	assert_true(slice_search(t->draft[0].content, SLICE("Large pumps")) >= 0);
	assert_true(slice_search(t->draft[0].content, SLICE("night")) < 0);
	assert_true(slice_search(t->draft[0].content, SLICE("45")) < 0);
	assert_true(slice_search(t->draft[0].content, SLICE("600")) >= 0);
	t = taken_in(&d, l, replaced(d.v.arena, buf_slice(&b), "Only by night", "Only by day"));
	assert_int_equal(t->n_draft, 1);
	assert_int_equal(t->draft[0].n_member, 1);
	assert_string_equal(
		arena_string(d.v.arena, t->draft[0].kind), "response/capability-detail/1");
	reading_end(&d.r);
	/* Details for some and others for others: nobody's go to anybody else. */
	said(l, 1, AID_CAPABILITY_DETAIL, (int[]){0, 1}, 2, naming("of", &c), "limitations=None",
		NULL);
	d = desk_open(l, 1);
	buf_clear(&b);
	assert_ok(export_csv(&d.v, AID_CAPABILITY, &b, &why));
	t = taken_in(&d, l, buf_slice(&b));
	assert_int_equal(t->same, 1);
	assert_int_equal(t->n_draft + t->n_problem, 0);
	t = taken_in(&d, l, replaced(d.v.arena, buf_slice(&b), "Only by night", "Only by day"));
	assert_int_equal(t->n_draft, 0);
	assert_int_equal(t->n_problem, 1);
	assert_string_equal(t->problem[0].column, "object");
	reading_end(&d.r);
}

/* Each row is written and forgotten: an arena that is too small stops the process. */
static void many_rows_need_no_more_memory(void **state)
{
	struct arena small CLEANUP_ARENA = ARENA(MIB);
	struct buf b CLEANUP_BUF = BUF(16 * MIB);
	struct aid_capability c;
	static struct table_row row[3000];
	size_t lines = 0;

	(void)state;
	shape_clear(aid_kinds[AID_CAPABILITY].shape, &c);
	c.type = SLICE("FLOOD.HCP");
	c.name = SLICE("=Pumps");
	c.kind = 1;
	for (size_t i = 0; i < 3000; i++)
		row[i] = (struct table_row){.p = &c};
	table_print(aid_kinds[AID_CAPABILITY].shape, row, 3000, &small, &b);
	for (size_t i = 0; i < b.n; i++)
		lines += b.p[i] == '\n';
	assert_int_equal(lines, 3001);
	assert_true(
		slice_starts(buf_slice(&b), "type,name,kind\r\nFLOOD.HCP,\"'=Pumps\",module\r\n"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(what_fewer_know_stays_with_them),
		SIGNED(many_rows_need_no_more_memory),
	};
	int skip;

	scene_register();
	skip = league_start(argc, argv);
	return skip ? skip : cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
