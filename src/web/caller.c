/* caller.c: see caller.h. */
#include "web/caller.h"

#include "base/limits.h"
#include "net/client.h"

/*
 * Browsers keep a __Host- cookie only if it came with Secure over TLS. Plain HTTP is served on loopback alone, where nobody listens in
 * between; there the cookie has a plain name.
 */
static const char *cookie_name(const struct caller_place *p)
{
	return p->secure ? "__Host-entente" : "entente-session";
}

static struct slice cookie_named(struct request *req, const char *wanted)
{
	struct slice rest = request_header(req, "Cookie"), pair, name;

	while (slice_cut(&rest, ';', &pair)) {
		pair = slice_trim(pair);
		if (slice_cut_exact(&pair, '=', &name) && slice_is(name, wanted))
			return pair;
	}
	return SLICE_NONE;
}

struct slice caller_cookie(const struct caller_place *p, struct request *req)
{
	return cookie_named(req, cookie_name(p));
}

static const char *side_name(const struct caller_place *p, struct request *req, const char *name)
{
	return arena_printf(&req->arena, "%s-%s", p->secure ? "__Host-entente" : "entente", name);
}

struct slice caller_side_cookie(const struct caller_place *p, struct request *req, const char *name)
{
	return cookie_named(req, side_name(p, req, name));
}

void caller_side_cookie_set(const struct caller_place *p, struct request *req, const char *name,
	const char *value, int seconds)
{
	response_header(req, "Set-Cookie",
		arena_printf(&req->arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
			side_name(p, req, name), value, *value ? seconds : 0,
			p->secure ? "; Secure" : ""));
}

void caller_cookie_set(const struct caller_place *p, struct request *req, const char *secret)
{
	response_header(req, "Set-Cookie",
		arena_printf(&req->arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
			cookie_name(p), secret, p->secure ? "; Secure" : "",
			*secret ? "" : "; Max-Age=0"));
}

const char *caller_address(const struct caller_place *p, struct request *req)
{
	struct slice list = p->front ? request_header(req, "X-Forwarded-For") : SLICE_NONE,
		     last = SLICE_NONE;

	while (slice_cut(&list, ',', &last))
		;
	last = slice_trim(last);
	for (size_t i = 0; i < last.n; i++)
		if (last.p[i] <= ' ' || last.p[i] >= 0x7f)
			return req->remote;
	return last.n > 0 && last.n < 64 ? arena_string(&req->arena, last) : req->remote;
}

const char *caller_network(const struct caller_place *p, struct request *req)
{
	char network[ADDRESS_NETWORK];

	address_network(caller_address(p, req), network);
	return arena_string(&req->arena, slice_str(network));
}

/* ---- finding ---- */

static int find_token(const struct caller_place *p, struct db *db, struct slice header,
	struct arena *arena, struct caller *c, struct why *why)
{
	int rc;

	if (!slice_take(&header, "Bearer ") && !slice_take(&header, "bearer "))
		return why_set(why, E_AUTH, "Authorization", "expected \"Bearer ent_…\"");
	rc = token_check(db, slice_trim(header), env_now_ms(&p->node->env), arena, &c->token,
		&c->account, why);
	if (rc < 0)
		return rc;
	c->kind = CALLER_TOKEN;
	c->roles = roles_both(&c->token.roles, &c->account.roles);
	return 0;
}

static int find_session(const struct caller_place *p, struct db *db, struct slice secret,
	struct arena *arena, struct caller *c, struct why *why)
{
	int rc = session_find(p->node, db, secret, arena, &c->session, &c->account, why);

	if (rc < 0)
		return rc;
	c->kind = CALLER_SESSION;
	c->roles = c->session.narrowed ? roles_both(&c->session.roles, &c->account.roles)
				       : c->account.roles;
	session_csrf(secret, c->csrf);
	return 0;
}

static void find_local(struct caller *c)
{
	c->kind = CALLER_LOCAL;
	for (int i = 0; i < AREAS; i++)
		c->roles.of[i] = ROLE_READER;
}

int caller_find(const struct caller_place *p, struct db *db, struct request *req,
	struct arena *arena, struct caller *ret, struct why *why)
{
	struct slice bearer = request_header(req, "Authorization"), cookie;
	struct caller c = {.kind = CALLER_NOBODY};
	bool any;
	int rc = account_any(db, &any, why);

