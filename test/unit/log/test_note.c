/*
 * Notes: the examples of C2SP signed-note and of Go's note package, and what a stranger may do to
 * one.
 */
#include "sample.h"

static const char example_vkey[] =
	"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char example[] =
	"This is an example message.\n"
	"\n"
	"\xe2\x80\x94 example.com/foo "
	"Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
static const char neumann_vkey[] =
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char neumann[] =
	"If you think cryptography is the answer to your problem,\n"
	"then you don't know what your problem is.\n"
	"\n"
	"\xe2\x80\x94 PeterNeumann "
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
/* Its text has an empty line of its own. */
static const char poem[] =
	"Ognuno sta solo sul cuor della terra\n"
	"trafitto da un raggio di sole:\n"
	"\n"
	"ed \xc3\xa8 subito sera.\n"
	"\n"
	"\xe2\x80\x94 quasimodo.example/salvatore "
	"NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

static struct arena arena = {.max = 64 * KIB};
static struct seckey key, other;

static int parse(struct slice bytes, struct note *n)
{
	struct why why = {0};
	int rc;

	arena_reset(&arena);
	rc = note_parse(n, &arena, bytes, &why);
	assert_int_equal(rc, why.code);
	return rc;
}

static int verify_with(const char *bytes, const char *vkey)
{
	struct pubkey pub;
	struct slice name;
	struct note n;
	uint8_t type;

	assert_int_equal(vkey_parse(slice_str(vkey), &name, &type, &pub, NULL), 0);
	assert_int_equal(type, NOTE_ED25519);
	assert_int_equal(parse(slice_str(bytes), &n), 0);
	return note_verify(&n, name, type, &pub, NULL, NULL);
}

static void examples_of_others(void **state)
{
	(void)state;
	assert_int_equal(verify_with(example, example_vkey), 1);
	assert_int_equal(verify_with(neumann, neumann_vkey), 1);
	assert_int_equal(verify_with(example, neumann_vkey), 0);
}

static void last_empty_line_parts(void **state)
{
	struct note n;

	(void)state;
	assert_int_equal(parse(SLICE(poem), &n), 0);
	assert_int_equal(n.n, 1);
	assert_true(slice_ends(n.text, "ed \xc3\xa8 subito sera.\n"));
	assert_true(slice_starts(n.text, "Ognuno"));
	assert_slice(n.signature[0].name, "quasimodo.example/salvatore");
	assert_int_equal(n.signature[0].bytes.n, 64);
	assert_memory_equal(n.signature[0].key_id, "\x36\x7b\xa0\x4b", 4);
	assert_true(slice_starts(n.signature[0].line, "\xe2\x80\x94 quasi") &&
		    slice_ends(n.signature[0].line, "tIc=\n"));
}

static void cut_and_trailing(void **state)
{
	struct buf b CLEANUP_BUF = BUF(KIB);
	struct note n;

	(void)state;
	for (size_t i = 0; i < strlen(neumann); i++)
		assert_int_equal(parse(slice_of(neumann, i), &n), E_SYNTAX);
	for (unsigned c = 0; c < 256; c++) {
		buf_clear(&b);
		buf_str(&b, neumann);
		buf_byte(&b, (uint8_t)c);
		assert_int_equal(parse(buf_slice(&b), &n), E_SYNTAX);
	}
}

#define SIG                                                                                        \
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
#define DASH "\xe2\x80\x94 "

static void bad_notes(void **state)
{
	static const char *const bad[] = {"text\n" DASH "n " SIG "\n", "text\n\n", "\n", "", "\n\n",
		"text\n\n" DASH " " SIG "\n", "text\n\n" DASH "n\n",
		"text\n\n" DASH "n " SIG "\n\n", "text\n\n" DASH "n  " SIG "\n",
		"text\n\n" DASH "n " SIG " \n", "text\n\n" DASH "n+1 " SIG "\n",
		"text\n\n" DASH "n\xc2\xa0m " SIG "\n", "text\n\n" DASH "n\xe3\x80\x80m " SIG "\n",
		"text\n\n- n " SIG "\n", "text\n\n\xe2\x80\x93 n " SIG "\n",
		"text\n\n" DASH "n " SIG "\r\n", "text\r\n\n" DASH "n " SIG "\n",
		"te\txt\n\n" DASH "n " SIG "\n", "te\xfft\n\n" DASH "n " SIG "\n",
		"text\n\n" DASH "n\xff " SIG "\n",
		"text\n\n" DASH "n AAAA\n",	/* nothing behind 3 bytes of a key id */
		"text\n\n" DASH "n AAAAAA==\n", /* a key id and nothing behind it */
		"text\n\n" DASH "n AAAAAAA\n",	/* no padding */
		"text\n\n" DASH "n AAAAAAB=\n", /* unused bits set */
		"text\n\n" DASH "n AAAA====\n", "text\n\n" DASH "n AA\n\n",
		"text\n\n" DASH "n A*AAAAA=\n", "text\n\nsomething\n" DASH "n " SIG "\n",
		"text\n\n" DASH "n " SIG "\nsomething\n"};
	struct note n = {.n = 99};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (parse(slice_str(bad[i]), &n) != E_SYNTAX)
			fail_msg("%zu: %s", i, bad[i]);
	assert_int_equal(n.n, 99);
	assert_int_equal(parse(slice_of("a\0\n\n" DASH "n " SIG "\n", 6 + 2 + 3 + strlen(SIG)), &n),
		E_SYNTAX);
	assert_int_equal(parse(SLICE("text\n\n" DASH "n AAAAAAA=\n"), &n),
		0); /* one byte of signature is form enough */
	assert_int_equal(n.signature[0].bytes.n, 1);
}

