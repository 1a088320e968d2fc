#include "crypt/keyfile.h"

#include "base/enc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "crypt/seal.h"

#include <inttypes.h>
#include <sodium.h>

#define MAGIC "entente-key/1"

#define COST_PASSES_MIN 1
#define COST_KIB_MIN	8
#define COST_PASSES_MAX LIMIT_KEYFILE_PASSES
#define COST_KIB_MAX	(LIMIT_KEYFILE_MEMORY / KIB)

const struct keyfile_cost keyfile_cost_default = {.passes = 3, .kib = 256 * 1024};

static const char *const use_names[KEYFILE_USES] = {
	[KEYFILE_OFFICER] = "officer",
	[KEYFILE_ROOT] = "root",
	[KEYFILE_LOG] = "log",
	[KEYFILE_WITNESS] = "witness",
	[KEYFILE_SEAL] = "seal",
};

_Static_assert(sizeof(((struct keyfile *)0)->salt) == crypto_pwhash_argon2id_SALTBYTES, "Argon2id");
_Static_assert(sizeof(((struct keyfile *)0)->nonce) == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	"XChaCha20");
_Static_assert(
	sizeof(((struct keyfile *)0)->cipher) ==
		sizeof(((struct keyfile *)0)->seed) + crypto_aead_xchacha20poly1305_ietf_ABYTES,
	"seed and tag");

const char *keyfile_use_name(enum keyfile_use use)
{
	MUST(use < KEYFILE_USES);
	return use_names[use];
}

int keyfile_use_parse(struct slice word, enum keyfile_use *ret, struct why *why)
{
	for (unsigned i = 0; i < KEYFILE_USES; i++) {
		if (slice_is(word, use_names[i])) {
			*ret = (enum keyfile_use)i;
			return 0;
		}
	}
	return why_set(why, E_USAGE, "",
		"a key is for officer, root, log, witness or seal, not for '%.*s'",
		word.n < 32 ? (int)word.n : 32, (const char *)word.p);
}

void keyfile_wipe(struct keyfile *f)
{
	if (f != NULL)
		sodium_memzero(f, sizeof(*f));
}

/* The public key that stands in the file beside this seed. */
static void public_of(enum keyfile_use use, const struct seckey *k, uint8_t ret[32])
{
	if (use == KEYFILE_SEAL) {
		struct sealkey s = sealkey_from_seed(k->seed);
		memcpy(ret, s.pub, sizeof(s.pub));
		sealkey_wipe(&s);
	} else {
		memcpy(ret, k->pub.b, sizeof(k->pub.b));
	}
}

/* Takes the line "name value\n" off *rest; false unless it is the next one. */
static bool line_take(struct slice *rest, const char *name, struct slice *ret_value)
{
	struct slice at = *rest, value;

	if (!slice_take(&at, name) || !slice_take(&at, " ") || !slice_cut_exact(&at, '\n', &value))
		return false;
	*rest = at;
	*ret_value = value;
	return true;
}

static bool u32_parse(struct slice s, uint32_t *ret)
{
	uint64_t v;

	if (slice_u64(s, &v) < 0 || v > UINT32_MAX)
		return false;
	*ret = (uint32_t)v;
	return true;
}

/* "argon2id <passes> <kib> <salt> <nonce> <ciphertext>" */
static int sealed_parse(struct slice text, struct slice value, struct keyfile *f, struct why *why)
{
	struct slice passes, kib, salt, nonce;

	if (!slice_take(&value, "argon2id ") || !slice_cut_exact(&value, ' ', &passes) ||
		!slice_cut_exact(&value, ' ', &kib) || !slice_cut_exact(&value, ' ', &salt) ||
		!slice_cut_exact(&value, ' ', &nonce) || !u32_parse(passes, &f->cost.passes) ||
		!u32_parse(kib, &f->cost.kib) ||
		base64_decode_exact(salt, f->salt, sizeof(f->salt)) < 0 ||
		base64_decode_exact(nonce, f->nonce, sizeof(f->nonce)) < 0 ||
		base64_decode_exact(value, f->cipher, sizeof(f->cipher)) < 0)
		return why_set(why, E_SYNTAX, "line 4",
			"expected 'sealed argon2id <passes> <kib> <salt> <nonce> <ciphertext>'");
	if (f->cost.passes < COST_PASSES_MIN || f->cost.passes > COST_PASSES_MAX)
		return why_set(why, E_LIMIT, "line 4", "%" PRIu32 " passes are outside %u to %u",
			f->cost.passes, COST_PASSES_MIN, COST_PASSES_MAX);
	if (f->cost.kib < COST_KIB_MIN || f->cost.kib > COST_KIB_MAX)
		return why_set(why, E_LIMIT, "line 4", "%" PRIu32 " KiB are outside %u to %zu",
			f->cost.kib, COST_KIB_MIN, COST_KIB_MAX);
	f->sealed = true;
	f->bound = slice_of(text.p, (size_t)(value.p - text.p));
	return 0;
}

