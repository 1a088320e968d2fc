/* conf_oidc.c: the settings of a provider of identities; see conf.h. */
#include "node/conf.h"

#include "base/enc.h"
#include "node/account.h"

#define ISSUER_MAX 512
#define VALUE_MAX  512

static int bad(struct why *why, const char *text)
{
	return why_set(why, E_SYNTAX, "", "%s", text);
}

static int once(struct conf *c, const char **at, struct slice value, struct why *why)
{
	if (*at)
		return bad(why, "this setting is here for the second time");
	if (value.n > VALUE_MAX)
		return bad(why, "the value is too long");
	*at = arena_string(&c->arena, value);
	return 0;
}

/* OpenID Connect Discovery §3: https, no query, no fragment. */
static bool issuer_ok(struct slice s)
{
	if (!slice_starts(s, "https://") || s.n > ISSUER_MAX || s.n == strlen("https://"))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '?' || s.p[i] == '#')
			return false;
	return true;
}

static int take_pin(struct conf_oidc *o, struct slice value, struct why *why)
{
	if (o->n_pin == CONF_OIDC_PINS)
		return bad(why, "too many pins");
	if (hex_decode(value, o->pin[o->n_pin].b, 32) < 0)
		return bad(why, "a pin is the SHA-256 of a public key in 64 hex digits");
	o->n_pin++;
	return 0;
}

static int take_role(struct conf *c, struct slice value, struct why *why)
{
	struct conf_oidc *o = &c->oidc;
	struct slice claim, word, rest = value;
	struct roles roles;

	if (o->n_role == CONF_OIDC_ROLES)
		return bad(why, "too many oidc-role lines");
	if (!slice_cut_exact(&rest, ' ', &claim) || !slice_cut_exact(&rest, ' ', &word) ||
		claim.n == 0 || word.n == 0)
		return bad(why, "expected: claim, value, roles, like groups duty records=officer");
	rest = slice_trim(rest);
	if (roles_parse(rest, &roles, why) < 0)
		return bad(why, "expected roles like records=officer,pact=reader at the end");
	o->role[o->n_role].claim = arena_string(&c->arena, claim);
	o->role[o->n_role].value = arena_string(&c->arena, word);
	o->role[o->n_role++].roles = arena_string(&c->arena, rest);
	return 0;
}

int conf_oidc_take(struct conf *c, struct slice key, struct slice value, struct why *why)
{
	struct conf_oidc *o = &c->oidc;

	if (slice_is(key, "oidc")) {
		if (!issuer_ok(value))
			return bad(why, "an issuer is an https address without ? and #");
		return once(c, &o->issuer, value, why);
	}
	if (slice_is(key, "oidc-client"))
		return once(c, &o->client, value, why);
	if (slice_is(key, "oidc-secret"))
		return once(c, &o->secret, value, why);
	if (slice_is(key, "oidc-name"))
		return once(c, &o->name, value, why);
	if (slice_is(key, "oidc-scope"))
		return once(c, &o->scope, value, why);
	if (slice_is(key, "oidc-pin"))
		return take_pin(o, value, why);
	if (slice_is(key, "oidc-role"))
		return take_role(c, value, why);
	return E_MISSING;
}

int conf_oidc_check(const struct conf_oidc *o, struct why *why)
{
	bool more = o->client || o->secret || o->name || o->scope || o->n_pin || o->n_role;

	if (!o->issuer && more)
		return why_set(why, E_SYNTAX, "oidc",
			"there are oidc- settings, but no oidc with the issuer");
	if (o->issuer && !o->client)
		return why_set(why, E_SYNTAX, "oidc-client",
			"as whom is this node registered at the provider?");
	return 0;
}

void conf_oidc_print(const struct conf_oidc *o, struct buf *b)
{
	char hex[65];

	if (!o->issuer)
		return;
	buf_addf(b, "oidc %s\noidc-client %s\n", o->issuer, o->client);
	if (o->secret)
		buf_addf(b, "oidc-secret %s\n", o->secret);
	if (o->name)
		buf_addf(b, "oidc-name %s\n", o->name);
	if (o->scope)
		buf_addf(b, "oidc-scope %s\n", o->scope);
	for (size_t i = 0; i < o->n_pin; i++) {
		hex_encode(o->pin[i].b, 32, hex);
		buf_addf(b, "oidc-pin %s\n", hex);
	}
	for (size_t i = 0; i < o->n_role; i++)
		buf_addf(b, "oidc-role %s %s %s\n", o->role[i].claim, o->role[i].value,
			o->role[i].roles);
}
