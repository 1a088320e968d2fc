/* pattern_net.c: ISSUBSET and ISSUPERSET: addresses and CIDR blocks of both families. */
#include "work/cyber/pattern_int.h"

#include <arpa/inet.h>

int pattern_subnet_parse(struct slice text, struct subnet *ret)
{
	struct subnet net = {0};
	ptrdiff_t slash = slice_find(text, '/');
	struct slice host = slash < 0 ? text : slice_sub(text, 0, (size_t)slash);
	uint64_t bits;
	char name[INET6_ADDRSTRLEN + 1] = {0};

	if (host.n == 0 || host.n > INET6_ADDRSTRLEN || memchr(host.p, 0, host.n))
		return -EINVAL;
	memcpy(name, host.p, host.n);
	net.six = slice_find(host, ':') >= 0;
	if (inet_pton(net.six ? AF_INET6 : AF_INET, name, net.addr) != 1)
		return -EINVAL;
	bits = net.six ? 128 : 32;
	if (slash >= 0) {
		uint64_t given;

		if (slice_u64(slice_sub(text, (size_t)slash + 1, text.n), &given) < 0 ||
			given > bits)
			return -EINVAL;
		bits = given;
	}
	net.bits = (uint8_t)bits;
	*ret = net;
	return 0;
}

bool pattern_subnet_holds(const struct subnet *outer, const struct subnet *inner)
{
	size_t whole = outer->bits / 8, rest = outer->bits % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	if (outer->six != inner->six || outer->bits > inner->bits)
		return false;
	if (memcmp(outer->addr, inner->addr, whole) != 0)
		return false;
	return rest == 0 || ((outer->addr[whole] ^ inner->addr[whole]) & mask) == 0;
}
