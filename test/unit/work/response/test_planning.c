/*
 * test_planning.c: from records to a problem: what members say of their capabilities is in it, all of it.
 */
#include "scene.h"

#include "work/response/planning.h"

static const int all[] = {0, 1, 2};

static struct object_id asks(struct league *l)
{
	struct object_id q = said(l, 0, AID_REQUEST, all, 3, REQUEST("1"), LINE, NULL);

	league_settle(l);
	return q;
}

static const struct plan_problem *gather(
	struct league *l, struct reading *r, const struct object_id *request)
{
	struct aid_view v = {.world = &r->world,
		.db = r->db,
		.who = &r->self,
		.arena = &r->arena,
		.mode = MODE_REAL};
	struct planning_options o = {.now_ms = env_now_ms(&l->m[0].node->env)};
	struct planning *p = arena_new(&r->arena, struct planning);

	assert_ok(planning_gather(p, &v, request, &o, &why));
	return &p->problem;
}

static const char *member_text(struct league *l, size_t i, const char *field)
{
	static char text[2][100];
	char id[ID_TEXT + 1];
	char *to = text[i == 2];

	id_format(&l->m[i].id, id);
	snprintf(to, sizeof(text[0]), "%s=%s", field, id);
	return to;
}

/* The first of a member's capabilities does not go beside one partner, the second not beside another: the member goes beside neither. */
static void partners_of_every_capability_are_heeded(void **state)
{
	struct league *l = *state;
	struct object_id q = asks(l);
	size_t n = 0;

	said(l, 1, AID_CAPABILITY, all, 3, "type=HCP", "name=Pumps", "kind=module", "quantity=2",
		"caveats.0.kind=partner", "caveats.0.polarity=forbid",
		member_text(l, 0, "caveats.0.member"), NULL);
	said(l, 1, AID_CAPABILITY, all, 3, "type=TENT", "name=Tents", "kind=stock", "quantity=2",
		"caveats.0.kind=partner", "caveats.0.polarity=forbid",
		member_text(l, 2, "caveats.0.member"), NULL);
	league_settle(l);
	struct reading *r = reading_start(l, 0);
	const struct plan_problem *p = gather(l, r, &q);
	for (size_t i = 0; i < p->n_member; i++)
		if (slice_is(p->member[i].label, "HRV"))
			n = p->member[i].n_not_with;
	assert_int_equal(n, 2);
	reading_end(&r);
}

/* Of the window that reaches furthest its own quantity counts, not that of another. */
static void a_window_has_its_own_quantity(void **state)
{
	struct league *l = *state;
	struct object_id q = asks(l);
	struct object_id cap = said(l, 1, AID_CAPABILITY, all, 3, "type=HCP", "name=Pumps",
		"kind=module", "quantity=4", NULL);

	said(l, 1, AID_READINESS, all, 3, naming("capability", &cap), "state=READY",
		"valid_until=+24h", "notice_minutes=60", "windows.0.from=+0m",
		"windows.0.until=+2d", "windows.0.quantity=1", "windows.1.from=+0m",
		"windows.1.until=+9d", "windows.1.quantity=3", NULL);
	league_settle(l);
	struct reading *r = reading_start(l, 0);
	const struct plan_problem *p = gather(l, r, &q);
	assert_int_equal(p->n_lot, 1);
	assert_int_equal(p->lot[0].quantity, 3);
	assert_int_equal(p->lot[0].until_ms, env_now_ms(&l->m[0].node->env) + 9LL * 24 * 3600000);
	reading_end(&r);
}

/* One of two pumps is on its way: the other one is still to be found. */
static void what_moves_is_counted_once(void **state)
{
	struct league *l = *state;
	struct object_id q = asks(l), cap = capability(l, 1, "quantity=1", "reserve=0");
	struct object_id o = offer(l, 1, &q, &cap, "items.0.quantity=1");

	league_settle(l);
	struct object_id a = said(l, 0, AID_ACCEPTANCE, NULL, 0, naming("offer", &o),
		"authorised_by=duty officer", "commit_by=+2h", NULL);
	league_settle(l);
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	said(l, 1, AID_DEPLOYMENT, NULL, 0, naming("commit", &c), "status=IN_TRANSIT",
		"items.0.line=1", "items.0.type=HCP", "items.0.quantity=1", NULL);
	league_settle(l);
	struct reading *r = reading_start(l, 0);
	const struct plan_problem *p = gather(l, r, &q);
	assert_int_equal(p->n_line, 1);
	assert_int_equal(p->line[0].quantity, 1);
	reading_end(&r);
}

