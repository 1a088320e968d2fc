/*
 * What an authenticator sends: CBOR, an attestation object, authenticator data. What is read lies inside of what was given, an item that is taken
 * can be taken again, and nothing is ever accepted whose signature does not hold.
 */
#include "base/cbor.h"
#include "base/report.h"
#include "crypt/sign.h"
#include "crypt/webauthn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct webauthn_expect expect = {
	.challenge = {(const uint8_t *)"dGhlIGNoYWxsZW5nZSBvZiB0aGUgdGVzdA", 34},
	.origin = "https://alb.example:8470",
	.rp_id = "alb.example"};

#define CLIENT(type)                                                                               \
	SLICE("{\"type\":\"webauthn." type                                                         \
	      "\",\"challenge\":\"dGhlIGNoYWxsZW5nZSBvZiB0aGUgdGVzdA\","                           \
	      "\"origin\":\"https://alb.example:8470\"}")

static void cbor(struct slice bytes)
{
	struct slice rest = bytes;
	struct cbor_item item, again;
	struct why why = {0};

	while (rest.n > 0) {
		struct slice before = rest;

		if (cbor_take(&rest, &item, &why) < 0) {
			MUST(why.code == E_SYNTAX || why.code == E_LIMIT);
			MUST(slice_eq(rest, before));
			return;
		}
		MUST(item.whole.p == before.p && item.whole.n == before.n - rest.n);
		struct slice whole = item.whole;
		MUST(cbor_take(&whole, &again, NULL) == 0 && whole.n == 0);
		MUST(again.type == item.type && again.value == item.value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	const struct slice in = slice_of(data, size);
	struct webauthn_credential made;
	struct webauthn_said said;
	uint8_t x[32] = {9};
	struct pk k;
	struct slice text;

	crypt_init();
	cbor(in);
	if (webauthn_register(&expect, CLIENT("create"), in, &arena, &made, NULL) == 0) {
		MUST(made.id.n >= 1 && made.id.n <= LIMIT_PASSKEY_ID);
		MUST(made.id.p > data && made.id.p + made.id.n < data + size);
		MUST(made.key.alg < PK_ALGS && made.key.der.n > 0);
		MUST(!made.said.backed_up || made.said.backup_able);
	}
	MUST(pk_from_ed(slice_of(x, sizeof(x)), &arena, &k, NULL) == 0);
	MUST(webauthn_assert(&expect, &k, CLIENT("get"), in, slice_of(x, 32), &arena, &said, NULL) <
		0);
	(void)!webauthn_challenge(in, &arena, &text, NULL);
	return 0;
}
