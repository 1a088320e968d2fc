#include "sample.h"

#include "crypt/sign.h"
#include "log/fork.h"

#define LEAVES 40

static struct seckey key, other;
static struct arena arena = {.max = 64 * KIB};

/* One story: leaves 0..n-1, of which those from `lie` on are other ones. */
struct story {
	struct hash leaf[LEAVES];
	size_t n;
	struct checkpoint c;
	struct buf note;
};

static int read_story(void *ctx, unsigned level, uint64_t index, struct hash *ret, struct why *why)
{
	const struct story *s = ctx;
	struct tree_range r = {0};

	(void)why;
	for (uint64_t i = index << level; i < (index + 1) << level; i++)
		tree_append(&r, &s->leaf[i]);
	*ret = tree_root(&r);
	return 0;
}

static void story_make(struct story *s, size_t n, size_t lie, const struct seckey *k)
{
	struct tree_range r = {0};

	s->n = n;
	for (unsigned i = 0; i < n; i++) {
		s->leaf[i] = sample_hash(i < lie ? i : 1000 + i);
		tree_append(&r, &s->leaf[i]);
	}
	s->c = (struct checkpoint){.log = sample_log(), .size = n, .root = tree_root(&r)};
	buf_init(&s->note, LIMIT_NOTE_BYTES);
	sample_note(&s->c, k, &s->note);
}

static struct fork fork_of(struct story *a, struct story *b, uint64_t index)
{
	const struct tree_reader ra = {.read = read_story, .ctx = a},
				 rb = {.read = read_story, .ctx = b};
	struct fork f = {.a = a->c,
		.b = b->c,
		.has_index = true,
		.index = index,
		.leaf_a = a->leaf[index],
		.leaf_b = b->leaf[index]};

	f.note_a = buf_slice(&a->note);
	f.note_b = buf_slice(&b->note);
	assert_int_equal(tree_inclusion(&ra, index, a->n, &f.proof_a, NULL), 0);
	assert_int_equal(tree_inclusion(&rb, index, b->n, &f.proof_b, NULL), 0);
	return f;
}

static int parse(struct slice bytes, struct fork *f)
{
	struct why why = {0};
	int rc;

	arena_reset(&arena);
	rc = fork_parse(f, &arena, bytes, &why);
	assert_int_equal(rc, why.code);
	return rc;
}

static int check(const struct fork *f)
{
	struct why why = {0};
	int rc = fork_check(f, &key.pub, &why);

	assert_int_equal(rc, why.code);
	return rc;
}

/* Every pair of sizes and place of the lie: proof, text, proof again. */
static void all_forks(void **state)
{
	(void)state;
	for (size_t n = 1; n < LEAVES; n += 3)
		for (size_t m = 1; m < LEAVES; m += 4)
			for (size_t lie = 0; lie < n && lie < m; lie += 2) {
				static struct story a, b;
				struct buf text CLEANUP_BUF = BUF(LIMIT_FORK_BYTES),
						again CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
				static struct fork f, back;

				story_make(&a, n, SIZE_MAX, &key);
				story_make(&b, m, lie, &key);
				f = fork_of(&a, &b, lie);
				assert_int_equal(check(&f), 0);
				assert_int_equal(fork_cut(&f), lie);
				fork_print(&f, &text);
				assert_int_equal(parse(buf_slice(&text), &back), 0);
				assert_int_equal(check(&back), 0);
				fork_print(&back, &again);
				assert_true(slice_eq(buf_slice(&text), buf_slice(&again)));
				buf_free(&a.note);
				buf_free(&b.note);
			}
}

struct pair {
	struct story a, b;
	struct fork f;
};

static void pair_make(struct pair *p)
{
	story_make(&p->a, 13, SIZE_MAX, &key);
	story_make(&p->b, 20, 6, &key);
	p->f = fork_of(&p->a, &p->b, 6);
}

static void pair_drop(struct pair *p)
{
	buf_free(&p->a.note);
	buf_free(&p->b.note);
}

