/* reads.c: see reads.h. */
#include "web/reads.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/map.h"
#include "node/audit.h"

#include <pthread.h>

/* Leaves named in one line of the audit. */
#define NAMED_MAX 100

struct reads {
	struct env env;
	pthread_mutex_t lock;
	struct map seen; /* account ‖ leaf ‖ at → ms, in the pointer */
};

struct reads *reads_new(const struct env *env)
{
	struct reads *r = mem_new(struct reads);

	r->env = *env;
	pthread_mutex_init(&r->lock, NULL);
	return r;
}

void reads_free(struct reads **rp)
{
	struct reads *r = *rp;

	*rp = NULL;
	if (!r)
		return;
	map_free(&r->seen);
	pthread_mutex_destroy(&r->lock);
	mem_free(r);
}

/* Is it to be written down? */
static bool is_new(struct reads *r, int64_t account, const struct record *record)
{
	struct buf key CLEANUP_BUF = BUF(64);
	uintptr_t now = (uintptr_t)env_mono_ms(&r->env) + 1;
	bool fresh;

	buf_be64(&key, (uint64_t)account);
	buf_add(&key, record->leaf.b, 32);
	buf_be64(&key, record->at);
	pthread_mutex_lock(&r->lock);
	uintptr_t then = (uintptr_t)map_get(&r->seen, buf_slice(&key));
	fresh = then == 0 || now - then > READS_AGAIN_MS;
	if (fresh) {
		if (r->seen.n >= READS_MAX)
			map_free(&r->seen);
		(void)map_put(&r->seen, buf_slice(&key), (void *)now);
	}
	pthread_mutex_unlock(&r->lock);
	return fresh;
}

static bool is_restricted(const struct call *c, const struct record *r)
{
	struct label l;

	if (r->state != ITEM_LIVE)
		return false;
	return label_parse(&l, r->label, NULL) < 0 ||
	       charter_level(c->world.standing.charter, l.class_name) != 0;
}

static int lines_write(struct call *c, const char *how, const char *const *line, size_t n)
{
	const char *who = caller_who(&c->caller, c->arena);
	const char *what = arena_printf(c->arena, "record %s", how);

	/* The reading is done; what it saw lies in the arena. */
	db_rollback(c->db);
	TRY(db_begin(c->db, &c->why));
	for (size_t i = 0; i < n; i++)
		TRY(audit_add(
			c->db, env_now_ms(&c->node->env), who, what, slice_str(line[i]), &c->why));
	return db_commit(c->db, &c->why);
}

int reads_audit(struct call *c, const char *how, const struct record *r, size_t n)
{
	const char **line = arena_array(c->arena, const char *, n / NAMED_MAX + 2);
	struct buf b CLEANUP_BUF = BUF(NAMED_MAX * 128);
	char coalition[COAL_TEXT + 1], hex[65];
	size_t in_line = 0, lines = 0;

	/* Whoever is answered the same has to be noted as well. */
	for (size_t i = 0; i < n; i++)
		c->passing = c->passing || is_restricted(c, &r[i]);
	if (c->caller.kind == CALLER_LOCAL)
		return 0;
	coalition_format(&c->world.coalition.id, coalition);
	for (size_t i = 0; i < n; i++) {
		if (!is_restricted(c, &r[i]) ||
			!is_new(c->api->reads, caller_account(&c->caller), &r[i]))
			continue;
		if (in_line == 0)
			buf_addf(&b, "coalition %s leaf", coalition);
		hex_encode(r[i].leaf.b, 32, hex);
		buf_addf(&b, " %s", hex);
		if (++in_line == NAMED_MAX) {
			line[lines++] = arena_string(c->arena, buf_slice(&b));
			buf_clear(&b);
			in_line = 0;
		}
	}
	if (in_line)
		line[lines++] = arena_string(c->arena, buf_slice(&b));
	int rc = lines ? lines_write(c, how, line, lines) : 0;
	if (rc < 0) { /* not written: the next time is the first */
		pthread_mutex_lock(&c->api->reads->lock);
		map_free(&c->api->reads->seen);
		pthread_mutex_unlock(&c->api->reads->lock);
	}
	return rc;
}
