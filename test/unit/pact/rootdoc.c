#include "rootdoc.h"

struct seckey test_key(unsigned n)
{
	uint8_t seed[32] = {(uint8_t)n, (uint8_t)(n >> 8), 0x5a};

	crypt_init();
	return seckey_from_seed(seed);
}

struct id rootdoc_officer(void)
{
	return (struct id){{7, 7, 7}};
}

static int pubkey_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pubkey));
}

static void set_make(unsigned base, uint32_t version, struct pubkey ret[3])
{
	for (unsigned i = 0; i < 3; i++)
		ret[i] = test_key(base + 10 * version + i).pub;
	qsort(ret, 3, sizeof(*ret), pubkey_cmp);
}

static void keys_set(struct custody *c)
{
	struct pubkey next[3];

	c->doc.threshold = 2;
	c->doc.n_key = 3;
	set_make(c->base, c->doc.version, c->doc.key);
	set_make(c->base, c->doc.version + 1, next);
	c->doc.next = root_set_hash(2, next, 3);
}

void custody_init(struct custody *c, unsigned base)
{
	*c = (struct custody){
		.base = base, .text = BUF(LIMIT_ROOT_BYTES), .note = BUF(2 * LIMIT_ROOT_BYTES)};
	c->doc.version = 1;
	c->doc.label = SLICE("Testland");
	keys_set(c);
	c->doc.officer[0] =
		(struct root_officer){rootdoc_officer(), test_key(base + 100).pub, 0xff, 0};
	c->doc.n_officer = 1;
	c->doc.log_key = test_key(base + 101).pub;
	c->doc.witness = test_key(base + 102).pub;
	c->doc.tls[0] = hash_bytes(slice_of(&base, sizeof(base)));
	c->doc.n_tls = 1;
	memset(c->doc.seal, 0x33, sizeof(c->doc.seal));
	c->doc.seal_until_ms = 1893456000000;
	c->doc.endpoint[0] = SLICE("https://node.test:8443");
	c->doc.n_endpoint = 1;
	custody_publish(c);
}

void custody_free(struct custody *c)
{
	buf_free(&c->text);
	buf_free(&c->note);
}

void custody_next(struct custody *c)
{
	if (c->doc.version == 1)
		memcpy(c->doc.member.b, c->hash.b, sizeof(c->doc.member.b));
	c->doc.version++;
	c->doc.prev = c->hash;
	keys_set(c);
}

void custody_publish(struct custody *c)
{
	struct slice text;

	buf_clear(&c->text);
	buf_clear(&c->note);
	root_print(&c->doc, &c->text);
	text = buf_slice(&c->text);
	c->hash = hash_bytes(text);
	buf_slice_add(&c->note, text);
	buf_byte(&c->note, '\n');
	for (uint32_t v = c->doc.version > 1 ? c->doc.version - 1 : 1; v <= c->doc.version; v++)
		for (unsigned i = 0; i < 2; i++) {
			struct seckey k = test_key(c->base + 10 * v + i);
			root_sign(&c->note, text, &k);
		}
	assert_false(buf_over(&c->note));
}
