/* test_webauthn.c: src/crypt/webauthn.c and pk.c, against passkeys that Python and openssl have made (make_vectors.py). */
#include "unit.h"

#include "crypt/sign.h"
#include "crypt/webauthn.h"
#include "others_vectors.h"

#define N (sizeof(passkeys) / sizeof(*passkeys))

static const struct webauthn_expect expect = {
	.challenge = {(const uint8_t *)"dGhlIGNoYWxsZW5nZSBvZiB0aGUgdGVzdA", 34},
	.origin = "https://alb.example:8470",
	.rp_id = "alb.example"};

static struct webauthn_credential made(size_t i, struct arena *arena)
{
	struct webauthn_credential c;
	struct why why = {0};

	if (webauthn_register(
		    &expect, passkeys[i].client, passkeys[i].attestation, arena, &c, &why) < 0)
		fail_msg("%s: %s: %s", passkeys[i].alg, why.where, why.text);
	return c;
}

static void registered_and_used(void **state)
{
	(void)state;
	for (size_t i = 0; i < N; i++) {
		struct arena arena CLEANUP_ARENA = ARENA(1 << 20);
		struct webauthn_credential c = made(i, &arena);
		struct webauthn_said said;
		struct slice text;

		assert_string_equal(pk_alg_name(c.key.alg), passkeys[i].alg);
		assert_true(slice_eq(c.id, passkeys[i].id));
		assert_int_equal(c.said.counter, 7);
		assert_true(c.said.backup_able && c.said.backed_up);
		assert_int_equal(webauthn_assert(&expect, &c.key, passkeys[i].get, passkeys[i].auth,
					 passkeys[i].sig, &arena, &said, NULL),
			0);
		assert_int_equal(said.counter, 8);
		assert_false(said.backup_able);
		assert_int_equal(webauthn_challenge(passkeys[i].get, &arena, &text, NULL), 0);
		assert_true(slice_eq(text, expect.challenge));
		/* Its own signature is taken, nobody else's. */
		assert_int_equal(webauthn_register(&expect, passkeys[i].client, passkeys[i].packed,
					 &arena, &c, NULL),
			0);
		for (size_t k = 0; k < N; k++)
			if (k != i)
				assert_int_equal(webauthn_assert(&expect, &c.key, passkeys[k].get,
							 passkeys[k].auth, passkeys[k].sig, &arena,
							 &said, NULL),
					E_VERIFY);
	}
}

static void other_expectations(void **state)
{
	(void)state;
	struct arena arena CLEANUP_ARENA = ARENA(1 << 20);
	struct webauthn_credential c = made(0, &arena), again;
	struct webauthn_expect other[] = {expect, expect, expect, expect};
	struct webauthn_said said;

	other[0].challenge = SLICE("dGhlIGNoYWxsZW5nZSBvZiB0aGUgdGVzdB");
	other[1].origin = "https://alb.example";
	other[2].rp_id = "example";
	other[3].challenge = SLICE("");
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(webauthn_register(&other[i], passkeys[0].client,
					 passkeys[0].attestation, &arena, &again, NULL),
			E_INVALID);
		assert_int_equal(webauthn_assert(&other[i], &c.key, passkeys[0].get,
					 passkeys[0].auth, passkeys[0].sig, &arena, &said, NULL),
			E_INVALID);
	}
	/* What was made for one purpose is not taken for the other. */
	assert_int_equal(webauthn_register(&expect, passkeys[0].get, passkeys[0].attestation,
				 &arena, &again, NULL),
		E_INVALID);
	assert_int_equal(webauthn_assert(&expect, &c.key, passkeys[0].client, passkeys[0].auth,
				 passkeys[0].sig, &arena, &said, NULL),
		E_INVALID);
}

