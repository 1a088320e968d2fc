/*
 * head.c: heads of own logs. The record of the last head (log/highwater.h) is kept apart from the store, so a store that was restored from a
 * backup is behind its record, and then nothing is signed.
 *
 * Processes take turns by a lock on a file beside the records, so that none puts a lower record over a higher one.
 */
#include "node/head.h"

#include "base/limits.h"
#include "base/report.h"
#include "node/node_int.h"
#include "node/write.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <unistd.h>

/* ---- taking turns ---- */

void head_turn_end(int *fd)
{
	if (*fd >= 0)
		close(*fd); /* gives up the lock */
}

/* A node in memory has one process and one thread to write. */
int head_turn_take(const struct node *node, int *ret, struct why *why)
{
	int fd, rc;

	if (!node->highwater_dir)
		return 0;
	char *path CLEANUP_FREE = node_path(node->highwater_dir, "lock");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return why_set(why, E_IO, path, "cannot open: %s", strerrordesc_np(errno));
	do
		rc = flock(fd, LOCK_EX);
	while (rc < 0 && errno == EINTR);
	if (rc < 0) {
		close(fd);
		return why_set(why, E_IO, path, "cannot lock: %s", strerrordesc_np(errno));
	}
	*ret = fd;
	return 0;
}

/* ---- store and record ---- */

int head_root_at(
	struct db *db, const struct log *log, uint64_t size, struct hash *ret, struct why *why)
{
	if (size == log->size) {
		*ret = log->root;
		return 0;
	}
	struct log_reader *ctx CLEANUP_FREE = mem_new(struct log_reader);
	struct tree_reader reader = log_reader(ctx, db, log);
	return tree_root_at(&reader, size, ret, why);
}

static int record_compare(
	struct db *db, const struct log *log, const struct highwater *h, struct why *why)
{
	struct hash root;
	int rc;

	if (h->size > log->size)
		return why_set(why, E_STATE, "high water",
			"a head of size %" PRIu64 " was signed and the store holds %" PRIu64
			": restored from an older backup? Put back the newest database, never remove DIR/highwater; else a new member id: "
			"README, Backup and restore",
			h->size, log->size);
	rc = head_root_at(db, log, h->size, &root, why);
	if (rc == 0 && !hash_eq(&root, &h->root))
		rc = why_set(why, E_STATE, "high water",
			"the store holds another history than the head of size %" PRIu64
			" that was signed",
			h->size);
	return rc;
}

static int record_load(
	const struct node *node, const struct log *log, struct highwater *ret, struct why *why)
{
	int rc = node->highwater.load(node->highwater.ctx, &log->id, ret, why);

	/* The first record is made before the first entry: a log with entries always has one. */
	if (rc == E_MISSING && log->size > 0)
		return why_set(why, E_STATE, "high water",
			"the record of the last signed head is gone: the store cannot be proved current");
	return rc;
}

static int record_save(const struct node *node, const struct log *log, struct why *why)
{
	struct highwater h = {.size = log->size, .root = log->root};
	int rc = node->highwater.save(node->highwater.ctx, &log->id, &h, why);

	if (rc < 0)
		atomic_store(node->unfit, true);
	return rc;
}

int head_current(const struct node *node, struct db *db, const struct log *log, struct why *why)
{
	int turn CLEANUP_TURN = -1;
	struct highwater h;
	int rc = head_turn_take(node, &turn, why);

	if (rc == 0)
		rc = record_load(node, log, &h, why);
	if (rc == E_MISSING)
		return record_save(node, log, why);
	return rc < 0 ? rc : record_compare(db, log, &h, why);
}

/* A record ahead of what a handle sees: is the store as others see it further? A read transaction shows the past. */
static int record_ahead(
	const struct node *node, const struct log *log, const struct highwater *h, struct why *why)
{
	struct db *db = NULL;
	struct log now;
	int rc = node_db(node, &db, why);

	if (rc == 0)
		rc = db_begin_read(db, why);
	if (rc == 0) {
		rc = log_load(db, &log->id, &now, why);
		if (rc == 0)
			rc = record_compare(db, &now, h, why);
		else if (rc == E_MISSING)
			rc = why_set(why, E_STATE, "high water",
				"a head of size %" PRIu64
				" was signed and the store holds %" PRIu64,
				h->size, log->size);
		db_rollback(db);
	}
	db_close(&db);
	return rc;
}

