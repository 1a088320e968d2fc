/* webauthn.c: see webauthn.h. Numbers in brackets are the steps of Level 2 §7.1 (registration) and §7.2 (assertion). */
#include "crypt/webauthn.h"

#include "base/cbor.h"
#include "base/enc.h"
#include "crypt/hash.h"
#include "json/json.h"

enum flag {
	FLAG_USER_PRESENT = 1 << 0,
	FLAG_USER_VERIFIED = 1 << 2,
	FLAG_BACKUP_ABLE = 1 << 3,
	FLAG_BACKED_UP = 1 << 4,
	FLAG_CREDENTIAL = 1 << 6,
	FLAG_EXTENSIONS = 1 << 7,
};

/* COSE (RFC 9052 §7, RFC 9053): labels and values. */
enum {
	COSE_KTY = 1,
	COSE_ALG = 3,
	COSE_CRV = -1,
	COSE_X = -2,
	COSE_Y = -3,
	COSE_N = -1,
	COSE_E = -2
};
enum { COSE_OKP = 1, COSE_EC2 = 2, COSE_RSA = 3, COSE_P256 = 1, COSE_ED25519 = 6 };
enum { COSE_ES256 = -7, COSE_EDDSA = -8, COSE_RS256 = -257 };

const int webauthn_algorithms[PK_ALGS] = {COSE_EDDSA, COSE_ES256, COSE_RS256};

/* ---- client data: what the browser says ---- */

static int client_read(
	struct slice bytes, struct arena *arena, struct json_doc *ret, struct why *why)
{
	if (bytes.n > LIMIT_CLIENT_DATA)
		return why_set(
			why, E_LIMIT, "clientDataJSON", "more than %zu bytes", LIMIT_CLIENT_DATA);
	int rc = json_read(ret, arena, bytes, &json_limits_partner, why);
	if (rc == 0 && json_type(ret, json_root(ret)) != JSON_OBJECT)
		rc = why_set(why, E_SYNTAX, "", "is no object");
	return rc < 0 && why ? why_prefix(why, "clientDataJSON") : rc;
}

static struct slice client_text(const struct json_doc *doc, const char *key, struct arena *arena)
{
	return json_string(doc, json_get(doc, json_root(doc), key), arena);
}

int webauthn_challenge(
	struct slice client_data, struct arena *arena, struct slice *ret, struct why *why)
{
	struct json_doc doc;
	int rc = client_read(client_data, arena, &doc, why);

	if (rc < 0)
		return rc;
	*ret = client_text(&doc, "challenge", arena);
	return ret->p ? 0 : why_set(why, E_SYNTAX, "clientDataJSON", "has no challenge");
}

/* [7.1 5–10, 7.2 9–14] */
static int client_check(const struct webauthn_expect *e, const char *type, struct slice bytes,
	struct arena *arena, struct why *why)
{
	struct json_doc doc;
	int rc = client_read(bytes, arena, &doc, why);

	if (rc < 0)
		return rc;
	if (!slice_is(client_text(&doc, "type", arena), type))
		return why_set(why, E_INVALID, "clientDataJSON/type", "is not %s", type);
	if (!slice_eq(client_text(&doc, "challenge", arena), e->challenge) || !e->challenge.n)
		return why_set(why, E_INVALID, "clientDataJSON/challenge", "is another one");
	if (!slice_is(client_text(&doc, "origin", arena), e->origin))
		return why_set(why, E_INVALID, "clientDataJSON/origin", "is not %s", e->origin);
	/* Nobody frames our pages. */
	if (json_true(&doc, json_get(&doc, json_root(&doc), "crossOrigin")) ||
		json_get(&doc, json_root(&doc), "topOrigin") != JSON_ABSENT)
		return why_set(why, E_INVALID, "clientDataJSON/crossOrigin",
			"was made in a frame of another site");
	return 0;
}

/* ---- authenticator data: what the authenticator says (§6.1) ---- */

struct auth {
	unsigned flags;
	struct webauthn_said said;
	struct slice id, rest; /* credential id; what follows it, or the counter */
};

static int auth_bad(struct why *why, const char *text)
{
	return why_set(why, E_SYNTAX, "authenticatorData", "%s", text);
}

static struct slice take(struct slice *rest, size_t n)
{
	struct slice s = slice_sub(*rest, 0, n);

	*rest = slice_sub(*rest, n, rest->n);
	return s;
}

