/*
 * api_oidc.c: signing in with a provider of identities. The browser goes there with a challenge as `state` and comes back to /oidc, whose page hands code and
 * state in here.
 *
 *	state    a challenge of this node (node/challenge.h): ours, once, five minutes
 *	cookie   a secret that belongs to the state: it is this browser that began
 *	nonce    another: the token was made for this sign-in
 *	verifier another (PKCE): the code is worth nothing to whoever sees it
 */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "crypt/hash.h"
#include "node/oidc.h"
#include "node/signin.h"
#include "web/issuer.h"

#define COOKIE_MS 300 /* seconds, as CHALLENGE_MS */

static const char *const sign_in = "sign-in", *const confirm = "confirm";

static int configured(struct call *c)
{
	if (c->api->issuer)
		return 0;
	return why_set(&c->why, E_STATE, "",
		"this node has no provider of identities: oidc in entente.conf");
}

static const char *redirect_of(struct call *c)
{
	return arena_printf(c->arena, "%s://%.*s/oidc", c->api->place.secure ? "https" : "http",
		SLICE_FMT(request_header(c->req, "Host")));
}

static struct challenge challenge_for(const char *purpose, int64_t account, const char *redirect)
{
	return (struct challenge){
		purpose == confirm ? "oidc confirm" : "oidc sign-in", account, slice_str(redirect)};
}

/* 43 characters of base64url: what PKCE, nonce and cookie may all be. */
static struct slice secret_of(struct call *c, struct slice state, const char *name)
{
	struct hash h = challenge_secret(c->node, state, name);
	struct buf b CLEANUP_BUF = BUF(128);

	buf_base64url(&b, h.b, 32);
	return arena_copy(c->arena, buf_slice(&b));
}

/* ---- going ---- */

int api_oidc_begin(struct call *c)
{
	static const char *const known[] = {"confirm", NULL};
	char state[CHALLENGE_TEXT + 1];
	struct buf url CLEANUP_BUF = BUF(16 * KIB), hashed CLEANUP_BUF = BUF(128);
	struct oidc_provider p;
	bool again;

	TRY(call_only(c, known));
	TRY(call_want_bool(c, "confirm", &again));
	TRY(configured(c));
	if (again)
		TRY(only_session(c));
	TRY(issuer_enter(c->api->issuer, &c->why));
	int rc = issuer_provider(c->api->issuer, c->arena, &p, &c->why);
	issuer_leave(c->api->issuer);
	TRY(rc);
	const char *redirect = redirect_of(c);
	const struct challenge ch = challenge_for(
		again ? confirm : sign_in, again ? c->caller.account.row : 0, redirect);
	challenge_make(c->node, &ch, state);
	struct slice s = slice_str(state), verifier = secret_of(c, s, "pkce");
	struct hash h = hash_bytes(verifier);
	buf_base64url(&hashed, h.b, 32);
	oidc_authorize_url(&p, &c->node->conf.oidc,
		&(struct oidc_ask){.redirect = redirect,
			.state = state,
			.nonce = secret_of(c, s, "nonce"),
			.challenge = buf_slice(&hashed),
			.again = again},
		&url);
	caller_side_cookie_set(&c->api->place, c->req, "oidc",
		arena_string(c->arena, secret_of(c, s, "browser")), COOKIE_MS);
	json_open(&c->o, '{');
	json_put_string(&c->o, "url", buf_slice(&url));
	json_put_cstr(&c->o, "state", state);
	json_close(&c->o);
	return 0;
}

/* ---- coming back ---- */

struct coming {
	struct slice state, code, iss, error, description;
	const char *purpose, *redirect;
	int64_t account, asked_ms;
};

static int coming_read(struct call *c, struct coming *ret)
{
	static const char *const known[] = {"state", "code", "iss", "error", "description", NULL};

	TRY(call_only(c, known));
	TRY(call_need(c, "state", 256, &ret->state));
	TRY(call_want(c, "code", OIDC_CODE_MAX, &ret->code));
	TRY(call_want(c, "iss", 1024, &ret->iss));
	TRY(call_want(c, "error", 256, &ret->error));
	TRY(call_want(c, "description", 2048, &ret->description));
	if (!ret->code.n && !ret->error.n)
		return why_set(&c->why, E_INVALID, "/code", "is missing");
	ret->redirect = redirect_of(c);
	return 0;
}

