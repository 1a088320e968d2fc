/* group.c: see group.h. */
#include "crypt/group.h"

#include "base/report.h"

#include <sodium.h>
#include <string.h>

_Static_assert(crypto_core_ristretto255_BYTES == GROUP_BYTES, "points");
_Static_assert(crypto_core_ristretto255_SCALARBYTES == GROUP_BYTES, "scalars");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == AEAD_TAG, "tag");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == AEAD_NONCE, "nonce");

/* ---- scalars ---- */

struct scalar scalar_wide(const uint8_t wide[64])
{
	struct scalar s;

	crypto_core_ristretto255_scalar_reduce(s.b, wide);
	return s;
}

/* libsodium 1.0.18 has no question for it: what is below q is what reduction leaves alone. */
int scalar_decode(struct slice bytes, struct scalar *ret, const char *where, struct why *why)
{
	uint8_t wide[64] = {0};

	if (bytes.n != GROUP_BYTES)
		return why_set(why, E_INVALID, where, "a scalar is 32 bytes");
	memcpy(wide, bytes.p, GROUP_BYTES);
	struct scalar s = scalar_wide(wide);
	if (sodium_memcmp(s.b, bytes.p, GROUP_BYTES) != 0)
		return why_set(why, E_INVALID, where, "the scalar is not below the order");
	*ret = s;
	sodium_memzero(wide, sizeof(wide));
	return 0;
}

struct scalar scalar_of(uint64_t v)
{
	struct scalar s = {{0}};

	for (size_t i = 0; i < 8; i++)
		s.b[i] = (uint8_t)(v >> (8 * i));
	return s;
}

struct scalar scalar_random(const struct env *env)
{
	uint8_t wide[64];
	struct scalar s;

	do {
		env_random(env, wide, sizeof(wide));
		s = scalar_wide(wide);
	} while (scalar_is_zero(&s));
	sodium_memzero(wide, sizeof(wide));
	return s;
}

struct scalar scalar_add(const struct scalar *a, const struct scalar *b)
{
	struct scalar s;

	crypto_core_ristretto255_scalar_add(s.b, a->b, b->b);
	return s;
}

struct scalar scalar_sub(const struct scalar *a, const struct scalar *b)
{
	struct scalar s;

	crypto_core_ristretto255_scalar_sub(s.b, a->b, b->b);
	return s;
}

struct scalar scalar_mul(const struct scalar *a, const struct scalar *b)
{
	struct scalar s;

	crypto_core_ristretto255_scalar_mul(s.b, a->b, b->b);
	return s;
}

struct scalar scalar_muladd(const struct scalar *a, const struct scalar *b, const struct scalar *c)
{
	struct scalar product = scalar_mul(b, c);

	return scalar_add(a, &product);
}

struct scalar scalar_invert(const struct scalar *a)
{
	struct scalar s;

	MUST(crypto_core_ristretto255_scalar_invert(s.b, a->b) == 0);
	return s;
}

bool scalar_is_zero(const struct scalar *a)
{
	return sodium_is_zero(a->b, GROUP_BYTES) == 1;
}

bool scalar_eq(const struct scalar *a, const struct scalar *b)
{
	return sodium_memcmp(a->b, b->b, GROUP_BYTES) == 0;
}

void scalar_wipe(struct scalar *a)
{
	sodium_memzero(a, sizeof(*a));
}

/* ---- points ---- */

/* The library takes the identity for a valid point (1.0.18), so that is asked first. */
int point_decode(struct slice bytes, struct point *ret, const char *where, struct why *why)
{
	if (bytes.n != GROUP_BYTES)
		return why_set(why, E_INVALID, where, "a point is 32 bytes");
	if (sodium_is_zero(bytes.p, GROUP_BYTES) == 1)
		return why_set(why, E_INVALID, where, "the point is the identity");
	if (crypto_core_ristretto255_is_valid_point(bytes.p) != 1)
		return why_set(why, E_INVALID, where, "this is no encoding of a point");
	memcpy(ret->b, bytes.p, GROUP_BYTES);
	return 0;
}

