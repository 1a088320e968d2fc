#include "unit.h"

#include "base/limits.h"
#include "crypt/cert.h"
#include "crypt/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOW_MS 1773826200000LL /* 2026-03-18T09:30:00Z */

static struct env_fake fake;
static struct env env;

struct made { /* a certificate and its key as cert_make gave them */
	struct buf cert, key;
	struct hash pin;
	gnutls_x509_crt_t crt;
};

static const char *const names[] = {"node.example", "*.nodes.example", "127.0.0.1", "::1"};

static void made_init(struct made *m, enum cert_algorithm algorithm)
{
	struct why why = {0};

	memset(m, 0, sizeof(*m));
	buf_init(&m->cert, LIMIT_CERT_PEM_BYTES);
	buf_init(&m->key, LIMIT_CERT_PEM_BYTES);
	int rc = cert_make(
		algorithm, "node of ALB", names, 4, 90, &env, &m->cert, &m->key, &m->pin, &why);
	if (rc < 0)
		fail_msg("%s: %s", why.where, why.text);
	const gnutls_datum_t pem = {m->cert.p, (unsigned)m->cert.n};
	assert_int_equal(gnutls_x509_crt_init(&m->crt), 0);
	assert_int_equal(gnutls_x509_crt_import(m->crt, &pem, GNUTLS_X509_FMT_PEM), 0);
}

static void made_finish(struct made *m)
{
	gnutls_x509_crt_deinit(m->crt);
	buf_free(&m->cert);
	buf_wipe(&m->key);
}

static int env_make(void **state)
{
	(void)state;
	env_fake_init(&fake, 11, NOW_MS);
	env = env_of_fake(&fake);
	return 0;
}

/* The pin by GnuTLS' own way to it. */
static void pin_is_the_key_id(void **state)
{
	(void)state;
	for (int algorithm = CERT_ED25519; algorithm <= CERT_P256; algorithm++) {
		struct made m;
		uint8_t id[32];
		size_t id_n = sizeof(id);
		struct hash pin;

		made_init(&m, (enum cert_algorithm)algorithm);
		assert_int_equal(
			gnutls_x509_crt_get_key_id(m.crt, GNUTLS_KEYID_USE_SHA256, id, &id_n), 0);
		assert_int_equal(id_n, 32);
		assert_memory_equal(m.pin.b, id, 32);
		assert_int_equal(cert_pin(buf_slice(&m.cert), &pin, NULL), 0);
		assert_true(hash_eq(&pin, &m.pin));
		made_finish(&m);
	}
}

