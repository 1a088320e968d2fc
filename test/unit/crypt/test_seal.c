#include "unit.h"

#include "base/limits.h"
#include "crypt/seal.h"
#include "crypt/sign.h"

#include <sodium.h>

#define CHUNK	   ((size_t)1 * MIB)
#define CHUNK_TAG  ((size_t)17)
#define HEAD_BYTES ((size_t)(80 + 24))

static struct sealkey reader, other;
static uint8_t *content; /* owned; 2 MiB and a bit */
static const size_t content_n = 2 * CHUNK + 100;

static int keys_make(void **state)
{
	struct env env = env_system();

	(void)state;
	reader = sealkey_new(&env);
	other = sealkey_new(&env);
	content = mem_zero_alloc(content_n, 1);
	env_random(&env, content, content_n);
	return 0;
}

static int keys_drop(void **state)
{
	(void)state;
	mem_free(content);
	return 0;
}

static struct buf sealed_of(size_t plain_n)
{
	struct buf sealed = BUF(4 * MIB);

	assert_int_equal(seal_to(reader.pub, slice_of(content, plain_n), &sealed, NULL), 0);
	assert_int_equal(sealed.n, seal_length(plain_n));
	return sealed;
}

/* Opening must fail with `code` and leave what stood in the buf before. */
static void assert_refused(const struct sealkey *k, struct slice sealed, int code)
{
	struct buf out CLEANUP_BUF = BUF(4 * MIB);
	struct why why = {0};

	buf_str(&out, "before");
	assert_int_equal(seal_open(k, sealed, &out, &why), code);
	assert_int_equal(why.code, code);
	assert_true(slice_is(buf_slice(&out), "before"));
	assert_false(buf_over(&out));
}

static void round_trip_at_chunk_borders(void **state)
{
	static const size_t lengths[] = {
		0, 1, 31, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 100};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct buf sealed CLEANUP_BUF = sealed_of(lengths[i]);
		struct buf out CLEANUP_BUF = BUF(4 * MIB);

		buf_str(&out, "before");
		assert_int_equal(seal_open(&reader, buf_slice(&sealed), &out, NULL), 0);
		assert_int_equal(out.n, 6 + lengths[i]);
		assert_memory_equal(out.p, "before", 6);
		assert_memory_equal(out.p + 6, content, lengths[i]);
		assert_refused(&other, buf_slice(&sealed), E_VERIFY);
	}
}

static void length_is_stated(void **state)
{
	(void)state;
	assert_int_equal(seal_length(0), HEAD_BYTES + CHUNK_TAG);
	assert_int_equal(seal_length(1), HEAD_BYTES + CHUNK_TAG + 1);
	assert_int_equal(seal_length(CHUNK), HEAD_BYTES + CHUNK_TAG + CHUNK);
	assert_int_equal(seal_length(CHUNK + 1), HEAD_BYTES + 2 * CHUNK_TAG + CHUNK + 1);
}

static void twice_sealed_looks_different(void **state)
{
	struct buf a CLEANUP_BUF = sealed_of(100), b CLEANUP_BUF = sealed_of(100);

	(void)state;
	assert_int_equal(a.n, b.n);
	assert_true(memcmp(a.p + HEAD_BYTES, b.p + HEAD_BYTES, a.n - HEAD_BYTES) != 0);
}

static void every_byte_counts(void **state)
{
	struct buf sealed CLEANUP_BUF = sealed_of(40);

	(void)state;
	for (size_t i = 0; i < sealed.n; i++) {
		sealed.p[i] ^= 0x10;
		assert_refused(&reader, buf_slice(&sealed), E_VERIFY);
		sealed.p[i] ^= 0x10;
	}
	for (size_t n = 0; n < sealed.n; n++)
		assert_refused(&reader, slice_of(sealed.p, n), E_VERIFY);
	buf_byte(&sealed, 0);
	assert_refused(&reader, buf_slice(&sealed), E_VERIFY);
}

/* Chunks left out, exchanged, doubled, or cut off: each is whole in itself. */
static void chunks_keep_their_order(void **state)
{
	struct buf sealed CLEANUP_BUF = sealed_of(content_n), bad CLEANUP_BUF = BUF(8 * MIB);
	const struct slice all = buf_slice(&sealed);
	const size_t one = CHUNK + CHUNK_TAG;
	const struct slice head = slice_sub(all, 0, HEAD_BYTES);
	const struct slice first = slice_sub(all, HEAD_BYTES, HEAD_BYTES + one);
	const struct slice second = slice_sub(all, HEAD_BYTES + one, HEAD_BYTES + 2 * one);
	const struct slice last = slice_sub(all, HEAD_BYTES + 2 * one, all.n);
	const struct slice orders[][4] = {
		{first, second, SLICE_NONE, SLICE_NONE},
		{first, SLICE_NONE, SLICE_NONE, SLICE_NONE},
		{second, first, last, SLICE_NONE},
		{first, last, SLICE_NONE, SLICE_NONE},
		{last, SLICE_NONE, SLICE_NONE, SLICE_NONE},
		{first, second, second, last},
		{first, second, last, last},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		buf_clear(&bad);
		buf_slice_add(&bad, head);
		for (size_t k = 0; k < 4; k++)
			buf_slice_add(&bad, orders[i][k]);
		assert_refused(&reader, buf_slice(&bad), E_VERIFY);
	}
}

/* A sender who writes the stream in his own way: the content must still have one form only. */
static void foreign_stream(
	struct buf *ret, size_t first_n, uint8_t first_tag, bool second, size_t second_n)
{
	uint8_t key[32];
	crypto_secretstream_xchacha20poly1305_state st;

