/* files_room.c: what of others' attached files there is room for: see files.h. */
#include "base/clock.h"
#include "base/limits.h"
#include "base/report.h"
#include "node/files.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/statvfs.h>

static int disk_check(const struct node *node, uint64_t bytes, struct why *why)
{
	uint64_t reserve = node->conf.disk_reserve_bytes, left;
	struct statvfs disk;

	if (statvfs(node->dir, &disk) < 0)
		return why_set(why, E_IO, node->dir, "cannot ask for free space: %s",
			strerrordesc_np(errno));
	left = (uint64_t)disk.f_bavail * disk.f_frsize;
	if (left < reserve || left - reserve < bytes)
		return why_set(why, E_LIMIT, "file",
			"the disk would have less than disk-reserve-bytes %" PRIu64 " left",
			reserve);
	return 0;
}

/* A day before or after is another: a clock that is set back gives a day each time, no more. */
static int day_load(
	struct db *db, const struct id *author, int64_t day, uint64_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT bytes FROM file_day WHERE member = $1 AND day = $2");
	int rc;

	db_bind_blob(s, 1, slice_of(author->b, sizeof(author->b)));
	db_bind_i64(s, 2, day);
	rc = db_step(s, why);
	*ret = rc == DB_ROW ? (uint64_t)db_i64(s, 0) : 0;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int day_store(
	struct db *db, const struct id *author, int64_t day, uint64_t bytes, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO file_day (member, day, bytes) VALUES ($1, $2, $3) ON CONFLICT (member) "
		"DO UPDATE SET day = excluded.day, bytes = excluded.bytes");

	db_bind_blob(s, 1, slice_of(author->b, sizeof(author->b)));
	db_bind_i64(s, 2, day);
	db_bind_i64(s, 3, (int64_t)bytes);
	return db_run(s, why);
}

static int take(const struct node *node, struct db *db, const struct file_wanted *file,
	uint64_t bytes, struct why *why)
{
	uint64_t most = node->conf.file_day_bytes, used;
	int64_t day = env_now_ms(&node->env) / DAY_MS;
	int rc = day_load(db, &file->log.member, day, &used, why);

	if (rc < 0)
		return rc;
	if (used > most || most - used < bytes)
		return why_set(why, E_LIMIT, "file",
			"a file of %" PRIu64
			" bytes waits: of its author no more than file-bytes-per-day %" PRIu64
			" come in a day",
			file->size, most);
	return day_store(db, &file->log.member, day, used + bytes, why);
}

/* What was taken on another day is not given back to this one. */
static int give(const struct node *node, struct db *db, const struct file_wanted *file,
	uint64_t bytes, struct why *why)
{
	int64_t day = env_now_ms(&node->env) / DAY_MS;
	uint64_t used;
	int rc = day_load(db, &file->log.member, day, &used, why);

	if (rc < 0 || used == 0)
		return rc;
	return day_store(db, &file->log.member, day, used > bytes ? used - bytes : 0, why);
}

static int in_transaction(int (*change)(const struct node *node, struct db *db,
				  const struct file_wanted *file, uint64_t bytes, struct why *why),
	const struct node *node, struct db *db, const struct file_wanted *file, uint64_t bytes,
	struct why *why)
{
	int rc = db_begin(db, why);

	if (rc < 0)
		return rc;
	rc = change(node, db, file, bytes, why);
	if (rc == 0)
		return db_commit(db, why);
	db_rollback(db);
	return rc;
}

int files_room_take(const struct node *node, struct db *db, const struct file_wanted *file,
	uint64_t bytes, struct why *why)
{
	int rc;

	if (bytes == 0)
		return 0;
	rc = disk_check(node, bytes, why);
	return rc < 0 ? rc : in_transaction(take, node, db, file, bytes, why);
}

int files_room_give(const struct node *node, struct db *db, const struct file_wanted *file,
	uint64_t bytes, struct why *why)
{
	return bytes == 0 ? 0 : in_transaction(give, node, db, file, bytes, why);
}
