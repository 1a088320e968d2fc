/* cmd_pool.c: `entente procure pool …`: needs of several members brought together, and what each says of it. */
#include "work/procurement/cmd_plan.h"
#include "work/procurement/pool.h"

#include "base/report.h"

static int pool_of(
	struct cli *cli, const char *name, struct arena *arena, struct rows *rows, struct pool *ret)
{
	struct reader who;
	struct object_id object;

	TRY(cli_world(cli));
	TRY(cli_object(cli, name, &object));
	who = world_reader(&cli->world, &cli->node->self);
	TRY(procure_store_process(
		&cli->world, cli->db, &who, &object, ROWS_BRIEF, arena, rows, &cli->why));
	pool_read(rows, arena, ret);
	return ret->row ? 0 : why_set(&cli->why, E_MISSING, name, "is no pool");
}

static const struct cli_option pool_options[] = {
	{"need", 'n', "NEED", true, "a need that it is for; of the first it takes unit and codes"},
	{"class", 0, "SCHEME:CODE", true, "what it is, where no need says it"},
	{"unit", 'u', "CODE", false, "of UN/ECE Recommendation 20 (default: the need's, or H87)"},
	{"closes", 0, "DATE", false, "until when members may join"},
	{"text", 0, "TEXT", false, "more about it"},
	WHERE_OPTIONS,
	{NULL, 0, NULL, false, NULL},
};

static int run_pool_put(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	size_t n = cli_option_count(cli, "need");
	struct object_id *need = arena_array(&arena, struct object_id, n + 1);
	const char *unit = cli_option(cli, "unit");
	struct row first;
	struct reader who;

	TRY(cli_world(cli));
	who = world_reader(&cli->world, &cli->node->self);
	for (size_t i = 0; i < n; i++)
		TRY(cli_object(cli, cli_option_at(cli, "need", i), &need[i]));
	if (n) {
		TRY(procure_store_object(
			&cli->world, cli->db, &who, &need[0], &arena, &first, &cli->why));
		if (first.kind != P_NEED)
			return why_set(&cli->why, E_USAGE, "--need", "%s is no need",
				cli_option(cli, "need"));
	} else if (!cli_option(cli, "class")) {
		return why_set(&cli->why, E_USAGE, "--need",
			"is missing: a pool is for needs, or says what it is for (--class)");
	}
	json_open(&o, '{');
	json_put_cstr(&o, "title", cli->arg[0]);
	plan_given(cli, &o, "text", "text");
	if (cli_option(cli, "class"))
		TRY(plan_class(cli, &o));
	else
		json_put_raw(&o, "classification",
			json_raw(&first.doc,
				json_get(&first.doc, json_root(&first.doc), "classification")));
	json_put_cstr(&o, "unit",
		unit ? unit
		: n  ? arena_string(&arena, plan_text(cli, &first, "unit"))
		     : "H87");
	json_open_at(&o, "needs", '[');
	for (size_t i = 0; i < n; i++)
		view_object(&o, NULL, &need[i]);
	json_close(&o);
	plan_given(cli, &o, "closes", "closes");
	json_put_cstr(&o, "status", "collecting");
	json_close(&o);
	return plan_write(cli, P_POOL, &b);
}

static const struct command pool_put_command = {
	.name = "put",
	.args = "TITLE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Propose a pool of needs of the same thing",
	.help = "\tentente procure pool put \"Winter tents\" --need 3kfa62mb --need 7xq4abcd\n\n`entente procure pool suggest` says which needs are of the same thing.",
	.option = pool_options,
	.run = run_pool_put,
};

static void pool_line(struct cli *cli, const struct pool *p)
{
	struct slice unit = plan_text(cli, p->row, "unit");

	cli_print(cli, "%s  %-10.*s %zu members, committed %s, interested %s  %.*s\n",
		plan_id(cli, &p->row->object), SLICE_FMT(plan_text(cli, p->row, "status")),
		p->members, plan_amount(cli, p->committed, unit),
		plan_amount(cli, p->interested, unit), SLICE_FMT(plan_text(cli, p->row, "title")));
}