static int flags_check(struct auth *a, struct why *why)
{
	if (!(a->flags & FLAG_USER_PRESENT))
		return why_set(why, E_INVALID, "authenticatorData", "nobody was present");
	if (!(a->flags & FLAG_USER_VERIFIED))
		return why_set(why, E_INVALID, "authenticatorData",
			"the authenticator has not verified who is there (PIN, fingerprint, face)");
	a->said.backup_able = a->flags & FLAG_BACKUP_ABLE;
	a->said.backed_up = a->flags & FLAG_BACKED_UP;
	if (a->said.backed_up && !a->said.backup_able)
		return why_set(why, E_INVALID, "authenticatorData",
			"is backed up, and cannot be backed up");
	return 0;
}

static int credential_id(struct auth *a, struct why *why)
{
	if (a->rest.n < 18)
		return auth_bad(why, "it ends before the credential");
	struct slice head = take(&a->rest, 18); /* AAGUID, length */
	size_t n = (size_t)head.p[16] << 8 | head.p[17];
	if (n == 0 || n > LIMIT_PASSKEY_ID || n > a->rest.n)
		return auth_bad(why, "a credential id of an impossible length");
	a->id = take(&a->rest, n);
	return 0;
}

static int auth_read(
	const struct webauthn_expect *e, struct slice bytes, struct auth *ret, struct why *why)
{
	struct auth a = {.rest = bytes};
	struct hash rp = hash_bytes(slice_str(e->rp_id));

	if (bytes.n < 37)
		return auth_bad(why, "shorter than 37 bytes");
	if (bytes.n > LIMIT_CBOR_BYTES)
		return why_set(why, E_LIMIT, "authenticatorData", "too long");
	if (!slice_eq(take(&a.rest, 32), slice_of(rp.b, 32)))
		return why_set(why, E_INVALID, "authenticatorData", "is for another site than %s",
			e->rp_id);
	a.flags = take(&a.rest, 1).p[0];
	struct slice c = take(&a.rest, 4);
	a.said.counter =
		(uint32_t)c.p[0] << 24 | (uint32_t)c.p[1] << 16 | (uint32_t)c.p[2] << 8 | c.p[3];
	int rc = flags_check(&a, why);
	if (rc == 0 && a.flags & FLAG_CREDENTIAL)
		rc = credential_id(&a, why);
	if (rc == 0)
		*ret = a;
	return rc;
}

/* Extensions are not asked for; what comes is a map and the end. */
static int auth_end(struct auth *a, struct why *why)
{
	struct cbor_map map;
	int rc = a->flags & FLAG_EXTENSIONS ? cbor_map_read(&a->rest, &map, why) : 0;

	if (rc == 0 && a->rest.n > 0)
		rc = auth_bad(why, "something follows it");
	return rc;
}

/* ---- the key (COSE_Key) ---- */

static int key_numbers(const struct cbor_map *m, int64_t first, int64_t second, struct slice *ret_a,
	struct slice *ret_b, struct why *why)
{
	int rc = cbor_need_bytes(cbor_at_i64(m, first), "key", ret_a, why);

	return rc < 0 ? rc : cbor_need_bytes(cbor_at_i64(m, second), "key", ret_b, why);
}

static int key_read(struct slice *rest, struct arena *arena, struct pk *ret, struct why *why)
{
	struct cbor_map m;
	struct slice a, b;
	int64_t kty = 0, alg = 0, crv = 0;
	int rc = cbor_map_read(rest, &m, why);

	if (rc == 0)
		rc = cbor_need_i64(cbor_at_i64(&m, COSE_KTY), "key/kty", &kty, why);
	if (rc == 0)
		rc = cbor_need_i64(cbor_at_i64(&m, COSE_ALG), "key/alg", &alg, why);
	if (rc == 0 && kty != COSE_RSA)
		rc = cbor_need_i64(cbor_at_i64(&m, COSE_CRV), "key/crv", &crv, why);
	if (rc < 0)
		return rc;
	if (kty == COSE_EC2 && alg == COSE_ES256 && crv == COSE_P256) {
		rc = key_numbers(&m, COSE_X, COSE_Y, &a, &b, why);
		return rc < 0 ? rc : pk_from_ec(a, b, arena, ret, why);
	}
	if (kty == COSE_OKP && alg == COSE_EDDSA && crv == COSE_ED25519) {
		rc = cbor_need_bytes(cbor_at_i64(&m, COSE_X), "key", &a, why);
		return rc < 0 ? rc : pk_from_ed(a, arena, ret, why);
	}
	if (kty == COSE_RSA && alg == COSE_RS256) {
		rc = key_numbers(&m, COSE_N, COSE_E, &a, &b, why);
		return rc < 0 ? rc : pk_from_rsa(a, b, arena, ret, why);
	}
	return why_set(
		why, E_INVALID, "key", "only ES256, EdDSA (Ed25519) and RS256 keys are taken");
}

