/* api_pool.c: pools, and needs that could be pooled; see api.h. */
#include "work/procurement/api.h"

#include "node/readings.h"
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
	pool_put(&c->o, pool, &c->world, c->arena);
	return 0;
}

/* Many needs are looked at, and only those shown that are like others. */
static void suggest(void *ctx, const struct suggestion *s)
{
	struct call *c = ctx;

	for (size_t i = 0; i < s->n_need; i++)
		readings_add(&c->reader, &c->world, s->need[i]->label, &s->need[i]->leaf);
	suggestion_put(&c->o, s, &c->world, c->arena);
}

int procure_api_suggestions(struct call *c)
{
	struct reader looking = reader_unnoted(&c->reader);
	struct rows needs;
	enum mode mode;

	TRY(call_query_mode(c, &mode));
	TRY(procure_store_list(&c->world, c->db, &looking, P_NEED, mode, NULL, LIMIT_LISTED,
		c->arena, &needs, &c->why));
	json_open(&c->o, '{');
	json_open_at(&c->o, "items", '[');
	pool_suggest(&needs, c->arena, suggest, c);
	json_close(&c->o);
	json_put_null(&c->o, "next");
	json_close(&c->o);
	return 0;
}
