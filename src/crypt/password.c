/* password.c: Argon2id from libsodium, HMAC-SHA-1 from GnuTLS (TOTP is the one thing here that asks for SHA-1). */
#include "crypt/password.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <sodium.h>

#define SALT_BYTES crypto_pwhash_argon2id_SALTBYTES
#define HASH_BYTES 32

const struct password_cost password_cost_default = {.passes = 3, .kib = 64 * 1024};

int password_rule(struct slice pass, struct slice name, struct why *why)
{
	struct slice rest = pass;
	uint32_t cp, first = 0;
	bool same = true;

	if (pass.n < PASSWORD_MIN)
		return why_set(why, E_INVALID, "/password", "a password has at least %d characters",
			PASSWORD_MIN);
	if (pass.n > PASSWORD_MAX || utf8_bad_at(pass) >= 0)
		return why_set(why, E_INVALID, "/password",
			"a password is at most %d bytes of UTF-8", PASSWORD_MAX);
	for (size_t i = 0; utf8_next(&rest, &cp); i++) {
		if (cp < ' ' || cp == 0x7f)
			return why_set(why, E_INVALID, "/password",
				"a password has no control characters");
		if (i == 0)
			first = cp;
		same = same && cp == first;
	}
	if (same || (name.n && slice_search(pass, name) >= 0 && pass.n < 2 * name.n + 4))
		return why_set(why, E_INVALID, "/password",
			"one character over and over, or the account's own name, is no password");
	return 0;
}

static int derive(struct slice pass, struct password_cost cost, const uint8_t salt[SALT_BYTES],
	uint8_t ret[HASH_BYTES], struct why *why)
{
	static const char nothing[] = "";
	const char *p = pass.n ? (const char *)pass.p : nothing;

	if (crypto_pwhash(ret, HASH_BYTES, p, pass.n, salt, cost.passes, (size_t)cost.kib * KIB,
		    crypto_pwhash_ALG_ARGON2ID13) != 0)
		return why_set(why, E_LIMIT, "", "the machine has no memory left for a password");
	return 0;
}

static bool cost_valid(struct password_cost c)
{
	return c.passes >= 1 && c.passes <= LIMIT_KEYFILE_PASSES && c.kib >= 8 &&
	       c.kib <= LIMIT_KEYFILE_MEMORY / KIB;
}

int password_hash(struct slice pass, struct password_cost cost, const struct env *env,
	char ret[PASSWORD_TEXT + 1], struct why *why)
{
	uint8_t salt[SALT_BYTES], hash[HASH_BYTES];
	char salt64[BASE64_LEN(SALT_BYTES) + 1], hash64[BASE64_LEN(HASH_BYTES) + 1];

	MUST(cost_valid(cost));
	env_random(env, salt, sizeof(salt));
	int rc = derive(pass, cost, salt, hash, why);
	if (rc < 0)
		return rc;
	base64_encode(salt, sizeof(salt), salt64);
	base64_encode(hash, sizeof(hash), hash64);
	int n = snprintf(ret, PASSWORD_TEXT + 1, "argon2id %" PRIu32 " %" PRIu32 " %s %s",
		cost.passes, cost.kib, salt64, hash64);
	MUST(n > 0 && n <= PASSWORD_TEXT);
	sodium_memzero(hash, sizeof(hash));
	return 0;
}

static bool number_take(struct slice *rest, uint32_t *ret)
{
	struct slice word;
	uint64_t v;

	if (!slice_cut_exact(rest, ' ', &word) || slice_u64(word, &v) < 0 || v > UINT32_MAX)
		return false;
	*ret = (uint32_t)v;
	return true;
}

int password_check(struct slice text, struct slice pass, struct why *why)
{
	struct password_cost cost = {0};
	uint8_t salt[SALT_BYTES], want[HASH_BYTES], got[HASH_BYTES];
	struct slice rest = text, salt64 = SLICE_NONE;

	if (!slice_take(&rest, "argon2id ") || !number_take(&rest, &cost.passes) ||
		!number_take(&rest, &cost.kib) || !cost_valid(cost) ||
		!slice_cut_exact(&rest, ' ', &salt64) ||
		base64_decode_exact(salt64, salt, sizeof(salt)) < 0 ||
		base64_decode_exact(rest, want, sizeof(want)) < 0)
		return why_set(why, E_SYNTAX, "", "this is no hash of a password");
	int rc = derive(slice_sub(pass, 0, PASSWORD_MAX), cost, salt, got, why);
	if (rc == 0 && (sodium_memcmp(got, want, sizeof(got)) != 0 || pass.n > PASSWORD_MAX))
		rc = why_set(why, E_AUTH, "", "the name or the password does not hold");
	sodium_memzero(got, sizeof(got));
	return rc;
}

void password_waste(struct slice pass)
{
	static const uint8_t salt[SALT_BYTES];
	uint8_t hash[HASH_BYTES];

	if (derive(slice_sub(pass, 0, PASSWORD_MAX), password_cost_default, salt, hash, NULL) == 0)
		sodium_memzero(hash, sizeof(hash));
}

/* ---- TOTP ---- */

unsigned totp_code(const uint8_t secret[TOTP_SECRET], uint64_t step)
{
	uint8_t message[8], mac[20];

	for (int i = 7; i >= 0; i--, step >>= 8)
		message[i] = (uint8_t)step;
	MUST(gnutls_hmac_get_len(GNUTLS_MAC_SHA1) == sizeof(mac));
	MUST(gnutls_hmac_fast(
		     GNUTLS_MAC_SHA1, secret, TOTP_SECRET, message, sizeof(message), mac) == 0);
	/* RFC 4226 §5.3: dynamic truncation. */
	unsigned at = mac[19] & 0x0f;
	uint32_t v = ((uint32_t)(mac[at] & 0x7f) << 24) | ((uint32_t)mac[at + 1] << 16) |
		     ((uint32_t)mac[at + 2] << 8) | mac[at + 3];
	return v % 1000000;
}

static bool code_read(struct slice text, unsigned *ret)
{
	unsigned v = 0, n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ' ')
			continue;
		if (text.p[i] < '0' || text.p[i] > '9' || n == TOTP_DIGITS)
			return false;
		v = v * 10 + (unsigned)(text.p[i] - '0');
		n++;
	}
	*ret = v;
	return n == TOTP_DIGITS;
}

int totp_check(const uint8_t secret[TOTP_SECRET], struct slice code, int64_t now_ms, int64_t last,
	int64_t *ret_step, struct why *why)
{
	int64_t step = now_ms / TOTP_STEP_MS;
	unsigned given = 0;

	if (code_read(code, &given)) {
		for (int64_t s = step > 0 ? step - 1 : 0; s <= step + 1; s++) {
			if (s > last && totp_code(secret, (uint64_t)s) == given) {
				*ret_step = s;
				return 0;
			}
		}
	}
	return why_set(why, E_AUTH, "/code", "the code does not hold, or has been used");
}
