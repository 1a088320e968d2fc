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
	struct map seen; /* account ‖ leaf → ms, in the pointer */
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

/* ---- what has been written lately ---- */

struct seen_key {
	uint8_t b[8 + 32];
};

static struct slice seen_key(struct seen_key *k, int64_t account, const struct hash *leaf)
{
	for (int i = 0; i < 8; i++)
		k->b[i] = (uint8_t)((uint64_t)account >> (56 - 8 * i));
	memcpy(k->b + 8, leaf->b, 32);
	return slice_of(k->b, sizeof(k->b));
}

static bool is_old(uintptr_t then, uintptr_t now)
{
	return then == 0 || now - then > READS_AGAIN_MS;
}

static uintptr_t now_of(const struct reads *r)
{
	return (uintptr_t)env_mono_ms(&r->env) + 1;
}

/* Lock held. */
static bool seen_lately(
	const struct reads *r, int64_t account, const struct hash *leaf, uintptr_t now)
{
	struct seen_key room;

	return !is_old((uintptr_t)map_get(&r->seen, seen_key(&room, account, leaf)), now);
}

bool reads_written(struct api *a, const struct caller *c, const struct noted *p, size_t n)
{
	struct reads *r = a->reads;
	uintptr_t now = now_of(r);
	bool all = true;

	if (c->kind == CALLER_LOCAL || n == 0)
		return true;
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; all && i < n; i++)
		all = seen_lately(r, caller_account(c), &p[i].leaf, now);
	pthread_mutex_unlock(&r->lock);
	return all;
}

/* Those that are to be written, each once, in their order. */
static size_t fresh_find(struct reads *r, const struct shown_to *s, struct noted *ret)
{
	int64_t account = caller_account(&s->caller);
	uintptr_t now = now_of(r);
	struct map once = {0};
	size_t n = 0;

	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < s->readings.n; i++) {
		const struct noted *one = &s->readings.p[i];

		if (!seen_lately(r, account, &one->leaf, now) &&
			!map_put(&once, slice_of(one->leaf.b, sizeof(one->leaf.b)), r))
			ret[n++] = *one;
	}
	pthread_mutex_unlock(&r->lock);
	map_free(&once);
	return n;
}

/* Only what is in the store counts as written: another answer at the same time writes it again rather than being given on the word of one that may fail. */
static void seen_put(struct reads *r, int64_t account, const struct noted *p, size_t n)
{
	uintptr_t now = now_of(r);

	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < n; i++) {
		struct seen_key room;

		if (r->seen.n >= READS_MAX)
			map_free(&r->seen);
		(void)map_put(&r->seen, seen_key(&room, account, &p[i].leaf), (void *)now);
	}
	pthread_mutex_unlock(&r->lock);
}

/* ---- writing ---- */

/* Up to NAMED_MAX of one coalition, from `p` on. */
static size_t line_make(const struct noted *p, size_t n, struct buf *b)
{
	char coalition[COAL_TEXT + 1], hex[65];
	size_t i = 0;

	coalition_format(&p[0].coalition, coalition);
	buf_clear(b);
	buf_addf(b, "coalition %s leaf", coalition);
	for (; i < n && i < NAMED_MAX && id_eq(&p[i].coalition, &p[0].coalition); i++) {
		hex_encode(p[i].leaf.b, 32, hex);
		buf_addf(b, " %s", hex);
	}
	return i;
}

static int lines_write(struct api *a, struct db *db, const struct shown_to *s,
	const struct noted *p, size_t n, struct arena *arena, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(NAMED_MAX * 128);
	const char *who = caller_who(&s->caller, arena);
	const char *what = arena_printf(arena, "record %s", s->how ? s->how : "read");
	int64_t now_ms = env_now_ms(&a->node->env);

	TRY(db_begin(db, why));
	for (size_t i = 0; i < n;) {
		i += line_make(&p[i], n - i, &b);
		int rc = audit_add(db, now_ms, who, what, buf_slice(&b), why);
		if (rc < 0) {
			db_rollback(db);
			return rc;
		}
	}
	return db_commit(db, why);
}

int reads_write(struct api *a, struct db *db, const struct shown_to *s, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);

	if (s->readings.n == 0 || s->caller.kind == CALLER_LOCAL)
		return 0;
	struct noted *fresh = arena_array(&arena, struct noted, s->readings.n);
	size_t n = fresh_find(a->reads, s, fresh);
	int rc = n ? lines_write(a, db, s, fresh, n, &arena, why) : 0;
	if (rc == 0)
		seen_put(a->reads, caller_account(&s->caller), fresh, n);
	return rc;
}
