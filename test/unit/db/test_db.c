#include "store.h"

#include "base/mem.h"

static void cells_table(struct db *db)
{
	sql_ok(db,
		store_postgres
			? "CREATE TABLE v (id bigint PRIMARY KEY, n bigint, t text COLLATE \"C\", b bytea)"
			: "CREATE TABLE v (id INTEGER PRIMARY KEY, n INTEGER, t TEXT, b BLOB)");
}

static void v_insert(struct db *db, int64_t id, int64_t n, struct slice t, struct slice b)
{
	struct stmt *s = db_stmt(db, "INSERT INTO v (id, n, t, b) VALUES ($1, $2, $3, $4)");
	db_bind_i64(s, 1, id);
	db_bind_i64(s, 2, n);
	db_bind_text(s, 3, t);
	db_bind_blob(s, 4, b);
	assert_int_equal(db_run(s, NULL), 0);
	assert_int_equal(db_changes(db), 1);
}

/* ---- values ---- */

static void v_expect(struct db *db, int64_t id, int64_t n, struct slice t, struct slice b)
{
	struct stmt *s = db_stmt(db, "SELECT n, t, b FROM v WHERE id = $1");
	db_bind_i64(s, 1, id);
	assert_int_equal(db_step(s, NULL), DB_ROW);
	assert_int_equal(db_i64(s, 0), n);
	assert_true(slice_eq(db_text(s, 1), t));
	assert_true(slice_eq(db_blob(s, 2), b));
	for (int i = 0; i < 3; i++)
		assert_false(db_is_null(s, i));
	assert_non_null(db_text(s, 1).p);
	assert_non_null(db_blob(s, 2).p);
	assert_int_equal(db_step(s, NULL), DB_DONE);
	db_reset(s);
}

static void values_come_back(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	static const struct {
		int64_t n;
		struct slice t, b;
	} v[] = {
		{INT64_MAX, {(const uint8_t *)"Zürich \xf0\x9f\x8f\x94", 12},
			{(const uint8_t *)"\0\xff\0", 3}},
		{INT64_MIN, {(const uint8_t *)"", 0}, {(const uint8_t *)"", 0}},
		{0, {NULL, 0}, {NULL, 0}},
		{-1, {(const uint8_t *)"'; --", 5}, {(const uint8_t *)"\\x41", 4}},
		{1LL << 53 | 1, {(const uint8_t *)"12", 2}, {(const uint8_t *)"12", 2}},
	};
	cells_table(db);
	for (int64_t i = 0; i < 5; i++)
		v_insert(db, i, v[i].n, v[i].t, v[i].b);
	for (int64_t i = 0; i < 5; i++)
		v_expect(db, i, v[i].n, v[i].t, v[i].b);
}

static void null_is_not_empty(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	cells_table(db);
	struct stmt *s = db_stmt(db, "INSERT INTO v (id, n, t, b) VALUES ($1, $2, $3, $4)");
	db_bind_i64(s, 1, 7);
	db_bind_null(s, 3); /* 2 and 4 are not bound at all */
	assert_int_equal(db_run(s, NULL), 0);
	s = db_stmt(db, "SELECT n, t, b FROM v WHERE id = 7");
	assert_int_equal(db_step(s, NULL), DB_ROW);
	for (int i = 0; i < 3; i++)
		assert_true(db_is_null(s, i));
	assert_int_equal(db_i64(s, 0), 0);
	assert_null(db_text(s, 1).p);
	assert_int_equal(db_text(s, 1).n, 0);
	assert_null(db_blob(s, 2).p);
}

static void parameters_go_by_number(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	cells_table(db);
	v_insert(db, 1, 10, SLICE("a"), SLICE_NONE);
	v_insert(db, 2, 20, SLICE("b"), SLICE_NONE);
	/* SQLite counts named parameters by first appearance: here $2 comes first, and $1 twice. */
	struct stmt *s = db_stmt(db, "SELECT id FROM v WHERE t = $2 AND (n = $1 OR n = $1 + 1) "
				     "AND t <> '$9' -- $8\n");
	db_bind_i64(s, 1, 20);
	db_bind_text(s, 2, SLICE("b"));
	assert_int_equal(db_step(s, NULL), DB_ROW);
	assert_int_equal(db_i64(s, 0), 2);
	assert_int_equal(db_step(s, NULL), DB_DONE);
	/* After a reset nothing is bound: n = NULL holds for no row. */
	db_reset(s);
	assert_int_equal(db_step(s, NULL), DB_DONE);
	db_reset(s);
}

