/* api_pool.c: pools, and needs that could be pooled; see api.h. */
#include "work/procurement/api.h"
#include "work/procurement/pool.h"

int procure_api_pool(struct call *c)
{
	struct pool *pool = arena_new(c->arena, struct pool);
	struct object_id object;
	struct rows rows;

	if (object_parse(c->param[1], &object) < 0)
		return why_set(&c->why, E_MISSING, "", "no such pool");
	TRY(procure_store_process(
		&c->world, c->db, &c->reader, &object, ROWS_BRIEF, c->arena, &rows, &c->why));
	pool_read(&rows, c->arena, pool);
	if (!pool->row)
		return why_set(&c->why, E_MISSING, "", "no such pool");
	pool_put(&c->o, pool, &rows, &c->world, c->arena);
	return 0;
}

static void suggest(void *ctx, const struct suggestion *s)
{
	struct call *c = ctx;

	suggestion_put(&c->o, s, &c->world, c->arena);
}

int procure_api_suggestions(struct call *c)
{
	struct rows needs;
	enum mode mode;

	TRY(call_query_mode(c, &mode));
	TRY(procure_store_list(
		&c->world, c->db, &c->reader, P_NEED, mode, NULL, 1000, c->arena, &needs, &c->why));
	json_open(&c->o, '{');
	json_open_at(&c->o, "items", '[');
	pool_suggest(&needs, c->arena, suggest, c);
	json_close(&c->o);
	json_put_null(&c->o, "next");
	json_close(&c->o);
	return 0;
}
