/*
 * test_scan.c: what is found on a line and what is not: cases written out, and random text against a slow matcher that looks for every key at every place and
 * then asks what stands around it.
 */
#include "unit.h"

#include "sample_pack.h"

#include "work/cyber/scan_int.h"

/* ---- hits as text: "offset:length:key " ---- */

static void add_hit(void *ctx, const struct scan_hit *h)
{
	struct buf *b = ctx;

	buf_addf(b, "%llu:%zu:", (unsigned long long)h->offset, h->length);
	pack_key_print(b, h->kind, h->key);
	buf_str(b, h->defanged ? "! " : " ");
}

static void run(struct pack *p, struct slice text, bool json, enum scan_way way, struct buf *ret)
{
	struct scan *s = scan_new(p, add_hit, ret);
	uint8_t *room = mem_zero_alloc(1, text.n + 2 * SCAN_MARGIN + 64);
	uint64_t lines = 0, want = 0;

	/* What stands around a piece must not matter. */
	memset(room, 'x', text.n + 2 * SCAN_MARGIN + 64);
	memcpy(room + SCAN_MARGIN, text.p, text.n);
	scan_set_json(s, json);
	buf_clear(ret);
	if (scan_set_way(s, way)) {
		scan_piece(s, room + SCAN_MARGIN, text.n, 0, &lines);
		for (size_t i = 0; i < text.n; i++)
			want += text.p[i] == '\n';
		assert_int_equal(lines, want);
	}
	scan_free(&s);
	mem_free(room);
}

