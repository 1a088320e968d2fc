/*
 * proxy.c: connections that a front passes through. It says first for whom each is, in one line (PROXY protocol, version 1):
 *
 *	PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\r\n
 *
 * Only then the connection is counted and handed on, as one from the address in it.
 *
 *	invariants
 *	1. The acceptor alone touches these, and never waits for one of them.
 *	2. A descriptor is in the list, or has been given on, or is closed. The list is in the order of coming.
 */
#include "net/server_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

/* The longest line of version 1, with its end. */
#define LINE_MAX_BYTES 107

struct one {
	int fd; /* owned */
	int64_t since_ms;
	struct sockaddr_storage addr; /* the front's; in the end the client's */
	socklen_t len;
	char line[LINE_MAX_BYTES];
	size_t n;
};

struct proxied {
	struct one one[LIMIT_PROXY_PENDING];
	size_t n;
};

struct proxied *proxied_new(void)
{
	return mem_new(struct proxied);
}

void proxied_free(struct proxied **pp)
{
	struct proxied *p = *pp;

	*pp = NULL;
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		close(p->one[i].fd);
	mem_free(p);
}

bool proxied_is(const struct server *s, const struct sockaddr *addr, socklen_t len)
{
	char text[64];

	if (s->proxied == NULL)
		return false;
	address_text(addr, len, text);
	return strcmp(text, s->front) == 0;
}

static void leave(struct proxied *p, size_t i)
{
	p->n--;
	memmove(&p->one[i], &p->one[i + 1], (p->n - i) * sizeof(p->one[i]));
}

void proxied_add(struct server *s, int fd, const struct sockaddr *addr, socklen_t len)
{
	struct proxied *p = s->proxied;

	MUST(p != NULL && len <= sizeof(struct sockaddr_storage));
	if (p->n == LIMIT_PROXY_PENDING) {
		close(p->one[0].fd);
		leave(p, 0);
	}
	struct one *o = &p->one[p->n++];
	*o = (struct one){.fd = fd, .since_ms = server_mono(s), .len = len};
	memcpy(&o->addr, addr, len);
}

size_t proxied_poll(const struct server *s, struct pollfd *ret_poll)
{
	const struct proxied *p = s->proxied;
	size_t n = p != NULL ? p->n : 0;

	for (size_t i = 0; i < n; i++)
		ret_poll[i] = (struct pollfd){.fd = p->one[i].fd, .events = POLLIN};
	return n;
}

/* Takes nothing of what stands behind the line. 1: it is here; 0: more has to come; E_NET, E_SYNTAX. */
static int line_read(struct one *o)
{
	char piece[LINE_MAX_BYTES];
	ssize_t got = recv(o->fd, piece, sizeof(piece) - o->n, MSG_PEEK | MSG_DONTWAIT);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : E_NET;
	if (got == 0)
		return E_NET;
	ptrdiff_t end = slice_find(slice_of(piece, (size_t)got), '\n');
	size_t n = end >= 0 ? (size_t)end + 1 : (size_t)got;
	if (recv(o->fd, o->line + o->n, n, MSG_DONTWAIT) != (ssize_t)n)
		return E_NET;
	o->n += n;
	if (end >= 0)
		return 1;
	return o->n == sizeof(o->line) ? E_SYNTAX : 0;
}

static bool address_read(struct slice text, int family, void *ret)
{
	char name[INET6_ADDRSTRLEN];

	if (text.n >= sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", SLICE_FMT(text));
	return inet_pton(family, name, ret) == 1;
}

static bool port_read(struct slice text, in_port_t *ret)
{
	uint64_t v;

	if (slice_u64(text, &v) < 0 || v > UINT16_MAX)
		return false;
	*ret = htons((uint16_t)v);
	return true;
}

/* The client's address in place of the front's. What the front asks for itself (UNKNOWN) stays the front's. */
static int line_parse(struct one *o)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct slice rest = slice_of(o->line, o->n), line, from, to, port;
	struct in6_addr any;
	in_port_t other;

	if (!slice_cut_exact(&rest, '\r', &line) || !slice_is(rest, "\n") ||
		!slice_take(&line, "PROXY "))
		return E_SYNTAX;
	if (slice_starts(line, "UNKNOWN"))
		return 0;
	bool is_v6 = slice_starts(line, "TCP6 ");
	int family = is_v6 ? AF_INET6 : AF_INET;
	if ((!slice_take(&line, "TCP4 ") && !slice_take(&line, "TCP6 ")) ||
		!slice_cut_exact(&line, ' ', &from) || !slice_cut_exact(&line, ' ', &to) ||
		!slice_cut_exact(&line, ' ', &port) ||
		!address_read(from, family, is_v6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) ||
		!address_read(to, family, &any) ||
		!port_read(port, is_v6 ? &v6.sin6_port : &v4.sin_port) || !port_read(line, &other))
		return E_SYNTAX;
	o->len = is_v6 ? sizeof(v6) : sizeof(v4);
	memcpy(&o->addr, is_v6 ? (const void *)&v6 : (const void *)&v4, o->len);
	return 0;
}

void proxied_step(struct server *s,
	void (*give)(struct server *s, int fd, const struct sockaddr *addr, socklen_t len))
{
	struct proxied *p = s->proxied;
	int64_t now = server_mono(s);

	for (size_t i = 0; p != NULL && i < p->n;) {
		struct one o;
		int rc = line_read(&p->one[i]);

		if (rc == 0 && now - p->one[i].since_ms < LIMIT_PROXY_MS) {
			i++;
			continue;
		}
		if (rc == 1 && line_parse(&p->one[i]) < 0)
			rc = E_SYNTAX;
		o = p->one[i];
		leave(p, i);
		if (rc == 1)
			give(s, o.fd, (const struct sockaddr *)&o.addr, o.len);
		else
			close(o.fd);
	}
}
