/*
 * files.c: see files.h. DATA/files/ab/<sha256> is whole and checked; DATA/files/part.<sha256> is on its way from a partner;
 * DATA/files/new.<random> is being copied in. The names are made of hashes, never of what somebody sent.
 */
#include "node/files.h"

#include "base/enc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "node/files_int.h"
#include "node/fold_int.h"
#include "node/node_int.h"
#include "pact/release.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES (256 * KIB)

void files_fd_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int need_dir(const struct node *node, struct why *why)
{
	return node->dir ? 0
			 : why_set(why, E_STATE, "", "a node in memory keeps no attached files");
}

int files_io(struct why *why, const char *path, const char *did, int err)
{
	return why_set(why, err == ENOENT ? E_MISSING : E_IO, path, "cannot %s: %s", did,
		strerrordesc_np(err));
}

/* The caller owns it. `dir` ends at the folder of two digits. */
char *files_whole_path(const struct node *node, const struct hash *h, bool dir)
{
	char hex[65], name[96];

	hex_encode(h->b, 32, hex);
	if (dir)
		snprintf(name, sizeof(name), "files/%.2s", hex);
	else
		snprintf(name, sizeof(name), "files/%.2s/%s", hex, hex);
	return node_path(node->dir, name);
}

char *files_part_path(const struct node *node, const struct id *author, const struct hash *h)
{
	char hex[65], whose[33], name[128];

	hex_encode(h->b, 32, hex);
	hex_encode(author->b, 16, whose);
	snprintf(name, sizeof(name), "files/part.%s.%s", hex, whose);
	return node_path(node->dir, name);
}

int files_lock(const struct node *node)
{
	char *path CLEANUP_FREE = node_path(node->dir, "files");
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)flock(fd, LOCK_EX);
	return fd;
}

/* Moves a checked file to its place; both directories are on disk when this returns. Not while somebody looks whether to unlink what is there. */
static int file_settle(
	const struct node *node, const char *from, const struct hash *h, struct why *why)
{
	char *dir CLEANUP_FREE = files_whole_path(node, h, true);
	char *to CLEANUP_FREE = files_whole_path(node, h, false);
	char *files CLEANUP_FREE = node_path(node->dir, "files");
	int lock CLEANUP_FD = files_lock(node);
	int rc = dir_make(dir, 0700, why);

	if (rc == 0 && rename(from, to) < 0)
		rc = files_io(why, to, "rename", errno);
	if (rc == 0)
		rc = dir_sync(dir, why);
	return rc < 0 ? rc : dir_sync(files, why);
}

/* ---- from here ---- */

/* Copies and hashes; *ret_size bytes. */
static int copy_in(int from, int to, const char *path, void (*progress)(void *ctx, uint64_t done),
	void *ctx, struct hash *ret, uint64_t *ret_size, struct why *why)
{
	uint8_t *piece CLEANUP_FREE = mem_zero_alloc(COPY_BYTES, 1);
	struct hasher *hasher = hash_start();
	uint64_t size = 0;
	int rc = 0;

	for (;;) {
		ssize_t n = read(from, piece, COPY_BYTES);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = why_set(why, E_IO, "file", "cannot read: %s", strerrordesc_np(errno));
		if (n <= 0)
			break;
		size += (uint64_t)n;
		if (size > LIMIT_FILE_BYTES) {
			rc = why_set(why, E_LIMIT, "file", "a file is at most %zu bytes",
				LIMIT_FILE_BYTES);
			break;
		}
		hash_add(hasher, slice_of(piece, (size_t)n));
		int bad = fd_write_all(to, piece, (size_t)n);
		if (bad < 0) {
			rc = files_io(why, path, "write", -bad);
			break;
		}
		if (progress)
			progress(ctx, size);
	}
	if (rc == 0 && fsync(to) < 0)
		rc = files_io(why, path, "sync", errno);
	if (rc < 0) {
		hash_drop(&hasher);
		return rc;
	}
	*ret = hash_end(&hasher);
	*ret_size = size;
	return 0;
}

