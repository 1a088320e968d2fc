#include "sample.h"

#include "crypt/sign.h"
#include "log/proof.h"

#define LEAVES 11
#define INDEX  5

static struct seckey key, other;
static struct hash leaves[LEAVES];
static struct buf note, text;
static struct log_proof proof;

static int read_leaves(void *ctx, unsigned level, uint64_t index, struct hash *ret, struct why *why)
{
	struct tree_range r = {0};

	(void)ctx;
	(void)why;
	for (uint64_t i = index << level; i < (index + 1) << level; i++)
		tree_append(&r, &leaves[i]);
	*ret = tree_root(&r);
	return 0;
}

static int start(void **state)
{
	const struct tree_reader reader = {.read = read_leaves, .ctx = NULL};
	struct checkpoint c = {.log = sample_log(), .size = LEAVES};

	(void)state;
	crypt_init();
	key = seckey_from_seed((const uint8_t[32]){1});
	other = seckey_from_seed((const uint8_t[32]){2});
	for (unsigned i = 0; i < LEAVES; i++)
		leaves[i] = sample_hash(i);
	if (tree_root_at(&reader, LEAVES, &c.root, NULL) < 0 ||
		tree_inclusion(&reader, INDEX, LEAVES, &proof.proof, NULL) < 0)
		return -1;
	buf_init(&note, LIMIT_NOTE_BYTES);
	buf_init(&text, LIMIT_PROOF_BYTES);
	sample_note(&c, &key, &note);
	proof.index = INDEX;
	proof.note = buf_slice(&note);
	log_proof_print(&proof, &text);
	return 0;
}

static int end(void **state)
{
	(void)state;
	buf_free(&note);
	buf_free(&text);
	return 0;
}

static int parse(struct slice bytes, struct log_proof *p)
{
	struct why why = {0};
	int rc = log_proof_parse(p, bytes, &why);

	assert_int_equal(rc, why.code);
	return rc;
}

static int check(const struct log_proof *p)
{
	struct checkpoint c;

	return log_proof_check(p, &leaves[INDEX], &key.pub, &c, NULL);
}

static void there_and_back(void **state)
{
	struct buf again CLEANUP_BUF = BUF(LIMIT_PROOF_BYTES);
	struct log_id log = sample_log();
	struct log_proof p;
	struct checkpoint c;

	(void)state;
	assert_true(slice_starts(buf_slice(&text), "c2sp.org/tlog-proof@v1\nindex 5\n"));
	assert_int_equal(parse(buf_slice(&text), &p), 0);
	assert_true(p.index == INDEX && p.proof.n == 4 && slice_eq(p.note, buf_slice(&note)));
	log_proof_print(&p, &again);
	assert_true(slice_eq(buf_slice(&again), buf_slice(&text)));
	assert_int_equal(log_proof_check(&p, &leaves[INDEX], &key.pub, &c, NULL), 0);
	assert_true(c.size == LEAVES && log_id_eq(&c.log, &log));
}

/* Others may carry data of their own along. */
static void extra(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PROOF_BYTES);
	struct text_lines t = text_lines(buf_slice(&text));
	struct log_proof p;

	(void)state;
	text_replace(&t, 0, "c2sp.org/tlog-proof@v1\nextra aGVsbG8=\n", &b);
	assert_int_equal(parse(buf_slice(&b), &p), 0);
	assert_int_equal(check(&p), 0);
	text_replace(&t, 0, "c2sp.org/tlog-proof@v1\nextra aGVsbG8\n", &b);
	assert_int_equal(parse(buf_slice(&b), &p), E_SYNTAX);
	text_replace(&t, 0, "c2sp.org/tlog-proof@v1\nextra \n", &b);
	assert_int_equal(parse(buf_slice(&b), &p), E_SYNTAX);
	text_replace(&t, 0, "c2sp.org/tlog-proof@v1\nextra aGVsbG8=\nextra aGVsbG8=\n", &b);
	assert_int_equal(parse(buf_slice(&b), &p), E_SYNTAX);
	text_replace(&t, 1, "index 5\nextra aGVsbG8=\n", &b);
	assert_int_equal(parse(buf_slice(&b), &p), E_SYNTAX);
}

