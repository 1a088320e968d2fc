/* db_insert_many(). */
#include "store.h"

#include "base/limits.h"
#include "base/mem.h"

#define HEAD "INSERT INTO m (id, n, t, b)"

static int many_setup(void **state)
{
	int rc = store_setup(state);
	struct store *st = *state;
	if (rc == 0)
		sql_ok(st->db,
			store_postgres
				? "CREATE TABLE m (id bigint PRIMARY KEY, n bigint, t text, b bytea)"
				: "CREATE TABLE m (id INTEGER PRIMARY KEY, n INTEGER, t TEXT, b BLOB)");
	return rc;
}

static struct cell *row_at(struct cell *cells, size_t i)
{
	return &cells[i * 4];
}

/* Row i: n is NULL for every third, t for every fifth; b names the row. */
static struct cell *rows_make(size_t first, size_t rows, char (*names)[24])
{
	struct cell *cells = mem_zero_alloc(rows * 4, sizeof(*cells));
	for (size_t i = 0; i < rows; i++) {
		size_t id = first + i;
		struct cell *c = row_at(cells, i);
		snprintf(names[i], sizeof(names[i]), "row %zu", id);
		c[0] = (struct cell){.kind = CELL_I64, .i = (int64_t)id};
		if (id % 3)
			c[1] = (struct cell){.kind = CELL_I64, .i = -(int64_t)id};
		if (id % 5)
			c[2] = (struct cell){.kind = CELL_TEXT, .s = slice_str(names[i])};
		c[3] = (struct cell){
			.kind = CELL_BLOB, .s = slice_of(names[i], strlen(names[i]) + 1)};
	}
	return cells;
}

static int insert(struct db *db, const char *tail, const struct cell *cells, size_t rows)
{
	return db_insert_many(db, HEAD, 4, tail, cells, rows, NULL);
}

static void rows_expect(struct db *db, int64_t rows)
{
	struct stmt *s = db_stmt(db, "SELECT id, n, t, b FROM m ORDER BY id");
	int64_t id;
	for (id = 0; db_step(s, NULL) == DB_ROW; id++) {
		char name[24];
		snprintf(name, sizeof(name), "row %lld", (long long)id);
		assert_int_equal(db_i64(s, 0), id);
		assert_int_equal(db_is_null(s, 1), id % 3 == 0);
		assert_int_equal(db_i64(s, 1), id % 3 ? -id : 0);
		assert_int_equal(db_is_null(s, 2), id % 5 == 0);
		assert_true(slice_is(db_text(s, 2), id % 5 ? name : ""));
		assert_true(slice_eq(db_blob(s, 3), slice_of(name, strlen(name) + 1)));
	}
	assert_int_equal(id, rows);
}

static void rows_arrive(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	enum { N = 25001 }; /* more than two statements' worth on PostgreSQL */
	char(*names)[24] = mem_zero_alloc(N, sizeof(*names));
	struct cell *cells = rows_make(0, N, names);
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(insert(db, "", cells, 0), 0);
	assert_int_equal(db_changes(db), 0);
	assert_int_equal(insert(db, "", row_at(cells, 0), 1), 0);
	assert_int_equal(db_changes(db), 1);
	assert_int_equal(insert(db, "", row_at(cells, 1), N - 1), 0);
	assert_int_equal(db_changes(db), N - 1);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM m"), N);
	assert_int_equal(db_changes(db), N - 1);
	assert_int_equal(db_commit(db, NULL), 0);
	rows_expect(db, N);
	mem_free(cells);
	mem_free(names);
}