	if (rc < 0)
		return rc;
	c.first_run = !any;
	cookie = caller_cookie(p, req);
	if (!any && p->trusted)
		find_local(&c);
	else if (bearer.n)
		rc = find_token(p, db, bearer, arena, &c, why);
	else if (cookie.n)
		rc = find_session(p, db, cookie, arena, &c, why);
	if (rc < 0)
		return rc;
	*ret = c;
	return 0;
}

/* ---- what it may ---- */

int caller_may(const struct caller *c, enum area area, enum role role, struct why *why)
{
	if (c->kind == CALLER_NOBODY)
		return why_set(why, E_AUTH, "",
			c->first_run ? "this node has no users yet: entente user add"
				     : "nobody is signed in");
	if (c->roles.of[area] >= role)
		return 0;
	if (c->kind == CALLER_LOCAL)
		return why_set(why, E_DENIED, "",
			"this node has no users yet, so it is shown to read only: entente user add");
	return why_set(why, E_DENIED, "", "this needs the role %s in %s", role_name(role),
		area_name(area));
}

/* scheme://Host as the browser spells it; the scheme is not compared behind a front. */
static bool origin_is_ours(const struct caller_place *p, struct request *req, struct slice origin)
{
	struct slice host = request_header(req, "Host");

	if (!slice_take(&origin, p->secure ? "https://" : "http://"))
		return false;
	return host.n > 0 && slice_eq(origin, host);
}

static bool same_text(struct slice a, const char *b)
{
	uint8_t diff = 0;

	if (a.n != strlen(b))
		return false;
	for (size_t i = 0; i < a.n; i++)
		diff |= (uint8_t)(a.p[i] ^ (uint8_t)b[i]);
	return diff == 0;
}

int caller_csrf(const struct caller_place *p, struct request *req, const struct caller *c,
	bool signing_in, struct why *why)
{
	struct slice site = request_header(req, "Sec-Fetch-Site"),
		     origin = request_header(req, "Origin");

	if (c->kind == CALLER_TOKEN)
		return 0;
	if (site.n && !slice_is(site, "same-origin"))
		return why_set(
			why, E_DENIED, "Sec-Fetch-Site", "the request comes from another site");
	if (origin.n && !origin_is_ours(p, req, origin))
		return why_set(why, E_DENIED, "Origin", "the request comes from another origin");
	if (!signing_in && c->kind == CALLER_SESSION &&
		!same_text(request_header(req, "X-CSRF-Token"), c->csrf))
		return why_set(why, E_DENIED, "X-CSRF-Token",
			"the header is missing or of another session: GET /api/v1/session has it");
	return 0;
}

struct slice caller_clearance(const struct caller *c)
{
	if (c->kind == CALLER_LOCAL)
		return SLICE(CLEARANCE_ALL);
	if (c->kind == CALLER_TOKEN && c->token.clearance.n)
		return c->token.clearance;
	return c->account.clearance;
}

void shown_free(struct shown_to *s)
{
	readings_free(&s->readings);
}

struct reader caller_reader(const struct caller *c, const struct world *w, struct shown_to *shown)
{
	bool local = c->kind == CALLER_LOCAL;
	struct reader r = account_reader(w, local ? SLICE(CLEARANCE_ALL) : c->account.clearance);

	if (c->kind == CALLER_TOKEN && c->token.clearance.n) {
		struct reader t = account_reader(w, c->token.clearance);

		r = reader_both(&r, &t);
	}
	if (shown) {
		shown->caller = *c;
		r.readings = &shown->readings;
	}
	return r;
}

const char *caller_who(const struct caller *c, struct arena *arena)
{
	switch (c->kind) {
	case CALLER_SESSION:
		return arena_printf(arena, "user:%.*s", SLICE_FMT(c->account.name));
	case CALLER_TOKEN:
		return arena_printf(arena, "token:%.*s/%.*s", SLICE_FMT(c->account.name),
			SLICE_FMT(c->token.name));
	case CALLER_LOCAL:
		return "local";
	case CALLER_NOBODY:
		break;
	}
	return "nobody";
}

int64_t caller_account(const struct caller *c)
{
	return c->kind == CALLER_SESSION || c->kind == CALLER_TOKEN ? c->account.row : 0;
}
