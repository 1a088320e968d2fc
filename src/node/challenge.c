/* challenge.c: see challenge.h. Layout: 16 random bytes, expiry in ms (big-endian), MAC. */
#include "node/challenge.h"

#include "base/enc.h"
#include "base/report.h"

#define FIELDS (CHALLENGE_BYTES - 32)

static struct hash mac_of(const struct node *node, const struct challenge *c, const uint8_t *fields)
{
	uint8_t account[8];
	const struct slice pieces[] = {SLICE("entente-challenge/1\n"), slice_str(c->purpose),
		SLICE("\n"), slice_of(account, sizeof(account)), slice_of(fields, FIELDS),
		c->context};

	for (unsigned i = 0; i < 8; i++)
		account[i] = (uint8_t)((uint64_t)c->account >> (56 - 8 * i));
	return hash_mac(slice_of(node->seal_key.sec, sizeof(node->seal_key.sec)), pieces,
		sizeof(pieces) / sizeof(*pieces));
}

void challenge_make(
	const struct node *node, const struct challenge *c, char ret[CHALLENGE_TEXT + 1])
{
	uint8_t raw[CHALLENGE_BYTES];
	uint64_t until = (uint64_t)(env_now_ms(&node->env) + CHALLENGE_MS);
	struct buf text CLEANUP_BUF = BUF(2 * CHALLENGE_TEXT);

	env_random(&node->env, raw, 16);
	for (unsigned i = 0; i < 8; i++)
		raw[16 + i] = (uint8_t)(until >> (56 - 8 * i));
	struct hash mac = mac_of(node, c, raw);
	memcpy(raw + FIELDS, mac.b, sizeof(mac.b));
	buf_base64url(&text, raw, sizeof(raw));
	MUST(text.n == CHALLENGE_TEXT);
	memcpy(ret, text.p, CHALLENGE_TEXT);
	ret[CHALLENGE_TEXT] = '\0';
}

static int parse(const struct node *node, const struct challenge *c, struct slice text,
	int64_t *ret_until_ms, struct why *why)
{
	struct buf raw CLEANUP_BUF = BUF(2 * CHALLENGE_BYTES);
	struct hash mac;
	uint64_t until = 0;

	if (text.n != CHALLENGE_TEXT || base64url_decode(text, &raw) < 0 ||
		raw.n != CHALLENGE_BYTES)
		return why_set(why, E_AUTH, "", "this was not asked by this node");
	memcpy(mac.b, raw.p + FIELDS, sizeof(mac.b));
	struct hash want = mac_of(node, c, raw.p);
	if (!hash_same(&mac, &want))
		return why_set(
			why, E_AUTH, "", "this was not asked by this node, or for another purpose");
	for (unsigned i = 0; i < 8; i++)
		until = until << 8 | raw.p[16 + i];
	if ((int64_t)until <= env_now_ms(&node->env))
		return why_set(why, E_AUTH, "", "this took too long: begin again");
	*ret_until_ms = (int64_t)until;
	return 0;
}

int challenge_check(
	const struct node *node, const struct challenge *c, struct slice text, struct why *why)
{
	int64_t until;

	return parse(node, c, text, &until, why);
}

static int sweep(struct db *db, int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM challenge_used WHERE until_ms < $1");

	db_bind_i64(s, 1, now_ms);
	return db_run(s, why);
}

int challenge_use(const struct node *node, struct db *db, const struct challenge *c,
	struct slice text, struct why *why)
{
	struct hash digest = hash_bytes(text);
	struct stmt *s;
	int64_t until;
	int rc = parse(node, c, text, &until, why);

	if (rc == 0)
		rc = sweep(db, env_now_ms(&node->env), why);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "INSERT INTO challenge_used (digest, until_ms) VALUES ($1, $2) "
			"ON CONFLICT (digest) DO NOTHING");
	db_bind_blob(s, 1, slice_of(digest.b, 32));
	db_bind_i64(s, 2, until);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		return why_set(why, E_AUTH, "", "this has been answered already: begin again");
	return rc;
}

struct hash challenge_secret(const struct node *node, struct slice text, const char *name)
{
	const struct slice pieces[] = {
		SLICE("entente-challenge-secret/1\n"), slice_str(name), SLICE("\n"), text};

	return hash_mac(slice_of(node->seal_key.sec, sizeof(node->seal_key.sec)), pieces,
		sizeof(pieces) / sizeof(*pieces));
}
