/* The rules of docs/standing.md, one by one. */
#include "world.h"

#define WORLD __attribute__((cleanup(world_free)))

static const struct terms plain = {.suspension = 2};

static struct standing_party find(struct world *w, unsigned party)
{
	struct standing s = world_standing(w);
	struct id id = world_id(party);
	const struct standing_party *p = standing_find(&s, &id);

	assert_non_null(p);
	return *p;
}

static bool on_roll(struct world *w, unsigned party)
{
	struct standing s = world_standing(w);
	struct id id = world_id(party);

	return standing_is_member(&s, &id);
}

/* A third party joins a coalition of founders by the ratification of all of them. */
static struct hash join(struct world *w, unsigned party)
{
	unsigned all = (1u << w->n_founders) - 1;
	struct hash leaf = world_accede(w, party, &w->founding, all, false);

	for (unsigned i = 0; i < w->n_founders; i++)
		world_ratify(w, i, party, &leaf, &w->founding);
	world_witness(w);
	return leaf;
}

static void quorum_is_that_of_the_specification(void **state)
{
	static const struct {
		unsigned n, w;
	} t[] = {{0, 0}, {1, 0}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {7, 4}, {10, 6}, {30, 20}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++)
		assert_int_equal(witness_quorum(t[i].n), t[i].w);
	/* Two branches can never both be witnessed. */
	for (unsigned n = 3; n <= LIMIT_MEMBERS; n++) {
		unsigned m = n - 1, b = (m - 1) / 3;
		assert_true(2 * witness_quorum(n) > m + b);
	}
}

static void founders_sign_until_it_is_in_force(void **state)
{
	struct world *w WORLD = world_new(3, &plain);

	(void)state;
	assert_int_equal(find(w, 0).status, STATUS_DECLARED);
	struct hash leaf = find(w, 0).leaf;
	assert_true(hash_is_zero(&leaf));
	world_sign(w, 0, &w->founding);
	assert_int_equal(find(w, 0).status, STATUS_DECLARED);
	assert_int_equal(find(w, 0).unwitnessed, 1);
	world_witness(w);
	assert_int_equal(find(w, 0).status, STATUS_SIGNED);
	assert_int_equal(find(w, 0).unwitnessed, 0);
	world_sign(w, 1, &w->founding);
	world_witness(w);
	struct standing s = world_standing(w);
	assert_false(s.in_force);
	assert_int_equal(s.n_signed, 2);
	assert_int_equal(s.need, 3);
	assert_int_equal(s.n_member, 0);
	world_sign(w, 2, &w->founding);
	world_witness(w);
	s = world_standing(w);
	assert_true(s.in_force);
	assert_int_equal(s.n_member, 3);
	assert_int_equal(find(w, 2).status, STATUS_MEMBER);
}

static void force_may_be_a_number(void **state)
{
	struct world *w WORLD = world_new(3, &(struct terms){.force = 2, .suspension = 2});

	(void)state;
	world_sign(w, 0, &w->founding);
	world_sign(w, 2, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 0).status, STATUS_MEMBER);
	assert_int_equal(find(w, 1).status, STATUS_DECLARED);
	assert_false(on_roll(w, 1));
	world_sign(w, 1, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 1).status, STATUS_MEMBER);
}

static void witnesses_are_the_founders_without_the_author(void **state)
{
	struct world *w WORLD = world_new(3, &plain);
	struct standing_cosign own = {world_id(0), 0, world_id(0), 9};
	struct standing_cosign other = {world_id(0), 0, world_id(1), 9};
	struct standing_cosign stranger = {world_id(0), 0, world_id(7), 9};
	struct standing_cosign third = {world_id(0), 0, world_id(2), 0};

	(void)state;
	world_sign(w, 0, &w->founding);
	vec_push(&w->cosign, own);
	vec_push(&w->cosign, other);
	vec_push(&w->cosign, other);
	vec_push(&w->cosign, stranger);
	vec_push(&w->cosign, third); /* size 0 does not reach seq 0 */
	assert_int_equal(find(w, 0).status, STATUS_DECLARED);
	third.size = 1;
	third.epoch = 1; /* of another epoch */
	vec_push(&w->cosign, third);
	assert_int_equal(find(w, 0).status, STATUS_DECLARED);
	third.epoch = 0;
	vec_push(&w->cosign, third);
	assert_int_equal(find(w, 0).status, STATUS_SIGNED);
}

