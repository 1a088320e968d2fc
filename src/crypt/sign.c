#include "crypt/sign.h"

#include "base/report.h"
#include "crypt/hash.h"

#include <pthread.h>
#include <sodium.h>

_Static_assert(sizeof(struct signature) == crypto_sign_BYTES, "RFC 8032 §5.1.6");
_Static_assert(sizeof(struct pubkey) == crypto_sign_PUBLICKEYBYTES, "RFC 8032 §5.1.5");
_Static_assert(sizeof(((struct seckey *)0)->seed) == crypto_sign_SEEDBYTES, "RFC 8032 §5.1.5");

void crypt_init(void)
{
	MUST(sodium_init() >= 0);
	hash_init();
}

struct seckey seckey_from_seed(const uint8_t seed[32])
{
	struct seckey k;
	uint8_t expanded[crypto_sign_SECRETKEYBYTES];

	memcpy(k.seed, seed, sizeof(k.seed));
	MUST(crypto_sign_seed_keypair(k.pub.b, expanded, k.seed) == 0);
	sodium_memzero(expanded, sizeof(expanded));
	return k;
}

struct seckey seckey_new(const struct env *env)
{
	uint8_t seed[32];

	env_random(env, seed, sizeof(seed));
	struct seckey k = seckey_from_seed(seed);
	sodium_memzero(seed, sizeof(seed));
	return k;
}

void seckey_lock(struct seckey *k)
{
	/* Refusal (RLIMIT_MEMLOCK) is no error: the key works without. */
	(void)sodium_mlock(k, sizeof(*k));
}

void seckey_wipe(struct seckey *k)
{
	/*
	 * The page stays locked: locks do not nest, and a neighbour on the same page may need it.
	 */
	if (k != NULL)
		sodium_memzero(k, sizeof(*k));
}

struct signature sign_bytes(const struct seckey *k, struct slice message)
{
	struct signature sig;
	uint8_t expanded[crypto_sign_SECRETKEYBYTES]; /* seed ‖ public key */

	memcpy(expanded, k->seed, sizeof(k->seed));
	memcpy(expanded + sizeof(k->seed), k->pub.b, sizeof(k->pub.b));
	MUST(crypto_sign_detached(sig.b, NULL, message.p, message.n, expanded) == 0);
	sodium_memzero(expanded, sizeof(expanded));
	return sig;
}

/*
 * Acts and root documents are checked each time a coalition is loaded: what was valid once is remembered by the hash of key,
 * signature and message, so a hit says exactly what the check would. A slot holds the last one that fell into it.
 */
#define KNOWN_SLOTS 4096

static struct {
	pthread_mutex_t lock;
	struct hash slot[KNOWN_SLOTS];
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct hash *known_slot(const struct hash *h)
{
	return &known.slot[((size_t)h->b[0] << 8 | h->b[1]) % KNOWN_SLOTS];
}

static bool known_has(const struct hash *h)
{
	bool has;

	pthread_mutex_lock(&known.lock);
	has = hash_eq(known_slot(h), h);
	pthread_mutex_unlock(&known.lock);
	return has;
}

static void known_put(const struct hash *h)
{
	pthread_mutex_lock(&known.lock);
	*known_slot(h) = *h;
	pthread_mutex_unlock(&known.lock);
}

bool sign_check(const struct pubkey *pub, struct slice message, const struct signature *sig)
{
	const struct slice pieces[] = {
		slice_of(pub->b, sizeof(pub->b)), slice_of(sig->b, sizeof(sig->b)), message};
	struct hash h = hash_of(pieces, 3);

	if (known_has(&h))
		return true;
	if (crypto_sign_verify_detached(sig->b, message.p, message.n, pub->b) != 0)
		return false;
	known_put(&h);
	return true;
}

bool pubkey_eq(const struct pubkey *a, const struct pubkey *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}
