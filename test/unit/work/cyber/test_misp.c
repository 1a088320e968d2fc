/* Events of MISP into STIX and back. */
#include "unit.h"

#include "work/cyber/misp.h"

#include "base/limits.h"
#include "crypt/sign.h"

#define UUID(n)	   "5c6983c8-0000-4000-8000-0000000000" n
#define A(n, more) "{\"uuid\":\"" UUID(n) "\",\"timestamp\":\"1700000000\"," more "}"
#define EVENT(more)                                                                                                  \
	"{\"Event\":{\"uuid\":\"" UUID(                                                                              \
		"01") "\",\"info\":\"Beacons\",\"date\":\"2023-11-01\",\"timestamp\":\"1700000001\","                \
		      "\"threat_level_id\":\"2\",\"analysis\":\"1\",\"Orgc\":{\"name\":\"CERT A\",\"uuid\":\"" UUID( \
			      "02") "\"}," more "}}"
#define IP                                                                                         \
	A("10", "\"type\":\"ip-dst\",\"category\":\"Network activity\",\"to_ids\":true,\"value\":\"192.0.2.7\"")

static struct arena arena;

static struct misp_in read_ok(const char *text, enum mode mode)
{
	struct misp_in in;
	struct why why = {0};

	if (misp_read(slice_str(text), mode, &arena, &in, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	return in;
}

/* The object with an id: E_MISSING. */
static int find(const struct misp_in *in, const char *id, struct stix *ret)
{
	struct json_doc doc;
	struct why why = {0};

	assert_int_equal(json_read(&doc, &arena, arena_copy(&arena, buf_slice(&in->bundle)),
				 &json_limits_local, &why),
		0);
	json_ref list = json_get(&doc, json_root(&doc), "objects");
	for (json_ref v = json_first(&doc, list); v; v = json_next(&doc, v)) {
		if (stix_read(ret, &arena, json_raw(&doc, v), &why) < 0)
			fail_msg("%s: %s in %.*s", why.where, why.text,
				SLICE_FMT(json_raw(&doc, v)));
		if (slice_is(ret->id, id))
			return 0;
	}
	return E_MISSING;
}

static struct stix get(const struct misp_in *in, const char *id)
{
	struct stix s;

	if (find(in, id, &s) < 0)
		fail_msg("no %s in %.*s", id, SLICE_FMT(buf_slice(&in->bundle)));
	return s;
}

static const char *marking_at(const struct stix *s, size_t i)
{
	json_ref list = stix_get(s, "object_marking_refs"), v = json_first(&s->doc, list);

	while (i-- && v)
		v = json_next(&s->doc, v);
	return v ? arena_string(&arena, json_string(&s->doc, v, &arena)) : "";
}

static void patterns(void **state)
{
	static const char *const rows[][3] = {
		{"ip-dst", "192.0.2.7", "[ipv4-addr:value = '192.0.2.7']"},
		{"ip-src", "2001:db8::1", "[ipv6-addr:value = '2001:db8::1']"},
		{"ip-dst", "192.0.2.0/24", "[ipv4-addr:value = '192.0.2.0/24']"},
		{"ip-dst|port", "192.0.2.7|443",
			"[network-traffic:dst_ref.value = '192.0.2.7' AND network-traffic:dst_port = 443]"},
		{"hostname|port", "a.example|80",
			"[network-traffic:dst_ref.value = 'a.example' AND network-traffic:dst_port = 80]"},
		{"domain|ip", "a.example|192.0.2.7",
			"[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.7']"},
		{"url", "https://a.example/it's?x=\\",
			"[url:value = 'https://a.example/it\\'s?x=\\\\']"},
		{"sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
			"[file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']"},
		{"filename|md5", "a b.exe|d41d8cd98f00b204e9800998ecf8427e",
			"[file:name = 'a b.exe' AND file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"},
		{"AS", "AS65000", "[autonomous-system:number = 65000]"},
		{"yara", "rule a { condition: true }", "rule a { condition: true }"},
		{"stix2-pattern", "[url:value LIKE 'x%']", "[url:value LIKE 'x%']"},
		{"ip-dst", "192.0.2.300", NULL},
		{"ip-dst|port", "192.0.2.7|65536", NULL},
		{"ip-dst|port", "192.0.2.7", NULL},
		{"md5", "d41d8c", NULL},
		{"stix2-pattern", "[url:value LIKE", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b CLEANUP_BUF = BUF(4096);
		struct why why = {0};
		int rc = misp_type_pattern(
			misp_type_find(slice_str(rows[i][0])), slice_str(rows[i][1]), &b, &why);

		if ((rc == 0) != (rows[i][2] != NULL))
			fail_msg("%s %s: %d %s", rows[i][0], rows[i][1], rc, why.text);
		if (rows[i][2])
			assert_string_equal(buf_cstr(&b), rows[i][2]);
		else
			assert_int_equal(b.n, 0);
	}
	assert_null(misp_type_find(SLICE("comment")));
}

static void an_event(void **state)
{
	struct misp_in in = read_ok(
		EVENT("\"Tag\":[{\"name\":\"tlp:amber\"},{\"name\":\"type:OSINT\"}],\"Attribute\":[" IP "," A(
			"11",
			"\"type\":\"domain\",\"to_ids\":false,\"value\":\"a.example\"") "," A("12",
			"\"type\":\"comment\",\"to_ids\":false,\"value\":\"seen twice\"") "," A("13",
			"\"type\":\"vulnerability\",\"value\":\"CVE-2030-1\"") "," A("14",
			"\"type\":\"md5\",\"to_ids\":true,\"value\":\"xyz\"") "," A("15",
			"\"type\":\"url\",\"to_ids\":\"1\",\"deleted\":true,\"value\":\"http://b.example/\"") "]"),
		MODE_REAL);
	struct stix s = get(&in, "report--" UUID("01"));

	(void)state;
	assert_slice(stix_text(&s, "name", &arena), "Beacons");
	assert_slice(s.created, "2023-11-01T00:00:00.000Z");
	assert_slice(s.modified, "2023-11-14T22:13:21.000Z");
	assert_slice(s.created_by, "identity--" UUID("02"));
	assert_string_equal(marking_at(&s, 0), marking_id(TLP_AMBER));
	s = get(&in, "indicator--" UUID("10"));
	assert_slice(stix_text(&s, "pattern", &arena), "[ipv4-addr:value = '192.0.2.7']");
	assert_string_equal(marking_at(&s, 0), marking_id(TLP_AMBER));
	assert_true(slice_search(s.bytes, SLICE("misp:type=\\\"ip-dst\\\"")) > 0);
	s = get(&in, "observed-data--" UUID("11"));
	assert_string_equal(marking_at(&s, 0), marking_id(TLP_AMBER));
	/* Its observable has the id that everybody computes, and the event's marking. */
	s = get(&in, "domain-name--064f846b-2bd3-5015-8d6f-d260dbda99c1");
	assert_string_equal(marking_at(&s, 0), marking_id(TLP_AMBER));
	s = get(&in, "x-misp-attribute--" UUID("12"));
	assert_slice(stix_text(&s, "x_misp_value", &arena), "seen twice");
	s = get(&in, "vulnerability--" UUID("13"));
	assert_slice(stix_text(&s, "name", &arena), "CVE-2030-1");
	assert_int_equal(in.refused, 1);
	assert_string_equal(in.refusal[0].where, "/Event/Attribute/4/value");
	s = get(&in, "indicator--" UUID("15"));
	assert_true(s.revoked);
	misp_in_free(&in);
}

/* Whatever narrows narrows: an unknown colour, one organisation, a sharing group; below the event as at it. */
static void only_narrower(void **state)
{
	struct misp_in in = read_ok(
		EVENT("\"distribution\":\"0\",\"Attribute\":[" IP "," A("11",
			"\"type\":\"url\",\"to_ids\":true,\"value\":\"http://b.example/\",\"Tag\":[{\"name\":\"TLP:RED\"}],"
			"\"distribution\":\"4\",\"SharingGroup\":{\"uuid\":\"" UUID(
				"77") "\"}") "]"),
		MODE_REAL);
	struct stix s = get(&in, "indicator--" UUID("10"));
	struct marking m;

	(void)state;
	marking_read(&s, &arena, &m);
	assert_int_equal(m.n_other, 1);
	s = get(&in, "indicator--" UUID("11"));
	marking_read(&s, &arena, &m);
	assert_int_equal(m.tlp, TLP_RED);
	assert_int_equal(m.n_other, 2);
	assert_slice(m.other[1], "marking-definition--" UUID("77"));
	misp_in_free(&in);
	in = read_ok(
		EVENT("\"Tag\":[{\"name\":\"tlp:purple\"}],\"Attribute\":[" IP "]"), MODE_REAL);
	s = get(&in, "indicator--" UUID("10"));
	marking_read(&s, &arena, &m);
	assert_int_equal(m.n_other, 1);
	misp_in_free(&in);
}

static void sightings_and_galaxies(void **state)
{
	struct misp_in in = read_ok(
		EVENT("\"Attribute\":[" A("10",
			"\"type\":\"domain\",\"to_ids\":true,\"value\":\"a.example\",\"Sighting\":["
			"{\"uuid\":\"" UUID("20") "\",\"type\":\"0\",\"date_sighting\":\"1700000100\",\"Organisation\":{\"name\":\"B\",\"uuid\":\"" UUID(
				"30") "\"}},"
				      "{\"uuid\":\"" UUID(
					      "21") "\",\"type\":\"1\",\"date_sighting\":\"1700000200\"},"
						    "{\"uuid\":\"" UUID(
							    "22") "\",\"type\":\"2\",\"date_sighting\":\"1700000300\"}],"
								  "\"Galaxy\":[{\"GalaxyCluster\":[{\"type\":\"mitre-attack-pattern\",\"uuid\":\"" UUID(
									  "40") "\"}]}]") "],"
											  "\"Galaxy\":[{\"GalaxyCluster\":[{\"type\":\"mitre-malware\",\"uuid\":\"" UUID(
												  "41") "\"},{\"type\":\"country\",\"uuid\":\"" UUID("42") "\"}]}]"),
		MODE_REAL);
	struct stix s = get(&in, "sighting--" UUID("20"));

	(void)state;
	assert_slice(stix_text(&s, "sighting_of_ref", &arena), "indicator--" UUID("10"));
	(void)get(&in, "identity--" UUID("30"));
	s = get(&in, "opinion--" UUID("21"));
	assert_slice(stix_text(&s, "opinion", &arena), "strongly-disagree");
	(void)get(&in, "note--" UUID("22"));
	s = get(&in, "report--" UUID("01"));
	assert_true(slice_search(s.bytes, SLICE("malware--" UUID("41"))) > 0);
	assert_true(slice_search(s.bytes, SLICE(UUID("42"))) < 0);
	assert_true(
		slice_search(buf_slice(&in.bundle), SLICE("\"attack-pattern--" UUID("40"))) > 0);
	misp_in_free(&in);
}

static void an_exercise_is_none(void **state)
{
	const char *text = EVENT(
		"\"Tag\":[{\"name\":\"exercise:cyber-europe=\\\"2016\\\"\"}],\"Attribute\":[" IP
		"]");
	struct misp_in in = read_ok(text, MODE_REAL);

	(void)state;
	assert_int_equal(in.objects, 0);
	assert_string_equal(in.refusal[0].where, "/Event/Tag");
	misp_in_free(&in);
	in = read_ok(text, MODE_EXERCISE);
	(void)get(&in, "indicator--" UUID("10"));
	misp_in_free(&in);
}

static void no_events(void **state)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {{"", E_SYNTAX}, {"{", E_SYNTAX}, {"{}", E_INVALID}, {"[1]", E_INVALID},
		{"{\"type\":\"bundle\"}", E_INVALID}, {"{\"response\":\"x\"}", E_INVALID},
		{"{\"Event\":{},\"Event\":{}}", E_SYNTAX}};
	struct misp_in in;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct why why = {0};
		int rc = misp_read(slice_str(bad[i].text), MODE_REAL, &arena, &in, &why);

		if (rc != bad[i].code)
			fail_msg("%s: %d %s", bad[i].text, rc, why.text);
		assert_true(why.text[0]);
	}
	/* An event that says nothing that could be taken is told, not failed. */
	in = read_ok("{\"Event\":{}}", MODE_REAL);
	assert_int_equal(in.refused, 1);
	misp_in_free(&in);
	in = read_ok("{\"response\":[]}", MODE_REAL);
	assert_int_equal(in.objects, 0);
	misp_in_free(&in);
}

static size_t objects_of(const struct misp_in *in, struct misp_object *ret, size_t max)
{
	struct json_doc doc;
	size_t n = 0;

	assert_int_equal(json_read(&doc, &arena, arena_copy(&arena, buf_slice(&in->bundle)),
				 &json_limits_local, NULL),
		0);
	json_ref list = json_get(&doc, json_root(&doc), "objects");
	for (json_ref v = json_first(&doc, list); v && n < max; v = json_next(&doc, v))
		ret[n++] = (struct misp_object){json_raw(&doc, v), TLP_NONE};
	return n;
}

/* There and back again and there: the same objects. */
static void back_again(void **state)
{
	struct misp_in
		in =
			read_ok(EVENT(
					"\"Tag\":[{\"name\":\"tlp:green\"},{\"name\":\"type:OSINT\"}],\"Attribute\":[" IP
					"," A("11", "\"type\":\"domain\",\"category\":\"Network activity\",\"to_ids\":false,\"comment\":\"parked\",\"value\":\"a.example\"") "," A("12", "\"type\":\"comment\",\"category\":\"Other\",\"to_ids\":false,\"value\":\"seen\"") "," A(
						"13", "\"type\":\"filename|sha1\",\"category\":\"Payload delivery\",\"to_ids\":true,\"value\":\"a'b|da39a3ee5e6b4b0d3255bfef95601890afd80709\","
						      "\"Sighting\":[{\"uuid\":\"" UUID("20") "\",\"type\":\"0\",\"date_sighting\":\"1700000100\"}]") "],\"Object\":[{\"uuid\":\"" UUID("50") "\",\"name\":\"file\",\"meta-category\":\"file\",\"timestamp\":\"1700000000\",\"Attribute\":[" A("51", "\"type\":\"mutex\",\"category\":\"Artifacts dropped\",\"object_relation\":\"mutex\",\"to_ids\":true,\"value\":\"m\"") "],\"ObjectReference\":[{\"uuid\":\"" UUID("60") "\",\"referenced_uuid\":\"" UUID("10") "\",\"relationship_type\":\"Connected_To\"}]}],"
																																																														    "\"EventReport\":[{\"uuid\":\"" UUID(
																																																															    "70") "\",\"name\":\"Notes\",\"content\":\"# What\",\"timestamp\":\"1700000000\"}]"),
				MODE_REAL),
		again;
	struct misp_wish wish = {.report = SLICE("report--" UUID("01")), .now_ms = 1};
	struct buf text CLEANUP_BUF = BUF(1 * MIB);
	struct misp_object o[64];
	struct why why = {0};
	size_t n = objects_of(&in, o, 64), left = 9;

	(void)state;
	assert_int_equal(in.refused, 0);
	if (misp_write(&wish, o, n, &arena, &text, &left, &why) < 0)
		fail_msg("%s", why.text);
	assert_int_equal(left, 0);
	again = read_ok(arena_string(&arena, buf_slice(&text)), MODE_REAL);
	assert_int_equal(again.refused, 0);
	assert_int_equal(again.objects, in.objects);
	assert_true(slice_search(buf_slice(&text), SLICE("\"distribution\":\"0\"")) > 0);
	assert_true(slice_search(buf_slice(&text), SLICE("\"name\":\"tlp:green\"")) > 0);
	for (size_t i = 0; i < n; i++) {
		struct stix a, b;

		assert_int_equal(stix_read(&a, &arena, o[i].bytes, NULL), 0);
		b = get(&again, arena_string(&arena, a.id));
		if (slice_is(a.type, "indicator"))
			assert_true(slice_eq(stix_text(&a, "pattern", &arena),
				stix_text(&b, "pattern", &arena)));
		assert_true(slice_eq(a.version, b.version));
	}
	misp_in_free(&in);
	misp_in_free(&again);
}

#define STIX(type, n, rest)                                                                                      \
	"{\"type\":\"" type "\",\"spec_version\":\"2.1\",\"id\":\"" type "--" UUID(                              \
		n) "\",\"created\":\"2024-01-01T00:00:00.000Z\",\"modified\":\"2024-01-01T00:00:00.000Z\"," rest \
		   "}"
#define INDICATOR(n, pattern, rest)                                                                \
	STIX("indicator", n,                                                                       \
		"\"pattern\":\"" pattern                                                           \
		"\",\"pattern_type\":\"stix\",\"valid_from\":\"2024-01-01T00:00:00Z\"" rest)

/* What never was in MISP: a list gives values, more than a list its pattern; a marking without a tag keeps an object at home. */
static void not_from_misp(void **state)
{
	const struct misp_object o[] = {
		{SLICE(INDICATOR("10",
			 "[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'a.example']", "")),
			TLP_GREEN},
		{SLICE(INDICATOR("11", "[url:value LIKE 'http://%']", "")), TLP_NONE},
		{SLICE(INDICATOR("12", "[url:value = 'http://secret.example/']",
			 ",\"object_marking_refs\":[\"marking-definition--" UUID("99") "\"]")),
			TLP_NONE},
		{SLICE(STIX("campaign", "13", "\"name\":\"c\"")), TLP_NONE},
	};
	struct misp_wish wish = {.name = SLICE("n"), .org = SLICE("o"), .now_ms = 1704067200000};
	struct buf text CLEANUP_BUF = BUF(1 * MIB);
	size_t left = 0;

	(void)state;
	assert_int_equal(misp_write(&wish, o, COUNT_OF(o), &arena, &text, &left, NULL), 0);
	assert_int_equal(left, 1);
	assert_true(
		slice_search(buf_slice(&text),
			SLICE("\"type\":\"ip-dst\",\"category\":\"Network activity\",\"value\":\"192.0.2.1\"")) >
		0);
	assert_true(slice_search(buf_slice(&text), SLICE("\"value\":\"a.example\"")) > 0);
	assert_true(slice_search(buf_slice(&text), SLICE("\"type\":\"stix2-pattern\"")) > 0);
	assert_true(slice_search(buf_slice(&text), SLICE("\"name\":\"tlp:green\"")) > 0);
	assert_true(slice_search(buf_slice(&text), SLICE("secret.example")) < 0);
}

#define IPV4(n, value, rest)                                                                       \
	"{\"type\":\"ipv4-addr\",\"id\":\"ipv4-addr--" UUID(n) "\",\"value\":\"" value "\"" rest "}"
#define MARKED(id) ",\"object_marking_refs\":[\"marking-definition--" id "\"]"
#define TLP_RED_ID "e828b379-4e03-4974-9ac4-e53a884c97c1"
#define OBSERVED(n, sco)                                                                                  \
	STIX("observed-data", n,                                                                          \
		"\"first_observed\":\"2024-01-01T00:00:00Z\",\"last_observed\":\"2024-01-01T00:00:00Z\"," \
		"\"number_observed\":1,\"object_refs\":[\"ipv4-addr--" UUID(sco) "\"]")
#define SIGHTING(n, of, rest)                                                                      \
	STIX("sighting", n, "\"sighting_of_ref\":\"indicator--" UUID(of) "\"" rest)

static struct slice written(const struct misp_object *o, size_t n, size_t *left)
{
	struct misp_wish wish = {.name = SLICE("n"), .org = SLICE("o"), .now_ms = 1704067200000};
	struct buf text CLEANUP_BUF = BUF(1 * MIB);

