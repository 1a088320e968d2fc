/* test_cap.c: what the reader refuses and where it says so, what the lint finds, what the writer writes; on samples of our own. */
#include "unit.h"

#include "base/limits.h"
#include "work/response/cap_feed.h"

#include <string.h>

/* Everything that 1.2 has, right. Each case below changes one line. */
static const char good[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n"
	"<identifier>duty-1</identifier>\n"
	"<sender>duty@example.org</sender>\n"
	"<sent>2026-03-01T10:00:00+01:00</sent>\n"
	"<status>Actual</status>\n"
	"<msgType>Update</msgType>\n"
	"<source>duty officer</source>\n"
	"<scope>Restricted</scope>\n"
	"<restriction>members</restriction>\n"
	"<code>one</code><code>two</code>\n"
	"<note>none</note>\n"
	"<references>duty@example.org,duty-0,2026-03-01T09:00:00+01:00</references>\n"
	"<incidents>flood</incidents>\n"
	"<info>\n"
	"<language>en-GB</language>\n"
	"<category>CBRNE</category><category>Health</category>\n"
	"<event>Flood</event>\n"
	"<responseType>Avoid</responseType><responseType>Assess</responseType>\n"
	"<urgency>Expected</urgency>\n"
	"<severity>Severe</severity>\n"
	"<certainty>Likely</certainty>\n"
	"<audience>all</audience>\n"
	"<eventCode><valueName>x</valueName><value>y</value></eventCode>\n"
	"<effective>2026-03-01T10:00:00+01:00</effective>\n"
	"<onset>2026-03-01T12:00:00+01:00</onset>\n"
	"<expires>2026-03-02T10:00:00+01:00</expires>\n"
	"<senderName>Duty officer</senderName>\n"
	"<headline>The river rises</headline>\n"
	"<description>It rises &amp; rises.</description>\n"
	"<instruction>Go up.</instruction>\n"
	"<web>https://example.org/1</web>\n"
	"<contact>112</contact>\n"
	"<parameter><valueName>level</valueName><value>4 m</value></parameter>\n"
	"<resource><resourceDesc>map</resourceDesc><mimeType>image/png</mimeType><size>12</size><uri>https://example.org/m.png</uri></resource>\n"
	"<area>\n"
	"<areaDesc>The valley</areaDesc>\n"
	"<polygon>41.0,20.0 41.0,20.5\n 41.5,20.5 41.0,20.0</polygon>\n"
	"<circle>41.2,20.2 5.5</circle>\n"
	"<geocode><valueName>g</valueName><value>1</value></geocode>\n"
	"<altitude>100</altitude>\n"
	"<ceiling>300.5</ceiling>\n"
	"</area>\n"
	"</info>\n"
	"</alert>\n";

/* `good` with the first `from` made `to`. */
static struct slice changed(struct arena *arena, const char *from, const char *to)
{
	const char *at = strstr(good, from);

	if (!at)
		fail_msg("no '%s' in the sample", from);
	return slice_str(
		arena_printf(arena, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from)));
}

static void the_sample_is_good(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct cap_notes notes = {0};
	struct cap_alert a, again;
	struct why why = {0};

	(void)state;
	assert_int_equal(cap_read(&a, &arena, SLICE(good), &notes, &why), 0);
	cap_lint(&a, &arena, &notes);
	for (size_t i = 0; i < notes.n; i++)
		fail_msg("%s %s", notes.p[i].rule, notes.p[i].text);
	assert_int_equal(cap_issue_check(&a, &arena, &why), 0);
	assert_int_equal(a.info[0].category.n, 2);
	assert_slice(a.info[0].category.p[1].text, "Health");
	assert_slice(a.info[0].description.text, "It rises & rises.");
	assert_slice(a.info[0].parameter.p[0].value, "4 m");
	assert_int_equal(cap_expires_ms(&a), a.info[0].expires.ms);
	assert_int_equal(cap_write(&a, &b, &why), 0);
	assert_int_equal(cap_read(&again, &arena, buf_slice(&b), &notes, &why), 0);
	assert_int_equal(cap_valid(&notes, &why), 0);
	assert_slice(again.info[0].area[0].ceiling.text, "300.5");
	assert_int_equal(again.info[0].responseType.n, 2);
}

