/* The text of releases, recalls and erasures, and what they add up to. */
#include "unit.h"

#include "base/limits.h"
#include "crypt/sign.h"
#include "node/grant.h"

static struct id id_of(uint8_t n)
{
	return (struct id){.b = {n}};
}

static void text_goes_there_and_back(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB), again CLEANUP_BUF = BUF(64 * KIB);
	struct entry_ref target[2] = {
		{.member = id_of(1), .epoch = 1, .seq = 7, .leaf = {.b = {5}}},
		{.member = id_of(1), .epoch = 2, .seq = 3}};
	struct id member[2] = {id_of(2), id_of(3)};
	struct grant g = {.kind = GRANT_RELEASE,
			     .target = target,
			     .n_target = 2,
			     .member = member,
			     .n_member = 2,
			     .label = SLICE("p CLASS")},
		     r;

	(void)state;
	grant_print(&g, &b);
	assert_int_equal(grant_parse(&r, &arena, GRANT_RELEASE, buf_slice(&b), NULL), 0);
	assert_int_equal(r.n_target, 2);
	assert_int_equal(r.n_member, 2);
	assert_slice(r.label, "p CLASS");
	assert_int_equal(r.target[0].seq, 7);
	assert_int_equal(r.target[0].leaf.b[0], 5);
	grant_print(&r, &again);
	assert_true(slice_eq(buf_slice(&b), buf_slice(&again)));
	/* A cut or changed text either fails, or is another text that prints as it stands. */
	for (size_t i = 0; i < b.n; i++) {
		struct buf bad CLEANUP_BUF = BUF(64 * KIB), out CLEANUP_BUF = BUF(64 * KIB);

		if (grant_parse(&r, &arena, GRANT_RELEASE, slice_sub(buf_slice(&b), 0, i), NULL) ==
			0) {
			grant_print(&r, &out);
			assert_int_equal(out.n, i);
		}
		buf_clear(&out);
		buf_slice_add(&bad, buf_slice(&b));
		bad.p[i] ^= 2;
		if (grant_parse(&r, &arena, GRANT_RELEASE, buf_slice(&bad), NULL) == 0) {
			grant_print(&r, &out);
			assert_true(slice_eq(buf_slice(&bad), buf_slice(&out)));
		}
	}
}

static void grammar(void **state)
{
#define HEX64 "0000000000000000000000000000000000000000000000000000000000000000"
#define M1    "aaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEAD  "entente-grant-body/1\n"
#define T7    "target " M1 ".1.7 " HEX64 "\n"
	static const struct {
		enum grant_kind kind;
		const char *text;
		int rc;
	} rows[] = {
		{GRANT_ERASE, HEAD T7, 0},
		{GRANT_ERASED, HEAD T7, 0},
		{GRANT_RECALL, HEAD T7 "member " M1 "\n", 0},
		{GRANT_RELEASE, HEAD T7 "member " M1 "\nlabel p C\n", 0},
		{GRANT_RECALL, HEAD T7, E_INVALID},
		{GRANT_ERASE, HEAD T7 "member " M1 "\n", E_INVALID},
		{GRANT_RECALL, HEAD T7 "member " M1 "\nlabel p C\n", E_INVALID},
		{GRANT_ERASE, HEAD, E_SYNTAX},
		{GRANT_ERASE, "", E_SYNTAX},
		{GRANT_ERASE, T7, E_SYNTAX},
		{GRANT_ERASE, HEAD T7 T7, E_SYNTAX}, /* twice */
		{GRANT_ERASE, HEAD T7 "\n", E_SYNTAX},
		{GRANT_ERASE, HEAD T7 "x", E_SYNTAX},
		{GRANT_ERASE, HEAD "target " M1 ".1.07 " HEX64 "\n", E_SYNTAX},
		{GRANT_ERASE, HEAD "target " M1 ".1.-7 " HEX64 "\n", E_SYNTAX},
		{GRANT_ERASE, HEAD "target " M1 ".1.9223372036854775808 " HEX64 "\n", E_SYNTAX},
		{GRANT_ERASE, HEAD "target " M1 ".4294967296.7 " HEX64 "\n", E_SYNTAX},
		{GRANT_RECALL, HEAD T7 "member " M1 "\nmember " M1 "\n", E_SYNTAX},
		{GRANT_RECALL, HEAD "member " M1 "\n" T7, E_SYNTAX},
	};
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct grant g;
		int rc = grant_parse(&g, &arena, rows[i].kind, slice_str(rows[i].text), NULL);

		if (rc != rows[i].rc)
			fail_msg("row %zu: %d", i, rc);
	}
}

