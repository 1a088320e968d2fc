/*
 * standing.h: who is a member: a pure function of what each party has itself signed (fold version 1; docs/standing.md is the specification).
 *
 *	invariants
 *	1. A party's status is decided by entries of its own log, plus ratifications of the exact hash of its accession.
 *	2. Nothing said about a party (statement/1) is an input to anything here.
 *	3. The result depends on the set of inputs, never on their order: each act counts once (object id), a register is
 *	   (author, subject) with the last seq winning, rules across parties are thresholds over exact hashes.
 *	4. More inputs never undo a membership by themselves: only the party's own withdrawal, or the charter's threshold of suspensions, does.
 *	5. A constitutional act counts when witnessed by W of its author's home roll: the founders for a founder; the members named in
 *	   its own accession for one that joined.
 */
#ifndef PACT_STANDING_H
#define PACT_STANDING_H

#include "pact/acts.h"
#include "pact/charter.h"

/* §2.4: m = n-1 peers, b = ⌊(m-1)/3⌋, W = ⌊(m+b)/2⌋+1; n = 2 → 1; n = 1 → 0. */
unsigned witness_quorum(unsigned n_members);

struct standing_act {
	struct id author;
	uint32_t epoch;
	uint64_t seq;
	struct hash leaf;
	int64_t time_ms;
	struct object_id object;
	enum mode mode; /* only `real` acts settle standing; exercise and test acts never do */
	struct act_body body;
	bool signature_ok; /* act_signature_check passed, or the kind is not binding */
	const struct entry_seen *seen;
	size_t n_seen;
};
/* Largest size of `log` that `witness` has cosigned. */
struct standing_cosign {
	struct id author;
	uint32_t epoch;
	struct id witness;
	uint64_t size;
};
struct standing_fork {
	struct id author;
	uint32_t epoch;
	uint64_t cut; /* entries from here on are void */
};

struct standing_input {
	const struct charter *founding;
	const struct charter *amended; /* other charter texts known, any order */
	size_t n_amended;
	const struct hash *
		known; /* hashes of further charters that are known but cannot be in force: one may be interested in them; any order */
	size_t n_known;
	const struct standing_act *act; /* any order, duplicates allowed */
	size_t n_act;
	const struct standing_cosign *cosign;
	size_t n_cosign;
	const struct standing_fork *fork;
	size_t n_fork;
};

enum status {
	STATUS_MENTIONED, /* only spoken of, or only introduced: has signed nothing */
	STATUS_DECLARED,  /* named as founder, has not signed */
	STATUS_SIGNED,	  /* founder has signed; not yet in force */
	STATUS_INTERESTED,
	STATUS_APPLIED, /* accession made; ratifications n of m */
	STATUS_OBSERVER,
	STATUS_MEMBER,
	STATUS_WITHDRAWING, /* member until withdraw_ms */
	STATUS_SUSPENDED,
};
const char *status_name(enum status s);

struct standing_party {
	struct id id;
	struct slice label; /* charter's, else its own, else its introduction's */
	bool founder;
	enum status status;
	/* The act that carries the status: (seq, leaf); zero leaf if none. */
	uint32_t epoch;
	uint64_t seq;
	struct hash leaf;
	/* APPLIED/MEMBER/OBSERVER by accession: who must ratify, who has. Founders: who must sign is in struct standing. */
	struct id *required; /* sorted */
	size_t n_required, need;
	struct id *ratified; /* sorted, subset of required */
	size_t n_ratified;
	int64_t withdraw_ms; /* WITHDRAWING: effective; readers show "former" once it has passed */
	struct id *suspended_by;
	size_t n_suspended_by;
	struct slice clearance; /* of its accession */
	bool forked;		/* a fork proof exists */
	/* Acts seen but not yet counting because too few have witnessed them. */
	unsigned unwitnessed;
};

/* A charter that would be the next one: its text is here and somebody of the roll has signed it. */
struct standing_proposal {
	struct hash hash;
	uint32_t version;
	struct id *member; /* all whose signature it needs: those that it names, sorted */
	size_t n_member;
	struct id *signed_by; /* of them, sorted; what is not witnessed yet is among it */
	size_t n_signed;
};

struct standing {
	bool in_force;
	const struct charter *charter; /* the version in force, or the founding one */
	struct id *signed_by;	       /* founders that have signed the founding charter, sorted */
	size_t n_signed;
	unsigned need;		      /* signatures needed */
	struct standing_party *party; /* sorted by id */
	size_t n_party;
	struct id *
		member; /* the roll: members in standing (MEMBER, WITHDRAWING, and SIGNED founders once in force), sorted */
	size_t n_member;
	struct hash digest; /* SHA-256 of standing_dump */
	/* By hash. Nothing follows from them, so they are no part of the digest; from standing_load() only. */
	struct standing_proposal *proposal;
	size_t n_proposal;
};

/* Everything in `ret` lies in the arena or is borrowed from `in`. E_STATE for an unknown fold version. */
MUST_USE int standing_compute(struct standing *ret, struct arena *arena,
	const struct standing_input *in, struct why *why);
const struct standing_party *standing_find(const struct standing *s, const struct id *party);
bool standing_is_member(const struct standing *s, const struct id *party);
/* The proposal that a charter is: one that nobody has signed yet is made in the arena. NULL if it would not be the next one. */
const struct standing_proposal *proposal_of(
	const struct standing *s, const struct charter *c, struct arena *arena);
/* Whose signature a proposal still lacks, in the arena. */
const struct id *proposal_missing(
	const struct standing_proposal *p, struct arena *arena, size_t *ret_n);
/* Canonical text, one line per party and fact, sorted: equal on all nodes that hold the same acts and cosignatures. */
void standing_dump(const struct standing *s, struct buf *b);
/* SHA-256("entente-roll/1\n" ‖ coalition hex ‖ "\n" ‖ "<M26>\n"... sorted). */
struct hash roll_hash(const struct id *coalition, const struct id *member, size_t n);

#endif
