/* The programme: clashes in words, where an entry fits, a proposal that breaks no rule and is the same each time. */
#include "unit.h"

#include "base/clock.h"
#include "base/limits.h"
#include "work/training/programme.h"

#define SELF "aaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct object_id object_of(unsigned i)
{
	struct object_id o;

	memset(&o, 0, sizeof(o));
	assert_int_equal(id_parse(SLICE(SELF), &o.owner), 0);
	o.name.b[0] = (uint8_t)(i >> 8);
	o.name.b[1] = (uint8_t)i;
	return o;
}

static void row_add(struct rows *r, enum kind_id kind, unsigned i, const char *json)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct why why = {0};

	if (kind_check(&training_kinds[kind], slice_str(json), &arena, &why) < 0)
		fail_msg("%s: %s %s", json, why.where, why.text);
	r->p[r->n] = (struct row){.object = object_of(i), .kind = kind, .body = slice_str(json)};
	r->p[r->n].author = r->p[r->n].object.owner;
	r->n++;
}

static int64_t day(const char *text)
{
	int64_t d;

	assert_int_equal(date_parse(slice_str(text), &d), 0);
	return d;
}

static void few(struct programme *p, struct arena *arena)
{
	static struct row entry[8], mask[4];
	struct rows entries = {entry, 0}, answers_of = {NULL, 0}, masks = {mask, 0};
	struct why why = {0};
	char after[OBJECT_TEXT + 1];
	struct object_id first = object_of(1);

	object_format(&first, after);
	row_add(&entries, KIND_ENTRY, 1,
		"{\"title\":\"BRIGHT\",\"kind\":\"exercise\",\"from\":\"2026-05-01\",\"to\":\"2026-05-31\",\"days\":9,\"start\":\"2026-05-12\","
		"\"venues\":[\"Range\",\"Camp\"],\"units\":[\"1 Bn\"],\"staff\":[{\"pool\":\"controllers\",\"n\":6}],\"priority\":5,\"rest_days\":3}");
	row_add(&entries, KIND_ENTRY, 2,
		"{\"title\":\"Course\",\"kind\":\"course\",\"from\":\"2026-05-01\",\"to\":\"2026-05-31\",\"days\":3,\"start\":\"2026-05-18\","
		"\"venues\":[\"Range\"],\"units\":[\"1 Bn\",\"2 Bn\"],\"staff\":[{\"pool\":\"controllers\",\"n\":6}]}");
	row_add(&entries, KIND_ENTRY, 3,
		arena_printf(arena,
			"{\"title\":\"Review\",\"kind\":\"conference\",\"from\":\"2026-05-01\",\"to\":\"2026-05-31\",\"days\":1,\"start\":\"2026-05-15\",\"after\":[\"%s\"]}",
			after));
	row_add(&masks, KIND_MASK, 10,
		"{\"what\":\"unit\",\"name\":\"2 Bn\",\"busy\":[{\"from\":\"2026-05-03\",\"to\":\"2026-05-28\",\"kind\":\"standby\"}]}");
	row_add(&masks, KIND_MASK, 11,
		"{\"what\":\"pool\",\"name\":\"controllers\",\"capacity\":10}");
	assert_int_equal(programme_build(p, arena, &entries, &answers_of, &masks, &why), 0);
}

static bool said(const struct clash *c, size_t n, enum clash_kind kind, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (c[i].kind == kind && strstr(c[i].text, text))
			return true;
	return false;
}

static void clashes(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct programme p;
	struct clash *c;
	size_t n;

	(void)state;
	few(&p, &arena);
	clash_find(&p, &arena, &c, &n);
	assert_true(said(c, n, CLASH_UNIT,
		"unit 1 Bn is in BRIGHT and in Course, 2026-05-18 to 2026-05-20"));
	assert_true(said(c, n, CLASH_VENUE, "Range holds BRIGHT and Course"));
	assert_true(said(c, n, CLASH_STANDBY,
		"unit 2 Bn is on standby 2026-05-03 to 2026-05-28 and in Course 2026-05-18 to 2026-05-20"));
	assert_true(said(
		c, n, CLASH_POOL, "12 of controllers are needed on 2026-05-18, and 10 are there"));
	assert_true(said(c, n, CLASH_ORDER, "Review comes after BRIGHT, which ends on 2026-05-20"));
	/* Elsewhere, later, it does not clash; right behind it, the unit has no rest. */
	clash_of(&p, &p.entry[1], day("2026-05-22"), SLICE("Camp"), &arena, &c, &n);
	assert_true(said(
		c, n, CLASH_REST, "unit 1 Bn has 1 days between Course and BRIGHT, and needs 3"));
	clash_of(&p, &p.entry[1], day("2026-05-29"), SLICE("Range"), &arena, &c, &n);
	assert_int_equal(n, 0);
}