static void what_is_not_admitted_does_nothing(void **state)
{
	struct world *w WORLD = world_new(2, &plain);

	(void)state;
	world_sign(w, 0, &w->founding);
	w->act.p[0].mode = MODE_EXERCISE;
	world_sign(w, 0, &w->founding);
	w->act.p[1].mode = MODE_TEST;
	world_sign(w, 0, &w->founding);
	w->act.p[2].signature_ok = false;
	world_sign(w, 0, &w->founding);
	w->act.p[3].object.owner = world_id(1);
	world_act(w, 0, ACT_SIGN)->body.charter = world_hash(9999);
	world_act(w, 0, ACT_STATEMENT)->body.claim = CLAIM_MEMBER;
	world_witness(w);
	assert_int_equal(find(w, 0).status, STATUS_DECLARED);
	world_sign(w, 0, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 0).status, STATUS_SIGNED);
	assert_int_equal(find(w, 0).seq, 6);
}

static void statements_about_a_party_are_no_input(void **state)
{
	struct world *w WORLD = world_in_force(3, &plain);
	struct hash before = world_standing(w).digest;

	(void)state;
	for (unsigned by = 0; by < 4; by++) {
		struct act_body *b = &world_act(w, by, ACT_STATEMENT)->body;
		b->has_about = true;
		b->about = world_id(7);
		b->claim = CLAIM_MEMBER;
		b->about_label = SLICE("Party 7");
	}
	world_witness(w);
	struct standing s = world_standing(w);
	struct id seven = world_id(7);
	assert_memory_equal(&s.digest, &before, sizeof(before));
	assert_null(standing_find(&s, &seven));
}

static void interest_is_no_membership(void **state)
{
	struct world *w WORLD = world_in_force(3, &plain);

	(void)state;
	world_act(w, 5, ACT_INTEREST)->body.charter = world_hash(77777);
	assert_int_equal(find(w, 5).status, STATUS_MENTIONED);
	world_act(w, 5, ACT_INTEREST)->body.charter = w->founding.hash;
	assert_int_equal(find(w, 5).status, STATUS_INTERESTED);
	assert_false(on_roll(w, 5));
	world_withdraw(w, 5, 1);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_MENTIONED);
}

static void accession_needs_all_ratifications(void **state)
{
	struct world *w WORLD = world_in_force(3, &plain);
	struct hash leaf = world_accede(w, 5, &w->founding, 7, false);

	(void)state;
	assert_int_equal(find(w, 5).status, STATUS_MENTIONED);
	assert_int_equal(find(w, 5).unwitnessed, 1);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_APPLIED);
	world_ratify(w, 0, 5, &leaf, &w->founding);
	world_ratify(w, 0, 5, &leaf, &w->founding); /* twice is once */
	world_ratify(w, 2, 5, &leaf, &w->founding);
	world_witness(w);
	struct standing_party p = find(w, 5);
	assert_int_equal(p.status, STATUS_APPLIED);
	assert_int_equal(p.need, 3);
	assert_int_equal(p.n_required, 3);
	assert_int_equal(p.n_ratified, 2);
	assert_memory_equal(&p.leaf, &leaf, sizeof(leaf));
	assert_slice(p.label, "Joiner");
	world_ratify(w, 1, 5, &leaf, &w->founding);
	assert_int_equal(find(w, 5).status, STATUS_APPLIED); /* not witnessed yet */
	world_witness(w);
	p = find(w, 5);
	assert_int_equal(p.status, STATUS_MEMBER);
	assert_slice(p.clearance, "OPEN");
	assert_true(on_roll(w, 5));
}

