/* A key set and a token of a provider: each of the two is anything. No token is accepted that nobody has signed. */
#include "base/report.h"
#include "crypt/jose.h"
#include "crypt/sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char known[] = "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"one\",\"x\":"
			    "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	const struct slice in = slice_of(data, size);
	struct jwks keys;
	struct slice payload;
	struct why why = {0};

	crypt_init();
	if (size > LIMIT_JWT_BYTES)
		return 0;
	if (jwks_read(in, &arena, &keys, &why) == 0) {
		MUST(keys.n > 0 && keys.n <= LIMIT_JWKS_KEYS);
		for (size_t i = 0; i < keys.n; i++)
			MUST(keys.key[i].key.alg < PK_ALGS && keys.key[i].key.der.n > 0);
	} else {
		MUST(why.code == E_SYNTAX || why.code == E_LIMIT || why.code == E_INVALID);
	}
	MUST(jwks_read(slice_str(known), &arena, &keys, NULL) == 0);
	int rc = jws_check(in, &keys, &arena, &payload, &why);
	MUST(rc == E_SYNTAX || rc == E_INVALID || rc == E_MISSING || rc == E_VERIFY ||
		rc == E_LIMIT);
	return 0;
}
