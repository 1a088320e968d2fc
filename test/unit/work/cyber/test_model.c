/* Objects of STIX 2.1: each rule by an object that breaks it, with the pointer that the refusal must name. */
#include "unit.h"

#include "work/cyber/model.h"

#include "base/limits.h"

#define U    "--0f0f0f0f-1111-4222-8333-444444444444"
#define TIME "\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2020-01-02T00:00:00.000Z\""
#define SDO(type, rest)                                                                            \
	"{\"type\":\"" type "\",\"spec_version\":\"2.1\",\"id\":\"" type U "\"," TIME rest "}"
#define SCO(type, rest) "{\"type\":\"" type "\",\"id\":\"" type U "\"" rest "}"

static int read_text(struct slice text, struct stix *ret, struct arena *arena, struct why *why)
{
	return stix_read(ret, arena, text, why);
}

static void good(const char *text)
{
	struct arena arena CLEANUP_ARENA = ARENA(160 * MIB);
	struct why why = {0};
	struct stix s;

	if (read_text(slice_str(text), &s, &arena, &why) < 0)
		fail_msg("%s\n%s: %s", text, why.where, why.text);
	/* The same when it is read once more: nothing is changed. */
	assert_int_equal(s.bytes.n, strlen(text));
}

static void bad(int code, const char *where, const char *text)
{
	struct arena arena CLEANUP_ARENA = ARENA(160 * MIB);
	struct why why = {0};
	struct stix s;
	int rc = read_text(slice_str(text), &s, &arena, &why);

	if (rc != code || strcmp(why.where, where) != 0)
		fail_msg("%s\n%d, expected %d; at '%s', expected '%s': %s", text, rc, code,
			why.where, where, why.text);
}

static void accepted(void **state)
{
	(void)state;
	good(SDO("indicator",
		",\"pattern\":\"[a:b = 1]\",\"pattern_type\":\"stix\",\"valid_from\":\"2020-01-01T00:00:00Z\""));
	good(SDO("malware", ",\"is_family\":false"));
	good(SDO("identity", ",\"name\":\"\""));
	good(SDO("x-house-thing", ",\"x_any\":[],\"numbers\":[1,2.5e10]"));
	good(SDO("location", ",\"latitude\":48.8566,\"longitude\":2.3522,\"precision\":10.0"));
	good(SDO("relationship", ",\"relationship_type\":\"uses\",\"source_ref\":\"malware" U
				 "\",\"target_ref\":\"x-house-thing" U "\""));
	good(SDO("sighting", ",\"sighting_of_ref\":\"indicator" U
			     "\",\"count\":50,\"where_sighted_refs\":[\"identity" U "\"]"));
	good(SDO("extension-definition",
		",\"name\":\"n\",\"schema\":\"s\",\"version\":\"1.0.0\",\"extension_types\":[\"new-sdo\"],\"created_by_ref\":\"identity" U
		"\""));
	good(SCO("ipv4-addr", ",\"value\":\"198.51.100.1\""));
	good(SCO("file",
		",\"spec_version\":\"2.1\",\"hashes\":{\"MD5\":\"3773a88f65a5e780c8dff9cdc3a056f3\",\"x_fuzzy\":\"abc\"}"));
	good(SCO("x-house-observable", ",\"value_of\":1"));
	/* As many digits as anybody likes. */
	good("{\"type\":\"campaign\",\"spec_version\":\"2.1\",\"id\":\"campaign" U
	     "\",\"created\":\"2020-01-01T00:00:00.123456789Z\","
	     "\"modified\":\"2020-01-01T00:00:00.1234567891Z\",\"name\":\"n\"}");
}