static void an_accession_must_be_witnessed_itself(void **state)
{
	struct world *w WORLD = world_in_force(2, &plain);
	struct hash leaf = world_accede(w, 5, &w->founding, 3, false);

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		world_ratify(w, i, 5, &leaf, &w->founding);
	world_witness(w);
	struct hash next = world_accede(w, 6, &w->founding, 3 | 1 << 5, false);
	world_ratify(w, 5, 6, &next, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_MEMBER);
	assert_int_equal(find(w, 6).n_ratified, 1);
	/* Without the cosignatures of its log neither it nor what it ratified afterwards counts. */
	size_t kept = 0;
	for (size_t i = 0; i < w->cosign.n; i++)
		if (w->cosign.p[i].author.b[0] != 5)
			w->cosign.p[kept++] = w->cosign.p[i];
	w->cosign.n = kept;
	assert_int_equal(find(w, 5).status, STATUS_MENTIONED);
	assert_false(on_roll(w, 5));
	/* Only the ratifier's act is seen by the others, so what it rests on must not be taken for granted. */
	struct standing_cosign c = {world_id(5), 0, world_id(0), w->size[5]};
	vec_push(&w->cosign, c);
	assert_int_equal(find(w, 5).status, STATUS_MENTIONED);
	assert_int_equal(find(w, 6).n_ratified, 0);
}

static void an_unwitnessed_accession_carries_nobody(void **state)
{
	struct world *w WORLD = world_in_force(2, &(struct terms){.accession = 1, .suspension = 2});
	struct hash leaf = world_accede(w, 5, &w->founding, 3, false);

	(void)state;
	world_ratify(w, 0, 5, &leaf, &w->founding);
	world_witness(w);
	assert_true(on_roll(w, 5));
	size_t kept = 0;
	for (size_t i = 0; i < w->cosign.n; i++)
		if (w->cosign.p[i].author.b[0] != 5)
			w->cosign.p[kept++] = w->cosign.p[i];
	w->cosign.n = kept;
	/* A later accession may name as ratifier only who has been a member. */
	struct hash next = world_accede(w, 6, &w->founding, 3 | 1 << 5, false);
	world_ratify(w, 1, 6, &next, &w->founding);
	world_witness(w);
	kept = 0;
	for (size_t i = 0; i < w->cosign.n; i++)
		if (w->cosign.p[i].author.b[0] != 5)
			w->cosign.p[kept++] = w->cosign.p[i];
	w->cosign.n = kept;
	assert_int_equal(find(w, 6).n_ratified, 1);
	assert_int_equal(find(w, 6).status, STATUS_APPLIED);
}

static void ratifications_are_of_exact_hashes_by_members(void **state)
{
	struct world *w WORLD = world_in_force(2, &plain);
	struct hash leaf = world_accede(w, 5, &w->founding, 3, false), other = world_hash(123456);
	struct charter forged = w->founding;

	(void)state;
	forged.hash = other;
	world_ratify(w, 0, 5, &leaf, &w->founding);
	world_ratify(w, 1, 5, &other, &w->founding); /* another leaf */
	world_ratify(w, 1, 6, &leaf, &w->founding);  /* another party */
	world_ratify(w, 1, 5, &leaf, &forged);	     /* another charter */
	world_ratify(w, 7, 5, &leaf, &w->founding);  /* nobody */
	world_ratify(w, 5, 5, &leaf, &w->founding);  /* itself */
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_APPLIED);
	assert_int_equal(find(w, 5).n_ratified, 1);
}

static void accession_names_the_members(void **state)
{
	struct world *w WORLD = world_in_force(3, &(struct terms){.accession = 1, .suspension = 2});
	struct hash leaf = world_accede(w, 5, &w->founding, 3, false);

	(void)state;
	world_ratify(w, 0, 5, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_APPLIED); /* 2 is left out */
	leaf = world_accede(w, 5, &w->founding, 7 | 1 << 8, false);
	world_ratify(w, 0, 5, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_APPLIED); /* 8 was never a member */
	leaf = world_accede(w, 5, &w->founding, 7 | 1 << 5, false);
	world_ratify(w, 0, 5, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_APPLIED); /* names itself */
	leaf = world_accede(w, 5, &w->founding, 7, false);
	world_ratify(w, 0, 5, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_MEMBER);
	assert_int_equal(find(w, 5).need, 1);
}

static void a_joined_member_ratifies_the_next(void **state)
{
	struct world *w WORLD = world_in_force(2, &plain);

	(void)state;
	join(w, 5);
	struct hash leaf = world_accede(w, 6, &w->founding, 3 | 1 << 5, false);
	world_ratify(w, 0, 6, &leaf, &w->founding);
	world_ratify(w, 1, 6, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 6).status, STATUS_APPLIED);
	world_ratify(w, 5, 6, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 6).status, STATUS_MEMBER);
}

