/* What an entry that carries an act must look like, and whose signature it bears. */
#include "rootdoc.h"

#include "../log/sample.h"

#include "pact/acts.h"

static struct id reader = {{9}};
static struct entry_seen seen = {{{1}}, 0, 3};
static struct entry_ref ref = {{{1}}, 0, 3, {{5}}};

/* A good entry of that kind, with everything any kind may need. */
static struct entry good(enum act_kind kind)
{
	struct entry e = {.log = {sample_id(1), sample_id(2), 0},
		.seq = 7,
		.time_ms = 1000,
		.mode = MODE_REAL,
		.kind = slice_str(act_rules[kind].kind),
		.has_object = true,
		.object = {sample_id(2), sample_id(77)},
		.ref = &ref,
		.n_ref = 1,
		.seen = &seen,
		.n_seen = 1,
		.audience = AUDIENCE_LIST,
		.member = &reader,
		.n_member = 1,
		.has_payload = kind != ACT_ROLL,
		.commit = sample_hash(1),
		.bucket = 256,
		.has_act = true,
		.officer = rootdoc_officer()};

	e.media = SLICE(ACT_MEDIA);
	if (kind == ACT_ROOT)
		e.media = SLICE(ROOT_MEDIA);
	if (kind == ACT_CHARTER)
		e.media = SLICE(CHARTER_MEDIA);
	if (kind == ACT_ROLL)
		e.media = SLICE_NONE;
	return e;
}

static void the_table(void **state)
{
	(void)state;
	assert_int_equal(act_kind_of(SLICE("sign/1")), ACT_SIGN);
	assert_int_equal(act_kind_of(SLICE("sign/2")), ACT_NONE);
	assert_int_equal(act_kind_of(SLICE("sign")), ACT_NONE);
	assert_int_equal(act_kind_of(SLICE_NONE), ACT_NONE);
	assert_int_equal(act_kind_of(SLICE("suspend-relations/1")), ACT_SUSPEND);
	assert_true(act_is_public_to_parties(SLICE("statement/1")));
	assert_false(act_is_public_to_parties(SLICE("note/1")));
	for (int k = ACT_NONE + 1; k < ACT_KINDS; k++) {
		assert_int_equal(act_kind_of(slice_str(act_rules[k].kind)), k);
		assert_true(kind_valid(slice_str(act_rules[k].kind)));
		assert_true(act_rules[k].help[0] != '\0');
		/* Whatever settles standing binds, and needs an officer; so does what goes beyond the parties. */
		assert_int_equal(
			act_rules[k].constitutional || k == ACT_PUBLISH, act_rules[k].scope != 0);
	}
}

static void every_kind_has_a_good_form(void **state)
{
	struct why why = {0};

	(void)state;
	for (int k = ACT_NONE + 1; k < ACT_KINDS; k++) {
		struct entry e = good((enum act_kind)k);
		if (act_entry_check(&e, (enum act_kind)k, &why) < 0)
			fail_msg("%s: %s %s", act_rules[k].kind, why.where, why.text);
	}
}

/* Breaks one thing; true if that matters to this kind. */
static bool breaks(struct entry *e, enum act_kind kind, unsigned what)
{
	const struct act_rule *r = &act_rules[kind];

	switch (what) {
	case 0:
		e->audience = AUDIENCE_VEILED;
		return true;
	case 1:
		e->mode = MODE_NONE;
		return true;
	case 2:
		e->has_object = false;
		return true;
	case 3:
		e->object.owner = sample_id(3);
		return true;
	case 4:
		e->has_payload = !e->has_payload;
		return true;
	case 5:
		e->media = SLICE("text/plain");
		return kind != ACT_ROLL;
	case 6:
		e->until_ms = 5;
		return true;
	case 7:
		e->n_seen = 0;
		return r->constitutional;
	case 8:
		e->n_ref = 0;
		return kind == ACT_RATIFY;
	case 9:
		e->has_act = false;
		return r->scope != 0;
	case 10:
		e->kind = SLICE("note/1");
		return true;
	case 11:
		e->audience = AUDIENCE_ALL;
		return kind == ACT_ROLL;
	case 12:
		e->seq = 0;
		e->n_seen = 0; /* nothing to have seen yet */
		return false;
	case 13:
		e->mode = MODE_EXERCISE;
		return false;
	default:
		return false;
	}
}

static void each_rule_is_kept(void **state)
{
	(void)state;
	for (int k = ACT_NONE + 1; k < ACT_KINDS; k++) {
		for (unsigned what = 0; what < 14; what++) {
			struct entry e = good((enum act_kind)k);
			bool matters = breaks(&e, (enum act_kind)k, what);
			int rc = act_entry_check(&e, (enum act_kind)k, NULL);
			if (rc != (matters ? E_INVALID : 0))
				fail_msg("%s, break %u: %d", act_rules[k].kind, what, rc);
		}
	}
}

