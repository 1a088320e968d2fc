#include "store.h"

#include "base/clock.h"
#include "base/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

bool store_postgres;

int store_start(int argc, char **argv)
{
	if (argc != 2 || (strcmp(argv[1], "sqlite") != 0 && strcmp(argv[1], "postgres") != 0)) {
		fprintf(stderr, "usage: %s sqlite|postgres\n", argv[0]);
		return 64;
	}
	store_postgres = strcmp(argv[1], "postgres") == 0;
	if (store_postgres && !getenv("ENTENTE_TEST_POSTGRES")) {
		fprintf(stderr, "%s: SKIPPED on PostgreSQL: ENTENTE_TEST_POSTGRES is not set\n",
			argv[0]);
		return 77;
	}
	return 0;
}

static void schema_script(const char *verb, const char *name, const char *tail)
{
	struct db *admin = NULL;
	struct why why = {0};
	char sql[128];
	snprintf(sql, sizeof(sql), "%s SCHEMA %s %s", verb, name, tail);
	assert_int_equal(db_open(&admin, getenv("ENTENTE_TEST_POSTGRES"), &why), 0);
	assert_int_equal(db_script(admin, sql, &why), 0);
	db_close(&admin);
}

int store_setup(void **state)
{
	struct store *st = mem_new(struct store);
	*state = st;
	struct why why = {0};
	if (store_postgres) {
		struct env env = env_system();
		snprintf(st->dir, sizeof(st->dir), "t_%016" PRIx64, env_u64(&env));
		schema_script("CREATE", st->dir, "");
		snprintf(st->url, sizeof(st->url), "%s?options=-csearch_path%%3D%s",
			getenv("ENTENTE_TEST_POSTGRES"), st->dir);
	} else {
		snprintf(st->dir, sizeof(st->dir), "/tmp/entente-db-XXXXXX");
		assert_non_null(mkdtemp(st->dir));
		snprintf(st->url, sizeof(st->url), "sqlite:%s/a.db", st->dir);
	}
	int rc = db_open(&st->db, st->url, &why);
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", st->url, why.text);
	return rc;
}

static void dir_remove(const char *path)
{
	DIR *d = opendir(path);
	assert_non_null(d);
	struct dirent *e;
	while ((e = readdir(d)))
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	assert_int_equal(rmdir(path), 0);
}

int store_teardown(void **state)
{
	struct store *st = *state;
	db_close(&st->db);
	if (store_postgres)
		schema_script("DROP", st->dir, "CASCADE");
	else
		dir_remove(st->dir);
	mem_free(st);
	return 0;
}

struct db *store_again(const struct store *st)
{
	struct db *db = NULL;
	struct why why = {0};
	if (db_open(&db, st->url, &why) < 0)
		fail_msg("%s: %s", st->url, why.text);
	return db;
}

void sql_ok(struct db *db, const char *sql)
{
	struct why why = {0};
	if (db_script(db, sql, &why) < 0)
		fail_msg("%s: %s", sql, why.text);
}

void sql_fails(struct db *db, const char *sql, int code)
{
	struct why why = {0};
	int rc = db_script(db, sql, &why);
	if (rc != code)
		fail_msg("%s: %d (%s), not %d", sql, rc, why.text, code);
	assert_int_equal(why.code, code);
	assert_true(why.text[0]);
}

int64_t sql_i64(struct db *db, const char *sql)
{
	struct why why = {0};
	struct stmt *s = db_stmt(db, sql);
	if (db_step(s, &why) != DB_ROW)
		fail_msg("%s: no row: %s", sql, why.text);
	int64_t v = db_i64(s, 0);
	assert_int_equal(db_step(s, &why), DB_DONE);
	db_reset(s);
	return v;
}

int child_wait(int pid)
{
	int status;
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void must_abort(struct store *st, void (*run)(struct db *db))
{
	fflush(NULL);
	int pid = fork();
	if (pid == 0) {
		/* The handler of the test library would turn the abort into a failed test. */
		signal(SIGABRT, SIG_DFL);
		int null = open("/dev/null", O_WRONLY);
		dup2(null, 2);
		struct db *db = NULL;
		if (db_open(&db, st->url, NULL) == 0)
			run(db);
		_exit(0);
	}
	assert_int_equal(child_wait(pid), 128 + SIGABRT);
}