/* Locked as long as it is open: the sweep leaves it alone. */
static int new_open(const char *path)
{
	struct stat st;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0 && (flock(fd, LOCK_EX) < 0 || fstat(fd, &st) < 0 || st.st_nlink == 0)) {
		int err = errno ? errno : EAGAIN; /* swept between the two */
		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

void files_let(int *hold)
{
	if (*hold >= 0)
		close(*hold);
	*hold = -1;
}

int files_add(const struct node *node, int fd, void (*progress)(void *ctx, uint64_t done),
	void *ctx, struct hash *ret, uint64_t *ret_size, int *ret_hold, struct why *why)
{
	struct hash h;
	uint64_t size;
	char name[48];
	int rc = need_dir(node, why);

	if (rc < 0)
		return rc;
	snprintf(name, sizeof(name), "files/new.%016llx", (unsigned long long)env_u64(&node->env));
	char *path CLEANUP_FREE = node_path(node->dir, name);
	errno = 0;
	int to CLEANUP_FD = new_open(path);
	if (to < 0)
		return files_io(why, path, "create", errno);
	rc = copy_in(fd, to, path, progress, ctx, &h, &size, why);
	if (rc == 0)
		rc = file_settle(node, path, &h, why);
	if (rc < 0) {
		unlink(path);
		return rc;
	}
	*ret = h;
	*ret_size = size;
	if (ret_hold) {
		*ret_hold = to;
		to = -1;
	}
	return 0;
}

int files_open(const struct node *node, const struct hash *sha256, int *ret_fd, uint64_t *ret_size,
	struct why *why)
{
	struct stat st;
	int rc = need_dir(node, why);

	if (rc < 0)
		return rc;
	char *path CLEANUP_FREE = files_whole_path(node, sha256, false);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? why_set(why, E_MISSING, "file", "this file is not here")
				       : files_io(why, path, "open", errno);
	if (fstat(fd, &st) < 0) {
		rc = files_io(why, path, "look at", errno);
		close(fd);
		return rc;
	}
	*ret_fd = fd;
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

bool files_has(const struct node *node, const struct hash *sha256)
{
	if (!node->dir)
		return false;
	char *path CLEANUP_FREE = files_whole_path(node, sha256, false);
	return file_exists(path);
}

/* ---- from a partner ---- */

int files_part_size(const struct node *node, const struct id *author, const struct hash *sha256,
	uint64_t *ret, struct why *why)
{
	struct stat st;
	int rc = need_dir(node, why);

	if (rc < 0)
		return rc;
	char *path CLEANUP_FREE = files_part_path(node, author, sha256);
	if (stat(path, &st) == 0)
		*ret = (uint64_t)st.st_size;
	else if (errno == ENOENT)
		*ret = 0;
	else
		return files_io(why, path, "look at", errno);
	return 0;
}

/* Several processes may fetch the same file: what is added is added to the part, never to what has been checked and moved away meanwhile. */
static int part_lock(int fd, const char *path, struct stat *ret, struct why *why)
{
	struct stat there;

	if (flock(fd, LOCK_EX) < 0 || fstat(fd, ret) < 0)
		return files_io(why, path, "lock", errno);
	if (stat(path, &there) < 0 || there.st_ino != ret->st_ino || there.st_dev != ret->st_dev)
		return why_set(why, E_MISSING, "file", "another has ended this fetching");
	return 0;
}

int files_part_add(const struct node *node, const struct id *author, const struct hash *sha256,
	struct slice piece, struct why *why)
{
	struct stat st;
	int rc = need_dir(node, why);

	if (rc < 0)
		return rc;
	char *path CLEANUP_FREE = files_part_path(node, author, sha256);
	int fd CLEANUP_FD =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return files_io(why, path, "open", errno);
	rc = part_lock(fd, path, &st, why);
	if (rc < 0)
		return rc;
	if ((uint64_t)st.st_size + piece.n > LIMIT_FILE_BYTES)
		return why_set(
			why, E_LIMIT, "file", "a file is at most %zu bytes", LIMIT_FILE_BYTES);
	rc = fd_write_all(fd, piece.p, piece.n);
	return rc < 0 ? files_io(why, path, "write", -rc) : 0;
}

static int file_hash(
	int fd, const char *path, struct hash *ret, uint64_t *ret_size, struct why *why)
{
	uint8_t *piece CLEANUP_FREE = mem_zero_alloc(COPY_BYTES, 1);
	struct hasher *hasher = hash_start();
	uint64_t size = 0;
	ssize_t n;

	while ((n = read(fd, piece, COPY_BYTES)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		size += (uint64_t)n;
		hash_add(hasher, slice_of(piece, (size_t)n));
	}
	if (n < 0 || fsync(fd) < 0) {
		int err = errno;

		hash_drop(&hasher);
		return files_io(why, path, "read", err);
	}
	*ret = hash_end(&hasher);
	*ret_size = size;
	return 0;
}

int files_part_done(const struct node *node, const struct id *author, const struct hash *sha256,
	uint64_t size, struct why *why)
{
	struct hash h;
	uint64_t got;
	struct stat st;
	int rc = need_dir(node, why);

	if (rc < 0)
		return rc;
	char *path CLEANUP_FREE = files_part_path(node, author, sha256);
	int fd CLEANUP_FD = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT && size == 0) /* an empty file has no pieces */
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return files_io(why, path, "open", errno);
	rc = part_lock(fd, path, &st, why); /* until it stands at its place */
	if (rc < 0)
		return rc;
	rc = file_hash(fd, path, &h, &got, why);
	if (rc == 0 && (got != size || !hash_eq(&h, sha256))) {
		unlink(path);
		rc = why_set(why, E_VERIFY, "file", "what came is not the file that was named");
	}
	return rc < 0 ? rc : file_settle(node, path, sha256, why);
}

int files_verify(const struct node *node, const struct hash *sha256, struct why *why)
{
	char hex[65];
	struct hash h;
	uint64_t size;
	int fd CLEANUP_FD = -1;
	int rc = files_open(node, sha256, &fd, &size, why);

	hex_encode(sha256->b, 32, hex);
	if (rc == 0)
		rc = file_hash(fd, hex, &h, &size, why);
	if (rc < 0 || hash_eq(&h, sha256))
		return rc;
	return why_set(why, E_VERIFY, hex,
		"the file is not what it was when it came: the store is damaged");
}

/* ---- what is known of them ---- */

static struct stmt *wanted_stmt(struct db *db, const struct id *author)
{
	if (author == NULL)
		return db_stmt(db,
			"SELECT w.sha256, w.size, l.member, l.epoch, w.log, w.seq FROM file_want w JOIN log l ON l.id = w.log "
			"WHERE l.coalition = $1 AND w.next_ms <= $2 ORDER BY w.next_ms, w.log, w.seq, w.sha256 LIMIT $3");
	return db_stmt(db,
		"SELECT w.sha256, w.size, l.member, l.epoch, w.log, w.seq FROM file_want w JOIN log l ON l.id = w.log "
		"WHERE l.coalition = $1 AND w.next_ms <= $2 AND l.member = $4 "
		"ORDER BY w.next_ms, w.log, w.seq, w.sha256 LIMIT $3");
}

int files_wanted(struct db *db, const struct id *coalition, const struct id *author, int64_t now_ms,
	size_t limit, struct arena *arena, struct file_wanted **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = wanted_stmt(db, author);
	struct file_wanted *out = arena_array(arena, struct file_wanted, limit + 1);
	size_t n = 0;
	int rc;

	db_bind_blob(s, 1, id_slice(coalition));
	db_bind_i64(s, 2, now_ms);
	db_bind_i64(s, 3, (int64_t)limit);
	if (author != NULL)
		db_bind_blob(s, 4, id_slice(author));
	while ((rc = db_step(s, why)) == DB_ROW && n < limit) {
		struct file_wanted *w = &out[n++];

		MUST(db_blob(s, 0).n == 32 && db_blob(s, 2).n == 16);
		memcpy(w->sha256.b, db_blob(s, 0).p, 32);
		w->size = (uint64_t)db_i64(s, 1);
		w->log.coalition = *coalition;
		memcpy(w->log.member.b, db_blob(s, 2).p, 16);
		w->log.epoch = (uint32_t)db_i64(s, 3);
		w->log_row = db_i64(s, 4);
		w->seq = (uint64_t)db_i64(s, 5);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}

static void bind_wanted(struct stmt *s, const struct file_wanted *file)
{
	db_bind_i64(s, 1, file->log_row);
	db_bind_i64(s, 2, (int64_t)file->seq);
	db_bind_blob(s, 3, slice_of(file->sha256.b, 32));
}

int files_got(struct db *db, const struct file_wanted *file, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "DELETE FROM file_want WHERE log = $1 AND seq = $2 AND sha256 = $3");
	int rc;

	bind_wanted(s, file);
	rc = db_run(s, why);
	if (rc < 0)
		return rc;
	/* Erased meanwhile: nothing is held for it, and what has come goes again (node_todo) if nothing else here has it. */
	if (db_changes(db) == 0)
		return todo_put(db, "file", &file->sha256, why);
	s = db_stmt(db,
		"INSERT INTO file_got (log, seq, sha256) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
	bind_wanted(s, file);
	return db_run(s, why);
}

int files_put_off(struct db *db, const struct file_wanted *file, int64_t next_ms, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"UPDATE file_want SET next_ms = $4 WHERE log = $1 AND seq = $2 AND sha256 = $3");

	bind_wanted(s, file);
	db_bind_i64(s, 4, next_ms);
	return db_run(s, why);
}

int files_held_for(struct db *db, int64_t log_row, uint64_t seq, const struct hash *sha256,
	bool own, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT 1 FROM item_file f JOIN item ON item.log = f.log AND item.seq = f.seq AND item.at = f.at "
		"WHERE f.log = $1 AND f.seq = $2 AND f.sha256 = $3 AND item.state = 0 AND ($4 = 1 OR EXISTS "
		"(SELECT 1 FROM file_got g WHERE g.log = f.log AND g.seq = f.seq AND g.sha256 = f.sha256)) LIMIT 1");
	int rc;

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_blob(s, 3, slice_of(sha256->b, 32));
	db_bind_i64(s, 4, own ? 1 : 0);
	rc = db_step(s, why);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = rc == DB_ROW;
	return 0;
}
