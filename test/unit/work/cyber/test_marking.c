/* Markings and labels. */
#include "unit.h"

#include "work/cyber/marking.h"

#define ID(n) "\"id\":\"indicator--0000000" n "-0000-4000-8000-000000000000\""
#define HEAD                                                                                                          \
	"{\"type\":\"indicator\",\"spec_version\":\"2.1\"," ID(                                                       \
		"1") ",\"created\":\"2020-01-01T00:00:00.000Z\","                                                     \
		     "\"modified\":\"2020-01-01T00:00:00.000Z\",\"pattern\":\"[a:b = 1]\",\"pattern_type\":\"stix\"," \
		     "\"valid_from\":\"2020-01-01T00:00:00Z\""
#define GREEN1 "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
#define STRICT "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
#define OTHER  "marking-definition--00000000-0000-4000-8000-000000000001"

static struct arena arena;

static struct marking of(const char *rest)
{
	struct buf b = BUF(1 << 16);
	struct marking m;
	struct stix s;
	struct why why = {0};

	buf_str(&b, HEAD);
	buf_str(&b, rest);
	buf_byte(&b, '}');
	struct slice text = arena_copy(&arena, buf_slice(&b));
	buf_free(&b);
	if (stix_read(&s, &arena, text, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	marking_read(&s, &arena, &m);
	return m;
}

static void tightest_counts(void **state)
{
	struct marking m = of("");

	(void)state;
	assert_int_equal(m.tlp, TLP_NONE);
	assert_int_equal(m.n_other, 0);
	m = of(",\"object_marking_refs\":[\"" GREEN1 "\"]");
	assert_int_equal(m.tlp, TLP_GREEN);
	m = of(",\"object_marking_refs\":[\"" STRICT "\",\"" GREEN1 "\"]");
	assert_int_equal(m.tlp, TLP_AMBER_STRICT);
	m = of(",\"object_marking_refs\":[\"" GREEN1
	       "\"],\"granular_markings\":[{\"selectors\":[\"pattern\"],"
	       "\"marking_ref\":\"" STRICT
	       "\"},{\"selectors\":[\"created\"],\"marking_ref\":\"" OTHER "\"}]");
	assert_int_equal(m.tlp, TLP_AMBER_STRICT);
	assert_int_equal(m.n_other, 1);
	assert_slice(m.other[0], OTHER);
	/* Digits in the other case are the same id. */
	m = of(",\"object_marking_refs\":[\"marking-definition--E828B379-4E03-4974-9AC4-E53A884C97C1\"]");
	assert_int_equal(m.tlp, TLP_RED);
}

/* As many as an object may have, each twice: each is there once, in the order of the object. */
static void very_many(void **state)
{
	enum { N = 12000 };
	struct buf b CLEANUP_BUF = BUF(2 * MIB);
	struct marking m;
	struct stix s;
	struct why why = {0};

	(void)state;
	buf_str(&b, HEAD ",\"object_marking_refs\":[");
	for (int i = 0; i < N; i++)
		buf_addf(&b, "%s\"marking-definition--00000000-0000-4000-8000-%012d\"",
			i ? "," : "", i);
	buf_str(&b, "],\"granular_markings\":[");
	for (int i = 0; i < N / 12; i++)
		buf_addf(&b,
			"%s{\"selectors\":[\"created\"],\"marking_ref\":\"marking-definition--00000000-0000-4000-8000-%012d\"}",
			i ? "," : "", i);
	buf_str(&b, "]}");
	if (stix_read(&s, &arena, buf_slice(&b), &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	marking_read(&s, &arena, &m);
	assert_int_equal(m.n_other, N);
	assert_slice(m.other[0], "marking-definition--00000000-0000-4000-8000-000000000000");
	assert_slice(m.other[N - 1], "marking-definition--00000000-0000-4000-8000-000000011999");
}

static void narrowed(const char *label, enum tlp tlp, const char *expected)
{
	struct buf b CLEANUP_BUF = BUF(1 << 12);

	assert_int_equal(marking_narrow(slice_str(label), tlp, &b, NULL), 0);
	assert_string_equal(buf_cstr(&b), expected);
}

static void only_narrows(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1 << 12);

	(void)state;
	narrowed("P A", TLP_NONE, "P A");
	narrowed("P A", TLP_GREEN, "P A TLP=GREEN");
	narrowed("P A TLP=AMBER", TLP_GREEN, "P A TLP=AMBER");
	narrowed("P A TLP=AMBER", TLP_RED, "P A TLP=RED");
	narrowed("P A CTX=x,y TLP=GREEN ZZ=1", TLP_AMBER_STRICT,
		"P A CTX=x,y TLP=AMBER+STRICT ZZ=1");
	narrowed("P A CTX=x ZZ=1", TLP_CLEAR, "P A CTX=x TLP=CLEAR ZZ=1");
	assert_int_equal(marking_narrow(SLICE("nonsense"), TLP_RED, &b, NULL), E_SYNTAX);
	for (int t = TLP_CLEAR; t <= TLP_RED; t++)
		assert_int_equal(marking_tlp(slice_str(marking_id((enum tlp)t))), t);
	assert_null(marking_id(TLP_NONE));
}

static int definition(const char *id, const char *rest, enum marking_kind *ret)
{
	struct buf b = BUF(1 << 16);
	struct stix s;
	int rc;

	buf_addf(&b,
		"{\"type\":\"marking-definition\",\"spec_version\":\"2.1\",\"id\":\"%s\","
		"\"created\":\"2017-01-20T00:00:00.000Z\",%s}",
		id, rest);
	struct slice text = arena_copy(&arena, buf_slice(&b));
	buf_free(&b);
	rc = stix_read(&s, &arena, text, NULL);
	if (rc == 0)
		*ret = marking_kind_of(&s, &arena);
	return rc;
}

static void definitions(void **state)
{
	enum marking_kind kind = MARKING_UNKNOWN;

	(void)state;
	assert_int_equal(
		definition(GREEN1, "\"definition_type\":\"tlp\",\"definition\":{\"tlp\":\"green\"}",
			&kind),
		0);
	assert_int_equal(kind, MARKING_TLP);
	assert_int_equal(
		definition(STRICT,
			"\"extensions\":{\"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d\":"
			"{\"extension_type\":\"property-extension\",\"tlp_2_0\":\"amber+strict\"}}",
			&kind),
		0);
	assert_int_equal(kind, MARKING_TLP);
	assert_int_equal(
		definition(OTHER,
			"\"definition_type\":\"statement\",\"definition\":{\"statement\":\"(c)\"}",
			&kind),
		0);
	assert_int_equal(kind, MARKING_STATEMENT);
	assert_int_equal(definition(OTHER,
				 "\"definition_type\":\"x-house\",\"definition\":{\"x\":1}", &kind),
		0);
	assert_int_equal(kind, MARKING_UNKNOWN);
	/* Another instance of TLP, or one of the nine with another colour, is a lie. */
	assert_int_equal(
		definition(OTHER, "\"definition_type\":\"tlp\",\"definition\":{\"tlp\":\"green\"}",
			&kind),
		E_INVALID);
	assert_int_equal(
		definition(GREEN1, "\"definition_type\":\"tlp\",\"definition\":{\"tlp\":\"white\"}",
			&kind),
		E_INVALID);
	assert_int_equal(
		definition(GREEN1,
			"\"definition_type\":\"statement\",\"definition\":{\"statement\":\"x\"}",
			&kind),
		E_INVALID);
	assert_int_equal(
		definition(
			OTHER, "\"definition_type\":\"statement\",\"definition\":{\"x\":1}", &kind),
		E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(tightest_counts),
		cmocka_unit_test(very_many), cmocka_unit_test(only_narrows),
		cmocka_unit_test(definitions)};
	int rc;

	arena = ARENA(1 << 24);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return rc;
}
