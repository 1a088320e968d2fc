/* api_session.c: signing in and out, and what a person may change about the own account. */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "net/client.h"
#include "node/device.h"
#include "node/signin.h"
#include "web/hashing.h"
#include "web/known.h"
#include "web/live.h"

#define SESSIONS_SHOWN 100

static int hash_enter(struct call *c)
{
	if (hashing_enter(caller_network(&c->api->place, c->req)))
		return 0;
	c->retry_ms = 1;
	return why_set(&c->why, E_BUSY, "", "others are signing in at this moment");
}

static void hash_leave(struct call *c)
{
	hashing_leave(caller_network(&c->api->place, c->req));
}

int api_hello(struct call *c)
{
	json_open(&c->o, '{');
	json_put_cstr(&c->o, "label", c->node->conf.label);
	json_put_cstr(&c->o, "version", ENTENTE_VERSION);
	json_put_bool(&c->o, "first_run", c->caller.first_run);
	json_put_bool(&c->o, "certificate", c->req->has_pin);
	json_put_bool(&c->o, "public", c->node->conf.is_public);
	json_put_bool(&c->o, "tls", c->api->place.secure);
	const struct conf_oidc *oidc = &c->node->conf.oidc;
	json_put_cstr(&c->o, "provider",
		oidc->name     ? oidc->name
		: oidc->issuer ? "OpenID Connect"
			       : NULL);
	json_close(&c->o);
	return 0;
}

/* ---- showing ---- */

static const char *method_of(const struct caller *caller, struct arena *arena)
{
	switch (caller->kind) {
	case CALLER_SESSION:
		return arena_string(arena, caller->session.method);
	case CALLER_TOKEN:
		return "token";
	case CALLER_LOCAL:
	case CALLER_NOBODY:
		break;
	}
	return "local";
}

static void put_user(struct call *c)
{
	const struct account *a = &c->caller.account;

	if (!caller_account(&c->caller)) {
		json_put_null(&c->o, "user");
		return;
	}
	json_open_at(&c->o, "user", '{');
	json_put_string(&c->o, "name", a->name);
	json_put_string(&c->o, "display", a->shown);
	json_put_string(&c->o, "clearance", caller_clearance(&c->caller));
	json_put_bool(&c->o, "totp", a->totp);
	roles_put(&c->o, "roles", &c->caller.roles);
	json_close(&c->o);
}

static void put_times(struct call *c)
{
	const struct session *s = &c->caller.session;
	bool session = c->caller.kind == CALLER_SESSION;
	int64_t now_ms = env_now_ms(&c->node->env);
	int64_t token = c->caller.kind == CALLER_TOKEN ? c->caller.token.until_ms : 0;

	put_time(&c->o, "made", session ? s->made_ms : 0);
	put_time(&c->o, "expires", session ? s->made_ms + SESSION_LIFE_MS : token);
	put_time(&c->o, "idle_expires", session ? s->seen_ms + SESSION_IDLE_MS : 0);
	put_time(&c->o, "confirmed_until",
		session && session_confirmed(s, now_ms) ? s->confirmed_ms + SESSION_CONFIRM_MS : 0);
}

int put_session(struct call *c)
{
	bool session = c->caller.kind == CALLER_SESSION;

	json_open(&c->o, '{');
	json_put_cstr(&c->o, "method", method_of(&c->caller, c->arena));
	json_put_bool(&c->o, "first_run", c->caller.first_run);
	json_open_at(&c->o, "member", '{');
	put_id(&c->o, "id", &c->node->self);
	json_put_cstr(&c->o, "label", c->node->conf.label);
	json_close(&c->o);
	json_put_cstr(&c->o, "csrf", session ? c->caller.csrf : NULL);
	put_user(c);
	roles_put(&c->o, "roles", &c->caller.roles);
	put_times(c);
	/* What is asked for from now on shows at least this: events behind it are all that a page needs. */
	json_put_cstr(&c->o, "events",
		live_position(
			c->api->live, c->caller.roles.of[AREA_PACT] >= ROLE_READER, c->arena));
	json_close(&c->o);
	return 0;
}

int api_session_get(struct call *c)
{
	return put_session(c);
}

/* ---- signing in and out ---- */

int only_session(struct call *c)
{
	if (c->caller.kind == CALLER_SESSION)
		return 0;
	return why_set(
		&c->why, E_DENIED, "", "this is for somebody who has signed in, not for a token");
}

int only_whole_session(struct call *c)
{
	TRY(only_session(c));
	if (c->caller.session.narrowed)
		return why_set(&c->why, E_DENIED, "",
			"this session has only what the provider's claims leave: passwords, codes, passkeys and tokens are set by the account itself or an administrator");
	return 0;
}

const struct roles *same_roles(const struct call *c)
{
	return c->caller.session.narrowed ? &c->caller.session.roles : ALL_ROLES;
}