/* One pool, in memory of its own: partners say in it what they like, and there are many. */
static int pool_look(struct cli *cli, const struct object_id *object, struct json_out *o)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct pool *pool = arena_new(&arena, struct pool);
	struct reader who = world_reader(&cli->world, &cli->node->self);
	struct rows rows;

	TRY(procure_store_process(
		&cli->world, cli->db, &who, object, ROWS_BRIEF, &arena, &rows, &cli->why));
	pool_read(&rows, &arena, pool);
	if (!pool->row)
		return 0;
	if (cli->json)
		pool_put(o, pool, &cli->world, &arena);
	else
		pool_line(cli, pool);
	return 0;
}

static int run_pool_list(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	struct rows list;

	TRY(plan_rows(cli, P_POOL, &arena, &list));
	json_open(&o, '[');
	for (size_t i = 0; i < list.n; i++)
		TRY(pool_look(cli, &list.row[i].object, &o));
	json_close(&o);
	if (cli->json)
		cmd_json(cli, &b);
	else if (list.n == 0)
		cli_say(cli, "no pools yet: entente procure pool suggest");
	return 0;
}

static const struct command pool_list = {
	.name = "list",
	.args = "",
	.summary =
		"List all pools, with the sums that members have committed to or are interested in",
	.option = plan_list_options,
	.run = run_pool_list,
};

static int run_pool_show(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	struct pool *p = arena_new(&arena, struct pool);
	struct rows rows;

	TRY(pool_of(cli, cli->arg[0], &arena, &rows, p));
	if (cli->json) {
		pool_put(&o, p, &cli->world, &arena);
		cmd_json(cli, &b);
		return 0;
	}
	pool_line(cli, p);
	for (size_t i = 0; i < p->n_word; i++) {
		const struct row *r = p->word[i];

		cli_print(cli, "%-8s %-10.*s %s  %.*s\n",
			world_party_label(&cli->world, &r->object.owner, &cli->arena),
			SLICE_FMT(plan_text(cli, r, "status")),
			plan_amount(cli, rec_quantity(&r->doc, json_root(&r->doc), "quantity"),
				plan_text(cli, p->row, "unit")),
			SLICE_FMT(plan_text(cli, r, "text")));
	}
	for (size_t i = 0; i < p->n_vote; i++) {
		const struct row *r = p->vote[i];
		struct id lead;

		if (get_id(&r->doc, json_root(&r->doc), "lead", &lead))
			cli_print(cli, "%-8s votes for %s\n",
				world_party_label(&cli->world, &r->object.owner, &cli->arena),
				world_party_label(&cli->world, &lead, &cli->arena));
	}
	return 0;
}

static const struct command pool_show = {
	.name = "show",
	.args = "POOL",
	.args_min = 1,
	.args_max = 1,
	.summary = "Show a pool: who takes part with how much, and the votes for a lead",
	.run = run_pool_show,
};

struct suggesting {
	struct cli *cli;
	struct json_out *o;
	struct arena *arena;
	size_t n;
};

static void suggest(void *ctx, const struct suggestion *s)
{
	struct suggesting *g = ctx;

	g->n++;
	if (g->cli->json) {
		suggestion_put(g->o, s, &g->cli->world, g->arena);
		return;
	}
	cli_print(g->cli, "%.*s%s: %s by %zu members\n", SLICE_FMT(s->key),
		s->by_class ? " (same class only)" : "", plan_amount(g->cli, s->quantity, s->unit),
		s->members);
	for (size_t i = 0; i < s->n_need; i++)
		cli_print(g->cli, "  %s  %-4s %.*s\n", plan_id(g->cli, &s->need[i]->object),
			world_party_label(
				&g->cli->world, &s->need[i]->object.owner, &g->cli->arena),
			SLICE_FMT(plan_text(g->cli, s->need[i], "title")));
}

