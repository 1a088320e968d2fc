/* Chains of root documents, and what they say about officers and log keys. */
#include "rootdoc.h"

#include "../log/sample.h"
#include "pact/publicfile.h"

struct chain {
	struct arena arena;
	struct custody c;
	struct root version[4];
	struct root_chain chain;
};

static int setup(void **state)
{
	struct chain *t = mem_new(struct chain);

	t->arena = ARENA(64 * MIB);
	custody_init(&t->c, 2000);
	t->chain.version = t->version;
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct chain *t = *state;

	custody_free(&t->c);
	arena_free(&t->arena);
	mem_free(t);
	return 0;
}

/* Takes the published note as the next version. */
static int take(struct chain *t, struct why *why)
{
	struct slice note = arena_copy(&t->arena, buf_slice(&t->c.note));
	int rc = root_check(&t->version[t->chain.n], &t->arena, note,
		t->chain.n ? &t->version[t->chain.n - 1] : NULL, why);

	if (rc == 0) {
		t->chain.n++;
		t->chain.member = t->version[0].member;
	}
	return rc;
}

static void must_take(struct chain *t)
{
	struct why why = {0};

	if (take(t, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
}

static void a_chain_of_three(void **state)
{
	struct chain *t = *state;

	must_take(t);
	for (unsigned i = 0; i < 2; i++) {
		custody_next(&t->c);
		custody_publish(&t->c);
		must_take(t);
	}
	assert_int_equal(root_latest(&t->chain)->version, 3);
	assert_memory_equal(
		t->version[2].member.b, t->version[0].hash.b, sizeof(t->version[0].member));
}

/* Each change to a good second version spoils it. */
static void a_successor_must_fit(void **state)
{
	struct chain *t = *state;
	struct why why = {0};

	must_take(t);
	custody_next(&t->c);
	struct root good = t->c.doc;
	for (unsigned what = 0; what < 6; what++) {
		t->c.doc = good;
		if (what == 0)
			t->c.doc.prev.b[0] ^= 1;
		else if (what == 1)
			t->c.doc.member.b[0] ^= 1;
		else if (what == 2)
			t->c.doc.version = 3;
		else if (what == 3)
			t->c.doc.n_key = 2; /* not the announced set */
		else if (what == 4)
			t->c.doc.threshold = 1;
		else
			t->c.doc.key[0] = (struct pubkey){{0}}; /* sorted still */
		custody_publish(&t->c);
		assert_int_equal(take(t, &why), E_VERIFY);
	}
	t->c.doc = good;
	custody_publish(&t->c);
	must_take(t);
	/* And the first is no successor of anything. */
	t->c.doc.version = 1;
	custody_publish(&t->c);
	assert_int_equal(take(t, &why), E_VERIFY);
}

static void epochs_do_not_go_back(void **state)
{
	struct chain *t = *state;
	struct why why = {0};

	must_take(t);
	custody_next(&t->c);
	t->c.doc.log_epoch = 4;
	custody_publish(&t->c);
	must_take(t);
	custody_next(&t->c);
	t->c.doc.log_epoch = 3;
	custody_publish(&t->c);
	assert_int_equal(take(t, &why), E_VERIFY);
}

/* Signs the text of c with these keys only. */
static void sign_with(struct custody *c, const unsigned *key, size_t n)
{
	buf_clear(&c->note);
	buf_slice_add(&c->note, buf_slice(&c->text));
	buf_byte(&c->note, '\n');
	for (size_t i = 0; i < n; i++) {
		struct seckey k = test_key(key[i]);
		root_sign(&c->note, buf_slice(&c->text), &k);
	}
}

static void both_thresholds_are_needed(void **state)
{
	struct chain *t = *state;
	struct why why = {0};
	static const struct {
		unsigned key[4];
		size_t n;
		bool good;
	} cases[] = {
		{{2010, 2011, 2020, 2021}, 4, true},
		{{2012, 2010, 2021, 2022}, 4, true},
		{{2010, 2011}, 2, false},
		{{2020, 2021}, 2, false},
		{{2010, 2011, 2020}, 3, false},
		{{2010, 2020, 2021}, 3, false},
		{{2010, 2010, 2020, 2021}, 4, false},
		{{2010, 30, 2020, 2021}, 4, false},
		{{2020, 2021, 2022}, 3, false},
	};

	must_take(t);
	custody_next(&t->c);
	custody_publish(&t->c);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		sign_with(&t->c, cases[i].key, cases[i].n);
		int rc = take(t, &why);
		if (rc != (cases[i].good ? 0 : E_VERIFY))
			fail_msg("case %zu: %d %s", i, rc, why.text);
		if (rc == 0)
			t->chain.n--;
	}
}

static void a_bad_signature_of_a_root_key_spoils_it(void **state)
{
	struct chain *t = *state;
	struct why why = {0};
	struct seckey k = test_key(2012);
	struct seckey stranger = test_key(9);

	root_sign(&t->c.note, SLICE("another text\n"), &stranger); /* nobody's: ignored */
	must_take(t);
	t->chain.n = 0;
	root_sign(&t->c.note, SLICE("another text\n"), &k);
	assert_int_equal(take(t, &why), E_VERIFY);
}

static void root_sets_have_a_hash(void **state)
{
	struct pubkey two[2] = {test_key(1).pub, test_key(2).pub};
	struct buf b CLEANUP_BUF = BUF(1024);

	(void)state;
	buf_str(&b, "entente-root-set/1\nthreshold 2\nroot ");
	buf_base64(&b, two[0].b, 32);
	buf_str(&b, "\nroot ");
	buf_base64(&b, two[1].b, 32);
	buf_str(&b, "\n");
	struct hash h = root_set_hash(2, two, 2), expected = hash_bytes(buf_slice(&b));
	assert_true(hash_eq(&h, &expected));
}

static bool may(struct chain *t, enum scope scope, uint32_t epoch, uint64_t seq, int64_t time_ms)
{
	struct id officer = rootdoc_officer(), coalition = sample_id(1);

	return root_officer_for(&t->chain, &officer, scope, &coalition, epoch, seq, time_ms) !=
	       NULL;
}

static void officers_by_scope_time_and_revocation(void **state)
{
	struct chain *t = *state;
	struct id other = sample_id(3), officer = rootdoc_officer(), elsewhere = sample_id(2);

	t->c.doc.officer[0].scopes = SCOPE_SIGN | SCOPE_RATIFY;
	t->c.doc.officer[0].until_ms = 5000;
	custody_publish(&t->c);
	must_take(t);
	assert_true(may(t, SCOPE_SIGN, 0, 0, 5000));
	assert_false(may(t, SCOPE_SIGN, 0, 0, 5001));
	assert_false(may(t, SCOPE_ACCEDE, 0, 0, 1));
	assert_null(root_officer_for(&t->chain, &other, SCOPE_SIGN, &elsewhere, 0, 0, 1));
	/* Left out of the next version, it keeps what it may do; revoked, only what stands before.
	 */
	custody_next(&t->c);
	t->c.doc.n_officer = 0;
	custody_publish(&t->c);
	must_take(t);
	assert_true(may(t, SCOPE_SIGN, 9, 9, 1));
	custody_next(&t->c);
	t->c.doc.revoke[0] = (struct root_revoke){test_key(2100).pub, sample_id(1), 2, 10};
	t->c.doc.n_revoke = 1;
	custody_publish(&t->c);
	must_take(t);
	assert_true(may(t, SCOPE_SIGN, 1, 1000, 1));
	assert_true(may(t, SCOPE_SIGN, 2, 9, 1));
	assert_false(may(t, SCOPE_SIGN, 2, 10, 1));
	assert_false(may(t, SCOPE_SIGN, 3, 0, 1));
	assert_non_null(root_officer_for(&t->chain, &officer, SCOPE_SIGN, &elsewhere, 3, 0, 1));
}

static void an_officer_with_two_keys_is_found_twice(void **state)
{
	struct chain *t = *state;
	struct id officer = rootdoc_officer(), coalition = sample_id(1);
	struct root_place at = {&officer, SCOPE_SIGN, &coalition, 0, 0, 1};

	must_take(t);
	custody_next(&t->c);
	t->c.doc.officer[0].key = test_key(55).pub;
	custody_publish(&t->c);
	must_take(t);
	struct pubkey newer = test_key(55).pub, older = test_key(2100).pub;
	const struct root_officer *o = root_officer_next(&t->chain, NULL, &at);
	assert_true(pubkey_eq(&o->key, &newer));
	o = root_officer_next(&t->chain, o, &at);
	assert_true(pubkey_eq(&o->key, &older));
	assert_null(root_officer_next(&t->chain, o, &at));
}

static void log_keys_by_epoch_and_cut(void **state)
{
	struct chain *t = *state;
	struct id here = sample_id(1), elsewhere = sample_id(2);
	struct pubkey first = t->c.doc.log_key, second = test_key(66).pub, third = test_key(67).pub;
	const struct pubkey *all[4];

	must_take(t);
	custody_next(&t->c);
	t->c.doc.log_key = second;
	t->c.doc.revoke[0] = (struct root_revoke){first, here, 0, 10};
	t->c.doc.n_revoke = 1;
	custody_publish(&t->c);
	must_take(t);
	custody_next(&t->c);
	t->c.doc.log_key = third;
	t->c.doc.log_epoch = 1;
	custody_publish(&t->c);
	must_take(t);
	assert_true(pubkey_eq(root_log_key(&t->chain, &here, 0, 11), &second));
	assert_true(pubkey_eq(root_log_key(&t->chain, &here, 1, 11), &third));
	assert_null(root_log_key(&t->chain, &here, 2, 0));
	/* A checkpoint of size 10 speaks for entries 0..9: the first key may have signed it;
	 * not 11. */
	assert_int_equal(root_log_keys(&t->chain, &here, 0, 10, all, 4), 2);
	assert_true(pubkey_eq(all[0], &second) && pubkey_eq(all[1], &first));
	assert_int_equal(root_log_keys(&t->chain, &here, 0, 11, all, 4), 1);
	assert_int_equal(root_log_keys(&t->chain, &elsewhere, 0, 11, all, 4), 2);
	assert_int_equal(root_log_keys(&t->chain, &here, 0, 0, all, 4), 2);
	assert_int_equal(root_log_keys(&t->chain, &here, 0, 0, all, 1), 1);
	size_t n = root_witness_keys(&t->chain, all, 4);
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++)
		assert_false(pubkey_eq(all[i], &first));
	assert_true(pubkey_eq(all[n - 1], &t->version[0].witness));
}

/* Four megabytes of nothing but first lines: an error, and no room made for what they announce. */
static void more_documents_than_there_may_be(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
	struct buf notes CLEANUP_BUF = BUF(8 * MIB);
	struct root_chain chain;
	struct why why = {0};

	(void)state;
	for (size_t i = 0; i < 270000; i++)
		buf_str(&notes, "entente-root/1\n");
	assert_int_equal(root_notes_check(&chain, &arena, buf_slice(&notes), &why), E_LIMIT);
}

#define T_(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T_(a_chain_of_three),
		T_(a_successor_must_fit),
		T_(epochs_do_not_go_back),
		T_(both_thresholds_are_needed),
		T_(a_bad_signature_of_a_root_key_spoils_it),
		cmocka_unit_test(root_sets_have_a_hash),
		T_(officers_by_scope_time_and_revocation),
		T_(an_officer_with_two_keys_is_found_twice),
		T_(log_keys_by_epoch_and_cut),
		cmocka_unit_test(more_documents_than_there_may_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
