/* oidc.c: see oidc.h. What a document or token must say, and the addresses. subject.c has who is who. */
#include "node/oidc.h"

#include "base/enc.h"
#include "base/limits.h"

#define ENDPOINT_MAX 1024

/* ---- discovery ---- */

static int refused(struct why *why, const char *where, const char *text)
{
	return why_set(why, E_INVALID, where, "the provider's description: %s", text);
}

/* Only what can stand in a request line, and only over TLS. */
static bool is_https(struct slice url)
{
	if (!slice_starts(url, "https://") || url.n > ENDPOINT_MAX || slice_find(url, '#') >= 0)
		return false;
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] >= 0x7f)
			return false;
	return true;
}

static int endpoint_read(const struct json_doc *doc, const char *key, struct arena *arena,
	const char **ret, struct why *why)
{
	struct slice url = json_string(doc, json_get(doc, json_root(doc), key), arena);

	if (!is_https(url))
		return refused(why, key, "an endpoint is missing or no https address");
	*ret = arena_string(arena, url);
	return 0;
}

/* Is `word` in the list? Without the list: `absent`. */
static bool lists(const struct json_doc *doc, const char *key, const char *word, bool absent,
	struct arena *arena)
{
	json_ref list = json_get(doc, json_root(doc), key);

	if (json_type(doc, list) != JSON_ARRAY)
		return absent;
	for (json_ref v = json_first(doc, list); v; v = json_next(doc, v))
		if (slice_is(json_string(doc, v, arena), word))
			return true;
	return false;
}

int oidc_provider_read(struct slice json, const struct conf_oidc *conf, struct arena *arena,
	struct oidc_provider *ret, struct why *why)
{
	struct json_doc doc;
	struct oidc_provider p = {0};
	int rc = json_read(&doc, arena, json, &json_limits_partner, why);

	if (rc < 0)
		return why ? why_prefix(why, "the provider's description") : rc;
	/* The mix-up of providers begins where one describes another (Discovery §4.3). */
	if (!slice_is(json_string(&doc, json_get(&doc, json_root(&doc), "issuer"), arena),
		    conf->issuer))
		return refused(why, "issuer", "it is another issuer than that of entente.conf");
	rc = endpoint_read(&doc, "authorization_endpoint", arena, &p.authorize, why);
	if (rc == 0)
		rc = endpoint_read(&doc, "token_endpoint", arena, &p.token, why);
	if (rc == 0)
		rc = endpoint_read(&doc, "jwks_uri", arena, &p.keys, why);
	if (rc < 0)
		return rc;
	if (!lists(&doc, "response_types_supported", "code", true, arena))
		return refused(
			why, "response_types_supported", "it has no authorization code flow");
	if (!lists(&doc, "code_challenge_methods_supported", "S256", true, arena))
		return refused(why, "code_challenge_methods_supported", "it has no PKCE with S256");
	p.post = !lists(&doc, "token_endpoint_auth_methods_supported", "client_secret_basic", true,
			 arena) &&
		 lists(&doc, "token_endpoint_auth_methods_supported", "client_secret_post", false,
			 arena);
	p.names_itself = json_true(&doc,
		json_get(&doc, json_root(&doc), "authorization_response_iss_parameter_supported"));
	*ret = p;
	return 0;
}

/* ---- asking ---- */

static void parameter(struct buf *b, const char *name, struct slice value)
{
	buf_addf(b, "&%s=", name);
	buf_percent(b, value);
}

void oidc_authorize_url(const struct oidc_provider *p, const struct conf_oidc *conf,
	const struct oidc_ask *ask, struct buf *ret)
{
	buf_str(ret, p->authorize);
	buf_str(ret, strchr(p->authorize, '?') ? "&response_type=code" : "?response_type=code");
	parameter(ret, "client_id", slice_str(conf->client));
	parameter(ret, "redirect_uri", slice_str(ask->redirect));
	parameter(ret, "scope", slice_str(conf->scope ? conf->scope : "openid"));
	parameter(ret, "state", slice_str(ask->state));
	parameter(ret, "nonce", ask->nonce);
	parameter(ret, "code_challenge", ask->challenge);
	parameter(ret, "code_challenge_method", SLICE("S256"));
	if (!ask->again)
		return;
	parameter(ret, "prompt", SLICE("login"));
	parameter(ret, "max_age", SLICE("0"));
}

/* ---- claims ---- */

static int wrong(struct why *why, const char *claim, const char *text)
{
	return why_set(why, E_AUTH, claim, "the provider's token: %s", text);
}

/* Seconds since 1970, which may have a fraction (RFC 7519 §2); 0 if it is none. */
static int64_t time_of(const struct json_doc *doc, const char *key)
{
	struct slice number = json_number(doc, json_get(doc, json_root(doc), key)), whole;
	int64_t s = 0;

	if (!slice_cut(&number, '.', &whole) || slice_i64(whole, &s) < 0 || s <= 0 ||
		s > INT64_MAX / 1000)
		return 0;
	return s * 1000;
}

