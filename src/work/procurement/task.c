/* task.c: in a running node: countersigning, dealing, closing, giving shares, as soon as each is due. */
#include "work/procurement/task.h"

#include "base/report.h"
#include "web/work.h"
#include "work/procurement/step.h"

#define PAGE	      200 /* procurements that are listed at once */
#define LOOK_EVERY_MS 5000

struct looking {
	struct task *t;
	struct arena lists;   /* what is looked through: coalitions, a page of procurements */
	struct arena process; /* the one that is looked at: emptied for each */
	struct world world;
	int64_t wait_ms;
};

static int write_queued(void *ctx, const struct draft *d, struct written *ret, struct why *why)
{
	struct looking *l = ctx;

	return queue_write(l->t->queue, &l->world.coalition.id, d, 1, ret, why);
}

/* Is there anything that sealing could still ask? Sheets say nothing of that: any participant writes them, whenever it likes. */
static bool concerns(const struct process *p, const struct node *node)
{
	return process_has(p, &node->self) && p->tender && !p->award && p->stands &&
	       p->state != PROCESS_CANCELLED && p->state != PROCESS_UNSUCCESSFUL;
}

/* What there is of it, in a read transaction that ends before anything is written: writers need not wait for a computation. */
static int process_load(struct looking *l, const struct object_id *object, int64_t now_ms,
	struct process *ret, bool *ret_concerns, struct why *why)
{
	struct reader who = world_reader(&l->world, &l->t->node->self);
	struct rows *rows = arena_new(&l->process, struct rows);
	int rc = db_begin_read(l->t->db, why);

	*ret_concerns = false;
	if (rc < 0)
		return rc;
	rc = procure_store_process(
		&l->world, l->t->db, &who, object, ROWS_BRIEF, &l->process, rows, why);
	if (rc == 0)
		rc = process_read_brief(rows, now_ms, &l->process, ret, why);
	if (rc == 0 && concerns(ret, l->t->node)) {
		*ret_concerns = true;
		rc = procure_store_process(
			&l->world, l->t->db, &who, object, ROWS_ALL, &l->process, rows, why);
	}
	db_rollback(l->t->db);
	return rc < 0 || !*ret_concerns ? rc : process_read(rows, now_ms, &l->process, ret, why);
}

static int one(struct looking *l, const struct object_id *object, struct why *why)
{
	struct seat seat = {.node = l->t->node,
		.db = l->t->db,
		.w = &l->world,
		.write = write_queued,
		.ctx = l};
	struct process *p = arena_new(&l->process, struct process);
	int64_t now_ms = env_now_ms(&l->t->node->env);
	struct step_did did = {.n = 0};
	bool mine;
	int rc;

	TRY(process_load(l, object, now_ms, p, &mine, why));
	if (!mine)
		return 0;
	rc = step_run(&seat, p, now_ms, &l->process, &did, why);
	for (size_t i = 0; i < did.n; i++)
		report(REPORT_INFO, "procurement %.*s: %s",
			SLICE_FMT(get_text(&p->agreement->doc, json_root(&p->agreement->doc),
				"ocid", &l->process)),
			did.line[i]);
	if (p->rows->left)
		report(REPORT_WARN,
			"procurement %.*s: %zu records are beyond what one member may have there, and are not looked at",
			SLICE_FMT(get_text(&p->agreement->doc, json_root(&p->agreement->doc),
				"ocid", &l->process)),
			p->rows->left);
	if (did.n)
		l->wait_ms = 0; /* the next step may be due at once */
	else if (did.again_ms > now_ms && did.again_ms - now_ms < l->wait_ms)
		l->wait_ms = did.again_ms - now_ms;
	return rc;
}

/* A page of them. One that fails says so and does not keep the others. */
static int page(struct looking *l, enum mode mode, struct row_place *place, bool *more,
	size_t *looked, struct why *why)
{
	struct reader who = world_reader(&l->world, &l->t->node->self);
	struct arena arena CLEANUP_ARENA = ARENA(2 * LIMIT_PAGE_BYTES);
	struct rows list;
	int rc = db_begin_read(l->t->db, why);

	if (rc < 0)
		return rc;
	rc = procure_store_list(&l->world, l->t->db, &who, P_AGREEMENT, mode, *more ? place : NULL,
		PAGE, &arena, &list, why);
	db_rollback(l->t->db);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < list.n && !task_stopping(l->t); i++) {
		struct why own = {0};

		if (one(l, &list.row[i].object, &own) < 0)
			report(REPORT_WARN, "procurement: %s%s%s", own.where,
				own.where[0] ? ": " : "", own.text);
		arena_reset(&l->process);
	}
	*looked += list.n;
	if (list.n)
		*place = row_place(&list.row[list.n - 1]);
	*more = list.more && *looked < LIMIT_PROCESSES;
	return 0;
}

static int coalition(struct looking *l, const struct id *id, struct why *why)
{
	int rc = db_begin_read(l->t->db, why);

	if (rc < 0)
		return rc;
	rc = world_load(&l->world, l->t->node, l->t->db, id, &l->lists, why);
	db_rollback(l->t->db);
	for (enum mode m = MODE_REAL; rc == 0 && m <= MODE_TEST; m++) {
		struct row_place place;
		bool more = false;
		size_t looked = 0;

		do
			rc = page(l, m, &place, &more, &looked, why);
		while (rc == 0 && more && !task_stopping(l->t));
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
	l->lists = ARENA(2 * GIB);
	l->process = ARENA(2 * GIB);
	l->wait_ms = LOOK_EVERY_MS;
	rc = db_begin_read(t->db, why);
	if (rc == 0) {
		rc = coalition_list(t->db, &l->lists, &list, &n, why);
		db_rollback(t->db);
	}
	for (size_t i = 0; rc == 0 && i < n && !task_stopping(t); i++)
		rc = coalition(l, &list[i].id, why);
	*ret_wait_ms = l->wait_ms < 50 ? 50 : l->wait_ms;
	arena_free(&l->lists);
	arena_free(&l->process);
	mem_free(l);
	return rc;
}

const struct web_task procurement_tasks[] = {{"procurement", run}, {NULL, NULL}};