static void refused(void **state)
{
	struct log_proof p;
	struct checkpoint c = {.size = 99};

	(void)state;
	assert_int_equal(log_proof_check(&proof, &leaves[INDEX + 1], &key.pub, &c, NULL), E_VERIFY);
	assert_int_equal(log_proof_check(&proof, &leaves[INDEX], &other.pub, &c, NULL), E_VERIFY);
	p = proof;
	p.index++;
	assert_int_equal(check(&p), E_VERIFY);
	p.index = LEAVES;
	assert_int_equal(check(&p), E_INVALID);
	p = proof;
	p.proof.n--;
	assert_int_equal(check(&p), E_VERIFY);
	p = proof;
	p.proof.node[0].b[5] ^= 1;
	assert_int_equal(check(&p), E_VERIFY);
	assert_int_equal(c.size, 99);
}

static void lines_missing_doubled_swapped(void **state)
{
	struct buf b CLEANUP_BUF = BUF(2 * LIMIT_PROOF_BYTES);
	struct text_lines t = text_lines(buf_slice(&text));
	struct log_proof p;

	(void)state;
	for (size_t i = 0; i < t.n; i++) {
		text_replace(&t, i, NULL, &b);
		assert_true(parse(buf_slice(&b), &p) < 0 || check(&p) < 0);
		text_double(&t, i, &b);
		/* A signature given twice is still a signature. */
		assert_true(parse(buf_slice(&b), &p) < 0 || (check(&p) < 0) != (i + 1 == t.n));
		for (size_t j = i + 1; j < t.n; j++) {
			if (slice_eq(t.line[i], t.line[j]))
				continue; /* the two empty lines */
			text_swap(&t, i, j, &b);
			assert_true(parse(buf_slice(&b), &p) < 0 || check(&p) < 0);
		}
	}
	for (size_t n = 0; n < text.n; n++)
		assert_true(parse(slice_sub(buf_slice(&text), 0, n), &p) < 0 || check(&p) < 0);
}

static void bad_values(void **state)
{
	static const struct {
		const char *key, *with;
	} bad[] = {{"index", "index 05\n"}, {"index", "index -\n"},
		{"index", "index 9223372036854775808\n"}, {"index", "Index 5\n"},
		{"c2sp", "c2sp.org/tlog-proof@v2\n"}, {"c2sp", "c2sp.org/tlog-proof@v1\r\n"},
		{"index", "index 5\nAAAA\n"},
		{"index", "index 5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n"}};
	struct buf b CLEANUP_BUF = BUF(2 * LIMIT_PROOF_BYTES);
	struct text_lines t = text_lines(buf_slice(&text));
	struct log_proof p;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		text_replace(&t, text_find(&t, bad[i].key), bad[i].with, &b);
		if (parse(buf_slice(&b), &p) != E_SYNTAX)
			fail_msg("%s", bad[i].with);
	}
	buf_clear(&b);
	for (size_t i = 0; i < t.n; i++)
		for (unsigned k = 0; k < (i == 2 ? 62 : 1); k++)
			buf_slice_add(&b, t.line[i]);
	assert_int_equal(parse(buf_slice(&b), &p), E_SYNTAX);
	memset(buf_room(&b, LIMIT_PROOF_BYTES), 'x', LIMIT_PROOF_BYTES);
	assert_int_equal(parse(buf_slice(&b), &p), E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(there_and_back),
		cmocka_unit_test(extra), cmocka_unit_test(refused),
		cmocka_unit_test(lines_missing_doubled_swapped), cmocka_unit_test(bad_values)};

	return cmocka_run_group_tests(tests, start, end);
}
