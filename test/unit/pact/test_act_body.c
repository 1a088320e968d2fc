/* The content of acts, each kind in its full form and broken in every line. */
#include "unit.h"

#include "../log/sample.h"

#include "pact/acts.h"

#define HEX  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define ID1  "aaaaaaaaaaaaaaaaaaaaaaaauu"
#define ID2  "aeaaaaaaaaaaaaaaaaaaaaaauq"
#define HEAD "entente-act-body/1\n"

static const struct {
	enum act_kind kind;
	const char *text;
} full[] = {
	{ACT_INTRODUCTION, HEAD "member " ID1 "\nroot " HEX "\nlabel Ministry\n\n"},
	{ACT_SIGN, HEAD "charter " HEX "\n\nSigned at Tirana.\n"},
	{ACT_INTEREST, HEAD "charter " HEX "\n\n"},
	{ACT_ACCEDE, HEAD "charter " HEX "\nas observer\nratifier " ID2 "\nratifier " ID1
			  "\nclearance HIGH COI=A,B REL=X\nlabel Joiner\n\nWe accede.\n"},
	{ACT_RATIFY, HEAD "charter " HEX "\nmember " ID1 "\naccession " HEX "\n\n"},
	{ACT_WITHDRAW, HEAD "effective 1900000000000\n\nThank you.\n"},
	{ACT_SUSPEND,
		HEAD "member " ID1 "\nlog-epoch 2\ncut 77\nroot " HEX "\nreason grave breach\n\n"},
	{ACT_RESUME, HEAD "member " ID1 "\n\n"},
	{ACT_STATEMENT, HEAD "about-label Bulgaria\nabout " ID2
			     "\nspeaker Minister of Defence\nsaid 2025-03-25\nwhere Tirana\n"
			     "source https://news.test/a?b=1\nfile " HEX
			     "\nclaim will-join\nlang sq-AL\n\n«Konfirmoi»\n\tpo.\n"},
	{ACT_DIGEST, HEAD "fold 1\ndigest " HEX "\ncut " ID1 ".0 55\ncut " ID2 ".3 0\n\n"},
	{ACT_PUBLISH, HEAD "as withdrawn\nleaf " HEX "\n\n"},
};

static void everything_comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(full); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
		struct buf b CLEANUP_BUF = BUF(64 * KIB);
		struct act_body a;
		struct why why = {0};
		if (act_body_parse(&a, &arena, full[i].kind, slice_str(full[i].text), &why) < 0)
			fail_msg("%zu: %s: %s", i, why.where, why.text);
		assert_int_equal(a.kind, full[i].kind);
		act_body_print(&a, &b);
		assert_string_equal(buf_cstr(&b), full[i].text);
	}
}

static void fields_are_where_they_belong(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct act_body a;
	struct id id1, id2;

	(void)state;
	assert_int_equal(id_parse(SLICE(ID1), &id1), 0);
	assert_int_equal(id_parse(SLICE(ID2), &id2), 0);
	assert_int_equal(act_body_parse(&a, &arena, ACT_ACCEDE, slice_str(full[3].text), NULL), 0);
	assert_true(a.observer && a.n_ratifier == 2 && id_eq(&a.ratifier[0], &id2) &&
		    id_eq(&a.ratifier[1], &id1));
	assert_slice(a.clearance, "HIGH COI=A,B REL=X");
	assert_slice(a.prose, "We accede.\n");
	assert_int_equal(act_body_parse(&a, &arena, ACT_SUSPEND, slice_str(full[6].text), NULL), 0);
	assert_true(a.has_member && id_eq(&a.member, &id1) && a.log_epoch == 2 && a.cut == 77);
	assert_slice(a.reason, "grave breach");
	assert_int_equal(
		act_body_parse(&a, &arena, ACT_STATEMENT, slice_str(full[8].text), NULL), 0);
	assert_true(a.has_about && id_eq(&a.about, &id2));
	assert_int_equal(a.claim, CLAIM_WILL_JOIN);
	assert_slice(a.said, "2025-03-25");
	assert_slice(a.lang, "sq-AL");
	assert_int_equal(act_body_parse(&a, &arena, ACT_DIGEST, slice_str(full[9].text), NULL), 0);
	assert_true(a.n_cuts == 2 && a.cuts[1].epoch == 3 && a.cuts[0].size == 55);
	static const char bare[] = HEAD
		"about-label X\nspeaker Y\nsaid 2025-03-25T10:00:00+01:00\nwhere Z\nclaim other\n\nq";
	assert_int_equal(act_body_parse(&a, &arena, ACT_STATEMENT, slice_str(bare), NULL), 0);
	assert_true(!a.has_about && a.source.n == 0 && a.file.n == 0 && a.lang.n == 0);
}

static void a_broken_line_is_refused(void **state)
{
	unsigned refused = 0;

	(void)state;
	for (size_t f = 0; f < COUNT_OF(full); f++) {
		struct text_lines t = text_lines(slice_str(full[f].text));
		for (size_t i = 0; i < t.n; i++) {
			for (unsigned how = 0; how < 3; how++) {
				struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
				struct buf b CLEANUP_BUF = BUF(64 * KIB),
					     again CLEANUP_BUF = BUF(64 * KIB);
				struct act_body a = {.cut = 4711};
				struct why why = {0};
				if (how == 0)
					text_replace(&t, i, NULL, &b);
				else if (how == 1)
					text_double(&t, i, &b);
				else if (i + 1 < t.n)
					text_swap(&t, i, i + 1, &b);
				else
					break;
				if (act_body_parse(&a, &arena, full[f].kind, buf_slice(&b), &why) <
					0) {
					assert_int_equal(strncmp(why.where, "line ", 5), 0);
					assert_int_equal(a.cut, 4711);
					refused++;
					continue;
				}
				act_body_print(&a, &again);
				assert_true(slice_eq(buf_slice(&b), buf_slice(&again)));
			}
		}
	}
	assert_true(refused > 80);
}

