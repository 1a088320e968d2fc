/* What handlers use: a read that cannot begin leaves nothing open. */
#include "../node/league.h"

#include "node/workspace.h"
#include "web/api.h"
#include "work/all.h"

static void read_that_fails(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct call c = {.node = l->m[0].node, .db = l->m[0].db, .arena = &arena};

	/* A coalition that has gone since the request began: none has this id. */
	assert_int_equal(call_read(&c), E_MISSING);
	assert_false(db_in_transaction(c.db));
	c.world.coalition.id = l->id;
	c.why = (struct why){0};
	assert_int_equal(call_read(&c), 0);
	assert_true(db_in_transaction(c.db));
	call_read_end(&c);
	assert_false(db_in_transaction(c.db));
}

/* All rows of all tables, as the dispatcher finds them; parameters are decoded after the path has been cut. */
static void each_row_is_found(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	const struct api_route *table;
	size_t rows = 0;
	(void)state;

	for (size_t i = 0; (table = api_table(i)) != NULL; i++)
		for (const struct api_route *r = table; r->method; r++, rows++) {
			struct slice param[API_PARAMS], pattern = slice_str(r->path), one;
			struct buf path CLEANUP_BUF = BUF(4096);
			size_t n, wanted = 0;

			buf_str(&path, API_BASE);
			(void)slice_cut(&pattern, '/', &one);
			while (slice_cut(&pattern, '/', &one)) {
				bool is_param = one.n && one.p[0] == '{';

				wanted += is_param;
				buf_str(&path, "/");
				buf_slice_add(&path, is_param ? SLICE("a%2Fb") : one);
			}
			const struct api_route *found =
				api_find(r->method, buf_slice(&path), &arena, param, &n, NULL);
			assert_ptr_equal(found, r);
			assert_int_equal(n, wanted);
			for (size_t k = 0; k < n; k++)
				assert_true(slice_is(param[k], "a/b"));
			buf_str(&path, "/");
			assert_null(api_find(r->method, buf_slice(&path), &arena, param, &n, NULL));
		}
	assert_true(rows > 100);
}

/* What a workspace empties for a rebuild holds content, or words of it: after an erasure it is scrubbed. */
static void each_table_is_scrubbed(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; workspaces[i]; i++)
		for (const char *const *d = workspaces[i]->drop; *d; d++) {
			struct slice table = slice_str(*d);
			bool found = false;

			if (!slice_take(&table, "DELETE FROM "))
				continue;
			for (const char *const *t = workspaces[i]->scrub; t && *t && !found; t++)
				found = slice_is(table, *t);
			if (!found)
				print_error("%s is not scrubbed\n", *d);
			assert_true(found);
			n++;
		}
	assert_true(n >= 8);
}

int main(void)
{
	work_register();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			read_that_fails, league_setup_signed, league_teardown),
		cmocka_unit_test(each_row_is_found),
		cmocka_unit_test(each_table_is_scrubbed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
