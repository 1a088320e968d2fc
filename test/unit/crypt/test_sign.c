#include "unit.h"

#include "crypt/sign.h"

/* RFC 8032 §7.1, tests 1, 2, 3 and SHA(abc). */
static const struct known {
	const char *seed, *pub, *message, *signature;
} known[] = {
	{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
		"1cf9b46bd25bf5f0595bbe24655141438e7a100b"},
	{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
		"d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
	{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
		"984dc6594a7c15e9716ed28dc027beceea1ec40a"},
	{"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
		"ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23"
		"a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		"dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c6"
		"6431e0303dca179c138ac17ad9bef1177331a704"},
};

static void rfc8032_known_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		uint8_t seed[32], pub[32], message[64];
		struct signature expected;
		size_t n = strlen(known[i].message) / 2;

		unhex(known[i].seed, seed, sizeof(seed));
		unhex(known[i].pub, pub, sizeof(pub));
		unhex(known[i].message, message, n);
		unhex(known[i].signature, expected.b, sizeof(expected.b));
		struct seckey k = seckey_from_seed(seed);
		struct signature sig = sign_bytes(&k, slice_of(message, n));
		assert_memory_equal(k.pub.b, pub, sizeof(pub));
		assert_memory_equal(sig.b, expected.b, sizeof(sig.b));
		assert_true(sign_check(&k.pub, slice_of(message, n), &sig));
	}
}

/* Every single flipped bit of signature, key or message is noticed. */
static void any_bit_counts(void **state)
{
	uint8_t message[] = "entente checkpoint";
	const struct slice all = slice_of(message, sizeof(message));
	struct env_fake fake;

	(void)state;
	env_fake_init(&fake, 1, 0);
	struct env env = env_of_fake(&fake);
	struct seckey k = seckey_new(&env);
	struct signature sig = sign_bytes(&k, all);
	for (size_t bit = 0; bit < sizeof(sig.b) * 8; bit++) {
		struct signature bad = sig;
		bad.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(sign_check(&k.pub, all, &bad));
	}
	for (size_t bit = 0; bit < sizeof(k.pub.b) * 8; bit++) {
		struct pubkey bad = k.pub;
		bad.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(sign_check(&bad, all, &sig));
		assert_false(pubkey_eq(&bad, &k.pub));
	}
	for (size_t bit = 0; bit < sizeof(message) * 8; bit++) {
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(sign_check(&k.pub, all, &sig));
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_false(sign_check(&k.pub, slice_sub(all, 0, all.n - 1), &sig));
	assert_false(sign_check(&k.pub, SLICE_NONE, &sig));
	assert_true(sign_check(&k.pub, all, &sig));
}

/* S + L satisfies the same equation; only S itself is accepted (RFC 8032 §8.4). */
static void s_plus_order_is_refused(void **state)
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6,
		0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
	uint8_t seed[32] = {7};
	unsigned carry = 0;

	(void)state;
	struct seckey k = seckey_from_seed(seed);
	struct signature sig = sign_bytes(&k, SLICE("m"));
	assert_true(sign_check(&k.pub, SLICE("m"), &sig));
	for (size_t i = 0; i < sizeof(order); i++) {
		carry += (unsigned)sig.b[32 + i] + order[i];
		sig.b[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(carry, 0);
	assert_false(sign_check(&k.pub, SLICE("m"), &sig));
}

/* The neutral element as key signs everything under a lax rule. */
static void small_order_key_is_refused(void **state)
{
	struct pubkey neutral = {{1}};
	struct signature sig = {{1}};

	(void)state;
	assert_false(sign_check(&neutral, SLICE("any message"), &sig));
}

static void keys_follow_the_env(void **state)
{
	struct env_fake a, b, c;

	(void)state;
	env_fake_init(&a, 42, 0);
	env_fake_init(&b, 42, 0);
	env_fake_init(&c, 43, 0);
	struct env env_a = env_of_fake(&a), env_b = env_of_fake(&b), env_c = env_of_fake(&c);
	struct seckey ka = seckey_new(&env_a), kb = seckey_new(&env_b), kc = seckey_new(&env_c);
	struct seckey next = seckey_new(&env_a);
	assert_true(pubkey_eq(&ka.pub, &kb.pub));
	assert_false(pubkey_eq(&ka.pub, &kc.pub));
	assert_false(pubkey_eq(&ka.pub, &next.pub));
}

static void wiping(void **state)
{
	static const struct seckey zero;
	struct env env = env_system();
	struct seckey k = seckey_new(&env);

	(void)state;
	seckey_lock(&k);
	assert_true(memcmp(&k, &zero, sizeof(k)) != 0);
	seckey_wipe(&k);
	assert_memory_equal(&k, &zero, sizeof(k));
	seckey_wipe(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8032_known_answers),
		cmocka_unit_test(any_bit_counts),
		cmocka_unit_test(s_plus_order_is_refused),
		cmocka_unit_test(small_order_key_is_refused),
		cmocka_unit_test(keys_follow_the_env),
		cmocka_unit_test(wiping),
	};

	crypt_init();
	crypt_init(); /* idempotent */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