/* Every single bit of what is signed, and of the signature: nobody is let in. */
static void bent_assertions(void **state)
{
	(void)state;
	for (size_t i = 0; i < N; i++) {
		struct arena arena CLEANUP_ARENA = ARENA(16 << 20);
		struct webauthn_credential c = made(i, &arena);
		struct slice part[] = {passkeys[i].get, passkeys[i].auth, passkeys[i].sig};
		struct webauthn_said said;

		for (size_t p = 0; p < 3; p++)
			for (size_t bit = 0; bit < part[p].n * 8; bit += p == 2 ? 5 : 1) {
				struct arena a CLEANUP_ARENA = ARENA(1 << 20);
				struct slice in[] = {part[0], part[1], part[2]};
				uint8_t *copy = arena_alloc(&a, part[p].n);

				memcpy(copy, part[p].p, part[p].n);
				copy[bit / 8] = (uint8_t)(copy[bit / 8] ^ 1u << bit % 8);
				in[p] = slice_of(copy, part[p].n);
				assert_true(webauthn_assert(&expect, &c.key, in[0], in[1], in[2],
						    &a, &said, NULL) < 0);
			}
		for (size_t n = 0; n < part[1].n; n++)
			assert_true(
				webauthn_assert(&expect, &c.key, part[0], slice_sub(part[1], 0, n),
					part[2], &arena, &said, NULL) < 0);
	}
}

static void bent_attestations(void **state)
{
	(void)state;
	for (size_t i = 0; i < N; i++) {
		struct slice whole = passkeys[i].packed;
		struct webauthn_credential c;
		struct arena arena CLEANUP_ARENA = ARENA(16 << 20);

		for (size_t n = 0; n < whole.n; n++)
			assert_true(webauthn_register(&expect, passkeys[i].client,
					    slice_sub(whole, 0, n), &arena, &c, NULL) < 0);
		/* Signed by the key itself: a bit that is bent is noticed wherever it is. */
		for (size_t bit = 0; bit < whole.n * 8; bit += 3) {
			struct arena a CLEANUP_ARENA = ARENA(1 << 20);
			uint8_t *copy = arena_alloc(&a, whole.n);

			memcpy(copy, whole.p, whole.n);
			copy[bit / 8] = (uint8_t)(copy[bit / 8] ^ 1u << bit % 8);
			assert_true(webauthn_register(&expect, passkeys[i].client,
					    slice_of(copy, whole.n), &a, &c, NULL) < 0);
		}
	}
}

static void keys_that_are_none(void **state)
{
	(void)state;
	struct arena arena CLEANUP_ARENA = ARENA(1 << 20);
	uint8_t zero[32] = {0}, n[256];
	struct pk k;

	memset(n, 0xff, sizeof(n));
	struct slice z = slice_of(zero, 32), e = SLICE("\x01\x00\x01");
	assert_int_equal(pk_from_ec(z, z, &arena, &k, NULL), E_INVALID);
	assert_int_equal(pk_from_ec(slice_of(n, 32), slice_of(n, 32), &arena, &k, NULL), E_INVALID);
	assert_int_equal(pk_from_ec(slice_of(n, 31), z, &arena, &k, NULL), E_INVALID);
	assert_int_equal(pk_from_ed(slice_of(n, 31), &arena, &k, NULL), E_INVALID);
	assert_int_equal(pk_from_rsa(slice_of(n, 128), e, &arena, &k, NULL), E_INVALID); /* short */
	assert_int_equal(pk_from_rsa(slice_of(n, 256), SLICE("\x01"), &arena, &k, NULL), E_INVALID);
	assert_int_equal(pk_from_rsa(slice_of(n, 256), SLICE("\x04"), &arena, &k, NULL), E_INVALID);
	assert_int_equal(pk_from_rsa(slice_of(n, 256), SLICE_NONE, &arena, &k, NULL), E_INVALID);
	assert_int_equal(pk_from_rsa(SLICE_NONE, e, &arena, &k, NULL), E_INVALID);
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
		cmocka_unit_test(registered_and_used),
		cmocka_unit_test(other_expectations),
		cmocka_unit_test(bent_assertions),
		cmocka_unit_test(bent_attestations),
		cmocka_unit_test(keys_that_are_none),
	};
	(void)tokens;
	return cmocka_run_group_tests(tests, start, NULL);
}
