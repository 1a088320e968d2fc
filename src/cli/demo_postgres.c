/* demo_postgres.c: a PostgreSQL server for the demo alone, on loopback, gone afterwards. */
#include "base/enc.h"
#include "base/limits.h"
#include "cli/demo.h"
#include "db/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAMS	"/usr/lib/postgresql"
#define START_MS	60000
#define TABLE_BYTES_MAX (512 * MIB)

/* Newest version that has its server programs. */
static const char *programs(struct demo *d)
{
	DIR *dir = opendir(PROGRAMS);
	struct dirent *e;
	uint64_t best = 0, n;
	while (dir && (e = readdir(dir)) != NULL) {
		const char *initdb =
			arena_printf(&d->cli->arena, PROGRAMS "/%s/bin/initdb", e->d_name);
		if (slice_u64(slice_str(e->d_name), &n) == 0 && n > best &&
			access(initdb, X_OK) == 0)
			best = n;
	}
	if (dir)
		closedir(dir);
	return best ? arena_printf(&d->cli->arena, PROGRAMS "/%u/bin", (unsigned)best) : NULL;
}

static int run_quietly(struct demo *d, const char *const *argv, uid_t uid, gid_t gid)
{
	pid_t pid;
	int status = 0;
	int log = open(arena_printf(&d->cli->arena, "%s/postgres.log", d->dir),
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log < 0)
		return why_set(d->why, E_IO, d->dir, "no log: %s", strerror(errno));
	int rc = demo_spawn(d, argv, log, log, uid, gid, &pid);
	close(log);
	TRY(rc);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return why_set(d->why, E_STATE, "postgres", "%s failed; see %s/postgres.log",
			argv[0], d->dir);
	return 0;
}

static int wait_for_server(struct demo *d)
{
	struct env env = env_system();
	int64_t until = env_mono_ms(&env) + START_MS;
	struct why last = {0};
	while (!demo_interrupted() && env_mono_ms(&env) < until) {
		struct db *db = NULL;
		if (waitpid(d->postgres.pid, NULL, WNOHANG) != 0)
			break;
		if (db_open(&db, d->postgres.url, &last) == 0) {
			db_close(&db);
			return 0;
		}
		(void)poll(NULL, 0, 100);
	}
	return why_set(d->why, E_STATE, "postgres", "the server does not come up: %s", last.text);
}

static int start_own(struct demo *d, const char *bin)
{
	struct arena *a = &d->cli->arena;
	/* The server refuses to be root, and its socket's path must be short. */
	struct passwd *user = getuid() == 0 ? getpwnam("postgres") : NULL;
	uid_t uid = user ? user->pw_uid : 0;
	gid_t gid = user ? user->pw_gid : 0;
	char dir[] = "/tmp/entente-pg-XXXXXX";
	if (getuid() == 0 && !user)
		return why_set(
			d->why, E_STATE, "postgres", "there is no user to run the server as");
	if (!mkdtemp(dir) || (user && chown(dir, uid, gid) < 0))
		return why_set(d->why, E_IO, dir, "%s", strerror(errno));
	d->postgres.dir = mem_string(dir, strlen(dir));
	const char *data = arena_printf(a, "%s/data", dir);
	const char *const init[] = {arena_printf(a, "%s/initdb", bin), "-D", data, "-U", "entente",
		"-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", NULL};
	TRY(run_quietly(d, init, uid, gid));
	unsigned port = 33000 + (unsigned)env_below(&d->cli->env, 20000);
	const char *const serve[] = {arena_printf(a, "%s/postgres", bin), "-D", data, "-k", dir,
		"-p", arena_printf(a, "%u", port), "-h", "127.0.0.1", "-c", "max_connections=200",
		"-c", "shared_buffers=64MB", NULL};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int rc = demo_spawn(d, serve, null, null, uid, gid, &d->postgres.pid);
	close(null);
	TRY(rc);
	const char *url = arena_printf(a, "postgres://entente@127.0.0.1:%u/postgres", port);
	d->postgres.url = mem_string(url, strlen(url));
	return wait_for_server(d);
}

int demo_postgres_start(struct demo *d)
{
	const char *given = getenv("ENTENTE_TEST_POSTGRES");
	if (given && *given) {
		d->postgres.url = mem_string(given, strlen(given));
		return 0;
	}
	const char *bin = programs(d);
	if (!bin)
		return why_set(d->why, E_MISSING, "--database",
			"no PostgreSQL server is installed, and ENTENTE_TEST_POSTGRES names none");
	return start_own(d, bin);
}

