/* api_user.c: people of this node, for whoever administers it. */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "crypt/cert.h"
#include "node/signin.h"
#include "pact/pactdb.h"

static void put_pins(struct call *c, const struct account_pin *pin, size_t n)
{
	json_open_at(&c->o, "certificates", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&c->o, '{');
		put_hash(&c->o, "pin", &pin[i].pin);
		json_put_string(&c->o, "name", pin[i].name);
		put_time(&c->o, "made", pin[i].made_ms);
		json_close(&c->o);
	}
	json_close(&c->o);
}

static int put_user(struct call *c, const struct account *a)
{
	struct account_pin *pin;
	struct passkey *key;
	int64_t locked;
	size_t n, n_key;

	TRY(passkey_list(c->db, a->row, c->arena, &key, &n_key, &c->why));
	TRY(account_pin_list(c->db, a->row, c->arena, &pin, &n, &c->why));
	TRY(signin_locked(c->db, a->name, env_now_ms(&c->node->env), &locked, &c->why));
	json_open(&c->o, '{');
	json_put_string(&c->o, "name", a->name);
	json_put_string(&c->o, "display", a->shown);
	roles_put(&c->o, "roles", &a->roles);
	json_put_string(&c->o, "clearance", a->clearance);
	json_put_bool(&c->o, "totp", a->totp);
	json_put_bool(&c->o, "disabled", a->disabled);
	put_time(&c->o, "locked_until", locked);
	put_time(&c->o, "made", a->made_ms);
	put_time(&c->o, "signed_in", a->signed_in_ms);
	put_pins(c, pin, n);
	put_passkeys(c, "passkeys", key, n_key);
	TRY(put_subjects(c, a->row));
	json_close(&c->o);
	return 0;
}

static int put_by_name(struct call *c, struct slice name)
{
	struct account a;

	TRY(account_get(c->db, name, c->arena, &a, &c->why));
	return put_user(c, &a);
}

