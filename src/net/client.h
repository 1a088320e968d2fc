/*
 * client.h: HTTPS to a partner over libcurl (which this folder alone includes): TLS 1.3, pinned key, own certificate, no redirects, no proxy from the
 * environment, no cookies, bounded answer, deadline, and the SSRF guard: the name is resolved once and the address judged before connecting.
 *
 * One client per thread and partner: it keeps the connection.
 *
 *	struct client *c = client_new(&options);
 *	rc = client_request(c, &(struct client_call){.method = "GET", .url = url, .deadline_ms = 30000}, &answer, why);
 */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/why.h"
#include "crypt/hash.h"

struct client;

struct client_options {
	const struct hash *pins; /* accepted SPKI pins (a partner publishes ahead); copied */
	size_t n_pins;
	struct slice cert_pem, key_pem; /* own certificate; empty: none. Copied. */
	/* Address ranges ("10.1.0.0/16", "127.0.0.0/8", "fd00::/8") the operator allows although they are not public. Copied. */
	const char *const *allow;
	size_t n_allow;
	bool allow_plain_http; /* tests and the CLI's own node only */
	bool anybody;	       /* without pins: TLS with whoever answers, for what proves itself */
};

struct client *client_new(const struct client_options *o)
	__attribute__((returns_nonnull, warn_unused_result));
void client_free(struct client **c);

struct client_call {
	const char *method; /* "GET", "POST", "PUT", "DELETE" */
	const char *url;
	struct slice body;
	const char *content_type;
	const char *const *headers; /* "Name: value", NULL-terminated; may be NULL */
	int64_t deadline_ms;	    /* for the whole call; 0: 30 s */
	/* The deadline is for the first byte and for each silence after it: the answer may take as long as it keeps coming at LIMIT_BODY_RATE. */
	bool patient;
	size_t answer_max; /* ceiling; over it the call ends with E_LIMIT */
	/* If set, a successful answer (2xx) goes here piece by piece instead of into the buf (a file download); that of another is dropped. Non-zero aborts. */
	int (*sink)(void *ctx, struct slice piece);
	void *sink_ctx;
	const char *want; /* a header of the answer that is wanted as it came; NULL: none */
	/* Polled about ten times a second; true ends the call with E_NET ("stopped"). May be NULL. */
	bool (*stop)(void *ctx);
	void *stop_ctx;
};

struct client_answer {
	unsigned status;
	char content_type[96];
	char etag[96];
	char wanted[128]; /* the header that the call wants; "" if absent or longer */
};

/* 0 if an HTTP answer of any status came; its body in `body` (caller-initialised). E_NET, E_LIMIT, E_DENIED (SSRF guard, pin), E_INVALID (a header with a control character). */
MUST_USE int client_request(struct client *c, const struct client_call *call,
	struct client_answer *ret, struct buf *body, struct why *why);

/*
 * The SSRF guard by itself: may a connection go to this address? `addr` is a struct sockaddr. Refuses loopback, link-local, private,
 * unique-local, CGNAT, multicast, unspecified, mapped and translated (::ffff:0:0/96, 64:ff9b::/96, 2002::/16) forms of these, unless
 * allowed by a range.
 */
bool address_allowed(const void *addr, const char *const *allow, size_t n_allow);

/*
 * Who is counted as one: of an IPv6 address the /64, which is handed out whole ("2001:db8:1:2::/64"), of a mapped one the IPv4 address; any other text as it
 * is, cut to what fits.
 */
#define ADDRESS_NETWORK 64
void address_network(const char *text, char ret[ADDRESS_NETWORK]);

/*
 * RFC 3986 §5.2: where `ref`, as it stands in a document of this address, leads to. An absolute one is itself; an empty one is the document. In the arena. E_INVALID:
 * one of them is no URL.
 */
MUST_USE int url_join(struct slice base, struct slice ref, struct arena *arena, struct slice *ret,
	struct why *why);

#endif
