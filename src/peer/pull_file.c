/* pull_file.c: attached files: fetched in one piece that can break off anywhere and goes on from
 * there. */
#include "base/limits.h"
#include "base/report.h"
#include "node/files.h"
#include "peer/pull_int.h"

#include <inttypes.h>
#include <pthread.h>

/* Files looked for in one round, and how long one answer may take. */
#define FILES_PER_ROUND 16
#define FILE_MS		30000
/* Who does not have it now may have it then. */
#define FILE_LATER_MS 15000
/* The day may end, or somebody may make room. */
#define ROOM_LATER_MS (10 * 60 * 1000)

/* Files that some thread is fetching: two must not write one part. */
#define FILES_AT_ONCE 64
static pthread_mutex_t taken_lock = PTHREAD_MUTEX_INITIALIZER;
static struct hash taken[FILES_AT_ONCE]; /* zero: free */

static bool file_take(const struct hash *sha256)
{
	struct hash *place = NULL;
	bool held = false;

	pthread_mutex_lock(&taken_lock);
	for (size_t i = 0; i < FILES_AT_ONCE; i++) {
		held = held || hash_eq(&taken[i], sha256);
		if (hash_is_zero(&taken[i]))
			place = &taken[i];
	}
	if (!held && place != NULL)
		*place = *sha256;
	pthread_mutex_unlock(&taken_lock);
	return !held && place != NULL;
}

static void file_leave(const struct hash *sha256)
{
	pthread_mutex_lock(&taken_lock);
	for (size_t i = 0; i < FILES_AT_ONCE; i++)
		if (hash_eq(&taken[i], sha256))
			taken[i] = (struct hash){0};
	pthread_mutex_unlock(&taken_lock);
}

struct fetching {
	struct round *r;
	const struct file_wanted *file;
	uint64_t at;
	struct why why; /* why the sink stopped */
};

static int sink(void *ctx, struct slice piece)
{
	struct fetching *f = ctx;
	int rc;

	if (piece.n > f->file->size - f->at)
		return why_set(&f->why, E_VERIFY, "file", "the file is longer than announced");
	rc = files_part_add(f->r->node, &f->file->log.member, &f->file->sha256, piece, &f->why);
	if (rc < 0)
		return rc;
	f->at += piece.n;
	f->r->res.file_bytes += piece.n;
	return 0;
}

static int file_done(struct round *r, const struct file_wanted *file, struct why *why)
{
	int rc = files_part_done(r->node, &file->log.member, &file->sha256, file->size, why);

	if (rc < 0 || (rc = db_begin(r->db, why)) < 0)
		return rc;
	if ((rc = files_got(r->db, file, why)) < 0) {
		db_rollback(r->db);
		return rc;
	}
	if ((rc = db_commit(r->db, why)) < 0)
		return rc;
	r->res.files++;
	return 0;
}

static int ask_file(struct fetching *f, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX), answer CLEANUP_BUF = BUF(4 * KIB);
	const struct transport *t = &f->r->p->o.transport;
	struct peer_call c = {.method = "GET",
		.answer_max = LIMIT_FILE_BYTES,
		.deadline_ms = FILE_MS,
		.sink = sink,
		.sink_ctx = f};
	uint64_t begun = f->at;
	unsigned status = 0;
	int rc;

	peer_path_print(&path, &(struct peer_path){.resource = PEER_FILE,
				       .coalition = f->file->log.coalition,
				       .log = f->file->log,
				       .seq = f->file->seq,
				       .file = f->file->sha256});
	buf_addf(&path, "?from=%" PRIu64, f->at);
	MUST(!buf_over(&path));
	c.path = buf_cstr(&path);
	rc = t->call(t->ctx, &f->r->p->o.peer, &c, &status, &answer, why);
	if (f->why.code < 0) {
		*why = f->why;
		return f->why.code;
	}
	/* A long file over a thin line: what has come is kept, and the next round goes on behind it. */
	if (rc == E_NET && f->at > begun)
		return 0;
	if (rc == 0 && status != 200)
		return E_MISSING; /* the partner does not have it, or not for this node: another may
				   */
	return rc;
}

