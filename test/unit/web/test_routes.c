/* Which names a browser may call this node by. */
#include "web/routes.h"

#include "base/limits.h"

#include "unit.h"

static void hosts(void **state)
{
	(void)state;
	struct routes r = {.host = {"status.example.org"}, .n_host = 1};
	static const char *const good[] = {"localhost", "localhost:8470", "127.0.0.1:8470",
		"127.0.0.1", "[::1]:8470", "[::1]", "192.0.2.7:80", "status.example.org",
		"STATUS.example.org:443"};
	static const char *const bad[] = {"", "evil.example", "evil.example:8470",
		"localhost.evil.example", "127.0.0.1.evil.example", "[::1", "[]", ":8470",
		"status.example.org.evil", "[localhost"};
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_true(routes_host_allowed(&r, slice_str(good[i])));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(routes_host_allowed(&r, slice_str(bad[i])));
}

static void too_long(void **state)
{
	(void)state;
	struct routes r = {.n_host = 0};
	char name[1000];
	memset(name, '1', sizeof(name));
	assert_false(routes_host_allowed(&r, slice_of(name, sizeof(name))));
}

/* Each row is complete, and no two rows answer the same. */
static void table(void **state)
{
	(void)state;
	for (size_t i = 0; route_table[i].method; i++) {
		assert_string_equal(route_table[i].method, "GET");
		assert_true(route_table[i].path[0] == '/' && route_table[i].answer &&
			    route_table[i].help);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(route_table[i].path, route_table[j].path);
	}
}

/* However long a path is, it is decoded once, and only if it is one of ours. */
static void long_paths(void **state)
{
	struct buf path CLEANUP_BUF = BUF(LIMIT_HEAD_BYTES);
	(void)state;
	for (int parts = 1; parts <= API_PARAMS; parts++)
		for (int known = 0; known < 2; known++) {
			struct arena arena CLEANUP_ARENA = ARENA(API_FIND_BYTES);
			struct slice param[API_PARAMS];
			const char *allow = NULL;
			size_t n;
			buf_clear(&path);
			buf_str(&path, "/api/v1/coalitions");
			for (int i = 0; i < parts; i++) {
				buf_byte(&path, '/');
				for (int k = 0; k < 4000; k++)
					buf_byte(&path, 'a');
				if (i == 0 && parts > 1)
					buf_str(&path, "/records");
			}
			buf_str(&path, known ? "" : "/zzz");
			assert_false(buf_over(&path));
			const struct api_route *r =
				api_find("GET", buf_slice(&path), &arena, param, &n, &allow);
			assert_true(known || !r);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts),
		cmocka_unit_test(too_long),
		cmocka_unit_test(table),
		cmocka_unit_test(long_paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