static void ceilings(void **state)
{
	struct buf b CLEANUP_BUF = BUF(2 * LIMIT_NOTE_BYTES);
	struct note n;

	(void)state;
	buf_str(&b, "text\n\n");
	for (unsigned i = 0; i < LIMIT_NOTE_SIGNATURES; i++)
		buf_addf(&b, DASH "name%u AAAAAAA=\n", i);
	assert_int_equal(parse(buf_slice(&b), &n), 0);
	assert_int_equal(n.n, LIMIT_NOTE_SIGNATURES);
	buf_str(&b, DASH "one-more AAAAAAA=\n");
	assert_int_equal(parse(buf_slice(&b), &n), E_LIMIT);

	buf_clear(&b);
	memset(buf_room(&b, LIMIT_NOTE_BYTES), 'x', LIMIT_NOTE_BYTES);
	buf_str(&b, "\n\n" DASH "n " SIG "\n");
	assert_int_equal(parse(buf_slice(&b), &n), E_LIMIT);
}

static void vkeys(void **state)
{
	static const char *const bad[] = {"", "PeterNeumann", "PeterNeumann+c74f20a3",
		"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWAAAA",
		"Peter\x01Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"};
	struct buf b CLEANUP_BUF = BUF(KIB);
	struct pubkey pub;
	struct slice name;
	uint8_t type;

	(void)state;
	assert_int_equal(vkey_parse(SLICE(example_vkey), &name, &type, &pub, NULL), 0);
	vkey_print(&b, name, type, &pub);
	assert_slice(buf_slice(&b), example_vkey);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (vkey_parse(slice_str(bad[i]), &name, &type, &pub, NULL) != E_SYNTAX)
			fail_msg("%s", bad[i]);
	/* The id is not that of name and key; a type that is not used. */
	assert_int_equal(
		vkey_parse(
			SLICE("PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
			&name, &type, &pub, NULL),
		E_INVALID);
	assert_int_equal(
		vkey_parse(
			SLICE("PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
			&name, &type, &pub, NULL),
		E_INVALID);
	buf_clear(&b);
	vkey_print(&b, SLICE("w"), NOTE_COSIGNATURE, &key.pub);
	assert_int_equal(vkey_parse(buf_slice(&b), &name, &type, &pub, NULL), 0);
	assert_true(type == NOTE_COSIGNATURE && pubkey_eq(&pub, &key.pub));
}

static void sign_and_verify(void **state)
{
	struct buf b CLEANUP_BUF = BUF(KIB);
	struct slice text = SLICE("a text\n"), name = SLICE("log.example");
	struct note n;

	(void)state;
	buf_slice_add(&b, text);
	buf_byte(&b, '\n');
	note_sign(&b, text, SLICE("stranger"), &other);
	note_sign(&b, text, name, &key);
	assert_int_equal(parse(buf_slice(&b), &n), 0);
	assert_int_equal(n.n, 2);
	assert_int_equal(note_verify(&n, name, NOTE_ED25519, &key.pub, NULL, NULL), 1);
	assert_int_equal(
		note_verify(&n, SLICE("log.exampl"), NOTE_ED25519, &key.pub, NULL, NULL), 0);
	assert_int_equal(note_verify(&n, name, NOTE_ED25519, &other.pub, NULL, NULL), 0);
	assert_int_equal(note_verify(&n, name, NOTE_COSIGNATURE, &key.pub, NULL, NULL), 0);

	/* Any byte of the text changed: the signature is there and bad. */
	for (size_t i = 0; i + 1 < text.n; i++) {
		b.p[i] ^= 1;
		if (parse(buf_slice(&b), &n) == 0)
			assert_int_equal(note_verify(&n, name, NOTE_ED25519, &key.pub, NULL, NULL),
				E_VERIFY);
		b.p[i] ^= 1;
	}
}

/* A good signature does not excuse a bad one by the same key, in either order. */
static void good_and_bad(void **state)
{
	struct slice text = SLICE("a text\n"), name = SLICE("log.example");
	struct note n;

	(void)state;
	for (unsigned order = 0; order < 2; order++) {
		struct buf b CLEANUP_BUF = BUF(KIB);

		buf_slice_add(&b, text);
		buf_byte(&b, '\n');
		note_sign(&b, order ? SLICE("another text\n") : text, name, &key);
		note_sign(&b, order ? text : SLICE("another text\n"), name, &key);
		assert_int_equal(parse(buf_slice(&b), &n), 0);
		assert_int_equal(
			note_verify(&n, name, NOTE_ED25519, &key.pub, NULL, NULL), E_VERIFY);
	}
}

/* A known key's line with too few or too many bytes is bad, not unknown. */
static void wrong_length(void **state)
{
	struct slice text = SLICE("a text\n"), name = SLICE("log.example");
	struct buf b CLEANUP_BUF = BUF(KIB);
	uint8_t bytes[80] = {0};
	struct note n;

	(void)state;
	for (size_t length = 5; length < sizeof(bytes); length++)
		for (unsigned type = NOTE_ED25519; type <= NOTE_COSIGNATURE;
			type += NOTE_COSIGNATURE - NOTE_ED25519) {
			note_key_id(name, (uint8_t)type, &key.pub, bytes);
			buf_clear(&b);
			buf_slice_add(&b, text);
			buf_str(&b, "\n" DASH "log.example ");
			buf_base64(&b, bytes, length);
			buf_byte(&b, '\n');
			assert_int_equal(parse(buf_slice(&b), &n), 0);
			assert_int_equal(note_verify(&n, name, (uint8_t)type, &key.pub, NULL, NULL),
				E_VERIFY);
		}
}

static void cosignatures(void **state)
{
	struct slice text = SLICE("origin\n5\nAAAA\n"), name = SLICE("w.example");
	struct buf b CLEANUP_BUF = BUF(KIB);
	struct signature sig;
	uint64_t time = 0;
	struct note n;

	(void)state;
	buf_slice_add(&b, text);
	buf_byte(&b, '\n');
	note_cosign(&b, text, name, &key, 1679315147);
	assert_int_equal(parse(buf_slice(&b), &n), 0);
	assert_int_equal(note_verify(&n, name, NOTE_COSIGNATURE, &key.pub, &time, NULL), 1);
	assert_int_equal(time, 1679315147);
	assert_int_equal(note_verify(&n, name, NOTE_COSIGNATURE, &key.pub, NULL, NULL), 1);
	assert_int_equal(note_verify(&n, name, NOTE_ED25519, &key.pub, NULL, NULL), 0);

	/* The bytes as the specification has them: be64 time, then a signature over header, time
	 * and text. */
	assert_int_equal(n.signature[0].bytes.n, 72);
	assert_memory_equal(n.signature[0].bytes.p, "\0\0\0\0\x64\x18\x50\xcb", 8);
	memcpy(sig.b, n.signature[0].bytes.p + 8, sizeof(sig.b));
	assert_true(sign_check(
		&key.pub, SLICE("cosignature/v1\ntime 1679315147\norigin\n5\nAAAA\n"), &sig));

	/* Two by one witness: the earlier counts. */
	note_cosign(&b, text, name, &key, 1679315140);
	assert_int_equal(parse(buf_slice(&b), &n), 0);
	assert_int_equal(note_verify(&n, name, NOTE_COSIGNATURE, &key.pub, &time, NULL), 1);
	assert_int_equal(time, 1679315140);
}

/* Times over 2^63 - 1 are forbidden even where the signature over them holds. */
static void cosignature_time(void **state)
{
	static const struct {
		uint64_t time;
		int rc;
	} cases[] = {{0, 1}, {INT64_MAX, 1}, {(uint64_t)INT64_MAX + 1, E_VERIFY},
		{UINT64_MAX, E_VERIFY}};
	struct slice text = SLICE("origin\n5\nAAAA\n"), name = SLICE("w.example");
	struct buf b CLEANUP_BUF = BUF(KIB);
	struct note n;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t time = 7;

		buf_clear(&b);
		buf_slice_add(&b, text);
		buf_byte(&b, '\n');
		note_cosign(&b, text, name, &key, cases[i].time);
		assert_int_equal(parse(buf_slice(&b), &n), 0);
		assert_int_equal(note_verify(&n, name, NOTE_COSIGNATURE, &key.pub, &time, NULL),
			cases[i].rc);
		assert_true(time == (cases[i].rc == 1 ? cases[i].time : 7));
	}
}

static int start(void **state)
{
	(void)state;
	crypt_init();
	key = seckey_from_seed((const uint8_t[32]){1});
	other = seckey_from_seed((const uint8_t[32]){2});
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(examples_of_others),
		cmocka_unit_test(last_empty_line_parts), cmocka_unit_test(cut_and_trailing),
		cmocka_unit_test(bad_notes), cmocka_unit_test(ceilings), cmocka_unit_test(vkeys),
		cmocka_unit_test(sign_and_verify), cmocka_unit_test(good_and_bad),
		cmocka_unit_test(wrong_length), cmocka_unit_test(cosignatures),
		cmocka_unit_test(cosignature_time)};

	return cmocka_run_group_tests(tests, start, end);
}