static void a_ratification_before_ones_own_membership_is_none(void **state)
{
	struct world *w WORLD = world_new(2, &plain);
	struct hash leaf = world_accede(w, 5, &w->founding, 3, false);

	(void)state;
	world_ratify(w, 0, 5, &leaf, &w->founding);
	world_sign(w, 0, &w->founding);
	world_sign(w, 1, &w->founding);
	world_ratify(w, 1, 5, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 5).n_ratified, 1);
	world_ratify(w, 0, 5, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_MEMBER);
}

static void observers_as_the_charter_says(void **state)
{
	struct world *none WORLD =
		world_in_force(2, &(struct terms){.no_observers = true, .suspension = 2});
	struct world *one WORLD =
		world_in_force(2, &(struct terms){.observers = 1, .suspension = 2});
	struct hash leaf = world_accede(none, 5, &none->founding, 3, true);

	(void)state;
	world_ratify(none, 0, 5, &leaf, &none->founding);
	world_ratify(none, 1, 5, &leaf, &none->founding);
	world_witness(none);
	assert_int_equal(find(none, 5).status, STATUS_APPLIED);
	leaf = world_accede(one, 5, &one->founding, 3, true);
	world_ratify(one, 1, 5, &leaf, &one->founding);
	world_witness(one);
	assert_int_equal(find(one, 5).status, STATUS_OBSERVER);
	assert_false(on_roll(one, 5));
	/* An observer ratifies nobody. */
	struct hash next = world_accede(one, 6, &one->founding, 3, false);
	world_ratify(one, 0, 6, &next, &one->founding);
	world_ratify(one, 5, 6, &next, &one->founding);
	world_witness(one);
	assert_int_equal(find(one, 6).n_ratified, 1);
}

static void withdrawal_and_return(void **state)
{
	struct world *w WORLD = world_in_force(3, &plain);

	(void)state;
	world_withdraw(w, 2, 5000);
	assert_int_equal(find(w, 2).status, STATUS_MEMBER);
	world_witness(w);
	struct standing_party p = find(w, 2);
	assert_int_equal(p.status, STATUS_WITHDRAWING);
	assert_int_equal(p.withdraw_ms, 5000);
	assert_true(on_roll(w, 2));
	/* Not longer, but shorter. */
	world_withdraw(w, 2, 9000);
	world_witness(w);
	assert_int_equal(find(w, 2).withdraw_ms, 5000);
	world_withdraw(w, 2, 3000);
	world_witness(w);
	assert_int_equal(find(w, 2).withdraw_ms, 3000);
	/* Signing again is not enough, an accession is. */
	world_sign(w, 2, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 2).status, STATUS_WITHDRAWING);
	assert_true(world_standing(w).in_force);
	struct hash leaf = world_accede(w, 2, &w->founding, 3, false);
	world_ratify(w, 0, 2, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 2).status, STATUS_APPLIED);
	assert_false(on_roll(w, 2));
	world_ratify(w, 1, 2, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 2).status, STATUS_MEMBER);
}

static void who_has_withdrawn_neither_ratifies_nor_is_needed(void **state)
{
	struct world *w WORLD = world_in_force(3, &plain);
	struct hash early = world_accede(w, 5, &w->founding, 3, false);

	(void)state;
	world_withdraw(w, 2, 5000);
	world_ratify(w, 2, 5, &early, &w->founding);
	world_ratify(w, 0, 5, &early, &w->founding);
	world_ratify(w, 1, 5, &early, &w->founding);
	world_witness(w);
	/* The withdrawal came after what the accession had seen. */
	assert_int_equal(find(w, 5).status, STATUS_APPLIED);
	struct hash late = world_accede(w, 5, &w->founding, 3, false);
	world_ratify(w, 0, 5, &late, &w->founding);
	world_ratify(w, 1, 5, &late, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_MEMBER);
}

static void a_withdrawal_does_not_undo_earlier_ratifications(void **state)
{
	struct world *w WORLD = world_in_force(3, &plain);

	(void)state;
	join(w, 5);
	world_withdraw(w, 0, 1);
	world_withdraw(w, 1, 1);
	world_withdraw(w, 2, 1);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_MEMBER);
}

