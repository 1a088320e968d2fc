/*
 * Which addresses a connection of ours may go to. Only what is globally routed, by the IANA
 * special-purpose registries (RFC 6890 and its updates), and forms of IPv6 that carry an IPv4
 * address are judged by that address.
 */
#include "net/client.h"

#include "base/report.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct range {
	uint8_t b[16];
	unsigned bits;
};

static const struct range v4_special[] = {
	{{0}, 8},	      /* this network */
	{{10}, 8},	      /* private */
	{{100, 64}, 10},      /* carrier-grade NAT */
	{{127}, 8},	      /* loopback */
	{{169, 254}, 16},     /* link-local, cloud metadata */
	{{172, 16}, 12},      /* private */
	{{192, 0, 0}, 24},    /* protocol assignments */
	{{192, 0, 2}, 24},    /* documentation */
	{{192, 88, 99}, 24},  /* 6to4 relays, withdrawn */
	{{192, 168}, 16},     /* private */
	{{198, 18}, 15},      /* benchmarks */
	{{198, 51, 100}, 24}, /* documentation */
	{{203, 0, 113}, 24},  /* documentation */
	{{224}, 4},	      /* multicast */
	{{240}, 4},	      /* reserved, broadcast */
};

static const struct range v6_global = {{0x20}, 3};
static const struct range v6_special[] = {
	{{0x20, 0x01}, 23},		/* protocol assignments: Teredo, ORCHID, benchmarks */
	{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
	{{0x3f, 0xff}, 20},		/* documentation */
};

/* IPv6 that is an IPv4 address in another coat: prefix and where the address stands. */
static const struct {
	struct range prefix;
	unsigned at;
} v6_carriers[] = {
	{{{0}, 96}, 12}, /* compatible, RFC 4291 §2.5.5.1; also :: and ::1, as 0.0.0.0/8 */
	{{{[10] = 0xff, [11] = 0xff}, 96}, 12},		  /* mapped */
	{{{[8] = 0xff, [9] = 0xff}, 96}, 12},		  /* translated, RFC 2765 */
	{{{[1] = 0x64, [2] = 0xff, [3] = 0x9b}, 96}, 12}, /* NAT64, RFC 6052 */
	{{{0x20, 0x02}, 16}, 2},			  /* 6to4, RFC 3056 */
};

static bool within(const uint8_t *addr, const struct range *r)
{
	unsigned whole = r->bits / 8, rest = r->bits % 8;

	if (memcmp(addr, r->b, whole) != 0)
		return false;
	return rest == 0 || ((addr[whole] ^ r->b[whole]) >> (8 - rest)) == 0;
}

/* "10.1.0.0/16" or "fd00::/8"; a plain address is a range of one. False if it is neither. */
static bool range_parse(const char *text, int family, struct range *ret)
{
	struct slice rest = slice_str(text), host;
	char name[64];
	uint64_t bits = family == AF_INET ? 32 : 128;
	struct range r = {0};

	if (slice_cut_exact(&rest, '/', &host)) {
		if (slice_u64(rest, &bits) < 0 || bits > (family == AF_INET ? 32 : 128))
			return false;
	} else {
		host = rest;
	}
	if (host.n >= sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", SLICE_FMT(host));
	if (inet_pton(family, name, r.b) != 1)
		return false;
	r.bits = (unsigned)bits;
	*ret = r;
	return true;
}

static bool listed(const uint8_t *addr, int family, const char *const *allow, size_t n_allow)
{
	struct range r;

	for (size_t i = 0; i < n_allow; i++)
		if (range_parse(allow[i], family, &r) && within(addr, &r))
			return true;
	return false;
}

static bool v4_allowed(const uint8_t *addr, const char *const *allow, size_t n_allow)
{
	bool special = false;

	for (size_t i = 0; i < sizeof(v4_special) / sizeof(v4_special[0]); i++)
		special = special || within(addr, &v4_special[i]);
	return !special || listed(addr, AF_INET, allow, n_allow);
}

static bool v6_allowed(const uint8_t *addr, const char *const *allow, size_t n_allow)
{
	bool special;

	if (listed(addr, AF_INET6, allow, n_allow))
		return true;
	for (size_t i = 0; i < sizeof(v6_carriers) / sizeof(v6_carriers[0]); i++)
		if (within(addr, &v6_carriers[i].prefix))
			return v4_allowed(addr + v6_carriers[i].at, allow, n_allow);
	special = !within(addr, &v6_global);
	for (size_t i = 0; i < sizeof(v6_special) / sizeof(v6_special[0]); i++)
		special = special || within(addr, &v6_special[i]);
	return !special;
}

bool address_allowed(const void *p, const char *const *allow, size_t n_allow)
{
	const struct sockaddr *addr = p;

	if (addr->sa_family == AF_INET) {
		const struct sockaddr_in *a = p;

		return v4_allowed((const uint8_t *)&a->sin_addr, allow, n_allow);
	}
	if (addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *a = p;

		return v6_allowed(a->sin6_addr.s6_addr, allow, n_allow);
	}
	return false;
}

void address_network(const char *text, char ret[ADDRESS_NETWORK])
{
	char plain[ADDRESS_NETWORK], network[INET6_ADDRSTRLEN];
	struct in6_addr a;

	/* A zone ("fe80::1%eth0") is a name of this machine. */
	snprintf(plain, sizeof(plain), "%.*s", (int)strcspn(text, "%"), text);
	if (inet_pton(AF_INET6, plain, &a) != 1) {
		snprintf(ret, ADDRESS_NETWORK, "%s", text);
		return;
	}
	if (IN6_IS_ADDR_V4MAPPED(&a)) {
		MUST(inet_ntop(AF_INET, &a.s6_addr[12], network, sizeof(network)));
		snprintf(ret, ADDRESS_NETWORK, "%s", network);
		return;
	}
	memset(&a.s6_addr[8], 0, 8);
	MUST(inet_ntop(AF_INET6, &a, network, sizeof(network)));
	snprintf(ret, ADDRESS_NETWORK, "%s/64", network);
}