static int lines_parse(struct slice text, struct keyfile *f, struct why *why)
{
	struct slice rest = text, value;

	if (text.n > LIMIT_KEYFILE_BYTES)
		return why_set(why, E_LIMIT, "", "%zu bytes are too many for a key file", text.n);
	if (!slice_take(&rest, MAGIC "\n"))
		return why_set(why, E_SYNTAX, "line 1", "expected '" MAGIC "'");
	if (!line_take(&rest, "use", &value) || keyfile_use_parse(value, &f->use, NULL) < 0)
		return why_set(why, E_SYNTAX, "line 2",
			"expected 'use' and one of officer, root, log, witness, seal");
	if (!line_take(&rest, "public", &value) ||
		base64_decode_exact(value, f->pub, sizeof(f->pub)) < 0)
		return why_set(why, E_SYNTAX, "line 3", "expected 'public' and 32 bytes in base64");
	if (line_take(&rest, "sealed", &value)) {
		int rc = sealed_parse(text, value, f, why);
		if (rc < 0)
			return rc;
	} else if (!line_take(&rest, "seed", &value) ||
		   base64_decode_exact(value, f->seed, sizeof(f->seed)) < 0) {
		return why_set(why, E_SYNTAX, "line 4",
			"expected 'seed' and 32 bytes in base64, or 'sealed'");
	}
	if (rest.n > 0)
		return why_set(why, E_SYNTAX, "line 5", "nothing may follow the fourth line");
	return 0;
}

int keyfile_parse(struct slice text, struct keyfile *ret, struct why *why)
{
	struct keyfile f = {0};
	int rc = lines_parse(text, &f, why);

	if (rc == 0)
		*ret = f;
	keyfile_wipe(&f);
	return rc;
}

/* Argon2id of the passphrase. False if the memory cannot be had. */
static bool wrapping_key(const struct keyfile *f, struct slice pass,
	uint8_t ret[crypto_aead_xchacha20poly1305_ietf_KEYBYTES])
{
	return crypto_pwhash(ret, crypto_aead_xchacha20poly1305_ietf_KEYBYTES, (const char *)pass.p,
		       pass.n, f->salt, f->cost.passes, (size_t)f->cost.kib * KIB,
		       crypto_pwhash_ALG_ARGON2ID13) == 0;
}

static int seed_unseal(const struct keyfile *f, struct slice pass, uint8_t ret[32], struct why *why)
{
	uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];

	if (pass.n == 0)
		return why_set(why, E_AUTH, "", "key is sealed: its passphrase is needed");
	if (!wrapping_key(f, pass, key))
		return why_set(why, E_LIMIT, "",
			"opening the key takes %" PRIu32 " KiB of memory, which are not there",
			f->cost.kib);
	int bad = crypto_aead_xchacha20poly1305_ietf_decrypt(ret, NULL, NULL, f->cipher,
		sizeof(f->cipher), f->bound.p, f->bound.n, f->nonce, key);
	sodium_memzero(key, sizeof(key));
	if (bad)
		return why_set(why, E_AUTH, "", "wrong passphrase, or the key file was altered");
	return 0;
}

int keyfile_open(const struct keyfile *f, struct slice pass, struct seckey *ret, struct why *why)
{
	uint8_t seed[32], pub[32];
	int rc = 0;

	if (f->sealed)
		rc = seed_unseal(f, pass, seed, why);
	else
		memcpy(seed, f->seed, sizeof(seed));
	if (rc < 0)
		return rc;

	struct seckey k = seckey_from_seed(seed);
	public_of(f->use, &k, pub);
	if (memcmp(pub, f->pub, sizeof(pub)) == 0)
		*ret = k;
	else
		rc = why_set(why, E_VERIFY, "line 3", "public key does not belong to the seed");
	seckey_wipe(&k);
	sodium_memzero(seed, sizeof(seed));
	return rc;
}

/* Appends " <ciphertext>" over everything that stands in `text` from `start` on. */
static int seed_seal(struct buf *text, size_t start, const struct seckey *k, struct slice pass,
	struct keyfile *f, const struct env *env, struct why *why)
{
	uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];

	env_random(env, f->salt, sizeof(f->salt));
	env_random(env, f->nonce, sizeof(f->nonce));
	buf_addf(text, "sealed argon2id %" PRIu32 " %" PRIu32 " ", f->cost.passes, f->cost.kib);
	buf_base64(text, f->salt, sizeof(f->salt));
	buf_byte(text, ' ');
	buf_base64(text, f->nonce, sizeof(f->nonce));
	buf_byte(text, ' ');
	if (buf_over(text))
		return 0;
	if (!wrapping_key(f, pass, key))
		return why_set(why, E_LIMIT, "",
			"sealing the key takes %" PRIu32 " KiB of memory, which are not there",
			f->cost.kib);
	struct slice bound = slice_sub(buf_slice(text), start, text->n);
	MUST(crypto_aead_xchacha20poly1305_ietf_encrypt(f->cipher, NULL, k->seed, sizeof(k->seed),
		     bound.p, bound.n, NULL, f->nonce, key) == 0);
	sodium_memzero(key, sizeof(key));
	buf_base64(text, f->cipher, sizeof(f->cipher));
	return 0;
}

