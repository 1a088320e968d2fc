/*
 * fuzz_cyber_misp.c: events of MISP from anybody: refused with a reason, or every object that comes of them keeps the rules of STIX; and what is written of these
 * can be read again. Objects that nobody has named in a marking are under the same markings after that.
 */
#include "base/report.h"
#include "crypt/sign.h"
#include "work/cyber/misp.h"
#include "work/cyber/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct misp_object object[256];

/* The objects of a bundle that was made here. */
static size_t objects_of(struct slice bundle, struct arena *arena)
{
	const struct json_limits limits = {LIMIT_MISP_DEPTH + 8, LIMIT_JSON_BUNDLE_NODES};
	struct json_doc doc;
	struct why why = {0};
	size_t n = 0;

	if (json_read(&doc, arena, bundle, &limits, &why) < 0)
		MUST(false);
	json_ref list = json_get(&doc, json_root(&doc), "objects");
	for (json_ref v = json_first(&doc, list); v; v = json_next(&doc, v)) {
		struct slice bytes = json_raw(&doc, v);
		struct stix s;

		if (bytes.n > LIMIT_STIX_BYTES)
			continue;
		if (stix_read(&s, arena, bytes, &why) < 0) {
			fprintf(stderr, "%s: %s\n%.*s\n", why.where, why.text, SLICE_FMT(bytes));
			MUST(false);
		}
		if (n < sizeof(object) / sizeof(*object))
			object[n++] = (struct misp_object){bytes, TLP_NONE};
	}
	return n;
}

static void back(size_t n, struct arena *arena)
{
	struct buf text CLEANUP_BUF = BUF(LIMIT_MISP_BUNDLE);
	struct misp_wish wish = {.name = SLICE("x"), .org = SLICE("y"), .now_ms = 1767258000000LL};
	struct misp_in in;
	struct why why = {0};
	size_t left;
	int rc;

	memset(wish.uuid.b, 0x44, sizeof(wish.uuid.b));
	memset(wish.org_uuid.b, 0x84, sizeof(wish.org_uuid.b));
	for (size_t i = 0; i < n; i++) {
		struct stix s;

		if (stix_read(&s, arena, object[i].bytes, NULL) == 0 && slice_is(s.type, "report"))
			wish.report = s.id;
	}
	rc = misp_write(&wish, object, n, arena, &text, &left, &why);
	if (rc < 0) {
		MUST(rc == E_DENIED || rc == E_LIMIT);
		return;
	}
	rc = misp_read(buf_slice(&text), MODE_TEST, arena, &in, &why);
	MUST(rc == 0 || rc == E_LIMIT);
	if (rc == 0)
		misp_in_free(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(MISP_ARENA);
	struct misp_in in;
	struct why why = {0};
	int rc;

	crypt_init();
	rc = misp_read(slice_of(data, size), MODE_TEST, &arena, &in, &why);
	if (rc < 0) {
		MUST(rc == E_SYNTAX || rc == E_LIMIT || rc == E_INVALID);
		MUST(why.code == rc && why.text[0]);
		return 0;
	}
	MUST(in.refused >= in.n_refusal);
	back(objects_of(buf_slice(&in.bundle), &arena), &arena);
	misp_in_free(&in);
	return 0;
}
