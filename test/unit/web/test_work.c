/* test_work.c: what a workspace plugs in is found: its routes, doors, commands; its tasks run, are poked, and end. */
#include "../node/league.h"

#include "cli/cli.h"
#include "web/work.h"

#include <stdatomic.h>

static atomic_int runs, fails;

static int count(struct task *t, int64_t *ret_wait_ms, struct why *why)
{
	(void)why;
	assert_non_null(t->db);
	assert_false(task_stopping(t));
	runs++;
	*ret_wait_ms = TASK_EVERY_MS;
	return 0;
}

/* Leaves a transaction open: the thread takes it back. */
static int refuse(struct task *t, int64_t *ret_wait_ms, struct why *why)
{
	(void)ret_wait_ms;
	assert_int_equal(db_begin(t->db, why), 0);
	fails++;
	return why_set(why, E_BUSY, "", "not now");
}

static int answer(struct api *a, struct db *db, struct request *req, struct slice rest,
	struct shown_to *shown, struct why *why)
{
	(void)a;
	(void)db;
	(void)req;
	(void)rest;
	(void)shown;
	return why_set(why, E_MISSING, "", "nothing");
}

static int nothing(struct call *c)
{
	(void)c;
	return 0;
}

static int run(struct cli *cli)
{
	(void)cli;
	return 0;
}

static const struct api_route routes[] = {
	{"GET", "/coalitions/{coalition}/play", WHO_SELF, .run = nothing},
	{"POST", "/coalitions/{coalition}/play", WHO_SELF, .run = nothing},
	{.method = NULL},
};
static const struct web_door doors[] = {{"/play/", NULL, answer, "play"}, {NULL, NULL, NULL, NULL}};
static const struct web_task tasks[] = {{"count", count}, {"refuse", refuse}, {NULL, NULL}};
static const struct command one = {
	.name = "one", .args = "X", .args_min = 1, .args_max = 1, .run = run};
static const struct command *const subs[] = {&one, NULL};
static const struct command play = {.name = "play", .group = "Play", .sub = subs};
static const struct command *const list[] = {&play, NULL};
static const char *const none[] = {NULL};
static const struct workspace_kind kinds[] = {{.kind = NULL}};
static const struct workspace workspace_play = {.name = "play",
	.kind = kinds,
	.table = none,
	.drop = none,
	.route = routes,
	.door = doors,
	.task = tasks,
	.command = list};
static const struct workspace *const all[] = {&workspace_note, &workspace_play, NULL};

static void a_route_of_a_workspace_is_found(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct slice param[API_PARAMS];
	const char *allow = NULL;
	size_t n = 0;
	(void)state;
	assert_ptr_equal(
		api_find("HEAD", SLICE("/api/v1/coalitions/x/play"), &arena, param, &n, &allow),
		&routes[0]);
	assert_int_equal(n, 1);
	assert_null(
		api_find("DELETE", SLICE("/api/v1/coalitions/x/play"), &arena, param, &n, &allow));
	assert_string_equal(allow, "GET, HEAD, POST");
	assert_ptr_equal(api_table(0), api_routes);
	assert_null(api_table(2));
}

static void a_door_is_known_by_its_prefix(void **state)
{
	struct slice rest;
	(void)state;
	assert_ptr_equal(door_of(SLICE("/play/a/b"), &rest), &doors[0]);
	assert_true(slice_is(rest, "a/b"));
	assert_null(door_of(SLICE("/play"), &rest));
	assert_null(door_of(SLICE("/player/"), &rest));
}

/* The words of a line, parsed; the arena goes with it. */
static int parse(struct cli *cli, const char *line)
{
	static char words[64];
	char *argv[8], *at = words;
	int argc = 0;

	snprintf(words, sizeof(words), "%s", line);
	while ((argv[argc] = strsep(&at, " ")))
		argc++;
	*cli = (struct cli){.arena = ARENA(1 * MIB)};
	return cli_parse(cli, argc, argv);
}

static void a_command_has_commands(void **state)
{
	struct cli *cli = mem_new(struct cli);
	(void)state;
	assert_int_equal(parse(cli, "play one y"), 0);
	assert_ptr_equal(cli->command, &one);
	assert_string_equal(command_words(cli->command), "play one");
	assert_int_equal(parse(cli, "play two"), E_USAGE);
	assert_int_equal(parse(cli, "play"), E_USAGE);
	assert_int_equal(parse(cli, "play --help"), 0);
	assert_int_equal(parse(cli, "play one"), E_USAGE);
	mem_free(cli);
}

/* Until it is so, or a minute is over. */
static void wait_for(atomic_int *counter, int n)
{
	for (int i = 0; i < 60000 && *counter < n; i++)
		usleep(1000);
	assert_true(*counter >= n);
}

static void tasks_run_at_once_and_when_poked(void **state)
{
	struct league *l = *state;
	struct api a;
	struct tasks *t = NULL;
	struct why why = {0};
	api_start(&a, l->m[0].node);
	assert_int_equal(tasks_start(&t, &a, &why), 0);
	wait_for(&runs, 1);
	wait_for(&fails, 1);
	int before = runs, failed = fails;
	tasks_poke(t);
	wait_for(&runs, before + 1);
	wait_for(&fails, failed + 1);
	/* What failed has left the store to others. */
	tasks_stop(t);
	assert_int_equal(db_begin(l->m[0].db, &why), 0);
	db_rollback(l->m[0].db);
	tasks_poke(t);
	tasks_free(&t);
	assert_null(t);
	api_stop(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route_of_a_workspace_is_found),
		cmocka_unit_test(a_door_is_known_by_its_prefix),
		cmocka_unit_test(a_command_has_commands),
		cmocka_unit_test_setup_teardown(
			tasks_run_at_once_and_when_poked, league_setup_plain, league_teardown),
	};
	workspaces = all;
	report_set_level(REPORT_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
