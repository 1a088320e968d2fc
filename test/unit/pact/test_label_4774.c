/* Labels as XML of STANAG 4774, out and in. */
#include "world.h"

#include "pact/label.h"

static const char charter_text[] =
	"entente-charter/1\nname T\nversion 1\nprev -\nfold 1\nfield x\n"
	"member aaaaaaaaaaaaaaaaaaaaaaaauu First\n"
	"force all\naccession all\nobservers no\nsuspension 1\npolicy urn:test:policy\n"
	"ladder LOW HIGH\ncategory COI restrictive A,B\ncategory REL permissive X,Y\n"
	"quota entries 1 payload-bytes 1\ntwo-person -\n\n";

static struct arena arena;
static struct charter charter;

static int setup(void **state)
{
	(void)state;
	arena = ARENA(64 * MIB);
	return charter_parse(&charter, &arena, slice_str(charter_text), NULL);
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void written_as_the_standard_has_it(void **state)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct label l;

	(void)state;
	assert_int_equal(
		label_parse(&l, SLICE("urn:test:policy HIGH COI=A,B REL=X TLP=AMBER+STRICT"), NULL),
		0);
	label_to_4774(&l, &charter, 1742290200000, &b);
	assert_string_equal(buf_cstr(&b),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<originatorConfidentialityLabel xmlns=\"urn:nato:stanag:4774:confidentialitymetadatalabel:1:0\">"
		"<ConfidentialityInformation>"
		"<PolicyIdentifier URI=\"urn:test:policy\">urn:test:policy</PolicyIdentifier>"
		"<Classification>HIGH</Classification>"
		"<Category TagName=\"COI\" Type=\"RESTRICTIVE\"><GenericValue>A</GenericValue><GenericValue>B</GenericValue></Category>"
		"<Category TagName=\"REL\" Type=\"PERMISSIVE\"><GenericValue>X</GenericValue></Category>"
		"<Category TagName=\"TLP\" Type=\"INFORMATIVE\"><GenericValue>AMBER+STRICT</GenericValue></Category>"
		"</ConfidentialityInformation>"
		"<CreationDateTime>2025-03-18T09:30:00Z</CreationDateTime>"
		"</originatorConfidentialityLabel>\n");
}

static void what_was_written_reads_the_same(void **state)
{
	static const char *const t[] = {"urn:test:policy LOW", "urn:test:policy HIGH COI=B",
		"urn:test:policy HIGH COI=A,B REL=X,Y TLP=RED"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct buf b CLEANUP_BUF = BUF(64 * KIB), text CLEANUP_BUF = BUF(64 * KIB);
		struct label l, back;
		struct why why = {0};
		assert_int_equal(label_parse(&l, slice_str(t[i]), NULL), 0);
		label_to_4774(&l, &charter, 0, &b);
		if (label_from_4774(&back, &arena, &charter, buf_slice(&b), &why) < 0)
			fail_msg("%s: %s", why.where, why.text);
		label_print(&back, &text);
		assert_string_equal(buf_cstr(&text), t[i]);
		assert_int_equal(back.tlp, l.tlp);
	}
}

#define NS   " xmlns:s=\"urn:nato:stanag:4774:confidentialitymetadatalabel:1:0\""
#define HEAD "<s:OriginatorConfidentialityLabel" NS "><s:ConfidentialityInformation>"
#define TAIL "</s:ConfidentialityInformation></s:OriginatorConfidentialityLabel>"
#define POL  "<s:PolicyIdentifier>urn:test:policy</s:PolicyIdentifier>"
#define LOW  "<s:Classification>LOW</s:Classification>"
#define CAT(tag, type, values)                                                                     \
	"<s:Category TagName=\"" tag "\" Type=\"" type "\">" values "</s:Category>"
#define VAL(v) "<s:GenericValue>" v "</s:GenericValue>"

