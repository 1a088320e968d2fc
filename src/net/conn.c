/*
 * The table of connections. Invariants (conn_check):
 * 1. A conn is in server->conns from the started to the closed notification, and its fd is open
 * that long, because libmicrohttpd closes it after the notification. So the sweeper, which holds
 * conn_lock, never shuts a number that already belongs to somebody else.
 * 2. Each connection has one reservation, made by the acceptor and given back by the closed
 * notification.
 * 3. What is under way on a connection is released with it at the latest.
 * 4. Only the connection's own thread changes its state, each time counting `turn`.
 */
#include "net/server_int.h"

#include "crypt/cert.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

static bool v4_mapped(const struct sockaddr_in6 *a)
{
	return IN6_IS_ADDR_V4MAPPED(&a->sin6_addr);
}

/* One household of addresses counts as one: a /64 is handed out whole. */
struct address_key address_key(const struct sockaddr *addr)
{
	struct address_key key = {0};

	if (addr->sa_family == AF_INET) {
		const struct sockaddr_in *a = (const void *)addr;

		memcpy(key.b, &a->sin_addr, 4);
		key.n = 4;
	} else if (addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *a = (const void *)addr;

		if (v4_mapped(a)) {
			memcpy(key.b, &a->sin6_addr.s6_addr[12], 4);
			key.n = 4;
		} else {
			memcpy(key.b, &a->sin6_addr, 8);
			key.n = 8;
		}
	}
	return key;
}

void address_text(const struct sockaddr *addr, socklen_t len, char ret[64])
{
	if (addr->sa_family == AF_INET6 && v4_mapped((const void *)addr)) {
		struct sockaddr_in v4 = {.sin_family = AF_INET};

		memcpy(&v4.sin_addr, &((const struct sockaddr_in6 *)addr)->sin6_addr.s6_addr[12],
			4);
		address_text((const struct sockaddr *)&v4, sizeof(v4), ret);
		return;
	}
	if (getnameinfo(addr, len, ret, 64, NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(ret, 64, "?");
}

static struct slice key_slice(const struct address_key *key)
{
	return slice_of(key->b, key->n);
}

/* Counts are kept in the pointer itself. */
static uintptr_t key_count(struct server *s, const struct address_key *key)
{
	return (uintptr_t)map_get(&s->per_address, key_slice(key));
}

static void key_set(struct server *s, const struct address_key *key, uintptr_t count)
{
	if (count == 0)
		(void)map_del(&s->per_address, key_slice(key));
	else
		(void)map_put(&s->per_address, key_slice(key), (void *)count);
}

bool conn_reserve(struct server *s, const struct sockaddr *addr)
{
	struct address_key key = address_key(addr);
	bool room;

	pthread_mutex_lock(&s->conn_lock);
	room = s->n_reserved < s->o.connections &&
	       key_count(s, &key) < s->o.connections_per_address;
	if (room) {
		s->n_reserved++;
		key_set(s, &key, key_count(s, &key) + 1);
	}
	pthread_mutex_unlock(&s->conn_lock);
	return room;
}

void conn_release(struct server *s, const struct address_key *key)
{
	pthread_mutex_lock(&s->conn_lock);
	MUST(s->n_reserved > 0 && key_count(s, key) > 0);
	s->n_reserved--;
	key_set(s, key, key_count(s, key) - 1);
	pthread_mutex_unlock(&s->conn_lock);
}

void conn_check(const struct conn *c)
{
	MUST(c != NULL && c->magic == CONN_MAGIC);
	MUST(c->server != NULL && c->server->magic == SERVER_MAGIC);
	MUST(c->mhd != NULL && c->fd >= 0);
	MUST(c->state >= CONN_HEAD && c->state <= CONN_SEND);
}

void conn_enter(struct conn *c, enum conn_state state)
{
	int64_t now = server_mono(c->server);

	conn_check(c);
	c->since_ms = now;
	c->progress_ms = now;
	c->got = 0;
	c->state = (int)state;
	c->turn++;
}

void conn_ask_pin(struct conn *c)
{
	const union MHD_ConnectionInfo *info;

	conn_check(c);
	if (c->pin_asked || !c->server->tls || !c->server->o.client_cert)
		return;
	c->pin_asked = true;
	info = MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	MUST(info != NULL && info->tls_session != NULL);
	c->has_pin = cert_session_pin(info->tls_session, &c->pin, NULL) == 0;
}

/*
 * The handshake has not begun when the connection is announced, so this is the place to ask for a
 * certificate. Without a trust list no issuers are named to the client, and it may show any.
 */
static void ask_for_certificate(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	MUST(info != NULL && info->tls_session != NULL);
	cert_session_ask(info->tls_session);
}

static struct conn *conn_open(struct server *s, struct MHD_Connection *mhd)
{
	struct conn *c = mem_new(struct conn);
	const union MHD_ConnectionInfo *info;
	const struct sockaddr *addr;
	int on = 1;

	c->magic = CONN_MAGIC;
	c->server = s;
	c->mhd = mhd;
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	MUST(info != NULL);
	c->fd = info->connect_fd;
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	MUST(info != NULL);
	addr = info->client_addr;
	c->key = address_key(addr);
	address_text(addr,
		addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					    : sizeof(struct sockaddr_in),
		c->remote);
	/* A parked or streaming client that lost its power is noticed in the end. */
	(void)setsockopt(c->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (s->o.client_cert && s->tls)
		ask_for_certificate(mhd);
	conn_enter(c, CONN_HEAD);
	return c;
}

void conn_notify(void *cls, struct MHD_Connection *mhd, void **socket_context,
	enum MHD_ConnectionNotificationCode code)
{
	struct server *s = cls;
	struct conn *c;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		c = conn_open(s, mhd);
		*socket_context = c;
		pthread_mutex_lock(&s->conn_lock);
		c->next = s->conns;
		if (c->next != NULL)
			c->next->prev = c;
		s->conns = c;
		pthread_mutex_unlock(&s->conn_lock);
		s->n_open++;
		s->n_connections++;
		return;
	}
	c = *socket_context;
	conn_check(c);
	*socket_context = NULL;
	/* libmicrohttpd before 1.0 has error paths that end a request without saying so. */
	if (c->exchange != NULL)
		exchange_free(c->exchange);
	pthread_mutex_lock(&s->conn_lock);
	*(c->prev != NULL ? &c->prev->next : &s->conns) = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	pthread_mutex_unlock(&s->conn_lock);
	if (!linger_take(s, c))
		conn_release(s, &c->key);
	s->n_open--;
	c->magic = 0;
	mem_free(c);
}