int session_give(
	struct call *c, const struct account *a, const char *method, const struct roles *roles)
{
	char secret[SESSION_SECRET + 1], device[DEVICE_SECRET + 1];
	struct slice old = caller_cookie(&c->api->place, c->req);
	struct session before;
	struct account owner;
	bool had = session_find(c->node, c->db, old, c->arena, &before, &owner, NULL) == 0;

	TRY(call_begin(c));
	int rc = had ? session_end(c->db, &before.digest, &c->why) : 0;
	if (rc == 0)
		rc = session_new(c->node, c->db, a, method, roles,
			caller_address(&c->api->place, c->req),
			request_header(c->req, "User-Agent"), secret, &c->why);
	if (rc == 0)
		rc = device_note(c->node, c->db, a->row,
			caller_side_cookie(&c->api->place, c->req, "device"), device, &c->why);
	TRY(call_commit(c, rc));
	caller_cookie_set(&c->api->place, c->req, secret);
	caller_side_cookie_set(
		&c->api->place, c->req, "device", device, (int)(DEVICE_FORGET_MS / SECOND_MS));
	known_add(c->api->known, slice_str(secret));
	c->caller = (struct caller){
		.kind = CALLER_SESSION, .roles = roles ? roles_both(roles, &a->roles) : a->roles};
	session_csrf(slice_str(secret), c->caller.csrf);
	rc = session_find(c->node, c->db, slice_str(secret), c->arena, &c->caller.session,
		&c->caller.account, &c->why);
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(device, sizeof(device));
	return rc;
}

/* `within`: the caller's session, or NULL: somebody comes. */
static int check_password(struct call *c, struct slice name, const char *purpose,
	const struct session *within, struct account *ret)
{
	struct signin in = {.name = name,
		.device = caller_side_cookie(&c->api->place, c->req, "device"),
		.session = within ? &within->digest : NULL,
		.address = caller_address(&c->api->place, c->req),
		.purpose = purpose};

	TRY(call_need(c, "password", PASSWORD_MAX, &in.password));
	TRY(call_want(c, "code", 16, &in.code));
	TRY(hash_enter(c));
	int rc = signin_password(c->node, c->db, &in, c->arena, ret, &c->retry_ms, &c->why);
	hash_leave(c);
	return rc;
}

static int check_certificate(struct call *c, const char *purpose, struct account *ret)
{
	if (!c->req->has_pin)
		return why_set(&c->why, E_AUTH, "/certificate",
			c->api->client_cert
				? "the browser has shown no certificate"
				: "certificates are not asked for: tls client-cert in entente.conf");
	return signin_certificate(c->node, c->db, &c->req->pin,
		caller_address(&c->api->place, c->req), purpose, c->arena, ret, &c->why);
}

static int wants_certificate(struct call *c, bool *ret)
{
	static const char *const known[] = {
		"name", "password", "code", "certificate", "passkey", NULL};

	TRY(call_only(c, known));
	return call_want_bool(c, "certificate", ret);
}

int api_session_make(struct call *c)
{
	struct account a;
	struct slice name;
	bool certificate;

	TRY(wants_certificate(c, &certificate));
	if (certificate) {
		TRY(check_certificate(c, "sign-in", &a));
	} else {
		TRY(call_need(c, "name", 128, &name));
		TRY(check_password(c, name, "sign-in", NULL, &a));
	}
	TRY(session_give(c, &a, certificate ? "certificate" : "password", ALL_ROLES));
	return put_session(c);
}

int api_session_end(struct call *c)
{
	TRY(only_session(c));
	TRY(call_begin(c));
	int rc = session_end(c->db, &c->caller.session.digest, &c->why);
	if (rc == 0)
		rc = call_audit(c, "sign-out", "");
	TRY(call_commit(c, rc));
	caller_cookie_set(&c->api->place, c->req, "");
	call_ended(c);
	return 0;
}

int api_session_confirm(struct call *c)
{
	struct account a;
	bool certificate;

	TRY(only_session(c));
	TRY(wants_certificate(c, &certificate));
	json_ref passkey = json_get(&c->doc, c->body, "passkey");
	if (passkey != JSON_ABSENT)
		TRY(check_passkey(c, passkey, c->caller.account.row, "confirm", &a));
	else if (certificate)
		TRY(check_certificate(c, "confirm", &a));
	else
		TRY(check_password(c, c->caller.account.name, "confirm", &c->caller.session, &a));
	if (a.row != c->caller.account.row)
		return why_set(&c->why, E_AUTH, "", "the certificate is somebody else's");
	TRY(call_begin(c));
	TRY(call_commit(c, session_confirm(c->db, &c->caller.session.digest,
				   env_now_ms(&c->node->env), &c->why)));
	c->caller.session.confirmed_ms = env_now_ms(&c->node->env);
	return put_session(c);
}

