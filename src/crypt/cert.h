/*
 * cert.h: X.509 only as a carrier of a pinned key. Nodes use self-signed certificates; a partner is known by the SHA-256 of its
 * SubjectPublicKeyInfo (SPKI), which its root document names. No CA is asked.
 */
#ifndef CRYPT_CERT_H
#define CRYPT_CERT_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/why.h"
#include "crypt/hash.h"

/*
 * Makes an Ed25519 or, for browsers, ECDSA P-256 key and a self-signed certificate valid `days` from an hour ago, with the given
 * DNS names / addresses ("127.0.0.1" becomes an IP SAN). PEM into the two bufs; SPKI pin into *ret_pin. The serial comes from env, the
 * key from GnuTLS. The key buf is the caller's to buf_wipe. E_INVALID for a name that cannot stand in a certificate (common name
 * 1-64 bytes of printable UTF-8; names: letters, digits, '-', '.', a leading "*.") or `days` outside 1-36500, E_LIMIT for too many names
 * or a buf that is too small.
 */
enum cert_algorithm { CERT_ED25519, CERT_P256 };
MUST_USE int cert_make(enum cert_algorithm algorithm, const char *common_name,
	const char *const *names, size_t n_names, int days, const struct env *env,
	struct buf *ret_cert_pem, struct buf *ret_key_pem, struct hash *ret_pin, struct why *why);
/* SPKI pin of the first certificate in a PEM text. E_SYNTAX if there is none. */
MUST_USE int cert_pin(struct slice cert_pem, struct hash *ret_pin, struct why *why);
/*
 * SPKI pin of the client certificate of a running TLS session (a gnutls_session_t). E_AUTH if none was shown. Proof of possession was
 * part of the handshake.
 */
MUST_USE int cert_session_pin(void *gnutls_session, struct hash *ret_pin, struct why *why);

/*
 * Asks the client of a session that has not begun its handshake for a certificate, naming no issuers, so that every client has one that fits.
 */
void cert_session_ask(void *gnutls_session);

#endif