/* The same server, another database: replaces what stands behind the last '/' and before any '?'.
 */
static const char *url_of(struct demo *d, const char *name)
{
	struct slice url = slice_str(d->postgres.url);
	size_t from = slice_starts(url, "postgresql://") ? 13 : 11;
	struct slice rest = slice_sub(url, from, url.n);
	ptrdiff_t slash = slice_find(rest, '/'), question = slice_find(rest, '?');
	size_t host_end = from + (size_t)(slash >= 0	  ? slash
					  : question >= 0 ? question
							  : (ptrdiff_t)rest.n);
	struct slice tail = question >= 0 ? slice_sub(rest, (size_t)question, rest.n) : SLICE_NONE;
	return arena_printf(&d->cli->arena, "%.*s/%s%.*s", (int)host_end, d->postgres.url, name,
		SLICE_FMT(tail));
}

static int admin(struct demo *d, const char *sql)
{
	struct db *db;
	TRY(db_open(&db, d->postgres.url, d->why));
	int rc = db_script(db, sql, d->why);
	db_close(&db);
	return rc;
}

static const char *database_name(struct demo *d, unsigned n)
{
	return arena_printf(&d->cli->arena, "entente_demo_%d_%u", (int)getpid(), n);
}

static const char *last_part(struct demo *d, const char *url)
{
	struct slice s = slice_str(strrchr(url, '/') + 1);
	ptrdiff_t question = slice_find(s, '?');
	return arena_string(&d->cli->arena, question >= 0 ? slice_sub(s, 0, (size_t)question) : s);
}

int demo_postgres_database(struct demo *d, const char *from, const char **ret)
{
	const char *name = database_name(d, d->postgres.databases);
	/* Names are made of our own letters and digits. */
	TRY(admin(d, from ? arena_printf(&d->cli->arena, "CREATE DATABASE %s TEMPLATE %s", name,
				    last_part(d, from))
			  : arena_printf(&d->cli->arena, "CREATE DATABASE %s TEMPLATE template0",
				    name)));
	d->postgres.databases++;
	*ret = url_of(d, name);
	return 0;
}

void demo_postgres_end(struct demo *d)
{
	struct demo_postgres *p = &d->postgres;
	if (p->url && p->pid == 0) {
		for (unsigned i = 0; i < p->databases; i++)
			(void)admin(d, arena_printf(&d->cli->arena,
					       "DROP DATABASE IF EXISTS %s WITH (FORCE)",
					       database_name(d, i)));
	}
	if (p->pid > 0)
		demo_end_process(&p->pid, SIGINT, 20000);
	if (p->dir) {
		struct why kept = d->cli->why;
		const char *const rm[] = {"/bin/rm", "-rf", "--", p->dir, NULL};
		(void)run_quietly(d, rm, 0, 0);
		d->cli->why = kept;
	}
	mem_free(p->url);
	mem_free(p->dir);
	*p = (struct demo_postgres){.url = NULL};
}

/* Rows as text show bytes in hex, so both spellings are looked for. */
static int table_holds(struct db *db, const char *sql, struct slice plain, struct slice hex,
	bool *ret, struct why *why)
{
	struct buf rows CLEANUP_BUF = BUF(TABLE_BYTES_MAX);
	TRY(db_dump(db, sql, &rows, why));
	*ret = slice_search(buf_slice(&rows), plain) >= 0 ||
	       slice_search(buf_slice(&rows), hex) >= 0;
	return 0;
}

int demo_postgres_holds(struct demo *d, const char *url, struct slice needle, bool *ret)
{
	struct buf tables CLEANUP_BUF = BUF(MIB), hex CLEANUP_BUF = BUF(MIB);
	struct db *db;
	buf_hex(&hex, needle.p, needle.n);
	TRY(db_open(&db, url, d->why));
	int rc = db_dump(db,
		"SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
		&tables, d->why);
	struct slice rest = buf_slice(&tables), table;
	*ret = false;
	while (rc == 0 && !*ret && slice_cut(&rest, '\n', &table)) {
		const char *sql = arena_printf(
			&d->cli->arena, "SELECT CAST(t AS text) FROM \"%.*s\" t", SLICE_FMT(table));
		rc = table_holds(db, sql, needle, buf_slice(&hex), ret, d->why);
	}
	db_close(&db);
	return rc;
}