static void parameter_types_may_come_late(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	cells_table(db);
	for (int64_t i = 0; i < 4; i++) {
		struct stmt *s = db_stmt(db, "INSERT INTO v (id, n, t, b) VALUES ($1, $2, $3, $4)");
		db_bind_i64(s, 1, i);
		if (i >= 1)
			db_bind_i64(s, 2, INT64_MAX - i);
		if (i >= 2)
			db_bind_text(s, 3, SLICE("late"));
		if (i >= 3)
			db_bind_blob(s, 4, SLICE("\0\1"));
		assert_int_equal(db_run(s, NULL), 0);
	}
	v_expect(db, 3, INT64_MAX - 3, SLICE("late"), SLICE("\0\1"));
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM v WHERE n IS NULL"), 1);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM v WHERE t IS NULL"), 2);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM v WHERE b IS NULL"), 3);
}

static void numbers_have_64_bits(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	struct stmt *s = db_stmt(db, "SELECT $1 + 1, 7, 1 = 1, 2 = 1, -3");
	/* A first run with NULL must not fix the type: PostgreSQL would guess 32 bits. */
	db_bind_null(s, 1);
	assert_int_equal(db_step(s, NULL), DB_ROW);
	assert_true(db_is_null(s, 0));
	db_reset(s);
	db_bind_i64(s, 1, 1LL << 40);
	assert_int_equal(db_step(s, NULL), DB_ROW);
	assert_int_equal(db_i64(s, 0), (1LL << 40) + 1);
	assert_int_equal(db_i64(s, 1), 7);
	assert_int_equal(db_i64(s, 2), 1);
	assert_int_equal(db_i64(s, 3), 0);
	assert_int_equal(db_i64(s, 4), -3);
}

static void bad_text_is_refused(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	static const struct slice bad[] = {{(const uint8_t *)"a\0b", 3},
		{(const uint8_t *)"\xff", 1}, {(const uint8_t *)"\xed\xa0\x80", 3},
		{(const uint8_t *)"\xc3", 1}};
	cells_table(db);
	for (size_t i = 0; i < 4; i++) {
		struct why why = {0};
		struct stmt *s = db_stmt(db, "INSERT INTO v (id, t) VALUES (1, $1)");
		db_bind_text(s, 1, bad[i]);
		assert_int_equal(db_run(s, &why), E_INVALID);
		assert_int_equal(why.code, E_INVALID);
		struct cell cells[] = {{.kind = CELL_I64}, {.kind = CELL_TEXT, .s = bad[i]}};
		assert_int_equal(db_begin(db, NULL), 0);
		assert_int_equal(db_insert_many(db, "INSERT INTO v (id, t)", 2, "", cells, 1, NULL),
			E_INVALID);
		assert_int_equal(db_commit(db, NULL), E_STATE);
	}
	struct stmt *s = db_stmt(db, "INSERT INTO v (id, t) VALUES (1, $1)");
	db_bind_text(s, 1, SLICE("\xc3\xbc"));
	assert_int_equal(db_run(s, NULL), 0);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM v"), 1);
}

/* ---- order and comparison are the same on both engines ---- */

static void text_is_ordered_by_bytes(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	static const char *const order[] = {"", "A-b", "A_b", "Ab", "B", "Z", "a", "a b", "b", "ä"};
	cells_table(db);
	for (int i = 9; i >= 0; i--)
		v_insert(db, i, 0, slice_str(order[i]), SLICE_NONE);
	struct stmt *s = db_stmt(db, "SELECT t FROM v ORDER BY t");
	for (int i = 0; i < 10; i++) {
		assert_int_equal(db_step(s, NULL), DB_ROW);
		assert_true(slice_is(db_text(s, 0), order[i]));
	}
	db_reset(s);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM v WHERE t LIKE 'A%'"), 3);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM v WHERE t LIKE 'A#_%' ESCAPE '#'"), 1);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM v WHERE t >= 'Z' AND t < 'b'"), 3);
}

