/*
 * fuzz_json.c: whatever the reader takes, its tape is a tree over the input: spans lie inside their
 * parents and in order, each reads alone as what it was, keys lead to their values, and strings
 * survive being written and read.
 */
#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARENA_MAX (64 * MIB)

static void check_string(struct slice text)
{
	struct arena arena CLEANUP_ARENA = ARENA(ARENA_MAX);
	struct buf b CLEANUP_BUF = BUF(8 * MIB);
	struct json_doc doc;

	MUST(utf8_bad_at(text) < 0);
	json_quote(&b, text);
	MUST(json_read(&doc, &arena, buf_slice(&b), &json_limits_partner, NULL) == 0);
	MUST(slice_eq(json_string(&doc, json_root(&doc), &arena), text));
}

/* The bytes of a value are a document of their own. */
static void check_alone(const struct json_doc *doc, json_ref ref)
{
	struct arena arena CLEANUP_ARENA = ARENA(ARENA_MAX);
	struct json_doc alone;
	json_ref root;

	MUST(json_read(&alone, &arena, json_raw(doc, ref), &json_limits_partner, NULL) == 0);
	root = json_root(&alone);
	MUST(json_type(&alone, root) == json_type(doc, ref));
	MUST(json_count(&alone, root) == json_count(doc, ref));
	MUST(json_raw(&alone, root).n == json_raw(doc, ref).n);
}

static void check_value(
	const struct json_doc *doc, json_ref ref, struct slice inside, unsigned depth)
{
	struct arena arena CLEANUP_ARENA = ARENA(ARENA_MAX);
	struct slice raw = json_raw(doc, ref);
	const uint8_t *at = raw.p + 1;
	bool object = json_type(doc, ref) == JSON_OBJECT;
	size_t n = 0;

	MUST(depth <= LIMIT_JSON_DEPTH);
	MUST(raw.n > 0 && raw.p >= inside.p && raw.p + raw.n <= inside.p + inside.n);
	check_alone(doc, ref);
	if (json_type(doc, ref) == JSON_STRING)
		check_string(json_string(doc, ref, &arena));
	for (json_ref v = json_first(doc, ref); v; v = json_next(doc, v), n++) {
		struct slice child = json_raw(doc, v);

		MUST(child.p >= at && child.p + child.n < raw.p + raw.n);
		at = child.p + child.n;
		if (object) {
			struct slice key = json_key(doc, v, &arena);

			MUST(json_get_slice(doc, ref, key) == v);
			check_string(key);
		}
		check_value(doc, v, raw, depth + 1);
	}
	MUST(n == json_count(doc, ref));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(ARENA_MAX);
	struct slice src = slice_of(data, size);
	struct json_doc doc = {.n = 77};
	struct why why = {0};
	int rc = json_read(&doc, &arena, src, &json_limits_partner, &why);

	if (rc == 0) {
		MUST(why.code == 0);
		check_value(&doc, json_root(&doc), src, 1);
		return 0;
	}
	MUST(rc == E_SYNTAX || rc == E_LIMIT);
	MUST(why.code == rc && why.text[0] && doc.n == 77);
	MUST(utf8_bad_at(slice_str(why.where)) < 0 && utf8_bad_at(slice_str(why.text)) < 0);
	return 0;
}
