/* Signatures of root documents, and what a chain of them says: officers, log keys, revocations. */
#include "pact/root.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"

#define ROOT_NAME SLICE("entente/root")

struct hash root_set_hash(unsigned threshold, const struct pubkey *key, size_t n)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);

	MUST(n <= ROOT_KEYS_MAX);
	buf_addf(&b, "entente-root-set/1\nthreshold %u\n", threshold);
	for (size_t i = 0; i < n; i++) {
		buf_str(&b, "root ");
		buf_base64(&b, key[i].b, sizeof(key[i].b));
		buf_byte(&b, '\n');
	}
	MUST(!buf_over(&b));
	return hash_bytes(buf_slice(&b));
}

void root_sign(struct buf *b, struct slice text, const struct seckey *key)
{
	note_sign(b, text, ROOT_NAME, key);
}

/* How many of this root set have signed. A bad signature of one of them spoils the document. */
static int signers_count(
	const struct note *n, const struct root *set, unsigned *ret, struct why *why)
{
	unsigned count = 0;

	for (size_t i = 0; i < set->n_key; i++) {
		int rc = note_verify(n, ROOT_NAME, NOTE_ED25519, &set->key[i], NULL, why);
		if (rc < 0)
			return rc;
		count += rc > 0;
	}
	*ret = count;
	return 0;
}

static int threshold_check(
	const struct note *n, const struct root *set, const char *which, struct why *why)
{
	unsigned count;
	int rc = signers_count(n, set, &count, why);
	if (rc < 0)
		return rc;
	if (count < set->threshold)
		return why_set(why, E_VERIFY, "", "%u of %u signatures of the %s root keys", count,
			set->threshold, which);
	return 0;
}

static int successor_check(const struct root *r, const struct root *previous, struct why *why)
{
	if (previous == NULL)
		return r->version == 1 ? 0
				       : why_set(why, E_VERIFY, "version",
						 "the chain begins with version 1");
	if (!id_eq(&r->member, &previous->member))
		return why_set(why, E_VERIFY, "member", "belongs to another member");
	if (previous->version == UINT32_MAX || r->version != previous->version + 1)
		return why_set(why, E_VERIFY, "version", "version %u does not follow %u",
			r->version, previous->version);
	if (!hash_eq(&r->prev, &previous->hash))
		return why_set(
			why, E_VERIFY, "prev", "is not the hash of version %u", previous->version);
	struct hash set = root_set_hash(r->threshold, r->key, r->n_key);
	if (!hash_eq(&set, &previous->next))
		return why_set(why, E_VERIFY, "next",
			"the root keys are not those that version %u announced", previous->version);
	if (r->log_epoch < previous->log_epoch)
		return why_set(why, E_VERIFY, "log", "the epoch goes back");
	return 0;
}

int root_check(struct root *ret, struct arena *arena, struct slice note_bytes,
	const struct root *previous, struct why *why)
{
	struct note *n = arena_new(arena, struct note);
	struct root *r = arena_new(arena, struct root);
	int rc;

	if ((rc = note_parse(n, arena, note_bytes, why)) < 0 ||
		(rc = root_parse(r, n->text, why)) < 0 ||
		(rc = successor_check(r, previous, why)) < 0)
		return rc;
	if ((rc = threshold_check(n, r, "own", why)) < 0)
		return rc;
	if (previous != NULL && (rc = threshold_check(n, previous, "previous", why)) < 0)
		return rc;
	*ret = *r;
	return 0;
}

const struct root *root_latest(const struct root_chain *c)
{
	MUST(c->n > 0);
	return &c->version[c->n - 1];
}

static bool revokes(const struct root *doc, const struct pubkey *key, const struct id *coalition,
	uint32_t epoch, uint64_t seq)
{
	for (size_t i = 0; i < doc->n_revoke; i++) {
		const struct root_revoke *r = &doc->revoke[i];
		if (!pubkey_eq(&r->key, key) || !id_eq(&r->coalition, coalition))
			continue;
		if (r->epoch < epoch || (r->epoch == epoch && r->size <= seq))
			return true;
	}
	return false;
}

/* Is the key void for what stands at (epoch, seq)? A revocation in any version counts, also in a
 * later one. */
