/* rootdoc.c: the next version of the own root document. */
#include "node/rootdoc.h"

#include "base/limits.h"

static void sort_keys(struct pubkey *key, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		for (size_t j = i; j > 0 && memcmp(key[j - 1].b, key[j].b, 32) > 0; j--) {
			struct pubkey swap = key[j];
			key[j] = key[j - 1];
			key[j - 1] = swap;
		}
	}
}

/*
 * The keys given are those of version n and of n+1 mixed; the new root set is the subset that
 * hashes to n's `next`. With few keys every subset and threshold can be tried.
 */
static int choose_root_set(const struct root *last, const struct seckey *key, size_t n,
	struct root *ret, struct why *why)
{
	for (uint32_t subset = 1; n <= 16 && subset < (1u << n); subset++) {
		struct pubkey set[16];
		size_t k = 0;
		for (size_t i = 0; i < n; i++) {
			if (subset & (1u << i))
				set[k++] = key[i].pub;
		}
		sort_keys(set, k);
		for (unsigned threshold = 1; threshold <= k; threshold++) {
			struct hash h = root_set_hash(threshold, set, k);
			if (!hash_eq(&h, &last->next))
				continue;
			memcpy(ret->key, set, k * sizeof(set[0]));
			ret->n_key = k;
			ret->threshold = threshold;
			return 0;
		}
	}
	return why_set(why, E_VERIFY, "--root-key",
		"these keys are not the root set that version %u announced as its next",
		last->version);
}

static void set_officers(const struct root *last, const struct rootdoc_change *c,
	const struct env *env, struct root *ret)
{
	if (c->n_officer_key == 0)
		return;
	ret->n_officer = 0;
	for (size_t i = 0; i < c->n_officer_key && i < ROOT_OFFICERS_MAX; i++) {
		struct root_officer *o = &ret->officer[ret->n_officer++];
		*o = (struct root_officer){.key = c->officer_key[i].pub, .scopes = SCOPE_ALL};
		env_random(env, o->id.b, sizeof(o->id.b));
		for (size_t k = 0; k < last->n_officer; k++) {
			if (pubkey_eq(&last->officer[k].key, &o->key))
				*o = last->officer[k];
		}
	}
}

static void set_next(const struct rootdoc_change *c, unsigned threshold, struct root *ret)
{
	struct pubkey set[ROOT_KEYS_MAX];
	size_t n = c->n_next_key < ROOT_KEYS_MAX ? c->n_next_key : ROOT_KEYS_MAX;
	for (size_t i = 0; i < n; i++)
		set[i] = c->next_key[i].pub;
	sort_keys(set, n);
	ret->next = root_set_hash(threshold < n ? threshold : (unsigned)n, set, n);
}

static void sign_all(struct buf *note, struct slice text, const struct rootdoc_change *c)
{
	buf_slice_add(note, text);
	buf_byte(note, '\n');
	for (size_t i = 0; i < c->n_root_key; i++)
		root_sign(note, text, &c->root_key[i]);
}

/* Into the own log of every coalition: writing begins with what is due (write.c), and here nothing else follows. */
static int tell_coalitions(
	const struct node *node, struct db *db, struct arena *arena, struct why *why)
{
	struct coalition *list;
	size_t n;
	int rc = coalition_list(db, arena, &list, &n, why);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = node_write(node, db, &list[i].id, NULL, 0, NULL, why);
	return rc;
}

int rootdoc_update(
	const struct node *node, struct db *db, const struct rootdoc_change *c, struct why *why)
{
	/* A whole chain, and the charter of each coalition that is told. */
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct buf text CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES),
			note CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	struct root_chain chain;
	struct id member;

	int rc = root_chain_load(db, &node->self, &arena, &chain, why);
	if (rc < 0)
		return rc;
	const struct root *last = root_latest(&chain);
	struct root *next = arena_new(&arena, struct root);
	*next = *last;
	next->version = last->version + 1;
	next->prev = last->hash;
	next->member = chain.member;
	next->log_key = node->log_key.pub;
	next->witness = node->witness_key.pub;
	next->tls[0] = node->tls_pin;
	next->n_tls = 1;
	memcpy(next->seal, node->seal_key.pub, sizeof(next->seal));
	if ((rc = choose_root_set(last, c->root_key, c->n_root_key, next, why)) < 0)
		return rc;
	set_officers(last, c, &node->env, next);
	set_next(c, next->threshold, next);
	if (c->n_endpoint) {
		next->n_endpoint = c->n_endpoint < 8 ? c->n_endpoint : 8;
		for (size_t i = 0; i < next->n_endpoint; i++)
			next->endpoint[i] = slice_str(c->endpoint[i]);
	}
	root_print(next, &text);
	sign_all(&note, buf_slice(&text), c);
	if (buf_over(&text) || buf_over(&note))
		return why_set(why, E_LIMIT, "", "the root document is larger than %zu bytes",
			LIMIT_ROOT_BYTES);
	if ((rc = db_begin(db, why)) < 0)
		return rc;
	if ((rc = root_put(db, buf_slice(&note), &member, why)) < 0 ||
		(rc = db_commit(db, why)) < 0) {
		db_rollback(db);
		return rc;
	}
	return tell_coalitions(node, db, &arena, why);
}

int root_notes(struct db *db, const struct id *member, struct buf *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT note FROM root WHERE member = $1 ORDER BY version");
	size_t before = ret->n;
	int rc;
	db_bind_blob(s, 1, id_slice(member));
	while ((rc = db_step(s, why)) == DB_ROW)
		buf_slice_add(ret, db_blob(s, 0));
	db_reset(s);
	if (rc < 0)
		return rc;
	return ret->n > before
		       ? 0
		       : why_set(why, E_MISSING, "", "no root document of this member is known");
}
