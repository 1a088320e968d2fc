/*
 * The strict Ed25519 rule (§2.12) against other people's vectors. They are not part of the project:
 * they lie in the folder that ENTENTE_DATA names, and without it these tests are skipped, which is
 * said.
 */
#include "unit.h"

#include "base/file.h"
#include "base/limits.h"
#include "crypt/sign.h"
#include "json/json.h"

#define VECTORS_BYTES (4 * MIB)
#define MESSAGE_BYTES 4096

struct vectors {
	struct buf text;
	struct arena arena;
	struct json_doc doc;
};

static struct vectors cctv, wycheproof;

static const char *data_folder(void)
{
	const char *folder = getenv("ENTENTE_DATA");

	return folder != NULL && folder[0] != '\0' ? folder : ENTENTE_DATA_DEFAULT;
}

static void vectors_close(struct vectors *v)
{
	arena_free(&v->arena);
	buf_free(&v->text);
}

/* False, with a line printed, if the file is not there. A file that is there must be readable. */
static bool vectors_open(struct vectors *v, const char *name)
{
	struct why why = {0};

	buf_init(&v->text, VECTORS_BYTES);
	v->arena = ARENA(LIMIT_REQUEST_ARENA);
	const char *path = arena_printf(&v->arena, "%s/vectors/%s", data_folder(), name);
	if (!file_exists(path)) {
		printf("SKIPPED: no %s (set ENTENTE_DATA)\n", path);
		vectors_close(v);
		return false;
	}
	int rc = file_read(path, &v->text, &why);
	if (rc == 0)
		rc = json_read(&v->doc, &v->arena, buf_slice(&v->text), &json_limits_local, &why);
	if (rc < 0)
		fail_msg("%s: %s %s", path, why.where, why.text);
	return true;
}

/* Bytes of the hex string `key`, if they fit; their number, or SIZE_MAX. */
static size_t hex_member(
	struct vectors *v, json_ref object, const char *key, uint8_t *ret, size_t max)
{
	struct slice hex = json_string(&v->doc, json_get(&v->doc, object, key), &v->arena);

	assert_non_null(hex.p);
	if (hex.n % 2 != 0 || hex.n / 2 > max || hex_decode(hex, ret, hex.n / 2) < 0)
		return SIZE_MAX;
	return hex.n / 2;
}

static bool flag_is(struct vectors *v, json_ref vector, const char *flag)
{
	json_ref flags = json_get(&v->doc, vector, "flags");

	for (json_ref f = json_first(&v->doc, flags); f; f = json_next(&v->doc, f)) {
		if (slice_is(json_string(&v->doc, f, &v->arena), flag))
			return true;
	}
	return false;
}

/*
 * What the strict rule says to a vector of this description. A residue of low order is left over
 * exactly when only the equation multiplied by the cofactor holds. A component of low order in A or
 * R alone does no harm, and neither does the way k was computed: it differs only for encodings that
 * are refused.
 */
static bool strict_accepts(struct vectors *v, json_ref vector)
{
	return !flag_is(v, vector, "low_order_A") && !flag_is(v, vector, "low_order_R") &&
	       !flag_is(v, vector, "non_canonical_A") && !flag_is(v, vector, "non_canonical_R") &&
	       !flag_is(v, vector, "low_order_residue");
}

static void cctv_edge_cases(void **state)
{
	size_t n = 0, accepted = 0;

	(void)state;
	if (!vectors_open(&cctv, "ed25519_cctv.json"))
		skip();
	json_ref all = json_root(&cctv.doc);
	for (json_ref t = json_first(&cctv.doc, all); t; t = json_next(&cctv.doc, t), n++) {
		struct pubkey pub;
		struct signature sig;
		struct slice message =
			json_string(&cctv.doc, json_get(&cctv.doc, t, "msg"), &cctv.arena);

		assert_int_equal(hex_member(&cctv, t, "key", pub.b, sizeof(pub.b)), 32);
		assert_int_equal(hex_member(&cctv, t, "sig", sig.b, sizeof(sig.b)), 64);
		assert_non_null(message.p);
		bool valid = sign_check(&pub, message, &sig);
		if (valid != strict_accepts(&cctv, t))
			fail_msg("vector %zu: %s", n, valid ? "accepted" : "refused");
		accepted += valid;
	}
	printf("CCTV: %zu vectors, %zu accepted\n", n, accepted);
	/* The strict rule takes just those that every verifier takes. */
	assert_int_equal(n, 914);
	assert_int_equal(accepted, 43);
	vectors_close(&cctv);
}

/* One test of a group; returns whether it was accepted. */
static bool wycheproof_case(struct vectors *v, json_ref test, const struct pubkey *pub)
{
	uint8_t message[MESSAGE_BYTES];
	struct signature sig;
	struct slice result = json_string(&v->doc, json_get(&v->doc, test, "result"), &v->arena);
	int64_t id;

	assert_int_equal(json_i64(&v->doc, json_get(&v->doc, test, "tcId"), &id), 0);
	size_t n = hex_member(v, test, "msg", message, sizeof(message));
	assert_true(n != SIZE_MAX);
	/* A signature of another length than 64 cannot even be written down in our types. */
	bool valid = hex_member(v, test, "sig", sig.b, sizeof(sig.b)) == sizeof(sig.b) &&
		     sign_check(pub, slice_of(message, n), &sig);
	assert_true(slice_is(result, "valid") || slice_is(result, "invalid"));
	if (valid != slice_is(result, "valid"))
		fail_msg("tcId %d: %s", (int)id, valid ? "accepted" : "refused");
	return valid;
}

static void wycheproof_cases(void **state)
{
	size_t n = 0, accepted = 0;
	struct vectors *v = &wycheproof;

	(void)state;
	if (!vectors_open(v, "ed25519_wycheproof.json"))
		skip();
	json_ref groups = json_get(&v->doc, json_root(&v->doc), "testGroups");
	for (json_ref g = json_first(&v->doc, groups); g; g = json_next(&v->doc, g)) {
		struct pubkey pub;
		json_ref key = json_get(&v->doc, g, "publicKey");
		json_ref tests = json_get(&v->doc, g, "tests");

		assert_int_equal(hex_member(v, key, "pk", pub.b, sizeof(pub.b)), 32);
		for (json_ref t = json_first(&v->doc, tests); t; t = json_next(&v->doc, t), n++)
			accepted += wycheproof_case(v, t, &pub);
	}
	printf("Wycheproof: %zu vectors, %zu accepted\n", n, accepted);
	assert_int_equal(n, 151);
	assert_int_equal(accepted, 88);
	vectors_close(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cctv_edge_cases),
		cmocka_unit_test(wycheproof_cases),
	};

	crypt_init();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	/* 77 is how meson is told that a test was skipped. */
	return failed == 0 && !file_exists(data_folder()) ? 77 : failed;
}
