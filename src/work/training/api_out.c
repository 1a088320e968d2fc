/* api_out.c: what goes out beside the logs, and addresses of calendars. */
#include "work/training/api_int.h"

#include "base/limits.h"
#include "work/training/out_show.h"

#define SHOWN 500

/* What went out of a record that the caller may not see is nothing that he may know of: neither its address nor its error. */
static int may_know(struct call *c, const struct object_id *about, bool *ret)
{
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);

	return store_sees(&c->world, c->db, &c->reader, about, &scratch, ret, &c->why);
}

int api_training_out(struct call *c)
{
	struct out_item *x;
	size_t n;

	TRY(out_list(c->db, c->world.coalition.row, SHOWN, c->arena, &x, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n; i++) {
		bool may;

		TRY(may_know(c, &x[i].about, &may));
		if (may)
			print_out(&c->o, NULL, &x[i]);
	}
	page_close(c, SLICE_NONE);
	return 0;
}

int api_training_out_again(struct call *c)
{
	static const char *const known[] = {NULL};
	const char *text = arena_string(c->arena, c->param[1]);
	struct object_id about;
	bool may = false;
	int64_t row;
	int rc;

	TRY(call_only(c, known));
	if (slice_i64(c->param[1], &row) < 0)
		return why_set(&c->why, E_MISSING, "", "there is no such thing to be sent");
	TRY(call_read(c));
	rc = out_about(c->db, c->world.coalition.row, row, &about, &c->why);
	if (rc == 0)
		rc = may_know(c, &about, &may);
	call_read_end(c);
	TRY(rc);
	if (!may)
		return why_set(&c->why, E_MISSING, "", "there is no such thing to be sent");
	TRY(call_begin(c));
	rc = out_again(c->db, row, env_now_ms(&c->node->env), &c->why);
	if (rc == 0)
		rc = call_audit(c, "training: sent again", text);
	TRY(call_commit(c, rc));
	call_wrote(c);
	return 0;
}

int api_training_calendars(struct call *c)
{
	struct calendar *list;
	size_t n;

	TRY(calendar_list(c->db, c->world.coalition.row, c->caller.account.row, c->arena, &list, &n,
		&c->why));
	page_open(c);
	for (size_t i = 0; i < n; i++)
		print_calendar(&c->o, NULL, &list[i], NULL, NULL);
	page_close(c, SLICE_NONE);
	return 0;
}

int api_training_calendar_new(struct call *c)
{
	static const char *const known[] = {"name", "busy", "mode", NULL};
	struct calendar made = {.coalition = c->world.coalition.row,
		.account = c->caller.account.row,
		.owner = c->caller.account.name,
		.clearance = caller_clearance(&c->caller)};
	char secret[CALENDAR_SECRET + 1];
	int rc;

	TRY(call_only(c, known));
	TRY(call_need(c, "name", CALENDAR_NAME, &made.name));
	TRY(call_mode(c, &made.mode));
	if (json_get(&c->doc, c->body, "busy") != JSON_ABSENT)
		TRY(call_want_bool(c, "busy", &made.busy));
	if (!made.account)
		return why_set(&c->why, E_DENIED, "", "an address has the eyes of a person");
	/* It outlives the session and asks no provider, as a token would. */
	if (c->caller.session.narrowed)
		return why_set(&c->why, E_DENIED, "",
			"this session has only what the provider's claims leave: an address would have what the account has");
	TRY(call_begin(c));
	rc = calendar_new(c->node, c->db, &made, secret, &c->why);
	if (rc == 0)
		rc = call_audit(c, "training: calendar address made",
			arena_printf(c->arena, "%s", made.id));
	TRY(call_commit(c, rc));
	print_calendar(&c->o, NULL, &made, secret, c->node->conf.link);
	explicit_bzero(secret, sizeof(secret));
	return 0;
}

int api_training_calendar_drop(struct call *c)
{
	int rc;

	TRY(call_begin(c));
	rc = calendar_drop(c->db, c->param[1], c->caller.account.row, &c->why);
	if (rc == 0)
		rc = call_audit(c, "training: calendar address dropped",
			arena_string(c->arena, c->param[1]));
	return call_commit(c, rc);
}
