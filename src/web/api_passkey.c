/* api_passkey.c: passkeys: making them, signing in with one, and one instead of the password before an act. node/passkey.h has the rules. */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "crypt/webauthn.h"

#include <arpa/inet.h>

/* ---- which site ---- */

static const char *without_port(struct call *c, struct slice host)
{
	ptrdiff_t colon = slice_find(host, ':');
	char *name = arena_string(c->arena, slice_sub(host, 0, colon < 0 ? host.n : (size_t)colon));

	for (char *p = name; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
	return name;
}

/* As the browser spells its origin. That the node is known by this Host has been checked (routes.c). */
static int site_of(struct call *c, struct passkey_site *ret)
{
	struct slice host = request_header(c->req, "Host");
	const char *name = without_port(c, host);
	uint8_t address[16];

	if (host.n == 0 || host.p[0] == '[' || inet_pton(AF_INET, name, address) == 1)
		return why_set(&c->why, E_STATE, "Host",
			"a passkey belongs to a name, not to an address: open this page by its name (here: localhost)");
	ret->rp_id = name;
	ret->origin = arena_printf(c->arena, "%s://%s%.*s", c->api->place.secure ? "https" : "http",
		name, (int)(host.n - strlen(name)), (const char *)host.p + strlen(name));
	return 0;
}

/* ---- bytes in JSON ---- */

static int bytes_of(struct call *c, json_ref obj, const char *key, size_t max, struct slice *ret)
{
	struct buf b CLEANUP_BUF = BUF(max);
	struct slice text;

	TRY(json_need_string(&c->doc, obj, key, max * 4 / 3 + 4, c->arena, &text, &c->why));
	if (base64url_decode(text, &b) < 0 || buf_over(&b))
		return why_set(&c->why, E_INVALID, arena_printf(c->arena, "/%s", key),
			"is no base64url of at most %zu bytes", max);
	*ret = arena_copy(c->arena, buf_slice(&b));
	return 0;
}

static void put_bytes(struct call *c, const char *key, struct slice s)
{
	struct buf b CLEANUP_BUF = BUF(2 * KIB);

	buf_base64url(&b, s.p, s.n);
	json_put_string(&c->o, key, buf_slice(&b));
}

void put_passkeys(struct call *c, const char *key, const struct passkey *k, size_t n)
{
	json_open_at(&c->o, key, '[');
	for (size_t i = 0; i < n; i++)
		put_passkey(c, &k[i]);
	json_close(&c->o);
}

void put_passkey(struct call *c, const struct passkey *k)
{
	json_open(&c->o, '{');
	put_bytes(c, "id", k->id);
	json_put_string(&c->o, "name", k->name);
	json_put_string(&c->o, "site", k->rp_id);
	json_put_bool(&c->o, "backed_up", k->backed_up);
	put_time(&c->o, "made", k->made_ms);
	put_time(&c->o, "used", k->used_ms);
	put_time(&c->o, "copied", k->suspect_ms);
	json_close(&c->o);
}

/* The list that browsers want: [{"type": "public-key", "id": …}], of those made for this site. */
static int put_credentials(
	struct call *c, const char *key, int64_t account, const struct passkey_site *site)
{
	struct passkey *list = NULL;
	size_t n = 0;

	if (account)
		TRY(passkey_list(c->db, account, c->arena, &list, &n, &c->why));
	json_open_at(&c->o, key, '[');
	for (size_t i = 0; i < n; i++) {
		if (!slice_is(list[i].rp_id, site->rp_id))
			continue;
		json_open(&c->o, '{');
		json_put_cstr(&c->o, "type", "public-key");
		put_bytes(c, "id", list[i].id);
		json_close(&c->o);
	}
	json_close(&c->o);
	return 0;
}

/* ---- asking for one: PublicKeyCredentialRequestOptionsJSON ---- */

static int ask(struct call *c, int64_t account)
{
	char challenge[CHALLENGE_TEXT + 1];
	struct passkey_site site;

	TRY(site_of(c, &site));
	const struct challenge asked = passkey_assert_challenge(account, &site);
	challenge_make(c->node, &asked, challenge);
	json_open(&c->o, '{');
	json_put_cstr(&c->o, "challenge", challenge);
	json_put_cstr(&c->o, "rpId", site.rp_id);
	json_put_i64(&c->o, "timeout", CHALLENGE_MS);
	json_put_cstr(&c->o, "userVerification", "required");
	/* Nobody is told who has which: without a session, those that the authenticator itself offers. */
	TRY(put_credentials(c, "allowCredentials", account, &site));
	json_close(&c->o);
	return 0;
}

int api_passkey_ask(struct call *c)
{
	static const char *const known[] = {NULL};

	TRY(call_only(c, known));
	return ask(c, 0);
}

int api_passkey_ask_confirm(struct call *c)
{
	static const char *const known[] = {NULL};

	TRY(call_only(c, known));
	TRY(only_session(c));
	return ask(c, c->caller.account.row);
}

int check_passkey(
	struct call *c, json_ref obj, int64_t account, const char *purpose, struct account *ret)
{
	struct passkey_answer a = {.account = account};
	json_ref handle = json_get(&c->doc, obj, "userHandle");

	TRY(site_of(c, &a.site));
	TRY(bytes_of(c, obj, "id", LIMIT_PASSKEY_ID, &a.id));
	TRY(bytes_of(c, obj, "clientDataJSON", LIMIT_CLIENT_DATA, &a.client_data));
	TRY(bytes_of(c, obj, "authenticatorData", LIMIT_CBOR_BYTES, &a.authenticator_data));
	TRY(bytes_of(c, obj, "signature", KIB, &a.signature));
	if (handle != JSON_ABSENT && json_type(&c->doc, handle) != JSON_NULL)
		TRY(bytes_of(c, obj, "userHandle", 64, &a.handle));
	return signin_passkey(c->node, c->db, &a, caller_address(&c->api->place, c->req), purpose,
		c->arena, ret, &c->retry_ms, &c->why);
}

int api_passkey_sign_in(struct call *c)
{
	static const char *const known[] = {
		"id", "clientDataJSON", "authenticatorData", "signature", "userHandle", NULL};
	struct account a;

	TRY(call_only(c, known));
	TRY(check_passkey(c, c->body, 0, "sign-in", &a));
	TRY(session_give(c, &a, "passkey", ALL_ROLES));
	return put_session(c);
}

/* ---- own passkeys ---- */

int api_passkeys(struct call *c)
{
	struct passkey *list = NULL;
	size_t n = 0;

	if (c->caller.kind == CALLER_TOKEN)
		return only_session(c);
	if (caller_account(&c->caller))
		TRY(passkey_list(c->db, c->caller.account.row, c->arena, &list, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n; i++)
		put_passkey(c, &list[i]);
	page_close(c, SLICE_NONE);
	return 0;
}

static void put_algorithms(struct call *c)
{
	json_open_at(&c->o, "pubKeyCredParams", '[');
	for (size_t i = 0; i < PK_ALGS; i++) {
		json_open(&c->o, '{');
		json_put_cstr(&c->o, "type", "public-key");
		json_put_i64(&c->o, "alg", webauthn_algorithms[i]);
		json_close(&c->o);
	}
	json_close(&c->o);
}

static void put_who(struct call *c, const struct passkey_site *site)
{
	const struct account *a = &c->caller.account;
	uint8_t handle[PASSKEY_HANDLE];

	passkey_handle(c->node, a->row, handle);
	json_open_at(&c->o, "rp", '{');
	json_put_cstr(&c->o, "id", site->rp_id);
	json_put_cstr(&c->o, "name", arena_printf(c->arena, "entente %s", c->node->conf.label));
	json_close(&c->o);
	json_open_at(&c->o, "user", '{');
	put_bytes(c, "id", slice_of(handle, sizeof(handle)));
	json_put_string(&c->o, "name", a->name);
	json_put_string(&c->o, "displayName", a->shown);
	json_close(&c->o);
}

/* PublicKeyCredentialCreationOptionsJSON. */
int api_passkey_begin(struct call *c)
{
	static const char *const known[] = {NULL};
	char challenge[CHALLENGE_TEXT + 1];
	struct passkey_site site;

	TRY(call_only(c, known));
	TRY(only_whole_session(c));
	TRY(site_of(c, &site));
	const struct challenge asked = passkey_register_challenge(c->caller.account.row, &site);
	challenge_make(c->node, &asked, challenge);
	json_open(&c->o, '{');
	put_who(c, &site);
	json_put_cstr(&c->o, "challenge", challenge);
	put_algorithms(c);
	json_put_i64(&c->o, "timeout", CHALLENGE_MS);
	TRY(put_credentials(c, "excludeCredentials", c->caller.account.row, &site));
	json_put_raw(&c->o, "authenticatorSelection",
		SLICE("{\"residentKey\":\"required\",\"requireResidentKey\":true,"
		      "\"userVerification\":\"required\"}"));
	json_put_cstr(&c->o, "attestation", "none");
	json_close(&c->o);
	return 0;
}

int api_passkey_new(struct call *c)
{
	static const char *const known[] = {"name", "clientDataJSON", "attestationObject", NULL};
	struct passkey_new p = {.account = &c->caller.account};
	struct passkey k;

	TRY(call_only(c, known));
	TRY(only_whole_session(c));
	TRY(site_of(c, &p.site));
	TRY(call_need(c, "name", 400, &p.name));
	TRY(bytes_of(c, c->body, "clientDataJSON", LIMIT_CLIENT_DATA, &p.client_data));
	TRY(bytes_of(c, c->body, "attestationObject", LIMIT_CBOR_BYTES, &p.attestation));
	TRY(call_begin(c));
	int rc = passkey_add(c->node, c->db, &p, c->arena, &k, &c->why);
	/* The person is signed in; it is the answer that does not hold. */
	if (rc == E_AUTH)
		rc = c->why.code = E_INVALID;
	if (rc == 0)
		rc = call_audit(c, "own passkey", arena_string(c->arena, k.name));
	TRY(call_commit(c, rc));
	put_passkey(c, &k);
	return 0;
}

int passkey_of_path(struct call *c, struct slice text, struct slice *ret)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PASSKEY_ID);

	if (base64url_decode(text, &b) < 0 || buf_over(&b) || b.n == 0)
		return why_set(&c->why, E_MISSING, "", "there is no such passkey");
	*ret = arena_copy(c->arena, buf_slice(&b));
	return 0;
}