static void too_many(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct entry_ref target[LIMIT_ENTRY_REFS + 1] = {0};
	struct grant g = {.kind = GRANT_ERASE, .target = target, .n_target = LIMIT_ENTRY_REFS}, r;

	(void)state;
	for (size_t i = 0; i <= LIMIT_ENTRY_REFS; i++)
		target[i].seq = i;
	grant_print(&g, &b);
	assert_int_equal(grant_parse(&r, &arena, GRANT_ERASE, buf_slice(&b), NULL), 0);
	buf_clear(&b);
	g.n_target++;
	grant_print(&g, &b);
	assert_int_equal(grant_parse(&r, &arena, GRANT_ERASE, buf_slice(&b), NULL), E_SYNTAX);
}

static void kinds(void **state)
{
	(void)state;
	for (int k = GRANT_RELEASE; k <= GRANT_ERASED; k++)
		assert_int_equal(grant_kind_of(slice_str(grant_kind_name((enum grant_kind)k))), k);
	assert_int_equal(grant_kind_of(SLICE("release/2")), GRANT_NONE);
	assert_int_equal(grant_kind_of(SLICE("")), GRANT_NONE);
}

static bool has(const struct grant_result *r, uint8_t n)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->member[i].b[0] == n)
			return true;
	return false;
}

static void the_last_word_counts(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct id base[2] = {id_of(2), id_of(3)}, author = id_of(1), me = id_of(3);
	struct granted row[] = {
		{GRANT_RELEASE, id_of(4), SLICE("p A")}, {GRANT_RECALL, id_of(3), SLICE_NONE},
		{GRANT_RECALL, id_of(4), SLICE_NONE}, {GRANT_RELEASE, id_of(4), SLICE_NONE},
		{GRANT_RELEASE, id_of(3), SLICE("p B")},
		{GRANT_RECALL, id_of(1), SLICE_NONE}, /* the author keeps what it wrote */
		{GRANT_RECALL, id_of(9), SLICE_NONE}, /* never had it */
	};
	struct grant_result r;

	(void)state;
	grant_apply(row, 0, base, 2, &author, &me, &arena, &r);
	assert_true(r.n == 3 && has(&r, 1) && has(&r, 2) && has(&r, 3) && !r.erased &&
		    !r.recalled && !r.label.n);
	grant_apply(row, 3, base, 2, &author, &me, &arena, &r);
	assert_true(r.n == 2 && has(&r, 1) && has(&r, 2) && r.recalled);
	assert_slice(r.label, "p A");
	grant_apply(row, 7, base, 2, &author, &me, &arena, &r);
	assert_true(r.n == 4 && has(&r, 1) && has(&r, 3) && has(&r, 4) && !r.recalled);
	assert_slice(r.label, "p B");
	for (size_t i = 1; i < r.n; i++)
		assert_true(id_cmp(&r.member[i - 1], &r.member[i]) < 0);
	/* An author is never recalled from its own record. */
	grant_apply(row, 7, base, 2, &author, &author, &arena, &r);
	assert_true(has(&r, 1) && !r.recalled);
}

/* More names than a coalition has members: the readers that were there stay, nothing breaks. */
static void names_without_end(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct id base[LIMIT_MEMBERS], author = id_of(0), me = id_of(7);
	struct granted row[300] = {0};
	struct grant_result r;

	(void)state;
	for (size_t i = 0; i < LIMIT_MEMBERS; i++)
		base[i] = id_of((uint8_t)(i + 1));
	for (size_t i = 0; i < COUNT_OF(row); i++)
		row[i] = (struct granted){.kind = GRANT_RELEASE, .member = {.b = {(uint8_t)i, 1}}};
	grant_apply(row, COUNT_OF(row), base, LIMIT_MEMBERS, &author, &me, &arena, &r);
	assert_int_equal(r.n, LIMIT_MEMBERS + 1);
	assert_true(has(&r, 7) && has(&r, 0));
}

static void an_erasure_counts_for_ever(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct id base[1] = {id_of(2)}, author = id_of(1), me = id_of(2);
	struct granted row[] = {
		{GRANT_ERASE, {{0}}, SLICE_NONE}, {GRANT_RELEASE, id_of(2), SLICE_NONE}};
	struct grant_result r;

	(void)state;
	grant_apply(row, 2, base, 1, &author, &me, &arena, &r);
	assert_true(r.erased);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_goes_there_and_back),
		cmocka_unit_test(grammar),
		cmocka_unit_test(too_many),
		cmocka_unit_test(kinds),
		cmocka_unit_test(the_last_word_counts),
		cmocka_unit_test(names_without_end),
		cmocka_unit_test(an_erasure_counts_for_ever),
	};

	crypt_init();
	return cmocka_run_group_tests_name("node/grant", tests, NULL, NULL);
}
