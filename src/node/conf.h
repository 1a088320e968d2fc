/*
 * conf.h: entente.conf: lines "key value", '#' comments. Unknown keys are errors: a typo must not pass for a setting.
 * What there is and what it means is one table, conf_settings(), printed by `entente help settings` and in the man page.
 */
#ifndef NODE_CONF_H
#define NODE_CONF_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/why.h"
#include "crypt/hash.h"

#define CONF_ALLOW_MAX	 32
#define CONF_DOMAINS_MAX 32
#define CONF_LISTEN	 "127.0.0.1:8470"
#define CONF_PEER_LISTEN "127.0.0.1:8471"

enum conf_tls { CONF_TLS_NO, CONF_TLS_YES, CONF_TLS_CLIENT_CERT, CONF_TLS_FRONT };
const char *conf_tls_name(enum conf_tls t);

#define CONF_OIDC_PINS	8
#define CONF_OIDC_ROLES 64
struct conf_oidc {
	const char *issuer; /* NULL: none */
	const char *client, *secret, *name, *scope;
	struct hash pin[CONF_OIDC_PINS];
	size_t n_pin;
	struct {
		const char *claim, *value, *roles;
	} role[CONF_OIDC_ROLES];
	size_t n_role;
};

struct conf {
	struct arena arena; /* owns the strings */
	const char *label, *database, *listen, *peer_listen;
	const char *peer_front; /* numeric; NULL: none */
	const char *allow[CONF_ALLOW_MAX];
	size_t n_allow;
	int64_t poll_ms;
	unsigned connections;
	uint64_t file_day_bytes, disk_reserve_bytes;
	enum conf_tls tls;
	struct conf_oidc oidc;
	bool is_public;
	const char *mail, *mail_from, *mail_user, *mail_password_file, *mail_ca, *mail_ceiling,
		*link;	 /* NULL: not set */
	bool mail_clear; /* no STARTTLS */
	const char *mail_domain[CONF_DOMAINS_MAX];
	size_t n_mail_domain;
};
/* What can be set: an example of its value, and what it does, in the order in which a reader wants it. Ends with a NULL key. */
struct conf_setting {
	const char *key, *value, *help;
};
extern const struct conf_setting conf_settings[];
MUST_USE int conf_parse(struct conf *ret, struct slice text, struct why *why);
void conf_print(const struct conf *c, struct buf *b);
/* conf_oidc.c: the settings whose key begins with "oidc"; E_MISSING if it is none of them. */
MUST_USE int conf_oidc_take(struct conf *c, struct slice key, struct slice value, struct why *why);
MUST_USE int conf_oidc_check(const struct conf_oidc *o, struct why *why);
void conf_oidc_print(const struct conf_oidc *o, struct buf *b);
void conf_free(struct conf *c);
/* "127.0.0.1:8470", "[::1]:8470" → host (in buf of 64) and port. */
MUST_USE int listen_parse(const char *text, char ret_host[64], uint16_t *ret_port, struct why *why);

#endif