static void short_form(void **state)
{
	struct buf text CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	static struct story a, b, c;
	static struct fork f, back;

	(void)state;
	story_make(&a, 9, SIZE_MAX, &key);
	story_make(&b, 9, 4, &key);
	story_make(&c, 8, 4, &key);
	f.a = a.c;
	f.b = b.c;
	f.note_a = buf_slice(&a.note);
	f.note_b = buf_slice(&b.note);
	assert_int_equal(check(&f), 0);
	assert_int_equal(fork_cut(&f), 0);
	fork_print(&f, &text);
	assert_int_equal(parse(buf_slice(&text), &back), 0);
	assert_false(back.has_index);
	assert_int_equal(check(&back), 0);
	/* Another size, or the same root: no contradiction. */
	f.b = c.c;
	f.note_b = buf_slice(&c.note);
	assert_int_equal(check(&f), E_VERIFY);
	f.b = a.c;
	f.note_b = buf_slice(&a.note);
	assert_int_equal(check(&f), E_VERIFY);
	buf_free(&a.note);
	buf_free(&b.note);
	buf_free(&c.note);
}

/* An honest log cannot be accused: whatever is bent in a proof, it fails. */
static void false_accusations(void **state)
{
	static struct pair p;
	static struct fork f;

	(void)state;
	pair_make(&p);
	f = p.f;
	f.leaf_a.b[0] ^= 1;
	assert_int_equal(check(&f), E_VERIFY);
	f = p.f;
	f.leaf_b = f.leaf_a;
	assert_int_equal(check(&f), E_VERIFY);
	f = fork_of(&p.a, &p.b, 5); /* before they part */
	assert_int_equal(check(&f), E_VERIFY);
	f = p.f;
	f.index = 7;
	assert_int_equal(check(&f), E_VERIFY);
	f = p.f;
	f.index = 13; /* not in the first tree */
	assert_int_equal(check(&f), E_VERIFY);
	f = p.f;
	f.proof_b.n--;
	assert_int_equal(check(&f), E_VERIFY);
	f = p.f;
	f.a.size++; /* not what the note says */
	assert_int_equal(check(&f), E_VERIFY);
	f = p.f;
	f.b.root.b[0] ^= 1;
	assert_int_equal(check(&f), E_VERIFY);
	f = p.f;
	f.note_b = f.note_a;
	assert_int_equal(check(&f), E_VERIFY);
	assert_int_equal(fork_check(&p.f, &other.pub, NULL), E_VERIFY);
	assert_int_equal(check(&p.f), 0);
	pair_drop(&p);
}

/* A note by somebody else's key, or about another log of the same member. */
static void foreign_notes(void **state)
{
	static struct story a, b;
	static struct fork f;
	struct log_id epoch2 = sample_log();

	(void)state;
	story_make(&a, 13, SIZE_MAX, &key);
	story_make(&b, 20, 6, &other);
	f = fork_of(&a, &b, 6);
	assert_int_equal(check(&f), E_VERIFY);
	buf_clear(&b.note);
	epoch2.epoch = 2;
	b.c.log = epoch2;
	sample_note(&b.c, &key, &b.note);
	f = fork_of(&a, &b, 6);
	assert_int_equal(check(&f), E_VERIFY);
	f.b.log = a.c.log;
	assert_int_equal(check(&f), E_VERIFY);
	buf_free(&a.note);
	buf_free(&b.note);
}

