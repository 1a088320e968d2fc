/* forkcut.c: the cut of a fork in the light of the member's root documents. */
#include "pact/forkcut.h"

#include "base/limits.h"

static uint64_t lowest(const struct root *doc, size_t n, const struct pubkey *key,
	const struct log_id *log, uint64_t at)
{
	for (size_t v = 0; v < n; v++) {
		for (size_t i = 0; i < doc[v].n_revoke; i++) {
			const struct root_revoke *k = &doc[v].revoke[i];
			if (pubkey_eq(&k->key, key) && k->epoch == log->epoch &&
				id_eq(&k->coalition, &log->coalition) && k->size < at)
				at = k->size;
		}
	}
	return at;
}

/* The lowest size at which any document revokes the key for this log; UINT64_MAX: none does. */
static uint64_t revoked_at(
	const struct root_chain *chain, const struct pubkey *key, const struct log_id *log)
{
	return lowest(chain->twin, chain->n_twin, key, log,
		lowest(chain->version, chain->n, key, log, UINT64_MAX));
}

/* More than any chain has documents: of a member with many epochs as well, none is passed over. */
#define KEYS_MAX (LIMIT_ROOT_VERSIONS + LIMIT_ROOT_TWINS)

int fork_signers(
	const struct fork *f, const struct root_chain *chain, struct fork_by *ret, struct why *why)
{
	const struct pubkey *key[KEYS_MAX], *a, *b;
	/* Of whatever epoch and revoked or not: who could sign for the member. */
	size_t n = root_log_keys_ever(chain, key, KEYS_MAX);
	int rc = fork_check_keys(f, key, n, &a, &b, why);

	if (rc < 0)
		return rc;
	*ret = (struct fork_by){.a = a, .b = b, .cut = fork_cut(f)};
	return 0;
}

uint64_t fork_cut_by(const struct fork *f, const struct root_chain *chain)
{
	struct fork_by by;

	if (fork_signers(f, chain, &by, NULL) < 0)
		return UINT64_MAX;
	uint64_t revoked = pubkey_eq(by.a, by.b) ? revoked_at(chain, by.a, &f->a.log) : UINT64_MAX;
	return revoked != UINT64_MAX && revoked > by.cut ? revoked : by.cut;
}
