/*
 * fuzz_cyber_pack.c: a pack bent by a stranger: an own pack of a few keys in which the input writes some bytes, with the hashes of pages made good again, as a
 * maker of unsigned packs could. It opens or not; asked everything, it answers or says that it is damaged.
 */
#include "work/cyber/pack_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char stix[] =
	"[{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-000000000001\",\"modified\":\"2025-01-01T00:00:00Z\","
	"\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value='a.bc' OR ipv4-addr:value='1.2.0.0/16' OR file:name='x y' OR url:value='http://a/']\"},"
	"{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-000000000002\",\"modified\":\"2025-01-01T00:00:00Z\","
	"\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value='a.bc' OR ipv6-addr:value='2001:db8::/32']\"}]";

static struct buf made = BUF(LIMIT_PACK_BYTES);
static const struct pack_trust any = {.any = true};

static void make(void)
{
	struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
	struct pack_about about = {
		0, SLICE("test"), SLICE("-"), SLICE("-"), SLICE("-"), SLICE_NONE, 0, 0, 0};
	struct pack_counts counts = {0};
	struct env_fake fake;
	struct env env;

	env_fake_init(&fake, 1, 0);
	env = env_of_fake(&fake);
	crypt_init();
	MUST(pack_maker_stix(
		     m, slice_of(stix, sizeof(stix) - 1), true, SLICE_NONE, &counts, NULL) == 0);
	MUST(pack_print(m, &made, &about, NULL, &env, NULL) == 0);
}

/* The list of pages and its hash in the head, as they must be for what the file now holds. */
static void make_good(struct buf *b)
{
	struct slice head = slice_sub(buf_slice(b), 0, PACK_HEAD);
	ptrdiff_t at = slice_search(head, SLICE("\npages "));
	uint64_t pages = (b->n - 2 * PACK_HEAD + PACK_PAGE - 1) / PACK_PAGE;
	char text[65];
	struct hash list;

	for (uint64_t i = 0; i < pages; i++) {
		struct hash h = hash_bytes(slice_sub(buf_slice(b), 2 * PACK_HEAD + i * PACK_PAGE,
			2 * PACK_HEAD + (i + 1) * PACK_PAGE));

		memcpy(b->p + PACK_HEAD + i * 32, &h, sizeof(h));
	}
	list = hash_bytes(slice_of(b->p + PACK_HEAD, pages * 32));
	for (size_t i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", list.b[i]);
	if (at >= 0 && (size_t)at + 80 < PACK_HEAD && b->p[at + 8] == ' ')
		memcpy(b->p + at + 9, text, 64);
}

static void ask(struct pack *p)
{
	static const uint8_t four[4] = {1, 2, 3, 4}, six[16] = {0x20, 1, 0x0d, 0xb8};
	struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
	uint64_t hash = pack_key_hash(p->seed, PACK_DOMAIN, SLICE("a.bc")), at = 0;
	struct pack_object o;
	struct pack_hit h;

	while (pack_next(p, hash, &at, &h)) {
		uint64_t i = 0;

		while (pack_live(p, h.entry, 1742290200000LL, &i, &o))
			MUST(strlen(o.id) < sizeof(o.id));
	}
	at = 0;
	while (pack_next_net(p, four, false, &at, &h))
		;
	at = 0;
	while (pack_next_net(p, six, true, &at, &h))
		;
	at = 0;
	while (pack_next_six(p, six, &at, &h))
		;
	for (uint32_t i = 0; i < 4; i++)
		(void)pack_object(p, i, &o);
	MUST(pack_maker_pack(m, p, NULL) == 0 || pack_damage(p));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PACK_BYTES);
	struct pack *p CLEANUP_PACK = NULL;
	struct why why = {0};
	bool good = size && data[0] & 1;

	if (!made.p)
		make();
	buf_slice_add(&b, buf_slice(&made));
	/* Five bytes a change: where, and what. */
	for (size_t i = 1; i + 5 <= size; i += 5) {
		size_t at = ((size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2]) % b.n;

		b.p[at] = data[i + 3];
		b.p[at + 1 < b.n ? at + 1 : at] = data[i + 4];
	}
	if (good)
		make_good(&b);
	if (pack_open_bytes(&p, buf_slice(&b), &any, &why) < 0) {
		MUST(!p && why.code < 0 && why.text[0]);
		return 0;
	}
	ask(p);
	return 0;
}
