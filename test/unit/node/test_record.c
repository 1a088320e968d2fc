/* Reading records: pages by key, filters, full text, versions as each reader sees them. */
#include "league.h"

#include "node/doctor.h"
#include "node/readings.h"

static size_t page(struct reading *r, const struct reader *who, const struct record_query *q,
	struct record **ret)
{
	size_t n;

	assert_ok(record_list(&r->world, r->db, who, q, &r->arena, ret, &n, &why));
	return n;
}

static void pages_go_on_where_they_ended(void **state)
{
	struct league *l = *state;
	struct record *record;
	size_t all = 0, n;
	int64_t last_ms = INT64_MAX;

	/* Five to a millisecond, so that pages break within one. */
	for (int i = 0; i < 23; i++) {
		if (i % 5 == 0)
			l->m[0].clock.now_ms += 10;
		league_note(l, 0, MODE_REAL, i % 2 ? (int[]){1} : (int[]){2}, 1, "t", "x");
	}
	struct reading *r = reading_start(l, 0);
	struct reader who = world_reader(&r->world, &l->m[1].id);
	struct record_query q = {.mode = MODE_REAL, .limit = 3};
	struct object_id seen[23];
	while ((n = page(r, &who, &q, &record)) > 0) {
		for (size_t i = 0; i < n; i++) {
			assert_true(record[i].time_ms <= last_ms);
			last_ms = record[i].time_ms;
			for (size_t k = 0; k < all; k++)
				assert_false(object_id_eq(&seen[k], &record[i].object));
			seen[all++] = record[i].object;
		}
		q.has_after = true;
		q.after_ms = record[n - 1].time_ms;
		q.after = record[n - 1].object;
	}
	assert_int_equal(all, 11);
	reading_end(&r);
}

static void filters(void **state)
{
	struct league *l = *state;
	struct record *record;

	league_note(l, 0, MODE_REAL, NULL, 0, "from ALB", "Überschwemmung in Shkodër");
	league_note(
		l, 1, MODE_REAL, NULL, 0, "from HRV", "poplava; \"quoted\" AND (not) -this: that*");
	league_settle(l);
	struct reading *r = reading_start(l, 2);
	struct record_query q = {
		.mode = MODE_REAL, .limit = 10, .has_owner = true, .owner = l->m[1].id};
	assert_int_equal(page(r, &r->self, &q, &record), 1);
	assert_true(id_eq(&record[0].author, &l->m[1].id));
	q = (struct record_query){.mode = MODE_REAL, .limit = 10, .kind = SLICE("note/1")};
	assert_int_equal(page(r, &r->self, &q, &record), 2);
	q.kind = SLICE("note/");
	assert_int_equal(page(r, &r->self, &q, &record), 2);
	q.kind = SLICE("not");
	assert_int_equal(page(r, &r->self, &q, &record), 0);
	q.kind = SLICE("cyber/");
	assert_int_equal(page(r, &r->self, &q, &record), 0);
	reading_end(&r);
	static const struct {
		const char *text;
		size_t n;
	} words[] = {
		{"alb", 1},
		{"ALB", 1},
		{"from", 2},
		{"from hrv", 1},
		{"hrv alb", 0},
		{"popl", 1},
		{"\xc3\xbc"
		 "berschwemmung",
			1},
		{"quoted", 1},
		{"\"", 0},
		{"*", 0},
		{"AND", 1},
		{"from AND", 1},
		{"that*", 1},
		{"' OR 1=1 --", 0},
		{"(", 0},
		{"from !", 2},
		{"a:b", 0},
		{"uberschw", 1},
		{"SHKODER", 1},
		{"Shkode\xcc\x88r", 1},
		{"\xff\xfe", 0},
	};
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		size_t n = league_count(l, 2, 2, MODE_REAL, words[i].text);

		if (n != words[i].n)
			fail_msg("'%s' found %zu, not %zu", words[i].text, n, words[i].n);
	}
}

/* A new version for fewer readers: who is left out goes on seeing the last one that was for it. */
static void each_reader_sees_its_newest_version(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct written a = league_note(l, 0, MODE_REAL, (int[]){1, 2}, 2, "one", "alpha");
	struct written b = league_note_again(l, 0, &a.object, (int[]){1}, 1, "two", "beta");
	struct record r;

	league_settle(l);
	for (size_t at = 0; at < 2; at++) {
		assert_int_equal(league_get(l, at, 1, &a.object, &r, &arena), 0);
		assert_int_equal(r.seq, b.seq);
		assert_int_equal(league_count(l, at, 1, MODE_REAL, "alpha"), 0);
		assert_int_equal(league_count(l, at, 1, MODE_REAL, ""), 1);
	}
	assert_int_equal(league_get(l, 0, 2, &a.object, &r, &arena), 0);
	assert_int_equal(r.seq, a.seq);
	assert_int_equal(league_count(l, 0, 2, MODE_REAL, "alpha"), 1);
	assert_int_equal(league_count(l, 0, 2, MODE_REAL, "beta"), 0);
	assert_int_equal(league_get(l, 2, 2, &a.object, &r, &arena), 0);
	assert_slice(r.content, "{\"title\":\"one\",\"text\":\"alpha\"}");
	/* The author's own people see one record, the newest. */
	assert_int_equal(league_count(l, 0, 0, MODE_REAL, ""), 1);
}

