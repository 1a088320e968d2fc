/* The status page: says what is so, separates what must be separate, and nothing a stranger wrote
 * is markup. */
#include "base/limits.h"
#include "scene.h"
#include "unit.h"

static bool has(const struct buf *b, const char *text)
{
	return slice_search(buf_slice(b), slice_str(text)) >= 0;
}

static size_t count(const struct buf *b, const char *text)
{
	size_t n = 0;
	struct slice rest = buf_slice(b);
	for (ptrdiff_t at; (at = slice_search(rest, slice_str(text))) >= 0; n++)
		rest = slice_sub(rest, (size_t)at + 1, rest.n);
	return n;
}

#define SCENE(maker)                                                                               \
	struct arena arena CLEANUP_ARENA = ARENA(MIB);                                             \
	struct buf b CLEANUP_BUF = BUF(MIB);                                                       \
	struct view *v = (maker);                                                                  \
	scene_page(v, &arena, &b);                                                                 \
	assert_false(buf_over(&b))

static void nobody_has_signed(void **state)
{
	(void)state;
	SCENE(scene_fresh(&arena));
	assert_true(has(&b, "not in force: signed by 0 of 3"));
	assert_int_equal(count(&b, "named as founder, has not signed"), 3);
	assert_true(has(&b, "No statements are recorded."));
	assert_true(has(&b, "Nothing has been written yet."));
	assert_true(has(&b, "ALB has never been reached") == false);
	assert_true(has(&b, "KOS has never been reached"));
	assert_false(has(&b, "EXERCISE"));
}

static void applied_is_not_member(void **state)
{
	(void)state;
	SCENE(scene_ordinary(&arena));
	assert_true(has(&b, "in force, 3 members"));
	assert_true(has(&b, "applied, not a member"));
	assert_true(has(&b, "ratified 2 of 3"));
	assert_true(has(&b, "; still to ratify: <bdi>KOS</bdi>"));
	assert_true(has(&b, "Nothing needs attention"));
	assert_true(has(&b, "says: will join"));
	assert_true(has(&b, "says: not decided"));
	assert_true(has(&b, "3, needs 2") && has(&b, "1, needs 2"));
}

static void only_spoken_of(void **state)
{
	(void)state;
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct view *v = scene_ordinary(&arena);
	v->statement[0].body.has_about = v->statement[1].body.has_about = false;
	v->statement[0].body.about_label = v->statement[1].body.about_label = SLICE("XYZ");
	scene_page(v, &arena, &b);
	assert_int_equal(count(&b, "only spoken of; no node of its own is known"), 1);
	assert_true(has(&b, "has signed nothing"));
}

static void withdrawal_has_a_date(void **state)
{
	(void)state;
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct view *v = scene_ordinary(&arena);
	v->world.standing.party[1].status = STATUS_WITHDRAWING;
	v->world.standing.party[1].withdraw_ms = SCENE_NOW + 86400000;
	scene_page(v, &arena, &b);
	assert_true(has(&b, ">withdrawing<"));
	buf_clear(&b);
	v->world.standing.party[1].withdraw_ms = SCENE_NOW - 1;
	scene_page(v, &arena, &b);
	assert_true(has(&b, ">former member<"));
}

static void modes_are_apart(void **state)
{
	(void)state;
	SCENE(scene_hostile(&arena, "Drill"));
	ptrdiff_t frame = slice_search(
		buf_slice(&b), SLICE("<section class=\"play\" aria-label=\"EXERCISE\">"));
	ptrdiff_t test =
		slice_search(buf_slice(&b), SLICE("<section class=\"play\" aria-label=\"TEST\">"));
	assert_true(frame > 0 && test > frame);
	/* Nothing of the exercise stands in front of its frame. */
	assert_true(
		slice_search(slice_sub(buf_slice(&b), 0, (size_t)frame), SLICE("badge play")) < 0);
	assert_int_equal(count(&b, "<span class=\"badge play\">exercise</span>"), 4);
	assert_int_equal(count(&b, "<span class=\"badge play\">test</span>"), 1);
	assert_int_equal(count(&b, "EXERCISE \xe2\x80\x94 EXERCISE \xe2\x80\x94 EXERCISE"), 1);
}

