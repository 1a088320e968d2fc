/* test_cbor.c: src/base/cbor.c */
#include "unit.h"

#include "base/cbor.h"
#include "base/enc.h"

static size_t unhex(const char *hex, uint8_t *ret)
{
	size_t n = strlen(hex) / 2;

	assert_int_equal(hex_decode(slice_str(hex), ret, n), 0);
	return n;
}

/* RFC 8949 appendix A, those of the kinds that are read. */
static void numbers_of_the_rfc(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		int64_t v;
	} row[] = {{"00", 0}, {"01", 1}, {"0a", 10}, {"17", 23}, {"1818", 24}, {"1819", 25},
		{"1864", 100}, {"1903e8", 1000}, {"1a000f4240", 1000000},
		{"1b000000e8d4a51000", 1000000000000}, {"20", -1}, {"29", -10}, {"3863", -100},
		{"3903e7", -1000}, {"1b7fffffffffffffff", INT64_MAX},
		{"3b7fffffffffffffff", INT64_MIN}};
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		uint8_t bytes[16];
		struct slice rest = slice_of(bytes, unhex(row[i].hex, bytes));
		struct cbor_item item;
		int64_t v = 0;

		assert_int_equal(cbor_take(&rest, &item, NULL), 0);
		assert_int_equal(rest.n, 0);
		assert_int_equal(cbor_need_i64(&item, "", &v, NULL), 0);
		assert_true(v == row[i].v);
	}
}

static void what_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		int code;
	} row[] = {
		{"", E_SYNTAX},			  /* nothing */
		{"18", E_SYNTAX},		  /* cut */
		{"1817", E_SYNTAX},		  /* 23 in two bytes */
		{"1900ff", E_SYNTAX},		  /* 255 in three */
		{"1a0000ffff", E_SYNTAX},	  /* */
		{"1b00000000ffffffff", E_SYNTAX}, /* */
		{"1c", E_SYNTAX},		  /* reserved */
		{"5f4101ff", E_SYNTAX},		  /* indefinite bytes */
		{"7f6161ff", E_SYNTAX},		  /* indefinite text */
		{"9f01ff", E_SYNTAX},		  /* indefinite list */
		{"bf6101ff", E_SYNTAX},		  /* indefinite map */
		{"c001", E_SYNTAX},		  /* tag */
		{"f97e00", E_SYNTAX},		  /* float */
		{"f820", E_SYNTAX},		  /* simple */
		{"f7", E_SYNTAX},		  /* undefined */
		{"ff", E_SYNTAX},		  /* break */
		{"4201", E_SYNTAX},		  /* string that is cut */
		{"5b7fffffffffffffff00", E_SYNTAX},
		{"62c328", E_SYNTAX},		  /* no UTF-8 */
		{"8201", E_SYNTAX},		  /* list that is cut */
		{"9bffffffffffffffff", E_SYNTAX}, /* a list of very many */
		{"bbffffffffffffffff", E_LIMIT},  /* a map of very many */
		{"a201010102", E_SYNTAX},	  /* a key twice */
		{"818181818181818101", E_LIMIT},  /* nine deep */
		{"a101a101a101a101a101a101a101a101", E_LIMIT},
	};
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		uint8_t bytes[64];
		struct slice rest, before;
		struct cbor_item item;
		struct why why = {0};

		rest = before = slice_of(bytes, unhex(row[i].hex, bytes));
		assert_int_equal(cbor_take(&rest, &item, &why), row[i].code);
		assert_int_equal(why.code, row[i].code);
		assert_true(slice_eq(rest, before));
	}
}

static void a_map(void **state)
{
	(void)state;
	uint8_t bytes[64];
	/* {"fmt": "none", -7: h'0102', 3: [1, true], "x": {}} and a byte that is not its own */
	struct slice rest = slice_of(bytes, unhex("a463666d74646e6f6e652642010203"
						  "8201f5"
						  "6178a0"
						  "ee",
						    bytes));
	struct cbor_map m;
	struct slice s;
	int64_t v;

	assert_int_equal(cbor_map_read(&rest, &m, NULL), 0);
	assert_int_equal(rest.n, 1);
	assert_int_equal(m.n, 4);
	assert_int_equal(cbor_need_text(cbor_at(&m, "fmt"), "fmt", &s, NULL), 0);
	assert_true(slice_is(s, "none"));
	assert_int_equal(cbor_need_bytes(cbor_at_i64(&m, -7), "x", &s, NULL), 0);
	assert_int_equal(s.n, 2);
	assert_int_equal(cbor_at_i64(&m, 3)->type, CBOR_ARRAY);
	assert_int_equal(cbor_at(&m, "x")->type, CBOR_MAP);
	assert_int_equal(cbor_at(&m, "x")->whole.n, 1);
	assert_null(cbor_at(&m, "y"));
	assert_null(cbor_at_i64(&m, 7));
	struct why why = {0};
	assert_int_equal(cbor_need_bytes(cbor_at(&m, "fmt"), "fmt", &s, &why), E_INVALID);
	assert_string_equal(why.where, "fmt");
	assert_int_equal(cbor_need_i64(NULL, "n", &v, &why), E_INVALID);
	rest = SLICE("\x01");
	assert_int_equal(cbor_map_read(&rest, &m, NULL), E_SYNTAX);
}

static void too_long(void **state)
{
	(void)state;
	uint8_t *bytes = mem_zero_alloc(LIMIT_CBOR_BYTES + 1, 1);
	struct slice rest = slice_of(bytes, LIMIT_CBOR_BYTES + 1);
	struct cbor_item item;

	assert_int_equal(cbor_take(&rest, &item, NULL), E_LIMIT);
	rest.n--;
	assert_int_equal(cbor_take(&rest, &item, NULL), 0);
	mem_free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_the_rfc),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(a_map),
		cmocka_unit_test(too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
