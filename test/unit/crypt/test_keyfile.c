#if defined(__has_feature)
#	if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#		define WITH_SANITIZER
#	endif
#endif
#include "unit.h"

#include "base/file.h"
#include "base/limits.h"
#include "crypt/keyfile.h"
#include "crypt/seal.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Cheap, so that thousands of files can be opened. */
static const struct keyfile_cost cheap = {.passes = 1, .kib = 8};
#define PASS SLICE("correct horse")

static struct env_fake fake;
static struct env env;
static struct seckey key;
static char folder[] = "test-keyfile-XXXXXX";
static char path[sizeof(folder) + 8];

static int folder_make(void **state)
{
	(void)state;
	env_fake_init(&fake, 5, 0);
	env = env_of_fake(&fake);
	key = seckey_new(&env);
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/key", folder);
	return 0;
}

static int folder_drop(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static int path_drop(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static struct buf text_of(enum keyfile_use use, struct slice with)
{
	struct buf text = BUF(LIMIT_KEYFILE_BYTES);

	assert_int_equal(keyfile_print(&text, use, &key, with, cheap, &env, NULL), 0);
	return text;
}

/* Parse and open; 0 or the code of whichever failed. */
static int text_open(struct slice text, struct slice with, struct seckey *ret)
{
	struct keyfile f;
	struct why why = {0};

	int rc = keyfile_parse(text, &f, &why);
	if (rc == 0)
		rc = keyfile_open(&f, with, ret, &why);
	assert_int_equal(rc, why.code);
	return rc;
}

static void assert_refused(struct slice text, struct slice with, int code)
{
	struct seckey k, untouched;

	memset(&k, 0x5a, sizeof(k));
	untouched = k;
	assert_int_equal(text_open(text, with, &k), code);
	assert_memory_equal(&k, &untouched, sizeof(k));
}

static void assert_text_refused(const char *text, int code)
{
	assert_refused(slice_str(text), PASS, code);
}

static void round_trips(void **state)
{
	(void)state;
	for (unsigned use = 0; use < KEYFILE_USES; use++) {
		struct buf plain CLEANUP_BUF = text_of((enum keyfile_use)use, SLICE_NONE);
		struct buf sealed CLEANUP_BUF = text_of((enum keyfile_use)use, PASS);
		struct seckey k;

		assert_int_equal(text_open(buf_slice(&plain), SLICE_NONE, &k), 0);
		assert_memory_equal(&k, &key, sizeof(k));
		assert_int_equal(text_open(buf_slice(&plain), PASS, &k), 0);
		assert_int_equal(text_open(buf_slice(&sealed), PASS, &k), 0);
		assert_memory_equal(&k, &key, sizeof(k));
		assert_false(keyfile_is_sealed(buf_slice(&plain)));
		assert_true(keyfile_is_sealed(buf_slice(&sealed)));
	}
	assert_false(keyfile_is_sealed(SLICE_NONE));
	assert_false(keyfile_is_sealed(SLICE("entente-key/1\nsealed\n")));
}

/* The words of the format, byte for byte: RFC 8032 §7.1 test 1. */
static void text_is_fixed(void **state)
{
	struct buf text CLEANUP_BUF = BUF(LIMIT_KEYFILE_BYTES);
	uint8_t seed[32];

	(void)state;
	unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", seed, 32);
	struct seckey k = seckey_from_seed(seed);
	assert_int_equal(keyfile_print(&text, KEYFILE_LOG, &k, SLICE_NONE, cheap, &env, NULL), 0);
	assert_string_equal(buf_cstr(&text), "entente-key/1\n"
					     "use log\n"
					     "public 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
					     "seed nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n");
}

/* A sealing key shows the key that others seal to, not the Ed25519 key of the same seed. */
static void seal_shows_x25519(void **state)
{
	struct buf text CLEANUP_BUF = text_of(KEYFILE_SEAL, SLICE_NONE);
	struct sealkey s = sealkey_from_seed(key.seed);
	struct keyfile f;

	(void)state;
	assert_int_equal(keyfile_parse(buf_slice(&text), &f, NULL), 0);
	assert_memory_equal(f.pub, s.pub, sizeof(f.pub));
	assert_true(memcmp(f.pub, key.pub.b, sizeof(f.pub)) != 0);
}

static void sealed_text_hides_the_seed(void **state)
{
	struct buf text CLEANUP_BUF = text_of(KEYFILE_ROOT, PASS);
	struct buf again CLEANUP_BUF = text_of(KEYFILE_ROOT, PASS);
	char seed[BASE64_LEN(32) + 1];

	(void)state;
	base64_encode(key.seed, sizeof(key.seed), seed);
	assert_true(slice_search(buf_slice(&text), slice_str(seed)) < 0);
	assert_true(slice_search(buf_slice(&text), SLICE("seed")) < 0);
	/* Fresh salt and nonce each time. */
	assert_false(slice_eq(buf_slice(&text), buf_slice(&again)));
}

static void wrong_passphrase(void **state)
{
	struct buf text CLEANUP_BUF = text_of(KEYFILE_LOG, PASS);
	const struct slice sealed = buf_slice(&text);

	(void)state;
	assert_refused(sealed, SLICE_NONE, E_AUTH);
	assert_refused(sealed, SLICE("correct horsf"), E_AUTH);
	assert_refused(sealed, SLICE("correct horse "), E_AUTH);
	assert_refused(sealed, SLICE("correct horse\0"), E_AUTH);
	assert_refused(sealed, SLICE("correct"), E_AUTH);
}

/* No single flipped bit goes unnoticed, sealed or plain. */
static void every_bit_counts(void **state)
{
	(void)state;
	for (int sealed = 0; sealed < 2; sealed++) {
		struct buf text CLEANUP_BUF = text_of(KEYFILE_WITNESS, sealed ? PASS : SLICE_NONE);
		struct seckey k;

		for (size_t bit = 0; bit < text.n * 8; bit++) {
			text.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			int rc = text_open(buf_slice(&text), PASS, &k);
			assert_true(
				rc == E_SYNTAX || rc == E_LIMIT || rc == E_AUTH || rc == E_VERIFY);
			text.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		assert_int_equal(text_open(buf_slice(&text), PASS, &k), 0);
	}
}

/* A thief's key under the owner's `public` line, and an owner's sealed key declared for another
 * use. */
static void lines_are_bound_together(void **state)
{
	struct buf sealed CLEANUP_BUF = text_of(KEYFILE_LOG, PASS);
	struct buf changed CLEANUP_BUF = BUF(LIMIT_KEYFILE_BYTES);
	struct slice rest = buf_slice(&sealed);

	(void)state;
	assert_true(slice_take(&rest, "entente-key/1\nuse log\n"));
	buf_str(&changed, "entente-key/1\nuse root\n");
	buf_slice_add(&changed, rest);
	assert_refused(buf_slice(&changed), PASS, E_AUTH);

	assert_text_refused("entente-key/1\nuse log\n"
			    "public 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
			    "seed AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		E_VERIFY);
	/* An Ed25519 public line under use seal. */
	assert_text_refused("entente-key/1\nuse seal\n"
			    "public 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
			    "seed nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n",
		E_VERIFY);
}

#define USE    "entente-key/1\nuse log\n"
#define PUBLIC "public 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
#define SEED   "seed nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n"

static void grammar(void **state)
{
	static const char *const bad[] = {
		"",
		"entente-key/1",
		"entente-key/2\nuse log\n" PUBLIC SEED,
		"entente-key/1\r\nuse log\r\n" PUBLIC SEED,
		"\n" USE PUBLIC SEED,
		"\xef\xbb\xbf" USE PUBLIC SEED,
		USE,
		USE PUBLIC,
		USE SEED,
		USE SEED PUBLIC,
		"entente-key/1\nuse log\nuse log\n" PUBLIC SEED,
		"entente-key/1\nuse log \n" PUBLIC SEED,
		"entente-key/1\nuse Log\n" PUBLIC SEED,
		"entente-key/1\nuse \n" PUBLIC SEED,
		"entente-key/1\nuse tls\n" PUBLIC SEED,
		USE PUBLIC PUBLIC SEED,
		USE PUBLIC SEED SEED,
		USE PUBLIC SEED "\n",
		USE PUBLIC SEED " ",
		USE PUBLIC SEED "sealed argon2id 1 8 a b c\n",
		USE PUBLIC "\n" SEED,
		USE PUBLIC "seed nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
		USE PUBLIC "seed  nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n",
		USE PUBLIC "seed nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\n",
		/* Unused bits of the last character set. */
		USE PUBLIC "seed nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2B=\n",
		USE PUBLIC "seed nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyufw==\n",
		USE "public 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHUQ==\n" SEED,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_text_refused(bad[i], E_SYNTAX);
	/* None of it was for a reason common to all: the lines themselves are good. */
	struct seckey k;
	assert_int_equal(text_open(SLICE(USE PUBLIC SEED), SLICE_NONE, &k), 0);
}

#define SALT  "AAAAAAAAAAAAAAAAAAAAAA=="
#define NONCE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define BOX   NONCE NONCE

/* Refused before a byte of memory is asked for, whatever the passphrase. */
static void hostile_parameters(void **state)
{
	static const struct {
		const char *line;
		int code;
	} bad[] = {
		{"argon2id 1 1048577 " SALT " " NONCE " " BOX, E_LIMIT},
		{"argon2id 1 4294967295 " SALT " " NONCE " " BOX, E_LIMIT},
		{"argon2id 1 4294967296 " SALT " " NONCE " " BOX, E_SYNTAX},
		{"argon2id 1 18446744073709551616 " SALT " " NONCE " " BOX, E_SYNTAX},
		{"argon2id 1 7 " SALT " " NONCE " " BOX, E_LIMIT},
		{"argon2id 1 0 " SALT " " NONCE " " BOX, E_LIMIT},
		{"argon2id 11 8 " SALT " " NONCE " " BOX, E_LIMIT},
		{"argon2id 4294967295 8 " SALT " " NONCE " " BOX, E_LIMIT},
		{"argon2id 0 8 " SALT " " NONCE " " BOX, E_LIMIT},
		{"argon2id -1 8 " SALT " " NONCE " " BOX, E_SYNTAX},
		{"argon2id 01 8 " SALT " " NONCE " " BOX, E_SYNTAX},
		{"argon2id 1 +8 " SALT " " NONCE " " BOX, E_SYNTAX},
		{"argon2id 1 8  " SALT " " NONCE " " BOX, E_SYNTAX},
		{"argon2i 1 8 " SALT " " NONCE " " BOX, E_SYNTAX},
		{"argon2id 1 8 " SALT " " NONCE, E_SYNTAX},
		{"argon2id 1 8 " SALT " " NONCE " ", E_SYNTAX},
		{"argon2id 1 8 " SALT " " NONCE " " BOX " ", E_SYNTAX},
		{"argon2id 1 8 " SALT " " NONCE " " BOX "AAAA", E_SYNTAX},
		{"argon2id 1 8 " NONCE " " NONCE " " BOX, E_SYNTAX},
		{"argon2id 1 8 " SALT " " SALT " " BOX, E_SYNTAX},
		{"", E_SYNTAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf text CLEANUP_BUF = BUF(LIMIT_KEYFILE_BYTES);

		buf_addf(&text, USE PUBLIC "sealed %s\n", bad[i].line);
		assert_refused(buf_slice(&text), PASS, bad[i].code);
		assert_refused(buf_slice(&text), SLICE_NONE, bad[i].code);
		assert_false(keyfile_is_sealed(buf_slice(&text)));
	}
	/* The largest that is allowed gets through the parser (it is not opened here). */
	struct keyfile f;
	assert_int_equal(keyfile_parse(SLICE(USE PUBLIC "sealed argon2id 10 1048576 " SALT " " NONCE
							" " BOX "\n"),
				 &f, NULL),
		0);
	assert_int_equal(f.cost.passes, 10);
	assert_int_equal(f.cost.kib, 1048576);
}

/* A machine without the memory says so; it does not take the passphrase for wrong. */
static void memory_that_is_not_there(void **state)
{
	struct rlimit old, tight;
	struct keyfile f;
	struct seckey k;
	struct why why = {0};

	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(WITH_SANITIZER)
	skip(); /* the sanitizer itself needs the address space that is taken away here */
#endif
	assert_int_equal(keyfile_parse(SLICE(USE PUBLIC "sealed argon2id 1 1048576 " SALT " " NONCE
							" " BOX "\n"),
				 &f, NULL),
		0);
	assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
	tight = old;
	tight.rlim_cur = 1 * MIB;
	assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
	int rc = keyfile_open(&f, PASS, &k, &why);
	assert_int_equal(setrlimit(RLIMIT_AS, &old), 0);
	assert_int_equal(rc, E_LIMIT);
}

static void too_long(void **state)
{
	struct buf text CLEANUP_BUF = BUF(2 * LIMIT_KEYFILE_BYTES);

	(void)state;
	buf_str(&text, USE PUBLIC SEED);
	while (text.n <= LIMIT_KEYFILE_BYTES)
		buf_byte(&text, ' ');
	assert_refused(buf_slice(&text), PASS, E_LIMIT);
	/* And a buf into which the text does not fit is left as it was. */
	struct buf small CLEANUP_BUF = BUF(100);
	assert_int_equal(
		keyfile_print(&small, KEYFILE_LOG, &key, SLICE_NONE, cheap, &env, NULL), E_LIMIT);
	assert_int_equal(small.n, 0);
}

static void file_plain(void **state)
{
	struct seckey k;
	struct stat st;
	struct why why = {0};

	(void)state;
	assert_int_equal(keyfile_write(path, "log", &key, SLICE_NONE, &env, NULL), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(keyfile_read(path, "log", SLICE_NONE, &k, NULL), 0);
	assert_memory_equal(&k, &key, sizeof(k));
	memset(&k, 0, sizeof(k));
	struct seckey untouched = k;
	assert_int_equal(keyfile_read(path, "root", SLICE_NONE, &k, &why), E_INVALID);
	assert_int_equal(why.code, E_INVALID);
	assert_memory_equal(&k, &untouched, sizeof(k));
}

/* With the cost that is used in earnest. */
static void file_sealed(void **state)
{
	struct seckey k;

	(void)state;
	assert_int_equal(keyfile_write(path, "officer", &key, PASS, &env, NULL), 0);
	bool sealed = false;
	assert_int_equal(keyfile_sealed(path, &sealed, NULL), 0);
	assert_true(sealed);
	assert_int_equal(keyfile_read(path, "officer", PASS, &k, NULL), 0);
	assert_memory_equal(&k, &key, sizeof(k));
	assert_int_equal(keyfile_read(path, "officer", SLICE_NONE, &k, NULL), E_AUTH);
	assert_int_equal(keyfile_read(path, "log", PASS, &k, NULL), E_INVALID);
}

static void file_is_never_overwritten(void **state)
{
	struct buf before CLEANUP_BUF = BUF(LIMIT_KEYFILE_BYTES);
	struct buf after CLEANUP_BUF = BUF(LIMIT_KEYFILE_BYTES);
	struct seckey fresh = seckey_new(&env);

	(void)state;
	assert_int_equal(keyfile_write(path, "log", &key, SLICE_NONE, &env, NULL), 0);
	assert_int_equal(file_read(path, &before, NULL), 0);
	assert_int_equal(keyfile_write(path, "log", &fresh, SLICE_NONE, &env, NULL), E_CONFLICT);
	assert_int_equal(keyfile_write(path, "log", &fresh, PASS, &env, NULL), E_CONFLICT);
	assert_int_equal(file_read(path, &after, NULL), 0);
	assert_true(slice_eq(buf_slice(&before), buf_slice(&after)));
}

static void file_failures(void **state)
{
	struct seckey k;
	struct why why = {0};
	struct buf big CLEANUP_BUF = BUF(LIMIT_KEYFILE_BYTES + 1);

	(void)state;
	assert_true(keyfile_read(path, "log", SLICE_NONE, &k, &why) < 0);
	assert_int_equal(keyfile_write(path, "tls", &key, SLICE_NONE, &env, NULL), E_USAGE);
	assert_false(file_exists(path));
	assert_int_equal(keyfile_read(path, "", SLICE_NONE, &k, NULL), E_USAGE);
	while (big.n <= LIMIT_KEYFILE_BYTES)
		buf_byte(&big, 'x');
	assert_int_equal(file_create(path, buf_slice(&big), 0600, NULL), 0);
	assert_int_equal(keyfile_read(path, "log", SLICE_NONE, &k, NULL), E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(text_is_fixed),
		cmocka_unit_test(seal_shows_x25519),
		cmocka_unit_test(sealed_text_hides_the_seed),
		cmocka_unit_test(wrong_passphrase),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(lines_are_bound_together),
		cmocka_unit_test(grammar),
		cmocka_unit_test(hostile_parameters),
		cmocka_unit_test(memory_that_is_not_there),
		cmocka_unit_test(too_long),
		cmocka_unit_test_teardown(file_plain, path_drop),
		cmocka_unit_test_teardown(file_sealed, path_drop),
		cmocka_unit_test_teardown(file_is_never_overwritten, path_drop),
		cmocka_unit_test_teardown(file_failures, path_drop),
	};

	crypt_init();
	return cmocka_run_group_tests(tests, folder_make, folder_drop);
}