static const struct listed list[] = {
	{PACK_IPV4, "1.2.3.4"},
	{PACK_IPV4, "203.0.113.77"},
	{PACK_IPV4, "198.51.100.0/24"},
	{PACK_IPV6, "2001:db8::1"},
	{PACK_IPV6, "2001:db8:1:2:3:4:5:6"},
	{PACK_IPV6, "2001:db8:ff00::/40"},
	{PACK_DOMAIN, "evil.example"},
	{PACK_DOMAIN, "a.b.evil.example"},
	{PACK_DOMAIN, "x-1.bad_host.example.org"},
	{PACK_URL, "http://evil.example/a/b.php?x=1"},
	{PACK_URL, "https://cdn.example.net:8443/"},
	{PACK_URL, "http://path.example.net/x"},
	{PACK_URL, "http://amp.example.net/?a=1&b=2"},
	{PACK_EMAIL, "Bob.Smith+x@mail.example"},
	{PACK_MD5, "d41d8cd98f00b204e9800998ecf8427e"},
	{PACK_SHA1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	{PACK_SHA256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{PACK_FILE, "dropper.exe"},
	{PACK_FILE, "Final Report (2).exe"},
	{PACK_FILE, "runme"},
	{PACK_FILE, "song.mp3"},
};

static const struct {
	const char *line, *hits;
	bool json;
} cases[] = {
	{"1.2.3.4", "0:7:1.2.3.4 ", false},
	{"11.2.3.45 1.2.3.45 1.2.3.4.5 v1.2.3.4 1.2.3.4a 1.2.3 1.2.3.4-x", "", false},
	{"src=1.2.3.4:80,dst=1.2.3.4. (1.2.3.4)", "4:7:1.2.3.4 19:7:1.2.3.4 29:7:1.2.3.4 ", false},
	{"198.51.100.7 198.51.101.7", "0:12:198.51.100.0/24 ", false},
	{"evil.example EVIL.Example. www.evil.example",
		"0:12:evil.example 13:12:evil.example 31:12:evil.example ", false},
	{"notevil.example evil.example.com evil.examples evil-example evil.example-x", "", false},
	{"x.a.b.evil.example/", "2:16:a.b.evil.example 6:12:evil.example ", false},
	{"X-1.bad_host.example.org:443", "0:24:x-1.bad_host.example.org ", false},
	{"GET http://evil.example/a/b.php?x=1 HTTP/1.1",
		"4:31:http://evil.example/a/b.php?x=1 11:12:evil.example ", false},
	{"GET HTTP://EVIL.example:80/a/b.php?x=1#top\"",
		"4:38:http://evil.example/a/b.php?x=1 11:12:evil.example ", false},
	{"http://evil.example/a/b.php?x=12 http://evil.example/A/b.php?x=1",
		"7:12:evil.example 40:12:evil.example ", false},
	{"see (http://path.example.net/x), and http://path.example.net/x.",
		"5:25:http://path.example.net/x 37:25:http://path.example.net/x ", false},
	{"https://cdn.example.net:8443 https://cdn.example.net:8443/ https://cdn.example.net/",
		"0:28:https://cdn.example.net:8443/ 29:29:https://cdn.example.net:8443/ ", false},
	{"{\"u\":\"http:\\/\\/path.example.net\\/x\"}", "6:28:http://path.example.net/x ", true},
	{"{\"u\":\"http://amp.example.net/?a=1\\u0026b=2\"}",
		"6:36:http://amp.example.net/?a=1&b=2 ", true},
	{"{\"m\":\"to\\nevil.example\\t1.2.3.4\"}", "10:12:evil.example 24:7:1.2.3.4 ", true},
	{"{\"m\":\"C:\\\\nevil.example\"}", "", true},
	{"q=http%3A%2F%2Fevil.example%2Fa", "15:12:evil.example ", false},
	{"<bob.smith+x@MAIL.example> xbob.smith+x@mail.example bob.smith+x@mail.example.org",
		"1:24:bob.smith+x@mail.example ", false},
	{"2001:db8::1 [2001:DB8:0:0::1]:443 12001:db8::1 2001:db8::12 x2001:db8::1",
		"0:11:2001:db8::1 13:15:2001:db8::1 ", false},
	{"2001:db8:1:2:3:4:5:6 10:20:30 aa:bb:cc:dd:ee:ff 2001:db8:1:2:3:4:5:7",
		"0:20:2001:db8:1:2:3:4:5:6 ", false},
	{"from 2001:db8:ffab::9, end", "5:16:2001:db8:ff00::/40 ", false},
	{"md5=D41D8CD98F00B204E9800998ECF8427E, ad41d8cd98f00b204e9800998ecf8427e d41d8cd98f00b204e9800998ecf8427ez",
		"4:32:d41d8cd98f00b204e9800998ecf8427e ", false},
	{"x-da39a3ee5e6b4b0d3255bfef95601890afd80709.exe",
		"2:40:da39a3ee5e6b4b0d3255bfef95601890afd80709 ", false},
	{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"0:64:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ", false},
	{"C:\\tmp\\dropper.exe /bin/dropper.exe Dropper.exe dropper.exe.bak",
		"7:11:dropper.exe 24:11:dropper.exe ", false},
	{"open \"Final Report (2).exe\" xFinal Report (2).exe Final Report (2).exe2",
		"6:20:Final Report (2).exe ", false},
	{"/usr/bin/runme runme2 xrunme", "9:5:runme ", false},
	{"play song.mp3", "5:8:song.mp3 ", false},
	{"hxxp://path.example.net/x", "0:25:http://path.example.net/x ", false},
	{"hxxp[://]path[.]example[.]net/x and more", "0:31:http://path.example.net/x! ", false},
	{"1[.]2.3(.)4 1[.]2[.]3[.]4[.]5", "0:11:1.2.3.4! ", false},
	{"evil[dot]example evil {DOT} example", "0:16:evil.example! 17:18:evil.example! ", false},
	{"bob.smith+x [at] mail[.]example", "0:31:bob.smith+x@mail.example! ", false},
	{"evil.example[.]com [evil.example] (evil.example)",
		"20:12:evil.example 35:12:evil.example ", false},
	{"", "", false},
};

static void test_cases(void **state)
{
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_PACK_BYTES), got CLEANUP_BUF = BUF(MIB);
	struct pack *p CLEANUP_PACK = sample_pack(list, COUNT_OF(list), &bytes);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct slice line = slice_str(cases[i].line);

		for (enum scan_way way = SCAN_BEST; way <= SCAN_AVX2; way++) {
			/* At every place of a block. */
			for (size_t pad = 0; pad < 70; pad += pad < 2 ? 1 : 23) {
				struct buf text CLEANUP_BUF = BUF(MIB), want CLEANUP_BUF = BUF(MIB);
				struct slice rest = slice_str(cases[i].hits), hit;

				for (size_t k = 0; k < pad; k++)
					buf_byte(&text, ' ');
				buf_slice_add(&text, line);
				while (slice_cut(&rest, ' ', &hit)) {
					size_t at = (size_t)strtoul((const char *)hit.p, NULL, 10);
					struct slice tail =
						slice_sub(hit, (size_t)slice_find(hit, ':'), hit.n);

					/* "Final Report (2).exe" has blanks: put back what the cut took. */
					buf_addf(&want, "%zu%.*s", at + pad, SLICE_FMT(tail));
					while (rest.n && (rest.p[0] < '0' || rest.p[0] > '9') &&
						slice_cut(&rest, ' ', &hit))
						buf_addf(&want, " %.*s", SLICE_FMT(hit));
					buf_byte(&want, ' ');
				}
				run(p, buf_slice(&text), cases[i].json, way, &got);
				if (way != SCAN_BEST && got.n == 0)
					continue; /* this machine has it not, or there is nothing to find */
				if (!slice_eq(buf_slice(&got), buf_slice(&want)))
					fail_msg(
						"way %d, pad %zu, \"%s\": got \"%s\", expected \"%s\"",
						way, pad, cases[i].line, buf_cstr(&got),
						buf_cstr(&want));
			}
		}
	}
}