	crypto_secretstream_xchacha20poly1305_keygen(key);
	buf_clear(ret);
	crypto_box_seal(buf_room(ret, 80), key, sizeof(key), reader.pub);
	crypto_secretstream_xchacha20poly1305_init_push(&st, buf_room(ret, 24), key);
	crypto_secretstream_xchacha20poly1305_push(&st, buf_room(ret, first_n + CHUNK_TAG), NULL,
		content, first_n, NULL, 0, first_tag);
	if (second)
		crypto_secretstream_xchacha20poly1305_push(&st, buf_room(ret, second_n + CHUNK_TAG),
			NULL, content, second_n, NULL, 0,
			crypto_secretstream_xchacha20poly1305_TAG_FINAL);
}

static void one_content_one_form(void **state)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB), out CLEANUP_BUF = BUF(4 * MIB);
	const uint8_t message = crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
	const uint8_t final = crypto_secretstream_xchacha20poly1305_TAG_FINAL;

	(void)state;
	/* The helper itself is right: what we would write opens. */
	foreign_stream(&b, CHUNK, message, true, 5);
	assert_int_equal(seal_open(&reader, buf_slice(&b), &out, NULL), 0);
	assert_int_equal(out.n, CHUNK + 5);
	/* An empty last chunk behind a full one. */
	foreign_stream(&b, CHUNK, message, true, 0);
	assert_refused(&reader, buf_slice(&b), E_VERIFY);
	/* An end that is not marked, marks before the end, and marks we do not use. */
	foreign_stream(&b, 10, message, false, 0);
	assert_refused(&reader, buf_slice(&b), E_VERIFY);
	foreign_stream(&b, CHUNK, final, true, 5);
	assert_refused(&reader, buf_slice(&b), E_VERIFY);
	foreign_stream(&b, CHUNK, crypto_secretstream_xchacha20poly1305_TAG_PUSH, true, 5);
	assert_refused(&reader, buf_slice(&b), E_VERIFY);
	foreign_stream(&b, CHUNK, crypto_secretstream_xchacha20poly1305_TAG_REKEY, true, 5);
	assert_refused(&reader, buf_slice(&b), E_VERIFY);
	/* Short chunks. */
	foreign_stream(&b, 10, message, true, 10);
	assert_refused(&reader, buf_slice(&b), E_VERIFY);
}

static void ceilings(void **state)
{
	struct buf sealed CLEANUP_BUF = sealed_of(100);
	struct buf small CLEANUP_BUF = BUF(99), exact CLEANUP_BUF = BUF(100);
	struct buf tight CLEANUP_BUF = BUF(seal_length(100) - 1);
	struct buf full CLEANUP_BUF = BUF(2);

	(void)state;
	assert_int_equal(seal_open(&reader, buf_slice(&sealed), &small, NULL), E_LIMIT);
	assert_int_equal(small.n, 0);
	assert_int_equal(seal_open(&reader, buf_slice(&sealed), &exact, NULL), 0);
	assert_int_equal(exact.n, 100);
	assert_int_equal(seal_to(reader.pub, slice_of(content, 100), &tight, NULL), E_LIMIT);
	assert_int_equal(tight.n, 0);
	/* A buf that has overflowed already stays useless. */
	buf_str(&full, "overflow");
	assert_true(buf_over(&full));
	assert_int_equal(seal_to(reader.pub, SLICE_NONE, &full, NULL), E_LIMIT);
	struct buf empty CLEANUP_BUF = sealed_of(0);
	assert_int_equal(seal_open(&reader, buf_slice(&empty), &full, NULL), E_LIMIT);
}

/* Points of small order on Curve25519 (u = 0, 1, p - 1, p, p + 1 and one of order 8). */
static void small_order_keys(void **state)
{
	static const char *const bad[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	};
	struct buf out CLEANUP_BUF = BUF(1000);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t pub[32];

		unhex(bad[i], pub, sizeof(pub));
		assert_false(sealkey_usable(pub));
		assert_int_equal(seal_to(pub, SLICE("x"), &out, NULL), E_INVALID);
		assert_int_equal(out.n, 0);
		assert_false(buf_over(&out));
	}
	assert_true(sealkey_usable(reader.pub));
}

/* sec is the first half of SHA-512(seed), and pub belongs to it. */
static void pair_belongs_together(void **state)
{
	uint8_t seed[32] = {9, 8, 7}, expanded[64], pub[32];

	(void)state;
	struct sealkey k = sealkey_from_seed(seed), again = sealkey_from_seed(seed);
	assert_memory_equal(&k, &again, sizeof(k));
	crypto_hash_sha512(expanded, seed, sizeof(seed));
	assert_memory_equal(k.sec, expanded, sizeof(k.sec));
	/* The same scalar on the Edwards curve is the Ed25519 key of this seed; mapped over, the
	 * two must meet. */
	struct seckey ed = seckey_from_seed(seed);
	assert_int_equal(crypto_sign_ed25519_pk_to_curve25519(pub, ed.pub.b), 0);
	assert_memory_equal(k.pub, pub, sizeof(pub));
	sealkey_wipe(&k);
	static const struct sealkey zero;
	assert_memory_equal(&k, &zero, sizeof(k));
	sealkey_wipe(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip_at_chunk_borders),
		cmocka_unit_test(length_is_stated),
		cmocka_unit_test(twice_sealed_looks_different),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(chunks_keep_their_order),
		cmocka_unit_test(one_content_one_form),
		cmocka_unit_test(ceilings),
		cmocka_unit_test(small_order_keys),
		cmocka_unit_test(pair_belongs_together),
	};

	crypt_init();
	return cmocka_run_group_tests(tests, keys_make, keys_drop);
}
