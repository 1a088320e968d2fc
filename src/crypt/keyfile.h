/*
 * keyfile.h: the text of a key file (see sign.h), taken apart and put together without touching the disk. keyfile_read and
 * keyfile_write of sign.h are these plus file.h; `entente key show` prints what is readable without the passphrase.
 *
 *	struct keyfile f;
 *	int rc = keyfile_parse(text, &f, why);          -- grammar and ceilings, no cryptography
 *	if (rc == 0)
 *		rc = keyfile_open(&f, pass, &key, why);     -- Argon2id, then seed and public key compared
 *	keyfile_wipe(&f);                               -- a plain file has the seed in it
 */
#ifndef CRYPT_KEYFILE_H
#define CRYPT_KEYFILE_H

#include "crypt/sign.h"

enum keyfile_use {
	KEYFILE_OFFICER,
	KEYFILE_ROOT,
	KEYFILE_LOG,
	KEYFILE_WITNESS,
	KEYFILE_SEAL,
	KEYFILE_USES
};

/* Cost of one guess: passes over `kib` KiB of memory (Argon2id, one lane). */
struct keyfile_cost {
	uint32_t passes, kib;
};
/* What keyfile_write uses: libsodium's MODERATE, 3 passes over 256 MiB, about a second. */
extern const struct keyfile_cost keyfile_cost_default;

struct keyfile {
	enum keyfile_use use;
	uint8_t pub[32]; /* Ed25519; X25519 for KEYFILE_SEAL */
	bool sealed;
	uint8_t seed[32];	  /* if not sealed */
	struct keyfile_cost cost; /* from here on if sealed */
	uint8_t salt[16], nonce[24], cipher[48];
	struct slice
		bound; /* text before the ciphertext; borrows the text given to keyfile_parse */
};

/* The word in the file. */
const char *keyfile_use_name(enum keyfile_use use);
/* E_USAGE if no such use. */
MUST_USE int keyfile_use_parse(struct slice word, enum keyfile_use *ret, struct why *why);

/*
 * E_SYNTAX, or E_LIMIT for parameters outside 1…10 passes and 8 KiB…1 GiB. why->where is the line. No cryptography.
 */
MUST_USE int keyfile_parse(struct slice text, struct keyfile *ret, struct why *why);
/* Takes the time and memory that f->cost asks for. Errors as keyfile_read. */
MUST_USE int keyfile_open(
	const struct keyfile *f, struct slice pass, struct seckey *ret, struct why *why);
void keyfile_wipe(struct keyfile *f);
/* Whether the seed in the file is sealed: ask for a passphrase. No copy of the text stays in memory. E_SYNTAX, E_LIMIT, E_MISSING, E_IO. */
MUST_USE int keyfile_sealed(const char *path, bool *ret, struct why *why);

/*
 * Appends the text for `k`. `pass` empty: plain. E_LIMIT if the machine does not have the memory that `cost` asks for. MUST: cost is
 * inside the ceilings. Wipe the buf after use.
 */
MUST_USE int keyfile_print(struct buf *ret, enum keyfile_use use, const struct seckey *k,
	struct slice pass, struct keyfile_cost cost, const struct env *env, struct why *why);

#endif