static int run_pool_suggest(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	struct suggesting g = {cli, &o, &arena, 0};
	struct rows needs;

	TRY(plan_rows(cli, P_NEED, &arena, &needs));
	json_open(&o, '[');
	pool_suggest(&needs, &arena, suggest, &g);
	json_close(&o);
	if (cli->json)
		cmd_json(cli, &b);
	else if (g.n == 0)
		cli_say(cli, "no two members need the same thing");
	return 0;
}

static const struct command pool_suggest_command = {
	.name = "suggest",
	.args = "",
	.summary = "Show needs of several members that could be pooled",
	.option = plan_list_options,
	.run = run_pool_suggest,
};

/* ---- what a member says in a pool ---- */

static int word_put(struct cli *cli, const char *status)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	struct pool *p = arena_new(&arena, struct pool);
	bool declined = strcmp(status, "declined") == 0;
	struct rows rows;

	TRY(pool_of(cli, cli->arg[0], &arena, &rows, p));
	json_open(&o, '{');
	view_object(&o, "pool", &p->row->object);
	json_put_cstr(&o, "status", status);
	if (declined) {
		json_put_u64(&o, "quantity", 0);
	} else {
		if (!cli_option(cli, "quantity"))
			return why_set(
				&cli->why, E_USAGE, "--quantity", "is missing: with how much");
		TRY(plan_number(cli, &o, "quantity", "quantity"));
		TRY(plan_number(cli, &o, "minQuantity", "min"));
		TRY(plan_price(cli, &o));
	}
	plan_given(cli, &o, "text", "text");
	json_close(&o);
	return plan_write(cli, P_PARTICIPATION, &b);
}

static int run_pool_join(struct cli *cli)
{
	return word_put(cli, cli_switch(cli, "committed") ? "committed" : "interested");
}

static int run_pool_decline(struct cli *cli)
{
	return word_put(cli, "declined");
}

static const struct cli_option join_options[] = {
	{"quantity", 0, "N", false, "with how much"},
	{"committed", 0, NULL, false,
		"we will buy it (default: an interest, which binds to nothing)"},
	{"min", 0, "N", false, "less than this is of no use"},
	{"max-price", 0, "\"N CUR\"", false, "at most for one unit: \"2500 EUR\""},
	{"text", 0, "TEXT", false, "more about it"},
	{NULL, 0, NULL, false, NULL},
};
static const struct command pool_join = {
	.name = "join",
	.args = "POOL",
	.args_min = 1,
	.args_max = 1,
	.summary = "Take part in a pool, interested or committed; again: the newest word counts",
	.option = join_options,
	.run = run_pool_join,
};

static const struct cli_option decline_options[] = {
	{"text", 0, "TEXT", false, "why"},
	{NULL, 0, NULL, false, NULL},
};
static const struct command pool_decline = {
	.name = "decline",
	.args = "POOL",
	.args_min = 1,
	.args_max = 1,
	.summary = "Take no part in a pool, also after having seen the sum",
	.option = decline_options,
	.run = run_pool_decline,
};

static int run_pool_vote(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	struct pool *p = arena_new(&arena, struct pool);
	struct rows rows;
	struct id lead;

	TRY(pool_of(cli, cli->arg[0], &arena, &rows, p));
	TRY(cli_party(cli, cli->arg[1], &lead));
	json_open(&o, '{');
	view_object(&o, "pool", &p->row->object);
	view_id(&o, "lead", &lead);
	plan_given(cli, &o, "text", "text");
	json_close(&o);
	return plan_write(cli, P_VOTE, &b);
}

static const struct command pool_vote = {
	.name = "vote",
	.args = "POOL MEMBER",
	.args_min = 2,
	.args_max = 2,
	.summary = "Say whom this member would have lead",
	.option = decline_options,
	.run = run_pool_vote,
};

static const struct command *const pool_subs[] = {&pool_put_command, &pool_list, &pool_show,
	&pool_suggest_command, &pool_join, &pool_decline, &pool_vote, NULL};
const struct command command_procure_pool = {
	.name = "pool",
	.summary = "Pools: suggest, propose, list, show; join, decline, vote for a lead",
	.sub = pool_subs,
};