/* authenticatorData ‖ SHA-256(clientDataJSON), which is what is signed. */
static struct slice signed_bytes(struct slice auth, struct slice client_data, struct arena *arena)
{
	struct hash h = hash_bytes(client_data);
	uint8_t *p = arena_alloc(arena, auth.n + sizeof(h.b));

	memcpy(p, auth.p, auth.n);
	memcpy(p + auth.n, h.b, sizeof(h.b));
	return slice_of(p, auth.n + sizeof(h.b));
}

/* ---- registration ---- */

/* [7.1 18–21] */
static int attestation_check(const struct cbor_map *object, struct slice auth,
	struct slice client_data, const struct pk *key, struct arena *arena, struct why *why)
{
	const struct cbor_item *statement = cbor_at(object, "attStmt");
	struct slice fmt, sig, rest;
	struct cbor_map m;
	int64_t alg;
	int rc = cbor_need_text(cbor_at(object, "fmt"), "fmt", &fmt, why);

	if (rc == 0 && (!statement || statement->type != CBOR_MAP))
		rc = why_set(why, E_INVALID, "attStmt", "is missing or no map");
	if (rc < 0)
		return rc;
	rest = statement->whole;
	rc = cbor_map_read(&rest, &m, why);
	if (rc < 0)
		return rc;
	if (slice_is(fmt, "none"))
		return m.n == 0 ? 0 : why_set(why, E_INVALID, "attStmt", "is not empty");
	if (!slice_is(fmt, "packed") || cbor_at(&m, "x5c"))
		return why_set(why, E_INVALID, "fmt",
			"the attestation of a maker, which was not asked for");
	rc = cbor_need_i64(cbor_at(&m, "alg"), "attStmt/alg", &alg, why);
	if (rc == 0)
		rc = cbor_need_bytes(cbor_at(&m, "sig"), "attStmt/sig", &sig, why);
	if (rc < 0)
		return rc;
	static const int number[PK_ALGS] = {
		[PK_ES256] = COSE_ES256, [PK_EDDSA] = COSE_EDDSA, [PK_RS256] = COSE_RS256};
	if (alg != number[key->alg])
		return why_set(why, E_INVALID, "attStmt/alg", "is not that of the key");
	if (!pk_check(key, signed_bytes(auth, client_data, arena), sig, PK_DER))
		return why_set(why, E_VERIFY, "attStmt/sig", "the signature does not hold");
	return 0;
}

int webauthn_register(const struct webauthn_expect *e, struct slice client_data,
	struct slice attestation_object, struct arena *arena, struct webauthn_credential *ret,
	struct why *why)
{
	struct cbor_map object;
	struct slice auth_bytes, rest = attestation_object;
	struct auth a;
	struct pk key;
	int rc = client_check(e, "webauthn.create", client_data, arena, why);

	if (rc == 0)
		rc = cbor_map_read(&rest, &object, why);
	if (rc == 0 && rest.n > 0)
		rc = why_set(why, E_SYNTAX, "attestationObject", "something follows it");
	if (rc == 0)
		rc = cbor_need_bytes(cbor_at(&object, "authData"), "authData", &auth_bytes, why);
	if (rc == 0)
		rc = auth_read(e, auth_bytes, &a, why);
	if (rc == 0 && !(a.flags & FLAG_CREDENTIAL))
		rc = auth_bad(why, "has no credential in it");
	if (rc == 0)
		rc = key_read(&a.rest, arena, &key, why);
	if (rc == 0)
		rc = auth_end(&a, why);
	if (rc == 0)
		rc = attestation_check(&object, auth_bytes, client_data, &key, arena, why);
	if (rc == 0)
		*ret = (struct webauthn_credential){.id = a.id, .key = key, .said = a.said};
	return rc;
}

/* ---- assertion ---- */

int webauthn_assert(const struct webauthn_expect *e, const struct pk *key, struct slice client_data,
	struct slice authenticator_data, struct slice signature, struct arena *arena,
	struct webauthn_said *ret, struct why *why)
{
	struct pk ignored;
	struct auth a;
	int rc = client_check(e, "webauthn.get", client_data, arena, why);

	if (rc == 0)
		rc = auth_read(e, authenticator_data, &a, why);
	/* An authenticator has no reason to tell the key again; if it does, it is in its format. */
	if (rc == 0 && a.flags & FLAG_CREDENTIAL)
		rc = key_read(&a.rest, arena, &ignored, why);
	if (rc == 0)
		rc = auth_end(&a, why);
	if (rc < 0)
		return rc;
	if (!pk_check(key, signed_bytes(authenticator_data, client_data, arena), signature, PK_DER))
		return why_set(why, E_VERIFY, "signature", "the signature does not hold");
	*ret = a.said;
	return 0;
}
