/* api_plan.c: the plan of a request, and what a membership changes in it, as the caller may see them. */
#include "work/response/api.h"

#include "work/response/planning.h"

#include <stdatomic.h>

#define SECONDS_MAX 10
#define PARTY_BYTES 200

static int number_of(struct call *c, const char *name, int64_t max, int64_t *ret)
{
	struct slice text = request_query(c->req, name);

	if (!text.p)
		return 0;
	if (slice_i64(text, ret) < 0 || *ret < 0 || *ret > max)
		return why_set(&c->why, E_INVALID, name, "a number up to %lld", (long long)max);
	return 0;
}

/* A party's label or id, as a label; only parties are known by a name. */
static int party_of(struct call *c, const char *name, struct slice *ret)
{
	struct slice text = request_query(c->req, name);

	*ret = SLICE_NONE;
	if (text.n == 0)
		return 0;
	for (size_t i = 0; i < c->world.n_party; i++) {
		const char *label = world_party_label(&c->world, &c->world.party[i].id, c->arena);
		if (slice_is(text, label)) {
			*ret = slice_str(label);
			return 0;
		}
	}
	return why_set(&c->why, E_INVALID, name, "no party of that name");
}

static int options_of(struct call *c, struct planning_options *o)
{
	struct slice of = request_query(c->req, "of");
	int64_t seconds = 0;

	if (of.n && !slice_is(of, "offers") && !slice_is(of, "capabilities"))
		return why_set(&c->why, E_INVALID, "of", "offers or capabilities");
	TRY(number_of(c, "seconds", SECONDS_MAX, &seconds));
	*o = (struct planning_options){.now_ms = env_now_ms(&c->node->env),
		.from = slice_is(of, "offers") ? PLAN_FROM_OFFERS : PLAN_FROM_CAPABILITIES,
		.wall_ms = seconds * 1000,
		.gap_ppm = 1000};
	TRY(party_of(c, "without", &o->without));
	return party_of(c, "with", &o->with);
}

/* A core for one plan at a time; the others of this node are left to everybody else. */
static int busy_begin(struct call *c, atomic_flag *busy, int64_t wall_ms)
{
	/* Nothing of the store is needed while it is solved. */
	call_read_end(c);
	if (!wall_ms || !atomic_flag_test_and_set(busy))
		return 0;
	c->retry_ms = wall_ms;
	return why_set(
		&c->why, E_BUSY, "", "another plan is being made; seconds=0 is a draft at once");
}

static atomic_flag busy = ATOMIC_FLAG_INIT;

static int view_make(struct call *c, struct aid_view *v, struct object_id *object)
{
	enum mode mode;

	TRY(call_query_mode(c, &mode));
	if (object_parse(c->param[1], object) < 0)
		return why_set(&c->why, E_MISSING, "", "no such record");
	*v = (struct aid_view){.world = &c->world,
		.db = c->db,
		.who = &c->reader,
		.arena = c->arena,
		.mode = mode};
	return 0;
}

int api_plan(struct call *c)
{
	struct planning_options o;
	struct object_id object;
	struct planning p;
	struct aid_view v;

	TRY(options_of(c, &o));
	TRY(view_make(c, &v, &object));
	TRY(planning_gather(&p, &v, &object, &o, &c->why));
	TRY(busy_begin(c, &busy, o.wall_ms));
	int rc = planning_solve(&p, c->arena, &c->why);
	if (o.wall_ms)
		atomic_flag_clear(&busy);
	if (rc == 0)
		planning_tell(&p, NULL, &c->o);
	return rc;
}

/* Whose membership it is about: a party, or with a table whoever it says. */
static int effect_party(struct call *c, struct slice *ret)
{
	struct slice text = request_query(c->req, "party");

	if (text.n == 0 || text.n > PARTY_BYTES)
		return why_set(&c->why, E_INVALID, "party",
			"names whose membership it is about, in up to %d bytes", PARTY_BYTES);
	*ret = text;
	return c->req->body.n ? 0 : party_of(c, "party", ret);
}

static int effect_gather(struct call *c, struct planning_options *o, struct slice party,
	struct planning *without, struct planning *with)
{
	struct object_id object;
	struct aid_view v;

	TRY(view_make(c, &v, &object));
	o->with = SLICE_NONE;
	o->without = party;
	TRY(planning_gather(without, &v, &object, o, &c->why));
	o->without = SLICE_NONE;
	o->with = party;
	o->stated = c->req->body;
	return planning_gather(with, &v, &object, o, &c->why);
}

int api_effect(struct call *c)
{
	struct planning without, with;
	struct planning_effect e;
	struct planning_options o;
	struct slice party;

	TRY(options_of(c, &o));
	TRY(effect_party(c, &party));
	/* With a table it is a POST, and those have to ask for their transaction. */
	if (c->req->body.n)
		TRY(call_read(c));
	int rc = effect_gather(c, &o, party, &without, &with);
	if (c->req->body.n)
		call_read_end(c);
	TRY(rc);
	TRY(busy_begin(c, &busy, o.wall_ms));
	rc = planning_solve(&without, c->arena, &c->why);
	if (rc == 0)
		rc = planning_solve(&with, c->arena, &c->why);
	if (o.wall_ms)
		atomic_flag_clear(&busy);
	TRY(rc);
	planning_effect_make(&e, party, &without, &with, c->arena);
	planning_effect_tell(&e, NULL, &c->o);
	return 0;
}

int api_effect_stated(struct call *c)
{
	if (c->req->body.n == 0)
		return why_set(&c->why, E_INVALID, "", "there is no table");
	return api_effect(c);
}
