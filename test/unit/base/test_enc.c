/* test_enc.c: src/base/enc.c */
#include "unit.h"

#include "base/clock.h"
#include "base/enc.h"

#include <errno.h>

/* RFC 4648 §10; base32 in our spelling. */
static const struct {
	const char *plain, *hex, *base64, *base32;
} rfc[] = {
	{"", "", "", ""},
	{"f", "66", "Zg==", "my"},
	{"fo", "666f", "Zm8=", "mzxq"},
	{"foo", "666f6f", "Zm9v", "mzxw6"},
	{"foob", "666f6f62", "Zm9vYg==", "mzxw6yq"},
	{"fooba", "666f6f6261", "Zm9vYmE=", "mzxw6ytb"},
	{"foobar", "666f6f626172", "Zm9vYmFy", "mzxw6ytboi"},
};

static void vectors_of_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rfc); i++) {
		size_t n = strlen(rfc[i].plain);
		char text[64], back[16] = {0};
		struct buf b CLEANUP_BUF = BUF(64);

		hex_encode(rfc[i].plain, n, text);
		assert_string_equal(text, rfc[i].hex);
		assert_int_equal(strlen(text), HEX_LEN(n));
		assert_int_equal(hex_decode(slice_str(text), back, n), 0);
		assert_memory_equal(back, rfc[i].plain, n);

		base64_encode(rfc[i].plain, n, text);
		assert_string_equal(text, rfc[i].base64);
		assert_int_equal(strlen(text), BASE64_LEN(n));
		memset(back, 0, sizeof(back));
		assert_int_equal(base64_decode_exact(slice_str(text), back, n), 0);
		assert_memory_equal(back, rfc[i].plain, n);
		assert_int_equal(base64_decode(slice_str(text), &b), 0);
		assert_slice(buf_slice(&b), rfc[i].plain);

		base32_encode(rfc[i].plain, n, text);
		assert_string_equal(text, rfc[i].base32);
		assert_int_equal(strlen(text), BASE32_LEN(n));
		memset(back, 0, sizeof(back));
		assert_int_equal(base32_decode(slice_str(text), back, n), 0);
		assert_memory_equal(back, rfc[i].plain, n);

		buf_clear(&b);
		buf_hex(&b, rfc[i].plain, n);
		buf_byte(&b, ' ');
		buf_base64(&b, rfc[i].plain, n);
		buf_byte(&b, ' ');
		buf_base32(&b, rfc[i].plain, n);
		snprintf(text, sizeof(text), "%s %s %s", rfc[i].hex, rfc[i].base64, rfc[i].base32);
		assert_string_equal(buf_cstr(&b), text);

		char url[64];
		size_t used = 0;

		buf_clear(&b);
		buf_base64url(&b, rfc[i].plain, n);
		for (const char *p = rfc[i].base64; *p && *p != '='; p++)
			url[used++] = *p;
		url[used] = '\0';
		assert_string_equal(buf_cstr(&b), url);
		buf_clear(&b);
		assert_int_equal(base64url_decode(slice_str(url), &b), 0);
		assert_slice(buf_slice(&b), rfc[i].plain);
	}
}

/* The two characters that differ; padding and the other alphabet are refused, and so are bits that nobody wrote. */
static void base64url(void **state)
{
	(void)state;
	static const char *const bad[] = {"+_8", "-/8", "-_8=", "-_9", "a", "-_8A-", "-_8 "};
	struct buf b CLEANUP_BUF = BUF(64);

	buf_base64url(&b, "\xfb\xff", 2);
	assert_string_equal(buf_cstr(&b), "-_8");
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(base64url_decode(slice_str(bad[i]), &b), -EINVAL);
}

static void all_bytes_come_back(void **state)
{
	struct env_fake f;
	struct env env = env_of_fake(&f);

	(void)state;
	env_fake_init(&f, 1, 0);
	for (size_t n = 0; n < 70; n++) {
		uint8_t in[70], out[70];
		char text[160];

		env_random(&env, in, n);
		hex_encode(in, n, text);
		assert_int_equal(hex_decode(slice_str(text), out, n), 0);
		assert_memory_equal(in, out, n);
		base64_encode(in, n, text);
		assert_int_equal(base64_decode_exact(slice_str(text), out, n), 0);
		assert_memory_equal(in, out, n);
		base32_encode(in, n, text);
		assert_int_equal(base32_decode(slice_str(text), out, n), 0);
		assert_memory_equal(in, out, n);
	}
}

