/* api_hook.c: webhooks, for whoever administers the node: made, changed, tried, and what became of their letters. */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "web/notifier.h"

static void put_hook(struct call *c, const struct hook *h, bool secret)
{
	json_open(&c->o, '{');
	json_put_cstr(&c->o, "id", h->id);
	json_put_string(&c->o, "name", h->name);
	json_put_string(&c->o, "url", h->url);
	roles_put(&c->o, "roles", &h->roles);
	put_text(&c->o, "clearance", h->clearance.n ? h->clearance : SLICE_NONE);
	if (h->has_pin)
		put_hash(&c->o, "pin", &h->pin);
	else
		json_put_null(&c->o, "pin");
	json_put_bool(&c->o, "play", h->play);
	json_put_bool(&c->o, "disabled", h->disabled);
	put_time(&c->o, "made", h->made_ms);
	json_put_string(&c->o, "made_by", h->made_by);
	if (secret) {
		char hex[2 * HOOK_SECRET + 1];
		hex_encode(h->secret, HOOK_SECRET, hex);
		json_put_cstr(&c->o, "secret", hex);
	}
	json_close(&c->o);
}

int api_hooks(struct call *c)
{
	struct hook *list;
	size_t n;
	TRY(hook_list(c->node, c->db, c->arena, &list, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n; i++)
		put_hook(c, &list[i], false);
	page_close(c, SLICE_NONE);
	return 0;
}

static int pin_read(struct call *c, struct hook *h)
{
	struct slice pin;
	TRY(call_want(c, "pin", 64, &pin));
	if (!pin.p)
		return 0;
	h->has_pin = pin.n > 0;
	if (pin.n && hex_decode(pin, h->pin.b, sizeof(h->pin.b)) < 0)
		return why_set(&c->why, E_INVALID, "/pin",
			"is the SHA-256 of a public key, 64 hex digits");
	return 0;
}

/* Members that are there replace what `h` has. */
static int hook_read(struct call *c, struct hook *h)
{
	static const char *const known[] = {
		"name", "url", "roles", "clearance", "pin", "play", "disabled", NULL};
	struct slice text;
	json_ref roles = json_get(&c->doc, c->body, "roles");
	TRY(call_only(c, known));
	TRY(call_want(c, "name", HOOK_NAME, &text));
	h->name = text.p ? text : h->name;
	TRY(call_want(c, "url", HOOK_URL, &text));
	h->url = text.p ? text : h->url;
	TRY(call_want(c, "clearance", CLEARANCE_MAX, &text));
	h->clearance = text.p ? text : h->clearance;
	TRY(pin_read(c, h));
	if (json_get(&c->doc, c->body, "play"))
		TRY(call_want_bool(c, "play", &h->play));
	if (json_get(&c->doc, c->body, "disabled"))
		TRY(call_want_bool(c, "disabled", &h->disabled));
	return roles ? roles_read(&c->doc, roles, "/roles", c->arena, &h->roles, &c->why) : 0;
}

int api_hook_new(struct call *c)
{
	struct hook h = {.clearance = SLICE("")};
	TRY(hook_read(c, &h));
	TRY(call_begin(c));
	int rc = hook_add(c->node, c->db, &c->caller.account, &c->caller.roles, &h, &c->why);
	if (rc == 0)
		rc = call_audit(c, "webhook made",
			arena_printf(c->arena, "%s %.*s", h.id, SLICE_FMT(h.url)));
	TRY(call_commit(c, rc));
	h.made_by = c->caller.account.name;
	put_hook(c, &h, true);
	return 0;
}

static int hook_here(struct call *c, struct hook *ret)
{
	return hook_get(c->node, c->db, c->param[0], c->arena, ret, &c->why);
}

int api_hook(struct call *c)
{
	struct hook h;
	TRY(hook_here(c, &h));
	put_hook(c, &h, false);
	return 0;
}

int api_hook_put(struct call *c)
{
	struct hook h, before = {0};
	TRY(call_begin(c));
	int rc = hook_here(c, &before);
	h = before;
	if (rc == 0)
		rc = hook_read(c, &h);
	if (rc == 0)
		rc = hook_change(c->db, &c->caller.account, &c->caller.roles, &before, &h, &c->why);
	if (rc == 0)
		rc = call_audit(c, "webhook changed",
			arena_printf(c->arena, "%s %.*s", h.id, SLICE_FMT(h.url)));
	TRY(call_commit(c, rc));
	call_wrote(c);
	put_hook(c, &h, false);
	return 0;
}

int api_hook_drop(struct call *c)
{
	TRY(call_begin(c));
	int rc = hook_drop(c->db, c->param[0], &c->why);
	if (rc == 0)
		rc = call_audit(c, "webhook removed", arena_string(c->arena, c->param[0]));
	return call_commit(c, rc);
}

int api_hook_test(struct call *c)
{
	static const char *const known[] = {NULL};
	struct hook h;
	TRY(call_only(c, known));
	TRY(call_begin(c));
	int rc = hook_here(c, &h);
	if (rc == 0 && h.disabled)
		rc = why_set(&c->why, E_STATE, "", "the webhook is disabled");
	if (rc == 0)
		rc = hook_test(c->node, c->db, &h, &c->why);
	TRY(call_commit(c, rc));
	call_wrote(c);
	return 0;
}

/* ---- letters ---- */

static const char *const states[] = {"waiting", "sent", "dead"};

static void put_letter(struct call *c, const struct letter *l)
{
	json_open(&c->o, '{');
	json_put_i64(&c->o, "row", l->row);
	json_put_cstr(&c->o, "event", l->event);
	json_put_string(&c->o, "topic", l->topic);
	json_put_cstr(&c->o, "state", states[l->state]);
	json_put_i64(&c->o, "tries", l->tries);
	put_time(&c->o, "made", l->made_ms);
	put_time(&c->o, "next", l->state == OUT_WAITING ? l->next_ms : 0);
	put_time(&c->o, "done", l->done_ms);
	if (l->status)
		json_put_i64(&c->o, "status", l->status);
	else
		json_put_null(&c->o, "status");
	json_put_string(&c->o, "error", l->error);
	json_close(&c->o);
}

int api_letters(struct call *c)
{
	struct slice state = request_query(c->req, "state");
	struct letter *list;
	struct api_page p;
	struct hook h;
	int64_t before = 0;
	struct slice rest;
	size_t n;
	int which = -1;
	for (int i = 0; i < 3; i++)
		if (slice_is(state, states[i]))
			which = i;
	if (state.n && which < 0)
		return why_set(&c->why, E_INVALID, "state", "is waiting, sent or dead");
	TRY(call_page(c, &p));
	if (p.after.p)
		TRY(cursor_read(c, p.after, &before, 1, &rest));
	TRY(hook_here(c, &h));
	TRY(letter_list(c->db, h.id, which, before, p.limit + 1, c->arena, &list, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n && i < p.limit; i++)
		put_letter(c, &list[i]);
	page_close(c,
		n > p.limit ? cursor_make(c, &list[p.limit - 1].row, 1, SLICE_NONE) : SLICE_NONE);
	return 0;
}

int api_letter_again(struct call *c)
{
	static const char *const known[] = {NULL};
	int64_t row = 0;
	struct hook h;
	TRY(call_only(c, known));
	if (slice_i64(c->param[1], &row) < 0)
		return why_set(&c->why, E_MISSING, "", "there is no such letter");
	TRY(call_begin(c));
	int rc = hook_here(c, &h);
	if (rc == 0)
		rc = letter_again(c->db, h.id, row, env_now_ms(&c->node->env), &c->why);
	if (rc == 0)
		rc = call_audit(c, "webhook letter again", h.id);
	TRY(call_commit(c, rc));
	call_wrote(c);
	return 0;
}
