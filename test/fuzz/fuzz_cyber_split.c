/*
 * fuzz_cyber_split.c: a bundle cut into objects is cut alike however it comes in pieces, and as a reader of the whole would cut it.
 */
#include "base/report.h"
#include "work/cyber/split.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int cut(
	struct split *s, struct slice all, size_t piece, struct split_result *ret, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < all.n; i += piece)
		rc = stix_split_feed(s, slice_sub(all, i, i + piece), why);
	return rc < 0 ? rc : stix_split_end(s, ret, why);
}

static bool same(const struct split_result *a, const struct split_result *b)
{
	if (a->n != b->n || a->frame != b->frame || a->has_objects != b->has_objects)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->at[i].from != b->at[i].from || a->at[i].n != b->at[i].n ||
			a->at[i].object != b->at[i].object)
			return false;
	return true;
}

/* All elements are JSON, so the whole is; and it has as many. */
static void against_reader(struct slice all, const struct split_result *r)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	const struct json_limits limits = {250, 1000000};
	struct json_doc doc;

	for (size_t i = 0; i < r->n; i++) {
		struct slice one = slice_sub(all, r->at[i].from, r->at[i].from + r->at[i].n);

		arena_reset(&arena);
		if (json_read(&doc, &arena, one, &limits, NULL) < 0)
			return;
		MUST(r->frame == SPLIT_ONE ||
			(json_type(&doc, json_root(&doc)) == JSON_OBJECT) == r->at[i].object);
	}
	arena_reset(&arena);
	if (json_read(&doc, &arena, all, &limits, NULL) < 0)
		must_fail("the pieces are JSON, and the whole is not", __FILE__, __LINE__);
	if (r->frame != SPLIT_ONE)
		MUST(json_count(&doc, json_get(&doc, json_root(&doc), "objects")) == r->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct split *whole = stix_split_new(), *pieces = stix_split_new();
	struct split_result a = {0}, b = {0};
	struct why why = {0};
	size_t piece = size ? data[0] % 7 + 1 : 1;
	struct slice all = size ? slice_of(data + 1, size - 1) : SLICE_NONE;
	int rc = cut(whole, all, all.n + 1, &a, &why);

	MUST(cut(pieces, all, piece, &b, NULL) == rc);
	if (rc == 0) {
		MUST(same(&a, &b));
		against_reader(all, &a);
	} else {
		MUST(rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT);
		MUST(why.text[0]);
	}
	stix_split_free(&whole);
	stix_split_free(&pieces);
	return 0;
}
