/* Bundles cut into objects, in pieces of every size. */
#include "unit.h"

#include "work/cyber/split.h"

static int feed(
	struct split *s, const char *text, size_t piece, struct split_result *ret, struct why *why)
{
	struct slice all = slice_str(text);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < all.n; i += piece)
		rc = stix_split_feed(s, slice_sub(all, i, i + piece), why);
	return rc < 0 ? rc : stix_split_end(s, ret, why);
}

/* `expected`: the elements with a line end behind each; '!' in front of what is no object. */
static void split_is(const char *text, enum split_frame frame, const char *expected)
{
	for (size_t piece = 1; piece < 40; piece++) {
		struct split *s = stix_split_new();
		struct buf b CLEANUP_BUF = BUF(1 << 16);
		struct split_result r;
		struct why why = {0};

		if (feed(s, text, piece, &r, &why) < 0)
			fail_msg("%s in %zu: %s %s", text, piece, why.where, why.text);
		assert_int_equal(r.frame, frame);
		for (size_t i = 0; i < r.n; i++) {
			if (!r.at[i].object)
				buf_byte(&b, '!');
			buf_add(&b, text + r.at[i].from, r.at[i].n);
			buf_byte(&b, '\n');
		}
		assert_string_equal(buf_cstr(&b), expected);
		stix_split_free(&s);
	}
}

static void split_fails(const char *text, int code)
{
	for (size_t piece = 1; piece < 40; piece += 3) {
		struct split *s = stix_split_new();
		struct split_result r;
		struct why why = {0};

		if (feed(s, text, piece, &r, &why) != code || !why.text[0])
			fail_msg("%s: %d %s", text, why.code, why.text);
		stix_split_free(&s);
	}
}

static void good(void **state)
{
	(void)state;
	split_is("{\"type\":\"bundle\",\"objects\":[{\"a\":1},{\"b\":\"]}\\\"{\"}]}", SPLIT_BUNDLE,
		"{\"a\":1}\n{\"b\":\"]}\\\"{\"}\n");
	split_is(" { \"objects\" : [ { \"a\" : [ { } , [ ] ] } , { } ] , \"type\" : \"bundle\" } ",
		SPLIT_BUNDLE, "{ \"a\" : [ { } , [ ] ] }\n{ }\n");
	split_is("{\"objects\":[]}", SPLIT_ENVELOPE, "");
	split_is("{}", SPLIT_ENVELOPE, "");
	split_is("{\"more\":false,\"x\":{\"objects\":[{}]},\"objects\":[{}]}", SPLIT_ENVELOPE,
		"{}\n");
	split_is("{\"objects\":[1,\"x\\\"]\",null,[{}],{},-1.5e3 ]}", SPLIT_ENVELOPE,
		"!1\n!\"x\\\"]\"\n!null\n![{}]\n{}\n!-1.5e3\n");
	split_is("{\"type\":\"ipv4-addr\",\"id\":\"x\"}", SPLIT_ONE,
		"{\"type\":\"ipv4-addr\",\"id\":\"x\"}\n");
	split_is("{\"a\":\"objects\",\"objects\":[{}]}", SPLIT_ENVELOPE, "{}\n");
}

static void bad(void **state)
{
	char deep[1000];
	static const char *const text[] = {"", " ", "[1]", "1", "{", "{\"objects\":[{\"a\":1}",
		"{\"objects\":[{\"a\":1}]", "{\"objects\":[{},]}", "{\"objects\":[,{}]}",
		"{\"objects\":[{} {}]}", "{\"objects\":[{}]} x", "{\"objects\":[{]}]}",
		"{\"objects\":[{}],\"objects\":[{}]}", "{\"objects\":[{}}", "{\"objects\":[{\"a]}",
		"{\"a\":1,\"a\":2,\"objects\":[]}", "{\"objects\":[{}],\"x\":tru}",
		"{\"obj\\u0065cts\":[{}]}"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(text); i++)
		split_fails(text[i], E_SYNTAX);
	split_fails("{\"objects\":\"x\"}", E_INVALID);
	split_fails("{\"objects\":{}}", E_INVALID);
	snprintf(deep, sizeof(deep), "{\"objects\":[%0300d", 0);
	memset(deep + 12, '[', 300);
	split_fails(deep, E_LIMIT);
}

/* The places of elements are bounded, too: half a byte of text for each would be a gigabyte of them. */
static void too_many(void **state)
{
	struct split *s = stix_split_new();
	struct why why = {0};
	size_t n = 0;
	int rc;

	(void)state;
	rc = stix_split_feed(s, SLICE("{\"objects\":[0"), &why);
	for (; rc == 0 && n < 9UL << 20; n += 16)
		rc = stix_split_feed(s, SLICE(",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"), &why);
	assert_int_equal(rc, E_LIMIT);
	assert_true(n >= 8UL << 20);
	assert_string_equal(why.where, "/objects");
	stix_split_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good), cmocka_unit_test(bad), cmocka_unit_test(too_many)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
