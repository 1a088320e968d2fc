#include "crypt/seal.h"

#include "base/limits.h"
#include "base/report.h"

#include <sodium.h>

#define CHUNK_PLAIN  ((size_t)1 * MIB)
#define CHUNK_EXTRA  ((size_t)crypto_secretstream_xchacha20poly1305_ABYTES)
#define CHUNK_SEALED (CHUNK_PLAIN + CHUNK_EXTRA)
#define STREAM_HEAD  ((size_t)crypto_secretstream_xchacha20poly1305_HEADERBYTES)
#define KEY_BYTES    ((size_t)crypto_secretstream_xchacha20poly1305_KEYBYTES)
#define BOX_BYTES    (KEY_BYTES + crypto_box_SEALBYTES)
#define TAG_MIDDLE   crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
#define TAG_LAST     crypto_secretstream_xchacha20poly1305_TAG_FINAL

typedef crypto_secretstream_xchacha20poly1305_state stream;

_Static_assert(sizeof(((struct sealkey *)0)->sec) == crypto_box_SECRETKEYBYTES, "X25519");
_Static_assert(sizeof(((struct sealkey *)0)->pub) == crypto_box_PUBLICKEYBYTES, "X25519");

struct sealkey sealkey_from_seed(const uint8_t seed[32])
{
	struct sealkey k;

	MUST(crypto_box_seed_keypair(k.pub, k.sec, seed) == 0);
	return k;
}

struct sealkey sealkey_new(const struct env *env)
{
	uint8_t seed[32];

	env_random(env, seed, sizeof(seed));
	struct sealkey k = sealkey_from_seed(seed);
	sodium_memzero(seed, sizeof(seed));
	return k;
}

void sealkey_wipe(struct sealkey *k)
{
	if (k != NULL)
		sodium_memzero(k, sizeof(*k));
}

bool sealkey_usable(const uint8_t pub[32])
{
	/* Any clamped scalar will do: the product is zero for a point of small order, and then
	 * libsodium refuses. */
	static const uint8_t scalar[crypto_scalarmult_SCALARBYTES] = {8};
	uint8_t shared[crypto_scalarmult_BYTES];

	return crypto_scalarmult(shared, scalar, pub) == 0;
}

size_t seal_length(size_t plain_bytes)
{
	size_t chunks = plain_bytes == 0 ? 1 : (plain_bytes - 1) / CHUNK_PLAIN + 1;

	return BOX_BYTES + STREAM_HEAD + plain_bytes + chunks * CHUNK_EXTRA;
}

/* Inverse of seal_length; false if no content has this length. */
static bool plain_length(size_t sealed_bytes, size_t *ret)
{
	if (sealed_bytes < BOX_BYTES + STREAM_HEAD + CHUNK_EXTRA)
		return false;
	size_t body = sealed_bytes - BOX_BYTES - STREAM_HEAD;
	size_t full = body / CHUNK_SEALED, rest = body % CHUNK_SEALED;
	if (rest == 0) {
		*ret = full * CHUNK_PLAIN;
		return true;
	}
	if (rest < CHUNK_EXTRA || (rest == CHUNK_EXTRA && full > 0))
		return false;
	*ret = full * CHUNK_PLAIN + rest - CHUNK_EXTRA;
	return true;
}

/* True if `n` more bytes fit, so that buf_room cannot refuse. */
static bool fits(const struct buf *b, size_t n)
{
	return !buf_over(b) && b->n <= b->max && n <= b->max - b->n;
}

int seal_to(const uint8_t pub[32], struct slice plain, struct buf *ret, struct why *why)
{
	uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES], box[BOX_BYTES];
	stream st;

	if (plain.n > SIZE_MAX / 2 || !fits(ret, seal_length(plain.n)))
		return why_set(why, E_LIMIT, "",
			"content of %zu bytes is over the ceiling when sealed", plain.n);
	crypto_secretstream_xchacha20poly1305_keygen(key);
	if (crypto_box_seal(box, key, sizeof(key), pub) != 0) {
		sodium_memzero(key, sizeof(key));
		return why_set(why, E_INVALID, "", "sealing key is of small order");
	}

	uint8_t *out = buf_room(ret, seal_length(plain.n));
	MUST(out != NULL);
	memcpy(out, box, BOX_BYTES);
	out += BOX_BYTES;
	MUST(crypto_secretstream_xchacha20poly1305_init_push(&st, out, key) == 0);
	out += STREAM_HEAD;

	bool last;
	do {
		last = plain.n <= CHUNK_PLAIN;
		size_t n = last ? plain.n : CHUNK_PLAIN;
		MUST(crypto_secretstream_xchacha20poly1305_push(&st, out, NULL, plain.p, n, NULL, 0,
			     last ? TAG_LAST : TAG_MIDDLE) == 0);
		out += n + CHUNK_EXTRA;
		plain = slice_sub(plain, n, plain.n);
	} while (!last);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(&st, sizeof(st));
	return 0;
}

/* Opens all chunks into `out`, which has room for the content. False if one does not hold. */
static bool chunks_open(stream *st, struct slice body, uint8_t *out)
{
	for (;;) {
		size_t n = body.n < CHUNK_SEALED ? body.n : CHUNK_SEALED;
		bool last = n == body.n;
		uint8_t tag = 0;

		if (crypto_secretstream_xchacha20poly1305_pull(
			    st, out, NULL, &tag, body.p, n, NULL, 0) != 0)
			return false;
		/* A FINAL before the end, or an end without FINAL, is a cut or spliced stream. */
		if (tag != (last ? TAG_LAST : TAG_MIDDLE))
			return false;
		if (last)
			return true;
		out += n - CHUNK_EXTRA;
		body = slice_sub(body, n, body.n);
	}
}

int seal_open(const struct sealkey *k, struct slice sealed, struct buf *ret, struct why *why)
{
	uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
	stream st;
	size_t plain_n = 0, before = ret->n;

	if (!plain_length(sealed.n, &plain_n))
		return why_set(why, E_VERIFY, "",
			"sealed content has an impossible length of %zu bytes", sealed.n);
	if (crypto_box_seal_open(key, sealed.p, BOX_BYTES, k->pub, k->sec) != 0)
		return why_set(why, E_VERIFY, "", "sealed content is not for this key");
	if (!fits(ret, plain_n)) {
		sodium_memzero(key, sizeof(key));
		return why_set(why, E_LIMIT, "", "sealed content of %zu bytes is over the ceiling",
			plain_n);
	}

	uint8_t nothing[1];
	uint8_t *out = plain_n > 0 ? buf_room(ret, plain_n) : nothing;
	MUST(out != NULL);
	struct slice body = slice_sub(sealed, BOX_BYTES + STREAM_HEAD, sealed.n);
	bool ok = crypto_secretstream_xchacha20poly1305_init_pull(&st, sealed.p + BOX_BYTES, key) ==
			  0 &&
		  chunks_open(&st, body, out);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(&st, sizeof(st));
	if (!ok) {
		if (plain_n > 0)
			sodium_memzero(out, plain_n);
		buf_cut(ret, before);
		return why_set(why, E_VERIFY, "", "sealed content was altered or cut");
	}
	return 0;
}