/* `text` with the first `from` in it replaced. */
static struct slice bent(struct arena *arena, struct slice text, const char *from, const char *to)
{
	ptrdiff_t at = slice_search(text, slice_str(from));

	assert_true(at >= 0);
	return slice_str(arena_printf(arena, "%.*s%s%.*s", (int)at, (const char *)text.p, to,
		(int)(text.n - (size_t)at - strlen(from)),
		(const char *)text.p + (size_t)at + strlen(from)));
}

/* A plan that says more of itself than follows from it is not verified, whichever of its numbers it is. */
static void a_plan_that_boasts_is_seen(void **state)
{
	struct league *l = *state;
	struct object_id q = asks(l), cap;
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct json_out o = json_out(&b);
	struct why said_why = {0};

	cap = said(l, 1, AID_CAPABILITY, all, 3, "type=HCP", "name=Pumps", "kind=module",
		"quantity=1", "home.name=X", "home.lat=41.9", "home.lon=20.4",
		"transport_modes.0.mode=road", "transport_modes.0.speed_kmh=50",
		"cost_rate.mobilisation=70000", "cost_rate.currency=EUR", NULL);
	said(l, 1, AID_READINESS, all, 3, naming("capability", &cap), "state=READY",
		"valid_until=+24h", "notice_minutes=60", NULL);
	league_settle(l);
	struct reading *r = reading_start(l, 0);
	struct aid_view v = {.world = &r->world,
		.db = r->db,
		.who = &r->self,
		.arena = &r->arena,
		.mode = MODE_REAL};
	struct planning_options options = {.now_ms = env_now_ms(&l->m[0].node->env)};
	struct planning p;
	assert_ok(planning_gather(&p, &v, &q, &options, &why));
	assert_ok(planning_solve(&p, &r->arena, &why));
	planning_tell(&p, NULL, &o);
	struct slice text = buf_slice(&b);
	assert_ok(planning_verify(&p, text, &r->arena, &why));
	static const struct {
		const char *from, *to, *where;
	} lie[] = {{"\"points\":", "\"points\":1.0,\"x\":", "points"},
		{"\"unmet_points\":", "\"unmet_points\":0,\"x\":", "unmet_points"},
		{"\"cost_points\":", "\"cost_points\":0.001,\"x\":", "cost_points"},
		{"\"late_points\":0.000", "\"late_points\":7", "late_points"},
		{"\"burden\":", "\"burden\":1,\"x\":", "burden"},
		{"\"cost\":", "\"cost\":1,\"x\":", "cost"},
		{"\"bound\":", "\"bound\":1.0,\"x\":", "gap_ppm"},
		{"\"gap_ppm\":", "\"gap_ppm\":400000,\"x\":", "gap_ppm"},
		{"\"covered_permille\":500", "\"covered_permille\":1000", "covered_permille"}};
	for (size_t i = 0; i < sizeof(lie) / sizeof(*lie); i++) {
		struct slice other = bent(&r->arena, text, lie[i].from, lie[i].to);

		said_why = (struct why){0};
		if (planning_verify(&p, other, &r->arena, &said_why) != E_VERIFY)
			fail_msg("%s: %s %s", lie[i].from, said_why.where, said_why.text);
		assert_string_equal(said_why.where, lie[i].where);
	}
	/* Nor do numbers that wrap around add up to one. */
	const char *taken = "\"quantity\":1,\"effect_percent\"";
	assert_int_equal(planning_verify(&p,
				 bent(&r->arena, text, taken,
					 "\"quantity\":9223372036854775807,\"effect_percent\""),
				 &r->arena, &said_why),
		E_INVALID);
	reading_end(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(partners_of_every_capability_are_heeded),
		SIGNED(a_window_has_its_own_quantity),
		SIGNED(what_moves_is_counted_once),
		SIGNED(a_plan_that_boasts_is_seen),
	};
	int skip;

	scene_register();
	skip = league_start(argc, argv);
	return skip ? skip : cmocka_run_group_tests_name("planning", tests, NULL, NULL);
}