struct schema_case {
	const char *from, *to, *where;
};

static void the_schema_names_element_and_line(void **state)
{
	static const struct schema_case cases[] = {
		{"<status>Actual<", "<status>actual<", "status, line 6"},
		{"<status>Actual<", "<status> Actual<", "status, line 6"},
		{"<msgType>Update<", "<msgType>Info<", "msgType, line 7"},
		{"<scope>Restricted</scope>\n", "", "scope, line 2"},
		{"2026-03-01T10:00:00+01:00</sent>", "2026-03-01T10:00:00Z</sent>", "sent, line 5"},
		{"2026-03-01T10:00:00+01:00</sent>", "2026-02-30T10:00:00+01:00</sent>",
			"sent, line 5"},
		{"2026-03-01T10:00:00+01:00</sent>", "2026-03-01T10:00:00.5+01:00</sent>",
			"sent, line 5"},
		{"<sender>duty@example.org</sender>\n", "", "sender, line 2"},
		{"<note>none</note>", "<note>none</note><note>two</note>", "note, line 12"},
		{"<note>none</note>", "<note><b>none</b></note>", "note, line 12"},
		{"<event>Flood</event>", "", "event, line 15"},
		{"<urgency>Expected</urgency>\n<severity>Severe</severity>",
			"<severity>Severe</severity>\n<urgency>Expected</urgency>",
			"urgency, line 21"},
		{"<value>y</value>", "", "eventCode, line 24"},
		{"<size>12<", "<size>12 kB<", "size, line 35"},
		{"<mimeType>image/png</mimeType>", "", "mimeType, line 35"},
		{"<altitude>100<", "<altitude>high<", "altitude, line 42"},
		{"<area>\n", "<area>x\n", "area, line 36"},
		{"<area>\n", "<area id='1'>\n", "area, line 36"},
		{"<areaDesc>The valley</areaDesc>", "<region>x</region>", "area, line 37"},
		{"<language>en-GB<", "<language>british english<", "language, line 16"},
		{"<code>one</code>", "<password>x</password>", "alert, line 11"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
		struct cap_notes notes = {0};
		struct cap_alert a;
		struct why why = {0};

		assert_int_equal(cap_read(&a, &arena, changed(&arena, cases[i].from, cases[i].to),
					 &notes, &why),
			0);
		if (cap_valid(&notes, &why) != E_INVALID || strcmp(why.where, cases[i].where) != 0)
			fail_msg("%s: expected %s, got '%s': %s", cases[i].to, cases[i].where,
				why.where, why.text);
	}
}

struct lint_case {
	const char *from, *to, *rule;
	enum cap_level level;
};

static void the_lint_finds_the_classic_mistakes(void **state)
{
	static const struct lint_case cases[] = {
		{"<references>duty@example.org,duty-0,2026-03-01T09:00:00+01:00</references>\n", "",
			"UPDATE_OR_CANCEL_MUST_REFERENCE", CAP_ERROR},
		{"duty-0,2026", "duty-1,2026", "CIRCULAR_REFERENCE", CAP_ERROR},
		{"duty-0,2026", "duty-0,2027", "POSTDATED_REFERENCE", CAP_ERROR},
		{"org,duty-0,", "org;duty-0,", "INVALID_REFERENCE", CAP_ERROR},
		{"<identifier>duty-1<", "<identifier>duty 1<", "NAME_CHARACTERS", CAP_ERROR},
		{"<identifier>duty-1<", "<identifier> <", "EMPTY_NAME", CAP_ERROR},
		{"<restriction>members</restriction>\n", "", "RESTRICTION_SCOPE_MISMATCH",
			CAP_ERROR},
		{"<scope>Restricted<", "<scope>Public<", "RESTRICTION_SCOPE_MISMATCH", CAP_WARNING},
		{"<scope>Restricted<", "<scope>Private<", "ADDRESSES_SCOPE_MISMATCH", CAP_ERROR},
		{"<effective>2026-03-01T10", "<effective>2026-03-01T09", "EFFECTIVE_BEFORE_SENT",
			CAP_ERROR},
		{"<onset>2026-03-01T12", "<onset>2026-03-01T08", "ONSET_BEFORE_SENT", CAP_WARNING},
		{"<expires>2026-03-02", "<expires>2026-02-02", "EXPIRES_BEFORE_SENT", CAP_ERROR},
		{"<onset>2026-03-01", "<onset>2026-03-03", "ONSET_NOT_AFTER_EXPIRES", CAP_ERROR},
		{"<expires>2026-03-02", "<expires>2026-03-09", "SPAN_LONG", CAP_WARNING},
		{"<expires>2026-03-02", "<expires>2026-05-02", "SPAN_TOO_LONG", CAP_ERROR},
		{"<expires>2026-03-02T10:00:00+01:00</expires>\n", "", "EXPIRES_MISSING",
			CAP_WARNING},
		{"<uri>https://example.org/m.png<", "<uri>m.png<", "RELATIVE_URI_MISSING_DEREF_URI",
			CAP_ERROR},
		{"<uri>https://example.org/m.png</uri>", "", "RESOURCE_WITHOUT_CONTENT",
			CAP_WARNING},
		{" 41.5,20.5 41.0,20.0<", " 41.5,20.5 41.1,20.0<", "OPEN_POLYGON", CAP_ERROR},
		{"41.0,20.5\n 41.5,20.5", "41.5,20.5", "INVALID_POLYGON", CAP_ERROR},
		{"41.0,20.0 41.0,20.5\n", "41.0;20.0 41.0,20.5\n", "INVALID_POLYGON", CAP_ERROR},
		{"41.0,20.0 41.0,20.5\n", "141.0,20.0 141.0,20.5\n", "LAT_LON_ORDER", CAP_ERROR},
		{"41.0,20.0 41.0,20.5\n 41.5,20.5 41.0,20.0",
			"41.0,20.0 42.0,21.0 42.0,20.0 41.0,21.0 41.0,20.0",
			"INVALID_POLYGON_SELF_INTERSECTION", CAP_ERROR},
		{"41.2,20.2 5.5", "41.2,20.2 0", "NONZERO_CIRCLE_RADIUS", CAP_WARNING},
		{"41.2,20.2 5.5", "41.2,20.2", "INVALID_CIRCLE", CAP_ERROR},
		{"<ceiling>300.5<", "<ceiling>30<", "INVALID_ALTITUDE_CEILING_RANGE", CAP_ERROR},
		{"<altitude>100</altitude>\n", "", "INVALID_ALTITUDE_CEILING_RANGE", CAP_ERROR},
		{"It rises &amp;", "It &lt;br&gt; rises", "TEXT_CONTAINS_HTML", CAP_WARNING},
		{"10:00:00+01:00</sent>", "09:00:00+00:00</sent>", "INCLUDES_UTC_TIMEZONE",
			CAP_WARNING},
		{"<status>Actual</status>\n<msgType>Update</msgType>\n<source>duty officer</source>\n<scope>Restricted</scope>\n<restriction>members</restriction>\n<code>one</code><code>two</code>\n<note>none</note>\n",
			"<status>Exercise</status>\n<msgType>Update</msgType>\n<scope>Public</scope>\n",
			"EXERCISE_WITHOUT_NOTE", CAP_WARNING},
		{"</info>",
			"</info><info><language>sq</language><category>Met</category><event>F</event><urgency>Past</urgency><severity>Minor</severity><certainty>Observed</certainty><description>It rises &amp; rises.</description></info>",
			"SAME_TEXT_DIFFERENT_LANGUAGE", CAP_WARNING},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
		struct cap_notes notes = {0};
		struct cap_alert a;
		struct why why = {0};
		bool found = false;

		assert_int_equal(cap_read(&a, &arena, changed(&arena, cases[i].from, cases[i].to),
					 &notes, &why),
			0);
		assert_int_equal(cap_valid(&notes, &why), 0);
		cap_lint(&a, &arena, &notes);
		for (size_t k = 0; k < notes.n; k++)
			found = found || (strcmp(notes.p[k].rule, cases[i].rule) == 0 &&
						 notes.p[k].level == cases[i].level);
		if (!found)
			fail_msg("%s: not found in %s (%zu others, first %s)", cases[i].rule,
				cases[i].to, notes.n, notes.n ? notes.p[0].rule : "-");
		assert_int_equal(cap_issue_check(&a, &arena, &why), notes.n_error ? E_INVALID : 0);
	}
}

static void hostile(void **state)
{
	static const char *const docs[] = {
		"<!DOCTYPE alert [<!ENTITY a 'b'>]><alert xmlns='" CAP_NS_12
		"'><identifier>&a;</identifier></alert>",
		"<!DOCTYPE alert SYSTEM 'http://127.0.0.1/x.dtd'><alert xmlns='" CAP_NS_12 "'/>",
		"<alert xmlns='" CAP_NS_12 "'><identifier>&x;</identifier></alert>",
		"<alert xmlns='" CAP_NS_12 "'>",
		"<alert/>",
		"<alert xmlns='urn:oasis:names:tc:emergency:cap:1.3'/>",
		"",
		"{}",
	};
	struct buf deep CLEANUP_BUF = BUF(MIB);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(docs); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
		struct cap_notes notes = {0};
		struct cap_alert a;
		struct why why = {0};

		assert_int_equal(cap_read(&a, &arena, slice_str(docs[i]), &notes, &why), E_SYNTAX);
		assert_true(why.text[0] && why.where[0]);
	}
	struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
	struct cap_feed feed;
	struct why why = {0};

	for (int i = 0; i < 500; i++)
		buf_str(&deep, "<a>");
	assert_int_equal(cap_feed_read(&feed, &arena, buf_slice(&deep), &why), E_LIMIT);
}