/* A product that is the identity makes the library say -1, with 32 zero bytes in place: which is what we call it. */
struct point point_base(const struct scalar *a)
{
	struct point p = {{0}};

	if (crypto_scalarmult_ristretto255_base(p.b, a->b) != 0)
		MUST(point_is_identity(&p));
	return p;
}

struct point point_mul(const struct scalar *a, const struct point *p)
{
	struct point r = {{0}};

	if (!point_is_identity(p) && crypto_scalarmult_ristretto255(r.b, a->b, p->b) != 0)
		MUST(point_is_identity(&r));
	return r;
}

struct point point_add(const struct point *a, const struct point *b)
{
	struct point r;

	MUST(crypto_core_ristretto255_add(r.b, a->b, b->b) == 0);
	return r;
}

struct point point_sub(const struct point *a, const struct point *b)
{
	struct point r;

	MUST(crypto_core_ristretto255_sub(r.b, a->b, b->b) == 0);
	return r;
}

struct point point_of_text(const char *text)
{
	uint8_t wide[crypto_hash_sha512_BYTES];
	struct point p;

	crypto_hash_sha512(wide, (const uint8_t *)text, strlen(text));
	MUST(crypto_core_ristretto255_from_hash(p.b, wide) == 0);
	return p;
}

bool point_is_identity(const struct point *p)
{
	return sodium_is_zero(p->b, GROUP_BYTES) == 1;
}

bool point_eq(const struct point *a, const struct point *b)
{
	return sodium_memcmp(a->b, b->b, GROUP_BYTES) == 0;
}

/* ---- hashes ---- */

static void part_add(crypto_hash_sha512_state *state, const void *p, size_t n)
{
	uint8_t length[8];

	for (size_t i = 0; i < 8; i++)
		length[i] = (uint8_t)((uint64_t)n >> (8 * i));
	crypto_hash_sha512_update(state, length, sizeof(length));
	if (n)
		crypto_hash_sha512_update(state, p, n);
}

void group_digest(const char *domain, const struct slice *part, size_t n, uint8_t ret[64])
{
	crypto_hash_sha512_state state;

	crypto_hash_sha512_init(&state);
	part_add(&state, domain, strlen(domain));
	for (size_t i = 0; i < n; i++)
		part_add(&state, part[i].p, part[i].n);
	crypto_hash_sha512_final(&state, ret);
	sodium_memzero(&state, sizeof(state));
}

struct scalar group_challenge(const char *domain, const struct slice *part, size_t n)
{
	uint8_t wide[64];

	group_digest(domain, part, n, wide);
	struct scalar s = scalar_wide(wide);
	sodium_memzero(wide, sizeof(wide));
	return s;
}

/* ---- under a key ---- */

int aead_seal(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE], struct slice more,
	struct slice plain, struct buf *ret, struct why *why)
{
	uint8_t *out = buf_room(ret, plain.n + AEAD_TAG);

	if (!out)
		return why_set(
			why, E_LIMIT, "", "the ciphertext is larger than %zu bytes", ret->max);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		out, NULL, plain.p, plain.n, more.p, more.n, NULL, nonce, key);
	return 0;
}

int aead_open(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE], struct slice more,
	struct slice sealed, struct buf *ret, struct why *why)
{
	size_t before = ret->n;
	uint8_t *out;

	if (sealed.n < AEAD_TAG)
		return why_set(why, E_VERIFY, "", "the ciphertext is cut short");
	out = buf_room(ret, sealed.n - AEAD_TAG);
	if (!out)
		return why_set(why, E_LIMIT, "", "the text is larger than %zu bytes", ret->max);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    out, NULL, NULL, sealed.p, sealed.n, more.p, more.n, nonce, key) == 0)
		return 0;
	buf_cut(ret, before);
	return why_set(why, E_VERIFY, "", "the ciphertext does not open under this key");
}

void secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}