/* More than a page may hold: all rows are there, the later contents are left out and say so. */
static void large_pages_say_what_they_left_out(void **state)
{
	struct league *l = *state;
	struct record *record;
	size_t n, cut = 0;
	char *text CLEANUP_FREE = mem_zero_alloc(500 * KIB + 1, 1);

	memset(text, 'a', 500 * KIB);
	for (int i = 0; i < 80; i++)
		league_note(l, 0, MODE_REAL, (int[]){1}, 1, "t", text);
	struct reading *r = reading_start(l, 0);
	struct record_query q = {.mode = MODE_REAL, .limit = 1000};
	n = page(r, &r->self, &q, &record);
	assert_int_equal(n, 80);
	for (size_t i = 0; i < n; i++) {
		struct hash leaf;

		assert_true(record[i].cut == (record[i].content.n == 0));
		cut += record[i].cut;
		assert_ok(log_leaf(r->db, 1, record[i].seq, &leaf, &why));
		assert_true(hash_eq(&leaf, &record[i].leaf));
	}
	assert_true(cut > 5 && cut < 40);
	reading_end(&r);
}

static void strangers_see_nothing(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct written w = league_note(l, 0, MODE_REAL, NULL, 0, "t", "x");
	struct reading *r = reading_start(l, 0);
	struct id who = {.b = {1, 2, 3}};
	struct reader reader = world_reader(&r->world, &who);
	struct record_query q = {.mode = MODE_REAL, .limit = 10};
	struct record *record, one;

	assert_false(reader.self || reader.is_party || reader.is_member);
	assert_int_equal(page(r, &reader, &q, &record), 0);
	assert_fails(
		E_MISSING, record_get(&r->world, r->db, &reader, &w.object, &arena, &one, &why));
	reading_end(&r);
}

/* ---- what is stored is what was signed ---- */

struct stored {
	uint8_t bytes[4096];
	size_t n;
};

static void stored_read(
	struct db *db, const char *sql, int64_t log, uint64_t seq, struct stored *ret)
{
	struct stmt *s = db_stmt(db, sql);

	db_bind_i64(s, 1, log);
	db_bind_i64(s, 2, (int64_t)seq);
	assert_int_equal(db_step(s, NULL), DB_ROW);
	ret->n = db_blob(s, 0).n;
	assert_true(ret->n > 0 && ret->n <= sizeof(ret->bytes));
	memcpy(ret->bytes, db_blob(s, 0).p, ret->n);
	db_reset(s);
}

static void stored_write(
	struct db *db, const char *sql, int64_t log, uint64_t seq, const struct stored *bytes)
{
	struct stmt *s = db_stmt(db, sql);

	db_bind_i64(s, 1, log);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_blob(s, 3, slice_of(bytes->bytes, bytes->n));
	assert_ok(db_run(s, &why));
	assert_int_equal(db_changes(db), 1);
}

struct findings {
	unsigned bad;
	char text[256];
};

static void finding(void *ctx, int result, const char *check, const char *text)
{
	struct findings *f = ctx;

	(void)check;
	if (result >= 0)
		return;
	f->bad++;
	snprintf(f->text, sizeof(f->text), "%s", text);
}

/* With member 0's store as it is now: everybody who looks says which content is damaged, and shows the others. */
static void assert_named(struct league *l, const struct written *damaged)
{
	struct reading *r = reading_start(l, 0);
	struct findings f = {0};
	struct doctor d = {.found = finding, .ctx = &f};
	struct why got = {0};
	struct record one, *all;
	struct record_query q = {.mode = MODE_REAL, .limit = 10};
	char where[32];

	snprintf(where, sizeof(where), "content %llu", (unsigned long long)damaged->seq);
	assert_int_equal(
		record_get(&r->world, r->db, &r->self, &damaged->object, &r->arena, &one, &got),
		E_VERIFY);
	assert_string_equal(got.where, where);
	assert_int_equal(page(r, &r->self, &q, &all), 2);
	for (size_t i = 0; i < 2; i++) {
		bool it = object_id_eq(&all[i].object, &damaged->object);
		assert_true(all[i].cut == it && (all[i].content.n > 0) == !it);
	}
	reading_end(&r);
	assert_ok(doctor_run(l->m[0].node, l->m[0].db, &d, &why));
	assert_int_equal(f.bad, 1);
	assert_ptr_equal(strstr(f.text, where), f.text);
}

