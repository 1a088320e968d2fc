/*
 * password.h: passwords at rest (Argon2id, RFC 9106) and the one-time codes beside them (TOTP, RFC 6238).
 *
 *	char text[PASSWORD_TEXT + 1];
 *	rc = password_hash(pass, password_cost_default, env, text, why);      -- about 0.1 s
 *	...
 *	rc = password_check(text, pass, why);                                 -- E_AUTH: another one
 */
#ifndef CRYPT_PASSWORD_H
#define CRYPT_PASSWORD_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/why.h"

/* Cost of one guess: passes over `kib` KiB of memory, one lane. */
struct password_cost {
	uint32_t passes, kib;
};
/* 3 passes over 64 MiB: the second choice of RFC 9106 §4 but for its lanes. */
extern const struct password_cost password_cost_default;

/* Longest text of a hash: "argon2id <passes> <kib> <salt base64> <hash base64>". */
#define PASSWORD_TEXT 127
/* Bytes of a password. Long ones are welcome; a megabyte is not. */
#define PASSWORD_MIN 12
#define PASSWORD_MAX 1024

/* What a new password must be: UTF-8 without control characters, PASSWORD_MIN to PASSWORD_MAX bytes, not one character over and
 * over, not the name of its account. E_INVALID with where "/password". */
MUST_USE int password_rule(struct slice pass, struct slice name, struct why *why);
/* E_LIMIT if the machine does not have the memory. Salt from env. MUST: cost within 1..10 passes, 8 KiB..1 GiB. */
MUST_USE int password_hash(struct slice pass, struct password_cost cost, const struct env *env,
	char ret[PASSWORD_TEXT + 1], struct why *why);
/* 0 if `pass` is the one; E_AUTH if not; E_SYNTAX if `text` is no hash; E_LIMIT without the memory. Same time for right and wrong. */
MUST_USE int password_check(struct slice text, struct slice pass, struct why *why);
/* Takes the time of a check and says nothing: for names that do not exist. */
void password_waste(struct slice pass);

/* ---- TOTP: SHA-1, 30 s, 6 digits, as every authenticator program has it ---- */
#define TOTP_SECRET  20 /* bytes (RFC 4226 §4 R6) */
#define TOTP_DIGITS  6
#define TOTP_STEP_MS 30000

/* The code of a time step (unix time / 30 s), 0..999999. */
unsigned totp_code(const uint8_t secret[TOTP_SECRET], uint64_t step);
/*
 * Is `code` (six digits, spaces allowed) that of the present step or of the one before or after? *ret_step is its step; a step ≤ `last`
 * has been used and does not count. E_AUTH.
 */
MUST_USE int totp_check(const uint8_t secret[TOTP_SECRET], struct slice code, int64_t now_ms,
	int64_t last, int64_t *ret_step, struct why *why);

#endif
