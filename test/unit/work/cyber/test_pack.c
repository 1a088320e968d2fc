/* test_pack.c: packs: made from STIX, made from a pack and what is new, signed, looked up, and refused in every way that a stranger may have bent them. */
#include "unit.h"

#include "base/enc.h"
#include "base/limits.h"
#include "work/cyber/pack_int.h"

#define NOW 1742290200000LL /* 2025-03-18T09:30:00Z */

static struct env_fake fake;
static struct env env;
static const struct pack_trust any = {.any = true};

static int setup(void **state)
{
	(void)state;
	crypt_init();
	env_fake_init(&fake, 3, NOW);
	env = env_of_fake(&fake);
	return 0;
}

static void make(struct pack_maker *m, struct buf *ret, const struct seckey *key)
{
	struct pack_about about = {NOW, SLICE("exercise"), SLICE("member KOS"), SLICE("-"),
		SLICE("17"), SLICE_NONE, 0, 0, 0};
	struct pack_sign sign = {key, SLICE("pack.example")};
	struct why why = {0};

	buf_clear(ret);
	if (pack_print(m, ret, &about, key ? &sign : NULL, &env, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
}

static struct pack *opened(struct buf *b, const struct pack_trust *trust)
{
	struct pack *p = NULL;
	struct why why = {0};

	if (pack_open_bytes(&p, buf_slice(b), trust, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	return p;
}

static void add(struct pack_maker *m, const char *json, struct pack_counts *c)
{
	struct why why = {0};

	if (pack_maker_stix(m, slice_str(json), true, SLICE_NONE, c, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
}

/* The ids that fire for a value, as "…1 …2 ": the last digit of each. */
static const char *fires(struct pack *p, enum pack_kind kind, const char *value, int64_t now)
{
	static char text[64];
	struct buf key CLEANUP_BUF = BUF(LIMIT_PACK_KEY);
	struct pack_hit h;
	struct pack_object o;
	uint64_t at = 0, i = 0;
	uint64_t hash;
	size_t n = 0;

	assert_int_equal(pack_key(&kind, slice_str(value), &key), 0);
	hash = pack_key_hash(p->seed, kind, buf_slice(&key));
	text[0] = '\0';
	while (pack_next(p, hash, &at, &h))
		if (h.kind == kind && slice_eq(h.key, buf_slice(&key)))
			while (pack_live(p, h.entry, now, &i, &o))
				n += (size_t)snprintf(
					text + n, sizeof(text) - n, "%c ", o.id[strlen(o.id) - 1]);
	return text;
}

#define INDICATOR(n, modified, more, pattern)                                                                        \
	"{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-00000000000" n \
	"\",\"modified\":\"" modified                                                                                \
	"\",\"valid_from\":\"2025-01-01T00:00:00Z\",\"pattern_type\":\"stix\"," more                                 \
	"\"pattern\":\"" pattern "\"}"

static const char first[] = "{\"type\":\"bundle\",\"objects\":[" INDICATOR("1",
	"2025-01-01T00:00:00.000Z", "",
	"[domain-name:value = 'Evil.Example' OR ipv4-addr:value = '1.2.3.4']") "," INDICATOR("2",
	"2025-01-01T00:00:00.000Z", "\"valid_until\":\"2025-02-01T00:00:00Z\",",
	"[domain-name:value = 'evil.example']") "," INDICATOR("3", "2025-01-01T00:00:00.000Z",
	"\"revoked\":true,",
	"[domain-name:value = 'evil.example']") "," INDICATOR("4", "2025-01-01T00:00:00.000Z", "",
	"[domain-name:value = 'evil.example' AND domain-name:value = 'x']") "," INDICATOR("5",
	"2025-01-01T00:00:00.000Z", "",
	"[windows-registry-key:key = 'a' OR ipv4-addr:value = '10.9.8.0/24']") "," INDICATOR("6",
	"2025-01-01T00:00:00.000Z", "\"pattern_version\":\"2.0\",",
	"[broken") ",{\"type\":\"ipv4-addr\",\"id\":\"ipv4-addr--00000000-0000-4000-8000-000000000007\",\"value\":\"5.6.7.8\"},"
		   "{\"type\":\"file\",\"id\":\"file--00000000-0000-4000-8000-000000000008\",\"name\":\"svchost.exe\",\"hashes\":{\"MD5\":\"d41d8cd98f00b204e9800998ecf8427e\"}},"
		   "{\"type\":\"identity\",\"id\":\"identity--00000000-0000-4000-8000-000000000009\"},7]}";

static void test_from_stix(void **state)
{
	struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
	struct buf b CLEANUP_BUF = BUF(LIMIT_PACK_BYTES);
	struct pack *p CLEANUP_PACK = NULL;
	struct pack_counts c = {0};

	(void)state;
	add(m, first, &c);
	assert_int_equal(c.objects, 8);
	assert_int_equal(c.pattern_only, 1);
	assert_int_equal(c.partly, 1);
	assert_int_equal(c.refused, 1);
	assert_int_equal(c.ignored, 2);
	make(m, &b, NULL);
	p = opened(&b, &any);
	assert_string_equal(fires(p, PACK_DOMAIN, "EVIL.example.", NOW), "1 ");
	assert_string_equal(fires(p, PACK_DOMAIN, "evil.example", NOW - 90LL * 86400000),
		""); /* 2024-12-18: before all */
	assert_string_equal(fires(p, PACK_DOMAIN, "evil.example", 1736000000000), "1 2 ");
	assert_string_equal(fires(p, PACK_DOMAIN, "evil.example", 1738367999000), "1 2 ");
	assert_string_equal(fires(p, PACK_DOMAIN, "evil.example", 1738368000000),
		"1 "); /* valid_until itself is past */
	assert_string_equal(fires(p, PACK_IPV4, "1.2.3.4", NOW), "1 ");
	assert_string_equal(fires(p, PACK_IPV4, "5.6.7.8", NOW), "7 ");
	assert_string_equal(fires(p, PACK_MD5, "D41D8CD98F00B204E9800998ECF8427E", NOW), "8 ");
	assert_string_equal(fires(p, PACK_FILE, "svchost.exe", NOW), "");
	assert_string_equal(fires(p, PACK_NET4, "10.9.8.77/24", NOW), "5 ");
	assert_string_equal(fires(p, PACK_IPV4, "1.2.3.5", NOW), "");
	assert_int_equal(pack_count(p, PACK_DOMAIN), 1);
	assert_int_equal(pack_about(p).objects, 8);
	assert_int_equal(pack_about(p).pattern_only, 2);
	assert_slice(pack_about(p).mode, "exercise");
	assert_slice(pack_about(p).for_whom, "member KOS");
	assert_int_equal(pack_verify(p, NULL), 0);
}

/* What is newer wins, whatever is added first; what is revoked stays so. */
static void test_versions(void **state)
{
	static const char *const part[] = {
		INDICATOR("1", "2025-01-01T00:00:00.000Z", "", "[ipv4-addr:value = '1.1.1.1']"),
		INDICATOR("1", "2025-01-02T00:00:00.000Z", "", "[ipv4-addr:value = '2.2.2.2']"),
		INDICATOR("2", "2025-01-01T00:00:00.000Z", "\"revoked\":true,",
			"[ipv4-addr:value = '3.3.3.3']"),
		INDICATOR("2", "2025-01-03T00:00:00.000Z", "", "[ipv4-addr:value = '3.3.3.3']"),
		INDICATOR("3", "2025-01-01T00:00:00.000Z", "", "[ipv4-addr:value = '4.4.4.4']"),
		INDICATOR("3", "2025-01-02T00:00:00.000Z", "", "[ipv4-addr:value LIKE '4.%']"),
	};
	struct buf b[2] = {BUF(LIMIT_PACK_BYTES), BUF(LIMIT_PACK_BYTES)};

	(void)state;
	for (int way = 0; way < 2; way++) {
		struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
		struct pack *p CLEANUP_PACK = NULL;
		struct pack_counts c = {0};

		for (size_t i = 0; i < COUNT_OF(part); i++)
			add(m, part[way ? COUNT_OF(part) - 1 - i : i], &c);
		env_fake_init(&fake, 3, NOW); /* the same seed */
		make(m, &b[way], NULL);
		p = opened(&b[way], &any);
		assert_string_equal(fires(p, PACK_IPV4, "1.1.1.1", NOW), "");
		assert_string_equal(fires(p, PACK_IPV4, "2.2.2.2", NOW), "1 ");
		assert_string_equal(fires(p, PACK_IPV4, "3.3.3.3", NOW), "");
		assert_string_equal(fires(p, PACK_IPV4, "4.4.4.4", NOW), "");
	}
	assert_true(slice_eq(buf_slice(&b[0]), buf_slice(&b[1])));
	buf_free(&b[0]);
	buf_free(&b[1]);
}

/* A pack and what is new make what all of it at once would have made. */
static void test_incremental(void **state)
{
	static const char more[] = "[" INDICATOR("1", "2025-02-01T00:00:00.000Z", "",
		"[ipv4-addr:value IN ('9.9.9.9', '1.2.3.4')]") "," INDICATOR("2",
		"2025-02-01T00:00:00.000Z", "\"revoked\":true,",
		"[domain-name:value = 'evil.example']") "," INDICATOR("9",
		"2025-02-01T00:00:00.000Z", "",
		"[file:name = 'evil file.exe' OR url:value = 'http://x.example/']") "]";
	struct pack_maker *m[3] = {pack_maker_new(), pack_maker_new(), pack_maker_new()};
	struct buf old CLEANUP_BUF = BUF(LIMIT_PACK_BYTES),
		       grown CLEANUP_BUF = BUF(LIMIT_PACK_BYTES),
		       whole CLEANUP_BUF = BUF(LIMIT_PACK_BYTES);
	struct pack *p CLEANUP_PACK = NULL, *q CLEANUP_PACK = NULL;
	struct pack_counts c = {0};
	struct why why = {0};

	(void)state;
	add(m[0], first, &c);
	make(m[0], &old, NULL);
	p = opened(&old, &any);
	assert_int_equal(pack_maker_pack(m[1], p, &why), 0);
	add(m[1], more, &c);
	pack_maker_drop(m[1], SLICE("ipv4-addr--00000000-0000-4000-8000-000000000007"));
	add(m[2], first, &c);
	pack_maker_drop(m[2], SLICE("ipv4-addr--00000000-0000-4000-8000-000000000007"));
	add(m[2], more, &c);
	env_fake_init(&fake, 5, NOW);
	make(m[1], &grown, NULL);
	env_fake_init(&fake, 5, NOW);
	make(m[2], &whole, NULL);
	assert_true(slice_eq(buf_slice(&grown), buf_slice(&whole)));
	q = opened(&grown, &any);
	assert_string_equal(fires(q, PACK_IPV4, "5.6.7.8", NOW), "");
	assert_string_equal(fires(q, PACK_IPV4, "9.9.9.9", NOW), "1 ");
	assert_string_equal(fires(q, PACK_DOMAIN, "evil.example", NOW), "");
	assert_true(pack_has_odd_names(q));
	for (int i = 0; i < 3; i++)
		pack_maker_free(&m[i]);
}

/* Whoever publishes another's id neither revokes nor replaces it in a pack. */
static void test_of_two_authors(void **state)
{
	static const char mine[] = "[" INDICATOR(
		"1", "2025-02-01T00:00:00.000Z", "", "[ipv4-addr:value = '9.9.9.9']") "]";
	static const char theirs[] = "[" INDICATOR("1", "2025-03-01T00:00:00.000Z",
		"\"revoked\":true,", "[ipv4-addr:value = '8.8.8.8']") "]";
	static const char revoked[] = "[" INDICATOR("1", "2025-03-02T00:00:00.000Z",
		"\"revoked\":true,", "[ipv4-addr:value = '9.9.9.9']") "]";

	(void)state;
	for (int way = 0; way < 3; way++) {
		struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
		struct buf b CLEANUP_BUF = BUF(LIMIT_PACK_BYTES);
		struct pack *p CLEANUP_PACK = NULL;
		struct pack_counts c = {0};
		struct why why = {0};

		if (way != 1)
			assert_int_equal(
				pack_maker_stix(m, slice_str(mine), false, SLICE("ALB"), &c, &why),
				0);
		assert_int_equal(
			pack_maker_stix(m, slice_str(theirs), false, SLICE("HRV"), &c, &why), 0);
		if (way == 1)
			assert_int_equal(
				pack_maker_stix(m, slice_str(mine), false, SLICE("ALB"), &c, &why),
				0);
		if (way == 2)
			assert_int_equal(pack_maker_stix(m, slice_str(revoked), false, SLICE("ALB"),
						 &c, &why),
				0);
		make(m, &b, NULL);
		p = opened(&b, &any);
		assert_string_equal(fires(p, PACK_IPV4, "8.8.8.8", NOW), "");
		assert_string_equal(fires(p, PACK_IPV4, "9.9.9.9", NOW), way == 2 ? "" : "1 ");
	}
}

static void test_signed(void **state)
{
	struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
	struct buf b CLEANUP_BUF = BUF(LIMIT_PACK_BYTES);
	struct seckey key = seckey_new(&env), other = seckey_new(&env);
	struct pack_trust right = {false, SLICE("pack.example"), key.pub},
			  wrong_key = {false, SLICE("pack.example"), other.pub},
			  wrong_name = {false, SLICE("pack.other"), key.pub};
	struct pack *p CLEANUP_PACK = NULL, *no = NULL;
	struct pack_counts c = {0};
	struct why why = {0};

	(void)state;
	add(m, first, &c);
	make(m, &b, &key);
	p = opened(&b, &right);
	assert_slice(pack_about(p).signer, "pack.example");
	assert_int_equal(pack_open_bytes(&no, buf_slice(&b), &wrong_key, &why), E_VERIFY);
	assert_int_equal(pack_open_bytes(&no, buf_slice(&b), &wrong_name, &why), E_VERIFY);
	make(m, &b, NULL);
	assert_true(pack_open_bytes(&no, buf_slice(&b), &right, &why) < 0);
	assert_null(no);
}

/* One bit anywhere: refused at once, or found when it is used; never anything else found than before. */
static void test_altered(void **state)
{
	struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
	struct buf b CLEANUP_BUF = BUF(LIMIT_PACK_BYTES);
	struct seckey key = seckey_new(&env);
	struct pack_trust trust = {false, SLICE("pack.example"), key.pub};
	struct pack_counts c = {0};
	unsigned refused = 0, late = 0;

	(void)state;
	add(m, first, &c);
	make(m, &b, &key);
	for (size_t at = 0; at < b.n; at += at < 2000 ? 1 : 509) {
		struct pack *p CLEANUP_PACK = NULL;
		struct why why = {0};

		b.p[at] ^= 0x10;
		if (pack_open_bytes(&p, buf_slice(&b), &trust, &why) < 0) {
			refused++;
			assert_true(why.text[0]);
		} else {
			/* What lies between the text and the list is nobody's. */
			bool padding =
				at < PACK_HEAD || (at >= PACK_HEAD + p->pages * 32 && at < p->data);
			const char *found = fires(p, PACK_DOMAIN, "evil.example", NOW);

			assert_true(
				strcmp(found, "1 ") == 0 || (found[0] == '\0' && pack_damage(p)));
			assert_int_equal(pack_verify(p, &why), padding ? 0 : E_VERIFY);
			late++;
		}
		b.p[at] ^= 0x10;
	}
	assert_true(refused > 500 && late > 50);
	for (size_t n = 0; n < b.n; n += 4099) {
		struct pack *p = NULL;

		assert_true(pack_open_bytes(&p, slice_sub(buf_slice(&b), 0, n), &trust, NULL) < 0);
	}
}

static const struct {
	enum pack_kind kind;
	const char *value, *key; /* NULL: refused */
} keys[] = {
	{PACK_IPV4, "1.2.3.4", "1.2.3.4"},
	{PACK_IPV4, "1.2.3.4/32", "1.2.3.4"},
	{PACK_IPV4, "1.2.3.99/24", "1.2.3.0/24"},
	{PACK_IPV4, "0.0.0.0/0", NULL},
	{PACK_IPV4, "1.2.3.4/7", NULL},
	{PACK_IPV4, "01.2.3.4", NULL},
	{PACK_IPV4, "1.2.3", NULL},
	{PACK_IPV4, "1.2.3.4/33", NULL},
	{PACK_IPV6, "2001:DB8:0::1", "2001:db8::1"},
	{PACK_IPV6, "2001:db8::ffff/32", "2001:db8::/32"},
	{PACK_IPV6, "::/0", NULL},
	{PACK_IPV6, "1.2.3.4", NULL},
	{PACK_DOMAIN, "WWW.Evil.Example.", "www.evil.example"},
	{PACK_DOMAIN, "localhost", NULL},
	{PACK_DOMAIN, "a..b", NULL},
	{PACK_DOMAIN, "*.evil.example", NULL},
	{PACK_DOMAIN, "1.2.3.4", NULL},
	{PACK_DOMAIN, "-a.b", NULL},
	{PACK_URL, "HTTP://Evil.Example:80/A?b#c", "http://evil.example/A?b"},
	{PACK_URL, "https://evil.example", "https://evil.example/"},
	{PACK_URL, "hxxps://evil.example:8443?x", "https://evil.example:8443/?x"},
	{PACK_URL, "evil.example/a", NULL},
	{PACK_URL, "http:///a", NULL},
	{PACK_URL, "http://a b/", NULL},
	{PACK_EMAIL, "Bob@Evil.Example", "bob@evil.example"},
	{PACK_EMAIL, "bob", NULL},
	{PACK_EMAIL, "a=b@evil.example", NULL},
	{PACK_EMAIL, "@evil.example", NULL},
	{PACK_MD5, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"},
	{PACK_MD5, "d41d", NULL},
	{PACK_SHA1, "zz39a3ee5e6b4b0d3255bfef95601890afd80709", NULL},
	{PACK_FILE, "Evil File.exe", "Evil File.exe"},
	{PACK_FILE, "a/b", NULL},
	{PACK_FILE, "", NULL},
	{PACK_FILE, "...", NULL},
};

static void test_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		struct buf key CLEANUP_BUF = BUF(LIMIT_PACK_KEY),
			       text CLEANUP_BUF = BUF(LIMIT_PACK_KEY);
		enum pack_kind kind = keys[i].kind;
		int rc = pack_key(&kind, slice_str(keys[i].value), &key);

		if (rc == 0)
			pack_key_print(&text, kind, buf_slice(&key));
		if ((rc == 0) != (keys[i].key != NULL) ||
			(rc == 0 && strcmp(buf_cstr(&text), keys[i].key) != 0))
			fail_msg("%s: %d \"%s\"", keys[i].value, rc, buf_cstr(&text));
	}
}

/* Many keys: all are found, and nothing that is not there. */
static void test_many(void **state)
{
	struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
	struct buf b CLEANUP_BUF = BUF(LIMIT_PACK_BYTES);
	struct pack *p CLEANUP_PACK = NULL;
	struct pack_fast fast;
	struct why why = {0};
	unsigned passed = 0;
	char value[64];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct made_object o = {.until_s = UINT32_MAX};
		char id[64];

		snprintf(id, sizeof(id), "indicator--00000000-0000-4000-8000-%012u", i);
		snprintf(value, sizeof(value), "h%u.example", i);
		assert_int_equal(pack_made_object(m, slice_str(id), SLICE_NONE, &o, &why), 0);
		assert_int_equal(pack_made_key(m, PACK_DOMAIN, slice_str(value), &why), 0);
	}
	make(m, &b, NULL);
	p = opened(&b, &any);
	fast = pack_fast(p);
	for (unsigned i = 0; i < 40000; i++) {
		struct pack_hit h;
		uint64_t at = 0, hash;
		bool found = false;

		snprintf(value, sizeof(value), "h%u.example", i);
		hash = pack_key_hash(p->seed, PACK_DOMAIN, slice_str(value));
		while (pack_next(p, hash, &at, &h))
			found = found || slice_is(h.key, value);
		assert_int_equal(found, i < 20000);
		if (i < 20000)
			assert_true(pack_filter(&fast, PACK_WORDS, hash));
		else
			passed += pack_filter(&fast, PACK_WORDS, hash);
	}
	/* Twelve bits a key: one in eighty. */
	assert_true(passed < 20000 / 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_stix),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_incremental),
		cmocka_unit_test(test_of_two_authors),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