int keyfile_print(struct buf *ret, enum keyfile_use use, const struct seckey *k, struct slice pass,
	struct keyfile_cost cost, const struct env *env, struct why *why)
{
	struct keyfile f = {.use = use, .cost = cost};
	size_t start = ret->n;
	int rc = 0;

	MUST(cost.passes >= COST_PASSES_MIN && cost.passes <= COST_PASSES_MAX);
	MUST(cost.kib >= COST_KIB_MIN && cost.kib <= COST_KIB_MAX);
	public_of(use, k, f.pub);
	buf_addf(ret, MAGIC "\nuse %s\npublic ", keyfile_use_name(use));
	buf_base64(ret, f.pub, sizeof(f.pub));
	buf_byte(ret, '\n');
	if (pass.n == 0) {
		buf_str(ret, "seed ");
		buf_base64(ret, k->seed, sizeof(k->seed));
	} else {
		rc = seed_seal(ret, start, k, pass, &f, env, why);
	}
	buf_byte(ret, '\n');
	if (rc == 0 && buf_over(ret))
		rc = why_set(why, E_LIMIT, "", "key file is over the ceiling");
	if (rc < 0)
		buf_cut(ret, start);
	return rc;
}

int keyfile_write(const char *path, const char *use, const struct seckey *k, struct slice pass,
	const struct env *env, struct why *why)
{
	struct buf text = BUF(LIMIT_KEYFILE_BYTES);
	enum keyfile_use wanted;

	int rc = keyfile_use_parse(slice_str(use), &wanted, why);
	if (rc < 0)
		return rc;
	/* Asked before a second of Argon2id is spent; file_create decides. */
	if (file_exists(path))
		return why_set(why, E_CONFLICT, path, "key file exists and is never overwritten");
	/* All of it at once, so that growing leaves no copies of a seed behind. */
	MUST(buf_room(&text, LIMIT_KEYFILE_BYTES) != NULL);
	buf_clear(&text);
	rc = keyfile_print(&text, wanted, k, pass, keyfile_cost_default, env, why);
	if (rc == 0)
		rc = file_create(path, buf_slice(&text), 0600, why);
	buf_wipe(&text);
	return rc;
}

/* Both are to be wiped, whatever comes of it; `ret` borrows `text`. */
static int keyfile_load(const char *path, struct buf *text, struct keyfile *ret, struct why *why)
{
	/* All of it at once, so that growing leaves no copies of a seed behind. */
	MUST(buf_room(text, LIMIT_KEYFILE_BYTES) != NULL);
	buf_clear(text);
	int rc = file_read(path, text, why);
	return rc < 0 ? rc : keyfile_parse(buf_slice(text), ret, why);
}

int keyfile_read(
	const char *path, const char *use, struct slice pass, struct seckey *ret, struct why *why)
{
	struct buf text = BUF(LIMIT_KEYFILE_BYTES);
	struct keyfile f = {0};
	enum keyfile_use wanted;

	int rc = keyfile_use_parse(slice_str(use), &wanted, why);
	if (rc < 0)
		return rc;
	rc = keyfile_load(path, &text, &f, why);
	if (rc == 0 && f.use != wanted)
		rc = why_set(why, E_INVALID, "line 2", "key is for use '%s', not '%s'",
			keyfile_use_name(f.use), use);
	if (rc == 0)
		rc = keyfile_open(&f, pass, ret, why);
	if (rc < 0 && why != NULL)
		(void)why_prefix(why, "key file %s", path);
	keyfile_wipe(&f);
	buf_wipe(&text);
	return rc;
}

int keyfile_sealed(const char *path, bool *ret, struct why *why)
{
	struct buf text = BUF(LIMIT_KEYFILE_BYTES);
	struct keyfile f = {0};
	int rc = keyfile_load(path, &text, &f, why);

	if (rc == 0)
		*ret = f.sealed;
	else if (why != NULL)
		(void)why_prefix(why, "key file %s", path);
	keyfile_wipe(&f);
	buf_wipe(&text);
	return rc;
}

bool keyfile_is_sealed(struct slice text)
{
	struct keyfile f = {0};
	bool sealed = keyfile_parse(text, &f, NULL) == 0 && f.sealed;

	keyfile_wipe(&f);
	return sealed;
}