/* Of all texts of a length only one may decode to a value: count them. */
static void one_value_has_one_text(void **state)
{
	unsigned pairs = 0, one = 0, two = 0;
	uint8_t out[2];
	char t[4];

	(void)state;
	for (unsigned i = 0; i < 65536; i++) {
		t[0] = (char)(i >> 8);
		t[1] = (char)i;
		pairs += hex_decode(slice_of(t, 2), out, 1) == 0;
		one += base32_decode(slice_of(t, 2), out, 1) == 0;
		t[2] = t[3] = '=';
		two += base64_decode_exact(slice_of(t, 4), out, 1) == 0;
	}
	assert_int_equal(pairs, 256);
	assert_int_equal(one, 256);
	assert_int_equal(two, 256);
}

static void refuses_and_writes_nothing(void **state)
{
	static const char *const b64[] = {"Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "=",
		"====", "Z===", "Zm9v\n", "Zm 9v", "Zm9-", "Zm9_", "=Zm9", "Z=m9"};
	uint8_t out[8];

	(void)state;
	memset(out, 0xaa, sizeof(out));
	for (size_t i = 0; i < COUNT_OF(b64); i++) {
		struct buf b CLEANUP_BUF = BUF(64);

		assert_int_equal(base64_decode(slice_str(b64[i]), &b), -EINVAL);
		assert_int_equal(b.n, 0);
		for (size_t n = 0; n < 6; n++)
			assert_int_equal(base64_decode_exact(slice_str(b64[i]), out, n), -EINVAL);
	}
	assert_int_equal(base64_decode_exact(SLICE("Zm9v"), out, 2), -EINVAL);
	assert_int_equal(base64_decode_exact(SLICE("Zm9v"), out, 4), -EINVAL);
	assert_int_equal(hex_decode(SLICE("6F"), out, 1), -EINVAL);
	assert_int_equal(hex_decode(SLICE("6"), out, 1), -EINVAL);
	assert_int_equal(hex_decode(SLICE("666"), out, 1), -EINVAL);
	assert_int_equal(hex_decode(SLICE("66"), out, SIZE_MAX / 2 + 2), -EINVAL);
	assert_int_equal(hex_decode(SLICE("666g"), out, 2), -EINVAL);
	assert_int_equal(base32_decode(SLICE("MY"), out, 1), -EINVAL);
	assert_int_equal(base32_decode(SLICE("mz"), out, 1), -EINVAL);
	assert_int_equal(base32_decode(SLICE("m1"), out, 1), -EINVAL);
	assert_int_equal(base32_decode(SLICE("my=="), out, 1), -EINVAL);
	assert_int_equal(base32_decode(SLICE("mya"), out, 1), -EINVAL);
	for (size_t i = 0; i < sizeof(out); i++)
		assert_int_equal(out[i], 0xaa);
}

static void encoders_respect_the_ceiling(void **state)
{
	struct buf b CLEANUP_BUF = BUF(7);

	(void)state;
	buf_base64(&b, "abcdef", 6);
	assert_true(buf_over(&b));
	assert_int_equal(b.n, 0);
	buf_clear(&b);
	buf_base64(&b, "abc", 3);
	assert_false(buf_over(&b));
	assert_int_equal(base64_decode(SLICE("Zm9vYg=="), &b), 0);
	assert_true(buf_over(&b));
	assert_string_equal(buf_cstr(&b), "YWJj");
}

static void percent(void **state)
{
	struct buf b CLEANUP_BUF = BUF(200);

	(void)state;
	buf_percent(&b, SLICE("aZ09-._~/ +%\xc3\xab"));
	assert_string_equal(buf_cstr(&b), "aZ09-._~%2F%20%2B%25%C3%AB");
	buf_clear(&b);
	assert_int_equal(percent_decode(SLICE("a%2fb%2Fc+d%00"), &b), 0);
	assert_int_equal(b.n, 8);
	assert_memory_equal(b.p, "a/b/c+d\0", 8);
	assert_int_equal(percent_decode(SLICE("ok%"), &b), -EINVAL);
	assert_int_equal(percent_decode(SLICE("ok%2"), &b), -EINVAL);
	assert_int_equal(percent_decode(SLICE("ok%2g"), &b), -EINVAL);
	assert_int_equal(percent_decode(SLICE("ok%%20"), &b), -EINVAL);
	assert_int_equal(b.n, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_the_rfc),
		cmocka_unit_test(base64url),
		cmocka_unit_test(all_bytes_come_back),
		cmocka_unit_test(one_value_has_one_text),
		cmocka_unit_test(refuses_and_writes_nothing),
		cmocka_unit_test(encoders_respect_the_ceiling),
		cmocka_unit_test(percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
