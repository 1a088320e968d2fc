/* metrics.c: see metrics.h. */
#include "web/metrics.h"

#include "base/limits.h"
#include "node/status.h"
#include "node/write.h"
#include "web/live.h"

#include <inttypes.h>
#include <sys/statvfs.h>

static void one(struct buf *b, const char *name, const char *type, const char *help, int64_t v)
{
	buf_addf(
		b, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", name, help, name, type, name, v);
}

static void head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void servers(struct buf *b, const struct server *pages, const struct server *peers)
{
	static const char *const names[] = {"pages", "partners"};
	const struct server *server[] = {pages, peers};
	struct server_stats stats[2] = {0};

	for (int i = 0; i < 2; i++)
		if (server[i])
			server_stats(server[i], &stats[i]);
	head(b, "entente_http_requests_total", "counter", "requests");
	for (int i = 0; i < 2; i++)
		buf_addf(b, "entente_http_requests_total{listener=\"%s\"} %" PRIu64 "\n", names[i],
			stats[i].requests);
	head(b, "entente_http_refused_total", "counter",
		"requests that two parsers could read differently");
	for (int i = 0; i < 2; i++)
		buf_addf(b, "entente_http_refused_total{listener=\"%s\"} %" PRIu64 "\n", names[i],
			stats[i].guarded);
	head(b, "entente_http_bytes_out_total", "counter", "bytes of answers");
	for (int i = 0; i < 2; i++)
		buf_addf(b, "entente_http_bytes_out_total{listener=\"%s\"} %" PRIu64 "\n", names[i],
			stats[i].bytes_out);
	head(b, "entente_http_connections", "gauge", "open connections");
	for (int i = 0; i < 2; i++)
		buf_addf(b, "entente_http_connections{listener=\"%s\"} %u\n", names[i],
			stats[i].open);
}

/* Ids are [a-z2-7] and hex: nothing to be escaped. */
static int logs(struct db *db, struct buf *b, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT coalition, member, epoch, size, coalesce(frozen_at, -1) FROM log "
		"ORDER BY coalition, member, epoch LIMIT $1");
	struct buf frozen CLEANUP_BUF = BUF(MIB);
	int rc;

	db_bind_i64(s, 1, LIMIT_COALITIONS * LIMIT_MEMBERS);
	head(b, "entente_log_entries", "gauge", "entries of a member's log held here");
	head(&frozen, "entente_log_frozen", "gauge", "1: a fork is proved");
	while ((rc = db_step(s, why)) == DB_ROW) {
		struct id coalition, member;
		char c[COAL_TEXT + 1], m[ID_TEXT + 1];

		memcpy(coalition.b, db_blob(s, 0).p, 16);
		memcpy(member.b, db_blob(s, 1).p, 16);
		coalition_format(&coalition, c);
		id_format(&member, m);
		buf_addf(b,
			"entente_log_entries{coalition=\"%s\",member=\"%s\",epoch=\"%" PRId64
			"\"} %" PRId64 "\n",
			c, m, db_i64(s, 2), db_i64(s, 3));
		buf_addf(&frozen,
			"entente_log_frozen{coalition=\"%s\",member=\"%s\",epoch=\"%" PRId64
			"\"} %d\n",
			c, m, db_i64(s, 2), db_i64(s, 4) >= 0);
	}
	db_reset(s);
	buf_slice_add(b, buf_slice(&frozen));
	return rc;
}

static int peers_print(
	struct db *db, struct arena *arena, int64_t now_ms, struct buf *b, struct why *why)
{
	struct peer_health *list;
	size_t n;
	int rc = peer_health_list(db, arena, &list, &n, why);

	if (rc < 0)
		return rc;
	head(b, "entente_peer_failures", "gauge", "failures in a row to reach a partner");
	for (size_t i = 0; i < n; i++) {
		char m[ID_TEXT + 1];

		id_format(&list[i].peer, m);
		buf_addf(b, "entente_peer_failures{member=\"%s\"} %" PRId64 "\n", m,
			list[i].failures);
	}
	head(b, "entente_peer_silent_seconds", "gauge", "since a partner was last reached");
	for (size_t i = 0; i < n; i++) {
		char m[ID_TEXT + 1];

		id_format(&list[i].peer, m);
		if (list[i].last_ok_ms)
			buf_addf(b, "entente_peer_silent_seconds{member=\"%s\"} %" PRId64 "\n", m,
				(now_ms - list[i].last_ok_ms) / 1000);
	}
	return 0;
}

int metrics_print(struct api *a, struct db *db, const struct server *pages,
	const struct server *peers, struct buf *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	int64_t now_ms = env_now_ms(&a->node->env);
	struct statvfs vfs;
	int rc = logs(db, ret, why);

	if (rc >= 0)
		rc = peers_print(db, &arena, now_ms, ret, why);
	if (rc < 0)
		return rc;
	servers(ret, pages, peers);
	one(ret, "entente_live_viewers", "gauge", "pages that watch live",
		a->live ? live_viewers(a->live) : 0);
	one(ret, "entente_signs", "gauge", "0: this node must not write or sign: see /healthz",
		node_signs(a->node, db, NULL) == 0);
	one(ret, "entente_uptime_seconds", "gauge", "since this process began to serve",
		(now_ms - a->started_ms) / 1000);
	if (a->node->dir && statvfs(a->node->dir, &vfs) == 0)
		one(ret, "entente_disk_free_bytes", "gauge", "on the disk of the node's directory",
			(int64_t)((uint64_t)vfs.f_bavail * vfs.f_frsize));
	return 0;
}
