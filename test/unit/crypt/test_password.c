/* Passwords at rest, and the codes of RFC 6238. */
#include "crypt/password.h"

#include "../unit.h"
#include "crypt/sign.h"

static const struct password_cost cheap = {1, 8};

static void hash_and_check(void **state)
{
	(void)state;
	struct env env = env_system();
	char a[PASSWORD_TEXT + 1], b[PASSWORD_TEXT + 1];

	assert_int_equal(password_hash(SLICE("correct horse battery"), cheap, &env, a, NULL), 0);
	assert_int_equal(password_hash(SLICE("correct horse battery"), cheap, &env, b, NULL), 0);
	assert_string_not_equal(a, b); /* salted */
	assert_int_equal(password_check(slice_str(a), SLICE("correct horse battery"), NULL), 0);
	assert_int_equal(password_check(slice_str(b), SLICE("correct horse battery"), NULL), 0);
	assert_int_equal(
		password_check(slice_str(a), SLICE("correct horse batterz"), NULL), E_AUTH);
	assert_int_equal(password_check(slice_str(a), SLICE(""), NULL), E_AUTH);
	assert_int_equal(password_check(slice_str(a), SLICE_NONE, NULL), E_AUTH);
	password_waste(SLICE("x"));
}

/* A password longer than the ceiling is never one that shares its beginning. */
static void long_ones(void **state)
{
	(void)state;
	struct env env = env_system();
	char text[PASSWORD_TEXT + 1];
	uint8_t pass[PASSWORD_MAX + 1];

	memset(pass, 'x', sizeof(pass));
	assert_int_equal(password_hash(slice_of(pass, PASSWORD_MAX), cheap, &env, text, NULL), 0);
	assert_int_equal(password_check(slice_str(text), slice_of(pass, PASSWORD_MAX), NULL), 0);
	assert_int_equal(
		password_check(slice_str(text), slice_of(pass, PASSWORD_MAX + 1), NULL), E_AUTH);
	assert_int_equal(
		password_check(slice_str(text), slice_of(pass, PASSWORD_MAX - 1), NULL), E_AUTH);
}

static void broken_hashes(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "argon2id", "argon2id 1 8", "plain secret",
		"argon2id 1 8 AAAAAAAAAAAAAAAAAAAAAA== short",
		"argon2id 0 8 AAAAAAAAAAAAAAAAAAAAAA== AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"argon2id 1 99999999 AAAAAAAAAAAAAAAAAAAAAA== AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"argon2id 11 8 AAAAAAAAAAAAAAAAAAAAAA== AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(
			password_check(slice_str(bad[i]), SLICE("secret"), NULL), E_SYNTAX);
}

static void rule(void **state)
{
	(void)state;
	static const char *const good[] = {
		"twelve chars", "пароль на языке", "a very long sentence is a fine password"};
	static const char *const bad[] = {"", "short", "aaaaaaaaaaaaaaaa", "with\ttab in the midst",
		"duty-officer1", "\xff\xfe not UTF-8 at all"};
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_int_equal(password_rule(slice_str(good[i]), SLICE("duty-officer"), NULL), 0);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct why why = {0};
		assert_int_equal(
			password_rule(slice_str(bad[i]), SLICE("duty-officer"), &why), E_INVALID);
		assert_string_equal(why.where, "/password");
	}
}

/* RFC 6238 appendix B, SHA-1, the last six of its eight digits. */
static void totp_vectors(void **state)
{
	(void)state;
	static const uint8_t secret[] = "12345678901234567890";
	static const struct {
		uint64_t time_s;
		unsigned code;
	} row[] = {{59, 287082}, {1111111109, 81804}, {1111111111, 50471}, {1234567890, 5924},
		{2000000000, 279037}, {20000000000, 353130}};
	for (size_t i = 0; i < COUNT_OF(row); i++)
		assert_int_equal(totp_code(secret, row[i].time_s / 30), row[i].code);
}

static void totp_use(void **state)
{
	(void)state;
	static const uint8_t secret[] = "12345678901234567890";
	int64_t step = 0;

	assert_int_equal(totp_check(secret, SLICE("287082"), 59000, 0, &step, NULL), 0);
	assert_int_equal(step, 1);
	assert_int_equal(totp_check(secret, SLICE("287 082"), 59000, 0, &step, NULL), 0);
	/* A step early or late still counts; used ones and others do not. */
	assert_int_equal(totp_check(secret, SLICE("287082"), 60000 + 29999, 0, &step, NULL), 0);
	assert_int_equal(totp_check(secret, SLICE("287082"), 90000, 0, &step, NULL), E_AUTH);
	assert_int_equal(totp_check(secret, SLICE("287082"), 59000, 1, &step, NULL), E_AUTH);
	static const char *const bad[] = {"", "28708", "2870820", "28708a", "-87082", "287083"};
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(
			totp_check(secret, slice_str(bad[i]), 59000, 0, &step, NULL), E_AUTH);
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
		cmocka_unit_test(hash_and_check),
		cmocka_unit_test(long_ones),
		cmocka_unit_test(broken_hashes),
		cmocka_unit_test(rule),
		cmocka_unit_test(totp_vectors),
		cmocka_unit_test(totp_use),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
