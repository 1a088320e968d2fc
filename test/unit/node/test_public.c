/* What is public: gathered, told from what is not, and whatever is changed, added or left out is noticed. */
#include "league.h"

#include "base/enc.h"
#include "node/public.h"
#include "node/sense.h"
#include "pact/vouch.h"

#define CANARY "kanarinac-7f3a"

static int setup_public(void **state)
{
	league_public = true;
	struct league *l = league_new(4, 3);
	league_public = false;
	league_sign(l, 3);
	*state = l;
	return 0;
}

static struct written say(struct league *l, size_t i, enum mode mode, const char *quote)
{
	struct buf body CLEANUP_BUF = BUF(16 * KIB);
	struct act_body a = {.kind = ACT_STATEMENT,
		.about_label = SLICE("Elsewhere"),
		.speaker = SLICE("Minister"),
		.said = SLICE("2025-03-18"),
		.where = SLICE("Tirana"),
		.claim = CLAIM_WILL_JOIN,
		.prose = slice_str(quote)};
	act_body_print(&a, &body);
	struct draft d = league_act(l, i, "statement/1", buf_slice(&body));
	d.officer_key = NULL;
	d.mode = mode;
	return league_write(l, i, &d);
}

static struct draft publish_draft(
	struct league *l, size_t i, const struct hash *leaf, bool withdrawn, struct buf *body)
{
	struct hash copy = *leaf;
	struct act_body a = {
		.kind = ACT_PUBLISH, .withdrawn = withdrawn, .leaves = &copy, .n_leaves = 1};
	act_body_print(&a, body);
	return league_act(l, i, "publish/1", buf_slice(body));
}

static void publish(struct league *l, size_t i, const struct hash *leaf, bool withdrawn)
{
	struct buf body CLEANUP_BUF = BUF(16 * KIB);
	struct draft d = publish_draft(l, i, leaf, withdrawn, &body);
	(void)league_write(l, i, &d);
}

static int sensible(struct league *l, size_t i, const struct draft *d, struct why *why)
{
	struct reading *r = reading_start(l, i);
	int rc = draft_sense(d, &r->world, r->db, why);
	reading_end(&r);
	return rc;
}

static int gather(struct league *l, size_t i, struct buf *ret, struct why *why)
{
	struct reading *r = reading_start(l, i);
	int rc = public_gather(&r->world, r->db, &r->arena, ret, why);
	reading_end(&r);
	return rc;
}

static void gathered(struct league *l, size_t i, struct buf *ret)
{
	assert_ok(gather(l, i, ret, &why));
}

static int check(struct slice bytes, struct arena *arena, struct publicfile *f,
	struct public_checked *c, struct why *why)
{
	int rc = publicfile_parse(f, arena, bytes, why);
	return rc < 0 ? rc : publicfile_check(f, arena, c, why);
}

static size_t count_kind(const struct publicfile *f, enum act_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < f->n_log; i++)
		for (size_t j = 0; j < f->log[i].n_entry; j++)
			n += f->log[i].entry[j].kind == kind;
	return n;
}

static void a_public_charter_shows_the_standing(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_PUBLIC_ARENA);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct buf again CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct public_checked c;
	struct publicfile f;

	(void)say(l, 0, MODE_REAL, CANARY);
	(void)league_note(l, 0, MODE_REAL, NULL, 0, CANARY, CANARY);
	league_settle(l);
	gathered(l, 3, &b);
	assert_ok(check(buf_slice(&b), &arena, &f, &c, &why));
	publicfile_print(&f, &again);
	assert_true(slice_eq(buf_slice(&b), buf_slice(&again)));
	assert_true(c.has_standing && c.acts_public && c.standing.in_force);
	assert_int_equal(c.standing.n_member, 3);
	assert_int_equal(count_kind(&f, ACT_SIGN), 3);
	assert_int_equal(count_kind(&f, ACT_STATEMENT), 0);
	assert_true(f.log[0].n_witness >= 2 && f.log[0].entry[0].witnessed >= 2);
	assert_true(slice_search(buf_slice(&b), SLICE(CANARY)) < 0);
	/* Every node shows the same of what it holds. */
	struct reading *r = reading_start(l, 3);
	assert_true(hash_eq(&r->world.standing.digest, &c.standing.digest));
	reading_end(&r);
}