static void common_rules(void **state)
{
	(void)state;
	bad(E_SYNTAX, "", "{");
	bad(E_SYNTAX, "/a", "{\"a\":NaN}");
	bad(E_SYNTAX, "/a", "{\"a\":1,\"a\":2}");
	bad(E_SYNTAX, "/a", "{\"a\":\"\xff\"}");
	bad(E_INVALID, "", "[]");
	bad(E_INVALID, "/type", "{}");
	bad(E_INVALID, "/type", "{\"type\":7}");
	bad(E_INVALID, "/type", "{\"type\":\"Indicator\",\"id\":\"x\"}");
	bad(E_INVALID, "/type", "{\"type\":\"x--y\",\"id\":\"x\"}");
	bad(E_INVALID, "/type", "{\"type\":\"bundle\",\"id\":\"bundle" U "\"}");
	bad(E_INVALID, "/id", "{\"type\":\"malware\"}");
	bad(E_INVALID, "/id", "{\"type\":\"malware\",\"id\":\"malware--1\"}");
	bad(E_INVALID, "/id", "{\"type\":\"malware\",\"id\":\"tool" U "\"}");
	bad(E_INVALID, "/id",
		"{\"type\":\"malware\",\"id\":\"malware--0f0f0f0f-1111-4222-c333-444444444444\"}");
	bad(E_INVALID, "/spec_version",
		"{\"type\":\"malware\",\"id\":\"malware" U "\"," TIME ",\"is_family\":false}");
	bad(E_INVALID, "/spec_version",
		"{\"type\":\"malware\",\"spec_version\":\"2.0\",\"id\":\"malware" U "\"," TIME
		",\"is_family\":false}");
	bad(E_INVALID, "/created",
		"{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool" U
		"\",\"created\":\"2020-01-01T00:00:00+01:00\",\"modified\":\"2020-01-01T00:00:00Z\",\"name\":\"n\"}");
	bad(E_INVALID, "/modified",
		"{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool" U
		"\",\"created\":\"2020-01-02T00:00:00Z\",\"modified\":\"2020-01-01T00:00:00Z\",\"name\":\"n\"}");
	bad(E_INVALID, "/modified",
		"{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool" U
		"\",\"created\":\"2020-01-02T00:00:00Z\",\"name\":\"n\"}");
	bad(E_INVALID, "/created_by_ref",
		SDO("tool", ",\"name\":\"n\",\"created_by_ref\":\"tool" U "\""));
	bad(E_INVALID, "/revoked", SDO("tool", ",\"name\":\"n\",\"revoked\":\"yes\""));
	bad(E_INVALID, "/labels", SDO("tool", ",\"name\":\"n\",\"labels\":[]"));
	bad(E_INVALID, "/confidence", SDO("tool", ",\"name\":\"n\",\"confidence\":101"));
	bad(E_INVALID, "/confidence", SDO("tool", ",\"name\":\"n\",\"confidence\":10.5"));
	bad(E_INVALID, "/external_references",
		SDO("tool", ",\"name\":\"n\",\"external_references\":[{\"source_name\":\"x\"}]"));
	bad(E_INVALID, "", SDO("tool", ",\"name\":\"n\",\"Bad-Name\":1"));
	bad(E_INVALID, "/extensions",
		SDO("tool", ",\"name\":\"n\",\"extensions\":{\"nonsense\":{}}"));
	bad(E_INVALID, "/name", SDO("tool", ""));
	bad(E_INVALID, "/name", SDO("tool", ",\"name\":null"));
	bad(E_INVALID, "/created",
		SCO("ipv4-addr", ",\"value\":\"1\",\"created\":\"2020-01-01T00:00:00Z\""));
}

static void type_rules(void **state)
{
	(void)state;
	bad(E_INVALID, "/valid_until",
		SDO("indicator",
			",\"pattern\":\"x\",\"pattern_type\":\"stix\",\"valid_from\":\"2020-01-01T00:00:00Z\",\"valid_until\":\"2020-01-01T00:00:00.000Z\""));
	bad(E_INVALID, "/valid_from",
		SDO("indicator", ",\"pattern\":\"x\",\"pattern_type\":\"stix\""));
	bad(E_INVALID, "/name", SDO("malware", ",\"is_family\":true"));
	bad(E_INVALID, "/region", SDO("location", ",\"name\":\"n\""));
	bad(E_INVALID, "/latitude", SDO("location", ",\"latitude\":1,\"region\":\"x\""));
	bad(E_INVALID, "/latitude", SDO("location", ",\"latitude\":91,\"longitude\":1"));
	bad(E_INVALID, "/opinion",
		SDO("opinion", ",\"opinion\":\"meh\",\"object_refs\":[\"tool" U "\"]"));
	bad(E_INVALID, "/number_observed",
		SDO("observed-data",
			",\"first_observed\":\"2020-01-01T00:00:00Z\",\"last_observed\":\"2020-01-01T00:00:00Z\",\"number_observed\":0,\"object_refs\":[\"url" U
			"\"]"));
	bad(E_INVALID, "/object_refs",
		SDO("observed-data",
			",\"first_observed\":\"2020-01-01T00:00:00Z\",\"last_observed\":\"2020-01-01T00:00:00Z\",\"number_observed\":1"));
	bad(E_INVALID, "/last_seen",
		SDO("sighting",
			",\"sighting_of_ref\":\"tool" U
			"\",\"first_seen\":\"2020-01-02T00:00:00Z\",\"last_seen\":\"2020-01-01T00:00:00Z\""));
	bad(E_INVALID, "/relationship_type",
		SDO("relationship", ",\"relationship_type\":\"Uses It\",\"source_ref\":\"tool" U
				    "\",\"target_ref\":\"tool" U "\""));
	bad(E_INVALID, "/hashes", SCO("artifact", ",\"url\":\"http://x\""));
	bad(E_INVALID, "/payload_bin", SCO("artifact", ",\"payload_bin\":\"a b\""));
	bad(E_INVALID, "/body", SCO("email-message", ",\"is_multipart\":true,\"body\":\"x\""));
	bad(E_INVALID, "/hashes", SCO("file", ""));
	bad(E_INVALID, "/src_ref", SCO("network-traffic", ",\"protocols\":[\"tcp\"]"));
	bad(E_INVALID, "/dst_port",
		SCO("network-traffic", ",\"protocols\":[\"tcp\"],\"src_ref\":\"ipv4-addr" U
				       "\",\"dst_port\":65536"));
	bad(E_INVALID, "", SCO("process", ""));
	bad(E_INVALID, "/extension_types",
		SDO("extension-definition",
			",\"name\":\"n\",\"schema\":\"s\",\"version\":\"1\",\"extension_types\":[\"new\"],\"created_by_ref\":\"identity" U
			"\""));
	bad(E_INVALID, "/created_by_ref",
		SDO("extension-definition",
			",\"name\":\"n\",\"schema\":\"s\",\"version\":\"1\",\"extension_types\":[\"new-sdo\"]"));
}