static void conflicts_can_be_passed_over(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	char names[100][24];
	struct cell *cells = rows_make(0, 100, names);
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(insert(db, "", row_at(cells, 20), 30), 0);
	assert_int_equal(insert(db, "ON CONFLICT DO NOTHING", cells, 100), 0);
	assert_int_equal(db_changes(db), 70);
	/* A double within one call too. */
	row_at(cells, 1)[0] = row_at(cells, 0)[0];
	assert_int_equal(insert(db, "ON CONFLICT DO NOTHING", cells, 2), 0);
	assert_int_equal(db_changes(db), 0);
	row_at(cells, 0)[1] = (struct cell){.kind = CELL_I64, .i = 5};
	assert_int_equal(insert(db, "ON CONFLICT (id) DO UPDATE SET n = excluded.n", cells, 1), 0);
	assert_int_equal(db_changes(db), 1);
	assert_int_equal(sql_i64(db, "SELECT n FROM m WHERE id = 0"), 5);
	assert_int_equal(db_run(db_stmt(db, "UPDATE m SET n = NULL WHERE id = 0"), NULL), 0);
	assert_int_equal(db_commit(db, NULL), 0);
	rows_expect(db, 100);
	mem_free(cells);
}

static void a_conflict_leaves_nothing(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	char names[100][24];
	struct cell *cells = rows_make(0, 100, names);
	row_at(cells, 99)[0].i = 50;
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(insert(db, "", cells, 100), E_CONFLICT);
	assert_int_equal(insert(db, "", cells, 1), E_STATE);
	db_rollback(db);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM m"), 0);
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(insert(db, "", cells, 99), 0);
	assert_int_equal(db_commit(db, NULL), 0);
	rows_expect(db, 99);
	mem_free(cells);
}

/* A column that has no value in one call and one in the next; PostgreSQL must know its type both
 * times. */
static void columns_of_nulls(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	struct cell cells[12] = {{.kind = CELL_I64, .i = 1}, [4] = {.kind = CELL_I64, .i = 2},
		[8] = {.kind = CELL_I64, .i = 3}};
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(insert(db, "", cells, 2), 0);
	cells[9] = (struct cell){.kind = CELL_I64, .i = 9};
	cells[10] = (struct cell){.kind = CELL_TEXT};
	cells[11] = (struct cell){.kind = CELL_BLOB};
	assert_int_equal(insert(db, "", &cells[8], 1), 0);
	assert_int_equal(db_commit(db, NULL), 0);
	assert_int_equal(
		sql_i64(db, "SELECT count(*) FROM m WHERE n IS NULL AND t IS NULL AND b IS NULL"),
		2);
	assert_int_equal(
		sql_i64(db, "SELECT count(*) FROM m WHERE n = 9 AND t = '' AND length(b) = 0"), 1);
}

static void large_values(void **state)
{
	struct db *db = ((struct store *)*state)->db;
	enum { N = 7 };
	size_t size = 1 * MIB + 17;
	uint8_t *p = mem_zero_alloc(size, 1);
	for (size_t i = 0; i < size; i++)
		p[i] = (uint8_t)(i * 31);
	struct cell cells[N * 4] = {0};
	for (int i = 0; i < N; i++) {
		cells[i * 4] = (struct cell){.kind = CELL_I64, .i = i};
		cells[i * 4 + 3] = (struct cell){.kind = CELL_BLOB, .s = {p, size}};
	}
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(insert(db, "", cells, N), 0);
	assert_int_equal(db_commit(db, NULL), 0);
	struct stmt *s = db_stmt(db, "SELECT b FROM m");
	for (int i = 0; i < N; i++) {
		assert_int_equal(db_step(s, NULL), DB_ROW);
		assert_true(slice_eq(db_blob(s, 0), slice_of(p, size)));
	}
	assert_int_equal(db_step(s, NULL), DB_DONE);
	mem_free(p);
}

#define TM(fn) cmocka_unit_test_setup_teardown(fn, many_setup, store_teardown)

static const struct CMUnitTest tests[] = {
	TM(rows_arrive),
	TM(conflicts_can_be_passed_over),
	TM(a_conflict_leaves_nothing),
	TM(columns_of_nulls),
	TM(large_values),
};

STORE_MAIN("db_insert_many", tests)