static void a_statement_needs_its_authors_word(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_PUBLIC_ARENA);
	struct buf before CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct buf after CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct written one = say(l, 0, MODE_REAL, "One."), two = say(l, 1, MODE_REAL, CANARY);
	struct public_checked c;
	struct publicfile f, earlier;

	league_settle(l);
	gathered(l, 2, &before);
	publish(l, 0, &one.leaf, false);
	publish(l, 0, &two.leaf, false); /* not its own: nobody heeds it */
	league_settle(l);
	gathered(l, 2, &b);
	assert_ok(check(buf_slice(&b), &arena, &f, &c, &why));
	assert_int_equal(count_kind(&f, ACT_STATEMENT), 1);
	assert_true(slice_search(buf_slice(&b), SLICE(CANARY)) < 0);

	publish(l, 0, &one.leaf, true);
	league_settle(l);
	gathered(l, 2, &after);
	struct publicfile later;
	assert_ok(check(buf_slice(&after), &arena, &later, &c, &why));
	assert_int_equal(count_kind(&later, ACT_STATEMENT), 0);
	assert_int_equal(count_kind(&later, ACT_PUBLISH), 3);

	assert_ok(check(buf_slice(&before), &arena, &earlier, &c, &why));
	assert_ok(publicfile_compare(&f, &earlier, true, &why));
	assert_ok(publicfile_compare(&later, &f, true, &why));
	assert_fails(E_VERIFY, publicfile_compare(&earlier, &f, true, &why));
	assert_ok(publicfile_compare(&earlier, &f, false, &why));
}

static void only_own_and_real_things_are_published(void **state)
{
	struct league *l = *state;
	struct buf body CLEANUP_BUF = BUF(16 * KIB);
	struct written real = say(l, 0, MODE_REAL, "Real."),
		       play = say(l, 0, MODE_EXERCISE, "Play.");
	struct draft d = publish_draft(l, 0, &real.leaf, false, &body);

	assert_ok(sensible(l, 0, &d, &why));
	d.mode = MODE_EXERCISE;
	assert_fails(E_INVALID, sensible(l, 0, &d, &why));
	buf_clear(&body);
	d = publish_draft(l, 0, &play.leaf, false, &body);
	assert_fails(E_INVALID, sensible(l, 0, &d, &why));
	buf_clear(&body);
	d = publish_draft(l, 1, &real.leaf, false, &body);
	assert_fails(E_INVALID, sensible(l, 1, &d, &why));
	buf_clear(&body);
	d = publish_draft(l, 0, &real.leaf, true, &body);
	assert_fails(E_STATE, sensible(l, 0, &d, &why));
	publish(l, 0, &real.leaf, false);
	assert_ok(sensible(l, 0, &d, &why));
	buf_clear(&body);
	d = publish_draft(l, 0, &real.leaf, false, &body);
	assert_fails(E_STATE, sensible(l, 0, &d, &why));
	d.officer_key = NULL;
	struct written w;
	assert_fails(E_DENIED, node_write(l->m[0].node, l->m[0].db, &l->id, &d, 1, &w, &why));
}

static void without_the_charters_word_little_is_public(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_PUBLIC_ARENA);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct written one = say(l, 0, MODE_REAL, "One.");
	struct public_checked c;
	struct publicfile f;

	assert_fails(E_MISSING, gather(l, 0, &b, &why));
	buf_clear(&b);
	publish(l, 0, &one.leaf, false);
	league_settle(l);
	gathered(l, 1, &b);
	assert_ok(check(buf_slice(&b), &arena, &f, &c, &why));
	assert_false(c.has_standing);
	assert_int_equal(f.n_charter, 0);
	assert_int_equal(f.n_party, 1);
	assert_int_equal(f.n_log, 1);
	assert_int_equal(f.log[0].n_entry, 2);
	assert_true(slice_search(buf_slice(&b), SLICE("Declaration on Cooperation")) < 0);
}

/* Bytes are changed one by one, here and there: nothing passes, or it was the same. */
static void no_byte_can_be_changed(void **state)
{
	struct league *l = *state;
	struct buf b CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct written one = say(l, 0, MODE_REAL, "One.");
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_PUBLIC_ARENA);
	struct public_checked c;
	struct publicfile f;

	publish(l, 0, &one.leaf, false);
	league_settle(l);
	gathered(l, 0, &b);
	assert_true(b.n > 8000);
	for (size_t i = 0; i < b.n; i += 41) {
		uint8_t was = b.p[i];
		b.p[i] = was ^ 1;
		arena_reset(&arena);
		struct why why = {0};
		if (check(buf_slice(&b), &arena, &f, &c, &why) == 0)
			fail_msg("byte %zu of %zu was changed, and it verifies: %.*s", i, b.n, 160,
				(const char *)b.p + (i > 80 ? i - 80 : 0));
		b.p[i] = was;
	}
	for (size_t n = 0; n < b.n; n += 97) {
		arena_reset(&arena);
		struct why why = {0};
		assert_true(check(slice_of(b.p, n), &arena, &f, &c, &why) < 0);
	}
	assert_ok(check(buf_slice(&b), &arena, &f, &c, &why));
}