static void alarm_shows_everywhere(void **state)
{
	(void)state;
	SCENE(scene_hostile(&arena, "x"));
	assert_true(has(&b, "<title>ALARM"));
	assert_true(has(&b, "class=\"concerns alarm\""));
	assert_true(has(&b, "has told two stories"));
	assert_true(has(&b, "12 times, last "));
	/* The old refusal is listed, but is no concern any more. */
	assert_int_equal(count(&b, "at the check"), 3);
}

static void strangers_write_no_markup(void **state)
{
	(void)state;
	static const char *const canary[] = {"<script>document.title='owned'</script>",
		"\"><img src=x onerror=alert(1)>", "'onmouseover='alert(1)",
		"</title></head><body onload=alert(1)>", "<!--", "]]>", "&lt;script&gt;",
		"\xe2\x80\xae<svg/onload=1>", "\xff<b>", "{{7*7}}", "javascript:alert(1)"};
	struct arena plain CLEANUP_ARENA = ARENA(MIB);
	struct buf calm CLEANUP_BUF = BUF(MIB);
	scene_page(scene_hostile(&plain, "X"), &plain, &calm);
	for (size_t i = 0; i < COUNT_OF(canary); i++) {
		SCENE(scene_hostile(&arena, canary[i]));
		/* As many tags, attributes and quotes as with a harmless word: none came with the
		 * text. */
		assert_int_equal(count(&b, "<"), count(&calm, "<"));
		assert_int_equal(count(&b, ">"), count(&calm, ">"));
		assert_int_equal(count(&b, "\""), count(&calm, "\""));
		assert_int_equal(count(&b, "'"), 0);
		assert_int_equal(count(&b, "href=\"/"), count(&b, "href="));
	}
}

static void worst_first(void **state)
{
	(void)state;
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct concerns *c = arena_new(&arena, struct concerns);
	concerns_add(c, scene_hostile(&arena, "x"));
	concerns_sort(c);
	assert_int_equal(c->worst, CONCERN_ALARM);
	assert_int_equal(c->list[0].level, CONCERN_ALARM);
	for (size_t i = 1; i < c->n; i++)
		assert_true(c->list[i].level <= c->list[i - 1].level);
}

/* People look for a name, not for a hash: rows are in order of labels, whatever the ids. */
static void ordered_by_label(void **state)
{
	(void)state;
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct view *v = scene_ordinary(&arena);
	static const char *const label[] = {"ZZZ", "MMM", "AAA"};
	for (size_t i = 0; i < 3; i++)
		v->world.standing.party[i].label = slice_str(label[i]);
	view_sort(v);
	assert_int_equal(v->by_label[0], 2);
	assert_int_equal(v->by_label[1], 3);
	assert_int_equal(v->by_label[2], 1);
	assert_int_equal(v->by_label[3], 0);
	assert_true(id_eq(&v->partner[0], &v->world.party[2].id));
	assert_string_equal(v->log[0].label, "AAA");
	assert_string_equal(v->log[3].label, "ZZZ");
}

static void ages(void **state)
{
	(void)state;
	char age[AGE_TEXT];
	age_format(-5000, age);
	assert_string_equal(age, "0 s");
	age_format(89999, age);
	assert_string_equal(age, "89 s");
	age_format(90000, age);
	assert_string_equal(age, "1 min");
	age_format(47LL * 3600 * 1000, age);
	assert_string_equal(age, "47 h");
	age_format(48LL * 3600 * 1000, age);
	assert_string_equal(age, "2 days");
	age_format(INT64_MAX, age);
	assert_true(strlen(age) < AGE_TEXT - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_has_signed),
		cmocka_unit_test(applied_is_not_member),
		cmocka_unit_test(only_spoken_of),
		cmocka_unit_test(withdrawal_has_a_date),
		cmocka_unit_test(modes_are_apart),
		cmocka_unit_test(alarm_shows_everywhere),
		cmocka_unit_test(strangers_write_no_markup),
		cmocka_unit_test(worst_first),
		cmocka_unit_test(ordered_by_label),
		cmocka_unit_test(ages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