static void suspension_by_number(void **state)
{
	struct world *w WORLD = world_in_force(4, &plain);

	(void)state;
	world_suspend(w, 0, 3, w->size[3]);
	world_suspend(w, 5, 3, 0); /* not a member */
	world_suspend(w, 3, 3, 0); /* itself */
	world_witness(w);
	assert_int_equal(find(w, 3).n_suspended_by, 1);
	assert_int_equal(find(w, 3).status, STATUS_MEMBER);
	world_suspend(w, 1, 3, w->size[3]);
	assert_int_equal(find(w, 3).status, STATUS_MEMBER); /* not witnessed yet */
	world_witness(w);
	assert_int_equal(find(w, 3).status, STATUS_SUSPENDED);
	assert_false(on_roll(w, 3));
	world_resume(w, 0, 3);
	world_resume(w, 1, 3);
	world_witness(w);
	assert_int_equal(find(w, 3).status, STATUS_MEMBER);
	assert_true(on_roll(w, 3));
}

static void what_a_suspended_party_does_is_void(void **state)
{
	struct world *w WORLD = world_in_force(4, &plain);
	struct hash before = world_accede(w, 5, &w->founding, 15, false);
	struct hash after = world_accede(w, 6, &w->founding, 15, false);

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		world_ratify(w, i, 5, &before, &w->founding);
	for (unsigned i = 0; i < 3; i++)
		world_ratify(w, i, 6, &after, &w->founding);
	uint64_t cut = w->size[3];
	world_ratify(w, 3, 6, &after, &w->founding);
	world_withdraw(w, 3, 1);
	world_witness(w);
	assert_int_equal(find(w, 6).status, STATUS_MEMBER);
	world_suspend(w, 0, 3, cut);
	world_suspend(w, 1, 3, cut);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_MEMBER);
	assert_int_equal(find(w, 6).status, STATUS_APPLIED);
	assert_int_equal(find(w, 3).status, STATUS_SUSPENDED);
	assert_int_equal(find(w, 3).withdraw_ms, 0);
}

static void one_member_cannot_push_the_cut_back(void **state)
{
	struct world *w WORLD = world_in_force(4, &plain);

	(void)state;
	join(w, 5);
	uint64_t cut = w->size[3];
	world_suspend(w, 0, 3, cut);
	world_suspend(w, 1, 3, cut);
	world_suspend(w, 2, 3, 0);
	world_witness(w);
	assert_int_equal(find(w, 3).status, STATUS_SUSPENDED);
	assert_int_equal(find(w, 5).status, STATUS_MEMBER);
	/* Two can: that is the number the charter asks for. */
	world_suspend(w, 1, 3, 0);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_APPLIED);
	assert_true(world_standing(w).in_force);
}

static void the_suspended_do_not_suspend_back(void **state)
{
	struct world *w WORLD = world_in_force(5, &plain);

	(void)state;
	for (unsigned by = 0; by < 3; by++)
		for (unsigned of = 3; of < 5; of++)
			world_suspend(w, by, of, w->size[of]);
	for (unsigned by = 3; by < 5; by++)
		for (unsigned of = 0; of < 3; of++)
			world_suspend(w, by, of, 0);
	world_witness(w);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(find(w, i).status, STATUS_MEMBER);
	for (unsigned i = 3; i < 5; i++)
		assert_int_equal(find(w, i).status, STATUS_SUSPENDED);
}

static void equal_sides_are_settled_together(void **state)
{
	struct world *w WORLD = world_in_force(4, &plain);

	(void)state;
	for (unsigned by = 0; by < 4; by++)
		for (unsigned of = 0; of < 4; of++)
			if (by / 2 != of / 2)
				world_suspend(w, by, of, w->size[of]);
	world_witness(w);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(find(w, i).status, STATUS_SUSPENDED);
	assert_int_equal(world_standing(w).n_member, 0);
}

static void a_suspended_member_may_be_left_out(void **state)
{
	struct world *w WORLD = world_in_force(4, &plain);

	(void)state;
	world_suspend(w, 0, 3, w->size[3]);
	world_suspend(w, 1, 3, w->size[3]);
	world_witness(w);
	struct hash leaf = world_accede(w, 5, &w->founding, 7, false);
	for (unsigned i = 0; i < 3; i++)
		world_ratify(w, i, 5, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_MEMBER);
	world_resume(w, 0, 3);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_MEMBER);
	assert_int_equal(find(w, 3).status, STATUS_MEMBER);
}

