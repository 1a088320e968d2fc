/*
 * fork.h: proof that a log told two stories (§2.5), checkable by anybody offline:
 *
 *	entente-fork/1
 *	index <n> | -               "-": same size, other root: the notes suffice
 *	leaf <64 hex> <64 hex>      leaf n in either tree; absent with "-"
 *	proof-a <base64 hash>       0..64 lines: from the leaf's sibling up; absent with "-"
 *	proof-b <base64 hash>       0..64 lines
 *	note-a <bytes>
 *	<note>note-b <bytes>
 *	<note>
 */
#ifndef LOG_FORK_H
#define LOG_FORK_H

#include "log/note.h"
#include "log/tree.h"

struct fork {
	struct checkpoint a, b;
	bool has_index;
	uint64_t index;
	struct hash leaf_a, leaf_b;
	struct tree_proof proof_a, proof_b;
	struct slice note_a, note_b; /* borrowed bytes of the notes */
};

MUST_USE int fork_parse(struct fork *ret, struct arena *arena, struct slice bytes, struct why *why);
void fork_print(const struct fork *f, struct buf *b);
/*
 * Does it prove that the holder of `key` forked? Both notes of one origin and signed by `key`
 * (strict Ed25519), and either roots differ at one size or the two leaves at `index` differ and are
 * proved. E_VERIFY otherwise.
 */
MUST_USE int fork_check(const struct fork *f, const struct pubkey *key, struct why *why);
/*
 * The same where the two stories may be signed by two of the n keys (all different) that speak for the log; *ret_a and *ret_b: which. Where
 * several have signed, two different ones if there are such, then the first.
 */
MUST_USE int fork_check_keys(const struct fork *f, const struct pubkey *const *key, size_t n,
	const struct pubkey **ret_a, const struct pubkey **ret_b, struct why *why);
/*
 * Appends the proof with nothing in its notes but the signature of `a` and of `b`, as fork_check_keys gave them: unknown signature lines are
 * signed by nobody, and anybody could blow up a proof with them. E_VERIFY, E_LIMIT.
 */
MUST_USE int fork_strip(const struct fork *f, const struct pubkey *a, const struct pubkey *b,
	struct buf *ret, struct why *why);
/*
 * From which index on the log is void: index, or 0 for the short form, which does not say where the
 * trees part.
 */
uint64_t fork_cut(const struct fork *f);

#endif
