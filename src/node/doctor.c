/* doctor.c: see doctor.h. */
#include "node/doctor.h"

#include "base/file.h"
#include "base/limits.h"
#include "node/audit.h"
#include "node/files.h"
#include "node/node_int.h"
#include "node/write.h"

#include <inttypes.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define DISK_LOW_MIB 1024

struct looking {
	const struct node *node;
	struct db *db;
	const struct doctor *d;
	struct arena arena;
	uint64_t done, all; /* entries */
	uint64_t before;    /* of the logs that are through */
};

static void found(struct looking *l, int result, const char *check, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void found(struct looking *l, int result, const char *check, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	l->d->found(l->d->ctx, result, check, text);
}

static void check_files(struct looking *l)
{
	char *keys CLEANUP_FREE = node_path(l->node->dir, "keys");
	char *root CLEANUP_FREE = node_path(keys, "root.key");
	char *next CLEANUP_FREE = node_path(keys, "root-next.key");
	char *officer CLEANUP_FREE = node_path(keys, "officer.key");
	struct stat st;
	struct statvfs vfs;

	if (stat(keys, &st) == 0 && (st.st_mode & 077))
		found(l, E_DENIED, "keys", "%s is open to others (mode %03o): chmod 700", keys,
			(unsigned)st.st_mode & 0777);
	else
		found(l, 0, "keys", "the node's keys are readable by their owner only");
	if (file_exists(root))
		found(l, 1, "root keys",
			"TRIAL: a root key lies on the node; whoever takes the node takes the member");
	if (file_exists(next))
		found(l, 1, "root keys",
			"TRIAL: the next root key lies on the node too: a stolen node could renew its own keys");
	if (file_exists(officer))
		found(l, 1, "officers",
			"TRIAL: an officer key lies on the node; keep it on a device of its own");
	if (statvfs(l->node->dir, &vfs) == 0) {
		uint64_t free_mib = (uint64_t)vfs.f_bavail * vfs.f_frsize / MIB;

		found(l, free_mib < DISK_LOW_MIB ? 1 : 0, "disk", "%" PRIu64 " MiB free", free_mib);
	}
}

static bool loopback(const char *text)
{
	return strncmp(text, "127.", 4) == 0 || strncmp(text, "[::1]", 5) == 0 ||
	       strncmp(text, "localhost", 9) == 0;
}

/* Do partners get through to what the root document tells them? */
static void check_reach(struct looking *l)
{
	const char *listen = l->node->conf.peer_listen;
	struct root_chain chain;
	bool outside = false;

	if (root_chain_load(l->db, &l->node->self, &l->arena, &chain, NULL) < 0)
		return;
	const struct root *root = root_latest(&chain);
	for (size_t i = 0; i < root->n_endpoint; i++) {
		struct slice url = root->endpoint[i];

		slice_take(&url, "https://");
		outside = outside || !loopback(arena_string(&l->arena, url));
	}
	if (root->n_endpoint == 0)
		found(l, 1, "reach",
			"the root document names no endpoint: partners cannot reach this node (entente key update --endpoint URL)");
	else if (outside && loopback(listen))
		found(l, 1, "reach",
			"peer-listen is %s, which only this machine reaches, and partners are told an address outside: fine only behind a front",
			listen);
	else
		found(l, 0, "reach", "partners are told %s",
			arena_count(&l->arena, root->n_endpoint, "address", "addresses"));
}

/* The first row of a pragma's answer, into the arena; NULL if it has none. */
static const char *pragma(struct looking *l, const char *sql, struct why *why)
{
	struct stmt *s = db_stmt(l->db, sql);
	const char *text = NULL;

	if (db_step(s, why) == DB_ROW)
		text = arena_printf(&l->arena, "%.*s", SLICE_FMT(db_text(s, 0)));
	db_reset(s);
	return text;
}

/* The pages hang together; and it is written as this program writes: what is acknowledged is on disk. */
static void check_sqlite(struct looking *l)
{
	struct why why = {0};
	const char *pages = pragma(l, "PRAGMA quick_check(1)", &why),
		   *mode = pragma(l, "PRAGMA journal_mode", &why);

	if (!pages || !mode)
		found(l, E_VERIFY, "store", "%s: %s", why.where, why.text);
	else if (strcmp(pages, "ok") != 0)
		found(l, E_VERIFY, "store", "the database is damaged: %s", pages);
	else if (strcmp(mode, "wal") != 0)
		found(l, 1, "store", "the journal of SQLite is %s, not WAL", mode);
	else
		found(l, 0, "store", "SQLite's pages hang together, WAL");
}

static void check_store(struct looking *l)
{
	uint64_t rows = 0;
	struct why why = {0};

	if (audit_verify(l->db, &rows, &why) < 0)
		found(l, E_VERIFY, "audit", "%s: %s", why.where, why.text);
	else
		found(l, 0, "audit", "%s, the chain holds",
			arena_count(&l->arena, rows, "line", "lines"));
	if (db_is_postgres(l->db))
		found(l, 0, "store", "PostgreSQL answers");
	else
		check_sqlite(l);
}

/* Attached files that are here, each once, in order of hash; one that has not come yet is nothing bad. */
static int check_attached(struct looking *l, struct why *why)
{
	struct hash last = {{0}};
	uint64_t here = 0, damaged = 0;
	int rc = DB_ROW;

	while (rc == DB_ROW) {
		struct stmt *s = db_stmt(l->db,
			"SELECT sha256 FROM item_file WHERE sha256 > $1 ORDER BY sha256 LIMIT 1");
		struct why bad = {0};

		db_bind_blob(s, 1, slice_of(last.b, sizeof(last.b)));
		rc = db_step(s, why);
		if (rc == DB_ROW)
			memcpy(last.b, db_blob(s, 0).p, sizeof(last.b));
		db_reset(s);
		if (rc != DB_ROW || !files_has(l->node, &last))
			continue;
		here++;
		if (files_verify(l->node, &last, &bad) < 0) {
			damaged++;
			found(l, E_VERIFY, "files", "%s: %s", bad.where, bad.text);
		}
	}
	if (rc == 0 && damaged == 0)
		found(l, 0, "files", "%s held, all as they came",
			arena_count(&l->arena, here, "attached file", "attached files"));
	return rc;
}

static int check_orphans(struct looking *l, struct why *why)
{
	uint64_t n = 0;
	int rc = files_orphans(l->node, l->db, &n, why);

	if (rc == 0 && n > 0)
		found(l, 1, "files",
			"%s named by nothing, of what was refused, erased or broken off: serve takes them away at its start and every hour",
			arena_count(&l->arena, n, "file is", "files are"));
	return rc;
}

static void verify_progress(void *ctx, uint64_t done)
{
	struct looking *l = ctx;

	l->done = l->before + done;
	if (l->d->progress)
		l->d->progress(l->d->ctx, l->done, l->all);
}

static void check_log(struct looking *l, const struct world *w, const struct log *log)
{
	const char *label = world_party_label(w, &log->id.member, &l->arena);
	bool own = id_eq(&log->id.member, &l->node->self);
	struct why why = {0};

	if (log->frozen)
		found(l, 1, label, "FORKED at entry %" PRIu64 ": frozen, the proof is kept",
			log->frozen_at);
	if ((own ? log_verify : log_verify_tree)(l->db, log, verify_progress, l, &why) < 0)
		found(l, E_VERIFY, label, "%s: %s", why.where, why.text);
	else
		found(l, 0, label, "log of %s and the contents held: all as signed",
			arena_count(&l->arena, log->size, "entry", "entries"));
	l->before += log->size;
}

static void check_own_head(struct looking *l, const struct world *w)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct log log;
	struct why why = {0};
	int rc = world_own_log(w, l->db, &log, &why);

	if (rc == 0)
		rc = node_head(l->node, l->db, &log, &b, &why);
	if (rc < 0)
		found(l, rc, "signing", "%s", why.text);
	else
		found(l, 0, "signing", "high-water record and store agree at %s",
			arena_count(&l->arena, log.size, "entry", "entries"));
}

