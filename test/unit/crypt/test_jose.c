/* test_jose.c: src/crypt/jose.c, against tokens that Python and openssl have signed (make_vectors.py), and forged ones. */
#include "crypt/jose.h"

#include "../unit.h"
#include "base/enc.h"
#include "crypt/sign.h"
#include "others_vectors.h"

#define N (sizeof(tokens) / sizeof(*tokens))

static struct jwks keys_of(size_t i, struct arena *arena)
{
	struct jwks keys;
	struct why why = {0};

	if (jwks_read(slice_str(tokens[i].keys), arena, &keys, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	return keys;
}

static void signed_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < N; i++) {
		struct arena arena CLEANUP_ARENA = ARENA(4 << 20);
		struct jwks keys = keys_of(i, &arena);
		struct slice payload;
		struct why why = {0};

		assert_int_equal(keys.n, 2); /* the one for encryption is passed over */
		if (jws_check(slice_str(tokens[i].token), &keys, &arena, &payload, &why) < 0)
			fail_msg("%s: %s", why.where, why.text);
		assert_true(slice_search(payload, SLICE("248289761001")) > 0);
	}
}

static void bent_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < N; i++) {
		struct arena arena CLEANUP_ARENA = ARENA(64 << 20);
		struct jwks keys = keys_of(i, &arena);
		struct slice whole = slice_str(tokens[i].token), payload;

		for (size_t at = 0; at < whole.n; at++) {
			struct arena a CLEANUP_ARENA = ARENA(1 << 20);
			char *copy = arena_string(&a, whole);

			copy[at] = copy[at] == 'A' ? 'B' : 'A';
			assert_true(jws_check(slice_str(copy), &keys, &a, &payload, NULL) < 0);
			assert_true(
				jws_check(slice_sub(whole, 0, at), &keys, &a, &payload, NULL) < 0);
		}
	}
}

/* A header and payload in front of a signature of the first token's. */
static int with_header(
	const char *header, struct slice sig, const struct jwks *keys, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 << 20);
	struct buf b CLEANUP_BUF = BUF(1 << 16);
	struct slice payload;

	buf_base64url(&b, header, strlen(header));
	buf_str(&b, ".e30.");
	buf_base64url(&b, sig.p, sig.n);
	*why = (struct why){0};
	return jws_check(buf_slice(&b), keys, &arena, &payload, why);
}

static void headers(void **state)
{
	(void)state;
	static const struct {
		const char *header;
		int code;
		const char *where;
	} row[] = {
		{"{\"alg\":\"none\",\"kid\":\"one\"}", E_INVALID, "alg"},
		{"{\"alg\":\"NONE\",\"kid\":\"one\"}", E_INVALID, "alg"},
		{"{\"alg\":\"HS256\",\"kid\":\"one\"}", E_INVALID, "alg"},
		{"{\"alg\":\"ES384\",\"kid\":\"one\"}", E_INVALID, "alg"},
		{"{\"alg\":\"PS256\",\"kid\":\"one\"}", E_INVALID, "alg"},
		{"{\"kid\":\"one\"}", E_INVALID, "alg"},
		{"{\"alg\":null}", E_INVALID, "alg"},
		{"{\"alg\":\"ES256\",\"kid\":\"one\",\"crit\":[\"b64\"],\"b64\":false}", E_INVALID,
			"crit"},
		{"{\"alg\":\"ES256\",\"kid\":\"two\"}", E_MISSING, "kid"},
		/* The algorithm is that of the key. */
		{"{\"alg\":\"RS256\",\"kid\":\"one\"}", E_INVALID, "alg"},
		{"{\"alg\":\"EdDSA\",\"kid\":\"one\"}", E_INVALID, "alg"},
		{"{\"alg\":\"ES256\",\"kid\":\"one\"}", E_VERIFY, "signature"},
		/* Without a name, the only one of its kind; and none of another. */
		{"{\"alg\":\"ES256\"}", E_VERIFY, "signature"},
		{"{\"alg\":\"EdDSA\"}", E_MISSING, "kid"},
		{"{\"alg\":\"ES256\",\"alg\":\"none\",\"kid\":\"one\"}", E_SYNTAX, NULL},
		{"[]", E_INVALID, "alg"},
		{"{", E_SYNTAX, NULL},
	};
	struct arena arena CLEANUP_ARENA = ARENA(1 << 20);
	struct jwks keys = keys_of(0, &arena);
	uint8_t sig[64] = {1};
	struct why why;

	assert_string_equal(tokens[0].alg, "ES256");
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		if (with_header(row[i].header, slice_of(sig, 64), &keys, &why) != row[i].code)
			fail_msg("%s: %d %s: %s", row[i].header, why.code, why.where, why.text);
		if (row[i].where)
			assert_string_equal(why.where, row[i].where);
	}
	/* No signature, and what is signed with the public key as a secret. */
	assert_int_equal(
		with_header("{\"alg\":\"ES256\",\"kid\":\"one\"}", SLICE_NONE, &keys, &why),
		E_VERIFY);
	assert_int_equal(with_header("{\"alg\":\"none\"}", SLICE_NONE, &keys, &why), E_INVALID);
}

static void key_sets(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int code;
	} row[] = {{"", E_SYNTAX}, {"[]", E_SYNTAX}, {"{\"keys\":{}}", E_SYNTAX},
		{"{\"keys\":[]}", E_INVALID},
		{"{\"keys\":[1,null,{}, {\"kty\":\"oct\",\"k\":\"AAAA\"}]}", E_INVALID},
		{"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}",
			E_INVALID},
		{"{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", E_INVALID},
		/* An Ed25519 key that says it is for RSA. */
		{"{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"RS256\",\"x\":"
		 "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
			E_INVALID},
		{"{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
		 "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
			0}};
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(1 << 20);
		struct jwks keys;

		assert_int_equal(
			jwks_read(slice_str(row[i].text), &arena, &keys, NULL), row[i].code);
	}
	struct buf b CLEANUP_BUF = BUF(1 << 16);
	struct arena arena CLEANUP_ARENA = ARENA(1 << 20);
	struct jwks keys;
	buf_str(&b, "{\"keys\":[{}");
	for (int i = 0; i < LIMIT_JWKS_KEYS; i++)
		buf_str(&b, ",{}");
	buf_str(&b, "]}");
	assert_int_equal(jwks_read(buf_slice(&b), &arena, &keys, NULL), E_LIMIT);
}

static int start(void **state)
{
	(void)state;
	crypt_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_ones),
		cmocka_unit_test(bent_ones),
		cmocka_unit_test(headers),
		cmocka_unit_test(key_sets),
	};
	(void)passkeys;
	return cmocka_run_group_tests(tests, start, NULL);
}
