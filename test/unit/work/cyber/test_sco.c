/*
 * Deterministic ids of observables: the examples of STIX 2.1, of which the computed ids count (21 of the printed ones are stale). Vectors of others lie outside the
 * repository.
 */
#include "unit.h"

#include "work/cyber/sco.h"

#include "base/file.h"
#include "crypt/sign.h"

#include <stdlib.h>

static char vectors[4096];

static void id_is(const char *json, const char *expected)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 << 20);
	struct buf id CLEANUP_BUF = BUF(400);
	struct json_doc doc;
	struct stix_uuid uuid;
	struct why why = {0};

	if (json_read(&doc, &arena, slice_str(json), &json_limits_partner, &why) < 0)
		fail_msg("%s: %s", json, why.text);
	struct slice type = json_string(&doc, json_get(&doc, json_root(&doc), "type"), &arena);
	int rc = sco_uuid(&doc, json_root(&doc), type, &arena, &uuid);
	if (!expected) {
		assert_int_equal(rc, E_MISSING);
		return;
	}
	assert_int_equal(rc, 0);
	stix_id_print(&id, type, &uuid);
	assert_string_equal(buf_cstr(&id), expected);
}

static void known(void **state)
{
	(void)state;
	id_is("{\"type\":\"ipv4-addr\",\"value\":\"198.51.100.3\"}",
		"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
	/* Neither order nor what does not contribute matters. */
	id_is("{\"x_note\":1,\"value\":\"198.51.100.3\",\"type\":\"ipv4-addr\"}",
		"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
	id_is("{\"type\":\"process\",\"pid\":7}", NULL);
	id_is("{\"type\":\"user-account\",\"display_name\":\"x\"}", NULL);
	id_is("{\"type\":\"x-other\",\"value\":\"x\"}", NULL);
}

static void line_check(struct slice line, unsigned number)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 << 20);
	struct buf id CLEANUP_BUF = BUF(400), name CLEANUP_BUF = BUF(1 << 16);
	struct json_doc doc;
	struct stix_uuid uuid;

	assert_int_equal(json_read(&doc, &arena, line, &json_limits_partner, NULL), 0);
	json_ref root = json_root(&doc), object = json_get(&doc, root, "object");
	struct slice type = json_string(&doc, json_get(&doc, root, "type"), &arena);
	struct slice expected = json_string(&doc, json_get(&doc, root, "computed"), &arena);
	struct slice text = json_string(&doc, json_get(&doc, root, "name"), &arena);
	if (!expected.p) /* nothing contributes: a random one */
		return;
	if (sco_uuid(&doc, object, type, &arena, &uuid) < 0 ||
		sco_name(&doc, object, type, &arena, &name) < 0)
		fail_msg("line %u has no id", number);
	stix_id_print(&id, type, &uuid);
	if (!slice_eq(buf_slice(&id), expected))
		fail_msg("line %u: %s from %s, expected %.*s", number, buf_cstr(&id),
			buf_cstr(&name), SLICE_FMT(expected));
	if (text.p && !slice_eq(buf_slice(&name), text))
		fail_msg("line %u: %s, expected %.*s", number, buf_cstr(&name), SLICE_FMT(text));
}

static void listed(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1 << 20);
	struct slice rest, line;
	unsigned n = 0;

	(void)state;
	if (!file_exists(vectors)) {
		print_message("SKIPPED: no %s (set ENTENTE_DATA)\n", vectors);
		skip();
	}
	assert_int_equal(file_read(vectors, &b, NULL), 0);
	rest = buf_slice(&b);
	while (slice_cut(&rest, '\n', &line))
		if (line.n)
			line_check(line, ++n);
	assert_int_equal(n, 78);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(known), cmocka_unit_test(listed)};
	const char *data = getenv("ENTENTE_DATA");

	snprintf(vectors, sizeof(vectors), "%s/cyber/sco-ids.jsonl",
		data && data[0] ? data : ENTENTE_DATA_DEFAULT);
	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
