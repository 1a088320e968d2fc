/* live_name.c: see live_name.h. */
#include "web/live_name.h"

#include "base/enc.h"
#include "base/report.h"

#define SEALED_MAX (AEAD_NONCE + AEAD_TAG + LIVE_NAME_MAX)

void live_name_seal(
	const uint8_t key[AEAD_KEY], const struct env *env, struct slice name, struct buf *ret)
{
	struct buf sealed CLEANUP_BUF = BUF(SEALED_MAX);
	uint8_t nonce[AEAD_NONCE];

	env_random(env, nonce, sizeof(nonce));
	buf_slice_add(&sealed, slice_of(nonce, sizeof(nonce)));
	MUST(aead_seal(key, nonce, SLICE_NONE, name, &sealed, NULL) == 0);
	buf_hex(ret, buf_slice(&sealed).p, buf_slice(&sealed).n);
}

bool live_name_open(const uint8_t key[AEAD_KEY], struct slice sealed, struct buf *ret)
{
	uint8_t bytes[SEALED_MAX];
	size_t n = sealed.n / 2;

	return n > AEAD_NONCE + AEAD_TAG && n <= sizeof(bytes) &&
	       hex_decode(sealed, bytes, n) == 0 &&
	       aead_open(key, bytes, SLICE_NONE, slice_of(bytes + AEAD_NONCE, n - AEAD_NONCE), ret,
		       NULL) == 0;
}