int api_users(struct call *c)
{
	struct api_page p;
	struct slice after = SLICE("");
	struct account *list;
	size_t n;

	TRY(call_page(c, &p));
	if (p.after.p)
		TRY(cursor_read(c, p.after, NULL, 0, &after));
	TRY(account_list(c->db, after, p.limit + 1, c->arena, &list, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n && i < p.limit; i++)
		TRY(put_user(c, &list[i]));
	page_close(c, n > p.limit ? cursor_make(c, NULL, 0, list[p.limit - 1].name) : SLICE_NONE);
	return 0;
}

int api_user_get(struct call *c)
{
	return put_by_name(c, c->param[0]);
}

static const char *about(struct call *c, const struct account *a)
{
	return arena_string(c->arena, a->name);
}

int api_user_new(struct call *c)
{
	static const char *const known[] = {
		"name", "display", "password", "roles", "clearance", NULL};
	char hash[PASSWORD_TEXT + 1];
	struct account_new a = {.password = hash};
	struct slice pass;
	int64_t row;

	TRY(call_only(c, known));
	TRY(call_need(c, "name", ACCOUNT_NAME_MAX, &a.name));
	TRY(account_name_check(a.name, &c->why));
	TRY(call_want(c, "display", ACCOUNT_SHOWN_MAX, &a.shown));
	TRY(call_want(c, "password", PASSWORD_MAX, &pass));
	TRY(roles_read(&c->doc, json_get(&c->doc, c->body, "roles"), "/roles", c->arena, &a.roles,
		&c->why));
	TRY(call_want(c, "clearance", CLEARANCE_MAX, &a.clearance));
	/* Without one: only by certificate or with the provider. */
	if (pass.p)
		TRY(account_password_hash(c->node, a.name, pass, hash, &c->why));
	else
		a.password = NULL;
	TRY(call_begin(c));
	int rc = a.clearance.n ? 0 : coalition_lowest_class(c->db, c->arena, &a.clearance, &c->why);
	if (rc == 0)
		rc = account_add(c->db, &a, env_now_ms(&c->node->env), &row, &c->why);
	if (rc == 0)
		rc = call_audit(c, "user add", arena_string(c->arena, a.name));
	TRY(call_commit(c, rc));
	c->location = arena_printf(c->arena, API_BASE "/users/%.*s", SLICE_FMT(a.name));
	return put_by_name(c, a.name);
}

/* ---- changing one ---- */

struct change {
	bool has_shown, has_roles, has_clearance, has_disabled, disabled;
	struct slice shown, clearance;
	struct roles roles;
};

static int change_read(struct call *c, struct change *ch)
{
	static const char *const known[] = {"display", "roles", "clearance", "disabled", NULL};

	TRY(call_only(c, known));
	TRY(call_want(c, "display", ACCOUNT_SHOWN_MAX, &ch->shown));
	TRY(call_want(c, "clearance", CLEARANCE_MAX, &ch->clearance));
	TRY(call_want_bool(c, "disabled", &ch->disabled));
	ch->has_shown = ch->shown.p != NULL;
	ch->has_clearance = ch->clearance.p != NULL;
	ch->has_disabled = json_get(&c->doc, c->body, "disabled") != JSON_ABSENT;
	json_ref roles = json_get(&c->doc, c->body, "roles");
	ch->has_roles = roles != JSON_ABSENT;
	return ch->has_roles ? roles_read(&c->doc, roles, "/roles", c->arena, &ch->roles, &c->why)
			     : 0;
}

static int change_write(struct call *c, const struct account *a, const struct change *ch)
{
	struct buf text CLEANUP_BUF = BUF(8 * KIB);

	buf_addf(&text, "%.*s:", SLICE_FMT(a->name));
	if (ch->has_shown)
		TRY(account_set_shown(c->db, a->row, ch->shown, &c->why));
	if (ch->has_roles && !roles_eq(&ch->roles, &a->roles)) {
		TRY(account_set_roles(c->db, a, &ch->roles, &c->why));
		buf_str(&text, " roles ");
		roles_print(&ch->roles, &text);
	}
	if (ch->has_clearance && !slice_eq(ch->clearance, a->clearance)) {
		TRY(account_set_clearance(c->db, a->row, ch->clearance, &c->why));
		buf_addf(&text, " clearance %.*s", SLICE_FMT(ch->clearance));
	}
	if (ch->has_disabled && ch->disabled != a->disabled) {
		TRY(account_set_disabled(c->db, a, ch->disabled, &c->why));
		buf_str(&text, ch->disabled ? " disabled" : " enabled");
	}
	return call_audit(c, "user change", arena_string(c->arena, buf_slice(&text)));
}

int api_user_put(struct call *c)
{
	struct change ch = {0};
	struct account a;

	TRY(change_read(c, &ch));
	TRY(call_begin(c));
	/* Inside: what is compared is what is changed. */
	int rc = account_get(c->db, c->param[0], c->arena, &a, &c->why);
	if (rc == 0)
		rc = change_write(c, &a, &ch);
	TRY(call_commit(c, rc));
	call_ended(c);
	return put_by_name(c, c->param[0]);
}

int api_user_password(struct call *c)
{
	static const char *const known[] = {"password", NULL};
	char hash[PASSWORD_TEXT + 1];
	struct slice pass;
	struct account a;

	TRY(call_only(c, known));
	TRY(call_need(c, "password", PASSWORD_MAX, &pass));
	TRY(account_get(c->db, c->param[0], c->arena, &a, &c->why));
	TRY(account_password_hash(c->node, a.name, pass, hash, &c->why));
	TRY(call_begin(c));
	int rc = account_set_password(c->db, a.row, hash, &c->why);
	if (rc == 0)
		rc = signin_unlock(c->db, a.name, &c->why);
	if (rc == 0)
		rc = call_audit(c, "user password", about(c, &a));
	TRY(call_commit(c, rc));
	call_ended(c);
	return 0;
}

int api_user_totp_drop(struct call *c)
{
	struct account a;

	TRY(account_get(c->db, c->param[0], c->arena, &a, &c->why));
	TRY(call_begin(c));
	int rc = account_totp_drop(c->db, a.row, &c->why);
	if (rc == 0)
		rc = call_audit(c, "user totp drop", about(c, &a));
	return call_commit(c, rc);
}

int api_user_pin_add(struct call *c)
{
	static const char *const known[] = {"name", "pem", NULL};
	struct account_pin pin = {.made_ms = env_now_ms(&c->node->env)};
	struct slice pem;
	struct account a;

	TRY(call_only(c, known));
	TRY(call_need(c, "name", ACCOUNT_SHOWN_MAX, &pin.name));
	TRY(call_need(c, "pem", LIMIT_CERT_PEM_BYTES, &pem));
	if (cert_pin(pem, &pin.pin, NULL) < 0)
		return why_set(&c->why, E_INVALID, "/pem", "is no certificate in PEM");
	TRY(account_get(c->db, c->param[0], c->arena, &a, &c->why));
	TRY(call_begin(c));
	int rc = account_pin_add(c->db, a.row, &pin.pin, pin.name, pin.made_ms, &c->why);
	if (rc == 0)
		rc = call_audit(c, "user certificate", about(c, &a));
	TRY(call_commit(c, rc));
	json_open(&c->o, '{');
	put_hash(&c->o, "pin", &pin.pin);
	json_put_string(&c->o, "name", pin.name);
	put_time(&c->o, "made", pin.made_ms);
	json_close(&c->o);
	return 0;
}

int api_user_pin_drop(struct call *c)
{
	struct account a;
	struct hash pin;

	TRY(account_get(c->db, c->param[0], c->arena, &a, &c->why));
	if (hex_decode(c->param[1], pin.b, sizeof(pin.b)) < 0)
		return why_set(&c->why, E_MISSING, "", "there is no such certificate");
	TRY(call_begin(c));
	int rc = account_pin_drop(c->db, a.row, &pin, &c->why);
	if (rc == 0)
		rc = call_audit(c, "user certificate drop", about(c, &a));
	TRY(call_commit(c, rc));
	call_ended(c);
	return 0;
}

int api_user_passkey_drop(struct call *c)
{
	struct account a;
	struct slice id;

	TRY(account_get(c->db, c->param[0], c->arena, &a, &c->why));
	TRY(passkey_of_path(c, c->param[1], &id));
	TRY(call_begin(c));
	int rc = passkey_drop(c->db, a.row, id, &c->why);
	if (rc == 0)
		rc = call_audit(c, "user passkey drop", about(c, &a));
	TRY(call_commit(c, rc));
	call_ended(c);
	return 0;
}
