/*
 * Key file text. What parses must be canonical: printed again from its parts it is the same bytes.
 * Argon2id runs only where it is cheap: what the parameters may ask for is the parser's to refuse,
 * not this program's to pay.
 */
#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "crypt/keyfile.h"

#include <inttypes.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void field(struct buf *b, const char *before, const uint8_t *p, size_t n)
{
	buf_str(b, before);
	buf_base64(b, p, n);
}

static void reprint(const struct keyfile *f, struct buf *b)
{
	buf_addf(b, "entente-key/1\nuse %s\n", keyfile_use_name(f->use));
	field(b, "public ", f->pub, sizeof(f->pub));
	if (f->sealed) {
		buf_addf(b, "\nsealed argon2id %" PRIu32 " %" PRIu32, f->cost.passes, f->cost.kib);
		field(b, " ", f->salt, sizeof(f->salt));
		field(b, " ", f->nonce, sizeof(f->nonce));
		buf_byte(b, ' ');
		MUST(slice_eq(f->bound, buf_slice(b)));
		field(b, "", f->cipher, sizeof(f->cipher));
	} else {
		field(b, "\nseed ", f->seed, sizeof(f->seed));
	}
	buf_byte(b, '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice text = slice_of(data, size);
	struct buf again CLEANUP_BUF = BUF(LIMIT_KEYFILE_BYTES);
	struct keyfile f;
	struct seckey k;
	struct why why = {0};

	crypt_init();
	int rc = keyfile_parse(text, &f, &why);
	MUST(rc == why.code);
	if (rc < 0) {
		MUST(!keyfile_is_sealed(text));
		return 0;
	}
	MUST(keyfile_is_sealed(text) == f.sealed);
	MUST(f.use < KEYFILE_USES);
	reprint(&f, &again);
	MUST(slice_eq(text, buf_slice(&again)));
	if (f.sealed) {
		MUST(f.cost.passes >= 1 && f.cost.passes <= LIMIT_KEYFILE_PASSES);
		MUST(f.cost.kib >= 8 && f.cost.kib <= LIMIT_KEYFILE_MEMORY / KIB);
		MUST(keyfile_open(&f, SLICE_NONE, &k, NULL) == E_AUTH);
		if (f.cost.kib > 64)
			return 0;
	}
	rc = keyfile_open(&f, SLICE("correct horse"), &k, &why);
	MUST(rc == 0 || rc == E_AUTH || rc == E_VERIFY);
	seckey_wipe(&k);
	return 0;
}
