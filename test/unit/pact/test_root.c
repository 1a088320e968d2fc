/* The text of root documents. */
#include "rootdoc.h"

#include "../log/sample.h"

static void full_text(struct buf *b)
{
	struct custody c;

	custody_init(&c, 1000);
	custody_next(&c);
	c.doc.officer[1] = (struct root_officer){
		sample_id(9), test_key(5).pub, SCOPE_SIGN | SCOPE_OPEN_BIDS, 1800000000000};
	c.doc.n_officer = 2;
	c.doc.tls[1] = sample_hash(3);
	c.doc.n_tls = 2;
	c.doc.endpoint[1] = SLICE("https://other.test/x");
	c.doc.n_endpoint = 2;
	c.doc.revoke[0] = (struct root_revoke){test_key(6).pub, sample_id(1), 3, 77};
	c.doc.revoke[1] = (struct root_revoke){test_key(7).pub, sample_id(2), 0, 0};
	c.doc.n_revoke = 2;
	custody_publish(&c);
	buf_slice_add(b, buf_slice(&c.text));
	custody_free(&c);
}

static void everything_comes_back(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES), again CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	struct root r;
	struct why why = {0};

	(void)state;
	full_text(&b);
	assert_int_equal(root_parse(&r, buf_slice(&b), &why), 0);
	assert_int_equal(r.version, 2);
	assert_int_equal(r.n_officer, 2);
	assert_int_equal(r.officer[1].scopes, SCOPE_SIGN | SCOPE_OPEN_BIDS);
	assert_true(r.officer[1].until_ms == 1800000000000);
	assert_true(r.revoke[0].epoch == 3 && r.revoke[0].size == 77);
	assert_slice(r.endpoint[1], "https://other.test/x");
	root_print(&r, &again);
	assert_true(slice_eq(buf_slice(&b), buf_slice(&again)));
	struct hash h = hash_bytes(buf_slice(&b));
	assert_true(hash_eq(&r.hash, &h));
}

/* Every line left out, doubled, swapped with its neighbour: refused, or a document that prints as
 * it stands. */
static void sound(const struct buf *b, unsigned *refused)
{
	struct buf again CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	struct root r;
	struct why why = {0};

	if (root_parse(&r, buf_slice(b), &why) < 0) {
		assert_true(why.code < 0 && strncmp(why.where, "line ", 5) == 0);
		(*refused)++;
		return;
	}
	root_print(&r, &again);
	assert_true(slice_eq(buf_slice(b), buf_slice(&again)));
}

static void a_broken_line_is_refused(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES),
		     broken CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	unsigned refused = 0;

	(void)state;
	full_text(&b);
	struct text_lines t = text_lines(buf_slice(&b));
	for (size_t i = 0; i < t.n; i++) {
		buf_clear(&broken);
		text_replace(&t, i, NULL, &broken);
		sound(&broken, &refused);
		buf_clear(&broken);
		text_double(&t, i, &broken);
		sound(&broken, &refused);
		for (size_t k = 0; i + 1 < t.n && k < 1; k++) {
			buf_clear(&broken);
			text_swap(&t, i, i + 1, &broken);
			sound(&broken, &refused);
		}
		/* A space at the end of any line. */
		struct buf line CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
		buf_slice_add(&line, slice_sub(t.line[i], 0, t.line[i].n - 1));
		buf_str(&line, " \n");
		buf_clear(&broken);
		text_replace(&t, i, buf_cstr(&line), &broken);
		unsigned before = refused;
		sound(&broken, &refused);
		assert_int_equal(refused, before + 1);
	}
	assert_true(refused > 3 * t.n);
}

static void refuses(const struct buf *b, const char *field, const char *with, int code)
{
	struct buf broken CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	struct text_lines t = text_lines(buf_slice(b));
	struct root r = {.version = 99};
	struct why why = {0};

	text_replace(&t, text_find(&t, field), with, &broken);
	int rc = root_parse(&r, buf_slice(&broken), &why);
	if (rc != code)
		fail_msg("%s with %s: %d %s", field, with, rc, why.text);
	assert_int_equal(r.version, 99);
}

static void values_are_checked(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);

	(void)state;
	full_text(&b);
	refuses(&b, "entente-root", "entente-root/2\n", E_SYNTAX);
	refuses(&b, "member", "member -\n", E_INVALID);
	refuses(&b, "label", "label evil\xe2\x80\xaegpj\n", E_SYNTAX);
	refuses(&b, "label", "label \xff\n", E_SYNTAX);
	refuses(&b, "label",
		"label 0123456789012345678901234567890123456789012345678901234567890123456\n",
		E_SYNTAX);
	refuses(&b, "version", "version 1\n", E_INVALID);
	refuses(&b, "version", "version 0\n", E_INVALID);
	refuses(&b, "version", "version 02\n", E_SYNTAX);
	refuses(&b, "version", "version 4294967296\n", E_SYNTAX);
	refuses(&b, "prev", "prev -\n", E_SYNTAX);
	refuses(&b, "threshold", "threshold 0\n", E_INVALID);
	refuses(&b, "threshold", "threshold 4\n", E_INVALID);
	refuses(&b, "officer", "officer x y z -\n", E_SYNTAX);
	refuses(&b, "tls", "tls ABCDEF\n", E_SYNTAX);
	refuses(&b, "endpoint", "endpoint http://plain.test\n", E_SYNTAX);
	refuses(&b, "endpoint", "endpoint https://user@host.test\n", E_SYNTAX);
	refuses(&b, "endpoint", "endpoint https://other.test/x\n", E_INVALID);
	refuses(&b, "revoke", "revoke AAAA at 00:0:0\n", E_SYNTAX);
	refuses(&b, "seal", "seal AAAA -\n", E_SYNTAX);
}

static void ceilings_hold(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES),
		     big CLEANUP_BUF = BUF(4 * LIMIT_ROOT_BYTES);
	struct root r;
	struct why why = {0};

	(void)state;
	full_text(&b);
	struct text_lines t = text_lines(buf_slice(&b));
	size_t at = text_find(&t, "revoke");
	for (size_t i = 0; i < t.n; i++)
		for (unsigned k = 0; k < (i == at ? ROOT_REVOKES_MAX : 1); k++)
			buf_slice_add(&big, t.line[i]);
	assert_int_equal(root_parse(&r, buf_slice(&big), &why), E_LIMIT);
	while (big.n <= LIMIT_ROOT_BYTES)
		buf_str(&big, "endpoint https://a.test\n");
	assert_int_equal(root_parse(&r, buf_slice(&big), &why), E_LIMIT);
}

static void scopes_in_words(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1024);
	unsigned bits = 0;

	(void)state;
	for (unsigned all = 1; all < 256; all++) {
		buf_clear(&b);
		scopes_print(&b, all);
		assert_int_equal(scopes_parse(buf_slice(&b), &bits), 0);
		assert_int_equal(bits, all);
	}
	assert_string_equal(scope_name(SCOPE_OPEN_BIDS), "open-bids");
	static const char *const bad[] = {
		"", ",", "sign,", ",sign", "sign,sign", "Sign", "sign ,accede", "everything"};
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_true(scopes_parse(slice_str(bad[i]), &bits) < 0);
	assert_int_equal(bits, 255);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(a_broken_line_is_refused),
		cmocka_unit_test(values_are_checked),
		cmocka_unit_test(ceilings_hold),
		cmocka_unit_test(scopes_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
