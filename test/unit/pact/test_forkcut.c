/* test_forkcut.c: a stolen log key does not undo what its owner did before the owner revoked it. */
#include "base/limits.h"
#include "pact/forkcut.h"
#include "unit.h"

static const struct id coalition = {{1}}, member = {{2}};

struct scene {
	struct seckey key, other;
	struct buf note[2];
	struct fork fork;
	struct root version[3];
	struct root_chain chain;
};

/* Two heads of size 1 with different leaves: a story that parts at entry 0. */
static void tell(struct scene *s, const struct seckey *key)
{
	struct hash leaf[2] = {hash_leaf(SLICE("one")), hash_leaf(SLICE("two"))};
	char origin[ORIGIN_MAX];
	struct checkpoint cp[2];

	for (int i = 0; i < 2; i++) {
		cp[i] = (struct checkpoint){{coalition, member, 1}, 1, leaf[i]};
		origin_format(&cp[i].log, origin);
		s->note[i] = BUF(LIMIT_NOTE_BYTES);
		checkpoint_print(&s->note[i], &cp[i]);
		size_t n = s->note[i].n;
		buf_byte(&s->note[i], '\n');
		note_sign(&s->note[i], slice_of(s->note[i].p, n), slice_str(origin), key);
	}
	s->fork = (struct fork){.a = cp[0],
		.b = cp[1],
		.has_index = true,
		.index = 0,
		.leaf_a = leaf[0],
		.leaf_b = leaf[1],
		.note_a = buf_slice(&s->note[0]),
		.note_b = buf_slice(&s->note[1])};
}

/* On the heap: a root document is large. */
static struct scene *scene_make(void)
{
	struct scene *s = mem_new(struct scene);
	uint8_t seed[32] = {7};

	s->key = seckey_from_seed(seed);
	seed[0] = 8;
	s->other = seckey_from_seed(seed);
	s->version[0].version = 1;
	s->version[0].log_key = s->key.pub;
	s->version[1].version = 2;
	s->version[1].log_key = s->other.pub;
	s->chain = (struct root_chain){.member = member, .version = s->version, .n = 1};
	tell(s, &s->key);
	return s;
}

static void scene_end(struct scene *s)
{
	buf_free(&s->note[0]);
	buf_free(&s->note[1]);
	mem_free(s);
}

static void revoke_key(struct scene *s, uint64_t size, uint32_t epoch, const struct id *where)
{
	s->version[1].revoke[s->version[1].n_revoke++] = (struct root_revoke){
		.key = s->key.pub, .coalition = *where, .epoch = epoch, .size = size};
	s->chain.n = 2;
}

static void cuts_where_the_stories_part(void **state)
{
	(void)state;
	struct scene *s = scene_make();
	assert_int_equal(fork_cut_by(&s->fork, &s->chain), 0);
	scene_end(s);
}

static void revocation_keeps_what_was_before_it(void **state)
{
	(void)state;
	struct scene *s = scene_make();
	revoke_key(s, 41, 1, &coalition);
	assert_int_equal(fork_cut_by(&s->fork, &s->chain), 41);
	/* A later document cannot move it up again. */
	revoke_key(s, 90, 1, &coalition);
	assert_int_equal(fork_cut_by(&s->fork, &s->chain), 41);
	scene_end(s);
}

static void revocation_elsewhere_is_none(void **state)
{
	const struct id elsewhere = {{9}};
	(void)state;
	struct scene *s = scene_make();
	revoke_key(s, 41, 2, &coalition);
	revoke_key(s, 41, 1, &elsewhere);
	assert_int_equal(fork_cut_by(&s->fork, &s->chain), 0);
	scene_end(s);
}

static void a_strangers_key_proves_nothing(void **state)
{
	(void)state;
	struct scene *s = scene_make();
	buf_free(&s->note[0]);
	buf_free(&s->note[1]);
	tell(s, &s->other);
	assert_true(fork_cut_by(&s->fork, &s->chain) == UINT64_MAX);
	s->chain.n = 2;
	assert_int_equal(fork_cut_by(&s->fork, &s->chain), 0);
	scene_end(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_where_the_stories_part),
		cmocka_unit_test(revocation_keeps_what_was_before_it),
		cmocka_unit_test(revocation_elsewhere_is_none),
		cmocka_unit_test(a_strangers_key_proves_nothing),
	};
	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
