/* api_call.c: what the handlers of this workspace share; see api_int.h. */
#include "work/training/api_int.h"

#include "base/limits.h"

struct desk call_desk(struct call *c)
{
	const struct caller *who = &c->caller;
	struct slice name = who->account.shown.n  ? who->account.shown
			    : who->account.name.n ? who->account.name
						  : SLICE("local");

	return (struct desk){.node = c->node,
		.db = c->db,
		.world = &c->world,
		.reader = c->reader,
		.arena = c->arena,
		.who = slice_sub(name, 0, 200),
		.now = env_now_ms(&c->node->env)};
}

struct printer call_printer(struct call *c)
{
	return (struct printer){.o = &c->o,
		.world = &c->world,
		.arena = c->arena,
		.now = env_now_ms(&c->node->env)};
}

int call_object(struct call *c, size_t param, struct object_id *ret)
{
	if (object_parse(c->param[param], ret) < 0)
		return why_set(&c->why, E_MISSING, "", "no such record");
	return 0;
}

int call_want_object(struct call *c, const char *key, bool *ret_has, struct object_id *ret)
{
	struct slice s;

	TRY(call_want(c, key, OBJECT_TEXT, &s));
	*ret_has = s.p != NULL;
	if (s.p && object_parse(s, ret) < 0)
		return why_set(&c->why, E_INVALID, arena_printf(c->arena, "/%s", key),
			"is no record's id");
	return 0;
}

int call_view(struct call *c, struct view *ret)
{
	struct object_id o;
	struct row row;

	TRY(call_object(c, 1, &o));
	TRY(store_get(&c->world, c->db, &c->reader, &o, c->arena, &row, &c->why));
	if (row.kind != KIND_EXERCISE)
		return why_set(&c->why, E_MISSING, "", "no such record");
	return store_view(&c->world, c->db, &c->reader, row.mode, &o, c->arena, ret, &c->why);
}

int call_plan(struct call *c, const struct plan *p, const char *what)
{
	struct written *w = arena_array(c->arena, struct written, p->n + 1);
	struct id id = c->world.coalition.id;
	char object[OBJECT_TEXT + 1];

	object_format(&p->object, object);
	TRY(call_begin(c));
	TRY(call_commit(c, call_audit(c, what, object)));
	TRY(call_written(c, queue_write(c->api->queue, &id, p->draft, p->n, w, &c->why)));
	call_wrote(c);
	return 0;
}

int call_answer(struct call *c, const struct object_id *object)
{
	char coalition[COAL_TEXT + 1], text[OBJECT_TEXT + 1];
	struct printer p;
	struct row r;
	int rc;

	coalition_format(&c->world.coalition.id, coalition);
	object_format(object, text);
	c->location = arena_printf(
		c->arena, API_BASE "/coalitions/%s/training/records/%s", coalition, text);
	TRY(call_read(c));
	rc = store_get(&c->world, c->db, &c->reader, object, c->arena, &r, &c->why);
	call_read_end(c);
	TRY(rc);
	p = call_printer(c);
	print_row(&p, NULL, &r);
	return 0;
}

int call_audience(struct call *c, struct audience *ret)
{
	struct slice label;
	struct id *member;

	*ret = (struct audience){0};
	TRY(call_want(c, "label", ENTRY_LABEL_MAX, &label));
	if (label.n)
		TRY(call_label(c, label, &ret->label));
	if (json_get(&c->doc, c->body, "audience") == JSON_ABSENT)
		return 0;
	TRY(call_members(c, "audience", &ret->all, &member, &ret->n));
	ret->member = member;
	ret->given = true;
	return 0;
}