static void lines_missing_doubled_swapped(void **state)
{
	struct buf text CLEANUP_BUF = BUF(LIMIT_FORK_BYTES), b CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	static struct pair p;
	static struct text_lines t;
	static struct fork f;

	(void)state;
	pair_make(&p);
	fork_print(&p.f, &text);
	t = text_lines(buf_slice(&text));
	for (size_t i = 0; i < t.n; i++) {
		bool path = slice_starts(t.line[i], "proof-");

		/* A path that lost or doubled a node reads well and proves nothing. */
		text_replace(&t, i, NULL, &b);
		assert_true(parse(buf_slice(&b), &f) < 0 ? !path : check(&f) == E_VERIFY);
		text_double(&t, i, &b);
		assert_true(parse(buf_slice(&b), &f) < 0 ? !path : check(&f) == E_VERIFY);
		text_replace(&t, i, t.line[i].n > 1 ? "\n" : "-\n", &b);
		assert_true(parse(buf_slice(&b), &f) < 0);
		for (size_t j = i + 1; j < t.n; j++) {
			if (slice_eq(t.line[i], t.line[j]))
				continue; /* empty lines and origins of both notes */
			text_swap(&t, i, j, &b);
			assert_true(parse(buf_slice(&b), &f) < 0 || check(&f) == E_VERIFY);
		}
	}
	for (size_t n = 0; n < text.n; n++)
		assert_true(parse(slice_sub(buf_slice(&text), 0, n), &f) < 0);
	buf_byte(&text, '\n');
	assert_int_equal(parse(buf_slice(&text), &f), E_SYNTAX);
	pair_drop(&p);
}

/* Whatever byte changes: it does not read, or it does not prove. */
static void one_byte_changed(void **state)
{
	struct buf text CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	static struct pair p;
	static struct fork f;

	(void)state;
	pair_make(&p);
	fork_print(&p.f, &text);
	for (size_t i = 0; i < text.n; i++) {
		static const uint8_t with[] = {'\r', '0', 'A', '+', ' ', '\n', 0};

		for (size_t k = 0; k < COUNT_OF(with); k++) {
			uint8_t before = text.p[i];

			if (before == with[k])
				continue;
			text.p[i] = with[k];
			assert_true(parse(buf_slice(&text), &f) < 0 || check(&f) == E_VERIFY);
			text.p[i] = before;
		}
	}
	pair_drop(&p);
}

static void bad_values(void **state)
{
	static const struct {
		const char *key, *with;
	} bad[] = {{"index", "index 06\n"}, {"index", "index -\n"},
		{"index", "index 9223372036854775808\n"}, {"leaf", "leaf -\n"},
		{"note-a", "note-a 0\n"}, {"note-a", "note-a 0200\n"}, {"note-a", "note-a 99999\n"},
		{"note-b", "note-b 1\n"}, {"note-b", "note-b 18446744073709551615\n"},
		{"proof-a", "proof-a AAAA\n"}, {"entente", "entente-fork/2\n"}};
	struct buf text CLEANUP_BUF = BUF(LIMIT_FORK_BYTES),
			b CLEANUP_BUF = BUF(2 * LIMIT_FORK_BYTES);
	static struct pair p;
	static struct text_lines t;
	static struct fork f;

	(void)state;
	pair_make(&p);
	fork_print(&p.f, &text);
	t = text_lines(buf_slice(&text));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		text_replace(&t, text_find(&t, bad[i].key), bad[i].with, &b);
		if (parse(buf_slice(&b), &f) != E_SYNTAX)
			fail_msg("%s", bad[i].with);
	}
	/* More nodes than any tree is deep; more bytes than any proof has. */
	buf_clear(&b);
	for (size_t i = 0; i < t.n; i++)
		for (unsigned k = 0; k < (slice_starts(t.line[i], "proof-a") ? 40 : 1); k++)
			buf_slice_add(&b, t.line[i]);
	assert_int_equal(parse(buf_slice(&b), &f), E_SYNTAX);
	memset(buf_room(&b, LIMIT_FORK_BYTES), 'x', LIMIT_FORK_BYTES);
	assert_int_equal(parse(buf_slice(&b), &f), E_LIMIT);
	pair_drop(&p);
}

static int start(void **state)
{
	(void)state;
	crypt_init();
	key = seckey_from_seed((const uint8_t[32]){1});
	other = seckey_from_seed((const uint8_t[32]){2});
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(all_forks),
		cmocka_unit_test(short_form), cmocka_unit_test(false_accusations),
		cmocka_unit_test(foreign_notes), cmocka_unit_test(lines_missing_doubled_swapped),
		cmocka_unit_test(one_byte_changed), cmocka_unit_test(bad_values)};

	return cmocka_run_group_tests(tests, start, end);
}
