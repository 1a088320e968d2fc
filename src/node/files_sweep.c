/*
 * files_sweep.c: unlinking: a file whose content was erased, and files that no row names. Invariants: (1) a whole file is unlinked only in a write transaction that sees that
 * nobody names it, and under the lock of DATA/files, so that nobody names it or puts it there meanwhile; (2) what a process has locked is in use.
 */
#include "base/enc.h"
#include "base/file.h"
#include "base/report.h"
#include "node/files_int.h"
#include "node/node_int.h"
#include "node/workspace.h"
#include "node/write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

/* "part.HASH.AUTHOR", of files.c. */
static bool part_named(const char *name, struct hash *ret)
{
	return strlen(name) == 5 + 64 + 1 + 32 && strncmp(name, "part.", 5) == 0 &&
	       name[5 + 64] == '.' && hex_decode(slice_of(name + 5, 64), ret->b, 32) == 0;
}

/* Whoever named it. */
static int parts_drop(const char *files, const struct hash *sha256, struct why *why)
{
	DIR *d = opendir(files);
	struct hash h;
	int rc = 0;

	if (!d)
		return errno == ENOENT ? 0 : files_io(why, files, "open", errno);
	for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;) {
		if (!part_named(e->d_name, &h) || !hash_eq(&h, sha256))
			continue;
		char *part CLEANUP_FREE = node_path(files, e->d_name);
		if (unlink(part) < 0 && errno != ENOENT)
			rc = files_io(why, part, "remove", errno);
	}
	closedir(d);
	return rc;
}

int files_drop(const struct node *node, const struct hash *sha256, struct why *why)
{
	if (!node->dir)
		return why_set(why, E_STATE, "", "a node in memory keeps no attached files");
	char *dir CLEANUP_FREE = files_whole_path(node, sha256, true);
	char *path CLEANUP_FREE = files_whole_path(node, sha256, false);
	char *files CLEANUP_FREE = node_path(node->dir, "files");
	int rc = 0;

	if (unlink(path) < 0 && errno != ENOENT)
		return files_io(why, path, "remove", errno);
	rc = parts_drop(files, sha256, why);
	if (rc == 0 && file_exists(dir))
		rc = dir_sync(dir, why);
	return rc < 0 ? rc : dir_sync(files, why);
}

/* ---- who names it ---- */

static int yes(struct stmt *s, bool *ret, struct why *why)
{
	int rc = db_step(s, why);

	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* What is to be unlinked after an erasure is node_todo's. */
static int named(struct db *db, const struct hash *h, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT 1 FROM item_file WHERE sha256 = $1 UNION ALL SELECT 1 FROM upload WHERE sha256 = $1 "
		"UNION ALL SELECT 1 FROM todo WHERE kind = 'file' AND sha256 = $1 LIMIT 1");

	db_bind_blob(s, 1, slice_of(h->b, 32));
	return yes(s, ret, why);
}

static int wanted(struct db *db, const struct hash *h, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT 1 FROM file_want WHERE sha256 = $1 LIMIT 1");

	db_bind_blob(s, 1, slice_of(h->b, 32));
	return yes(s, ret, why);
}

/* An own record whose insides this program has not read: its files are named nowhere, and are this node's to keep. */
static int own_unread(const struct node *node, struct db *db, bool *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT 1 FROM flag f JOIN log l ON l.id = f.log WHERE l.member = $1 "
			    "AND f.step IN ('model', 'batch', 'object') LIMIT 1");
	int rc;

	db_bind_blob(s, 1, id_slice(&node->self));
	rc = yes(s, ret, why);
	if (rc < 0 || *ret)
		return rc;
	s = db_stmt(db, "SELECT DISTINCT kind FROM item WHERE object_owner = $1 AND state = 0");
	db_bind_blob(s, 1, id_slice(&node->self));
	while ((rc = db_step(s, why)) == DB_ROW && !*ret)
		*ret = workspace_kind_find(db_text(s, 0)) == NULL;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* ---- one file ---- */

/* A running process has it open and locked. */
static bool held(const char *path)
{
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0;
}