static void the_documented_subset_runs(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	cells_table(db);
	for (int64_t i = 1; i <= 6; i++)
		v_insert(db, i, i % 3, i % 2 ? SLICE("odd") : SLICE("even"), SLICE("xyz"));
	assert_int_equal(sql_i64(db, "SELECT CAST(sum(id) AS BIGINT) FROM v"), 21);
	assert_int_equal(sql_i64(db, "SELECT count(*) FILTER (WHERE n = 0) FROM v"), 2);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM v WHERE (n, id) > (1, 4)"), 2);
	assert_int_equal(
		sql_i64(db, "SELECT count(*) FROM v WHERE t IS NOT DISTINCT FROM 'odd'"), 3);
	assert_int_equal(
		sql_i64(db, "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c "
			    "WHERE i < 10) SELECT count(*) FROM c"),
		10);
	assert_int_equal(sql_i64(db, "SELECT max(r) FROM (SELECT row_number() OVER (PARTITION BY t "
				     "ORDER BY id) AS r FROM v) AS x"),
		3);
	assert_int_equal(sql_i64(db, "SELECT length(b) FROM v WHERE id = 1"), 3);
	assert_int_equal(
		sql_i64(db, "SELECT id FROM v ORDER BY coalesce(n, 0) DESC, id LIMIT 1"), 2);
	assert_int_equal(
		sql_i64(db, "INSERT INTO v (id, n) VALUES (6, 1) ON CONFLICT (id) DO UPDATE "
			    "SET n = v.n + excluded.n + 100 RETURNING n"),
		101);
	assert_int_equal(db_changes(db), 1);
	struct stmt *s = db_stmt(db, "SELECT id FROM v WHERE id > $1 ORDER BY id LIMIT $2");
	db_bind_i64(s, 1, 2);
	db_bind_i64(s, 2, 1);
	assert_int_equal(db_step(s, NULL), DB_ROW);
	assert_int_equal(db_i64(s, 0), 3);
	assert_int_equal(db_step(s, NULL), DB_DONE);
}

/* ---- statements ---- */

static void statements_are_cached_and_interleave(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	static const char outer_sql[] = "SELECT id FROM v ORDER BY id";
	cells_table(db);
	for (int64_t i = 0; i < 5; i++)
		v_insert(db, i, i * i, SLICE(""), SLICE_NONE);
	struct stmt *outer = db_stmt(db, outer_sql);
	int64_t total = 0, rows = 0;
	while (db_step(outer, NULL) == DB_ROW) {
		struct stmt *inner = db_stmt(db, "SELECT n FROM v WHERE id = $1");
		db_bind_i64(inner, 1, db_i64(outer, 0));
		assert_int_equal(db_step(inner, NULL), DB_ROW);
		total += db_i64(inner, 0);
		rows++;
	}
	assert_int_equal(rows, 5);
	assert_int_equal(total, 30);
	assert_int_equal(db_step(outer, NULL), DB_DONE); /* and not from the start again */
	assert_ptr_equal(db_stmt(db, outer_sql), outer);
	/* Handed out again in the middle, it starts anew. */
	assert_int_equal(db_step(outer, NULL), DB_ROW);
	assert_int_equal(db_step(outer, NULL), DB_ROW);
	assert_ptr_equal(db_stmt(db, outer_sql), outer);
	assert_int_equal(db_step(outer, NULL), DB_ROW);
	assert_int_equal(db_i64(outer, 0), 0);
}

static void the_cache_grows(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	static char texts[300][32];
	struct stmt *seen[300];
	for (int i = 0; i < 300; i++) {
		snprintf(texts[i], sizeof(texts[i]), "SELECT %d", i);
		seen[i] = db_stmt(db, texts[i]);
	}
	for (int i = 0; i < 300; i++) {
		assert_ptr_equal(db_stmt(db, texts[i]), seen[i]);
		assert_int_equal(sql_i64(db, texts[i]), i);
	}
}

