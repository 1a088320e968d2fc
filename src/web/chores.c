/* chores.c: a loop around node_todo. */
#include "web/chores.h"

#include "base/limits.h"
#include "base/report.h"
#include "node/bell.h"
#include "node/files.h"
#include "node/public.h"
#include "node/record.h"
#include "web/api_int.h"
#include "web/worker.h"

struct chores {
	const struct node *node; /* borrowed */
	struct worker *worker;	 /* owned */
	int64_t trimmed_ms;
	bool swept; /* ever; then at swept_ms */
	int64_t swept_ms;
};

/* What a large answer or catch-up took is given back after so long. */
#define TRIM_EVERY_MS 10000

/* Every file is looked at, at the start and then so often. */
#define SWEEP_EVERY_MS (3600 * 1000)

static void files_look(struct chores *c, struct db *db)
{
	int64_t now_ms = env_mono_ms(&c->node->env);
	struct why why = {0};

	if (c->swept && now_ms - c->swept_ms < SWEEP_EVERY_MS)
		return;
	c->swept = true;
	c->swept_ms = now_ms;
	if (files_sweep(c->node, db, true, &why) < 0)
		report(REPORT_WARN, "files that nothing names: %s: %s", why.where, why.text);
}

/* Whoever reads the public register can then see what was left out of it. */
static void digests_write(const struct node *node, struct db *db)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct coalition *list;
	struct why why = {0};
	size_t n = 0;
	bool wrote;
	int rc = coalition_list(db, &arena, &list, &n, &why);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = public_digest_write(node, db, &list[i].id, &wrote, &why);
		if (rc == 0 && wrote)
			bell_ring(node);
	}
	if (rc < 0)
		report(REPORT_WARN, "digest of the public register: %s", why.text);
}

static int64_t chores_round(void *ctx, struct db *db)
{
	struct chores *c = ctx;
	const struct node *node = c->node;
	struct why why = {0};
	bool more = false;

	if (node_todo(node, db, &more, &why) < 0) {
		report(REPORT_WARN, "chores: %s", why.text);
		more = true;
	}
	uploads_sweep(node, db);
	files_look(c, db);
	if (node->conf.is_public)
		digests_write(node, db);
	if (env_mono_ms(&node->env) - c->trimmed_ms >= TRIM_EVERY_MS) {
		mem_trim();
		c->trimmed_ms = env_mono_ms(&node->env);
	}
	return more ? CHORES_AGAIN_MS : CHORES_EVERY_MS;
}

int chores_start(struct chores **ret, const struct node *node, struct why *why)
{
	struct chores *c = mem_new(struct chores);

	c->node = node;
	int rc = worker_start(&c->worker, node, chores_round, c, why);
	if (rc < 0) {
		mem_free(c);
		return rc;
	}
	*ret = c;
	return 0;
}

void chores_poke(struct chores *c)
{
	if (c)
		worker_poke(c->worker);
}

void chores_stop(struct chores **p)
{
	struct chores *c = *p;

	*p = NULL;
	if (!c)
		return;
	worker_free(&c->worker);
	mem_free(c);
}
