/* The settings file: a typo must not pass for a setting. */
#include "unit.h"

#include "base/limits.h"
#include "node/conf.h"

static void defaults(void **state)
{
	struct conf c;

	(void)state;
	assert_int_equal(conf_parse(&c, SLICE("# a node\n\nlabel ALB\n"), NULL), 0);
	assert_string_equal(c.label, "ALB");
	assert_string_equal(c.database, "sqlite:node.db");
	assert_string_equal(c.listen, CONF_LISTEN);
	assert_string_equal(c.peer_listen, CONF_PEER_LISTEN);
	assert_int_equal(c.poll_ms, LIMIT_LONG_POLL_MS);
	assert_int_equal(c.n_allow, 0);
	conf_free(&c);
}

/* All that is documented, as one file, with its examples. */
static void settings_are_as_told(void **state)
{
	static const char pin[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct why why = {0};
	struct conf c;

	(void)state;
	for (const struct conf_setting *s = conf_settings; s->key; s++)
		buf_addf(&b, "%s %s\n", s->key, strcmp(s->key, "oidc-pin") == 0 ? pin : s->value);
	if (conf_parse(&c, buf_slice(&b), &why) < 0)
		fail_msg("%s %s\n%s", why.where, why.text, buf_cstr(&b));
	conf_free(&c);
}

static void everything_there_and_back(void **state)
{
	static const char text[] =
		"label Republic of X, MoD\ndatabase postgres://u@h/db?x=1\nlisten [::1]:80\n"
		"peer-listen 0.0.0.0:8471\npeer-front ::1\nallow 10.0.0.0/8\nallow fd00::/8\npoll-ms 500\nconnections 9\n";
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct conf c;

	(void)state;
	assert_int_equal(conf_parse(&c, SLICE(text), NULL), 0);
	conf_print(&c, &b);
	assert_slice(buf_slice(&b), text);
	conf_free(&c);
}

static void provider_there_and_back(void **state)
{
	static const char text[] =
		"label A\ndatabase sqlite:node.db\nlisten 127.0.0.1:8470\npeer-listen 127.0.0.1:8471\n"
		"poll-ms 25000\nconnections 1024\noidc https://id.example/realm\noidc-client entente\n"
		"oidc-secret client.secret\noidc-name Ministry of Defence\noidc-scope openid groups\n"
		"oidc-pin 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
		"oidc-role groups duty records=officer,pact=reader\noidc-role level 3 reader\n";
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct conf c;

	(void)state;
	assert_int_equal(conf_parse(&c, SLICE(text), NULL), 0);
	assert_string_equal(c.oidc.issuer, "https://id.example/realm");
	assert_int_equal(c.oidc.n_role, 2);
	assert_string_equal(c.oidc.role[0].value, "duty");
	conf_print(&c, &b);
	assert_slice(buf_slice(&b), text);
	conf_free(&c);
}

static void mistakes(void **state)
{
	static const struct {
		const char *text, *where;
	} rows[] = {
		{"", "label"},
		{"label A\nlisen 127.0.0.1:1\n", "line 2"},
		{"label A\nlabel B\n", "line 2"},
		{"label\n", "line 1"},
		{"label \n", "line 1"},
		{"label 12345678901234567890123456789012345678901234567890123456789012345\n",
			"line 1"},
		{"label A\ndatabase mysql:x\n", "line 2"},
		{"label A\nlisten 127.0.0.1\n", "line 2"},
		{"label A\nlisten :80\n", "line 2"},
		{"label A\nlisten 127.0.0.1:65536\n", "line 2"},
		{"label A\nlisten [::1]80\n", "line 2"},
		{"label A\n\npoll-ms 0\n", "line 3"},
		{"label A\npeer-front localhost\n", "line 2"},
		{"label A\npeer-front 127.0.0.1:8471\n", "line 2"},
		{"label A\npeer-front 127.0.0.1\npeer-front ::1\n", "line 3"},
		{"label A\npoll-ms 1e3\n", "line 2"},
		{"label A\npoll-ms 99999999\n", "line 2"},
		{"label A\nconnections -1\n", "line 2"},
		{"label A\nfile-bytes-per-day 4 GiB\n", "line 2"},
		{"label A\ndisk-reserve-bytes 9223372036854775807\n", "line 2"},
		{"label A\noidc http://id.example\noidc-client x\n", "line 2"},
		{"label A\noidc https://\noidc-client x\n", "line 2"},
		{"label A\noidc https://id.example/?x\noidc-client x\n", "line 2"},
		{"label A\noidc https://id.example\n", "oidc-client"},
		{"label A\noidc-client x\n", "oidc"},
		{"label A\noidc-clint x\n", "line 2"},
		{"label A\noidc https://a\noidc https://b\noidc-client x\n", "line 3"},
		{"label A\noidc-pin 00\n", "line 2"},
		{"label A\noidc-role groups\n", "line 2"},
		{"label A\noidc-role groups duty\n", "line 2"},
		{"label A\noidc-role groups duty ships=officer\n", "line 2"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct why why = {0};
		struct conf c;
		int rc = conf_parse(&c, slice_str(rows[i].text), &why);

		if (rc != E_SYNTAX || strcmp(why.where, rows[i].where) != 0)
			fail_msg("row %zu: %d at %s", i, rc, why.where);
	}
}

static void too_many_ranges(void **state)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct conf c;

	(void)state;
	buf_str(&b, "label A\n");
	for (int i = 0; i < CONF_ALLOW_MAX; i++)
		buf_addf(&b, "allow 10.%d.0.0/16\n", i);
	assert_int_equal(conf_parse(&c, buf_slice(&b), NULL), 0);
	conf_free(&c);
	buf_str(&b, "allow 11.0.0.0/8\n");
	assert_int_equal(conf_parse(&c, buf_slice(&b), NULL), E_SYNTAX);
}

static void addresses(void **state)
{
	char host[64];
	uint16_t port;

	(void)state;
	assert_int_equal(listen_parse("[fd00::1]:8471", host, &port, NULL), 0);
	assert_string_equal(host, "fd00::1");
	assert_int_equal(port, 8471);
	assert_int_equal(listen_parse("node.example:0", host, &port, NULL), 0);
	assert_int_equal(port, 0);
	assert_int_equal(listen_parse("1.2.3.4:080", host, &port, NULL), E_SYNTAX);
	assert_int_equal(listen_parse("fd00::1:8471", host, &port, NULL), E_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(settings_are_as_told),
		cmocka_unit_test(everything_there_and_back),
		cmocka_unit_test(provider_there_and_back),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(too_many_ranges),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests_name("node/conf", tests, NULL, NULL);
}