static void text_is_borrowed_for_the_first_step_only(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	cells_table(db);
	for (int64_t i = 0; i < 50; i++)
		v_insert(db, i, 0, i % 2 ? SLICE("keep me") : SLICE("other"), SLICE_NONE);
	char *mine = mem_string("keep me", 7);
	struct stmt *s = db_stmt(db, "SELECT id FROM v WHERE t = $1 ORDER BY id");
	db_bind_text(s, 1, slice_of(mine, 7));
	int rows = 0;
	while (db_step(s, NULL) == DB_ROW) {
		if (mine)
			memset(mine, 'x', 7);
		mem_free(mine);
		mine = NULL;
		rows++;
	}
	assert_int_equal(rows, 25);
}

static void changes_are_counted(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	cells_table(db);
	for (int64_t i = 0; i < 10; i++)
		v_insert(db, i, i, SLICE(""), SLICE_NONE);
	assert_int_equal(db_run(db_stmt(db, "UPDATE v SET n = n WHERE id < 7"), NULL), 0);
	assert_int_equal(db_changes(db), 7);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM v"), 10);
	assert_int_equal(db_changes(db), 7);
	assert_int_equal(db_run(db_stmt(db, "DELETE FROM v WHERE id > 100"), NULL), 0);
	assert_int_equal(db_changes(db), 0);
	assert_int_equal(
		db_run(db_stmt(db, "INSERT INTO v (id) VALUES (3) ON CONFLICT DO NOTHING"), NULL),
		0);
	assert_int_equal(db_changes(db), 0);
	assert_int_equal(db_run(db_stmt(db, "DELETE FROM v"), NULL), 0);
	assert_int_equal(db_changes(db), 10);
}

/* ---- failures ---- */

static void conflicts_are_told(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	sql_ok(db,
		"CREATE TABLE p (id INT PRIMARY KEY, u INT UNIQUE, c INT NOT NULL CHECK (c > 0))");
	sql_ok(db, "CREATE TABLE k (p INT REFERENCES p (id))");
	sql_ok(db, "INSERT INTO p VALUES (1, 1, 1)");
	sql_fails(db, "INSERT INTO p VALUES (1, 2, 1)", E_CONFLICT);
	sql_fails(db, "INSERT INTO p VALUES (2, 1, 1)", E_CONFLICT);
	sql_fails(db, "INSERT INTO p VALUES (2, 2, 0)", E_CONFLICT);
	sql_fails(db, "INSERT INTO p VALUES (2, 2, NULL)", E_CONFLICT);
	sql_fails(db, "INSERT INTO k VALUES (9)", E_CONFLICT);
	sql_fails(db, "INSERT INTO nowhere VALUES (9)", E_INVALID);
	sql_fails(db, "SELEKT", E_INVALID);
	/* A name in double quotes is a column, not a string. */
	sql_fails(db, "INSERT INTO k VALUES (\"9\")", E_INVALID);
	struct why why = {0};
	assert_int_equal(db_run(db_stmt(db, "INSERT INTO p VALUES (1, 2, 1)"), &why), E_CONFLICT);
	assert_int_equal(why.code, E_CONFLICT);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM p"), 1);
}

static void an_error_ends_the_transaction(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	struct why why = {0};
	cells_table(db);
	v_insert(db, 1, 0, SLICE(""), SLICE_NONE);
	assert_int_equal(db_begin(db, &why), 0);
	v_insert(db, 2, 0, SLICE(""), SLICE_NONE);
	assert_int_equal(db_run(db_stmt(db, "INSERT INTO v (id) VALUES (1)"), &why), E_CONFLICT);
	assert_true(db_in_transaction(db));
	assert_int_equal(db_run(db_stmt(db, "INSERT INTO v (id) VALUES (3)"), &why), E_STATE);
	assert_int_equal(db_step(db_stmt(db, "SELECT n FROM v"), NULL), E_STATE);
	assert_int_equal(db_script(db, "DELETE FROM v", NULL), E_STATE);
	int64_t version = 77;
	assert_int_equal(db_version(db, &version, NULL), E_STATE);
	assert_int_equal(version, 77);
	assert_int_equal(db_commit(db, &why), E_STATE);
	assert_false(db_in_transaction(db));
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM v"), 1);
	/* The handle is good again, also by way of rollback. */
	assert_int_equal(db_begin(db, &why), 0);
	sql_fails(db, "INSERT INTO v (id) VALUES (1)", E_CONFLICT);
	db_rollback(db);
	assert_int_equal(db_begin(db, &why), 0);
	v_insert(db, 2, 0, SLICE(""), SLICE_NONE);
	assert_int_equal(db_commit(db, &why), 0);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM v"), 2);
}