	assert_int_equal(misp_write(&wish, o, n, &arena, &text, left, NULL), 0);
	return arena_copy(&arena, buf_slice(&text));
}

/* What an observable is marked with holds for the attribute, though the observed-data that names it is open. */
static void parts_are_marked(void **state)
{
	const struct misp_object red[] = {{SLICE(OBSERVED("20", "21")), TLP_NONE},
		{SLICE(IPV4("21", "192.0.2.21", MARKED(TLP_RED_ID))), TLP_NONE}};
	const struct misp_object unknown[] = {{SLICE(OBSERVED("22", "23")), TLP_NONE},
		{SLICE(IPV4("23", "192.0.2.23", MARKED(UUID("99")))), TLP_NONE}};
	const struct misp_object label[] = {{SLICE(OBSERVED("24", "25")), TLP_GREEN},
		{SLICE(IPV4("25", "192.0.2.25", "")), TLP_AMBER}};
	/* Sightings have no tags: one that is marked tighter than what was seen stays at home. */
	const struct misp_object seen[] = {
		{SLICE(INDICATOR("26", "[ipv4-addr:value = '192.0.2.26']", "")), TLP_GREEN},
		{SLICE(SIGHTING("27", "26", "")), TLP_GREEN},
		{SLICE(SIGHTING("28", "26", MARKED(TLP_RED_ID))), TLP_NONE}};
	size_t left = 0;

	(void)state;
	struct slice text = written(red, 2, &left);
	assert_true(slice_search(text, SLICE("192.0.2.21")) > 0);
	assert_true(slice_search(text, SLICE("\"name\":\"tlp:red\"")) > 0);
	text = written(unknown, 2, &left);
	assert_true(slice_search(text, SLICE("192.0.2.23")) < 0);
	assert_true(left >= 1);
	text = written(label, 2, &left);
	assert_true(slice_search(text, SLICE("\"name\":\"tlp:amber\"")) > 0);
	assert_true(slice_search(text, SLICE("tlp:green")) < 0);
	text = written(seen, 3, &left);
	assert_true(slice_search(text, SLICE("\"uuid\":\"" UUID("27") "\"")) > 0);
	assert_true(slice_search(text, SLICE("\"uuid\":\"" UUID("28") "\"")) < 0);
	assert_int_equal(left, 1);
}

/* An attribute that was changed moves the event's own time, or nobody who has the event takes the change in. */
static void newer_parts_move_the_event(void **state)
{
	const char *report = STIX("report", "30",
		"\"name\":\"r\",\"published\":\"2024-01-01T00:00:00Z\",\"object_refs\":[\"indicator--" UUID(
			"31") "\"]");
	const char *changed = "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--" UUID(
		"31") "\",\"created\":\"2024-01-01T00:00:00.000Z\",\"modified\":\"2024-03-01T00:00:00.000Z\","
		      "\"pattern\":\"[ipv4-addr:value = '192.0.2.1']\",\"pattern_type\":\"stix\",\"valid_from\":\"2024-01-01T00:00:00Z\"}";
	const struct misp_object o[] = {
		{slice_str(report), TLP_NONE}, {slice_str(changed), TLP_NONE}};
	struct misp_wish wish = {
		.report = SLICE("report--" UUID("30")), .now_ms = 1735689600000 /* 2025-01-01 */};
	struct buf text CLEANUP_BUF = BUF(1 * MIB);
	size_t left;

	(void)state;
	assert_int_equal(misp_write(&wish, o, 2, &arena, &text, &left, NULL), 0);
	assert_true(slice_search(buf_slice(&text),
			    SLICE("\"date\":\"2024-01-01\",\"timestamp\":\"1709251200\"")) > 0);
	/* A clock that runs ahead does not carry it into the future. */
	buf_clear(&text);
	wish.now_ms = 1706745600000; /* 2024-02-01 */
	assert_int_equal(misp_write(&wish, o, 2, &arena, &text, &left, NULL), 0);
	assert_true(slice_search(buf_slice(&text),
			    SLICE("\"date\":\"2024-01-01\",\"timestamp\":\"1704067200\"")) > 0);
}

/* A reference into another event is told. */
static void references_elsewhere(void **state)
{
	struct misp_in in = read_ok(
		EVENT("\"Object\":[{\"uuid\":\"" UUID("50") "\",\"name\":\"file\",\"meta-category\":\"file\",\"timestamp\":\"1700000000\",\"Attribute\":[" A("51", "\"type\":\"mutex\",\"category\":\"Artifacts dropped\",\"object_relation\":\"mutex\",\"to_ids\":true,\"value\":\"m\"") "],\"ObjectReference\":[{\"uuid\":\"" UUID(
			"60") "\",\"referenced_uuid\":\"" UUID("77") "\",\"relationship_type\":\"x\"}]}]"),
		MODE_REAL);

	(void)state;
	assert_int_equal(in.refused, 1);
	assert_string_equal(
		in.refusal[0].where, "/Event/Object/0/ObjectReference/0/referenced_uuid");
	misp_in_free(&in);
}

/* What stands once in an event is not written out for everything in it that refers to it. */
static void long_once(void **state)
{
	static const char *const rows[][4] = {
		{"\"Orgc\":{\"name\":\"n\",\"uuid\":\"\\u006f", "\"},\"Attribute\":[",
			"{\"distribution\":0}", "]"},
		{"\"Orgc\":{\"name\":\"n\",\"uuid\":\"\\u006f", "\"},\"Attribute\":[",
			"{\"distribution\":4,\"sharing_group_id\":\"x\"}", "]"},
		{"\"Object\":[{\"uuid\":\"\\u006f", "\",\"ObjectReference\":[", "{}", "]}]"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena own CLEANUP_ARENA = ARENA(32 * MIB);
		struct buf b CLEANUP_BUF = BUF(2 * MIB);
		struct misp_in in;
		struct why why = {0};

		buf_addf(&b,
			"{\"Event\":{\"uuid\":\"" UUID(
				"01") "\",\"info\":\"x\",\"timestamp\":\"1700000000\",%s",
			rows[i][0]);
		for (int k = 0; k < 65000; k++)
			buf_byte(&b, 'o');
		buf_str(&b, rows[i][1]);
		for (int k = 0; k < 17000; k++)
			buf_addf(&b, "%s%s", k ? "," : "", rows[i][2]);
		buf_addf(&b, "%s}}", rows[i][3]);
		assert_int_equal(misp_read(buf_slice(&b), MODE_REAL, &own, &in, &why), 0);
		assert_int_equal(in.objects, 0);
		assert_true(in.refused > 0);
		misp_in_free(&in);
	}
}

/* An organisation whose UUID is none, and a number of a sharing group that is none: held back all the same. */
static void nobodys_group(void **state)
{
	static const char *const rows[] = {"\"distribution\":\"0\"",
		"\"distribution\":\"4\",\"sharing_group_id\":\"some\"", "\"distribution\":\"4\""};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b CLEANUP_BUF = BUF(64 * KIB);
		struct misp_in in;
		struct stix s;

		buf_addf(&b,
			"{\"Event\":{\"uuid\":\"" UUID(
				"01") "\",\"info\":\"x\",\"timestamp\":\"1700000000\",%s,"
				      "\"Orgc\":{\"name\":\"n\",\"uuid\":\"nobody\"},\"Attribute\":[" IP
				      "]}}",
			rows[i]);
		in = read_ok(buf_cstr(&b), MODE_REAL);
		s = get(&in, "indicator--" UUID("10"));
		assert_true(strncmp(marking_at(&s, 0), "marking-definition--", 20) == 0);
		misp_in_free(&in);
	}
}

/* What an object says it says with each of its values, and what many name stands at each of them: an event ends where that is too much, whatever the objects weigh. */
static void written_again_and_again(void **state)
{
	enum { LONG = 200000, MANY = 5000 };

	(void)state;
	for (int many_values = 0; many_values < 2; many_values++) {
		struct arena own CLEANUP_ARENA = ARENA(128 * MIB);
		struct buf b CLEANUP_BUF = BUF(8 * MIB), text CLEANUP_BUF = BUF(LIMIT_MISP_BUNDLE);
		struct misp_wish wish = {.name = SLICE("x"), .org = SLICE("y"), .now_ms = 1};
		struct misp_object *o = arena_array(&own, struct misp_object, MANY + 2);
		struct why why = {0};
		size_t n = 0, left;

		buf_str(&b,
			many_values
				? "{\"type\":\"indicator\",\"id\":\"indicator--" UUID("10")
				: "{\"type\":\"malware\",\"is_family\":false,\"id\":\"malware--" UUID(
					  "10"));
		buf_str(&b,
			"\",\"spec_version\":\"2.1\",\"created\":\"2024-01-01T00:00:00.000Z\",\"modified\":\"2024-01-01T00:00:00.000Z\","
			"\"external_references\":[{\"source_name\":\"mitre-attack\",\"external_id\":\"S1\"}],");
		buf_str(&b, many_values ? "\"description\":\"\\u0041" : "\"name\":\"\\u0041");
		for (int i = 0; i < LONG; i++)
			buf_byte(&b, 'x');
		if (many_values) {
			buf_str(&b,
				"\",\"pattern_type\":\"stix\",\"valid_from\":\"2024-01-01T00:00:00Z\",\"pattern\":\"[ipv4-addr:value = '192.0.2.1'");
			for (int i = 0; i < MANY; i++)
				buf_addf(
					&b, " OR ipv4-addr:value = '10.0.%d.%d'", i / 250, i % 250);
			buf_str(&b, "]");
		}
		buf_str(&b, "\"}");
		o[n++].bytes = arena_copy(&own, buf_slice(&b));
		if (!many_values)
			o[n++].bytes =
				SLICE(INDICATOR("11", "[ipv4-addr:value = '192.0.2.1']", ""));
		for (int i = 0; i < MANY && !many_values; i++)
			o[n++].bytes = slice_str(arena_printf(&own,
				"{\"type\":\"relationship\",\"id\":\"relationship--5c6983c8-0000-4000-9000-%012d\",\"spec_version\":\"2.1\","
				"\"created\":\"2024-01-01T00:00:00.000Z\",\"modified\":\"2024-01-01T00:00:00.000Z\",\"relationship_type\":\"indicates\","
				"\"source_ref\":\"indicator--" UUID(
					"11") "\",\"target_ref\":\"malware--" UUID("10") "\"}",
				i));
		assert_int_equal(misp_write(&wish, o, n, &own, &text, &left, &why), E_LIMIT);
		assert_string_equal(why.text, "the event is too large");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns),
		cmocka_unit_test(an_event),
		cmocka_unit_test(only_narrower),
		cmocka_unit_test(sightings_and_galaxies),
		cmocka_unit_test(an_exercise_is_none),
		cmocka_unit_test(no_events),
		cmocka_unit_test(back_again),
		cmocka_unit_test(not_from_misp),
		cmocka_unit_test(parts_are_marked),
		cmocka_unit_test(newer_parts_move_the_event),
		cmocka_unit_test(references_elsewhere),
		cmocka_unit_test(long_once),
		cmocka_unit_test(nobodys_group),
		cmocka_unit_test(written_again_and_again),
	};
	int rc;

	crypt_init();
	arena = ARENA(1 * GIB);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return rc;
}
