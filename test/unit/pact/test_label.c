/* Labels: grammar, charter, who may hold what. */
#include "gen.h"
#include "world.h"

#include "pact/label.h"

static const char charter_text[] =
	"entente-charter/1\nname T\nversion 1\nprev -\nfold 1\nfield x\n"
	"member aaaaaaaaaaaaaaaaaaaaaaaauu First\n"
	"member aeaaaaaaaaaaaaaaaaaaaaaauq Second\n"
	"force all\naccession all\nobservers no\nsuspension 1\npolicy P\n"
	"ladder LOW MID HIGH\n"
	"category COI restrictive A,B,C\n"
	"category REL permissive X,Y,Z\n"
	"category TOPIC informative U,V\n"
	"clearance aaaaaaaaaaaaaaaaaaaaaaaauu HIGH COI=A,B REL=X\n"
	"clearance * MID REL=Y\n"
	"quota entries 1 payload-bytes 1\ntwo-person -\n\n";

static struct arena arena;
static struct charter charter;

static int setup(void **state)
{
	(void)state;
	arena = ARENA(4 * MIB);
	return charter_parse(&charter, &arena, slice_str(charter_text), NULL);
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct label parsed(const char *text)
{
	struct label l;
	struct why why = {0};

	if (label_parse(&l, slice_str(text), &why) < 0)
		fail_msg("%s: %s", text, why.text);
	return l;
}

static void tlp_two_point_zero(void **state)
{
	static const char *const names[] = {
		"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"};
	static const char *const bad[] = {
		"", "TLP:", "red", "TLP:ORANGE", "AMBER STRICT", "TLP:TLP:RED", "AMBER+"};
	enum tlp t = TLP_NONE;

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		assert_int_equal(tlp_parse(slice_str(names[i]), &t), 0);
		assert_int_equal(t, i + 1);
		assert_string_equal(tlp_name(t), names[i]);
		assert_int_equal(tlp_parse(slice_str(names[i] + 4), &t), 0);
		assert_int_equal(t, i + 1);
	}
	assert_int_equal(tlp_parse(SLICE("TLP:WHITE"), &t), 0);
	assert_int_equal(t, TLP_CLEAR);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_true(tlp_parse(slice_str(bad[i]), &t) < 0);
	assert_string_equal(tlp_name(TLP_NONE), "");
}

static void grammar(void **state)
{
	static const char *const good[] = {
		"P LOW", "P HIGH COI=A,B REL=X TLP=AMBER+STRICT", "urn:x LOW A=1"};
	static const char *const bad[] = {"", "P", "P ", " P LOW", "P  LOW", "P LOW ", "P LOW COI",
		"P LOW COI=", "P LOW COI=A,", "P LOW COI=B,A", "P LOW COI=A,A", "P LOW REL=X COI=A",
		"P LOW COI=A COI=B", "P LOW =A", "P LOW COI=A=B", "P LOW TLP=PINK",
		"P LOW TLP=GREEN,RED", "P LOW COI=\x80", "P LOW\tX"};
	struct label l = {.n_tag = 5};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct buf b CLEANUP_BUF = BUF(1024);
		struct label g = parsed(good[i]);
		label_print(&g, &b);
		assert_string_equal(buf_cstr(&b), good[i]);
	}
	assert_int_equal(parsed(good[1]).tlp, TLP_AMBER_STRICT);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (label_parse(&l, slice_str(bad[i]), NULL) != E_SYNTAX)
			fail_msg("\"%s\" was taken", bad[i]);
	assert_int_equal(l.n_tag, 5);
	struct buf many CLEANUP_BUF = BUF(4096);
	buf_str(&many, "P LOW");
	for (unsigned i = 0; i <= LABEL_TAGS_MAX; i++)
		buf_addf(&many, " T%02u=1", i);
	assert_int_equal(label_parse(&l, buf_slice(&many), NULL), E_LIMIT);
	buf_clear(&many);
	buf_str(&many, "P LOW T=");
	for (unsigned i = 0; i <= CHARTER_VALUES_MAX; i++)
		buf_addf(&many, "%s%03u", i ? "," : "", i);
	assert_int_equal(label_parse(&l, buf_slice(&many), NULL), E_LIMIT);
}

static void only_what_the_charter_knows(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} t[] = {{"P LOW", true}, {"P HIGH COI=A,C REL=Z TLP=RED TOPIC=U", true}, {"Q LOW", false},
		{"P TOP", false}, {"P LOW NEW=1", false}, {"P LOW COI=D", false},
		{"P LOW COI=A,D", false}, {"P LOW REL=", false}};

	(void)state;
	for (size_t i = 0; i + 1 < COUNT_OF(t); i++) {
		struct label l = parsed(t[i].text);
		assert_int_equal(label_check(&l, &charter, NULL), t[i].ok ? 0 : E_INVALID);
	}
}

