#include "sample.h"

#include "crypt/sign.h"
#include "log/batch.h"

static void there_and_back(void **state)
{
	static const char *const objects[] = {"{}", "x", "a longer object", "\n"};
	struct buf b CLEANUP_BUF = BUF(KIB);
	struct slice rest, got;
	uint64_t offset, want = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(objects); i++)
		batch_add(&b, slice_str(objects[i]));
	rest = buf_slice(&b);
	for (size_t i = 0; i < COUNT_OF(objects); i++) {
		assert_int_equal(batch_next(buf_slice(&b), &rest, &got, &offset, NULL), 1);
		assert_slice(got, objects[i]);
		want += 4;
		assert_true(offset == want && b.p + offset == got.p);
		want += got.n;
	}
	assert_int_equal(batch_next(buf_slice(&b), &rest, &got, &offset, NULL), 0);
}

static void torn(void **state)
{
	struct buf b CLEANUP_BUF = BUF(KIB);
	static const uint8_t huge[] = {0xff, 0xff, 0xff, 0xff, 'x'},
			     empty[] = {0, 0, 0, 0, 0, 0, 0, 1, 'x'};
	struct slice rest, got = SLICE("kept");
	uint64_t offset = 77;

	(void)state;
	batch_add(&b, SLICE("abc"));
	for (size_t n = 1; n < b.n; n++) {
		struct why why = {0};

		rest = slice_sub(buf_slice(&b), 0, n);
		assert_int_equal(batch_next(rest, &rest, &got, &offset, &why), E_SYNTAX);
		assert_int_equal(why.code, E_SYNTAX);
		assert_int_equal(rest.n, n);
	}
	rest = slice_of(huge, sizeof(huge));
	assert_int_equal(batch_next(rest, &rest, &got, &offset, NULL), E_SYNTAX);
	rest = slice_of(empty, sizeof(empty));
	assert_int_equal(batch_next(rest, &rest, &got, &offset, NULL), E_SYNTAX);
	assert_slice(got, "kept");
	assert_int_equal(offset, 77);
}

/* Known answer, computed apart: the first 12 bytes of SHA-256("entente-batch/1\n" ‖ 32 × 0x11), 00000102. */
static void object_ids(void **state)
{
	struct id owner = sample_id(4);
	struct object_id o, next, other;
	struct hash leaf;
	char hex[HEX_LEN(16) + 1];

	(void)state;
	memset(leaf.b, 0x11, sizeof(leaf.b));
	o = batch_object_id(&owner, &leaf, 258);
	hex_encode(o.name.b, sizeof(o.name.b), hex);
	assert_string_equal(hex, "e55ecc20ae354662b413fda300000102");
	assert_true(id_eq(&o.owner, &owner));
	next = batch_object_id(&owner, &leaf, 259);
	assert_false(id_eq(&o.name, &next.name));
	leaf.b[31] = 0x12;
	other = batch_object_id(&owner, &leaf, 258);
	assert_memory_not_equal(o.name.b, other.name.b, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(there_and_back), cmocka_unit_test(torn),
		cmocka_unit_test(object_ids)};

	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