static void only_suspensions_excuse(void **state)
{
	struct world *w WORLD = world_in_force(4, &plain);

	(void)state;
	world_suspend(w, 0, 3, w->size[3]);
	world_resume(w, 1, 3);
	world_suspend(w, 0, 3, w->size[3]); /* the same member again */
	world_witness(w);
	struct hash leaf = world_accede(w, 5, &w->founding, 7, false);
	for (unsigned i = 0; i < 3; i++)
		world_ratify(w, i, 5, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_APPLIED);
	/* Two by now, but not within what the accession saw. */
	world_suspend(w, 1, 3, w->size[3]);
	world_witness(w);
	assert_int_equal(find(w, 3).status, STATUS_SUSPENDED);
	assert_int_equal(find(w, 5).status, STATUS_APPLIED);
}

static void founders_are_heard_first(void **state)
{
	struct world *w WORLD = world_in_force(3, &(struct terms){.accession = 1, .suspension = 2});
	uint64_t cut = w->size[2];

	(void)state;
	/* The third founder fills the coalition with friends, who turn on the others. */
	for (unsigned friend = 5; friend < 9; friend ++) {
		struct hash leaf = world_accede(w, friend, &w->founding, 7, false);
		world_ratify(w, 2, friend, &leaf, &w->founding);
	}
	for (unsigned friend = 5; friend < 9; friend ++)
		for (unsigned of = 0; of < 2; of++)
			world_suspend(w, friend, of, 0);
	world_witness(w);
	assert_int_equal(find(w, 0).status, STATUS_SUSPENDED);
	world_suspend(w, 0, 2, cut);
	world_suspend(w, 1, 2, cut);
	world_witness(w);
	assert_int_equal(find(w, 0).status, STATUS_MEMBER);
	assert_int_equal(find(w, 1).status, STATUS_MEMBER);
	assert_int_equal(find(w, 2).status, STATUS_SUSPENDED);
	assert_int_equal(find(w, 5).status, STATUS_APPLIED);
}

static void an_object_counts_once(void **state)
{
	struct world *w WORLD = world_in_force(3, &plain);

	(void)state;
	world_withdraw(w, 2, 7000);
	struct standing_act withdrawal = w->act.p[w->act.n - 1];
	struct hash leaf = world_accede(w, 2, &w->founding, 3, false);
	world_ratify(w, 0, 2, &leaf, &w->founding);
	world_ratify(w, 1, 2, &leaf, &w->founding);
	world_witness(w);
	assert_int_equal(find(w, 2).status, STATUS_MEMBER);
	/* A thief of the node appends the signed withdrawal again. */
	withdrawal.seq = w->size[2]++;
	withdrawal.leaf = world_hash(424242);
	vec_push(&w->act, withdrawal);
	world_witness(w);
	assert_int_equal(find(w, 2).status, STATUS_MEMBER);
	/* Somebody else's act with the same object name is another object. */
	world_withdraw(w, 1, 7000);
	w->act.p[w->act.n - 1].object.name = withdrawal.object.name;
	world_witness(w);
	assert_int_equal(find(w, 1).status, STATUS_WITHDRAWING);
}

static void a_fork_voids_from_its_cut(void **state)
{
	struct world *w WORLD = world_in_force(3, &plain);
	struct standing_fork fork = {world_id(2), 0, w->size[2]};

	(void)state;
	world_withdraw(w, 2, 7000);
	world_witness(w);
	assert_int_equal(find(w, 2).status, STATUS_WITHDRAWING);
	vec_push(&w->fork, fork);
	assert_int_equal(find(w, 2).status, STATUS_MEMBER);
	assert_true(find(w, 2).forked);
	assert_false(find(w, 1).forked);
	/* Another epoch is another log. */
	w->epoch[2] = 1;
	world_withdraw(w, 2, 8000);
	world_witness(w);
	assert_int_equal(find(w, 2).withdraw_ms, 8000);
}