/* ---- classifiers ---- */

static void test_classifiers_agree(void **state)
{
	struct env_fake fake;
	struct env env;
	uint8_t bytes[64 * 40 + 2];
	struct scan_mask a[40], b[40];

	(void)state;
	env_fake_init(&fake, 1, SAMPLE_NOW);
	env = env_of_fake(&fake);
	for (unsigned round = 0; round < 400; round++) {
		uint64_t n1 = 0, n2 = 0;

		env_random(&env, bytes, sizeof(bytes));
		if (round < 256)
			memset(bytes, (int)round, 64);
		for (size_t i = 64; i < sizeof(bytes) && round % 2; i++)
			bytes[i] = (uint8_t) ":/.@[\\a9\n"[bytes[i] % 9];
		scan_classify_plain(bytes, 40, a, &n1);
#ifdef __x86_64__
		scan_classify_sse2(bytes, 40, b, &n2);
		assert_int_equal(n1, n2);
		assert_memory_equal(a, b, sizeof(a));
		if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt")) {
			n2 = 0;
			scan_classify_avx2(bytes, 40, b, &n2);
			assert_int_equal(n1, n2);
			assert_memory_equal(a, b, sizeof(a));
		}
#endif
	}
}

/* ---- random text against a slow matcher ---- */

static bool alnum(int c)
{
	return c > 0 && c < 128 &&
	       strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", c);
}

static bool word_byte(int c)
{
	return c >= 0 && (alnum(c) || c == '.' || c == '-' || c == '_' || c >= 0x80);
}

static int at_or(struct slice t, ptrdiff_t i)
{
	return i < 0 || (size_t)i >= t.n ? -1 : t.p[i];
}

/* Nothing but dots and hyphens from `i` to the end of its word, in the given direction. */
static bool word_ends(struct slice t, ptrdiff_t i, int step)
{
	while (at_or(t, i) == '.' || at_or(t, i) == '-')
		i += step;
	return !word_byte(at_or(t, i));
}

static bool hex_byte(int c)
{
	return c > 0 && c < 128 && strchr("0123456789abcdefABCDEF", c);
}

/* "%2F" right before `i` counts as what separates. */
static bool behind_percent(struct slice t, ptrdiff_t i)
{
	ptrdiff_t k = i - 3;

	/* The escape begins its word, dots and hyphens aside: it may stand behind others of its kind only through '%'. */
	return at_or(t, k) == '%' && hex_byte(at_or(t, k + 1)) && hex_byte(at_or(t, k + 2));
}