static void digests_write(struct league *l, size_t i, bool expect)
{
	bool wrote;
	assert_ok(public_digest_write(l->m[i].node, l->m[i].db, &l->id, &wrote, &why));
	assert_int_equal(wrote, expect);
}

/* Takes the only act of a kind in one log out of a file. */
static void leave_out(struct publicfile *f, enum act_kind kind, size_t log)
{
	struct public_log *l = &f->log[log];
	size_t kept = 0;
	for (size_t j = 0; j < l->n_entry; j++)
		if (l->entry[j].kind != kind)
			l->entry[kept++] = l->entry[j];
	assert_true(kept < l->n_entry);
	l->n_entry = kept;
}

static void an_act_left_out_shows(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_PUBLIC_ARENA);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct buf less CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct public_checked c;
	struct publicfile f, whole;

	digests_write(l, 0, true);
	digests_write(l, 0, false);
	digests_write(l, 3, false); /* no member */
	league_settle(l);
	digests_write(l, 1, true);
	gathered(l, 2, &b); /* knows the first one only */
	assert_ok(check(buf_slice(&b), &arena, &f, &c, &why));
	assert_int_equal(c.n_digest, 1);
	assert_int_equal(c.digest[0].agrees, PUBLIC_AGREES);
	assert_int_equal(c.digest[0].entry->body->n_cuts, 3);

	for (size_t i = 0; i < 3; i++) {
		if (id_eq(&f.log[i].id.member, &l->m[0].id))
			continue;
		assert_ok(check(buf_slice(&b), &arena, &f, &c, &why));
		leave_out(&f, ACT_SIGN, i);
		buf_clear(&less);
		publicfile_print(&f, &less);
		assert_ok(check(buf_slice(&less), &arena, &f, &c, &why));
		assert_int_equal(c.digest[0].agrees, PUBLIC_DIFFERS);
		assert_ok(check(buf_slice(&b), &arena, &whole, &c, &why));
		assert_fails(E_VERIFY, publicfile_compare(&f, &whole, false, &why));
	}
}

static void what_was_not_released_is_not_accepted(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_PUBLIC_ARENA);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct buf less CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct written one = say(l, 0, MODE_REAL, "One.");
	struct public_checked c;
	struct publicfile f;

	publish(l, 0, &one.leaf, false);
	league_settle(l);
	gathered(l, 1, &b);
	assert_ok(check(buf_slice(&b), &arena, &f, &c, &why));
	for (size_t i = 0; i < f.n_log; i++)
		if (id_eq(&f.log[i].id.member, &l->m[0].id))
			leave_out(&f, ACT_PUBLISH, i);
	publicfile_print(&f, &less);
	assert_fails(E_VERIFY, check(buf_slice(&less), &arena, &f, &c, &why));
}

static void trust_follows_from_one_fingerprint(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_PUBLIC_ARENA);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct buf words CLEANUP_BUF = BUF(1 * KIB);
	struct public_checked c;
	struct publicfile f;
	size_t by_charter = 0, by_fingerprint = 0;

	gathered(l, 0, &b);
	assert_ok(check(buf_slice(&b), &arena, &f, &c, &why));
	struct vouch *v = vouch_start(&f, &arena);
	vouch_follow(&f, v, &c);
	assert_false(vouch_coalition(&f, v, &c));
	for (size_t i = 0; i < f.n_party; i++)
		assert_int_equal(v[i].how, VOUCH_NOBODY);
	const struct public_party *p = publicfile_party(&f, &l->m[1].id);
	root_fingerprint_words(&p->chain.version[0].hash, &words);
	assert_int_equal(vouch_words(&f, v, SLICE("dabon dabon")), 0);
	assert_int_equal(vouch_words(&f, v, buf_slice(&words)), 1);
	vouch_follow(&f, v, &c);
	assert_true(vouch_coalition(&f, v, &c));
	for (size_t i = 0; i < f.n_party; i++) {
		by_fingerprint += v[i].how == VOUCH_FINGERPRINT;
		by_charter += v[i].how == VOUCH_CHARTER && v[i].by == p;
	}
	assert_int_equal(by_fingerprint, 1);
	assert_int_equal(by_charter, 2);
}