static void an_amendment_needs_everybody(void **state)
{
	struct world *w WORLD = world_in_force(2, &plain);
	struct charter second, short_one, orphan;
	struct hash unknown = world_hash(31337);

	(void)state;
	join(w, 5);
	charter_make(&second, &w->arena,
		&(struct terms){.version = 2, .prev = &w->founding.hash, .suspension = 3},
		3 | 1 << 5);
	charter_make(&short_one, &w->arena,
		&(struct terms){.version = 2, .prev = &w->founding.hash, .name = "Short"}, 1);
	charter_make(&orphan, &w->arena,
		&(struct terms){.version = 9, .prev = &unknown, .name = "Orphan"}, 1);
	vec_push(&w->amended, second);
	vec_push(&w->amended, short_one);
	vec_push(&w->amended, orphan);
	world_sign(w, 0, &short_one);
	world_sign(w, 0, &orphan);
	world_sign(w, 0, &second);
	world_sign(w, 1, &second);
	world_witness(w);
	assert_int_equal(world_standing(w).charter->version, 1);
	world_sign(w, 5, &second);
	assert_int_equal(world_standing(w).charter->version, 1);
	world_witness(w);
	struct standing s = world_standing(w);
	assert_int_equal(s.charter->version, 2);
	assert_memory_equal(&s.charter->hash, &second.hash, sizeof(second.hash));
	/* An accession to the second charter, by the members it lists. */
	struct hash leaf = world_accede(w, 6, &second, 3, false);
	for (unsigned i = 0; i < 2; i++)
		world_ratify(w, i, 6, &leaf, &second);
	world_witness(w);
	assert_int_equal(find(w, 6).status, STATUS_APPLIED);
	leaf = world_accede(w, 6, &second, 3 | 1 << 5, false);
	world_ratify(w, 0, 6, &leaf, &second);
	world_ratify(w, 1, 6, &leaf, &second);
	world_ratify(w, 5, 6, &leaf, &second);
	world_witness(w);
	assert_int_equal(find(w, 6).status, STATUS_MEMBER);
	/* All have signed it: it takes three to suspend one of them. */
	world_suspend(w, 0, 5, w->size[5]);
	world_suspend(w, 1, 5, w->size[5]);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_MEMBER);
	world_suspend(w, 6, 5, w->size[5]);
	world_witness(w);
	assert_int_equal(find(w, 5).status, STATUS_SUSPENDED);
}

static void an_amendment_binds_whom_it_was_signed_by(void **state)
{
	struct world *w WORLD = world_in_force(2, &(struct terms){.suspension = 2});
	struct charter second;

	(void)state;
	join(w, 5);
	charter_make(&second, &w->arena,
		&(struct terms){.version = 2, .prev = &w->founding.hash, .suspension = 1}, 3);
	vec_push(&w->amended, second);
	world_sign(w, 0, &second);
	world_sign(w, 1, &second);
	world_suspend(w, 0, 5, w->size[5]);
	world_witness(w);
	assert_int_equal(world_standing(w).charter->version, 2);
	assert_int_equal(find(w, 5).status, STATUS_MEMBER);
	world_suspend(w, 0, 1, w->size[1]);
	world_witness(w);
	assert_int_equal(find(w, 1).status, STATUS_SUSPENDED);
}

static void introductions_only_by_those_inside(void **state)
{
	struct world *w WORLD = world_in_force(2, &plain);
	struct id eight = world_id(8), nine = world_id(9);

	(void)state;
	struct act_body *b = &world_act(w, 1, ACT_INTRODUCTION)->body;
	b->has_member = true;
	b->member = eight;
	b->label = SLICE("Eight");
	b = &world_act(w, 7, ACT_INTRODUCTION)->body;
	b->has_member = true;
	b->member = nine;
	b->label = SLICE("Nine");
	struct standing s = world_standing(w);
	assert_non_null(standing_find(&s, &eight));
	assert_int_equal(standing_find(&s, &eight)->status, STATUS_MENTIONED);
	assert_slice(standing_find(&s, &eight)->label, "Eight");
	assert_null(standing_find(&s, &nine));
	for (size_t i = 1; i < s.n_party; i++)
		assert_true(id_cmp(&s.party[i - 1].id, &s.party[i].id) < 0);
}