static int check_coalition(struct looking *l, const struct id *coalition, struct why *why)
{
	struct world w;
	struct log *log = NULL;
	size_t n = 0;
	int rc = db_begin_read(l->db, why);

	if (rc < 0)
		return rc;
	rc = world_load(&w, l->node, l->db, coalition, &l->arena, why);
	if (rc == 0)
		rc = world_all_logs(&w, l->db, &l->arena, &log, &n, why);
	if (rc == 0)
		check_own_head(l, &w);
	for (size_t i = 0; rc == 0 && i < n; i++)
		l->all += log[i].size;
	for (size_t i = 0; rc == 0 && i < w.n_party; i++) {
		bool any = false;

		for (size_t k = 0; k < n; k++) {
			if (!id_eq(&log[k].id.member, &w.party[i].id))
				continue;
			any = true;
			check_log(l, &w, &log[k]);
		}
		if (!any)
			found(l, 1, world_party_label(&w, &w.party[i].id, &l->arena),
				"nothing received yet");
	}
	db_rollback(l->db);
	return rc;
}

int doctor_run(const struct node *node, struct db *db, const struct doctor *d, struct why *why)
{
	struct looking l = {.node = node, .db = db, .d = d, .arena = ARENA(256 * MIB)};
	struct coalition *list;
	size_t n = 0;
	int rc;

	if (node->dir)
		check_files(&l);
	check_store(&l);
	if (node->dir)
		check_reach(&l);
	rc = node->dir ? check_attached(&l, why) : 0;
	if (rc == 0)
		rc = check_orphans(&l, why);
	if (rc == 0)
		rc = coalition_list(db, &l.arena, &list, &n, why);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = check_coalition(&l, &list[i].id, why);
	arena_free(&l.arena);
	return rc;
}