/* And by hand: RFC 8410 §10.1, a fixed head and the 32 bytes of the key. */
static void pin_is_the_spki(void **state)
{
	static const uint8_t head[12] = {
		0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
	struct made m;
	gnutls_pubkey_t pub;
	gnutls_datum_t x = {NULL, 0};

	(void)state;
	made_init(&m, CERT_ED25519);
	assert_int_equal(gnutls_pubkey_init(&pub), 0);
	assert_int_equal(gnutls_pubkey_import_x509(pub, m.crt, 0), 0);
	assert_int_equal(gnutls_pubkey_export_ecc_raw(pub, NULL, &x, NULL), 0);
	assert_int_equal(x.size, 32);
	const struct slice spki[2] = {slice_of(head, sizeof(head)), slice_of(x.data, x.size)};
	struct hash expected = hash_of(spki, 2);
	assert_true(hash_eq(&expected, &m.pin));
	gnutls_free(x.data);
	gnutls_pubkey_deinit(pub);
	made_finish(&m);
}

static void fields(void **state)
{
	struct made m;
	uint8_t serial[20];
	size_t serial_n = sizeof(serial);
	char name[65];
	size_t name_n = sizeof(name);
	unsigned critical, ca;
	int path_length;

	(void)state;
	made_init(&m, CERT_ED25519);
	assert_int_equal(gnutls_x509_crt_get_version(m.crt), 3);
	assert_int_equal(gnutls_x509_crt_get_serial(m.crt, serial, &serial_n), 0);
	assert_int_equal(serial_n, 16);
	assert_in_range(serial[0], 0x40, 0x7f);
	assert_int_equal(gnutls_x509_crt_get_activation_time(m.crt), NOW_MS / 1000 - 3600);
	assert_int_equal(
		gnutls_x509_crt_get_expiration_time(m.crt), NOW_MS / 1000 - 3600 + 90 * 86400);
	assert_int_equal(gnutls_x509_crt_get_dn_by_oid(
				 m.crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &name_n),
		0);
	assert_string_equal(name, "node of ALB");
	assert_int_equal(gnutls_x509_crt_get_pk_algorithm(m.crt, NULL), GNUTLS_PK_EDDSA_ED25519);
	assert_int_equal(
		gnutls_x509_crt_get_basic_constraints(m.crt, &critical, &ca, &path_length), 0);
	assert_int_equal(ca, 0);
	assert_true(gnutls_x509_crt_check_hostname(m.crt, "node.example"));
	assert_true(gnutls_x509_crt_check_hostname(m.crt, "alb.nodes.example"));
	assert_true(gnutls_x509_crt_check_hostname(m.crt, "127.0.0.1"));
	assert_true(gnutls_x509_crt_check_hostname(m.crt, "::1"));
	assert_false(gnutls_x509_crt_check_hostname(m.crt, "127.0.0.2"));
	assert_false(gnutls_x509_crt_check_hostname(m.crt, "node.example.org"));
	made_finish(&m);

	made_init(&m, CERT_P256);
	unsigned bits = 0;
	assert_int_equal(gnutls_x509_crt_get_pk_algorithm(m.crt, &bits), GNUTLS_PK_ECDSA);
	assert_int_equal(bits, 256);
	made_finish(&m);
}

/* The serial is the env's, the key is not. */
static void serial_from_env(void **state)
{
	struct made a, b, c;
	uint8_t sa[20], sb[20], sc[20];
	size_t na = 20, nb = 20, nc = 20;

	(void)state;
	env_fake_init(&fake, 12, NOW_MS);
	made_init(&a, CERT_ED25519);
	made_init(&b, CERT_ED25519);
	env_fake_init(&fake, 12, NOW_MS);
	made_init(&c, CERT_ED25519);
	assert_int_equal(gnutls_x509_crt_get_serial(a.crt, sa, &na), 0);
	assert_int_equal(gnutls_x509_crt_get_serial(b.crt, sb, &nb), 0);
	assert_int_equal(gnutls_x509_crt_get_serial(c.crt, sc, &nc), 0);
	assert_memory_equal(sa, sc, 16);
	assert_true(memcmp(sa, sb, 16) != 0);
	assert_false(hash_eq(&a.pin, &b.pin));
	assert_false(hash_eq(&a.pin, &c.pin));
	made_finish(&a);
	made_finish(&b);
	made_finish(&c);
}

/* The signature is the key's own, over the first element of the certificate. */
static void self_signed(void **state)
{
	static const gnutls_sign_algorithm_t signs[] = {
		[CERT_ED25519] = GNUTLS_SIGN_EDDSA_ED25519, [CERT_P256] = GNUTLS_SIGN_ECDSA_SHA256};

	(void)state;
	for (int algorithm = CERT_ED25519; algorithm <= CERT_P256; algorithm++) {
		struct made m;
		gnutls_datum_t der = {NULL, 0}, tbs;
		uint8_t sig[128];
		size_t sig_n = sizeof(sig);
		gnutls_pubkey_t pub;

		made_init(&m, (enum cert_algorithm)algorithm);
		assert_int_equal(gnutls_x509_crt_export2(m.crt, GNUTLS_X509_FMT_DER, &der), 0);
		/* SEQUENCE and inner SEQUENCE, both with two bytes of length. */
		assert_int_equal(der.data[1], 0x82);
		assert_int_equal(der.data[5], 0x82);
		tbs.data = der.data + 4;
		tbs.size = 4u + ((unsigned)der.data[6] << 8) + der.data[7];
		assert_int_equal(gnutls_x509_crt_get_signature(m.crt, (char *)sig, &sig_n), 0);
		const gnutls_datum_t signature = {sig, (unsigned)sig_n};
		assert_int_equal(gnutls_pubkey_init(&pub), 0);
		assert_int_equal(gnutls_pubkey_import_x509(pub, m.crt, 0), 0);
		assert_true(gnutls_pubkey_verify_data2(
				    pub, signs[algorithm], 0, &tbs, &signature) >= 0);
		tbs.data[20] ^= 1;
		assert_true(
			gnutls_pubkey_verify_data2(pub, signs[algorithm], 0, &tbs, &signature) < 0);
		gnutls_pubkey_deinit(pub);
		gnutls_free(der.data);
		made_finish(&m);
	}
}

static int make_with(const char *common_name, const char *name, int days, size_t ceiling)
{
	struct buf cert CLEANUP_BUF = BUF(ceiling), key CLEANUP_BUF = BUF(ceiling);
	struct hash pin = {{0}};
	struct why why = {0};

	int rc = cert_make(CERT_ED25519, common_name, &name, name != NULL, days, &env, &cert, &key,
		&pin, &why);
	assert_int_equal(rc, why.code);
	assert_true(rc < 0 ? cert.n == 0 && key.n == 0 && hash_is_zero(&pin)
			   : cert.n > 0 && key.n > 0 && !hash_is_zero(&pin));
	return rc;
}

static void names_that_cannot_stand(void **state)
{
	static const char *const bad[] = {"", ".", "*", "*.", "a..b", ".a", "a.", "-a.example",
		"a-.example", "a b", "a_b.example", "ex\xc3\xa4mple", "https://a.example",
		"a.example:443", "a.*.example", "127.0.0.1/8", "[::1]", "a\nb",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(make_with("n", bad[i], 1, 8 * KIB), E_INVALID);
	assert_int_equal(make_with("n", "localhost", 1, 8 * KIB), 0);
	assert_int_equal(make_with("n", "xn--exmple-cua.example", 1, 8 * KIB), 0);
	assert_int_equal(make_with("n", "2001:db8::1", 1, 8 * KIB), 0);
	assert_int_equal(make_with("n", NULL, 1, 8 * KIB), 0);
}

static void arguments(void **state)
{
	char long_name[66];

	(void)state;
	memset(long_name, 'x', sizeof(long_name));
	long_name[65] = '\0';
	assert_int_equal(make_with(long_name, NULL, 1, 8 * KIB), E_INVALID);
	long_name[64] = '\0';
	assert_int_equal(make_with(long_name, NULL, 1, 8 * KIB), 0);
	assert_int_equal(make_with("", NULL, 1, 8 * KIB), E_INVALID);
	assert_int_equal(make_with("line\nbreak", NULL, 1, 8 * KIB), E_INVALID);
	assert_int_equal(make_with("right\xe2\x80\xaeleft", NULL, 1, 8 * KIB), E_INVALID);
	assert_int_equal(make_with("not\xffutf8", NULL, 1, 8 * KIB), E_INVALID);
	assert_int_equal(make_with("Republika e Shqip\xc3\xabris\xc3\xab", NULL, 1, 8 * KIB), 0);
	assert_int_equal(make_with("n", NULL, 0, 8 * KIB), E_INVALID);
	assert_int_equal(make_with("n", NULL, -1, 8 * KIB), E_INVALID);
	assert_int_equal(make_with("n", NULL, 36501, 8 * KIB), E_INVALID);
	assert_int_equal(make_with("n", NULL, 36500, 8 * KIB), 0);
	assert_int_equal(make_with("n", NULL, 1, 100), E_LIMIT);
}

static void pin_of_no_certificate(void **state)
{
	struct hash pin = {{0}};
	struct made m;

	(void)state;
	made_init(&m, CERT_ED25519);
	assert_int_equal(cert_pin(SLICE_NONE, &pin, NULL), E_SYNTAX);
	assert_int_equal(cert_pin(SLICE("-----BEGIN CERTIFICATE-----\n"), &pin, NULL), E_SYNTAX);
	assert_int_equal(cert_pin(buf_slice(&m.key), &pin, NULL), E_SYNTAX);
	assert_int_equal(
		cert_pin(slice_sub(buf_slice(&m.cert), 0, m.cert.n / 2), &pin, NULL), E_SYNTAX);
	assert_int_equal(
		cert_pin(slice_of(m.cert.p, LIMIT_CERT_PEM_BYTES + 1), &pin, NULL), E_LIMIT);
	assert_true(hash_is_zero(&pin));

	/* Of several the first counts; text before it does not disturb. */
	struct made second;
	struct buf chain CLEANUP_BUF = BUF(LIMIT_CERT_PEM_BYTES);
	made_init(&second, CERT_P256);
	buf_str(&chain, "node of ALB\n");
	buf_slice_add(&chain, buf_slice(&m.cert));
	buf_slice_add(&chain, buf_slice(&second.cert));
	assert_int_equal(cert_pin(buf_slice(&chain), &pin, NULL), 0);
	assert_true(hash_eq(&pin, &m.pin));
	made_finish(&second);
	made_finish(&m);
}

/* ---- a real handshake ---- */

struct side {
	gnutls_certificate_credentials_t cred;
	gnutls_session_t session;
	int fd;
};

/* `own` NULL: shows no certificate. */
static void side_init(struct side *s, unsigned role, int fd, const struct made *own)
{
	assert_int_equal(gnutls_certificate_allocate_credentials(&s->cred), 0);
	if (own != NULL) {
		const gnutls_datum_t cert = {own->cert.p, (unsigned)own->cert.n};
		const gnutls_datum_t key = {own->key.p, (unsigned)own->key.n};
		assert_true(gnutls_certificate_set_x509_key_mem(
				    s->cred, &cert, &key, GNUTLS_X509_FMT_PEM) >= 0);
	}
	s->fd = fd;
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(gnutls_init(&s->session, role | GNUTLS_NONBLOCK), 0);
	assert_int_equal(
		gnutls_priority_set_direct(s->session, "NORMAL:-VERS-ALL:+VERS-TLS1.3", NULL), 0);
	assert_int_equal(gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, s->cred), 0);
	if (role == GNUTLS_SERVER)
		gnutls_certificate_server_set_request(s->session, GNUTLS_CERT_REQUEST);
	gnutls_transport_set_int(s->session, fd);
}

static void side_finish(struct side *s)
{
	gnutls_deinit(s->session);
	gnutls_certificate_free_credentials(s->cred);
	close(s->fd);
}

/* Both sides in turn until both are done. */
static void handshake(struct side *a, struct side *b)
{
	int ra = GNUTLS_E_AGAIN, rb = GNUTLS_E_AGAIN;

	for (int turn = 0; turn < 100 && (ra != 0 || rb != 0); turn++) {
		if (ra != 0)
			ra = gnutls_handshake(a->session);
		if (rb != 0)
			rb = gnutls_handshake(b->session);
		assert_false(ra < 0 && gnutls_error_is_fatal(ra));
		assert_false(rb < 0 && gnutls_error_is_fatal(rb));
	}
	assert_int_equal(ra, 0);
	assert_int_equal(rb, 0);
	assert_int_equal(gnutls_protocol_get_version(a->session), GNUTLS_TLS1_3);
}

static void session_pins(enum cert_algorithm server_key, enum cert_algorithm client_key)
{
	struct made server_cert, client_cert;
	struct side server, client;
	struct hash pin = {{0}};
	int fds[2];

	made_init(&server_cert, server_key);
	made_init(&client_cert, client_key);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	side_init(&server, GNUTLS_SERVER, fds[0], &server_cert);
	side_init(&client, GNUTLS_CLIENT, fds[1], &client_cert);
	/* Nobody has shown anything yet. */
	assert_int_equal(cert_session_pin(server.session, &pin, NULL), E_AUTH);
	assert_true(hash_is_zero(&pin));
	handshake(&client, &server);
	assert_int_equal(cert_session_pin(server.session, &pin, NULL), 0);
	assert_true(hash_eq(&pin, &client_cert.pin));
	assert_int_equal(cert_session_pin(client.session, &pin, NULL), 0);
	assert_true(hash_eq(&pin, &server_cert.pin));
	side_finish(&client);
	side_finish(&server);
	made_finish(&client_cert);
	made_finish(&server_cert);
}

static void mutual_handshake(void **state)
{
	(void)state;
	session_pins(CERT_ED25519, CERT_ED25519);
	session_pins(CERT_P256, CERT_ED25519);
	session_pins(CERT_ED25519, CERT_P256);
}

static void client_without_certificate(void **state)
{
	struct made server_cert;
	struct side server, client;
	struct hash pin = {{0}};
	struct why why = {0};
	int fds[2];

	(void)state;
	made_init(&server_cert, CERT_P256);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	side_init(&server, GNUTLS_SERVER, fds[0], &server_cert);
	side_init(&client, GNUTLS_CLIENT, fds[1], NULL);
	handshake(&client, &server);
	assert_int_equal(cert_session_pin(server.session, &pin, &why), E_AUTH);
	assert_int_equal(why.code, E_AUTH);
	assert_true(hash_is_zero(&pin));
	side_finish(&client);
	side_finish(&server);
	made_finish(&server_cert);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(pin_is_the_key_id, env_make),
		cmocka_unit_test_setup(pin_is_the_spki, env_make),
		cmocka_unit_test_setup(fields, env_make),
		cmocka_unit_test_setup(serial_from_env, env_make),
		cmocka_unit_test_setup(self_signed, env_make),
		cmocka_unit_test_setup(names_that_cannot_stand, env_make),
		cmocka_unit_test_setup(arguments, env_make),
		cmocka_unit_test_setup(pin_of_no_certificate, env_make),
		cmocka_unit_test_setup(mutual_handshake, env_make),
		cmocka_unit_test_setup(client_without_certificate, env_make),
	};

	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