static void the_state_changes_with_what_it_stands_for(void **state)
{
	struct league *l = *state;
	struct hash before, same, after;

	assert_ok(public_state(l->m[0].db, &l->id, &before, &why));
	assert_ok(public_state(l->m[0].db, &l->id, &same, &why));
	assert_true(hash_eq(&before, &same));
	(void)say(l, 0, MODE_REAL, "One.");
	assert_ok(public_state(l->m[0].db, &l->id, &after, &why));
	assert_false(hash_eq(&before, &after));
}

/* ---- one party writes without end ---- */

/* The newest publish/1 that node i has of member `from`, again and again, with a signature that does not hold. */
static void publish_flood(struct league *l, size_t i, size_t from, unsigned n)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct db *db = l->m[i].db;
	assert_ok(db_begin(db, &why));
	struct stmt *s = db_stmt(db,
		"SELECT a.log, a.entry, a.body FROM act a JOIN log l ON l.id = a.log WHERE l.member = $1 "
		"AND a.kind = 'publish/1' ORDER BY a.seq DESC LIMIT 1");
	db_bind_blob(s, 1, id_slice(&l->m[from].id));
	assert_int_equal(db_step(s, NULL), DB_ROW);
	int64_t log = db_i64(s, 0);
	struct slice entry = arena_copy(&arena, db_blob(s, 1)),
		     body = arena_copy(&arena, db_blob(s, 2));
	db_reset(s);
	/* A letter in the midst of the signature. */
	ptrdiff_t at = slice_search(entry, SLICE("\nact "));
	assert_true(at > 0);
	uint8_t *letter = (uint8_t *)(uintptr_t)&entry.p[at + 60];
	*letter = *letter == 'A' ? 'B' : 'A';
	for (unsigned k = 0; k < n; k++) {
		struct hash leaf = hash_bytes(slice_of(&k, sizeof(k)));
		s = db_stmt(db, "INSERT INTO act (log, seq, kind, leaf, time_ms, entry, body) "
				"VALUES ($1, $2, 'publish/1', $3, 1, $4, $5)");
		db_bind_i64(s, 1, log);
		db_bind_i64(s, 2, 1000 + k);
		db_bind_blob(s, 3, slice_of(leaf.b, 32));
		db_bind_blob(s, 4, entry);
		db_bind_blob(s, 5, body);
		assert_ok(db_run(s, &why));
	}
	assert_ok(db_commit(db, &why));
}

static void acts_that_nobody_signed_take_no_place(void **state)
{
	struct league *l = *state;
	struct buf before CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES),
			  after CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct written w = say(l, 0, MODE_REAL, "first");
	publish(l, 0, &w.leaf, false);
	league_settle(l);
	gathered(l, 1, &before);
	/* With those that the charter shows more than a file may have; and the signed one is still looked at. */
	publish_flood(l, 1, 0, LIMIT_PUBLIC_ENTRIES - 2);
	gathered(l, 1, &after);
	assert_true(slice_eq(buf_slice(&before), buf_slice(&after)));
}

/* More than fits, all of one author: the newest of it is there, and all of the others. */
static void nobody_takes_the_room_of_others(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_PUBLIC_ARENA);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES), body CLEANUP_BUF = BUF(64 * KIB);
	struct public_checked c;
	struct publicfile f;
	static struct hash leaf[620];
	char *quote CLEANUP_FREE = mem_zero_alloc(1, 15 * KIB);
	memset(quote, 'q', 15 * KIB - 1);
	struct written other = say(l, 1, MODE_REAL, "of another");
	publish(l, 1, &other.leaf, false);
	for (size_t i = 0; i < COUNT_OF(leaf); i++)
		leaf[i] = say(l, 0, MODE_REAL, quote).leaf;
	for (size_t i = 0; i < COUNT_OF(leaf); i += 31) {
		struct act_body a = {.kind = ACT_PUBLISH, .leaves = &leaf[i], .n_leaves = 31};
		qsort(&leaf[i], 31, sizeof(*leaf), hash_cmp);
		buf_clear(&body);
		act_body_print(&a, &body);
		struct draft d = league_act(l, 0, "publish/1", buf_slice(&body));
		(void)league_write(l, 0, &d);
	}
	league_settle(l);
	gathered(l, 2, &b);
	assert_ok(check(buf_slice(&b), &arena, &f, &c, &why));
	assert_in_range(count_kind(&f, ACT_STATEMENT), 200, 500);
	assert_int_equal(count_kind(&f, ACT_PUBLISH), 21);
	bool found = false;
	for (size_t i = 0; i < f.n_log; i++)
		for (size_t j = 0; j < f.log[i].n_entry; j++)
			found |= hash_eq(&f.log[i].entry[j].leaf, &other.leaf);
	assert_true(found);
}

