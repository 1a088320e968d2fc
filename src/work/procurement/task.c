/* task.c: in a running node: countersigning, dealing, closing, giving shares, as soon as each is due. */
#include "work/procurement/task.h"

#include "base/report.h"
#include "web/work.h"
#include "work/procurement/step.h"

#define LOOK_MAX      200 /* procurements of a mode that are looked at, newest first */
#define LOOK_EVERY_MS 5000

struct looking {
	struct task *t;
	struct arena arena;
	struct world world;
	int64_t wait_ms;
};

static int write_queued(void *ctx, const struct draft *d, struct written *ret, struct why *why)
{
	struct looking *l = ctx;

	return queue_write(l->t->queue, &l->world.coalition.id, d, 1, ret, why);
}

/* Is there anything that sealing could still ask? */
static bool concerns(const struct process *p, const struct node *node)
{
	return process_has(p, &node->self) && p->tender && !p->award && p->stands &&
	       p->state != PROCESS_CANCELLED && p->state != PROCESS_UNSUCCESSFUL &&
	       p->state != PROCESS_EVALUATING;
}

static int one(struct looking *l, const struct object_id *object, struct why *why)
{
	struct seat seat = {.node = l->t->node,
		.db = l->t->db,
		.w = &l->world,
		.write = write_queued,
		.ctx = l};
	struct reader who = world_reader(&l->world, &l->t->node->self);
	struct process *p = arena_new(&l->arena, struct process);
	int64_t now_ms = env_now_ms(&l->t->node->env);
	struct step_did did = {.n = 0};
	struct rows rows;
	int rc;

	TRY(procure_store_process(&l->world, l->t->db, &who, object, false, &l->arena, &rows, why));
	TRY(process_read_brief(&rows, now_ms, &l->arena, p, why));
	if (!concerns(p, l->t->node))
		return 0;
	TRY(procure_store_process(&l->world, l->t->db, &who, object, true, &l->arena, &rows, why));
	TRY(process_read(&rows, now_ms, &l->arena, p, why));
	rc = step_run(&seat, p, now_ms, &l->arena, &did, why);
	for (size_t i = 0; i < did.n; i++)
		report(REPORT_INFO, "procurement %.*s: %s",
			SLICE_FMT(get_text(&p->agreement->doc, json_root(&p->agreement->doc),
				"ocid", &l->arena)),
			did.line[i]);
	if (did.n)
		l->wait_ms = 0; /* the next step may be due at once */
	else if (did.again_ms > now_ms && did.again_ms - now_ms < l->wait_ms)
		l->wait_ms = did.again_ms - now_ms;
	return rc;
}

/* A procurement that fails says so and does not keep the others. */
static int coalition(struct looking *l, const struct id *id, struct why *why)
{
	struct reader who;
	int rc = world_load(&l->world, l->t->node, l->t->db, id, &l->arena, why);

	if (rc < 0)
		return rc;
	who = world_reader(&l->world, &l->t->node->self);
	for (enum mode m = MODE_REAL; rc == 0 && m <= MODE_TEST; m++) {
		struct rows list;

		rc = procure_store_list(&l->world, l->t->db, &who, P_AGREEMENT, m, INT64_MAX,
			LOOK_MAX, &l->arena, &list, why);
		for (size_t i = 0; rc == 0 && i < list.n && !task_stopping(l->t); i++) {
			struct why own = {0};

			if (one(l, &list.row[i].object, &own) < 0)
				report(REPORT_WARN, "procurement: %s%s%s", own.where,
					own.where[0] ? ": " : "", own.text);
		}
	}
	return rc;
}

static int run(struct task *t, int64_t *ret_wait_ms, struct why *why)
{
	struct looking *l = mem_new(struct looking);
	struct coalition *list;
	size_t n = 0;
	int rc;

	l->t = t;
	l->arena = ARENA(2 * GIB);
	l->wait_ms = LOOK_EVERY_MS;
	rc = db_begin_read(t->db, why);
	if (rc == 0) {
		rc = coalition_list(t->db, &l->arena, &list, &n, why);
		for (size_t i = 0; rc == 0 && i < n && !task_stopping(t); i++)
			rc = coalition(l, &list[i].id, why);
		db_rollback(t->db);
	}
	*ret_wait_ms = l->wait_ms < 50 ? 50 : l->wait_ms;
	arena_free(&l->arena);
	mem_free(l);
	return rc;
}

const struct web_task procurement_tasks[] = {{"procurement", run}, {NULL, NULL}};