static void read_from_others(void **state)
{
	static const char xml[] = HEAD
		"<s:PolicyIdentifier URI=\"urn:test:policy\">Test policy</s:PolicyIdentifier>\n"
		"<s:Classification> LOW\n</s:Classification><s:PrivacyMark>x</s:PrivacyMark>" CAT(
			"REL", "PERMISSIVE", VAL("Y") VAL(" X ") VAL("Y"))
			CAT("COI", "RESTRICTIVE", VAL("B")) TAIL;
	struct buf text CLEANUP_BUF = BUF(64 * KIB);
	struct label l;
	struct why why = {0};

	(void)state;
	if (label_from_4774(&l, &arena, &charter, slice_str(xml), &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	label_print(&l, &text);
	assert_string_equal(buf_cstr(&text), "urn:test:policy LOW COI=B REL=X,Y");
}

static void an_oid_is_written_as_a_urn(void **state)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct charter c = charter;
	struct label l, back;

	(void)state;
	c.policy = SLICE("1.3.26.1.3.1");
	assert_int_equal(label_parse(&l, SLICE("1.3.26.1.3.1 LOW"), NULL), 0);
	label_to_4774(&l, &c, 0, &b);
	assert_non_null(strstr(
		buf_cstr(&b), "<PolicyIdentifier URI=\"urn:oid:1.3.26.1.3.1\">1.3.26.1.3.1<"));
	static const char named[] = HEAD
		"<s:PolicyIdentifier URI=\"urn:oid:1.3.26.1.3.1\">NATO</s:PolicyIdentifier>" LOW
			TAIL;
	assert_int_equal(label_from_4774(&back, &arena, &c, slice_str(named), NULL), 0);
	assert_slice(back.policy, "1.3.26.1.3.1");
	assert_int_equal(
		label_from_4774(&back, &arena, &charter, slice_str(named), NULL), E_INVALID);
}

static void refused(void **state)
{
	static const struct {
		const char *xml;
		int code;
	} t[] = {
		{"", E_SYNTAX},
		{"<x/>", E_INVALID},
		{"<!DOCTYPE x><x/>", E_SYNTAX},
		{"<originatorConfidentialityLabel/>", E_INVALID},
		{"<s:originatorConfidentialityLabel" NS "/>", E_INVALID},
		{HEAD POL TAIL, E_INVALID},
		{HEAD LOW TAIL, E_INVALID},
		{HEAD POL LOW LOW TAIL, E_INVALID},
		{HEAD POL POL LOW TAIL, E_INVALID},
		{HEAD "<s:PolicyIdentifier>other</s:PolicyIdentifier>" LOW TAIL, E_INVALID},
		{HEAD POL "<s:Classification>TOP</s:Classification>" TAIL, E_INVALID},
		{HEAD POL LOW CAT("NEW", "INFORMATIVE", VAL("1")) TAIL, E_INVALID},
		{HEAD POL LOW CAT("COI", "RESTRICTIVE", VAL("D")) TAIL, E_INVALID},
		{HEAD POL LOW CAT("COI", "INFORMATIVE", VAL("A")) TAIL, E_INVALID},
		{HEAD POL LOW CAT("COI", "PERMISSIVE", VAL("A")) TAIL, E_INVALID},
		{HEAD POL LOW CAT("COI", "RESTRICTIVE", "") TAIL, E_INVALID},
		{HEAD POL LOW CAT("COI", "RESTRICTIVE", VAL("A,B")) TAIL, E_INVALID},
		{HEAD POL LOW CAT("COI", "RESTRICTIVE", VAL("A"))
				CAT("COI", "RESTRICTIVE", VAL("B")) TAIL,
			E_INVALID},
		{HEAD POL LOW CAT("TLP", "INFORMATIVE", VAL("PINK")) TAIL, E_INVALID},
		{HEAD POL LOW CAT("TLP", "INFORMATIVE", VAL("RED") VAL("GREEN")) TAIL, E_INVALID},
		{HEAD POL LOW "<s:Category Type=\"INFORMATIVE\">" VAL("1") "</s:Category>" TAIL,
			E_INVALID},
		{HEAD POL LOW TAIL "<more/>", E_SYNTAX},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct label l = {.n_tag = 9};
		struct why why = {0};
		int rc = label_from_4774(&l, &arena, &charter, slice_str(t[i].xml), &why);
		if (rc != t[i].code)
			fail_msg("%s: %d %s", t[i].xml, rc, why.text);
		assert_int_equal(l.n_tag, 9);
	}
}

static void too_many(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct label l;

	(void)state;
	buf_str(&b, HEAD POL LOW "<s:Category TagName=\"COI\" Type=\"RESTRICTIVE\">");
	for (unsigned i = 0; i <= CHARTER_VALUES_MAX; i++)
		buf_str(&b, VAL("A"));
	buf_str(&b, "</s:Category>" TAIL);
	assert_int_equal(label_from_4774(&l, &arena, &charter, buf_slice(&b), NULL), E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_as_the_standard_has_it),
		cmocka_unit_test(what_was_written_reads_the_same),
		cmocka_unit_test(read_from_others),
		cmocka_unit_test(an_oid_is_written_as_a_urn),
		cmocka_unit_test(refused),
		cmocka_unit_test(too_many),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
