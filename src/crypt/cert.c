#include "crypt/cert.h"

#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <gnutls/abstract.h>

#define DAY_S		86400LL
#define DAYS_MAX	36500
#define COMMON_NAME_MAX 64 /* RFC 5280 upper bound ub-common-name */
#define DNS_NAME_MAX	253
#define SERIAL_BYTES	16 /* RFC 5280 §4.1.2.2 allows 20 */

/* All failures of the library that a caller may meet come through here. */
static int tls_why(struct why *why, int code, const char *doing, int error)
{
	return why_set(why, code, "", "%s: %s", doing, gnutls_strerror(error));
}

/* SHA-256 over the DER of the SubjectPublicKeyInfo (RFC 7469 §2.4). */
static int pin_of(gnutls_x509_crt_t crt, struct hash *ret_pin, struct why *why)
{
	gnutls_pubkey_t pub = NULL;
	gnutls_datum_t der = {NULL, 0};

	int rc = gnutls_pubkey_init(&pub);
	if (rc == 0)
		rc = gnutls_pubkey_import_x509(pub, crt, 0);
	if (rc == 0)
		rc = gnutls_pubkey_export2(pub, GNUTLS_X509_FMT_DER, &der);
	if (rc == 0) {
		*ret_pin = hash_bytes(slice_of(der.data, der.size));
		gnutls_free(der.data);
	}
	gnutls_pubkey_deinit(pub);
	return rc == 0 ? 0 : tls_why(why, E_INVALID, "public key of the certificate", rc);
}

/* ---- names ---- */

static int common_name_check(const char *name, struct why *why)
{
	struct slice s = slice_str(name);
	uint32_t cp;

	if (s.n == 0 || s.n > COMMON_NAME_MAX || utf8_bad_at(s) >= 0)
		return why_set(why, E_INVALID, "common name",
			"a common name has 1 to %d bytes of UTF-8", COMMON_NAME_MAX);
	while (utf8_next(&s, &cp)) {
		if (utf8_unsafe(cp))
			return why_set(why, E_INVALID, "common name",
				"a common name has no control characters");
	}
	return 0;
}

/* Letters, digits and inner hyphens (RFC 1123 §2.1), 1 to 63 of them. */
static bool dns_label_ok(struct slice label)
{
	if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++) {
		uint8_t c = label.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '-'))
			return false;
	}
	return true;
}

static bool dns_name_ok(struct slice name)
{
	struct slice label;

	if (name.n == 0 || name.n > DNS_NAME_MAX || slice_ends(name, "."))
		return false;
	(void)slice_take(&name, "*.");
	if (name.n == 0)
		return false;
	while (slice_cut(&name, '.', &label)) {
		if (!dns_label_ok(label))
			return false;
	}
	return true;
}

static int name_add(gnutls_x509_crt_t crt, const char *name, struct why *why)
{
	struct slice s = slice_str(name);
	uint8_t address[sizeof(struct in6_addr)];
	int rc;

	if (inet_pton(AF_INET, name, address) == 1)
		rc = gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address,
			sizeof(struct in_addr), GNUTLS_FSAN_APPEND);
	else if (inet_pton(AF_INET6, name, address) == 1)
		rc = gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address,
			sizeof(struct in6_addr), GNUTLS_FSAN_APPEND);
	else if (dns_name_ok(s))
		rc = gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_DNSNAME, name, (unsigned)s.n, GNUTLS_FSAN_APPEND);
	else
		return why_set(
			why, E_INVALID, "name", "'%.64s' is no DNS name and no address", name);
	return rc == 0 ? 0 : tls_why(why, E_INVALID, "name of the certificate", rc);
}

/* ---- making ---- */

struct making { /* what cert_make has in hands; all owned */
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
};

static void making_finish(struct making *m)
{
	gnutls_x509_crt_deinit(m->crt);
	gnutls_x509_privkey_deinit(m->key);
}

