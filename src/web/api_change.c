/* api_change.c: who may have a record from now on: release, recall, erasure. */
#include "web/api_int.h"

#include "base/limits.h"
#include "node/record.h"

/* The record as this caller sees it, and it must be this member's own. */
static int own_record(struct call *c, struct record *ret)
{
	TRY(call_read(c));
	int rc = record_of_path(c, c->param[1], ret);
	call_read_end(c);
	TRY(rc);
	if (!id_eq(&ret->object.owner, &c->node->self))
		return why_set(&c->why, E_DENIED, "",
			"only its owner releases, recalls or erases a record");
	return 0;
}

/* Without this member itself, whose record it is. */
static int members_of(struct call *c, const char *key, struct id **ret, size_t *ret_n)
{
	const struct id *from = c->world.standing.member;
	size_t n = c->world.standing.n_member, kept = 0;
	struct id *named;
	bool all;

	TRY(call_members(c, key, &all, &named, ret_n));
	if (!all) {
		from = named;
		n = *ret_n;
	}
	struct id *id = arena_array(c->arena, struct id, n + 1);
	for (size_t i = 0; i < n; i++)
		if (!id_eq(&from[i], &c->node->self))
			id[kept++] = from[i];
	if (kept == 0)
		return why_set(
			&c->why, E_INVALID, arena_printf(c->arena, "/%s", key), "names nobody");
	*ret = id;
	*ret_n = kept;
	return 0;
}

static int noted(struct call *c, const char *what)
{
	TRY(call_begin(c));
	return call_commit(c, call_audit(c, what, arena_string(c->arena, c->param[1])));
}

static int answer_now(struct call *c, const struct object_id *object)
{
	struct record r;

	call_wrote(c);
	TRY(call_read(c));
	int rc = record_get(&c->world, c->db, &c->reader, object, c->arena, &r, &c->why);
	call_read_end(c);
	/* It may now be above this person's clearance. */
	if (rc == E_MISSING) {
		c->why = (struct why){0};
		c->status = 204;
		return 0;
	}
	TRY(rc);
	put_record(c, NULL, &r, true);
	return 0;
}

int api_record_release(struct call *c)
{
	static const char *const known[] = {"add", "label", NULL};
	struct slice text, label = SLICE_NONE;
	struct record r;
	struct written w;
	struct id *add;
	size_t n;

	TRY(call_only(c, known));
	TRY(own_record(c, &r));
	TRY(members_of(c, "add", &add, &n));
	TRY(call_want(c, "label", ENTRY_LABEL_MAX, &text));
	if (text.n)
		TRY(call_label(c, text, &label));
	TRY(noted(c, "record release"));
	TRY(record_release(c->node, c->db, &c->world.coalition.id, &r.object, add, n, label, NULL,
		NULL, &w, &c->why));
	return answer_now(c, &r.object);
}

int api_record_recall(struct call *c)
{
	static const char *const known[] = {"from", NULL};
	struct record r;
	struct written w;
	struct id *from;
	size_t n;

	TRY(call_only(c, known));
	TRY(own_record(c, &r));
	TRY(members_of(c, "from", &from, &n));
	TRY(noted(c, "record recall"));
	TRY(record_recall(c->node, c->db, &c->world.coalition.id, &r.object, from, n, &w, &c->why));
	return answer_now(c, &r.object);
}

int api_record_erase(struct call *c)
{
	static const char *const known[] = {NULL};
	struct record r;
	struct written w;

	TRY(call_only(c, known));
	TRY(own_record(c, &r));
	TRY(noted(c, "record erase"));
	TRY(record_erase(c->node, c->db, &c->world.coalition.id, &r.object, &w, &c->why));
	call_wrote(c);
	return 0;
}
