/*
 * files.h: attached files, by SHA-256 under DATA/files. Names from partners never become paths. Everything streams; nothing is held in memory.
 */
#ifndef NODE_FILES_H
#define NODE_FILES_H

#include "node/node.h"

/*
 * Copies from `fd` until its end, hashing; durable when it returns. `progress` may be NULL. E_LIMIT above LIMIT_FILE_BYTES. As long as *ret_hold (may be NULL) is
 * not let go, no sweep of any process takes the file for one that nobody names: let it go when a table names it, or when it is given up (files_drop_unnamed).
 */
MUST_USE int files_add(const struct node *node, int fd, void (*progress)(void *ctx, uint64_t done),
	void *ctx, struct hash *ret, uint64_t *ret_size, int *ret_hold, struct why *why);
void files_let(int *hold); /* -1 is fine, and what it is afterwards */
/* Read-only descriptor of a file held; E_MISSING. */
MUST_USE int files_open(const struct node *node, const struct hash *sha256, int *ret_fd,
	uint64_t *ret_size, struct why *why);
bool files_has(const struct node *node, const struct hash *sha256);
/* Reads all of a file held: E_VERIFY if it is not what its name says, E_MISSING. */
MUST_USE int files_verify(const struct node *node, const struct hash *sha256, struct why *why);
/*
 * Partial download: its size so far (0 if none), appending, and finishing (checks size and hash: E_VERIFY drops the part). Parts are apart by the author whose
 * entry names the file: who names the hash of another's file, and serves something else, spoils no part but its own.
 */
MUST_USE int files_part_size(const struct node *node, const struct id *author,
	const struct hash *sha256, uint64_t *ret, struct why *why);
MUST_USE int files_part_add(const struct node *node, const struct id *author,
	const struct hash *sha256, struct slice piece, struct why *why);
MUST_USE int files_part_done(const struct node *node, const struct id *author,
	const struct hash *sha256, uint64_t size, struct why *why);
/* Unlinks (erasure); the directory is synced. Absent is fine. */
MUST_USE int files_drop(const struct node *node, const struct hash *sha256, struct why *why);

/*
 * Files that no row names: of an upload or a record that was refused, of a process that was killed, of a download that came in after its erasure. Takes what
 * nobody is at work on: new.* that no process has open, parts of what is not wanted, and with `whole` (looks at every file: at a start, and now and then) whole
 * files. Whole files stay if one may be of an own record that this program could not read (an unknown kind, or flagged by a stricter check), or if the node may not sign: a
 * database that is behind its high water names fewer files than the newest.
 */
MUST_USE int files_sweep(const struct node *node, struct db *db, bool whole, struct why *why);
/* How many there are that files_sweep() would take. */
MUST_USE int files_orphans(const struct node *node, struct db *db, uint64_t *ret, struct why *why);
/* Unlinks this whole file if no row names it and nobody holds it. In no transaction. */
MUST_USE int files_drop_unnamed(
	const struct node *node, struct db *db, const struct hash *sha256, struct why *why);

/*
 * Files that belong to content held here and have not been fetched for it. `author`: only those of entries of this member's log; NULL: anybody's. Those
 * that were put off come later; oldest first.
 */
struct file_wanted {
	struct hash sha256;
	uint64_t size;
	struct log_id log; /* the entry that names it */
	int64_t log_row;
	uint64_t seq;
};
MUST_USE int files_wanted(struct db *db, const struct id *coalition, const struct id *author,
	int64_t now_ms, size_t limit, struct arena *arena, struct file_wanted **ret, size_t *ret_n,
	struct why *why);
/* It has been fetched for this entry (files_part_done). In a write transaction. */
MUST_USE int files_got(struct db *db, const struct file_wanted *file, struct why *why);
/* Not before `next_ms` again. In a write transaction. */
MUST_USE int files_put_off(
	struct db *db, const struct file_wanted *file, int64_t next_ms, struct why *why);
/*
 * Whether `bytes` more of this file may be fetched now: the disk keeps its reserve (conf.h), and the author stays below what may come of it in a day
 * of this node's clock. E_LIMIT: not now; nothing is noted. 0: they are counted, before a byte comes, so that two who fetch at once do not both take the
 * last of it; what did not come is given back. The first in a transaction of its own, as the second.
 */
MUST_USE int files_room_take(const struct node *node, struct db *db, const struct file_wanted *file,
	uint64_t bytes, struct why *why);
MUST_USE int files_room_give(const struct node *node, struct db *db, const struct file_wanted *file,
	uint64_t bytes, struct why *why);
/*
 * Does live content of this entry name the file, and is it this node's to give for it: `own` (the entry is this node's), or fetched for
 * this very entry? Whether the content is released is asked of release, as for any content. A file that lies here for another entry
 * says nothing: a partner could name the hash of somebody's secret in an entry of its own and so get it, or learn that it is here.
 */
MUST_USE int files_held_for(struct db *db, int64_t log_row, uint64_t seq, const struct hash *sha256,
	bool own, bool *ret, struct why *why);

#endif
