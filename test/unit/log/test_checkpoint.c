#include "sample.h"

#include "crypt/sign.h"

#include <errno.h>

#define ORIGIN "entente/c800000000000000000000000000006d/aeaaaaaaaaaaaaaaaaaaaaaauq/1"
#define ROOT   "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
#define EMPTY  "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" /* SHA-256 of nothing */

static void there_and_back(void **state)
{
	static const char *const good[] = {ORIGIN "\n20852163\n" ROOT "\n",
		ORIGIN "\n0\n" EMPTY "\n", ORIGIN "\n9223372036854775807\n" ROOT "\n"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct buf b CLEANUP_BUF = BUF(KIB);
		struct checkpoint c;

		assert_int_equal(checkpoint_parse(&c, slice_str(good[i]), NULL), 0);
		checkpoint_print(&b, &c);
		assert_slice(buf_slice(&b), good[i]);
	}
}

static void fields(void **state)
{
	struct log_id log = sample_log();
	struct checkpoint c;

	(void)state;
	assert_int_equal(checkpoint_parse(&c, SLICE(ORIGIN "\n20852163\n" ROOT "\n"), NULL), 0);
	assert_true(log_id_eq(&c.log, &log));
	assert_int_equal(c.size, 20852163);
	assert_true(c.root.b[0] == 0x0a && c.root.b[31] == 0x62);
}

static void refused(void **state)
{
	static const char *const bad[] = {"", "\n", ORIGIN "\n", ORIGIN "\n5\n",
		ORIGIN "\n5\n" ROOT, ORIGIN "\n5\n" ROOT "\nextension\n",
		ORIGIN "\n5\n" ROOT "\n\n", ORIGIN "\n05\n" ROOT "\n", ORIGIN "\n-5\n" ROOT "\n",
		ORIGIN "\n5 \n" ROOT "\n", ORIGIN "\n\n" ROOT "\n",
		ORIGIN "\n9223372036854775808\n" ROOT "\n", ORIGIN "\n5\n" ROOT "=\n",
		ORIGIN "\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", ORIGIN "\n5\nAAAA\n",
		ORIGIN " \n5\n" ROOT "\n", "example.com/log\n5\n" ROOT "\n",
		"\n" ORIGIN "\n5\n" ROOT "\n", ORIGIN "\r\n5\n" ROOT "\n",
		"5\n" ORIGIN "\n" ROOT "\n", ORIGIN "\n" ROOT "\n5\n"};
	struct checkpoint c = {.size = 99};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct why why = {0};

		if (checkpoint_parse(&c, slice_str(bad[i]), &why) != E_SYNTAX)
			fail_msg("%s", bad[i]);
		assert_memory_equal(why.where, "line ", 5);
	}
	assert_int_equal(checkpoint_parse(&c, SLICE(ORIGIN "\n0\n" ROOT "\n"), NULL), E_INVALID);
	assert_int_equal(c.size, 99);
}

static void origins(void **state)
{
	static const char *const bad[] = {"", "entente/",
		"entente/c800000000000000000000000000006d/aeaaaaaaaaaaaaaaaaaaaaaauq",
		"entente/c800000000000000000000000000006d/aeaaaaaaaaaaaaaaaaaaaaaauq/",
		"entente/c800000000000000000000000000006d/aeaaaaaaaaaaaaaaaaaaaaaauq/01",
		"entente/c800000000000000000000000000006d/aeaaaaaaaaaaaaaaaaaaaaaauq/4294967296",
		"entente/c800000000000000000000000000006d/aeaaaaaaaaaaaaaaaaaaaaaauq/1/",
		"entente/c800000000000000000000000000006d/aeaaaaaaaaaaaaaaaaaaaaaauq/witness",
		"entente/C800000000000000000000000000006D/aeaaaaaaaaaaaaaaaaaaaaaauq/1",
		"Entente/c800000000000000000000000000006d/aeaaaaaaaaaaaaaaaaaaaaaauq/1",
		"entente/aeaaaaaaaaaaaaaaaaaaaaaauq/c800000000000000000000000000006d/1"};
	struct log_id log = sample_log(), back;
	char origin[ORIGIN_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(origin_parse(slice_str(bad[i]), &back), -EINVAL);
	origin_format(&log, origin);
	assert_string_equal(origin, ORIGIN);
	log.epoch = UINT32_MAX;
	origin_format(&log, origin);
	assert_int_equal(origin_parse(slice_str(origin), &back), 0);
	assert_true(log_id_eq(&log, &back));
	witness_name_format(&log.coalition, &log.member, origin);
	assert_string_equal(origin,
		"entente/c800000000000000000000000000006d/aeaaaaaaaaaaaaaaaaaaaaaauq/witness");
}

/* A whole note: signed by the log, cosigned by a witness, read back. */
static void signed_and_witnessed(void **state)
{
	struct seckey log_key = seckey_from_seed((const uint8_t[32]){3}),
		      witness = seckey_from_seed((const uint8_t[32]){4});
	struct buf b CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_NOTE_BYTES);
	struct checkpoint c = {.log = sample_log(), .size = 5, .root = sample_hash(1)}, back;
	char origin[ORIGIN_MAX], name[ORIGIN_MAX];
	struct id member = sample_id(2);
	struct note n;
	uint64_t time;

	(void)state;
	sample_note(&c, &log_key, &b);
	origin_format(&c.log, origin);
	witness_name_format(&c.log.coalition, &member, name);
	assert_int_equal(note_parse(&n, &arena, buf_slice(&b), NULL), 0);
	note_cosign(&b, n.text, slice_str(name), &witness, 99);
	assert_int_equal(note_parse(&n, &arena, buf_slice(&b), NULL), 0);
	assert_int_equal(checkpoint_parse(&back, n.text, NULL), 0);
	assert_true(back.size == 5 && hash_eq(&back.root, &c.root));
	assert_int_equal(
		note_verify(&n, slice_str(origin), NOTE_ED25519, &log_key.pub, NULL, NULL), 1);
	assert_int_equal(
		note_verify(&n, slice_str(name), NOTE_COSIGNATURE, &witness.pub, &time, NULL), 1);
	assert_int_equal(time, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(there_and_back),
		cmocka_unit_test(fields), cmocka_unit_test(refused), cmocka_unit_test(origins),
		cmocka_unit_test(signed_and_witnessed)};

	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
