/*
 * pactdb.h: what the pact needs in the database, and loading it back: coalitions, root chains, charters, acts, cosignatures, forks, introductions,
 * refusals. Plain storage: rules are in the pure files beside it.
 */
#ifndef PACT_PACTDB_H
#define PACT_PACTDB_H

#include "log/store.h"
#include "pact/release.h"

/*
 * Tables: coalition(row, id, founding charter hash, name), charter(hash, coalition, text), root(member, version, note),
 * party(coalition, member, label, introduced_ms), act(log, seq, leaf, kind, entry bytes, body), cosign(log, witness, size, root, time, note),
 * fork(log, cut, proof, digest), refusal(...), state per coalition.
 */
extern const char pact_schema_1[], pact_schema_2[], pact_schema_3[], pact_schema_4[],
	pact_schema_5[];

struct coalition {
	int64_t row;
	struct id id;
	struct charter founding; /* points into `arena` of whoever loaded it */
};

MUST_USE int coalition_add(
	struct db *db, struct slice charter_text, int64_t *ret_row, struct why *why);
/*
 * Names the state of everything that standing_load and party_list of this coalition read: drawn anew, at random, in every transaction that changes any of it, by
 * the functions below. So equal stamps mean equal standing, whatever was rolled back, and whoever has written. E_MISSING.
 */
MUST_USE int coalition_stamp(struct db *db, const struct id *id, int64_t *ret, struct why *why);
MUST_USE int coalition_load(struct db *db, const struct id *id, struct arena *arena,
	struct coalition *ret, struct why *why);
/* Rows in order of id. */
MUST_USE int coalition_list(
	struct db *db, struct arena *arena, struct coalition **ret, size_t *ret_n, struct why *why);
/* The lowest class of the first coalition, so that a new person sees what is for everybody; empty without one. */
MUST_USE int coalition_lowest_class(
	struct db *db, struct arena *arena, struct slice *ret, struct why *why);
MUST_USE int charter_put(struct db *db, int64_t coalition_row, struct slice text, struct why *why);

/*
 * Root documents as they are known here. root_put checks one against the stored chain (root_check) and appends it; equal = 0; an older one: E_VERIFY; beyond
 * LIMIT_ROOT_VERSIONS or LIMIT_ROOT_CHAIN_BYTES: E_LIMIT. A second one of a version is E_VERIFY too, and is kept as a twin (LIMIT_ROOT_TWINS): the
 * transaction is to be committed all the same.
 */
MUST_USE int root_put(
	struct db *db, struct slice note_bytes, struct id *ret_member, struct why *why);
MUST_USE int root_chain_load(struct db *db, const struct id *member, struct arena *arena,
	struct root_chain *ret, struct why *why);
/*
 * By which documents its acts in this coalition are judged: version 1 and those that stand in its own log, each from its place on (docs/standing.md §2).
 * n == 0: not even the first is known.
 */
MUST_USE int root_chain_in_log(struct db *db, const struct coalition *c, const struct id *member,
	struct arena *arena, struct root_chain *ret, struct why *why);
/* Notes of the own chain that do not stand in the own log of this coalition yet, in order: to be written before anything is signed by them. */
MUST_USE int root_due(struct db *db, const struct id *coalition, const struct id *self,
	struct arena *arena, struct slice **ret, size_t *ret_n, struct why *why);
/* How many documents of a member are known, twins included: it grows with each. */
MUST_USE int root_count(struct db *db, const struct id *member, int64_t *ret, struct why *why);
/* Is this very document here, as a version or as a twin? Cheap. */
MUST_USE int root_is_held(
	struct db *db, const struct id *member, struct slice note, bool *ret, struct why *why);
/* Hash of the text of its first document, which fingerprints are about; E_MISSING. Far cheaper than the chain. */
MUST_USE int root_first(struct db *db, const struct id *member, struct hash *ret, struct why *why);

/* Parties of a coalition: who may connect and whose log is followed. */
MUST_USE int party_put(struct db *db, int64_t coalition_row, const struct id *member,
	struct slice label, int64_t now_ms, struct why *why);