static void an_unknown_fold_stops(void **state)
{
	struct world *w WORLD = world_in_force(2, &plain);
	struct standing_input in = world_input(w);
	struct standing s = {.n_party = 7};
	struct charter second;
	struct why why = {0};

	(void)state;
	w->founding.fold = 2;
	assert_int_equal(standing_compute(&s, &w->arena, &in, &why), E_STATE);
	assert_int_equal(s.n_party, 7);
	w->founding.fold = 1;
	charter_make(
		&second, &w->arena, &(struct terms){.version = 2, .prev = &w->founding.hash}, 3);
	second.fold = 2;
	vec_push(&w->amended, second);
	/* As long as it is only a text, it does not matter. */
	assert_int_equal(world_standing(w).charter->version, 1);
	world_sign(w, 0, &second);
	world_sign(w, 1, &second);
	world_witness(w);
	in = world_input(w);
	assert_int_equal(standing_compute(&s, &w->arena, &in, &why), E_STATE);
}

static void the_dump_names_everything(void **state)
{
	struct world *w WORLD = world_in_force(2, &plain);
	struct buf b CLEANUP_BUF = BUF(1 * MIB);

	(void)state;
	join(w, 5);
	struct standing s = world_standing(w);
	standing_dump(&s, &b);
	const char *text = buf_cstr(&b);
	assert_int_equal(strncmp(text, "entente-standing/1\nfold 1\ncharter ", 33), 0);
	assert_non_null(strstr(text, "\nforce yes 2 2\n"));
	assert_non_null(strstr(text, " member - 0.0 "));
	assert_non_null(strstr(text, " ratified\n"));
	struct hash again = hash_bytes(buf_slice(&b));
	assert_memory_equal(&again, &s.digest, sizeof(again));
}

static void rolls_have_a_hash_of_their_own(void **state)
{
	struct id two[2] = {world_id(1), world_id(2)}, coalition = world_id(9),
		  other = world_id(10);
	struct hash a = roll_hash(&coalition, two, 2), b = roll_hash(&coalition, two, 1),
		    c = roll_hash(&other, two, 2);
	static const char text[] = "entente-roll/1\n090000000000000000000000000000ac\n";
	struct hash none = roll_hash(&coalition, two, 0), expected = hash_bytes(slice_str(text));

	(void)state;
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_memory_not_equal(&a, &c, sizeof(a));
	assert_memory_equal(&none, &expected, sizeof(none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quorum_is_that_of_the_specification),
		cmocka_unit_test(founders_sign_until_it_is_in_force),
		cmocka_unit_test(force_may_be_a_number),
		cmocka_unit_test(witnesses_are_the_founders_without_the_author),
		cmocka_unit_test(what_is_not_admitted_does_nothing),
		cmocka_unit_test(statements_about_a_party_are_no_input),
		cmocka_unit_test(interest_is_no_membership),
		cmocka_unit_test(accession_needs_all_ratifications),
		cmocka_unit_test(an_accession_must_be_witnessed_itself),
		cmocka_unit_test(an_unwitnessed_accession_carries_nobody),
		cmocka_unit_test(ratifications_are_of_exact_hashes_by_members),
		cmocka_unit_test(accession_names_the_members),
		cmocka_unit_test(a_joined_member_ratifies_the_next),
		cmocka_unit_test(a_ratification_before_ones_own_membership_is_none),
		cmocka_unit_test(observers_as_the_charter_says),
		cmocka_unit_test(withdrawal_and_return),
		cmocka_unit_test(who_has_withdrawn_neither_ratifies_nor_is_needed),
		cmocka_unit_test(a_withdrawal_does_not_undo_earlier_ratifications),
		cmocka_unit_test(suspension_by_number),
		cmocka_unit_test(what_a_suspended_party_does_is_void),
		cmocka_unit_test(one_member_cannot_push_the_cut_back),
		cmocka_unit_test(the_suspended_do_not_suspend_back),
		cmocka_unit_test(equal_sides_are_settled_together),
		cmocka_unit_test(a_suspended_member_may_be_left_out),
		cmocka_unit_test(only_suspensions_excuse),
		cmocka_unit_test(founders_are_heard_first),
		cmocka_unit_test(an_object_counts_once),
		cmocka_unit_test(a_fork_voids_from_its_cut),
		cmocka_unit_test(an_amendment_needs_everybody),
		cmocka_unit_test(an_amendment_binds_whom_it_was_signed_by),
		cmocka_unit_test(introductions_only_by_those_inside),
		cmocka_unit_test(an_unknown_fold_stops),
		cmocka_unit_test(the_dump_names_everything),
		cmocka_unit_test(rolls_have_a_hash_of_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
