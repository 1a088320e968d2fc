#include "net/client.h"
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

static bool allowed(const char *text, const char *const *allow, size_t n)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return address_allowed(&v4, allow, n);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return address_allowed(&v6, allow, n);
}

static void test_special(void **state)
{
	static const char *const bad[] = {
		"0.0.0.0",
		"0.1.2.3",
		"10.0.0.0",
		"10.255.255.255",
		"100.64.0.1",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.254",
		"169.254.169.254",
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.1",
		"192.0.2.1",
		"192.88.99.1",
		"192.168.0.1",
		"198.18.0.1",
		"198.19.255.255",
		"198.51.100.7",
		"203.0.113.7",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		/* IPv6 of its own */
		"::",
		"::1",
		"fe80::1",
		"febf::1",
		"fec0::1",
		"fc00::1",
		"fdff::1",
		"ff02::1",
		"100::1",
		"2001:db8::1",
		"3fff::1",
		"2001::1",
		"2001:0:5ef5:79fd::1",
		"2001:10::1",
		"2001:2::1",
		"64:ff9b:1::1",
		"5f00::1",
		"4000::1",
		"1fff::1",
		/* IPv4 in another coat */
		"::ffff:127.0.0.1",
		"::ffff:10.0.0.1",
		"::ffff:169.254.169.254",
		"::ffff:0:127.0.0.1",
		"::ffff:0:10.0.0.1",
		"::127.0.0.1",
		"::10.0.0.1",
		"64:ff9b::127.0.0.1",
		"64:ff9b::a00:1",
		"64:ff9b::169.254.169.254",
		"2002:7f00:1::1",
		"2002:a00:1::1",
		"2002:a9fe:a9fe::",
		"2002:c0a8:1::",
	};
	static const char *const good[] = {
		"1.1.1.1",
		"9.255.255.255",
		"11.0.0.0",
		"100.63.255.255",
		"100.128.0.0",
		"126.255.255.255",
		"128.0.0.0",
		"172.15.255.255",
		"172.32.0.0",
		"192.167.255.255",
		"192.169.0.0",
		"198.17.255.255",
		"198.20.0.0",
		"223.255.255.255",
		"2a00:1450::1",
		"2001:4860::8888",
		"2001:200::1",
		"2003::1",
		"::ffff:8.8.8.8",
		"64:ff9b::8.8.8.8",
		"2002:808:808::1",
		"2001:db7::1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (allowed(bad[i], NULL, 0))
			fail_msg("%s was let through", bad[i]);
	for (size_t i = 0; i < COUNT_OF(good); i++)
		if (!allowed(good[i], NULL, 0))
			fail_msg("%s was refused", good[i]);
}

static void test_ranges(void **state)
{
	static const char *const ten[] = {"10.1.0.0/16"};
	static const char *const odd[] = {"192.168.4.0/22", "fd00:1::/33", "127.0.0.1"};
	static const char *const all[] = {"0.0.0.0/0"};

	(void)state;
	assert_true(allowed("10.1.0.0", ten, 1));
	assert_true(allowed("10.1.255.255", ten, 1));
	assert_false(allowed("10.0.255.255", ten, 1));
	assert_false(allowed("10.2.0.0", ten, 1));
	assert_false(allowed("127.0.0.1", ten, 1));
	assert_true(allowed("8.8.8.8", ten, 1)); /* a range adds, it does not confine */
	/* The same host, spelt otherwise. */
	assert_true(allowed("::ffff:10.1.2.3", ten, 1));
	assert_false(allowed("::ffff:10.2.2.3", ten, 1));
	assert_true(allowed("64:ff9b::10.1.2.3", ten, 1));

	assert_true(allowed("192.168.7.255", odd, 3));
	assert_false(allowed("192.168.8.0", odd, 3));
	assert_true(allowed("fd00:1:7fff::1", odd, 3));
	assert_false(allowed("fd00:1:8000::1", odd, 3));
	assert_true(allowed("127.0.0.1", odd, 3));
	assert_false(allowed("127.0.0.2", odd, 3));
	assert_true(allowed("127.0.0.2", all, 1));
	assert_false(allowed("fd00::1", all, 1)); /* only IPv4 */
	assert_false(allowed("::1", odd, 3));
}

/* A range that cannot be read allows nothing. */
static void test_broken_ranges(void **state)
{
	static const char *const broken[] = {"", "/", "127.0.0.0", "127.0.0.0/", "127.0.0.0/33",
		"127.0.0.0/-1", "127.0.0.0/08", "127.0.0/8", "localhost/8", "127.0.0.0/8/8",
		"127.1/8", "0x7f.0.0.0/8", "::ffff:127.0.0.0/1000", " 127.0.0.0/8",
		"00000000000000000000000000000000000000000000000000000000000000000127.0.0.0/8"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(broken); i++)
		assert_false(allowed("127.0.0.1", &broken[i], 1));
}

static void test_other_families(void **state)
{
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
	static const char *const all[] = {"0.0.0.0/0", "::/0"};

	(void)state;
	assert_false(address_allowed(&path, all, 2));
}

static void networks(void **state)
{
	static const struct {
		const char *address, *network;
	} row[] = {{"192.0.2.7", "192.0.2.7"}, {"::ffff:192.0.2.7", "192.0.2.7"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"2001:DB8:1:2::", "2001:db8:1:2::/64"}, {"2001:db8:1:3::1", "2001:db8:1:3::/64"},
		{"fe80::1%eth0", "fe80::/64"}, {"::1", "::/64"}, {"?", "?"}, {"", ""},
		{"name.example", "name.example"}};
	char ret[ADDRESS_NETWORK];

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		address_network(row[i].address, ret);
		assert_string_equal(ret, row[i].network);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_special),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_broken_ranges),
		cmocka_unit_test(test_other_families),
		cmocka_unit_test(networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
