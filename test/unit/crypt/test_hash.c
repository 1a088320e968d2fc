#include "unit.h"

#include "crypt/hash.h"
#include "crypt/sign.h"

static void assert_hash(struct hash h, const char *hex)
{
	char text[HEX_LEN(32) + 1];

	hex_encode(h.b, sizeof(h.b), text);
	assert_string_equal(text, hex);
}

/* FIPS 180-4 examples, and the empty message. */
static void sha256_known_answers(void **state)
{
	(void)state;
	assert_hash(hash_bytes(SLICE_NONE),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_hash(hash_bytes(SLICE("abc")),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_hash(hash_bytes(SLICE("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* FIPS 180-4: a million times 'a', through the piecewise interface in pieces that fit no block. */
static void sha256_million(void **state)
{
	uint8_t piece[997];
	size_t left = 1000000;
	struct hasher *h = hash_start();

	(void)state;
	memset(piece, 'a', sizeof(piece));
	while (left > 0) {
		size_t n = left < sizeof(piece) ? left : sizeof(piece);
		hash_add(h, slice_of(piece, n));
		left -= n;
	}
	hash_add(h, SLICE_NONE);
	assert_hash(
		hash_end(&h), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	assert_null(h);
}

static void drop_takes_anything(void **state)
{
	struct hasher *h = hash_start();

	(void)state;
	hash_add(h, SLICE("abandoned"));
	hash_drop(&h);
	assert_null(h);
	hash_drop(&h);
	hash_drop(NULL);
}

/* Pieces that together lie around the size up to which they are gathered on the stack. */
static void pieces_equal_the_whole(void **state)
{
	static uint8_t bytes[5000];
	static const size_t totals[] = {0, 1, 55, 56, 64, 65, 1000, 2047, 2048, 2049, 4096, 5000};

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t t = 0; t < sizeof(totals) / sizeof(totals[0]); t++) {
		size_t n = totals[t];
		struct hash whole = hash_bytes(slice_of(bytes, n));
		struct slice pieces[4] = {slice_of(bytes, n / 3), SLICE_NONE,
			slice_of(bytes + n / 3, n / 2 - n / 3), slice_of(bytes + n / 2, n - n / 2)};
		struct hash parts = hash_of(pieces, 4);
		struct hasher *h = hash_start();

		for (size_t i = 0; i < 4; i++)
			hash_add(h, pieces[i]);
		struct hash stream = hash_end(&h);
		assert_true(hash_eq(&whole, &parts));
		assert_true(hash_eq(&whole, &stream));
	}
	struct hash none = hash_of(NULL, 0), empty = hash_bytes(SLICE_NONE);
	assert_true(hash_eq(&none, &empty));
}

/* Hash of the tree over leaves [0, n), straight from the definition in RFC 6962 §2.1. */
static struct hash tree(const struct slice *leaves, size_t n)
{
	size_t k = 1;

	if (n == 1)
		return hash_leaf(leaves[0]);
	while (k * 2 < n)
		k *= 2;
	struct hash left = tree(leaves, k), right = tree(leaves + k, n - k);
	return hash_node(&left, &right);
}

/* The reference tree of Certificate Transparency: eight leaves and the root at every size. */
static void rfc6962_roots(void **state)
{
	static const char *const roots[8] = {
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	};
	const struct slice leaves[8] = {SLICE_NONE, SLICE("\x00"), SLICE("\x10"), SLICE("\x20\x21"),
		SLICE("\x30\x31"), SLICE("\x40\x41\x42\x43"),
		SLICE("\x50\x51\x52\x53\x54\x55\x56\x57"),
		SLICE("\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f")};

	(void)state;
	for (size_t n = 1; n <= 8; n++)
		assert_hash(tree(leaves, n), roots[n - 1]);
}

/* The prefixes keep a leaf and a node apart even when their bytes are the same. */
static void leaf_is_no_node(void **state)
{
	struct hash a = hash_bytes(SLICE("a")), b = hash_bytes(SLICE("b"));
	uint8_t both[64];

	(void)state;
	memcpy(both, a.b, 32);
	memcpy(both + 32, b.b, 32);
	struct hash leaf = hash_leaf(slice_of(both, sizeof(both)));
	struct hash node = hash_node(&a, &b), swapped = hash_node(&b, &a);
	assert_false(hash_eq(&leaf, &node));
	assert_false(hash_eq(&swapped, &node));
}

/* Entries may be longer than what is gathered; the prefix must not get lost there. */
static void leaf_of_any_length(void **state)
{
	static uint8_t bytes[1 + 8192];

	(void)state;
	for (size_t i = 1; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 31);
	for (size_t n = 2040; n <= 2056; n++) {
		struct hash leaf = hash_leaf(slice_of(bytes + 1, n));
		struct hash flat = hash_bytes(slice_of(bytes, n + 1));
		assert_true(hash_eq(&leaf, &flat));
	}
	struct hash leaf = hash_leaf(slice_of(bytes + 1, 8192));
	struct hash flat = hash_bytes(slice_of(bytes, 8193));
	assert_true(hash_eq(&leaf, &flat));
}

static void comparing(void **state)
{
	struct hash zero = {{0}}, one = {{0}}, top = {{0}};

	(void)state;
	one.b[31] = 1;
	top.b[0] = 0x80;
	assert_true(hash_is_zero(&zero));
	assert_false(hash_is_zero(&one));
	assert_false(hash_is_zero(&top));
	assert_true(hash_eq(&one, &one));
	assert_false(hash_eq(&one, &top));
	assert_true(hash_cmp(&zero, &one) < 0);
	assert_true(hash_cmp(&one, &top) < 0);
	assert_true(hash_cmp(&top, &one) > 0);
	assert_int_equal(hash_cmp(&top, &top), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_known_answers),
		cmocka_unit_test(sha256_million),
		cmocka_unit_test(drop_takes_anything),
		cmocka_unit_test(pieces_equal_the_whole),
		cmocka_unit_test(rfc6962_roots),
		cmocka_unit_test(leaf_is_no_node),
		cmocka_unit_test(leaf_of_any_length),
		cmocka_unit_test(comparing),
	};

	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