static void an_alert_without_a_namespace_of_its_own(void **state)
{
	static const char doc[] =
		"<feed xmlns='http://www.w3.org/2005/Atom' xmlns:c='" CAP_NS_12
		"'><id>f</id><entry><id>e</id>"
		"<content type='text/xml'><c:alert><c:identifier>1</c:identifier><c:sender>s</c:sender><c:sent>2026-03-01T10:00:00+01:00</c:sent>"
		"<c:status>Actual</c:status><c:msgType>Alert</c:msgType><c:scope>Public</c:scope></c:alert></content></entry></feed>";
	struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
	struct cap_notes notes = {0};
	struct cap_feed feed;
	struct cap_alert a;
	struct why why = {0};

	(void)state;
	assert_int_equal(cap_feed_read(&feed, &arena, SLICE(doc), &why), 0);
	assert_int_equal(feed.n, 1);
	assert_int_equal(cap_read(&a, &arena, feed.item[0].bytes, &notes, &why), 0);
	assert_int_equal(cap_valid(&notes, &why), 0);
	assert_slice(a.sender.text, "s");
}

static void version_1_0_is_read_and_written_as_1_2(void **state)
{
	static const char doc[] =
		"<alert xmlns='" CAP_NS_10
		"'><identifier>1</identifier><sender>s@x</sender><sent>2003-04-02T14:39:01</sent>"
		"<status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info><category>Met</category><event>Storm</event>"
		"<urgency>Immediate</urgency><severity>Severe</severity><certainty>Very Likely</certainty><eventCode>same=SVR</eventCode>"
		"<area><areaDesc>x</areaDesc><geocode>fips6=006109</geocode></area></info></alert>";
	struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct cap_notes notes = {0};
	struct cap_alert a;
	struct why why = {0};

	(void)state;
	assert_int_equal(cap_read(&a, &arena, SLICE(doc), &notes, &why), 0);
	assert_int_equal(cap_valid(&notes, &why), 0);
	assert_slice(a.info[0].eventCode.p[0].value, "SVR");
	assert_int_equal(cap_issue_check(&a, &arena, &why), E_INVALID);
	assert_int_equal(cap_write(&a, &b, &why), 0);
	assert_int_equal(cap_read(&a, &arena, buf_slice(&b), &notes, &why), 0);
	assert_int_equal(cap_valid(&notes, &why), 0);
	assert_slice(a.info[0].certainty.text, "Likely");
	assert_slice(a.sent.text, "2003-04-02T14:39:01-00:00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sample_is_good),
		cmocka_unit_test(the_schema_names_element_and_line),
		cmocka_unit_test(the_lint_finds_the_classic_mistakes),
		cmocka_unit_test(hostile),
		cmocka_unit_test(an_alert_without_a_namespace_of_its_own),
		cmocka_unit_test(version_1_0_is_read_and_written_as_1_2),
	};

	return cmocka_run_group_tests_name("cap", tests, NULL, NULL);
}