int api_session_password(struct call *c)
{
	static const char *const known[] = {"password", NULL};
	char hash[PASSWORD_TEXT + 1];
	struct slice pass;
	struct account a;

	TRY(only_whole_session(c));
	TRY(call_only(c, known));
	TRY(call_need(c, "password", PASSWORD_MAX, &pass));
	TRY(hash_enter(c));
	int rc = account_password_hash(c->node, c->caller.account.name, pass, hash, &c->why);
	hash_leave(c);
	TRY(rc);
	TRY(call_begin(c));
	rc = account_set_password(c->db, c->caller.account.row, hash, &c->why);
	if (rc == 0)
		rc = call_audit(c, "own password", "");
	TRY(call_commit(c, rc));
	TRY(account_get_row(c->db, c->caller.account.row, c->arena, &a, &c->why));
	TRY(session_give(c, &a, "password", ALL_ROLES));
	call_ended(c);
	return put_session(c);
}

/* ---- own sessions ---- */

int api_session_all(struct call *c)
{
	struct session *list;
	size_t n;

	if (c->caller.kind == CALLER_TOKEN)
		return only_session(c);
	page_open(c);
	if (caller_account(&c->caller)) {
		TRY(session_list(c->node, c->db, &c->caller.account, SESSIONS_SHOWN, c->arena,
			&list, &n, &c->why));
		for (size_t i = 0; i < n; i++) {
			char id[SESSION_ID + 1];

			session_id(&list[i], id);
			json_open(&c->o, '{');
			json_put_cstr(&c->o, "id", id);
			put_time(&c->o, "made", list[i].made_ms);
			put_time(&c->o, "seen", list[i].seen_ms);
			json_put_string(&c->o, "address", list[i].address);
			json_put_string(&c->o, "agent", list[i].agent);
			json_put_string(&c->o, "method", list[i].method);
			json_put_bool(&c->o, "this",
				c->caller.kind == CALLER_SESSION &&
					hash_eq(&list[i].digest, &c->caller.session.digest));
			json_close(&c->o);
		}
	}
	page_close(c, SLICE_NONE);
	return 0;
}

int api_session_end_one(struct call *c)
{
	struct session *list;
	size_t n;

	TRY(only_session(c));
	TRY(session_list(
		c->node, c->db, &c->caller.account, SESSIONS_SHOWN, c->arena, &list, &n, &c->why));
	for (size_t i = 0; i < n; i++) {
		char id[SESSION_ID + 1];

		session_id(&list[i], id);
		if (!slice_is(c->param[0], id))
			continue;
		TRY(call_begin(c));
		int rc = session_end(c->db, &list[i].digest, &c->why);
		if (rc == 0)
			rc = call_audit(c, "session end", id);
		TRY(call_commit(c, rc));
		call_ended(c);
		return 0;
	}
	return why_set(&c->why, E_MISSING, "", "there is no such session");
}

/* ---- second factor ---- */

int api_totp_new(struct call *c)
{
	static const char *const known[] = {NULL};
	uint8_t secret[TOTP_SECRET];
	char text[BASE32_LEN(TOTP_SECRET) + 1];
	struct buf uri CLEANUP_BUF = BUF(KIB);

	TRY(only_whole_session(c));
	TRY(call_only(c, known));
	TRY(call_begin(c));
	TRY(call_commit(
		c, account_totp_new(c->node, c->db, c->caller.account.row, secret, &c->why)));
	base32_encode(secret, sizeof(secret), text);
	for (char *p = text; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	account_totp_uri(c->node, c->caller.account.name, secret, &uri);
	explicit_bzero(secret, sizeof(secret));
	json_open(&c->o, '{');
	json_put_cstr(&c->o, "secret", text);
	json_put_string(&c->o, "uri", buf_slice(&uri));
	json_close(&c->o);
	return 0;
}

int api_totp_enable(struct call *c)
{
	static const char *const known[] = {"code", NULL};
	struct slice code;

	TRY(only_whole_session(c));
	TRY(call_only(c, known));
	TRY(call_need(c, "code", 16, &code));
	TRY(call_begin(c));
	int rc = account_totp_enable(c->node, c->db, c->caller.account.row, code, &c->why);
	/* The person is signed in; it is the code that does not hold. */
	if (rc == E_AUTH)
		rc = why_set(&c->why, E_INVALID, "/code", "the code is not one of this secret");
	if (rc == 0)
		rc = call_audit(c, "own totp", "in force");
	return call_commit(c, rc);
}

int api_totp_drop(struct call *c)
{
	TRY(only_whole_session(c));
	TRY(call_begin(c));
	int rc = account_totp_drop(c->db, c->caller.account.row, &c->why);
	if (rc == 0)
		rc = call_audit(c, "own totp", "dropped");
	return call_commit(c, rc);
}