static void who_may_hold_it(void **state)
{
	/* First has a line of its own, second only the star, the joiner what its accession says. */
	static const struct {
		const char *text, *joiner;
		bool first, second, join;
	} t[] = {
		{"P LOW", "LOW", true, true, true},
		{"P MID", "LOW", true, true, false},
		{"P HIGH", "HIGH", true, false, true},
		{"P LOW COI=A", "LOW COI=A", true, false, true},
		{"P LOW COI=A,B", "LOW COI=A", true, false, false},
		{"P LOW COI=A,C", "LOW COI=A,B,C", false, false, true},
		{"P LOW REL=X,Y", "LOW REL=Z", true, true, false},
		{"P LOW REL=Y,Z", "LOW REL=Z", false, true, true},
		{"P LOW TOPIC=U", "LOW", true, true, true},
		{"P LOW TLP=RED", "LOW", true, true, true},
		{"P HIGH COI=B REL=X TLP=GREEN TOPIC=V", "HIGH REL=X", true, false, false},
		{"P LOW", "TOP", true, true,
			false}, /* a clearance that the charter does not know */
		{"P LOW", "LOW X=1", true, true, false},
		{"P LOW", "", true, true, true}, /* none of its own: the star */
		{"Q LOW", "HIGH", false, false, false},
		{"P TOP", "HIGH", false, false, false},
		{"P LOW NEW=1", "HIGH", false, false, false},
	};
	struct id first = charter.member[0].id, second = charter.member[1].id, joiner = world_id(9);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct label l = parsed(t[i].text);
		bool got[3] = {label_admits(&l, &charter, &first, SLICE("LOW")),
			label_admits(&l, &charter, &second, SLICE_NONE),
			label_admits(&l, &charter, &joiner, slice_str(t[i].joiner))};
		if (got[0] != t[i].first || got[1] != t[i].second || got[2] != t[i].join)
			fail_msg("%s: %d %d %d", t[i].text, got[0], got[1], got[2]);
	}
}

static void without_clearances_only_the_lowest(void **state)
{
	struct charter bare = charter;
	struct id anybody = world_id(3);
	struct label low = parsed("P LOW"), mid = parsed("P MID"), tagged = parsed("P LOW REL=Y");

	(void)state;
	bare.n_clearance = 0;
	assert_true(label_admits(&low, &bare, &anybody, SLICE_NONE));
	assert_false(label_admits(&mid, &bare, &anybody, SLICE_NONE));
	assert_false(label_admits(&tagged, &bare, &anybody, SLICE_NONE));
}

static struct label random_label(struct dice *d, struct buf *b)
{
	static const char *const classes[] = {"LOW", "MID", "HIGH"};
	static const char *const coi[] = {"", " COI=A", " COI=B", " COI=A,B", " COI=A,B,C"};
	static const char *const rel[] = {"", " REL=X", " REL=Y", " REL=X,Y", " REL=X,Y,Z"};
	static const char *const tlp[] = {"", " TLP=GREEN", " TLP=RED"};

	buf_clear(b);
	buf_addf(b, "P %s%s%s%s%s", classes[dice_below(d, 3)], coi[dice_below(d, 5)],
		rel[dice_below(d, 5)], tlp[dice_below(d, 3)],
		dice_percent(d, 30) ? " TOPIC=U" : "");
	return parsed(buf_cstr(b));
}

static void tighter_lets_nobody_new_in(void **state)
{
	static const char *const held[] = {"LOW", "MID COI=A", "HIGH COI=A,B REL=X",
		"HIGH COI=A,B,C REL=Y", "MID REL=X,Y,Z", "HIGH", "LOW COI=B REL=Z",
		"HIGH COI=A,B,C REL=X,Y,Z"};
	struct buf ba CLEANUP_BUF = BUF(1024), bb CLEANUP_BUF = BUF(1024);
	struct dice d = {4};
	unsigned tighter = 0;
	struct id joiner = world_id(9);

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct label a = random_label(&d, &ba), b = random_label(&d, &bb);
		if (!label_tighter(&a, &b, &charter))
			continue;
		tighter++;
		assert_true(b.tlp >= a.tlp);
		for (size_t h = 0; h < COUNT_OF(held); h++)
			if (label_admits(&b, &charter, &joiner, slice_str(held[h])) &&
				!label_admits(&a, &charter, &joiner, slice_str(held[h])))
				fail_msg("%s is not tighter than %s for %s", buf_cstr(&bb),
					buf_cstr(&ba), held[h]);
	}
	assert_true(tighter > 1000);
	struct label a = parsed("P LOW REL=X,Y"), b = parsed("P LOW REL=X"),
		     other = parsed("Q LOW REL=X");
	assert_true(label_tighter(&a, &a, &charter));
	assert_true(label_tighter(&a, &b, &charter));
	assert_false(label_tighter(&b, &a, &charter));
	assert_false(label_tighter(&a, &other, &charter));
}

static void red_needs_names(void **state)
{
	struct label red = parsed("P LOW TLP=RED"), amber = parsed("P LOW TLP=AMBER+STRICT");

	(void)state;
	assert_int_equal(label_fits_audience(&red, true, NULL), E_INVALID);
	assert_int_equal(label_fits_audience(&red, false, NULL), 0);
	assert_int_equal(label_fits_audience(&amber, true, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tlp_two_point_zero),
		cmocka_unit_test(grammar),
		cmocka_unit_test(only_what_the_charter_knows),
		cmocka_unit_test(who_may_hold_it),
		cmocka_unit_test(without_clearances_only_the_lowest),
		cmocka_unit_test(tighter_lets_nobody_new_in),
		cmocka_unit_test(red_needs_names),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