static bool same_secret(struct slice a, struct slice b)
{
	struct hash x = hash_bytes(a), y = hash_bytes(b);

	return a.n > 0 && hash_same(&x, &y);
}

/* Begun here, in this browser, for this purpose, and not answered before. */
static int state_use(struct call *c, struct coming *in)
{
	struct challenge ch = challenge_for(sign_in, 0, in->redirect);

	in->purpose = sign_in;
	if (!same_secret(caller_side_cookie(&c->api->place, c->req, "oidc"),
		    secret_of(c, in->state, "browser")))
		return why_set(&c->why, E_AUTH, "/state",
			"this sign-in was not begun in this browser, or too long ago: begin again");
	if (challenge_check(c->node, &ch, in->state, NULL) < 0 &&
		c->caller.kind == CALLER_SESSION) {
		in->purpose = confirm;
		in->account = c->caller.account.row;
		ch = challenge_for(confirm, in->account, in->redirect);
	}
	TRY(call_begin(c));
	return call_commit(c, challenge_use(c->node, c->db, &ch, in->state, &c->why));
}

/* RFC 9207: an answer of another provider than the one that was asked. */
static int issuer_check(struct call *c, const struct coming *in, const struct oidc_provider *p)
{
	if (in->iss.n ? slice_is(in->iss, c->node->conf.oidc.issuer) : !p->names_itself)
		return 0;
	return why_set(
		&c->why, E_AUTH, "/iss", "the answer comes from another provider than was asked");
}

static int refusal(struct call *c, const struct coming *in)
{
	int shown = in->description.n < 160 ? (int)in->description.n : 160;

	return why_set(&c->why, E_AUTH, "/error", "the provider of identities says: %.*s%s%.*s",
		in->error.n < 80 ? (int)in->error.n : 80, (const char *)in->error.p,
		shown ? ": " : "", shown, shown ? (const char *)in->description.p : "");
}

static int claims_get(struct call *c, const struct coming *in, struct oidc_claims *ret)
{
	const struct conf_oidc *conf = &c->node->conf.oidc;
	struct issuer *i = c->api->issuer;
	struct oidc_provider p;
	struct slice payload = SLICE_NONE;
	struct oidc_expect e = {.nonce = secret_of(c, in->state, "nonce"),
		.since_ms = in->purpose == confirm ? env_now_ms(&c->node->env) - CHALLENGE_MS : 0};

	if (in->error.n)
		return refusal(c, in);
	TRY(issuer_enter(i, &c->why));
	int rc = issuer_provider(i, c->arena, &p, &c->why);
	if (rc == 0)
		rc = issuer_check(c, in, &p);
	if (rc == 0)
		rc = issuer_token(i, &p,
			&(struct issuer_grant){.code = in->code,
				.verifier = secret_of(c, in->state, "pkce"),
				.redirect = in->redirect},
			c->arena, &payload, &c->why);
	issuer_leave(i);
	TRY(rc);
	e.now_ms = env_now_ms(&c->node->env);
	return oidc_claims_check(payload, &e, conf, c->arena, ret, &c->why);
}

static int account_get_for(struct call *c, const struct coming *in,
	const struct oidc_claims *claims, struct account *ret, bool *ret_known)
{
	int rc = oidc_account(c->db, slice_str(c->node->conf.oidc.issuer), claims->subject,
		c->arena, ret, &c->why);

	*ret_known = rc == 0;
	if (rc == E_MISSING)
		return why_set(&c->why, E_AUTH, "",
			"nobody here is known by this identity; give the administrator of this node its subject: %.*s",
			SLICE_FMT(claims->subject));
	if (rc == 0 && ret->disabled)
		return why_set(&c->why, E_AUTH, "", "this account is disabled");
	if (rc == 0 && in->account && in->account != ret->row)
		return why_set(&c->why, E_AUTH, "", "this is somebody else's identity");
	return rc;
}

