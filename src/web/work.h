/*
 * work.h: what a workspace plugs into a running node beside its routes (web/api.h): doors and tasks.
 *
 *	static int answer(struct api *a, struct db *db, struct request *req, struct slice rest, struct shown_to *shown, struct why *why)
 *	{
 *		struct caller caller;
 *		TRY(caller_find(&a->place, db, req, &req->arena, &caller, why));     -- who is it; then what may he have
 *		struct reader who = caller_reader(&caller, &world, shown);           -- every question to the store takes him
 *		...
 *		response_text(req, 200, "application/taxii+json;version=2.1", body);
 *		return 0;                                      -- or negative: problem+json, as in the API
 *	}
 *	const struct web_door doors[] = {{"/taxii2/", body, answer, "TAXII 2.1"}, {NULL, NULL, NULL, NULL}};
 *
 * A door answers in the words of another standard; it has no transaction open and no rights checked: it asks for both itself. Every answer gets the strict headers
 * of routes.c.
 *
 *	static int run(struct task *t, int64_t *ret_wait_ms, struct why *why)
 *	{
 *		... once through what is due, in transactions of its own on t->db, writes through t->queue;
 *		*ret_wait_ms = 30000;                          -- again then, or as soon as something new is in the store
 *		return 0;                                      -- or negative: reported, again after TASK_AGAIN_MS
 *	}
 *	const struct web_task tasks[] = {{"poll", run}, {NULL, NULL}};
 *
 * A task has a thread and a database handle of its own, and looks at task_stopping() wherever it could be long.
 */
#ifndef WEB_WORK_H
#define WEB_WORK_H

#include "web/api.h"

#include <stdatomic.h>

struct web_door {
	const char *prefix; /* "/taxii2/": stands for whatever begins so */
	/* What may be sent: as api_body_rule. NULL: only GET and HEAD come here. On a server thread: no blocking. */
	int (*body)(struct api *a, struct request *req, struct body_rule *ret, struct why *why);
	/* `shown` is for caller_reader(): what it holds in the end goes into the audit of what was read before the answer is given; the public is shown what is public. */
	int (*answer)(struct api *a, struct db *db, struct request *req, struct slice rest,
		struct shown_to *shown, struct why *why);
	const char *help;
	/*
	 * May be NULL: asked first for what has no body (BODY_NONE), as the `quick` of net/server.h: on a server thread, from memory, waiting for nobody. What would have to go into
	 * the audit is not answered so (reads_written()).
	 */
	bool (*quick)(struct api *a, struct request *req, struct slice rest);
};
/* The door of a path, and what stands behind its prefix; NULL. */
const struct web_door *door_of(struct slice path, struct slice *ret_rest);

/* A task runs at least so often, and so long after a failure. */
#define TASK_EVERY_MS 60000
#define TASK_AGAIN_MS 5000

struct task {
	const struct web_task *row;
	const struct node *node; /* borrowed */
	struct queue *queue;	 /* borrowed */
	struct api
		*api; /* borrowed; `wrote` tells the others of what was written without the queue */
	struct db *db; /* borrowed; the thread's alone */
	const atomic_bool *stop;
};
struct web_task {
	const char *name;
	int (*run)(struct task *t, int64_t *ret_wait_ms, struct why *why);
};
bool task_stopping(const struct task *t);

/* All tasks of all workspaces. */
struct tasks;
MUST_USE int tasks_start(struct tasks **ret, struct api *a, struct why *why);
/* Something new is in the store. Any thread; cheap. NULL is fine. */
void tasks_poke(struct tasks *t);
/* Waits until each has returned; none runs afterwards, and poking does nothing. NULL is fine. */
void tasks_stop(struct tasks *t);
/* After tasks_stop, when nobody can poke any more. NULL inside is fine. */
void tasks_free(struct tasks **t);

#endif
