/* pk.c: GnuTLS for P-256 and RSA, sign.h's strict rule for Ed25519. */
#include "crypt/pk.h"

#include "base/limits.h"
#include "base/report.h"
#include "crypt/sign.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#define P256_BYTES 32
/* An exponent is 65537 in practice; up to 32 bits costs nothing much. */
#define EXPONENT_BYTES 4

static const char *const names[PK_ALGS] = {"ES256", "EdDSA", "RS256"};

const char *pk_alg_name(enum pk_alg a)
{
	return names[a];
}

int pk_alg_parse(struct slice name, enum pk_alg *ret)
{
	for (unsigned i = 0; i < PK_ALGS; i++)
		if (slice_is(name, names[i])) {
			*ret = (enum pk_alg)i;
			return 0;
		}
	return -EINVAL;
}

static void pubkey_drop(gnutls_pubkey_t *k)
{
	gnutls_pubkey_deinit(*k);
}

#define CLEANUP_PUBKEY __attribute__((cleanup(pubkey_drop)))

static gnutls_pubkey_t pubkey_new(void)
{
	gnutls_pubkey_t k = NULL;

	MUST(gnutls_pubkey_init(&k) == 0);
	return k;
}

static gnutls_datum_t datum(struct slice s)
{
	/* The library's arguments are not const; it does not write. */
	return (gnutls_datum_t){(unsigned char *)(uintptr_t)s.p, (unsigned)s.n};
}

/* Checks the parameters and writes the key out; `rc` is what importing gave. */
static int pk_finish(gnutls_pubkey_t k, int rc, enum pk_alg alg, struct arena *arena,
	struct pk *ret, struct why *why)
{
	gnutls_datum_t der = {NULL, 0};

	if (rc == 0)
		rc = gnutls_pubkey_verify_params(k);
	if (rc == 0)
		rc = gnutls_pubkey_export2(k, GNUTLS_X509_FMT_DER, &der);
	if (rc < 0)
		return why_set(why, E_INVALID, "key", "is no public key for %s: %s", names[alg],
			gnutls_strerror(rc));
	*ret = (struct pk){alg, arena_copy(arena, slice_of(der.data, der.size))};
	gnutls_free(der.data);
	return 0;
}

int pk_from_ec(struct slice x, struct slice y, struct arena *arena, struct pk *ret, struct why *why)
{
	gnutls_pubkey_t k CLEANUP_PUBKEY = pubkey_new();
	const gnutls_datum_t dx = datum(x), dy = datum(y);

	if (x.n != P256_BYTES || y.n != P256_BYTES)
		return why_set(why, E_INVALID, "key",
			"a point of P-256 has two numbers of %d bytes", P256_BYTES);
	return pk_finish(k, gnutls_pubkey_import_ecc_raw(k, GNUTLS_ECC_CURVE_SECP256R1, &dx, &dy),
		PK_ES256, arena, ret, why);
}

int pk_from_ed(struct slice x, struct arena *arena, struct pk *ret, struct why *why)
{
	if (x.n != sizeof(struct pubkey))
		return why_set(why, E_INVALID, "key", "an Ed25519 key has 32 bytes");
	*ret = (struct pk){PK_EDDSA, arena_copy(arena, x)};
	return 0;
}

static struct slice without_zeros(struct slice s)
{
	while (s.n > 0 && s.p[0] == 0)
		s = slice_sub(s, 1, s.n);
	return s;
}

static size_t bits_of(struct slice s)
{
	size_t bits = s.n * 8;

	for (uint8_t top = s.n ? s.p[0] : 0x80; !(top & 0x80); top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

int pk_from_rsa(
	struct slice n, struct slice e, struct arena *arena, struct pk *ret, struct why *why)
{
	gnutls_pubkey_t k CLEANUP_PUBKEY = pubkey_new();

	n = without_zeros(n);
	e = without_zeros(e);
	size_t bits = bits_of(n);
	if (bits < LIMIT_RSA_BITS_MIN || bits > LIMIT_RSA_BITS_MAX)
		return why_set(why, E_INVALID, "key", "an RSA key has %d to %d bits here",
			LIMIT_RSA_BITS_MIN, LIMIT_RSA_BITS_MAX);
	if (e.n == 0 || e.n > EXPONENT_BYTES || !(e.p[e.n - 1] & 1) || (e.n == 1 && e.p[0] < 3) ||
		!(n.p[n.n - 1] & 1))
		return why_set(why, E_INVALID, "key", "an RSA key with an odd exponent or modulus");
	const gnutls_datum_t dn = datum(n), de = datum(e);
	return pk_finish(k, gnutls_pubkey_import_rsa_raw(k, &dn, &de), PK_RS256, arena, ret, why);
}

/* ---- checking ---- */

static bool eddsa_check(const struct pk *k, struct slice data, struct slice sig)
{
	struct pubkey pub;
	struct signature s;

	if (k->der.n != sizeof(pub.b) || sig.n != sizeof(s.b))
		return false;
	memcpy(pub.b, k->der.p, sizeof(pub.b));
	memcpy(s.b, sig.p, sizeof(s.b));
	return sign_check(&pub, data, &s);
}

static bool gnutls_check(
	const struct pk *k, gnutls_sign_algorithm_t how, struct slice data, gnutls_datum_t sig)
{
	gnutls_pubkey_t pub CLEANUP_PUBKEY = pubkey_new();
	const gnutls_datum_t der = datum(k->der), d = datum(data);

	return gnutls_pubkey_import(pub, &der, GNUTLS_X509_FMT_DER) == 0 &&
	       gnutls_pubkey_verify_data2(pub, how, 0, &d, &sig) == 0;
}

static bool jose_ecdsa_check(const struct pk *k, struct slice data, struct slice sig)
{
	gnutls_datum_t der = {NULL, 0};
	bool ok;

	if (sig.n != 2 * P256_BYTES)
		return false;
	const gnutls_datum_t r = datum(slice_sub(sig, 0, P256_BYTES)),
			     s = datum(slice_sub(sig, P256_BYTES, sig.n));
	if (gnutls_encode_rs_value(&der, &r, &s) < 0)
		return false;
	ok = gnutls_check(k, GNUTLS_SIGN_ECDSA_SHA256, data, der);
	gnutls_free(der.data);
	return ok;
}

bool pk_check(const struct pk *k, struct slice data, struct slice sig, enum pk_form form)
{
	switch (k->alg) {
	case PK_EDDSA:
		return eddsa_check(k, data, sig);
	case PK_RS256:
		return gnutls_check(k, GNUTLS_SIGN_RSA_SHA256, data, datum(sig));
	case PK_ES256:
		if (form == PK_JOSE)
			return jose_ecdsa_check(k, data, sig);
		return gnutls_check(k, GNUTLS_SIGN_ECDSA_SHA256, data, datum(sig));
	case PK_ALGS:
		break;
	}
	return false;
}