static bool revoked_at(const struct root_chain *c, const struct pubkey *key,
	const struct id *coalition, uint32_t epoch, uint64_t seq)
{
	for (size_t v = 0; v < c->n; v++)
		if (revokes(&c->version[v], key, coalition, epoch, seq))
			return true;
	return false;
}

static bool stands_before(const struct root_chain *c, size_t v, const struct root_place *at)
{
	const struct root_spot *s = c->spot ? &c->spot[v] : NULL;

	return !s || !s->restricted || s->epoch < at->epoch ||
	       (s->epoch == at->epoch && s->seq < at->seq);
}

const struct root_officer *root_officer_next(
	const struct root_chain *c, const struct root_officer *after, const struct root_place *at)
{
	bool go = after == NULL;

	for (size_t v = c->n; v-- > 0;) {
		for (size_t i = 0; i < c->version[v].n_officer; i++) {
			const struct root_officer *o = &c->version[v].officer[i];
			if (!go) {
				go = o == after;
				continue;
			}
			if (!stands_before(c, v, at) || !id_eq(&o->id, at->officer) ||
				!(o->scopes & (unsigned)at->scope))
				continue;
			if (o->until_ms != 0 && at->time_ms > o->until_ms)
				continue;
			if (!revoked_at(c, &o->key, at->coalition, at->epoch, at->seq))
				return o;
		}
	}
	return NULL;
}

const struct root_officer *root_officer_for(const struct root_chain *c, const struct id *officer,
	enum scope scope, const struct id *coalition, uint32_t epoch, uint64_t seq, int64_t time_ms)
{
	struct root_place at = {officer, scope, coalition, epoch, seq, time_ms};
	return root_officer_next(c, NULL, &at);
}

/* ---- keys of log and witness ---- */

/* Versions, newest first, then twins; NULL behind them. */
static const struct root *document(const struct root_chain *c, size_t i)
{
	if (i < c->n)
		return &c->version[c->n - 1 - i];
	return i - c->n < c->n_twin ? &c->twin[i - c->n] : NULL;
}

static bool revoked_by_any(const struct root_chain *c, const struct pubkey *key,
	const struct id *coalition, uint32_t epoch, uint64_t seq)
{
	const struct root *doc;

	for (size_t i = 0; (doc = document(c, i)) != NULL; i++)
		if (revokes(doc, key, coalition, epoch, seq))
			return true;
	return false;
}

static void key_add(const struct pubkey *key, const struct pubkey **ret, size_t *n, size_t max)
{
	for (size_t i = 0; i < *n; i++)
		if (pubkey_eq(ret[i], key))
			return;
	if (*n < max)
		ret[(*n)++] = key;
}

size_t root_log_keys(const struct root_chain *c, const struct id *coalition, uint32_t epoch,
	uint64_t size, const struct pubkey **ret, size_t max)
{
	const struct root *doc;
	size_t n = 0;

	for (size_t i = 0; (doc = document(c, i)) != NULL; i++)
		/* A checkpoint of size s speaks for entries 0..s-1, so a cut at s leaves it whole. */
		if (doc->log_epoch == epoch &&
			!(size > 0 && revoked_by_any(c, &doc->log_key, coalition, epoch, size - 1)))
			key_add(&doc->log_key, ret, &n, max);
	return n;
}

size_t root_log_keys_ever(const struct root_chain *c, const struct pubkey **ret, size_t max)
{
	const struct root *doc;
	size_t n = 0;

	for (size_t i = 0; (doc = document(c, i)) != NULL; i++)
		key_add(&doc->log_key, ret, &n, max);
	return n;
}

const struct pubkey *root_log_key(
	const struct root_chain *c, const struct id *coalition, uint32_t epoch, uint64_t size)
{
	const struct pubkey *key;
	return root_log_keys(c, coalition, epoch, size, &key, 1) == 1 ? key : NULL;
}

size_t root_witness_keys(const struct root_chain *c, const struct pubkey **ret, size_t max)
{
	const struct root *doc;
	size_t n = 0;

	for (size_t i = 0; (doc = document(c, i)) != NULL; i++)
		key_add(&doc->witness, ret, &n, max);
	return n;
}