int head_look(const struct node *node, struct db *db, const struct log *log, struct why *why)
{
	struct highwater h;
	int rc = record_load(node, log, &h, why);

	if (rc < 0)
		return rc == E_MISSING ? 0 : rc;
	/* What the caller's transaction does not see yet is no contradiction. */
	return h.size > log->size ? record_ahead(node, log, &h, why)
				  : record_compare(db, log, &h, why);
}

int head_raise(const struct node *node, struct db *db, const struct log *log, struct why *why)
{
	int turn CLEANUP_TURN = -1;
	struct highwater h;
	int rc = head_turn_take(node, &turn, why);

	if (rc == 0)
		rc = record_load(node, log, &h, why);
	if (rc < 0 && rc != E_MISSING)
		return rc;
	/* Another process has written on top of this and been quicker. */
	if (rc == 0 && h.size > log->size)
		return 0;
	if (rc == 0 && h.size == log->size && hash_eq(&h.root, &log->root))
		return 0;
	if (rc == 0)
		rc = record_compare(db, log, &h, why);
	return rc < 0 && rc != E_MISSING ? rc : record_save(node, log, why);
}

/* ---- the signed note ---- */

static int head_fit(const struct node *node, struct db *db, const struct log *log, struct why *why)
{
	int turn CLEANUP_TURN = -1;
	struct highwater h;
	int rc = head_turn_take(node, &turn, why);

	if (rc == 0)
		rc = record_load(node, log, &h, why);
	if (rc == E_MISSING)
		return record_save(node, log, why);
	if (rc < 0)
		return rc;
	if (h.size > log->size)
		return record_ahead(node, log, &h, why);
	rc = record_compare(db, log, &h, why);
	return rc == 0 && h.size < log->size ? record_save(node, log, why) : rc;
}

/* Lines of those who have cosigned this very text. */
static int cosignatures_add(
	struct db *db, const struct log *log, struct slice text, struct buf *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
	struct note *note = arena_new(&arena, struct note);
	struct cosigned *c;
	size_t n;
	int rc = cosign_list(db, log->row, &arena, &c, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		char name[ORIGIN_MAX];

		if (c[i].size != log->size || note_parse(note, &arena, c[i].note, NULL) < 0 ||
			!slice_eq(note->text, text))
			continue;
		witness_name_format(&log->id.coalition, &c[i].witness, name);
		for (size_t k = 0; k < note->n; k++)
			if (slice_is(note->signature[k].name, name))
				buf_slice_add(ret, note->signature[k].line);
	}
	return rc;
}

int node_head(const struct node *node, struct db *db, const struct log *given, struct buf *ret,
	struct why *why)
{
	struct buf text CLEANUP_BUF = BUF(1 * KIB);
	char origin[ORIGIN_MAX];
	struct log log;
	int rc;

	if (!id_eq(&given->id.member, &node->self))
		return why_set(why, E_DENIED, "log", "only a log's owner signs its heads");
	if (atomic_load(node->unfit))
		return why_set(
			why, E_IO, "", "a disk has failed under this process: it signs nothing");
	if (db_in_write(db))
		return why_set(why, E_STATE, "log", "a head is signed after the commit");
	rc = log_load_row(db, given->row, &log, why);
	if (rc == 0 && log.frozen)
		rc = why_set(why, E_STATE, "log", "the log is frozen: it has told two stories");
	if (rc == 0)
		rc = head_fit(node, db, &log, why);
	if (rc < 0)
		return rc;
	checkpoint_print(
		&text, &(struct checkpoint){.log = log.id, .size = log.size, .root = log.root});
	buf_slice_add(ret, buf_slice(&text));
	buf_byte(ret, '\n');
	origin_format(&log.id, origin);
	note_sign(ret, buf_slice(&text), slice_str(origin), &node->log_key);
	rc = cosignatures_add(db, &log, buf_slice(&text), ret, why);
	if (rc == 0 && buf_over(ret))
		rc = why_set(why, E_LIMIT, "", "the note does not fit");
	return rc;
}