static void overflow_is_invalid(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	cells_table(db);
	v_insert(db, 1, INT64_MAX, SLICE(""), SLICE_NONE);
	v_insert(db, 2, INT64_MAX, SLICE(""), SLICE_NONE);
	struct stmt *s = db_stmt(db, "SELECT CAST(sum(n) AS BIGINT) FROM v");
	assert_int_equal(db_step(s, NULL), E_INVALID);
}

static void bug_no_such_table(struct db *db)
{
	(void)!db_step(db_stmt(db, "SELECT x FROM nowhere"), NULL);
}

static void bug_text_as_number(struct db *db)
{
	struct stmt *s = db_stmt(db, "SELECT CAST('1' AS VARCHAR(9))");
	if (db_step(s, NULL) == DB_ROW)
		db_i64(s, 0);
}

static void bug_number_as_text(struct db *db)
{
	struct stmt *s = db_stmt(db, "SELECT 1");
	if (db_step(s, NULL) == DB_ROW)
		db_text(s, 0);
}

static void bug_fraction(struct db *db)
{
	struct stmt *s = db_stmt(db, "SELECT 1.5");
	if (db_step(s, NULL) == DB_ROW)
		db_i64(s, 0);
}

static void bug_column(struct db *db)
{
	struct stmt *s = db_stmt(db, "SELECT 1");
	if (db_step(s, NULL) == DB_ROW)
		db_i64(s, 1);
}

static void bug_no_row(struct db *db)
{
	struct stmt *s = db_stmt(db, "SELECT 1");
	if (db_step(s, NULL) == DB_ROW && db_step(s, NULL) == DB_DONE)
		db_i64(s, 0);
}

static void bug_parameter(struct db *db)
{
	db_bind_i64(db_stmt(db, "SELECT $1 + 1"), 2, 0);
}

static void bug_bind_late(struct db *db)
{
	struct stmt *s = db_stmt(db, "SELECT $1 + 1");
	if (db_step(s, NULL) == DB_ROW)
		db_bind_i64(s, 1, 0);
}

static void bug_not_a_literal(struct db *db)
{
	char sql[] = "SELECT 1";
	db_stmt(db, sql);
	sql[7] = '2';
	db_stmt(db, sql);
}

static void bug_two_statements(struct db *db)
{
	(void)!db_step(db_stmt(db, "SELECT 1; SELECT 2"), NULL);
}

static void bug_rows_from_run(struct db *db)
{
	(void)!db_run(db_stmt(db, "SELECT 1"), NULL);
}

static void bug_nested(struct db *db)
{
	if (db_begin(db, NULL) == 0)
		(void)!db_begin_read(db, NULL);
}

static void bug_many_outside(struct db *db)
{
	struct cell c = {.kind = CELL_I64};
	(void)!db_insert_many(db, "INSERT INTO v (id)", 1, "", &c, 1, NULL);
}

static void bugs_abort(void **state)
{
	static void (*const bugs[])(struct db *) = {bug_no_such_table, bug_text_as_number,
		bug_number_as_text, bug_fraction, bug_column, bug_no_row, bug_parameter,
		bug_bind_late, bug_not_a_literal, bug_two_statements, bug_rows_from_run, bug_nested,
		bug_many_outside};
	for (size_t i = 0; i < sizeof(bugs) / sizeof(*bugs); i++)
		must_abort(*state, bugs[i]);
}

static const struct CMUnitTest tests[] = {
	T(values_come_back),
	T(null_is_not_empty),
	T(parameters_go_by_number),
	T(parameter_types_may_come_late),
	T(numbers_have_64_bits),
	T(bad_text_is_refused),
	T(text_is_ordered_by_bytes),
	T(the_documented_subset_runs),
	T(statements_are_cached_and_interleave),
	T(the_cache_grows),
	T(text_is_borrowed_for_the_first_step_only),
	T(changes_are_counted),
	T(conflicts_are_told),
	T(an_error_ends_the_transaction),
	T(overflow_is_invalid),
	T(bugs_abort),
};

STORE_MAIN("db", tests)