#define MARKED(m)                                                                                  \
	SDO("tool", ",\"name\":\"n\",\"aliases\":[\"a\",\"b\"],\"granular_markings\":[" m "]")
#define REF "\"marking_ref\":\"marking-definition" U "\""

static void granular(void **state)
{
	(void)state;
	good(MARKED("{\"selectors\":[\"aliases.[1]\",\"name\",\"aliases\"]," REF
		    "},{\"selectors\":[\"name\"],\"lang\":\"sq\"}"));
	bad(E_INVALID, "/granular_markings/0", MARKED("{\"selectors\":[\"aliases.[2]\"]," REF "}"));
	bad(E_INVALID, "/granular_markings/0", MARKED("{\"selectors\":[\"name.\"]," REF "}"));
	bad(E_INVALID, "/granular_markings/0", MARKED("{\"selectors\":[]," REF "}"));
	bad(E_INVALID, "/granular_markings/0", MARKED("{\"selectors\":[\"name\"]}"));
	bad(E_INVALID, "/granular_markings/1",
		MARKED("{\"selectors\":[\"name\"]," REF
		       "},{\"selectors\":[\"name\"],\"lang\":\"sq\"," REF "}"));
	bad(E_INVALID, "/granular_markings/0",
		MARKED("{\"selectors\":[\"name\"],\"marking_ref\":\"tool" U "\"}"));
}

static void bombs(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(160 * MIB);
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct why why = {0};
	struct stix s;

	(void)state;
	buf_str(&b, "{\"type\":\"x-deep\",\"a\":");
	for (int i = 0; i < 100; i++)
		buf_byte(&b, '[');
	assert_int_equal(stix_read(&s, &arena, buf_slice(&b), &why), E_LIMIT);
	/* Many small values fit; one byte too many does not. */
	buf_clear(&b);
	buf_str(&b, "{\"type\":\"x-wide\",\"id\":\"x-wide" U "\",\"list\":[0");
	while (b.n + 4 < LIMIT_PAYLOAD_CONTENT - 64)
		buf_str(&b, ",0");
	buf_str(&b, "]}");
	assert_int_equal(stix_read(&s, &arena, buf_slice(&b), &why), 0);
	buf_str(&b, "    ");
	assert_int_equal(stix_read(&s, &arena, buf_slice(&b), &why), E_LIMIT);
}

/* So many selectors of one list's end: each would walk the whole of it. */
static int select_often(size_t n, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(160 * MIB);
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct stix s;

	buf_str(&b, "{\"type\":\"x-wide\",\"spec_version\":\"2.1\",\"id\":\"x-wide" U "\"," TIME
		    ",\"list\":[0");
	for (int i = 1; i < 10000; i++)
		buf_str(&b, ",0");
	buf_str(&b, "],\"granular_markings\":[{" REF ",\"selectors\":[\"list\"");
	for (size_t i = 0; i < n; i++)
		buf_str(&b, ",\"list.[9999]\"");
	buf_str(&b, "]}]}");
	assert_false(buf_over(&b));
	return stix_read(&s, &arena, buf_slice(&b), why);
}

static void selectors_many(void **state)
{
	struct why why = {0};

	(void)state;
	assert_int_equal(select_often(300, &why), 0);
	assert_int_equal(select_often(70000, &why), E_LIMIT);
	assert_string_equal(why.where, "/granular_markings/0");
	assert_non_null(strstr(why.text, "list.[9999]"));
}

static void versions(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 << 20);
	struct stix s;

	(void)state;
	assert_int_equal(stix_read(&s, &arena,
				 slice_str(SDO("tool", ",\"name\":\"n\",\"revoked\":true")), NULL),
		0);
	assert_slice(s.version, "2020-01-02T00:00:00.000Z");
	assert_string_equal(s.version_key.text, "2020-01-02T00:00:00");
	assert_true(s.revoked);
	assert_int_equal(s.class, STIX_SDO);
	assert_int_equal(
		stix_read(&s, &arena, slice_str(SCO("url", ",\"value\":\"http://x\"")), NULL), 0);
	assert_int_equal(s.version.n, 0);
	assert_int_equal(s.class, STIX_SCO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(accepted),
		cmocka_unit_test(common_rules), cmocka_unit_test(type_rules),
		cmocka_unit_test(granular), cmocka_unit_test(bombs),
		cmocka_unit_test(selectors_many), cmocka_unit_test(versions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