static void fits(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct programme p;
	struct fit *f;
	size_t n, good = 0;

	(void)state;
	few(&p, &arena);
	fit_find(&p, &p.entry[1], 1000, &arena, &f, &n);
	assert_int_equal(n, 29);
	while (good < n && f[good].clashes == 0)
		good++;
	/* Only behind the standby: one start. */
	assert_int_equal(good, 1);
	assert_true(f[0].start == day("2026-05-29") && f[0].cost == 11);
	fit_find(&p, &p.entry[0], 5, &arena, &f, &n);
	assert_int_equal(n, 5);
}

/* Sixty entries of two months each for twelve venues and thirty units. */
static void many(struct programme *p, struct arena *arena, unsigned seed, size_t entries_n)
{
	struct rows entries = {arena_array(arena, struct row, entries_n), 0}, none = {NULL, 0},
		    masks = {arena_array(arena, struct row, 40), 0};
	struct env_fake fake;
	struct why why = {0};

	env_fake_init(&fake, seed, 0);
	struct env env = env_of_fake(&fake);
	for (size_t i = 0; i < entries_n; i++) {
		int64_t from = 20454 + (int64_t)env_below(&env, 300),
			days = 3 + (int64_t)env_below(&env, 10);
		char a[DATE_TEXT + 1], b[DATE_TEXT + 1], c[DATE_TEXT + 1];

		date_format(from, a);
		date_format(from + days + 40, b);
		date_format(from + (int64_t)env_below(&env, 40), c);
		row_add(&entries, KIND_ENTRY, (unsigned)i + 1,
			arena_printf(arena,
				"{\"title\":\"E%zu\",\"kind\":\"exercise\",\"from\":\"%s\",\"to\":\"%s\",\"start\":\"%s\",\"days\":%d,\"venues\":[\"V%d\",\"V%d\"],"
				"\"units\":[\"U%d\",\"U%d\"],\"priority\":%d,\"mandatory\":%s}",
				i, a, b, c, (int)days, (int)env_below(&env, 6),
				(int)env_below(&env, 6), (int)env_below(&env, 15),
				(int)env_below(&env, 15) + 15, 1 + (int)env_below(&env, 5),
				env_below(&env, 5) ? "false" : "true"));
	}
	for (unsigned i = 0; i < 10; i++) {
		int64_t from = 20454 + (int64_t)env_below(&env, 300);
		char a[DATE_TEXT + 1], b[DATE_TEXT + 1];

		date_format(from, a);
		date_format(from + 30, b);
		row_add(&masks, KIND_MASK, 5000 + i,
			arena_printf(arena,
				"{\"what\":\"unit\",\"name\":\"U%u\",\"busy\":[{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"standby\"}]}",
				i, a, b));
	}
	assert_int_equal(programme_build(p, arena, &entries, &none, &masks, &why), 0);
}

static void proposals(void **state)
{
	for (unsigned seed = 1; seed <= 3; seed++) {
		struct arena arena CLEANUP_ARENA = ARENA(512 * MIB);
		struct search_wish w = {.seed = seed, .rounds = 3000};
		struct search_found f, again;
		struct programme p;
		struct clash *c;
		size_t n;

		(void)state;
		many(&p, &arena, seed, 90);
		search_run(&p, &w, &arena, &f);
		search_run(&p, &w, &arena, &again);
		assert_true(f.value == again.value && f.placed == again.placed && f.n == 90);
		for (size_t i = 0; i < f.n; i++)
			assert_true(f.p[i].placed == again.p[i].placed &&
				    (!f.p[i].placed || f.p[i].start == again.p[i].start));
		assert_true(f.value > f.greedy && f.placed > 60);
		/* Put where it is proposed, and looked at by the other code: nothing clashes. */
		for (size_t i = 0; i < f.n; i++) {
			struct programme_entry *e = &p.entry[f.p[i].entry - p.entry];

			e->cancelled = !f.p[i].placed;
			if (f.p[i].placed) {
				assert_true(f.p[i].start >= e->from &&
					    f.p[i].start + e->days - 1 <= e->to);
				e->start = f.p[i].start;
				e->venue = f.p[i].venue;
			}
		}
		clash_find(&p, &arena, &c, &n);
		if (n)
			fail_msg("seed %u: %s", seed, c[0].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clashes), cmocka_unit_test(fits), cmocka_unit_test(proposals)};

	crypt_init();
	return cmocka_run_group_tests_name("work/training/programme", tests, NULL, NULL);
}