/* Texts that somebody has brought, and nobody signed. */
static void only_charters_that_standing_rests_on(void **state)
{
	struct league *l = *state;
	struct buf before CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES),
			  after CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES),
			  text CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES);
	char hex[65], version[128];
	gathered(l, 1, &before);
	struct reading *r = reading_start(l, 1);
	struct slice rest = r->world.coalition.founding.text, line;
	int64_t row = r->world.coalition.row;
	hex_encode(r->world.coalition.founding.hash.b, 32, hex);
	snprintf(version, sizeof(version), "version 2\nprev %s\n", hex);
	while (slice_cut(&rest, '\n', &line)) {
		if (slice_starts(line, "version ")) {
			buf_str(&text, version);
			continue;
		}
		if (slice_starts(line, "prev "))
			continue;
		buf_slice_add(&text, line);
		buf_byte(&text, '\n');
	}
	size_t head = text.n;
	reading_end(&r);
	assert_ok(db_begin(l->m[1].db, &why));
	for (unsigned i = 0; i < 40; i++) {
		text.n = head;
		buf_addf(&text, "Text %u ", i);
		while (text.n < 240 * KIB)
			buf_str(&text, "of no consequence ");
		buf_byte(&text, '\n');
		assert_ok(charter_put(l->m[1].db, row, buf_slice(&text), &why));
	}
	assert_ok(db_commit(l->m[1].db, &why));
	gathered(l, 1, &after);
	assert_true(slice_eq(buf_slice(&before), buf_slice(&after)));
}

/* Thirty more documents of a member, each of the largest size. */
static void many_documents(struct league *l, size_t at, const struct id *member, size_t more)
{
	uint8_t *blob CLEANUP_FREE = mem_zero_alloc(1, 64 * KIB + more);

	for (unsigned v = 2; v < 32; v++) {
		struct stmt *s = db_stmt(l->m[at].db,
			"INSERT INTO root (member, version, note) VALUES ($1, $2, $3)");
		db_bind_blob(s, 1, id_slice(member));
		db_bind_i64(s, 2, v);
		db_bind_blob(s, 3, slice_of(blob, 64 * KIB + more));
		assert_ok(db_run(s, &why));
	}
}

/* All root documents together are longer than the file: the longest are not in it, nor what their member has signed; the rest is. */
static void root_documents_that_do_not_fit(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_PUBLIC_ARENA);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	char *quote CLEANUP_FREE = mem_zero_alloc(1, 15 * KIB);
	const struct id *longest = &l->m[1].id;
	struct publicfile f;

	memset(quote, 'q', 15 * KIB - 1);
	for (unsigned i = 0; i < 40; i++) {
		struct written w = say(l, 0, MODE_REAL, quote);
		publish(l, 0, &w.leaf, false);
	}
	league_settle(l);
	for (unsigned i = 0; i < 4; i++)
		many_documents(l, 3, &l->m[i].id, i == 1 ? 8 : 0);
	gathered(l, 3, &b);
	assert_ok(publicfile_parse(&f, &arena, buf_slice(&b), &why));
	assert_true(f.n_party >= 2 && f.n_log >= 2 && b.n > 6 * MIB);
	for (size_t i = 0; i < f.n_party; i++)
		assert_false(id_eq(&f.party[i].member, longest));
	for (size_t i = 0; i < f.n_log; i++) {
		assert_false(id_eq(&f.log[i].id.member, longest));
		for (size_t j = 0; j < f.log[i].n_witness; j++)
			assert_false(id_eq(&f.log[i].witness[j].member, longest));
	}
}

#define PUBLIC(fn) cmocka_unit_test_setup_teardown(fn, setup_public, league_teardown)
static const struct CMUnitTest tests[] = {
	PUBLIC(a_public_charter_shows_the_standing),
	PUBLIC(a_statement_needs_its_authors_word),
	PUBLIC(only_own_and_real_things_are_published),
	SIGNED(without_the_charters_word_little_is_public),
	PUBLIC(no_byte_can_be_changed),
	PUBLIC(an_act_left_out_shows),
	PUBLIC(what_was_not_released_is_not_accepted),
	PUBLIC(trust_follows_from_one_fingerprint),
	PUBLIC(the_state_changes_with_what_it_stands_for),
	PUBLIC(acts_that_nobody_signed_take_no_place),
	PUBLIC(nobody_takes_the_room_of_others),
	PUBLIC(only_charters_that_standing_rests_on),
	PUBLIC(root_documents_that_do_not_fit),
};

LEAGUE_MAIN("public", tests)