/* E_LIMIT: there is no room for it, today or on this disk. */
static int fetch_file(struct round *r, const struct file_wanted *file, struct why *why)
{
	struct fetching f = {.r = r, .file = file};
	int rc = files_part_size(r->node, &file->log.member, &file->sha256, &f.at, why);

	if (rc < 0)
		return rc;
	if (f.at < file->size || file->size == 0) {
		uint64_t rest = f.at < file->size ? file->size - f.at : 0, begun = f.at;
		struct why unused = {0};

		if ((rc = files_room_take(r->node, r->db, file, rest, why)) < 0)
			return rc;
		rc = ask_file(&f, why);
		int given = files_room_give(r->node, r->db, file, rest - (f.at - begun), &unused);
		if (rc >= 0 && given < 0) {
			*why = unused;
			return given;
		}
		if (rc < 0)
			return rc == E_MISSING ? 0 : rc;
	}
	/* A part that is longer, of an entry with another size, is found not to be it, and dropped. */
	return f.at >= file->size ? file_done(r, file, why) : 0;
}

/* Later, so that what nobody gives does not stand in the way of what somebody does. */
static int put_off(
	struct round *r, const struct file_wanted *file, int64_t later_ms, struct why *why)
{
	int rc = db_begin(r->db, why);

	if (rc < 0)
		return rc;
	rc = files_put_off(r->db, file, env_now_ms(&r->node->env) + later_ms, why);
	if (rc < 0) {
		db_rollback(r->db);
		return rc;
	}
	return db_commit(r->db, why);
}

/* *ret_tried: how many of those due were asked for or put off; what another thread is at is left to it. */
static int look_for_some(struct round *r, const struct id *author, int64_t now_ms,
	size_t *ret_tried, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct file_wanted *file;
	size_t n;
	int rc = db_begin_read(r->db, why);

	*ret_tried = 0;
	if (rc < 0)
		return rc;
	rc = files_wanted(
		r->db, &r->p->o.coalition, author, now_ms, FILES_PER_ROUND, &arena, &file, &n, why);
	db_rollback(r->db);
	for (size_t i = 0; rc >= 0 && i < n; i++) {
		uint64_t before = r->res.files;

		if (!file_take(&file[i].sha256))
			continue;
		++*ret_tried;
		rc = fetch_file(r, &file[i], why);
		file_leave(&file[i].sha256);
		/* A file that is not what it was called is refused, and asked for again only later; what there is no room for waits as well. */
		if (r->res.files == before && (rc == 0 || rc == E_VERIFY || rc == E_LIMIT)) {
			struct why later = {0};
			int put = put_off(
				r, &file[i], rc == E_LIMIT ? ROOM_LATER_MS : FILE_LATER_MS, &later);
			if (rc == E_LIMIT) {
				round_refuse(r, RECEIPT_QUOTA, why);
				*why = (struct why){0};
				rc = 0;
			}
			rc = rc < 0 ? rc : put;
		}
	}
	return rc < 0 ? rc : 0;
}

/*
 * Of a partner some in each round. A carried file has no other round: all that was due when it was begun with, each once, since what is not in it is put off.
 */
static int look_for(struct round *r, const struct id *author, struct why *why)
{
	int64_t now = env_now_ms(&r->node->env);
	size_t tried;
	int rc;

	do
		rc = look_for_some(r, author, now, &tried, why);
	while (rc >= 0 && tried > 0 && r->p->o.transport.carried);
	return rc;
}

int pull_files(struct round *r, struct why *why)
{
	int rc;

	if (r->node->dir == NULL)
		return 0; /* a node in memory keeps no files */
	if (r->p->o.transport.carried)
		return look_for(r, NULL, why);
	rc = look_for(r, &r->p->o.peer, why);
	/* Others' files only where there is time. */
	if (rc == 0 && r->p->idle)
		rc = look_for(r, NULL, why);
	return rc;
}