static void values_are_checked(void **state)
{
	static const struct {
		size_t of;
		const char *field, *with;
		int code;
	} t[] = {
		{0, "label", "label \n", E_SYNTAX},
		{0, "label",
			"label 0123456789012345678901234567890123456789012345678901234567890123456789\n",
			E_SYNTAX},
		{1, "charter", "charter " ID1 "\n", E_SYNTAX},
		{1, "charter",
			"charter 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF\n",
			E_SYNTAX},
		{3, "as", "as guest\n", E_SYNTAX},
		{3, "ratifier", "ratifier " ID1 "\n", E_INVALID}, /* twice */
		{3, "clearance", "clearance HIGH COI\n", E_SYNTAX},
		{3, "clearance", "clearance HIGH COI=A COI=B\n", E_SYNTAX},
		{5, "effective", "effective 0\n", E_INVALID},
		{5, "effective", "effective -5\n", E_INVALID},
		{5, "effective", "effective 99999999999999999999\n", E_SYNTAX},
		{6, "log-epoch", "log-epoch 4294967296\n", E_SYNTAX},
		{6, "cut", "cut +1\n", E_SYNTAX},
		{8, "said", "said yesterday\n", E_SYNTAX},
		{8, "said", "said 2025-02-30\n", E_SYNTAX},
		{8, "said", "said 2025-03-25T10:00\n", E_SYNTAX},
		{8, "source", "source javascript:alert(1)\n", E_SYNTAX},
		{8, "source", "source https://a b\n", E_SYNTAX},
		{8, "file", "file 1234\n", E_SYNTAX},
		{8, "claim", "claim maybe\n", E_SYNTAX},
		{8, "lang", "lang -x\n", E_SYNTAX},
		{8, "lang", "lang a\n", E_SYNTAX},
		{8, "speaker", "speaker evil\xe2\x80\xae\n", E_SYNTAX},
		{9, "cut", "cut " ID1 " 5\n", E_SYNTAX},
		{9, "cut", "cut " ID1 ".0\n", E_SYNTAX},
		{10, "as", "as secret\n", E_SYNTAX},
		{10, "leaf", "leaf 12\n", E_SYNTAX},
		{10, "leaf", "leaf " HEX "\nleaf " HEX "\n", E_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct text_lines lines = text_lines(slice_str(full[t[i].of].text));
		struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
		struct buf b CLEANUP_BUF = BUF(64 * KIB);
		struct act_body a;
		struct why why = {0};
		text_replace(&lines, text_find(&lines, t[i].field), t[i].with, &b);
		int rc = act_body_parse(&a, &arena, full[t[i].of].kind, buf_slice(&b), &why);
		if (rc != t[i].code)
			fail_msg("%s: %d %s", t[i].with, rc, why.text);
	}
}

static void other_payloads_are_taken_whole(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct act_body a;
	struct hash h = hash_bytes(SLICE("any charter"));

	(void)state;
	assert_int_equal(act_body_parse(&a, &arena, ACT_CHARTER, SLICE("any charter"), NULL), 0);
	assert_true(hash_eq(&a.charter, &h));
	act_body_print(&a, &b);
	assert_string_equal(buf_cstr(&b), "any charter");
	assert_int_equal(act_body_parse(&a, &arena, ACT_ROOT, SLICE("any root"), NULL), 0);
	assert_slice(a.prose, "any root");
	assert_int_equal(act_body_parse(&a, &arena, ACT_ROLL, SLICE_NONE, NULL), 0);
	assert_int_equal(act_body_parse(&a, &arena, ACT_ROLL, SLICE("x"), NULL), E_INVALID);
}

static void ceilings_hold(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct act_body a;

	(void)state;
	buf_str(&b, HEAD "charter " HEX "\nas member\n");
	for (unsigned i = 0; i <= LIMIT_MEMBERS; i++) {
		struct id id = sample_id(i);
		char text[ID_TEXT + 1];
		id_format(&id, text);
		buf_addf(&b, "ratifier %s\n", text);
	}
	buf_str(&b, "clearance X\nlabel Y\n\n");
	assert_int_equal(act_body_parse(&a, &arena, ACT_ACCEDE, buf_slice(&b), NULL), E_LIMIT);
	buf_clear(&b);
	buf_str(&b, full[1].text);
	while (b.n <= LIMIT_STATEMENT_BYTES)
		buf_byte(&b, 'x');
	assert_int_equal(act_body_parse(&a, &arena, ACT_SIGN, buf_slice(&b), NULL), E_LIMIT);
}

static void claims_have_names(void **state)
{
	enum claim c, again;

	(void)state;
	for (int i = CLAIM_OTHER; i <= CLAIM_LEFT; i++) {
		c = (enum claim)i;
		assert_int_equal(claim_parse(slice_str(claim_name(c)), &again), 0);
		assert_int_equal(again, c);
	}
	assert_true(claim_parse(SLICE("Member"), &c) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(fields_are_where_they_belong),
		cmocka_unit_test(a_broken_line_is_refused),
		cmocka_unit_test(values_are_checked),
		cmocka_unit_test(other_payloads_are_taken_whole),
		cmocka_unit_test(ceilings_hold),
		cmocka_unit_test(claims_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
