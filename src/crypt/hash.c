/*
 * Which GnuTLS call: measured on one core with SHA-NI, nanoseconds per leaf hash of 64 / 256 / 1000
 * bytes: gnutls_hash_fast over a copy on the stack 108 / 189 / 541; a handle kept per thread
 * 98-119 / 191-202 / 547; a handle made each time 120 / 218 / 565. The first two are the same
 * within the noise, and the first keeps no state that a thread would have to free, so short inputs
 * are gathered on the stack and long ones, where a copy costs more than a handle, go through a
 * handle.
 */
#include "crypt/hash.h"

#include "base/mem.h"
#include "base/report.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

/* Up to here pieces are gathered; entry headers and tree nodes are all shorter. */
#define GATHER_BYTES ((size_t)2048)

struct hasher {
	gnutls_hash_hd_t handle; /* owned */
};

void hash_init(void)
{
	MUST(gnutls_global_init() == 0);
	MUST(gnutls_hash_get_len(GNUTLS_DIG_SHA256) == sizeof(struct hash));
}

static gnutls_hash_hd_t handle_open(void)
{
	gnutls_hash_hd_t handle = NULL;

	MUST(gnutls_hash_init(&handle, GNUTLS_DIG_SHA256) == 0);
	return handle;
}

static void handle_add(gnutls_hash_hd_t handle, struct slice s)
{
	if (s.n > 0)
		MUST(gnutls_hash(handle, s.p, s.n) == 0);
}

static struct hash hash_flat(const uint8_t *p, size_t n)
{
	struct hash h;

	MUST(gnutls_hash_fast(GNUTLS_DIG_SHA256, p, n, h.b) == 0);
	return h;
}

struct hash hash_bytes(struct slice s)
{
	return hash_flat(s.n > 0 ? s.p : (const uint8_t *)"", s.n);
}

struct hash hash_of(const struct slice *pieces, size_t n)
{
	uint8_t flat[GATHER_BYTES];
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		if (pieces[i].n > sizeof(flat) - used) {
			gnutls_hash_hd_t handle = handle_open();
			struct hash h;

			for (size_t k = 0; k < n; k++)
				handle_add(handle, pieces[k]);
			gnutls_hash_deinit(handle, h.b);
			return h;
		}
		if (pieces[i].n > 0)
			memcpy(flat + used, pieces[i].p, pieces[i].n);
		used += pieces[i].n;
	}
	return hash_flat(flat, used);
}

struct hash hash_leaf(struct slice data)
{
	const struct slice pieces[2] = {{(const uint8_t *)"\x00", 1}, data};

	return hash_of(pieces, 2);
}

struct hash hash_node(const struct hash *left, const struct hash *right)
{
	uint8_t flat[1 + 2 * sizeof(struct hash)];

	flat[0] = 0x01;
	memcpy(flat + 1, left->b, sizeof(left->b));
	memcpy(flat + 1 + sizeof(left->b), right->b, sizeof(right->b));
	return hash_flat(flat, sizeof(flat));
}

struct hash hash_mac(struct slice key, const struct slice *pieces, size_t n)
{
	gnutls_hmac_hd_t handle = NULL;
	struct hash h;

	MUST(gnutls_hmac_init(&handle, GNUTLS_MAC_SHA256, key.p, key.n) == 0);
	for (size_t i = 0; i < n; i++)
		if (pieces[i].n > 0)
			MUST(gnutls_hmac(handle, pieces[i].p, pieces[i].n) == 0);
	gnutls_hmac_deinit(handle, h.b);
	return h;
}

bool hash_same(const struct hash *a, const struct hash *b)
{
	return gnutls_memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

void hash_sha1(const struct slice *pieces, size_t n, uint8_t ret[20])
{
	gnutls_hash_hd_t handle = NULL;

	MUST(gnutls_hash_init(&handle, GNUTLS_DIG_SHA1) == 0);
	for (size_t i = 0; i < n; i++)
		handle_add(handle, pieces[i]);
	gnutls_hash_deinit(handle, ret);
}

bool hash_eq(const struct hash *a, const struct hash *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool hash_is_zero(const struct hash *h)
{
	static const struct hash zero;

	return hash_eq(h, &zero);
}

int hash_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash));
}

struct hasher *hash_start(void)
{
	struct hasher *h = mem_new(struct hasher);

	h->handle = handle_open();
	return h;
}

void hash_add(struct hasher *h, struct slice s)
{
	MUST(h != NULL && h->handle != NULL);
	handle_add(h->handle, s);
}

struct hash hash_end(struct hasher **h)
{
	struct hash ret;

	MUST(h != NULL && *h != NULL);
	gnutls_hash_deinit((*h)->handle, ret.b);
	mem_free(*h);
	*h = NULL;
	return ret;
}

void hash_drop(struct hasher **h)
{
	if (h == NULL || *h == NULL)
		return;
	gnutls_hash_deinit((*h)->handle, NULL);
	mem_free(*h);
	*h = NULL;
}