static void every_byte_of_contents_is_checked(void **state)
{
	static const char *const from[] = {"SELECT plain FROM payload WHERE log = $1 AND seq = $2",
		"SELECT salt FROM payload WHERE log = $1 AND seq = $2"};
	static const char *const to[] = {
		"UPDATE payload SET plain = $3 WHERE log = $1 AND seq = $2",
		"UPDATE payload SET salt = $3 WHERE log = $1 AND seq = $2"};
	struct league *l = *state;
	struct db *db = l->m[0].db;
	struct log_id own = {.coalition = l->id, .member = l->m[0].id, .epoch = 1};
	struct written w = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "title", "secret");
	struct findings f = {0};
	struct doctor d = {.found = finding, .ctx = &f};
	struct log log;

	league_note(l, 0, MODE_REAL, NULL, 0, "another", "for all");
	assert_ok(log_load(db, &own, &log, &why));
	for (size_t column = 0; column < 2; column++) {
		struct stored right, wrong;

		stored_read(db, from[column], log.row, w.seq, &right);
		/* A few of them: the ends and the middle. */
		for (size_t i = 0; i < 5; i++) {
			size_t at = (right.n - 1) * i / 4;
			wrong = right;
			wrong.bytes[at] ^= (uint8_t)(1u << i);
			stored_write(db, to[column], log.row, w.seq, &wrong);
			assert_named(l, &w);
		}
		wrong = right;
		wrong.n--;
		stored_write(db, to[column], log.row, w.seq, &wrong);
		assert_fails(E_VERIFY, log_verify(db, &log, NULL, NULL, &why));
		stored_write(db, to[column], log.row, w.seq, &right);
		assert_ok(log_verify(db, &log, NULL, NULL, &why));
	}
	assert_ok(doctor_run(l->m[0].node, db, &d, &why));
	assert_int_equal(f.bad, 0);
	/* Content that no entry speaks of. */
	assert_ok(payload_put(db, log.row, log.size, (const uint8_t[32]){0}, slice_str("x"), &why));
	assert_fails(E_VERIFY, log_verify_tree(db, &log, NULL, NULL, &why));
}

/* Every question notes for the reader what it brings, once for an entry; of the lowest class, and for who is shown nothing, none. */
static void what_is_brought_is_noted(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct readings shown CLEANUP_READINGS = {0};
	struct draft d = league_draft(l, &arena, NULL, 0, "low", "x");

	d.label = SLICE("league OPEN");
	struct written low = league_write(l, 0, &d);
	struct written first = league_note(l, 0, MODE_REAL, NULL, 0, "high", "x"),
		       again = league_note_again(l, 0, &first.object, NULL, 0, "high", "y");
	struct reading *r = reading_start(l, 0);
	struct reader who = r->self, unnoted;
	struct record_query q = {.mode = MODE_REAL, .limit = 10};
	struct record_after after = {.object = first.object};
	struct record one, many[2], *list;
	size_t n;
	bool more;

	who.readings = &shown;
	unnoted = reader_unnoted(&who);
	assert_ok(record_get(&r->world, r->db, &unnoted, &first.object, &r->arena, &one, &why));
	assert_ok(record_get(&r->world, r->db, &who, &low.object, &r->arena, &one, &why));
	assert_int_equal(shown.n, 0);
	assert_ok(record_get(&r->world, r->db, &who, &first.object, &r->arena, &one, &why));
	assert_int_equal(shown.n, 1);
	assert_true(hash_eq(&shown.p[0].leaf, &again.leaf));
	assert_true(id_eq(&shown.p[0].coalition, &r->world.coalition.id));
	assert_ok(record_get_many(&r->world, r->db, &who,
		(struct object_id[]){low.object, first.object}, 2, &r->arena, many, &why));
	assert_int_equal(page(r, &who, &q, &list), 2);
	assert_int_equal(shown.n, 1);
	/* Both versions: the newest first. */
	assert_ok(record_history(
		&r->world, r->db, &who, &after, 10, &r->arena, &list, &n, &more, &why));
	assert_int_equal(n, 2);
	assert_int_equal(shown.n, 2);
	assert_true(hash_eq(&shown.p[1].leaf, &first.leaf));
	/* By its place in the log, for who has no leaf yet. */
	assert_true(readings_wants(&who, &r->world, SLICE("league RESTRICTED")));
	assert_false(readings_wants(&who, &r->world, SLICE("league OPEN")));
	assert_true(readings_wants(&who, &r->world, SLICE("nothing that can be read")));
	assert_false(readings_wants(&unnoted, &r->world, SLICE("league RESTRICTED")));
	reading_end(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(pages_go_on_where_they_ended),
		SIGNED(filters),
		SIGNED(each_reader_sees_its_newest_version),
		SIGNED(large_pages_say_what_they_left_out),
		SIGNED(strangers_see_nothing),
		SIGNED(every_byte_of_contents_is_checked),
		SIGNED(what_is_brought_is_noted),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("node/record", tests, NULL, NULL);
}