static int audience_check(const struct json_doc *doc, const struct conf_oidc *conf,
	struct arena *arena, struct why *why)
{
	json_ref root = json_root(doc), aud = json_get(doc, root, "aud"),
		 azp = json_get(doc, root, "azp");
	bool found = slice_is(json_string(doc, aud, arena), conf->client);

	if (json_type(doc, aud) == JSON_ARRAY)
		for (json_ref v = json_first(doc, aud); v && !found; v = json_next(doc, v))
			found = slice_is(json_string(doc, v, arena), conf->client);
	if (!found)
		return wrong(why, "aud", "it is for somebody else");
	if (azp != JSON_ABSENT && !slice_is(json_string(doc, azp, arena), conf->client))
		return wrong(why, "azp", "it was given to somebody else");
	if (json_type(doc, aud) == JSON_ARRAY && json_count(doc, aud) > 1 && azp == JSON_ABSENT)
		return wrong(
			why, "azp", "it is for several, and does not say to whom it was given");
	return 0;
}

static int times_check(const struct json_doc *doc, const struct oidc_expect *e, struct why *why)
{
	int64_t exp = time_of(doc, "exp"), iat = time_of(doc, "iat"), nbf = time_of(doc, "nbf"),
		auth = time_of(doc, "auth_time");

	if (exp <= e->now_ms - OIDC_SKEW_MS)
		return wrong(why, "exp", "it has expired, or does not say when");
	if (!iat || iat > e->now_ms + OIDC_SKEW_MS || iat < e->now_ms - OIDC_TOKEN_AGE_MS)
		return wrong(why, "iat", "it is not of now; do both clocks go right?");
	if (nbf > e->now_ms + OIDC_SKEW_MS)
		return wrong(why, "nbf", "it is not valid yet");
	if (e->since_ms && auth + OIDC_SKEW_MS < e->since_ms)
		return wrong(why, "auth_time", "nobody was asked again who is there");
	return 0;
}

/* Does the claim, a text or a list of texts, name the value? */
static bool claim_has(
	const struct json_doc *doc, struct slice claim, struct slice value, struct arena *arena)
{
	json_ref v = json_get_slice(doc, json_root(doc), claim);

	if (json_type(doc, v) == JSON_STRING)
		return slice_eq(json_string(doc, v, arena), value);
	if (json_type(doc, v) != JSON_ARRAY)
		return false;
	for (json_ref one = json_first(doc, v); one; one = json_next(doc, one))
		if (json_type(doc, one) == JSON_STRING &&
			slice_eq(json_string(doc, one, arena), value))
			return true;
	return false;
}

static struct roles claimed_roles(
	const struct json_doc *doc, const struct conf_oidc *conf, struct arena *arena)
{
	struct roles all = {0};

	for (size_t i = 0; i < conf->n_role; i++) {
		struct roles r;

		if (!claim_has(doc, slice_str(conf->role[i].claim), slice_str(conf->role[i].value),
			    arena) ||
			roles_parse(slice_str(conf->role[i].roles), &r, NULL) < 0)
			continue;
		for (int a = 0; a < AREAS; a++)
			all.of[a] = r.of[a] > all.of[a] ? r.of[a] : all.of[a];
	}
	return all;
}

int oidc_claims_check(struct slice payload, const struct oidc_expect *expect,
	const struct conf_oidc *conf, struct arena *arena, struct oidc_claims *ret, struct why *why)
{
	struct json_doc doc;
	int rc = json_read(&doc, arena, payload, &json_limits_partner, why);

	if (rc < 0)
		return why ? why_prefix(why, "the provider's token") : rc;
	json_ref root = json_root(&doc);
	if (json_type(&doc, root) != JSON_OBJECT)
		return wrong(why, "", "it holds no claims");
	if (!slice_is(json_string(&doc, json_get(&doc, root, "iss"), arena), conf->issuer))
		return wrong(why, "iss", "it is of another issuer");
	rc = audience_check(&doc, conf, arena, why);
	if (rc == 0)
		rc = times_check(&doc, expect, why);
	if (rc < 0)
		return rc;
	if (!slice_eq(json_string(&doc, json_get(&doc, root, "nonce"), arena), expect->nonce) ||
		!expect->nonce.n)
		return wrong(why, "nonce", "it was not made for this sign-in");
	struct slice subject = json_string(&doc, json_get(&doc, root, "sub"), arena);
	if (subject.n == 0 || subject.n > OIDC_SUBJECT_MAX)
		return wrong(why, "sub", "it does not say who it is about");
	*ret = (struct oidc_claims){.subject = arena_copy(arena, subject),
		.narrows = conf->n_role > 0,
		.roles = claimed_roles(&doc, conf, arena)};
	return 0;
}