/* A refusal is written down before it is told. */
static int outcome_write(struct call *c, const struct coming *in, const struct account *a,
	const struct oidc_claims *claims, bool held)
{
	struct why told = c->why;
	const char *by = held || claims->subject.n
				 ? arena_printf(c->arena, "provider, subject %.*s",
					   SLICE_FMT(claims->subject))
				 : "provider";

	TRY(call_begin(c));
	int rc = signin_outcome(c->node, c->db, a, caller_address(&c->api->place, c->req),
		in->purpose, by, held, &c->why);
	TRY(call_commit(c, rc));
	if (!held)
		c->why = told;
	return 0;
}

int api_oidc_finish(struct call *c)
{
	struct coming in = {0};
	struct oidc_claims claims = {0};
	struct account a;
	bool known = false;

	TRY(configured(c));
	TRY(coming_read(c, &in));
	TRY(signin_address_check(
		c->node, c->db, caller_address(&c->api->place, c->req), &c->retry_ms, &c->why));
	int rc = state_use(c, &in);
	if (rc == 0)
		rc = claims_get(c, &in, &claims);
	if (rc == 0)
		rc = account_get_for(c, &in, &claims, &a, &known);
	if (rc == 0 || rc == E_AUTH)
		TRY(outcome_write(c, &in, known ? &a : NULL, &claims, rc == 0));
	TRY(rc);
	caller_side_cookie_set(&c->api->place, c->req, "oidc", "", 0);
	if (in.purpose == sign_in) {
		TRY(session_give(c, &a, "oidc", claims.narrows ? &claims.roles : ALL_ROLES));
		return put_session(c);
	}
	TRY(call_begin(c));
	TRY(call_commit(c, session_confirm(c->db, &c->caller.session.digest,
				   env_now_ms(&c->node->env), &c->why)));
	c->caller.session.confirmed_ms = env_now_ms(&c->node->env);
	return put_session(c);
}

/* ---- who is who, for the administrator ---- */

int put_subjects(struct call *c, int64_t account)
{
	struct oidc_subject *list;
	size_t n;

	TRY(oidc_subject_list(c->db, account, c->arena, &list, &n, &c->why));
	json_open_at(&c->o, "subjects", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&c->o, '{');
		json_put_string(&c->o, "issuer", list[i].issuer);
		json_put_string(&c->o, "subject", list[i].subject);
		put_time(&c->o, "made", list[i].made_ms);
		json_close(&c->o);
	}
	json_close(&c->o);
	return 0;
}

int api_user_subject_add(struct call *c)
{
	static const char *const known[] = {"subject", NULL};
	int64_t now_ms = env_now_ms(&c->node->env);
	struct slice subject;
	struct account a;

	TRY(call_only(c, known));
	TRY(account_get(c->db, c->param[0], c->arena, &a, &c->why));
	TRY(configured(c));
	TRY(call_need(c, "subject", OIDC_SUBJECT_MAX, &subject));
	struct slice issuer = slice_str(c->node->conf.oidc.issuer);
	TRY(call_begin(c));
	int rc = oidc_subject_add(c->db, a.row, issuer, subject, now_ms, &c->why);
	if (rc == 0)
		rc = call_audit(c, "user subject",
			arena_printf(
				c->arena, "%.*s is %.*s", SLICE_FMT(a.name), SLICE_FMT(subject)));
	TRY(call_commit(c, rc));
	json_open(&c->o, '{');
	json_put_string(&c->o, "issuer", issuer);
	json_put_string(&c->o, "subject", subject);
	put_time(&c->o, "made", now_ms);
	json_close(&c->o);
	return 0;
}

int api_user_subject_drop(struct call *c)
{
	struct slice issuer = request_query(c->req, "issuer");
	struct account a;

	TRY(account_get(c->db, c->param[0], c->arena, &a, &c->why));
	if (!issuer.n)
		issuer = slice_str(c->node->conf.oidc.issuer);
	TRY(call_begin(c));
	int rc = oidc_subject_drop(c->db, a.row, issuer, c->param[1], &c->why);
	if (rc == 0)
		rc = call_audit(c, "user subject drop",
			arena_printf(c->arena, "%.*s is not %.*s any more", SLICE_FMT(a.name),
				SLICE_FMT(c->param[1])));
	TRY(call_commit(c, rc));
	call_ended(c);
	return 0;
}
