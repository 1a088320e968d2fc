/* jose.c: see jose.h. */
#include "crypt/jose.h"

#include "base/enc.h"
#include "json/json.h"

static int decode(struct slice text, struct arena *arena, struct slice *ret)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_JWT_BYTES);
	int rc = base64url_decode(text, &b);

	if (rc < 0 || buf_over(&b))
		return rc < 0 ? rc : E_LIMIT;
	*ret = arena_copy(arena, buf_slice(&b));
	return 0;
}

/* ---- keys ---- */

static struct slice text_of(
	const struct json_doc *doc, json_ref obj, const char *key, struct arena *arena)
{
	return json_string(doc, json_get(doc, obj, key), arena);
}

static int number_of(const struct json_doc *doc, json_ref obj, const char *key, struct arena *arena,
	struct slice *ret)
{
	struct slice text = text_of(doc, obj, key, arena);

	return text.n ? decode(text, arena, ret) : E_INVALID;
}

static int numbers_of(const struct json_doc *doc, json_ref obj, const char *first,
	const char *second, struct arena *arena, struct slice *ret_a, struct slice *ret_b)
{
	int rc = number_of(doc, obj, first, arena, ret_a);

	return rc < 0 ? rc : number_of(doc, obj, second, arena, ret_b);
}

/* Negative if it is none that we can use. */
static int key_read(const struct json_doc *doc, json_ref obj, struct arena *arena, struct pk *ret)
{
	struct slice kty = text_of(doc, obj, "kty", arena), crv = text_of(doc, obj, "crv", arena),
		     alg = text_of(doc, obj, "alg", arena), use = text_of(doc, obj, "use", arena),
		     a, b;
	struct pk key;
	int rc = E_INVALID;

	if (use.p && !slice_is(use, "sig"))
		return E_INVALID;
	if (slice_is(kty, "EC") && slice_is(crv, "P-256")) {
		rc = numbers_of(doc, obj, "x", "y", arena, &a, &b);
		if (rc == 0)
			rc = pk_from_ec(a, b, arena, &key, NULL);
	} else if (slice_is(kty, "OKP") && slice_is(crv, "Ed25519")) {
		rc = number_of(doc, obj, "x", arena, &a);
		if (rc == 0)
			rc = pk_from_ed(a, arena, &key, NULL);
	} else if (slice_is(kty, "RSA")) {
		rc = numbers_of(doc, obj, "n", "e", arena, &a, &b);
		if (rc == 0)
			rc = pk_from_rsa(a, b, arena, &key, NULL);
	}
	if (rc < 0 || (alg.p && !slice_is(alg, pk_alg_name(key.alg))))
		return E_INVALID;
	*ret = key;
	return 0;
}

int jwks_read(struct slice json, struct arena *arena, struct jwks *ret, struct why *why)
{
	struct json_doc doc;
	size_t n = 0;
	int rc = json_read(&doc, arena, json, &json_limits_partner, why);

	if (rc < 0)
		return why ? why_prefix(why, "key set") : rc;
	json_ref list = json_get(&doc, json_root(&doc), "keys");
	if (json_type(&doc, list) != JSON_ARRAY)
		return why_set(why, E_SYNTAX, "/keys", "key set: is no list");
	if (json_count(&doc, list) > LIMIT_JWKS_KEYS)
		return why_set(
			why, E_LIMIT, "/keys", "key set: more than %d keys", LIMIT_JWKS_KEYS);
	for (json_ref k = json_first(&doc, list); k; k = json_next(&doc, k))
		if (json_type(&doc, k) == JSON_OBJECT &&
			key_read(&doc, k, arena, &ret->key[n].key) == 0)
			ret->key[n++].id = text_of(&doc, k, "kid", arena);
	ret->n = n;
	if (n == 0)
		return why_set(why, E_INVALID, "/keys",
			"key set: no key in it is for ES256, EdDSA or RS256");
	return 0;
}

/* ---- tokens ---- */

/* By name; without one, the only one of its algorithm. */
static const struct jwk *key_for(const struct jwks *keys, struct slice id, enum pk_alg alg)
{
	const struct jwk *found = NULL;

	for (size_t i = 0; i < keys->n; i++) {
		const struct jwk *k = &keys->key[i];

		if (k->key.alg != alg || (id.p && !slice_eq(k->id, id)))
			continue;
		if (found)
			return NULL;
		found = k;
	}
	return found;
}

static bool name_known(const struct jwks *keys, struct slice id)
{
	for (size_t i = 0; i < keys->n; i++)
		if (id.p && slice_eq(keys->key[i].id, id))
			return true;
	return false;
}

static int header_read(struct slice text, const struct jwks *keys, struct arena *arena,
	const struct jwk **ret, struct why *why)
{
	struct json_doc doc;
	struct slice bytes, alg, id;
	enum pk_alg a;

	if (decode(text, arena, &bytes) < 0)
		return why_set(why, E_SYNTAX, "header", "is no base64url");
	int rc = json_read(&doc, arena, bytes, &json_limits_partner, why);
	if (rc < 0)
		return why ? why_prefix(why, "header of the token") : rc;
	json_ref root = json_root(&doc);
	if (json_get(&doc, root, "crit") != JSON_ABSENT)
		return why_set(why, E_INVALID, "crit", "the token asks for what is not understood");
	alg = text_of(&doc, root, "alg", arena);
	if (pk_alg_parse(alg, &a) < 0)
		return why_set(why, E_INVALID, "alg",
			"the token is not signed with ES256, EdDSA or RS256 but with \"%.*s\"",
			alg.n < 32 ? (int)alg.n : 32, alg.p ? (const char *)alg.p : "");
	id = text_of(&doc, root, "kid", arena);
	*ret = key_for(keys, id, a);
	if (*ret)
		return 0;
	if (name_known(keys, id))
		return why_set(why, E_INVALID, "alg", "the key of that name is not for %s",
			pk_alg_name(a));
	return why_set(why, E_MISSING, "kid", "the token is signed with a key that is not known");
}

int jws_check(struct slice token, const struct jwks *keys, struct arena *arena,
	struct slice *ret_payload, struct why *why)
{
	struct slice rest = token, header, payload, sig, bytes;
	const struct jwk *k = NULL;

	if (token.n > LIMIT_JWT_BYTES)
		return why_set(why, E_LIMIT, "token", "more than %zu bytes", LIMIT_JWT_BYTES);
	if (!slice_cut_exact(&rest, '.', &header) || !slice_cut_exact(&rest, '.', &payload) ||
		decode(rest, arena, &sig) < 0 || decode(payload, arena, &bytes) < 0)
		return why_set(why, E_SYNTAX, "token", "is not three parts in base64url");
	int rc = header_read(header, keys, arena, &k, why);
	if (rc < 0)
		return rc;
	if (!pk_check(&k->key, slice_sub(token, 0, header.n + 1 + payload.n), sig, PK_JOSE))
		return why_set(why, E_VERIFY, "signature", "the token's signature does not hold");
	*ret_payload = bytes;
	return 0;
}