int node_head_seen(const struct node *node, struct db *db, const struct log_id *id, uint64_t size,
	const struct hash *root, struct why *why)
{
	int turn CLEANUP_TURN = -1;
	struct highwater h = {.size = 0}, seen = {.size = size, .root = *root};
	struct log log;
	int rc = head_turn_take(node, &turn, why);

	if (rc == 0)
		rc = log_load(db, id, &log, why);
	/* A partner may have been given what was written a moment ago. */
	if (rc < 0 || log.size >= size)
		return rc;
	rc = node->highwater.load(node->highwater.ctx, id, &h, why);
	if (rc < 0 && rc != E_MISSING)
		return rc;
	if (h.size < size && (rc = node->highwater.save(node->highwater.ctx, id, &seen, why)) < 0) {
		atomic_store(node->unfit, true);
		return rc;
	}
	return record_compare(db, &log, h.size < size ? &seen : &h, why);
}

/* The newest own log of each coalition; of one that has none here, the first: an older store may have been put back. */
static int own_logs(const struct node *node, struct db *db, struct arena *arena,
	struct log_id **ret, size_t *ret_n, struct why *why)
{
	struct log_id *list = arena_array(arena, struct log_id, LIMIT_COALITIONS);
	struct stmt *s = db_stmt(db,
		"SELECT coalition, max(epoch) FROM log WHERE member = $1 GROUP BY coalition "
		"UNION ALL SELECT c.coalition, 1 FROM coalition c WHERE NOT EXISTS "
		"(SELECT 1 FROM log l WHERE l.coalition = c.coalition AND l.member = $1) LIMIT $2");
	size_t n = 0;
	int rc;

	db_bind_blob(s, 1, id_slice(&node->self));
	db_bind_i64(s, 2, LIMIT_COALITIONS);
	while ((rc = db_step(s, why)) == DB_ROW) {
		MUST(db_blob(s, 0).n == sizeof(list[n].coalition.b));
		memcpy(list[n].coalition.b, db_blob(s, 0).p, sizeof(list[n].coalition.b));
		list[n].member = node->self;
		list[n++].epoch = (uint32_t)db_i64(s, 1);
	}
	db_reset(s);
	*ret = list;
	*ret_n = n;
	return rc < 0 ? rc : 0;
}

/* A log that is not here: has a head of it been signed? */
static int absent_look(const struct node *node, const struct log_id *id, struct why *why)
{
	struct log none = {.id = *id};
	struct highwater h;
	int rc = node->highwater.load(node->highwater.ctx, id, &h, why);

	if (rc < 0)
		return rc == E_MISSING ? 0 : rc;
	return h.size == 0 ? 0 : record_ahead(node, &none, &h, why);
}

/* Is the store current, and may this node sign, in one read transaction? */
static int own_look(const struct node *node, struct db *db, bool frozen_too, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct log_id *id;
	size_t n;
	int rc = own_logs(node, db, &arena, &id, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct log log;

		rc = log_load(db, &id[i], &log, why);
		if (rc == E_MISSING) {
			rc = absent_look(node, &id[i], why);
			continue;
		}
		if (rc == 0 && frozen_too && log.frozen)
			rc = why_set(why, E_STATE, "log",
				"the log of this node is frozen: it is proved to have told two stories");
		if (rc == 0)
			rc = head_look(node, db, &log, why);
	}
	return rc;
}

static int own_check(const struct node *node, struct db *db, bool frozen_too, struct why *why)
{
	int rc;

	if (node->unfit && atomic_load(node->unfit))
		return why_set(why, E_IO, "", "a disk has failed under this process");
	if ((rc = db_begin_read(db, why)) < 0)
		return rc;
	rc = own_look(node, db, frozen_too, why);
	db_rollback(db);
	return rc;
}

int node_signs(const struct node *node, struct db *db, struct why *why)
{
	return own_check(node, db, true, why);
}

int node_current(const struct node *node, struct db *db, struct why *why)
{
	return own_check(node, db, false, why);
}

int node_commit(const struct node *node, struct db *db, struct why *why)
{
	int rc = db_commit(db, why);

	/* A server that was lost is another matter: what it has is seen at the next write. */
	if (rc == E_IO && !db_is_postgres(db))
		atomic_store(node->unfit, true);
	return rc;
}
