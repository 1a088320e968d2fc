/*
 * fuzz_cyber_scan.c: any bytes as a log: hits lie inside it, in order, and spell their key; all classifiers find the same; cut into lines it is the same as whole.
 */
#include "work/cyber/pack_int.h"
#include "work/cyber/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char stix[] =
	"{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-000000000001\",\"modified\":\"2025-01-01T00:00:00Z\","
	"\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value IN ('a.bc','b.a.bc') OR ipv4-addr:value IN ('1.2.0.0/16','1.2.3.4') OR file:name IN ('x y','z','a.b') OR "
	"url:value IN ('http://a.bc/','http://a/x?y') OR email-addr:value = 'a@a.bc' OR ipv6-addr:value IN ('2001:db8::/32','::1') OR file:hashes.MD5 = "
	"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']\"}";

static struct buf made = BUF(LIMIT_PACK_BYTES);
static struct pack *pack;

static void make(void)
{
	struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
	struct pack_about about = {
		0, SLICE("test"), SLICE("-"), SLICE("-"), SLICE("-"), SLICE_NONE, 0, 0, 0};
	struct pack_trust any = {.any = true};
	struct pack_counts counts = {0};
	struct env_fake fake;
	struct env env;

	env_fake_init(&fake, 1, 0);
	env = env_of_fake(&fake);
	crypt_init();
	MUST(pack_maker_stix(
		     m, slice_of(stix, sizeof(stix) - 1), true, SLICE_NONE, &counts, NULL) == 0);
	MUST(pack_print(m, &made, &about, NULL, &env, NULL) == 0);
	MUST(pack_open_bytes(&pack, buf_slice(&made), &any, NULL) == 0);
}

struct told {
	uint64_t sum, n, last, end;
};

static void hit(void *ctx, const struct scan_hit *h)
{
	struct told *t = ctx;

	MUST(h->offset >= t->last && h->length > 0 && h->offset + h->length <= t->end);
	t->last = h->offset;
	t->n++;
	t->sum += h->offset * 31 + h->length * 7 + h->entry * 3 + h->defanged;
}

static struct told run(const uint8_t *room, size_t size, enum scan_way way, bool json, bool cut)
{
	struct told t = {.end = size};
	struct scan *s = scan_new(pack, hit, &t);
	uint64_t lines = 0;

	scan_set_json(s, json);
	if (!scan_set_way(s, way))
		scan_set_way(s, SCAN_BEST);
	for (size_t at = 0; at < size;) {
		const uint8_t *p = room + SCAN_MARGIN + at,
			      *end = cut ? memchr(p, '\n', size - at) : NULL;
		size_t n = end ? (size_t)(end - p) + 1 : size - at;

		scan_piece(s, p, n, at, &lines);
		at += n;
	}
	scan_free(&s);
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool json = size && data[0] & 1;
	uint8_t *room = mem_zero_alloc(1, size + 2 * SCAN_MARGIN + 64);
	struct told a, b;

	if (!pack)
		make();
	if (size)
		memcpy(room + SCAN_MARGIN, data, size);
	a = run(room, size, SCAN_BEST, json, false);
	for (int way = SCAN_PLAIN; way <= SCAN_AVX2; way++) {
		b = run(room, size, (enum scan_way)way, json, false);
		MUST(a.sum == b.sum && a.n == b.n);
	}
	b = run(room, size, SCAN_BEST, json, true);
	MUST(a.sum == b.sum && a.n == b.n);
	MUST(!pack_damage(pack));
	mem_free(room);
	return 0;
}