int api_passkey_rename(struct call *c)
{
	static const char *const known[] = {"name", NULL};
	struct slice id, name;

	TRY(call_only(c, known));
	TRY(only_session(c));
	TRY(passkey_of_path(c, c->param[0], &id));
	TRY(call_need(c, "name", 400, &name));
	TRY(call_begin(c));
	int rc = passkey_rename(c->db, c->caller.account.row, id, name, &c->why);
	if (rc == 0)
		rc = call_audit(c, "own passkey rename", arena_string(c->arena, name));
	return call_commit(c, rc);
}

/* All other sessions end: what the passkey has opened is not known apart. */
int api_passkey_drop(struct call *c)
{
	const char *method = arena_string(c->arena, c->caller.session.method);
	struct slice id;
	struct account a;

	TRY(only_session(c));
	TRY(passkey_of_path(c, c->param[0], &id));
	TRY(call_begin(c));
	int rc = passkey_drop(c->db, c->caller.account.row, id, &c->why);
	if (rc == 0)
		rc = call_audit(c, "own passkey drop", "");
	TRY(call_commit(c, rc));
	TRY(account_get_row(c->db, c->caller.account.row, c->arena, &a, &c->why));
	TRY(session_give(c, &a, method, same_roles(c)));
	call_ended(c);
	return put_session(c);
}