static int whole_unlink(const struct node *node, struct db *db, const struct hash *h,
	const char *path, struct why *why)
{
	bool has = true;
	int rc = db_begin(db, why);

	if (rc < 0)
		return rc;
	rc = named(db, h, &has, why);
	if (rc == 0 && !has) {
		int lock CLEANUP_FD = files_lock(node);

		if (!held(path) && unlink(path) < 0 && errno != ENOENT)
			rc = files_io(why, path, "remove", errno);
	}
	db_rollback(db); /* nothing was written: it only kept others from naming it */
	return rc;
}

int files_drop_unnamed(
	const struct node *node, struct db *db, const struct hash *sha256, struct why *why)
{
	if (!node->dir)
		return 0;
	char *path CLEANUP_FREE = files_whole_path(node, sha256, false);
	return whole_unlink(node, db, sha256, path, why);
}

static bool hash_named(const char *name, struct hash *ret)
{
	return strlen(name) == 64 && hex_decode(slice_str(name), ret->b, 32) == 0;
}

/* ---- all of them ---- */

struct sweep {
	const struct node *node;
	struct db *db;
	bool unlink;
	uint64_t n; /* orphans seen */
};

/* new.* and part.* */
static int loose_look(
	struct sweep *w, const char *dir, const char *name, bool *ret_sync, struct why *why)
{
	char *path CLEANUP_FREE = node_path(dir, name);
	struct hash h;
	bool keep = true;
	int rc = 0;

	if (strncmp(name, "new.", 4) == 0)
		keep = held(path);
	else if (part_named(name, &h))
		rc = wanted(w->db, &h, &keep, why);
	if (rc < 0 || keep)
		return rc;
	w->n++;
	if (w->unlink && unlink(path) < 0 && errno != ENOENT)
		return files_io(why, path, "remove", errno);
	*ret_sync = true;
	return 0;
}

static int whole_look(
	struct sweep *w, const char *dir, const char *name, bool *ret_sync, struct why *why)
{
	char *path CLEANUP_FREE = node_path(dir, name);
	struct hash h;
	bool has = true;
	int rc = hash_named(name, &h) ? named(w->db, &h, &has, why) : 0;

	if (rc < 0 || has || held(path))
		return rc;
	w->n++;
	*ret_sync = true;
	return w->unlink ? whole_unlink(w->node, w->db, &h, path, why) : 0;
}

/* Each name of a folder; what cannot be unlinked does not keep the others. */
static int each(struct sweep *w, const char *dir,
	int (*look)(struct sweep *, const char *, const char *, bool *, struct why *),
	struct why *why)
{
	DIR *d = opendir(dir);
	bool sync = false;
	int worst = 0;

	if (!d)
		return errno == ENOENT ? 0 : files_io(why, dir, "open", errno);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		struct why own = {0};
		int rc = look(w, dir, e->d_name, &sync, &own);

		if (rc < 0 && worst == 0) {
			worst = rc;
			if (why)
				*why = own;
		}
	}
	closedir(d);
	return worst == 0 && sync && w->unlink ? dir_sync(dir, why) : worst;
}

static int sweep(struct sweep *w, bool whole, struct why *why)
{
	char *files CLEANUP_FREE = node_path(w->node->dir, "files");
	bool unread = false;
	int rc = each(w, files, loose_look, why);

	if (rc == 0 && whole)
		rc = own_unread(w->node, w->db, &unread, why);
	/* An older database names fewer files than the newest, which may still be brought back. */
	if (rc == 0 && whole && !unread)
		unread = node_signs(w->node, w->db, NULL) < 0;
	for (unsigned i = 0; rc == 0 && whole && !unread && i < 256; i++) {
		char name[3];

		snprintf(name, sizeof(name), "%02x", i);
		char *dir CLEANUP_FREE = node_path(files, name);
		rc = each(w, dir, whole_look, why);
	}
	return rc;
}

int files_sweep(const struct node *node, struct db *db, bool whole, struct why *why)
{
	struct sweep w = {.node = node, .db = db, .unlink = true};

	return node->dir ? sweep(&w, whole, why) : 0;
}

int files_orphans(const struct node *node, struct db *db, uint64_t *ret, struct why *why)
{
	struct sweep w = {.node = node, .db = db};
	int rc = node->dir ? sweep(&w, true, why) : 0;

	if (rc == 0)
		*ret = w.n;
	return rc;
}