static bool begins(struct slice t, ptrdiff_t i)
{
	ptrdiff_t k = i;

	while (at_or(t, k - 1) == '.' || at_or(t, k - 1) == '-')
		k--;
	return !word_byte(at_or(t, k - 1)) || behind_percent(t, k) ||
	       (k == i && behind_percent(t, i));
}

/* The rules of docs/match.md, said of one key at one place. */
static bool stands(const struct listed *k, struct slice t, size_t at, size_t n)
{
	ptrdiff_t from = (ptrdiff_t)at, to = (ptrdiff_t)(at + n);

	if (k->kind == PACK_DOMAIN)
		return (begins(t, from) || at_or(t, from - 1) == '.') && word_ends(t, to, 1);
	if (k->kind == PACK_MD5)
		return !alnum(at_or(t, from - 1)) && !alnum(at_or(t, to));
	if (k->kind == PACK_EMAIL) {
		ptrdiff_t dots = from;
		int before;

		while (at_or(t, dots - 1) == '.')
			dots--;
		before = at_or(t, dots - 1);
		return (!(alnum(before) || (before > 0 && strchr("_-+~", before))) ||
			       behind_percent(t, dots) || behind_percent(t, from)) &&
		       word_ends(t, to, 1);
	}
	return begins(t, from) && word_ends(t, to, 1);
}

static const struct listed small[] = {
	{PACK_IPV4, "1.2.3.4"},
	{PACK_IPV4, "12.2.3.4"},
	{PACK_DOMAIN, "a.bc"},
	{PACK_DOMAIN, "x.a.bc"},
	{PACK_DOMAIN, "bc.a.bc"},
	{PACK_FILE, "a.b1"},
	{PACK_EMAIL, "a@a.bc"},
	{PACK_MD5, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
};

static void slow(struct slice t, struct buf *ret)
{
	for (size_t at = 0; at < t.n; at++) {
		/* At one place the longest first, and of one length the one listed last, as the scanner's order has it. */
		for (size_t n = t.n - at; n > 0; n--)
			for (size_t k = 0; k < COUNT_OF(small); k++) {
				const char *v = small[k].value;
				bool folded = small[k].kind != PACK_FILE;

				if (strlen(v) != n ||
					(folded ? strncasecmp : strncmp)(
						(const char *)t.p + at, v, n) != 0 ||
					!stands(&small[k], t, at, n))
					continue;
				buf_addf(ret, "%zu:%zu:%s ", at, n, v);
			}
	}
}

static void test_random(void **state)
{
	static const char *const piece[] = {"1.2.3.4", "12.2.3.4", "a.bc", "A.BC", "x.", "bc", ".",
		"..", "-", "_", "@", "a", "1", " ", "/", "%", "2F", "a@a.bc", "aaaaaaaa",
		"aaaaaaaaaaaaaaaa", "\n", ":", "g", "\xc3\xa9", "a.b1", "\"", "+", "=", "~", "..."};
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_PACK_BYTES), got CLEANUP_BUF = BUF(MIB);
	struct pack *p CLEANUP_PACK = sample_pack(small, COUNT_OF(small), &bytes);
	struct env_fake fake;
	struct env env;
	unsigned found = 0;

	(void)state;
	env_fake_init(&fake, 99, SAMPLE_NOW);
	env = env_of_fake(&fake);
	for (unsigned round = 0; round < 20000; round++) {
		struct buf text CLEANUP_BUF = BUF(MIB), want CLEANUP_BUF = BUF(MIB);

		for (uint64_t n = 1 + env_below(&env, round % 10 ? 12 : 90); n; n--)
			buf_str(&text, piece[env_below(&env, COUNT_OF(piece))]);
		slow(buf_slice(&text), &want);
		run(p, buf_slice(&text), false, round % 3 ? SCAN_BEST : SCAN_PLAIN, &got);
		found += want.n > 0;
		if (!slice_eq(buf_slice(&got), buf_slice(&want)))
			fail_msg("\"%s\": got \"%s\", expected \"%s\"", buf_cstr(&text),
				buf_cstr(&got), buf_cstr(&want));
	}
	assert_true(found > 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_classifiers_agree),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