static int key_generate(gnutls_x509_privkey_t key, enum cert_algorithm algorithm)
{
	if (algorithm == CERT_ED25519)
		return gnutls_x509_privkey_generate(key, GNUTLS_PK_EDDSA_ED25519, 0, 0);
	return gnutls_x509_privkey_generate(
		key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
}

/* Version, serial, validity and key; the end-entity extensions a browser asks for. */
static int fields_set(struct making *m, const char *common_name, int days, const struct env *env)
{
	uint8_t serial[SERIAL_BYTES], key_id[32];
	size_t key_id_n = sizeof(key_id);
	int64_t now_s = env_now_ms(env) / 1000;

	env_random(env, serial, sizeof(serial));
	/* Positive, and without a leading zero byte: the first byte is 0x40-0x7f. */
	serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40);

	int rc = gnutls_x509_crt_set_version(m->crt, 3);
	if (rc == 0)
		rc = gnutls_x509_crt_set_serial(m->crt, serial, sizeof(serial));
	if (rc == 0)
		rc = gnutls_x509_crt_set_activation_time(m->crt, (time_t)(now_s - 3600));
	if (rc == 0)
		rc = gnutls_x509_crt_set_expiration_time(
			m->crt, (time_t)(now_s - 3600 + days * DAY_S));
	if (rc == 0)
		rc = gnutls_x509_crt_set_dn_by_oid(m->crt, GNUTLS_OID_X520_COMMON_NAME, 0,
			common_name, (unsigned)strlen(common_name));
	if (rc == 0)
		rc = gnutls_x509_crt_set_key(m->crt, m->key);
	if (rc == 0)
		rc = gnutls_x509_crt_get_key_id(m->crt, GNUTLS_KEYID_USE_SHA256, key_id, &key_id_n);
	if (rc == 0)
		rc = gnutls_x509_crt_set_subject_key_id(m->crt, key_id, key_id_n);
	if (rc == 0)
		rc = gnutls_x509_crt_set_basic_constraints(m->crt, 0, -1);
	if (rc == 0)
		rc = gnutls_x509_crt_set_key_usage(m->crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (rc == 0)
		rc = gnutls_x509_crt_set_key_purpose_oid(m->crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (rc == 0)
		rc = gnutls_x509_crt_set_key_purpose_oid(m->crt, GNUTLS_KP_TLS_WWW_CLIENT, 0);
	return rc;
}

static int pem_out(
	const struct making *m, struct buf *ret_cert_pem, struct buf *ret_key_pem, struct why *why)
{
	gnutls_datum_t cert = {NULL, 0}, key = {NULL, 0};
	size_t cert_n = ret_cert_pem->n, key_n = ret_key_pem->n;

	int rc = gnutls_x509_crt_export2(m->crt, GNUTLS_X509_FMT_PEM, &cert);
	if (rc == 0)
		rc = gnutls_x509_privkey_export2_pkcs8(
			m->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &key);
	if (rc == 0) {
		buf_add(ret_cert_pem, cert.data, cert.size);
		buf_add(ret_key_pem, key.data, key.size);
	}
	if (key.data != NULL)
		gnutls_memset(key.data, 0, key.size);
	gnutls_free(cert.data);
	gnutls_free(key.data);
	if (rc < 0)
		return tls_why(why, E_STATE, "writing the certificate", rc);
	if (buf_over(ret_cert_pem) || buf_over(ret_key_pem)) {
		buf_cut(ret_cert_pem, cert_n);
		buf_cut(ret_key_pem, key_n);
		return why_set(why, E_LIMIT, "", "certificate is over the ceiling");
	}
	return 0;
}

int cert_make(enum cert_algorithm algorithm, const char *common_name, const char *const *names,
	size_t n_names, int days, const struct env *env, struct buf *ret_cert_pem,
	struct buf *ret_key_pem, struct hash *ret_pin, struct why *why)
{
	struct making m __attribute__((cleanup(making_finish))) = {NULL, NULL};
	struct hash pin;

	MUST(algorithm == CERT_ED25519 || algorithm == CERT_P256);
	int rc = common_name_check(common_name, why);
	if (rc < 0)
		return rc;
	if (days < 1 || days > DAYS_MAX)
		return why_set(why, E_INVALID, "days", "a certificate is valid for 1 to %d days",
			DAYS_MAX);
	if (n_names > LIMIT_CERT_NAMES)
		return why_set(why, E_LIMIT, "name", "more than %d names", LIMIT_CERT_NAMES);

	MUST(gnutls_x509_privkey_init(&m.key) == 0);
	MUST(gnutls_x509_crt_init(&m.crt) == 0);
	rc = key_generate(m.key, algorithm);
	if (rc == 0)
		rc = fields_set(&m, common_name, days, env);
	if (rc < 0)
		return tls_why(why, E_STATE, "making the certificate", rc);
	for (size_t i = 0; i < n_names; i++) {
		rc = name_add(m.crt, names[i], why);
		if (rc < 0)
			return rc;
	}
	/* Ed25519 has its own hash inside and ignores the name of one (RFC 8410 §3). */
	rc = gnutls_x509_crt_sign2(m.crt, m.crt, m.key,
		algorithm == CERT_ED25519 ? GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256, 0);
	if (rc < 0)
		return tls_why(why, E_STATE, "signing the certificate", rc);
	rc = pin_of(m.crt, &pin, why);
	if (rc == 0)
		rc = pem_out(&m, ret_cert_pem, ret_key_pem, why);
	if (rc == 0)
		*ret_pin = pin;
	return rc;
}

/* ---- reading ---- */

static int pin_import(const gnutls_datum_t *bytes, gnutls_x509_crt_fmt_t format,
	struct hash *ret_pin, struct why *why)
{
	gnutls_x509_crt_t crt = NULL;

	MUST(gnutls_x509_crt_init(&crt) == 0);
	int rc = gnutls_x509_crt_import(crt, bytes, format);
	if (rc < 0)
		rc = tls_why(why, E_SYNTAX, "reading the certificate", rc);
	else
		rc = pin_of(crt, ret_pin, why);
	gnutls_x509_crt_deinit(crt);
	return rc;
}

int cert_pin(struct slice cert_pem, struct hash *ret_pin, struct why *why)
{
	if (cert_pem.n > LIMIT_CERT_PEM_BYTES)
		return why_set(why, E_LIMIT, "", "certificate of %zu bytes", cert_pem.n);

	/* GnuTLS searches the text with string functions up to its size; it wants bytes it may
	 * not change but declares them mutable, so it gets a copy. */
	char *copy CLEANUP_FREE = mem_string(cert_pem.p, cert_pem.n);
	const gnutls_datum_t bytes = {(unsigned char *)copy, (unsigned)cert_pem.n};
	return pin_import(&bytes, GNUTLS_X509_FMT_PEM, ret_pin, why);
}

int cert_session_pin(void *gnutls_session, struct hash *ret_pin, struct why *why)
{
	gnutls_session_t session = gnutls_session;
	unsigned n = 0;

	MUST(session != NULL);
	if (gnutls_certificate_type_get2(session, GNUTLS_CTYPE_PEERS) != GNUTLS_CRT_X509)
		return why_set(why, E_AUTH, "", "no X.509 client certificate was shown");
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &n);
	if (chain == NULL || n == 0)
		return why_set(why, E_AUTH, "", "no client certificate was shown");
	return pin_import(&chain[0], GNUTLS_X509_FMT_DER, ret_pin, why);
}

void cert_session_ask(void *gnutls_session)
{
	gnutls_certificate_server_set_request(gnutls_session, GNUTLS_CERT_REQUEST);
}
