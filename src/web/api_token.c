/* api_token.c: keys for programs. */
#include "web/api_int.h"

#include "base/limits.h"

static void put_token(struct call *c, const struct token *t, const char *secret)
{
	json_open(&c->o, '{');
	json_put_string(&c->o, "id", t->id);
	json_put_string(&c->o, "user", t->owner);
	json_put_string(&c->o, "name", t->name);
	roles_put(&c->o, "roles", &t->roles);
	if (t->clearance.n)
		json_put_string(&c->o, "clearance", t->clearance);
	else
		json_put_null(&c->o, "clearance");
	put_time(&c->o, "made", t->made_ms);
	put_time(&c->o, "until", t->until_ms);
	put_time(&c->o, "used", t->used_ms);
	json_put_cstr(&c->o, "state", token_state(t, env_now_ms(&c->node->env)));
	if (secret)
		json_put_cstr(&c->o, "token", secret);
	json_close(&c->o);
}

static bool administers(const struct call *c)
{
	return c->caller.roles.of[AREA_NODE] >= ROLE_ADMINISTRATOR;
}

/* A program has no business with the other keys of whoever made its own: it knows of itself alone. */
static bool alone(const struct call *c)
{
	return c->caller.kind == CALLER_TOKEN && !administers(c);
}

/* Whose tokens: own, of one person, of all (0). */
static int whose(struct call *c, int64_t *ret)
{
	struct slice user = request_query(c->req, "user");
	struct account a;

	*ret = caller_account(&c->caller);
	if (!user.n)
		return 0;
	if (!administers(c))
		return caller_may(&c->caller, AREA_NODE, ROLE_ADMINISTRATOR, &c->why);
	if (slice_is(user, "*")) {
		*ret = 0;
		return 0;
	}
	TRY(account_get(c->db, user, c->arena, &a, &c->why));
	*ret = a.row;
	return 0;
}

int api_tokens(struct call *c)
{
	struct api_page p;
	struct slice after = SLICE("");
	struct token *list = NULL;
	int64_t account;
	size_t n = 0;

	TRY(call_page(c, &p));
	if (p.after.p)
		TRY(cursor_read(c, p.after, NULL, 0, &after));
	TRY(whose(c, &account));
	if (alone(c)) {
		page_open(c);
		put_token(c, &c->caller.token, NULL);
		page_close(c, SLICE_NONE);
		return 0;
	}
	/* Whoever is at the machine of a node without users has none. */
	if (account || administers(c))
		TRY(token_list(c->db, account, after, p.limit + 1, c->arena, &list, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n && i < p.limit; i++)
		put_token(c, &list[i], NULL);
	page_close(c, n > p.limit ? cursor_make(c, NULL, 0, list[p.limit - 1].id) : SLICE_NONE);
	return 0;
}

int api_token_new(struct call *c)
{
	static const char *const known[] = {"name", "roles", "clearance", "until", NULL};
	struct token_wish w = {.account = &c->caller.account};
	struct token t;
	char secret[TOKEN_TEXT + 1];

	if (c->caller.kind == CALLER_SESSION)
		TRY(only_whole_session(c));
	TRY(call_only(c, known));
	TRY(call_need(c, "name", 64, &w.name));
	TRY(roles_read(&c->doc, json_get(&c->doc, c->body, "roles"), "/roles", c->arena, &w.roles,
		&c->why));
	TRY(call_want(c, "clearance", CLEARANCE_MAX, &w.clearance));
	TRY(call_want_time(c, "until", &w.until_ms));
	TRY(call_begin(c));
	int rc = token_new(c->node, c->db, &w, secret, c->arena, &t, &c->why);
	if (rc == 0)
		rc = call_audit(c, "token new", arena_string(c->arena, t.id));
	TRY(call_commit(c, rc));
	put_token(c, &t, secret);
	explicit_bzero(secret, sizeof(secret));
	return 0;
}

int api_token_end(struct call *c)
{
	struct token t;

	TRY(token_get(c->db, c->param[0], c->arena, &t, &c->why));
	bool own = alone(c) ? slice_eq(t.id, c->caller.token.id)
			    : t.account == caller_account(&c->caller);
	if (!own && !administers(c))
		return why_set(&c->why, E_MISSING, "", "there is no such token");
	TRY(call_begin(c));
	int rc = token_revoke(c->db, t.id, &c->why);
	if (rc == 0)
		rc = call_audit(c, "token revoke", arena_string(c->arena, t.id));
	TRY(call_commit(c, rc));
	call_ended(c);
	return 0;
}