struct party {
	struct id id;
	struct slice label;
};
MUST_USE int party_list(struct db *db, int64_t coalition_row, struct arena *arena,
	struct party **ret, size_t *ret_n, struct why *why);
/*
 * The party whose root documents have this TLS pin; E_MISSING if none or several do. Anybody can write another's pin into its own document, so a
 * caller says who it is, and party_has_pin() tells whether that member claims the key it showed.
 */
MUST_USE int party_by_pin(struct db *db, const struct hash *pin, struct id *ret, struct why *why);
MUST_USE int party_has_pin(
	struct db *db, const struct id *member, const struct hash *pin, bool *ret, struct why *why);

/* An act with its entry bytes and body, once its payload is here. */
MUST_USE int act_put(struct db *db, int64_t log_row, uint64_t seq, struct slice kind,
	const struct hash *leaf, struct slice entry_bytes, struct slice body, struct why *why);

/* The author's newest signed note of a log, and each witness's newest cosigned note. Keeps the larger size; equal size with another root is refused. */
MUST_USE int head_put(
	struct db *db, int64_t log_row, uint64_t size, struct slice note, struct why *why);
MUST_USE int cosign_put(struct db *db, int64_t log_row, const struct id *witness, uint64_t size,
	int64_t time_s, struct slice note, struct why *why);
struct cosigned {
	struct id witness;
	uint64_t size;
	int64_t time_s;
	struct slice note;
};
MUST_USE int head_get(struct db *db, int64_t log_row, struct arena *arena, uint64_t *ret_size,
	struct slice *ret_note, struct why *why);
MUST_USE int cosign_list(struct db *db, int64_t log_row, struct arena *arena, struct cosigned **ret,
	size_t *ret_n, struct why *why);

/* Fork proofs, by member, epoch and cut. Idempotent by digest; which are kept: forkkeep.h. */
MUST_USE int fork_put(
	struct db *db, int64_t log_row, uint64_t cut, struct slice proof, struct why *why);
struct fork_row {
	int64_t log_row;
	uint64_t cut;
	struct slice proof;
};
MUST_USE int fork_list(struct db *db, int64_t coalition_row, struct arena *arena,
	struct fork_row **ret, size_t *ret_n, struct why *why);

/* What was refused, by whom it was brought, at which step of §2.11: shown in status. Repeats only count up; of one partner the newest LIMIT_REFUSALS_KEPT stay. */
MUST_USE int refusal_put(struct db *db, int64_t coalition_row, const struct id *peer,
	const char *step, const struct why *what, int64_t now_ms, struct why *why);
struct refusal {
	struct id peer;
	struct slice step, text;
	int64_t first_ms, last_ms, times;
	int64_t mended_ms; /* since then what this partner brings is good again; 0: not yet */
};
/*
 * A round with this partner has brought something, and nothing of it was refused: what was before is past. But for what a log holds for good (root), and what there was no room for
 * (quota), which waits.
 */
MUST_USE int refusals_mended(struct db *db, int64_t coalition_row, const struct id *peer,
	int64_t now_ms, struct why *why);
/* The newest `limit`; *ret_more: how many there are beyond them. */
MUST_USE int refusal_list(struct db *db, int64_t coalition_row, size_t limit, struct arena *arena,
	struct refusal **ret, size_t *ret_n, size_t *ret_more, struct why *why);

/*
 * Loads what standing looks at and computes it (standing_compute). The result lives in the arena. E_LIMIT where it has no room for all of it: acts beyond
 * the bounds of docs/standing.md §2 are left out, so it takes dozens of parties together to get there.
 */
MUST_USE int standing_load(struct db *db, const struct coalition *c, struct arena *arena,
	struct standing *ret, struct why *why);

/* Statements, newest first: for the status page, beside the acts. */
struct statement {
	struct id author;
	uint64_t seq;
	struct hash leaf;
	int64_t time_ms;
	enum mode mode;
	struct act_body body;
};
/* The newest `limit`; *ret_more: how many there are beyond them. */
MUST_USE int statement_list(struct db *db, const struct coalition *c, size_t limit,
	struct arena *arena, struct statement **ret, size_t *ret_n, size_t *ret_more,
	struct why *why);

#endif
