/* floor.c: what this disk takes to make a write durable: below that no commit can be, whoever makes
 * it. */
#include "bench.h"

#include "base/limits.h"
#include "base/report.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#define TIMES  400
#define FILL_N 1024 /* blocks written beforehand, so that no new ones are needed */
#define BLOCK  4096

static int file_open(const char *dir, const char *name, struct buf *path)
{
	int fd;

	buf_addf(path, "%s/%s", dir, name);
	fd = open(buf_cstr(path), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		die(buf_cstr(path), &(struct why){.text = "cannot be made"});
	return fd;
}

/* A block into a file that has its size already, as SQLite writes into a WAL that it uses again. */
static void write_in_place(const char *dir, struct times *t)
{
	struct buf path CLEANUP_BUF = BUF(8 * KIB);
	int fd = file_open(dir, "floor", &path);
	uint8_t block[BLOCK] = {1};

	for (int i = 0; i < FILL_N; i++)
		MUST(pwrite(fd, block, BLOCK, (off_t)i * BLOCK) == BLOCK);
	MUST(fsync(fd) == 0);
	for (int i = 0; i < TIMES; i++) {
		double began = mono_s();

		block[0] = (uint8_t)i;
		MUST(pwrite(fd, block, BLOCK, (off_t)(i % FILL_N) * BLOCK) == BLOCK);
		MUST(fdatasync(fd) == 0);
		t->s[t->n++] = mono_s() - began;
	}
	close(fd);
	unlink(buf_cstr(&path));
}

static void sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "bench_core: %s: %s\n", text, sqlite3_errmsg(db));
		exit(1);
	}
}

/* The smallest transaction there is: one row of 1 KiB, WAL, synchronous=FULL. */
static void commit_one_row(const char *dir, struct times *t)
{
	struct buf path CLEANUP_BUF = BUF(8 * KIB);
	sqlite3 *db;

	close(file_open(dir, "floor.db", &path));
	MUST(sqlite3_open(buf_cstr(&path), &db) == SQLITE_OK);
	sql(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000");
	sql(db, "CREATE TABLE t (n INTEGER PRIMARY KEY, b BLOB)");
	for (int i = 0; i < TIMES; i++) {
		double began = mono_s();

		sql(db, "INSERT INTO t (b) VALUES (randomblob(1024))");
		t->s[t->n++] = mono_s() - began;
	}
	MUST(sqlite3_close(db) == SQLITE_OK);
	unlink(buf_cstr(&path));
}

int bench_floor(int argc, char **argv)
{
	struct times sync = times_new(TIMES), commit = times_new(TIMES);
	struct out out;

	(void)argc;
	write_in_place(argv[0], &sync);
	commit_one_row(argv[0], &commit);
	out_begin(&out, "floor");
	out_num(&out, "sync_p50_ms", 1e3 * times_quantile(&sync, 0.5));
	out_num(&out, "sync_p99_ms", 1e3 * times_quantile(&sync, 0.99));
	out_num(&out, "commit_p50_ms", 1e3 * times_quantile(&commit, 0.5));
	out_num(&out, "commit_p99_ms", 1e3 * times_quantile(&commit, 0.99));
	out_end(&out);
	times_free(&sync);
	times_free(&commit);
	return 0;
}