struct signer {
	struct arena arena;
	struct custody c;
	struct root version[3];
	struct root_chain chain;
};

static void publish(struct signer *t)
{
	struct why why = {0};
	struct slice note = arena_copy(&t->arena, buf_slice(&t->c.note));

	if (root_check(&t->version[t->chain.n], &t->arena, note,
		    t->chain.n ? &t->version[t->chain.n - 1] : NULL, &why) < 0)
		fail_msg("%s %s", why.where, why.text);
	t->chain.n++;
	t->chain.member = t->version[0].member;
}

static int setup(void **state)
{
	struct signer *t = mem_new(struct signer);

	t->arena = ARENA(64 * MIB);
	custody_init(&t->c, 3000);
	t->chain.version = t->version;
	publish(t);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct signer *t = *state;

	custody_free(&t->c);
	arena_free(&t->arena);
	mem_free(t);
	return 0;
}

static void sign_act(struct entry *e, unsigned key)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct seckey k = test_key(key);

	entry_act_message(e, &b);
	e->act = sign_bytes(&k, buf_slice(&b));
}

static void an_officer_signs(void **state)
{
	struct signer *t = *state;

	for (int k = ACT_NONE + 1; k < ACT_KINDS; k++) {
		struct entry e = good((enum act_kind)k);
		enum act_kind kind = (enum act_kind)k;
		bool binding = act_rules[k].scope != 0;
		sign_act(&e, 3100);
		assert_int_equal(act_signature_check(&e, kind, &t->chain, NULL), 0);
		/* The place is the node's to give. */
		e.seq++;
		e.time_ms += 5;
		assert_int_equal(act_signature_check(&e, kind, &t->chain, NULL), 0);
		/* Anything else is signed. */
		e.commit.b[0] ^= 1;
		if (k != ACT_ROLL)
			assert_int_equal(act_signature_check(&e, kind, &t->chain, NULL),
				binding ? E_VERIFY : 0);
		e = good(kind);
		sign_act(&e, 3101);
		assert_int_equal(
			act_signature_check(&e, kind, &t->chain, NULL), binding ? E_VERIFY : 0);
		e.has_act = false;
		assert_int_equal(
			act_signature_check(&e, kind, &t->chain, NULL), binding ? E_VERIFY : 0);
	}
}

static void scope_and_revocation(void **state)
{
	struct signer *t = *state;
	struct entry e = good(ACT_RATIFY);

	custody_next(&t->c);
	t->c.doc.n_officer = 2;
	t->c.doc.officer[1] = (struct root_officer){sample_id(50), test_key(60).pub, SCOPE_SIGN, 0};
	custody_publish(&t->c);
	publish(t);
	e.officer = sample_id(50);
	sign_act(&e, 60);
	assert_int_equal(act_signature_check(&e, ACT_RATIFY, &t->chain, NULL), E_DENIED);
	e.kind = SLICE("sign/1");
	sign_act(&e, 60);
	assert_int_equal(act_signature_check(&e, ACT_SIGN, &t->chain, NULL), 0);
	e.officer = sample_id(51);
	assert_int_equal(act_signature_check(&e, ACT_SIGN, &t->chain, NULL), E_DENIED);
	e.officer = sample_id(50);
	custody_next(&t->c);
	t->c.doc.revoke[0] = (struct root_revoke){test_key(60).pub, sample_id(1), 0, 8};
	t->c.doc.n_revoke = 1;
	custody_publish(&t->c);
	publish(t);
	assert_int_equal(act_signature_check(&e, ACT_SIGN, &t->chain, NULL), 0); /* seq 7 */
	e.seq = 8;
	assert_int_equal(act_signature_check(&e, ACT_SIGN, &t->chain, NULL), E_DENIED);
}

static void an_old_key_of_an_officer_still_verifies(void **state)
{
	struct signer *t = *state;
	struct entry e = good(ACT_SIGN);

	sign_act(&e, 3100);
	custody_next(&t->c);
	t->c.doc.officer[0].key = test_key(61).pub;
	custody_publish(&t->c);
	publish(t);
	assert_int_equal(act_signature_check(&e, ACT_SIGN, &t->chain, NULL), 0);
	sign_act(&e, 61);
	assert_int_equal(act_signature_check(&e, ACT_SIGN, &t->chain, NULL), 0);
	sign_act(&e, 62);
	assert_int_equal(act_signature_check(&e, ACT_SIGN, &t->chain, NULL), E_VERIFY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(every_kind_has_a_good_form),
		cmocka_unit_test(each_rule_is_kept),
		cmocka_unit_test_setup_teardown(an_officer_signs, setup, teardown),
		cmocka_unit_test_setup_teardown(scope_and_revocation, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_old_key_of_an_officer_still_verifies, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
